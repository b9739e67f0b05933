"""What must hold between the pooler and the database: it takes all that may connect at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from components.data_layer import DataLayerSettings
from components.data_layer.services import EXPORTER_CONNECTIONS, roles
from components.database_access.settings import SECTION, DatabaseAccessSettings
from components.kubernetes.workload import surge_of
from components.model import Problem

MIGRATION_CONNECTIONS: Final = 2
"""A migration job's: the one that changes the schema, and one beside it that waits for its lock."""
BOOTSTRAP_CONNECTIONS: Final = 1
RESERVED_CONNECTIONS: Final = 15
"""Kept back: 3 for superusers (PostgreSQL's ``superuser_reserved_connections``), the rest, an estimate, for RDS's own
agent and for people who look for the cause of an outage."""


def pooled_connections(access: DatabaseAccessSettings, data: DataLayerSettings) -> int:
    """Connections that the poolers open at most.

    A pool for each service, but no more for a database together than it may have, in each replica, those of a rollout
    too.
    """
    settings = access.pooler
    services = Counter(role.database for role in roles(data.services))
    each = sum(min(settings.max_db_connections, count * settings.default_pool_size) for count in services.values())
    return each * (settings.replicas + surge_of(settings.replicas))


def direct_connections(data: DataLayerSettings) -> int:
    """Connections of those who go past the pooler: the exporter, the bootstrap job, and each owner's migration."""
    owners = sum(role.access == "owner" for role in roles(data.services))
    return EXPORTER_CONNECTIONS + BOOTSTRAP_CONNECTIONS + owners * MIGRATION_CONNECTIONS


def check(data: DataLayerSettings, access: DatabaseAccessSettings) -> Iterator[Problem]:
    """The database takes every connection that may be open at once (``max_connections`` of its class)."""
    most = data.database.max_connections
    takes = most - RESERVED_CONNECTIONS
    direct = direct_connections(data)
    asked = pooled_connections(access, data)
    if asked + direct > takes:
        given = access.pooler.model_dump(include={"replicas", "default_pool_size", "max_db_connections"})
        allowed = (
            f"at most {max(0, takes - direct)} connections of all replicas together, a rollout's one more among them,"
            f" not {asked}: the database takes {most}, of which {RESERVED_CONNECTIONS} are kept"
            f" back and {direct} go past the pooler"
        )
        yield Problem((SECTION, "pooler"), given, allowed)
