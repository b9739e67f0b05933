"""Chapters 4.2 to 4.5: pods, network policies, Secrets and namespaces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from controls.cis.lines import line
from controls.cis.objects import (
    NAMESPACE,
    NETWORK_POLICY,
    RELEASE,
    SECRET,
    WORKLOADS,
    Pod,
    enforced,
    namespace_of,
    pods,
)
from controls.graph import Graph, Resource, aws, dig, document, k8s, rows, truth
from controls.judges import finding
from controls.model import Control, Finding, Judge

ADDON: Final = aws("eks.Addon")
EXTERNAL_SECRET: Final = k8s("external-secrets.io/v1.ExternalSecret")
SECRET_STORE: Final = k8s("external-secrets.io/v1.SecretStore")
_CLOSED_LEVELS: Final = ("baseline", "restricted")
_CLUSTER_KINDS: Final = frozenset({
    "ClusterRole", "ClusterRoleBinding", "ClusterIssuer", "ClusterPolicy", "CustomResourceDefinition", "EC2NodeClass",
    "GatewayClass", "IngressClass", "Namespace", "NodePool", "PersistentVolume", "PriorityClass", "StorageClass",
    "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration",
    "ClusterSecretStore", "ClusterExternalSecret", "APIService", "VolumeSnapshotClass", "RuntimeClass",
})  # fmt: skip
"""Kinds that stand in no namespace."""
_EMPTY_ALLOWED: Final = frozenset({"NetworkPolicy", "ServiceAccount"})
"""What may stand in ``default`` to keep it unused: its closed door, and its own account without a token."""


def _admission(bad: Callable[[Pod], bool], allows: tuple[str, ...] = ("privileged",)) -> Judge:
    """No pod of ours is ``bad``, and its namespace would refuse one: it enforces none of the levels in ``allows``.

    A namespace for what AWS and the operators run on every node may be open, while no pod of ours stands in it.
    """

    def judge(graph: Graph) -> Iterator[Finding]:
        ours = set()
        for pod in pods(graph):
            ours.add(pod.namespace)
            yield finding(pod.at, pod.path, not bad(pod), None)
        for namespace in graph.of(NAMESPACE):
            level = enforced(namespace)
            known = level in (*_CLOSED_LEVELS, "privileged")
            closed = level in _CLOSED_LEVELS and level not in allows
            name = namespace.text("metadata.name")
            yield finding(namespace, "metadata.labels", closed or (known and name not in ours), level)

    return judge


def _context(key: str) -> Callable[[Pod], bool]:
    """A container says yes to ``key``."""
    return lambda pod: any(truth(dig(it.get("securityContext"), key)) is True for it in pod.containers)


def _not_refused(key: str) -> Callable[[Pod], bool]:
    """A container doesn't say no to ``key``: silence is yes."""
    return lambda pod: any(truth(dig(it.get("securityContext"), key)) is not False for it in pod.containers)


def _spec(key: str) -> Callable[[Pod], bool]:
    return lambda pod: truth(pod.spec.get(key)) is True


def network_policies_on(graph: Graph) -> Iterator[Finding]:
    """The VPC CNI, an add-on of the stack, enforces network policies."""
    clusters = graph.of(aws("eks.Cluster"))
    for cluster in clusters:
        found = [
            it for it in graph.of(ADDON) if it.get("addonName") == "vpc-cni" and it.get("clusterName") == cluster.id
        ]
        if not found:
            yield Finding(cluster.urn, "", good=False, found="no add-on vpc-cni")
        for addon in found:
            values = document(addon.get("configurationValues"))
            yield finding(
                addon,
                "configurationValues",
                truth(dig(values, "enableNetworkPolicy")) is True,
                dig(values, "enableNetworkPolicy"),
            )


def _closed_by_default(policy: Resource) -> bool:
    """Whether it selects every pod, and is about what comes in."""
    selector = policy.get("spec.podSelector")
    kinds = policy.get("spec.policyTypes")
    every = not selector or selector in ({}, {"matchLabels": {}})
    return every and (kinds is None or (isinstance(kinds, list) and "Ingress" in kinds))


def _policy_each(graph: Graph) -> Iterator[Finding]:
    """Every namespace that the stack makes or uses has a network policy; ours, one for all of its pods."""
    by_namespace: dict[str, list[Resource]] = {}
    for policy in graph.of(NETWORK_POLICY):
        by_namespace.setdefault(namespace_of(policy), []).append(policy)
    made = {it.text("metadata.name"): it for it in graph.of(NAMESPACE)}
    for name, namespace in made.items():
        closed = [it for it in by_namespace.get(name, ()) if _closed_by_default(it)]
        yield finding(closed[0] if closed else namespace, "spec.podSelector", bool(closed), name)
    for name in sorted({namespace_of(it) for it in _namespaced(graph)} - set(made)):
        policies = by_namespace.get(name, [])
        yield (
            finding(policies[0], "spec", True, name)
            if policies
            else Finding(graph.root, "", good=False, found=f"no NetworkPolicy in {name}")
        )
    if graph.of(NAMESPACE):
        for name in ("default", "kube-system"):
            if not by_namespace.get(name):
                yield Finding(graph.root, "", good=False, found=f"no NetworkPolicy in {name}")


