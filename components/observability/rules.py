"""From alerts to the objects that Prometheus loads, one a group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from lightkube.models.meta_v1 import ObjectMeta

from components.kubernetes.crds.prometheus import PrometheusRule, PrometheusRuleSpec, Rule, RuleGroup
from components.observability.alerts import Alert

RUNBOOKS: Final = "https://github.com/education-platform/platform/blob/main/docs/runbooks"
"""Where the runbook pages are read; they are ``docs/runbooks`` of this repository."""


def prometheus_rules(alerts: Iterable[Alert], *, namespace: str) -> list[PrometheusRule]:
    """A PrometheusRule for each group of ``alerts``, in the order of the groups' first alerts."""
    groups: dict[str, list[Alert]] = {}
    for alert in alerts:
        groups.setdefault(alert.group, []).append(alert)
    return [
        PrometheusRule(
            metadata=ObjectMeta(
                name=f"platform-{group}", namespace=namespace, labels={"app.kubernetes.io/part-of": "observability"}
            ),
            spec=PrometheusRuleSpec(groups=[RuleGroup(name=f"platform.{group}", rules=_rules(members))]),
        )
        for group, members in groups.items()
    ]


def _rules(alerts: Sequence[Alert]) -> list[Rule]:
    return [
        Rule(
            alert=alert.name,
            expr=alert.expression,
            for_=alert.hold,
            labels={"severity": alert.severity.value, **alert.labels},
            annotations={
                "summary": alert.summary,
                "description": alert.description,
                "runbook_url": f"{RUNBOOKS}/{alert.runbook}",
            },
        )
        for alert in alerts
    ]
