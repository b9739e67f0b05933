"""The account's own keys, apart from those of the environment that lives in it: one a purpose, as there.

========= ================================== =========================================================================
key       principals besides the account     what it encrypts
========= ================================== =========================================================================
audit     ``cloudtrail``, ``config``,        log files of trail and Config, log groups of the account
          ``logs.<region>``
findings  ``events``, ``costalerts``         topics that findings and cost anomalies are published to
volumes   Auto Scaling, Spot, own roles      volumes for which nobody names a key: the region's default
registry  -                                  repositories that pull-through caches and replication make, their logins
state     -                                  secrets in the state of Pulumi's stacks, and the state's bucket
========= ================================== =========================================================================
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import pulumi
import pulumi_aws as aws

from components.context import Context
from components.keys import ROTATION_DAYS, Document, Statement
from components.keys import Purpose as StackPurpose
from components.keys import policy as stack_policy
from components.naming import Names

SCOPE_TAG: Final = {"Scope": "account"}
"""On what the account owns and the environment's deploy role must leave alone."""
_DELETION_DAYS: Final = {True: 30, False: 7}
"""Days between the deletion of a key and its end, by production: KMS's longest and shortest."""


class AccountPurpose(StrEnum):
    """What a key of the account encrypts."""

    AUDIT = "audit"
    FINDINGS = "findings"
    VOLUMES = "volumes"
    REGISTRY = "registry"
    STATE = "state"


_DESCRIPTIONS: Final[Mapping[AccountPurpose, str]] = {
    AccountPurpose.AUDIT: "records of CloudTrail and Config, log groups of the account",
    AccountPurpose.FINDINGS: "topics of findings and cost anomalies",
    AccountPurpose.VOLUMES: "default of volumes and snapshots in the region",
    AccountPurpose.REGISTRY: "repositories that ECR makes by itself, and upstream logins",
    AccountPurpose.STATE: "state of Pulumi's stacks",
}


def key_alias(names: Names, purpose: AccountPurpose) -> str:
    """What KMS calls the account's key for ``purpose``."""
    return names.key_alias(f"account-{purpose.value}")


def trail_name(names: Names) -> str:
    """What CloudTrail calls the account's trail."""
    return f"{names.prefix}-account"


def trail_arn(names: Names) -> str:
    """The trail's ARN; ``names`` are the home region's."""
    return names.arn("cloudtrail", f"trail/{trail_name(names)}")


def key_policy(purpose: AccountPurpose, names: Names) -> Document:
    """The policy of the key for ``purpose``. The account's root comes first and hands the rest to IAM."""
    if purpose is AccountPurpose.VOLUMES:
        return stack_policy(StackPurpose.VOLUMES, names.account_id, names.region, names)
    document = stack_policy(StackPurpose.SECRETS, names.account_id, names.region, names)
    statements = document["Statement"]
    if isinstance(statements, list):
        statements += _services(purpose, names)
    return document


def _services(purpose: AccountPurpose, names: Names) -> list[Statement]:
    if purpose is AccountPurpose.AUDIT:
        return [*_trail(names), _config(names), _log_groups(names)]
    if purpose is AccountPurpose.FINDINGS:
        return [_publishers()]
    return []


def _trail(names: Names) -> list[Statement]:
    principal = {"Service": "cloudtrail.amazonaws.com"}
    source: Mapping[str, object] = {"StringEquals": {"aws:SourceArn": trail_arn(names)}}
    return [
        {
            "Sid": "TrailEncrypts",
            "Effect": "Allow",
            "Principal": principal,
            "Action": "kms:GenerateDataKey*",
            "Resource": "*",
            "Condition": {
                **source,
                "StringLike": {
                    "kms:EncryptionContext:aws:cloudtrail:arn": f"arn:aws:cloudtrail:*:{names.account_id}:trail/*"
                },
            },
        },
        {
            "Sid": "TrailLooksAtKey",
            "Effect": "Allow",
            "Principal": principal,
            "Action": "kms:DescribeKey",
            "Resource": "*",
            "Condition": source,
        },
    ]


def _config(names: Names) -> Statement:
    # the recorder's role is service-linked and can't be given a statement of IAM
    return {
        "Sid": "ConfigDelivers",
        "Effect": "Allow",
        "Principal": {"Service": "config.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": names.account_id}},
    }


def _log_groups(names: Names) -> Statement:
    groups = names.arn("logs", "log-group:*")
    return {
        "Sid": "LogGroups",
        "Effect": "Allow",
        "Principal": {"Service": f"logs.{names.region}.amazonaws.com"},
        "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
        "Resource": "*",
        "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
    }


def _publishers() -> Statement:
    # EventBridge sends no source keys with its KMS calls (SNS developer guide, key management), so a condition would
    # drop every finding in silence. Who may publish stands in the topics' own policies.
    return {
        "Sid": "Publishers",
        "Effect": "Allow",
        "Principal": {"Service": ["events.amazonaws.com", "costalerts.amazonaws.com"]},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
    }


class AccountKeys(pulumi.ComponentResource):
    """A KMS key for each of ``purposes``, with rotation, an alias ``alias/<platform>-<env>-account-<purpose>``."""

    def __init__(
        self,
        name: str,
        context: Context,
        purposes: tuple[AccountPurpose, ...],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:AccountKeys", name, None, opts)
        self._context = context
        self._made = {purpose: self._key(purpose) for purpose in purposes}
        self.register_outputs({f"{purpose.value}Arn": key.arn for purpose, key in self._made.items()})

    def of(self, purpose: AccountPurpose) -> aws.kms.Key:
        """The key for ``purpose``. ``KeyError`` for one that wasn't asked for."""
        return self._made[purpose]

    def alias(self, purpose: AccountPurpose) -> str:
        """What KMS calls the key for ``purpose``."""
        return key_alias(self._context.names, purpose)

    def _key(self, purpose: AccountPurpose) -> aws.kms.Key:
        context = self._context
        key = aws.kms.Key(
            purpose.value,
            description=f"{context.names.prefix} account: {_DESCRIPTIONS[purpose]}",
            key_usage="ENCRYPT_DECRYPT",
            customer_master_key_spec="SYMMETRIC_DEFAULT",
            is_enabled=True,
            enable_key_rotation=True,
            rotation_period_in_days=ROTATION_DAYS,
            multi_region=False,
            deletion_window_in_days=_DELETION_DAYS[context.production],
            policy=json.dumps(key_policy(purpose, context.names)),
            tags={**context.tags(), **SCOPE_TAG},
            opts=pulumi.ResourceOptions(parent=self, protect=context.protect or None),
        )
        aws.kms.Alias(
            purpose.value,
            name=self.alias(purpose),
            target_key_id=key.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return key
