"""Who may talk to whom: the network policies of both sides, derived from what each workload declares that it calls.

A ``Topology`` knows every workload of ours and every pod of an operator that calls or is called. It refuses a path
that leads nowhere, and then writes one policy a workload: the egress of its own calls, the ingress of the others'. What
every namespace has besides (default deny, DNS) is written by ``namespace``.

The VPC CNI's agent holds 24 ports for an address, has not enforced ``except`` reliably, and compares a policy's port
with the container's. So more than 24 ports between two workloads are refused, no rule has an exception, and Services
keep port = target port.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Final, Literal

from lightkube.models.meta_v1 import ObjectMeta
from lightkube.models.networking_v1 import NetworkPolicy

from components.kubernetes import labels as label
from components.kubernetes.paths import (
    DNS_PORT,
    GATEWAY_SERVICES,
    HTTPS_PORT,
    IDENTITY_IPV4,
    IDENTITY_PORT,
    Accept,
    Call,
    FromLoadBalancer,
    PathKind,
    ToApiServer,
    ToAws,
    ToCache,
    ToDatabase,
    ToExternal,
    ToInternet,
    ToNodes,
    ToWorkload,
)
from components.kubernetes.policy_rules import MAX_PORTS, Block, Peer, Pods, PortKey, Rules, network_policy
from components.kubernetes.workload import Key, Workload

_NOT_PUBLIC: Final = tuple(
    IPv4Network(block)
    for block in ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3")
)


def _public_blocks() -> tuple[str, ...]:
    blocks = [IPv4Network("0.0.0.0/0")]
    for special in _NOT_PUBLIC:
        rest: list[IPv4Network] = []
        for block in blocks:
            rest += block.address_exclude(special) if special.subnet_of(block) else [block]
        blocks = rest
    return tuple(str(block) for block in sorted(blocks))


PUBLIC_BLOCKS: Final = _public_blocks()
"""The public IPv4 addresses: all without private, shared, link-local and multicast space (RFC 6890), written out, so
that a rule needs no ``except``."""


_COREDNS: Final[Key] = ("kube-system", "coredns")
"""Who answers for kube-dns: the add-on's pods."""


@dataclass(frozen=True, slots=True)
class EndpointPort:
    """A port that pods listen on."""

    name: str
    number: int
    protocol: Literal["TCP", "UDP"] = "TCP"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Pods that call or are called: a workload of ours, or an operator's (by its footprint).

    ``selector`` are labels that select the pods. They must stand in the selector of the Service too by which others
    reach them: the CNI sees a packet before its cluster IP is translated, and opens the IPs of Services whose selector
    holds the policy's (amazon-network-policy-controller-k8s, endpoint resolver). On the host network no policy holds
    the pods: others reach them by the nodes' addresses, and only what they call is looked at.
    """

    namespace: str
    name: str
    selector: tuple[tuple[str, str], ...]
    ports: tuple[EndpointPort, ...] = ()
    calls: tuple[Call, ...] = ()
    accepts: tuple[Accept, ...] = ()
    identity: bool = False
    metrics_ports: tuple[str | int, ...] = ()
    """Ports that Prometheus reads: one for each thing in the pods that shows figures."""
    host_network: bool = False
    labels: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> Key:
        """Namespace and name."""
        return self.namespace, self.name

    def port(self, port: str | int) -> EndpointPort | None:
        """The port of that name or number."""
        return next((p for p in self.ports if port in (p.name, p.number)), None)


def endpoint_of(workload: Workload) -> Endpoint:
    """A workload of ours as the topology sees it."""
    return Endpoint(
        namespace=workload.namespace,
        name=workload.name,
        selector=tuple(label.selector_labels(workload.name).items()),
        ports=tuple(EndpointPort(p.name, p.number, p.protocol) for p in workload.ports),
        calls=workload.calls,
        accepts=_accepts(workload),
        identity=workload.identity,
        metrics_ports=(workload.metrics.port,) if workload.metrics else (),
        labels=tuple(
            label.standard_labels(workload.name, component=workload.component, part_of=workload.part_of).items()
        ),
    )


def _accepts(workload: Workload) -> tuple[Accept, ...]:
    """What is declared, and the load balancer for every port that a route leads to."""
    said = {accept.port for accept in workload.accepts if isinstance(accept, FromLoadBalancer)}
    routed = (FromLoadBalancer(route.port) for route in workload.routes if route.port not in said)
    return tuple(dict.fromkeys((*workload.accepts, *routed)))


@dataclass(frozen=True)
class Networks:
    """The stack's networks, as the plan has them: all known before anything is made."""

    control_plane: tuple[IPv4Network, ...]
    """Subnets in which EKS puts the control plane's interfaces."""
    private: tuple[IPv4Network, ...]
    """Subnets of nodes and interface endpoints."""
    public: tuple[IPv4Network, ...]
    """Subnets of the load balancers."""
    database: tuple[IPv4Network, ...]
    service_cidr: IPv4Network
    """Cluster IPs of Services. The first address is the API's own: no pod selector finds it, so callers of the API get
    it as an address."""
    pods: tuple[IPv4Network, ...] = ()
    """Where pods have subnets of their own (secondary CIDR)."""
    interface_endpoints: frozenset[str] = frozenset()
    """AWS services with an interface endpoint in the VPC."""


