# ruff: noqa: S608 - every name in the SQL is letters, digits and underscores by its type
"""The bootstrap job: databases, roles, grants and extensions, by SQL that may run any number of times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from components.data_layer.services import EXPORTER, EXPORTER_CONNECTIONS, NAMESPACE, ROLES_SECRET, Role
from components.database_access.login import BUNDLE, authority
from components.database_access.pooler import PART_OF
from components.kubernetes.paths import POSTGRES_PORT, ToDatabase
from components.kubernetes.workload import SecretFiles, Workload
from components.model import Quantities, Resources
from components.naming import Names
from components.upstream import upstream

NAME: Final = "database-bootstrap"
ADMIN: Final = "admin"
"""Name of the files of the master user's login."""
ADMIN_KEYS: Final = ("username", "password")
MANAGED: Final = "rds!managed"
"""Stands for the master user's secret in the pure manifest: RDS gives it its name, which is laid over when it is
known."""
SERVICES: Final = "platform_services"
"""The role that every service's is a member of: by it those are found that the stack file names no more."""
_EXTENSIONS: Final = ("pgaudit", "pg_stat_statements")
_SCRIPT: Final = "/etc/bootstrap/bootstrap.sh"
_SQL: Final = "/etc/bootstrap/bootstrap.sql"
_ROLES: Final = "roles"

SCRIPT: Final = """\
#!/bin/sh
set -eu
until [ "$(cat "$ROLE_FILES/serial")" = "$SERIAL" ]; do
  echo "waiting for the roles of $SERIAL"
  sleep 5
done
PGHOST=$(cat "$ROLE_FILES/host")
PGUSER=$(cat "$ADMIN_FILES/username")
PGPASSWORD=$(cat "$ADMIN_FILES/password")
export PGHOST PGUSER PGPASSWORD
exec psql --no-psqlrc --set=ON_ERROR_STOP=1 --file="$BOOTSTRAP_SQL"
"""

_TABLE_RIGHTS: Final = {"read-only": "SELECT", "read-write": "SELECT, INSERT, UPDATE, DELETE"}
_SEQUENCE_RIGHTS: Final = {"read-only": "SELECT", "read-write": "USAGE, SELECT"}


def sql(roles: Sequence[Role], first_database: str, role_files: str) -> str:
    """What the job runs with psql, signed in to ``first_database`` as the master user.

    Names are letters, digits and underscores by their types. Passwords pass as SCRAM secrets from files, so none is in
    a log. Roles that are named no more can't sign in.
    """
    databases = list(dict.fromkeys(role.database for role in roles))
    lines = [*_roles(roles, role_files), *_extensions()]
    for database in databases:
        lines += _database(database, [role for role in roles if role.database == database])
    for database in databases:
        lines += [f'\\connect "{database}"', *_extensions()]
        owner = next(role for role in roles if role.database == database and role.access == "owner")
        for role in roles:
            if role.database == database and role is not owner:
                lines += _grants(role, owner)
    return "\n".join([f"-- run in {first_database} as the master user", *lines, ""])


def _roles(roles: Sequence[Role], role_files: str) -> Iterator[str]:
    yield from _role(SERVICES, "NOLOGIN")
    names = [*(role.name for role in roles), EXPORTER]
    for name in names:
        yield from _role(name, "NOLOGIN")
        yield f"\\set secret `cat {role_files}/role-{name}`"
        yield f"ALTER ROLE \"{name}\" LOGIN PASSWORD :'secret';"
        if name != EXPORTER:
            yield f'GRANT "{SERVICES}" TO "{name}";'
    yield f'GRANT pg_monitor TO "{EXPORTER}";'
    yield f'ALTER ROLE "{EXPORTER}" CONNECTION LIMIT {EXPORTER_CONNECTIONS};'
    for role in roles:
        reads = "on" if role.access == "read-only" else "off"
        yield f'ALTER ROLE "{role.name}" SET default_transaction_read_only = {reads};'
    kept = ", ".join(f"'{name}'" for name in names)
    yield (
        f"SELECT format('ALTER ROLE %I NOLOGIN', member.rolname) FROM pg_auth_members "
        f"JOIN pg_roles AS held ON held.oid = pg_auth_members.roleid AND held.rolname = '{SERVICES}' "
        f"JOIN pg_roles AS member ON member.oid = pg_auth_members.member "
        f"WHERE member.rolcanlogin AND member.rolname <> current_user AND member.rolname NOT IN ({kept}) \\gexec"
    )


