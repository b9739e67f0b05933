"""Every committed stack of the program and of the accounts, as the other tests run them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from sandbox.model import Resource, Run
from tests.account.conftest import STACKS as ACCOUNTS
from tests.account.conftest import account_of
from tests.stacks.conftest import STACKS, export_path, run_of

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


def of_aws(run: Run) -> Iterator[Resource]:
    """Every resource that the AWS provider makes."""
    return (it for it in run.resources if it.custom and it.type.startswith("aws:"))
