"""What a stack file says about its MCP servers, and what is refused of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints, field_validator

from components.kubernetes.route_rules import ClaimFormat, HttpsUrl
from components.kubernetes.scaling import ResourceScaling
from components.kubernetes.workload import Delivery
from components.mcp_platform.protocol import PATH
from components.model import Problem, Quantities, Resources, Settings, Slug, Unique, refuse, refuse_all
from components.workload_settings import OwnImage, ServerScaling, among

SECTION: Final = "mcp"
"""The section's key in a stack file, and first part of the path of every problem that ``check`` functions find."""
NAMESPACE: Final = "mcp"
EGRESS_PROXY: Final = "egress-proxy"
"""Name of the workload through which external hosts are reached. No server may have it."""
TOOL_GATEWAY: Final = "tool-gateway"
"""Name of the workload that lets agents call listed tools only. No server may have it."""
DEFAULT_PORT: Final = 9877

ToolName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,128}$")]
"""A tool's name. Form: MCP specification 2025-11-25 and later, "Tool Names"."""

_HOST: Final = re.compile(r"([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z]{2,}")
_INSIDE: Final = (".local", ".internal", ".localhost", ".svc", ".arpa")
_AWS: Final = (".amazonaws.com", ".api.aws", ".on.aws")


def _public_host(value: str) -> str:
    if not _HOST.fullmatch(value) or len(value) > 253:  # noqa: PLR2004 - a host name's length, RFC 1035
        refuse(
            "one host name in lower case, such as api.example.com: no scheme, port, address or wildcard", value=value
        )
    if value.endswith(_INSIDE):
        refuse(
            "a host outside: what runs in the cluster is named under services as <namespace>/<workload>", value=value
        )
    if value.endswith(_AWS):
        refuse("a host outside AWS: AWS services are reached by endpoint and identity, not by the proxy", value=value)
    return value


ExternalHost = Annotated[str, AfterValidator(_public_host)]
"""A public host, reached on port 443 through the egress proxy."""

ServiceReference = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z]([-a-z0-9]*[a-z0-9])?/[a-z]([-a-z0-9]*[a-z0-9])?(:[a-z0-9]([-a-z0-9]*[a-z0-9])?)?$"
    ),
]
"""A workload in the cluster, ``<namespace>/<workload>`` with ``:<port's name>`` where it is not ``http``."""


class PermissionProfile(Settings):
    """Who may call a server, what it offers them, and where it may go itself.

    Agents, services and external hosts are enforced by NetworkPolicies and the egress proxy. Tools are enforced by the
    tool gateway, which reads the ``Mcp-Name`` header; for a server that isn't behind it (WebSocket, or
    ``tool_gateway: null``) the list is advice to the server, and says so. Outside production a server that calls an AWS
    service without an interface endpoint may reach public addresses (decision 9).
    """

    agents: Annotated[list[Slug], Unique] = []
    """Agents that may call the server."""
    tools: Annotated[list[ToolName], Field(min_length=1), Unique]
    """Tools that it offers."""
    services: Annotated[list[ServiceReference], Unique] = []
    """Workloads in the cluster that it may call, ``<namespace>/<workload>[:<port>]``."""
    external_hosts: Annotated[list[ExternalHost], Unique] = []
    """Hosts outside that it may reach, through the egress proxy only."""


class ExternalAccess(Settings):
    """A server that is reached from outside at ``https://api.<domain>/mcp/<name>``, by the stack's Gateway.

    It is an OAuth 2.1 resource server, as the specification has it. The load balancer holds every request to a valid
    token and, with streamable HTTP, to the server's list of tools. What ``/.well-known/oauth-protected-resource`` says
    is the server's to answer, and open to everyone.
    """

    issuer: HttpsUrl
    """Whose tokens it accepts; without a valid one the answer is 401."""
    keys: HttpsUrl
    """Where the issuer publishes the keys that it signs with (JWKS)."""
    audience: Annotated[str, StringConstraints(min_length=1, max_length=256)] | None = None
    """What a token's ``aud`` must be. Left out: the server's own address, as RFC 8707 has it."""
    audience_format: ClaimFormat = "single-string"
    """How the issuer writes ``aud``: as a text, or as a list."""


