from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from sandbox.schema import SCHEMA, text
from tests.sandbox.projects import HERE, Project

STACK_FILES = sorted(HERE.glob("Pulumi.*.yaml"))

SETTINGS = """
    from pydantic import BaseModel, ConfigDict

    class Size(BaseModel):
        model_config = ConfigDict(extra="forbid")
        rooms: int

    class StackSettings(BaseModel):
        house: Size
        garden: Size | None = None
"""


def test_the_committed_schema_is_current() -> None:
    assert (HERE / SCHEMA).read_text() == text(HERE), "run `make schema`"


@pytest.mark.parametrize("path", STACK_FILES, ids=lambda path: path.name)
def test_the_stack_files_name_the_schema_and_fit_it(path: Path) -> None:
    assert path.read_text().splitlines()[0] == f"# yaml-language-server: $schema={SCHEMA.as_posix()}"
    validator = Draft202012Validator(json.loads(text(HERE)))
    found = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(yaml.safe_load(path.read_text()))]
    assert found == []


@pytest.fixture
def house(project: Project) -> Project:
    (project.root / "settings.py").write_text("\n".join(line[4:] for line in SETTINGS.splitlines()))
    return project


def test_schema_writes_a_files_keys_with_their_namespace(house: Project) -> None:
    result = house.call("schema")
    assert result.code == 0, result.err
    schema = json.loads((house.root / SCHEMA).read_text())
    validator = Draft202012Validator(schema)
    good = {"config": {"demo:house": {"rooms": 3}, "aws:region": "us-east-1"}, "encryptionsalt": "x"}
    assert validator.is_valid(good)
    wrongs: list[dict[str, object]] = [
        {"config": {}},
        {"config": {"demo:house": {"rooms": "many"}}},
        {"config": {"demo:house": {"rooms": 3, "doors": 1}}},
        {"config": {"demo:house": {"rooms": 3}, "demo:shed": {}}},
        {"config": {"demo:house": {"rooms": 3}, "shed": 1}},
        {"config": {"demo:house": {"rooms": 3}}, "shed": 1},
        {},
    ]
    for wrong in wrongs:
        assert not validator.is_valid(wrong), wrong
    first = (house.root / SCHEMA).read_bytes()
    assert "is current" in house.call("schema").out
    assert (house.root / SCHEMA).read_bytes() == first


def test_a_program_without_settings_is_told(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "settings", None)
    with pytest.raises(LookupError, match="no settings module"):
        text(project.root)
