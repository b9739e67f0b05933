"""Network paths as people read them: who is reached on which port, and by whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sandbox.ui.console import indented

if TYPE_CHECKING:
    from sandbox.paths import Declared, Opened

Row = tuple[str, str, str]
"""Who is reached, on which port and how, and by whom."""
_OUTSIDE: Final = "outside the cluster"
_EVERYWHERE: Final = "dns"
"""Open to every pod: said once."""


def declared(paths: Sequence[Declared]) -> RenderableType:
    """The matrix by destination. Names are looked up by everyone: that is one line."""
    rows = [
        (path.destination, f"{path.port}/{path.protocol}  {path.kind}", path.source)
        for path in paths
        if path.kind != _EVERYWHERE
    ]
    asking = len({path.source for path in paths if path.kind == _EVERYWHERE})
    parts: list[RenderableType] = [_table(rows)]
    if asking:
        parts.append(Text(f"kube-dns on 53/UDP and 53/TCP: all {asking}", style="faint"))
    return Group(*parts)


def exceptions(paths: Iterable[Declared]) -> RenderableType:
    """What is open for a written reason only."""
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold")
    table.add_column(overflow="fold", style="name")
    table.add_column(style="faint", ratio=1)
    for path in paths:
        table.add_row(path.source, f"→ {path.destination} {path.port}", path.reason or "")
    return table


def opened(ways: Iterable[Opened]) -> RenderableType:
    """What the rendered policies open, by destination."""
    return _table(
        [
            (way.destination, "every port" if way.port == 0 else f"{way.port}/{way.protocol}", way.source)
            for way in ways
            if way.port != 53  # noqa: PLR2004 - DNS, open to every pod
        ]
    )


def differences(missing: Sequence[str], extra: Iterable[Opened]) -> RenderableType:
    """Where the two views differ."""
    lines = [Text(f"declared and closed  {text}", style="bad") for text in missing]
    lines += [
        Text(f"open and not declared  {way.source} -> {way.destination} {way.protocol} {way.port}", style="bad")
        for way in extra
    ]
    return Group(*lines)


def _table(rows: Iterable[Row]) -> RenderableType:
    grouped: dict[str, dict[tuple[str, str], list[str]]] = {}
    for destination, port, source in sorted(set(rows)):
        namespace, slash, name = destination.partition("/")
        holder, shown = (namespace, name) if slash and "." not in namespace else (_OUTSIDE, destination)
        grouped.setdefault(holder, {}).setdefault((shown, port), []).append(source)
    parts: list[RenderableType] = []
    for holder, entries in sorted(grouped.items(), key=lambda entry: (entry[0] == _OUTSIDE, entry[0])):
        parts += [Text(holder, style="component"), indented(_entries(entries))]
    return Group(*parts)


def _entries(entries: Mapping[tuple[str, str], Sequence[str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold", min_width=28)
    table.add_column(no_wrap=True, style="type", min_width=22)
    table.add_column(overflow="fold", style="name")
    shown = ""
    for (name, port), sources in entries.items():
        table.add_row("" if name == shown else name, port, Text.assemble(("← ", "faint"), _by_namespace(sources)))
        shown = name
    return table


def _by_namespace(sources: Sequence[str]) -> str:
    """``mcp-agents: content, quiz; monitoring: prometheus``."""
    found: list[str] = []
    for namespace, group in groupby(sources, key=lambda source: source.partition("/")[0]):
        names = [source.partition("/")[2] for source in group]
        found.append(f"{namespace}: {', '.join(names)}" if all(names) else namespace)
    return "; ".join(found)
