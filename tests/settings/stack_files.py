"""The committed stack files as settings, changed by a test, and what is refused of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from settings import StackSettings

ROOT = Path(__file__).parents[2]
STACKS = ("dev", "staging", "production", "production-dr")
Raw = dict[str, Any]


def raw_settings(stack: str) -> Raw:
    config: Mapping[str, Any] = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]
    return {key.removeprefix("platform:"): value for key, value in config.items()}


def refusals(raw: Raw) -> list[tuple[str, str, str]]:
    """(key, value, allowed) of every error of a run."""
    with pytest.raises(pulumi.RunError) as caught:
        StackSettings.parse(raw, project="platform", file="Pulumi.dev.yaml")
    first, *lines = str(caught.value).split("\n")
    assert first.startswith("Pulumi.dev.yaml: ")
    pairs = list(zip(lines[::2], lines[1::2], strict=True))
    assert first.endswith(f"{len(pairs)} wrong key" + ("s" if len(pairs) > 1 else ""))
    found = []
    for where, what in pairs:
        key, value = where.strip().split(" = ", 1)
        assert what.startswith("    allowed: ")
        found.append((key.removeprefix("platform:"), value, what.removeprefix("    allowed: ")))
    return found


def put(*path: str | int, value: object) -> Callable[[Raw], None]:
    """A mistake: ``value`` at ``path``."""

    def mistake(raw: Raw) -> None:
        here: Any = raw
        for part in path[:-1]:
            here = here[part]
        here[path[-1]] = value

    return mistake


def drop(*path: str | int) -> Callable[[Raw], None]:
    """A mistake: the key at ``path`` left out."""

    def mistake(raw: Raw) -> None:
        here: Any = raw
        for part in path[:-1]:
            here = here[part]
        del here[path[-1]]

    return mistake
