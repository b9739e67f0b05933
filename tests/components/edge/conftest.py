"""Each stack's graph, made once a worker."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from tests.components.edge.deployment import IDENTITIES, PRIMARIES, EdgeGraph, deploy


@pytest.fixture(scope="session")
def graph_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], EdgeGraph]:
    """The graph of a stack by its name."""
    return cache(lambda stack: EdgeGraph(stack, deploy(tmp_path_factory.mktemp(stack), stack)))


@pytest.fixture(scope="session", params=sorted(IDENTITIES))
def graph(request: pytest.FixtureRequest, graph_of: Callable[[str], EdgeGraph]) -> EdgeGraph:
    """The graph of each stack in turn."""
    return graph_of(request.param)


@pytest.fixture(scope="session", params=PRIMARIES)
def primary(request: pytest.FixtureRequest, graph_of: Callable[[str], EdgeGraph]) -> EdgeGraph:
    """The graph of each stack that has CloudFront."""
    return graph_of(request.param)
