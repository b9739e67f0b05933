"""A stack's settings as the tools read them: by the program's own classes, so that they mean the same."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import yaml

from components.naming import Names
from settings import StackSettings
from settings.sections import split

ROOT: Final = Path(__file__).parents[1]
_PROJECT: Final = "platform"


def settings_of(stack: str, root: Path = ROOT) -> StackSettings:
    """The settings of ``stack``. ``FileNotFoundError`` without a file, ``pulumi.RunError`` for a wrong one."""
    file = root / f"Pulumi.{stack}.yaml"
    config: dict[str, object] = yaml.safe_load(file.read_text(encoding="utf-8"))["config"]
    raw, others = split(config, _PROJECT)
    return StackSettings.parse(raw, project=_PROJECT, file=file.name, others=others)


def names_of(settings: StackSettings) -> Names:
    """The stack's names."""
    identity = settings.stack
    return Names(identity.platform, identity.env, identity.account_id, identity.region)
