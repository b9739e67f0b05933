"""Each line of what the platform must be, held against each stack that is asked for it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from sandbox.model import Run
from tests.requirements import cluster, data, edge_and_recovery, in_cluster, stacks_and_network
from tests.requirements.model import Line, verdict

ROOT = Path(__file__).parents[2]
SECTIONS = {
    "stacks": stacks_and_network.STACKS,
    "networking": stacks_and_network.NETWORKING,
    "cluster": cluster.CLUSTER,
    "keys": data.KEYS,
    "database": data.DATABASE,
    "caches": data.CACHES,
    "tables": data.TABLES,
    "buckets": data.BUCKETS,
    "registry": data.REGISTRY,
    "secrets": data.SECRETS,
    "edge": edge_and_recovery.EDGE,
    "resilience": edge_and_recovery.RESILIENCE,
    "cost": edge_and_recovery.COST,
    "baseline": edge_and_recovery.BASELINE,
    "operators": in_cluster.OPERATORS,
    "namespaces": in_cluster.NAMESPACES,
    "database access": in_cluster.DATABASE_ACCESS,
    "mcp": in_cluster.MCP,
    "agents": in_cluster.AGENTS,
    "applications": in_cluster.APPLICATIONS,
    "delivery": in_cluster.DELIVERY,
}
LINES = [(section, line) for section, lines in SECTIONS.items() for line in lines]
ON_A_GRAPH = [
    pytest.param(stack, line, id=f"{stack}-{section}-{line.asks}")
    for section, line in LINES
    if line.test is None
    for stack in line.asked
]
BY_TEST = [pytest.param(line.test, id=f"{section}-{line.asks}") for section, line in LINES if line.test is not None]


@pytest.mark.parametrize(("stack", "line"), ON_A_GRAPH)
def test_the_stack_has_what_is_asked(stack: str, line: Line, any_run: Callable[[str], Run]) -> None:
    wrong = verdict(line, stack, any_run(stack))
    assert wrong is None, wrong


@pytest.mark.parametrize("where", BY_TEST)
def test_the_test_that_answers_is_there(where: str) -> None:
    file, _, name = where.partition("::")
    assert name in _tests(file), f"{file} has no test {name}"


@pytest.mark.parametrize("section", SECTIONS)
def test_no_line_stands_twice(section: str) -> None:
    asked = [line.asks for line in SECTIONS[section]]
    assert sorted(set(asked)) == sorted(asked)


@cache
def _tests(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text())
    return frozenset(
        node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )
