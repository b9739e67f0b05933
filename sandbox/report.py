"""A run as one JSON object: what ``--json`` prints and, without times, what ``verdict.json`` holds."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from sandbox.values import Plain, ordered, plain

if TYPE_CHECKING:
    from sandbox.cost import CostReport
    from sandbox.engine import ResourceFailed, Timings
    from sandbox.model import Run
    from sandbox.policies.model import Verdict
    from sandbox.preview import Plan

ENGINE: Final = "in-process"
Outcome: TypeAlias = Literal["passed", "stopped", "failed", "refused"]
"""What came of it: ``stopped`` by a rule, ``failed`` with a resource, ``refused`` to lose what is protected."""


@dataclass(frozen=True)
class Seconds:
    """Where the time went. ``policies`` is what the packs added after the program; they run beside it before that."""

    start: float
    """From the beginning to the program's first line, without the SDKs' imports."""
    sdk_import: float
    program: float
    policies: float
    total: float

    @classmethod
    def of(cls, timings: Timings, began: float, policies: float) -> Seconds:
        """Figures of a run that began at ``began`` (epoch) and ends now."""
        first = timings.program_started or time.time()
        return cls(
            start=max(0.0, first - began - timings.import_before_seconds),
            sdk_import=timings.import_seconds,
            program=timings.program_seconds,
            policies=policies,
            total=time.time() - began,
        )

    def plain(self) -> dict[str, Plain]:
        """By the names that ``--json`` uses, in milliseconds' precision."""
        return {
            "start": round(self.start, 3),
            "import": round(self.sdk_import, 3),
            "program": round(self.program, 3),
            "policies": round(self.policies, 3),
            "total": round(self.total, 3),
        }


def outcome(run: Run, verdict: Verdict, result: Outcome, failed: ResourceFailed | None) -> dict[str, Plain]:
    """What came of a run, without anything that differs from one run to the next."""
    report: dict[str, Plain] = {
        "stack": run.stack,
        "engine": ENGINE,
        "verdict": result,
        "resources": {
            "total": len(run.resources),
            "by_type": dict(sorted(Counter(resource.type for resource in run.resources).items())),
        },
        "policies": {
            "packs": [
                {"name": pack.name, "version": pack.version, "rules": pack.rules, "disabled": list(pack.disabled)}
                for pack in verdict.packs
            ],
            "violations": [
                {"pack": v.pack, "rule": v.rule, "level": v.level, "urn": v.urn, "message": v.message}
                for v in verdict.violations
            ],
        },
    }
    if verdict.remediated:
        report["remediated"] = [
            {"pack": change.pack, "rule": change.rule, "urn": change.urn, "keys": list(change.keys)}
            for change in verdict.remediated
        ]
    if failed is not None:
        report["failed"] = {
            "urn": failed.urn,
            "type": failed.type,
            "name": failed.name,
            "reasons": list(failed.reasons),
        }
    return report


def full(
    run: Run,
    verdict: Verdict,
    result: Outcome,
    *,
    failed: ResourceFailed | None,
    seconds: Seconds,
    changes: Plan | None = None,
    cost: CostReport | None = None,
) -> dict[str, Plain]:
    """The object that ``--json`` prints. ``cost`` is ``null`` where a resource failed: half a stack's cost is none."""
    report = outcome(run, verdict, result, failed)
    report["cost"] = None if cost is None else {**cost.plain()}
    report["outputs"] = ordered(plain(run.outputs))
    if changes is not None:
        report["changes"] = _changes(changes)
    report["seconds"] = seconds.plain()
    report["processor_seconds"] = {pack.name: pack.cpu_seconds for pack in verdict.packs}
    return report


def _changes(changes: Plan) -> dict[str, Plain]:
    from sandbox.preview import as_properties  # noqa: PLC0415 - only a preview has changes

    counted: dict[str, Plain] = {op: changes.count(op) for op in ("create", "update", "replace", "delete", "same")}
    steps: list[Plain] = []
    for step in changes.changes:
        shown: dict[str, Plain] = {"op": step.op, "urn": step.urn, "type": step.type}
        shown["changes"] = [plain(as_properties(change)) for change in step.changes]
        more = {"because": step.why, "refused": step.refused, "renamed_from": step.renamed_from}
        steps.append({**shown, **{key: text for key, text in more.items() if text}})
    return {**counted, "steps": steps}


def error(stack: str, kind: str, text: str) -> dict[str, Plain]:
    """What ``--json`` prints where there is no run to tell of."""
    return {"stack": stack, "engine": ENGINE, "verdict": "error", "error": {"kind": kind, "message": text}}
