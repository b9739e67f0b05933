"""The console for people: colours on a terminal, plain lines elsewhere, never a broken pipe."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Final, TextIO

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.text import Text
from rich.theme import Theme

from sandbox.refusals import OutputRefused

PLAIN_WIDTH: Final = 120
"""Columns where there is no terminal to ask and ``COLUMNS`` isn't set."""
LEAST_WIDTH: Final = 40
"""Columns that a report takes at least, whatever ``COLUMNS`` says: below it, it would be cut to nothing."""

_BLANKS: Final = re.compile(r" +\n")

THEME: Final = Theme(
    {
        "stack": "bold reverse",
        "title": "bold",
        "rule": "bright_black",
        "faint": "bright_black",
        "count": "bold cyan",
        "component": "bold",
        "type": "cyan",
        "name": "default",
        "good": "green",
        "bad": "red",
        "warn": "yellow",
        "create": "green",
        "update": "yellow",
        "replace": "magenta",
        "delete": "red",
        "same": "bright_black",
        "path": "blue",
        "verdict.good": "bold black on green",
        "verdict.bad": "bold white on red",
    }
)


class Quiet:
    """A stream that goes silent when nobody reads it any more, so that the run still ends with its own exit code.

    ``OutputRefused``, once, where the system takes no more of it: a log on a full disk is not to look whole.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._terminal = stream.isatty()
        self._broken = False

    @property
    def encoding(self) -> str:
        """The stream's own."""
        return self._stream.encoding

    def write(self, text: str) -> int:
        """Write, or don't."""
        if not self._broken:
            with self._silenced():
                # Rich fills lines up with blanks; in a file or a log they are only in the way.
                self._stream.write(text if self._terminal else _BLANKS.sub("\n", text))
        return len(text)

    def flush(self) -> None:
        """Flush, or don't."""
        if not self._broken:
            with self._silenced():
                self._stream.flush()

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._terminal

    def fileno(self) -> int:
        """The stream's own."""
        return self._stream.fileno()

    @contextlib.contextmanager
    def _silenced(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            self._silence()
        except OSError as problem:
            self._silence()
            raise OutputRefused(f"{self._stream.name}: {problem.strerror or problem}") from None

    def _silence(self) -> None:
        self._broken = True
        # Python flushes its standard streams once more at the end; what is left goes nowhere, without a complaint.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)


@dataclass(frozen=True)
class Indented:
    """``what`` moved to the right by ``by`` blanks, ``above`` empty lines before it.

    Unlike rich's own padding it neither fills lines up nor cuts them: a URN stays whole, to be found and copied.
    """

    what: RenderableType
    by: int
    above: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The lines."""
        for _ in range(self.above):
            yield Segment.line()
        inner = options.update_width(max(1, options.max_width - self.by))
        for line in Segment.split_lines(console.render(self.what, inner)):
            if line:
                yield Segment(" " * self.by)
                yield from line
            yield Segment.line()


def indented(what: RenderableType, by: int = 2, *, above: int = 0) -> Indented:
    """``what`` moved to the right, with empty lines above."""
    return Indented(what, by, above)


def unbroken(text: str, style: str = "") -> Text:
    """``text`` on one line, however long it is."""
    return Text(text, style=style, no_wrap=True, overflow="ignore")


def for_people(*, to_stderr: bool) -> Console:
    """The console that people read: standard output, or standard error where standard output is for a program."""
    given: TextIO | None = sys.stderr if to_stderr else sys.stdout
    # Python has none where the caller closed it (>&-): nobody reads then
    stream = given if given is not None else Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - lives on
    if isinstance(stream, TextIOWrapper):
        # a stream that can't hold a character gets a question mark: no run breaks because of how it is shown
        stream.reconfigure(errors="replace")
    return Console(
        file=Quiet(stream),  # type: ignore[arg-type]  # rich uses what is there
        theme=THEME,
        width=_width(stream),
        highlight=False,
        markup=False,
        emoji=False,
    )


def for_programs(text: str) -> None:
    """One line on standard output, where a program may read it."""
    stream: TextIO | None = sys.stdout
    if stream is not None:
        quiet = Quiet(stream)
        quiet.write(text + "\n")
        quiet.flush()


def _width(stream: TextIO) -> int | None:
    """Columns to write in; ``None`` leaves it to rich, which asks the terminal anew for every line."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return max(int(columns), LEAST_WIDTH)
    if not stream.isatty():
        return PLAIN_WIDTH
    # some terminals in containers say 0, and rich would believe it
    return None if os.get_terminal_size(stream.fileno()).columns and columns != "0" else PLAIN_WIDTH
