"""The rule that holds a stack's estimate to its budget, alone and in the pack's own server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from pulumi.runtime.proto import analyzer_pb2

from policies.governance.governance_rules.cost.estimate import ESTIMATORS
from tests.policies.examples import STACK_RULES, Said
from tests.policies.good import Props
from tests.policies.packs import UNKNOWN, copied_out, serving, stack, urn

RULE: Final = STACK_RULES["stack-budget"]
BUDGET: Final = "aws:budgets/budget:Budget"
LIMIT: Final = {"limitAmount": "100", "limitUnit": "USD", "timeUnit": "MONTHLY"}
CLUSTER: Final = "aws:eks/cluster:Cluster"
NODES: Final = "aws:eks/nodeGroup:NodeGroup"
TWO: Final[Props] = {"instanceTypes": ["m6i.xlarge"], "scalingConfig": {"desiredSize": 2.0, "minSize": 2.0}}


def ask(*resources: tuple[str, Props], config: dict[str, Any] | None = None) -> Said:
    made = [RULE.resource(type_, props, name=type_.rpartition(":")[2], urn=urn(type_)) for type_, props in resources]
    return RULE.ask([it for it in made if RULE.covers(it.type)], config)


def test_within_the_budget_nothing_is_said() -> None:
    assert ask((CLUSTER, {}), (BUDGET, LIMIT)) == Said((), ())
    assert ask((CLUSTER, {}), (BUDGET, {**LIMIT, "limitAmount": "73"})) == Said((), ()), "to the last cent"


def test_above_it_the_sum_the_budget_and_the_dearest_are_named() -> None:
    said = ask((CLUSTER, {}), (NODES, TWO), (BUDGET, LIMIT))
    (message,) = said.findings
    assert "would cost about 361 USD a month, its budget is 100: write smaller or fewer resources" in message
    assert "NodeGroup 288, Cluster 73" in message


def test_the_finding_stands_at_the_budget() -> None:
    resources = [RULE.resource(type_, props, urn=urn(type_)) for type_, props in ((NODES, TWO), (BUDGET, LIMIT))]
    (finding,) = RULE.rule.check(resources, RULE.rule.about.configure({}))
    assert finding.urn == urn(BUDGET)


def test_a_budget_of_the_configuration_goes_before_the_stack_s() -> None:
    assert ask((CLUSTER, {}), (BUDGET, LIMIT), config={"budget_usd": 50}).findings
    assert ask((NODES, TWO), (BUDGET, LIMIT), config={"budget_usd": 500}).findings == ()


def test_a_stack_without_a_budget_is_a_violation_only_where_one_is_required() -> None:
    assert ask((CLUSTER, {})) == Said((), ())
    (message,) = ask((CLUSTER, {}), config={"required": True}).findings
    assert "has no budget: write a Budget" in message
    assert ask((CLUSTER, {}), config={"required": True, "budget_usd": 100}).findings == ()
    yearly = {**LIMIT, "timeUnit": "ANNUALLY"}
    assert ask((CLUSTER, {}), (BUDGET, yearly), config={"required": True}).findings


def test_what_is_not_known_yet_is_told_of_and_the_rest_is_summed() -> None:
    hidden = {**TWO, "scalingConfig": RULE.unknown()}
    said = ask((NODES, hidden), (CLUSTER, {}), (BUDGET, {**LIMIT, "limitAmount": "50"}))
    assert said.unseen == ("NodeGroup scalingConfig.desiredSize",)
    assert "about 73 USD" in said.findings[0]
    unknown = ask((CLUSTER, {}), (BUDGET, {**LIMIT, "limitAmount": RULE.unknown()}), config={"required": True})
    assert unknown == Said((), ("Budget limitAmount",))


def test_it_looks_at_everything_that_costs() -> None:
    assert all(RULE.covers(type_) for type_ in ESTIMATORS)
    assert RULE.covers("aws:autoscaling/schedule:Schedule")
    assert not RULE.covers("aws:iam/role:Role")


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Any:  # noqa: ANN401 - a generator fixture's own type
    with serving(copied_out("governance", tmp_path_factory.mktemp("alone"))) as running:
        yield lambda *resources: [
            it
            for it in running.analyze_stack(stack(*((type_, props, {}) for type_, props in resources)))
            if it.policyName == "stack-budget"
        ]


Judge = Callable[..., list[analyzer_pb2.AnalyzeDiagnostic]]


def test_the_pack_alone_stops_a_stack(judge: Judge) -> None:
    (said,) = judge((CLUSTER, {}), (NODES, TWO), (BUDGET, LIMIT))
    assert said.enforcementLevel == analyzer_pb2.MANDATORY
    assert said.urn == urn(BUDGET)
    assert "about 361 USD a month" in said.message
    assert judge((CLUSTER, {}), (BUDGET, LIMIT)) == []


def test_in_a_preview_it_says_what_it_could_not_see(judge: Judge) -> None:
    (said,) = judge((NODES, {**TWO, "scalingConfig": {"desiredSize": UNKNOWN}}), (BUDGET, LIMIT))
    assert said.enforcementLevel == analyzer_pb2.ADVISORY
    assert "scalingConfig.desiredSize" in said.message


def test_the_price_table_is_published_with_the_pack(tmp_path: Path) -> None:
    copy = copied_out("governance", tmp_path)
    assert (copy / "governance_rules" / "cost" / "prices.py").is_file()
