"""The way to MySQL: what a service takes, and what the job says to the server, heard by a client that notes."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from components.data_layer import DataLayerSettings
from components.database_access.mysql import PATH, SCRIPT, mysql_bootstrap, mysql_login
from components.database_access.settings import DatabaseAccessSettings
from components.database_access.workloads import workloads
from components.naming import Names
from tests.components.data_layer.deployment import settings_of

NAMES = Names("toolboxai", "dev", "111122223333", "us-east-1")
MASTER = "p\\w#d'$x"


def data(**services: dict[str, object]) -> DataLayerSettings:
    return DataLayerSettings.model_validate({**settings_of("dev"), "mysql": {"services": services}})


def test_a_service_goes_to_the_instance_itself_and_verifies_it() -> None:
    login = mysql_login("ghost", "toolboxai-dev", NAMES)
    files = {secret.name: secret for secret in login.secrets}
    assert files["mysql"].remote == "toolboxai/dev/toolboxai-dev/mysql-ghost-login"
    assert set(files["mysql"].keys) == {"username", "password", "dbname", "host", "port"}
    assert login.environment == {
        "MYSQL_CREDENTIALS": "/var/run/secrets/platform/mysql",
        "MYSQL_AUTHORITY": "/var/run/secrets/platform/database-authority/bundle",
    }
    assert (login.direct.kind, login.direct.port) == ("database", 3306)


def test_the_job_is_there_where_somebody_needs_it() -> None:
    def named(settings: DataLayerSettings) -> list[str]:
        return [w.name for w in workloads(DatabaseAccessSettings(), settings, NAMES)]

    assert "mysql-bootstrap" not in named(DataLayerSettings.model_validate(settings_of("dev")))
    assert "mysql-bootstrap" not in named(data())
    assert "mysql-bootstrap" in named(data(ghost={}))


def test_it_knows_what_its_secrets_hold_and_goes_nowhere_else() -> None:
    settings = data(ghost={}, **{"news-letter": {}})
    assert settings.mysql is not None
    job = mysql_bootstrap(settings.mysql.services, NAMES)
    assert job.env["USERS"] == "ghost news_letter"
    (users,) = [secret for secret in job.secrets if secret.name == "users"]
    assert users.keys == ("host", "serial", "user-ghost", "user-news_letter")
    assert job.calls == (PATH,)


@pytest.fixture
def told(tmp_path: Path) -> tuple[str, str]:
    """What the script says to a client that writes down its options and its input."""
    for directory in ("users", "admin", "bin", "home"):
        (tmp_path / directory).mkdir()
    secrets = {"host": "db.example", "serial": "s1", "user-ghost": "first", "user-news_letter": "second"}
    for name, value in secrets.items():
        (tmp_path / "users" / name).write_text(value)
    (tmp_path / "admin" / "username").write_text("platform_admin")
    (tmp_path / "admin" / "password").write_text(MASTER)
    client = tmp_path / "bin" / "mysql"
    client.write_text(f'#!/bin/sh\nset -eu\nls -l "${{1#*=}}" > {tmp_path}/mode\ncat >> {tmp_path}/statements\n')
    client.chmod(client.stat().st_mode | stat.S_IXUSR)
    environment = {
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "HOME": str(tmp_path / "home"),
        "SERIAL": "s1",
        "USERS": "ghost news_letter",
        "USER_FILES": str(tmp_path / "users"),
        "ADMIN_FILES": str(tmp_path / "admin"),
        "MYSQL_PORT": "3306",
        "MYSQL_AUTHORITY": "/ca/bundle",
    }
    subprocess.run(["sh", "-c", SCRIPT], env=environment, check=True, timeout=60)
    assert (tmp_path / "mode").read_text().startswith("-rw-------")
    return (tmp_path / "home" / "client.cnf").read_text(), (tmp_path / "statements").read_text()


def test_it_signs_in_as_the_master_user_over_verified_tls(told: tuple[str, str]) -> None:
    options = dict(line.split("=", 1) for line in told[0].splitlines() if "=" in line)
    assert told[0].startswith("[client]\n")
    assert (options["host"], options["port"], options["user"]) == ("db.example", "3306", "platform_admin")
    assert (options["ssl-mode"], options["ssl-ca"]) == ("VERIFY_IDENTITY", "/ca/bundle")
    # an option file takes a backslash for the beginning of an escape, and nothing else within quotes
    assert options["password"] == '"' + MASTER.replace("\\", "\\\\") + '"'


def test_each_user_has_one_database_and_comes_by_tls(told: tuple[str, str]) -> None:
    assert told[1].splitlines() == [
        "CREATE DATABASE IF NOT EXISTS `ghost` CHARACTER SET utf8mb4;",
        "CREATE USER IF NOT EXISTS 'ghost'@'%' IDENTIFIED BY 'first' REQUIRE SSL;",
        "ALTER USER 'ghost'@'%' IDENTIFIED BY 'first' REQUIRE SSL;",
        "GRANT ALL PRIVILEGES ON `ghost`.* TO 'ghost'@'%';",
        "CREATE DATABASE IF NOT EXISTS `news_letter` CHARACTER SET utf8mb4;",
        "CREATE USER IF NOT EXISTS 'news_letter'@'%' IDENTIFIED BY 'second' REQUIRE SSL;",
        "ALTER USER 'news_letter'@'%' IDENTIFIED BY 'second' REQUIRE SSL;",
        # without the backslash the grant would hold for newsXletter too
        "GRANT ALL PRIVILEGES ON `news\\_letter`.* TO 'news_letter'@'%';",
    ]
