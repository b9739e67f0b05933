"""How a line of this list is written down."""

from __future__ import annotations

from controls.model import Control, Judge, Scope, Source


def line(id_: str, title: str, types: tuple[str, ...] | str, judge: Judge, scope: Scope = Scope.STACK) -> Control:
    """A control of the list."""
    return Control(id_, title, Source.FSBP, (types,) if isinstance(types, str) else types, judge, scope)


def disputed(id_: str, title: str, types: tuple[str, ...] | str, judge: Judge) -> Control:
    """A control that one of the two lists read doesn't count to this standard."""
    return Control(id_, title, Source.FSBP_DISPUTED, (types,) if isinstance(types, str) else types, judge)


__all__ = ["disputed", "line"]
