"""What a cluster's nodes have for pods, and what pods ask of them: at the fewest replicas and at the most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from components.eks_cluster.node_settings import NODE_GROUP_LABEL, Taint, smallest
from components.eks_cluster.settings import EksClusterSettings
from components.kubernetes.capacity import Demand, least, most
from components.kubernetes.workload import Workload
from components.operators.footprint import Profile
from components.operators.operator import Operator, demand
from components.versions import allocatable

_MIB: Final = 1024**2


@dataclass(frozen=True)
class ResourceTotals:
    """CPU in thousandths of a core, memory in bytes, and pod slots: what pods ask together, or nodes have together."""

    cpu_millis: int = 0
    memory_bytes: int = 0
    pods: int = 0

    @classmethod
    def of(cls, asked: Demand) -> ResourceTotals:
        """What pods request."""
        return cls(asked.cpu_millis, asked.memory_bytes, asked.pods)

    def __add__(self, other: ResourceTotals) -> ResourceTotals:
        return ResourceTotals(
            self.cpu_millis + other.cpu_millis, self.memory_bytes + other.memory_bytes, self.pods + other.pods
        )

    def __mul__(self, times: int) -> ResourceTotals:
        return ResourceTotals(self.cpu_millis * times, self.memory_bytes * times, self.pods * times)

    def beyond(self, there: ResourceTotals) -> ResourceTotals:
        """What of it finds no place in ``there``."""
        return ResourceTotals(
            max(0, self.cpu_millis - there.cpu_millis),
            max(0, self.memory_bytes - there.memory_bytes),
            max(0, self.pods - there.pods),
        )

    def short_of(self, there: ResourceTotals) -> list[str]:
        """Each amount of which ``there`` has too little, in words."""
        return [
            f"{wanted:,} {unit} of pods on {given:,}"
            for wanted, given, unit in (
                (self.cpu_millis, there.cpu_millis, "m CPU"),
                (self.memory_bytes // _MIB, there.memory_bytes // _MIB, "MiB memory"),
                (self.pods, there.pods, "slots"),
            )
            if wanted > given
        ]


def base_demand(
    cluster: EksClusterSettings, operators: Sequence[Operator], profile: Profile, workloads: Sequence[Workload]
) -> ResourceTotals:
    """What the base nodes must hold: fewest replicas of ours, operators, add-ons and DaemonSets."""
    nodes = sum(count for _, count in cluster.base_nodes())
    return ResourceTotals.of(demand(operators, profile, nodes) + least(workloads))


def base_capacity(cluster: EksClusterSettings) -> ResourceTotals:
    """What the base nodes have for pods."""
    return sum((_nodes(cluster, name, count) for name, count in cluster.base_nodes()), ResourceTotals())


def peak(
    cluster: EksClusterSettings, operators: Sequence[Operator], profile: Profile, workloads: Sequence[Workload]
) -> tuple[ResourceTotals, ResourceTotals]:
    """What the nodes that any pod may use must hold while everything runs at its most, and what they have.

    Groups count with their desired size, for nothing makes them grow; pools with their limit. Of who has a group or
    pool of its own, only what doesn't fit there counts. On every node the DaemonSets' share is taken off first.
    """
    always = demand(operators, profile, 0)
    each = ResourceTotals.of(demand(operators, profile, 1)).beyond(ResourceTotals.of(always))
    there: dict[str, ResourceTotals] = defaultdict(ResourceTotals)
    for name, taints, kind, count in _shapes(cluster):
        if not taints:
            there[""] += _nodes(cluster, kind, count).beyond(each * count)
        elif all((t.key, t.value, t.effect) == (NODE_GROUP_LABEL, name, "NoSchedule") for t in taints):
            there[name] += _nodes(cluster, kind, count).beyond(each * count)
    placed: dict[str, list[Workload]] = defaultdict(list)
    for workload in workloads:
        placed[workload.placement.group].append(workload)
    wanted = ResourceTotals.of(always)
    for group, its in placed.items():
        wanted += ResourceTotals.of(most(its)).beyond(there.get(group, ResourceTotals()))
    return wanted, there[""]


def _shapes(cluster: EksClusterSettings) -> Iterator[tuple[str, list[Taint], str, int]]:
    """Of each group and pool: name, the taints that keep pods off, the type that counts, the most nodes."""
    for name, group in cluster.node_groups.items():
        yield name, _strict(group.taints), smallest(group.instance_types), group.desired
    for name, pool in cluster.node_pools.items():
        yield name, _strict(pool.kept_for(name)), smallest(pool.instance_types), pool.max


def _strict(taints: Sequence[Taint]) -> list[Taint]:
    return [taint for taint in taints if taint.effect != "PreferNoSchedule"]


def _nodes(cluster: EksClusterSettings, kind: str, count: int) -> ResourceTotals:
    one = allocatable(kind, prefix_delegation=cluster.prefix_delegation)
    return ResourceTotals(one.cpu_millis, one.memory_mib * _MIB, one.pods) * count


__all__ = ["ResourceTotals", "base_capacity", "base_demand", "peak"]
