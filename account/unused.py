"""What is paid for and hardly used: services of AWS's look for it all the time, and weekly somebody is told to look.

Config's rules (``components/security_baseline/recorder.py``) find what nothing is attached to. What is attached and
idle, or too big, only figures of use show: Compute Optimizer reads those, and Cost Optimization Hub adds them up in US
dollars. Neither tells anyone by itself (docs/decisions/0023-unused-resources.md).
"""

from __future__ import annotations

import json
from typing import Final

import pulumi
import pulumi_aws as aws

from account.deploy.statements import Allow, document
from components.context import Context
from components.keys import Document
from components.naming import Names
from components.security_baseline.trail import ACCOUNT_PATH

NAME: Final = "unused"
WHEN: Final = "cron(0 9 ? * MON *)"
"""Mondays, with a week's work before those who read it."""


def schedule_name(names: Names) -> str:
    """What EventBridge Scheduler calls the account's schedule: a name that deployments are kept from."""
    return names.of("events-rule", "account", NAME)


def message(names: Names) -> str:
    """What is told every week, and how to look."""
    return "\n".join(
        (
            f"{names.prefix}: look through what is paid for and not used.",
            "1. Cost Optimization Hub, in the console under Billing and Cost Management, or:",
            "   aws cost-optimization-hub list-recommendations --include-all-recommendations --region us-east-1",
            "2. Addresses and volumes that nothing is attached to: Config, rules addresses-in-use and volumes-in-use.",
            "3. What a destroy of an environment left behind: python -m ops.sweep STACK",
        )
    )


def reminder_trust(names: Names) -> Document:
    """EventBridge Scheduler, for schedules of this account (its user guide, confused deputy prevention)."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Scheduler",
                "Effect": "Allow",
                "Principal": {"Service": "scheduler.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceAccount": names.account_id}},
            }
        ],
    }


def reminder_statements(topic_arn: str, key_arn: str) -> list[Allow]:
    """Publishing to the one topic, and its key."""
    return [
        Allow("Tell", ["sns:Publish"], [topic_arn], "those who hear of anomalies hear of this"),
        Allow("TellEncrypted", ["kms:Decrypt", "kms:GenerateDataKey"], [key_arn], "the topic is under this key"),
    ]


class UnusedResources(pulumi.ComponentResource):
    """Enrolment in the two services, once an account, and the weekly word to the topic of cost anomalies."""

    def __init__(
        self,
        context: Context,
        topic: aws.sns.Topic,
        key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """``topic`` is under the key ``key_arn``."""
        super().__init__("platform:index:UnusedResources", NAME, None, opts)
        names = context.names
        child = pulumi.ResourceOptions(parent=self)
        optimizer = aws.computeoptimizer.EnrollmentStatus(
            NAME, status="Active", include_member_accounts=False, opts=child
        )
        aws.costoptimizationhub.EnrollmentStatus(
            NAME,
            include_member_accounts=False,
            # the Hub shows what the Optimizer finds
            opts=pulumi.ResourceOptions(parent=self, depends_on=[optimizer]),
        )
        role = aws.iam.Role(
            NAME,
            path=ACCOUNT_PATH,
            description="EventBridge Scheduler tells once a week to look through what is unused",
            assume_role_policy=json.dumps(reminder_trust(names)),
            opts=child,
        )
        policy = aws.iam.RolePolicy(
            NAME,
            role=role.name,
            policy=pulumi.Output.all(topic.arn, key_arn).apply(
                lambda arns: json.dumps(document(NAME, reminder_statements(*arns)))
            ),
            opts=child,
        )
        aws.scheduler.Schedule(
            NAME,
            name=schedule_name(names),
            description="Look through what is paid for and not used",
            schedule_expression=WHEN,
            schedule_expression_timezone="Etc/UTC",
            flexible_time_window={"mode": "OFF"},
            state="ENABLED",
            target={"arn": topic.arn, "role_arn": role.arn, "input": message(names)},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
        self.register_outputs({})