def _role(name: str, attributes: str) -> Iterator[str]:
    yield (
        f"SELECT 'CREATE ROLE \"{name}\" {attributes}' "
        f"WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') \\gexec"
    )


def _extensions() -> Iterator[str]:
    for extension in _EXTENSIONS:
        yield f"CREATE EXTENSION IF NOT EXISTS {extension};"


def _database(database: str, roles: Sequence[Role]) -> Iterator[str]:
    owner = next(role for role in roles if role.access == "owner")
    # to hand a database over, its giver must be a member of the taker
    yield f'GRANT "{owner.name}" TO CURRENT_USER;'
    yield (
        f"SELECT 'CREATE DATABASE \"{database}\"' "
        f"WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{database}') \\gexec"
    )
    yield f'ALTER DATABASE "{database}" OWNER TO "{owner.name}";'
    yield f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC;'
    for role in roles:
        yield f'GRANT CONNECT, TEMPORARY ON DATABASE "{database}" TO "{role.name}";'


def _grants(role: Role, owner: Role) -> Iterator[str]:
    """Rights on what the owner has and will have. All is taken first, so that less in the file is less there."""
    yield "BEGIN;"
    yield f'SET LOCAL ROLE "{owner.name}";'
    yield f'GRANT USAGE ON SCHEMA public TO "{role.name}";'
    for kind, rights in (("TABLES", _TABLE_RIGHTS), ("SEQUENCES", _SEQUENCE_RIGHTS)):
        yield f'REVOKE ALL ON ALL {kind} IN SCHEMA public FROM "{role.name}";'
        yield f'GRANT {rights[role.access]} ON ALL {kind} IN SCHEMA public TO "{role.name}";'
        yield f'ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON {kind} FROM "{role.name}";'
        yield f'ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights[role.access]} ON {kind} TO "{role.name}";'
    yield "COMMIT;"


def bootstrap(
    roles: Sequence[Role], first_database: str, names: Names, serial: str, *, admin: str = MANAGED
) -> Workload:
    """The job. ``admin`` names the master user's secret, where the stack and not RDS keeps it."""
    keys = ("host", "serial", *(f"role-{role.name}" for role in roles), f"role-{EXPORTER}")
    made = SecretFiles(name=_ROLES, remote=names.secret(NAMESPACE, ROLES_SECRET), keys=keys, revision=serial)
    login = SecretFiles(name=ADMIN, remote=admin, keys=ADMIN_KEYS, revision=serial)
    authorities = authority(NAMESPACE, names)
    return Workload(
        namespace=NAMESPACE,
        name=NAME,
        component="database-bootstrap",
        part_of=PART_OF,
        kind="Job",
        image=upstream("pgbouncer", names),
        command=("sh", _SCRIPT),
        files={_SCRIPT: SCRIPT, _SQL: sql(roles, first_database, made.path)},
        env={
            "SERIAL": serial,
            "ROLE_FILES": made.path,
            "ADMIN_FILES": login.path,
            "BOOTSTRAP_SQL": _SQL,
            "HOME": "/tmp",  # noqa: S108 - the container's own
            "PGDATABASE": first_database,
            "PGPORT": str(POSTGRES_PORT),
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": f"{authorities.path}/{BUNDLE}",
            # Aurora Serverless that has paused takes some 15 s for the first connection
            "PGCONNECT_TIMEOUT": "60",
        },
        secrets=(login, made, authorities),
        resources=Resources(
            requests=Quantities(cpu="20m", memory="32Mi"), limits=Quantities(cpu="200m", memory="128Mi")
        ),
        calls=(ToDatabase(),),
        deadline_seconds=900,
        retries=5,
    )
