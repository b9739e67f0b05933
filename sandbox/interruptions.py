"""Signals that end a command: it puts away what it has open, and ends as the signal would have ended it.

An interruption is an exception between any two steps of the program, and not everything lets it through: asyncio and
imports that are cut short lose it now and then, and what waits for them would wait for ever. So it comes once; who asks
a second time, or waited in vain for a moment, ends the process at once. Pack servers end with it: they watch its pipe.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Final, NoReturn

from sandbox.exits import INTERRUPTED

PATIENCE_SECONDS: Final = 2.0
"""How long putting things away may take: the packs' servers have as long to end."""
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_OWN: Final = (signal.SIG_DFL, signal.default_int_handler)
"""What stands where nobody chose: a signal that is ignored, as in a shell's background or under nohup, stays so."""
_SHOW_CURSOR: Final = b"\x1b[?25h"


@contextlib.contextmanager
def interruptions() -> Iterator[list[int]]:
    """The signals that came in; the first of them raises ``KeyboardInterrupt`` wherever the program is."""
    came: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        if came:
            end(came[0])
        came.append(number)
        signal.setitimer(signal.ITIMER_REAL, PATIENCE_SECONDS)
        raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in _SIGNALS}
    taken = [number for number, handler in before.items() if handler in _OWN]
    alarm = signal.signal(signal.SIGALRM, note)
    for number in taken:
        signal.signal(number, note)
    try:
        yield came
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, alarm)
        for number in taken:
            signal.signal(number, before[number])


def exit_code(came: list[int]) -> int:
    """The exit code after ``came``; ``leave`` makes the signal of it again."""
    return INTERRUPTED + (came[0] if came else signal.SIGINT)


def leave(code: int) -> NoReturn:
    """End the process with ``code``, at once; by the signal where it is one's, so that a shell's loop ends too."""
    if code - INTERRUPTED in _SIGNALS:
        _kill(code - INTERRUPTED)
    os._exit(code)


def end(number: int) -> NoReturn:
    """End the process by signal ``number``, with nothing put away but the terminal's cursor."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        if sys.stdout.isatty():
            os.write(sys.stdout.fileno(), _SHOW_CURSOR)
    _kill(number)
    os._exit(INTERRUPTED + number)


def _kill(number: int) -> None:
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
