"""Identity from one declaration: least privilege in, a role for exactly one service account out."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.pod_identity import (
    INLINE_LIMIT,
    TRUST_LIMIT,
    UNKNOWN_ARN,
    Grant,
    KeyOf,
    ManagedPolicy,
    document,
    role_name,
    size,
    trust,
)

CLUSTER = "arn:aws:eks:us-east-1:111122223333:cluster/toolboxai-production-main"
READ = Grant("ReadUploads", ["s3:GetObject"], ["arn:aws:s3:::uploads/*"])


def test_a_grant_becomes_one_statement() -> None:
    conditions = {"StringEquals": {"aws:RequestedRegion": ("us-east-1", "us-west-2")}}
    grant = Grant("ReadUploads", ("s3:GetObject",), ("arn:aws:s3:::uploads/*",), conditions)
    assert document([grant]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "ReadUploads",
                "Effect": "Allow",
                "Action": ["s3:GetObject"],
                "Resource": ["arn:aws:s3:::uploads/*"],
                "Condition": {"StringEquals": {"aws:RequestedRegion": ["us-east-1", "us-west-2"]}},
            }
        ],
    }


def test_a_grant_without_conditions_has_none() -> None:
    assert "Condition" not in document([READ])["Statement"][0]


def test_a_key_of_the_stack_is_that_one_key() -> None:
    grant = Grant("ContextKey", ["kms:Decrypt"], [KeyOf("data")])
    (statement,) = document([grant], {"data": "arn:aws:kms:us-east-1:111122223333:key/data"})["Statement"]
    assert statement["Resource"] == ["arn:aws:kms:us-east-1:111122223333:key/data"]
    with pytest.raises(KeyError, match="data"):
        document([grant], {"logs": "arn:aws:kms:us-east-1:111122223333:key/logs"})


@pytest.mark.parametrize("action", ["*", "s3:*", "s3:Get*", "GetObject", "s3:getObject", ""])
def test_an_action_is_one_action(action: str) -> None:
    with pytest.raises(ValueError, match="no single action"):
        Grant("ReadUploads", [action], ["arn:aws:s3:::uploads/*"])


def test_every_resource_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="needs a reason"):
        Grant("Describe", ["ec2:DescribeTags"], ["*"])
    reasoned = Grant("Describe", ["ec2:DescribeTags"], ["*"], reason="EC2's Describe calls know no resources")
    assert document([reasoned])["Statement"][0]["Sid"] == "ReasonedDescribe"


def test_a_pattern_is_not_everything() -> None:
    assert document([READ])["Statement"][0]["Sid"] == "ReadUploads"


@pytest.mark.parametrize(("actions", "resources"), [([], ["arn:aws:s3:::a"]), (["s3:GetObject"], [])])
def test_an_empty_grant_is_none(actions: list[str], resources: list[str]) -> None:
    with pytest.raises(ValueError, match="at least one"):
        Grant("Nothing", actions, resources)


@pytest.mark.parametrize("name", ["", "read", "Read-Uploads", "Read Uploads"])
def test_a_name_can_be_a_statement_id(name: str) -> None:
    with pytest.raises(ValueError, match="CamelCase"):
        Grant(name, ["s3:GetObject"], ["arn:aws:s3:::a"])


def test_two_grants_have_two_names() -> None:
    with pytest.raises(ValueError, match="different names"):
        document([READ, READ])


def test_a_document_fits_a_role() -> None:
    grants = [Grant(f"Read{n}", ["s3:GetObject"], [f"arn:aws:s3:::bucket-{n}/{'x' * 900}"]) for n in range(10)]
    assert size(document(grants)) <= INLINE_LIMIT
    with pytest.raises(ValueError, match="inline policies of a role hold 10240"):
        document([*grants, Grant("ReadMore", ["s3:GetObject"], [f"arn:aws:s3:::more/{'x' * 900}"])])


def test_an_arn_that_is_not_known_yet_counts() -> None:
    async def difference() -> int:
        known = Grant("Decrypt", ["kms:Decrypt"], [""])
        unknown = Grant("Decrypt", ["kms:Decrypt"], [pulumi.Output.from_input("arn")])
        return size(document([unknown])) - size(document([known]))

    # outputs live in an event loop
    assert asyncio.run(difference()) == UNKNOWN_ARN


def test_a_role_trusts_one_service_account_of_one_cluster() -> None:
    [statement] = trust(CLUSTER, "mcp", "mcp-server")["Statement"]
    assert statement["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert statement["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert statement["Condition"] == {
        "StringEquals": {
            "aws:RequestTag/eks-cluster-arn": CLUSTER,
            "aws:RequestTag/kubernetes-namespace": "mcp",
            "aws:RequestTag/kubernetes-service-account": "mcp-server",
        }
    }


@given(st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=63), st.text("abc-", min_size=1, max_size=63))
def test_trust_and_name_fit_whatever_the_names(namespace: str, account: str) -> None:
    assert size(trust(CLUSTER, namespace, account)) <= TRUST_LIMIT
    # auto-naming adds eight characters, and IAM takes 64
    assert len(role_name("toolboxai-production-main", namespace, account)) <= 56


def test_role_names_of_two_workloads_differ_when_shortened() -> None:
    long = "a-service-account-with-a-name-beyond-reason"
    first, second = (role_name("toolboxai-production-main", "mcp-agents", f"{long}-{n}") for n in (1, 2))
    assert first != second


def test_a_managed_policy_is_aws_s_own() -> None:
    policy = ManagedPolicy("service-role/AmazonEBSCSIDriverPolicyV2", "AWS keeps it in step")
    assert policy.arn == "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicyV2"


def test_documents_are_json() -> None:
    parsed: dict[str, Any] = json.loads(json.dumps(document([READ])))
    assert parsed["Version"] == "2012-10-17"
