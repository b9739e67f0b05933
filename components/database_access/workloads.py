"""What runs in namespace ``database``, from settings alone."""

from __future__ import annotations

from components.data_layer import DataLayerSettings
from components.data_layer.services import roles, serial
from components.database_access.bootstrap import bootstrap
from components.database_access.pooler import pooler
from components.database_access.settings import DatabaseAccessSettings
from components.kubernetes.workload import Workload
from components.naming import Names


def workloads(settings: DatabaseAccessSettings, data: DataLayerSettings, names: Names) -> list[Workload]:
    """The bootstrap job, then the pooler."""
    known = serial(data.services)
    return [
        bootstrap(roles(data.services), data.database.database_name, names, known),
        pooler(settings.pooler, names, known),
    ]
