"""The pooler's figures against what the database takes, worked out by hand from AWS's own tables."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from components.data_layer import DataLayerSettings
from components.data_layer.database.settings import DatabaseChoice
from components.database_access import DatabaseAccessSettings, check
from components.database_access.check import direct_connections, pooled_connections
from tests.components.data_layer.deployment import settings_of


def database(**raw: object) -> Any:  # noqa: ANN401 - one of three classes
    return TypeAdapter(DatabaseChoice).validate_python(raw)


def data(services: dict[str, Any], **of_database: object) -> DataLayerSettings:
    return DataLayerSettings.model_validate({**settings_of("dev"), "services": services, "database": of_database})


SERVERLESS = {"kind": "aurora_serverless"}


@pytest.mark.parametrize(
    ("raw", "known"),
    [
        # maximum connections by class (Aurora user guide)
        ({"kind": "aurora", "instance_class": "db.r6g.large"}, 1600),
        ({"kind": "aurora", "instance_class": "db.r6g.xlarge"}, 3200),
        ({"kind": "aurora", "instance_class": "db.r6g.2xlarge"}, 5000),
        ({**SERVERLESS, "min_acu": 1, "max_acu": 1}, 189),
        ({**SERVERLESS, "min_acu": 1, "max_acu": 4}, 823),
        ({**SERVERLESS, "min_acu": 1, "max_acu": 8}, 1669),
        ({**SERVERLESS, "min_acu": 1, "max_acu": 16}, 3360),
        ({**SERVERLESS, "min_acu": 1, "max_acu": 32}, 5000),
        ({**SERVERLESS, "min_acu": 0.5, "max_acu": 16}, 2000),
        ({**SERVERLESS, "min_acu": 0, "max_acu": 32}, 2000),
    ],
)
def test_what_a_database_takes_is_what_aws_says(raw: dict[str, object], known: int) -> None:
    took = database(**raw).max_connections
    assert took <= known, "rather too few than too many"
    assert math.isclose(took, known, rel_tol=0.02)


def test_every_service_has_a_pool_in_each_replica_and_in_the_one_of_a_rollout() -> None:
    three = data({"backend": {}, "reports": {"database": "backend", "access": "read-only"}, "shop": {}}, **SERVERLESS)
    access = DatabaseAccessSettings.model_validate(
        {"pooler": {"replicas": 2, "default_pool_size": 20, "max_db_connections": 30}}
    )
    # backend's two share 30, shop has its 20; two replicas and one more while they are changed
    assert pooled_connections(access, three) == (30 + 20) * 3
    # the exporter's five, the bootstrap job's one, two of each of the two migrations
    assert direct_connections(three) == 5 + 1 + 2 * 2


def test_figures_that_fit_are_no_problem_and_one_more_is() -> None:
    one = data({"backend": {}}, **SERVERLESS, min_acu=0.5, max_acu=1)

    def wrong(pool: int) -> list[str]:
        pooler = {"replicas": 1, "default_pool_size": pool, "max_db_connections": 500}
        return [p.allowed for p in check(one, DatabaseAccessSettings.model_validate({"pooler": pooler}))]

    # 189 - 15 kept back - 8 past the pooler are 166 for two pods
    assert wrong(83) == []
    (allowed,) = wrong(84)
    assert allowed.startswith("at most 166 connections")
    assert "not 168" in allowed


@settings(deadline=None)
@given(st.integers(1, 6), st.integers(1, 100), st.integers(0, 100))
def test_more_of_anything_never_takes_fewer_connections(replicas: int, pool: int, more: int) -> None:
    def asked(replicas: int, pool: int) -> int:
        pooler = {"replicas": replicas, "default_pool_size": pool, "max_db_connections": 200}
        access = DatabaseAccessSettings.model_validate({"pooler": pooler})
        return pooled_connections(access, data({"backend": {}}, **SERVERLESS))

    assert asked(replicas, pool) <= asked(replicas + 1, pool)
    assert asked(replicas, pool) <= asked(replicas, pool + more)
