"""The graph of every stack of both projects, as the controls look at it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from controls import Answer, Graph, answers
from sandbox.controls import graph_of
from sandbox.model import Run
from tests.account.conftest import account_of
from tests.controls.changed import ROOT, home_of
from tests.stacks.conftest import export_path, run_of

__all__ = ["account_of", "export_path", "run_of"]


@pytest.fixture(scope="session")
def graph(run_of: Callable[[str], Run], account_of: Callable[[str], Run]) -> Callable[[str], Graph]:
    """The graph of a stack, by its name."""
    return cache(lambda stack: graph_of(run_of(stack) if home_of(stack) == ROOT else account_of(stack)))


@pytest.fixture(scope="session")
def given(graph: Callable[[str], Graph]) -> Callable[[str], dict[str, Answer]]:
    """How every control stands in a stack, by the stack's name."""
    return cache(lambda stack: {it.verdict.control.id: it for it in answers(graph(stack))})
