"""Values on their way from a component's arguments to its children: with what they depend on, and not always known."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sandbox.model import UNKNOWN, Properties, Secret, Unknown, Value


@dataclass(frozen=True)
class Input:
    """A value and the URNs that it depends on. ``None`` stands for an argument that wasn't given."""

    value: Value = None
    urns: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """As JavaScript would: whether something that isn't false, zero or empty was given."""
        if isinstance(self.value, (dict, list)):
            return True
        return bool(self.value)

    @property
    def given(self) -> bool:
        """Whether there is a value at all."""
        return self.value is not None

    def map(self, change: Callable[[Value], Value]) -> Input:
        """The value changed; what isn't known stays so, and nothing stays nothing."""
        if self.value is None or unknown_within(self.value):
            return Input(UNKNOWN if self.value is not None else None, self.urns)
        return Input(change(self.value), self.urns)

    def entry(self, key: str) -> Input:
        """A value inside a mapping."""
        if isinstance(self.value, Unknown):
            return self
        return Input(self.value.get(key) if isinstance(self.value, dict) else None, self.urns)

    def or_else(self, default: Value) -> Input:
        """The value, or ``default`` where there is none."""
        return self if self.value is not None else Input(default)


NOTHING: Final = Input()


def combine(parts: Mapping[str, Input], change: Callable[[Mapping[str, Value]], Value]) -> Input:
    """One value out of several; not known if any of them isn't."""
    urns = frozenset().union(*(part.urns for part in parts.values()))
    if any(unknown_within(part.value) for part in parts.values()):
        return Input(UNKNOWN, urns)
    return Input(change({key: part.value for key, part in parts.items()}), urns)


def mapping(parts: Mapping[str, Input]) -> Input:
    """A mapping of the parts that were given; each may still be unknown by itself."""
    urns = frozenset().union(*(part.urns for part in parts.values()))
    return Input({key: part.value for key, part in parts.items() if part.value is not None}, urns)


def merged(*parts: Input) -> Input:
    """Mappings laid over each other; those that weren't given are left out."""
    urns = frozenset().union(*(part.urns for part in parts))
    result: dict[str, Value] = {}
    for part in parts:
        if isinstance(part.value, Unknown):
            return Input(UNKNOWN, urns)
        if isinstance(part.value, dict):
            result.update(part.value)
    return Input(result, urns)


def unknown_within(value: Value) -> bool:
    """Whether anything in ``value`` isn't known."""
    if value is UNKNOWN:
        return True
    if isinstance(value, dict):
        return any(unknown_within(inner) for inner in value.values())
    if isinstance(value, list):
        return any(unknown_within(inner) for inner in value)
    return isinstance(value, Secret) and unknown_within(value.value)


def plain(parts: Mapping[str, Input]) -> tuple[Properties, dict[str, list[str]], list[str]]:
    """Inputs of a child, their dependencies by property, and all of them together."""
    inputs: Properties = {key: part.value for key, part in parts.items() if part.value is not None}
    by_property = {key: sorted(part.urns) for key, part in parts.items() if part.value is not None and part.urns}
    together = sorted(frozenset().union(*(part.urns for key, part in parts.items() if key in inputs)))
    return inputs, by_property, together


def as_json(value: Value) -> str:
    """JSON as ``JSON.stringify`` writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def sorted_json(value: Value) -> str:
    """JSON with sorted keys, as the component writes an add-on's configuration."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)


def union(urns: Iterable[str], *parts: Input) -> frozenset[str]:
    """All the URNs."""
    return frozenset(urns).union(*(part.urns for part in parts))
