"""Chapter 4.1: who may do what in the cluster, by roles of ours and by EKS access policies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from controls.cis.lines import line
from controls.cis.objects import (
    BINDINGS,
    POLICY_ASSOCIATION,
    ROLES,
    SERVICE_ACCOUNT,
    WORKLOADS,
    Rule,
    access_policy,
    pods,
    rules,
)
from controls.graph import Graph, aws, rows, truth
from controls.judges import each, finding, one_of, refers
from controls.model import Control, Finding, Judge

_ADMIN_POLICY: Final = "AmazonEKSClusterAdminPolicy"
_SERVICES: Final = (".amazonaws.com",)
_ACCESS: Final = (POLICY_ASSOCIATION, *ROLES)

_POLICIES_GIVE: Final[dict[str, frozenset[str]]] = {
    "AmazonEKSAdminPolicy": frozenset({"secrets", "pods", "impersonate"}),
    "AmazonEKSEditPolicy": frozenset({"secrets", "pods", "impersonate"}),
    "AmazonEKSAdminViewPolicy": frozenset({"secrets", "nodes/proxy"}),
    "AmazonEKSSecretReaderPolicy": frozenset({"secrets"}),
    "AmazonEKSViewPolicy": frozenset(),
}
"""What AWS's access policies give of what this chapter is about, by the tables of permissions in the EKS user guide.

