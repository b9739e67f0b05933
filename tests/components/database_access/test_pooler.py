"""PgBouncer's configuration, parsed as an INI file, and the workload around it."""

from __future__ import annotations

from configparser import ConfigParser

import pytest
from pydantic import ValidationError

from components.data_layer.services import DatabaseService, serial
from components.database_access.pooler import config, pooler
from components.database_access.settings import PoolerSettings
from components.kubernetes.paths import ToDatabase
from components.naming import Names

NAMES = Names("toolboxai", "dev", "111122223333", "us-east-1")
PAUSES_AFTER = 300
"""Seconds without a connection until Aurora Serverless pauses, at the soonest (Aurora user guide)."""


def parsed(settings: PoolerSettings) -> dict[str, str]:
    include, _, rest = config(settings, server="/s", authorities="/a/bundle").partition("\n")
    assert include == "%include /s/server"
    parser = ConfigParser(strict=True)
    parser.read_string(rest)
    assert parser.sections() == ["pgbouncer"]
    return dict(parser["pgbouncer"])


def test_the_platforms_figures() -> None:
    found = parsed(PoolerSettings())
    assert (found["pool_mode"], found["default_pool_size"], found["max_db_connections"]) == ("transaction", "20", "40")
    assert found["listen_port"] == "5432"


def test_the_database_is_verified_and_who_signs_in_proves_it() -> None:
    found = parsed(PoolerSettings())
    assert (found["server_tls_sslmode"], found["server_tls_ca_file"]) == ("verify-full", "/a/bundle")
    assert (found["auth_type"], found["auth_file"]) == ("scram-sha-256", "/s/users")
    assert found["stats_users"] == "exporter"
    assert "admin_users" not in found


def test_an_idle_pooler_lets_the_database_pause() -> None:
    found = parsed(PoolerSettings())
    assert int(found["server_idle_timeout"]) < PAUSES_AFTER
    assert found["min_pool_size"] == "0"


def test_it_waits_for_the_users_it_was_made_for() -> None:
    one, two = (pooler(PoolerSettings(), NAMES, serial({"backend": DatabaseService(generation=g)})) for g in (1, 2))
    assert one.env["SERIAL"] != two.env["SERIAL"]
    assert next(s for s in one.secrets if s.name == "server").revision == one.env["SERIAL"]
    assert 'until [ "$(cat "$SERVER_FILES/serial")" = "$SERIAL" ]' in one.files["/etc/pgbouncer/start.sh"]


def test_it_has_no_identity_and_calls_the_database_alone() -> None:
    made = pooler(PoolerSettings(), NAMES, "x")
    assert (made.identity, made.api_token, made.calls) == (False, False, (ToDatabase(),))
    assert [(port.name, port.number) for port in made.ports] == [("postgres", 5432)]
    assert made.image.reference == ("111122223333.dkr.ecr.us-east-1.amazonaws.com/ghcr/cloudnative-pg/pgbouncer:1.25.2")


def test_a_limit_below_a_pool_is_refused() -> None:
    with pytest.raises(ValidationError, match="at least default_pool_size, which is 20"):
        PoolerSettings(max_db_connections=10)
