"""The account's trail: every call in every region, and who reads and writes pupils' stores."""

from __future__ import annotations

import json
from typing import Final

import pulumi
import pulumi_aws as aws

from components.context import Context
from components.data_classes import DataClass
from components.keys import Document
from components.naming import Names
from components.security_baseline.buckets import AccountBucket
from components.security_baseline.keys import trail_arn, trail_name
from components.security_baseline.settings import PupilStores, TrailSettings

ACCOUNT_PATH: Final = "/account/"
"""IAM path of what the account owns and the environment's deploy role may not touch."""
_LOG_STREAMS: Final = "{account}_CloudTrail_*"
"""The streams that CloudTrail makes, one a region (CloudTrail user guide, role policy for CloudWatch Logs)."""


def pupil_arns(names: Names, stores: PupilStores, recovery_region: str | None) -> tuple[list[str], list[str]]:
    """Object prefixes of pupils' buckets and ARNs of their tables, in the region and where their copies are."""
    regions = [names.region, *([recovery_region] if recovery_region is not None else [])]
    buckets = [f"arn:aws:s3:::{names.bucket(thing, region=region)}/" for thing in stores.buckets for region in regions]
    tables = [
        f"arn:aws:dynamodb:{region}:{names.account_id}:table/{names.of('dynamodb', thing)}"
        for thing in stores.tables
        for region in regions
    ]
    return buckets, tables


def event_selectors(
    names: Names, stores: PupilStores, recovery_region: str | None
) -> list[aws.cloudtrail.TrailAdvancedEventSelectorArgsDict]:
    """Every management event; of data events those on pupils' stores (FERPA 99.32: a record of each disclosure)."""
    buckets, tables = pupil_arns(names, stores, recovery_region)
    selectors: list[aws.cloudtrail.TrailAdvancedEventSelectorArgsDict] = [
        {"name": "Management events", "field_selectors": [{"field": "eventCategory", "equals": ["Management"]}]}
    ]
    if buckets:
        selectors.append(
            {
                "name": "Objects of pupils",
                "field_selectors": [
                    {"field": "eventCategory", "equals": ["Data"]},
                    {"field": "resources.type", "equals": ["AWS::S3::Object"]},
                    {"field": "resources.ARN", "starts_withs": buckets},
                ],
            }
        )
    if tables:
        selectors.append(
            {
                "name": "Items of pupils",
                "field_selectors": [
                    {"field": "eventCategory", "equals": ["Data"]},
                    {"field": "resources.type", "equals": ["AWS::DynamoDB::Table"]},
                    {"field": "resources.ARN", "equals": tables},
                ],
            }
        )
    return selectors


def delivery_trust(names: Names) -> Document:
    """CloudTrail may take the role that writes to CloudWatch Logs, for the one trail."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Trail",
                "Effect": "Allow",
                "Principal": {"Service": "cloudtrail.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceArn": trail_arn(names)}},
            }
        ],
    }


def delivery_policy(names: Names, group: str) -> Document:
    """CloudTrail writes to its own streams of the one log group."""
    streams = f"{names.log_group_arn(group)}:log-stream:{_LOG_STREAMS.format(account=names.account_id)}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "WriteOwnStreams",
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": streams,
            }
        ],
    }


class Trail(pulumi.ComponentResource):
    """A trail over all regions with validated log files, to the audit bucket and to CloudWatch Logs.

    It comes after the bucket's policy, without which CloudTrail refuses the bucket.
    """

    trail: aws.cloudtrail.Trail
    log_group_name: str

    def __init__(  # noqa: PLR0917 - what the trail stands on
        self,
        settings: TrailSettings,
        pupils: PupilStores,
        context: Context,
        key_arn: pulumi.Input[str],
        bucket: AccountBucket,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:Trail", "trail", None, opts)
        self._context = context
        child = pulumi.ResourceOptions(parent=self)
        names = context.names
        self.log_group_name = names.log_group("account", "trail")
        group = aws.cloudwatch.LogGroup(
            "trail",
            name=self.log_group_name,
            retention_in_days=settings.log_days,
            kms_key_id=key_arn,
            tags=context.tags(DataClass.AUDIT),
            opts=child,
        )
        role, policy = self._role(child)
        self.trail = aws.cloudtrail.Trail(
            "trail",
            name=trail_name(names),
            s3_bucket_name=bucket.bucket.id,
            kms_key_id=key_arn,
            enable_logging=True,
            enable_log_file_validation=True,
            is_multi_region_trail=True,
            include_global_service_events=True,
            is_organization_trail=False,
            # CloudTrail wants the group's streams, and the provider's ARN ends before them
            cloud_watch_logs_group_arn=pulumi.Output.concat(group.arn, ":*"),
            cloud_watch_logs_role_arn=role.arn,
            advanced_event_selectors=event_selectors(names, pupils, context.identity.recovery_region),
            insight_selectors=_insights() if settings.insights else None,
            tags=context.tags(DataClass.AUDIT),
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[bucket.ready, policy], protect=context.protect or None
            ),
        )
        self.register_outputs({"arn": self.trail.arn, "logGroup": self.log_group_name})

    def _role(self, child: pulumi.ResourceOptions) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        names = self._context.names
        role = aws.iam.Role(
            "trail",
            path=ACCOUNT_PATH,
            description="CloudTrail writes to CloudWatch Logs",
            assume_role_policy=json.dumps(delivery_trust(names)),
            opts=child,
        )
        document = json.dumps(delivery_policy(names, self.log_group_name))
        return role, aws.iam.RolePolicy("trail", role=role.name, policy=document, opts=child)


def _insights() -> list[aws.cloudtrail.TrailInsightSelectorArgsDict]:
    return [{"insight_type": "ApiCallRateInsight"}, {"insight_type": "ApiErrorRateInsight"}]
