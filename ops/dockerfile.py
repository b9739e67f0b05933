"""On what a Dockerfile's result stands: the image that its last stage comes from, through stages and arguments."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Final

_CONTINUED: Final = re.compile(r"\\[ \t]*\n")
_HERE: Final = re.compile(r"<<-?[\"']?(\w+)[\"']?", re.ASCII)
"""Opens a text that stands in the file up to a line with that word."""
_VARIABLE: Final = re.compile(r"\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))", re.ASCII)


class NoBaseError(ValueError):
    """The file names no image that its result would stand on."""


def last_base(text: str) -> str:
    """The reference that the last stage's ``FROM`` comes down to. ``NoBaseError`` where there is none to be known.

    Arguments count with their defaults: who builds gives none.
    """
    arguments: dict[str, str] = {}
    stages: list[str] = []
    names: dict[str, str] = {}
    for instruction, rest in _instructions(text):
        if instruction == "ARG" and not stages:
            name, _, default = rest.partition("=")
            arguments[name] = "".join(shlex.split(default))
        elif instruction == "FROM":
            words = [word for word in rest.split() if not word.startswith("--")]
            if not words:
                raise NoBaseError("FROM without an image")
            reference = _filled(words[0], arguments)
            base = names.get(reference.lower(), reference)
            stages.append(base)
            if len(words) > 2 and words[1].upper() == "AS":  # noqa: PLR2004 - FROM image AS name
                names[words[2].lower()] = base
    if not stages:
        raise NoBaseError("no FROM")
    return stages[-1]


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    lines = [line for line in text.replace("\r\n", "\n").split("\n") if not line.lstrip().startswith("#")]
    inside: list[str] = []
    for line in _CONTINUED.sub(" ", "\n".join(lines)).split("\n"):
        word, _, rest = line.strip().partition(" ")
        if inside:
            inside = inside[1:] if line.strip() == inside[0] else inside
        elif word:
            inside = _HERE.findall(rest) if word.upper() in {"RUN", "COPY", "ADD"} else []
            yield word.upper(), rest.strip()


def _filled(reference: str, arguments: dict[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        name = found[1] or found[3]
        told = arguments.get(name) or found[2]
        if not told:
            raise NoBaseError(f"FROM {reference}: {name} has no default")
        return told

    return _VARIABLE.sub(value, reference)
