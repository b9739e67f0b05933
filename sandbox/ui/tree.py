"""The resource tree: components with their counts; in full, every resource.

A production stack has about a thousand resources. Folded, a component shows what it holds by type on one line, and many
components of one type below the same parent become one line with their names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from rich.text import Text
from rich.tree import Tree

from sandbox.model import Resource
from sandbox.ui.words import count, short_type

Detail: TypeAlias = Literal["folded", "full", "none"]
_SMALL: Final = 6
"""A component of so many resources is one line with all its types."""
_ALIKE: Final = 4
"""So many components of one type stand on their own; more become one line."""
_NAMED: Final = 6
"""How many names a line of several components gives."""
_TYPES: Final = 10
"""How many types a component's line gives."""


@dataclass
class _Node:
    resource: Resource
    children: list[_Node] = field(default_factory=list)

    @property
    def total(self) -> int:
        """This resource and all below it."""
        return 1 + sum(child.total for child in self.children)

    def leaves(self) -> list[_Node]:
        """All below it that has nothing below itself."""
        return [leaf for child in self.children for leaf in (child.leaves() if child.children else [child])]


def tree(
    resources: Iterable[Resource], *, full: bool = False, mark: Callable[[Resource], Text | None] | None = None
) -> Tree:
    """The tree of ``resources``. ``mark`` puts something before a resource's line."""
    roots = _grow(resources)
    top = roots[0] if len(roots) == 1 else None
    if top is not None:
        shown = Tree(_line(top, mark), guide_style="faint")
        _branch(shown, top.children, full=full, mark=mark)
        return shown
    shown = Tree(Text("resources", style="component"), guide_style="faint")
    _branch(shown, roots, full=full, mark=mark)
    return shown


def _grow(resources: Iterable[Resource]) -> list[_Node]:
    nodes = {resource.urn: _Node(resource) for resource in resources}
    stack = next((node for node in nodes.values() if node.resource.type == "pulumi:pulumi:Stack"), None)
    roots: list[_Node] = []
    for node in nodes.values():
        # Default providers have no parent; they stand below the stack like everything else.
        above = nodes.get(node.resource.parent) or (stack if stack is not node else None)
        (above.children if above is not None else roots).append(node)
    return roots


def _branch(tree: Tree, nodes: list[_Node], *, full: bool, mark: Callable[[Resource], Text | None] | None) -> None:
    if full:
        for node in nodes:
            below = tree.add(_line(node, mark))
            _branch(below, node.children, full=True, mark=mark)
        return
    holders = [node for node in nodes if not node.resource.custom or node.children]
    leaves = [node for node in nodes if node.resource.custom and not node.children]
    if leaves:
        tree.add(_types(leaves))
    alike = Counter(node.resource.type for node in holders)
    done: set[str] = set()
    for node in holders:
        type_ = node.resource.type
        if alike[type_] <= _ALIKE and node.total <= _SMALL and node.children:
            tree.add(_line(node, mark).append("  ").append_text(_types(node.leaves())))
        elif alike[type_] <= _ALIKE:
            below = tree.add(_line(node, mark))
            _branch(below, node.children, full=False, mark=mark)
        elif type_ not in done:
            done.add(type_)
            tree.add(_several([other for other in holders if other.resource.type == type_]))


def _line(node: _Node, mark: Callable[[Resource], Text | None] | None) -> Text:
    resource = node.resource
    text = Text(no_wrap=True, overflow="ellipsis")
    before = mark(resource) if mark is not None else None
    if before is not None:
        text.append_text(before).append(" ")
    holder = not resource.custom or bool(node.children)
    text.append(resource.name, style="component" if holder else "name")
    text.append(f"  {short_type(resource.type)}", style="faint" if holder else "type")
    if node.children:
        text.append(f"  {node.total:,}", style="count")
    if resource.protect:
        text.append("  protected", style="warn")
    return text


def _types(leaves: list[_Node]) -> Text:
    return types(Counter(short_type(node.resource.type) for node in leaves))


def types(found: Counter[str]) -> Text:
    """``9xSubnet, 3xNatGateway, FlowLog``: the most frequent first."""
    text = Text(style="faint")
    common = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    for index, (type_, number) in enumerate(common[:_TYPES]):
        text.append(", " if index else "")
        # Without a blank, so that number and type stay on one line.
        text.append(f"{number}\N{MULTIPLICATION SIGN}" if number > 1 else "").append(type_, style="type")
    if len(common) > _TYPES:
        text.append(f", {count(len(common) - _TYPES, 'more type')}")
    return text


def _several(nodes: list[_Node]) -> Text:
    text = Text()
    text.append(f"{len(nodes)} \N{MULTIPLICATION SIGN} {short_type(nodes[0].resource.type)}", style="component")
    text.append(f"  {sum(node.total for node in nodes):,}", style="count")
    names = [node.resource.name for node in nodes]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    text.append("  " + ", ".join(names[:_NAMED]) + more, style="faint")
    return text
