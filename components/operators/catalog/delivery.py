"""Argo CD: what brings workloads of ours into the cluster from Git, and keeps them as Git says."""

from __future__ import annotations

from typing import Final

from components.kubernetes.priority import PLATFORM
from components.operators.catalog._parts import MONITORED, container, spread
from components.operators.footprint import (
    APISERVER,
    DNS,
    Container,
    Egress,
    EgressKind,
    Home,
    PodFootprint,
    PodKind,
    Port,
    PortUse,
    Profile,
    Reading,
    Values,
)
from components.operators.operator import Operator, Site
from components.upstream import cached
from components.versions import CHARTS

ARGO_CD: Final = "argo-cd"
_REDIS_TAG: Final = "8.2.3-alpine"
"""The chart's own choice at 10.1.1, said here because the repository is another."""
_REDIS: Final = Egress(EgressKind.POD, f"{ARGO_CD}/redis", 6379)
_REPO_SERVER: Final = Egress(EgressKind.POD, f"{ARGO_CD}/repo-server", 8081)
_OUTSIDE: Final = "has public addresses that change: by NAT, from this one component"

_COPY: Final = container("copyutil", (10, 32), (200, 64), "repoServer", "copyutil", "resources", init=True)
_APPLICATION_SETS: Final = container("applicationset-controller", (20, 64), (200, 128), "applicationSet", "resources")
_NOTIFICATIONS: Final = container("notifications-controller", (20, 64), (200, 128), "notifications", "resources")
_CACHE: Final = container("redis", (20, 64), (200, 128), "redis", "resources")
_SECRET_INIT: Final = container("secret-init", (10, 64), (200, 128), "redisSecretInit", "resources")


def _controller(profile: Profile) -> Container:
    asked = {Profile.SMALL: (50, 192), Profile.STANDARD: (100, 384), Profile.HA: (250, 512)}[profile]
    most = (1000, 1024) if profile is Profile.HA else (1000, 768)
    return container("application-controller", asked, most, "controller", "resources")


def _server(profile: Profile) -> Container:
    return container("server", (50, 96) if profile is Profile.HA else (20, 96), (500, 256), "server", "resources")


def _repo_server(profile: Profile) -> Container:
    asked = (100, 256) if profile is Profile.HA else (50, 128)
    return container("repo-server", asked, (1000, 512), "repoServer", "resources")


def _replicas(profile: Profile) -> int:
    return 2 if profile is Profile.HA else 1