class McpServer(Settings):
    """One MCP server."""

    image: OwnImage
    """The image that it runs, in the stack's own registry."""
    transport: Literal["streamable-http", "websocket"] = "streamable-http"
    """``streamable-http`` is today's stateless specification. ``websocket`` is no standard transport: connections stay
    with a replica for 3600 s."""
    port: Annotated[int, Field(ge=1024, le=65535, strict=True)] = DEFAULT_PORT
    """Serves the protocol, ``/health`` and ``/metrics``. Above 1023, since the process is not root."""
    external: ExternalAccess | None = None
    """How it is reached from outside the cluster. Left out: not at all."""
    context_store: bool = False
    """Whether it keeps contexts in the table ``mcp-contexts``, by an identity of its own."""
    buckets: dict[Slug, Literal["read", "read-write"]] = {}
    """Buckets of the data layer by name, and what it may do with their objects, by an identity of its own."""
    secrets: Annotated[list[Slug], Unique] = []
    """Secrets by name, ``<platform>/<env>/mcp/<name>``; mounted as files."""
    scaling: ServerScaling | None = None
    """How many replicas. Left out: what ``defaults`` says."""
    resources: Resources | None = None
    """Of each replica. Left out: what ``defaults`` says."""
    profile: PermissionProfile
    """Who may call it, what it offers, where it may go."""
    delivery: Delivery | None = None
    """Who applies its objects, ``pulumi`` or ``argocd``. Left out: what ``defaults`` says."""


class ServerDefaults(Settings):
    """What a server has that doesn't say otherwise."""

    scaling: ServerScaling = ResourceScaling(min_replicas=2, max_replicas=6)
    """How many replicas."""
    resources: Resources = Resources()
    """Of each replica."""
    delivery: Delivery = "pulumi"
    """Who applies its objects: the update itself, or Argo CD from the rendered branch."""


class EgressProxySettings(Settings):
    """The proxy through which external hosts are reached. It exists only where somebody may reach one."""

    replicas: Annotated[int, Field(ge=1, le=10, strict=True)] = 2
    """A fixed number: without the proxy nobody gets out."""
    resources: Resources = Resources(
        requests=Quantities(cpu="50m", memory="64Mi"), limits=Quantities(cpu="500m", memory="256Mi")
    )


class ToolGatewaySettings(Settings):
    """The gateway between agents and servers of streamable HTTP."""

    replicas: Annotated[int, Field(ge=1, le=10, strict=True)] = 2
    """A fixed number: without the gateway no agent reaches a server."""
    calls_per_minute: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] = 3000
    """Requests that a server gets at most, from each replica of the gateway; more are answered 429."""
    resources: Resources = Resources(
        requests=Quantities(cpu="50m", memory="64Mi"), limits=Quantities(cpu="500m", memory="256Mi")
    )


class McpPlatformSettings(Settings):
    """The MCP servers and how the agents may use them."""

    defaults: ServerDefaults = ServerDefaults()
    """For every server that doesn't say otherwise."""
    egress_proxy: EgressProxySettings = EgressProxySettings()
    """The cluster's one way to external hosts."""
    tool_gateway: ToolGatewaySettings | None = ToolGatewaySettings()
    """Lets agents call the tools of a server's profile only. ``null``: they call servers directly, and tools are
    advice."""
    servers: Annotated[dict[Slug, McpServer], Field(min_length=1)]
    """The servers by name."""

    @field_validator("servers")
    @classmethod
    def _between_servers(cls, value: dict[str, McpServer]) -> dict[str, McpServer]:
        refuse_all(_between(value))
        return value


def path_of(name: str, server: McpServer) -> str:
    """The path that the server answers on. From outside all of them have one host, so there it says which one."""
    return f"{PATH}/{name}" if server.external is not None else PATH


def _between(servers: Mapping[str, McpServer]) -> Iterator[Problem]:
    for taken, whose in ((EGRESS_PROXY, "the egress proxy"), (TOOL_GATEWAY, "the tool gateway")):
        if taken in servers:
            yield Problem((taken,), taken, f"another name: {whose} has this one")
    for name, server in servers.items():
        for index, reference in enumerate(server.profile.services):
            path = (name, "profile", "services", index)
            target = reference.partition(":")[0]
            if target == f"{NAMESPACE}/{name}":
                yield Problem(path, reference, "another workload: a server needs no leave to call itself")
            elif target.startswith(f"{NAMESPACE}/") and target.partition("/")[2] not in servers:
                others = [f"{NAMESPACE}/{other}" for other in servers if other != name]
                yield Problem(path, reference, among(others, target, where=f"{SECTION}.servers"))
