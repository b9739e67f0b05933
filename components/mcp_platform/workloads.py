"""MCP servers as workloads: pure functions from settings, which need no cloud value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from components.context import StackIdentity
from components.kubernetes.paths import Call, ToAws, ToExternal, ToWorkload
from components.kubernetes.scaling import ResourceScaling
from components.kubernetes.workload import ContainerPort, Metrics, Probe, Probes, Route, SecretFiles, Workload
from components.mcp_platform.protocol import PATH, PORT
from components.mcp_platform.settings import NAMESPACE, TOOL_GATEWAY, McpPlatformSettings, McpServer
from components.mcp_platform.tool_gateway import PRIORITY_CLASS, ports, tool_gateway
from components.naming import Names
from components.pod_identity import Grant
from components.store_access import bucket_environment, bucket_grants
from components.tenancy import key_grant
from components.workload_settings import FixedScaling, ServerScaling

STICKY_SECONDS: Final = 3600
_PROFILE: Final = "/etc/mcp/profile.json"


@dataclass(frozen=True)
class ContextStore:
    """The table of contexts, as the data layer's settings have it."""

    table: str
    """Its name, ``names.of("dynamodb", "mcp-contexts")``."""
    ttl_attribute: str
    """Attribute with the second (Unix time) at which an item goes."""
    days: int
    """Days until it goes: the writer sets the attribute to now and so many days."""


def workloads(
    settings: McpPlatformSettings,
    identity: StackIdentity,
    names: Names,
    contexts: ContextStore,
    caches: Mapping[str, str],
) -> list[Workload]:
    """A workload for each server, in the file's order, then the tool gateway where there is one.

    ``caches``: pull-through caches, from an upstream registry's host to where its images are read instead.
    """
    servers = [
        _workload(name, server, settings, identity=identity, names=names, contexts=contexts)
        for name, server in settings.servers.items()
    ]
    gateway = tool_gateway(settings, caches)
    return servers if gateway is None else [*servers, gateway]


def _workload(
    name: str,
    server: McpServer,
    settings: McpPlatformSettings,
    *,
    identity: StackIdentity,
    names: Names,
    contexts: ContextStore,
) -> Workload:
    websocket = server.transport == "websocket"
    scaling = server.scaling or settings.defaults.scaling
    return Workload(
        namespace=NAMESPACE,
        name=name,
        component="mcp-server",
        part_of="mcp-platform",
        image=server.image.in_registry(names),
        resources=server.resources or settings.defaults.resources,
        ports=(ContainerPort(name=PORT, number=server.port, app_protocol="kubernetes.io/ws" if websocket else None),),
        replicas=replicas_of(scaling),
        scaling=scaling if isinstance(scaling, ResourceScaling) else None,
        probes=Probes(liveness=Probe(port=PORT, path="/health")),
        priority_class=PRIORITY_CLASS,
        env=_environment(name, server, names, contexts),
        files={_PROFILE: profile_document(name, settings)},
        secrets=tuple(SecretFiles(name=secret, remote=names.secret(NAMESPACE, secret)) for secret in server.secrets),
        identity=server.context_store or bool(server.buckets),
        calls=tuple(_calls(server, identity)),
        metrics=Metrics(port=PORT),
        delivery=server.delivery or settings.defaults.delivery,
        routes=_routes(server),
        session_affinity_seconds=STICKY_SECONDS if websocket else None,
        grace_seconds=60,
    )


def replicas_of(scaling: ServerScaling) -> int | None:
    """The number of replicas where it is fixed."""
    return scaling.replicas if isinstance(scaling, FixedScaling) else None


def reached_by(name: str, settings: McpPlatformSettings) -> ToWorkload:
    """What an agent calls to reach the server: the server's own port, or its listener at the tool gateway."""
    number = ports(settings).get(name)
    return ToWorkload(NAMESPACE, name, PORT) if number is None else ToWorkload(NAMESPACE, TOOL_GATEWAY, f"p{number}")


def url(name: str, settings: McpPlatformSettings) -> str:
    """Where an agent calls the server."""
    server, number = settings.servers[name], ports(settings).get(name)
    scheme = "ws" if server.transport == "websocket" else "http"
    host, port = (name, server.port) if number is None else (TOOL_GATEWAY, number)
    return f"{scheme}://{host}.{NAMESPACE}.svc.cluster.local:{port}{PATH}"


