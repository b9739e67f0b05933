"""Which workloads Argo CD delivers, and which of them come in together as one Application."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from components.cluster_plan import ClusterPlan
from components.kubernetes.workload import Workload
from components.naming import fit

PROJECTS: Final[Mapping[str, str]] = {
    "mcp-platform": "mcp",
    "agent-fleet": "agents",
    "applications": "applications",
}
"""Argo CD's projects by what a namespace is part of."""
_LABEL: Final = 63
"""Longest label value: an application's name is one."""


@dataclass(frozen=True)
class DeliveredApplication:
    """Workloads that come in together, as one Application."""

    name: str
    project: str
    namespace: str
    workloads: tuple[Workload, ...]


def delivered(plan: ClusterPlan) -> list[DeliveredApplication]:
    """What of a cluster's workloads Argo CD delivers, in the order of their declaration.

    Workloads that come after one another come in together: Argo CD keeps an order within an Application only.
    """
    ours = [workload for workload in plan.workloads if workload.delivery == "argocd"]
    heads = {(w.namespace, w.reference): (w.namespace, w.reference) for w in ours}

    def head(node: tuple[str, str]) -> tuple[str, str]:
        while heads[node] != node:
            node = heads[node]
        return node

    for workload in ours:
        for first in workload.after:
            if (workload.namespace, first) in heads:
                heads[head((workload.namespace, workload.reference))] = head((workload.namespace, first))
    found: dict[tuple[str, str], list[Workload]] = {}
    for workload in ours:
        found.setdefault(head((workload.namespace, workload.reference)), []).append(workload)
    return [
        DeliveredApplication(
            fit(f"{namespace}-{_called(group)}", _LABEL),
            PROJECTS[plan.namespaces[namespace].part_of],
            namespace,
            tuple(group),
        )
        for (namespace, _), group in found.items()
    ]


def _called(group: Sequence[Workload]) -> str:
    """The workload's name; of several, what they are part of together."""
    for names in ({w.name for w in group}, {w.component for w in group}, {w.part_of for w in group}):
        if len(names) == 1:
            return names.pop()
    return group[0].part_of
