"""The map of the platform: one line a component, in order of dependence, then what the stack tells."""

from __future__ import annotations

import pulumi

from components.agent_fleet import AgentFleet
from components.applications import Applications
from components.cluster_services import ClusterServices
from components.context import Context
from components.cost import Cost
from components.data_layer import DataLayer
from components.database_access import DatabaseAccess
from components.delivery import Delivery
from components.edge import Edge
from components.eks_cluster import EksCluster
from components.ingress import Ingress
from components.keys import Keys
from components.mcp_platform import McpPlatform
from components.networking import Networking
from components.networking.peering import RunnerPeering
from components.observability import Observability
from components.resilience import Resilience
from components.security_baseline.boundary import bound_roles
from settings import StackSettings

settings = StackSettings.load()
context = Context.create(settings.stack)
bound_roles(context.names)
cloud = pulumi.ResourceOptions(providers=context.providers)

keys = Keys("keys", context, opts=cloud)
networking = Networking("networking", settings.networking, context, keys, opts=cloud)
runner = RunnerPeering("runner", context, networking, opts=cloud) if settings.stack.runner.cidr else None
data = DataLayer(
    "data",
    settings.data,
    context,
    networking,
    keys,
    opts=cloud,
    copied_buckets=settings.resilience.copied_buckets(),
)
resilience = Resilience("resilience", settings.resilience, context, networking, keys, data, opts=cloud)
edge = Edge(
    "edge",
    settings.edge,
    context,
    networking,
    keys,
    data,
    assets_copy=resilience.assets_copy_domain,
    opts=cloud,
)
Cost("cost", settings.cost, context, keys, opts=cloud)

for key, cluster_settings in settings.clusters.items():
    plan = settings.plan(key)
    cluster = EksCluster(
        f"eks-{key}",
        key,
        cluster_settings,
        context,
        networking,
        keys,
        addon_sizes=plan.addon_sizes(),
        runner=runner,
        opts=cloud,
    )
    inside = pulumi.ResourceOptions(providers=[*context.providers, cluster.kubernetes])

    services = ClusterServices(
        f"services-{key}",
        plan,
        settings.services,
        settings.observability.telemetry(),
        settings.resilience.cluster_backups(),
        context,
        cluster,
        networking,
        keys,
        opts=inside,
    )
    entry = Ingress(f"ingress-{key}", plan, context, networking, data, edge, cluster, services, opts=inside)
    DatabaseAccess(f"database-{key}", plan, context, cluster, services, data, opts=inside)
    mcp = McpPlatform(f"mcp-{key}", settings.mcp, plan, context, cluster, services, data, opts=inside)
    agents = AgentFleet(f"agents-{key}", settings.agents, plan, context, cluster, services, opts=inside)
    applications = Applications(
        f"applications-{key}", settings.applications, plan, context, cluster, services, opts=inside
    )
    Observability(
        f"observability-{key}",
        settings.observability,
        plan,
        context,
        cluster,
        services,
        data,
        agents.budgets,
        opts=inside,
    )
    if settings.delivery is not None:
        Delivery(f"delivery-{key}", settings.delivery, plan, context, cluster, services, opts=inside)
    pulumi.export(f"cluster-{key}", {"name": cluster.name, "endpoint": cluster.endpoint, "version": cluster.version})
    pulumi.export(f"gateway-{key}", entry.gateway)
    pulumi.export(f"mcp-{key}", {"endpoints": mcp.endpoints, "tools": mcp.tools})
    pulumi.export(f"agents-{key}", agents.coordinator)
    pulumi.export(f"applications-{key}", applications.endpoints)

pulumi.export("vpcId", networking.vpc_id)
pulumi.export("databaseEndpoint", data.database_endpoint)
pulumi.export("cacheEndpoints", data.cache_endpoints)
pulumi.export("buckets", data.bucket_names)
pulumi.export("zone", {"id": edge.zone_id, "nameServers": edge.name_servers})
pulumi.export("hosts", {"web": edge.hosts.web, "api": edge.hosts.api, "origin": edge.hosts.origin})
pulumi.export("backupVaults", dict(resilience.vault_names))
