"""Properties compared: paths into them, whether two are the same, and old values put back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final, TypeAlias, cast

from sandbox.model import Properties, Secret, Unknown, Value
from sandbox.protocol.convert import contains

Path: TypeAlias = "tuple[str | int, ...]"
_PART: Final = re.compile(r'\.?(?:\["((?:[^"\\]|\\.)*)"\]|\[(\*|\d+)\]|([^.\[]+))')


@cache
def property_path(text: str) -> Path:
    """The keys of ``a.b``, ``a[0]``, ``a["b.c"]``; ``*`` stands for any key or index. Empty if it is no path.

    Source: ``parsePropertyPath`` in sdk/go/common/resource/properties_path.go (2026-08-21).
    """
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        found = _PART.match(text, at)
        if found is None or text[0] == ".":
            return ()
        quoted, index, name = found.groups()
        if quoted is not None:
            parts.append(quoted.replace('\\"', '"'))
        else:
            parts.append(int(index) if index is not None and index != "*" else index or name)
        at = found.end()
    return tuple(parts)


def differs(path: str, new: Properties, old: Properties) -> bool:
    """Whether the property at ``path`` is another one now; with ``*`` in it, whether any that it stands for is."""
    keys = property_path(path)
    return bool(keys) and _differs(keys, new, old)


def _differs(keys: Path, new: Value, old: Value) -> bool:
    if not keys:
        return not same(new, old)
    key, rest = keys[0], keys[1:]
    if key != "*":
        return _differs(rest, _below(new, key), _below(old, key))
    if isinstance(new, Unknown) or isinstance(old, Unknown):
        return not same(new, old)
    return any(_differs(rest, _below(new, k), _below(old, k)) for k in dict.fromkeys((*_keys(new), *_keys(old))))


def _keys(value: Value) -> Sequence[str | int]:
    if isinstance(value, Secret):
        return _keys(value.value)
    if isinstance(value, dict):
        return list(value)
    return range(len(value)) if isinstance(value, list) else ()


def _below(value: Value, key: str | int) -> Value:
    if isinstance(value, Secret):
        return _below(value.value, key)
    if isinstance(value, dict):
        return value.get(str(key))
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return value if isinstance(value, Unknown) else None


def same(new: Value, old: Value) -> bool:
    """Whether two values are equal; a secret read back from an export hides its value and is equal to any known one."""
    if isinstance(new, Secret) and isinstance(old, Secret):
        if old.value is None or new.value is None:
            return not contains(new.value, Unknown) and not contains(old.value, Unknown)
        return same(new.value, old.value)
    if isinstance(new, dict) and isinstance(old, dict):
        return new.keys() == old.keys() and all(same(value, old[key]) for key, value in new.items())
    if isinstance(new, list) and isinstance(old, list):
        return len(new) == len(old) and all(same(a, b) for a, b in zip(new, old, strict=True))
    return new is old or (type(new) is type(old) and new == old)


def ignoring(inputs: Properties, old: Properties, paths: Sequence[str]) -> Properties:
    """``inputs`` with the old values put back at ``paths``. Lists keep their length, as in the engine.

    Source: ``PropertyPath.Reset`` in sdk/go/common/resource/properties_path.go (2026-08-21).
    """
    result: Value = inputs
    for keys in filter(None, map(property_path, paths)):
        result = _put_back(result, old, keys)
    return cast("Properties", result)


def _put_back(new: Value, old: Value, keys: Path) -> Value:
    if isinstance(new, Secret):
        return Secret(_put_back(new.value, old, keys))
    if isinstance(old, Secret):
        # one that was read from an export is hidden: there is nothing below it
        return _put_back(new, old.value, keys) if old.value is not None else new
    key, rest = keys[0], keys[1:]
    if isinstance(new, dict):
        before = old if isinstance(old, dict) else {}
        return _put_back_entries(new, before, (*before, *new) if key == "*" else (str(key),), rest)
    if isinstance(new, list) and isinstance(old, list):
        items = list(new)
        for index in range(min(len(new), len(old))):
            if key in ("*", index):
                items[index] = _put_back(new[index], old[index], rest) if rest else old[index]
        return items
    return new


def _put_back_entries(
    new: dict[str, Value], old: dict[str, Value], names: Iterable[str], rest: Path
) -> dict[str, Value]:
    entries = dict(new)
    for name in names:
        if rest:
            if name in new and name in old:
                entries[name] = _put_back(new[name], old[name], rest)
        elif name in old:
            entries[name] = old[name]
        else:
            entries.pop(name, None)
    return entries
