"""What runs in a cluster, worked out from settings alone: operators, workloads, who talks to whom, what it all takes.

Nothing here is a resource. The plan is made before anything is registered, so a path that leads nowhere and nodes that
are too few are errors of a stack file, not of an update half done.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from ipaddress import IPv4Network
from typing import Any, Final, cast

from components.agent_fleet import AgentFleetSettings
from components.agent_fleet.workloads import workloads as agent_workloads
from components.applications.settings import ApplicationsSettings
from components.applications.workloads import application_workloads
from components.cluster_room import Room, at_most, base, needed
from components.cluster_services.settings import ClusterServicesSettings
from components.context import StackIdentity
from components.data_layer import DataLayerSettings
from components.database_access import DatabaseAccessSettings
from components.database_access.workloads import workloads as database_workloads
from components.edge import EdgeSettings
from components.eks_cluster.people import People
from components.eks_cluster.settings import AccessLevel, EksClusterSettings
from components.ingress import CONTROLLER, public_gateway
from components.kubernetes.namespace import NamespaceDeclaration, platform_namespaces
from components.kubernetes.paths import Call, ToDatabase, ToWorkload
from components.kubernetes.topology import Networks, Topology, TopologyError
from components.kubernetes.workload import Key, Workload, unrouted
from components.mcp_platform import McpPlatformSettings
from components.mcp_platform.egress import Egress, with_egress_proxy
from components.mcp_platform.workloads import ContextStore
from components.mcp_platform.workloads import workloads as mcp_workloads
from components.model import Problem, Settings, one_of
from components.naming import Names
from components.networking.plan import Tier
from components.networking.settings import NetworkingSettings
from components.observability.exporters import exporters
from components.observability.settings import ObservabilitySettings
from components.operators.catalog import CATALOG
from components.operators.catalog.addons import sizing
from components.operators.catalog.delivery import ARGO_CD
from components.operators.footprint import Profile
from components.operators.operator import Operator
from components.operators.paths import endpoints
from components.upstream import pull_through

CONTEXTS: Final = "mcp-contexts"
"""The table of MCP contexts, among the data layer's tables."""
PROMETHEUS_STACK: Final = "kube-prometheus-stack"
PROMETHEUS: Final[Key] = ("monitoring", f"{PROMETHEUS_STACK}-prometheus")


@dataclass(frozen=True)
class Sections:
    """The settings that decide what runs in the stack's clusters."""

    stack: StackIdentity
    networking: NetworkingSettings
    services: ClusterServicesSettings
    data: DataLayerSettings
    mcp: McpPlatformSettings
    agents: AgentFleetSettings
    applications: ApplicationsSettings
    edge: EdgeSettings
    database_access: DatabaseAccessSettings
    observability: ObservabilitySettings

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The sections' keys in a stack file, in the order in which this class takes them."""
        return tuple(field.name for field in fields(cls))

    @classmethod
    def of(cls, settings: object) -> Sections:
        """The sections out of the whole of a stack's settings."""
        return cls(*(getattr(settings, name) for name in cls.names()))


