"""A stack's budget: its figures, who is told, what is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

import pytest

from components.context import StackIdentity
from components.cost import THRESHOLDS, CostSettings, check, cost_filters
from sandbox.engine import run_program
from settings.problems import dotted, validate
from tests.components.data_layer.deployment import DEV, PRODUCTION, Graph, document

MONITOR: Final = "arn:aws:ce::111122223333:anomalymonitor/3d21a39f-9c3b-4a3c-8f5b-1a2b3c4d5e6f"
BUDGET: Final = "aws:budgets/budget:Budget"
SUBSCRIPTION: Final = "aws:costexplorer/anomalySubscription:AnomalySubscription"
_PROGRAM: Final = """
import pulumi
from components.context import Context, StackIdentity
from components.cost import Cost, CostSettings
from components.keys import Keys

config = pulumi.Config()
context = Context.create(StackIdentity.model_validate(config.require_object("stack")))
own = pulumi.ResourceOptions(providers=context.providers)
keys = Keys("keys", context, own)
Cost("cost", CostSettings.model_validate(config.require_object("cost")), context, keys, own)
"""


def deploy(root: Path, identity: Mapping[str, Any], cost: Mapping[str, Any]) -> Graph:
    config = {"platform:stack": identity, "platform:cost": cost}
    (root / "Pulumi.yaml").write_text(
        "name: platform\nruntime: python\nconfig:\n  pulumi:disable-default-providers:\n    value: ['*']\n"
    )
    (root / "Pulumi.test.yaml").write_text(json.dumps({"config": config}))
    (root / "__main__.py").write_text(_PROGRAM)
    return Graph(run_program("test", root=root))


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    cost = {"monthly_usd": 3500, "mail": ["finance@example.com"], "anomaly_monitor": MONITOR, "tags_active": True}
    return deploy(tmp_path_factory.mktemp("production"), PRODUCTION, cost)


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    return deploy(tmp_path_factory.mktemp("dev"), DEV, {"monthly_usd": 600})


def test_the_thresholds_are_the_platform_s() -> None:
    assert [(it.percent, it.of) for it in THRESHOLDS] == [(50, "FORECASTED"), (80, "FORECASTED"), (90, "ACTUAL")]


def test_the_budget_is_monthly_in_dollars(production: Graph) -> None:
    budget = production.one(BUDGET, "monthly").inputs
    assert (budget["limitAmount"], budget["limitUnit"]) == ("3500", "USD")
    assert (budget["timeUnit"], budget["budgetType"]) == ("MONTHLY", "COST")
    assert (budget["name"], budget["accountId"]) == (
        "toolboxai-production-monthly-us-east-1",
        "111122223333",
    )
    costs = cast("dict[str, bool]", budget["costTypes"])
    assert (costs["includeCredit"], costs["includeRefund"]) == (False, False), "credits hide what is used"


def test_the_topic_and_the_addresses_are_told(production: Graph, dev: Graph) -> None:
    for graph, mails in ((production, ["finance@example.com"]), (dev, None)):
        topic = graph.one("aws:sns/topic:Topic", "cost-alerts").outputs["arn"]
        told = cast("list[dict[str, Any]]", graph.one(BUDGET, "monthly").inputs["notifications"])
        assert [(n["threshold"], n["notificationType"], n["thresholdType"]) for n in told] == [
            (50, "FORECASTED", "PERCENTAGE"),
            (80, "FORECASTED", "PERCENTAGE"),
            (90, "ACTUAL", "PERCENTAGE"),
        ]
        for notification in told:
            assert notification["comparisonOperator"] == "GREATER_THAN"
            assert notification["subscriberSnsTopicArns"] == [topic]
            assert notification.get("subscriberEmailAddresses") == mails


def test_the_filter_waits_for_active_tags(production: Graph, dev: Graph) -> None:
    """A budget filtered by a tag that isn't active yet reads 0 and never fires."""
    assert production.one(BUDGET, "monthly").inputs["costFilters"] == [
        {"name": "TagKeyValue", "values": ["user:Environment$production"]},
        # its standby has the same tag, and a budget of its own
        {"name": "Region", "values": ["us-east-1", "global", "NoRegion"]},
    ]
    assert "costFilters" not in dev.one(BUDGET, "monthly").inputs


