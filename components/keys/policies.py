"""Key policies: who may use which key, as pure data.

Every policy starts with the account's root, which hands the rest to IAM: a workload's role then needs its own statement
and no entry here. What stands here besides are the principals that IAM can't reach, because AWS owns them:

========= ============================================= ==========================================================
key       principal                                     without it
========= ============================================= ==========================================================
data      ``cloudfront`` (origin access control)        assets answer 403
logs      ``logs.<region>``, by encryption context      log groups can't be made
logs      ``cloudwatch``, ``events``, ``budgets``,      topics and queues under the key lose their messages, and
          ``costalerts``, ``backup``, ``events.rds``    nobody is told
volumes   service-linked roles of Auto Scaling and of   nodes die with ``Client.InternalError`` as they start
          Spot, with ``CreateGrant``
volumes   the stack's own roles, through EC2 only       EBS CSI volumes don't attach, Karpenter's nodes die
========= ============================================= ==========================================================

``secrets`` (Secrets Manager, managed master passwords, Kubernetes secrets) and ``backups`` need root alone: those
services act with the caller's rights or with a role of the account.

KMS checks on creation that every principal it is given exists. A role that may come later is therefore never a
principal here, but a condition on ``aws:PrincipalArn``, which compares text: so the keys can be made first.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeAlias

from components.naming import Names

Condition: TypeAlias = "dict[str, dict[str, str | list[str]]]"
Statement: TypeAlias = "dict[str, object]"
Document: TypeAlias = "dict[str, str | list[Statement]]"


class Purpose(StrEnum):
    """What a key encrypts: each purpose has a key of its own, so that each can be withdrawn alone."""

    DATA = "data"
    """Stores: database, cache, tables, buckets, registries."""
    SECRETS = "secrets"
    """Secrets Manager and the secrets of Kubernetes."""
    LOGS = "logs"
    """Log groups, log buckets, and the topics and queues that carry events of operation."""
    VOLUMES = "volumes"
    """Volumes of nodes and pods."""
    BACKUPS = "backups"
    """Backup vaults and the buckets that hold copies."""


_USE: Final = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
_RELAY: Final = ["kms:Decrypt", "kms:GenerateDataKey*"]
"""What a service needs that puts messages into an encrypted topic or queue."""

_PUBLISHERS: Final = ("cloudwatch", "events", "budgets", "costalerts", "backup", "events.rds")
_VOLUME_ROLES: Final = (
    "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
    "spot.amazonaws.com/AWSServiceRoleForEC2Spot",
)


def policy(purpose: Purpose, account: str, region: str, names: Names) -> Document:
    """The policy of the key for ``purpose`` in ``region``.

    ``names`` belongs to the stack, also where the key is the recovery region's copy.
    """
    return {
        "Version": "2012-10-17",
        "Statement": [_root(account), *_others(purpose, account, region, names)],
    }


def _others(purpose: Purpose, account: str, region: str, names: Names) -> list[Statement]:
    if purpose is Purpose.DATA:
        return [_cloudfront(account)]
    if purpose is Purpose.LOGS:
        return [_log_groups(account, region), _publishers()]
    if purpose is Purpose.VOLUMES:
        return [*_service_linked_roles(account), *_own_roles(account, region, names)]
    return []


def _root(account: str) -> Statement:
    # without it a mistake in the policy locks the key for everyone, and CreateKey refuses the policy
    return {
        "Sid": "AccountByIam",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }


def _cloudfront(account: str) -> Statement:
    # the account's distributions, not the one: its ARN would close a circle key -> bucket -> distribution -> key
    return {
        "Sid": "CloudFrontReads",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": ["kms:Decrypt"],
        "Resource": "*",
        # the ARN names the account; aws:SourceAccount is in no example of CloudFront's guide (origin access control)
        "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:cloudfront::{account}:distribution/*"}},
    }


def _log_groups(account: str, region: str) -> Statement:
    return {
        "Sid": "LogGroups",
        "Effect": "Allow",
        "Principal": {"Service": f"logs.{region}.amazonaws.com"},
        "Action": _USE,
        "Resource": "*",
        "Condition": {
            "ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{region}:{account}:log-group:*"}
        },
    }


def _publishers() -> Statement:
    # EventBridge sends no source keys with its KMS calls (SNS developer guide, key management), and of the others none
    # is said to; a condition on a key that isn't sent drops every message in silence. Who may publish stands in each
    # topic's and queue's own policy.
    return {
        "Sid": "Publishers",
        "Effect": "Allow",
        "Principal": {"Service": [f"{service}.amazonaws.com" for service in _PUBLISHERS]},
        "Action": _RELAY,
        "Resource": "*",
    }


def _service_linked_roles(account: str) -> list[Statement]:
    # A service-linked role can't be given IAM statements, so the key must admit it; and it may not exist yet in a
    # fresh account, so it can't be the principal. "*" here means one role by its exact ARN, of this account.
    condition: Condition = {
        "StringEquals": {
            "kms:CallerAccount": account,
            "aws:PrincipalArn": [f"arn:aws:iam::{account}:role/aws-service-role/{role}" for role in _VOLUME_ROLES],
        }
    }
    return _volume_statements("ServiceLinkedRoles", condition)


def _own_roles(account: str, region: str, names: Names) -> list[Statement]:
    # EBS CSI driver and Karpenter: whatever the stack calls them, and only where EC2 asks on their behalf
    condition: Condition = {
        "StringEquals": {"kms:CallerAccount": account, "kms:ViaService": f"ec2.{region}.amazonaws.com"},
        "ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{account}:role/{names.prefix}-*"},
    }
    return _volume_statements("OwnRoles", condition)


def _volume_statements(sid: str, condition: Condition) -> list[Statement]:
    return [
        {
            "Sid": f"{sid}Use",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": _USE,
            "Resource": "*",
            "Condition": condition,
        },
        {
            "Sid": f"{sid}Grant",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": ["kms:CreateGrant"],
            "Resource": "*",
            # a grant for a volume that EC2 attaches, none for a person
            "Condition": {**condition, "Bool": {"kms:GrantIsForAWSResource": "true"}},
        },
    ]
