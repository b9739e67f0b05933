"""External Secrets: what the stack keeps in Secrets Manager, as Secrets of the namespaces that may have them."""

from __future__ import annotations

from typing import Final

from components.kubernetes.priority import PLATFORM
from components.operators.catalog._parts import MONITORED, RESTRICTED_CONTAINER, chart_labels, container, spread
from components.operators.footprint import (
    APISERVER,
    DNS,
    IDENTITY,
    Container,
    Home,
    PodFootprint,
    PodKind,
    Port,
    PortUse,
    Profile,
    Reading,
    Values,
    Webhook,
    to_aws,
)
from components.operators.operator import Operator, OperatorIdentity, Site
from components.versions import CHARTS

_NAME: Final = "external-secrets"
_METRICS: Final = Port(8080, PortUse.SCRAPE, "metrics")


def _replicas(profile: Profile) -> int:
    return 2 if profile is Profile.HA else 1


def _controller(profile: Profile) -> Container:
    small = profile is Profile.SMALL
    return container(_NAME, (20, 96) if small else (50, 128), (200, 192) if small else (500, 256), "resources")


_WEBHOOK: Final = container("webhook", (10, 48), (100, 96), "webhook", "resources")
_CERT_CONTROLLER: Final = container("cert-controller", (10, 64), (100, 128), "certController", "resources")


def _pods(profile: Profile) -> tuple[PodFootprint, ...]:
    return (
        PodFootprint(
            name="controller",
            kind=PodKind.DEPLOYMENT,
            containers=(_controller(profile),),
            labels=chart_labels(_NAME),
            replicas=_replicas(profile),
            ports=(_METRICS,),
            egress=(DNS, APISERVER, IDENTITY, *to_aws("secretsmanager", "sts")),
        ),
        PodFootprint(
            name="webhook",
            kind=PodKind.DEPLOYMENT,
            containers=(_WEBHOOK,),
            labels=chart_labels(f"{_NAME}-webhook", _NAME),
            replicas=_replicas(profile),
            ports=(Port(10250, PortUse.WEBHOOK, "webhook"), _METRICS),
            webhooks=(
                Webhook(10250, "/validate-external-secrets-io-v1-secretstore", "SecretStore"),
                Webhook(10250, "/validate-external-secrets-io-v1-clustersecretstore", "ClusterSecretStore"),
                Webhook(10250, "/validate-external-secrets-io-v1-externalsecret", "ExternalSecret"),
            ),
            egress=(DNS,),
        ),
        PodFootprint(
            name="cert-controller",
            kind=PodKind.DEPLOYMENT,
            containers=(_CERT_CONTROLLER,),
            labels=chart_labels(f"{_NAME}-cert-controller", _NAME),
            ports=(_METRICS,),
            egress=(DNS, APISERVER),
        ),
    )


def _values(site: Site) -> Values:
    replicas = _replicas(site.profile)
    context: Values = {**RESTRICTED_CONTAINER, "enabled": True, "runAsUser": 1000}
    budget: Values = {"enabled": True, "minAvailable": 1} if replicas > 1 else {"enabled": False}
    return {
        "replicaCount": replicas,
        "leaderElect": replicas > 1,
        "serviceAccount": {"name": _NAME},
        "resources": _controller(site.profile).resources(),
        "securityContext": context,
        "podDisruptionBudget": budget,
        "topologySpreadConstraints": spread(chart_labels(_NAME), replicas),
        "livenessProbe": {"enabled": True},
        "readinessProbe": {"enabled": True},
        # what the platform doesn't use is off: no writing back to AWS, no generators, no finalizers of another vendor
        "processClusterPushSecret": False,
        "processPushSecret": False,
        "processClusterGenerator": False,
        "crds": {"createClusterGenerator": False, "createClusterPushSecret": False, "createPushSecret": False},
        "openshiftFinalizers": False,
        **MONITORED,
        "priorityClassName": PLATFORM,
        # the controller has one identity and mints no tokens of other service accounts
        "rbac": {"serviceAccountTokenCreate": False},
        "webhook": {
            "priorityClassName": PLATFORM,
            "replicaCount": replicas,
            "resources": _WEBHOOK.resources(),
            "securityContext": context,
            "podDisruptionBudget": budget,
            "topologySpreadConstraints": spread(chart_labels(f"{_NAME}-webhook", _NAME), replicas),
            "livenessProbe": {"enabled": True},
        },
        "certController": {
            "priorityClassName": PLATFORM,
            "resources": _CERT_CONTROLLER.resources(),
            "securityContext": context,
            "livenessProbe": {"enabled": True},
        },
    }


EXTERNAL_SECRETS: Final = Operator(
    name=_NAME,
    install=CHARTS[_NAME],
    home=Home.EXTERNAL_SECRETS,
    purpose="hands secrets of Secrets Manager to the namespaces that may have them",
    pods=_pods,
    values=_values,
    reading=Reading(
        "cc5bfbc2234ace9cb0caff4ea89c435cf517b27b",
        "13811e7dd028c69c933d299728181f5b094bcab03de0cea26a8a020b2c7d402d",
        "external-secrets/external-secrets helm-chart-2.9.0, deploy/charts/external-secrets",
    ),
    requires=("eks-pod-identity-agent", "prometheus-operator-crds"),
    identity=OperatorIdentity(_NAME, Home.EXTERNAL_SECRETS, ("secretsmanager", "kms:Decrypt")),
    serves=("external-secrets.io",),
)
