"""Capacity of a small cluster whose figures are worked out by hand."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from components.cluster_capacity import ResourceTotals, base_capacity, base_demand, peak
from components.eks_cluster.settings import EksClusterSettings
from components.kubernetes.scaling import ResourceScaling
from components.kubernetes.workload import Placement, Workload
from components.model import Resources
from components.operators.footprint import Profile
from tests.components.eks_cluster.graph import CLUSTERS
from tests.components.kubernetes.declarations import server

MIB = 1024**2
# an m6i.xlarge: 4000 m less 60 + 10 + 5 + 5; 16 GiB at 96 % less 255 + 11 * 110 + 100 MiB
NODE = ResourceTotals(3920, (15728 - 1565) * MIB, 110)


def cluster(**pools: Any) -> EksClusterSettings:  # noqa: ANN401 - any field of a pool
    """Five nodes and a tainted group at none, with ``pools`` beside the spot pool of ten."""
    raw = copy.deepcopy(CLUSTERS["production"])
    raw["node_pools"] |= pools
    return EksClusterSettings.model_validate(raw)


def scaled(least: int, most: int, group: str = "general") -> Workload:
    """Pods of half a core and 1 GiB; a quarter more while one rolls out."""
    return server(
        scaling=ResourceScaling(min_replicas=least, max_replicas=most),
        resources=Resources.model_validate(
            {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "1Gi"}}
        ),
        placement=Placement(group=group),
    )


def wanted(shape: EksClusterSettings, *workloads: Workload) -> tuple[ResourceTotals, ResourceTotals]:
    return peak(shape, (), Profile.HA, workloads)


def test_the_base_holds_the_fewest() -> None:
    assert base_capacity(cluster()) == NODE * 5
    assert base_demand(cluster(), (), Profile.HA, [scaled(3, 20)]) == ResourceTotals(1500, 3072 * MIB, 3)


def test_a_group_counts_with_its_desired_size_and_an_open_pool_with_its_limit() -> None:
    assert wanted(cluster())[1] == NODE * 5
    assert wanted(cluster(overflow={"instance_types": ["m6i.xlarge"], "max": 3}))[1] == NODE * 8


def test_the_most_counts_with_what_a_rollout_adds() -> None:
    assert wanted(cluster(), scaled(3, 20))[0] == ResourceTotals(12_500, 25 * 1024 * MIB, 25)


def test_whoever_has_a_pool_leaves_to_the_others_only_what_does_not_fit() -> None:
    assert wanted(cluster(), scaled(1, 60, "spot"))[0] == ResourceTotals()
    # 125 pods at the most: 62,500 m on 10 * 3,920 m; there is memory and there are slots
    assert wanted(cluster(), scaled(1, 100, "spot"))[0] == ResourceTotals(62_500 - 39_200, 0, 0)


@pytest.mark.parametrize("group", ["memory", "nowhere"])
def test_a_taint_of_another_key_and_a_group_that_is_not_there_are_no_room(group: str) -> None:
    pools: dict[str, Any] = {"memory": {"instance_types": ["r6i.large"], "max": 2, "taints": [{"key": "other"}]}}
    raw = copy.deepcopy(CLUSTERS["production"])
    del raw["node_groups"]["memory"]
    raw["node_pools"] |= pools
    found, there = wanted(EksClusterSettings.model_validate(raw), scaled(1, 4, group))
    assert (found, there) == (ResourceTotals(2500, 5120 * MIB, 5), NODE * 5)


def test_what_is_short_is_said_by_amount() -> None:
    assert ResourceTotals(4000, 10 * MIB, 5).short_of(ResourceTotals(3920, 10 * MIB, 4)) == [
        "4,000 m CPU of pods on 3,920",
        "5 slots of pods on 4",
    ]
    assert NODE.short_of(NODE) == []
