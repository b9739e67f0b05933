"""Which resources of a run are replaced, and why: asked of each in the order of dependence, by the engine's rules.

A resource is replaced where an input changes that its provider can't change in place or that ``replaceOnChanges``
names, where its provider is replaced or gone to another configuration of that kind, where what it is ``deletedWith`` is
replaced, and where it is made of one that is deleted before it is made anew. Sources: ``diff``, ``providerChanged``,
``calculateDependentReplacements`` in pkg/resource/deploy/step_generator.go (pulumi/pulumi, 2026-08-21).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sandbox.cloud.replacement import deletes_first, replaces
from sandbox.engine.properties import differs, property_path
from sandbox.model import Properties, Resource, Unknown
from sandbox.protocol.convert import contains


class Replacement(NamedTuple):
    """Why a resource is replaced: ``paths`` of its own inputs, or ``why`` where it is none of them."""

    paths: list[str]
    why: str = ""
    follows: bool = False
    """Whether it goes because another one is deleted first, so that it is deleted even before that."""


class Replacements:
    """The replacements of one run; ``before`` are the resources of the last one, by URN."""

    def __init__(self, before: Mapping[str, Resource]) -> None:
        self._before = before
        self._after: dict[str, Resource] = {}
        self._found: dict[str, str] = {}
        self._replaced: set[str] = set()
        self._deleted_first: set[str] = set()

    def meet(self, new: Resource, old: Resource | None) -> Replacement | None:
        """Why ``new`` replaces ``old``; ``None`` if it doesn't. What it stands on has been asked before it."""
        self._after[new.urn] = new
        if old is None:
            return None
        self._found[old.urn] = new.urn
        found = self._replacement(new, old)
        if found is not None:
            self._replaced.add(new.urn)
            first = new.delete_before_replace
            if found.follows or (deletes_first(new, old) if first is None else first):
                self._deleted_first.add(new.urn)
        return found

    def _replacement(self, new: Resource, old: Resource) -> Replacement | None:
        if new.custom != old.custom:
            return Replacement([], "it is a component now" if old.custom else "it was a component")
        if not new.custom or new.external:
            return None
        if new.deleted_with in self._replaced:
            return Replacement([], f"{_name(new.deleted_with)}, with which it is deleted, is replaced")
        why = self._provider_changed(new, old)
        if why:
            return Replacement([], why)
        if self.unconfigured(new):
            return None
        paths = {*replaces(new.type, self._provider_inputs(new)), *new.replace_on_changes}
        own = sorted(path for path in paths if differs(path, new.inputs, old.inputs))
        return Replacement(own) if own else self._follows(paths, new)

    def _follows(self, paths: set[str], new: Resource) -> Replacement | None:
        """Whether ``new`` is made of one that is deleted first, in an input that can't change.

        It is replaced then whatever that one will give it: nothing may hold on to what is being deleted.
        """
        if not self._deleted_first:
            return None
        fixed = {property_path(path)[:1] for path in paths}
        for key, found in sorted(new.property_dependencies.items()):
            gone = self._deleted_first.intersection(found)
            if gone and fixed & {(key,), ("*",)}:
                names = ", ".join(sorted(map(_name, gone)))
                why = f"its {key} comes from {names}, which is deleted before it is made anew"
                return Replacement([], why, follows=True)
        return None

    def unconfigured(self, new: Resource) -> bool:
        """Whether the configuration of the provider of ``new`` isn't known yet, so that nobody can compare.

        The engine takes the resource to be updated then: ``DiffUnavailableError`` in ``continueStepsFromDiff``.
        """
        return contains(self._provider_inputs(new), Unknown)

    def _provider_inputs(self, resource: Resource) -> Properties:
        provider = self._after.get(resource.provider.rpartition("::")[0])
        return provider.inputs if provider is not None else {}

    def _provider_changed(self, new: Resource, old: Resource) -> str:
        before, now = old.provider.rpartition("::")[0], new.provider.rpartition("::")[0]
        if now and now in self._replaced:
            return f"its provider {_name(now)} is replaced"
        if before == now or self._found.get(before) == now:
            return ""
        if not before or not now:
            return f"its provider is {_name(now) or 'none'} now, was {_name(before) or 'none'}"
        was, becomes = self._before.get(before), self._after.get(now)
        if was is None or becomes is None:
            return ""
        differing = sorted(path for path in replaces(becomes.type) if differs(path, becomes.inputs, was.inputs))
        return f"its provider is {_name(now)} now, with another {', '.join(differing)}" if differing else ""


def _name(urn: str) -> str:
    return urn.split("::", 3)[-1]
