"""The rendered objects of each stack, judged by rules written apart from the kit."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.model import Run
from sandbox.protocol.goal import seconds
from tests.pod_security import hardening_violations, pod_of, restricted_violations
from tests.stacks.graph import manifests, of_type, plain, reaches


def named(manifest: dict[str, Any]) -> str:
    metadata = manifest["metadata"]
    return f"{metadata.get('namespace', '_cluster')}/{manifest['kind']}/{metadata['name']}"


def of_kind(run: Run, *kinds: str) -> list[dict[str, Any]]:
    return [manifest for manifest in manifests(run) if manifest["kind"] in kinds]


def test_every_pod_of_ours_passes_pod_security_restricted(run: Run) -> None:
    pods = [manifest for manifest in manifests(run) if pod_of(manifest) is not None]
    assert len(pods) > 10
    assert {named(m): found for m in pods if (found := restricted_violations(m))} == {}


def test_every_pod_of_ours_is_hardened_beyond_it(run: Run) -> None:
    """UID, read-only root, tokens, requests and limits, probes, secrets as files."""
    pods = [manifest for manifest in manifests(run) if pod_of(manifest) is not None]
    assert {named(m): found for m in pods if (found := hardening_violations(m))} == {}


def test_every_namespace_of_ours_is_closed_and_says_its_level(run: Run) -> None:
    namespaces = of_kind(run, "Namespace")
    assert len(namespaces) >= 6
    closed = {
        m["metadata"]["namespace"]
        for m in of_kind(run, "NetworkPolicy")
        if m["spec"]["podSelector"] in ({}, None)
        and set(m["spec"]["policyTypes"]) == {"Ingress", "Egress"}
        and not m["spec"].get("ingress")
        and not m["spec"].get("egress")
    }
    for manifest in namespaces:
        name, labels = manifest["metadata"]["name"], manifest["metadata"]["labels"]
        assert name in closed
        level = "privileged" if name == "node-agents" else "restricted"
        assert labels["pod-security.kubernetes.io/enforce"] == level, name


def test_everything_namespaced_lies_in_a_namespace_that_exists(run: Run) -> None:
    known = {m["metadata"]["name"] for m in of_kind(run, "Namespace")}
    known |= {"default", "kube-system", "amazon-cloudwatch", "amazon-guardduty"}
    used = {m["metadata"]["namespace"] for m in manifests(run) if "namespace" in m["metadata"]}
    assert used <= known


def test_every_deployment_has_a_budget_where_it_has_replicas(run: Run) -> None:
    scaled: dict[tuple[str, str], int] = {}
    for m in of_kind(run, "HorizontalPodAutoscaler", "ScaledObject"):
        target = m["spec"]["scaleTargetRef"]["name"]
        most = m["spec"].get("maxReplicas", m["spec"].get("maxReplicaCount", 1))
        scaled[m["metadata"]["namespace"], target] = most
    budgets = {
        (m["metadata"]["namespace"], m["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"]): m["spec"]
        for m in of_kind(run, "PodDisruptionBudget")
    }
    # one that counts those that must stay would hold a node for ever while a workload is at its fewest
    assert all("minAvailable" not in spec and spec["maxUnavailable"] for spec in budgets.values())
    deployments = of_kind(run, "Deployment")
    assert deployments
    for m in deployments:
        key = (m["metadata"]["namespace"], m["metadata"]["name"])
        replicas = scaled.get(key, m["spec"].get("replicas", 1))
        assert (key in budgets) == (replicas > 1), key


def test_nothing_is_scaled_twice(run: Run) -> None:
    owners: dict[tuple[str, str], list[str]] = defaultdict(list)
    for m in of_kind(run, "HorizontalPodAutoscaler", "ScaledObject"):
        owners[m["metadata"]["namespace"], m["spec"]["scaleTargetRef"]["name"]].append(m["kind"])
    assert {key: kinds for key, kinds in owners.items() if len(kinds) > 1} == {}
    for m in of_kind(run, "Deployment"):
        if (m["metadata"]["namespace"], m["metadata"]["name"]) in owners:
            assert "replicas" not in m["spec"], named(m)


def test_a_pool_is_waited_for_until_its_last_node_must_be_gone(run_of: Callable[[str], Run]) -> None:
    pools = [r for r in run_of("production").resources if r.type == "kubernetes:karpenter.sh/v1:NodePool"]
    assert len(pools) == 3
    for pool in pools:
        drain = plain(pool.inputs)["spec"]["template"]["spec"]["terminationGracePeriod"]
        assert pool.custom_timeouts["delete"] > seconds(drain)


def test_images_are_exact_and_ours(run: Run) -> None:
    for manifest in manifests(run):
        for container in (pod_of(manifest) or {}).get("containers", []):
            registry, _, rest = container["image"].partition("/")
            region = "us-west-2" if run.stack == "production-dr" else "us-east-1"
            assert registry == f"111122223333.dkr.ecr.{region}.amazonaws.com"
            assert ":" in rest or "@sha256:" in rest
            assert not rest.endswith(":latest")


def test_secrets_come_from_outside_only(run: Run) -> None:
    # the one Secret of ours holds nothing: Argo CD knows its cluster by it
    assert [named(m) for m in of_kind(run, "Secret")] in ([], ["argocd/Secret/in-cluster"])
    stores = {m["metadata"]["namespace"] for m in of_kind(run, "SecretStore")}
    for m in of_kind(run, "ExternalSecret"):
        assert m["metadata"]["namespace"] in stores
        for data in [*(m["spec"].get("data") or []), *(m["spec"].get("dataFrom") or [])]:
            key = (data.get("remoteRef") or data.get("extract"))["key"]
            if m["metadata"]["name"] == "database-bootstrap-admin":
                # the master user's: RDS makes it and gives it its name
                assert re.fullmatch(r"arn:aws:secretsmanager:us-east-1:111122223333:secret:rds!(cluster|db)-\S+", key)
                continue
            platform, env, namespace, _ = key.split("/")
            assert (platform, env) == ("toolboxai", run.stack.removesuffix("-dr"))
            assert namespace == m["metadata"]["namespace"]


@pytest.mark.parametrize("stack", ["dev", "staging", "production", "production-dr"])
def test_the_fleet_of_the_platform(stack: str, run_of: Callable[[str], Run]) -> None:
    deployments = {(m["metadata"]["namespace"], m["metadata"]["name"]) for m in of_kind(run_of(stack), "Deployment")}
    agents = {"coordinator", "supervisor", "content", "quiz", "terrain", "script", "review"}
    assert {name for namespace, name in deployments if namespace == "mcp-agents"} == agents
    assert {name for namespace, name in deployments if namespace == "mcp"} >= {
        "context",
        "curriculum",
        "assessment",
        "files",
    }


@pytest.mark.parametrize("stack", ["staging", "production", "production-dr"])
def test_pools_start_nodes_of_a_pinned_image_with_encrypted_disks(stack: str, run_of: Callable[[str], Run]) -> None:
    classes = of_kind(run_of(stack), "EC2NodeClass")
    assert classes
    for manifest in classes:
        spec = manifest["spec"]
        assert [term["alias"] for term in spec["amiSelectorTerms"]] == ["al2023@v20260714"]
        assert spec["metadataOptions"]["httpTokens"] == "required"
        assert spec["metadataOptions"]["httpPutResponseHopLimit"] == 1
        assert spec["instanceProfile"]
        assert all(disk["ebs"]["encrypted"] and disk["ebs"]["kmsKeyID"] for disk in spec["blockDeviceMappings"])
        assert {"Project", "Environment", "Owner", "CostCenter", "DataClass", "ManagedBy"} <= set(spec["tags"])


def test_the_ways_in_and_out_are_pushed_out_by_nobody_of_ours(run: Run) -> None:
    """PgBouncer and the egress proxy serve everyone: their priority is above whoever goes through them."""
    values = {m["metadata"]["name"]: m["value"] for m in of_kind(run, "PriorityClass")}
    priority = {
        m["metadata"]["name"]: values.get(m["spec"]["template"]["spec"].get("priorityClassName"), 0)
        for m in of_kind(run, "Deployment", "StatefulSet")
    }
    ways = {"pgbouncer", "egress-proxy"} & set(priority)
    assert "egress-proxy" in ways
    others = [value for name, value in priority.items() if name not in ways]
    assert len(others) > 5
    assert min(priority[name] for name in ways) > max(others)


def test_operators_come_after_the_class_of_their_pods(run: Run) -> None:
    (made,) = [r for r in run.resources if r.name.endswith("priorityclass/platform")]
    for release in of_type(run, "kubernetes:helm.sh/v3:Release"):
        assert made.urn in reaches(run, release), release.name
