"""Logs, alarms, events, queues, backups, budgets: what the deploy role changes of how an environment is run."""

from __future__ import annotations

from account.deploy.statements import Allow, Estate


def _calls(service: str, *calls: str) -> list[str]:
    return [f"{service}:{call}" for call in calls]


def operation(estate: Estate) -> list[Allow]:
    """Logs, metrics, messages and schedules."""
    names = estate.names
    groups = (
        f"/{names.platform}/{names.env}/*",
        f"/aws/eks/{estate.prefix}-*",
        f"/aws/containerinsights/{estate.prefix}-*",
        f"/aws/rds/*/{estate.prefix}-*",
        f"aws-waf-logs-{estate.prefix}-*",
    )
    return [
        Allow(
            "LogGroups",
            _calls(
                "logs",
                "AssociateKmsKey",
                "CreateLogGroup",
                "DeleteLogGroup",
                "DeleteMetricFilter",
                "DeleteRetentionPolicy",
                "DisassociateKmsKey",
                "PutMetricFilter",
                "PutRetentionPolicy",
                "TagResource",
                "UntagResource",
            ),
            estate.arns("logs", *(f"log-group:{group}" for group in groups)),
            "log groups by names of ours, and by those that services give theirs",
        ),
        Allow(
            "TagDeliveries",
            _calls("logs", "TagResource", "UntagResource"),
            estate.arns("logs", "delivery:*", "delivery-source:*", "delivery-destination:*"),
            "deliveries have ids, their ends names that Pulumi makes up",
        ),
        Allow(
            "LogDelivery",
            _calls(
                "logs",
                "CreateDelivery",
                "CreateLogDelivery",
                "DeleteDelivery",
                "DeleteDeliveryDestination",
                "DeleteDeliveryDestinationPolicy",
                "DeleteDeliverySource",
                "DeleteLogDelivery",
                "DeleteResourcePolicy",
                "PutDeliveryDestination",
                "PutDeliveryDestinationPolicy",
                "PutDeliverySource",
                "PutResourcePolicy",
                "UpdateDeliveryConfiguration",
                "UpdateLogDelivery",
            ),
            ["*"],
            "deliveries of CloudFront's, WAF's and flow logs, most of which know no resource in IAM",
        ),
        Allow(
            "Alarms",
            _calls(
                "cloudwatch",
                "DeleteAlarms",
                "DeleteDashboards",
                "PutCompositeAlarm",
                "PutDashboard",
                "PutMetricAlarm",
                "TagResource",
                "UntagResource",
            ),
            [*estate.arns("cloudwatch", "alarm:*"), *estate.everywhere("cloudwatch", "dashboard/*")],
            "alarms and dashboards have names that Pulumi makes up",
        ),
        Allow(
            "Topics",
            _calls(
                "sns",
                "CreateTopic",
                "DeleteTopic",
                "SetTopicAttributes",
                "Subscribe",
                "TagResource",
                "UntagResource",
            ),
            estate.arns("sns", f"{estate.prefix}-*"),
            "topics by the prefix of their names",
        ),
        Allow(
            "Subscriptions",
            _calls("sns", "SetSubscriptionAttributes", "Unsubscribe"),
            ["*"],
            "IAM knows no subscriptions",
        ),
        Allow(
            "Queues",
            _calls("sqs", "CreateQueue", "DeleteQueue", "SetQueueAttributes", "TagQueue", "UntagQueue"),
            estate.arns("sqs", f"{estate.prefix}-*"),
            "queues by the prefix of their names",
        ),
        Allow(
            "Rules",
            _calls("events", "DeleteRule", "PutRule", "PutTargets", "RemoveTargets", "TagResource", "UntagResource"),
            estate.arns("events", f"rule/{estate.prefix}-*"),
            "rules by the prefix of their names",
        ),
        Allow(
            "Schedules",
            _calls(
                "scheduler",
                "CreateSchedule",
                "CreateScheduleGroup",
                "DeleteSchedule",
                "DeleteScheduleGroup",
                "TagResource",
                "UntagResource",
                "UpdateSchedule",
            ),
            estate.arns("scheduler", f"schedule/*/{estate.prefix}-*", f"schedule-group/{estate.prefix}-*"),
            "schedules by the prefix of their names",
        ),
    ]


def recovery(estate: Estate, *, production: bool) -> list[Allow]:
    """Backups and budgets. No recovery point can be deleted, and in production no lock be taken off a vault."""
    unlock = [] if production else ["DeleteBackupVaultLockConfiguration"]
    return [
        Allow(
            "Vaults",
            _calls(
                "backup",
                "CreateBackupVault",
                "DeleteBackupVault",
                "DeleteBackupVaultAccessPolicy",
                "DeleteBackupVaultNotifications",
                *unlock,
                "PutBackupVaultAccessPolicy",
                "PutBackupVaultLockConfiguration",
                "PutBackupVaultNotifications",
                "TagResource",
                "UntagResource",
            ),
            estate.arns("backup", f"backup-vault:{estate.prefix}-*"),
            "vaults by the prefix of their names",
        ),
        Allow(
            "Plans",
            _calls(
                "backup",
                "CreateBackupPlan",
                "CreateBackupSelection",
                "CreateRestoreTestingPlan",
                "CreateRestoreTestingSelection",
                "DeleteBackupPlan",
                "DeleteBackupSelection",
                "DeleteRestoreTestingPlan",
                "DeleteRestoreTestingSelection",
                "TagResource",
                "UntagResource",
                "UpdateBackupPlan",
                "UpdateRestoreTestingPlan",
                "UpdateRestoreTestingSelection",
            ),
            estate.arns("backup", "backup-plan:*", "restore-testing-plan:*"),
            "plans have ids",
        ),
        Allow(
            "VaultStorage",
            _calls("backup-storage", "Mount", "MountCapsule"),
            ["*"],
            "a vault is made on storage that AWS Backup mounts for its caller; the calls know no resource",
        ),
        Allow(
            "Budgets",
            _calls("budgets", "ModifyBudget", "TagResource", "UntagResource"),
            estate.everywhere("budgets", f"budget/{estate.prefix}*"),
            "budgets by the prefix of their names",
        ),
        Allow(
            "Anomalies",
            _calls(
                "ce",
                "DeleteAnomalySubscription",
                "TagResource",
                "UntagResource",
                "UpdateAnomalySubscription",
            ),
            estate.everywhere("ce", "anomalymonitor/*", "anomalysubscription/*"),
            "an environment subscribes to the account's one monitor, which has an id",
        ),
        Allow(
            "SubscribeToAnomalies",
            _calls("ce", "CreateAnomalySubscription"),
            ["*"],
            "IAM knows no subscription before it is made",
        ),
    ]
