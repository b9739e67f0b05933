"""MCP servers as workloads: pure functions from settings, which need no cloud value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from components.context import StackIdentity
from components.data_layer import DataLayerSettings
from components.edge.hosts import Hosts
from components.ingress.entry import public_gateway
from components.kubernetes.paths import Call, ToAws, ToExternal, ToWorkload
from components.kubernetes.route_rules import RouteRule, TokenCheck
from components.kubernetes.scaling import ResourceScaling
from components.kubernetes.workload import ContainerPort, Metrics, Probe, Probes, Route, SecretFiles, Workload
from components.mcp_platform.protocol import CALL, METHOD_HEADER, NAME_HEADER, PORT, WELL_KNOWN
from components.mcp_platform.settings import NAMESPACE, TOOL_GATEWAY, McpPlatformSettings, McpServer, path_of
from components.mcp_platform.tool_gateway import NO_METHOD, NOT_OFFERED, PRIORITY_CLASS, ports, tool_gateway
from components.naming import Names
from components.pod_identity import Grant
from components.store_access import bucket_environment, bucket_grants
from components.tenancy import key_grant
from components.workload_settings import FixedScaling, ServerScaling

STICKY_SECONDS: Final = 3600
_PROFILE: Final = "/etc/mcp/profile.json"


CONTEXTS: Final = "mcp-contexts"
"""The table of MCP contexts, among the data layer's tables."""


@dataclass(frozen=True)
class ContextStore:
    """The table of contexts, as the data layer's settings have it."""

    table: str
    """Its name, ``names.of("dynamodb", "mcp-contexts")``."""
    ttl_attribute: str
    """Attribute with the second (Unix time) at which an item goes."""
    days: int
    """Days until it goes: the writer sets the attribute to now and so many days."""

    @classmethod
    def of(cls, data: DataLayerSettings, names: Names) -> ContextStore:
        """The table among ``data``'s, which must have it."""
        table = data.tables[CONTEXTS]
        return cls(names.of("dynamodb", CONTEXTS), table.ttl_attribute, table.retention_days or 0)


def workloads(
    settings: McpPlatformSettings,
    identity: StackIdentity,
    names: Names,
    contexts: ContextStore,
) -> list[Workload]:
    """A workload for each server, in the file's order, then the tool gateway where there is one."""
    servers = [
        _workload(name, server, settings, identity=identity, names=names, contexts=contexts)
        for name, server in settings.servers.items()
    ]
    gateway = tool_gateway(settings, names)
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
        env=_environment(name, server, identity, names, contexts),
        files={_PROFILE: profile_document(name, settings)},
        secrets=tuple(SecretFiles(name=secret, remote=names.secret(NAMESPACE, secret)) for secret in server.secrets),
        identity=server.context_store or bool(server.buckets),
        calls=tuple(_calls(server, identity)),
        metrics=Metrics(port=PORT),
        delivery=server.delivery or settings.defaults.delivery,
        routes=_routes(name, server, identity),
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
    return f"{scheme}://{host}.{NAMESPACE}.svc.cluster.local:{port}{path_of(name, server)}"


def tool_enforcement(name: str, settings: McpPlatformSettings) -> Literal["gateway", "advisory"]:
    """Who holds agents to the server's list of tools: the gateway, or nobody but the server itself."""
    return "gateway" if name in ports(settings) else "advisory"


def _outside(name: str, settings: McpPlatformSettings) -> dict[str, str]:
    """Who holds callers from outside to the list, where there are any."""
    server = settings.servers[name]
    if server.external is None:
        return {}
    return {"outside": "advisory" if server.transport == "websocket" else "gateway"}


def profile_document(name: str, settings: McpPlatformSettings) -> str:
    """What the server is told of its own profile, and what of it is enforced by whom."""
    profile = settings.servers[name].profile
    return json.dumps(
        {
            "server": name,
            "agents": {"names": profile.agents, "enforcement": "network-policy"},
            "tools": {
                "names": profile.tools,
                "enforcement": tool_enforcement(name, settings),
                **_outside(name, settings),
            },
            "services": {"names": profile.services, "enforcement": "network-policy"},
            "external_hosts": {"names": profile.external_hosts, "enforcement": "egress-proxy"},
        },
        indent=1,
    )


