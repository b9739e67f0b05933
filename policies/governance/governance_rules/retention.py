"""How long things are kept: an end for everything, and no later than the data class allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from .core.reading import Field
from .core.rules import (
    About,
    Config,
    Resource,
    Result,
    Rule,
    Setting,
    list_must_be_seen,
    must_be_given,
    must_be_seen,
    must_be_true,
    must_have_items,
    unless,
    whole,
    wrong,
)
from .tags import PUPILS, data_class

MOST_BACKUP_DAYS: Final = 35
"""Automated backups are kept at most this long, by the platform's table and by RDS itself."""

LIMITS: Final[Mapping[str, int]] = {
    "internal": 730,
    "education-record": 1825,
    "child-pii": 365,
    "operational-log": 365,
    "audit": 2555,
}
"""Days that each class is kept at most; a class that isn't listed (``public``) has no limit of its own."""

COPPA_AND_OTHERS: Final[Mapping[str, tuple[str, ...]]] = {
    "COPPA": ("312.10",),
    "GDPR": ("5",),
    "SOC 2": ("C1.2",),
}


def limits_setting() -> Setting:
    """The setting that both retention rules take."""
    return Setting(
        {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}},
        dict(LIMITS),
        "Days that each data class is kept at most. The whole table is replaced, not merged.",
    )


def limit_of(name: str, config: Config) -> int | None:
    """Days that the class ``name`` may be kept; ``None`` where it has no limit."""
    number = Field(config.table("limits").get(name)).number
    return None if number is None else int(number)


def between(field: Field, least: int, most: int) -> bool:
    """Whether a number of the range stands there."""
    return field.number is not None and least <= field.number <= most


# --- finite-retention -----------------------------------------------------------------------------------------------


def _log_group(resource: Resource) -> Iterator[Result]:
    yield from unless(
        lambda it: (it.number or 0) > 0,
        resource["retentionInDays"],
        "write retentionInDays: a log group without it, or with 0, is kept for ever",
    )


def _backups(resource: Resource) -> Iterator[Result]:
    if resource["replicateSourceDb"].missing and resource["replicationSourceIdentifier"].missing:
        yield from unless(
            lambda it: between(it, 1, MOST_BACKUP_DAYS),
            resource["backupRetentionPeriod"],
            f"write backupRetentionPeriod of 1 to {MOST_BACKUP_DAYS} days",
        )


def _snapshots(resource: Resource) -> Iterator[Result]:
    yield from unless(
        lambda it: between(it, 1, MOST_BACKUP_DAYS),
        resource["snapshotRetentionLimit"],
        f"write snapshotRetentionLimit of 1 to {MOST_BACKUP_DAYS} days",
    )


def _archive(resource: Resource) -> Iterator[Result]:
    yield from unless(
        lambda it: (it.number or 0) > 0,
        resource["retentionDays"],
        "write retentionDays: an archive without it, or with 0, is kept for ever",
    )


def _warehouse(resource: Resource) -> Iterator[Result]:
    yield from unless(
        lambda it: between(it, 1, MOST_BACKUP_DAYS),
        resource["automatedSnapshotRetentionPeriod"],
        f"write automatedSnapshotRetentionPeriod of 1 to {MOST_BACKUP_DAYS} days",
    )
    yield from unless(
        lambda it: (it.number or 0) > 0,
        resource["manualSnapshotRetentionPeriod"],
        "write manualSnapshotRetentionPeriod in days: manual snapshots without it, or with -1, are kept for ever",
    )


def _queue(resource: Resource) -> Iterator[Result]:
    yield from must_be_given(
        resource["messageRetentionSeconds"],
        "write messageRetentionSeconds (60 to 1209600): how long nobody may read it",
    )


def _table(resource: Resource) -> Iterator[Result]:
    if data_class(resource) in PUPILS:
        expiry = resource["ttl"]
        yield from must_be_true(
            expiry["enabled"], "write ttl with enabled: true, so that items of pupils' data end by themselves"
        )
        yield from must_be_given(expiry["attributeName"], "write the attribute that holds the item's last second")


def _plan(resource: Resource) -> Iterator[Result]:
    rules = resource["rules"]
    yield from must_have_items(rules, "write the plan's rules, each with a lifecycle")
    yield from (it for rule in rules.each() for it in list_must_be_seen(rule["copyActions"]))
    for rule in rules.each():
        for part in (rule, *rule["copyActions"].each()):
            yield from unless(
                lambda it: (it.number or 0) > 0,
                part.at("lifecycle", "deleteAfter"),
                "write deleteAfter in days: recovery points without it are kept for ever",
            )


def _vault_lock(resource: Resource) -> Iterator[Result]:
    yield from unless(
        lambda it: (it.number or 0) > 0,
        resource["maxRetentionDays"],
        "write maxRetentionDays: a lock without it lets a point be locked for ever",
    )


