"""The order of a deployment: what a resource needs stands before it; where that leaves a choice, the URN decides."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

from sandbox.model import Resource
from sandbox.protocol.urns import STACK_TYPE


def needs(resource: Resource) -> Iterator[str]:
    """URNs of everything that must stand before ``resource``; some more than once."""
    if resource.parent:
        yield resource.parent
    if resource.provider:
        yield resource.provider.rsplit("::", 1)[0]
    for ref in resource.providers.values():
        yield ref.rsplit("::", 1)[0]
    yield from resource.dependencies
    for found in resource.property_dependencies.values():
        yield from found
    if resource.deleted_with:
        yield resource.deleted_with


def in_order(resources: Iterable[Resource]) -> list[Resource]:
    """``resources`` so that each comes after what it needs, the stack's own first: registration order leaves no trace.

    ``ValueError`` for a cycle. Needs that aren't among ``resources`` are taken as met.
    """
    by_urn = {resource.urn: resource for resource in resources}
    waiting: dict[str, int] = {}
    followers: dict[str, list[str]] = {}
    ready: list[tuple[bool, str]] = []
    for urn, resource in by_urn.items():
        before = {need for need in needs(resource) if need in by_urn and need != urn}
        for need in before:
            followers.setdefault(need, []).append(urn)
        if before:
            waiting[urn] = len(before)
        else:
            ready.append((resource.type != STACK_TYPE, urn))
    heapq.heapify(ready)
    ordered: list[Resource] = []
    while ready:
        _, urn = heapq.heappop(ready)
        ordered.append(by_urn[urn])
        for follower in followers.get(urn, ()):
            waiting[follower] -= 1
            if not waiting[follower]:
                heapq.heappush(ready, (True, follower))
    if len(ordered) != len(by_urn):
        left = sorted(urn for urn, count in waiting.items() if count)
        raise ValueError(f"these resources wait for each other: {', '.join(left[:5])}")
    return ordered
