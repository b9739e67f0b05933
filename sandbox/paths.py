"""Who may reach whom on which port: from the program's declarations, and again from the network policies it renders.

The second view is worked out here from the rendered policies alone, by the API's own rules: a packet passes where the
egress of its sender and the ingress of its receiver both let it. The two are then held against each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, ip_network
from typing import TYPE_CHECKING, Final, Protocol, cast

from sandbox.model import Resource, Run
from sandbox.program_settings import parsed_settings
from sandbox.values import Plain, plain

if TYPE_CHECKING:
    from sandbox.engine.project import Config, Project

_POLICY: Final = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
_NAMESPACE_NAME: Final = "kubernetes.io/metadata.name"
_IDENTITY: Final = "169.254.170.23/32"
Port = tuple[str, int]


class Declared(Protocol):
    """One declared path, as the program's settings give it."""

    source: str
    destination: str
    port: int
    protocol: str
    kind: str
    reason: str | None
    via: str | None


@dataclass(frozen=True, order=True)
class Opened:
    """One way that the rendered policies open; ``port`` 0 is every port."""

    source: str
    destination: str
    port: int
    protocol: str


@dataclass(frozen=True)
class Paths:
    """Both views of one stack."""

    declared: Mapping[str, Sequence[Declared]]
    """By cluster."""
    opened: Sequence[Opened]
    missing: Sequence[str]
    """Declared paths between pods that the rendered policies don't open."""
    extra: Sequence[Opened]
    """Ways between pods that the rendered policies open and nobody declared."""


def paths(project: Project, config: Config, run: Run) -> Paths:
    """Both views. ``CallRefused`` where the program declares no paths."""
    declared = _declared(project, config, run.stack)
    opened = sorted(_opened(run))
    wanted = {
        Opened(path.source, path.via or path.destination, path.port, path.protocol)
        for found in declared.values()
        for path in found
    }
    known = {policy.name for policy in _policies(run)}
    between = {way for way in wanted if way.source in known and way.destination in known}
    missing = sorted(f"{w.source} -> {w.destination} {w.protocol} {w.port}" for w in between - set(opened))
    extra = [way for way in opened if way.source in known and way.destination in known and way not in wanted]
    return Paths(declared, opened, missing, extra)


def report(stack: str, found: Paths) -> dict[str, Plain]:
    """What ``--json`` prints."""
    return {
        "stack": stack,
        "declared": {
            cluster: [
                {
                    "source": path.source,
                    "destination": path.destination,
                    "port": path.port,
                    "protocol": path.protocol,
                    "kind": path.kind,
                    **({"reason": path.reason} if path.reason else {}),
                    **({"via": path.via} if path.via else {}),
                }
                for path in declared
            ]
            for cluster, declared in found.declared.items()
        },
        "rendered": [_way(way) for way in found.opened],
        "missing": list(found.missing),
        "extra": [_way(way) for way in found.extra],
    }


def _way(way: Opened) -> dict[str, Plain]:
    return {"source": way.source, "destination": way.destination, "port": way.port, "protocol": way.protocol}


def _declared(project: Project, config: Config, stack: str) -> dict[str, Sequence[Declared]]:
    settings = parsed_settings(project, config, stack, "paths")
    return cast("dict[str, Sequence[Declared]]", settings.paths())


# --- the rendered policies --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Policy:
    """A policy of some pods: those that it selects are what its name stands for."""

    namespace: str
    own: str
    labels: Mapping[str, str]
    egress: Sequence[Mapping[str, object]] | None
    ingress: Sequence[Mapping[str, object]] | None
    """``None`` where the policy doesn't hold that direction."""

    @property
    def name(self) -> str:
        """Namespace and name."""
        return f"{self.namespace}/{self.own}"


@dataclass
class _Side:
    """What one direction of some pods lets through: ports by peer, a pod's name or a network's."""

    pods: dict[str, set[Port]] = field(default_factory=dict)
    networks: dict[str, set[Port]] = field(default_factory=dict)


_ANY: Final[Port] = ("any", 0)


def _policies(run: Run) -> list[_Policy]:
    return [_policy(r) for r in run.resources if r.type == _POLICY]


