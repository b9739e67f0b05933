"""Kyverno, for the one thing that admission policies can't: whether an image was signed."""

from __future__ import annotations

from typing import Final

from components.kubernetes.priority import PLATFORM
from components.operators.catalog._parts import container, spread, through_cache
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

KYVERNO: Final = "kyverno"
_ACCOUNT: Final = "kyverno-admission-controller"
_AT: Final = ("admissionController",)
_HOOKS: Final = {"platform-hook": "kyverno"}
"""The chart's hook Jobs have no labels of their own on their pods."""

_INIT: Final = container("kyverno-pre", (10, 64), (100, 256), *_AT, "initContainer", "resources", init=True)
_CLEANUP: Final = container("kubectl", (10, 64), (100, 256), "webhooksCleanup", "resources")


def _controller(profile: Profile) -> Container:
    asked = (50, 128) if profile is Profile.SMALL else (100, 128)
    return container(KYVERNO, asked, (1000, 384), *_AT, "container", "resources")


def _replicas(profile: Profile) -> int:
    # an even number has no use, and with one its loss stops every pod of ours from starting
    return 3 if profile is Profile.HA else 1


def _labels(component: str) -> dict[str, str]:
    return {
        "app.kubernetes.io/part-of": KYVERNO,
        "app.kubernetes.io/instance": KYVERNO,
        "app.kubernetes.io/component": component,
    }


def _pods(profile: Profile) -> tuple[PodFootprint, ...]:
    return (
        PodFootprint(
            name="admission-controller",
            kind=PodKind.DEPLOYMENT,
            containers=(_INIT, _controller(profile)),
            labels=_labels("admission-controller"),
            replicas=_replicas(profile),
            ports=(Port(9443, PortUse.WEBHOOK, "https"), Port(8000, PortUse.SCRAPE, "metrics-port")),
            webhooks=(
                Webhook(9443, "/policymutate", "ImageValidatingPolicy", mutating=True),
                Webhook(9443, "/policyvalidate", "ImageValidatingPolicy"),
                Webhook(9443, "/ivpol/mutate", "Pod in namespaces of ours", mutating=True),
                Webhook(9443, "/ivpol/validate", "Pod in namespaces of ours"),
            ),
            egress=(DNS, APISERVER, IDENTITY, *to_aws("ecr.api", "ecr.dkr", "s3", "sts")),
        ),
        PodFootprint(
            name="hooks",
            kind=PodKind.JOB,
            containers=(_CLEANUP,),
            labels=_HOOKS,
            egress=(DNS, APISERVER),
        ),
    )


def _image(site: Site, repository: str) -> Values:
    return through_cache(site, f"ghcr.io/kyverno/{repository}")


def _values(site: Site) -> Values:
    replicas = _replicas(site.profile)
    off: Values = {"enabled": False}
    return {
        "admissionController": {
            "priorityClassName": PLATFORM,
            "replicas": replicas,
            "container": {
                "image": _image(site, "kyverno"),
                "resources": _controller(site.profile).resources(),
            },
            "initContainer": {
                "image": _image(site, "kyvernopre"),
                "resources": _INIT.resources(),
            },
            "podDisruptionBudget": {"enabled": True, "minAvailable": 1} if replicas > 1 else off,
            "topologySpreadConstraints": spread(_labels("admission-controller"), replicas),
            "serviceMonitor": {"enabled": True},
        },
        # no policy of ours generates, cleans up or reports: Pod Security and admission policies do the rest
        "backgroundController": off,
        "cleanupController": off,
        "reportsController": off,
        "crds": {"migration": off},
        "features": {
            "admissionReports": off,
            "aggregateReports": off,
            "backgroundScan": off,
            "policyReports": off,
            "generateValidatingAdmissionPolicy": off,
            "validatingAdmissionPolicyReports": off,
            "logging": {"format": "json"},
            "registryClient": {"credentialHelpers": ["amazon"]},
        },
        "webhooksCleanup": {
            "image": _image(site, "readiness-checker"),
            "podLabels": dict(_HOOKS),
            "resources": _CLEANUP.resources(),
        },
    }


KYVERNO_OPERATOR: Final = Operator(
    name=KYVERNO,
    install=CHARTS[KYVERNO],
    home=Home.SECURITY,
    purpose="lets only images start that the pipeline signed",
    pods=_pods,
    values=_values,
    reading=Reading(
        "ee97ce09538b09b6f1b03853cc41a62654d6a58f",
        "a65e42acd9112ba83497a18e09a9b8a2bb122d339d040921ca7b0393b2c57efe",
        "kyverno/kyverno kyverno-chart-3.9.0, charts/kyverno",
    ),
    estimate="in the small profile half of the chart's requests; paths of the image policy's webhooks are not read",
    requires=("eks-pod-identity-agent", "prometheus-operator-crds"),
    identity=OperatorIdentity(_ACCOUNT, Home.SECURITY, ("ecr",)),
    serves=("policies.kyverno.io",),
)
