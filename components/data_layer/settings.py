"""What a stack file says about its stores, and what is refused of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo, field_validator

from components.context import StackIdentity
from components.data_classes import effective, log_limit
from components.data_layer.buckets import BucketsSettings
from components.data_layer.cache import CacheSettings, check_caches, login_name
from components.data_layer.database.settings import DatabaseChoice, RdsInstanceSettings
from components.data_layer.mysql import MysqlSettings
from components.data_layer.mysql_logins import mysql_secrets
from components.data_layer.registry import RegistrySettings
from components.data_layer.secrets import Secrets
from components.data_layer.services import DatabaseServices, login_secrets, role_name
from components.data_layer.stores import Store, limit_days
from components.data_layer.tables import TableSettings
from components.model import LogDays, Problem, Settings, Slug, refuse_all
from components.naming import Names


class DataLayerSettings(Settings):
    """Every store of the stack. What isn't said is safe for production; dev opts out of it by saying so."""

    database: DatabaseChoice
    """The relational database, of one of three kinds."""
    services: DatabaseServices = {}
    """Services that keep their data in it: each gets a role, a login, and a database or a part in another's."""
    mysql: MysqlSettings | None = None
    """MySQL, for applications that know no other database. Left out: none."""
    caches: Annotated[dict[Slug, CacheSettings], AfterValidator(check_caches)]
    """Caches by name. One is called ``queue``."""
    tables: dict[Slug, TableSettings]
    """DynamoDB tables by the last part of their names."""
    buckets: BucketsSettings
    """The buckets: a row each."""
    registry: RegistrySettings
    """The repositories for images of our own."""
    secrets: Secrets = {}
    """Secrets by namespace and name: what each opens, and whether a value is generated. Values stand in no file."""
    log_retention_days: LogDays = 365
    """Days that the database's and the caches' logs are kept. At most 90 outside production."""

    @field_validator("secrets")
    @classmethod
    def _no_second_login(cls, value: Secrets, info: ValidationInfo) -> Secrets:
        caches: dict[str, CacheSettings] = info.data.get("caches") or {}
        taken = {
            (user.namespace, login_name(cache, name))
            for cache, row in caches.items()
            for name, user in row.users.items()
        }
        refuse_all(
            Problem((namespace, name), name, "another name: a cache user's login has this one")
            for namespace, by_name in value.items()
            for name in by_name
            if (namespace, name) in taken
        )
        return value

    def stores(self) -> Iterator[tuple[tuple[str, ...], Store]]:
        """Every store with the path of its key below ``data``."""
        yield ("database",), self.database
        if self.mysql is not None:
            yield ("mysql",), self.mysql
        for name, cache in self.caches.items():
            yield ("caches", name), cache
        for name, table in self.tables.items():
            yield ("tables", name), table
        for thing, bucket in self.buckets.rows():
            yield ("buckets", thing.replace("-", "_")), bucket
        yield ("registry",), self.registry


def check(identity: StackIdentity, settings: DataLayerSettings) -> Iterator[Problem]:
    """What must hold between the stack's identity and its stores."""
    yield from _retention(identity, settings)
    yield from _copies(identity, settings)
    yield from _locks(identity, settings)
    yield from _taken_secrets(identity, settings)
    yield from _taken_roles(settings)
    yield from _snapshot(identity, settings)
    yield from _worldwide(identity, settings)
    yield from _mysql(identity, settings)
    if identity.production:
        yield from _single_points(settings)


def _retention(identity: StackIdentity, settings: DataLayerSettings) -> Iterator[Problem]:
    for path, store in settings.stores():
        limit = limit_days(store.data_class, production=identity.production)
        if limit is not None and store.retention_days is not None and store.retention_days > limit:
            counted = effective(store.data_class, production=identity.production)
            yield Problem(
                ("data", *path, "retention_days"),
                store.retention_days,
                f"at most {limit} days: in this environment the store counts as {counted.value}",
            )
    limit = log_limit(production=identity.production)
    if settings.log_retention_days > limit:
        yield Problem(
            ("data", "log_retention_days"),
            settings.log_retention_days,
            f"at most {limit} days, the limit of operational logs in this environment",
        )


