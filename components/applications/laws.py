"""What must hold between the applications of one stack file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from components.applications.rollout import COLOURS, canary_name, colour_name, migration_name
from components.model import Problem, one_of, refuse_all
from components.workload_settings import among

if TYPE_CHECKING:
    from components.applications.settings import Application, LoadTest

SMOKE: Final = "smoke"
LOAD_TEST: Final = "load-test"
"""The Jobs after a release. No application may be called so."""


def workload_names(name: str, application: Application) -> Iterator[str]:
    """Every workload that an application becomes, its Jobs among them, and the Service of its own name."""
    yield name
    match application.rollout.kind:
        case "canary":
            yield canary_name(name)
        case "blue_green":
            yield from (colour_name(name, colour) for colour in COLOURS)
        case "rolling" | "recreate":
            pass
    if application.migration is not None:
        yield migration_name(name)


def between_applications(applications: Mapping[str, Application], load_test: LoadTest | None) -> None:
    """Refuse what doesn't go together: names, hosts and paths, calls between them."""
    refuse_all(
        [*_names(applications), *_routes(applications), *_calls(applications), *_target(applications, load_test)]
    )


def _names(applications: Mapping[str, Application]) -> Iterator[Problem]:
    owners = {name: name for name in applications}
    for name in (SMOKE, LOAD_TEST):
        if name in applications:
            yield Problem((name,), name, f"another name: the {name} Job has this one")
    for owner, application in applications.items():
        for name in workload_names(owner, application):
            if owners.setdefault(name, owner) != owner and name in applications:
                yield Problem((name,), name, f"another name: {owner} makes a workload of this one")


def _routes(applications: Mapping[str, Application]) -> Iterator[Problem]:
    taken: dict[tuple[str, str], str] = {}
    for name, application in applications.items():
        for index, route in enumerate(application.routes):
            where = (route.host, route.path.rstrip("/") or "/")
            first = taken.setdefault(where, name)
            if first != name or (name, index) != _first_at(application, where, name):
                allowed = f"a host and path of its own: {first} is found there"
                yield Problem((name, "routes", index, "path"), route.path, allowed)


def _first_at(application: Application, where: tuple[str, str], name: str) -> tuple[str, int]:
    """The application's first route that leads to ``where``."""
    return name, next(i for i, r in enumerate(application.routes) if (r.host, r.path.rstrip("/") or "/") == where)


def _calls(applications: Mapping[str, Application]) -> Iterator[Problem]:
    for name, application in applications.items():
        for index, reference in enumerate(application.calls):
            path = (name, "calls", index)
            target = reference.partition(":")[0]
            if "/" in target:
                continue
            other = applications.get(target)
            if target == name:
                yield Problem(path, reference, "another application: it needs no leave to call itself")
            elif other is None:
                yield Problem(path, reference, among([n for n in applications if n != name], target, where=_SECTION))
            elif other.port is None:
                listening = [n for n, a in applications.items() if a.port is not None and n != name]
                yield Problem(path, reference, f"an application with a port: {one_of(listening)}")
            elif other.segment != application.segment:
                inside = [n for n, a in applications.items() if a.segment == application.segment and n != name]
                allowed = f"an application of its own segment, {application.segment}: {', '.join(inside) or 'none is'}"
                yield Problem(path, reference, allowed)


def _target(applications: Mapping[str, Application], load_test: LoadTest | None) -> Iterator[Problem]:
    if load_test is None:
        return
    target = applications.get(load_test.target)
    if target is None or target.port is None:
        listening = [name for name, application in applications.items() if application.port is not None]
        allowed = f"an application with a port: {one_of(listening)}"
        yield Problem(("..", "load_test", "target"), load_test.target, allowed)


_SECTION: Final = "applications.applications"