def tool_enforcement(name: str, settings: McpPlatformSettings) -> Literal["gateway", "advisory"]:
    """Who holds agents to the server's list of tools: the gateway, or nobody but the server itself."""
    return "gateway" if name in ports(settings) else "advisory"


def profile_document(name: str, settings: McpPlatformSettings) -> str:
    """What the server is told of its own profile, and what of it is enforced by whom."""
    profile = settings.servers[name].profile
    return json.dumps(
        {
            "server": name,
            "agents": {"names": profile.agents, "enforcement": "network-policy"},
            "tools": {"names": profile.tools, "enforcement": tool_enforcement(name, settings)},
            "services": {"names": profile.services, "enforcement": "network-policy"},
            "external_hosts": {"names": profile.external_hosts, "enforcement": "egress-proxy"},
        },
        indent=1,
    )


def _environment(name: str, server: McpServer, names: Names, contexts: ContextStore) -> dict[str, str]:
    environment = {
        "MCP_SERVER": name,
        "MCP_TRANSPORT": server.transport,
        "MCP_PORT": str(server.port),
        "MCP_PATH": PATH,
        "MCP_PROFILE": _PROFILE,
        # one JSON line a call: caller, method, tool, outcome; the log pipeline keeps it as operational log
        "MCP_AUDIT_LOG": "stdout",
    }
    if server.context_store:
        environment |= {
            "CONTEXT_TABLE": contexts.table,
            "CONTEXT_TTL_ATTRIBUTE": contexts.ttl_attribute,
            "CONTEXT_TTL_DAYS": str(contexts.days),
        }
    if server.context_store or server.buckets:
        environment["AWS_REGION"] = names.region
    environment |= bucket_environment(server.buckets, names)
    if server.external:
        environment |= {
            "OAUTH_ISSUER": server.external.issuer,
            "OAUTH_AUDIENCE": f"https://{server.external.host}",
            "MCP_ALLOWED_ORIGINS": f"https://{server.external.host}",
        }
    return environment


def _calls(server: McpServer, identity: StackIdentity) -> Iterator[Call]:
    for reference in server.profile.services:
        target, _, port = reference.partition(":")
        namespace, _, name = target.partition("/")
        yield ToWorkload(namespace, name, port or PORT)
    for host in server.profile.external_hosts:
        yield ToExternal(host)
    if server.context_store:
        yield ToAws("dynamodb", reason=without_endpoint(identity))
    if server.buckets:
        yield ToAws("s3", reason=without_endpoint(identity))


def without_endpoint(identity: StackIdentity) -> str | None:
    """Why an AWS service may be called on public addresses. In production it may not."""
    if identity.production:
        return None
    return f"{identity.tier} has no interface endpoint for it, to save its cost; TLS and the workload's identity remain"


def _routes(server: McpServer) -> tuple[Route, ...]:
    if server.external is None:
        return ()
    namespace, _, gateway = server.external.gateway.partition("/")
    # the well-known path of RFC 9728 is on the same host, so the route of the whole host covers it
    return (
        Route(
            hosts=(server.external.host,),
            port=PORT,
            gateway=gateway,
            gateway_namespace=namespace,
            sticky_seconds=STICKY_SECONDS if server.transport == "websocket" else None,
        ),
    )


def grants(server: McpServer, names: Names, contexts: ContextStore) -> list[Grant]:
    """What the server may do in AWS: its contexts' items and its buckets' objects, and nothing else."""
    contexts_granted = _context_grants(names, contexts) if server.context_store else []
    return [*contexts_granted, *bucket_grants(server.buckets, names)]


def _context_grants(names: Names, contexts: ContextStore) -> list[Grant]:
    actions = (
        "dynamodb:BatchGetItem",
        "dynamodb:BatchWriteItem",
        "dynamodb:DeleteItem",
        "dynamodb:DescribeTable",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
    )
    table = names.arn("dynamodb", f"table/{contexts.table}")
    return [Grant("Contexts", actions, [table]), key_grant("ContextKey", "data", "dynamodb", names)]


def buckets(settings: McpPlatformSettings) -> set[str]:
    """Buckets that the section names: each must be among the data layer's."""
    return {bucket for server in settings.servers.values() for bucket in server.buckets}


def repositories(settings: McpPlatformSettings) -> set[str]:
    """Images that the section names: each needs a repository in the stack's registry."""
    return {server.image.name for server in settings.servers.values()}


def secrets(settings: McpPlatformSettings) -> set[str]:
    """Secrets that the section names: each must be among those of the namespace ``mcp``."""
    return {secret for server in settings.servers.values() for secret in server.secrets}
