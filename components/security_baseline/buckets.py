"""Buckets of the account, for the records of AWS's services: private, encrypted, versioned, logged and finite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pulumi
import pulumi_aws as aws

from components.bucket_chain import BucketChain
from components.bucket_rules import archive, lifecycle, tls_only
from components.context import Context
from components.data_classes import DataClass
from components.keys import Statement
from components.naming import Names

NONCURRENT_DAYS: Final = 30
"""Days that overwritten and deleted records can still be had back."""


@dataclass(frozen=True)
class BucketPlan:
    """What is particular to one bucket."""

    data_class: DataClass
    retention_days: int | None
    """Days until objects go; ``None``: the current version of each stays."""
    archive: bool = False
    """Whether objects move to cheaper classes as they age. Never for what is read at once."""
    noncurrent_days: int = NONCURRENT_DAYS
    statements: Sequence[Statement] = ()
    """Who may write besides the account's own roles."""
    lock: Literal["off", "governance", "compliance"] = "off"
    lock_days: int = 0


def bucket_arn(names: Names, thing: str) -> str:
    """The ARN that the account's bucket for ``thing`` will have."""
    return f"arn:aws:s3:::{names.bucket(f'account-{thing}')}"


class AccountBucket(pulumi.ComponentResource):
    """A bucket of the account, ``<platform>-<env>-account-<thing>-<account>-<region>``.

    ``key_arn`` ``None`` is SSE-S3: S3 writes its access logs to no bucket under a KMS key.
    """

    bucket: aws.s3.Bucket
    name: str
    """What S3 calls it; known before it is made."""
    ready: pulumi.Resource
    """The last link of its chain: policy, encryption and lock are on, and whoever writes to it may."""

    def __init__(  # noqa: PLR0917 - what a bucket stands on
        self,
        thing: str,
        plan: BucketPlan,
        context: Context,
        key_arn: pulumi.Input[str] | None,
        log_target: AccountBucket | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:AccountBucket", thing, None, opts)
        self.name = context.names.bucket(f"account-{thing}")
        self.bucket = aws.s3.Bucket(
            thing,
            bucket=self.name,
            object_lock_enabled=plan.lock != "off",
            force_destroy=not context.production,
            tags=context.tags(plan.data_class),
            opts=pulumi.ResourceOptions(parent=self, protect=context.protect or None),
        )
        document = {
            "Version": "2012-10-17",
            "Statement": [*tls_only(bucket_arn(context.names, thing)), *plan.statements],
        }
        chain = BucketChain(thing, self.bucket, self)
        chain.harden(key_arn, document)
        moves = list(archive(plan.retention_days)) if plan.archive else []
        chain.age(lifecycle(plan.retention_days, plan.noncurrent_days, moves))
        if log_target is not None:
            chain.log_to(log_target.bucket.id, f"{thing}/", log_target.ready)
        if plan.lock != "off":
            chain.lock(plan.lock, plan.lock_days)
        self.ready = chain.ready
        self.register_outputs({"name": self.name, "arn": self.bucket.arn})


# --- who writes ---------------------------------------------------------------------------------------------------


def trail_writes(names: Names, trail_arn: str) -> list[Statement]:
    """CloudTrail, for the one trail (CloudTrail user guide, bucket policy)."""
    bucket = bucket_arn(names, "audit")
    principal = {"Service": "cloudtrail.amazonaws.com"}
    return [
        {
            "Sid": "TrailLooksAtBucket",
            "Effect": "Allow",
            "Principal": principal,
            "Action": "s3:GetBucketAcl",
            "Resource": bucket,
            "Condition": {"StringEquals": {"aws:SourceArn": trail_arn}},
        },
        {
            "Sid": "TrailWrites",
            "Effect": "Allow",
            "Principal": principal,
            "Action": "s3:PutObject",
            "Resource": f"{bucket}/AWSLogs/{names.account_id}/*",
            "Condition": {"StringEquals": {"aws:SourceArn": trail_arn, "s3:x-amz-acl": "bucket-owner-full-control"}},
        },
    ]


def config_writes(names: Names) -> list[Statement]:
    """Config's recorder of this account (Config developer guide, permissions for the bucket)."""
    bucket = bucket_arn(names, "config")
    principal = {"Service": "config.amazonaws.com"}
    account = {"aws:SourceAccount": names.account_id}
    return [
        {
            "Sid": "ConfigLooksAtBucket",
            "Effect": "Allow",
            "Principal": principal,
            "Action": ["s3:GetBucketAcl", "s3:ListBucket"],
            "Resource": bucket,
            "Condition": {"StringEquals": account},
        },
        {
            "Sid": "ConfigWrites",
            "Effect": "Allow",
            "Principal": principal,
            "Action": "s3:PutObject",
            "Resource": f"{bucket}/AWSLogs/{names.account_id}/Config/*",
            "Condition": {"StringEquals": {**account, "s3:x-amz-acl": "bucket-owner-full-control"}},
        },
    ]


def logs_written(names: Names) -> list[Statement]:
    """S3, for the access logs of the account's other buckets."""
    return [
        {
            "Sid": "BucketAccessLogs",
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"{bucket_arn(names, 'access-logs')}/*",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": names.account_id},
                "ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{names.prefix}-account-*"},
            },
        }
    ]
