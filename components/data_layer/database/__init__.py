"""The relational database: Aurora PostgreSQL, Aurora PostgreSQL Serverless v2, or RDS for PostgreSQL."""

from __future__ import annotations

from components.data_layer.database.component import Database
from components.data_layer.database.settings import (
    PORT,
    AuroraServerlessSettings,
    AuroraSettings,
    DatabaseChoice,
    DatabaseSettings,
    GlobalDatabaseSettings,
    RdsInstanceSettings,
)

__all__ = [
    "PORT",
    "AuroraServerlessSettings",
    "AuroraSettings",
    "Database",
    "DatabaseChoice",
    "DatabaseSettings",
    "GlobalDatabaseSettings",
    "RdsInstanceSettings",
]
