"""The MCP platform in a cluster: its namespace, its servers, and the way out to hosts that are not AWS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.models.scheduling_v1 import PriorityClass

from components.context import Context
from components.kubernetes.cluster_objects import ClusterObjects
from components.kubernetes.namespace import NamespaceDeclaration
from components.kubernetes.topology import Topology
from components.kubernetes.workload import Workload
from components.mcp_platform.settings import NAMESPACE, McpPlatformSettings
from components.mcp_platform.workloads import PRIORITY_CLASS, ContextStore, grants, url
from components.pod_identity import ClusterRef
from components.tenancy import DeployedWorkload, WorkloadNamespace

DECLARATION: Final = NamespaceDeclaration(name=NAMESPACE, part_of="mcp-platform", admission=True)
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

    ``workloads`` are those of the namespace ``mcp`` as ``with_egress_proxy`` gives them back, all of them known to
    ``topology``. In the phase ``bootstrap`` no workload is made, since nobody has pushed its image yet.
    """

    namespace: str
    endpoints: Mapping[str, str]
    """Where workloads in the cluster call each server."""

    def __init__(  # noqa: PLR0917 - what a component stands on, in the order of every component
        self,
        name: str,
        settings: McpPlatformSettings,
        context: Context,
        objects: ClusterObjects,
        cluster: ClusterRef,
        topology: Topology,
        *,
        workloads: Sequence[Workload],
        contexts: ContextStore,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:McpPlatform", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.namespace = NAMESPACE
        self.endpoints = {server: url(server, row) for server, row in settings.servers.items()}
        objects.add(priority_class(PRIORITY_CLASS, PRIORITY, "MCP servers: every agent needs them"), parent=self)
        WorkloadNamespace(DECLARATION, workloads, context, objects, cluster, opts=child)
        if context.identity.phase == "running":
            for workload in workloads:
                server = settings.servers.get(workload.name)
                granted = grants(server, context.names, contexts) if server else []
                DeployedWorkload(workload, granted, topology, objects, cluster, opts=child)
        self.register_outputs({"namespace": NAMESPACE, "endpoints": dict(self.endpoints)})
