"""Which properties replace a resource when they change."""

from __future__ import annotations


def replaces(type_: str) -> frozenset[str]:
    """Input properties of ``type_`` whose change replaces the resource, where known."""
    return frozenset()
