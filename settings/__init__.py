"""The settings of one stack: the sum of what each component declares, read in one place.

``StackSettings.load()`` is the only reader of configuration. It reports every wrong key in one run, each once, with
file, key, value and what is allowed, as a ``pulumi.RunError``: the engine prints that without a traceback.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pydantic import PrivateAttr

from components.agent_fleet import AgentFleetSettings
from components.agent_fleet import check as check_agents
from components.agent_fleet import check_stores as check_agent_stores
from components.applications import ApplicationsSettings, check_stores
from components.applications import check as check_applications
from components.cluster_plan import ClusterPlan
from components.cluster_services import ClusterServicesSettings
from components.cluster_services import check as check_services
from components.context import StackIdentity
from components.cost import CostSettings
from components.cost import check as check_cost
from components.data_layer import DataLayerSettings
from components.data_layer import check as check_data
from components.database_access import DatabaseAccessSettings
from components.database_access import check as check_database_access
from components.delivery import DeliverySettings, rendered_tree
from components.delivery import check as check_delivery
from components.edge import EdgeSettings
from components.edge import check as check_edge
from components.eks_cluster import ClustersSettings
from components.eks_cluster import check as check_clusters
from components.eks_cluster import check_zones as check_cluster_zones
from components.kubernetes.manifest import Json
from components.kubernetes.topology import Path
from components.mcp_platform import McpPlatformSettings
from components.mcp_platform.check import check as check_mcp
from components.model import Problem, Settings
from components.networking import NetworkingSettings
from components.networking import check as check_networking
from components.observability import ObservabilitySettings
from components.observability import check as check_observability
from components.resilience import ResilienceSettings
from components.resilience import check as check_resilience
from settings.cluster_plans import PLANNED, cluster_plan
from settings.cluster_plans import check as check_plans
from settings.sections import NAMESPACES, Checks, Whole, load, parse


class StackSettings(Settings):
    """Everything that a stack file may say, one key a component."""

    stack: StackIdentity
    """Which stack this is: product, environment, account, region, owner, phase."""
    networking: NetworkingSettings
    """The VPC and its tiers."""
    clusters: ClustersSettings
    """The EKS clusters by key: version, endpoint, access, nodes, add-ons."""
    services: ClusterServicesSettings = ClusterServicesSettings()
    """The operators of the clusters."""
    data: DataLayerSettings
    """The stores: database, caches, tables, buckets, registry, secrets."""
    database_access: DatabaseAccessSettings = DatabaseAccessSettings()
    """The way to the database: the connection pooler."""
    resilience: ResilienceSettings
    """Backups, copies and locks of the stores, and the tiers that they keep."""
    edge: EdgeSettings
    """The way in: DNS, certificates, CloudFront, firewalls."""
    mcp: McpPlatformSettings
    """The MCP servers: image, transport, permission profile, scaling."""
    agents: AgentFleetSettings
    """The agents: role, model, MCP servers, scaling, budget, approvals."""
    applications: ApplicationsSettings
    """The product's own services: image, port, routes, scaling, stores, Jobs around a release."""
    observability: ObservabilitySettings
    """Metrics, logs, alerts and who is told."""
    delivery: DeliverySettings | None = None
    """Argo CD: from where it brings workloads in, and who may sync. Must be given where it is among the operators."""
    cost: CostSettings
    """The budget and who hears of it."""

    _plans: dict[str, ClusterPlan] = PrivateAttr(default_factory=dict)

    def plan(self, key: str) -> ClusterPlan:
        """What runs in the cluster ``key``, worked out once. ``TopologyError`` names each path that can't be."""
        if key not in self._plans:
            self._plans[key] = cluster_plan(key, self.clusters[key], self)
        return self._plans[key]

    def plan_problems(self) -> Iterator[Problem]:
        """What is wrong with what runs in the clusters."""
        return check_plans(self.clusters, self, self.plan)

    def rendered(self, stack: str) -> dict[str, dict[str, Json]]:
        """What Argo CD finds of the stack in the rendered branch: objects by path. Nothing until images are pushed."""
        if self.delivery is None or self.stack.phase == "bootstrap":
            return {}
        return rendered_tree(stack, self.delivery, (self.plan(key) for key in self.clusters))

    def paths(self) -> dict[str, tuple[Path, ...]]:
        """Every declared network path, cluster by cluster."""
        return {key: self.plan(key).topology.matrix() for key in self.clusters}

    @classmethod
    def load(cls) -> StackSettings:
        """The settings of the stack being deployed. ``pulumi.RunError`` names every wrong key."""
        return load(cls, CHECKS, WHOLE)

    @classmethod
    def parse(cls, raw: Mapping[str, object], *, project: str, file: str, others: Iterable[str] = ()) -> StackSettings:
        """``raw`` (the project's keys without their namespace) as settings; ``file`` is named in the errors.

        ``others`` are the file's keys of other namespaces, whole.
        """
        return parse(cls, CHECKS, raw, WHOLE, project=project, file=file, others=others)


CHECKS: Final[Checks] = (
    (("stack", "networking"), check_networking),
    (("clusters", "stack"), check_clusters),
    (("clusters", "networking"), check_cluster_zones),
    (("stack", "clusters", "services"), check_services),
    (("stack", "data"), check_data),
    (("data", "database_access"), check_database_access),
    (("stack", "data", "services", "resilience"), check_resilience),
    (("stack", "edge"), check_edge),
    (("stack", "cost"), check_cost),
    (("stack", "services", "edge", "mcp"), check_mcp),
    (("agents", "mcp"), check_agents),
    (("data", "mcp", "agents"), check_agent_stores),
    (("stack", "edge", "applications"), check_applications),
    (("stack", "data", "applications"), check_stores),
    (("stack", "services", "data", "observability"), check_observability),
    (("stack", "services", "data", "delivery"), check_delivery),
)
"""What must hold between sections: which sections a check needs, and the check. It runs only where those are right."""
WHOLE: Final[Whole[StackSettings]] = (("clusters", *PLANNED), StackSettings.plan_problems)


__all__ = ["CHECKS", "NAMESPACES", "StackSettings"]