def _labels(component: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": f"argocd-{component}", "app.kubernetes.io/instance": ARGO_CD}


def _pods(profile: Profile) -> tuple[PodFootprint, ...]:
    replicas = _replicas(profile)
    return (
        PodFootprint(
            name="application-controller",
            kind=PodKind.STATEFUL_SET,
            # a second one would share clusters out, and there is one
            containers=(_controller(profile),),
            labels=_labels("application-controller"),
            ports=(Port(8082, PortUse.SCRAPE, "metrics"),),
            egress=(DNS, APISERVER, _REDIS, _REPO_SERVER),
        ),
        PodFootprint(
            name="server",
            kind=PodKind.DEPLOYMENT,
            containers=(_server(profile),),
            labels=_labels("server"),
            replicas=replicas,
            ports=(Port(8080, PortUse.SERVICE, "server"), Port(8083, PortUse.SCRAPE, "metrics")),
            egress=(
                DNS,
                APISERVER,
                _REDIS,
                _REPO_SERVER,
                Egress(EgressKind.EXTERNAL, "the issuer of sign-ins", reason=f"the issuer of sign-ins {_OUTSIDE}"),
            ),
        ),
        PodFootprint(
            name="repo-server",
            kind=PodKind.DEPLOYMENT,
            containers=(_COPY, _repo_server(profile)),
            labels=_labels("repo-server"),
            replicas=replicas,
            ports=(Port(8081, PortUse.SERVICE, "repo-server"), Port(8084, PortUse.SCRAPE, "metrics")),
            egress=(
                DNS,
                _REDIS,
                Egress(EgressKind.EXTERNAL, "the Git host", reason=f"the Git host {_OUTSIDE}"),
            ),
        ),
        PodFootprint(
            name="applicationset-controller",
            kind=PodKind.DEPLOYMENT,
            containers=(_APPLICATION_SETS,),
            labels=_labels("applicationset-controller"),
            ports=(Port(8080, PortUse.SCRAPE, "metrics"),),
            egress=(DNS, APISERVER, _REPO_SERVER),
        ),
        PodFootprint(
            name="notifications-controller",
            kind=PodKind.DEPLOYMENT,
            containers=(_NOTIFICATIONS,),
            labels=_labels("notifications-controller"),
            ports=(Port(9001, PortUse.SCRAPE, "metrics"),),
            egress=(
                DNS,
                APISERVER,
                _REPO_SERVER,
                Egress(EgressKind.EXTERNAL, "Slack", reason=f"Slack {_OUTSIDE}"),
            ),
        ),
        PodFootprint(
            name="redis",
            kind=PodKind.DEPLOYMENT,
            containers=(_CACHE,),
            labels=_labels("redis"),
            ports=(Port(6379, PortUse.SERVICE, "redis"),),
            egress=(DNS,),
        ),
        PodFootprint(
            name="redis-secret-init",
            kind=PodKind.JOB,
            containers=(_SECRET_INIT,),
            labels=_labels("redis-secret-init"),
            egress=(DNS, APISERVER),
        ),
    )


def _monitored() -> Values:
    return {"enabled": True, **MONITORED}


def _budget(replicas: int) -> Values:
    return {"enabled": True, "maxUnavailable": 1} if replicas > 1 else {"enabled": False}


def _values(site: Site) -> Values:
    profile, replicas = site.profile, _replicas(site.profile)
    replicated: Values = {"replicas": replicas, "pdb": _budget(replicas), "metrics": _monitored()}
    return {
        "fullnameOverride": "argocd",
        # it may look after the namespaces that its cluster Secret names, by Roles of ours there, and no others
        "createClusterRoles": False,
        "global": {
            "domain": f"argocd.{site.domain}",
            "image": {"repository": f"{site.registry}/{cached('quay.io/argoproj/argocd')}"},
            "logging": {"format": "json"},
            "priorityClassName": PLATFORM,
            # paths are declared once, by the footprint
            "networkPolicy": {"create": False},
        },
        "configs": {
            "cm": {
                "admin.enabled": "false",
                "exec.enabled": "false",
                "users.anonymous.enabled": "false",
                "application.resourceTrackingMethod": "annotation",
                # what it may not list is left out rather than an error
                "resource.respectRBAC": "normal",
                "timeout.reconciliation": "180s",
            },
            "params": {
                # TLS ends at the load balancer; inside, pods speak over the nodes' network as all of ours do
                "server.insecure": "true",
                "application.namespaces": "",
                "controller.diff.server.side": "true",
            },
            "rbac": {"policy.default": "", "scopes": "[groups]"},
            # never a password of an administrator: people sign in at the issuer
            "secret": {"createSecret": True},
        },
        # sign-in is by OIDC at the issuer itself
        "dex": {"enabled": False},
        # a cache that may be lost without harm ("HA", Argo CD operator manual): one, without a volume
        "redis": {
            "image": {"repository": f"{site.registry}/{cached('docker.io/library/redis')}", "tag": _REDIS_TAG},
            "resources": _CACHE.resources(),
            "automountServiceAccountToken": False,
            "readinessProbe": {"enabled": True, "initialDelaySeconds": 5},
            "livenessProbe": {"enabled": True},
        },
        "redisSecretInit": {"resources": _SECRET_INIT.resources()},
        "controller": {
            "resources": _controller(profile).resources(),
            "metrics": {**_monitored(), "applicationLabels": {"enabled": True, "labels": ["namespace", "project"]}},
        },
        "server": {
            **replicated,
            "resources": _server(profile).resources(),
            "topologySpreadConstraints": spread(_labels("server"), replicas),
        },
        "repoServer": {
            **replicated,
            "resources": _repo_server(profile).resources(),
            "copyutil": {"resources": _COPY.resources()},
            "automountServiceAccountToken": False,
            "topologySpreadConstraints": spread(_labels("repo-server"), replicas),
        },
        # ours are rendered; teams' own sets read the cluster's Secret
        "applicationSet": {
            "resources": _APPLICATION_SETS.resources(),
            "metrics": _monitored(),
            "livenessProbe": {"enabled": True},
            "readinessProbe": {"enabled": True},
        },
        "notifications": {
            "resources": _NOTIFICATIONS.resources(),
            "metrics": _monitored(),
            "secret": {"create": False},
            "livenessProbe": {"enabled": True},
            "readinessProbe": {"enabled": True},
        },
    }


ARGO: Final = Operator(
    name=ARGO_CD,
    install=CHARTS[ARGO_CD],
    home=Home.ARGOCD,
    purpose="brings workloads into the cluster from Git and keeps them so",
    pods=_pods,
    values=_values,
    reading=Reading(
        "af0a9310bacbaa4636018dfe22c801a6d33a5c43",
        "8ee687712e738650ab9e7f3e2d1f4fb4ad877e26a8eaed539f957e1d66872086",
        "argoproj/argo-helm argo-cd-10.1.1, charts/argo-cd",
    ),
    requires=("prometheus-operator-crds", "external-secrets"),
    timeout_seconds=600,
    serves=("argoproj.io",),
)