def _namespaced(graph: Graph) -> Iterator[Resource]:
    for resource in graph.of_package("kubernetes"):
        if str(resource.get("kind")) not in _CLUSTER_KINDS and resource.type != NAMESPACE:
            yield resource


def _as_files(graph: Graph) -> Iterator[Finding]:
    for pod in pods(graph):
        wrong = [
            str(container.get("name"))
            for container in pod.containers
            if any(dig(row, "valueFrom.secretKeyRef") is not None for row in rows(container.get("env")))
            or any(row.get("secretRef") is not None for row in rows(container.get("envFrom")))
        ]
        yield finding(pod.at, f"{pod.path}.containers", not wrong, [*wrong])


def _external(graph: Graph) -> Iterator[Finding]:
    """Secrets come from Secrets Manager: every ExternalSecret's store does, and no Secret with a value is ours."""
    stores = {(namespace_of(it), it.text("metadata.name")): it for it in graph.of(SECRET_STORE)}
    for secret in graph.of(EXTERNAL_SECRET):
        store = stores.get((namespace_of(secret), secret.text("spec.secretStoreRef.name")))
        service = store.get("spec.provider.aws.service") if store else None
        yield finding(secret, "spec.secretStoreRef", service == "SecretsManager", service)
    for secret in graph.of(SECRET):
        wrong = [key for key in ("data", "stringData") if secret.get(key) not in (None, {})]
        yield finding(secret, "data", not wrong or _own_cluster(secret), [*wrong])


def _own_cluster(secret: Resource) -> bool:
    """Whether it is how Argo CD knows the cluster that it runs in: an address and no login, which it has as a pod."""
    labels = secret.get("metadata.labels")
    kind = labels.get("argocd.argoproj.io/secret-type") if isinstance(labels, dict) else None
    return kind == "cluster" and secret.text("metadata.name") == "in-cluster"


def _bounded(graph: Graph) -> Iterator[Finding]:
    """Every pod of ours stands in a namespace that the stack makes, with a limit on what one may take."""
    made = {it.text("metadata.name") for it in graph.of(NAMESPACE)}
    limited = {namespace_of(it) for it in graph.of(k8s("core/v1.ResourceQuota"), k8s("core/v1.LimitRange"))}
    for pod in pods(graph):
        good = pod.namespace in made and pod.namespace in limited
        yield finding(pod.at, "metadata.namespace", good, pod.namespace)


def _default_unused(graph: Graph) -> Iterator[Finding]:
    for resource in _namespaced(graph):
        kind = str(resource.get("kind") or resource.type.rpartition(":")[2])
        name = namespace_of(resource)
        yield finding(resource, "metadata.namespace", name != "default" or kind in _EMPTY_ALLOWED, name)


CONTROLS: Final[tuple[Control, ...]] = (
    line("4.2.1", "No privileged container", (*WORKLOADS, NAMESPACE), _admission(_context("privileged"))),
    line("4.2.2", "No pod sees the node's processes", (*WORKLOADS, NAMESPACE), _admission(_spec("hostPID"))),
    line("4.2.3", "No pod shares the node's memory", (*WORKLOADS, NAMESPACE), _admission(_spec("hostIPC"))),
    line("4.2.4", "No pod is in the node's network", (*WORKLOADS, NAMESPACE), _admission(_spec("hostNetwork"))),
    line("4.2.5", "No process gains rights", (*WORKLOADS, NAMESPACE), _admission(
        _not_refused("allowPrivilegeEscalation"), ("privileged", "baseline"))),
    line("4.3.1", "The CNI enforces network policies", (aws("eks.Cluster"), ADDON), network_policies_on),
    line("4.3.2", "Every namespace has a network policy", (NAMESPACE, NETWORK_POLICY), _policy_each),
    line("4.4.1", "Secrets are files, not environment", WORKLOADS, _as_files),
    line("4.4.2", "Secrets live outside the cluster", (EXTERNAL_SECRET, SECRET), _external),
    line("4.5.1", "Namespaces are borders", WORKLOADS, _bounded),
    line("4.5.2", "The namespace default is unused", (*WORKLOADS, RELEASE), _default_unused),
)  # fmt: skip
"""The lines about what runs in the cluster."""

__all__ = ["ADDON", "CONTROLS", "network_policies_on"]
