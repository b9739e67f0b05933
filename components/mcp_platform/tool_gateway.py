"""The gateway between agents and servers: it lets pass the tools of a server's profile, and no others.

One Envoy with a listener a server. It reads the method and the tool from the request's headers, which the protocol
demands and servers hold against the body, so nothing has to be parsed here. Who may call which listener, network policy
says; that calls are few enough, a bucket of tokens a server and replica; what was called, the access log.

WebSocket is no standard transport and its calls carry no headers: agents call such a server directly, and its list of
tools stays advice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from components.kubernetes.manifest import Json
from components.kubernetes.paths import ToWorkload
from components.kubernetes.workload import ContainerPort, Metrics, Probe, Probes, Workload
from components.mcp_platform.egress import ENVOY, listener_ports
from components.mcp_platform.envoy import METRICS_PATH, READY_PATH, STATUS_PORT, TYPE, cluster, document, listener
from components.mcp_platform.protocol import CALL, METHOD_HEADER, NAME_HEADER, PORT
from components.mcp_platform.settings import (
    NAMESPACE,
    TOOL_GATEWAY,
    McpPlatformSettings,
    McpServer,
    ToolGatewaySettings,
    path_of,
)
from components.naming import Names
from components.upstream import upstream

PRIORITY_CLASS: Final = "mcp-server"
_CONFIG: Final = "/etc/envoy/envoy.json"
_IDLE: Final = "3600s"
"""How long a stream of answers may be silent: ``subscriptions/listen`` stays open."""
NOT_OFFERED: Final = 403
"""What a call of a tool outside the list is answered."""
NO_METHOD: Final = 400
"""What a request without ``Mcp-Method`` is answered (HTTP bindings of the specification, header validation)."""
_REQUESTS_EACH: Final = 100
"""Requests of a connection to a server: new ones are spread over its pods anew."""


def gated(settings: McpPlatformSettings) -> dict[str, McpServer]:
    """The servers that agents call through the gateway."""
    if settings.tool_gateway is None:
        return {}
    return {
        name: server
        for name, server in settings.servers.items()
        if server.transport == "streamable-http" and server.profile.agents
    }


def ports(settings: McpPlatformSettings) -> dict[str, int]:
    """The gateway's port for each server behind it: by the hash of the name, so that no other's coming moves it."""
    return {name: port for (_, name), port in listener_ports((NAMESPACE, name) for name in gated(settings)).items()}


def tool_gateway(settings: McpPlatformSettings, names: Names) -> Workload | None:
    """The gateway, where a server stands behind it."""
    behind, own = gated(settings), settings.tool_gateway
    if not behind or own is None:
        return None
    numbers = ports(settings)
    return Workload(
        namespace=NAMESPACE,
        name=TOOL_GATEWAY,
        component="tool-gateway",
        part_of="mcp-platform",
        image=upstream(ENVOY, names),
        command=("/usr/local/bin/envoy",),
        args=("-c", _CONFIG, "--concurrency", "2", "--disable-hot-restart", "--log-level", "warning"),
        files={_CONFIG: configuration(behind, numbers, own)},
        ports=(
            ContainerPort(name="status", number=STATUS_PORT),
            *(ContainerPort(name=f"p{number}", number=number) for number in sorted(numbers.values())),
        ),
        replicas=own.replicas,
        resources=own.resources,
        probes=Probes(liveness=Probe(port="status", path=READY_PATH)),
        priority_class=PRIORITY_CLASS,
        metrics=Metrics(port="status", path=METRICS_PATH),
        calls=tuple(ToWorkload(NAMESPACE, name, PORT) for name in behind),
        grace_seconds=60,
    )


def configuration(behind: Mapping[str, McpServer], numbers: Mapping[str, int], own: ToolGatewaySettings) -> str:
    """Envoy's configuration as JSON, the same bytes for the same input."""
    return document(
        [
            listener(
                name,
                numbers[name],
                [
                    {
                        "name": name,
                        "domains": ["*"],
                        "routes": _routes_of(name, server),
                    }
                ],
                log={
                    "server": name,
                    # the connection's own: the other one is whatever X-Forwarded-For says
                    "caller": "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%",
                    "method": f"%REQ({METHOD_HEADER})%",
                    "name": f"%REQ({NAME_HEADER})%",
                    "trace": "%REQ(traceparent)%",
                    "milliseconds": "%DURATION%",
                },
                filters=[_rate(name, own.calls_per_minute)],
                more={"stream_idle_timeout": _IDLE},
            )
            for name, server in sorted(behind.items())
        ],
        [_server(name, server) for name, server in sorted(behind.items())],
    )


def _routes_of(name: str, server: McpServer) -> list[Json]:
    return list(routes(name, path_of(name, server), server.profile.tools))


def routes(server: str, path: str, tools: Sequence[str]) -> Iterator[Json]:
    """The first that matches counts: a listed tool, any other tool, any other method, a request that says none."""
    offered = "|".join(re.escape(tool) for tool in sorted(tools))
    call = _header(METHOD_HEADER, {"exact": CALL})
    yield _forward(server, path, call, _header(NAME_HEADER, {"safe_regex": {"regex": offered}}))
    yield _answer(NOT_OFFERED, f"{server} doesn't offer this tool", path, call)
    yield _forward(server, path, {"name": METHOD_HEADER, "present_match": True})
    yield _answer(NO_METHOD, f"{METHOD_HEADER} is missing", path)


def _header(name: str, match: Json) -> Json:
    return {"name": name, "string_match": match}


def _matched(path: str, headers: Sequence[Json]) -> dict[str, Json]:
    return {"path": path, **({"headers": list(headers)} if headers else {})}


def _forward(server: str, path: str, *headers: Json) -> Json:
    # an answer may be a stream that lasts: the idle timeout ends it, no deadline does
    return {"match": _matched(path, headers), "route": {"cluster": server, "timeout": "0s", "idle_timeout": _IDLE}}


def _answer(status: int, text: str, path: str, *headers: Json) -> Json:
    return {"match": _matched(path, headers), "direct_response": {"status": status, "body": {"inline_string": text}}}


def _rate(name: str, calls: int) -> Json:
    """At most so many requests a minute to a server and replica of the gateway; more are answered 429."""
    always: Json = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
    return {
        "name": "envoy.filters.http.local_ratelimit",
        "typed_config": {
            "@type": f"{TYPE}extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
            "stat_prefix": name,
            "token_bucket": {"max_tokens": calls, "tokens_per_fill": calls, "fill_interval": "60s"},
            "filter_enabled": always,
            "filter_enforced": always,
        },
    }


def _server(name: str, server: McpServer) -> Json:
    return {
        **cluster(name, f"{name}.{NAMESPACE}.svc.cluster.local", server.port, "STRICT_DNS"),
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": f"{TYPE}extensions.upstreams.http.v3.HttpProtocolOptions",
                "common_http_protocol_options": {"max_requests_per_connection": _REQUESTS_EACH},
                "explicit_http_config": {"http_protocol_options": {}},
            }
        },
    }
