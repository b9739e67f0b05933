"""A synthetic program in a folder of its own, run in this process."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.engine import run_program
from sandbox.model import Resource, Run

PROJECT = """\
name: test
runtime: python
"""

Program = Callable[..., Run]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """``program(source, project=..., settings=..., **arguments of run_program)`` gives the run of stack ``dev``."""

    def run(
        source: str, *, project: str = PROJECT, settings: str = "config: {}\n", stack: str = "dev", **more: object
    ) -> Run:
        (tmp_path / "Pulumi.yaml").write_text(project)
        (tmp_path / "Pulumi.dev.yaml").write_text(settings)
        (tmp_path / "__main__.py").write_text(textwrap.dedent(source))
        return run_program(stack, root=tmp_path, **more)  # type: ignore[arg-type]  # each test says what it hands on

    return run


@pytest.fixture
def named() -> Callable[[Run, str], Resource]:
    """The one resource of a name."""

    def find(run: Run, name: str) -> Resource:
        found = [resource for resource in run.resources if resource.name == name]
        assert len(found) == 1, [resource.urn for resource in run.resources]
        return found[0]

    return find
