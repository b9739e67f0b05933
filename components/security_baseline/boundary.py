"""The boundary: what any role that an environment's deployment makes may do at most, whatever is written into it.

Whoever may write roles and hand them to services can do what those roles can do. The deploy role may write roles only
under this boundary (its own policies say so), and so can't make one that does more. ``bound_roles`` puts it on every
role of a program; ``account/`` makes the policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pulumi
from pulumi.runtime import register_stack_transformation

from components.keys import Document
from components.naming import LIMITS, Names, fit
from components.security_baseline.trail import ACCOUNT_PATH

_ROLE: Final = "aws:iam/role:Role"

VERBS: Final[Mapping[str, tuple[str, ...]]] = {
    "acm": ("Describe*", "Get*", "List*"),
    "arc-zonal-shift": ("Get*", "List*"),
    "autoscaling": ("Describe*", "SetDesiredCapacity", "TerminateInstanceInAutoScalingGroup", "UpdateAutoScalingGroup"),
    "backup": ("Copy*", "Create*", "Describe*", "Get*", "List*", "Start*", "StopBackupJob", "TagResource", "Update*"),
    "backup-storage": ("Mount*",),
    "bedrock": ("Get*", "InvokeModel*"),
    "cloudwatch": ("Describe*", "Get*", "List*", "PutMetricData"),
    "cognito-idp": ("DescribeUserPoolClient",),
    "dynamodb": (
        "BatchGet*",
        "BatchWrite*",
        "ConditionCheckItem",
        "CreateBackup",
        "DeleteBackup",
        "DeleteItem",
        "Describe*",
        "GetItem",
        "List*",
        "PutItem",
        "Query",
        "Restore*",
        "Scan",
        "StartAwsBackupJob",
        "TagResource",
        "UpdateItem",
    ),
    "ec2": (
        "Assign*",
        "Attach*",
        "Authorize*",
        "Copy*",
        "Create*",
        "Delete*",
        "Describe*",
        "Detach*",
        "EnableFastSnapshotRestores",
        "Get*",
        "LockSnapshot",
        "Modify*",
        "Revoke*",
        "RunInstances",
        "TerminateInstances",
        "Unassign*",
    ),
    "ecr": ("Batch*", "CreateRepository", "Describe*", "Get*", "List*"),
    "eks": ("Describe*", "List*"),
    "eks-auth": ("AssumeRoleForPodIdentity",),
    "elasticache": ("Connect", "Describe*"),
    "elasticloadbalancing": (
        "Add*",
        "Apply*",
        "Attach*",
        "Configure*",
        "Create*",
        "Delete*",
        "Deregister*",
        "Describe*",
        "Detach*",
        "Modify*",
        "Register*",
        "Remove*",
        "Set*",
    ),
    "guardduty": ("SendSecurityTelemetry",),
    "iam": ("CreateServiceLinkedRole", "Get*", "List*"),
    "kms": ("CreateGrant", "Decrypt", "Describe*", "Encrypt", "GenerateDataKey*", "List*", "ReEncrypt*", "RetireGrant"),
    "logs": ("Create*", "Describe*", "Filter*", "Get*", "List*", "Put*", "Start*", "StopQuery"),
    "pricing": ("Get*",),
    "rds": (
        "AddTagsToResource",
        "Copy*",
        "CreateDB*Snapshot",
        "CreateDBCluster",
        "CreateDBInstance",
        "DeleteDB*Snapshot",
        "DeleteDBCluster",
        "DeleteDBInstance",
        "Describe*",
        "List*",
        "ModifyDB*Snapshot*",
        "ModifyDBCluster",
        "ModifyDBInstance",
        "Restore*",
    ),
    "rds-db": ("connect",),
    "route53": ("Change*", "Get*", "List*"),
    "s3": (
        "AbortMultipartUpload",
        "DeleteObject*",
        "Get*",
        "InitiateReplication",
        "List*",
        "ObjectOwnerOverrideToBucketOwner",
        "PutBucketNotification",
        "PutInventoryConfiguration",
        "PutObject*",
        "Replicate*",
        "RestoreObject",
    ),
    "scheduler": ("Get*", "List*"),
    "secretsmanager": (
        "BatchGetSecretValue",
        "Describe*",
        "Get*",
        "List*",
        "PutSecretValue",
        "UpdateSecretVersionStage",
    ),
    "shield": ("CreateProtection", "DeleteProtection", "Describe*", "GetSubscriptionState"),
    "sns": ("Get*", "List*", "Publish"),
    "sqs": ("ChangeMessageVisibility", "DeleteMessage", "Get*", "ListQueue*", "ReceiveMessage", "SendMessage"),
    "ssm": ("Describe*", "Get*", "List*", "UpdateInstanceInformation"),
    "ssmmessages": ("Create*", "Open*"),
    "sts": ("AssumeRole", "GetCallerIdentity", "TagSession"),
    "tag": ("Get*",),
    "waf-regional": ("AssociateWebACL", "DisassociateWebACL", "Get*"),
    "wafv2": ("AssociateWebACL", "Describe*", "DisassociateWebACL", "Get*", "List*"),
    "xray": ("Get*", "Put*"),
}
"""By service, what workloads and AWS's services do in an environment: use it, and never change who may do what.

