"""Applications as workloads: pure functions from settings, which need no cloud value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from components.applications.application import Application, CommandHealth
from components.applications.jobs import load_test_job, migration_job, smoke_job
from components.applications.laws import LOAD_TEST, SMOKE
from components.applications.place import PART_OF, PORT, PRIORITY_CLASS, Place, url
from components.applications.rollout import (
    CANARY_HEADER,
    COLOURS,
    BlueGreen,
    Canary,
    Rolling,
    canary_name,
    colour_name,
    migration_name,
)
from components.applications.settings import ApplicationsSettings
from components.applications.stores import cache_files, store_calls, store_environment, store_secrets
from components.context import StackIdentity
from components.kubernetes.paths import Call, FromLoadBalancer, ToExternal, ToWorkload
from components.kubernetes.scaling import EventScaling, ResourceScaling
from components.kubernetes.workload import (
    ContainerPort,
    Delivery,
    Metrics,
    Probe,
    Probes,
    Route,
    Share,
    Storage,
    Tmpfs,
    Workload,
)
from components.mcp_platform.workloads import STICKY_SECONDS
from components.naming import Names
from components.pod_identity import Grant
from components.store_access import bucket_grants, variable
from components.workload_settings import ApplicationScaling, FixedScaling, ListScaling, OwnImage, most_replicas

GRACE_SECONDS: Final = 60


def application_workloads(
    settings: ApplicationsSettings, identity: StackIdentity, names: Names, others: Iterable[Workload] = ()
) -> Mapping[str, list[Workload]]:
    """The workloads of each application by its name, what others wait for first; then ``smoke`` and ``load-test``.

    ``others`` are workloads of other namespaces, whose ports stand in the addresses that applications are told.
    """
    place = Place.of(settings, identity, names, others)
    made = {
        name: [_by(settings.delivery_of(row), workload) for workload in _workloads(name, row, place)]
        for name, row in settings.applications.items()
    }
    released = [workload for workloads in made.values() for workload in workloads]
    # what tests them comes in with those that come last: the update is done before Argo CD begins
    last: Delivery = "argocd" if any(workload.delivery == "argocd" for workload in released) else "pulumi"
    if settings.smoke is not None:
        made[SMOKE] = [_by(last, smoke_job(settings.smoke, released, place))]
    if settings.load_test is not None:
        made[LOAD_TEST] = [_by(last, load_test_job(settings.load_test, released, place))]
    return made


def _by(delivery: Delivery, workload: Workload) -> Workload:
    return workload.model_copy(update={"delivery": delivery})


def grants(settings: ApplicationsSettings, names: Names) -> dict[str, list[Grant]]:
    """What each workload may do in AWS, by its name: its application's buckets, and nothing else."""
    return {
        variant.name: bucket_grants(row.buckets, names)
        for name, row in settings.applications.items()
        if row.buckets
        for variant in _variants(name, row, settings.scaling_of(row))
    }


@dataclass(frozen=True)
class _Variant:
    """One of the releases of an application that run side by side."""

    name: str
    image: OwnImage
    scaling: ApplicationScaling


def _variants(name: str, application: Application, scaling: ApplicationScaling) -> Iterator[_Variant]:
    """The releases, the one that holds the routes last: they name the others' Services."""
    match application.rollout:
        case Canary() as canary:
            fixed = FixedScaling(kind="fixed", replicas=canary.replicas)
            yield _Variant(canary_name(name), canary.image, fixed)
            yield _Variant(name, application.image, scaling)
        case BlueGreen() as both:
            images = {"blue": application.image, "green": both.green}
            for colour in (both.idle, both.active):
                yield _Variant(colour_name(name, colour), images[colour], scaling)
        case _:
            yield _Variant(name, application.image, scaling)


def _workloads(name: str, application: Application, place: Place) -> Iterator[Workload]:
    variants = list(_variants(name, application, place.settings.scaling_of(application)))
    if application.migration is not None:
        # each release has its own, with its own image: one that stays as it is isn't run again
        for variant in variants:
            yield migration_job(variant.name, variant.image, name, application, place)
    *others, main = variants
    for variant in others:
        yield _workload(name, application, variant, place)
    routes = tuple(_routes(name, application, place))
    yield _workload(name, application, main, place, routes=routes, service=name if main.name != name else None)


def _workload(
    name: str,
    application: Application,
    variant: _Variant,
    place: Place,
    *,
    routes: tuple[Route, ...] = (),
    service: str | None = None,
) -> Workload:
    scaling, port, volume = variant.scaling, application.port, application.volume
    rollout = application.rollout
    return Workload(
        namespace=place.namespace,
        name=variant.name,
        component=name,
        part_of=PART_OF,
        image=variant.image.in_registry(place.names),
        kind="StatefulSet" if volume is not None else "Deployment",
        command=tuple(application.command or ()),
        resources=place.settings.resources_of(application),
        ports=(_port(application, port),) if port is not None else (),
        replicas=scaling.replicas if isinstance(scaling, FixedScaling) else None,
        scaling=_autoscaler(scaling),
        probes=_probes(application),
        rollout="recreate" if rollout.kind == "recreate" else "rolling",
        max_surge_percent=rollout.max_surge_percent if isinstance(rollout, Rolling) else Rolling().max_surge_percent,
        max_disrupted=min(application.max_disrupted, max(1, most_replicas(scaling) - 1)),
        priority_class=PRIORITY_CLASS,
        env=_environment(name, application, place),
        secrets=store_secrets(application, place),
        tmpfs=(Tmpfs(path="/tmp"), *_writable(application)),  # noqa: S108 - the container's own
        storage=(Storage(name="data", path=volume.path, size=volume.size),) if volume is not None else (),
        identity=bool(application.buckets),
        calls=tuple(_calls(application, place)),
        accepts=_accepts(application),
        routes=routes,
        service=service,
        metrics=Metrics(port=PORT, path=application.metrics) if application.metrics is not None else None,
        session_affinity_seconds=_affinity(application),
        after=(f"Job/{migration_name(variant.name)}",) if application.migration is not None else (),
        grace_seconds=GRACE_SECONDS,
    )


