"""Carrying a command out, and saying what stopped it: one clear message, the right exit code, no traceback."""

from __future__ import annotations

import contextlib
import json
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sandbox.engine import ExportRefused, InvokeFailed, ResourceFailed, SettingsRefused, Unsupported
from sandbox.exits import STOPPED, WRONG
from sandbox.interruptions import exit_code, interruptions
from sandbox.policies.model import PackFailed, PolicyConfigRefused
from sandbox.refusals import CallRefused, DirectoryRefused, OutputRefused, ProgramFailed
from sandbox.session import Options, Session
from sandbox.ui.console import for_people, for_programs
from sandbox.ui.report import closing
from sandbox.ui.report import problem as shown

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
    OutputRefused: ("output", "what it says can't be written", STOPPED),
    ProgramFailed: ("program", "the program broke", STOPPED),
}
"""What may stop a command: its kind in ``--json``, its title for people, the exit code."""
_BROKEN: Final = ("sandbox", "the sandbox broke, and that is its own fault", STOPPED)
"""The same of anything else."""


def carry_out(options: Options, command: Callable[[Session], int]) -> int:
    """The exit code of ``command``, whose failures are shown here."""
    session = Session(options)
    with interruptions() as came:
        try:
            return command(session)
        except KeyboardInterrupt:
            pass
        except Exception as problem:  # noqa: BLE001 - a fault of the sandbox's own is told like the others
            # who swallows an interruption may break further on, and that is no fault of the program's
            if not came:
                return _tell(session.console, options, problem)
        session.console.file.flush()
        closing(for_people(to_stderr=True), f"{options.stack} was interrupted", "", good=False)
        return exit_code(came)


def _tell(console: Console, options: Options, problem: Exception) -> int:
    from sandbox.report import error  # noqa: PLC0415 - only where something went wrong

    found = next((_KINDS[type_] for type_ in type(problem).__mro__ if type_ in _KINDS), None)
    text = str(problem) if found is not None else "".join(traceback.format_exception(problem)).rstrip()
    kind, title, code = found if found is not None else _BROKEN
    console.file.flush()
    shown(for_people(to_stderr=True), title, text)
    if options.as_json:
        with contextlib.suppress(OutputRefused):
            for_programs(json.dumps(error(options.stack, kind, text), ensure_ascii=False))
    return code
