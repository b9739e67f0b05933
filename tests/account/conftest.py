"""The account's stacks, each run once a worker, and the environments' stacks beside them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.engine import run_program
from sandbox.model import Run
from tests.projects import project_with
from tests.stacks.conftest import export_path, run_of

__all__ = ["export_path", "run_of"]

ROOT = Path(__file__).parents[2]
HOMES = ("toolboxai-dev-us-east-1", "toolboxai-staging-us-east-1", "toolboxai-production-us-east-1")
SECOND = "toolboxai-production-us-west-2"
STACKS = (*HOMES, SECOND)


@pytest.fixture(scope="session")
def account_of() -> Callable[[str], Run]:
    """The run of an account's stack, by its name."""
    return cache(lambda stack: run_program(stack, root=ROOT / "account"))


@pytest.fixture(scope="session", params=STACKS)
def account(request: pytest.FixtureRequest, account_of: Callable[[str], Run]) -> Run:
    """The run of each account's stack in turn."""
    return account_of(request.param)


@pytest.fixture(scope="session", params=HOMES)
def home(request: pytest.FixtureRequest, account_of: Callable[[str], Run]) -> Run:
    """The run of each account's home region in turn."""
    return account_of(request.param)


@pytest.fixture(scope="session")
def second(account_of: Callable[[str], Run]) -> Run:
    """The run of production's second region."""
    return account_of(SECOND)


def changed(directory: Path, stack: str, change: Callable[[dict[str, Any]], None]) -> Run:
    """The run of an account's stack with its file changed, in the empty ``directory``."""
    source = ROOT / "account"
    found: dict[str, Any] = yaml.safe_load((source / f"Pulumi.{stack}.yaml").read_text())
    change(found["config"])
    return run_program(stack, root=project_with(directory, stack, found["config"], source))
