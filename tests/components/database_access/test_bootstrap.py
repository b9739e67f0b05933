"""The bootstrap job: what it is handed, and its SQL before a real PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from components.data_layer.scram import scram_secret
from components.data_layer.services import DatabaseService, roles, serial
from components.database_access.bootstrap import MANAGED, bootstrap, sql
from components.kubernetes.paths import ToDatabase
from components.naming import Names
from tests.components.database_access.postgres import Server, needs_postgres, server

NAMES = Names("toolboxai", "dev", "111122223333", "us-east-1")
SERVICES = {
    "backend": DatabaseService(),
    "worker": DatabaseService(database="backend", access="read-write"),
    "grafana": DatabaseService(database="backend", access="read-only", namespace="monitoring"),
    "roblox-sync": DatabaseService(),
}
ROLES = ("backend", "worker", "grafana", "roblox_sync", "exporter")
SALT = "W22ZaJ0SNY7soEsUEjb6gQ=="
BOSS = "boss"
ADMIN, ADMIN_PASSWORD = "platform_admin", "not-a-secret-1"


def statements(services: Mapping[str, DatabaseService], role_files: str) -> str:
    return sql(roles(services), "platform", role_files)


def test_no_password_is_in_the_sql_or_the_environment() -> None:
    job = bootstrap(roles(SERVICES), "platform", NAMES, serial(SERVICES))
    text = "\n".join([*job.files.values(), *job.env.values()])
    assert "SCRAM-SHA-256$" not in text
    assert set(re.findall(r"PASSWORD (\S+)", job.files["/etc/bootstrap/bootstrap.sql"])) == {":'secret';"}


def test_the_job_goes_to_the_database_itself_and_verifies_it() -> None:
    job = bootstrap(roles(SERVICES), "platform", NAMES, serial(SERVICES))
    assert (job.kind, job.calls, job.identity, job.api_token) == ("Job", (ToDatabase(),), False, False)
    assert job.env["PGSSLMODE"] == "verify-full"
    assert job.env["PGSSLROOTCERT"] == "/var/run/secrets/platform/database-authority/bundle"
    remotes = {files.name: files.remote for files in job.secrets}
    assert remotes == {
        "admin": MANAGED,
        "roles": "toolboxai/dev/database/database-roles",
        "database-authority": "toolboxai/dev/database/database-authority",
    }


def test_who_signs_in_makes_the_job_anew_and_has_its_secrets_read_at_once() -> None:
    fewer = {"backend": DatabaseService()}
    one, two = (bootstrap(roles(s), "platform", NAMES, serial(s)) for s in (SERVICES, fewer))
    assert one.env["SERIAL"] != two.env["SERIAL"]
    assert {files.revision for files in one.secrets if files.name != "database-authority"} == {one.env["SERIAL"]}


def test_every_database_has_the_audit_trail() -> None:
    text = statements(SERVICES, "/x")
    for database in ("backend", "roblox_sync"):
        after = text.split(f'\\connect "{database}"')[1]
        assert after.index("CREATE EXTENSION IF NOT EXISTS pgaudit;") < after.index("pg_stat_statements;")
    # and the first one, where the job signs in
    assert text.index("pgaudit") < text.index("\\connect")


# --- before a real PostgreSQL -------------------------------------------------------------------------------------


class Stack:
    """A server whose master user has what RDS gives one, and no more: no superuser."""

    def __init__(self, database: Server, files: Path) -> None:
        self.database = database
        self.files = files

    def bootstrap(self, services: Mapping[str, DatabaseService]) -> None:
        # pgaudit is in no server but RDS's own
        text = "\n".join(row for row in statements(services, str(self.files)).splitlines() if "EXTENSION" not in row)
        script = self.files / "bootstrap.sql"
        script.write_text(text)
        done = self.database.psql(
            ADMIN, "platform", "--set=ON_ERROR_STOP=1", f"--file={script}", password=ADMIN_PASSWORD
        )
        assert done.returncode == 0, done.stderr

    def says(self, role: str, database: str, statement: str) -> str:
        done = self.database.psql(role, database, "-c", statement, password=f"password-of-{role}")
        return done.stdout.strip() or done.stderr.strip()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("postgres")
    files = tmp_path_factory.mktemp("roles")
    for role in ROLES:
        (files / f"role-{role}").write_text(scram_secret(f"password-of-{role}", SALT))
    with server(folder, BOSS, BOSS) as database:
        for statement in (
            f"CREATE ROLE {ADMIN} LOGIN CREATEROLE CREATEDB PASSWORD '{ADMIN_PASSWORD}'",
            f"CREATE DATABASE platform OWNER {ADMIN}",
            f"GRANT pg_monitor TO {ADMIN} WITH ADMIN OPTION",
        ):
            assert database.psql(BOSS, "postgres", "-c", statement, password=BOSS).returncode == 0
        made = Stack(database, files)
        made.bootstrap(SERVICES)
        yield made


@needs_postgres
def test_each_service_may_what_its_access_says(stack: Stack) -> None:
    assert stack.says("backend", "backend", "CREATE TABLE pupils (id serial PRIMARY KEY, name text)") == ""
    assert stack.says("worker", "backend", "INSERT INTO pupils (name) VALUES ('a') RETURNING id") == "1"
    assert "permission denied for schema" in stack.says("worker", "backend", "CREATE TABLE own (id int)")
    assert stack.says("grafana", "backend", "SELECT count(*) FROM pupils") == "1"
    assert "read-only" in stack.says("grafana", "backend", "DELETE FROM pupils")
    writes = "SET TRANSACTION READ WRITE; DELETE FROM pupils"
    assert "permission denied for table" in stack.says("grafana", "backend", writes)


@needs_postgres
def test_nobody_gets_into_anothers_database(stack: Stack) -> None:
    for role, database in (("grafana", "roblox_sync"), ("roblox_sync", "backend"), ("exporter", "backend")):
        assert "permission denied for database" in stack.says(role, database, "SELECT 1")


@needs_postgres
def test_the_exporter_sees_every_session(stack: Stack) -> None:
    assert stack.says("exporter", "platform", "SELECT pg_has_role('pg_monitor', 'member')") == "t"


@needs_postgres
def test_it_may_run_again_and_takes_back_what_the_file_says_no_more(stack: Stack) -> None:
    stack.bootstrap(SERVICES)
    kept = {name: row for name, row in SERVICES.items() if name != "grafana"}
    less = {**kept, "worker": DatabaseService(database="backend", access="read-only")}
    stack.bootstrap(less)
    assert "not permitted to log in" in stack.says("grafana", "backend", "SELECT 1")
    writes = "SET TRANSACTION READ WRITE; INSERT INTO pupils (name) VALUES ('b')"
    assert "permission denied for table" in stack.says("worker", "backend", writes)
    stack.bootstrap(SERVICES)
    assert stack.says("grafana", "backend", "SELECT 1") == "1"
    assert stack.says("worker", "backend", "INSERT INTO pupils (name) VALUES ('c') RETURNING name") == "c"
