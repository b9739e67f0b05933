"""The MCP platform in a cluster: its namespace, its servers, and the way out to hosts that are not AWS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import pulumi
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.models.scheduling_v1 import PriorityClass

from components.cluster_services import ClusterServices
from components.context import Context
from components.eks_cluster import EksCluster
from components.mcp_platform.settings import NAMESPACE, McpPlatformSettings
from components.mcp_platform.tool_gateway import PRIORITY_CLASS
from components.mcp_platform.workloads import grants, tool_enforcement, url
from components.tenancy import DeployedWorkload, WorkloadNamespace

if TYPE_CHECKING:
    from components.cluster_plan import ClusterPlan

PRIORITY: Final = 2000
"""Above every agent's: a server without room stops all agents that use it."""


def priority_class(name: str, value: int, description: str, *, preempts: bool = True) -> PriorityClass:
    """A priority for pods. ``preempts``: they may push out pods of lower priority where room is short."""
    return PriorityClass(
        metadata=ObjectMeta(name=name),
        value=value,
        description=description,
        globalDefault=False,
        preemptionPolicy="PreemptLowerPriority" if preempts else "Never",
    )


class McpPlatform(pulumi.ComponentResource):
    """The namespace ``mcp``, every MCP server, and the egress proxy where some workload calls a host outside.

    In the phase ``bootstrap`` no workload is made, since nobody has pushed its image yet.
    """

    namespace: str
    endpoints: Mapping[str, str]
    """Where agents call each server."""
    tools: Mapping[str, str]
    """Who holds agents to each server's list of tools: ``gateway``, or ``advisory`` where it is advice."""

    def __init__(  # noqa: PLR0917 - what a component stands on, in the order of every component
        self,
        name: str,
        settings: McpPlatformSettings,
        plan: ClusterPlan,
        context: Context,
        cluster: EksCluster,
        services: ClusterServices,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:McpPlatform", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        objects, workloads = services.objects, plan.egress.of(NAMESPACE)
        self.namespace = NAMESPACE
        self.endpoints = {server: url(server, settings) for server in settings.servers}
        self.tools = {server: tool_enforcement(server, settings) for server in settings.servers}
        objects.add(priority_class(PRIORITY_CLASS, PRIORITY, "MCP servers: every agent needs them"), parent=self)
        WorkloadNamespace(plan.namespaces[NAMESPACE], workloads, context, objects, cluster.ref, opts=child)
        if context.identity.phase == "running":
            for workload in workloads:
                server = settings.servers.get(workload.name)
                granted = grants(server, context.names, plan.contexts) if server else []
                DeployedWorkload(workload, granted, plan.topology, objects, cluster.ref, opts=child)
        self.register_outputs({"namespace": NAMESPACE, "endpoints": dict(self.endpoints)})
