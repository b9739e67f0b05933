"""What Pulumi reads of an environment: settings of resources, never what is kept in them.

Both roles have it. ``pulumi preview --refresh`` asks AWS for every resource that the state names, by calls that mostly
know no resource or only ids, so the statements are on everything; that they read no object, item, message, log event or
secret is what the tests hold against IAM's own table of access levels and a list of data calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from account.deploy.statements import Allow

READS: Final[Mapping[str, tuple[str, ...]]] = {
    "ec2": ("Describe*", "GetManagedPrefixListEntries", "GetSecurityGroupsForVpc"),
    "eks": ("Describe*", "List*"),
    "autoscaling": ("Describe*",),
    "application-autoscaling": ("Describe*", "ListTagsForResource"),
    "elasticloadbalancing": ("Describe*",),
    "iam": (
        "GetInstanceProfile",
        "GetOpenIDConnectProvider",
        "GetPolicy",
        "GetPolicyVersion",
        "GetRole",
        "GetRolePolicy",
        "ListAttachedRolePolicies",
        "ListInstanceProfileTags",
        "ListInstanceProfilesForRole",
        "ListPolicyVersions",
        "ListRolePolicies",
        "ListRoleTags",
    ),
    "route53": ("Get*", "List*"),
    "acm": ("DescribeCertificate", "ListCertificates", "ListTagsForCertificate"),
    "cloudfront": ("Describe*", "Get*", "List*"),
    "wafv2": (
        "DescribeManagedRuleGroup",
        "GetIPSet",
        "GetLoggingConfiguration",
        "GetRegexPatternSet",
        "GetRuleGroup",
        "GetWebACL",
        "GetWebACLForResource",
        "List*",
    ),
    "rds": ("Describe*", "ListTagsForResource"),
    "elasticache": ("Describe*", "ListTagsForResource"),
    "dynamodb": ("Describe*", "GetResourcePolicy", "ListTagsOfResource"),
    "s3": (
        "GetAccelerateConfiguration",
        "GetAnalyticsConfiguration",
        "GetBucket*",
        "GetEncryptionConfiguration",
        "GetIntelligentTieringConfiguration",
        "GetInventoryConfiguration",
        "GetLifecycleConfiguration",
        "GetMetricsConfiguration",
        "GetReplicationConfiguration",
        "ListBucket",
        "ListTagsForResource",
    ),
    "ecr": ("Describe*", "GetLifecyclePolicy", "GetRepositoryPolicy", "ListTagsForResource"),
    "secretsmanager": ("DescribeSecret", "GetResourcePolicy", "ListSecretVersionIds"),
    "kms": (
        "DescribeKey",
        "GetKeyPolicy",
        "GetKeyRotationStatus",
        "ListAliases",
        "ListKeyPolicies",
        "ListResourceTags",
    ),
    "logs": ("Describe*", "GetDelivery*", "GetLogDelivery", "ListLogDeliveries", "ListTagsForResource"),
    "cloudwatch": ("Describe*", "GetDashboard", "ListTagsForResource"),
    "sns": ("GetSubscriptionAttributes", "GetTopicAttributes", "ListSubscriptionsByTopic", "ListTagsForResource"),
    "sqs": ("GetQueueAttributes", "GetQueueUrl", "ListQueueTags"),
    "events": ("Describe*", "List*"),
    "scheduler": ("GetSchedule", "GetScheduleGroup", "ListTagsForResource"),
    "backup": (
        "Describe*",
        "GetBackupPlan",
        "GetBackupSelection",
        "GetBackupVaultAccessPolicy",
        "GetBackupVaultNotifications",
        "GetRestoreTestingPlan",
        "GetRestoreTestingSelection",
        "ListTags",
    ),
    "budgets": ("ListTagsForResource", "ViewBudget"),
    "ce": ("DescribeCostCategoryDefinition", "GetAnomaly*", "ListTagsForResource"),
}
"""By service, the calls that tell how a resource is set."""


def reading() -> list[Allow]:
    """The statements that both roles have."""
    return [
        Allow(
            "ReadSettings",
            [f"{service}:{call}" for service, calls in READS.items() for call in calls],
            ["*"],
            "describing and listing calls know no resource before the answer; none of them returns what a store keeps",
        ),
        Allow(
            "PublicParameters",
            ["ssm:GetParameter", "ssm:GetParameters"],
            ["arn:aws:ssm:*::parameter/aws/service/*"],
            "machine images of EKS are looked up by parameters that AWS publishes",
        ),
    ]
