"""Resilience: backups, copies and restore tests of the stores, and the law that holds them to their tiers."""

from components.resilience.check import check
from components.resilience.component import Resilience
from components.resilience.law import RpoRow, rpo_table
from components.resilience.settings import ClusterState, Protection, ResilienceSettings, Schedules
from components.resilience.tiers import SCENARIO_RTO, TIERS, Failure, Scenario, Tier

__all__ = [
    "SCENARIO_RTO",
    "TIERS",
    "ClusterState",
    "Failure",
    "Protection",
    "Resilience",
    "ResilienceSettings",
    "RpoRow",
    "Scenario",
    "Schedules",
    "Tier",
    "check",
    "rpo_table",
]
