"""Services that keep their data in the database: what a stack file says of them, and what is refused of it.

A service is a role of PostgreSQL with a login of its own. It reaches the database through the pooler; its migrations
go there directly. Passwords are generated, and only the service's own namespace can read them: the pooler and the
bootstrap job get SCRAM secrets.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints, field_validator

from components.model import Days, DnsLabel, Problem, Settings, Slug, refuse, refuse_all
from components.naming import Names

NAMESPACE: Final = "database"
"""Where the pooler and the bootstrap job run."""
POOLER: Final = "pgbouncer"
POOLER_HOST: Final = f"{POOLER}.{NAMESPACE}.svc.cluster.local"
POOLER_SECRET: Final = "pgbouncer"  # noqa: S105 - a name, no secret
"""Secret of namespace ``database`` with the pooler's server and users."""
ROLES_SECRET: Final = "database-roles"  # noqa: S105 - a name, no secret
"""Secret of namespace ``database`` with every role's SCRAM secret, for the bootstrap job."""
MASTER_SECRET: Final = "database-master"  # noqa: S105 - a name, no secret
"""Secret of namespace ``database`` with the master user's login, where RDS doesn't keep it."""
CA_SECRET: Final = "database-authority"  # noqa: S105 - a name, no secret
"""Secret with the certificates that the database's own is checked against; one in each namespace that goes there."""
ROTATE_DAYS: Final = 90
"""Days after which what no service owns is to be replaced."""
AUTHORITY_DAYS: Final = 365
"""Days after which the certificates are to be fetched anew: authorities live for decades, new ones are added."""
MONITORING: Final = "monitoring"
EXPORTER: Final = "exporter"
"""The role that Prometheus's exporters sign in with: figures, no content."""
EXPORTER_CONNECTIONS: Final = 5
"""Connections that it may have: one, and those that its predecessors have left open."""

_AUTHORITY: Final = "Certificates that the database's own is checked against"
_TAKEN_ROLES: Final = frozenset({EXPORTER, "public", "none", "postgres", "platform_services"})
_TAKEN_DATABASES: Final = frozenset({"postgres", "rdsadmin", "template0", "template1", "pgbouncer"})

Access = Literal["owner", "read-write", "read-only"]
DatabaseName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


class DatabaseService(Settings):
    """One service's place in the database."""

    namespace: DnsLabel | None = None
    """The namespace that reads its login. Left out: the applications' own, ``<platform>-<env>``."""
    database: DatabaseName | None = None
    """Its database; several services may name one. Left out: one called as the service is."""
    access: Access = "owner"
    """``owner`` makes and changes tables (its migrations do), ``read-write`` and ``read-only`` use those of the owner.
    Each database has one owner."""
    generation: Annotated[int, Field(ge=1, strict=True)] = 1
    """Raise it by one, and the next update gives the service a new password."""
    rotate_days: Days = 90
    """Days after which the password is to be replaced; a tag says so to who checks it."""

    @field_validator("database")
    @classmethod
    def _own_database(cls, value: str | None) -> str | None:
        if value in _TAKEN_DATABASES:
            refuse("a database of your own: PostgreSQL, RDS or the pooler has this one")
        return value


@dataclass(frozen=True)
class Role:
    """A role of PostgreSQL as the bootstrap job makes it."""

    service: str
    name: str
    database: str
    access: Access


def role_name(service: str) -> str:
    """What PostgreSQL calls the service."""
    return service.replace("-", "_")


def _one_owner(services: dict[str, DatabaseService]) -> dict[str, DatabaseService]:
    refuse_all(_problems(services))
    return services


