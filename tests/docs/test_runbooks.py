"""Every alert has its page, every page its alert, and what a page tells somebody to type exists in this platform."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
import yaml

from components.observability.alerts import CORE, Alert, budget_alerts
from components.observability.metrics import VOCABULARY
from components.operators.footprint import Home
from docs.runbooks.index import INDEX, index
from tests.promtool import needs_promtool, promtool

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = ROOT / "docs" / "runbooks"
ALERTS: Final = [*CORE, *budget_alerts({"any": 1})]
HEADINGS: Final = [
    "What it means",
    "What users notice",
    "First look",
    "Likely causes",
    "What to do",
    "Escalate",
    "Over when",
]
SHORTEST, LONGEST = 25, 40

TARGET_LABELS: Final = {"namespace", "pod", "service", "job", "instance", "container", "endpoint", "node"}
"""What the operator adds to each scraped series (prometheus-operator, ServiceMonitor: target labels)."""

CHARTS: Final = {
    # Prometheus itself
    "up",
    "prometheus_tsdb_head_series",
    # kube-state-metrics, docs/metrics
    "kube_deployment_spec_replicas",
    "kube_deployment_status_replicas_available",
    "kube_horizontalpodautoscaler_spec_max_replicas",
    "kube_horizontalpodautoscaler_status_current_replicas",
    "kube_pod_container_status_last_terminated_reason",
    "kube_pod_container_status_restarts_total",
    "kube_pod_container_status_waiting_reason",
    # node exporter: collectors cpu, meminfo, filesystem, uname
    "node_cpu_seconds_total",
    "node_filesystem_avail_bytes",
    "node_filesystem_size_bytes",
    "node_memory_MemAvailable_bytes",
    "node_memory_MemTotal_bytes",
    "node_uname_info",
    # the kubelet, and cAdvisor in it; the chart drops cfs_throttled_seconds, not the periods
    "container_cpu_cfs_throttled_periods_total",
    "container_cpu_usage_seconds_total",
    "container_memory_working_set_bytes",
    "kubelet_pod_start_duration_seconds_bucket",
    "kubelet_pod_start_sli_duration_seconds_bucket",
    "kubelet_volume_stats_available_bytes",
    "kubelet_volume_stats_capacity_bytes",
}
"""Series of kube-prometheus-stack's scrapes that the pages ask for."""

EXPORTERS: Final = {
    # postgres_exporter, redis_exporter: whether they are connected
    "pg_up",
    "redis_up",
    # pgbouncer_exporter, README
    "pgbouncer_pools_client_maxwait_seconds",
    "pgbouncer_pools_client_waiting_connections",
    "pgbouncer_pools_server_active_connections",
    # blackbox_exporter, prober/http.go
    "probe_success",
    "probe_http_status_code",
    "probe_ssl_earliest_cert_expiry",
}
"""Series of the exporters that we run."""

OURS: Final = {
    name: set(metric.labels)
    for metric in VOCABULARY
    for name in (
        (f"{metric.name}_bucket", f"{metric.name}_sum", f"{metric.name}_count")
        if metric.kind == "histogram"
        else (metric.name,)
    )
}
_WORDS: Final = {
    "by",
    "without",
    "and",
    "or",
    "unless",
    "on",
    "ignoring",
    "offset",
    "bool",
    "group_left",
    "group_right",
}

each_page = pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.stem)
each_alert = pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)


def text_of(alert: Alert) -> str:
    return (PAGES / alert.runbook).read_text()


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def expressions(text: str) -> list[str]:
    """One expression a line."""
    return [line for block in blocks(text, "promql") for line in block.splitlines()]


def series(expression: str) -> set[str]:
    """The names of series in an expression: what is neither a function, a label, a word nor a string."""
    bare = re.sub(r'"[^"]*"', '""', expression)
    bare = re.sub(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", bare)
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]", " ", bare)
    return {name for name in re.findall(r"\b([a-zA-Z_:][\w:]*)\b(?!\s*\()", bare) if name not in _WORDS}


def commands(text: str) -> str:
    """All that is to be typed: blocks of bash, and code in the text, each on one line."""
    inline = re.findall(r"(?<!`)`([^`]+)`(?!`)", re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE))
    return "\n".join([*blocks(text, "bash"), *(" ".join(code.split()) for code in inline)])


def production() -> dict[str, dict[str, object]]:
    config = yaml.safe_load((ROOT / "Pulumi.production.yaml").read_text())["config"]
    return {key.removeprefix("platform:"): section for key, section in config.items()}


