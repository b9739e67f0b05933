"""What runs in namespace ``database``, from settings alone."""

from __future__ import annotations

from components.data_layer import DataLayerSettings
from components.data_layer.database import RdsInstanceSettings
from components.data_layer.services import MASTER_SECRET, NAMESPACE, roles, serial
from components.database_access.bootstrap import MANAGED, bootstrap
from components.database_access.mysql import mysql_bootstrap
from components.database_access.pooler import pooler
from components.database_access.settings import DatabaseAccessSettings
from components.kubernetes.workload import Workload
from components.naming import Names


def workloads(settings: DatabaseAccessSettings, data: DataLayerSettings, names: Names) -> list[Workload]:
    """The bootstrap jobs, then the pooler."""
    known = serial(data.services)
    admin = names.secret(NAMESPACE, MASTER_SECRET) if own_master(data) else MANAGED
    mysql = data.mysql
    return [
        *([mysql_bootstrap(mysql.services, names)] if mysql is not None and mysql.services else []),
        bootstrap(roles(data.services), data.database.database_name, names, known, admin=admin),
        pooler(settings.pooler, names, known),
    ]


def own_master(data: DataLayerSettings) -> bool:
    """Whether the stack keeps the master user's password itself, since RDS can't for a global database."""
    database = data.database
    return not isinstance(database, RdsInstanceSettings) and database.global_database is not None
