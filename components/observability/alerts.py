"""The core alerts, as typed data: the platform's thresholds in one place, each with its runbook.

Expressions use the vocabulary of ``metrics`` and what kube-prometheus-stack brings (kube-state-metrics, node
exporter) and our own exporters. Thresholds and durations: the platform's observability section.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from components.observability.metrics import (
    AGENT_QUEUE_AGE,
    AGENT_SPENDING,
    CACHE_FAILURES,
    DATABASE_FAILURES,
    HTTP_DURATION,
    HTTP_REQUESTS,
    MCP_ERRORS,
)


class Severity(StrEnum):
    """Who is woken: critical goes to PagerDuty and Slack, a warning to Slack."""

    CRITICAL = "critical"
    WARNING = "warning"


@dataclass(frozen=True)
class Alert:
    """One alerting rule. ``hold`` is how long the expression must be true (Prometheus duration)."""

    name: str
    expression: str
    hold: str
    severity: Severity
    summary: str
    description: str
    group: str
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def runbook(self) -> str:
        """The page in ``docs/runbooks`` that says what to do."""
        return f"{self.name.lower()}.md"


_NODE_CPU: Final = '100 * (1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])))'
_NODE_MEMORY: Final = "100 * (1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes)"
_DISK_FREE: Final = (
    '100 * node_filesystem_avail_bytes{fstype!~"tmpfs|overlay|squashfs"} '
    '/ node_filesystem_size_bytes{fstype!~"tmpfs|overlay|squashfs"}'
)
_WRITABLE: Final = "node_filesystem_readonly == 0"
"""An image that is mounted for reading is full by nature (Bottlerocket's root, snaps)."""
_SERVERS: Final = 'up{namespace="mcp"}'
_WITHOUT_POD: Final = (
    'sum by (namespace, job) (label_replace(kube_deployment_status_replicas_available{namespace="mcp"}, '
    f'"job", "$1", "deployment", "(.+)")) == 0 unless on (namespace, job) {_SERVERS}'
)
"""A server without any pod has nothing that could be scraped, so ``up`` is silent about it."""

CORE: Final = (
    Alert(
        "HighErrorRate",
        f'sum by (service) (rate({HTTP_REQUESTS.name}{{status=~"5.."}}[5m]))'
        f" / sum by (service) (rate({HTTP_REQUESTS.name}[5m])) > 0.05",
        "2m",
        Severity.CRITICAL,
        "{{ $labels.service }} fails more than 5 % of its requests",
        "The share of 5xx answers over 5 minutes is {{ $value | humanizePercentage }}.",
        "services",
    ),
    Alert(
        "HighLatency",
        f"histogram_quantile(0.95, sum by (service, le) (rate({HTTP_DURATION.bucket}[5m]))) > 1",
        "5m",
        Severity.WARNING,
        "{{ $labels.service }} answers slowly",
        "The 95th percentile over 5 minutes is {{ $value | humanizeDuration }}, above 1 s.",
        "services",
    ),
    Alert(
        "ServiceDown",
        'up{namespace!~"mcp|kube-system"} == 0',
        "2m",
        Severity.CRITICAL,
        "{{ $labels.job }} in {{ $labels.namespace }} can't be scraped",
        "Prometheus has had no answer from {{ $labels.instance }} for 2 minutes.",
        "services",
    ),
    Alert(
        "MCPServerDown",
        f"{_SERVERS} == 0 or ({_WITHOUT_POD})",
        "1m",
        Severity.CRITICAL,
        "The MCP server {{ $labels.job }} is down",
        'Prometheus has had no answer from {{ or $labels.instance "any pod of it" }} for a minute; agents that need it '
        "fail.",
        "mcp",
    ),
    Alert(
        "MCPErrors",
        f"sum by (server) (rate({MCP_ERRORS.name}[5m])) > 1",
        "5m",
        Severity.WARNING,
        "The MCP server {{ $labels.server }} fails calls",
        "{{ $value | humanize }} failed calls a second over 5 minutes.",
        "mcp",
    ),
    Alert(
        "NodeCPUHigh",
        f"{_NODE_CPU} > 80",
        "10m",
        Severity.WARNING,
        "The node {{ $labels.instance }} is busy",
        "CPU use has been {{ $value | humanize }} % for 10 minutes.",
        "nodes",
    ),
    Alert(
        "NodeMemoryHigh",
        f"{_NODE_MEMORY} > 85",
        "10m",
        Severity.WARNING,
        "The node {{ $labels.instance }} is short of memory",
        "Memory use has been {{ $value | humanize }} % for 10 minutes.",
        "nodes",
    ),
    Alert(
        "DiskAlmostFull",
        f"{_DISK_FREE} < 10 and {_WRITABLE}",
        "5m",
        Severity.CRITICAL,
        "{{ $labels.mountpoint }} on {{ $labels.instance }} is almost full",
        "{{ $value | humanize }} % is left.",
        "nodes",
    ),
    Alert(
        "DatabaseConnectionsFail",
        f"sum by (service) (increase({DATABASE_FAILURES.name}[5m])) > 5",
        "2m",
        Severity.CRITICAL,
        "{{ $labels.service }} can't reach the database",
        "{{ $value | humanize }} connections failed in 5 minutes.",
        "stores",
    ),
    Alert(
        "CacheConnectionsFail",
        f"sum by (service) (increase({CACHE_FAILURES.name}[5m])) > 5",
        "2m",
        Severity.CRITICAL,
        "{{ $labels.service }} can't reach the cache",
        "{{ $value | humanize }} connections failed in 5 minutes.",
        "stores",
    ),
    Alert(
        "DatabaseDown",
        "pg_up == 0",
        "2m",
        Severity.CRITICAL,
        "The database doesn't answer its exporter",
        "{{ $labels.pod }} has had no session for 2 minutes.",
        "stores",
    ),
    Alert(
        "CacheDown",
        "redis_up == 0",
        "2m",
        Severity.CRITICAL,
        "A cache doesn't answer {{ $labels.job }}",
        "{{ $labels.pod }} has had no connection for 2 minutes.",
        "stores",
    ),
    Alert(
        "PoolerWaits",
        # a scrape meets one replica of the pooler: the worst of five minutes has met them all
        "max by (database) (max_over_time(pgbouncer_pools_client_maxwait_seconds[5m])) > 5",
        "5m",
        Severity.WARNING,
        "Clients wait for a connection to the database {{ $labels.database }}",
        "The oldest has waited {{ $value | humanizeDuration }}.",
        "stores",
    ),
    Alert(
        "ProbeFails",
        "probe_success == 0",
        "3m",
        Severity.CRITICAL,
        "{{ $labels.instance }} doesn't answer from outside",
        "The way that users take has failed for 3 minutes.",
        "services",
    ),
    Alert(
        "CertificateExpires",
        "(probe_ssl_earliest_cert_expiry - time()) / 86400 < 30",
        "1h",
        Severity.WARNING,
        "The certificate of {{ $labels.instance }} ends soon",
        "{{ $value | humanize }} days are left.",
        "services",
    ),
    Alert(
        "QueueOld",
        f"max by (agent) ({AGENT_QUEUE_AGE.name}) > 600",
        "5m",
        Severity.WARNING,
        "Tasks wait too long for the agent {{ $labels.agent }}",
        "The oldest has waited {{ $value | humanizeDuration }}.",
        "agents",
    ),
    Alert(
        "SlowStart",
        "histogram_quantile(0.95, sum by (le) (rate(kubelet_pod_start_duration_seconds_bucket[15m]))) > 30",
        "15m",
        Severity.WARNING,
        "Pods take long to start",
        "The 95th percentile over 15 minutes is {{ $value | humanizeDuration }}, above 30 s.",
        "nodes",
    ),
)
"""What every stack watches. The SLOs' burn rates and the rest of the catalogue stand on the same type."""


def budget_alerts(budgets: Mapping[str, float]) -> Iterator[Alert]:
    """One alert an agent: it has spent its USD of a day. ``budgets`` maps the agent's name to that figure."""
    for agent, usd in budgets.items():
        yield Alert(
            "AgentBudgetSpent",
            f'sum(increase({AGENT_SPENDING.name}{{agent="{agent}"}}[1d])) > {usd:g}',
            "5m",
            Severity.WARNING,
            f"The agent {agent} has spent its budget",
            f"Its models cost {{{{ $value | humanize }}}} USD in a day, above {usd:g}.",
            "agents",
            {"agent": agent},
        )
