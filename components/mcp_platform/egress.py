"""The way out to hosts that are not AWS: one proxy, a listener for each workload that declares such a host.

Everything derives from the ``ToExternal`` calls that workloads declare: the listeners, their allow-lists, the callers'
own environment, and through the ``Topology`` the network policies, which leave no other way out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from components.kubernetes.paths import ToExternal, ToInternet
from components.kubernetes.priority import PLATFORM
from components.kubernetes.topology import EgressProxy
from components.kubernetes.workload import ContainerPort, Key, Metrics, Probe, Probes, Workload
from components.mcp_platform.envoy import METRICS_PATH, READY_PATH, STATUS_PORT, bootstrap
from components.mcp_platform.settings import EGRESS_PROXY, NAMESPACE, EgressProxySettings
from components.naming import Names
from components.upstream import upstream

ENVOY: Final = "envoy"
"""Of the pinned images."""
PROXY_KEY: Final[Key] = (NAMESPACE, EGRESS_PROXY)

_REASON: Final = "the one way to hosts outside AWS, by the allow-lists of its listeners"
_CONFIG: Final = "/etc/envoy/envoy.json"
_FIRST_PORT: Final = 16_000
"""Above those that Istio keeps in a pod (15000 to 15090)."""
_LAST_PORT: Final = 32_000
"""Below those from which the kernel takes a connection's own (32768 and up)."""
_INSIDE: Final = ".svc,.cluster.local,127.0.0.1,localhost,169.254.170.23,.amazonaws.com"
"""What callers must not send to the proxy: workloads, the Pod Identity agent, AWS endpoints."""


def listener_ports(callers: Iterable[Key]) -> dict[Key, int]:
    """A port for each caller, by the hash of its name: who comes or goes moves nobody else's, collisions apart."""
    taken: dict[int, Key] = {}
    span = _LAST_PORT - _FIRST_PORT
    for caller in sorted(set(callers)):
        digest = hashlib.sha256("/".join(caller).encode()).digest()
        offset = int.from_bytes(digest[:8]) % span
        while _FIRST_PORT + offset in taken:
            offset = (offset + 1) % span
        taken[_FIRST_PORT + offset] = caller
    return {caller: port for port, caller in taken.items()}


@dataclass(frozen=True)
class Egress:
    """Workloads that know their way out, the proxy among them, and what the topology must know of it."""

    workloads: tuple[Workload, ...]
    proxy: EgressProxy | None
    """``None`` where no workload calls a host outside."""


def with_egress_proxy(workloads: Sequence[Workload], settings: EgressProxySettings, names: Names) -> Egress:
    """``workloads`` and, where one of them calls a host outside, the proxy; callers are told their listener."""
    wanted = {w.key: hosts for w in workloads if (hosts := _hosts(w))}
    if not wanted:
        return Egress(tuple(workloads), None)
    ports = listener_ports(wanted)
    proxy = _proxy(wanted, ports, settings, names)
    told = [_told(w, ports[w.key]) if w.key in ports else w for w in workloads]
    return Egress((*told, proxy), EgressProxy(PROXY_KEY, ports))


def _hosts(workload: Workload) -> tuple[tuple[str, int], ...]:
    return tuple((call.host, call.port) for call in workload.calls if isinstance(call, ToExternal))


def _told(workload: Workload, port: int) -> Workload:
    url = f"http://{EGRESS_PROXY}.{NAMESPACE}.svc.cluster.local:{port}"
    return workload.model_copy(update={"env": {**workload.env, "HTTPS_PROXY": url, "NO_PROXY": _INSIDE}})


def _proxy(
    wanted: Mapping[Key, Sequence[tuple[str, int]]],
    ports: Mapping[Key, int],
    settings: EgressProxySettings,
    names: Names,
) -> Workload:
    listeners = {"/".join(caller): (ports[caller], hosts) for caller, hosts in wanted.items()}
    return Workload(
        namespace=NAMESPACE,
        name=EGRESS_PROXY,
        component="egress-proxy",
        part_of="mcp-platform",
        image=upstream(ENVOY, names),
        command=("/usr/local/bin/envoy",),
        # two workers, not one a core of the node; without hot restart no shared memory is needed
        args=("-c", _CONFIG, "--concurrency", "2", "--disable-hot-restart", "--log-level", "warning"),
        files={_CONFIG: bootstrap(listeners)},
        ports=(
            ContainerPort(name="status", number=STATUS_PORT),
            *(ContainerPort(name=f"p{port}", number=port) for port in sorted(ports.values())),
        ),
        replicas=settings.replicas,
        resources=settings.resources,
        probes=Probes(liveness=Probe(port="status", path=READY_PATH)),
        metrics=Metrics(port="status", path=METRICS_PATH),
        calls=tuple(
            ToInternet(_REASON, port) for port in sorted({port for hosts in wanted.values() for _, port in hosts})
        ),
        priority_class=PLATFORM,
        grace_seconds=60,
    )
