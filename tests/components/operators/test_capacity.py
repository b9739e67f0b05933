from __future__ import annotations

import pytest

from components.context import Environment
from components.kubernetes.capacity import Demand
from components.operators.catalog import ADDONS, OPERATORS, selection
from components.operators.footprint import Amount, Profile
from components.operators.operator import demand
from components.versions import allocatable

MIB = 1024**2
# base nodes by the platform's table of stacks, and what our own pods must find beside the operators:
# ten small pods (250m, 256Mi) in dev, more in the others
BASE: list[tuple[Environment, str, int, int]] = [
    ("dev", "t3.xlarge", 2, 14),
    ("staging", "m6i.xlarge", 2, 14),
    ("production", "m6i.xlarge", 5, 40),
]


@pytest.mark.parametrize(("tier", "instance", "nodes", "own"), BASE, ids=[row[0] for row in BASE])
def test_operators_leave_room_for_our_pods_on_the_base_nodes(
    tier: Environment, instance: str, nodes: int, own: int
) -> None:
    profile = Profile.of(tier)
    total = demand([*ADDONS.values(), *(OPERATORS[name] for name in selection(tier))], profile, nodes)
    total = total + Demand(1, 250, 256 * MIB) * own
    node = allocatable(instance, prefix_delegation=True)
    assert total.cpu_millis <= node.cpu_millis * nodes
    assert total.memory_bytes <= node.memory_mib * nodes * MIB
    assert total.pods <= node.pods * nodes


@pytest.mark.parametrize(("tier", "instance", "nodes", "own"), BASE, ids=[row[0] for row in BASE])
def test_no_pod_is_larger_than_a_node_beside_the_daemon_sets(
    tier: Environment, instance: str, nodes: int, own: int
) -> None:
    del nodes, own
    profile = Profile.of(tier)
    chosen = [*ADDONS.values(), *(OPERATORS[name] for name in selection(tier))]
    agents = Amount()
    for operator in chosen:
        for pod in operator.pods(profile):
            if pod.kind.value == "DaemonSet":
                agents = agents + pod.requests
    node = allocatable(instance, prefix_delegation=True)
    for operator in chosen:
        for pod in operator.pods(profile):
            if pod.kind.value != "DaemonSet":
                assert pod.requests.cpu + agents.cpu < node.cpu_millis // 2, pod.name
                assert pod.requests.memory + agents.memory < node.memory_mib // 2, pod.name


def test_demand_counts_daemon_sets_a_node_and_replicas_once() -> None:
    alloy = OPERATORS["alloy"]
    one = alloy.pods(Profile.SMALL)[0]
    total = demand([alloy], Profile.SMALL, 3)
    assert (total.pods, total.cpu_millis, total.memory_bytes) == (
        3,
        one.requests.cpu * 3,
        one.requests.memory * 3 * MIB,
    )
    assert total.limit_memory_bytes == one.limits.memory * 3 * MIB
    loki = OPERATORS["loki"]
    assert demand([loki], Profile.HA, 5).pods == 3
    assert demand([loki], Profile.HA, 50).pods == 3


def test_production_asks_for_more_than_dev() -> None:
    chosen = [OPERATORS[name] for name in selection("dev")]
    small, ha = demand(chosen, Profile.SMALL, 2), demand(chosen, Profile.HA, 2)
    assert ha.cpu_millis > small.cpu_millis
    assert ha.memory_bytes > small.memory_bytes
    assert ha.pods > small.pods
