from __future__ import annotations

import json
from pathlib import Path

import pytest

from sandbox.engine.errors import SettingsRefused
from sandbox.engine.project import Config, Project, config_text, load_yaml


def write(folder: Path, project: str, **stacks: str) -> Project:
    (folder / "Pulumi.yaml").write_text(project)
    for name, text in stacks.items():
        (folder / f"Pulumi.{name}.yaml").write_text(text)
    return Project.load(folder)


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


def test_an_unknown_stack_names_the_files_there_are(tmp_path: Path) -> None:
    project = write(tmp_path, "name: x\nruntime: python\n", dev="", production="")

    assert project.stacks() == ["dev", "production"]
    with pytest.raises(SettingsRefused) as refused:
        project.stack_file("prod")
    assert "unknown stack 'prod'" in str(refused.value)
    assert "Pulumi.dev.yaml, Pulumi.production.yaml" in str(refused.value)


def test_no_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused, match=r"no Pulumi\.yaml"):
        Project.load(tmp_path)


@pytest.mark.parametrize(
    ("project", "message"),
    [
        ("name: x\nruntime: python\nconfg: {}\n", "confg: unknown key; allowed are .*config"),
        ("runtime: python\n", "name: a project needs a name"),
        ("name: x\nconfig: []\n", "config: a mapping is wanted"),
        ("name: x\nconfig:\n  a: {type: number}\n", "a: type 'number' is none of string, integer"),
        ("name: x\nconfig:\n  a: {value: 1, default: 2}\n", "a: value and default exclude each other"),
    ],
)
def test_a_wrong_project_file_is_refused(tmp_path: Path, project: str, message: str) -> None:
    with pytest.raises(SettingsRefused, match=message):
        write(tmp_path, project)


def test_config_has_the_projects_values_under_the_stacks(tmp_path: Path) -> None:
    project = write(
        tmp_path,
        "name: x\nruntime: python\nconfig:\n"
        "  pulumi:disable-default-providers: {value: [aws]}\n"
        "  size: {type: integer, default: 3}\n"
        "  x:net: {type: object}\n"
        "  x:later: {type: object}\n",
        dev="config:\n  x:net: {cidr: 10.0.0.0/16, zones: [a, b], on: true}\n  aws:region: us-east-1\n  x:size: 5\n",
    )

    config = Config.load(project, "dev")

    assert json.loads(config.values["x:net"]) == {"cidr": "10.0.0.0/16", "zones": ["a", "b"], "on": True}
    assert config.values["aws:region"] == "us-east-1"
    assert config.values["x:size"] == "5"
    assert config.values["pulumi:disable-default-providers"] == '["aws"]'
    assert config.missing == ("x:later",)
    assert not config.secrets


def test_encrypted_values_are_placeholders_and_secret(tmp_path: Path) -> None:
    project = write(
        tmp_path,
        "name: x\nruntime: python\n",
        dev="config:\n  x:a: {secure: AAABBB}\n  x:b: {inner: [{secure: CCC}, plain]}\n  x:c: plain\n",
    )

    config = Config.load(project, "dev")

    assert config.values == {"x:a": "[secret]", "x:b": '{"inner":["[secret]","plain"]}', "x:c": "plain"}
    assert config.secrets == {"x:a", "x:b"}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("config:\n  net: {}\n", "net: a configuration key is written <namespace>:<name>"),
        ("config:\n  x:net: 5\n", "x:net: a mapping is wanted, found 5"),
        ("confg: {}\n", "confg: unknown key; allowed are config"),
    ],
)
def test_a_wrong_stack_file_is_refused(tmp_path: Path, settings: str, message: str) -> None:
    project = write(tmp_path, "name: x\nruntime: python\nconfig:\n  x:net: {type: object}\n", dev=settings)

    with pytest.raises(SettingsRefused, match=message):
        Config.load(project, "dev")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        (True, "true"),
        (False, "false"),
        (3, "3"),
        (1.5, "1.5"),
        ([1, "a"], '[1,"a"]'),
        ({"b": None}, '{"b":null}'),
        ({"b": [{"d": 1, "c": 2}], "a": 3}, '{"a":3,"b":[{"c":2,"d":1}]}'),
    ],
)
def test_values_reach_the_program_as_the_engine_writes_them(value: object, text: str) -> None:
    assert config_text(value) == text
