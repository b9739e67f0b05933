"""Every stack's run, whichever project it is of."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.model import Run
from tests.account.conftest import account_of
from tests.lines.model import PLATFORM
from tests.stacks.conftest import export_path, run_of

__all__ = ["account_of", "export_path", "run_of"]


@pytest.fixture(scope="session")
def any_run(run_of: Callable[[str], Run], account_of: Callable[[str], Run]) -> Callable[[str], Run]:
    """The run of a stack of the platform or of an account."""
    return lambda stack: run_of(stack) if stack in PLATFORM else account_of(stack)
