"""What a stack file says about its watching: who is told, and how long metrics and logs are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import Field

from components.cluster_services.settings import ClusterServicesSettings
from components.context import StackIdentity
from components.data_classes import LIMITS, DataClass, log_limit
from components.data_layer import DataLayerSettings
from components.model import Days, Problem, Settings
from components.observability.routing import ALERTING_SECRET, Contacts
from components.operators.catalog import OPERATORS
from components.operators.catalog.prometheus import GRAFANA_ADMIN_SECRET
from components.operators.footprint import Home
from components.operators.operator import Telemetry

NAMESPACE: Final = "monitoring"


class ExporterSettings(Settings):
    """What is measured of the stores."""

    database: bool = True
    """Whether PostgreSQL is. Its exporter stays connected, so an Aurora Serverless that is measured never pauses."""


class ObservabilitySettings(Settings):
    """Metrics, logs, alerts and who is told."""

    contacts: Contacts
    """Where alerts go."""
    metrics_days: Days = 30
    """How long Prometheus keeps metrics."""
    metrics_gib: Annotated[int, Field(ge=5, le=1000, strict=True)] | None = None
    """Size of Prometheus's volume in GiB. Left out: by the stack's tier."""
    exporters: ExporterSettings = ExporterSettings()
    """What is measured of the stores; caches are where they have a user of namespace ``monitoring``."""
    log_days: Days = 90
    """How long Loki keeps container logs."""

    def telemetry(self) -> Telemetry:
        """How long a cluster keeps what it tells."""
        return Telemetry(self.log_days, self.metrics_days, self.metrics_gib)


def check(
    identity: StackIdentity,
    services: ClusterServicesSettings,
    data: DataLayerSettings,
    settings: ObservabilitySettings,
) -> Iterator[Problem]:
    """What must hold between the stack and its watching: retention within the class's limit, secrets that it reads."""
    if any(OPERATORS[name].home is Home.MONITORING for name in services.chosen(identity) if name in OPERATORS):
        yield from _secrets(data)
    limits = {
        "metrics_days": (settings.metrics_days, LIMITS[DataClass.INTERNAL].max_days or 0, "internal data"),
        "log_days": (settings.log_days, log_limit(production=identity.production), "operational logs"),
    }
    for key, (days, limit, what) in limits.items():
        if days > limit:
            yield Problem(
                ("observability", key), days, f"at most {limit} days, the limit of {what} in this environment"
            )


def _secrets(data: DataLayerSettings) -> Iterator[Problem]:
    path = ("data", "secrets", NAMESPACE)
    declared = data.secrets.get(NAMESPACE, {})
    missing = [name for name in (ALERTING_SECRET, GRAFANA_ADMIN_SECRET) if name not in declared]
    if missing:
        allowed = f"{', '.join(missing)} too: Alertmanager and Grafana start with them"
        yield Problem(path, sorted(declared), allowed)
    admin = declared.get(GRAFANA_ADMIN_SECRET)
    if admin is not None and admin.generate and admin.username is None:
        allowed = "the name that Grafana's first user has, such as admin: its secret is a login"
        yield Problem((*path, GRAFANA_ADMIN_SECRET, "username"), None, allowed)
