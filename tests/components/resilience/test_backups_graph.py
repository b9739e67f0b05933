"""AWS Backup over the stores: vaults and locks, plans and copies, restore tests, and who is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, cast

import pytest

from components.data_classes import LIMITS, DataClass
from components.data_layer.database.component import BACKUP_WINDOW, MAINTENANCE_WINDOW
from components.naming import LIMITS as NAME_LIMITS
from sandbox.model import Resource
from tests.components.data_layer.deployment import Graph, document

VAULT: Final = "aws:backup/vault:Vault"
LOCK: Final = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
PLAN: Final = "aws:backup/plan:Plan"
SELECTION: Final = "aws:backup/selection:Selection"
ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"
TEST: Final = "aws:backup/restoreTestingSelection:RestoreTestingSelection"
STORES: Final = ("aws:rds/cluster:Cluster", "aws:rds/instance:Instance", "aws:dynamodb/table:Table")


def rules(plan: Resource) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", plan.inputs["rules"])


def selected(graph: Graph) -> dict[str, Resource]:
    """The plan of each ARN that is selected."""
    plans = {plan.id: plan for plan in graph.of_type(PLAN)}
    return {
        str(arn): plans[str(selection.inputs["planId"])]
        for selection in graph.of_type(SELECTION)
        for arn in cast("list[str]", selection.inputs["resources"])
    }


def test_every_database_and_table_is_backed_up(graph: Graph) -> None:
    """FSBP RDS.26, DynamoDB.4."""
    stores = {str(store.outputs["arn"]) for type_ in STORES for store in graph.of_type(type_)}
    assert stores
    assert set(selected(graph)) == stores


def test_recovery_points_are_encrypted_with_the_backups_key(graph: Graph) -> None:
    """FSBP Backup.1."""
    keys = {
        (r.inputs.get("region"), str(r.outputs["arn"]))
        for r in [*graph.of_type("aws:kms/key:Key"), *graph.of_type("aws:kms/replicaKey:ReplicaKey")]
        if r.name.startswith("backups")
    }
    for vault in graph.of_type(VAULT):
        assert (vault.inputs["region"], vault.inputs["kmsKeyArn"]) in keys, vault.name


def test_plans_end_within_the_class_and_the_lock(graph: Graph) -> None:
    limit = LIMITS[DataClass.CHILD_PII].max_backup_days
    locks = {str(lock.inputs["backupVaultName"]): lock.inputs for lock in graph.of_type(LOCK)}
    assert graph.of_type(PLAN)
    for plan in graph.of_type(PLAN):
        for rule in rules(plan):
            kept = [
                rule["lifecycle"]["deleteAfter"],
                *(c["lifecycle"]["deleteAfter"] for c in rule.get("copyActions", [])),
            ]
            lock = locks.get(rule["targetVaultName"], {"minRetentionDays": 1, "maxRetentionDays": limit})
            assert all(lock["minRetentionDays"] <= days <= lock["maxRetentionDays"] for days in kept), plan.name
            assert lock["maxRetentionDays"] == limit == 35


def test_aws_backup_leaves_the_database_s_own_retention_alone(graph: Graph) -> None:
    assert {rule["enableContinuousBackup"] for plan in graph.of_type(PLAN) for rule in rules(plan)} == {False}


def test_jobs_are_given_time(graph: Graph) -> None:
    for plan in graph.of_type(PLAN):
        for rule in rules(plan):
            assert rule["startWindow"] >= 60
            assert rule["completionWindow"] >= rule["startWindow"] + 60


def test_names_fit_at_their_longest(graph: Graph) -> None:
    for vault in graph.of_type(VAULT):
        assert len(str(vault.inputs["name"])) <= NAME_LIMITS["backup-vault"] == 50
    longest = f"{'p' * 12}-{'e' * 12}"
    for thing in ("database", "tables", "database-non-critical"):
        assert len(f"{longest}-{thing}") <= 50
    assert len(f"{longest}-weekly") <= 50, "restore testing plans too"


# --- schedules, copies ----------------------------------------------------------------------------------------------

SCHEDULES = [
    ("dev", "database-non-critical", {"daily": "cron(0 5 * * ? *)"}),
    (
        "production",
        "database-critical",
        {
            "daily": "cron(0 5 * * ? *)",
            "frequent": f"cron(0 {','.join(str(h) for h in range(24) if h != 5)} * * ? *)",
        },
    ),
    ("aivo", "database-standard", {"daily": "cron(0 5 * * ? *)", "frequent": "cron(0 1,9,13,17,21 * * ? *)"}),
]


@pytest.mark.parametrize(("stack", "plan", "expected"), SCHEDULES, ids=[it[0] for it in SCHEDULES])
def test_each_tier_has_its_schedule(
    graph_of: Callable[[str], Graph], stack: str, plan: str, expected: dict[str, str]
) -> None:
    found = graph_of(stack).one(PLAN, plan)
    assert {rule["ruleName"]: rule["schedule"] for rule in rules(found)} == expected
    assert {rule["scheduleExpressionTimezone"] for rule in rules(found)} == {"Etc/UTC"}
    assert (BACKUP_WINDOW, MAINTENANCE_WINDOW) == ("03:00-04:00", "sun:04:00-sun:05:00"), "both end before 05:00"


def test_production_copies_every_recovery_point(production: Graph) -> None:
    copies = {str(v.outputs["arn"]): v for v in production.of_type(VAULT) if v.inputs["region"] == "us-west-2"}
    assert len(copies) == 2
    for plan in production.of_type(PLAN):
        for rule in rules(plan):
            (copy,) = rule["copyActions"]
            assert copies[copy["destinationVaultArn"]].inputs["name"] == rule["targetVaultName"], "found by name"
            assert copy["lifecycle"] == rule["lifecycle"]


@pytest.mark.parametrize("stack", ["dev", "staging"])
def test_nothing_leaves_the_region_elsewhere(graph_of: Callable[[str], Graph], stack: str) -> None:
    graph = graph_of(stack)
    assert all("copyActions" not in rule for plan in graph.of_type(PLAN) for rule in rules(plan))
    assert {r.inputs.get("region", "us-east-1") for r in graph.resources if "Resilience" in r.urn} == {"us-east-1"}


# --- locks, protection ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stack", "vaults", "grace"), [("dev", 0, None), ("staging", 2, None), ("aivo", 2, None), ("production", 4, 7)]
)
def test_vaults_are_locked_as_the_stack_says(
    graph_of: Callable[[str], Graph], stack: str, vaults: int, grace: int | None
) -> None:
    locks = graph_of(stack).of_type(LOCK)
    assert len(locks) == vaults
    assert {lock.inputs.get("changeableForDays") for lock in locks} <= {grace}, "days of grace make it compliance"


def test_a_destroy_ends_empty_but_in_production(graph_of: Callable[[str], Graph]) -> None:
    for stack, kept in (("dev", False), ("staging", False), ("production", True)):
        for vault in graph_of(stack).of_type(VAULT):
            assert vault.protect is kept
            assert vault.inputs["forceDestroy"] is not kept


# --- restore tests --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stack", "kinds"),
    [("dev", []), ("staging", ["Aurora", "DynamoDB"]), ("production", ["Aurora", "DynamoDB"]), ("aivo", ["RDS"])],
)
def test_each_kind_is_restored_weekly(graph_of: Callable[[str], Graph], stack: str, kinds: list[str]) -> None:
    graph = graph_of(stack)
    tests = {str(test.inputs["protectedResourceType"]): test for test in graph.of_type(TEST)}
    assert sorted(tests) == kinds
    tested = {arn for test in tests.values() for arn in cast("list[str]", test.inputs["protectedResourceArns"])}
    assert tested == (set(selected(graph)) if kinds else set())
    for plan in graph.of_type("aws:backup/restoreTestingPlan:RestoreTestingPlan"):
        assert plan.inputs["scheduleExpression"] == "cron(0 7 ? * SUN *)"
        chosen = cast("dict[str, Any]", plan.inputs["recoveryPointSelection"])
        assert chosen["algorithm"] == "LATEST_WITHIN_WINDOW"
        here = {str(v.outputs["arn"]) for v in graph.of_type(VAULT) if v.inputs["region"] == "us-east-1"}
        assert set(chosen["includeVaults"]) == here


def test_what_is_restored_can_be_reached_by_nobody(production: Graph) -> None:
    overrides = cast("dict[str, str]", production.one(TEST, "Aurora").inputs["restoreMetadataOverrides"])
    group = production.one("aws:ec2/securityGroup:SecurityGroup", "restore-test")
    assert json.loads(overrides["vpcSecurityGroupIds"]) == [group.id]
    rules_of = list(production.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"))
    assert all(r.inputs["securityGroupId"] != group.id for r in rules_of)
    assert "ingress" not in group.inputs
    subnets = production.one("aws:rds/subnetGroup:SubnetGroup", "restore-test")
    stores = production.one("aws:rds/subnetGroup:SubnetGroup", "database")
    assert subnets.inputs["subnetIds"] == stores.inputs["subnetIds"], "the database tier"


def test_a_restored_table_has_our_key(production: Graph) -> None:
    overrides = cast("dict[str, str]", production.one(TEST, "DynamoDB").inputs["restoreMetadataOverrides"])
    assert overrides == {
        "encryptionType": "KMS",
        "kmsMasterKeyArn": production.one("aws:kms/key:Key", "data").outputs["arn"],
    }


# --- who is told ----------------------------------------------------------------------------------------------------


def test_a_missing_backup_is_noticed(graph: Graph) -> None:
    topic = graph.one("aws:sns/topic:Topic", "resilience-events").outputs["arn"]
    vaults = {str(vault.inputs["name"]) for vault in graph.of_type(VAULT)}
    watched = {cast("dict[str, str]", a.inputs["dimensions"])["BackupVaultName"] for a in graph.of_type(ALARM)}
    assert watched == vaults
    for alarm in graph.of_type(ALARM):
        assert alarm.inputs["treatMissingData"] == "breaching", "AWS Backup writes no zeros"
        assert alarm.inputs["alarmActions"] == [topic]
        assert alarm.inputs["datapointsToAlarm"] == alarm.inputs["evaluationPeriods"]


@pytest.mark.parametrize(
    ("stack", "alarm", "hours"),
    [
        ("production", "backup-missing-database-critical", 3),
        ("production", "copy-missing-database-critical", 3),
        ("production", "copy-missing-tables-standard", 5),
        ("aivo", "copy-missing-database-standard", 6),
        ("dev", "backup-missing-database-non-critical", 26),
    ],
)
def test_it_is_noticed_within_an_interval_and_the_job(
    graph_of: Callable[[str], Graph], stack: str, alarm: str, hours: int
) -> None:
    found = graph_of(stack).one(ALARM, alarm)
    assert (found.inputs["period"], found.inputs["evaluationPeriods"]) == (3600, hours)


def test_failures_are_told_of_under_our_key(graph: Graph) -> None:
    topic = graph.one("aws:sns/topic:Topic", "resilience-events")
    assert topic.inputs["kmsMasterKeyId"] == graph.one("aws:kms/key:Key", "logs").outputs["arn"]
    statements = {s["Sid"]: s for s in document(topic.inputs["policy"])["Statement"]}
    assert statements["BackupEvents"]["Principal"] == {"Service": "backup.amazonaws.com"}
    assert statements["TlsOnly"]["Effect"] == "Deny"
    told = {
        str(n.inputs["backupVaultName"]): n for n in graph.of_type("aws:backup/vaultNotifications:VaultNotifications")
    }
    assert set(told) == {str(v.inputs["name"]) for v in graph.of_type(VAULT)}
    for notification in told.values():
        assert {"BACKUP_JOB_FAILED", "COPY_JOB_FAILED"} <= set(
            cast("list[str]", notification.inputs["backupVaultEvents"])
        )


def test_addresses_are_subscribed(graph_of: Callable[[str], Graph]) -> None:
    mails = [
        r.inputs["endpoint"] for r in graph_of("production").of_type("aws:sns/topicSubscription:TopicSubscription")
    ]
    assert mails == ["platform@example.com"]
    assert graph_of("dev").of_type("aws:sns/topicSubscription:TopicSubscription") == []


def test_what_is_told_outside(production: Graph) -> None:
    assert production.run.outputs["vaults"] == {
        "database": "toolboxai-production-database",
        "tables": "toolboxai-production-tables",
    }
    assert production.run.outputs["rows"] == 51