@dataclass(frozen=True)
class EgressProxy:
    """The one workload that may call hosts outside AWS for others, with a listener (a port) for each caller."""

    key: Key
    listeners: Mapping[Key, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Path:
    """One line of the matrix: who reaches what on which port, by what kind of path; an exception with its reason."""

    source: str
    destination: str
    port: int
    protocol: str
    kind: PathKind
    reason: str | None = None
    via: str | None = None
    """The pods that the packet goes to, where they aren't the destination: the egress proxy for a host outside."""


@dataclass(frozen=True)
class PathProblem:
    """A declared path that can't be: who declared it, where it should lead, and what would be allowed."""

    caller: str
    target: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.caller} -> {self.target}: {self.allowed}"


class TopologyError(ValueError):
    """Paths that lead nowhere, all of them at once."""

    def __init__(self, problems: Sequence[PathProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))


def _text(key: Key) -> str:
    return "/".join(key)


class Topology:
    """Every path of a cluster. ``TopologyError`` names each declared path that can't be."""

    def __init__(
        self,
        endpoints: Iterable[Workload | Endpoint],
        *,
        networks: Networks,
        namespaces: Iterable[str] | None = None,
        prometheus: Key | None = None,
        proxy: EgressProxy | None = None,
    ) -> None:
        self._networks = networks
        self._proxy = proxy
        self._prometheus = prometheus
        self._endpoints: dict[Key, Endpoint] = {}
        self._egress: dict[Key, Rules] = {}
        self._ingress: dict[Key, Rules] = {}
        self._matrix: list[Path] = []
        self._problems: list[PathProblem] = []
        known = None if namespaces is None else frozenset(namespaces)
        for item in endpoints:
            endpoint = endpoint_of(item) if isinstance(item, Workload) else item
            if endpoint.key in self._endpoints:
                self._refuse(endpoint, _text(endpoint.key), "a name that no other workload of the namespace has")
            if known is not None and endpoint.namespace not in known:
                self._refuse(endpoint, endpoint.namespace, f"a namespace of the cluster: {', '.join(sorted(known))}")
            self._endpoints[endpoint.key] = endpoint
            self._egress[endpoint.key] = {}
            self._ingress[endpoint.key] = {}
        for key, role in ((prometheus, "prometheus"), (proxy.key if proxy else None, "egress proxy")):
            if key is not None and key not in self._endpoints:
                self._problems.append(
                    PathProblem(role, _text(key), "a workload of the cluster: there is none so called")
                )
        for endpoint in self._endpoints.values():
            self._connect(endpoint)
        for endpoint in self._endpoints.values():
            self._count_ports(endpoint)
        if self._problems:
            raise TopologyError(self._problems)

    def matrix(self) -> tuple[Path, ...]:
        """Every open path, in the order of declaration."""
        return tuple(self._matrix)

    def exceptions(self) -> tuple[Path, ...]:
        """The paths that are open for a written reason only."""
        return tuple(path for path in self._matrix if path.reason is not None)

    def policy(self, workload: Workload | Endpoint) -> NetworkPolicy:
        """The policy of one workload. ``KeyError`` where the topology doesn't know it."""
        return self._policy(self._endpoints[workload.key])

    def policies(self, namespace: str | None = None) -> list[NetworkPolicy]:
        """The policies of all workloads (of a namespace). Pods on the host network have none: it wouldn't hold them."""
        return [
            self._policy(endpoint)
            for endpoint in self._endpoints.values()
            if not endpoint.host_network and namespace in (None, endpoint.namespace)
        ]

    def _policy(self, endpoint: Endpoint) -> NetworkPolicy:
        labels = dict(endpoint.labels) if endpoint.labels else label.selector_labels(endpoint.name)
        return network_policy(
            ObjectMeta(name=endpoint.name, namespace=endpoint.namespace, labels=labels),
            dict(endpoint.selector),
            ingress=self._ingress[endpoint.key],
            egress=self._egress[endpoint.key],
        )

    # --- paths ----------------------------------------------------------------------------------------------------

    def _refuse(self, caller: Endpoint, target: str, allowed: str) -> None:
        self._problems.append(PathProblem(_text(caller.key), target, allowed))

    def _connect(self, endpoint: Endpoint) -> None:
        for protocol in ("UDP", "TCP"):
            self._note(_text(endpoint.key), "kube-dns", (protocol, DNS_PORT), "dns", via=_text(_COREDNS))
        if endpoint.identity:
            self._out(endpoint, "pod-identity-agent", (IDENTITY_IPV4,), port=IDENTITY_PORT, kind="identity")
        for call in endpoint.calls:
            self._call(endpoint, call)
        for accept in endpoint.accepts:
            self._accept(endpoint, accept)
        if self._prometheus in self._endpoints:
            for port in endpoint.metrics_ports:
                self._to(self._endpoints[self._prometheus], endpoint, port, "scrape")

    def _count_ports(self, endpoint: Endpoint) -> None:
        """Refuse more ports than the CNI holds. Between two workloads the caller's side says it for both."""
        from_blocks = ((p, n) for p, n in self._ingress[endpoint.key].items() if isinstance(p, Block))
        for peer, ports in (*self._egress[endpoint.key].items(), *from_blocks):
            if len(ports) > MAX_PORTS:
                name = dict(peer.selector).get(label.NAME, "pods") if isinstance(peer, Pods) else ""
                other = _text((peer.namespace, name)) if isinstance(peer, Pods) else peer.cidr
                allowed = f"at most {MAX_PORTS} ports, not {len(ports)}: the CNI holds no more for an address"
                self._refuse(endpoint, other, allowed)

    def _call(self, caller: Endpoint, call: Call) -> None:
        match call:
            case ToWorkload():
                target = self._endpoints.get((call.namespace, call.name))
                if target is None:
                    self._refuse(
                        caller, f"{call.namespace}/{call.name}", "a workload of the cluster: none is so called"
                    )
                else:
                    self._to(caller, target, call.port, "workload")
            case ToApiServer():
                api = str(self._networks.service_cidr[1])
                blocks = (*_texts(self._networks.control_plane), f"{api}/32")
                self._out(caller, "api-server", blocks, port=HTTPS_PORT, kind="apiserver")
            case ToNodes():
                self._out(caller, "nodes", _texts(self._networks.private), port=call.port, kind="node")
            case ToDatabase():
                self._out(caller, "database", _texts(self._networks.database), port=call.port, kind="database")
            case ToCache():
                self._out(caller, "cache", _texts(self._networks.database), port=call.port, kind="cache")
            case ToAws():
                self._call_aws(caller, call)
            case ToExternal():
                self._call_external(caller, call)
            case ToInternet():
                self._out(caller, "internet", PUBLIC_BLOCKS, port=call.port, kind="internet", reason=call.reason)

    def _call_aws(self, caller: Endpoint, call: ToAws) -> None:
        target = f"aws:{call.service}"
        if call.service in self._networks.interface_endpoints:
            self._out(caller, target, _texts(self._networks.private), port=HTTPS_PORT, kind="aws")
        elif call.reason is not None:
            self._out(caller, target, PUBLIC_BLOCKS, port=HTTPS_PORT, kind="aws", reason=call.reason)
        else:
            gateway = " (a gateway endpoint answers on public addresses)" if call.service in GATEWAY_SERVICES else ""
            allowed = (
                f"an interface endpoint for {call.service} in the network, or a reason for public addresses{gateway}"
            )
            self._refuse(caller, target, allowed)

    def _call_external(self, caller: Endpoint, call: ToExternal) -> None:
        target = f"external:{call.host}:{call.port}"
        if self._proxy is None:
            self._refuse(caller, target, "an egress proxy in the cluster: there is no direct way out")
        elif self._proxy.key in self._endpoints:
            listener = self._proxy.listeners.get(caller.key)
            if listener is None:
                self._refuse(caller, target, f"a listener of its own at the egress proxy {_text(self._proxy.key)}")
            else:
                self._to(caller, self._endpoints[self._proxy.key], listener, "external", shown=target)

    def _accept(self, endpoint: Endpoint, accept: Accept) -> None:
        source = "api-server" if accept.kind == "webhook" else "load-balancer"
        blocks = self._networks.control_plane if accept.kind == "webhook" else self._networks.public
        port = endpoint.port(accept.port)
        if port is None:
            self._problems.append(PathProblem(source, f"{_text(endpoint.key)}:{accept.port}", _ports_allowed(endpoint)))
            return
        key = (port.protocol, port.number)
        for block in _texts(blocks):
            self._ingress[endpoint.key].setdefault(Block(block), {})[key] = None
        self._note(source, _text(endpoint.key), key, accept.kind)

    def _to(
        self, caller: Endpoint, target: Endpoint, port: str | int, kind: PathKind, *, shown: str | None = None
    ) -> None:
        """Open a port of other pods: egress here, ingress there."""
        found = target.port(port)
        if found is None:
            self._refuse(caller, f"{_text(target.key)}:{port}", _ports_allowed(target))
            return
        key = (found.protocol, found.number)
        for peer in self._peers(target):
            self._egress[caller.key].setdefault(peer, {})[key] = None
        for peer in self._peers(caller):
            self._ingress[target.key].setdefault(peer, {})[key] = None
        met = _text(target.key)
        self._note(_text(caller.key), shown or met, key, kind, via=met if shown else None)

    def _out(
        self,
        caller: Endpoint,
        target: str,
        blocks: Sequence[str],
        *,
        port: int,
        kind: PathKind,
        reason: str | None = None,
    ) -> None:
        """Open addresses outside the cluster: egress only, there is no policy on the other side."""
        for block in blocks:
            self._egress[caller.key].setdefault(Block(block), {})[("TCP", port)] = None
        self._note(_text(caller.key), target, ("TCP", port), kind, reason)

    def _peers(self, endpoint: Endpoint) -> Iterator[Peer]:
        if endpoint.host_network:
            yield from (Block(block) for block in _texts(self._networks.private))
        else:
            yield Pods(endpoint.namespace, endpoint.selector)

    def _note(  # noqa: PLR0917 - the columns of the matrix
        self,
        source: str,
        destination: str,
        port: PortKey,
        kind: PathKind,
        reason: str | None = None,
        via: str | None = None,
    ) -> None:
        self._matrix.append(Path(source, destination, port[1], port[0], kind, reason, via))


def _texts(blocks: Iterable[IPv4Network]) -> tuple[str, ...]:
    return tuple(str(block) for block in blocks)


def _ports_allowed(endpoint: Endpoint) -> str:
    ports = ", ".join(f"{p.name} ({p.number})" for p in endpoint.ports)
    return f"one of its ports: {ports}" if ports else "nothing: it has no ports"
