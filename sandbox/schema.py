"""The JSON schema of a stack file, made from the settings classes; editors check the stack files against it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sandbox.engine.project import STACK_FILE_KEYS, Project
from sandbox.program_settings import settings_module

SCHEMA: Final = Path("schemas") / "stack.schema.json"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def text(root: Path) -> str:
    """The schema of the program in ``root``, as it stands in the file. ``LookupError`` if it declares no settings."""
    project = Project.load(root)
    found = _settings(root)
    keys = found.pop("properties")
    assert isinstance(keys, dict)  # noqa: S101 - what pydantic gives for a model
    required = found.pop("required", [])
    assert isinstance(required, list)  # noqa: S101 - the same
    schema = {
        "$schema": DIALECT,
        "title": f"A stack file of {project.name}",
        "type": "object",
        "additionalProperties": False,
        "required": ["config"],
        "properties": {
            **{key: {} for key in STACK_FILE_KEYS if key != "config"},
            "config": {
                "type": "object",
                "additionalProperties": False,
                "required": [f"{project.name}:{key}" for key in required],
                "properties": {f"{project.name}:{key}": schema for key, schema in keys.items()},
                # What stands under keys of other namespaces, such as pulumi:tags, is not ours to check.
                "patternProperties": {_others(root, project.name): {}},
            },
        },
        "$defs": found.get("$defs", {}),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _others(root: Path, project: str) -> str:
    """Keys of other namespaces: of those that the settings module says are read, else of any."""
    read: Sequence[str] = getattr(settings_module(root), "NAMESPACES", ())
    return f"^({'|'.join(read)}):[^:]+$" if read else f"^(?!{project}:)[^:]+:[^:]+$"


def _settings(root: Path) -> dict[str, object]:
    """``StackSettings`` of the program's settings module."""
    schema: dict[str, object] = settings_module(root).StackSettings.model_json_schema()
    return schema


def write(root: Path) -> tuple[Path, bool]:
    """Write the schema below ``root``; where, and whether it changed."""
    path = root / SCHEMA
    new = text(root)
    if path.is_file() and path.read_text(encoding="utf-8") == new:
        return path, False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(new, encoding="utf-8")
    return path, True
