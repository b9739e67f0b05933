"""Every stack, run once a test session by the sandbox's engine in a process of its own, and shared by all workers."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from sandbox.engine import read_export
from sandbox.model import Run

ROOT = Path(__file__).parents[2]
STACKS = ("dev", "staging", "production", "production-dr")

_PROGRAM = """
import json, sys
from pathlib import Path
from sandbox.engine import run_program, write_export
from tests.stacks.readings import readings
with readings(Path(sys.argv[3]).with_suffix(".readings.json")):
    run = run_program(sys.argv[1], root=Path(sys.argv[2]))
remote = {r.urn: r.providers for r in run.resources if r.remote}
Path(sys.argv[3]).with_suffix(".remote.json").write_text(json.dumps(remote))
write_export(run, Path(sys.argv[3]))
"""


PARTS = ("Pulumi.yaml", "Pulumi.dev.yaml", "__main__.py", "settings", "components", "policies")


def copy_program(to: Path) -> Path:
    """The program and its stack ``dev`` in a directory of their own, to be broken there."""
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, to / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, to / part)
    return to


def bring_up(root: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """``python -m sandbox up dev`` for the program in ``root``."""
    command = [sys.executable, "-m", "sandbox", "up", "dev", "--root", str(root), *more]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def export(stack: str, to: Path, root: Path = ROOT) -> Path:
    """Run ``stack`` of the program in ``root`` in a fresh process and write its export to ``to``."""
    subprocess.run(
        [sys.executable, "-c", _PROGRAM, stack, str(root), str(to)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return to


def made_once(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A file of the test session that all workers share; the first to ask makes it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base
    target = shared / name
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            make(target)
    return target


@pytest.fixture(scope="session")
def export_path(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Where the export of a stack stands; the first to ask makes it."""

    @cache
    def path(stack: str) -> Path:
        return made_once(tmp_path_factory, f"{stack}.stack.json", lambda to: export(stack, to))

    return path


@pytest.fixture(scope="session")
def run_of(export_path: Callable[[str], Path]) -> Callable[[str], Run]:
    """The run of a stack, by its name."""
    return cache(lambda stack: read_export(export_path(stack)))


@pytest.fixture(scope="session", params=STACKS)
def run(request: pytest.FixtureRequest, run_of: Callable[[str], Run]) -> Run:
    """The run of each stack in turn."""
    return run_of(request.param)
