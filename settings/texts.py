"""Texts that no system takes: control characters and halves of characters, which come in by a slip of the keyboard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from unicodedata import category

from components.model import Problem

_NONE: Final = frozenset({"Cc", "Cs"})
"""Unicode's categories of control characters and surrogates."""
_LAYOUT: Final = frozenset("\n\t")


def illegible(raw: object, path: tuple[str | int, ...] = ()) -> Iterator[Problem]:
    """Every text below ``raw`` with a character that is none. Line ends and tabs are: texts of several lines may be."""
    if isinstance(raw, Mapping):
        for key, value in raw.items():
            yield from illegible(value, (*path, key))
    elif isinstance(raw, list):
        for index, value in enumerate(raw):
            yield from illegible(value, (*path, index))
    elif isinstance(raw, str):
        found = next((char for char in raw if not _legible(char)), None)
        if found is not None:
            yield Problem(path, raw, f"a text without the control character U+{ord(found):04X}")


def legible(raw: object) -> object:
    """``raw`` without such characters, so that the rest of it can be read."""
    if isinstance(raw, Mapping):
        return {legible(key): legible(value) for key, value in raw.items()}
    if isinstance(raw, list):
        return [legible(value) for value in raw]
    if isinstance(raw, str) and not raw.isprintable():
        return "".join(char for char in raw if _legible(char))
    return raw


def _legible(char: str) -> bool:
    return char in _LAYOUT or category(char) not in _NONE
