"""Key policies let in every principal that needs its key, by text alone, and nobody else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components.keys import Purpose, policy
from components.naming import Names

ACCOUNT = "111122223333"
NAMES = Names("toolboxai", "production", ACCOUNT, "us-east-1")
KEY_POLICY_LIMIT = 32 * 1024
"""Bytes of a key policy (KMS resource quotas)."""


def statements(purpose: Purpose, region: str = "us-east-1") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(json.dumps(policy(purpose, ACCOUNT, region, NAMES)))["Statement"]
    return found


def services(purpose: Purpose) -> dict[str, dict[str, Any]]:
    """Each service that a key admits, with its statement."""
    found: dict[str, dict[str, Any]] = {}
    for statement in statements(purpose):
        admitted = statement["Principal"].get("Service", [])
        for service in [admitted] if isinstance(admitted, str) else admitted:
            found[service] = statement
    return found


@pytest.mark.parametrize("purpose", Purpose)
def test_the_account_can_always_mend_a_key(purpose: Purpose) -> None:
    root = statements(purpose)[0]
    assert root["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert (root["Effect"], root["Action"], root["Resource"]) == ("Allow", "kms:*", "*")


@pytest.mark.parametrize("purpose", Purpose)
def test_no_principal_has_to_exist_before_the_key(purpose: Purpose) -> None:
    """KMS refuses a policy that names a role which isn't there: only root, services and conditions may stand in it."""
    for statement in statements(purpose):
        [(kind, who)] = statement["Principal"].items()
        assert kind == "Service" or who in ("*", f"arn:aws:iam::{ACCOUNT}:root")


@pytest.mark.parametrize("purpose", Purpose)
def test_everyone_is_only_ever_someone_of_this_account(purpose: Purpose) -> None:
    for statement in statements(purpose):
        if statement["Principal"] == {"AWS": "*"}:
            condition = statement["Condition"]
            assert condition["StringEquals"]["kms:CallerAccount"] == ACCOUNT
            roles = condition["StringEquals"].get("aws:PrincipalArn") or [condition["ArnLike"]["aws:PrincipalArn"]]
            assert all(role.startswith(f"arn:aws:iam::{ACCOUNT}:role/") for role in roles)
            assert not any(role.endswith("role/*") for role in roles)


@pytest.mark.parametrize("purpose", Purpose)
def test_policies_fit_and_each_statement_is_named_once(purpose: Purpose) -> None:
    assert len(json.dumps(policy(purpose, ACCOUNT, "us-east-1", NAMES))) < KEY_POLICY_LIMIT
    sids = [statement["Sid"] for statement in statements(purpose)]
    assert len(sids) == len(set(sids))


def test_auto_scaling_may_use_the_volumes_key_and_grant_it_to_ec2_alone() -> None:
    slr = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    mine = [
        s
        for s in statements(Purpose.VOLUMES)
        if slr in s.get("Condition", {}).get("StringEquals", {}).get("aws:PrincipalArn", [])
    ]
    use = next(s for s in mine if "kms:CreateGrant" not in s["Action"])
    grant = next(s for s in mine if "kms:CreateGrant" in s["Action"])
    # AWS: "Required AWS KMS key policy for use with encrypted volumes"
    assert set(use["Action"]) == {
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:ReEncrypt*",
        "kms:GenerateDataKey*",
        "kms:DescribeKey",
    }
    assert grant["Action"] == ["kms:CreateGrant"]
    assert grant["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}


def test_own_roles_use_the_volumes_key_through_ec2_only() -> None:
    own = [s for s in statements(Purpose.VOLUMES) if "ArnLike" in s.get("Condition", {})]
    assert len(own) == 2
    for statement in own:
        assert statement["Condition"]["ArnLike"]["aws:PrincipalArn"].endswith(":role/toolboxai-production-*")
        assert statement["Condition"]["StringEquals"]["kms:ViaService"] == "ec2.us-east-1.amazonaws.com"


def test_log_groups_of_this_account_and_region_alone() -> None:
    logs = services(Purpose.LOGS)["logs.us-east-1.amazonaws.com"]
    assert logs["Condition"] == {
        "ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:*"}
    }
    assert "kms:Decrypt" in logs["Action"]


def test_whatever_publishes_may_use_the_key_of_topics() -> None:
    admitted = services(Purpose.LOGS)
    publishers = {"cloudwatch", "events", "budgets", "costalerts", "backup", "events.rds"}
    assert {f"{p}.amazonaws.com" for p in publishers} <= set(admitted)
    for publisher in publishers:
        assert admitted[f"{publisher}.amazonaws.com"]["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    # EventBridge sends no source keys: a condition would drop its messages
    assert "Condition" not in admitted["events.amazonaws.com"]


def test_services_stay_away_from_the_other_keys() -> None:
    assert set(services(Purpose.DATA)) == {"cloudfront.amazonaws.com"}
    assert services(Purpose.SECRETS) == {}
    assert services(Purpose.BACKUPS) == {}
    assert services(Purpose.VOLUMES) == {}


def test_cloudfront_only_decrypts_and_only_for_the_accounts_distributions() -> None:
    cloudfront = services(Purpose.DATA)["cloudfront.amazonaws.com"]
    assert cloudfront["Action"] == ["kms:Decrypt"]
    assert cloudfront["Condition"]["ArnLike"]["aws:SourceArn"] == f"arn:aws:cloudfront::{ACCOUNT}:distribution/*"


def test_a_copys_policy_speaks_of_its_own_region() -> None:
    text = json.dumps(policy(Purpose.LOGS, ACCOUNT, "us-west-2", NAMES))
    assert "logs.us-west-2.amazonaws.com" in text
    assert "us-east-1" not in text
