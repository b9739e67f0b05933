"""Carrying a command out, and saying what stopped it: one clear message, the right exit code, no traceback."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TYPE_CHECKING, Final

from sandbox.engine import ExportRefused, InvokeFailed, ResourceFailed, SettingsRefused, Unsupported
from sandbox.exits import INTERRUPTED, STOPPED, WRONG
from sandbox.policies.model import PackFailed, PolicyConfigRefused
from sandbox.refusals import CallRefused, DirectoryRefused, ProgramFailed
from sandbox.session import Options, Session

if TYPE_CHECKING:
    from rich.console import Console

_KINDS: Final[dict[type[Exception], tuple[str, str, int]]] = {
    SettingsRefused: ("settings", "the settings are wrong", WRONG),
    PolicyConfigRefused: ("policy configuration", "the policy configuration is wrong", WRONG),
    ExportRefused: ("state", "the last run can't be read", WRONG),
    DirectoryRefused: ("directory", "that directory can't be used", WRONG),
    CallRefused: ("call", "that can't be done", WRONG),
    InvokeFailed: ("function", "a provider's function could not be called", STOPPED),
    ResourceFailed: ("resource", "a resource could not be made", STOPPED),
    Unsupported: ("unsupported", "the sandbox doesn't do that", STOPPED),
    PackFailed: ("policy pack", "a policy pack broke, so there is no verdict", STOPPED),
    ProgramFailed: ("program", "the program broke", STOPPED),
}
"""What may stop a command: its kind in ``--json``, its title for people, the exit code."""


def carry_out(options: Options, command: Callable[[Session], int]) -> int:
    """The exit code of ``command``, whose failures are shown here."""
    session = Session(options)
    with _interruptions() as interrupted:
        try:
            return command(session)
        except KeyboardInterrupt:
            return INTERRUPTED
        except tuple(_KINDS) as problem:
            return INTERRUPTED if interrupted else _tell(session.console, options, problem)


@contextlib.contextmanager
def _interruptions() -> Iterator[list[int]]:
    """The interruptions that came in.

    Whoever swallows one, as an import that is cut short may, breaks further on, and that is no fault of the program's.
    """
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)
        signal.default_int_handler(number, frame)

    before = signal.getsignal(signal.SIGINT)
    # one that is ignored, as a shell does for what it starts in the background, stays so
    if before is not signal.default_int_handler:
        yield came
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield came
    finally:
        signal.signal(signal.SIGINT, before)


def _tell(console: Console, options: Options, problem: Exception) -> int:
    from sandbox.report import error  # noqa: PLC0415 - only where something went wrong
    from sandbox.ui.report import problem as shown  # noqa: PLC0415

    kind, title, code = next(_KINDS[type_] for type_ in type(problem).__mro__ if type_ in _KINDS)
    shown(console, title, str(problem))
    if options.as_json:
        with contextlib.suppress(BrokenPipeError):
            sys.stdout.write(json.dumps(error(options.stack, kind, str(problem)), ensure_ascii=False) + "\n")
            sys.stdout.flush()
    return code
