"""Logins to the database: a password and a secret for each service, and what pooler and bootstrap job are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
import pulumi_random as random

from components.data_layer.scram import scram_secret
from components.data_layer.secrets import make_password, make_secret, set_value
from components.data_layer.services import (
    EXPORTER,
    MONITORING,
    NAMESPACE,
    POOLER_HOST,
    POOLER_SECRET,
    ROLES_SECRET,
    DatabaseService,
    Role,
    database_login_name,
    database_login_secret,
    login_secrets,
    namespace_of,
    roles,
    serial,
)
from components.data_layer.site import Site

NOWHERE: Final = "unrestored.invalid"
"""The host of a database that isn't there (RFC 2606: nothing below ``invalid`` ever resolves)."""
_LENGTH: Final = 48
"""Letters and digits: 285 bits."""


class DatabaseLogins(pulumi.ComponentResource):
    """The passwords of everyone who signs in to the database, each in the one namespace that may read it.

    Pooler and bootstrap job get SCRAM secrets with equal salt: with them the pooler signs in to the database as the
    client that it has let in, without knowing a password (PgBouncer, authentication file format).
    """

    secret_names: Mapping[str, str]
    """Name of each service's secret."""
    ready: Sequence[pulumi.Resource]
    """What must stand before pooler and bootstrap job read their secrets."""

    def __init__(
        self,
        name: str,
        services: Mapping[str, DatabaseService],
        site: Site,
        opts: pulumi.ResourceOptions | None = None,
        *,
        host: pulumi.Output[str] | None,
        port: int,
        first_database: str,
        also_certified: Sequence[str] = (),
    ) -> None:
        """``host`` ``None``: a standby's database isn't there yet, and logins lead nowhere until it is.

        ``also_certified`` are namespaces that need the authorities' certificates for another database of RDS.
        """
        super().__init__("platform:index:DatabaseLogins", name, None, opts)
        self._site = site
        names = site.context.names
        self._host = pulumi.Output.from_input(NOWHERE) if host is None else host
        self._port = str(port)
        self._serial = serial(services)
        self._ready: list[pulumi.Resource] = []
        self.secret_names = {
            service: database_login_secret(names, service, namespace_of(row, names))
            for service, row in services.items()
        }
        self._secrets = {
            f"{row.namespace}/{row.name}": make_secret(
                f"{row.namespace}/{row.name}",
                names.secret(row.namespace, row.name),
                purpose=row.purpose,
                rotate_days=row.rotate_days,
                site=site,
                parent=self,
                copied=row.copied,
            )
            for row in login_secrets(services, names, also_certified)
            # what its primary copies a standby finds
            if not (row.copied and site.context.identity.standby)
        }
        secrets = {role.name: self._service(role, services[role.service]) for role in roles(services)}
        secrets[EXPORTER] = self._exporter(first_database)
        self._pooler(secrets)
        self._bootstrap(secrets)
        self.ready = self._ready
        self.register_outputs({})

    def _set(self, namespace: str, name: str, value: Mapping[str, pulumi.Input[str]]) -> None:
        key = f"{namespace}/{name}"
        self._ready.append(set_value(key, self._secrets[key], pulumi.Output.json_dumps(dict(value)), self))

    def _password(self, user: str, generation: int = 1) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
        """A password and its SCRAM secret."""
        name = f"database-{user}"
        keepers = {"generation": str(generation)}
        password = make_password(name, _LENGTH, self, keepers=keepers)
        salt = random.RandomBytes(name, length=16, keepers=keepers, opts=pulumi.ResourceOptions(parent=self))
        made = pulumi.Output.all(password=password, salt=salt.base64).apply(
            lambda known: scram_secret(known["password"], known["salt"])
        )
        return password, pulumi.Output.secret(made)

    def _service(self, role: Role, row: DatabaseService) -> pulumi.Output[str]:
        password, made = self._password(role.service, row.generation)
        namespace = namespace_of(row, self._site.context.names)
        self._set(
            namespace,
            database_login_name(role.service),
            {
                "username": role.name,
                "password": password,
                "dbname": role.database,
                "port": self._port,
                "host": POOLER_HOST,
                "direct_host": self._host,
            },
        )
        return made

    def _exporter(self, first_database: str) -> pulumi.Output[str]:
        password, made = self._password(EXPORTER)
        self._set(
            MONITORING,
            database_login_name(EXPORTER),
            {
                "username": EXPORTER,
                "password": password,
                "address": pulumi.Output.concat(self._host, ":", self._port, "/", first_database),
            },
        )
        return made

    def _pooler(self, secrets: Mapping[str, pulumi.Output[str]]) -> None:
        users = [pulumi.Output.concat('"', role, '" "', made, '"\n') for role, made in secrets.items()]
        server = pulumi.Output.concat("[databases]\n* = host=", self._host, " port=", self._port, "\n")
        self._set(
            NAMESPACE,
            POOLER_SECRET,
            {"server": server, "users": pulumi.Output.concat(*users), "serial": self._serial},
        )

    def _bootstrap(self, secrets: Mapping[str, pulumi.Output[str]]) -> None:
        value: dict[str, pulumi.Input[str]] = {f"role-{role}": made for role, made in secrets.items()}
        self._set(
            NAMESPACE,
            ROLES_SECRET,
            {"host": self._host, "serial": self._serial, **value},
        )
