"""Each example stack's graph, made once a worker."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from tests.components.data_layer.deployment import Graph
from tests.components.resilience.recovery import EXAMPLES, deploy


@pytest.fixture(scope="session")
def graph_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Graph]:
    """The graph of an example stack by its name."""
    return cache(lambda stack: deploy(tmp_path_factory.mktemp(stack), stack))


@pytest.fixture(scope="session", params=sorted(EXAMPLES))
def graph(request: pytest.FixtureRequest, graph_of: Callable[[str], Graph]) -> Graph:
    """The graph of each example stack in turn."""
    return graph_of(request.param)


@pytest.fixture(scope="session")
def production(graph_of: Callable[[str], Graph]) -> Graph:
    """Production's graph."""
    return graph_of("production")
