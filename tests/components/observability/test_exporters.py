"""Exporters: what each measures, by which login, and on which way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components.data_layer import DataLayerSettings
from components.edge.hosts import Hosts
from components.kubernetes.paths import ToCache, ToDatabase, ToInternet, ToWorkload
from components.kubernetes.workload import Route, SignIn, Workload
from components.naming import Names
from components.observability.exporters import exporters, probe_manifests, public_health
from components.observability.settings import ExporterSettings
from tests.components.data_layer.deployment import settings_of
from tests.components.kubernetes.declarations import server

SIGN_IN = SignIn(
    issuer="https://id.example.com",
    authorization_endpoint="https://id.example.com/authorize",
    token_endpoint="https://id.example.com/token",  # noqa: S106 - an address
    user_info_endpoint="https://id.example.com/user",
    remote="toolboxai/dev/apps/sign-in",
)
NAMES = Names("toolboxai", "dev", "111122223333", "us-east-1")


def made(data: dict[str, Any] | None = None, **settings: bool) -> dict[str, Workload]:
    raw = settings_of("dev") if data is None else data
    found = exporters(ExporterSettings(**settings), DataLayerSettings.model_validate(raw), NAMES)
    return {workload.name: workload for workload in found}


def test_each_goes_one_way_and_has_no_identity() -> None:
    calls = {name: [type(call) for call in workload.calls] for name, workload in made().items()}
    assert calls == {
        "pgbouncer-exporter": [ToWorkload],
        "blackbox-exporter": [ToInternet],
        "postgres-exporter": [ToDatabase],
        "redis-exporter-queue": [ToCache],
    }
    for workload in made().values():
        assert (workload.namespace, workload.identity, workload.api_token) == ("monitoring", False, False)
        assert workload.metrics is not None


def test_ports_are_those_that_the_field_knows() -> None:
    ports = {name: workload.ports[0].number for name, workload in made().items()}
    assert ports == {
        "pgbouncer-exporter": 9127,
        "blackbox-exporter": 9115,
        "postgres-exporter": 9187,
        "redis-exporter-queue": 9121,
    }


def test_a_database_that_is_to_pause_is_not_measured() -> None:
    assert "postgres-exporter" not in made(database=False)


def test_a_cache_is_measured_by_a_user_that_sees_no_content() -> None:
    data = settings_of("dev")
    del data["caches"]["queue"]["users"]["exporter"]
    assert "redis-exporter-queue" not in made(data)
    data["caches"]["queue"]["users"]["reader"] = {"namespace": "monitoring", "access": "read-only"}
    assert "redis-exporter-queue" not in made(data)
    data["caches"]["queue"]["users"]["figures"] = {"namespace": "monitoring", "access": "monitor"}
    (login,) = made(data)["redis-exporter-queue"].secrets
    assert login.remote == "toolboxai/dev/monitoring/cache-queue-figures-login"


def test_the_databases_certificate_is_verified() -> None:
    env = made()["postgres-exporter"].env
    assert env["PGSSLMODE"] == "verify-full"
    assert env["PGSSLROOTCERT"] == "/var/run/secrets/platform/database-authority/bundle"


def test_no_password_is_in_an_argument_or_the_environment() -> None:
    for workload in made().values():
        paths = [value for key, value in workload.env.items() if "PASS" in key]
        assert all(path.startswith("/var/run/secrets/") for path in paths)
        assert not any("password" in argument.lower() for argument in workload.args)


def test_the_public_names_are_asked_over_tls_only() -> None:
    blackbox = made()["blackbox-exporter"]
    config = json.loads(blackbox.files["/etc/exporter/blackbox.yml"])
    assert config["modules"]["https"]["http"]["fail_if_not_ssl"] is True
    (probe,) = probe_manifests(Hosts("dev.example.com", "us-east-1"), [])
    spec: Any = probe.to_dict()["spec"]
    assert spec["targets"]["staticConfig"]["static"] == ["https://dev.example.com/"]
    assert spec["module"] in config["modules"]


@pytest.mark.parametrize(
    ("route", "asked"),
    [
        ({"path": "/health"}, ["https://api.example.com/health", "https://example.com/health"]),
        ({"path": "/"}, ["https://api.example.com/health", "https://example.com/health"]),
        ({"path": "/health", "exact": True}, ["https://api.example.com/health", "https://example.com/health"]),
        ({"path": "/", "exact": True}, []),
        ({"path": "/api"}, []),
        ({"path": "/heal"}, []),
        ({"path": "/health", "sign_in": SIGN_IN}, []),
    ],
)
def test_health_is_asked_from_outside_where_an_open_route_leads_to_it(route: dict[str, Any], asked: list[str]) -> None:
    hosts = ("api.example.com", "example.com")
    workload = server(routes=(Route(hosts=hosts, port="http", gateway="g", gateway_namespace="e", **route),))
    assert list(public_health([workload])) == asked


def test_a_closed_route_below_an_open_one_is_not_asked() -> None:
    """The load balancer goes by the longest path, whichever workload's it is."""
    gateway = {"hosts": ("example.com",), "port": "http", "gateway": "g", "gateway_namespace": "e"}
    routes = (Route(path="/", **gateway), Route(path="/health", sign_in=SIGN_IN, **gateway))
    assert list(public_health([server(routes=routes)])) == []
    assert list(public_health([server(routes=routes[:1]), server("other", routes=routes[1:])])) == []
    assert list(public_health([server(routes=routes[:1])])) == ["https://example.com/health"]
