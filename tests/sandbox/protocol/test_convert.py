from __future__ import annotations

from typing import cast

import pytest
from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime import rpc

from sandbox.model import UNKNOWN, Properties, Secret, Unknown, Value
from sandbox.protocol import convert

leaves = st.one_of(st.booleans(), st.integers(-(2**40), 2**40), st.floats(allow_nan=False, width=32), st.text())
values = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)),
    max_leaves=20,
)
properties = st.dictionaries(st.text(), values, max_size=5)


@given(properties)
def test_there_and_back(given: Properties) -> None:
    assert convert.to_python(convert.to_struct(given)) == given


@given(properties)
def test_the_same_as_the_sdks_own_converter(given: Properties) -> None:
    assert rpc.deserialize_properties(convert.to_struct(given)) == given


def test_whole_numbers_come_back_whole() -> None:
    struct = Struct()
    struct["port"] = 443.0
    struct["ratio"] = 0.5

    found = convert.to_python(struct)

    assert found == {"port": 443, "ratio": 0.5}
    assert isinstance(found["port"], int)


def test_secrets_and_unknowns_survive() -> None:
    given: Properties = {"a": Secret({"b": ["c", UNKNOWN]}), "d": UNKNOWN, "e": [Secret("f")]}

    found = convert.to_python(convert.to_struct(given))

    assert found == given
    wire = convert.to_struct(given).fields["a"].struct_value.fields
    assert wire[convert.SIGNATURE].string_value == convert.SECRET


def test_nothing_at_the_top_is_left_out_and_inside_it_stays() -> None:
    struct = Struct()
    struct["a"] = None
    struct["b"] = {"c": None}

    assert convert.to_python(struct) == {"b": {"c": None}}


@pytest.mark.parametrize(
    ("output", "value"),
    [
        ({"value": "x"}, "x"),
        ({"value": "x", "secret": True}, Secret("x")),
        ({}, UNKNOWN),
        ({"secret": True}, Secret(UNKNOWN)),
    ],
)
def test_output_values_are_what_they_hold(output: dict[str, Value], value: Value) -> None:
    struct = convert.to_struct({"a": {convert.SIGNATURE: convert.OUTPUT, "dependencies": ["urn"], **output}})

    assert convert.to_python(struct)["a"] == value


def test_references_stay_as_they_are() -> None:
    reference = convert.reference("urn", "id", "1.0.0")

    found = convert.to_python(convert.to_struct({"a": reference}))["a"]

    assert found == reference
    assert "id" not in convert.reference("urn", None)


def test_a_reference_without_a_package_version_gets_an_empty_one() -> None:
    properties: Properties = {"a": {convert.SIGNATURE: convert.REFERENCE, "urn": "urn", "id": "id"}}

    found = convert.to_python(convert.to_struct(properties))["a"]

    assert found == {**properties["a"], "packageVersion": ""}  # type: ignore[dict-item]  # a mapping, see above
    assert found == convert.reference("urn", "id")


def test_what_is_within() -> None:
    value = cast("Value", {"a": [Secret({"b": UNKNOWN})]})

    assert convert.contains(value, Secret)
    assert convert.contains(value, Unknown)
    assert not convert.contains({"a": ["b"]}, Secret)
