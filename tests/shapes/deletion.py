"""In which order the engine deletes: what depends on something goes before it, and so does what stands inside of it.

``ScheduleDeletes`` of pulumi's deployment engine (pkg/resource/deploy/step_generator.go): a resource is deleted once
nothing is left that depends on it, by its inputs, by ``depends_on``, by its provider, its parent or ``deleted_with``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sandbox.model import Resource, Run


class Deletion:
    """The order of deletion of a run's resources."""

    def __init__(self, run: Run) -> None:
        self._needs = {it.urn: _needs(it) for it in run.resources}
        self._known: dict[str, frozenset[str]] = {}
        self.resources = run.resources

    def after(self, urn: str) -> frozenset[str]:
        """The URNs that are deleted only when ``urn`` is gone."""
        if urn not in self._known:
            found: set[str] = set()
            todo = [urn]
            while todo:
                fresh = self._needs.get(todo.pop(), set()) - found
                found |= fresh
                todo += fresh
            self._known[urn] = frozenset(found)
        return self._known[urn]

    def before(self, first: Resource, then: Resource) -> bool:
        """Whether ``first`` is gone before ``then`` begins to go."""
        return then.urn in self.after(first.urn)

    def wrong(self, first: Iterable[Resource], then: Iterable[Resource]) -> list[str]:
        """Every pair that may go the other way round, or at once."""
        last = list(then)
        return [f"{a.urn} | {b.urn}" for a in first for b in last if not self.before(a, b)]

    def find(self, wanted: Callable[[Resource], bool]) -> list[Resource]:
        """Every resource of a kind."""
        return [it for it in self.resources if wanted(it)]


def _needs(resource: Resource) -> set[str]:
    near = {*resource.dependencies, resource.parent, resource.deleted_with, resource.provider.rpartition("::")[0]}
    near |= {urn for urns in resource.property_dependencies.values() for urn in urns}
    return near - {""}
