"""Opt-outs: what a stack other than production's chose not to have, and by which setting of its file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

FILE: Final = Path(__file__).with_name("opt-outs.yaml")

Sentence = Annotated[str, StringConstraints(min_length=10, strip_whitespace=True)]
SettingPath = Annotated[str, StringConstraints(pattern=r"^[a-z]+:[a-z]+(\.[A-Za-z0-9_-]+)+$")]
"""``platform:data.database.readers``: namespace, section, and the keys inside."""


class OptOut(BaseModel):
    """One setting, the value that would keep its controls, and which those are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stacks: Annotated[list[str], Field(min_length=1)]
    setting: SettingPath
    """What the stack's file says otherwise than production's."""
    safe: object
    """The value that keeps the controls."""
    also: dict[SettingPath, object] = {}
    """What must be said with it for the settings to be right; ``null`` is the default, the key left out."""
    controls: Annotated[list[str], Field(min_length=1)]
    why: Sentence


def read(file: Path = FILE) -> tuple[OptOut, ...]:
    """The opt-outs that ``file`` lists. ``pydantic.ValidationError`` where it isn't as it should be."""
    return tuple(TypeAdapter(list[OptOut]).validate_python(yaml.safe_load(file.read_text(encoding="utf-8"))))


def value_at(config: Mapping[str, object], setting: str) -> object:
    """What a stack file's ``config`` says at a setting's path; ``None`` where it leaves it to the default."""
    key, *inner = setting.split(".")
    found: object = config.get(key)
    for part in inner:
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


OPT_OUTS: Final = read()

__all__ = ["OPT_OUTS", "OptOut", "read", "value_at"]
