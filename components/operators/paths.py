"""Operators' footprints as the topology sees them: their ports, whom they call and who calls them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, get_args

from components.kubernetes.paths import (
    Accept,
    AwsService,
    Call,
    FromApiServer,
    ToApiServer,
    ToAws,
    ToCache,
    ToDatabase,
    ToInternet,
    ToNodes,
    ToWorkload,
)
from components.kubernetes.topology import Endpoint, EndpointPort
from components.operators.footprint import Egress, EgressKind, HostAccess, PodFootprint, PortUse, Profile
from components.operators.operator import Operator

_KNOWN: Final = frozenset(get_args(AwsService))
_PUBLIC_API: Final = "this stack has no interface endpoint for {0}: its API is called on public addresses"


@dataclass(frozen=True)
class _Neighbours:
    """Where operators stand, and with whom."""

    operators: Mapping[str, Operator]
    profile: Profile
    platform: str
    inside: frozenset[str]
    """AWS services that have an interface endpoint."""


def endpoints(operators: Iterable[Operator], profile: Profile, platform: str, inside: Iterable[str]) -> list[Endpoint]:
    """Every kind of pod that ``operators`` bring. ``inside`` are the AWS services that have an interface endpoint."""
    known = {operator.name: operator for operator in operators}
    neighbours = _Neighbours(known, profile, platform, frozenset(inside))
    return [
        _endpoint(operator, pod, neighbours)
        for operator in known.values()
        for pod in operator.pods(profile)
        if pod.labels
    ]


def endpoint_name(operator: Operator, pod: PodFootprint) -> str:
    """What the pods are called in paths and policies."""
    return operator.name if pod.name == operator.name else f"{operator.name}-{pod.name}"


def namespace_of(operator: Operator, pod: PodFootprint, platform: str) -> str:
    """Where the pods run."""
    return (pod.home or operator.home).namespace(platform)


def _endpoint(operator: Operator, pod: PodFootprint, neighbours: _Neighbours) -> Endpoint:
    platform = neighbours.platform
    name = endpoint_name(operator, pod)
    namespace = namespace_of(operator, pod, platform)
    ports = {port: EndpointPort(port.name or f"port-{port.number}", port.number, port.protocol) for port in pod.ports}
    calls: list[Call] = [
        ToWorkload(namespace, name, ports[port].name) for port in pod.ports if port.use is PortUse.PEER
    ]
    for egress in pod.egress:
        calls += _calls(egress, neighbours)
    accepts: list[Accept] = [
        FromApiServer(port.number) for port in pod.ports if port.use in (PortUse.WEBHOOK, PortUse.APISERVICE)
    ]
    return Endpoint(
        namespace=namespace,
        name=name,
        selector=tuple(pod.labels.items()),
        ports=tuple(ports.values()),
        calls=tuple(dict.fromkeys(calls)),
        accepts=tuple(accepts),
        identity=any(egress.kind is EgressKind.IDENTITY for egress in pod.egress),
        metrics_ports=tuple(ports[port].name for port in pod.ports if port.scraped),
        host_network=HostAccess.NETWORK in pod.host,
    )


def _calls(egress: Egress, neighbours: _Neighbours) -> Iterator[Call]:
    known, platform, inside = neighbours.operators, neighbours.platform, neighbours.inside
    match egress.kind:
        case EgressKind.APISERVER:
            yield ToApiServer()
        case EgressKind.STORE:
            yield ToCache(egress.port) if egress.target == "cache" else ToDatabase(egress.port)
        case EgressKind.AWS if egress.target in _KNOWN:
            reason = None if egress.target in inside else egress.reason or _PUBLIC_API.format(egress.target)
            yield ToAws(_service(egress.target), reason=reason)
        case EgressKind.AWS | EgressKind.EXTERNAL:
            yield ToInternet(egress.reason or f"{egress.target} has public addresses only", egress.port)
        case EgressKind.NODE:
            yield ToNodes(egress.port)
        case EgressKind.POD:
            other, _, pod_name = egress.target.partition("/")
            # a path to an operator that this stack doesn't have leads nowhere and is none
            for pod in known[other].pods(neighbours.profile) if other in known else ():
                if pod.name == pod_name:
                    yield ToWorkload(
                        namespace_of(known[other], pod, platform), endpoint_name(known[other], pod), egress.port
                    )
        case EgressKind.DNS | EgressKind.IDENTITY | EgressKind.SCRAPE:
            return


def _service(name: str) -> AwsService:
    return next(service for service in get_args(AwsService) if service == name)
