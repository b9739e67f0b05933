"""Outputs, files, problems and the closing line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console, Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from sandbox.ui.console import indented, unbroken
from sandbox.ui.words import size
from sandbox.values import SECRET, UNKNOWN, Plain, plain

if TYPE_CHECKING:
    from sandbox.model import Properties


_LINE: Final = 80
"""A longer value stands on several lines."""


def title(console: Console, stack: str, project: str) -> None:
    """The first line: which stack, and what the sandbox is."""
    text = Text.assemble((f" {stack} ", "stack"), (f"  {project} against a simulated cloud: ", "faint"))
    console.print(text.append("nothing real is made, no credential is read", style="faint"))


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
    if isinstance(shown, dict) and shown and not any(isinstance(inner, (dict, list)) for inner in shown.values()):
        table = Table.grid(padding=(0, 2))
        table.add_column(style="faint", no_wrap=True)
        table.add_column(overflow="fold")
        for key in sorted(shown):
            table.add_row(key, _output(shown[key]))
        return table
    if isinstance(shown, str):
        return Text(shown, style="warn" if shown in (SECRET, UNKNOWN) else "")
    text = json.dumps(shown, ensure_ascii=False, sort_keys=True)
    return Text(text if len(text) <= _LINE else json.dumps(shown, ensure_ascii=False, sort_keys=True, indent=2))


def files(found: Iterable[tuple[Path, str]]) -> RenderableType:
    """Paths with their sizes and what they are."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="path", no_wrap=True)
    table.add_column(justify="right", style="faint", no_wrap=True)
    table.add_column(style="faint")
    for path, what in found:
        table.add_row(str(path), size(path.stat().st_size) if path.is_file() else "", what)
    return table


def closing(console: Console, text: str, beside: str, *, good: bool) -> None:
    """The last line: what came of it all."""
    console.print()
    sign, style = (" ✔ ", "verdict.good") if good else (" ✘ ", "verdict.bad")
    console.print(Text.assemble((f"{sign}{text} ", style), ("  " + beside if beside else "", "faint")))


def problem(console: Console, title: str, text: str, *, hint: str = "") -> None:
    """Something that stopped a command: what, the whole of it, and what to do."""
    lines = [_problem_line(line) for line in text.splitlines()]
    parts: list[RenderableType] = [Text.assemble(("✘ ", "bad"), (title, "title"))]
    parts.append(indented(Group(*lines)))
    if hint:
        parts.append(indented(Text(hint, style="faint")))
    console.print(Group(*parts), crop=False)


def _problem_line(line: str) -> Text:
    before, allowed, after = line.partition("allowed: ")
    if allowed and not before.strip():
        return Text.assemble(before, (allowed, "faint"), (after, "good"))
    return unbroken(line) if line.startswith("urn:") else Text(line)


def timing(parts: Mapping[str, float]) -> str:
    """``imports 0.9 s, program 2.1 s``: what took how long."""
    return ", ".join(f"{name} {value:.1f} s" for name, value in parts.items())
