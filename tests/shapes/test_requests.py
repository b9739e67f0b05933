"""Every AWS resource of every stack is held against AWS's own models of the requests that make it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.model import Resource, Run, Value
from tests.shapes.conftest import EVERY, of_aws
from tests.shapes.formats import FORMATS, at, overlap, schedule
from tests.shapes.judge import against
from tests.shapes.requests import PROVIDERS_OWN, of, open_value, operation, paths
from tests.shapes.table import LOOSE, ROWS, WITHOUT

RunOf = Callable[[str], Run]


# --- what is held, and what isn't -------------------------------------------------------------------------------------


def test_every_type_has_its_requests_or_a_reason(whole: Run) -> None:
    """A new type turns this red: give it a row in ``tests/shapes/table``."""
    types = {it.type for it in of_aws(whole)}
    assert sorted(types - set(ROWS) - set(WITHOUT)) == []


def test_nothing_stands_in_the_table_that_no_stack_has(any_run: RunOf) -> None:
    seen: dict[str, set[str]] = {}
    for stack in EVERY:
        for resource in of_aws(any_run(stack)):
            inputs = open_value({k: v for k, v in resource.inputs.items() if k not in PROVIDERS_OWN})
            row = ROWS.get(resource.type)
            shaped = row.shape(copy.deepcopy(inputs)) if row and row.shape else inputs
            known = seen.setdefault(resource.type, set())
            for path in {*paths(inputs, ""), *paths(shaped, "")}:
                steps = path.split(".")
                known |= {".".join(steps[: end + 1]) for end in range(len(steps))}
    assert sorted({*ROWS, *WITHOUT} - set(seen)) == []
    # types of one service share names: one that none of them has is dead
    named = {(row.service, name) for row in ROWS.values() for name in {*row.names, *row.left, *row.each}}
    alive = {(row.service, name) for type_, row in ROWS.items() for name in seen[type_]}
    assert sorted(it for it in named - alive if it[1] != "tags") == []


def test_nearly_all_inputs_find_their_place_in_a_request(any_run: RunOf) -> None:
    """What finds none is named in the table, each with its reason: no more than one in forty."""
    for stack in EVERY:
        found = [of(it, ROWS) for it in of_aws(any_run(stack)) if it.type in ROWS]
        placed, left = sum(len(it.placed) for it in found), sum(len(it.left) for it in found)
        assert placed / (placed + left) >= 0.975, stack


def test_every_reason_is_given() -> None:
    for reason in [*WITHOUT.values(), *LOOSE.values(), *(it for row in ROWS.values() for it in row.left.values())]:
        assert len(reason.split()) >= 4, reason


def test_the_models_know_every_operation() -> None:
    for row in ROWS.values():
        for name in (*row.operations, *row.each.values()):
            assert operation(row.service, name).input_shape is not None


# --- the verdict ------------------------------------------------------------------------------------------------------


def test_aws_would_take_every_input(whole: Run) -> None:
    found = [f"{it.type} {problem}" for it in of_aws(whole) for problem in against(it)]
    assert found == []


# --- the judge itself -------------------------------------------------------------------------------------------------

WRONG: list[tuple[str, str, Value, str]] = [
    # closed lists
    ("aws:eks/nodeGroup:NodeGroup", "amiType", "AL2023_X86_64_STANDARD", "none of AL2_x86_64"),
    ("aws:eks/nodeGroup:NodeGroup", "capacityType", "ONDEMAND", "none of"),
    ("aws:eks/nodeGroup:NodeGroup", "instanceTypes", ["m6i.huge"], "no instance class"),
    ("aws:rds/clusterInstance:ClusterInstance", "instanceClass", "db.r6g.huge", "no instance class"),
    ("aws:rds/clusterInstance:ClusterInstance", "monitoringInterval", 45, "none of"),
    ("aws:rds/cluster:Cluster", "databaseInsightsMode", "full", "none of standard, advanced"),
    ("aws:rds/cluster:Cluster", "performanceInsightsRetentionPeriod", 30, "neither"),
    ("aws:elasticache/replicationGroup:ReplicationGroup", "nodeType", "cache.t4g.tiny", "no instance class"),
    ("aws:elasticache/replicationGroup:ReplicationGroup", "transitEncryptionMode", "on", "none of preferred, required"),
    ("aws:dynamodb/table:Table", "billingMode", "ON_DEMAND", "none of PROVISIONED"),
    ("aws:ecr/repository:Repository", "imageTagMutability", "FIXED", "none of MUTABLE"),
    ("aws:sqs/queue:Queue", "sqsManagedSse", True, "SqsManagedSse'"),
    ("aws:ec2/vpcEndpoint:VpcEndpoint", "vpcEndpointType", "Gate", "none of Interface"),
    ("aws:cloudwatch/logGroup:LogGroup", "retentionInDays", 31, "none of 1, 3"),
    ("aws:wafv2/webAcl:WebAcl", "scope", "GLOBAL", "none of CLOUDFRONT"),
    ("aws:kms/key:Key", "keyUsage", "ENCRYPT", "none of SIGN_VERIFY"),
    ("aws:cloudfront/distribution:Distribution", "priceClass", "PriceClass_50", "none of"),
    ("aws:backup/vaultNotifications:VaultNotifications", "backupVaultEvents", ["BACKUP_JOB_BROKE"], "none of"),
    # lengths, ranges, patterns
    ("aws:iam/role:Role", "name", "r" * 65, "65 characters"),
    ("aws:iam/role:Role", "maxSessionDuration", 1800, "3600"),
    ("aws:iam/rolePolicy:RolePolicy", "name", "with space", "not policyNameType"),
    ("aws:backup/vault:Vault", "name", "v" * 51, "not BackupVaultName"),
    ("aws:sqs/queue:Queue", "name", "q" * 81, "81 characters"),
    ("aws:cloudwatch/eventRule:EventRule", "name", "e" * 65, "65 characters"),
    ("aws:ecr/repository:Repository", "name", "Upper/case", "not RepositoryName"),
    ("aws:s3/bucket:Bucket", "bucket", "b" * 64, "64 characters"),
    ("aws:s3/bucket:Bucket", "bucket", "under_score", "not [a-z0-9]"),
    ("aws:rds/cluster:Cluster", "clusterIdentifier", "two--hyphens", "not [a-z]"),
    ("aws:rds/cluster:Cluster", "engineVersion", "17", "characters, not 3"),
    ("aws:rds/cluster:Cluster", "backupRetentionPeriod", 36, "not 1 to 35"),
    ("aws:rds/cluster:Cluster", "storageEncrypted", "yes", "Invalid type"),
    ("aws:elasticache/replicationGroup:ReplicationGroup", "replicationGroupId", "g" * 41, "41 characters"),
    ("aws:elasticache/replicationGroup:ReplicationGroup", "engineVersion", "8.1.0", "characters"),
    ("aws:elasticache/user:User", "accessString", None, 'Missing required parameter in input: "AccessString"'),
    ("aws:kms/key:Key", "deletionWindowInDays", 3, "not 7 to 30"),
    ("aws:kms/key:Key", "rotationPeriodInDays", 30, "90"),
    ("aws:secretsmanager/secret:Secret", "recoveryWindowInDays", 5, "none of 0, 7"),
    ("aws:ec2/subnet:Subnet", "cidrBlock", "10.1.0.0/29", "not /16 to /28"),
    ("aws:ec2/securityGroup:SecurityGroup", "description", "the cache's own", "not [a-zA-Z0-9"),
    ("aws:cloudwatch/metricAlarm:MetricAlarm", "period", 90, "neither 10"),
    ("aws:eks/cluster:Cluster", "version", "v1.36", "characters"),
    ("aws:iam/role:Role", "tagsAll", {"k" * 129: "v"}, "129 characters"),
    # windows and schedules
    ("aws:rds/cluster:Cluster", "preferredMaintenanceWindow", "Sunday:04:00-Sunday:05:00", "not ddd:hh24:mi"),
    ("aws:rds/cluster:Cluster", "preferredMaintenanceWindow", "sun:04:00-sun:04:20", "at least 30"),
    ("aws:rds/cluster:Cluster", "preferredBackupWindow", "04:30-05:30", "overlaps"),
    ("aws:rds/cluster:Cluster", "preferredBackupWindow", "3:00-4:00", "not hh24:mi"),
    ("aws:elasticache/replicationGroup:ReplicationGroup", "maintenanceWindow", "sun:05:00-sun:05:30", "at least 60"),
    ("aws:elasticache/replicationGroup:ReplicationGroup", "snapshotWindow", "04:30-05:30", "overlaps"),
    ("aws:autoscaling/schedule:Schedule", "recurrence", "cron(0 20 * * ? *)", "not five"),
    ("aws:autoscaling/schedule:Schedule", "timeZone", "Eastern", "no time zone"),
    # what no request has
    ("aws:rds/cluster:Cluster", "clusterColour", "blue", "has no place in a request"),
]  # fmt: skip


def changed(resource: Resource, name: str, value: Value) -> Resource:
    """The resource with one input as it shouldn't be; ``None`` takes it away."""
    made = copy.deepcopy(resource)
    made.inputs.pop(name, None)
    if value is not None:
        made.inputs[name] = value
    return made


