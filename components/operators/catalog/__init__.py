"""Every operator that the platform knows, and which of them a stack has."""

from __future__ import annotations

from typing import Final

from components.context import Environment
from components.operators.catalog.addons import ADDONS
from components.operators.catalog.delivery import ARGO
from components.operators.catalog.logs import ALLOY, LOKI
from components.operators.catalog.prometheus import KUBE_PROMETHEUS_STACK, PROMETHEUS_CRDS
from components.operators.catalog.protection import FALCO, VELERO
from components.operators.catalog.scaling import KARPENTER, KARPENTER_CRD, KEDA, METRICS_SERVER
from components.operators.catalog.secrets import EXTERNAL_SECRETS
from components.operators.catalog.signatures import KYVERNO_OPERATOR
from components.operators.catalog.traffic import (
    CERT_MANAGER,
    EXTERNAL_DNS,
    GATEWAY_API,
    LOAD_BALANCER_CONTROLLER,
)
from components.operators.operator import Operator

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
