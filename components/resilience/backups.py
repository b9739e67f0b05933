"""Vaults, plans and restore tests: AWS Backup over the database and the tables.

Continuous backups of AWS Backup are left off: it would take the database's own retention and window over, and each
update would take them back. Point-in-time recovery is RDS's and DynamoDB's own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.context import Context
from components.data_classes import DataClass
from components.data_layer import DataLayerSettings
from components.keys import Keys, Purpose
from components.networking import Networking
from components.pod_identity import Grant, document
from components.resilience.check import vault_days
from components.resilience.law import copied
from components.resilience.plans import (
    START_WINDOW,
    Plan,
    PlanRule,
    Protected,
    alarm_hours,
    completion_window,
    plans,
    protected,
    rules,
    vault_names,
)
from components.resilience.policies import Ground, backup_grants, backup_trust, restore_grants, topic_policy
from components.resilience.settings import GRACE_DAYS, ResilienceSettings

TOPIC: Final = "resilience-events"
EVENTS: Final = (
    "BACKUP_JOB_FAILED",
    "BACKUP_JOB_EXPIRED",
    "COPY_JOB_FAILED",
    "RESTORE_JOB_COMPLETED",
    "RESTORE_JOB_FAILED",
    "RECOVERY_POINT_MODIFIED",
)
"""What is told of a vault: what failed, and what was restored or changed by anyone."""
_HOUR_SECONDS: Final = 3600
TEST_SCHEDULE: Final = "cron(0 7 ? * SUN *)"
"""Sundays, after the night's backups and the maintenance windows."""
_TEST_HOURS: Final = 1
"""Hours that what a test restored lives on, to be looked at."""
_START_HOURS: Final = 8
"""Hours within which the tests start: one after another, each kind by itself."""


@dataclass(frozen=True)
class Base:
    """What backups and replicas stand on."""

    settings: ResilienceSettings
    context: Context
    networking: Networking
    keys: Keys
    data: DataLayerSettings

    @property
    def recovery_region(self) -> str | None:
        """Where copies go, if anywhere."""
        return self.context.identity.recovery_region if copied(self.context.identity, self.settings) else None


