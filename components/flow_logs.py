"""VPC flow logs into CloudWatch Logs: who may take the role that writes them, and what it may do."""

from __future__ import annotations

from components.keys import Document
from components.naming import Names


def trust(names: Names) -> Document:
    """Flow logs of the account, in the stack's region, may take the role."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "FlowLogs",
                "Effect": "Allow",
                "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": names.account_id},
                    "ArnLike": {"aws:SourceArn": names.arn("ec2", "vpc-flow-log/*")},
                },
            }
        ],
    }


def writing(group_arn: str) -> Document:
    """Writing to the one log group."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "WriteFlows",
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                "Resource": [group_arn, f"{group_arn}:log-stream:*"],
            },
            {
                # the call lists groups, and IAM knows none for it
                "Sid": "ReasonedFindGroup",
                "Effect": "Allow",
                "Action": "logs:DescribeLogGroups",
                "Resource": "*",
            },
        ],
    }
