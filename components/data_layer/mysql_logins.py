"""Logins to MySQL: a password and a secret for each service, and what the bootstrap job is told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import pulumi

from components.data_layer.mysql import PORT, MysqlService, user_name
from components.data_layer.secrets import make_password, make_secret, set_value
from components.data_layer.services import NAMESPACE, ROTATE_DAYS
from components.data_layer.site import Site
from components.naming import Names

USERS_SECRET: Final = "mysql-users"  # noqa: S105 - a name, no secret
"""Secret of namespace ``database`` with every user's password, for the bootstrap job."""
LOGIN_KEYS: Final = ("username", "password", "dbname", "host", "port")
_LENGTH: Final = 48
"""Letters and digits: 285 bits, and nothing that SQL would read otherwise."""


def mysql_login_name(service: str) -> str:
    """The last part of the name of a service's login."""
    return f"mysql-{service}-login"


def mysql_login_secret(names: Names, service: str, namespace: str) -> str:
    """Name of the secret with a service's login: JSON with ``LOGIN_KEYS``, all texts."""
    return names.secret(namespace, mysql_login_name(service))


def mysql_namespaces(services: Mapping[str, MysqlService], names: Names) -> tuple[str, ...]:
    """The namespaces that read logins, each once."""
    return tuple(dict.fromkeys(row.namespace or names.prefix for row in services.values()))


def mysql_secrets(services: Mapping[str, MysqlService], names: Names) -> Iterator[tuple[str, str]]:
    """Namespace and last part of the name of every secret that is made for MySQL's sake."""
    for service, row in services.items():
        yield row.namespace or names.prefix, mysql_login_name(service)
    if services:
        yield NAMESPACE, USERS_SECRET


def mysql_serial(services: Mapping[str, MysqlService]) -> str:
    """Twelve digits that change with who signs in: the job waits until its secret is of the same."""
    said = {name: row.model_dump(mode="json", exclude={"rotate_days"}) for name, row in services.items()}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]


class MysqlLogins(pulumi.ComponentResource):
    """The passwords of everyone who signs in to MySQL: each in the one namespace that may read it, all for the job."""

    ready: Sequence[pulumi.Resource]
    """What must stand before the bootstrap job and services read their secrets."""

    def __init__(
        self,
        services: Mapping[str, MysqlService],
        site: Site,
        opts: pulumi.ResourceOptions | None = None,
        *,
        host: pulumi.Output[str],
    ) -> None:
        super().__init__("platform:index:MysqlLogins", "mysql-logins", None, opts)
        self._site = site
        self._ready: list[pulumi.Resource] = []
        users: dict[str, pulumi.Input[str]] = {"host": host, "serial": mysql_serial(services)}
        for service, row in services.items():
            user = user_name(service)
            keepers = {"generation": str(row.generation)}
            password = make_password(f"mysql-{service}", _LENGTH, self, keepers=keepers)
            users[f"user-{user}"] = password
            self._set(
                row.namespace or site.context.names.prefix,
                mysql_login_name(service),
                f"Login of {service} to its database in MySQL",
                row.rotate_days,
                {"username": user, "password": password, "dbname": user, "host": host, "port": str(PORT)},
            )
        self._set(NAMESPACE, USERS_SECRET, "Where the bootstrap job finds MySQL, and its users", ROTATE_DAYS, users)
        self.ready = self._ready
        self.register_outputs({})

    def _set(
        self, namespace: str, name: str, purpose: str, rotate_days: int, value: Mapping[str, pulumi.Input[str]]
    ) -> None:
        key, secret_name = f"{namespace}/{name}", self._site.context.names.secret(namespace, name)
        secret = make_secret(
            key,
            secret_name,
            purpose=purpose,
            rotate_days=rotate_days,
            site=self._site,
            parent=self,
            # it names its own region's instance, which no other has
            copied=False,
        )
        self._ready.append(set_value(key, secret, pulumi.Output.json_dumps(dict(value)), self))
