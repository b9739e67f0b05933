"""What a preview can know: a resource that stands, and will go on to, keeps its outputs; anything else has none yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from sandbox.model import Properties, Resource, Run, Secret, Unknown, Value
from sandbox.protocol.convert import contains

if TYPE_CHECKING:
    from sandbox.protocol.goal import Goal


class Prior:
    """The last run of the same stack, by URN."""

    def __init__(self, run: Run) -> None:
        self._resources: dict[str, Resource] = {resource.urn: resource for resource in run.resources}

    def plan(
        self, urn: str, goal: Goal, inputs: Properties, replacing: Iterable[str]
    ) -> tuple[Properties, Resource | None]:
        """Inputs with ``ignore_changes`` applied and names kept, and the resource as it stands if it stays.

        A resource that is to be replaced, or that isn't there yet, doesn't stay.
        """
        old = next((self._resources[u] for u in (urn, *goal.aliases) if u in self._resources), None)
        if old is None:
            return inputs, None
        # names that the provider made up are in the state, and it keeps to them even if the resource is renamed
        kept = {key: old.inputs[key] for key in inputs if key in old.inputs and _made_up(key, goal.inputs)}
        inputs = {**inputs, **kept}
        if goal.ignore_changes:
            inputs = ignoring(inputs, old.inputs, goal.ignore_changes)
        if any(differs(path, inputs, old.inputs) for path in (*goal.replace_on_changes, *replacing)):
            return inputs, None
        return inputs, old


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


def differs(path: str, new: Properties, old: Properties) -> bool:
    """Whether the property at ``path`` (``a.b``; lists by ``a[0]``; ``*``: anything) is another one now."""
    if path == "*":
        return not same(new, old)
    a: Value = new
    b: Value = old
    for key in path.replace("[", ".").replace("]", "").split("."):
        a, b = _below(a, key), _below(b, key)
    return not same(a, b)


def _below(value: Value, key: str) -> Value:
    if isinstance(value, Secret):
        return _below(value.value, key)
    if isinstance(value, dict):
        return value.get(key)
    if isinstance(value, list) and key.isdigit() and int(key) < len(value):
        return value[int(key)]
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
    """``inputs`` with the old values put back at ``paths`` (``a.b``; lists by ``a[0]``)."""
    result = dict(inputs)
    for path in paths:
        keys = path.replace("[", ".").replace("]", "").split(".")
        _put_back(result, old, keys)
    return result


def _put_back(new: Properties, old: Properties, keys: Sequence[str]) -> None:
    key = keys[0].strip('"')
    if len(keys) == 1:
        if key in old:
            new[key] = old[key]
        else:
            new.pop(key, None)
        return
    below_new, below_old = new.get(key), old.get(key)
    if isinstance(below_new, dict) and isinstance(below_old, dict):
        copy = dict(below_new)
        _put_back(copy, below_old, keys[1:])
        new[key] = copy
    elif isinstance(below_new, list) and isinstance(below_old, list) and keys[1].isdigit():
        index = int(keys[1])
        if index < len(below_new) and index < len(below_old):
            items = list(below_new)
            holder: Properties = {"_": items[index]}
            _put_back(holder, {"_": below_old[index]}, ["_", *keys[2:]])
            items[index] = holder["_"]
            new[key] = items
