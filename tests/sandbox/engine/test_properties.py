from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.engine.properties import differs, ignoring, property_path, same
from sandbox.model import UNKNOWN, Properties, Secret, Value


def test_a_secret_read_back_is_equal_to_any() -> None:
    assert same(Secret("a"), Secret(None))
    assert same({"a": [Secret("a")]}, {"a": [Secret(None)]})
    assert not same(Secret("a"), Secret("b"))
    # one that isn't known yet will be another
    assert not same(Secret(UNKNOWN), Secret(None))
    assert not same(Secret({"a": UNKNOWN}), Secret(None))
    assert not same(Secret("a"), "a")
    assert not same(1, True)


@pytest.mark.parametrize(
    ("path", "changed"),
    [
        ("a.b", True),
        ("a", True),
        ("a.c", False),
        ("d", False),
        ("*", True),
        ("e[0].f", True),
        ("e[1]", False),
        ("a.*", True),
        ("e[*].f", True),
        ("e[*].g", False),
        ('a["x.y/z"]', True),
        (".a", False),
    ],
)
def test_paths(path: str, *, changed: bool) -> None:
    new: Properties = {"a": {"b": 1, "c": 2, "x.y/z": 1}, "e": [{"f": 1, "g": 0}]}
    old: Properties = {"a": {"b": 2, "c": 2}, "e": [{"f": 2, "g": 0}]}

    assert differs(path, new, old) is changed


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("a.b[0].c", ("a", "b", 0, "c")),
        ('metadata.annotations["a.b/c"]', ("metadata", "annotations", "a.b/c")),
        ('["a \\"quoted\\" key"][*]', ('a "quoted" key', "*")),
        ("a.*.b", ("a", "*", "b")),
        ("a[b]", ()),
        ("", ()),
    ],
)
def test_property_paths(text: str, keys: tuple[str | int, ...]) -> None:
    assert property_path(text) == keys


def test_what_is_not_known_is_taken_to_differ() -> None:
    assert differs("a.b", {"a": UNKNOWN}, {"a": {"b": 1}})
    assert differs("a.b", {"a": Secret({"b": 1})}, {"a": {"b": 2}})


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a", {"a": 0, "b": {"c": 1, "d": [1, {"e": 1}]}}),
        ("b.c", {"a": 1, "b": {"c": 0, "d": [1, {"e": 1}]}}),
        ("b.d[1].e", {"a": 1, "b": {"c": 1, "d": [1, {"e": 0}]}}),
        ("b.d[0]", {"a": 1, "b": {"c": 1, "d": [0, {"e": 1}]}}),
        ("gone", {"a": 1, "b": {"c": 1, "d": [1, {"e": 1}]}, "gone": 0}),
        ("b.none.there", {"a": 1, "b": {"c": 1, "d": [1, {"e": 1}]}}),
        ("b.*", {"a": 1, "b": {"c": 0, "d": [0, {"e": 0}]}}),
        ("b.d[*]", {"a": 1, "b": {"c": 1, "d": [0, {"e": 0}]}}),
        ("b.d[*].e", {"a": 1, "b": {"c": 1, "d": [1, {"e": 0}]}}),
        ("b.d[7]", {"a": 1, "b": {"c": 1, "d": [1, {"e": 1}]}}),
        ("*", {"a": 0, "b": {"c": 0, "d": [0, {"e": 0}]}, "gone": 0}),
        ("not[a]path", {"a": 1, "b": {"c": 1, "d": [1, {"e": 1}]}}),
    ],
)
def test_ignored_paths(path: str, expected: Properties) -> None:
    new: Properties = {"a": 1, "b": {"c": 1, "d": [1, {"e": 1}]}}
    old: Properties = {"a": 0, "b": {"c": 0, "d": [0, {"e": 0}]}, "gone": 0}

    assert ignoring(new, old, [path]) == expected
    assert new == {"a": 1, "b": {"c": 1, "d": [1, {"e": 1}]}}


def test_a_new_property_that_is_ignored_stays_out() -> None:
    assert ignoring({"a": 1, "b": 2}, {"a": 1}, ["b"]) == {"a": 1}
    new: Properties = {"metadata": {"annotations": {"a.b/c": "1", "d": "2"}}}
    assert ignoring(new, {"metadata": {"annotations": {}}}, ['metadata.annotations["a.b/c"]']) == {
        "metadata": {"annotations": {"d": "2"}}
    }


def test_a_secret_that_is_ignored_stays_secret() -> None:
    assert ignoring({"a": Secret({"b": 1, "c": 1})}, {"a": Secret({"b": 0})}, ["a.b"]) == {
        "a": Secret({"b": 0, "c": 1})
    }
    # one that was read from an export is hidden: nothing below it can be put back
    assert ignoring({"a": Secret({"b": 1})}, {"a": Secret(None)}, ["a.b"]) == {"a": Secret({"b": 1})}
    assert ignoring({"a": Secret(1)}, {"a": Secret(None)}, ["a"]) == {"a": Secret(None)}


plain = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=10,
)


@given(plain, plain)
def test_sameness_is_equality_of_plain_values(a: Value, b: Value) -> None:
    def typed(value: Value) -> object:
        if isinstance(value, dict):
            return {key: typed(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [typed(inner) for inner in value]
        return (type(value), value)

    assert same(a, a)
    assert same(a, b) is (typed(a) == typed(b))
