"""What runs in one cluster: operators, workloads, who talks to whom, what it all takes. Worked out by ``settings``.

Nothing here is a resource: the plan is made from settings alone, before anything is registered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from components.cluster_capacity import ResourceTotals, base_capacity, base_demand, peak
from components.eks_cluster.settings import EksClusterSettings
from components.eks_cluster.teams import Teams
from components.kubernetes.namespace import NamespaceDeclaration
from components.kubernetes.topology import Topology
from components.kubernetes.workload import Key, Workload
from components.operators.catalog.addons import sizing
from components.operators.footprint import Profile
from components.operators.operator import Operator


@dataclass(frozen=True)
class ClusterPlan:
    """One cluster's operators, workloads and paths."""

    key: str
    cluster: EksClusterSettings
    profile: Profile
    operators: tuple[Operator, ...]
    """In the order of installation."""
    addons: tuple[Operator, ...]
    workloads: tuple[Workload, ...]
    """Ours, in the order of their declaration, the egress proxy among them."""
    namespaces: Mapping[str, NamespaceDeclaration]
    applications: str
    """The namespace of the applications."""
    topology: Topology
    images: Mapping[str, str]
    """What an image of ours may begin with, by a name for each: the stack's repositories and the caches of others."""
    gateway: Key | None
    """The Gateway that routes hang on. None until the edge has a certificate: workloads have no routes then."""
    teams: Teams

    def workloads_in(self, namespace: str) -> list[Workload]:
        """Our workloads of one namespace."""
        return [workload for workload in self.workloads if workload.namespace == namespace]

    @property
    def signs_in(self) -> bool:
        """Whether people sign in to something at the load balancer."""
        return any(route.sign_in is not None for workload in self.workloads for route in workload.routes)

    @property
    def routed(self) -> frozenset[str]:
        """Namespaces with workloads that are reached from outside."""
        return frozenset(workload.namespace for workload in self.workloads if workload.routes)

    def addon_sizes(self) -> dict[str, dict[str, object]]:
        """What each add-on is told of replicas and resources, so that its pods are those of its footprint."""
        return {addon.name: sizing(addon, self.profile) for addon in self.addons}

    def base_demand(self) -> ResourceTotals:
        """What the base nodes must hold: fewest replicas of ours, operators, add-ons and DaemonSets."""
        return base_demand(self.cluster, (*self.addons, *self.operators), self.profile, self.workloads)

    def base_capacity(self) -> ResourceTotals:
        """What the base nodes have for pods."""
        return base_capacity(self.cluster)

    def peak(self) -> tuple[ResourceTotals, ResourceTotals]:
        """What the nodes open to all must hold while everything runs at its most, and what they have at theirs."""
        return peak(self.cluster, (*self.addons, *self.operators), self.profile, self.workloads)
