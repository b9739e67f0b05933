from __future__ import annotations

import pytest

from components.cluster_services.catalog import ADDONS, OPERATORS, selection
from components.cluster_services.footprint import Amount, Profile
from components.cluster_services.operators import Demand, demand
from components.context import Environment
from components.versions import allocatable

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
    total = total + Demand(Amount(250, 256) * own, own)
    node = allocatable(instance, prefix_delegation=True)
    assert total.requests.cpu <= node.cpu_millis * nodes
    assert total.requests.memory <= node.memory_mib * nodes
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
    one = alloy.pods(Profile.SMALL)[0].requests
    assert demand([alloy], Profile.SMALL, 3) == Demand(one * 3, 3)
    loki = OPERATORS["loki"]
    assert demand([loki], Profile.HA, 5).pods == 3
    assert demand([loki], Profile.HA, 50).pods == 3


def test_production_asks_for_more_than_dev() -> None:
    chosen = [OPERATORS[name] for name in selection("dev")]
    small, ha = demand(chosen, Profile.SMALL, 2), demand(chosen, Profile.HA, 2)
    assert ha.requests.cpu > small.requests.cpu
    assert ha.requests.memory > small.requests.memory
    assert ha.pods > small.pods
