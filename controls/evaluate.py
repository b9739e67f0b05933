"""Asking every control of a stack."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from controls.graph import Graph
from controls.model import Control, Finding, Scope, Status, Verdict
from controls.table import CONTROLS

ACCOUNT_PROJECT: Final = "account"
"""The project whose stacks make what an account and region has once."""
_HOME: Final = "platform:index:AccountDefaults"
"""The component that the stack of an account's home region has, and that of a second region hasn't."""
_SHOWN: Final = 3


def evaluate(graph: Graph, controls: Iterable[Control] = CONTROLS) -> tuple[Verdict, ...]:
    """What each control comes to in one stack, in the table's order. Reads ``graph`` and nothing else."""
    return tuple(verdict(graph, control) for control in controls)


def verdict(graph: Graph, control: Control) -> Verdict:
    """What one control comes to."""
    if not _answers(graph, control):
        return Verdict(
            control, Status.ELSEWHERE, (), f"answered once {_once(control)} by a stack of {ACCOUNT_PROJECT}/"
        )
    found = tuple(control.judge(graph))
    if not found and control.scope is not Scope.STACK:
        found = (Finding(graph.root, "", good=False, found=f"nothing of {', '.join(_short(control))}"),)
    if not found:
        kinds = [kind for kind in control.types if graph.of(kind)]
        asked = "none of which this asks" if kinds else "none in this stack"
        return Verdict(control, Status.NOT_APPLICABLE, (), f"{', '.join(_short(control))}: {asked}")
    wrong = [finding for finding in found if not finding.good]
    if not wrong:
        return Verdict(control, Status.PASS, found, "")
    named = "; ".join(f"{it.name}{f'#{it.path}' if it.path else ''}: {it.found}" for it in wrong[:_SHOWN])
    more = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    return Verdict(control, Status.FAIL, found, named + more)


def _answers(graph: Graph, control: Control) -> bool:
    """Whether this stack is where the control is answered: by its scope, or because it has the thing after all."""
    if control.scope is Scope.STACK or graph.of(*control.types):
        return True
    if graph.project != ACCOUNT_PROJECT:
        return False
    return control.scope is Scope.REGION or bool(graph.of(_HOME))


def _once(control: Control) -> str:
    return "a region" if control.scope is Scope.REGION else "an account"


def _short(control: Control) -> list[str]:
    """Types as a reader says them: ``rds.Cluster``, ``Deployment``; not more than a few."""
    names = [kind.rpartition(":")[2] for kind in control.types]
    return [*names[:_SHOWN], "..."] if len(names) > _SHOWN else names


__all__ = ["ACCOUNT_PROJECT", "evaluate", "verdict"]