def test_every_page_has_its_alert_and_every_alert_its_page() -> None:
    assert {page.name for page in PAGES.glob("*.md")} == {alert.runbook for alert in ALERTS} | {INDEX.name}


def test_the_index_is_up_to_date() -> None:
    assert INDEX.read_text() == index(ALERTS), "python -m docs.runbooks.index writes it anew"


@each_alert
def test_a_page_says_whose_it_is(alert: Alert) -> None:
    lines = text_of(alert).splitlines()
    assert lines[0] == f"# {alert.name}"
    assert lines[2].startswith(f"{alert.severity.value}, after {alert.hold} · ")
    assert SHORTEST <= len(lines) <= LONGEST


@each_alert
def test_a_page_answers_every_question(alert: Alert) -> None:
    text = text_of(alert)
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == HEADINGS
    parts = re.split(r"^## .*$", text, flags=re.MULTILINE)[1:]
    assert all(part.strip() for part in parts)
    first_look = parts[HEADINGS.index("First look")]
    assert expressions(first_look)
    assert blocks(first_look, "bash")


@each_alert
def test_the_first_look_is_at_what_raised_the_alert(alert: Alert) -> None:
    looked_at = {name for expression in expressions(text_of(alert)) for name in series(expression)}
    assert series(alert.expression) & looked_at


@each_alert
def test_series_are_known(alert: Alert) -> None:
    for expression in expressions(text_of(alert)):
        assert series(expression)
        assert series(expression) <= CHARTS | EXPORTERS | set(OURS), expression


@each_alert
def test_labels_of_our_series_are_the_metrics(alert: Alert) -> None:
    for expression in expressions(text_of(alert)):
        names = series(expression)
        if not names <= set(OURS):
            continue
        known = TARGET_LABELS | {"le"} | set().union(*(OURS[name] for name in names))
        grouped = {label.strip() for labels in re.findall(r"by \(([^)]*)\)", expression) for label in labels.split(",")}
        matched = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", expression))
        assert grouped | matched <= known, expression


def test_series_are_found_in_an_expression() -> None:
    expression = 'sum by (pod, le) (rate(a_total{b="c_total", d=~"e"}[5m])) / on (f) group_left () g > bool 4 * 3600'
    assert series(expression) == {"a_total", "g"}


def known_namespaces() -> set[str]:
    identity = production()["stack"]
    system = f"{identity['platform']}-system"
    return {"database", "mcp", "mcp-agents", system, *(home.value for home in Home if home is not Home.SYSTEM)}


@each_page
def test_what_is_to_be_typed_names_what_there_is(page: Path) -> None:
    typed, sections = commands(page.read_text()), production()
    assert set(re.findall(r"(?:kubectl|helm) -n (\S+)", typed)) <= known_namespaces()
    fleet, servers, data = sections["agents"], sections["mcp"], sections["data"]
    workloads = {
        "mcp": {*keys(servers, "servers"), "egress-proxy"},
        "mcp-agents": {*keys(fleet, "agents"), "coordinator"},
    }
    for namespace, name in re.findall(r"kubectl -n (mcp\S*) [^\n]*?deployment/([\w-]+)", typed):
        assert name in workloads[namespace]
    for namespace, name in re.findall(r"kubectl -n (mcp\S*) [^\n]*?kubernetes\.io/name=([\w-]+)", typed):
        assert name in workloads[namespace]
    assert set(re.findall(r"scaledobject (\w+)", typed)) <= workloads["mcp-agents"]
    things = {"database", "database-0", *keys(data, "caches"), *sections["clusters"]}
    assert set(re.findall(r"\$STACK-([\w-]+)", typed)) <= things


def keys(section: dict[str, object], key: str) -> set[str]:
    found = section[key]
    assert isinstance(found, dict)
    return set(found)


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(#[\w-]+)?\)", page.read_text())
    assert links
    for target, anchor in links:
        assert (PAGES / target).is_file(), target
        headings = re.findall(r"^#+ (.*)$", (PAGES / target).read_text(), re.MULTILINE)
        assert not anchor or anchor[1:] in {heading.lower().replace(" ", "-") for heading in headings}


@needs_promtool
def test_prometheus_understands_every_expression(tmp_path: Path) -> None:
    found = [(alert.name, expression) for alert in ALERTS for expression in expressions(text_of(alert))]
    rules = [{"record": f"runbook:{name}:{number}", "expr": text} for number, (name, text) in enumerate(found)]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "runbooks", "rules": rules}]}))
    assert f"{len(found)} rules found" in promtool("check", "rules", "rules.yaml", cwd=tmp_path)
