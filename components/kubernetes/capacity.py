"""What workloads ask of the nodes: pure sums at the fewest and the most replicas, to be held against the nodes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from components.kubernetes.workload import Workload
from components.model import cpu_millis, memory_bytes


@dataclass(frozen=True, slots=True)
class Demand:
    """Pods, and what they request and may use at most: CPU in thousandths of a core, memory in bytes."""

    pods: int = 0
    cpu_millis: int = 0
    memory_bytes: int = 0
    limit_cpu_millis: int = 0
    limit_memory_bytes: int = 0

    def __add__(self, other: Demand) -> Demand:
        return Demand(
            self.pods + other.pods,
            self.cpu_millis + other.cpu_millis,
            self.memory_bytes + other.memory_bytes,
            self.limit_cpu_millis + other.limit_cpu_millis,
            self.limit_memory_bytes + other.limit_memory_bytes,
        )

    def __mul__(self, times: int) -> Demand:
        return Demand(
            self.pods * times,
            self.cpu_millis * times,
            self.memory_bytes * times,
            self.limit_cpu_millis * times,
            self.limit_memory_bytes * times,
        )


def demand_of_pod(workload: Workload) -> Demand:
    """One pod. The wait before the start asks for less than any container and runs before it: it adds nothing."""
    resources = workload.resources
    return Demand(
        1,
        cpu_millis(resources.requests.cpu),
        memory_bytes(resources.requests.memory),
        cpu_millis(resources.limits.cpu),
        memory_bytes(resources.limits.memory),
    )


def least(workloads: Iterable[Workload]) -> Demand:
    """At the fewest replicas: what the base nodes must hold."""
    return sum((demand_of_pod(w) * w.min_replicas for w in workloads), Demand())


def most(workloads: Iterable[Workload]) -> Demand:
    """At the most replicas while the workload with the greatest surge rolls out: what a quota must allow."""
    workloads = list(workloads)
    total = sum((demand_of_pod(w) * w.max_replicas for w in workloads), Demand())
    surges = [demand_of_pod(w) * w.surge for w in workloads]
    return total + Demand(
        max((s.pods for s in surges), default=0),
        max((s.cpu_millis for s in surges), default=0),
        max((s.memory_bytes for s in surges), default=0),
        max((s.limit_cpu_millis for s in surges), default=0),
        max((s.limit_memory_bytes for s in surges), default=0),
    )
