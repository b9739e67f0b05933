"""What an operator's pods take: requests and limits, places, privileges, ports, and network paths.

A Helm release's pods are no resources of ours, so each operator declares them. Capacity, quotas, network paths and
policy tables count these footprints, and the values that a chart is given carry the same figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from components.context import Environment
from components.kubernetes.namespace import PodSecurity

Values = dict[str, object]
"""A chart's values or an add-on's configuration: plain data, whose leaves may be cloud values not known yet."""


class Profile(StrEnum):
    """How large and how available operators are."""

    SMALL = "small"
    """One of each, small: dev."""
    STANDARD = "standard"
    """One of each, sized for real load: staging."""
    HA = "ha"
    """Two or more of whatever can be: production."""

    @classmethod
    def of(cls, tier: Environment) -> Profile:
        """The profile of a tier."""
        return {"dev": cls.SMALL, "staging": cls.STANDARD, "production": cls.HA}[tier]


# --- where operators live ---------------------------------------------------------------------------------------


class Home(StrEnum):
    """A namespace that operators live in."""

    SYSTEM = "system"
    """``<platform>-system``; every other home is the namespace's own name."""
    MONITORING = "monitoring"
    NODE_AGENTS = "node-agents"
    EXTERNAL_SECRETS = "external-secrets"
    CERT_MANAGER = "cert-manager"
    KARPENTER = "karpenter"
    ARGOCD = "argocd"
    VELERO = "velero"
    SECURITY = "security"
    KUBE_SYSTEM = "kube-system"
    CLOUDWATCH = "amazon-cloudwatch"
    GUARDDUTY = "amazon-guardduty"

    def namespace(self, platform: str) -> str:
        """The namespace's name on a platform."""
        return f"{platform}-system" if self is Home.SYSTEM else self.value


# --- footprints -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Amount:
    """CPU in thousandths of a core and memory in MiB; zero where nothing is declared."""

    cpu: int = 0
    memory: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.cpu + other.cpu, self.memory + other.memory)

    def __mul__(self, times: int) -> Amount:
        return Amount(self.cpu * times, self.memory * times)

    def at_least(self, other: Amount) -> Amount:
        """The larger of both in each dimension."""
        return Amount(max(self.cpu, other.cpu), max(self.memory, other.memory))

    def quantities(self) -> Values:
        """As a Kubernetes resource list; what is zero is left out."""
        found: Values = {}
        if self.cpu:
            found["cpu"] = f"{self.cpu}m"
        if self.memory:
            found["memory"] = f"{self.memory}Mi"
        return found


NOTHING: Final = Amount()


@dataclass(frozen=True)
class Container:
    """One container of an operator's pod.

    ``at`` is the path in the chart's values where its resources stand; empty for what no value reaches.
    """

    name: str
    requests: Amount
    limits: Amount
    at: tuple[str, ...] = ()
    init: bool = False

    def __post_init__(self) -> None:
        if (0 < self.limits.cpu < self.requests.cpu) or (0 < self.limits.memory < self.requests.memory):
            raise ValueError(f"{self.name}: requests above limits")

    def resources(self) -> Values:
        """As a container's ``resources``."""
        found: Values = {}
        if quantities := self.requests.quantities():
            found["requests"] = quantities
        if quantities := self.limits.quantities():
            found["limits"] = quantities
        return found


class PodKind(StrEnum):
    """What makes the pods."""

    DEPLOYMENT = "Deployment"
    DAEMON_SET = "DaemonSet"
    STATEFUL_SET = "StatefulSet"
    JOB = "Job"


class PortUse(StrEnum):
    """Who reaches a port: decides which network path is opened for it."""

    SCRAPE = "scrape"
    """Prometheus."""
    WEBHOOK = "webhook"
    """The API server, from the control plane's interfaces: admission."""
    APISERVICE = "apiservice"
    """The API server, from the control plane's interfaces: an aggregated API."""
    SERVICE = "service"
    """Whoever declares a path to it."""
    PEER = "peer"
    """Pods of the same operator."""


@dataclass(frozen=True)
class Port:
    """A container port that others reach. ``name`` is the port's name in the pod, empty where it has none."""

    number: int
    use: PortUse
    name: str = ""
    metrics: bool = False
    """Whether Prometheus reads ``/metrics`` here although the port serves others too."""
    protocol: Literal["TCP", "UDP"] = "TCP"

    @property
    def scraped(self) -> bool:
        """Whether Prometheus reads metrics here."""
        return self.metrics or self.use is PortUse.SCRAPE


