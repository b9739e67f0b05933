"""YAML as Pulumi's own reader has it, and a little stricter: what readers settle in silence is refused with its line.

Refused are a key given twice, a key that is no text, a value of a type that only a tag can name, and files made to
hurt whoever reads them: nested without end, or grown without end by aliases.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from sandbox.engine.errors import SettingsRefused

_DEEPEST: Final = 100
"""Collections within each other: a reader that calls itself for each of them ends with its stack."""
_MOST_ALIASED: Final = 100_000
"""Values that aliases may stand for in all: each alias of an alias multiplies them."""
_DIGITS: Final = 19
"""What every integer of 64 bits has at most."""
_TEXT: Final = "tag:yaml.org,2002:str"
"""The one tag that may be written: the others make what plain YAML doesn't."""

_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_Loader):  # type: ignore[misc,valid-type]  # the class is chosen at run time
    """YAML 1.2's core scalars as Pulumi's own reader has them, and no key twice.

    Without this ``03:30`` would be the number 210, ``yes`` a boolean and ``2026-01-31`` a date.
    """

    file_name = ""
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if key.tag != "tag:yaml.org,2002:str":
                    raise _refused(self.file_name, key, f"key {key.value} is no text; put it in quotes")
                if key.value in seen:
                    text = f"key {key.value!r} stands here a second time; keep one of the two"
                    raise _refused(self.file_name, key, text)
                seen.add(key.value)
        found: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return found


for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", "-+0123456789"),
    (
        "float",
        r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$",
        "-+0123456789.",
    ),
    ("merge", r"^(?:<<)$", "<"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
):
    _StrictLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def _construct_int(loader: _StrictLoader, node: yaml.ScalarNode) -> int:
    text = str(loader.construct_scalar(node))
    if len(text.lstrip("+-0ox")) > _DIGITS:
        raise _refused(loader.file_name, node, f"{text[:_DIGITS]}... has more digits than a number; put it in quotes")
    return int(text, 10) if text.lstrip("+-").isdigit() else int(text, 0)


_StrictLoader.add_constructor("tag:yaml.org,2002:int", _construct_int)


def load_yaml(path: Path) -> dict[str, Any]:
    """The mapping in the file at ``path``. ``SettingsRefused`` with file and line if it isn't one."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as problem:
        raise SettingsRefused(f"{path.name}: can't be read: {problem.strerror or problem}") from None
    except UnicodeDecodeError as problem:
        raise SettingsRefused(f"{path.name}: byte {problem.start + 1} is not UTF-8") from None
    loader = _StrictLoader(text)
    loader.file_name = path.name
    try:
        _Harm(path.name).refuse(text)
        found = loader.get_single_data()
    except yaml.YAMLError as problem:
        raise SettingsRefused(_yaml_problem(path, text, problem)) from None
    finally:
        loader.dispose()
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise SettingsRefused(f"{path.name}: a mapping is wanted at the top, not {type(found).__name__}")
    return found


@dataclass
class _Value:
    """A value whose end isn't reached yet: its anchor, and how many values it is with every alias in it followed."""

    anchor: str | None
    size: int = 1


class _Harm:
    """Refuses, before anything is built, what would take all stack, all memory or all time to build."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._open: list[_Value] = []
        self._sizes: dict[str, int] = {}
        self._aliased = 0

    def refuse(self, text: str) -> None:
        """Look through ``text``; a ``YAMLError`` if it is no YAML."""
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent):
                self._alias(event)
            elif isinstance(event, yaml.ScalarEvent):
                self._tag(event)
                self._end(_Value(event.anchor))
            elif isinstance(event, yaml.CollectionStartEvent):
                self._tag(event)
                self._open.append(_Value(event.anchor))
                if len(self._open) > _DEEPEST:
                    raise _refused(self._file, event, f"more than {_DEEPEST} values within each other")
            elif isinstance(event, yaml.CollectionEndEvent):
                self._end(self._open.pop())

    def _alias(self, event: yaml.AliasEvent) -> None:
        name = event.anchor or ""
        if any(value.anchor == name for value in self._open):
            raise _refused(self._file, event, f"*{name} stands inside what it stands for")
        size = self._sizes.get(name, 1)
        self._aliased += size
        if self._aliased > _MOST_ALIASED:
            raise _refused(self._file, event, f"*{name}: aliases stand for more than {_MOST_ALIASED:,} values")
        self._end(_Value(None, size))

    def _tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.tag is not None and event.tag != _TEXT:
            shown = event.tag.replace("tag:yaml.org,2002:", "!!")
            raise _refused(self._file, event, f"the tag {shown} is not allowed; write the plain value")

    def _end(self, value: _Value) -> None:
        if value.anchor is not None:
            self._sizes[value.anchor] = value.size
        if self._open:
            self._open[-1].size += value.size


def _refused(file: str, at: yaml.Node | yaml.Event, text: str) -> SettingsRefused:
    assert at.start_mark is not None  # noqa: S101 - only what somebody makes by hand has none
    return SettingsRefused(f"{file}: line {at.start_mark.line + 1}: {text}")


def _yaml_problem(path: Path, text: str, problem: yaml.YAMLError) -> str:
    mark = getattr(problem, "problem_mark", None)
    what = getattr(problem, "problem", None) or str(problem)
    context = getattr(problem, "context", None)
    if mark is None:
        return f"{path.name}: {what}"
    lines = text.splitlines()
    line = lines[mark.line] if mark.line < len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        what, context = "a tab where YAML wants blanks", None
    return f"{path.name}: line {mark.line + 1}: {f'{context}: ' if context else ''}{what}"
