from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from components.data_layer.services import (
    DatabaseService,
    DatabaseServices,
    Role,
    login_secrets,
    roles,
    serial,
)
from components.model import Problem
from components.naming import Names

SERVICES: TypeAdapter[dict[str, DatabaseService]] = TypeAdapter(DatabaseServices)
NAMES = Names("toolboxai", "dev", "111122223333", "us-east-1")


def problems(raw: dict[str, object]) -> tuple[Problem, ...]:
    with pytest.raises(ValidationError) as caught:
        SERVICES.validate_python(raw)
    (error,) = caught.value.errors()
    found: tuple[Problem, ...] = error["ctx"]["problems"]
    return found


def test_a_service_owns_a_database_of_its_name_unless_it_says_otherwise() -> None:
    made = SERVICES.validate_python(
        {
            "roblox-sync": {},
            "reports": {"database": "roblox_sync", "access": "read-only"},
            "auth": {"database": "users"},
        }
    )
    assert roles(made) == (
        Role("roblox-sync", "roblox_sync", "roblox_sync", "owner"),
        Role("reports", "reports", "roblox_sync", "read-only"),
        Role("auth", "auth", "users", "owner"),
    )


@pytest.mark.parametrize(
    ("raw", "path", "value", "said"),
    [
        ({"backend": {}, "worker": {"database": "backend"}}, ("worker", "access"), "owner", "backend owns"),
        ({"worker": {"access": "read-write"}}, ("worker", "database"), "worker", "there is none"),
        ({"exporter": {}}, ("exporter",), "exporter", "another name"),
        ({"rds-admin": {}}, ("rds-admin",), "rds-admin", "another name"),
        ({"pgbouncer": {}}, ("pgbouncer", "database"), None, "a database of its own"),
    ],
)
def test_what_the_database_would_refuse_is_refused(
    raw: dict[str, object], path: tuple[str, ...], value: object, said: str
) -> None:
    (problem,) = problems(raw)
    assert (problem.path, problem.value) == (path, value)
    assert said in problem.allowed


def test_a_database_of_postgresql_is_no_services() -> None:
    (problem,) = problems({"backend": {"database": "rdsadmin"}})
    assert "PostgreSQL, RDS or the pooler" in problem.allowed


def test_logins_lie_in_the_namespace_that_reads_them() -> None:
    made = SERVICES.validate_python({"backend": {}, "grafana": {"namespace": "monitoring"}})
    found = {(row.namespace, row.name) for row in login_secrets(made, NAMES)}
    assert found == {
        ("toolboxai-dev", "database-backend-login"),
        ("monitoring", "database-grafana-login"),
        ("monitoring", "database-exporter-login"),
        ("database", "pgbouncer"),
        ("database", "database-roles"),
        ("database", "database-authority"),
        ("monitoring", "database-authority"),
        ("toolboxai-dev", "database-authority"),
    }


def test_the_serial_changes_with_who_signs_in_and_only_then() -> None:
    base = {"backend": DatabaseService()}
    assert serial(base) == serial({"backend": DatabaseService(rotate_days=30)})
    others: list[dict[str, DatabaseService]] = [
        {"backend": DatabaseService(generation=2)},
        {"backend": DatabaseService(), "worker": DatabaseService(database="backend", access="read-write")},
        {"backend": DatabaseService(database="other")},
    ]
    assert len({serial(base), *(serial(other) for other in others)}) == 1 + len(others)
