"""Envoy's configuration as an egress proxy: a listener a caller, and behind it the hosts that this caller may reach.

A caller sends ``CONNECT host:443`` to its own listener; TLS stays between it and the host, so nothing is decrypted on
the way. A host that the listener doesn't list is answered 404. Hosts are clusters of fixed names: a caller can't make
the proxy connect anywhere else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

from components.kubernetes.manifest import Json

ADMIN_PORT: Final = 9901
"""Envoy's administration, on the loopback address only."""
STATUS_PORT: Final = 9902
"""Readiness and metrics, a read-only part of the administration."""
READY_PATH: Final = "/ready"
METRICS_PATH: Final = "/stats/prometheus"
MAX_CONNECTIONS: Final = 10_000
"""Above which Envoy refuses rather than runs out of memory (Envoy, "Configuring Envoy as an edge proxy")."""
CONFIG_LIMIT: Final = 1_000_000
"""Characters that a ConfigMap holds: 1 MiB (Kubernetes, ConfigMaps) less its own metadata."""
MAX_CALLERS: Final = 700
"""Callers with a host or two that fit: a listener has about 1,250 characters."""

TYPE: Final = "type.googleapis.com/envoy."
_ADMIN: Final = "admin"


def bootstrap(listeners: Mapping[str, tuple[int, Sequence[tuple[str, int]]]]) -> str:
    """The configuration as JSON. ``listeners``: for each caller its port, and the hosts with ports it may reach.

    The same bytes for the same input. ``ValueError`` where it is longer than a ConfigMap holds.
    """
    hosts = sorted({target for _, targets in listeners.values() for target in targets})
    text = document(
        [
            listener(
                caller,
                port,
                [_tunnel(target) for target in sorted(targets)],
                log={"caller": caller, "host": "%REQ(:AUTHORITY)%"},
                more={"upgrade_configs": [{"upgrade_type": "CONNECT"}]},
            )
            for caller, (port, targets) in sorted(listeners.items())
        ],
        [cluster(_text(host), *host, "LOGICAL_DNS") for host in hosts],
    )
    if len(text) > CONFIG_LIMIT:
        raise ValueError(
            f"the egress proxy's configuration has {len(text)} characters for {len(listeners)} callers; a ConfigMap "
            f"holds {CONFIG_LIMIT}"
        )
    return text


def document(listeners: Sequence[Json], clusters: Sequence[Json]) -> str:
    """A whole configuration as JSON, with readiness and metrics on ``STATUS_PORT`` besides."""
    config: dict[str, Json] = {
        "admin": {"address": _address("127.0.0.1", ADMIN_PORT)},
        "overload_manager": _overload(),
        "static_resources": {
            "listeners": [listener("status", STATUS_PORT, _status_routes()), *listeners],
            "clusters": [cluster(_ADMIN, "127.0.0.1", ADMIN_PORT, "STATIC"), *clusters],
        },
    }
    return json.dumps(config, separators=(",", ":"), sort_keys=True)


def _text(target: tuple[str, int]) -> str:
    return f"{target[0]}:{target[1]}"


def _address(host: str, port: int) -> dict[str, Json]:
    return {"socket_address": {"address": host, "port_value": port}}


def _overload() -> dict[str, Json]:
    connections: dict[str, Json] = {
        "@type": f"{TYPE}extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
        "max_active_downstream_connections": MAX_CONNECTIONS,
    }
    name = "envoy.resource_monitors.global_downstream_max_connections"
    return {"resource_monitors": [{"name": name, "typed_config": connections}]}


def listener(
    name: str,
    port: int,
    hosts: Iterable[Json],
    *,
    log: Mapping[str, str] | None = None,
    filters: Iterable[Json] = (),
    more: Mapping[str, Json] | None = None,
) -> Json:
    """A listener for HTTP whose requests go by ``hosts``, through ``filters``.

    ``log`` are the fields of its own in the access log, without which it keeps none; ``more`` is laid over its
    connection manager.
    """
    manager: dict[str, Json] = {
        "@type": f"{TYPE}extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": name,
        "route_config": {"virtual_hosts": list(hosts)},
        "http_filters": [
            *filters,
            {
                "name": "envoy.filters.http.router",
                "typed_config": {"@type": f"{TYPE}extensions.filters.http.router.v3.Router"},
            },
        ],
        **(more or {}),
    }
    if log is not None:
        manager["access_log"] = [_access_log(log)]
    return {
        "name": name,
        "address": _address("0.0.0.0", port),  # noqa: S104 - in its own pod; network policies say who gets there
        "filter_chains": [
            {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
        ],
    }


def _access_log(fields: Mapping[str, str]) -> dict[str, Json]:
    """Who asked for what and what came of it: the audit trail."""
    every: dict[str, Json] = {
        "time": "%START_TIME%",
        **fields,
        "status": "%RESPONSE_CODE%",
        "flags": "%RESPONSE_FLAGS%",
        "sent": "%BYTES_SENT%",
        "received": "%BYTES_RECEIVED%",
    }
    stream: dict[str, Json] = {
        "@type": f"{TYPE}extensions.access_loggers.stream.v3.StdoutAccessLog",
        "log_format": {"json_format": every},
    }
    return {"name": "envoy.access_loggers.stdout", "typed_config": stream}


def _tunnel(target: tuple[str, int]) -> dict[str, Json]:
    """One host that a caller may reach: ``CONNECT`` only, so plain requests are answered 404 too."""
    text = _text(target)
    route: dict[str, Json] = {
        "cluster": text,
        "timeout": "0s",  # a model may stream its answer for longer than Envoy's 15 s; the idle timeout (1 h) remains
        "upgrade_configs": [{"upgrade_type": "CONNECT", "connect_config": {}}],
    }
    return {"name": text, "domains": [text], "routes": [{"match": {"connect_matcher": {}}, "route": route}]}


def _status_routes() -> list[Json]:
    routes: list[Json] = [
        {"match": {"path": path}, "route": {"cluster": _ADMIN}} for path in (READY_PATH, METRICS_PATH)
    ]
    return [{"name": "status", "domains": ["*"], "routes": routes}]


def cluster(
    name: str, host: str, port: int, discovery: Literal["STATIC", "STRICT_DNS", "LOGICAL_DNS"]
) -> dict[str, Json]:
    """Where requests are sent: one host."""
    endpoint: dict[str, Json] = {"endpoint": {"address": _address(host, port)}}
    made: dict[str, Json] = {
        "name": name,
        "type": discovery,
        "connect_timeout": "5s",
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]},
    }
    if discovery != "STATIC":
        made["dns_lookup_family"] = "V4_ONLY"  # the ways out of the VPC are IPv4
    return made
