"""What must hold between the applications and the rest of the stack: the quota suffices, the routes can be reached."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Sequence

from components.applications.application import Application
from components.applications.settings import SECTION, ApplicationsSettings
from components.applications.workloads import application_workloads
from components.context import StackIdentity
from components.edge import EdgeSettings
from components.kubernetes.capacity import Demand, most
from components.kubernetes.namespace import Quota, quota_for
from components.kubernetes.sign_in import CALLBACK
from components.model import Problem, Quantities, cpu_millis, memory_bytes
from components.naming import Names


def check(identity: StackIdentity, edge: EdgeSettings, settings: ApplicationsSettings) -> Iterator[Problem]:
    """The quota holds the most replicas and the largest surge, and CloudFront hands on every route's path."""
    yield from _quota(identity, settings)
    if edge.distribution is not None:
        patterns = edge.distribution.api_paths
        for name, application in settings.applications.items():
            yield from _unreachable(name, application, patterns)
        signed = any(route.sign_in for row in settings.applications.values() for route in row.routes)
        if signed and not _handed_on(CALLBACK, patterns):
            allowed = f"/oauth2/* too: people who sign in to an application come back to {CALLBACK}"
            yield Problem(("edge", "distribution", "api_paths"), patterns, allowed)


def _handed_on(path: str, patterns: Sequence[str]) -> bool:
    """Whether CloudFront hands a path to the load balancer, rather than answer it from the assets' bucket."""
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def _unreachable(name: str, application: Application, patterns: Sequence[str]) -> Iterator[Problem]:
    for index, route in enumerate(application.routes):
        if not _handed_on(f"{route.path.rstrip('/')}/x", patterns):
            allowed = f"a path that edge.distribution.api_paths hands to the load balancer: {', '.join(patterns)}"
            yield Problem((SECTION, "applications", name, "routes", index, "path"), route.path, allowed)


def _quota(identity: StackIdentity, settings: ApplicationsSettings) -> Iterator[Problem]:
    quota = settings.quota
    if quota is None:
        return
    names = Names(identity.platform, identity.env, identity.account_id, identity.region)
    made = [w for workloads in application_workloads(settings, identity, names).values() for w in workloads]
    needed = most(made)
    enough = quota_for(needed)
    claims = sum(len(w.storage) * w.max_replicas for w in made)
    if quota.volume_claims < claims:
        yield Problem((SECTION, "quota", "volume_claims"), quota.volume_claims, f"at least {claims}")
    if quota.pods is not None and quota.pods < needed.pods:
        yield Problem((SECTION, "quota", "pods"), quota.pods, f"at least {needed.pods}")
    yield from _quantities(quota, needed, enough)


def _quantities(quota: Quota, needed: Demand, enough: Quota) -> Iterator[Problem]:
    why = "what the applications take at their most replicas with the largest surge"
    rows: tuple[tuple[str, Quantities | None, Quantities | None, int, int], ...] = (
        ("requests", quota.requests, enough.requests, needed.cpu_millis, needed.memory_bytes),
        ("limits", quota.limits, enough.limits, needed.limit_cpu_millis, needed.limit_memory_bytes),
    )
    for key, given, least, cpu, memory in rows:
        if given is None or least is None:
            continue
        if cpu_millis(given.cpu) < cpu:
            yield Problem((SECTION, "quota", key, "cpu"), given.cpu, f"at least {least.cpu}, {why}")
        if memory_bytes(given.memory) < memory:
            yield Problem((SECTION, "quota", key, "memory"), given.memory, f"at least {least.memory}, {why}")