def _copies(identity: StackIdentity, settings: DataLayerSettings) -> Iterator[Problem]:
    if identity.production and identity.recovery_region is not None:
        return
    for name, table in settings.tables.items():
        if table.replica:
            yield Problem(
                ("data", "tables", name, "replica"),
                table.replica,
                "false: copies are for production stacks with a recovery_region",
            )


def _locks(identity: StackIdentity, settings: DataLayerSettings) -> Iterator[Problem]:
    path, lock = ("data", "buckets", "audit", "lock"), settings.buckets.audit.lock
    if identity.production and lock == "off":
        yield Problem(path, lock, "compliance or governance in production: an audit trail that can be changed is none")
    if not identity.production and lock == "compliance":
        yield Problem(path, lock, "off or governance outside production: compliance can't be undone for years")


def _worldwide(identity: StackIdentity, settings: DataLayerSettings) -> Iterator[Problem]:
    database = settings.database
    if isinstance(database, RdsInstanceSettings) or database.global_database is None:
        return
    if not identity.production or identity.recovery_region is None:
        yield Problem(
            ("data", "database", "global_database"),
            database.global_database.subnet_group,
            "nothing: only production with a recovery_region has copies elsewhere",
        )


def _mysql(identity: StackIdentity, settings: DataLayerSettings) -> Iterator[Problem]:
    if identity.standby and settings.mysql is not None:
        yield Problem(("data", "mysql"), "given", "nothing in a standby: what is in MySQL comes back with its primary")


def _taken_secrets(identity: StackIdentity, settings: DataLayerSettings) -> Iterator[Problem]:
    names = Names(identity.platform, identity.env, identity.account_id, identity.region)
    for row in login_secrets(settings.services, names):
        if row.name in settings.secrets.get(row.namespace, {}):
            allowed = "another name: what signs in to the database has this one"
            yield Problem(("data", "secrets", row.namespace, row.name), row.name, allowed)
    for namespace, name in mysql_secrets(settings.mysql.services, names) if settings.mysql is not None else ():
        if name in settings.secrets.get(namespace, {}):
            allowed = "another name: what signs in to MySQL has this one"
            yield Problem(("data", "secrets", namespace, name), name, allowed)


def _taken_roles(settings: DataLayerSettings) -> Iterator[Problem]:
    admin = settings.database.admin_name
    for name in settings.services:
        if role_name(name) == admin:
            allowed = f"another name: {admin} is the master user (data.database.admin_name), whose password RDS keeps"
            yield Problem(("data", "services", name), name, allowed)


def _snapshot(identity: StackIdentity, settings: DataLayerSettings) -> Iterator[Problem]:
    path, given = ("data", "database", "snapshot_arn"), settings.database.snapshot_arn
    if given is None:
        return
    if not identity.standby:
        yield Problem(path, given, "nothing but in a standby: a primary's database goes back by point-in-time recovery")
        return
    kind = "snapshot" if isinstance(settings.database, RdsInstanceSettings) else "cluster-snapshot"
    wanted = f"arn:aws:rds:{identity.region}:{identity.account_id}:{kind}:"
    if not given.startswith(wanted):
        yield Problem(path, given, f"a recovery point of the stack's own region, account and kind, {wanted}...")


def _single_points(settings: DataLayerSettings) -> Iterator[Problem]:
    """What would be lost in production with one zone."""
    database = settings.database
    if isinstance(database, RdsInstanceSettings):
        if not database.multi_az:
            yield Problem(("data", "database", "multi_az"), False, "true in production: a standby in another zone")
    elif database.readers == 0:
        yield Problem(("data", "database", "readers"), 0, "at least 1 in production: a reader in another zone")
    if settings.mysql is not None and not settings.mysql.multi_az:
        yield Problem(("data", "mysql", "multi_az"), False, "true in production: a standby in another zone")
    for name, cache in settings.caches.items():
        if cache.replicas == 0:
            yield Problem(("data", "caches", name, "replicas"), 0, "at least 1 in production: a node in another zone")
