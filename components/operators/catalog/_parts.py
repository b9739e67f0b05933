"""What several operators' values have in common."""

from __future__ import annotations

from typing import Final

from components.operators.footprint import Amount, Container, Values
from components.operators.operator import Site
from components.upstream import cached

RESTRICTED_CONTAINER: Final[Values] = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}
"""A container's security context that Pod Security ``restricted`` admits, with a read-only root."""

MONITORED: Final[Values] = {"serviceMonitor": {"enabled": True}}
"""How most charts are told to make a monitor: without one Prometheus may reach the pods and asks them nothing."""


def through_cache(site: Site, image: str) -> Values:
    """A public image as most charts are told it: by the account's cache.

    Docker Hub counts what an address asks it for, and all nodes of a zone have that of its NAT gateway.
    """
    return {"registry": site.registry, "repository": cached(image)}


def container(name: str, requests: tuple[int, int], limits: tuple[int, int], *at: str, init: bool = False) -> Container:
    """A container of (thousandths of a core, MiB) asked for and at most; its resources stand at the path ``at``."""
    return Container(name, Amount(*requests), Amount(*limits), at, init)


def chart_labels(name: str, instance: str | None = None, component: str | None = None) -> dict[str, str]:
    """The recommended labels that a chart selects its pods by."""
    labels = {"app.kubernetes.io/name": name, "app.kubernetes.io/instance": instance or name}
    if component is not None:
        labels["app.kubernetes.io/component"] = component
    return labels


def spread(labels: dict[str, str], replicas: int) -> list[Values]:
    """Spread over zones and nodes where there is more than one replica, as far as room allows."""
    if replicas == 1:
        return []
    return [
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": labels},
        }
        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
    ]
