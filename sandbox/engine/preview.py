"""What a preview can know: a resource that stands, and will go on to, keeps its outputs; anything else has none yet."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from sandbox.model import Properties, Resource, Run, Secret, Unknown, Value
from sandbox.protocol import urns
from sandbox.protocol.convert import contains

if TYPE_CHECKING:
    from sandbox.protocol.goal import Goal


class Prior:
    """The last run of the same stack, by URN."""

    def __init__(self, run: Run) -> None:
        self._resources: dict[str, Resource] = {resource.urn: resource for resource in run.resources}
        self._stack = run.stack
        self._project = run.project
        self._renamed: dict[str, str] = {}
        self._claimed: dict[str, str] = {}

    @property
    def renamed(self) -> Mapping[str, str]:
        """What the resources that were found by an alias were called before, by what they are called now."""
        return self._renamed

    def meet(self, urn: str, goal: Goal, made: Container[str]) -> str:
        """Find what ``urn`` was called before, by its aliases or its parent's, which are then among its own.

        Returns what is wrong where two resources would be one; ``made`` are the URNs of this run so far. Source:
        ``getOldResource`` in pkg/resource/deploy/step_generator.go (2026-08-21).
        """
        above = self._renamed.get(goal.parent)
        if above is not None:
            goal.aliases = list(dict.fromkeys([*goal.aliases, *self._inherited(goal, above)]))
        if urn in self._claimed:
            return f"Duplicate resource URN '{urn}' conflicting with alias on resource with URN '{self._claimed[urn]}'"
        if urn in self._resources:
            return ""
        old = next((alias for alias in goal.aliases if alias in self._resources), "")
        if not old:
            return ""
        other = old if old in made else self._claimed.get(old)
        if other:
            return f"Duplicate resource alias '{old}' applied to resource with URN '{urn}' conflicting with '{other}'"
        self._claimed[old] = urn
        self._renamed[urn] = old
        return ""

    def _inherited(self, goal: Goal, above: str) -> list[str]:
        """What ``goal`` was called below ``above``; a name that begins with the parent's began with its old one."""
        now, before = urns.parse(goal.parent).name, urns.parse(above).name
        own = [(goal.type, goal.name), *((alias.type, alias.name) for alias in map(urns.parse, goal.aliases))]
        found = []
        for type_, name in own:
            old = before + name[len(now) :] if name.startswith(now) else name
            found.append(urns.make(self._stack, self._project, above, type_, old))
        return found

    def check(
        self, urn: str, goal: Goal, check: Callable[[Goal, str], Properties], replacing: Iterable[str]
    ) -> tuple[Properties, Resource | None]:
        """The checked inputs of ``goal``, and the resource as it stands if it stays.

        What ``ignore_changes`` names is put back before the provider checks, so that what it works out (``tagsAll`` of
        tags) follows; a resource that is to be replaced is checked anew, without. Names that the provider made up
        are in the state, and it keeps to them even if the resource is renamed. Source: ``continueStepsFromImport`` and
        ``continueStepsFromDiff`` in pkg/resource/deploy/step_generator.go (2026-08-21).
        """
        old = next((self._resources[u] for u in (urn, *goal.aliases) if u in self._resources), None)
        if old is None:
            return check(goal, urn), None
        given = goal.inputs
        goal.inputs = ignoring(given, old.inputs, goal.ignore_changes)
        inputs = check(goal, urn)
        kept = {key: old.inputs[key] for key in inputs if key in old.inputs and _made_up(key, goal.inputs)}
        inputs.update(kept)
        if not any(differs(path, inputs, old.inputs) for path in (*goal.replace_on_changes, *replacing)):
            return inputs, old
        if goal.ignore_changes:
            goal.inputs = given
            inputs = {**check(goal, urn), **kept}
        return inputs, None


def standing(old: Resource, computed: Properties) -> Properties:
    """What the provider computed, as it stands in ``old``; a secret, which an export hides, is computed anew."""
    return {
        key: old.outputs[key] if key in old.outputs and not contains(old.outputs[key], Secret) else value
        for key, value in computed.items()
    }


_FOLLOWING: Final = frozenset({"region", "tagsAll"})
"""Inputs that the provider fills in, and that follow the program's on every run."""


def _made_up(key: str, given: Properties) -> bool:
    return key not in given and key not in _FOLLOWING


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
    """Whether two values are equal; a secret read back from an export hides its value and is equal to any other."""
    if isinstance(new, Secret) and isinstance(old, Secret):
        return old.value is None or new.value is None or same(new.value, old.value)
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