The cluster administrator's isn't here: that is 4.1.1's question, and it is no finding in each line that follows too.
"""


def _workload_role(graph: Graph, arn: str) -> bool:
    """Whether a role of this stack that nodes or pods carry has that ARN."""
    return any(
        refers(arn, role) and any(service in role.text("assumeRolePolicy") for service in _SERVICES)
        for role in graph.of(aws("iam.Role"))
    )


def _admins(graph: Graph) -> Iterator[Finding]:
    """Administrators are IAM roles that people take on: no user, no node, no pod, and no binding inside."""
    for association in graph.of(POLICY_ASSOCIATION):
        principal = association.text("principalArn")
        if access_policy(association) != _ADMIN_POLICY:
            continue
        good = ":role/" in principal and not _workload_role(graph, principal)
        yield finding(association, "principalArn", good, principal)
    for binding in graph.of(*BINDINGS):
        role = binding.text("roleRef.name")
        groups = [str(it.get("name")) for it in binding.rows("subjects")]
        good = role != "cluster-admin" and "system:masters" not in groups
        yield finding(binding, "roleRef.name", good, role)


def _given(wanted: str, bad: Callable[[Rule], bool]) -> Judge:
    """No access policy gives ``wanted``, and no rule of a role of ours is ``bad``."""

    def judge(graph: Graph) -> Iterator[Finding]:
        for association in graph.of(POLICY_ASSOCIATION):
            name = access_policy(association)
            known = _POLICIES_GIVE.get(name)
            if name == _ADMIN_POLICY:
                continue
            yield finding(association, "policyArn", known is not None and wanted not in known, name)
        for role, found in rules(graph):
            wrong = [list(rule.resources) for rule in found if bad(rule)]
            yield finding(role, "rules", not wrong, [", ".join(it) for it in wrong])

    return judge


def _wildcard(rule: Rule) -> bool:
    return "*" in (*rule.groups, *rule.resources, *rule.verbs)


def _wildcards(graph: Graph) -> Iterator[Finding]:
    for role, found in rules(graph):
        wrong = [", ".join(rule.resources) for rule in found if _wildcard(rule)]
        yield finding(role, "rules", not wrong, [*wrong])


def _roles(bad: Callable[[Rule], bool]) -> Judge:
    def judge(graph: Graph) -> Iterator[Finding]:
        for role, found in rules(graph):
            wrong = [", ".join(rule.resources) for rule in found if bad(rule)]
            yield finding(role, "rules", not wrong, [*wrong])

    return judge


def _reads_secrets(rule: Rule) -> bool:
    """Whether it reads Secrets at large: one by name, for who can take no file, is the least there is."""
    return rule.gives(("get", "list", "watch"), "secrets") and (not rule.names or "*" in rule.verbs)


def _makes_pods(rule: Rule) -> bool:
    return rule.gives(("create",), "pods")


def _escalates(rule: Rule) -> bool:
    roles = any(
        rule.gives(("bind", "escalate"), kind, "rbac.authorization.k8s.io") for kind in ("roles", "clusterroles")
    )
    return roles or any(rule.gives(("impersonate",), kind) for kind in ("users", "groups", "serviceaccounts"))


def _webhooks(rule: Rule) -> bool:
    return any(
        rule.gives(("create", "update", "patch", "delete"), kind, "admissionregistration.k8s.io")
        for kind in ("mutatingwebhookconfigurations", "validatingwebhookconfigurations")
    )


def _named_accounts(graph: Graph) -> Iterator[Finding]:
    for pod in pods(graph):
        yield finding(pod.at, f"{pod.path}.serviceAccountName", pod.account != "default", pod.account)
    for binding in graph.of(*BINDINGS):
        found = [
            it for it in binding.rows("subjects") if it.get("name") == "default" and it.get("kind") == "ServiceAccount"
        ]
        yield finding(binding, "subjects", not found, [*found])


def _tokens(graph: Graph) -> Iterator[Finding]:
    """A pod has a token only where its service account may do something: where a binding names it."""
    bound = {
        (str(it.get("namespace")), str(it.get("name")))
        for binding in graph.of(*BINDINGS)
        for it in rows(binding.get("subjects"))
        if it.get("kind") == "ServiceAccount"
    }
    for pod in pods(graph):
        found = pod.spec.get("automountServiceAccountToken")
        good = truth(found) is False or (pod.namespace, pod.account) in bound
        yield finding(pod.at, f"{pod.path}.automountServiceAccountToken", good, found)
    for account in graph.of(SERVICE_ACCOUNT):
        found = account.get("automountServiceAccountToken")
        yield finding(account, "automountServiceAccountToken", truth(found) is False, found)


CONTROLS: Final[tuple[Control, ...]] = (
    line("4.1.1", "Cluster administrators are people's roles only", (POLICY_ASSOCIATION, *BINDINGS), _admins),
    line("4.1.2", "Nobody else reads Secrets", _ACCESS, _given("secrets", _reads_secrets)),
    line("4.1.3", "No role has a wildcard", ROLES, _wildcards),
    line("4.1.4", "Nobody else makes pods", _ACCESS, _given("pods", _makes_pods)),
    line("4.1.5", "No default service account is used", (*WORKLOADS, *BINDINGS), _named_accounts),
    line("4.1.6", "Service-account tokens only where they are needed", (*WORKLOADS, SERVICE_ACCOUNT), _tokens),
    line("4.1.7", "Access is by access entries, not by a ConfigMap", aws("eks.Cluster"), each(
        aws("eks.Cluster"), "accessConfig.authenticationMode", one_of("API"))),
    line("4.1.8", "Nobody binds, impersonates or escalates", _ACCESS, _given("impersonate", _escalates)),
    line("4.1.9", "Nobody makes persistent volumes", ROLES, _roles(
        lambda rule: rule.gives(("create",), "persistentvolumes"))),
    line("4.1.10", "Nobody reaches nodes through the API", _ACCESS, _given(
        "nodes/proxy", lambda rule: rule.gives(("get", "create"), "nodes/proxy"))),
    line("4.1.11", "Nobody changes admission webhooks", ROLES, _roles(_webhooks)),
    line("4.1.12", "Nobody makes service-account tokens", ROLES, _roles(
        lambda rule: rule.gives(("create",), "serviceaccounts/token"))),
)  # fmt: skip
"""The lines about rights in the cluster."""

__all__ = ["CONTROLS"]
