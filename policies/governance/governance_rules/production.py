"""Where loss hurts: protection from deletion, backups long enough, and a second of what must not stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from .core.rules import (
    About,
    Config,
    Finding,
    Resource,
    Result,
    Rule,
    flag,
    must_be_given,
    must_be_seen,
    must_be_true,
    must_not_be_true,
    unless,
    whole,
)

Check: TypeAlias = Callable[[Resource, Config], Iterator[Result]]


def _on(*path: str, write: str) -> Check:
    return lambda resource, _: must_be_true(resource.props.at(*path), f"write {write}")


def _off(*path: str, write: str) -> Check:
    return lambda resource, _: must_not_be_true(resource.props.at(*path), f"write {write}")


_DELETION: Final = _on("deletionProtection", write="deletionProtection: true")


def _protected(resource: Resource, _: Config) -> Iterator[Result]:
    if not resource.protect:
        yield Finding(
            "", "write protect: true in its options, as a replacement or a destroy would delete what it keeps"
        )


def _final_snapshot(resource: Resource, _: Config) -> Iterator[Result]:
    yield from must_not_be_true(resource["skipFinalSnapshot"], "write skipFinalSnapshot: false")
    yield from must_be_given(
        resource["finalSnapshotIdentifier"],
        "write finalSnapshotIdentifier, with a random suffix so that it is unique",
    )


def _backup_days(name: str, setting: str) -> Check:
    def check(resource: Resource, config: Config) -> Iterator[Result]:
        least = config.number(setting)
        yield from unless(lambda it: (it.number or 0) >= least, resource[name], f"write {name} of {least} days or more")

    return check


_BACKUPS: Final = _backup_days("backupRetentionPeriod", "minimum_backup_days")
_SNAPSHOTS: Final = _backup_days("snapshotRetentionLimit", "minimum_snapshot_days")


def _unless_replica(*checks: Check) -> Check:
    def check(resource: Resource, config: Config) -> Iterator[Result]:
        if resource["replicateSourceDb"].missing:
            for inner in checks:
                yield from inner(resource, config)

    return check


def _recovery_window(resource: Resource, _: Config) -> Iterator[Result]:
    window = resource["recoveryWindowInDays"]
    yield from must_be_seen(window)
    if window.number == 0:
        yield Finding(window.path, "write recoveryWindowInDays of 7 to 30, as with 0 a secret is gone at once")


def _deletion_window(resource: Resource, config: Config) -> Iterator[Result]:
    window, least = resource["deletionWindowInDays"], config.number("minimum_key_deletion_days")
    if not window.missing:  # 30 days by the service's default
        yield from unless(lambda it: (it.number or 0) >= least, window, f"write {least} days, or leave it out")


SAFEGUARDS: Final[Mapping[str, tuple[Check, ...]]] = {
    "aws:rds/cluster:Cluster": (_DELETION, _final_snapshot, _BACKUPS, _protected),
    "aws:rds/instance:Instance": (
        _DELETION,
        _unless_replica(_final_snapshot, _BACKUPS, _on("multiAz", write="multiAz: true")),
        _protected,
    ),
    "aws:rds/globalCluster:GlobalCluster": (_DELETION,),
    "aws:docdb/cluster:Cluster": (_DELETION, _final_snapshot, _BACKUPS, _protected),
    "aws:neptune/cluster:Cluster": (_DELETION, _final_snapshot, _BACKUPS, _protected),
    "aws:dynamodb/table:Table": (
        _on("deletionProtectionEnabled", write="deletionProtectionEnabled: true"),
        _on("pointInTimeRecovery", "enabled", write="pointInTimeRecovery with enabled: true"),
        _protected,
    ),
    "aws:elasticache/replicationGroup:ReplicationGroup": (
        _on("automaticFailoverEnabled", write="automaticFailoverEnabled: true, with two nodes or more"),
        _on("multiAzEnabled", write="multiAzEnabled: true"),
        _SNAPSHOTS,
    ),
    "aws:elasticache/serverlessCache:ServerlessCache": (_SNAPSHOTS,),
    "aws:s3/bucket:Bucket": (_off("forceDestroy", write="forceDestroy: false"), _protected),
    "aws:s3/bucketV2:BucketV2": (_off("forceDestroy", write="forceDestroy: false"), _protected),
    "aws:ecr/repository:Repository": (_off("forceDelete", write="forceDelete: false"),),
    "aws:backup/vault:Vault": (_off("forceDestroy", write="forceDestroy: false"), _protected),
    "aws:secretsmanager/secret:Secret": (_recovery_window,),
    "aws:kms/key:Key": (_deletion_window, _protected),
    "aws:eks/cluster:Cluster": (_DELETION,),
    "aws:lb/loadBalancer:LoadBalancer": (_on("enableDeletionProtection", write="enableDeletionProtection: true"),),
    "aws:alb/loadBalancer:LoadBalancer": (_on("enableDeletionProtection", write="enableDeletionProtection: true"),),
}
"""What production has of each."""


def check_safeguards(resource: Resource, config: Config) -> Iterator[Result]:
    """Every safeguard of the resource's type, on a production stack."""
    if config.on("production"):
        for check in SAFEGUARDS[resource.type]:
            yield from check(resource, config)


production_safeguards = Rule(
    About(
        name="production-safeguards",
        description="In production stores and keys are protected from deletion, backed up and doubled.",
        severity="high",
        remedy="Set what the message names. A protected store goes in two updates: the protection, then the store.",
        controls={
            "FSBP": ("RDS.5", "RDS.7", "RDS.8", "RDS.11", "DynamoDB.2", "DynamoDB.6", "ElastiCache.3"),
            "SOC 2": ("A1.2", "C1.1", "CC7.5"),
            "GDPR": ("32",),
        },
        level="advisory",
        settings={
            "production": flag(
                default=True, purpose="Whether the stack is production; elsewhere the rule asks for nothing."
            ),
            "minimum_backup_days": whole(7, "Days that database backups are kept at least.", minimum=1),
            "minimum_snapshot_days": whole(1, "Days that cache snapshots are kept at least."),
            "minimum_key_deletion_days": whole(30, "Days that a key waits before it is deleted.", minimum=7),
        },
    ),
    SAFEGUARDS.__contains__,
    check_safeguards,
)
