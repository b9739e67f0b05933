from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.engine.errors import SettingsRefused
from sandbox.engine.strict_yaml import load_yaml


def test_a_key_given_twice_is_refused_with_file_key_and_line(tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.dev.yaml"
    path.write_text("config:\n  a:b:\n    cidr: 10.0.0.0/16\n    zones: 2\n    cidr: 10.1.0.0/16\n")

    with pytest.raises(SettingsRefused, match=r"Pulumi\.dev\.yaml: line 5: key 'cidr' stands here a second time"):
        load_yaml(path)


@pytest.mark.parametrize("key", ["1", "1.5", "true", "~"])
def test_a_key_that_is_no_text_is_refused_with_its_line(tmp_path: Path, key: str) -> None:
    path = tmp_path / "Pulumi.dev.yaml"
    path.write_text(f"config:\n  a:b:\n    name: one\n    {key}: two\n")

    with pytest.raises(SettingsRefused, match=rf"Pulumi\.dev\.yaml: line 4: key {key} is no text"):
        load_yaml(path)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.dev.yaml"
    path.write_bytes("config: {a:b: Äpfel}\n".encode("latin-1"))

    with pytest.raises(SettingsRefused, match=r"Pulumi\.dev\.yaml: byte 15 is not UTF-8"):
        load_yaml(path)


def test_the_same_key_in_two_mappings_is_no_duplicate(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: {name: one}\nb: {name: two}\n")

    assert load_yaml(path) == {"a": {"name": "one"}, "b": {"name": "two"}}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("03:30", "03:30"),
        ("yes", "yes"),
        ("off", "off"),
        ("2026-01-31", "2026-01-31"),
        ("0o17", 15),
        ("012", 12),
        ("1_000", "1_000"),
        ("true", True),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("~", None),
        ("'111122223333'", "111122223333"),
    ],
)
def test_scalars_are_read_as_pulumi_reads_them(tmp_path: Path, text: str, value: object) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(f"a: {text}\n")

    found = load_yaml(path)["a"]
    assert found == value
    assert type(found) is type(value)


def test_anchors_and_merge_keys_still_work(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("base: &base {a: 1, b: 2}\nown:\n  <<: *base\n  b: 3\n")

    assert load_yaml(path)["own"] == {"a": 1, "b": 3}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1\n", r"x\.yaml: line 2: "),
        ("- 1\n", r"x\.yaml: a mapping is wanted"),
        ("a: !!python/none x\n", r"x\.yaml: line 1"),
    ],
)
def test_what_is_no_mapping_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text)

    with pytest.raises(SettingsRefused, match=message):
        load_yaml(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: " + "[" * 100_000 + "]" * 100_000, "line 1: more than 100 values within each other"),
        ("a: &a [*a]", r"line 1: \*a stands inside what it stands for"),
        ("a:\n  b: &b {c: *b}", r"line 2: \*b stands inside what it stands for"),
        ("a: !!timestamp 2026-01-31", "line 1: the tag !!timestamp is not allowed; write the plain value"),
        ("a: !!int many", "line 1: the tag !!int is not allowed"),
        ("a: !!bool perhaps", "line 1: the tag !!bool is not allowed"),
        ("a: !!binary aGVsbG8=", "line 1: the tag !!binary is not allowed"),
        ("a: !!set {b, c}", "line 1: the tag !!set is not allowed"),
        ("a: !!str {b: c}", "line 1: expected a scalar node, but found mapping"),
        ("a: !own b", "line 1: the tag !own is not allowed"),
        ("a: !!map [b]", "line 1: the tag !!map is not allowed"),
        ("a: 1" + "0" * 5_000, r"line 1: 1000000000000000000\.\.\. has more digits than a number; put it in quotes"),
        ("a: 0x" + "f" * 5_000, "line 1: .* has more digits than a number"),
        ("a:\n\tb: 1", "line 2: a tab where YAML wants blanks"),
        ("a: 1\n---\nb: 2", "line 2: expected a single document in the stream: but found another document"),
        ("a: [1\nb: 2", "line 2: while parsing a flow sequence: did not find expected"),
    ],
)
def test_what_would_break_or_mislead_a_reader_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text)

    with pytest.raises(SettingsRefused, match=rf"^x\.yaml: {message}"):
        load_yaml(path)


def test_aliases_of_aliases_do_not_grow_without_end(tmp_path: Path) -> None:
    rows = ["v0: &v0 [1, 2, 3, 4, 5, 6, 7, 8, 9]"]
    rows += [f"v{n}: &v{n} [{', '.join([f'*v{n - 1}'] * 9)}]" for n in range(1, 9)]
    path = tmp_path / "x.yaml"
    path.write_text("\n".join(rows))

    with pytest.raises(SettingsRefused, match=r"line 6: \*v4: aliases stand for more than 100,000 values"):
        load_yaml(path)


def test_a_text_may_be_tagged_as_one(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: !!str 12\nc: 9223372036854775807\n")

    assert load_yaml(path) == {"a": "12", "c": 2**63 - 1}
