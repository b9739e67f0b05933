"""What a control is, and what comes of asking it of a stack."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from controls.graph import Graph


class Source(StrEnum):
    """The list that a control stands in, and where that list was read."""

    FSBP = "AWS Foundational Security Best Practices"
    """As Prowler (2026-08-21) and turbot/steampipe-mod-aws-compliance (2025-12-06) list it, both."""
    FSBP_DISPUTED = "AWS Foundational Security Best Practices, in one of two lists"
    """One of the two only: Security Hub may count it to NIST SP 800-53 or CIS alone. Asked all the same."""
    CIS_EKS = "CIS Amazon EKS Benchmark 1.8.0"
    """As kube-bench (cfg/eks-1.8.0, 2025-12-29) lists it; only the lines that a program decides."""


class Scope(StrEnum):
    """Where a control is answered."""

    STACK = "stack"
    """In every stack that has a resource it touches."""
    REGION = "region"
    """Once an account and region: in each stack of the project ``account``, which must have it."""
    ACCOUNT = "account"
    """Once an account: in the stack of the account's home region, which must have it."""


@dataclass(frozen=True)
class Finding:
    """One thing that a judge looked at: a property of a resource, what is there, and whether that is right."""

    urn: str
    path: str
    good: bool
    found: str = ""

    @property
    def evidence(self) -> str:
        """``URN#property``."""
        return f"{self.urn}#{self.path}" if self.path else self.urn

    @property
    def name(self) -> str:
        """The logical name of the resource."""
        return self.urn.rsplit("::", 1)[-1]


Judge: TypeAlias = Callable[[Graph], Iterable[Finding]]
"""What looks at a stack and tells what it found; nothing, where there is nothing that the control asks about."""


@dataclass(frozen=True)
class Control:
    """One line of a list: what it asks, of which types of resource, and how a graph shows it."""

    id: str
    title: str
    source: Source
    types: tuple[str, ...]
    """Types of resource that it touches."""
    judge: Judge
    scope: Scope = Scope.STACK


class Status(StrEnum):
    """What a control comes to in a stack."""

    PASS = "pass"  # noqa: S105 - no secret
    FAIL = "fail"
    NOT_APPLICABLE = "not applicable"
    """The stack has nothing of the kind."""
    ELSEWHERE = "elsewhere"
    """A stack of the project ``account`` answers it."""


@dataclass(frozen=True)
class Verdict:
    """A control's answer for one stack, with all that was looked at."""

    control: Control
    status: Status
    findings: tuple[Finding, ...]
    reason: str
    """Why it doesn't apply or is answered elsewhere; what is wrong, where it fails."""

    @property
    def wrong(self) -> tuple[Finding, ...]:
        """What made it fail."""
        return tuple(finding for finding in self.findings if not finding.good)


__all__ = ["Control", "Finding", "Judge", "Scope", "Source", "Status", "Verdict"]