def _autoscaler(scaling: ApplicationScaling) -> ResourceScaling | EventScaling | None:
    match scaling:
        case FixedScaling():
            return None
        case ResourceScaling():
            return scaling
        case ListScaling():
            return scaling.on(scaling.list_name, credentials=cache_files(scaling.cache))


def _port(application: Application, number: int) -> ContainerPort:
    websocket = application.transport == "websocket"
    return ContainerPort(name=PORT, number=number, app_protocol="kubernetes.io/ws" if websocket else None)


def _probes(application: Application) -> Probes:
    health = application.health
    if isinstance(health, CommandHealth):
        return Probes(
            liveness=Probe(command=tuple(health.command)),
            liveness_period_seconds=health.period_seconds,
            readiness_period_seconds=health.period_seconds,
            startup_budget_seconds=health.start_seconds,
            timeout_seconds=health.timeout_seconds,
        )
    return Probes(
        liveness=Probe(port=PORT, path=health.path),
        readiness=Probe(port=PORT, path=health.ready) if health.ready is not None else None,
        startup_budget_seconds=health.start_seconds,
        timeout_seconds=health.timeout_seconds,
    )


def _writable(application: Application) -> Iterator[Tmpfs]:
    for path, size in application.writable.items():
        yield Tmpfs(path=path, size=size, medium="disk")


def _affinity(application: Application) -> int | None:
    """A websocket's callers in the cluster stay with a replica as long as those from outside."""
    if application.transport != "websocket":
        return None
    return max((route.sticky_seconds or 0 for route in application.routes), default=0) or STICKY_SECONDS


# --- what it is told, and whom it may reach ---------------------------------------------------------------------


def _environment(name: str, application: Application, place: Place) -> dict[str, str]:
    environment = {"APPLICATION": name, "ENVIRONMENT": place.identity.env}
    if application.port is not None:
        environment["PORT"] = str(application.port)
    for namespace, target, port in _targets(application, place):
        environment[f"{variable(target)}_URL"] = _url(namespace, target, port, place)
    if application.rate_limit is not None:
        environment |= {
            "RATE_LIMIT_REQUESTS_PER_SECOND": str(application.rate_limit.requests_per_second),
            "RATE_LIMIT_BURST": str(application.rate_limit.burst),
        }
    if application.routes:
        environment["ALLOWED_HOSTS"] = ",".join(sorted({place.host(route.host) for route in application.routes}))
    return {**environment, **store_environment(application, place), **application.env}


def _targets(application: Application, place: Place) -> Iterator[tuple[str, str, str]]:
    """Namespace, workload and port of everyone whom it calls, as the file has it."""
    for reference in application.calls:
        target, _, port = reference.partition(":")
        namespace, _, name = target.rpartition("/")
        yield namespace or place.namespace, name, port or PORT


def _url(namespace: str, target: str, port: str, place: Place) -> str:
    other = place.settings.applications.get(target) if namespace == place.namespace else None
    if other is not None and other.port is not None and port == PORT:
        return url(target, place.namespace, other.port)
    elsewhere = place.others.get((namespace, target))
    listening = elsewhere.port(int(port) if port.isdecimal() else port) if elsewhere is not None else None
    # a path that leads nowhere is the topology's to refuse
    return url(target, namespace, listening.number) if listening is not None else f"http://{target}.{namespace}.svc"


def _calls(application: Application, place: Place) -> Iterator[Call]:
    for namespace, target, port in _targets(application, place):
        other = place.settings.applications.get(target) if namespace == place.namespace else None
        for name in (target,) if other is None else called_names(target, other):
            yield ToWorkload(namespace, name, port)
    for host in application.external_hosts:
        yield ToExternal(host)
    yield from store_calls(application, place)


def called_names(name: str, application: Application) -> tuple[str, ...]:
    """The workloads behind the Service of an application's name: either colour may be active by the next update."""
    if isinstance(application.rollout, BlueGreen):
        return tuple(colour_name(name, colour) for colour in COLOURS)
    return (name,)


# --- how it is reached ------------------------------------------------------------------------------------------


def _accepts(application: Application) -> tuple[FromLoadBalancer, ...]:
    """The load balancer calls every release of what has routes, the ones that hold none themselves too."""
    if not application.routes:
        return ()
    return (FromLoadBalancer(PORT, max((r.sticky_seconds or 0 for r in application.routes), default=0) or None),)


def _routes(name: str, application: Application, place: Place) -> Iterator[Route]:
    namespace, gateway = place.gateway
    shares = tuple(_shares(name, application))
    for index, route in enumerate(application.routes):
        yield Route(
            name=name if index == 0 else f"{name}-{index}",
            hosts=(place.host(route.host),),
            path=route.path,
            port=PORT,
            gateway=gateway,
            gateway_namespace=namespace,
            sticky_seconds=route.sticky_seconds,
            sign_in=place.sign_in() if route.sign_in else None,
            shares=shares,
        )


def _shares(name: str, application: Application) -> Iterator[Share]:
    """What other releases than the one that holds the routes get of the requests."""
    match application.rollout:
        case Canary() as canary:
            yield Share(workload=canary_name(name), weight=canary.weight, header=CANARY_HEADER)
        case BlueGreen() as both:
            yield Share(workload=colour_name(name, both.idle), weight=both.shift)
        case _:
            return
