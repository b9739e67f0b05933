"""The cost of whole stacks: everything priced or known to be free, within budget, as the pack's rule sees it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any, Final

import pytest
from rich.console import Console

from policies.governance.governance_rules.cost.estimate import ESTIMATORS
from policies.governance.governance_rules.cost.estimate import estimate as of_items
from policies.governance.governance_rules.cost.free import free
from policies.governance.governance_rules.cost.stack import Item
from sandbox.cost import CostReport, estimate, items
from sandbox.model import UNKNOWN, Resource, Run, Secret
from sandbox.ui.console import THEME
from sandbox.ui.cost import cost
from tests.stacks.conftest import ROOT, STACKS, export_path, run_of

__all__ = ["export_path", "run_of"]
"""Fixtures of the whole stacks, shared with their own tests."""

BUDGETS: Final = {"dev": 600, "staging": 1300, "production": 3500, "production-dr": 1200}
"""The platform's table of stacks, USD a month."""


@pytest.fixture(scope="module", params=STACKS)
def stack(request: pytest.FixtureRequest, run_of: Callable[[str], Run]) -> tuple[str, Run, CostReport]:
    name: str = request.param
    run = run_of(name)
    return name, run, estimate(run)


def test_every_type_is_priced_or_known_to_be_free(stack: tuple[str, Run, CostReport]) -> None:
    _, run, report = stack
    types = {resource.type for resource in run.resources}
    assert {type_ for type_ in types if type_ not in ESTIMATORS and free(type_) is None} == set()
    assert list(report.not_priced) == []
    assert list(report.hidden) == []


def test_the_estimate_fits_the_budget(stack: tuple[str, Run, CostReport]) -> None:
    name, _, report = stack
    assert 0.3 * BUDGETS[name] < report.monthly_usd < BUDGETS[name]


def test_the_sums_agree(stack: tuple[str, Run, CostReport]) -> None:
    _, run, report = stack
    for parts in (report.resources, report.types, report.components):
        assert sum(part.usd for part in parts) == pytest.approx(report.monthly_usd)
        assert [part.usd for part in parts] == sorted((part.usd for part in parts), reverse=True)
    assert {share.name for share in report.resources} <= {resource.urn for resource in run.resources}
    assert {"data", "networking", "keys", "eks-main"} <= {share.name for share in report.components}


def test_the_rule_sees_the_same_sum(stack: tuple[str, Run, CostReport]) -> None:
    """A pack's stack rule is handed outputs alone, no parents and, at most, dependencies."""
    _, run, report = stack
    seen = [
        Item(it.urn, it.type, it.name, {k: v for k, v in it.props.items() if k in resource.outputs}, depends=it.depends)
        for it, resource in zip(items(run), run.resources, strict=True)
    ]
    assert of_items(seen).monthly_usd == pytest.approx(report.monthly_usd)


def test_dev_pays_for_the_hours_that_its_nodes_are_awake(run_of: Callable[[str], Run]) -> None:
    nodes = next(share for share in estimate(run_of("dev")).types if share.name == "aws:eks/nodeGroup:NodeGroup")
    awake = 5 * 13 / 168
    assert nodes.usd == pytest.approx(2 * awake * (0.1664 * 730 + 50 * 0.08))


def test_production_s_database_is_its_dearest(run_of: Callable[[str], Run]) -> None:
    dearest = estimate(run_of("production")).types[0]
    assert (dearest.name, dearest.detail) == ("aws:rds/clusterInstance:ClusterInstance", "2")
    assert dearest.usd == pytest.approx(2 * 0.519 * 730)


# --- a run as an estimate reads it ----------------------------------------------------------------------------------


def small(budget: object = "100") -> Run:
    urn = "urn:pulumi:dev::demo::"
    root = Resource(f"{urn}pulumi:pulumi:Stack::demo", "pulumi:pulumi:Stack", "demo", custom=False)
    part = Resource(f"{urn}demo:index:Part::house", "demo:index:Part", "house", custom=False, parent=root.urn)
    props: dict[str, Any] = {"limitAmount": budget, "limitUnit": "USD", "timeUnit": "MONTHLY"}
    return Run(
        "demo",
        "dev",
        [
            root,
            part,
            Resource(f"{urn}aws:eks/cluster:Cluster::main", "aws:eks/cluster:Cluster", "main", True, part.urn),
            Resource(f"{urn}aws:kms/key:Key::key", "aws:kms/key:Key", "key", True, root.urn),
            Resource(
                f"{urn}aws:budgets/budget:Budget::b", "aws:budgets/budget:Budget", "b", True, root.urn, inputs=props
            ),
        ],
        {},
    )


def test_a_resource_counts_with_its_top_component() -> None:
    report = estimate(small())
    assert [(share.name, round(share.usd, 2)) for share in report.components] == [("house", 73.0), ("key", 1.06)]
    assert report.components[0].types[0].name == "aws:eks/cluster:Cluster"
    assert report.resources[1].detail == "key 1.00, requests 0.06"


def test_what_json_prints() -> None:
    assert estimate(small()).plain() == {"monthly_usd": 74.06, "budget_usd": 100.0}
    assert estimate(Run("demo", "dev", [], {})).plain() == {"monthly_usd": 0.0, "budget_usd": None}


def test_secrets_and_unknowns_are_read_as_what_they_are() -> None:
    assert estimate(small(Secret("100"))).budget_usd == 100
    assert estimate(small(UNKNOWN)).budget_usd is None
    (_, _, _, _, budget) = items(small(Secret(UNKNOWN)))
    assert budget.hidden("limitAmount")


def test_types_without_a_price_are_named() -> None:
    assert [why for _, why in estimate(small()).not_priced] == ["no price for this type"], "demo:index:Part"


# --- how it is shown ------------------------------------------------------------------------------------------------


def shown(report: CostReport) -> str:
    console = Console(theme=THEME, width=100, color_system=None)
    with console.capture() as captured:
        console.print(cost(report))
    return captured.get()


@pytest.mark.parametrize(("budget", "share"), [("100", "74%"), ("80", "93%"), ("50", "148%")])
def test_the_sum_stands_against_the_budget(budget: str, share: str) -> None:
    text = shown(estimate(small(budget)))
    assert text.startswith(f"74 of {budget}  ")
    assert share in text
    assert "house  73  Cluster 73" in text
    assert "1 resource not in the sum: no price for this type" in text


def test_without_a_budget_it_says_so() -> None:
    assert shown(estimate(small(UNKNOWN))).startswith("74  no budget")


def test_a_savings_plan_is_named_where_it_saves(run_of: Callable[[str], Run]) -> None:
    assert "A Savings Plan of 0.42 USD an hour" in shown(estimate(run_of("production")))
    assert "Savings Plan" not in shown(estimate(run_of("dev")))


def test_a_preview_prints_it() -> None:
    called = subprocess.run(
        [sys.executable, "-m", "sandbox", "preview", "dev", "--json", "--no-policies"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    told = json.loads(called.stdout)["cost"]
    assert set(told) == {"monthly_usd", "budget_usd"}
    assert 100 < told["monthly_usd"] < BUDGETS["dev"]
