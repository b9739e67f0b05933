"""Shapes of values: what fits, said fast; what doesn't, said well.

A shape is made once for a type and used for every value. ``fits`` only says yes or no and is what a good program pays
for; ``problems`` is asked when it said no. What isn't known yet fits everything, and a secret is judged by what is in
it.
"""

from __future__ import annotations

import difflib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, final

from sandbox.model import UNKNOWN, Secret, Value

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
ASSET: Final = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE: Final = "0def7320c3a5731c473e5ecbe6d01bc7"
REFERENCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"

_SHOWN = 60


class Shape(ABC):
    """What a value may look like; ``wanted`` says it in words."""

    @property
    @abstractmethod
    def wanted(self) -> str:
        """``a string``, ``a list of ...``: completes "... is wanted"."""

    @abstractmethod
    def fits(self, value: Value) -> bool:
        """Whether ``value`` has this shape."""

    def problems(self, value: Value, path: str) -> Iterator[str]:
        """What is wrong with ``value`` at ``path``; nothing if it fits."""
        if not self.fits(value):
            yield f"{path}: {self.wanted} is wanted, found {shown(value)}"

    def _open(self, value: Value) -> bool:
        """For a value not plainly of this shape: whether there is nothing to judge yet, or a secret that fits."""
        if value is None or value is UNKNOWN:
            return True
        return value.__class__ is Secret and self.fits(value.value)


@final
class Anything(Shape):
    """No shape is prescribed."""

    wanted = "anything"

    def fits(self, value: Value) -> bool:  # noqa: ARG002 - every shape is asked the same way
        """Everything does."""
        return True


@final
class Scalar(Shape):
    """A string, boolean, whole number or number."""

    wanted = ""

    def __init__(self, wanted: str, *kinds: type) -> None:
        self.wanted = wanted
        self._kinds = kinds
        self._first = kinds[0]

    def fits(self, value: Value) -> bool:
        """Exactly one of the kinds: a boolean is no number here."""
        kind = value.__class__
        return kind is self._first or kind in self._kinds or self._open(value)


STRING: Final = Scalar("a string", str)
BOOLEAN: Final = Scalar("true or false", bool)
INTEGER: Final = Scalar("a whole number", int)
NUMBER: Final = Scalar("a number", int, float)
ANYTHING: Final = Anything()


@final
class OneOf(Shape):
    """One of a fixed set of values."""

    wanted = ""

    def __init__(self, values: Sequence[Value]) -> None:
        self._values = values
        self.wanted = "one of " + ", ".join(str(value) for value in values)

    def fits(self, value: Value) -> bool:
        """Whether the value is among them."""
        return value in self._values or self._open(value)


@final
class Items(Shape):
    """A list, every item of one shape."""

    wanted = "a list"

    def __init__(self, item: Shape) -> None:
        self._item = item

    def fits(self, value: Value) -> bool:
        """A list whose items all fit."""
        if value.__class__ is not list:
            return self._open(value)
        fits = self._item.fits
        return all(map(fits, value))

    def problems(self, value: Value, path: str) -> Iterator[str]:
        """By item."""
        value = _inside(value)
        if not isinstance(value, list):
            yield from super().problems(value, path)
            return
        for index, item in enumerate(value):
            yield from self._item.problems(item, f"{path}[{index}]")


@final
class Entries(Shape):
    """A mapping with free keys, every value of one shape."""

    wanted = "a mapping"

    def __init__(self, entry: Shape) -> None:
        self._entry = entry

    def fits(self, value: Value) -> bool:
        """A mapping whose values all fit."""
        if value.__class__ is not dict:
            return self._open(value)
        fits = self._entry.fits
        return all(map(fits, value.values()))

    def problems(self, value: Value, path: str) -> Iterator[str]:
        """By key."""
        value = _inside(value)
        if not isinstance(value, dict):
            yield from super().problems(value, path)
            return
        for key, entry in value.items():
            yield from self._entry.problems(entry, f"{path}.{key}" if path else key)


