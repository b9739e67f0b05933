"""The logins in a stack's graph: who can read which password, and that pooler, job and service are told the same."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from components.data_layer.scram import scram_secret
from tests.components.data_layer.deployment import DEV, Graph, deploy, revealed, settings_of

VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
SERVICES = {"backend": {}, "worker": {"database": "backend", "access": "read-write"}}


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    data = deepcopy(settings_of("dev"))
    data["services"] = SERVICES
    return Graph(deploy(tmp_path_factory.mktemp("logins"), DEV, data))


def value(graph: Graph, name: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(str(revealed(graph.one(VERSION, name).inputs["secretString"])))
    return found


def test_a_service_is_told_where_the_pooler_and_the_database_are(graph: Graph) -> None:
    endpoint = graph.one("aws:rds/cluster:Cluster", "database").outputs["endpoint"]
    login = value(graph, "toolboxai-dev/database-worker-login")
    assert {key: login[key] for key in ("username", "dbname", "port", "host", "direct_host")} == {
        "username": "worker",
        "dbname": "backend",
        "port": "5432",
        "host": "pgbouncer.database.svc.cluster.local",
        "direct_host": endpoint,
    }
    assert len(login["password"]) == 48


def test_pooler_and_job_hold_the_same_secret_of_a_password_and_not_the_password(graph: Graph) -> None:
    pooler, job = value(graph, "database/pgbouncer"), value(graph, "database/database-roles")
    users = dict(line.replace('"', "").split(" ", 1) for line in pooler["users"].splitlines())
    assert set(users) == {"backend", "worker", "exporter"}
    assert {f"role-{name}": made for name, made in users.items()} == {k: v for k, v in job.items() if "role-" in k}
    password = value(graph, "toolboxai-dev/database-backend-login")["password"]
    salt = users["backend"].split("$")[1].split(":")[1]
    assert users["backend"] == scram_secret(password, salt)
    for told in (*pooler.values(), *job.values()):
        assert password not in told


def test_no_two_roles_share_a_salt_or_a_password(graph: Graph) -> None:
    users = value(graph, "database/pgbouncer")["users"].splitlines()
    assert len({line.split("$")[1] for line in users}) == len(users)
    passwords = {value(graph, f"toolboxai-dev/database-{name}-login")["password"] for name in SERVICES}
    assert len(passwords) == len(SERVICES)


def test_pooler_and_job_know_what_they_wait_for(graph: Graph) -> None:
    serials = {value(graph, f"database/{name}")["serial"] for name in ("pgbouncer", "database-roles")}
    assert len(serials) == 1
    server = value(graph, "database/pgbouncer")["server"]
    endpoint = graph.one("aws:rds/cluster:Cluster", "database").outputs["endpoint"]
    assert server == f"[databases]\n* = host={endpoint} port=5432\n"


def test_the_authorities_are_left_to_be_put_there(graph: Graph) -> None:
    named = {
        r.inputs["name"]
        for r in graph.of_type("aws:secretsmanager/secret:Secret")
        if str(r.inputs["name"]).endswith("database-authority")
    }
    assert named == {
        f"toolboxai/dev/{namespace}/database-authority" for namespace in ("database", "monitoring", "toolboxai-dev")
    }
    assert not [v for v in graph.of_type(VERSION) if v.name.endswith("database-authority")]


def test_a_new_generation_is_a_new_password(graph: Graph) -> None:
    made: Any = graph.one("random:index/randomPassword:RandomPassword", "database-backend")
    assert made.inputs["keepers"] == {"generation": "1"}
