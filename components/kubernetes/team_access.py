"""What people may do in the cluster: one ClusterRole a level, bound namespace by namespace to the teams' groups.

The groups come with EKS access entries. Nobody is bound to Kubernetes' own ``cluster-admin``, ``edit`` or ``view``:
those hold wildcards, or read secrets, or open shells. CIS EKS 4.1.1 to 4.1.12 and the platform's own rules:

- no wildcard, no secret read or written, no ``bind``, ``escalate`` or ``impersonate``, no tokens of service accounts,
  no ``nodes/proxy``, no volumes, webhooks or roles made;
- in production nothing that starts a pod or a process in one (no creation, no ``pods/exec``), and logs as they come out
  of a container for admins only: everyone else reads them in Grafana, where pupils' data has been taken out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from lightkube.models.meta_v1 import ObjectMeta
from lightkube.models.rbac_v1 import (
    ClusterRole,
    ClusterRoleBinding,
    PolicyRule,
    RoleBinding,
    RoleRef,
    Subject,
)

from components.kubernetes import labels as label

TeamLevel = Literal["admin", "developer", "read-only"]
"""What a team may do: runs what is there, changes it outside production, or looks on."""
Rights = Mapping[str, tuple[str, ...]]
"""Resources by API group."""

_RBAC: Final = "rbac.authorization.k8s.io"
_READ: Final = ("get", "list", "watch")
_CHANGE: Final = ("patch", "update")

SEEN: Final[Rights] = {
    "": (
        "pods", "services", "endpoints", "configmaps", "events", "serviceaccounts", "persistentvolumeclaims",
        "resourcequotas", "limitranges", "namespaces", "nodes", "persistentvolumes",
    ),
    "apps": ("deployments", "statefulsets", "daemonsets", "replicasets", "controllerrevisions"),
    "batch": ("jobs", "cronjobs"),
    "autoscaling": ("horizontalpodautoscalers",),
    "policy": ("poddisruptionbudgets",),
    "networking.k8s.io": ("networkpolicies",),
    "discovery.k8s.io": ("endpointslices",),
    "events.k8s.io": ("events",),
    "scheduling.k8s.io": ("priorityclasses",),
    "storage.k8s.io": ("storageclasses",),
    "admissionregistration.k8s.io": ("validatingadmissionpolicies", "validatingadmissionpolicybindings"),
    _RBAC: ("roles", "rolebindings", "clusterroles", "clusterrolebindings"),
    "metrics.k8s.io": ("pods", "nodes"),
    "external-secrets.io": ("externalsecrets", "secretstores"),
    "keda.sh": ("scaledobjects", "triggerauthentications"),
    "monitoring.coreos.com": ("servicemonitors", "podmonitors", "prometheusrules"),
    "gateway.networking.k8s.io": ("gateways", "httproutes"),
    "karpenter.sh": ("nodepools", "nodeclaims"),
}  # fmt: skip
"""What every level sees. The kinds of the whole cluster among them only where the role is bound to the cluster."""
_LOGS: Final[Rights] = {"": ("pods/log",)}
_MAKERS: Final[Rights] = {"apps": ("deployments", "statefulsets", "deployments/scale", "statefulsets/scale")}
_SCALERS: Final[Rights] = {"autoscaling": ("horizontalpodautoscalers",), "keda.sh": ("scaledobjects",)}


def _rules(*granted: tuple[Rights, tuple[str, ...]]) -> list[PolicyRule]:
    return [
        PolicyRule(apiGroups=[group], resources=list(resources), verbs=list(verbs))
        for rights, verbs in granted
        for group, resources in rights.items()
    ]


def _rights(level: TeamLevel, *, production: bool) -> list[PolicyRule]:
    restart = _rules(({"": ("pods",)}, ("delete",)))
    steer = _rules(
        (_MAKERS, _CHANGE),
        (_SCALERS, _CHANGE),
        ({"batch": ("cronjobs",)}, _CHANGE),
        ({"batch": ("jobs",)}, ("delete",)),
        ({"external-secrets.io": ("externalsecrets",)}, ("patch",)),
    )
    shell = _rules(
        ({"": ("pods/exec", "pods/portforward")}, ("create",)),
        ({"batch": ("jobs",)}, ("create",)),
    )
    look, logs = _rules((SEEN, _READ)), _rules((_LOGS, ("get",)))
    match level, production:
        case "admin", True:
            return [*look, *logs, *restart, *steer]
        case "developer", True:
            return [*look, *restart]
        case "read-only", True:
            return look
        case "read-only", False:
            return [*look, *logs]
        case _:
            return [*look, *logs, *restart, *steer, *shell]


def role_name(level: TeamLevel) -> str:
    """The ClusterRole of a level."""
    return f"team-{level}"


def team_roles(levels: Iterable[TeamLevel], *, production: bool) -> list[ClusterRole]:
    """The ClusterRole of each of ``levels``."""
    return [
        ClusterRole(
            metadata=ObjectMeta(name=role_name(level), labels=_labels(level)),
            rules=_rights(level, production=production),
        )
        for level in levels
    ]


def team_binding(namespace: str, level: TeamLevel, groups: Iterable[str]) -> RoleBinding:
    """``groups`` at ``level`` in one namespace."""
    return RoleBinding(
        metadata=ObjectMeta(name=role_name(level), namespace=namespace, labels=_labels(level)),
        roleRef=_role(level),
        subjects=_subjects(groups),
    )


def cluster_viewers(groups: Iterable[str]) -> ClusterRoleBinding:
    """``groups`` see the whole cluster, its nodes and pools too, but no secret."""
    return ClusterRoleBinding(
        metadata=ObjectMeta(name=role_name("read-only"), labels=_labels("read-only")),
        roleRef=_role("read-only"),
        subjects=_subjects(groups),
    )


def _role(level: TeamLevel) -> RoleRef:
    return RoleRef(apiGroup=_RBAC, kind="ClusterRole", name=role_name(level))


def _subjects(groups: Iterable[str]) -> list[Subject]:
    return [Subject(apiGroup=_RBAC, kind="Group", name=group) for group in groups]


def _labels(level: TeamLevel) -> dict[str, str]:
    return label.standard_labels(role_name(level), component="team-access", part_of="platform")
