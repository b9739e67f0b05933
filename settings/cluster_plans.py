"""The plans of a stack's clusters, put together from what each component makes of its own section.

A path that leads nowhere and nodes that are too few are errors of a stack file, found here before anything is
registered, not of an update half done.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from ipaddress import IPv4Network
from typing import Final, Protocol

from components.agent_fleet import AgentFleetSettings
from components.agent_fleet import workloads as agent_workloads
from components.applications import ApplicationsSettings, application_workloads
from components.cluster_plan import ClusterPlan
from components.cluster_services import ClusterServicesSettings
from components.context import StackIdentity
from components.data_layer import DataLayerSettings
from components.database_access import DatabaseAccessSettings
from components.database_access.workloads import workloads as database_workloads
from components.edge import EdgeSettings
from components.eks_cluster.settings import AccessLevel, EksClusterSettings
from components.eks_cluster.teams import Teams
from components.ingress import CONTROLLER, public_gateway
from components.kubernetes.namespace import platform_namespaces
from components.kubernetes.paths import Call, ToDatabase, ToWorkload
from components.kubernetes.topology import Networks, Topology, TopologyError
from components.kubernetes.workload import Key, Workload, unrouted
from components.mcp_platform import CONTEXTS, ContextStore, McpPlatformSettings, with_egress_proxy
from components.mcp_platform import workloads as mcp_workloads
from components.mcp_platform.settings import NAMESPACE as MCP_NAMESPACE
from components.model import Problem, one_of
from components.naming import Names
from components.networking import NetworkingSettings
from components.networking.plan import Tier
from components.observability import ObservabilitySettings
from components.observability.exporters import exporters
from components.operators.catalog import CATALOG
from components.operators.catalog.delivery import ARGO_CD
from components.operators.footprint import Profile
from components.operators.paths import endpoints
from components.upstream import pull_through
from components.workload_settings import among

PROMETHEUS_STACK: Final = "kube-prometheus-stack"
PROMETHEUS: Final[Key] = ("monitoring", f"{PROMETHEUS_STACK}-prometheus")
PLANNED: Final = (
    "stack",
    "networking",
    "services",
    "data",
    "mcp",
    "agents",
    "applications",
    "edge",
    "database_access",
    "observability",
)
"""The keys of ``PlannedSections``."""


class PlannedSections(Protocol):
    """The sections of a stack file that decide what runs in its clusters."""

    @property
    def stack(self) -> StackIdentity: ...
    @property
    def networking(self) -> NetworkingSettings: ...
    @property
    def services(self) -> ClusterServicesSettings: ...
    @property
    def data(self) -> DataLayerSettings: ...
    @property
    def mcp(self) -> McpPlatformSettings: ...
    @property
    def agents(self) -> AgentFleetSettings: ...
    @property
    def applications(self) -> ApplicationsSettings: ...
    @property
    def edge(self) -> EdgeSettings: ...
    @property
    def database_access(self) -> DatabaseAccessSettings: ...
    @property
    def observability(self) -> ObservabilitySettings: ...


def cluster_plan(key: str, cluster: EksClusterSettings, sections: PlannedSections) -> ClusterPlan:
    """The plan of the cluster ``key``. ``TopologyError`` names each declared path that can't be."""
    identity = sections.stack
    names = Names(identity.platform, identity.env, identity.account_id, identity.region)
    profile = Profile.of(identity.tier)
    operators = sections.services.ordered(identity, cluster)
    addons = tuple(CATALOG[name] for name in cluster.addons.names())
    gateway = _gateway(sections)
    exported = any(operator.name == PROMETHEUS_STACK for operator in operators)
    ours = _workloads(sections, names, exported=exported)
    if gateway is None:
        ours = [unrouted(workload) for workload in ours]
    egress = with_egress_proxy(ours, sections.mcp.egress_proxy, names)
    home = sections.applications.namespace_in(names)
    inside = [endpoint.value for endpoint in sections.networking.interface_endpoints]
    teams = Teams.of(cluster.access)
    balanced = {workload.namespace for workload in egress.workloads if workload.balanced}
    declared = {
        ns.name: ns.model_copy(update={"teams": teams.of_namespace(ns), "balanced": ns.name in balanced})
        for ns in platform_namespaces(identity.platform, home)
    }
    others = endpoints((*addons, *operators), profile, identity.platform, inside)
    return ClusterPlan(
        key=key,
        cluster=cluster,
        profile=profile,
        operators=operators,
        addons=addons,
        workloads=egress.workloads,
        namespaces=declared,
        applications=home,
        topology=Topology(
            [*egress.workloads, *others],
            networks=networks(sections.networking, cluster),
            namespaces=declared,
            prometheus=PROMETHEUS if any(e.key == PROMETHEUS for e in others) else None,
            proxy=egress.proxy,
        ),
        images=images(names),
        gateway=gateway,
        teams=teams,
    )


