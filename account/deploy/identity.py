"""IAM: the deploy role makes roles for workloads, and none that could do more than the boundary says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from account.deploy.statements import Allow, Deny, Estate
from components.security_baseline.boundary import boundary_arn
from components.security_baseline.findings import TOPIC as FINDINGS
from components.security_baseline.keys import SCOPE_TAG
from components.security_baseline.trail import ACCOUNT_PATH

ROLE: Final = "deploy"
PREVIEW_ROLE: Final = "preview"
MADE_UP: Final[Mapping[str, tuple[str, ...]]] = {
    "role": ("database-monitoring-*", "flow-logs-*"),
    "instance-profile": ("eks-*-karpenter-*",),
}
"""Names of the environment's that Pulumi makes up without the stack's prefix."""

SERVICES: Final = (
    "backup.amazonaws.com",
    "ec2.amazonaws.com",
    "eks.amazonaws.com",
    "monitoring.rds.amazonaws.com",
    "pods.eks.amazonaws.com",
    "s3.amazonaws.com",
    "scheduler.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
)
"""Services that act by a role of the environment's."""
LINKED: Final = (
    "autoscaling.amazonaws.com",
    "backup.amazonaws.com",
    "dynamodb.application-autoscaling.amazonaws.com",
    "eks-nodegroup.amazonaws.com",
    "eks.amazonaws.com",
    "elasticache.amazonaws.com",
    "elasticloadbalancing.amazonaws.com",
    "mrk.kms.amazonaws.com",
    "rds.amazonaws.com",
    "rds.application-autoscaling.amazonaws.com",
    "replication.dynamodb.amazonaws.com",
    "spot.amazonaws.com",
    "wafv2.amazonaws.com",
)
"""Services that make a role for themselves at their first use, where the account has not made it before."""


def _roles(estate: Estate) -> list[str]:
    own = (f"{estate.prefix}-*", *MADE_UP["role"])
    return estate.everywhere("iam", *(f"role/{name}" for name in own))


def identity(estate: Estate) -> list[Allow]:
    """Roles by the prefix of their names, under the boundary; instance profiles; passing roles to AWS's services."""
    roles = _roles(estate)
    profiles = (f"{estate.prefix}-*", *MADE_UP["instance-profile"])
    bounded = {"StringEquals": {"iam:PermissionsBoundary": boundary_arn(estate.names)}}
    return [
        Allow(
            "GrantWithinBoundary",
            [
                f"iam:{call}"
                for call in (
                    "AttachRolePolicy",
                    "CreateRole",
                    "DeleteRolePolicy",
                    "DetachRolePolicy",
                    "PutRolePermissionsBoundary",
                    "PutRolePolicy",
                )
            ],
            roles,
            "roles of workloads and services; whatever is written into one, the boundary on it holds",
            bounded,
        ),
        Allow(
            "Roles",
            [
                f"iam:{call}"
                for call in (
                    "DeleteRole",
                    "TagRole",
                    "UntagRole",
                    "UpdateAssumeRolePolicy",
                    "UpdateRole",
                    "UpdateRoleDescription",
                )
            ],
            roles,
            "the same roles: what gives them no rights",
        ),
        Allow(
            "InstanceProfiles",
            [
                f"iam:{call}"
                for call in (
                    "AddRoleToInstanceProfile",
                    "CreateInstanceProfile",
                    "DeleteInstanceProfile",
                    "RemoveRoleFromInstanceProfile",
                    "TagInstanceProfile",
                    "UntagInstanceProfile",
                )
            ],
            estate.everywhere("iam", *(f"instance-profile/{name}" for name in profiles)),
            "Karpenter's nodes start with a profile of ours",
        ),
        Allow(
            "PassRoles",
            ["iam:PassRole"],
            roles,
            "a service acts by the role that its maker hands it",
            {"StringEquals": {"iam:PassedToService": list(SERVICES)}},
        ),
        Allow(
            "ServiceLinkedRoles",
            ["iam:CreateServiceLinkedRole"],
            estate.everywhere("iam", "role/aws-service-role/*"),
            "a service makes its own role at its first use with its caller's right, where account/ did not list it",
            {"StringEquals": {"iam:AWSServiceName": list(LINKED)}},
        ),
    ]


