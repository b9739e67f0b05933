"""Nothing that a resource may hold breaks a rule: junk in every place of every good example, and junk of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.policies.examples import RESOURCE_RULES, STACK_RULES, Asked, changed, nodes
from tests.policies.good import GOOD, Props, good

JUNK: Final[tuple[Any, ...]] = (
    None,
    "",
    " ",
    "\x00",
    "nan",
    "inf",
    "1e999",
    "[" * 20_000,
    '{"Statement": [null, 5, [], {"Effect": "Allow", "Action": {"a": null}, "Condition": [1], "Principal": [null]}]}',
    -1.0,
    1e308,
    float("nan"),
    float("inf"),
    True,
    [],
    {},
    [None],
    [[]],
    [[[None]]],
    [{}],
    [{"name": None, "key": None, "value": [None]}],
    {"": None},
    {"a": {"b": [None]}},
)
"""Of every type, in shapes that providers don't send and programs do."""

DAY: Final = {"version-support": {"today": "2026-11-21"}}


def asked(rules: Iterable[Asked], resource_type: str) -> list[Asked]:
    """Rules that look at resources of the type."""
    return [rule for rule in rules if rule.covers(resource_type)]


@pytest.mark.parametrize("resource_type", GOOD)
def test_junk_in_any_place_breaks_no_rule(resource_type: str) -> None:
    rules = asked(RESOURCE_RULES.values(), resource_type)
    for path in nodes(good(resource_type)):
        for junk in JUNK:
            props = changed(good(resource_type), path, junk)
            for rule in rules:
                rule.ask(rule.resource(resource_type, props, provider={"region": junk, "defaultTags": junk}))


@pytest.mark.parametrize("name", STACK_RULES)
def test_junk_in_any_place_breaks_no_stack_rule(name: str) -> None:
    rule = STACK_RULES[name]
    covered = [it for it in GOOD if rule.covers(it)]
    others = [rule.resource(it, good(it), name="other", urn=f"urn:{it}") for it in covered]
    for resource_type in covered:
        for path in nodes(good(resource_type)):
            for junk in JUNK:
                props = changed(good(resource_type), path, junk)
                rule.ask([rule.resource(resource_type, props, urn="urn:it"), *others])


_LEAVES: Final = st.none() | st.booleans() | st.floats() | st.text(max_size=6) | st.sampled_from(JUNK)
_NAMES: Final = {
    name: sorted({step for path in nodes(props) for step in path.split(" ") if not step.isdigit()})
    for name, props in GOOD.items()
}
"""The names of properties that a type's own example knows."""


@st.composite
def _resources(draw: st.DrawFn) -> tuple[str, Props]:
    """A type, and inputs made of its own properties' names, with anything as their values."""
    resource_type = draw(st.sampled_from(sorted(GOOD)))
    names = st.sampled_from(_NAMES[resource_type]) | st.text(max_size=3)
    trees = st.recursive(
        _LEAVES, lambda below: st.lists(below, max_size=3) | st.dictionaries(names, below, max_size=4), max_leaves=20
    )
    return resource_type, draw(st.dictionaries(names, trees, max_size=6))


@given(_resources())
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_inputs_of_any_shape_break_no_rule(resource: tuple[str, Props]) -> None:
    resource_type, props = resource
    for rule in asked(RESOURCE_RULES.values(), resource_type):
        rule.ask(rule.resource(resource_type, props), DAY.get(rule.name))
    for rule in asked(STACK_RULES.values(), resource_type):
        rule.ask([rule.resource(resource_type, props)])


@pytest.mark.parametrize("setting", ["today", "standard_support"])
def test_a_setting_that_names_no_day_is_one_finding(setting: str) -> None:
    rule = RESOURCE_RULES["version-support"]
    cluster = "aws:eks/cluster:Cluster"
    wrong: dict[str, Any] = {
        "today": {"today": "2026-02-30"},
        "standard_support": {"standard_support": {"1.36": "soon"}},
    }
    said = rule.ask(rule.resource(cluster, good(cluster)), {**DAY["version-support"], **wrong[setting]})
    assert said.findings == (f"the setting {setting} of this rule names no day: write a day such as 2026-11-21",)
