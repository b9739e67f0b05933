"""Progress while the program runs: the components as they grow on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from rich.console import Console, ConsoleOptions, RenderResult
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from sandbox.ui.words import count, seconds, short_type

if TYPE_CHECKING:
    from rich.live import Live

    from sandbox.model import Resource

_LINES: Final = 14
"""Components shown at once: a program may have hundreds at the top."""
_BAR: Final = 24
"""Width of the bar that there is where an earlier run says how many resources to expect."""
_EVERY: Final = 2.0
"""Seconds between two lines where there is no terminal."""


@dataclass
class _Branch:
    name: str
    type: str
    total: int = 0
    last: str = ""


@dataclass
class _Tally:
    """What has been registered so far, by component right below the stack."""

    total: int = 0
    branches: dict[str, _Branch] = field(default_factory=dict)
    current: str = ""
    _top: dict[str, str] = field(default_factory=dict)

    def add(self, resource: Resource) -> None:
        self.total += 1
        if not resource.parent:
            return
        top = self._top.get(resource.parent, resource.urn)
        self._top[resource.urn] = top
        branch = self.branches.get(top)
        if branch is None:
            if resource.custom:
                return
            branch = self.branches[top] = _Branch(resource.name, resource.type)
        branch.total += 1
        branch.last = f"{short_type(resource.type)} {resource.name}"
        self.current = top


class Progress:
    """Shows a run's progress on ``console``; a context manager. ``expected`` is the last run's number, if known."""

    def __init__(self, console: Console, *, expected: int = 0) -> None:
        self._console = console
        self._expected = expected
        self._tally = _Tally()
        self._phase = "importing the SDKs, running the program"
        self._began = time.perf_counter()
        self._said = self._began
        self._live: Live | None = None
        self._spinner = Spinner("dots", style="cyan")

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            from rich.live import Live  # noqa: PLC0415 - only where there is a terminal

            self._live = Live(self, console=self._console, refresh_per_second=8, transient=True)
            self._live.start()
        else:
            self._line(self._phase)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
        elif kind is None:
            self._line(f"{count(self._tally.total, 'resource')}, {seconds(self._elapsed())}")

    def resource(self, resource: Resource) -> None:
        """One resource more."""
        self._phase = "registering"
        self._tally.add(resource)
        if self._live is None and time.perf_counter() - self._said >= _EVERY:
            branch = self._tally.branches.get(self._tally.current)
            where = f", in {branch.name}" if branch is not None else ""
            self._line(f"{count(self._tally.total, 'resource')}{where}, {seconds(self._elapsed())}")

    def phase(self, name: str) -> None:
        """What is being waited for now."""
        self._phase = name
        if self._live is None:
            self._line(f"{count(self._tally.total, 'resource')}, {name}, {seconds(self._elapsed())}")

    def _elapsed(self) -> float:
        return time.perf_counter() - self._began

    def _line(self, text: str) -> None:
        self._said = time.perf_counter()
        self._console.print(Text(f"  {text}", style="faint"))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The live picture."""
        tally = self._tally
        head = Table.grid(padding=(0, 1))
        of = f" of about {self._expected:,}" if self._expected > tally.total else ""
        head.add_row(
            self._spinner,
            ProgressBar(
                total=self._expected,
                completed=min(tally.total, self._expected),
                width=_BAR,
                style="faint",
                complete_style="cyan",
                finished_style="cyan",
            )
            if self._expected and tally.total
            else "",
            Text(f"{tally.total:,}{of} resources" if tally.total else "", style="count"),
            Text(self._phase, style="faint"),
            Text(seconds(self._elapsed()), style="faint"),
        )
        yield head
        if not tally.branches:
            return
        grid = Table.grid(padding=(0, 1), expand=True)
        grid.add_column(width=1)
        grid.add_column(no_wrap=True, overflow="ellipsis")
        grid.add_column(justify="right", style="count", no_wrap=True, min_width=len(f"{tally.total:,}"))
        # it takes what the others leave: a name is long, and the numbers are what one looks at
        grid.add_column(style="faint", no_wrap=True, overflow="ellipsis", ratio=1)
        branches = list(tally.branches.items())
        hidden = len(branches) - _LINES
        for urn, branch in branches[-_LINES:]:
            busy = urn == tally.current
            grid.add_row(
                Text("▸" if busy else "·", style="cyan" if busy else "faint"),
                Text.assemble((branch.name, "component"), ("  " + short_type(branch.type), "faint")),
                f"{branch.total:,}",
                branch.last if busy else "",
            )
        if hidden > 0:
            yield Text(f"   {hidden} more above", style="faint")
        yield grid
