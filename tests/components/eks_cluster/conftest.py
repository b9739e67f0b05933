"""The committed clusters of dev and production, registered once a process."""

from __future__ import annotations

import pytest

from tests.components.eks_cluster.graph import Graph, committed


@pytest.fixture
def dev() -> Graph:
    return committed("dev")


@pytest.fixture
def production() -> Graph:
    return committed("production")


@pytest.fixture(params=["dev", "production"])
def either(request: pytest.FixtureRequest) -> Graph:
    return committed(str(request.param))
