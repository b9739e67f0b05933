"""What the packs say about a run, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

Level: TypeAlias = Literal["advisory", "mandatory", "disabled", "remediate"]
LEVELS: Final[tuple[Level, ...]] = ("advisory", "mandatory", "disabled", "remediate")
"""The enforcement levels, in the order of the analyzer protocol's enumeration."""
SEVERITIES: Final = ("", "low", "medium", "high", "critical")


class PackFailed(Exception):  # noqa: N818 - named for what happened, as the command line prints it
    """A pack could not be started, or broke while it judged. The text says which, where, and what it printed."""

    def __init__(self, pack: str, what: str, printed: str = "") -> None:
        self.pack = pack
        self.what = what
        self.printed = printed.strip()
        super().__init__(f"policy pack {pack}: {what}" + (f"\n{self.printed}" if self.printed else ""))


class PolicyConfigRefused(Exception):  # noqa: N818 - the same
    """A stack's policy configuration is wrong; one entry of ``problems`` a mistake."""

    def __init__(self, path: str, problems: Sequence[str]) -> None:
        self.path = path
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{path}: {problem}" for problem in problems))


@dataclass(frozen=True)
class Violation:
    """One violation: which rule of which pack, how strict, on which resource, and what to write instead.

    ``message`` begins with the rule's description, as the pack's server sends it. ``unseen`` marks what a preview could
    not judge because a value isn't known yet.
    """

    pack: str
    rule: str
    level: Level
    urn: str
    message: str
    severity: str = ""
    unseen: bool = False

    @property
    def mandatory(self) -> bool:
        """Whether this alone stops the run."""
        return self.level == "mandatory"

    def order(self) -> tuple[bool, int, str, str, str, str]:
        """Key of the order in which violations are shown and written: mandatory first, the severest first, by rule."""
        return (not self.mandatory, -SEVERITIES.index(self.severity), self.pack, self.rule, self.urn, self.message)


@dataclass(frozen=True)
class Remediated:
    """A change that a remediating rule makes to a resource's inputs before the provider sees them."""

    pack: str
    rule: str
    urn: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class PackReport:
    """What one pack did. ``cpu_seconds`` is its server's whole processor time, its start included."""

    name: str
    version: str
    rules: int
    """Rules that ran: those which the configuration does not disable."""
    disabled: tuple[str, ...] = ()
    cpu_seconds: float = 0.0
    start_cpu_seconds: float = 0.0


@dataclass
class Verdict:
    """What the packs say about a whole run."""

    packs: list[PackReport] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    remediated: list[Remediated] = field(default_factory=list)
    resources: int = 0
    seconds: float = 0.0
    """Wall time that the packs added after the program had ended."""

    @property
    def mandatory(self) -> list[Violation]:
        """What stops the run."""
        return [violation for violation in self.violations if violation.mandatory]

    @property
    def advisory(self) -> list[Violation]:
        """What doesn't stop it, apart from what a preview could not see."""
        return [violation for violation in self.violations if not violation.mandatory and not violation.unseen]

    @property
    def unseen(self) -> list[Violation]:
        """Rules that a preview could not judge."""
        return [violation for violation in self.violations if violation.unseen]

    @property
    def stops(self) -> bool:
        """Whether a mandatory rule is violated."""
        return any(violation.mandatory for violation in self.violations)

    def pack_violations(self, name: str) -> list[Violation]:
        """The violations of one pack, without what it could not see."""
        return [violation for violation in self.violations if violation.pack == name and not violation.unseen]
