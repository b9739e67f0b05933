"""McpPlatform: the MCP servers, who may call them, what they may reach, and the way out of the cluster."""

from components.mcp_platform.component import McpPlatform
from components.mcp_platform.egress import Egress, with_egress_proxy
from components.mcp_platform.settings import EgressProxySettings, McpPlatformSettings, McpServer, PermissionProfile
from components.mcp_platform.workloads import CONTEXTS, ContextStore, buckets, repositories, secrets, workloads

__all__ = [
    "CONTEXTS",
    "ContextStore",
    "Egress",
    "EgressProxySettings",
    "McpPlatform",
    "McpPlatformSettings",
    "McpServer",
    "PermissionProfile",
    "buckets",
    "repositories",
    "secrets",
    "with_egress_proxy",
    "workloads",
]
