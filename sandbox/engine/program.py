"""Running a program: its files, its configuration, the SDK's runtime, and ``__main__.py`` itself.

The SDK's ``run_in_stack`` is what the Python language host calls, so everything behaves as under ``pulumi up``. All
the SDK's settings live in context variables; a copied context keeps one run from the next.
"""

from __future__ import annotations

import asyncio
import contextvars
import gc
import json
import os
import runpy
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sandbox.engine.errors import SettingsRefused
from sandbox.engine.project import Config, Project
from sandbox.engine.timing import Timings, timed_imports
from sandbox.model import Resource, Run

DISABLE_DEFAULT_PROVIDERS: Final = "pulumi:disable-default-providers"
ORGANIZATION: Final = "organization"
"""What a local backend calls the organization."""


@dataclass(frozen=True)
class Request:
    """What is asked of a run besides the program and its stack; see ``sandbox.engine.run_program``."""

    preview: bool
    prior: Run | None
    fail: Sequence[str]
    on_resource: Callable[[Resource], None] | None
    timings: Timings


def run(stack: str, root: Path, request: Request) -> Run:
    """See ``sandbox.engine.run_program``."""
    root = root.resolve()
    project = Project.load(root)
    config = Config.load(project, stack)
    program = project.program()
    if not program.is_file():
        raise SettingsRefused(f"Pulumi.yaml: there is no program {program.name} in {program.parent.name or root}")
    with timed_imports(request.timings), _surroundings(program.parent), _garbage_uncollected():
        return contextvars.copy_context().run(_run_program, project, stack, config, request)


def _run_program(project: Project, stack: str, config: Config, request: Request) -> Run:
    import pulumi  # noqa: PLC0415 - importing the SDK is the slowest thing here; only a run needs it
    import pulumi.runtime  # noqa: PLC0415

    from sandbox.cloud import Cloud  # noqa: PLC0415
    from sandbox.engine.errors import ResourceFailed  # noqa: PLC0415
    from sandbox.engine.loop import InlineLoop  # noqa: PLC0415
    from sandbox.engine.monitor import SandboxMonitor  # noqa: PLC0415
    from sandbox.engine.preview import Prior  # noqa: PLC0415

    monitor = SandboxMonitor(
        project.name,
        stack,
        Cloud(config.values, fail=request.fail),
        preview=request.preview,
        prior=Prior(request.prior) if request.prior is not None else None,
        denied=denied_packages(config.values),
        on_resource=request.on_resource,
    )
    timings = request.timings
    pulumi.runtime.reset_options()
    pulumi.runtime.configure(
        pulumi.runtime.Settings(
            project=project.name,
            stack=stack,
            monitor=monitor,
            dry_run=request.preview,
            organization=ORGANIZATION,
            root_directory=str(project.root),
        )
    )
    pulumi.runtime.set_all_config(dict(config.values), sorted(config.secrets))

    failures: list[BaseException] = []

    async def execute() -> None:
        timings.program_started = time.time()
        timings.import_before_seconds = timings.import_seconds
        runpy.run_path(str(project.program()), run_name="__main__")
        failures.extend(await _outputs_settled())

    loop = InlineLoop()
    asyncio.set_event_loop(loop)
    started = time.perf_counter()
    imported = timings.import_seconds
    try:
        with _first_of(failures):
            loop.run_until_complete(pulumi.runtime.run_in_stack(execute))
    except pulumi.RunError as refused:
        raise SettingsRefused(str(refused)) from None
    except ResourceFailed as failed:
        failed.run = monitor.run()
        raise
    except Exception:
        if config.missing:
            raise SettingsRefused(_missing(stack, config)) from None
        raise
    finally:
        _close(loop, monitor.close())
        timings.program_seconds = time.perf_counter() - started - (timings.import_seconds - imported)
    if config.missing:
        raise SettingsRefused(_missing(stack, config))
    return monitor.run()


@contextmanager
def _first_of(failures: Sequence[BaseException]) -> Iterator[None]:
    """Raise what failed first, where the SDK raises what came of it: a consequence quotes its cause, and is longer."""
    try:
        yield
    except Exception:
        if not failures:
            raise
        raise min(failures, key=lambda failure: (len(str(failure)), str(failure))) from None


async def _outputs_settled() -> list[BaseException]:
    """Wait until no output of the program is outstanding, or one has failed; returns why.

    The SDK's own wait looks at all that is outstanding each time that one is done, which grows with the square of the
    program: a third of the time of a stack with 1,000 resources. Left to it is what comes from the stack's own outputs.
    """
    from pulumi.runtime.settings import SETTINGS  # noqa: PLC0415 - the SDK is there by now

    while pending := [task for task in SETTINGS.outputs if not task.done()]:
        done, _ = await asyncio.wait(pending, return_when=asyncio.FIRST_EXCEPTION)
        if any(task.cancelled() for task in done):
            break
        failures = list(filter(None, (task.exception() for task in done)))
        if failures:
            return failures
    return []


def _missing(stack: str, config: Config) -> str:
    return "\n".join(f"Pulumi.{stack}.yaml: {key}: missing; Pulumi.yaml declares it" for key in config.missing)


def denied_packages(config: Mapping[str, str]) -> frozenset[str]:
    """Packages without a default provider. ``SettingsRefused`` if the setting is no list of strings."""
    text = config.get(DISABLE_DEFAULT_PROVIDERS, "")
    if not text:
        return frozenset()
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise SettingsRefused(f"{DISABLE_DEFAULT_PROVIDERS}: a list of package names is wanted, found {text}")
    return frozenset(name.strip() for name in found)


def _close(loop: asyncio.AbstractEventLoop, closing: Coroutine[Any, Any, None]) -> None:
    """Finish ``closing`` and drop what a failed run left waiting."""
    loop.run_until_complete(closing)
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    asyncio.set_event_loop(None)


@contextmanager
def _surroundings(directory: Path) -> Iterator[None]:
    """The program's own directory as working directory and first on the import path, as the language host has it.

    A stack trace is taken for each registration, only to tell the engine where in the source it stands; nothing here
    reads that, so ``sys.tracebacklimit`` keeps it to one frame.
    """
    before = Path.cwd()
    path = str(directory)
    limit = getattr(sys, "tracebacklimit", None)
    os.chdir(directory)
    sys.path.insert(0, path)
    sys.tracebacklimit = 1
    try:
        yield
    finally:
        if limit is None:
            del sys.tracebacklimit
        else:
            sys.tracebacklimit = limit
        if path in sys.path:
            sys.path.remove(path)
        os.chdir(before)


@contextmanager
def _garbage_uncollected() -> Iterator[None]:
    """No garbage collection: a program's graph only grows, and walking it again and again finds nothing."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.enable()