def _policy(resource: Resource) -> _Policy:
    inputs = cast("Mapping[str, Mapping[str, object]]", plain(resource.inputs))
    metadata, spec = inputs["metadata"], inputs["spec"]
    selector = cast("Mapping[str, Mapping[str, str]]", spec.get("podSelector") or {})
    kinds = cast("Sequence[str]", spec["policyTypes"])

    def rules(kind: str) -> Sequence[Mapping[str, object]] | None:
        return cast("Sequence[Mapping[str, object]]", spec.get(kind.lower()) or []) if kind in kinds else None

    return _Policy(
        str(metadata["namespace"]),
        str(metadata["name"]),
        selector.get("matchLabels") or {},
        rules("Egress"),
        rules("Ingress"),
    )


def _opened(run: Run) -> Iterator[Opened]:
    """Every way that is open between the pods that a policy names, and between them and the networks around them."""
    policies = _policies(run)
    pods = [policy for policy in policies if policy.labels]
    networks = _networks(run)
    out = {pod.name: _side(pod, pods, policies, networks, "egress") for pod in pods}
    into = {pod.name: _side(pod, pods, policies, networks, "ingress") for pod in pods}
    for pod in pods:
        for network, ports in out[pod.name].networks.items():
            yield from (Opened(pod.name, network, number, protocol) for protocol, number in ports)
        for network, ports in into[pod.name].networks.items():
            yield from (Opened(network, pod.name, number, protocol) for protocol, number in ports)
        for other in pods:
            leaves = out[pod.name].pods.get(other.name, set())
            enters = into[other.name].pods.get(pod.name, set())
            both = enters if _ANY in leaves else leaves if _ANY in enters else leaves & enters
            yield from (Opened(pod.name, other.name, number, protocol) for protocol, number in both)


def _side(
    pod: _Policy, pods: Sequence[_Policy], policies: Iterable[_Policy], networks: Mapping[str, str], direction: str
) -> _Side:
    side = _Side()
    held = False
    for policy in policies:
        rules = policy.egress if direction == "egress" else policy.ingress
        if rules is None or policy.namespace != pod.namespace or not policy.labels.items() <= pod.labels.items():
            continue
        held = True
        for rule in rules:
            _add(side, rule, "to" if direction == "egress" else "from", policy, pods, networks)
    if not held:
        side.pods = {other.name: {_ANY} for other in pods}
        side.networks = {"anywhere": {_ANY}}
    return side


def _add(  # noqa: PLR0917 - one rule in its surroundings
    side: _Side,
    rule: Mapping[str, object],
    key: str,
    policy: _Policy,
    pods: Sequence[_Policy],
    networks: Mapping[str, str],
) -> None:
    ports = {
        (str(port.get("protocol", "TCP")), int(str(port["port"])))
        for port in cast("Sequence[Mapping[str, object]]", rule.get("ports") or ())
    } or {_ANY}
    peers = cast("Sequence[Mapping[str, Mapping[str, object]]]", rule.get(key) or ())
    if not peers:
        for other in pods:
            side.pods.setdefault(other.name, set()).update(ports)
        side.networks.setdefault("anywhere", set()).update(ports)
    for peer in peers:
        block = peer.get("ipBlock")
        if block is not None:
            side.networks.setdefault(_network(str(block["cidr"]), networks), set()).update(ports)
            continue
        namespace = _labels(peer.get("namespaceSelector")).get(_NAMESPACE_NAME, policy.namespace)
        wanted = _labels(peer.get("podSelector"))
        for other in pods:
            if other.namespace == namespace and wanted.items() <= other.labels.items():
                side.pods.setdefault(other.name, set()).update(ports)


def _labels(selector: Mapping[str, object] | None) -> Mapping[str, str]:
    return cast("Mapping[str, str]", (selector or {}).get("matchLabels") or {})


def _networks(run: Run) -> dict[str, str]:
    """What the stack's subnets are called, by their networks."""
    found: dict[str, str] = {}
    for resource in run.resources:
        if resource.type == "aws:ec2/subnet:Subnet":
            tags = cast("Mapping[str, str]", plain(resource.inputs["tags"]))
            found[str(resource.inputs["cidrBlock"])] = f"{tags.get('Tier', 'other')} subnets"
    return found


def _network(cidr: str, networks: Mapping[str, str]) -> str:
    if cidr in networks:
        return networks[cidr]
    if cidr == _IDENTITY:
        return "pod identity agent"
    block = ip_network(cidr)
    if isinstance(block, IPv4Network) and block.prefixlen == block.max_prefixlen:
        return f"API service {cidr}" if block.is_private else cidr
    return "internet" if not block.is_private else cidr