@final
class Marked(Shape):
    """A value that the SDK marks with a signature: an asset, an archive, a reference to a resource."""

    wanted = ""

    def __init__(self, wanted: str, *signatures: str) -> None:
        self.wanted = wanted
        self._signatures = signatures

    def fits(self, value: Value) -> bool:
        """A mapping with one of the signatures."""
        if isinstance(value, dict):
            return value.get(SIGNATURE) in self._signatures
        return self._open(value)


@final
class Object(Shape):
    """A mapping with known keys; ``fields`` gives their shapes and which must be there, once they are needed."""

    wanted = "an object"

    def __init__(self, name: str, fields: Callable[[], tuple[Mapping[str, Shape], frozenset[str]]]) -> None:
        self._name = name
        self._load = fields
        self._fields: Mapping[str, Shape] | None = None
        self._required: frozenset[str] = frozenset()

    @property
    def fields(self) -> Mapping[str, Shape]:
        """The shapes by key."""
        if self._fields is None:
            self._fields, self._required = self._load()
        return self._fields

    def fits(self, value: Value) -> bool:
        """A mapping that has all required keys, no unknown ones, and values that fit."""
        if value.__class__ is not dict:
            return self._open(value)
        fields = self._fields
        if fields is None:
            fields = self.fields
        for key, inner in value.items():
            shape = fields.get(key)
            if shape is None or not shape.fits(inner):
                return False
        return self._required <= value.keys()

    def problems(self, value: Value, path: str) -> Iterator[str]:
        """By key: unknown ones, missing ones, and what is wrong with the others."""
        value = _inside(value)
        if not isinstance(value, dict):
            yield from super().problems(value, path)
            return
        below = f"{path}." if path else ""
        fields = self.fields
        for key, inner in value.items():
            shape = fields.get(key)
            if shape is not None:
                yield from shape.problems(inner, below + key)
            else:
                yield f"{below}{key}: unknown property; {self._allowed(key)}"
        for key in sorted(self._required - value.keys()):
            yield f"{below}{key}: missing, and required by {self._name}: {fields[key].wanted} is wanted"

    def _allowed(self, key: str) -> str:
        close = difflib.get_close_matches(key, self.fields, n=1)
        guess = f"did you mean {close[0]}? " if close else ""
        return f"{guess}{self._name} takes {', '.join(sorted(self.fields)) or 'none'}"


@final
class AnyOf(Shape):
    """One of several shapes."""

    def __init__(self, shapes: Sequence[Shape]) -> None:
        self._shapes = shapes

    @property
    def wanted(self) -> str:
        """All of them."""
        return " or ".join(dict.fromkeys(shape.wanted for shape in self._shapes))

    def fits(self, value: Value) -> bool:
        """Whether any does."""
        return any(shape.fits(value) for shape in self._shapes)

    def problems(self, value: Value, path: str) -> Iterator[str]:
        """Those of the shape that is meant, as far as the value tells."""
        if self.fits(value):
            return
        value = _inside(value)
        meant = [s for s in self._shapes if isinstance(s, (Object, Entries) if isinstance(value, dict) else Items)]
        if len(meant) == 1 and isinstance(value, (dict, list)):
            yield from meant[0].problems(value, path)
        else:
            yield f"{path}: {self.wanted} is wanted, found {shown(value)}"


def _inside(value: Value) -> Value:
    """What is in a secret, every part of it a secret itself: so that no message shows it."""
    if not isinstance(value, Secret):
        return value
    inner = value.value
    if isinstance(inner, dict):
        return {key: Secret(part) for key, part in inner.items()}
    if isinstance(inner, list):
        return [Secret(part) for part in inner]
    return value


def shown(value: Value) -> str:
    """``value`` for a message: short, and never a secret."""
    if isinstance(value, Secret):
        return "a secret of another type"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