def _workloads(sections: PlannedSections, names: Names, *, exported: bool) -> list[Workload]:
    """Ours, in the order of components. ``exported``: there is a Prometheus that the stores are measured for."""
    identity = sections.stack
    ours = [
        *database_workloads(sections.database_access, sections.data, names),
        *mcp_workloads(sections.mcp, identity, names, ContextStore.of(sections.data, names)),
        *agent_workloads(sections.agents, sections.mcp, identity, names),
    ]
    applications = application_workloads(sections.applications, identity, names, ours)
    ours += [workload for made in applications.values() for workload in made]
    if exported:
        ours += exporters(sections.observability.exporters, sections.data, names)
    return _without_database(ours) if _waits_for_database(sections) else ours


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


def _waits_for_database(sections: PlannedSections) -> bool:
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


def _gateway(sections: PlannedSections) -> Key | None:
    """The stack's Gateway: where its certificate can be validated and its controller runs."""
    made = sections.edge.ready and CONTROLLER in sections.services.chosen(sections.stack)
    return public_gateway(sections.stack.platform) if made else None


def check(
    clusters: Iterable[str], sections: PlannedSections, plan_of: Callable[[str], ClusterPlan]
) -> Iterator[Problem]:
    """What must hold between everything that runs in a cluster: every path leads somewhere, and the nodes suffice."""
    data = sections.data
    if CONTEXTS not in data.tables:
        yield Problem(("data", "tables"), sorted(data.tables), f"{CONTEXTS} too: MCP servers keep their contexts there")
        return
    namespaces: set[str] | None = set()
    for key in clusters:
        try:
            plan = plan_of(key)
        except TopologyError as error:
            namespaces = None
            yield from _leads_nowhere(key, error, sections)
            continue
        if namespaces is not None:
            namespaces |= {namespace.name for namespace in plan.namespaces.values()}
        yield from _access_nowhere(plan)
        yield from _too_small(plan)
        yield from _brought_by_nobody(plan)
    if namespaces is not None:
        yield from _read_by_nobody(data, sorted(namespaces))


def _read_by_nobody(data: DataLayerSettings, namespaces: Collection[str]) -> Iterator[Problem]:
    """Logins and secrets of a namespace that no cluster has: a name misspelt, for nobody could read them."""
    where = "namespaces of the clusters"
    for cache, settings in data.caches.items():
        for user, row in settings.users.items():
            if row.namespace not in namespaces:
                yield Problem(
                    ("data", "caches", cache, "users", user, "namespace"),
                    row.namespace,
                    among(namespaces, row.namespace, where=where),
                )
    for name, service in data.services.items():
        if service.namespace is not None and service.namespace not in namespaces:
            path = ("data", "services", name, "namespace")
            yield Problem(path, service.namespace, among(namespaces, service.namespace, where=where))
    for namespace in data.secrets:
        if namespace not in namespaces:
            yield Problem(("data", "secrets", namespace), namespace, among(namespaces, namespace, where=where))


def _leads_nowhere(cluster: str, error: TopologyError, sections: PlannedSections) -> Iterator[Problem]:
    """Each path by the key that declares it; the cluster's own, where no key does."""
    told: set[tuple[str | int, ...]] = set()
    for found in error.problems:
        path, value = next(
            (
                (path, reference)
                for caller, target, path, reference in _declared(sections)
                if target == found.target.partition(":")[0] and f"{found.caller}-".startswith(f"{caller}-")
            ),
            (("clusters", cluster), f"{found.caller} -> {found.target}"),
        )
        if path not in told or path[0] == "clusters":
            told.add(path)
            yield Problem(path, value, found.allowed)


def _declared(sections: PlannedSections) -> Iterator[tuple[str, str, tuple[str | int, ...], str]]:
    """Who calls whom by the stack file, and where it says so: caller, target, key, value."""
    for name, server in sections.mcp.servers.items():
        for index, reference in enumerate(server.profile.services):
            path = ("mcp", "servers", name, "profile", "services", index)
            yield f"{MCP_NAMESPACE}/{name}", reference.partition(":")[0], path, reference
    names = Names(sections.stack.platform, sections.stack.env, sections.stack.account_id, sections.stack.region)
    home = sections.applications.namespace_in(names)
    for name, application in sections.applications.applications.items():
        for index, reference in enumerate(application.calls):
            target = reference.partition(":")[0]
            whole = target if "/" in target else f"{home}/{target}"
            yield f"{home}/{name}", whole, ("applications", "applications", name, "calls", index), reference


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
    short = plan.base_demand().short_of(plan.base_capacity())
    if short:
        yield Problem(
            ("clusters", plan.key, "node_groups"),
            {name: group.desired for name, group in cluster.node_groups.items()},
            f"more or larger base nodes, fewer operators or fewer replicas: {'; '.join(short)}",
        )
        return
    wanted, there = plan.peak()
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
    left = ["/".join(w.key) for w in plan.workloads if w.delivery == "argocd"]
    if left and ARGO_CD not in there:
        few = ", ".join(left[:3]) + (f" and {len(left) - 3} more" if len(left) > 3 else "")  # noqa: PLR2004 - to read
        yield Problem(("services", "operators"), there, f"{ARGO_CD} too, or delivery: pulumi for {few}")
