"""The graph of every stack of both projects, as the controls look at it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from controls import Answer, Graph, answers
from sandbox.controls import graph_of, manifests_of
from sandbox.model import Run
from tests.account.conftest import account_of
from tests.controls.changed import ROOT, home_of
from tests.stacks.conftest import export_path, run_of

__all__ = ["account_of", "export_path", "run_of"]


@pytest.fixture(scope="session")
def graph(export_path: Callable[[str], Path], account_of: Callable[[str], Run]) -> Callable[[str], Graph]:
    """The graph of a stack by its name, with what Argo CD delivers to its cluster."""

    def made(stack: str) -> Graph:
        home = home_of(stack)
        if home != ROOT:
            return graph_of(account_of(stack), manifests_of(home, stack))
        return Graph.from_export(json.loads(export_path(stack).read_text())).delivering(manifests_of(home, stack))

    return cache(made)


@pytest.fixture(scope="session")
def given(graph: Callable[[str], Graph]) -> Callable[[str], dict[str, Answer]]:
    """How every control stands in a stack, by the stack's name."""
    return cache(lambda stack: {it.verdict.control.id: it for it in answers(graph(stack))})
