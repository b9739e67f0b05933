from __future__ import annotations

import re
from typing import cast

import pytest

from components.observability.alerts import CORE, Alert, Severity, budget_alerts
from components.observability.metrics import VOCABULARY
from components.observability.routing import ALERTING_SECRET, Contacts, alertmanager_config
from components.observability.rules import prometheus_rules

OURS = {metric.name: metric for metric in VOCABULARY}
PREFIXES = ("http_", "mcp_", "agent_", "websocket_", "database_", "redis_", "business_")


@pytest.mark.parametrize("alert", CORE, ids=lambda alert: alert.name)
def test_expressions_use_the_vocabulary_only(alert: Alert) -> None:
    for used in re.findall(r"\b([a-z]\w+)(?=[\[{)]| [<>])", alert.expression):
        if used.startswith(PREFIXES):
            assert used.removesuffix("_bucket") in OURS


@pytest.mark.parametrize("alert", CORE, ids=lambda alert: alert.name)
def test_labels_in_matchers_and_sums_are_labels_of_the_metric(alert: Alert) -> None:
    for name, metric in OURS.items():
        if name not in alert.expression:
            continue
        for grouped in re.findall(r"by \(([\w, ]+)\)", alert.expression):
            assert {label.strip() for label in grouped.split(",")} <= {*metric.labels, "le"}
        for matched in re.findall(rf"{name}(?:_bucket)?{{(\w+)=", alert.expression):
            assert matched in metric.labels


def test_the_platforms_thresholds() -> None:
    by_name = {alert.name: alert for alert in CORE}
    assert by_name["HighErrorRate"].expression.endswith("> 0.05")
    assert (by_name["HighErrorRate"].hold, by_name["HighErrorRate"].severity) == ("2m", Severity.CRITICAL)
    assert by_name["HighLatency"].expression.startswith("histogram_quantile(0.95")
    assert by_name["HighLatency"].expression.endswith("> 1")
    assert by_name["HighLatency"].hold == "5m"
    assert (by_name["MCPServerDown"].hold, by_name["MCPServerDown"].severity) == ("1m", Severity.CRITICAL)
    assert by_name["NodeCPUHigh"].expression.endswith("> 80")
    assert by_name["NodeMemoryHigh"].expression.endswith("> 85")
    assert "< 10 and node_filesystem_readonly == 0" in by_name["DiskAlmostFull"].expression


def test_names_are_unique() -> None:
    assert len({alert.name for alert in CORE}) == len(CORE)


def test_an_agent_that_spends_its_budget_is_told() -> None:
    (alert,) = budget_alerts({"quiz": 12.5})
    assert alert.expression == 'sum(increase(agent_llm_usd_total{agent="quiz"}[1d])) > 12.5'
    assert alert.labels == {"agent": "quiz"}


def test_every_alert_becomes_a_rule_with_its_runbook() -> None:
    rules = [r for o in prometheus_rules(CORE, namespace="monitoring") for g in o.spec.groups for r in g.rules]
    assert {rule.alert for rule in rules} == {alert.name for alert in CORE}
    for rule in rules:
        assert rule.annotations is not None
        assert rule.annotations["runbook_url"].endswith(f"/docs/runbooks/{(rule.alert or '').lower()}.md")


def contacts(*, pagerduty: bool = True) -> Contacts:
    return Contacts(slack_critical="#critical", slack_warning="#warning", pagerduty=pagerduty)


def test_the_word_for_is_the_apis_own() -> None:
    spec = prometheus_rules(CORE[:1], namespace="monitoring")[0].to_dict()["spec"]
    assert isinstance(spec, dict)
    assert spec["groups"] == [
        {
            "name": "platform.services",
            "rules": [
                {
                    "alert": "HighErrorRate",
                    "expr": CORE[0].expression,
                    "for": "2m",
                    "labels": {"severity": "critical"},
                    "annotations": {
                        "summary": CORE[0].summary,
                        "description": CORE[0].description,
                        "runbook_url": "https://github.com/education-platform/platform/blob/main/docs/runbooks/higherrorrate.md",
                    },
                }
            ],
        }
    ]


def test_what_is_critical_goes_to_pagerduty_and_slack() -> None:
    config = alertmanager_config(contacts(), stack="toolboxai-production")
    listed = cast("list[dict[str, object]]", config["receivers"])
    receivers = {receiver["name"]: receiver for receiver in listed}
    assert set(receivers["critical"]) == {"name", "slack_configs", "pagerduty_configs"}
    assert set(receivers["warning"]) == {"name", "slack_configs"}


def test_secrets_are_files() -> None:
    text = str(alertmanager_config(contacts(), stack="s"))
    assert f"/etc/alertmanager/secrets/{ALERTING_SECRET}/slack" in text
    assert "hooks.slack.com" not in text


def test_without_pagerduty_critical_goes_to_slack() -> None:
    config = alertmanager_config(contacts(pagerduty=False), stack="s")
    assert "pagerduty" not in str(config)
