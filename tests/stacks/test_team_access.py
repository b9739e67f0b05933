"""What people may do in each stack's cluster, judged by CIS EKS 4.1 on the rendered roles."""

from __future__ import annotations

import pytest

from sandbox.model import Run
from tests.rbac import Right, rights, rules
from tests.stacks.graph import manifests, of_type, plain

LEVELS = {
    "dev": {"platform:platform-team": "admin", "platform:developers": "developer"},
    "staging": {"platform:platform-team": "admin", "platform:developers": "read-only"},
    "production": {"platform:platform-team": "admin", "platform:support": "read-only"},
    "production-dr": {"platform:platform-team": "admin", "platform:support": "read-only"},
}
OWN = {"mcp", "mcp-agents", "toolboxai-system", "monitoring", "external-secrets"}


def team_rules(run: Run) -> list[tuple[str, dict[str, list[str]]]]:
    return [(name, dict(rule)) for name, rule in rules(manifests(run)) if name.startswith("ClusterRole/team-")]


def test_every_group_of_an_access_entry_is_bound_and_no_other(run: Run) -> None:
    groups = {
        group
        for r in of_type(run, "aws:eks:AccessEntry")
        for group in plain(r.inputs).get("kubernetesGroups") or ()
        if plain(r.inputs)["type"] == "STANDARD"
    }
    assert groups == set(LEVELS[run.stack])
    bound = {
        subject["name"]
        for m in manifests(run)
        if m["kind"] in {"RoleBinding", "ClusterRoleBinding"}
        for subject in m["subjects"]
        if subject["kind"] == "Group"
    }
    assert bound == groups


def test_one_role_comes_in_an_emergency(run: Run) -> None:
    """CIS EKS 4.1.1: cluster-admin only where it is required. Kubernetes' own roles are bound to nobody."""
    admins = [plain(r.inputs) for r in of_type(run, "aws:eks:AccessPolicyAssociation")]
    assert [(a["principalArn"].rpartition("/")[2], a["policyArn"].rpartition("/")[2]) for a in admins] == [
        ("emergency", "AmazonEKSClusterAdminPolicy")
    ]
    made = {m["metadata"]["name"] for m in manifests(run) if m["kind"] in {"ClusterRole", "Role"}}
    refs = {m["roleRef"]["name"] for m in manifests(run) if m["kind"] in {"RoleBinding", "ClusterRoleBinding"}}
    assert refs
    assert refs <= made


def test_no_rule_says_everything(run: Run) -> None:
    """CIS EKS 4.1.3, of every role that the program makes."""
    for name, rule in rules(manifests(run)):
        assert "*" not in (*rule.get("apiGroups", ()), *rule["resources"], *rule["verbs"]), name
        assert "nonResourceURLs" not in rule, name


FORBIDDEN = {
    "4.1.2 secrets": ("", "secrets"),
    "4.1.8 impersonate users": ("", "users"),
    "4.1.8 impersonate groups": ("", "groups"),
    "4.1.10 nodes/proxy": ("", "nodes/proxy"),
    "4.1.12 tokens": ("", "serviceaccounts/token"),
    "attach": ("", "pods/attach"),
    "debugging containers": ("", "pods/ephemeralcontainers"),
    "proxy": ("", "pods/proxy"),
    "services/proxy": ("", "services/proxy"),
    "approvals": ("certificates.k8s.io", "certificatesigningrequests/approval"),
}
READ_ONLY_KINDS = {
    "4.1.9 volumes": ("", "persistentvolumes"),
    "4.1.11 webhooks": ("admissionregistration.k8s.io", "validatingwebhookconfigurations"),
    "4.1.11 mutating webhooks": ("admissionregistration.k8s.io", "mutatingwebhookconfigurations"),
    "admission policies": ("admissionregistration.k8s.io", "validatingadmissionpolicies"),
    "their bindings": ("admissionregistration.k8s.io", "validatingadmissionpolicybindings"),
    "roles": ("rbac.authorization.k8s.io", "roles"),
    "cluster roles": ("rbac.authorization.k8s.io", "clusterroles"),
    "bindings": ("rbac.authorization.k8s.io", "rolebindings"),
    "cluster bindings": ("rbac.authorization.k8s.io", "clusterrolebindings"),
    "network policies": ("networking.k8s.io", "networkpolicies"),
    "quotas": ("", "resourcequotas"),
    "service accounts": ("", "serviceaccounts"),
    "namespaces": ("", "namespaces"),
    "who reads which secret": ("external-secrets.io", "secretstores"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_team_has(what: str, run: Run) -> None:
    found = [right for g in LEVELS[run.stack] for right in rights(manifests(run), g)]
    assert found
    assert [right for right in found if (right.group, right.resource) == FORBIDDEN[what]] == []
    assert {right.verb for right in found} <= {"get", "list", "watch", "create", "update", "patch", "delete"}


@pytest.mark.parametrize("what", READ_ONLY_KINDS)
def test_no_team_changes(what: str, run: Run) -> None:
    found = {right for g in LEVELS[run.stack] for right in rights(manifests(run), g)}
    verbs = {right.verb for right in found if (right.group, right.resource) == READ_ONLY_KINDS[what]}
    assert verbs <= {"get", "list", "watch"}


def test_in_production_nobody_starts_anything(run: Run) -> None:
    """CIS EKS 4.1.4, and no shell where pupils' data is; elsewhere data is synthetic and developers work."""
    created = {
        (right.group, right.resource)
        for g in LEVELS[run.stack]
        for right in rights(manifests(run), g)
        if right.verb == "create"
    }
    if run.stack.startswith("production"):
        assert created == set()
    else:
        assert created == {("", "pods/exec"), ("", "pods/portforward"), ("batch", "jobs")}


def test_each_level_is_what_it_says(run: Run) -> None:
    for group, level in LEVELS[run.stack].items():
        found = rights(manifests(run), group)
        changes = {right for right in found if right.verb not in {"get", "list", "watch"}}
        where = {right.namespace for right in changes}
        logs = {right.namespace for right in found if right.resource == "pods/log"}
        match level:
            case "admin":
                assert where >= OWN
                assert not where & {None, "kube-system", "default", "amazon-cloudwatch", "amazon-guardduty"}
                assert Right("", "nodes", "list", None) in found
                assert logs >= OWN
            case "developer":
                assert where == {right.namespace for right in found} == {"mcp", "mcp-agents", "toolboxai-dev"}
            case "read-only":
                assert changes == set()
                assert {right.namespace for right in found} == {None}
                # as they leave a container they aren't redacted
                assert bool(logs) == (not run.stack.startswith("production"))
            case _:
                pytest.fail(f"what may {level} do?")
