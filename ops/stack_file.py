"""A stack's settings as the tools read them: by the program's own classes, so that they mean the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import yaml

from components.naming import Names
from settings import StackSettings
from settings.sections import split

ROOT: Final = Path(__file__).parents[1]
_PROJECT: Final = "platform"


class _Reader(yaml.SafeLoader):
    """Plain values as Pulumi's reader has them (YAML 1.2): PyYAML's own takes ``off`` for false, ``03:30`` for 210."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+0123456789."),
    ("merge", r"<<", "<"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    _Reader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), list(_first))


def _number(loader: _Reader, node: yaml.ScalarNode) -> int:
    return int(str(loader.construct_scalar(node)), 10)


_Reader.add_constructor("tag:yaml.org,2002:int", _number)


def config_of(stack: str, root: Path = ROOT) -> dict[str, Any]:
    """The configuration in the file of ``stack``. ``FileNotFoundError`` without one, ``ValueError`` if it is none."""
    file = root / f"Pulumi.{stack}.yaml"
    try:
        found = yaml.load(file.read_text(encoding="utf-8"), _Reader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as problem:
        raise ValueError(f"{file.name}: {problem}") from None
    config = found.get("config") if isinstance(found, dict) else None
    if not isinstance(config, dict):
        raise ValueError(f"{file.name}: a mapping is wanted below config")  # noqa: TRY004 - of the file, not of an argument
    return config


def settings_of(stack: str, root: Path = ROOT) -> StackSettings:
    """The settings of ``stack``. ``FileNotFoundError`` without a file, ``pulumi.RunError`` for a wrong one."""
    raw, others = split(config_of(stack, root), _PROJECT)
    return StackSettings.parse(raw, project=_PROJECT, file=f"Pulumi.{stack}.yaml", others=others)


def names_of(settings: StackSettings) -> Names:
    """The stack's names."""
    identity = settings.stack
    return Names(identity.platform, identity.env, identity.account_id, identity.region)