Each role's own policy says which resources; the boundary says which kinds of calls there are at all.
"""

PASSED_TO: Final = ("ec2.amazonaws.com", "monitoring.rds.amazonaws.com")
"""Services that a workload's role may hand a role to."""


def boundary_name(names: Names) -> str:
    """What IAM calls the boundary; one an account, so without a region."""
    return fit(f"{names.prefix}-boundary", LIMITS["iam-policy"])


def boundary_arn(names: Names) -> str:
    """The ARN that the boundary will have."""
    return f"arn:aws:iam::{names.account_id}:policy{ACCOUNT_PATH}{boundary_name(names)}"


def boundary(names: Names) -> Document:
    """The boundary of the environment that ``names`` belong to."""
    account = f"arn:aws:s3:::{names.prefix}-account-*"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                # no resources: a boundary only cuts, and every role under it names its own
                "Sid": "ReasonedMost",
                "Effect": "Allow",
                "Action": [f"{service}:{verb}" for service, verbs in VERBS.items() for verb in verbs],
                "Resource": "*",
            },
            {
                # Karpenter hands instances their role, a restore test the database its own
                "Sid": "PassOwnRoles",
                "Effect": "Allow",
                "Action": "iam:PassRole",
                "Resource": f"arn:aws:iam::{names.account_id}:role/*",
                "Condition": {"StringEquals": {"iam:PassedToService": list(PASSED_TO)}},
            },
            {
                "Sid": "NoneOfTheAccounts",
                "Effect": "Deny",
                "Action": ["s3:*"],
                "Resource": [account, f"{account}/*"],
            },
            {
                "Sid": "NoDeployment",
                "Effect": "Deny",
                "Action": ["iam:PassRole", "sts:AssumeRole", "sts:TagSession"],
                "Resource": [
                    f"arn:aws:iam::{names.account_id}:role{ACCOUNT_PATH}*",
                    f"arn:aws:iam::{names.account_id}:role/{names.prefix}-deploy-*",
                    f"arn:aws:iam::{names.account_id}:role/{names.prefix}-preview-*",
                ],
            },
        ],
    }


def bound(args: pulumi.ResourceTransformationArgs, arn: str) -> pulumi.ResourceTransformationResult | None:
    """``args`` with the boundary ``arn``, where it is a role that has none of its own."""
    props: Mapping[str, Any] = args.props
    if args.type_ != _ROLE or props.get("permissions_boundary") is not None:
        return None
    return pulumi.ResourceTransformationResult({**props, "permissions_boundary": arn}, args.opts)


def bound_roles(names: Names) -> None:
    """Put the boundary on every role that the program makes from here on."""
    arn = boundary_arn(names)
    register_stack_transformation(lambda args: bound(args, arn))
