"""The baselines that the tests ask about, each run once a worker."""

from __future__ import annotations

import pytest

from sandbox.model import Run
from tests.components.security_baseline.deployment import (
    BASELINE,
    DEV,
    ELSEWHERE,
    FRUGAL,
    IDENTITY,
    SECOND,
    deploy,
)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Production's home region, by defaults."""
    return deploy(tmp_path_factory.mktemp("home"), IDENTITY, BASELINE, home=True)


@pytest.fixture(scope="session")
def second(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Production's second region."""
    return deploy(tmp_path_factory.mktemp("second"), SECOND, ELSEWHERE, home=False)


@pytest.fixture(scope="session")
def frugal(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A dev account that opts out of what it can."""
    return deploy(tmp_path_factory.mktemp("frugal"), DEV, FRUGAL, home=True)


@pytest.fixture(scope="session", params=["home", "second", "frugal"])
def baseline(request: pytest.FixtureRequest) -> Run:
    """Each of them in turn."""
    found: Run = request.getfixturevalue(request.param)
    return found
