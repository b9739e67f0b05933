"""What the typed model refuses before a cluster would: each law by its name, broken once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from components.kubernetes.capacity import most
from components.kubernetes.cluster_objects import UnknownReferenceError
from components.kubernetes.namespace import quota_for
from components.kubernetes.paths import ToWorkload
from components.kubernetes.scaling import ResourceScaling
from components.kubernetes.topology import Topology, TopologyError
from components.model import cpu_millis
from tests.components.kubernetes.declarations import NETWORKS, server

SCALED = ResourceScaling(min_replicas=2, max_replicas=8)

LAWS: dict[str, tuple[Callable[[], object], str]] = {
    "an autoscaler and fixed replicas together": (
        lambda: server(replicas=2, scaling=SCALED),
        "nothing where scaling is given",
    ),
    "a budget that lets no pod go blocks every drain": (
        lambda: server(replicas=2, max_disrupted=0),
        "greater than or equal to 1",
    ),
    "a budget that lets all go at once protects nothing": (
        lambda: server(replicas=2, max_disrupted=2),
        "below the most replicas, 2",
    ),
    "a path declared to nothing": (
        lambda: Topology([server(calls=(ToWorkload("mcp", "nobody", "http"),))], networks=NETWORKS),
        "a workload of the cluster: none is so called",
    ),
    "two owners of one name": (
        lambda: Topology([server(), server()], networks=NETWORKS),
        "a name that no other workload of the namespace has",
    ),
}


@pytest.mark.parametrize("law", LAWS)
def test_the_model_refuses(law: str) -> None:
    broken, allowed = LAWS[law]
    with pytest.raises((ValidationError, TopologyError, UnknownReferenceError), match=allowed):
        broken()


def test_a_quota_is_never_below_the_most_replicas_and_the_largest_surge() -> None:
    workload = server(scaling=SCALED)
    quota = quota_for(most([workload]))
    assert quota.requests is not None
    assert quota.pods == 8 + 2
    assert cpu_millis(quota.requests.cpu) >= 10 * cpu_millis(workload.resources.requests.cpu)