@dataclass(frozen=True)
class ClusterPlan:
    """One cluster's operators, workloads and paths."""

    key: str
    cluster: EksClusterSettings
    profile: Profile
    operators: tuple[Operator, ...]
    """In the order of installation."""
    addons: tuple[Operator, ...]
    egress: Egress
    namespaces: Mapping[str, NamespaceDeclaration]
    contexts: ContextStore
    applications: str
    """The namespace of the applications."""
    topology: Topology
    images: Mapping[str, str]
    """What an image of ours may begin with, by a name for each: the stack's repositories and the caches of others."""
    gateway: Key | None
    """The Gateway that routes hang on. None until the edge has a certificate: workloads have no routes then."""
    people: People

    @classmethod
    def of(cls, key: str, cluster: EksClusterSettings, sections: Sections) -> ClusterPlan:
        """The plan of the cluster ``key``. ``TopologyError`` names each declared path that can't be."""
        identity = sections.stack
        names = Names(identity.platform, identity.env, identity.account_id, identity.region)
        profile = Profile.of(identity.tier)
        operators = sections.services.ordered(identity, cluster)
        addons = tuple(CATALOG[name] for name in cluster.addons.names())
        contexts = _contexts(sections.data, names)
        caches = pull_through(names)
        applications = application_workloads(sections.applications, identity, names, caches)
        ours = [
            *database_workloads(sections.database_access, sections.data, names),
            *mcp_workloads(sections.mcp, identity, names, contexts, caches),
            *agent_workloads(sections.agents, sections.mcp, identity, names),
            *(workload for made in applications.values() for workload in made),
        ]
        if any(operator.name == PROMETHEUS_STACK for operator in operators):
            ours += exporters(sections.observability.exporters, sections.data, names)
        if _waits_for_database(sections):
            ours = _without_database(ours)
        gateway = _gateway(sections)
        if gateway is None:
            ours = [unrouted(workload) for workload in ours]
        egress = with_egress_proxy(ours, sections.mcp.egress_proxy, caches)
        home = sections.applications.namespace_in(names)
        inside = [endpoint.value for endpoint in sections.networking.interface_endpoints]
        people = People.of(cluster.access)
        declared = {
            ns.name: ns.model_copy(update={"teams": people.teams(ns)})
            for ns in platform_namespaces(identity.platform, home)
        }
        others = endpoints((*addons, *operators), profile, identity.platform, inside)
        topology = Topology(
            [*egress.workloads, *others],
            networks=networks(sections.networking, cluster),
            namespaces=declared,
            prometheus=PROMETHEUS if any(e.key == PROMETHEUS for e in others) else None,
            proxy=egress.proxy,
        )
        return cls(
            key=key,
            cluster=cluster,
            profile=profile,
            operators=operators,
            addons=addons,
            egress=egress,
            namespaces=declared,
            contexts=contexts,
            applications=home,
            topology=topology,
            images=images(names),
            gateway=gateway,
            people=people,
        )

    @property
    def signs_in(self) -> bool:
        """Whether people sign in to something at the load balancer."""
        return any(route.sign_in is not None for workload in self.egress.workloads for route in workload.routes)

    @property
    def routed(self) -> frozenset[str]:
        """Namespaces with workloads that are reached from outside."""
        return frozenset(workload.namespace for workload in self.egress.workloads if workload.routes)

    def addon_sizes(self) -> dict[str, dict[str, object]]:
        """What each add-on is told of replicas and resources, so that its pods are those of its footprint."""
        return {addon.name: sizing(addon, self.profile) for addon in self.addons}

    def needed(self) -> Room:
        """What the base nodes must hold: fewest replicas of ours, operators, add-ons and DaemonSets."""
        return needed(self.cluster, (*self.addons, *self.operators), self.profile, self.egress.workloads)

    def base(self) -> Room:
        """What the base nodes have for pods."""
        return base(self.cluster)

    def at_most(self) -> tuple[Room, Room]:
        """What the nodes open to all must hold while everything runs at its most, and what they have at theirs."""
        return at_most(self.cluster, (*self.addons, *self.operators), self.profile, self.egress.workloads)


def images(names: Names) -> dict[str, str]:
    """What an image may begin with where the admission policies bind."""
    own = {"stack": f"{names.registry}/{names.repository('')}"}
    return own | {host: f"{cache}/" for host, cache in pull_through(names).items()}


def networks(networking: NetworkingSettings, cluster: EksClusterSettings) -> Networks:
    """The stack's networks as the topology of one of its clusters knows them."""

    def tier(name: Tier) -> tuple[IPv4Network, ...]:
        return tuple(networking.networks().get(name, {}).values())

    return Networks(
        control_plane=tier(Tier.PRIVATE),
        private=tier(Tier.PRIVATE),
        public=tier(Tier.PUBLIC),
        database=tier(Tier.DATABASE),
        service_cidr=cluster.service_cidr,
        pods=tier(Tier.PODS),
        interface_endpoints=frozenset(endpoint.value for endpoint in networking.interface_endpoints),
    )


