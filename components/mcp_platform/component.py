"""The MCP platform in a cluster: its namespace, its servers, and the way out to hosts that are not AWS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pulumi

from components.cluster_plan import ClusterPlan
from components.cluster_services import ClusterServices
from components.context import Context
from components.data_layer import DataLayer
from components.eks_cluster import EksCluster
from components.kubernetes.priority import priority_class
from components.mcp_platform.settings import NAMESPACE, McpPlatformSettings
from components.mcp_platform.tool_gateway import PRIORITY_CLASS
from components.mcp_platform.workloads import ContextStore, grants, tool_enforcement, url
from components.tenancy import DeployedWorkload, WorkloadNamespace

PRIORITY: Final = 2000
"""Above every agent's: a server without room stops all agents that use it."""


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
        data: DataLayer,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:McpPlatform", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        objects, workloads = services.objects, plan.workloads_in(NAMESPACE)
        self.namespace = NAMESPACE
        self.endpoints = {server: url(server, settings) for server in settings.servers}
        self.tools = {server: tool_enforcement(server, settings) for server in settings.servers}
        objects.add(priority_class(PRIORITY_CLASS, PRIORITY, "MCP servers: every agent needs them"), parent=self)
        WorkloadNamespace(plan.namespaces[NAMESPACE], workloads, context, objects, cluster.ref, opts=child)
        if context.identity.phase == "running":
            contexts = ContextStore.of(data.settings, context.names)
            for workload in workloads:
                server = settings.servers.get(workload.name)
                granted = grants(server, context.names, contexts) if server else []
                DeployedWorkload(workload, granted, plan.topology, objects, cluster.ref, opts=child)
        self.register_outputs({"namespace": NAMESPACE, "endpoints": dict(self.endpoints)})
