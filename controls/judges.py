"""The shapes that most judges have: a property of every resource of a type, or one resource that must be there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from controls.graph import Graph, Json, Resource, texts, truth
from controls.model import Finding, Judge

Test: TypeAlias = Callable[[Json], bool]
Which: TypeAlias = Callable[[Resource], bool]
_SHOWN: Final = 120


def shown(value: Json) -> str:
    """A value as a reader can take it in: JSON, cut short."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def finding(resource: Resource, path: str, good: bool, value: Json = None) -> Finding:  # noqa: FBT001 - a verdict
    """What was found at ``path`` of ``resource``."""
    return Finding(resource.urn, path, good, shown(value))


def yes(value: Json) -> bool:
    """Whether it says yes, and was said at all."""
    return truth(value) is True


def no(value: Json) -> bool:
    """Whether it says no, in so many words: a default isn't taken for granted."""
    return truth(value) is False


def there(value: Json) -> bool:
    """Whether anything stands there."""
    return value not in (None, "", [], {})


def at_least(least: float) -> Test:
    """Whether a number is that large."""
    return lambda value: isinstance(value, int | float) and not isinstance(value, bool) and value >= least


def one_of(*allowed: Json) -> Test:
    """Whether it is one of these."""
    return lambda value: value in allowed


def has(*wanted: str) -> Test:
    """Whether a list holds all of these."""
    return lambda value: set(wanted) <= set(texts(value))


def each(types: str | tuple[str, ...], path: str, good: Test, *, where: Which | None = None) -> Judge:
    """Every resource of ``types`` (for which ``where`` holds) has something good at ``path``."""
    kinds = (types,) if isinstance(types, str) else types

    def judge(graph: Graph) -> Iterator[Finding]:
        for resource in graph.of(*kinds):
            if where is None or where(resource):
                value = resource.get(path)
                yield finding(resource, path, good(value), value)

    return judge


def linked(owner: str, kind: str, by: str, path: str, good: Test, *, where: Which | None = None) -> Judge:
    """Every ``owner`` has a resource of ``kind`` that names it at ``by``, with something good at ``path``."""

    def judge(graph: Graph) -> Iterator[Finding]:
        for resource in graph.of(owner):
            if where is not None and not where(resource):
                continue
            links = [link for link in graph.of(kind) if refers(link.get(by), resource)]
            if not links:
                yield Finding(resource.urn, "", good=False, found=f"no {kind.rpartition(':')[2]}")
            for link in links:
                yield finding(link, path, good(link.get(path)), link.get(path))

    return judge


def refers(value: Json, resource: Resource) -> bool:
    """Whether ``value`` names ``resource``: by id, ARN or name."""
    names = {resource.id, resource.outputs.get("arn"), resource.outputs.get("name"), resource.outputs.get("id")}
    return any(text and text in names for text in texts(value))


def some(kind: str, good: Which, path: str) -> Judge:
    """The stack has a resource of ``kind`` that is good; ``path`` is where to look at it."""

    def judge(graph: Graph) -> Iterator[Finding]:
        found = graph.of(kind)
        right = [resource for resource in found if good(resource)]
        if right:
            for resource in right:
                yield finding(resource, path, True, resource.get(path))
        elif found:
            for resource in found:
                yield finding(resource, path, False, resource.get(path))
        else:
            yield Finding(graph.root, "", good=False, found=f"no {kind.rpartition(':')[2]}")

    return judge


def all_of(*judges: Judge) -> Judge:
    """What each of these judges finds."""

    def judge(graph: Graph) -> Iterator[Finding]:
        for one in judges:
            yield from one(graph)

    return judge


__all__ = [
    "Test",
    "Which",
    "all_of",
    "at_least",
    "each",
    "finding",
    "has",
    "linked",
    "no",
    "one_of",
    "refers",
    "shown",
    "some",
    "there",
    "yes",
]
