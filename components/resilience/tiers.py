"""Tiers and failures: how much may be lost, and how soon a store must be back.

Figures: the platform's resilience tables, in minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

HOUR: Final = 60
DAY: Final = 24 * HOUR


class Tier(StrEnum):
    """How much a store matters."""

    TIER_1 = "tier-1"
    """A service that restarts: back in 30 minutes, 15 minutes lost at most."""
    ESSENTIAL = "essential"
    """Tier 2: back in 2 hours, 1 hour lost at most."""
    TIER_3 = "tier-3"
    """Back in 4 hours, 4 hours lost at most."""
    CRITICAL = "critical"
    """Back in 4 hours, 1 hour lost at most."""
    STANDARD = "standard"
    """Back in 8 hours, 4 hours lost at most."""
    NON_CRITICAL = "non-critical"
    """Back in a day, a day lost at most."""
    REBUILT = "rebuilt"
    """Holds nothing that can't be made again: everything in it may be lost, and it stands again within a day."""


@dataclass(frozen=True)
class Objectives:
    """What a tier promises, in minutes. ``rpo`` is ``None`` where everything may be lost."""

    rto: int
    rpo: int | None


TIERS: Final[Mapping[Tier, Objectives]] = {
    Tier.TIER_1: Objectives(rto=30, rpo=15),
    Tier.ESSENTIAL: Objectives(rto=2 * HOUR, rpo=HOUR),
    Tier.TIER_3: Objectives(rto=4 * HOUR, rpo=4 * HOUR),
    Tier.CRITICAL: Objectives(rto=4 * HOUR, rpo=HOUR),
    Tier.STANDARD: Objectives(rto=8 * HOUR, rpo=4 * HOUR),
    Tier.NON_CRITICAL: Objectives(rto=DAY, rpo=DAY),
    Tier.REBUILT: Objectives(rto=DAY, rpo=None),
}


class Scenario(StrEnum):
    """What the platform is prepared for."""

    REGION = "loss of the region"
    CORRUPTION = "database corruption"
    APPLICATION = "application failure"
    NETWORK = "network outage"
    BREACH = "security breach"


SCENARIO_RTO: Final[Mapping[Scenario, int]] = {
    Scenario.REGION: 4 * HOUR,
    Scenario.CORRUPTION: 2 * HOUR,
    Scenario.APPLICATION: 30,
    Scenario.NETWORK: HOUR,
    Scenario.BREACH: 12 * HOUR,
}
"""Minutes until the platform works again after each, whatever the tier of a store allows."""


class Failure(StrEnum):
    """What a store is judged for: each failure has its own way back, and so its own loss."""

    ZONE = "loss of a zone"
    CORRUPTION = "wrong or deleted content"
    REGION = "loss of the region"


FAILURE_SCENARIO: Final[Mapping[Failure, Scenario]] = {
    Failure.ZONE: Scenario.NETWORK,
    Failure.CORRUPTION: Scenario.CORRUPTION,
    Failure.REGION: Scenario.REGION,
}
"""The scenario whose time a failure is held to."""


def allowed(tier: Tier, failure: Failure) -> Objectives:
    """What a store of ``tier`` may lose in ``failure``, and how long its return may take.

    The stricter of tier and scenario; a store that is only rebuilt keeps the tier's time, but a lost region's store
    must stand again with the region.
    """
    objectives = TIERS[tier]
    if tier is Tier.REBUILT and failure is not Failure.REGION:
        return objectives
    return Objectives(min(objectives.rto, SCENARIO_RTO[FAILURE_SCENARIO[failure]]), objectives.rpo)


def spoken(minutes: int | None) -> str:
    """``5 min``, ``4 h``, ``2 h 30 min``; ``everything`` for no bound."""
    if minutes is None:
        return "everything"
    hours, rest = divmod(minutes, HOUR)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"
