"""What every kind of RDS database is made with, PostgreSQL or MySQL, cluster or instance."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_aws as aws

from components.data_layer.database.parameters import Parameter

NO_EXTENDED_SUPPORT: Final = "open-source-rds-extended-support-disabled"
"""An engine that leaves standard support is upgraded rather than paid for (API model of CreateDBInstance)."""


def monitoring_role(
    name: str, account_id: str, opts: pulumi.ResourceOptions
) -> tuple[aws.iam.Role, aws.iam.RolePolicyAttachment]:
    """The role by which RDS writes enhanced monitoring, and its policy: an instance waits for both."""
    role = aws.iam.Role(
        name,
        description="RDS writes figures of the operating system",
        assume_role_policy=json.dumps(_monitoring_trust(account_id)),
        opts=opts,
    )
    attachment = aws.iam.RolePolicyAttachment(
        name,
        role=role.name,
        policy_arn="arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
        opts=opts,
    )
    return role, attachment


def arguments(parameters: Sequence[Parameter]) -> list[aws.rds.ParameterGroupParameterArgsDict]:
    """Parameters as a parameter group takes them."""
    return [{"name": p.name, "value": p.value, "apply_method": p.apply_method} for p in parameters]


def _monitoring_trust(account_id: str) -> dict[str, object]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "monitoring.rds.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
            }
        ],
    }
