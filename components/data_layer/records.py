"""The stores as the written retention policy lists them: settings and names only, nothing of the cloud."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from components.context import Context
from components.data_classes import DataClass, effective
from components.data_layer.cache import login_name
from components.data_layer.database.settings import RdsInstanceSettings
from components.data_layer.mysql import NAME as MYSQL
from components.data_layer.services import MASTER_SECRET, NAMESPACE, ROTATE_DAYS, login_secrets
from components.data_layer.settings import DataLayerSettings
from components.data_layer.stores import Store, StoreRecord

_MASTER_PURPOSE = "Login of the database's master user"
_SECRET_PURPOSE = "Login of a cache's user"  # noqa: S105 - what it is for, not what it is


def records(settings: DataLayerSettings, context: Context, *, own_buckets: Collection[str]) -> tuple[StoreRecord, ...]:
    """Every store that the stack makes, with the class it has there. A standby's copies are its primary's to list."""
    standby = context.identity.standby
    return (
        *(() if standby and settings.database.snapshot_arn is None else _database(settings, context)),
        *_caches(settings, context),
        *(() if standby else _tables(settings, context)),
        *_buckets(settings, context, own_buckets),
        *(() if standby else _repositories(settings, context)),
        *(() if standby else _secrets(settings, context)),
        *_logins(settings, context),
    )


def _record(store: Store, name: str, type_: str, context: Context, backup_days: int = 0) -> StoreRecord:
    return StoreRecord(
        name=name,
        type=type_,
        data_class=effective(store.data_class, production=context.production),
        purpose=store.purpose,
        retention_days=store.retention_days,
        backup_days=backup_days,
    )


def _database(settings: DataLayerSettings, context: Context) -> Iterator[StoreRecord]:
    row = settings.database
    type_ = "aws:rds/instance:Instance" if isinstance(row, RdsInstanceSettings) else "aws:rds/cluster:Cluster"
    yield _record(row, context.names.of("rds", "database"), type_, context, row.backup_days)
    mysql = settings.mysql
    if mysql is not None:
        name = context.names.of("rds", MYSQL)
        yield _record(mysql, name, "aws:rds/instance:Instance", context, mysql.backup_days)


def _caches(settings: DataLayerSettings, context: Context) -> Iterator[StoreRecord]:
    for name, row in settings.caches.items():
        identifier = context.names.of("elasticache", name)
        yield _record(row, identifier, "aws:elasticache/replicationGroup:ReplicationGroup", context, row.snapshot_days)


def _tables(settings: DataLayerSettings, context: Context) -> Iterator[StoreRecord]:
    for name, row in settings.tables.items():
        yield _record(row, context.names.of("dynamodb", name), "aws:dynamodb/table:Table", context, row.recovery_days)


def _buckets(settings: DataLayerSettings, context: Context, own: Collection[str]) -> Iterator[StoreRecord]:
    for thing, row in settings.buckets.rows():
        if thing in own:
            yield _record(row, context.names.bucket(thing), "aws:s3/bucket:Bucket", context, row.noncurrent_days)


def _repositories(settings: DataLayerSettings, context: Context) -> Iterator[StoreRecord]:
    for image in settings.registry.images:
        yield _record(settings.registry, context.names.repository(image), "aws:ecr/repository:Repository", context)


def _secrets(settings: DataLayerSettings, context: Context) -> Iterator[StoreRecord]:
    for namespace, by_name in settings.secrets.items():
        for name, row in by_name.items():
            yield _secret(context.names.secret(namespace, name), row.purpose, row.rotate_days)
    if not isinstance(settings.database, RdsInstanceSettings) and settings.database.global_database is not None:
        yield _secret(context.names.secret(NAMESPACE, MASTER_SECRET), _MASTER_PURPOSE, ROTATE_DAYS)


def _logins(settings: DataLayerSettings, context: Context) -> Iterator[StoreRecord]:
    for made in login_secrets(settings.services, context.names):
        if not (context.identity.standby and made.copied):
            yield _secret(context.names.secret(made.namespace, made.name), made.purpose, made.rotate_days)
    for cache, caching in settings.caches.items():
        for user, row in caching.users.items():
            if row.auth == "password":
                name = context.names.secret(row.namespace, login_name(cache, user))
                yield _secret(name, f"{_SECRET_PURPOSE}: {row.namespace} to {cache}", caching.login_rotate_days)


def _secret(name: str, purpose: str, days: int) -> StoreRecord:
    return StoreRecord(name, "aws:secretsmanager/secret:Secret", DataClass.INTERNAL, purpose, days)
