"""How a line of this list is written down."""

from __future__ import annotations

from controls.model import Control, Judge, Source


def line(number: str, title: str, types: tuple[str, ...] | str, judge: Judge) -> Control:
    """A control of the list: ``5.4.2`` is ``CIS 5.4.2``."""
    return Control(f"CIS {number}", title, Source.CIS_EKS, (types,) if isinstance(types, str) else types, judge)


__all__ = ["line"]