@dataclass(frozen=True)
class Webhook:
    """An admission webhook: what it guards can't be made before it is ready if it ``blocks``."""

    port: int
    path: str
    guards: str
    mutating: bool = False
    blocks: bool = True
    """Whether its failure refuses the request (failure policy ``Fail``)."""


class EgressKind(StrEnum):
    """A kind of network path out of a pod."""

    DNS = "dns"
    APISERVER = "apiserver"
    STORE = "store"
    """A managed store of the stack, ``target`` ``cache`` or ``database``."""
    IDENTITY = "identity"
    """The Pod Identity agent on the node."""
    AWS = "aws"
    """An AWS API, ``target`` its endpoint prefix."""
    EXTERNAL = "external"
    """A host outside, ``target`` its name."""
    POD = "pod"
    """Another operator's pods, ``target`` ``<operator>/<pod>``."""
    NODE = "node"
    """The nodes' own addresses: the kubelet, and agents on the host network."""
    SCRAPE = "scrape"
    """Every port in the cluster where metrics are read."""


@dataclass(frozen=True)
class Egress:
    """A network path out of a pod."""

    kind: EgressKind
    target: str = ""
    port: int = 443
    reason: str = ""
    """Why the path is open to addresses that no policy can name (an AWS API without an endpoint in the VPC)."""

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.target}" if self.target else self.kind.value


DNS: Final = Egress(EgressKind.DNS, port=53)
APISERVER: Final = Egress(EgressKind.APISERVER)
IDENTITY: Final = Egress(EgressKind.IDENTITY, port=80)


def to_aws(
    *services: str, reason: str = "this stack has no endpoint for it: by NAT to its public addresses"
) -> tuple[Egress, ...]:
    """Paths to AWS APIs by their endpoint prefixes; ``reason`` counts where the VPC has no endpoint for one."""
    return tuple(Egress(EgressKind.AWS, service, reason=reason) for service in services)


class HostAccess(StrEnum):
    """What a pod takes from its node."""

    NETWORK = "network"
    PID = "pid"
    PRIVILEGED = "privileged"
    CAPABILITIES = "capabilities"


@dataclass(frozen=True)
class Volume:
    """A volume claim that each replica of a StatefulSet makes, in GiB unless the stack's settings say otherwise."""

    name: str
    gib: int


@dataclass(frozen=True)
class PodFootprint:
    """Pods of one kind that an operator brings, at one profile."""

    name: str
    kind: PodKind
    containers: tuple[Container, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    """What a NetworkPolicy or a monitor selects them by: labels that their Services select by too, because the CNI's
    agent opens a Service's address only where its selector holds the policy's."""
    replicas: int = 1
    replicas_at: tuple[str, ...] = ()
    """Path of the replicas in an add-on's configuration, where it can be told."""
    home: Home | None = None
    """Where it isn't the operator's own."""
    security: PodSecurity = "restricted"
    reason: str = ""
    """Why the pods need more than ``restricted`` allows."""
    host: tuple[HostAccess, ...] = ()
    host_paths: tuple[str, ...] = ()
    ports: tuple[Port, ...] = ()
    webhooks: tuple[Webhook, ...] = ()
    egress: tuple[Egress, ...] = ()
    volumes: tuple[Volume, ...] = ()
    unprobed: tuple[str, ...] = ()
    """Containers whose chart sets no readiness probe and offers none: exceptions of the probe rule."""
    writable_root: tuple[str, ...] = ()
    """Containers that need a writable root file system: exceptions of that rule."""

    def __post_init__(self) -> None:
        if self.security != "restricted" and not self.reason:
            raise ValueError(f"{self.name}: {self.security} without a reason")
        if self.kind is PodKind.DAEMON_SET and self.replicas != 1:
            raise ValueError(f"{self.name}: a DaemonSet has no replicas")

    @property
    def requests(self) -> Amount:
        """What the scheduler counts for one pod: all containers together, or the largest init container."""
        return self._effective(lambda container: container.requests)

    @property
    def limits(self) -> Amount:
        """Limits of one pod, counted like its requests."""
        return self._effective(lambda container: container.limits)

    def _effective(self, amount: Callable[[Container], Amount]) -> Amount:
        total = Amount()
        for container in self.containers:
            if not container.init:
                total = total + amount(container)
        for container in self.containers:
            if container.init:
                total = total.at_least(amount(container))
        return total

    def count(self, nodes: int) -> int:
        """Pods on a cluster of ``nodes`` nodes."""
        return nodes if self.kind is PodKind.DAEMON_SET else self.replicas


@dataclass(frozen=True)
class Reading:
    """Which text of a chart's values the footprint was read from."""

    commit: str
    """Of the chart's own repository."""
    sha256: str
    """Of ``values.yaml`` at that commit."""
    note: str = ""
