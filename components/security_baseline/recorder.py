"""AWS Config: a recorder, where it delivers to, and rules on what it records. One a region, made in a fixed order."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pulumi
import pulumi_aws as aws

from components.context import Context, default_tags
from components.naming import Names
from components.security_baseline.buckets import AccountBucket
from components.security_baseline.settings import RecorderSettings

NAME: Final = "default"
"""A region has one recorder and one channel, and this is what AWS itself calls them."""
SERVICE: Final = "config.amazonaws.com"


@dataclass(frozen=True)
class RecordedRule:
    """A managed rule of Config; ``reason`` says what it adds to what Security Hub checks."""

    identifier: str
    reason: str
    inputs: Mapping[str, str] = field(default_factory=dict)


RULES: Final[Mapping[str, RecordedRule]] = {
    "log-groups-encrypted": RecordedRule(
        "CLOUDWATCH_LOG_GROUP_ENCRYPTED", "a service that makes its own log group makes it without a key"
    ),
    "buckets-under-keys": RecordedRule(
        "S3_DEFAULT_ENCRYPTION_KMS", "FSBP is content with SSE-S3, the platform asks for a key of its own"
    ),
    "tables-under-keys": RecordedRule("DYNAMODB_TABLE_ENCRYPTED_KMS", "the same, for tables"),
    "secrets-under-keys": RecordedRule("SECRETSMANAGER_USING_CMK", "the same, for secrets"),
    "cluster-secrets-encrypted": RecordedRule("EKS_SECRETS_ENCRYPTED", "CIS EKS 5.3.1, which neither standard has"),
    "databases-in-backup-plans": RecordedRule("RDS_IN_BACKUP_PLAN", "a store that no plan takes up can't be recovered"),
    "tables-in-backup-plans": RecordedRule("DYNAMODB_IN_BACKUP_PLAN", "the same, for tables"),
    "addresses-in-use": RecordedRule("EIP_ATTACHED", "paid for and used by nobody; often what a failed destroy leaves"),
    "volumes-in-use": RecordedRule("EC2_VOLUME_INUSE_CHECK", "the same, and it may hold data of a deleted workload"),
}
"""Our own rules by name. What the standards check already isn't checked, and paid for, a second time."""


def tag_rule(tags: Sequence[str]) -> RecordedRule:
    """The rule that every resource carries ``tags``: also what no program of ours made. Config takes six."""
    inputs = {f"tag{index}Key": tag for index, tag in enumerate(tags, start=1)}
    return RecordedRule("REQUIRED_TAGS", "what nobody owns, nobody looks after", inputs)


def role_arn(names: Names) -> str:
    """The service-linked role that the recorder acts by, as FSBP Config.1 wants it."""
    return f"arn:aws:iam::{names.account_id}:role/aws-service-role/{SERVICE}/AWSServiceRoleForConfig"


class Recorder(pulumi.ComponentResource):
    """Recorder, then channel, then the recorder's start, then rules: AWS refuses any other order.

    ``global_types`` is true in one region of the account, or IAM's resources would be recorded, and paid for, in each.
    """

    started: aws.cfg.RecorderStatus
    """After this the region's resources are recorded."""

    def __init__(
        self,
        settings: RecorderSettings,
        retention_days: int,
        context: Context,
        bucket: AccountBucket,
        key_arn: pulumi.Input[str],
        *,
        global_types: bool,
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """``after``: what must stand before the recorder, which is its service-linked role."""
        super().__init__("platform:index:Recorder", "recorder", None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        recorder = aws.cfg.Recorder(
            "recorder",
            name=NAME,
            role_arn=role_arn(context.names),
            recording_group={"all_supported": True, "include_global_resource_types": global_types},
            recording_mode={"recording_frequency": settings.frequency},
            opts=self._after(*after),
        )
        channel = aws.cfg.DeliveryChannel(
            "recorder",
            name=NAME,
            s3_bucket_name=bucket.bucket.id,
            s3_kms_key_arn=key_arn,
            snapshot_delivery_properties={"delivery_frequency": "TwentyFour_Hours"},
            opts=self._after(recorder, bucket.ready),
        )
        self.started = aws.cfg.RecorderStatus(
            "recorder", name=recorder.name, is_enabled=True, opts=self._after(channel)
        )
        aws.cfg.RetentionConfiguration("recorder", retention_period_in_days=retention_days, opts=self._after(recorder))
        if settings.rules:
            tags = sorted(default_tags(context.identity))
            for name, rule in {"tags": tag_rule(tags), **RULES}.items():
                self._rule(context, name, rule)
        self.register_outputs({"name": recorder.name})

    def _after(self, *needed: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=list(needed) or None)

    def _rule(self, context: Context, name: str, rule: RecordedRule) -> None:
        aws.cfg.Rule(
            name,
            name=f"{context.names.prefix}-{name}",
            description=rule.reason,
            source={"owner": "AWS", "source_identifier": rule.identifier},
            input_parameters=json.dumps(dict(rule.inputs)) if rule.inputs else None,
            opts=self._after(self.started),
        )