def _problems(services: Mapping[str, DatabaseService]) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for name, row in services.items():
        if role_name(name) in _TAKEN_ROLES or name.startswith(("pg-", "rds")):
            yield Problem((name,), name, "another name: PostgreSQL, RDS or the platform has a role of this one")
        elif row.database is None and role_name(name) in _TAKEN_DATABASES:
            yield Problem((name, "database"), None, "a database of its own: the service's name is taken as one")
        database = row.database or role_name(name)
        if row.access != "owner":
            continue
        if database in owners:
            allowed = f"read-write or read-only: {owners[database]} owns the database {database}"
            yield Problem((name, "access"), row.access, allowed)
        owners.setdefault(database, name)
    for name, row in services.items():
        database = row.database or role_name(name)
        if database not in owners:
            owned = ", ".join(sorted(owners)) or "there is none"
            yield Problem((name, "database"), database, f"a database that some service owns: {owned}")


DatabaseServices = Annotated[dict[Slug, DatabaseService], AfterValidator(_one_owner)]
"""Services by name."""


def roles(services: Mapping[str, DatabaseService]) -> tuple[Role, ...]:
    """The services' roles, in the file's order."""
    return tuple(
        Role(name, role_name(name), row.database or role_name(name), row.access) for name, row in services.items()
    )


def namespace_of(row: DatabaseService, names: Names) -> str:
    """The namespace that reads the service's login."""
    return row.namespace or names.prefix


def database_login_name(service: str) -> str:
    """The last part of the name of a service's login."""
    return f"database-{service}-login"


def database_login_secret(names: Names, service: str, namespace: str) -> str:
    """Name of the secret with a service's login.

    JSON, all texts: ``username``, ``password``, ``dbname``, ``port``, ``host`` (the pooler's) and ``direct_host`` (the
    database's own, for migrations).
    """
    return names.secret(namespace, database_login_name(service))


def serial(services: Mapping[str, DatabaseService]) -> str:
    """Twelve digits that change with who signs in: pods that must know compare them with those of their secret."""
    said = {name: row.model_dump(mode="json", exclude={"rotate_days"}) for name, row in services.items()}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class LoginSecret:
    """A secret that is made for the database's sake."""

    namespace: str
    name: str
    purpose: str
    rotate_days: int
    copied: bool = False
    """Whether it has a copy in the recovery region. A login hasn't: it names its own database's address, and a standby
    has its own under the same name."""


def login_secrets(
    services: Mapping[str, DatabaseService], names: Names, others: Sequence[str] = ()
) -> tuple[LoginSecret, ...]:
    """Every such secret: the services' logins, then what exporters, pooler and bootstrap job are told.

    ``others`` are namespaces that need the certificates without a login here: MySQL's are of the same authorities.
    """
    logins = (
        LoginSecret(
            namespace_of(services[role.service], names),
            database_login_name(role.service),
            f"{role.access} login of {role.service} to the database {role.database}",
            services[role.service].rotate_days,
        )
        for role in roles(services)
    )
    told = (
        (MONITORING, database_login_name(EXPORTER), "Login of the exporters that measure database and pooler"),
        (NAMESPACE, POOLER_SECRET, "Where the pooler finds the database, and SCRAM secrets of who may use it"),
        (NAMESPACE, ROLES_SECRET, "Where the bootstrap job finds the database, and SCRAM secrets of its roles"),
    )
    own = (namespace_of(row, names) for row in services.values())
    namespaces = dict.fromkeys([NAMESPACE, MONITORING, *own, *others])
    return (
        *logins,
        *(LoginSecret(*row, rotate_days=ROTATE_DAYS) for row in told),
        # certificates are public; they come from AWS's own place by hand (decision 15)
        *(
            LoginSecret(namespace, CA_SECRET, _AUTHORITY, rotate_days=AUTHORITY_DAYS, copied=True)
            for namespace in namespaces
        ),
    )


__all__ = [
    "CA_SECRET",
    "EXPORTER",
    "EXPORTER_CONNECTIONS",
    "MASTER_SECRET",
    "NAMESPACE",
    "POOLER",
    "POOLER_HOST",
    "POOLER_SECRET",
    "ROLES_SECRET",
    "DatabaseService",
    "DatabaseServices",
    "LoginSecret",
    "Role",
    "database_login_name",
    "database_login_secret",
    "login_secrets",
    "namespace_of",
    "roles",
    "serial",
]