@pytest.mark.parametrize(("type_", "name", "value", "said"), WRONG, ids=[f"{it[0]}-{it[1]}-{it[2]}" for it in WRONG])
def test_one_wrong_input_is_told(type_: str, name: str, value: Value, said: str, run_of: RunOf) -> None:
    good = next(it for stack in ("dev", "production") for it in of_aws(run_of(stack)) if it.type == type_)
    assert list(against(good)) == []
    told = list(against(changed(good, name, value)))
    assert any(said in it for it in told), told


def test_what_is_wrong_deep_inside_is_told(run_of: RunOf) -> None:
    def told(type_: str, change: Callable[[Any], None]) -> str:
        made = copy.deepcopy(next(it for it in of_aws(run_of("production")) if it.type == type_))
        change(made.inputs)
        return " ".join(against(made))

    def deep_key(inputs: Any) -> None:  # noqa: ANN401 - JSON
        inputs["rules"][0]["statement"]["sizeOfIt"] = 1

    def deep_enum(inputs: Any) -> None:  # noqa: ANN401 - JSON
        inputs["rules"][0]["transitions"] = [{"days": 30, "storageClass": "COLD"}]

    def deep_range(inputs: Any) -> None:  # noqa: ANN401 - JSON
        inputs["updateConfig"] = {"maxUnavailablePercentage": 101}

    def schedule_in_list(inputs: Any) -> None:  # noqa: ANN401 - JSON
        inputs["rules"][0]["schedule"] = "cron(0 5 * * * *)"

    assert "rules.statement.sizeOfIt has no place" in told("aws:wafv2/webAcl:WebAcl", deep_key)
    assert "'COLD': none of GLACIER" in told(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", deep_enum
    )
    assert "101: at most 100" in told("aws:eks/nodeGroup:NodeGroup", deep_range)
    assert "one of day of month and day of week is ?" in told("aws:backup/plan:Plan", schedule_in_list)


