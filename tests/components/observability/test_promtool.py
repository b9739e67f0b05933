"""The rendered rules before Prometheus's own judge: they are valid, and they fire when they should and only then."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final, cast

import pytest
import yaml

from components.observability.alerts import CORE, Alert, budget_alerts
from components.observability.rules import prometheus_rules
from tests.promtool import needs_promtool, promtool

CASES: Final = Path(__file__).with_name("alerts.test.yaml")
ALERTS: Final = [*CORE, *budget_alerts({"quiz": 25, "content": 25})]


def write_rules(folder: Path, alerts: list[Alert]) -> None:
    """The rules as the operator hands them to Prometheus: the groups of all objects in one file."""
    groups: list[object] = []
    for rule in prometheus_rules(alerts, namespace="monitoring"):
        groups += cast("dict[str, list[object]]", rule.to_dict()["spec"])["groups"]
    (folder / "rules.yaml").write_text(yaml.safe_dump({"groups": groups}))


def expectations() -> Iterator[tuple[str, bool]]:
    """Each alert that the cases ask for, and whether it is to fire."""
    for case in yaml.safe_load(CASES.read_text())["tests"]:
        for test in case["alert_rule_test"]:
            yield test["alertname"], bool(test["exp_alerts"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_rules(tmp_path, ALERTS)
    return tmp_path


def test_every_alert_is_raised_in_a_case() -> None:
    assert {name for name, fires in expectations() if fires} == {alert.name for alert in ALERTS}


@needs_promtool
def test_the_rules_are_valid(folder: Path) -> None:
    said = promtool("check", "rules", "--lint=all", "--lint-fatal", "rules.yaml", cwd=folder)
    assert f"{len(ALERTS)} rules found" in said


@needs_promtool
def test_alerts_fire_when_they_should(folder: Path) -> None:
    shutil.copy(CASES, folder / CASES.name)
    assert "SUCCESS" in promtool("test", "rules", CASES.name, cwd=folder)


@needs_promtool
def test_the_cases_notice_another_threshold(folder: Path) -> None:
    rules = folder / "rules.yaml"
    text = rules.read_text()
    changed = text.replace("> 0.05", "> 0.02")
    assert changed != text
    rules.write_text(changed)
    shutil.copy(CASES, folder / CASES.name)
    with pytest.raises(AssertionError, match="HighErrorRate"):
        promtool("test", "rules", CASES.name, cwd=folder)
