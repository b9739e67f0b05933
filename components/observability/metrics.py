"""The metric vocabulary of our services: names, kinds and labels. Alerts and dashboards use only this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True)
class Metric:
    """One metric of ours: its name, kind and labels."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    labels: tuple[str, ...]
    help: str

    @property
    def bucket(self) -> str:
        """The series that quantiles are computed from. ``ValueError`` for what is no histogram."""
        if self.kind != "histogram":
            raise ValueError(f"{self.name} is a {self.kind}: it has no buckets")
        return f"{self.name}_bucket"


HTTP_REQUESTS: Final = Metric(
    "http_requests_total", "counter", ("service", "route", "method", "status"), "Requests answered."
)
HTTP_DURATION: Final = Metric(
    "http_request_duration_seconds", "histogram", ("service", "route", "method"), "Time to answer a request."
)
MCP_DURATION: Final = Metric(
    "mcp_context_processing_duration_seconds", "histogram", ("server", "method"), "Time to process a context."
)
MCP_ERRORS: Final = Metric("mcp_errors_total", "counter", ("server", "code"), "Calls that an MCP server failed.")
WEBSOCKET_CONNECTIONS: Final = Metric("websocket_connections", "gauge", ("service",), "Open websocket connections.")
AGENT_TASK_DURATION: Final = Metric(
    "agent_task_duration_seconds", "histogram", ("agent", "outcome"), "Time that an agent works on a task."
)
AGENT_SPENDING: Final = Metric("agent_llm_usd_total", "counter", ("agent", "model"), "What models cost, in USD.")
AGENT_QUEUE: Final = Metric("agent_queue_depth", "gauge", ("agent",), "Tasks that wait for an agent.")
AGENT_QUEUE_AGE: Final = Metric(
    "agent_queue_oldest_seconds", "gauge", ("agent",), "How long the oldest waiting task has waited."
)
DATABASE_FAILURES: Final = Metric(
    "database_connection_errors_total", "counter", ("service",), "Connections to the database that failed."
)
CACHE_FAILURES: Final = Metric(
    "redis_connection_errors_total", "counter", ("service",), "Connections to the cache that failed."
)

VOCABULARY: Final = (
    HTTP_REQUESTS,
    HTTP_DURATION,
    MCP_DURATION,
    MCP_ERRORS,
    WEBSOCKET_CONNECTIONS,
    AGENT_TASK_DURATION,
    AGENT_SPENDING,
    AGENT_QUEUE,
    AGENT_QUEUE_AGE,
    DATABASE_FAILURES,
    CACHE_FAILURES,
)
