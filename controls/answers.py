"""What a reader wants to know of each control: kept, or why not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from controls.evaluate import evaluate
from controls.exceptions import EXCEPTIONS, Exemption
from controls.graph import Graph
from controls.model import Status, Verdict
from controls.opt_outs import OPT_OUTS, OptOut


class Outcome(StrEnum):
    """How a control stands in a stack, exceptions and opt-outs counted in."""

    KEPT = "kept"
    NOT_APPLICABLE = "not applicable"
    ELSEWHERE = "elsewhere"
    EXCEPTION = "exception"
    """It fails in production too, with a written reason."""
    OPT_OUT = "opt-out"
    """It fails because the stack's file says so."""
    BROKEN = "broken"
    """It fails, and nobody has said why."""


_PLAIN: Final = {
    Status.PASS: Outcome.KEPT,
    Status.NOT_APPLICABLE: Outcome.NOT_APPLICABLE,
    Status.ELSEWHERE: Outcome.ELSEWHERE,
}


@dataclass(frozen=True)
class Answer:
    """A control's verdict, and what is written about it."""

    verdict: Verdict
    outcome: Outcome
    reason: str
    """Why it isn't kept or isn't asked; empty, where it is kept."""
    opt_outs: tuple[OptOut, ...] = ()

    @property
    def evidence(self) -> tuple[str, ...]:
        """``URN#property`` of everything looked at."""
        return tuple(finding.evidence for finding in self.verdict.findings)


def answers(
    graph: Graph, exceptions: Iterable[Exemption] = EXCEPTIONS, opt_outs: Iterable[OptOut] = OPT_OUTS
) -> tuple[Answer, ...]:
    """How every control stands in one stack, in the table's order."""
    exempt = {it.control: it for it in exceptions}
    chosen = [it for it in opt_outs if graph.stack in it.stacks]
    return tuple(_answer(verdict, exempt.get(verdict.control.id), chosen) for verdict in evaluate(graph))


def _answer(verdict: Verdict, exempt: Exemption | None, chosen: list[OptOut]) -> Answer:
    if verdict.status is not Status.FAIL:
        return Answer(verdict, _PLAIN[verdict.status], verdict.reason)
    if exempt is not None and exempt.covers(verdict.wrong):
        return Answer(verdict, Outcome.EXCEPTION, f"{exempt.why} Instead: {exempt.compensation}")
    own = tuple(it for it in chosen if verdict.control.id in it.controls)
    if own:
        return Answer(verdict, Outcome.OPT_OUT, "; ".join(f"{it.setting}: {it.why}" for it in own), own)
    return Answer(verdict, Outcome.BROKEN, verdict.reason)


__all__ = ["Answer", "Outcome", "answers"]
