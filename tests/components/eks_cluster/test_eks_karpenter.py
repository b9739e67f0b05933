"""Karpenter's half in AWS: narrow rights, nodes that may join, interruptions that arrive."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components.naming import LIMITS
from components.pod_identity import INLINE_LIMIT
from tests.components.eks_cluster.graph import ACCOUNT, Graph, Json, Registered

CLUSTER = "toolboxai-production-main"
KARPENTER = "eks-main-karpenter"


def statements(graph: Graph) -> dict[str, Json]:
    policy = json.loads(graph.one("aws:iam/rolePolicy:RolePolicy", KARPENTER).inputs["policy"])
    return {statement["Sid"]: statement for statement in policy["Statement"]}


def test_without_karpenter_nothing_of_it_is_made(dev: Graph) -> None:
    assert [r.urn for r in dev.all.values() if "karpenter" in r.name] == []


def test_its_nodes_may_join(production: Graph) -> None:
    [entry] = [e for e in production.of("aws:eks/accessEntry:AccessEntry") if e.inputs["type"] != "STANDARD"]
    assert entry.inputs["type"] == "EC2_LINUX"
    role = entry.inputs["principalArn"]
    # EKS makes the entry of a managed group's role itself: a second one is refused
    assert all(g.inputs["nodeRoleArn"] != role for g in production.of("aws:eks/nodeGroup:NodeGroup"))
    profile = production.one("aws:iam/instanceProfile:InstanceProfile")
    assert f"arn:mock:{profile.inputs['role']}" == role


def test_its_security_group_is_found_by_tag(production: Graph) -> None:
    tag = production.one("aws:ec2/tag:Tag")
    assert tag.inputs == {"resourceId": "sg-cluster", "key": "karpenter.sh/discovery", "value": CLUSTER}


def test_interruptions_reach_the_queue(production: Graph) -> None:
    queue = production.one("aws:sqs/queue:Queue")
    assert queue.inputs["name"] == f"{CLUSTER}-karpenter"
    assert queue.inputs["sqsManagedSseEnabled"] is True
    assert queue.inputs["messageRetentionSeconds"] == 300
    rules = production.of("aws:cloudwatch/eventRule:EventRule")
    heard = {tuple(json.loads(rule.inputs["eventPattern"])["detail-type"]) for rule in rules}
    assert heard == {
        ("AWS Health Event",),
        ("EC2 Spot Instance Interruption Warning",),
        ("EC2 Instance Rebalance Recommendation",),
        ("EC2 Instance State-change Notification",),
        ("EC2 Capacity Reservation Instance Interruption Warning",),
    }
    targets = production.of("aws:cloudwatch/eventTarget:EventTarget")
    assert {t.inputs["rule"] for t in targets} == {rule.inputs["name"] for rule in rules}
    policy = production.one("aws:sqs/queuePolicy:QueuePolicy")
    for target in targets:
        assert target.inputs["arn"] == queue.inputs.get("arn", f"arn:mock:{KARPENTER}")
        assert production.comes_first(policy, target)


def test_only_our_rules_may_write_to_the_queue_and_only_over_tls(production: Graph) -> None:
    allow, deny = json.loads(production.one("aws:sqs/queuePolicy:QueuePolicy").inputs["policy"])["Statement"]
    names = [rule.inputs["name"] for rule in production.of("aws:cloudwatch/eventRule:EventRule")]
    assert allow["Principal"] == {"Service": "events.amazonaws.com"}
    assert allow["Action"] == "sqs:SendMessage"
    assert sorted(allow["Condition"]["ArnEquals"]["aws:SourceArn"]) == sorted(
        f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{name}" for name in names
    )
    assert deny["Effect"] == "Deny"
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert all(len(name) <= LIMITS["events-rule"] for name in names)


def test_the_controller_ends_its_own_nodes_only(production: Graph) -> None:
    found = statements(production)
    for name in ("EndOwnInstances", "TagOwnInstances", "LaunchFromOwnTemplates"):
        condition = found[name]["Condition"]
        assert condition["StringEquals"][f"aws:ResourceTag/kubernetes.io/cluster/{CLUSTER}"] == "owned"
        assert condition["StringLike"] == {"aws:ResourceTag/karpenter.sh/nodepool": "*"}
    for name in ("LaunchTagged", "TagAtCreation"):
        condition = found[name]["Condition"]
        assert condition["StringEquals"]["aws:RequestTag/eks:eks-cluster-name"] == CLUSTER
    assert found["TagAtCreation"]["Condition"]["StringEquals"]["ec2:CreateAction"] == [
        "RunInstances",
        "CreateFleet",
        "CreateLaunchTemplate",
    ]


def test_the_controller_passes_the_node_role_only_to_ec2(production: Graph) -> None:
    passed = statements(production)["PassNodeRole"]
    assert passed["Resource"] == [f"arn:mock:{CLUSTER}-karpenter-nodes"]
    assert passed["Condition"] == {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}


def test_the_controller_makes_no_instance_profiles(production: Graph) -> None:
    actions = {action for statement in statements(production).values() for action in statement["Action"]}
    assert {a for a in actions if a.startswith("iam:")} == {
        "iam:PassRole",
        "iam:GetInstanceProfile",
        "iam:ListInstanceProfiles",
    }


def test_the_controller_reads_its_queue_and_uses_the_volumes_key_through_ec2(production: Graph) -> None:
    found = statements(production)
    assert found["ReadInterruptions"]["Resource"] == [f"arn:aws:sqs:us-east-1:{ACCOUNT}:{CLUSTER}-karpenter"]
    for name in ("EncryptVolumes", "GrantVolumes"):
        assert found[name]["Resource"] == ["arn:mock:volumes"]
        assert found[name]["Condition"]["StringEquals"] == {"kms:ViaService": "ec2.us-east-1.amazonaws.com"}
    assert found["GrantVolumes"]["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}


def policies(graph: Graph) -> list[Registered]:
    found = [r for r in graph.of("aws:iam/rolePolicy:RolePolicy") if r.name.startswith("eks-main")]
    assert found
    return found


def test_no_policy_of_the_cluster_has_a_wildcard_without_a_reason(either: Graph) -> None:
    for policy in policies(either):
        text = policy.inputs["policy"]
        assert len(json.dumps(json.loads(text), separators=(",", ":"))) <= INLINE_LIMIT
        for statement in json.loads(text)["Statement"]:
            actions: list[Any] = statement["Action"]
            assert not any("*" in action for action in actions)
            assert ("*" in statement["Resource"]) == statement["Sid"].startswith("Reasoned")


@pytest.mark.parametrize("sid", ["ReasonedReadRegion", "ReasonedReadZonalShift"])
def test_what_needs_all_resources_is_bounded_by_a_condition_where_there_is_one(production: Graph, sid: str) -> None:
    assert statements(production)[sid]["Condition"]["StringEquals"]
