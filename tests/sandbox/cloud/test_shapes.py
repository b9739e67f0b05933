from __future__ import annotations

import pytest

from sandbox.cloud import shapes
from sandbox.cloud.shapes import (
    ANYTHING,
    BOOLEAN,
    INTEGER,
    NUMBER,
    STRING,
    AnyOf,
    Entries,
    Items,
    Marked,
    Object,
    OneOf,
)
from sandbox.model import UNKNOWN, Secret, Value

POINT = Object("Point", lambda: ({"x": INTEGER, "y": INTEGER, "label": STRING}, frozenset({"x", "y"})))


@pytest.mark.parametrize(
    ("shape", "good", "bad"),
    [
        (STRING, ["", "a"], [1, True, [], {}]),
        (BOOLEAN, [True, False], [0, 1, "true"]),
        (INTEGER, [0, -1], [True, 1.5, "1"]),
        (NUMBER, [0, 1.5], [True, "1"]),
        (OneOf(["a", 1]), ["a", 1], ["b", [], {}]),
        (Items(STRING), [[], ["a", "b"]], ["a", {"0": "a"}, ["a", 1]]),
        (Entries(INTEGER), [{}, {"a": 1}], [[], {"a": "1"}]),
        (POINT, [{"x": 1, "y": 2}, {"x": 1, "y": 2, "label": "l"}], [{}, {"x": 1}, {"x": 1, "y": 2, "z": 3}, "p", []]),
        (AnyOf([STRING, Items(INTEGER)]), ["a", [1]], [1, ["a"], {}]),
        (Marked("an asset", shapes.ASSET), [{shapes.SIGNATURE: shapes.ASSET, "text": ""}], ["a", {"text": ""}]),
        (ANYTHING, ["a", 1, [], {}], []),
    ],
)
def test_what_fits(shape: shapes.Shape, good: list[Value], bad: list[Value]) -> None:
    for value in good:
        assert shape.fits(value), value
        assert not list(shape.problems(value, "key")), value
    for value in bad:
        assert not shape.fits(value), value
        assert list(shape.problems(value, "key")), value
    # nothing to judge yet, and what is in a secret is judged
    assert shape.fits(UNKNOWN)
    assert shape.fits(None)
    assert all(shape.fits(Secret(value)) for value in good)
    assert not any(shape.fits(Secret(value)) for value in bad)


def test_every_wrong_place_is_named() -> None:
    shape = Object("Line", lambda: ({"points": Items(POINT), "style": Entries(STRING)}, frozenset({"points"})))

    found = list(shape.problems({"points": [{"x": 1, "y": "2"}, {"x": 1, "yy": 2}], "style": {"a": 1}}, ""))

    assert found == [
        "points[0].y: a whole number is wanted, found '2'",
        "points[1].yy: unknown property; did you mean y? Point takes label, x, y",
        "points[1].y: missing, and required by Point: a whole number is wanted",
        "style.a: a string is wanted, found 1",
    ]


def test_a_secret_is_never_shown() -> None:
    assert list(INTEGER.problems(Secret("hidden"), "key")) == [
        "key: a whole number is wanted, found a secret of another type"
    ]
    assert list(POINT.problems(Secret({"x": "hidden", "y": 1}), "key")) == [
        "key.x: a whole number is wanted, found a secret of another type"
    ]
    assert "hidden" not in str(list(AnyOf([INTEGER, POINT]).problems(Secret({"x": ["hidden"], "y": 1}), "key")))
    assert "hidden" not in str(list(AnyOf([INTEGER, BOOLEAN]).problems(Secret("hidden"), "key")))


def test_a_union_says_what_is_wrong_with_the_member_that_is_meant() -> None:
    shape = AnyOf([STRING, POINT])

    assert list(shape.problems({"x": 1, "y": "2"}, "key")) == ["key.y: a whole number is wanted, found '2'"]
    assert list(shape.problems(5, "key")) == ["key: a string or an object is wanted, found 5"]


def test_fields_are_asked_for_once_and_late() -> None:
    asked = []

    def fields() -> tuple[dict[str, shapes.Shape], frozenset[str]]:
        asked.append(1)
        return {"a": STRING}, frozenset()

    shape = Object("Late", fields)
    assert not asked
    shape.fits({"a": "b"})
    shape.fits({"a": 1})
    assert asked == [1]


def test_long_values_are_cut() -> None:
    (problem,) = INTEGER.problems("x" * 500, "key")

    assert len(problem) < 120
