"""Outputs, files, problems and the closing line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from sandbox.ui.console import indented, unbroken
from sandbox.ui.words import size
from sandbox.values import SECRET, UNKNOWN, Plain, plain

if TYPE_CHECKING:
    from sandbox.model import Properties


def title(console: Console, stack: str, project: str) -> None:
    """The first line: which stack, and what the sandbox is."""
    text = Text.assemble((f" {stack} ", "stack"), (f"  {project} in a simulated cloud: ", "faint"))
    console.print(text.append("nothing real is made, no credential read", style="faint"))


def heading(console: Console, text: str, beside: str = "") -> None:
    """A section's heading, with something faint beside it."""
    console.print()
    title = Text.assemble((text, "title"), (f"  {beside}" if beside else "", "faint"))
    console.print(Rule(title, align="left", style="rule", characters="─"))


def outputs(found: Properties) -> RenderableType:
    """The stack's outputs; secrets hidden."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="component", no_wrap=True)
    table.add_column(overflow="fold")
    for key in sorted(found):
        table.add_row(key, _output(plain(found[key])))
    return table


def _output(shown: Plain) -> RenderableType:
    if not isinstance(shown, (dict, list)) or not shown:
        return _value(shown)
    table = Table.grid(padding=(0, 2))
    table.add_column(style="faint", no_wrap=True)
    table.add_column(overflow="fold")
    for key, inner in _rows(shown):
        table.add_row(key, _value(inner))
    return table


def _rows(shown: Plain, above: str = "") -> Iterator[tuple[str, Plain]]:
    """What ``shown`` holds, each value by its path: ``endpoints.files``. A list's values stand below each other."""
    if isinstance(shown, dict) and shown:
        for key in sorted(shown):
            yield from _rows(shown[key], f"{above}.{key}" if above else key)
    elif isinstance(shown, list) and shown:
        for index, inner in enumerate(shown):
            yield above if index == 0 else "", inner
    else:
        yield above, shown


def _value(shown: Plain) -> Text:
    if isinstance(shown, str):
        return Text(shown, style="warn" if shown in (SECRET, UNKNOWN) else "")
    return Text(json.dumps(shown, ensure_ascii=False, sort_keys=True))


def files(found: Iterable[tuple[Path, str]]) -> RenderableType:
    """Paths with their sizes and what they are."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="path", no_wrap=True)
    table.add_column(justify="right", style="faint", no_wrap=True)
    table.add_column(style="faint")
    for path, what in found:
        table.add_row(str(path), size(path.stat().st_size) if path.is_file() else "", what)
    return table


def closing(console: Console, text: str, beside: str, *, good: bool, below: str = "") -> None:
    """The last lines: what came of it all, its figures, and where the time went."""
    console.print()
    sign, style = (" ✔ ", "verdict.good") if good else (" ✘ ", "verdict.bad")
    console.print(Text.assemble((f"{sign}{text} ", style), (f"  {beside}" if beside else "", "default")))
    if below:
        console.print(indented(Text(below, style="faint"), 3))


def problem(console: Console, title: str, text: str) -> None:
    """Something that stopped a command: what, and the whole of it."""
    lines = [_problem_line(line) for line in text.splitlines()]
    console.print()
    console.print(Text.assemble(("✘ ", "bad"), (title, "title")))
    console.print(indented(Group(*lines)), crop=False)


def _problem_line(line: str) -> RenderableType:
    """One line; what doesn't fit goes on below its own beginning."""
    if line.startswith("urn:"):
        return unbroken(line)
    told = line.lstrip()
    before, allowed, after = told.partition("allowed: ")
    shown = Text.assemble((allowed, "faint"), (after, "good")) if allowed and not before else Text(told)
    return indented(shown, len(line) - len(told))


def timing(parts: Mapping[str, float]) -> str:
    """``imports 0.9 s, program 2.1 s``: what took how long."""
    return ", ".join(f"{name} {value:.1f} s" for name, value in parts.items())