def test_the_topic_takes_what_budgets_and_anomalies_tell(production: Graph) -> None:
    topic = production.one("aws:sns/topic:Topic", "cost-alerts")
    assert topic.inputs["kmsMasterKeyId"] == production.one("aws:kms/key:Key", "logs").outputs["arn"]
    statements = {s["Sid"]: s for s in document(topic.inputs["policy"])["Statement"]}
    for sid, service in (("BudgetsPublish", "budgets"), ("AnomaliesPublish", "costalerts")):
        assert statements[sid]["Principal"] == {"Service": f"{service}.amazonaws.com"}
        assert statements[sid]["Resource"] == topic.outputs["arn"]
        assert statements[sid]["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}
    assert statements["TlsOnly"]["Effect"] == "Deny"
    key = document(production.one("aws:kms/key:Key", "logs").inputs["policy"])
    admitted = str([s for s in key["Statement"] if s["Sid"] == "Publishers"])
    assert "budgets.amazonaws.com" in admitted
    assert "costalerts.amazonaws.com" in admitted


def test_anomalies_are_told_of_at_once(production: Graph, dev: Graph) -> None:
    """Topics only with IMMEDIATE; the monitor is the account's."""
    found = production.one(SUBSCRIPTION, "anomalies").inputs
    assert (found["frequency"], found["monitorArnLists"]) == ("IMMEDIATE", [MONITOR])
    topic = production.one("aws:sns/topic:Topic", "cost-alerts").outputs["arn"]
    assert found["subscribers"] == [{"type": "SNS", "address": topic}]
    threshold = cast("dict[str, Any]", found["thresholdExpression"])["dimension"]
    assert (threshold["key"], threshold["values"]) == ("ANOMALY_TOTAL_IMPACT_ABSOLUTE", ["50"])
    assert dev.of_type(SUBSCRIPTION) == []
    assert production.of_type("aws:costexplorer/anomalyMonitor:AnomalyMonitor") == []


# --- what is refused ------------------------------------------------------------------------------------------------

REFUSED = [
    ({}, "monthly_usd", "must be given"),
    ({"monthly_usd": 0}, "monthly_usd", "at least 1"),
    ({"monthly_usd": 99.5}, "monthly_usd", "a whole number"),
    ({"monthly_usd": 600, "mail": ["finance"]}, "mail[0]", "form"),
    ({"monthly_usd": 600, "mail": [f"a{n}@example.com" for n in range(11)]}, "mail", "at most 10"),
    ({"monthly_usd": 600, "anomaly_monitor": "arn:aws:ce::1:anomalymonitor/x"}, "anomaly_monitor", "form"),
    ({"monthly_usd": 600, "anomaly_usd": 0}, "anomaly_usd", "at least 1"),
    ({"monthly_usd": 600, "budget": 600}, "budget", "no such key"),
]


@pytest.mark.parametrize(("raw", "key", "says"), REFUSED, ids=[f"{it[1]}: {it[2]}" for it in REFUSED])
def test_a_wrong_field_is_refused(raw: dict[str, Any], key: str, says: str) -> None:
    _, problems = validate(CostSettings, raw)
    assert [dotted(p.path) for p in problems] == [key]
    assert says in problems[0].allowed


BETWEEN = [
    (DEV, {"monthly_usd": 600}, []),
    (PRODUCTION, {"monthly_usd": 3500, "mail": ["a@example.com"], "anomaly_monitor": MONITOR}, []),
    (PRODUCTION, {"monthly_usd": 3500}, [("cost.mail", "at least one in production")]),
    (
        {**DEV, "account_id": "444455556666"},
        {"monthly_usd": 600, "anomaly_monitor": MONITOR},
        [("cost.anomaly_monitor", "a monitor of the stack's account, 444455556666")],
    ),
]


@pytest.mark.parametrize(("identity", "raw", "expected"), BETWEEN)
def test_what_does_not_fit_the_stack_is_refused(
    identity: dict[str, Any], raw: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    found = list(check(StackIdentity.model_validate(identity), CostSettings.model_validate(raw)))
    assert [dotted(p.path) for p in found] == [key for key, _ in expected]
    for problem, (_, says) in zip(found, expected, strict=True):
        assert says in problem.allowed


def test_primary_and_standby_share_an_account_and_count_no_dollar_twice() -> None:
    primary = StackIdentity.model_validate(PRODUCTION)
    standby = StackIdentity.model_validate(
        {k: v for k, v in PRODUCTION.items() if k != "recovery_region"}
        | {"region": "us-west-2", "primary_region": "us-east-1"}
    )
    regions = [
        {region for it in cost_filters(identity, tags_active=False) for region in cast("list[str]", it["values"])}
        for identity in (primary, standby)
    ]
    assert regions[1] == {"us-west-2"}
    assert not regions[0] & regions[1]
    assert "us-east-1" in regions[0]
    assert cost_filters(StackIdentity.model_validate(DEV), tags_active=False) == []
