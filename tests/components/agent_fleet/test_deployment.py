"""Both components in a cluster: what is made, in which order, and what waits for the images."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sandbox.model import Resource, Run
from tests.components.agent_fleet.example import STACKS, deploy, raw

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
SERVICE = "kubernetes:core/v1:Service"
RunOf = Callable[[str, str], Run]


@pytest.fixture(scope="module")
def run_of(tmp_path_factory: pytest.TempPathFactory) -> RunOf:
    """The run of an example stack in a phase, made once."""

    @cache
    def made(stack: str, phase: str) -> Run:
        return deploy(tmp_path_factory.mktemp(f"{stack}-{phase}"), raw(stack), stack=stack, phase=phase)

    return made


@pytest.fixture(scope="module")
def run(run_of: RunOf) -> Run:
    return run_of("production", "running")


def of_type(run: Run, type_: str) -> dict[str, Resource]:
    return {r.name: r for r in run.resources if r.type == type_}


def waits_for(run: Run, resource: Resource) -> set[str]:
    """Type and name of everything that the resource names as its dependency."""
    by_urn = {r.urn: r for r in run.resources}
    return {f"{by_urn[urn].type} {by_urn[urn].name}" for urn in resource.dependencies}


def document(resource: Resource, field: str) -> dict[str, Any]:
    text = resource.inputs[field]
    assert isinstance(text, str)
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.mark.parametrize("stack", STACKS)
def test_every_server_and_agent_is_made(run_of: RunOf, stack: str) -> None:
    sections = raw(stack)
    deployments = of_type(run_of(stack, "running"), DEPLOYMENT)
    servers = {f"main/mcp/deployment/{name}" for name in (*sections["mcp"]["servers"], "egress-proxy", "tool-gateway")}
    agents = {f"main/mcp-agents/deployment/{name}" for name in (*sections["agents"]["agents"], "coordinator")}
    assert set(deployments) == servers | agents


def test_bootstrap_leaves_out_what_needs_our_images(run_of: RunOf) -> None:
    run = run_of("production", "bootstrap")
    kinds = {r.type.rpartition(":")[2] for r in run.resources if r.type.startswith("kubernetes:")}
    assert kinds == {"Namespace", "NetworkPolicy", "LimitRange", "ResourceQuota", "SecretStore", "PriorityClass"}
    quotas = [
        {name: r.inputs["spec"] for name, r in of_type(made, "kubernetes:core/v1:ResourceQuota").items()}
        for made in (run, run_of("production", "running"))
    ]
    assert quotas[0] == quotas[1]


def test_bootstrap_and_running_agree_on_what_both_have(run_of: RunOf) -> None:
    before = {r.urn: r.inputs for r in run_of("production", "bootstrap").resources if r.custom}
    after = {r.urn: r.inputs for r in run_of("production", "running").resources if r.custom}
    assert before.items() <= after.items()


def test_pods_wait_for_what_they_cannot_start_without(run: Run) -> None:
    quiz = waits_for(run, of_type(run, DEPLOYMENT)["main/mcp-agents/deployment/quiz"])
    assert {
        "aws:eks/podIdentityAssociation:PodIdentityAssociation main-mcp-agents-quiz",
        "kubernetes:core/v1:Namespace main/_cluster/namespace/mcp-agents",
        "kubernetes:core/v1:ServiceAccount main/mcp-agents/serviceaccount/quiz",
        "kubernetes:core/v1:ConfigMap main/mcp-agents/configmap/quiz-env",
        "kubernetes:core/v1:ConfigMap main/mcp-agents/configmap/quiz-files",
        "kubernetes:external-secrets.io/v1:ExternalSecret main/mcp-agents/externalsecret/quiz-cache",
        "kubernetes:networking.k8s.io/v1:NetworkPolicy main/mcp-agents/networkpolicy/quiz",
        "kubernetes:scheduling.k8s.io/v1:PriorityClass main/_cluster/priorityclass/agents-normal",
    } <= quiz


def test_no_workload_waits_for_another(run: Run) -> None:
    for name, deployment in of_type(run, DEPLOYMENT).items():
        others = {line.rpartition("/")[2] for line in waits_for(run, deployment) if DEPLOYMENT in line}
        assert others == set(), name


def test_the_store_waits_for_the_role_that_it_names(run: Run) -> None:
    for namespace in ("mcp", "mcp-agents"):
        store = of_type(run, "kubernetes:external-secrets.io/v1:SecretStore")[
            f"main/{namespace}/secretstore/secrets-manager"
        ]
        assert f"aws:iam/rolePolicy:RolePolicy main-{namespace}-secrets" in waits_for(run, store)
        role = of_type(run, "aws:iam/role:Role")[f"main-{namespace}-secrets"]
        spec = store.inputs["spec"]
        assert isinstance(spec, dict)
        provider: Any = spec["provider"]
        assert provider["aws"]["role"] == f"arn:aws:iam::111122223333:role/{role.inputs['name']}"


def test_a_namespace_reads_its_own_secrets_and_only_through_the_operator(run: Run) -> None:
    policy = document(of_type(run, "aws:iam/rolePolicy:RolePolicy")["main-mcp-secrets"], "policy")
    read, key = policy["Statement"]
    assert read["Resource"] == ["arn:aws:secretsmanager:us-east-1:111122223333:secret:toolboxai/production/mcp/*"]
    assert set(read["Action"]) == {"secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"}
    assert key["Action"] == ["kms:Decrypt"]
    trust = document(of_type(run, "aws:iam/role:Role")["main-mcp-secrets"], "assumeRolePolicy")
    (statement,) = trust["Statement"]
    assert statement["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert statement["Condition"]["StringEquals"] == {
        "aws:PrincipalTag/eks-cluster-arn": "arn:aws:eks:us-east-1:111122223333:cluster/toolboxai-production-main",
        "aws:PrincipalTag/kubernetes-namespace": "external-secrets",
        "aws:PrincipalTag/kubernetes-service-account": "external-secrets",
    }


def test_identities_are_those_of_workloads_that_call_aws(run: Run) -> None:
    associations = of_type(run, "aws:eks/podIdentityAssociation:PodIdentityAssociation")
    bound = {(r.inputs["namespace"], r.inputs["serviceAccount"]) for r in associations.values()}
    servers = {("mcp", name) for name in ("main", "assessment", "files")}
    assert bound == servers | {("mcp-agents", name) for name in raw()["agents"]["agents"]}


def test_namespaces_are_restricted_closed_and_held_to_a_quota(run: Run) -> None:
    namespaces = of_type(run, "kubernetes:core/v1:Namespace")
    for namespace in ("mcp", "mcp-agents"):
        metadata: Any = namespaces[f"main/_cluster/namespace/{namespace}"].inputs["metadata"]
        assert metadata["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
        policies = of_type(run, "kubernetes:networking.k8s.io/v1:NetworkPolicy")
        deny: Any = policies[f"main/{namespace}/networkpolicy/default-deny"].inputs["spec"]
        assert deny == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
        assert f"main/{namespace}/resourcequota/quota" in of_type(run, "kubernetes:core/v1:ResourceQuota")
        assert f"main/{namespace}/limitrange/defaults" in of_type(run, "kubernetes:core/v1:LimitRange")


def test_a_service_without_pods_is_not_waited_for(tmp_path: Path) -> None:
    sections = raw("dev")
    sections["agents"]["agents"]["quiz"]["scaling"] = {"kind": "queue", "min_replicas": 0, "max_replicas": 2}
    services = of_type(deploy(tmp_path, sections, stack="dev"), SERVICE)

    def skips(name: str) -> bool:
        metadata: Any = services[f"main/mcp-agents/service/{name}"].inputs["metadata"]
        return bool(metadata.get("annotations", {}).get("pulumi.com/skipAwait") == "true")

    assert skips("quiz")
    assert not skips("terrain")


def test_everything_has_an_explicit_provider_and_stands_under_its_component(run: Run) -> None:
    by_urn = {r.urn: r for r in run.resources}
    for resource in run.resources:
        if not resource.custom or resource.type.startswith("pulumi:") or resource.name == "standing-for-the-cluster":
            continue
        assert resource.provider, resource.urn
        top = resource
        while top.parent and by_urn[top.parent].type != "pulumi:pulumi:Stack":
            top = by_urn[top.parent]
        # the priority that operators have is made with them, before either of ours
        shared = resource.name.endswith("priorityclass/platform")
        assert (top.type == "platform:index:ClusterServices") == shared, resource.urn
        assert shared or top.type in {"platform:index:McpPlatform", "platform:index:AgentFleet"}, resource.urn


def test_rollouts_may_wait_for_a_node(run: Run) -> None:
    for deployment in of_type(run, DEPLOYMENT).values():
        assert deployment.custom_timeouts == {"create": 900, "update": 900, "delete": 900}