class Backups(pulumi.ComponentResource):
    """A vault a kind of store and its copy, plans by tier, restore tests, and alarms for backups that are missing."""

    topic_arn: pulumi.Output[str]
    """Where it is told of what failed."""
    vault_names: Mapping[str, str]
    """What AWS Backup calls each vault, here and in the recovery region alike."""

    def __init__(self, name: str, base: Base, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:index:Backups", name, None, opts)
        self._base = base
        self._child = pulumi.ResourceOptions(parent=self)
        self._names = base.context.names
        self._stores = protected(base.data, base.settings, self._names)
        self._plans = plans(self._stores)
        self.vault_names = vault_names(base.data, base.settings, self._names)
        things = list(self.vault_names)

        topic = self._topic()
        self.topic_arn = topic.arn
        self._vaults = {thing: self._vault(thing, base.keys.backups.arn) for thing in things}
        region = base.recovery_region
        self._copies = (
            {}
            if region is None
            else {thing: self._vault(thing, base.keys.replicas[Purpose.BACKUPS].arn, region) for thing in things}
        )
        for thing, vault in self._vaults.items():
            self._tell(thing, vault, topic)
        self._back_up(topic)
        if base.settings.restore_tests:
            self._restore_tests()
        self.register_outputs({"topicArn": self.topic_arn, "vaultNames": dict(self.vault_names)})

    # --- who is told ----------------------------------------------------------------------------------------

    def _topic(self) -> aws.sns.Topic:
        topic = aws.sns.Topic(
            TOPIC,
            name=self._names.of("sns", TOPIC),
            # the logs key admits AWS Backup and alarms; aws/sns would drop what they tell
            kms_master_key_id=self._base.keys.logs.arn,
            policy=json.dumps(topic_policy(self._names, TOPIC)),
            signature_version=2,
            opts=self._child,
        )
        for address in self._base.settings.mail:
            aws.sns.TopicSubscription(
                f"{TOPIC}-{address}", topic=topic.arn, protocol="email", endpoint=address, opts=self._child
            )
        return topic

    def _tell(self, thing: str, vault: aws.backup.Vault, topic: aws.sns.Topic) -> None:
        aws.backup.VaultNotifications(
            thing,
            backup_vault_name=vault.name,
            sns_topic_arn=topic.arn,
            backup_vault_events=list(EVENTS),
            opts=self._child,
        )

    # --- vaults ---------------------------------------------------------------------------------------------

    def _vault(self, thing: str, key_arn: pulumi.Input[str], region: str | None = None) -> aws.backup.Vault:
        context, settings = self._base.context, self._base.settings
        name = thing if region is None else f"{thing}-{region}"
        vault = aws.backup.Vault(
            name,
            name=self.vault_names[thing],
            region=region,
            kms_key_arn=key_arn,
            force_destroy=not context.production,
            tags=context.tags(self._data_class(thing)),
            opts=pulumi.ResourceOptions(parent=self, protect=context.protect or None),
        )
        if settings.lock != "off":
            aws.backup.VaultLockConfiguration(
                name,
                region=region,
                backup_vault_name=vault.name,
                # with days of grace the lock becomes one that nobody can take back; without, one for who may
                changeable_for_days=settings.lock_grace_days or GRACE_DAYS if settings.lock == "compliance" else None,
                min_retention_days=min(settings.keep_days, settings.keep_frequent_days),
                max_retention_days=vault_days(self._base.data),
                opts=pulumi.ResourceOptions(parent=self, protect=context.protect or None),
            )
        return vault

    def _data_class(self, thing: str) -> DataClass:
        """The strictest class of what the vault holds: that of the least time."""
        data = self._base.data
        if thing == "database":
            return data.database.data_class
        classes = [table.data_class for table in data.tables.values()]
        return min(classes, key=_STRICTEST.index)

    # --- plans ----------------------------------------------------------------------------------------------

    def _back_up(self, topic: aws.sns.Topic) -> None:
        role, allowed = self._role("backup", "backs up and copies stores", backup_grants(self._ground()))
        for plan in self._plans:
            self._plan(plan, role, allowed)
            self._alarm(plan, topic, "backup", "NumberOfBackupJobsCompleted")
            if self._copies:
                self._alarm(plan, topic, "copy", "NumberOfCopyJobsCompleted")

    def _plan(self, plan: Plan, role: aws.iam.Role, allowed: pulumi.Resource) -> None:
        made = aws.backup.Plan(
            plan.name,
            name=self._names.of("backup-vault", plan.name),
            rules=[self._rule(plan, rule) for rule in rules(plan.tier, self._base.settings)],
            opts=self._child,
        )
        aws.backup.Selection(
            plan.name,
            name=plan.name,
            plan_id=made.id,
            iam_role_arn=role.arn,
            resources=[store.arn for store in plan.stores],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed]),
        )

    def _rule(self, plan: Plan, rule: PlanRule) -> aws.backup.PlanRuleArgsDict:
        copy, context = self._copies.get(plan.vault), self._base.context
        made: aws.backup.PlanRuleArgsDict = {
            "rule_name": rule.name,
            "target_vault_name": self._vaults[plan.vault].name,
            "schedule": rule.schedule,
            "schedule_expression_timezone": "Etc/UTC",
            "start_window": START_WINDOW,
            "completion_window": completion_window(self._base.settings),
            "enable_continuous_backup": False,
            "lifecycle": {"delete_after": rule.keep_days},
            "recovery_point_tags": context.all_tags(self._data_class(plan.vault)),
        }
        if copy is not None:
            made["copy_actions"] = [
                {"destination_vault_arn": copy.arn, "lifecycle": {"delete_after": rule.keep_days}},
            ]
        return made

    def _alarm(self, plan: Plan, topic: aws.sns.Topic, what: str, metric: str) -> None:
        hours = alarm_hours(plan, self._base.settings)
        aws.cloudwatch.MetricAlarm(
            f"{what}-missing-{plan.name}",
            alarm_description=f"{self._names.prefix}: no {what} of {plan.name} was completed in {hours} hours",
            namespace="AWS/Backup",
            metric_name=metric,
            dimensions={"BackupVaultName": self.vault_names[plan.vault]},
            statistic="Sum",
            period=_HOUR_SECONDS,
            evaluation_periods=hours,
            datapoints_to_alarm=hours,
            threshold=1,
            comparison_operator="LessThanThreshold",
            # AWS Backup writes no zeros: nothing at all is what is looked for
            treat_missing_data="breaching",
            actions_enabled=True,
            alarm_actions=[topic.arn],
            ok_actions=[topic.arn],
            opts=self._child,
        )

    # --- who does it ----------------------------------------------------------------------------------------

    def _ground(self) -> Ground:
        base = self._base
        arns: list[pulumi.Input[str]] = [base.keys.data.arn, base.keys.backups.arn]
        if base.recovery_region is not None:
            arns.append(base.keys.replicas[Purpose.BACKUPS].arn)
        return Ground(self._names, self._stores, base.recovery_region, arns)

    def _role(self, name: str, what: str, grants: Sequence[Grant]) -> tuple[aws.iam.Role, pulumi.Resource]:
        role = aws.iam.Role(
            f"{self._names.prefix}-{name}",
            description=f"AWS Backup {what} of {self._names.prefix}",
            assume_role_policy=json.dumps(backup_trust(self._names.account_id)),
            opts=self._child,
        )
        policy = aws.iam.RolePolicy(
            name, role=role.name, policy=pulumi.Output.json_dumps(document(grants)), opts=self._child
        )
        return role, policy

    # --- restore tests --------------------------------------------------------------------------------------

    def _restore_tests(self) -> None:
        role, allowed = self._role("restore-test", "restores for a test", restore_grants(self._ground()))
        plan = aws.backup.RestoreTestingPlan(
            "weekly",
            name=f"{self._names.prefix}-weekly".replace("-", "_"),
            schedule_expression=TEST_SCHEDULE,
            schedule_expression_timezone="Etc/UTC",
            start_window_hours=_START_HOURS,
            recovery_point_selection={
                "algorithm": "LATEST_WITHIN_WINDOW",
                "include_vaults": [vault.arn for vault in self._vaults.values()],
                "recovery_point_types": ["SNAPSHOT"],
                "selection_window_days": 2,
            },
            opts=self._child,
        )
        for kind in dict.fromkeys(store.kind for store in self._stores):
            aws.backup.RestoreTestingSelection(
                kind,
                name=f"{kind.lower()}_weekly",
                restore_testing_plan_name=plan.name,
                iam_role_arn=role.arn,
                protected_resource_type=kind,
                protected_resource_arns=[store.arn for store in self._stores if store.kind == kind],
                restore_metadata_overrides=self._overrides(kind),
                validation_window_hours=_TEST_HOURS,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed]),
            )

    def _overrides(self, kind: str) -> dict[str, pulumi.Input[str]]:
        """Where and under which key a test restores: left to AWS it would be the default VPC and AWS's own key."""
        if kind == "DynamoDB":
            return {"encryptionType": "KMS", "kmsMasterKeyArn": self._base.keys.data.arn}
        networking = self._base.networking
        subnets = aws.rds.SubnetGroup(
            "restore-test",
            description=f"{self._names.prefix}: restore tests, database tier",
            subnet_ids=networking.database_subnet_ids,
            opts=self._child,
        )
        # no rule at all: nobody reaches what a test restored
        group = aws.ec2.SecurityGroup(
            "restore-test",
            vpc_id=networking.vpc_id,
            description="Restore tests: closed both ways",
            revoke_rules_on_delete=False,
            tags={"Name": f"{self._names.prefix}-restore-test"},
            opts=self._child,
        )
        return {
            "dbSubnetGroupName": subnets.name,
            "vpcSecurityGroupIds": pulumi.Output.json_dumps([group.id]),
        }


_STRICTEST: Final = (
    DataClass.CHILD_PII,
    DataClass.EDUCATION_RECORD,
    DataClass.AUDIT,
    DataClass.OPERATIONAL_LOG,
    DataClass.INTERNAL,
    DataClass.PUBLIC,
)
"""Data classes, the strictest first."""

__all__ = ["EVENTS", "TEST_SCHEDULE", "TOPIC", "Backups", "Base", "Protected"]
