"""Observability: metrics, logs, alerts, and who is told."""
