"""The kinds of object that Argo CD may make: those that a workload's declaration turns into, and no others.

What closes, limits or identifies a workload isn't among them (network policies, quotas, roles, stores of secrets): it
is the update's, and what stands in the rendered branch can't change it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class DeliveredKind(NamedTuple):
    """A kind by its API group."""

    group: str
    kind: str


KINDS: Final[Mapping[DeliveredKind, str]] = {
    DeliveredKind("", "ConfigMap"): "configmaps",
    DeliveredKind("", "Service"): "services",
    DeliveredKind("", "ServiceAccount"): "serviceaccounts",
    DeliveredKind("apps", "Deployment"): "deployments",
    DeliveredKind("apps", "StatefulSet"): "statefulsets",
    DeliveredKind("autoscaling", "HorizontalPodAutoscaler"): "horizontalpodautoscalers",
    DeliveredKind("batch", "CronJob"): "cronjobs",
    DeliveredKind("batch", "Job"): "jobs",
    DeliveredKind("external-secrets.io", "ExternalSecret"): "externalsecrets",
    DeliveredKind("gateway.k8s.aws", "TargetGroupConfiguration"): "targetgroupconfigurations",
    DeliveredKind("gateway.networking.k8s.io", "HTTPRoute"): "httproutes",
    DeliveredKind("keda.sh", "ScaledObject"): "scaledobjects",
    DeliveredKind("keda.sh", "TriggerAuthentication"): "triggerauthentications",
    DeliveredKind("monitoring.coreos.com", "ServiceMonitor"): "servicemonitors",
    DeliveredKind("policy", "PodDisruptionBudget"): "poddisruptionbudgets",
}
"""Each kind's name in paths of the API, for the Roles that Argo CD has."""

OBSERVED: Final[Mapping[str, tuple[str, ...]]] = {
    "": ("events", "pods", "endpoints", "persistentvolumeclaims"),
    "apps": ("replicasets", "controllerrevisions"),
    "discovery.k8s.io": ("endpointslices",),
}
"""What controllers make of them, by group: seen, so that their health can be told, and never written."""