def test_formats_are_of_inputs_that_stacks_have(any_run: RunOf) -> None:
    """A format that no stack's input is held against holds nothing."""
    held: set[tuple[str, str]] = set()
    for stack in EVERY:
        for resource in of_aws(any_run(stack)):
            for path in FORMATS.get(resource.type, {}):
                if list(at(resource.inputs, path)):
                    held.add((resource.type, path))
    every = {(type_, path) for type_, found in FORMATS.items() for path in found}
    # inputs that only settings other than the committed ones give
    spared = {
        ("aws:cloudwatch/eventRule:EventRule", "scheduleExpression"),
        ("aws:sqs/queue:Queue", "visibilityTimeoutSeconds"),
    }
    assert sorted(every - held - spared) == []


# --- windows and schedules, by AWS's own examples ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    ["cron(15 10 * * ? *)", "cron(0/10 * ? * MON-FRI *)", "cron(0 8 1 * ? *)", "cron(0 9 ? * 2#1 *)", "rate(1 hour)",
     "rate(5 minutes)", "cron(0 18 L * ? *)", "at(2026-11-20T13:00:00)"],
)  # fmt: skip
def test_schedules_that_eventbridge_takes(value: str) -> None:
    assert schedule(value) is None


@pytest.mark.parametrize(
    "value",
    ["cron(15 10 * * * *)", "cron(15 10 ? * ? *)", "cron(60 10 * * ? *)", "cron(0 24 * * ? *)", "cron(0 5 * * ?)",
     "rate(1 hours)", "rate(5 minute)", "rate(0 minutes)", "0 5 * * *", "cron(0 5 ? * 8 *)", "cron(? 5 * * ? *)"],
)  # fmt: skip
def test_schedules_that_eventbridge_refuses(value: str) -> None:
    assert schedule(value)


def test_windows_that_meet() -> None:
    assert overlap("03:00-04:00", "sun:04:00-sun:05:00") is None
    assert overlap("03:00-04:01", "sun:04:00-sun:05:00")
    assert overlap("23:30-00:30", "mon:00:00-mon:01:00")
    assert overlap("23:30-00:30", "sun:23:45-mon:00:15")
    assert overlap("01:00-02:00", "sat:23:00-sun:02:30")
