"""What a preview says: the steps by component, the properties that differ, what is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from rich.console import Group, RenderableType
from rich.text import Text

from sandbox.model import Unknown
from sandbox.preview import Absent, Change, Op, Plan, Step
from sandbox.ui.console import indented, unbroken
from sandbox.ui.tree import types
from sandbox.ui.words import count, name_of, short_type
from sandbox.values import short

SIGNS: Final[dict[Op, str]] = {"create": "+", "update": "~", "replace": "±", "delete": "-", "same": "="}
VERBS: Final[dict[Op, str]] = {
    "create": "to create",
    "update": "to update",
    "replace": "to replace",
    "delete": "to delete",
    "same": "unchanged",
}
_CHANGES: Final = 12
"""Changed properties shown of one resource."""
_STACK: Final = "pulumi:pulumi:Stack"
_FOLLOWING: Final = 8
"""So many resources that only follow from other changes are shown one by one; more are counted."""
_CREATES: Final = 15
"""New or deleted resources named one by one; more are counted by component and type."""


def plan(found: Plan, *, full: bool) -> RenderableType:
    """The counts, then the steps; in full, every step and every change."""
    parts: list[RenderableType] = [counts(found)]
    tops = _tops(found.steps)
    detailed = [step for step in found.steps if step.op in ("update", "replace")]
    following = [] if full else [step for step in detailed if _follows(step)]
    if len(following) <= _FOLLOWING:
        following = []
    parts += (indented(_step(step, full=full), above=1) for step in detailed if step not in following)
    if following:
        parts.append(indented(_followers(following, tops), above=1))
    for op in ("create", "delete"):
        steps = [step for step in found.steps if step.op == op]
        if steps:
            parts.append(indented(_plain_steps(steps, tops, full=full), above=1))
    renamed = [step for step in found.steps if step.renamed_from]
    if renamed:
        parts.append(indented(_renamed(renamed), above=1))
    parts += (indented(_refused(step), above=1) for step in found.refused)
    if found.uncompared:
        note = f"{count(found.uncompared, 'secret value')} not compared: a deployment's export doesn't hold them"
        parts.append(indented(Text(note, style="faint"), above=1))
    return Group(*parts)


def counts(found: Plan) -> Text:
    """``+ 3 to create  ~ 1 to update  1,008 unchanged``."""
    text = Text()
    for op, verb in VERBS.items():
        number = found.count(op)
        if number:
            text.append(f"{'   ' if text else ''}{SIGNS[op]} {number:,} {verb}", style=op)
    return text or Text("nothing to do: the program makes no resources", style="same")


def _head(step: Step) -> Text:
    resource = step.resource
    text = Text.assemble(
        (f"{SIGNS[step.op]} ", step.op), (resource.name, "component"), (f"  {short_type(step.type)}", "type")
    )
    if resource.parent and resource.parent.split("::", 3)[2] != _STACK:
        text.append(f"  in {name_of(resource.parent)}", style="faint")
    if step.op == "delete" and resource.retain_on_delete:
        text.append("  stays in the cloud (retainOnDelete)", style="warn")
    return text


def _step(step: Step, *, full: bool) -> RenderableType:
    parts: list[RenderableType] = [_head(step)]
    if step.why:
        parts.append(indented(Text(f"replaced because {step.why}", style="replace"), 4))
    shown = step.changes if full else step.changes[:_CHANGES]
    parts += (indented(_change(change), 4) for change in shown)
    if len(step.changes) > len(shown):
        more = f"and {count(len(step.changes) - len(shown), 'more change')} (--tree full)"
        parts.append(indented(Text(more, style="faint"), 4))
    return Group(*parts)


def _follows(step: Step) -> bool:
    """Whether all that changes are values that other resources of this update will have."""
    return not step.why and all(isinstance(change.new, Unknown) for change in step.changes)


def _followers(steps: list[Step], tops: Mapping[str, str]) -> RenderableType:
    what = f"{count(len(steps), 'more resource')} only because of values that the changes above will give"
    ordered = sorted(steps, key=lambda step: step.op)
    return Group(Text(what, style="faint"), *_grouped(ordered, tops))


def _change(change: Change) -> Text:
    text = Text(overflow="fold")
    text.append(change.path, style="path").append(": ", style="faint")
    if isinstance(change.old, Absent):
        text.append("+ ", style="create")
    elif isinstance(change.new, Absent):
        text.append("- ", style="delete").append(short(change.old))
    else:
        text.append(short(change.old), style="delete").append(" → ", style="faint")
    if not isinstance(change.new, Absent):
        text.append(short(change.new), style="create")
    if change.replaces:
        text.append("  replaces the resource", style="replace")
    return text


def _plain_steps(steps: list[Step], tops: Mapping[str, str], *, full: bool) -> RenderableType:
    if full or len(steps) <= _CREATES:
        return Group(*(_head(step) for step in steps))
    return Group(*_grouped(steps, tops))


def _grouped(steps: Iterable[Step], tops: Mapping[str, str]) -> list[Text]:
    """A line for each outermost component: what happens, its name, the number of its resources, their types."""
    groups: dict[tuple[Op, str], Counter[str]] = {}
    for step in steps:
        groups.setdefault((step.op, tops[step.urn]), Counter())[short_type(step.type)] += 1
    return [
        Text.assemble((f"{SIGNS[op]} ", op), (top, "component"), (f"  {found.total():,}  ", "count"), types(found))
        for (op, top), found in groups.items()
    ]


def _tops(steps: Iterable[Step]) -> dict[str, str]:
    """The name of the outermost component that each step's resource is in."""
    parents = {step.urn: step.resource.parent for step in steps}
    tops: dict[str, str] = {}
    for urn in parents:
        top = urn
        while (above := parents.get(top)) and above.split("::", 3)[2] != _STACK:
            top = above
        tops[urn] = name_of(top) if top != urn or urn in parents.values() else "right below the stack"
    return tops


def _renamed(steps: list[Step]) -> Text:
    text = Text(f"{count(len(steps), 'resource')} found again by an alias", style="faint")
    named = [(old, new) for old, new in ((name_of(s.renamed_from), name_of(s.urn)) for s in steps) if old != new]
    for old, new in named[:_CREATES]:
        text.append(f"\n  {old} is {new} now", style="faint")
    if len(named) > _CREATES:
        text.append(f"\n  and {len(named) - _CREATES} more", style="faint")
    if len(steps) > len(named):
        moved = f"{len(steps) - len(named)} of the same name, below another parent or of another type"
        text.append(f"\n  {moved}", style="faint")
    return text


def _refused(step: Step) -> RenderableType:
    text = Text.assemble(("✘ refused  ", "bad"), (f"{short_type(step.type)} {step.resource.name} ", "component"))
    return Group(text.append(step.refused), indented(unbroken(step.urn, "faint")))
