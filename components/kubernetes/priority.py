"""Priorities for pods: who goes first where a cluster is short of nodes."""

from __future__ import annotations

from typing import Final

from lightkube.models.meta_v1 import ObjectMeta
from lightkube.models.scheduling_v1 import PriorityClass

PLATFORM: Final = "platform"
"""The class of what everybody else stands on: operators, the watching, the ways to the database and out. Without one
their priority would be 0, below the applications', which push out what is lower where room is short."""
PLATFORM_PRIORITY: Final = 100_000
"""Above every class of ours, below Kubernetes' own ``system-`` classes (2 thousand million)."""
NODE_AGENT: Final = "system-node-critical"
"""Kubernetes' own class for what every node must have."""


def priority_class(name: str, value: int, description: str, *, preempts: bool = True) -> PriorityClass:
    """A priority for pods. ``preempts``: they may push out pods of lower priority where room is short."""
    return PriorityClass(
        metadata=ObjectMeta(name=name),
        value=value,
        description=description,
        globalDefault=False,
        preemptionPolicy="PreemptLowerPriority" if preempts else "Never",
    )
