"""From what pulumi-policy hands a rule to plain data, leaf by leaf.

The SDK wraps inputs in proxies that raise ``UnknownValueError`` when an unknown value is touched. One such value would
end a rule and hide everything beside it, so the proxies are turned into plain dicts and lists first, with ``UNKNOWN``
where a value is not known yet. Rules walk the result by ``Field``, which remembers its path for the message.

This module is the same, byte for byte, in every pack: a pack is published alone.
"""

from __future__ import annotations

import enum
import math
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from pulumi_policy.proxy import UnknownValueError


class Unknown(enum.Enum):
    """Type of ``UNKNOWN``: a value that exists but is not known during a preview."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN

Value: TypeAlias = "bool | int | float | str | Unknown | list[Value] | dict[str, Value] | None"
"""Plain data. Numbers are floats, as they come; assets and archives are ``None``."""


def plain(value: object) -> Value:
    """``value`` as plain data: mappings and sequences of any kind become dicts and lists, unknowns ``UNKNOWN``."""
    if value is None or isinstance(value, (str, float, bool, int)):
        return value
    if isinstance(value, Mapping):
        return {key: _item(value, key) for key in value}
    if isinstance(value, Sequence):
        return [_item(value, index) for index in range(len(value))]
    return UNKNOWN if value is UNKNOWN else None


def _item(container: Mapping[str, object] | Sequence[object], key: object) -> Value:
    try:
        item = container[key]  # type: ignore[call-overload,index] # a mapping's key or a sequence's index
    except UnknownValueError:
        return UNKNOWN
    return plain(item)


class _Last(threading.local):
    """The thread's last conversion: all rules of a pack are asked about one resource after another's."""

    source: object = None
    result: Value = None


_last = _Last()


def read(props: object) -> Value:
    """``plain(props)``, made once while the same object is asked for again in the same thread. Not to be changed."""
    if _last.source is not props:
        _last.result = plain(props)
        _last.source = props
    return _last.result


class Field:
    """A value and the way to it from the resource's inputs. Below an unknown everything is unknown."""

    __slots__ = ("_key", "_parent", "value")

    def __init__(self, value: Value, parent: Field | None = None, key: str | int = "") -> None:
        self.value = value
        self._parent = parent
        self._key = key

    def __getitem__(self, key: str | int) -> Field:
        """The field below; its value is ``None`` where there is none."""
        value = self.value
        below: Value = None
        if value is UNKNOWN:
            below = UNKNOWN
        elif isinstance(value, dict):
            below = value.get(key) if isinstance(key, str) else None
        elif isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
            below = value[key]
        return Field(below, self, key)

    def at(self, *keys: str | int) -> Field:
        """``self[keys[0]][keys[1]]...``."""
        field = self
        for key in keys:
            field = field[key]
        return field

    @property
    def path(self) -> str:
        """``spec.containers[0].image``."""
        if self._parent is None:
            return ""
        above = self._parent.path
        if isinstance(self._key, int):
            return f"{above}[{self._key}]"
        return f"{above}.{self._key}" if above else self._key

    @property
    def name(self) -> str:
        """The last step of the way: the property's name, an item's number."""
        return str(self._key)

    @property
    def unknown(self) -> bool:
        """Whether the value is not known yet."""
        return self.value is UNKNOWN

    @property
    def hidden(self) -> bool:
        """Whether the value, or an item of the list, is not known yet."""
        value = self.value
        return value is UNKNOWN or (isinstance(value, list) and any(item is UNKNOWN for item in value))

    @property
    def missing(self) -> bool:
        """Whether nothing stands there: no value, null or an empty text. An unknown value is something."""
        return self.value is None or self.value == ""

    @property
    def empty(self) -> bool:
        """Whether nothing, or an empty list or object, stands there."""
        return not self.value

    @property
    def true(self) -> bool:
        """Whether the value is true; some provider inputs are the text ``"true"``."""
        return self.value is True or self.value == "true"

    @property
    def text(self) -> str:
        """The value where it is a text, else the empty text."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def number(self) -> float | None:
        """The value where it is a number or the text of one, else ``None``."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            return None
        try:
            number = float(value)
        except (ValueError, OverflowError):
            return None
        return number if math.isfinite(number) else None

    @property
    def keys(self) -> list[str]:
        """The keys of an object; of anything else none."""
        return list(self.value) if isinstance(self.value, dict) else []

    def each(self) -> Iterator[Field]:
        """The items of a list, or the one object that stands where a list of them may; of anything else none."""
        if isinstance(self.value, list):
            for index, value in enumerate(self.value):
                yield Field(value, self, index)
        elif isinstance(self.value, dict):
            yield self
