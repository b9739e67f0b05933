"""Which settings a run of the program reads, noted while it runs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from components.model import Settings
from settings import StackSettings


@contextmanager
def readings(to: Path) -> Iterator[None]:
    """Write to ``to`` what settings there were and which of them were read, as ``<class>.<field>``.

    Counted is what is read once everything is worked out: validators and checks don't make a setting alive.
    """
    plain, plan = Settings.__getattribute__, StackSettings.plan
    there: set[str] = set()
    read: set[str] = set()

    def noted(self: Settings, name: str) -> object:
        if there and name in type(self).model_fields:
            read.add(f"{type(self).__qualname__}.{name}")
        return plain(self, name)

    def planned(self: StackSettings, key: str) -> object:
        if not there:
            found = set(_fields(self))
            there.update(found)
        return plan(self, key)

    Settings.__getattribute__ = noted  # type: ignore[method-assign, assignment]
    StackSettings.plan = planned  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        Settings.__getattribute__, StackSettings.plan = plain, plan  # type: ignore[method-assign]
    to.write_text(json.dumps({"there": sorted(there), "read": sorted(read)}), encoding="utf-8")


def _fields(value: object) -> Iterator[str]:
    if isinstance(value, Settings):
        yield from (f"{type(value).__qualname__}.{name}" for name in type(value).model_fields)
        for inner in vars(value).values():
            yield from _fields(inner)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _fields(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _fields(inner)
