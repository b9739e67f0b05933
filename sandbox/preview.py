"""What a run would change, compared with the last one: a step for each resource, by the engine's rules.

Resources are matched by URN, then by alias. What is replaced, and why, ``sandbox.engine.replacements`` says. A resource
that is only read (``get``) is nothing to make, change or delete. Sources: ``continueStepsFromDiff`` in
pkg/resource/deploy/step_generator.go, ``deleteProtectedError`` in pkg/resource/deploy/step.go (pulumi/pulumi,
2026-08-21).

A preview's run already has ``ignoreChanges`` applied. A secret read back from an export has no value, so two secrets at
the same place count as equal; ``Plan.uncompared`` says how many.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from sandbox.engine.properties import property_path, same
from sandbox.engine.replacements import Replacements
from sandbox.model import Properties, Resource, Run, Secret, Value

Op: TypeAlias = Literal["create", "update", "replace", "delete", "same"]


@dataclass(frozen=True)
class Absent:
    """Stands where one side of a change has no value."""


ABSENT = Absent()


@dataclass(frozen=True)
class Change:
    """One leaf that differs. ``replaces`` marks that it is why the resource is replaced."""

    path: str
    old: Value | Absent
    new: Value | Absent
    replaces: bool = False


@dataclass
class Step:
    """What happens to one resource. ``why`` says what replaces it where no input of its own does."""

    op: Op
    urn: str
    type: str
    old: Resource | None
    new: Resource | None
    changes: list[Change] = field(default_factory=list)
    why: str = ""
    refused: str = ""

    @property
    def resource(self) -> Resource:
        """The resource as it will be, or, if it goes, as it was."""
        found = self.new or self.old
        assert found is not None  # noqa: S101 - a step is about something
        return found

    @property
    def renamed_from(self) -> str:
        """The URN that the resource had before, if an alias led to it."""
        return self.old.urn if self.old is not None and self.new is not None and self.old.urn != self.new.urn else ""


@dataclass
class Plan:
    """The steps of a preview: those of the program's resources in its order, then the deletions."""

    steps: list[Step]
    uncompared: int = 0

    def count(self, op: Op) -> int:
        """How many resources ``op`` happens to."""
        return sum(step.op == op for step in self.steps)

    @property
    def refused(self) -> list[Step]:
        """Steps that the engine refuses because the resource is protected."""
        return [step for step in self.steps if step.refused]

    @property
    def changes(self) -> list[Step]:
        """Steps that do something."""
        return [step for step in self.steps if step.op != "same"]


def plan(run: Run, prior: Run | None) -> Plan:
    """The steps from ``prior`` (none: an empty stack) to ``run``."""
    before = {resource.urn: resource for resource in prior.resources} if prior is not None else {}
    made = _Planner(before)
    steps = [made.step(resource) for resource in run.resources]
    # What goes, goes before what it depends on.
    gone = (old for old in reversed(list(before.values())) if old.urn not in made.matched and not old.external)
    steps += map(made.deletion, gone)
    return Plan(steps, made.uncompared)


class _Planner:
    def __init__(self, before: dict[str, Resource]) -> None:
        self.before = before
        self.matched: set[str] = set()
        self.replacements = Replacements(before)
        self.uncompared = 0

    def step(self, new: Resource) -> Step:
        """What happens to ``new``. Its provider, parent and dependencies have been asked before it."""
        old = next((self.before[urn] for urn in (new.urn, *new.aliases) if urn in self.before), None)
        if old is not None and old.urn in self.matched:
            old = None
        replacement = self.replacements.meet(new, old)
        if old is None:
            return Step("same" if new.external else "create", new.urn, new.type, None, new)
        self.matched.add(old.urn)
        if new.external:
            return Step("same", new.urn, new.type, old, new)
        self.uncompared += sum(_hidden(value) for value in old.inputs.values())
        changed = {k for k in new.inputs.keys() | old.inputs.keys() if not same(new.inputs.get(k), old.inputs.get(k))}
        paths = replacement.paths if replacement is not None else []
        changes: list[Change] = []
        for key in sorted(changed):
            changes += differences(key, old.inputs.get(key, ABSENT), new.inputs.get(key, ABSENT), replacing=paths)
        changes.sort(key=lambda change: not change.replaces)
        if replacement is None:
            op: Op = "update" if changed or self.replacements.unconfigured(new) else "same"
            return Step(op, new.urn, new.type, old, new, changes)
        step = Step("replace", new.urn, new.type, old, new, changes, replacement.why)
        if old.protect and (new.protect or replacement.follows):
            step.refused = (
                "is protected and would have to be replaced; to allow it, take `protect` from it in the program, "
                "run an update, then make this change"
            )
        return step

    def deletion(self, old: Resource) -> Step:
        """The end of a resource that the program no longer has."""
        step = Step("delete", old.urn, old.type, old, None)
        if old.protect:
            step.refused = (
                "is protected and would be deleted; to allow it, take `protect` from it in the program and run an "
                f"update before it goes, or run `pulumi state unprotect '{old.urn}'`"
            )
        return step


def _hidden(value: Value) -> int:
    if isinstance(value, Secret):
        return int(value.value is None)
    if isinstance(value, dict):
        return sum(_hidden(inner) for inner in value.values())
    return sum(_hidden(inner) for inner in value) if isinstance(value, list) else 0


def differences(
    path: str, old: Value | Absent, new: Value | Absent, *, replacing: Sequence[str] = ()
) -> Iterator[Change]:
    """The leaves in which two values differ; documents in JSON are compared by what stands in them.

    ``replacing`` are the paths whose change replaces the resource.
    """
    if not isinstance(old, Absent) and not isinstance(new, Absent) and same(new, old):
        return
    if isinstance(old, str) and isinstance(new, str):
        documents = _document(old), _document(new)
        if documents[0] is not None and documents[1] is not None and documents[0] != documents[1]:
            yield from differences(f"{path} (JSON)", documents[0], documents[1], replacing=replacing)
            return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            yield from differences(_below(path, key), old.get(key, ABSENT), new.get(key, ABSENT), replacing=replacing)
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            was = old[index] if index < len(old) else ABSENT
            becomes = new[index] if index < len(new) else ABSENT
            yield from differences(f"{path}[{index}]", was, becomes, replacing=replacing)
    else:
        yield Change(path, old, new, any(_covers(above, path) for above in replacing))


def _covers(above: str, path: str) -> bool:
    """Whether ``path`` is at, below or above the path that replaces the resource."""
    wanted, found = property_path(above), property_path(path.partition(" (JSON)")[0])
    return all(key in ("*", other) for key, other in zip(wanted, found, strict=False))


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if key.replace("_", "").replace("-", "").isalnum() else f'{path}["{key}"]'


def _document(text: str) -> Value | None:
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        found: Value = json.loads(text)
    except ValueError:
        return None
    return found


def as_properties(change: Change) -> Properties:
    """A change as JSON data, secrets hidden."""
    found: Properties = {"path": change.path, "replaces": change.replaces}
    if not isinstance(change.old, Absent):
        found["old"] = change.old
    if not isinstance(change.new, Absent):
        found["new"] = change.new
    return found
