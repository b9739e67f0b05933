"""The fleet in a cluster: its namespace, its priorities, the coordinator and the agents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pulumi

from components.agent_fleet.settings import COORDINATOR, NAMESPACE, AgentFleetSettings, Priority
from components.agent_fleet.workloads import budgets, grants, priority_class_name, scaler_manifests
from components.cluster_plan import ClusterPlan
from components.cluster_services import ClusterServices
from components.context import Context
from components.eks_cluster import EksCluster
from components.kubernetes.priority import priority_class
from components.tenancy import DeployedWorkload, WorkloadNamespace

PRIORITIES: Final[Mapping[Priority, tuple[int, str, bool]]] = {
    # below -10 the cluster autoscaler starts no node for a pod (its default cutoff)
    "high": (1000, "The coordinator, and agents that somebody waits for", True),
    "normal": (0, "Agents", True),
    "low": (-5, "Agents whose work can wait", False),
}
"""Value, description, and whether its pods may push out others."""


class AgentFleet(pulumi.ComponentResource):
    """The namespace ``mcp-agents`` with the coordinator and every agent.

    In the phase ``bootstrap`` no workload is made, since nobody has pushed its image yet.
    """

    namespace: str
    coordinator: str
    """Where workloads in the cluster call the coordinator."""
    budgets: Mapping[str, float]
    """What each agent's model calls may cost, in US dollars a day."""

    def __init__(  # noqa: PLR0917 - what a component stands on, in the order of every component
        self,
        name: str,
        settings: AgentFleetSettings,
        plan: ClusterPlan,
        context: Context,
        cluster: EksCluster,
        services: ClusterServices,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:AgentFleet", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        objects, workloads = services.objects, plan.workloads_in(NAMESPACE)
        self.namespace = NAMESPACE
        self.coordinator = f"http://{COORDINATOR}.{NAMESPACE}.svc.cluster.local:{settings.coordinator.port}"
        self.budgets = budgets(settings)
        for priority, (value, description, preempts) in PRIORITIES.items():
            manifest = priority_class(priority_class_name(priority), value, description, preempts=preempts)
            objects.add(manifest, parent=self)
        WorkloadNamespace(plan.namespaces[NAMESPACE], workloads, context, objects, cluster.ref, opts=child)
        if context.identity.phase == "running":
            objects.add_all(scaler_manifests(settings, context.names), parent=self)
            granted = {agent.name: grants(agent, context.names) for agent in settings.resolved()}
            for workload in workloads:
                DeployedWorkload(
                    workload, granted.get(workload.name, []), plan.topology, objects, cluster.ref, opts=child
                )
        self.register_outputs({"namespace": NAMESPACE, "coordinator": self.coordinator})
