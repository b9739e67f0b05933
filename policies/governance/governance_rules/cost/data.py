"""What stores and their copies cost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from . import assumptions as assumed
from .parts import Estimator, Found, Hidden, Part, Unpriced, always, hours, some
from .prices import AURORA, CACHE_NODES, OPTIMIZED_FACTOR, RDS
from .stack import Item, Stack, at

_CLUSTER: Final = "aws:rds/cluster:Cluster"
_SELECTION: Final = "aws:backup/selection:Selection"
_OPTIMIZED: Final = "aurora-iopt1"
_DAYS_A_MONTH: Final = 365 / 12
_CRON: Final = re.compile(r"^cron\(\S+ (?P<hours>\S+) ")


# --- databases ------------------------------------------------------------------------------------------------------


def aurora_cluster(item: Item, _: Stack) -> Found:
    """Storage, reads and writes, backups beyond the free size, and the managed secret."""
    optimized = item.text("storageType") == _OPTIMIZED
    size = assumed.DATABASE_GB.value
    yield some("storage", size, "aurora.storage.optimized" if optimized else "aurora.storage")
    if not optimized:
        yield some("reads and writes", assumed.DATABASE_IO.value, "aurora.io")
    yield some("backups", size * assumed.DATABASE_BACKUP.value, "aurora.backup")
    if item.true("manageMasterUserPassword"):
        yield some("master secret", 1, "secret")


def aurora_instance(item: Item, stack: Stack) -> Found:
    """An instance by its class, or capacity units between those of its cluster."""
    kind = item.text("instanceClass")
    cluster = stack.linked(item, "clusterIdentifier", _CLUSTER, "clusterIdentifier")
    optimized = cluster is not None and cluster.text("storageType") == _OPTIMIZED
    if item.hidden("instanceClass"):
        yield Hidden("instanceClass")
    elif kind == "db.serverless":
        least, most = _capacity(cluster)
        if least is None or most is None:
            yield Unpriced("capacity units of a cluster that can't be seen")
            return
        units = least + assumed.ACU_SHARE.value * (most - least)
        yield always(f"{units:g} capacity units", units, "aurora.acu.optimized" if optimized else "aurora.acu")
    elif kind in AURORA:
        yield hours(kind, 1, AURORA[kind], OPTIMIZED_FACTOR if optimized else 1.0)
    else:
        yield Unpriced(f"Aurora instances of {kind}")


def _capacity(cluster: Item | None) -> tuple[float | None, float | None]:
    if cluster is None:
        return None, None
    scaling = "serverlessv2ScalingConfiguration"
    return cluster.number(scaling, "minCapacity"), cluster.number(scaling, "maxCapacity")


def rds_instance(item: Item, _: Stack) -> Found:
    """An instance with its storage, both twice where there is a standby."""
    kind, copies = item.text("instanceClass"), 2 if item.true("multiAz") else 1
    size = item.number("allocatedStorage")
    if item.hidden("instanceClass"):
        yield Hidden("instanceClass")
        return
    if kind not in RDS:
        yield Unpriced(f"RDS instances of {kind}")
    else:
        yield hours(kind, copies, RDS[kind])
    yield some("storage", copies * (assumed.DATABASE_GB.value if size is None else size), "rds.storage")
    yield some("backups", assumed.DATABASE_GB.value * assumed.DATABASE_BACKUP.value, "rds.backup")
    if item.true("manageMasterUserPassword"):
        yield some("master secret", 1, "secret")


# --- caches, tables -------------------------------------------------------------------------------------------------


def cache(item: Item, _: Stack) -> Found:
    """Its nodes, and snapshots."""
    engine, kind = item.text("engine") or "redis", item.text("nodeType")
    if item.hidden("nodeType"):
        yield Hidden("nodeType")
        return
    price = CACHE_NODES.get(engine, {}).get(kind)
    groups, replicas = item.number("numNodeGroups"), item.number("replicasPerNodeGroup")
    nodes = item.number("numCacheClusters") or (groups or 1) * (1 + (replicas or 0))
    if price is None:
        yield Unpriced(f"{engine} nodes of {kind}")
    else:
        yield hours(f"{kind} nodes", nodes, price)
    if item.number("snapshotRetentionLimit"):
        yield some("snapshots", assumed.CACHE_BACKUP_GB.value, "cache.backup")


def table(item: Item, _: Stack) -> Found:
    """A table paid by request."""
    if item.text("billingMode") != "PAY_PER_REQUEST":
        yield Unpriced("a table with provisioned capacity")
        return
    yield some("writes", assumed.TABLE_WRITES.value, "dynamodb.write")
    yield some("reads", assumed.TABLE_READS.value, "dynamodb.read")
    yield from _table_storage(recovery=item.true("pointInTimeRecovery", "enabled"))


def table_replica(item: Item, _: Stack) -> Found:
    """Each write again, and the storage."""
    yield some("replicated writes", assumed.TABLE_WRITES.value, "dynamodb.write")
    yield some("between regions", assumed.TABLE_GB.value, "transfer.region")
    yield from _table_storage(recovery=item.true("pointInTimeRecovery"))


def _table_storage(*, recovery: bool) -> Iterator[Part]:
    yield some("storage", assumed.TABLE_GB.value, "dynamodb.storage")
    if recovery:
        yield some("point-in-time recovery", assumed.TABLE_GB.value, "dynamodb.recovery")


# --- buckets, registry ----------------------------------------------------------------------------------------------


def _bucket_gb(stack: Stack) -> float:
    return assumed.BUCKET_GB.value * max(1.0, stack.nodes)


def bucket(_: Item, stack: Stack) -> Found:
    """What it holds, and what is written."""
    yield some("storage", _bucket_gb(stack), "s3.storage")
    yield some("writes", assumed.BUCKET_WRITES.value, "s3.writes")


def bucket_replication(item: Item, stack: Stack) -> Found:
    """New content, on its way to another region."""
    for rule in item.items("rules"):
        new = _bucket_gb(stack) * assumed.REPLICATED_SHARE.value
        yield some("between regions", new, "transfer.region")
        if at(rule, "destination", "replicationTime", "status") == "Enabled":
            yield some("within the contract's time", new, "s3.replication-time")


def repository(_: Item, __: Stack) -> Found:
    """Its images."""
    yield some("images", assumed.IMAGES_GB.value, "ecr.storage")


# --- backups --------------------------------------------------------------------------------------------------------


def backup_plan(item: Item, stack: Stack) -> Found:
    """Recovery points here and elsewhere, and the way there, of all that is selected.

    Aurora's and DynamoDB's copies are always full (Aurora guide, copying snapshots); RDS's are incremental. Aurora's
    snapshots here are within its own backup storage.
    """
    selected = [
        text
        for selection in stack.of(_SELECTION)
        if stack.linked(selection, "planId", item.type) is item
        for text in selection.texts("resources")
    ]
    for rule in item.items("rules"):
        starts = _starts(at(rule, "schedule"))
        kept = _days(at(rule, "lifecycle", "deleteAfter"))
        copies = at(rule, "copyActions")
        for arn in selected:
            yield from _points(arn, starts, kept, copies if isinstance(copies, list) else [])


def _starts(schedule: object) -> float:
    """Starts a day of a cron expression that runs every day."""
    match = _CRON.match(schedule) if isinstance(schedule, str) else None
    if match is None:
        return 1
    hour = match["hours"]
    every = hour.partition("/")[2]
    if every:
        return 24 / int(every)
    return 24 if hour == "*" else hour.count(",") + 1


def _days(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else 0.0


def _points(arn: str, starts: float, kept: float, copies: list[object]) -> Found:
    if ":table/" in arn:
        size, moved, price = assumed.TABLE_GB.value, assumed.TABLE_GB.value, "dynamodb.backup"
        yield some("recovery points", size * starts * kept, price)
    elif ":cluster:" in arn:
        size, moved, price = assumed.DATABASE_GB.value, assumed.DATABASE_GB.value, "aurora.backup"
    elif ":db:" in arn:
        size, price = assumed.DATABASE_GB.value, "rds.backup"
        moved = size * assumed.BACKUP_CHANGE.value
        yield some("recovery points", size + moved * starts * kept, price)
    else:
        yield Unpriced("recovery points of another kind of resource")
        return
    for copy in copies:
        stored = starts * _days(at(copy, "lifecycle", "deleteAfter"))
        yield some("between regions", moved * starts * _DAYS_A_MONTH, "transfer.region")
        yield some("copies", moved * stored if moved == size else size + moved * stored, price)


ESTIMATORS: Final[Mapping[str, Estimator]] = {
    _CLUSTER: aurora_cluster,
    "aws:rds/clusterInstance:ClusterInstance": aurora_instance,
    "aws:rds/instance:Instance": rds_instance,
    "aws:elasticache/replicationGroup:ReplicationGroup": cache,
    "aws:dynamodb/table:Table": table,
    "aws:dynamodb/tableReplica:TableReplica": table_replica,
    "aws:s3/bucket:Bucket": bucket,
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": bucket_replication,
    "aws:ecr/repository:Repository": repository,
    "aws:backup/plan:Plan": backup_plan,
}
HELPERS: Final = (_SELECTION,)
"""Types that cost nothing and that the estimate of others reads."""
