from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.engine.order import in_order, needs
from sandbox.model import Resource


def resource(urn: str, *dependencies: str, parent: str = "") -> Resource:
    return Resource(urn, "x:index:X", urn, custom=True, parent=parent, dependencies=list(dependencies))


def test_needs_come_first_and_ties_go_by_urn() -> None:
    found = in_order([resource("c", "z"), resource("b"), resource("z"), resource("a", "c"), resource("d", parent="b")])

    assert [r.urn for r in found] == ["b", "d", "z", "c", "a"]


def test_the_stack_comes_first() -> None:
    stack = Resource("z", "pulumi:pulumi:Stack", "s", custom=False)

    assert [r.urn for r in in_order([resource("a"), stack])] == ["z", "a"]


def test_every_kind_of_need_counts() -> None:
    made = Resource(
        "a",
        "x:index:X",
        "a",
        custom=True,
        parent="p",
        provider="pr::id",
        providers={"aws": "map::id"},
        dependencies=["d"],
        property_dependencies={"key": ["pd"]},
        deleted_with="w",
    )

    assert set(needs(made)) == {"p", "pr", "map", "d", "pd", "w"}


def test_what_is_not_among_them_is_taken_as_met() -> None:
    assert [r.urn for r in in_order([resource("a", "elsewhere")])] == ["a"]


def test_a_cycle_is_named() -> None:
    with pytest.raises(ValueError, match="wait for each other: a, b"):
        in_order([resource("a", "b"), resource("b", "a"), resource("c")])


@given(st.lists(st.sets(st.integers(0, 29), max_size=4), min_size=30, max_size=30), st.randoms())
def test_registration_order_leaves_no_trace(graph: list[set[int]], shuffler: random.Random) -> None:
    # an edge only to a smaller number: no cycles
    made = [resource(f"{i:02d}", *(f"{j:02d}" for j in edges if j < i)) for i, edges in enumerate(graph)]
    first = in_order(made)
    shuffler.shuffle(made)

    second = in_order(made)

    assert [r.urn for r in first] == [r.urn for r in second]
    place = {r.urn: index for index, r in enumerate(second)}
    assert all(place[need] < place[r.urn] for r in second for need in r.dependencies)
