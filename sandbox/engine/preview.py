"""What a preview can know: a resource that stands, and will go on to, keeps its outputs; anything else has none yet."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import TYPE_CHECKING, Final

from sandbox.engine.properties import ignoring
from sandbox.engine.replacements import Replacements
from sandbox.model import Properties, Resource, Run, Secret
from sandbox.protocol import urns
from sandbox.protocol.convert import contains

if TYPE_CHECKING:
    from sandbox.protocol.goal import Goal


class Prior:
    """The last run of the same stack, by URN."""

    def __init__(self, run: Run) -> None:
        self._resources: dict[str, Resource] = {resource.urn: resource for resource in run.resources}
        self._stack = run.stack
        self._project = run.project
        self._renamed: dict[str, str] = {}
        self._claimed: dict[str, str] = {}
        self._replacements = Replacements(self._resources)

    @property
    def renamed(self) -> Mapping[str, str]:
        """What the resources that were found by an alias were called before, by what they are called now."""
        return self._renamed

    def meet(self, urn: str, goal: Goal, made: Container[str]) -> str:
        """Find what ``urn`` was called before, by its aliases or its parent's, which are then among its own.

        Returns what is wrong where two resources would be one; ``made`` are the URNs of this run so far. Source:
        ``getOldResource`` in pkg/resource/deploy/step_generator.go (2026-08-21).
        """
        above = self._renamed.get(goal.parent)
        if above is not None:
            goal.aliases = list(dict.fromkeys([*goal.aliases, *self._inherited(goal, above)]))
        if urn in self._claimed:
            return f"Duplicate resource URN '{urn}' conflicting with alias on resource with URN '{self._claimed[urn]}'"
        if urn in self._resources:
            return ""
        old = next((alias for alias in goal.aliases if alias in self._resources), "")
        if not old:
            return ""
        other = old if old in made else self._claimed.get(old)
        if other:
            return f"Duplicate resource alias '{old}' applied to resource with URN '{urn}' conflicting with '{other}'"
        self._claimed[old] = urn
        self._renamed[urn] = old
        return ""

    def _inherited(self, goal: Goal, above: str) -> list[str]:
        """What ``goal`` was called below ``above``; a name that begins with the parent's began with its old one."""
        now, before = urns.parse(goal.parent).name, urns.parse(above).name
        own = [(goal.type, goal.name), *((alias.type, alias.name) for alias in map(urns.parse, goal.aliases))]
        found = []
        for type_, name in own:
            old = before + name[len(now) :] if name.startswith(now) else name
            found.append(urns.make(self._stack, self._project, above, type_, old))
        return found

    def check(
        self, urn: str, goal: Goal, check: Callable[[Goal, str], Properties]
    ) -> tuple[Properties, Resource | None]:
        """The checked inputs of ``goal``, and the resource as it stands if it stays.

        What ``ignore_changes`` names is put back before the provider checks, so that what it works out (``tagsAll`` of
        tags) follows; a resource that is to be replaced is checked anew, without. Names that the provider made up
        are in the state, and it keeps to them even if the resource is renamed. Source: ``continueStepsFromImport`` and
        ``continueStepsFromDiff`` in pkg/resource/deploy/step_generator.go (2026-08-21).
        """
        old = next((self._resources[u] for u in (urn, *goal.aliases) if u in self._resources), None)
        given = goal.inputs
        if old is None:
            inputs = check(goal, urn)
            self._replacements.meet(goal.resource(urn, inputs), None)
            return inputs, None
        goal.inputs = ignoring(given, old.inputs, goal.ignore_changes)
        inputs = check(goal, urn)
        kept = {key: old.inputs[key] for key in inputs if key in old.inputs and _made_up(key, goal.inputs)}
        inputs.update(kept)
        if self._replacements.meet(goal.resource(urn, inputs), old) is None:
            return inputs, old
        if goal.ignore_changes:
            goal.inputs = given
            inputs = {**check(goal, urn), **kept}
        return inputs, None


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
