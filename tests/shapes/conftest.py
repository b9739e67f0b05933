"""Every committed stack of the program and of the accounts, as the other tests run them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from sandbox.engine import read_export
from sandbox.model import Resource, Run
from tests.account.conftest import STACKS as ACCOUNTS
from tests.account.conftest import account_of
from tests.shapes.longest import ROOT, write
from tests.stacks.conftest import STACKS, export, export_path, made_once, run_of

__all__ = ["account_of", "export_path", "run_of"]

EVERY = (*STACKS, *ACCOUNTS)


@pytest.fixture(scope="session")
def any_run(run_of: Callable[[str], Run], account_of: Callable[[str], Run]) -> Callable[[str], Run]:
    """The run of a stack, be it the program's or an account's."""
    return lambda stack: run_of(stack) if stack in STACKS else account_of(stack)


@pytest.fixture(params=EVERY)
def whole(request: pytest.FixtureRequest, any_run: Callable[[str], Run]) -> Run:
    """The run of every stack in turn."""
    return any_run(request.param)


@pytest.fixture(scope="session")
def longest_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Run]:
    """The run of a stack under the longest names that settings allow."""

    def make(stack: str, to: Path) -> Path:
        project = write(stack, ROOT if stack in STACKS else ROOT / "account", to.with_suffix(".project"))
        return export(stack, to, project)

    @cache
    def run(stack: str) -> Run:
        return read_export(made_once(tmp_path_factory, f"{stack}.longest.json", lambda to: make(stack, to)))

    return run


def of_aws(run: Run) -> Iterator[Resource]:
    """Every resource that the AWS provider makes."""
    return (it for it in run.resources if it.custom and it.type.startswith("aws:"))