def _contexts(data: DataLayerSettings, names: Names) -> ContextStore:
    table = data.tables[CONTEXTS]
    return ContextStore(names.of("dynamodb", CONTEXTS), table.ttl_attribute, table.retention_days or 0)


def _waits_for_database(sections: Sections) -> bool:
    """Whether there is no database yet: in a standby, until a recovery point is named that it begins from."""
    return sections.stack.standby and sections.data.database.snapshot_arn is None


def _without_database(workloads: Sequence[Workload]) -> list[Workload]:
    """``workloads`` but those that go to the database, and whoever calls one of them.

    Started without one, they would hold an update up until it fails.
    """
    waiting: set[Key] = set()
    while True:
        found = {w.key for w in workloads if any(_leads_there(call, waiting) for call in w.calls)}
        if found <= waiting:
            return [w for w in workloads if w.key not in waiting]
        waiting |= found


def _leads_there(call: Call, waiting: Collection[Key]) -> bool:
    return isinstance(call, ToDatabase) or (isinstance(call, ToWorkload) and (call.namespace, call.name) in waiting)


def _gateway(sections: Sections) -> Key | None:
    """The stack's Gateway: where its certificate can be validated and its controller runs."""
    made = sections.edge.ready and CONTROLLER in sections.services.chosen(sections.stack)
    return public_gateway(sections.stack.platform) if made else None


def check(clusters: Mapping[str, EksClusterSettings], *values: Settings) -> Iterator[Problem]:
    """What must hold between everything that runs in a cluster: every path leads somewhere, and the nodes suffice.

    ``values`` are the sections of ``Sections.names()``, in that order.
    """
    sections = Sections(*cast("tuple[Any, ...]", values))
    data = sections.data
    if CONTEXTS not in data.tables:
        yield Problem(("data", "tables"), sorted(data.tables), f"{CONTEXTS} too: MCP servers keep their contexts there")
        return
    for key, cluster in clusters.items():
        try:
            plan = ClusterPlan.of(key, cluster, sections)
        except TopologyError as error:
            for found in error.problems:
                yield Problem(("clusters", key), f"{found.caller} -> {found.target}", found.allowed)
            continue
        yield from _access_nowhere(plan)
        yield from _too_small(plan)
        yield from _brought_by_nobody(plan)


def _access_nowhere(plan: ClusterPlan) -> Iterator[Problem]:
    for name, entry in plan.cluster.access.items():
        vendors = entry.level is not AccessLevel.READ_ONLY
        known = [ns.name for ns in plan.namespaces.values() if not (ns.exists and vendors)]
        for index, namespace in enumerate(entry.namespaces):
            if namespace not in known:
                path = ("clusters", plan.key, "access", name, "namespaces", index)
                yield Problem(path, namespace, one_of(known))


def _too_small(plan: ClusterPlan) -> Iterator[Problem]:
    cluster = plan.cluster
    short = plan.needed().short_of(plan.base())
    if short:
        yield Problem(
            ("clusters", plan.key, "node_groups"),
            {name: group.desired for name, group in cluster.node_groups.items()},
            f"more or larger base nodes, fewer operators or fewer replicas: {'; '.join(short)}",
        )
        return
    wanted, there = plan.at_most()
    short = wanted.short_of(there)
    if short:
        yield Problem(
            ("clusters", plan.key, "node_pools" if cluster.node_pools else "node_groups"),
            {name: pool.max for name, pool in cluster.node_pools.items()}
            or {name: group.desired for name, group in cluster.node_groups.items()},
            f"more or larger nodes, or fewer replicas at the most: {'; '.join(short)}",
        )


def _brought_by_nobody(plan: ClusterPlan) -> Iterator[Problem]:
    there = [operator.name for operator in plan.operators]
    left = ["/".join(w.key) for w in plan.egress.workloads if w.delivery == "argocd"]
    if left and ARGO_CD not in there:
        few = ", ".join(left[:3]) + (f" and {len(left) - 3} more" if len(left) > 3 else "")  # noqa: PLR2004 - to read
        yield Problem(("services", "operators"), there, f"{ARGO_CD} too, or delivery: pulumi for {few}")
