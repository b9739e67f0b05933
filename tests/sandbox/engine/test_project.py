from __future__ import annotations

import json
from pathlib import Path

import pytest

from sandbox.engine.errors import SettingsRefused
from sandbox.engine.project import Config, Project, config_text


def write(folder: Path, project: str, **stacks: str) -> Project:
    (folder / "Pulumi.yaml").write_text(project)
    for name, text in stacks.items():
        (folder / f"Pulumi.{name}.yaml").write_text(text)
    return Project.load(folder)


def test_an_unknown_stack_names_the_files_there_are(tmp_path: Path) -> None:
    project = write(tmp_path, "name: x\nruntime: python\n", dev="", production="")
    (tmp_path / "Pulumi.folder.yaml").mkdir()

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
