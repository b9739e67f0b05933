"""Kubernetes objects of a stack as the judges of this list look at them.

What a chart makes is no resource of the stack: its roles and pods aren't seen here. Releases are seen as such.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from controls.graph import Graph, Json, Resource, aws, k8s, rows, texts

NAMESPACE: Final = k8s("core/v1.Namespace")
NETWORK_POLICY: Final = k8s("networking.k8s.io/v1.NetworkPolicy")
RELEASE: Final = k8s("helm.sh/v3.Release")
SERVICE_ACCOUNT: Final = k8s("core/v1.ServiceAccount")
SECRET: Final = k8s("core/v1.Secret")
ROLES: Final = (k8s("rbac.authorization.k8s.io/v1.Role"), k8s("rbac.authorization.k8s.io/v1.ClusterRole"))
BINDINGS: Final = (
    k8s("rbac.authorization.k8s.io/v1.RoleBinding"),
    k8s("rbac.authorization.k8s.io/v1.ClusterRoleBinding"),
)
POLICY_ASSOCIATION: Final = aws("eks.AccessPolicyAssociation")
ACCESS_ENTRY: Final = aws("eks.AccessEntry")

_TEMPLATES: Final = {
    k8s("core/v1.Pod"): "spec",
    k8s("apps/v1.Deployment"): "spec.template.spec",
    k8s("apps/v1.StatefulSet"): "spec.template.spec",
    k8s("apps/v1.DaemonSet"): "spec.template.spec",
    k8s("apps/v1.ReplicaSet"): "spec.template.spec",
    k8s("batch/v1.Job"): "spec.template.spec",
    k8s("batch/v1.CronJob"): "spec.jobTemplate.spec.template.spec",
    k8s("argoproj.io/v1alpha1.Rollout"): "spec.template.spec",
}
WORKLOADS: Final = tuple(_TEMPLATES)


@dataclass(frozen=True)
class Pod:
    """A pod spec, and the object that it stands in."""

    at: Resource
    path: str
    spec: dict[str, Json]

    @property
    def namespace(self) -> str:
        """Where its pods run; no namespace is ``default``."""
        return namespace_of(self.at)

    @property
    def account(self) -> str:
        """The service account that it names; none is ``default``."""
        found = self.spec.get("serviceAccountName")
        return found if isinstance(found, str) and found else "default"

    @property
    def containers(self) -> list[dict[str, Json]]:
        """Every container: before, beside and for a while."""
        return [
            row for key in ("initContainers", "containers", "ephemeralContainers") for row in rows(self.spec.get(key))
        ]


def namespace_of(resource: Resource) -> str:
    """The namespace of an object or a release; none is ``default``."""
    return resource.text("metadata.namespace") or resource.text("namespace") or "default"


def pods(graph: Graph) -> Iterator[Pod]:
    """Every pod spec of the stack."""
    for kind, path in _TEMPLATES.items():
        for resource in graph.of(kind):
            spec = resource.get(path)
            yield Pod(resource, path, spec if isinstance(spec, dict) else {})


@dataclass(frozen=True)
class Rule:
    """One rule of a role."""

    at: Resource
    groups: tuple[str, ...]
    resources: tuple[str, ...]
    verbs: tuple[str, ...]
    names: tuple[str, ...] = ()
    """The objects that it is about; none is all of them."""

    def gives(self, verbs: tuple[str, ...], resource: str, group: str = "") -> bool:
        """Whether it allows one of ``verbs`` on ``resource``, by name or by wildcard."""
        verb = any(it in self.verbs for it in (*verbs, "*"))
        parent, _, sub = resource.partition("/")
        names = {resource, "*", f"*/{sub}" if sub else "*", f"{parent}/*" if sub else "*"}
        return verb and bool(names & set(self.resources)) and bool({group, "*"} & set(self.groups))


def rules(graph: Graph) -> Iterator[tuple[Resource, list[Rule]]]:
    """Every role and cluster role of the stack, with its rules."""
    for role in graph.of(*ROLES):
        yield (
            role,
            [
                Rule(
                    role,
                    tuple(texts(row.get("apiGroups"))),
                    tuple(texts(row.get("resources"))),
                    tuple(texts(row.get("verbs"))),
                    tuple(texts(row.get("resourceNames"))),
                )
                for row in role.rows("rules")
            ],
        )


def access_policy(association: Resource) -> str:
    """The name of the EKS access policy that an association gives."""
    return association.text("policyArn").rpartition("/")[2]


def enforced(namespace: Resource) -> str:
    """The Pod Security level that a namespace enforces; empty, where it enforces none."""
    labels = namespace.get("metadata.labels")
    value = labels.get("pod-security.kubernetes.io/enforce") if isinstance(labels, dict) else None
    return value if isinstance(value, str) else ""


__all__ = [
    "ACCESS_ENTRY",
    "BINDINGS",
    "NAMESPACE",
    "NETWORK_POLICY",
    "POLICY_ASSOCIATION",
    "RELEASE",
    "ROLES",
    "SECRET",
    "SERVICE_ACCOUNT",
    "WORKLOADS",
    "Pod",
    "Rule",
    "access_policy",
    "enforced",
    "namespace_of",
    "pods",
    "rules",
]