def _environment(
    name: str, server: McpServer, identity: StackIdentity, names: Names, contexts: ContextStore
) -> dict[str, str]:
    environment = {
        "MCP_SERVER": name,
        "MCP_TRANSPORT": server.transport,
        "MCP_PORT": str(server.port),
        "MCP_PATH": path_of(name, server),
        "MCP_PROFILE": _PROFILE,
        # one JSON line a call: caller, method, tool, outcome; the log pipeline keeps it as operational log
        "MCP_AUDIT_LOG": "stdout",
    }
    if server.context_store:
        environment |= {
            "CONTEXT_TABLE": contexts.table,
            "CONTEXT_TTL_ATTRIBUTE": contexts.ttl_attribute,
            "CONTEXT_TTL_DAYS": str(contexts.days),
            # Pod Identity tells SDKs the account, and they then prefer <account>.ddb.<region>: a name that the VPC's
            # endpoint doesn't answer, at public addresses that the namespace is closed to
            "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
        }
    if server.context_store or server.buckets:
        environment["AWS_REGION"] = names.region
    environment |= bucket_environment(server.buckets, names)
    if server.external:
        address = resource(name, server, identity)
        environment |= {
            "OAUTH_ISSUER": server.external.issuer,
            "OAUTH_AUDIENCE": server.external.audience or address,
            "OAUTH_RESOURCE": address,
            "OAUTH_RESOURCE_METADATA": f"https://{hosts_of(identity).api}{WELL_KNOWN}{path_of(name, server)}",
            "MCP_ALLOWED_ORIGINS": ",".join(hosts_of(identity).urls),
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


def hosts_of(identity: StackIdentity) -> Hosts:
    """The stack's host names."""
    return Hosts(identity.domain, identity.region)


def resource(name: str, server: McpServer, identity: StackIdentity) -> str:
    """The server's address from outside, which is also what tokens for it are made out to."""
    return f"https://{hosts_of(identity).api}{path_of(name, server)}"


def _routes(name: str, server: McpServer, identity: StackIdentity) -> tuple[Route, ...]:
    """The server's own path, by token; and where everyone may read whose tokens it accepts."""
    if server.external is None:
        return ()
    websocket = server.transport == "websocket"
    namespace, gateway = public_gateway(identity.platform)
    token = TokenCheck(
        issuer=server.external.issuer,
        keys=server.external.keys,
        audience=server.external.audience or resource(name, server, identity),
        audience_format=server.external.audience_format,
    )
    protocol = Route(
        hosts=(hosts_of(identity).api,),
        path=path_of(name, server),
        exact=True,
        port=PORT,
        gateway=gateway,
        gateway_namespace=namespace,
        sticky_seconds=STICKY_SECONDS if websocket else None,
        token=token,
        rules=() if websocket else tool_rules(server.profile.tools),
        answer=None if websocket else NO_METHOD,
    )
    told = {"path": f"{WELL_KNOWN}{protocol.path}", "token": None, "rules": (), "answer": None, "name": f"{name}-oauth"}
    return protocol, protocol.model_copy(update=told)


def tool_rules(tools: Sequence[str]) -> tuple[RouteRule, ...]:
    """Listed tools, any other tool, any other method: what the tool gateway says inside, as the load balancer's rules.

    A rule of its own for each tool: the load balancer takes five values a rule, of which three are spent.
    """
    call = {METHOD_HEADER: CALL}
    return (
        RouteRule(headers=tuple({**call, NAME_HEADER: tool} for tool in sorted(tools))),
        RouteRule(headers=(call,), answer=NOT_OFFERED),
        RouteRule(headers=({METHOD_HEADER: "*"},)),
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
