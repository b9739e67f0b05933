"""The in-process engine: runs a program against the simulated cloud and gives back what it made.

Cheap to import; the SDKs are imported by the first run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.engine.errors import (
    ExportRefused,
    InvokeFailed,
    ResourceFailed,
    SandboxError,
    SettingsRefused,
    Unsupported,
)
from sandbox.engine.export import read_export, to_export, write_export
from sandbox.engine.timing import Timings

if TYPE_CHECKING:
    from sandbox.model import Resource, Run

__all__ = [
    "ExportRefused",
    "InvokeFailed",
    "ResourceFailed",
    "SandboxError",
    "SettingsRefused",
    "Timings",
    "Unsupported",
    "read_export",
    "run_program",
    "stacks",
    "to_export",
    "write_export",
]


def run_program(
    stack: str,
    *,
    root: Path,
    preview: bool = False,
    prior: Run | None = None,
    fail: Sequence[str] = (),
    on_resource: Callable[[Resource], None] | None = None,
    timings: Timings | None = None,
) -> Run:
    """Run the program in ``root`` for ``stack`` and return what it made.

    ``preview`` leaves unknown what isn't made yet; ``prior``, the last run, says what is. ``fail`` names creates that
    fail (``TYPE`` or ``TYPE:NAME``). ``on_resource`` is called as each resource has been recorded, with its checked
    inputs. ``timings`` is filled in. Garbage isn't collected meanwhile; a process that ends soon after may as well
    call ``gc.disable()`` before: else everything the program made is walked once when collecting is switched on again.

    Errors: ``SettingsRefused`` for wrong settings or an unknown stack, ``ResourceFailed`` for a resource that could
    not be made (its ``run`` holds what had been), ``InvokeFailed``, ``Unsupported``; any other exception is the
    program's own.
    """
    from sandbox.engine.program import Request, run  # noqa: PLC0415 - imported when there is a program to run

    return run(stack, root, Request(preview, prior, fail, on_resource, timings or Timings()))


def stacks(root: Path) -> list[str]:
    """The stacks that have a settings file in ``root``, in order of name."""
    from sandbox.engine.project import Project  # noqa: PLC0415 - needs the YAML reader

    return Project.load(root).stacks()
