"""Priorities for pods: who goes first where a cluster is short of nodes."""

from __future__ import annotations

from lightkube.models.meta_v1 import ObjectMeta
from lightkube.models.scheduling_v1 import PriorityClass


def priority_class(name: str, value: int, description: str, *, preempts: bool = True) -> PriorityClass:
    """A priority for pods. ``preempts``: they may push out pods of lower priority where room is short."""
    return PriorityClass(
        metadata=ObjectMeta(name=name),
        value=value,
        description=description,
        globalDefault=False,
        preemptionPolicy="PreemptLowerPriority" if preempts else "Never",
    )
