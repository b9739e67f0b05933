"""Observability: metrics, logs, alerts, and who is told."""

from components.observability.component import SECRETS, Observability
from components.observability.settings import ObservabilitySettings, check

__all__ = ["SECRETS", "Observability", "ObservabilitySettings", "check"]
