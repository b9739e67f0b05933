"""Values as they may be shown: secrets hidden, what isn't known said to be so."""

from __future__ import annotations

import json
from typing import Final, TypeAlias

from sandbox.model import Secret, Unknown, Value

SECRET: Final = "[secret]"  # noqa: S105 - what is shown instead of one
UNKNOWN: Final = "[unknown]"

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"


def plain(value: Value) -> Plain:
    """``value`` as JSON data, with ``[secret]`` and ``[unknown]`` in place of what can't be shown."""
    if isinstance(value, Secret):
        return SECRET
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


def ordered(value: Plain) -> Plain:
    """``value`` with the keys of its objects in order: a program's own order differs from run to run."""
    if isinstance(value, dict):
        return {key: ordered(value[key]) for key in sorted(value)}
    return [ordered(inner) for inner in value] if isinstance(value, list) else value


def short(value: Value, width: int = 64) -> str:
    """``value`` on one line of at most ``width`` characters."""
    shown = plain(value)
    text = json.dumps(shown, ensure_ascii=False) if not _mark(shown) else str(shown)
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 1] + "…"


def _mark(shown: Plain) -> bool:
    return shown in (SECRET, UNKNOWN)
