"""What must hold between the applications of one stack file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from components.applications.application import Application, ApplicationDefaults, LoadTest
from components.applications.rollout import migration_name, release_names
from components.kubernetes.workload import Delivery
from components.model import Problem, one_of, refuse_all
from components.workload_settings import ApplicationScaling, ServerScaling, among, most_replicas

SMOKE: Final = "smoke"
LOAD_TEST: Final = "load-test"
"""The Jobs after a release. No application may be called so."""


def workload_names(name: str, application: Application) -> Iterator[str]:
    """Every workload that an application becomes, its Jobs among them, and the Service of its own name."""
    releases = release_names(name, application.rollout)
    yield from dict.fromkeys((name, *releases))
    if application.migration is not None:
        yield from (migration_name(release) for release in releases)


def between_applications(
    applications: Mapping[str, Application],
    load_test: LoadTest | None,
    *,
    signs_in: bool,
    defaults: ApplicationDefaults | None,
) -> None:
    """Refuse what doesn't go together: names, hosts and paths, calls between them.

    ``defaults`` are what applications have that say nothing, where they are right themselves.
    """
    delivery = defaults.delivery if defaults is not None else "pulumi"
    refuse_all(
        [
            *_names(applications),
            *_routes(applications),
            *_sign_ins(applications, signs_in=signs_in, default=delivery),
            *_budgets(applications, defaults.scaling if defaults is not None else None),
            *_calls(applications),
            *_target(applications, load_test),
        ]
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


def _sign_ins(applications: Mapping[str, Application], *, signs_in: bool, default: Delivery) -> Iterator[Problem]:
    """Who lets people in is the update: what stands in a branch must not be able to open a door."""
    for name, application in applications.items():
        signed = [index for index, route in enumerate(application.routes) if route.sign_in]
        if not signs_in:
            for index in signed:
                yield Problem((name, "routes", index, "sign_in"), True, "true only with applications.sign_in given")
        elif signed and (application.delivery or default) == "argocd":
            yield Problem((name, "delivery"), application.delivery, "pulumi, since people sign in to one of its routes")


def _first_at(application: Application, where: tuple[str, str], name: str) -> tuple[str, int]:
    """The application's first route that leads to ``where``."""
    return name, next(i for i, r in enumerate(application.routes) if (r.host, r.path.rstrip("/") or "/") == where)


def _budgets(applications: Mapping[str, Application], default: ServerScaling | None) -> Iterator[Problem]:
    """A drain that may take every replica at once is none that anybody is protected from."""
    for name, application in applications.items():
        scaling: ApplicationScaling | None = application.scaling or default
        most = most_replicas(scaling) if scaling is not None else 1
        if 1 < most <= application.max_disrupted:
            allowed = f"below the most replicas, {most}"
            yield Problem((name, "max_disrupted"), application.max_disrupted, allowed)


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
