"""A stack's resources as an estimate reads them: plain data, whatever held it before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

NODE_GROUP: Final = "aws:eks/nodeGroup:NodeGroup"
NODE_POOL: Final = "kubernetes:karpenter.sh/v1:NodePool"
SCHEDULE: Final = "aws:autoscaling/schedule:Schedule"
_KNOWN: Final = (str, bool, int, float, Mapping, Sequence)


@dataclass(frozen=True)
class Item:
    """One resource: ``props`` are its inputs, with its outputs where they are known.

    ``depends`` maps an input's name to the URNs whose outputs went into it. What in ``props`` is no text, number,
    truth value, list or object is taken for a value that isn't known yet.
    """

    urn: str
    type: str
    name: str
    props: Mapping[str, object]
    id: str = ""
    parent: str = ""
    depends: Mapping[str, Collection[str]] = field(default_factory=dict)

    def at(self, *keys: str | int) -> object:
        """The value on the way of ``keys``; ``None`` where there is none."""
        return at(self.props, *keys)

    def text(self, *keys: str | int) -> str:
        """The text there, or none."""
        value = self.at(*keys)
        return value if isinstance(value, str) else ""

    def number(self, *keys: str | int) -> float | None:
        """The number there, also where it stands as text."""
        return number(self.at(*keys))

    def items(self, *keys: str | int) -> Sequence[object]:
        """The list there, or an empty one."""
        value = self.at(*keys)
        return value if isinstance(value, Sequence) and not isinstance(value, str) else ()

    def texts(self, *keys: str | int) -> list[str]:
        """The texts of the list there."""
        return [value for value in self.items(*keys) if isinstance(value, str)]

    def true(self, *keys: str | int) -> bool:
        """Whether it is true there."""
        return self.at(*keys) in (True, "true")

    def hidden(self, *keys: str | int) -> bool:
        """Whether something stands there that isn't known yet."""
        value = self.at(*keys)
        return value is not None and not isinstance(value, _KNOWN)


def at(value: object, *keys: str | int) -> object:
    """What stands below ``value`` on the way of ``keys``."""
    for key in keys:
        if isinstance(value, Mapping) and isinstance(key, str):
            value = value.get(key)
        elif isinstance(value, Sequence) and not isinstance(value, str) and isinstance(key, int):
            value = value[key] if key < len(value) else None
        else:
            return None if value is None or isinstance(value, _KNOWN) else value
    return value


def number(value: object) -> float | None:
    """``value`` as a number where it is one or the text of one."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return float(value)
    except ValueError:
        return None


class Stack:
    """All resources of a stack, and what several of them decide together."""

    def __init__(self, items: Iterable[Item]) -> None:
        self.items = list(items)
        self._by_type: dict[str, list[Item]] = {}
        for item in self.items:
            self._by_type.setdefault(item.type, []).append(item)
        self.nodes = sum(self.average_nodes(group) for group in self.of(NODE_GROUP))
        """Nodes of all node groups on average: the measure of traffic."""

    def of(self, type_: str) -> list[Item]:
        """The resources of a type."""
        return self._by_type.get(type_, [])

    def linked(self, item: Item, key: str, type_: str, *names: str) -> Item | None:
        """The resource of ``type_`` that the input ``key`` of ``item`` names, or was made from."""
        return next(self._linked([item], key, self.of(type_), names), None)

    def _linked(self, items: Sequence[Item], key: str, owners: Sequence[Item], names: Sequence[str]) -> Iterator[Item]:
        """Those of ``owners`` that one of ``items`` names by ``key``, or is made from there."""
        named = {value for item in items if (value := item.text(*key.split(".")))}
        sources = {urn for item in items for urn in item.depends.get(key.partition(".")[0], ())}
        for owner in owners:
            known = {owner.id, owner.text("id"), *(owner.text(name) for name in names)} - {""}
            if owner.urn in sources or known & named:
                yield owner

    # --- nodes ----------------------------------------------------------------------------------------------

    def average_nodes(self, group: Item) -> float:
        """Nodes of a group over a week: those desired, less its off hours."""
        desired = group.number("scalingConfig", "desiredSize") or 0.0
        changes = [change for schedule in self._schedules(group) if (change := _weekly(schedule)) is not None]
        return _average(desired, changes)

    def _schedules(self, group: Item) -> Iterator[Item]:
        scaled = {text for found in group.items("resources") if (text := _name(found))}
        for schedule in self.of(SCHEDULE):
            name = schedule.text("autoscalingGroupName")
            if (name and name in scaled) or group.urn in schedule.depends.get("autoscalingGroupName", ()):
                yield schedule


def _name(resources: object) -> str:
    value = at(resources, "autoscalingGroups", 0, "name")
    return value if isinstance(value, str) else ""


_WEEK: Final = 7 * 24 * 60
_DAYS: Final = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"))}


def _weekly(schedule: Item) -> tuple[list[int], float] | None:
    """Minutes of the week (from Sunday) at which the schedule acts, and the size it sets; ``None``: not understood."""
    size = schedule.number("desiredCapacity")
    parts = schedule.text("recurrence").split()
    if size is None or size < 0 or len(parts) != 5:  # noqa: PLR2004 - fields of a cron line
        return None
    minute, hour, day, month, weekdays = parts
    if (day, month) != ("*", "*"):
        return None
    try:
        times = [
            (weekday % 7) * 1440 + int(hour) * 60 + int(minute)
            for weekday in (range(7) if weekdays == "*" else _weekdays(weekdays))
        ]
    except (ValueError, KeyError):
        return None
    return times, size


def _weekdays(text: str) -> Iterator[int]:
    """``1-5``, ``MON-FRI``, ``6,0``. ``ValueError`` or ``KeyError`` for others."""
    for part in text.split(","):
        first, _, last = part.partition("-")
        begin = _weekday(first)
        yield from range(begin, (_weekday(last) if last else begin) + 1)


def _weekday(text: str) -> int:
    return int(text) if text.isdigit() else _DAYS[text.upper()]


def _average(desired: float, changes: Sequence[tuple[list[int], float]]) -> float:
    """The mean size over a week in which ``changes`` set it; ``desired`` where there are none."""
    moments = sorted((minute, size) for times, size in changes for minute in times)
    if not moments:
        return desired
    total = 0.0
    for (minute, size), (following, _) in zip(moments, [*moments[1:], moments[0]], strict=True):
        total += size * ((following - minute) % _WEEK or _WEEK)
    return total / _WEEK
