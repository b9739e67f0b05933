"""The packs' verdict: what ran, what is violated where, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sandbox.policies.model import Verdict, Violation
from sandbox.ui.console import indented, unbroken
from sandbox.ui.words import count, name_of, short_type, type_of

_MEASURABLE: Final = 1_000
"""Below so many judgements the processor's clock, which ticks every 10 ms, says nothing about one."""
_SHOWN: Final = 5
"""How many resources an advisory rule names; mandatory ones name all."""


def verdict(found: Verdict) -> RenderableType:
    """Packs first, then violations by rule: mandatory ones, then advisory ones, then what could not be judged yet."""
    parts: list[RenderableType] = [_packs(found)]
    parts += (indented(part, above=1) for part in _rules(found.mandatory, "✘", "bad", limit=0))
    parts += (indented(part, above=1) for part in _rules(found.advisory, "▲", "warn", limit=_SHOWN))
    if found.remediated:
        parts.append(indented(_remediated(found), above=1))
    if found.unseen:
        parts.append(indented(_unseen(found.unseen), above=1))
    return Group(*parts)


def _packs(found: Verdict) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(width=1)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(style="faint", no_wrap=True)
    for pack in found.packs:
        violations = found.pack_violations(pack.name)
        mandatory = sum(violation.mandatory for violation in violations)
        sign = ("✘", "bad") if mandatory else ("▲", "warn") if violations else ("✔", "good")
        table.add_row(
            Text(*sign),
            Text.assemble((pack.name, "component"), (f" {pack.version}" if pack.version else "", "faint")),
            count(pack.rules, "rule"),
            count(found.resources, "resource"),
            _tally(mandatory, len(violations) - mandatory),
            f"{count(len(pack.disabled), 'rule')} disabled" if pack.disabled else "",
        )
    return table


def _tally(mandatory: int, advisory: int) -> Text:
    if not mandatory and not advisory:
        return Text("no violation", style="good")
    text = Text()
    if mandatory:
        text.append(f"{mandatory} mandatory", style="bad")
    if advisory:
        text.append(", " if mandatory else "").append(f"{advisory} advisory", style="warn")
    return text


def cost(found: Verdict) -> str:
    """What judging cost: the packs' processor time, and that of one resource and rule. Empty where it is too little."""
    judged = sum(pack.rules for pack in found.packs) * found.resources
    spent = sum(pack.cpu_seconds for pack in found.packs)
    if not spent or judged < _MEASURABLE:
        return ""
    each = (spent - sum(pack.start_cpu_seconds for pack in found.packs)) / judged * 1e6
    return f"{spent:.1f} s of processor, {each:.0f} µs a resource and rule"


def _rules(violations: Iterable[Violation], sign: str, style: str, *, limit: int) -> Iterator[RenderableType]:
    for (pack, rule), group in groupby(violations, key=lambda violation: (violation.pack, violation.rule)):
        found = list(group)
        description, _, _ = found[0].message.partition("\n")
        head = Text.assemble(
            (f"{sign} {found[0].level}", style),
            ("  ", ""),
            (rule, "component"),
            (f"  {pack}", "faint"),
            (
                f"  {found[0].severity}" if found[0].severity else "",
                "bad" if found[0].severity == "critical" else "faint",
            ),
        )
        parts: list[RenderableType] = [head, indented(Text(description))]
        resources = {urn: _together(list(same)) for urn, same in groupby(found, key=lambda violation: violation.urn)}
        shown = list(resources)[:limit] if limit else list(resources)
        alike: dict[tuple[str, ...], list[str]] = {}
        for urn in shown:
            alike.setdefault(tuple(resources[urn]), []).append(urn)
        parts += (indented(_alike(urns, messages)) for messages, urns in alike.items())
        if len(resources) > len(shown):
            more = f"and {count(len(resources) - len(shown), 'resource')} more: verdict.json names all"
            parts.append(indented(Text(more, style="faint"), 4))
        yield Group(*parts)


def _alike(urns: Iterable[str], messages: Iterable[str]) -> RenderableType:
    """Resources of which the same is said, and what is said, once."""
    parts: list[RenderableType] = []
    for urn in urns:
        parts.append(
            Text.assemble(("· ", "faint"), (short_type(type_of(urn)), "type"), (f" {name_of(urn)}", "component"))
        )
        parts.append(indented(unbroken(urn, "faint")))
    return Group(*parts, *map(_message, messages))


def _together(violations: Iterable[Violation]) -> list[str]:
    """What is said of one resource; of the form ``path: what to write``, the same of several paths as one."""
    places: dict[str, list[str]] = {}
    for message in filter(None, (violation.message.partition("\n")[2] for violation in violations)):
        path, colon, rest = message.partition(": ")
        path, rest = (path, rest) if colon and " " not in path else ("", message)
        places.setdefault(rest, []).append(path)
    return [f"{', '.join(paths)}: {rest}" if any(paths) else rest for rest, paths in places.items()]


def _message(text: str) -> Table:
    """An arrow, and beside it what to write instead."""
    table = Table.grid(padding=(0, 1))
    table.add_row(Text("  →", style="good"), Text(text))
    return table


def _remediated(found: Verdict) -> Text:
    text = Text.assemble(("↻ changed by a remediating rule before the provider would see it", "warn"))
    for change in found.remediated:
        text.append(f"\n  {change.pack} {change.rule}: {name_of(change.urn)}: {', '.join(change.keys)}", style="faint")
    return text


def _unseen(found: list[Violation]) -> Text:
    """What a preview could not judge: as many rules, the reason once."""
    by_rule: dict[tuple[str, str], list[Violation]] = {}
    for violation in found:
        by_rule.setdefault((violation.pack, violation.rule), []).append(violation)
    text = Text.assemble((f"? {count(len(found), 'check')} must wait for values that only an update knows", "faint"))
    for (pack, rule), group in by_rule.items():
        names = ", ".join(sorted({name_of(violation.urn) for violation in group})[:3])
        more = " ..." if len(group) > 3 else ""  # noqa: PLR2004 - as many as are named
        text.append(f"\n  {pack} {rule}: {names}{more}", style="faint")
    return text
