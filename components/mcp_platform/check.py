"""What must hold between the MCP servers and the stack's way in."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final

from components.cluster_services.settings import ClusterServicesSettings
from components.context import StackIdentity
from components.edge.settings import EdgeSettings
from components.ingress.entry import CONTROLLER
from components.mcp_platform.protocol import WELL_KNOWN
from components.mcp_platform.settings import SECTION, McpPlatformSettings, path_of
from components.model import Problem

MOST_RULES: Final = 60
"""Rules that MCP servers may have of the 100 of a load balancer (Elastic Load Balancing quotas): the others are the
applications'."""
_RULES_EACH: Final = 4
"""A server's besides one for each tool: another tool, another method, no method, and whose tokens it accepts."""


def check(
    identity: StackIdentity, services: ClusterServicesSettings, edge: EdgeSettings, mcp: McpPlatformSettings
) -> Iterator[Problem]:
    """Servers that are reached from outside, held against what leads to them: Gateway, CloudFront, room for rules."""
    outside = {name: server for name, server in mcp.servers.items() if server.external is not None}
    rules = sum(len(server.profile.tools) + _RULES_EACH for server in outside.values())
    if rules > MOST_RULES:
        allowed = f"at most {MOST_RULES}: fewer servers that are reached from outside, or fewer tools"
        yield Problem((SECTION, "servers"), f"{rules} rules of the load balancer", allowed)
    for name, server in outside.items():
        at = (SECTION, "servers", name, "external")
        if CONTROLLER not in services.chosen(identity):
            yield Problem(at, name, f"nothing without {CONTROLLER} among services.operators: it makes the Gateway")
            continue
        if (server.delivery or mcp.defaults.delivery) != "pulumi":
            allowed = "pulumi: what asks callers from outside for a token isn't left to a branch"
            yield Problem((SECTION, "servers", name, "delivery"), server.delivery or mcp.defaults.delivery, allowed)
            continue
        handed_on = edge.distribution.api_paths if edge.distribution is not None else ["*"]
        path = path_of(name, server)
        for wanted in (path, f"{WELL_KNOWN}{path}"):
            if not any(fnmatchcase(wanted, pattern) for pattern in handed_on):
                yield Problem(at, name, f"nothing unless edge.distribution.api_paths hands {wanted} on")
                break
