"""What a stack file says about the way to the database, and what is refused of it."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, ValidationInfo, field_validator

from components.kubernetes.scaling import Replicas
from components.model import Quantities, Resources, Settings, refuse

SECTION: Final = "database_access"


class PoolerSettings(Settings):
    """PgBouncer: few connections to the database for the many of the services."""

    replicas: Replicas = 2
    """A fixed number, since each replica opens connections of its own."""
    default_pool_size: Annotated[int, Field(ge=1, le=200, strict=True)] = 20
    """Connections to the database for each pair of service and database, in each replica."""
    max_db_connections: Annotated[int, Field(ge=1, le=500, strict=True)] = 40
    """Connections to one database at most, of all services together, in each replica."""
    max_client_connections: Annotated[int, Field(ge=10, le=10_000, strict=True)] = 1000
    """Connections of clients at most, in each replica."""
    resources: Resources = Resources(
        requests=Quantities(cpu="50m", memory="64Mi"), limits=Quantities(cpu="500m", memory="128Mi")
    )
    """Of each replica. PgBouncer is one process with one thread: more than a core is of no use to it."""

    @field_validator("max_db_connections")
    @classmethod
    def _holds_a_pool(cls, value: int, info: ValidationInfo) -> int:
        pool = info.data.get("default_pool_size")
        if pool is not None and value < pool:
            refuse(f"at least default_pool_size, which is {pool}", value=value)
        return value


class DatabaseAccessSettings(Settings):
    """What stands between the services and their database."""

    pooler: PoolerSettings = PoolerSettings()
    """The connection pooler."""