# --- what stays closed ----------------------------------------------------------------------------------------------

_ROLE_WRITES: Final = [
    f"iam:{verb}*"
    for verb in (
        "Add",
        "Attach",
        "Create",
        "Delete",
        "Detach",
        "PassRole",
        "Put",
        "Remove",
        "Set",
        "Tag",
        "Untag",
        "Update",
    )
]


def guard(estate: Estate) -> list[Deny]:
    """What no deployment touches: other regions, who deploys, and what the account owns.

    What nothing allows needs no statement here: CloudTrail, Config, GuardDuty and the like stand in no policy.
    """
    names = estate.names
    account = f"arn:aws:s3:::{estate.prefix}-account-"
    owned = {"StringEquals": {f"aws:ResourceTag/{key}": value for key, value in SCOPE_TAG.items()}}
    return [
        Deny(
            "OtherRegions",
            ["*"],
            ["*"],
            "pupils' data stays where the stack says; global services answer as us-east-1",
            {"StringNotEquals": {"aws:RequestedRegion": estate.regions}},
        ),
        Deny(
            "WhoDeploys",
            _ROLE_WRITES,
            [
                *(names.role_arn(role) for role in (ROLE, PREVIEW_ROLE)),
                *estate.everywhere("iam", f"role{ACCOUNT_PATH}*", f"policy{ACCOUNT_PATH}*", "oidc-provider/*"),
            ],
            "a deployment that may change its own rights has all of them",
        ),
        Deny(
            "Boundary",
            ["iam:DeleteRolePermissionsBoundary"],
            ["*"],
            "without the boundary a role of a workload could do anything",
        ),
        Deny(
            "AccountBuckets",
            ["s3:CreateBucket", "s3:DeleteBucket*", "s3:PutBucket*", "s3:Put*Configuration", "s3:*TagResource"],
            [f"{account}*"],
            "the account's records and state are no environment's",
        ),
        Deny(
            "AccountRecords",
            ["s3:DeleteObject*", "s3:PutObject*", "s3:BypassGovernanceRetention"],
            [f"{account}{thing}-*" for thing in ("audit", "config", "access-logs")],
            "who deploys can't rewrite the record of what he did",
        ),
        Deny(
            "AccountScope",
            [
                "ec2:*Tags",
                "ec2:AssociateRouteTable",
                "ec2:AuthorizeSecurityGroup*",
                "ec2:DeleteFlowLogs",
                "ec2:DeleteInternetGateway",
                "ec2:DeleteNatGateway",
                "ec2:DeleteRouteTable",
                "ec2:DeleteSecurityGroup",
                "ec2:DeleteSubnet",
                "ec2:DeleteVpc*",
                "ec2:DetachInternetGateway",
                "ec2:Disassociate*",
                "ec2:Modify*",
                "ec2:ReleaseAddress",
                "ec2:ReplaceRoute*",
                "ec2:RevokeSecurityGroup*",
                "kms:CancelKeyDeletion",
                "kms:DisableKey*",
                "kms:PutKeyPolicy",
                "kms:ScheduleKeyDeletion",
                "kms:*TagResource",
            ],
            ["*"],
            "keys and network of the account bear this tag; the environment may peer with it and take its routes away",
            owned,
        ),
        Deny(
            "AccountOperation",
            [
                "events:DeleteRule",
                "events:DisableRule",
                "events:PutRule",
                "events:*Targets",
                "kms:*Alias",
                "logs:Delete*",
                "logs:DisassociateKmsKey",
                "logs:PutRetentionPolicy",
                "scheduler:DeleteSchedule",
                "scheduler:UpdateSchedule",
                "sns:DeleteTopic",
                "sns:SetTopicAttributes",
            ],
            [
                *estate.arns("sns", names.of("sns", FINDINGS), names.of("sns", "cost-anomalies")),
                estate.arn("events", f"rule/{names.of('events-rule', 'account')}-*"),
                estate.arn("scheduler", f"schedule/*/{names.of('events-rule', 'account')}-*"),
                estate.arn("kms", f"{names.key_alias('account')}-*"),
                estate.arn("logs", f"log-group:{names.log_group('account')}/*"),
            ],
            "findings go on being told, and the account's logs kept",
        ),
    ]