KEPT: Final[Mapping[str, Callable[[Resource], Iterator[Result]]]] = {
    "aws:cloudwatch/logGroup:LogGroup": _log_group,
    "aws:rds/cluster:Cluster": _backups,
    "aws:rds/instance:Instance": _backups,
    "aws:docdb/cluster:Cluster": _backups,
    "aws:neptune/cluster:Cluster": _backups,
    "aws:elasticache/replicationGroup:ReplicationGroup": _snapshots,
    "aws:elasticache/serverlessCache:ServerlessCache": _snapshots,
    "aws:docdb/elasticCluster:ElasticCluster": _backups,
    "aws:memorydb/cluster:Cluster": _snapshots,
    "aws:redshift/cluster:Cluster": _warehouse,
    "aws:cloudwatch/eventArchive:EventArchive": _archive,
    "aws:sqs/queue:Queue": _queue,
    "aws:dynamodb/table:Table": _table,
    "aws:backup/plan:Plan": _plan,
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": _vault_lock,
}
"""What keeps data, and how its end is written. Buckets and registries have rules of their own (`store-lifecycle`)."""

finite_retention = Rule(
    About(
        name="finite-retention",
        description="Logs, backups, snapshots, messages and pupils' items end after a stated time.",
        severity="high",
        remedy="Write the number of days that the purpose needs; the platform's table of data classes has the most.",
        controls={**COPPA_AND_OTHERS, "FSBP": ("RDS.11", "ElastiCache.1")},
    ),
    KEPT.__contains__,
    lambda resource, _: KEPT[resource.type](resource),
)


# --- retention-limit ------------------------------------------------------------------------------------------------


def _days(field: Field, most: int, of: str) -> Iterator[Result]:
    yield from must_be_seen(field)
    if field.number is not None and field.number > most:
        yield wrong(field, f"write {most} days or fewer: {of} is kept no longer")


def _log_limit(resource: Resource, config: Config) -> Iterator[Result]:
    name = data_class(resource)
    most = limit_of(name, config)
    if most is not None:
        yield from _days(resource["retentionInDays"], most, f"the class {name}")


def _backup_limit(resource: Resource, config: Config) -> Iterator[Result]:
    yield from _days(resource["backupRetentionPeriod"], config.number("backup_days"), "a backup")


def _plan_limit(resource: Resource, config: Config) -> Iterator[Result]:
    yield from list_must_be_seen(resource["rules"])
    for rule in resource["rules"].each():
        yield from list_must_be_seen(rule["copyActions"])
        for part in (rule, *rule["copyActions"].each()):
            yield from _days(part.at("lifecycle", "deleteAfter"), config.number("backup_days"), "a backup")


LIMITED: Final[Mapping[str, Callable[[Resource, Config], Iterator[Result]]]] = {
    "aws:cloudwatch/logGroup:LogGroup": _log_limit,
    "aws:rds/cluster:Cluster": _backup_limit,
    "aws:rds/instance:Instance": _backup_limit,
    "aws:docdb/cluster:Cluster": _backup_limit,
    "aws:neptune/cluster:Cluster": _backup_limit,
    "aws:elasticache/replicationGroup:ReplicationGroup": lambda resource, config: _days(
        resource["snapshotRetentionLimit"], config.number("backup_days"), "a snapshot"
    ),
    "aws:elasticache/serverlessCache:ServerlessCache": lambda resource, config: _days(
        resource["snapshotRetentionLimit"], config.number("backup_days"), "a snapshot"
    ),
    "aws:docdb/elasticCluster:ElasticCluster": _backup_limit,
    "aws:memorydb/cluster:Cluster": lambda resource, config: _days(
        resource["snapshotRetentionLimit"], config.number("backup_days"), "a snapshot"
    ),
    "aws:backup/plan:Plan": _plan_limit,
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": lambda resource, config: _days(
        resource["maxRetentionDays"], config.number("backup_days"), "a backup"
    ),
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": lambda resource, config: _days(
        resource["retentionPeriod"], config.number("backup_days"), "a backup"
    ),
}
"""What the data class, or the limit on backups, bounds."""

retention_limit = Rule(
    About(
        name="retention-limit",
        description="Nothing is kept longer than its data class, or the limit on backups, allows.",
        severity="high",
        remedy="Shorten the retention, or give the store the class of what it really holds.",
        controls=COPPA_AND_OTHERS,
        settings={
            "limits": limits_setting(),
            "backup_days": whole(MOST_BACKUP_DAYS, "Days that a backup is kept at most.", minimum=1),
        },
    ),
    LIMITED.__contains__,
    lambda resource, config: LIMITED[resource.type](resource, config),
)
