"""Every operator that the platform knows, and which of them a stack has."""

from __future__ import annotations

from typing import Final

from components.cluster_services.catalog.addons import ADDONS
from components.cluster_services.catalog.delivery import ARGO
from components.cluster_services.catalog.logs import ALLOY, LOKI
from components.cluster_services.catalog.prometheus import KUBE_PROMETHEUS_STACK, PROMETHEUS_CRDS
from components.cluster_services.catalog.protection import FALCO, VELERO
from components.cluster_services.catalog.scaling import KARPENTER, KARPENTER_CRD, KEDA, METRICS_SERVER
from components.cluster_services.catalog.secrets import EXTERNAL_SECRETS
from components.cluster_services.catalog.signatures import KYVERNO_OPERATOR
from components.cluster_services.catalog.traffic import (
    CERT_MANAGER,
    EXTERNAL_DNS,
    GATEWAY_API,
    LOAD_BALANCER_CONTROLLER,
)
from components.cluster_services.operators import Operator
from components.context import Environment

OPERATORS: Final[dict[str, Operator]] = {
    operator.name: operator
    for operator in (
        GATEWAY_API,
        PROMETHEUS_CRDS,
        LOAD_BALANCER_CONTROLLER,
        EXTERNAL_SECRETS,
        METRICS_SERVER,
        CERT_MANAGER,
        KARPENTER_CRD,
        KARPENTER,
        KEDA,
        EXTERNAL_DNS,
        KUBE_PROMETHEUS_STACK,
        LOKI,
        ALLOY,
        ARGO,
        VELERO,
        FALCO,
        KYVERNO_OPERATOR,
    )
}
"""Every operator that a stack file may name, in the order that breaks ties of installation."""

CATALOG: Final[dict[str, Operator]] = {**ADDONS, **OPERATORS}
"""Add-ons and operators together: what requirements refer to."""

SHORT: Final = (
    "gateway-api",
    "prometheus-operator-crds",
    "aws-load-balancer-controller",
    "external-secrets",
    "metrics-server",
    "keda",
    "external-dns",
    "kube-prometheus-stack",
    "loki",
    "alloy",
)
"""What dev has: two nodes carry it beside our own pods."""


CHOICES: Final = frozenset({"kyverno"})
"""Operators that only a setting of their own brings."""


def selection(tier: Environment) -> tuple[str, ...]:
    """The operators of a tier: the short list in dev, all but choices elsewhere."""
    return SHORT if tier == "dev" else tuple(name for name in OPERATORS if name not in CHOICES)


__all__ = ["ADDONS", "CATALOG", "CHOICES", "OPERATORS", "SHORT", "selection"]
