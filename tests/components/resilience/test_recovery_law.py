"""The law of recovery: the platform's figures, each store in each failure, and that worse settings turn red."""

from __future__ import annotations

from typing import Any

import pytest

from components.data_layer.database.component import MAINTENANCE_WINDOW
from components.resilience import SCENARIO_RTO, TIERS, Failure, RpoRow, Scenario, Schedules, Tier
from components.resilience.law import longest_gap, start_hours
from components.resilience.tiers import allowed, spoken
from tests.components.resilience.recovery import EXAMPLES, table

ZONE, CORRUPTION, REGION = Failure.ZONE, Failure.CORRUPTION, Failure.REGION


def test_the_tiers_are_the_platform_s() -> None:
    hours = {tier: (it.rto / 60, None if it.rpo is None else it.rpo / 60) for tier, it in TIERS.items()}
    assert hours == {
        Tier.TIER_1: (0.5, 0.25),
        Tier.ESSENTIAL: (2, 1),
        Tier.TIER_3: (4, 4),
        Tier.CRITICAL: (4, 1),
        Tier.STANDARD: (8, 4),
        Tier.NON_CRITICAL: (24, 24),
        Tier.REBUILT: (24, None),
    }


def test_the_scenarios_are_the_platform_s() -> None:
    assert {scenario: minutes / 60 for scenario, minutes in SCENARIO_RTO.items()} == {
        Scenario.REGION: 4,
        Scenario.CORRUPTION: 2,
        Scenario.APPLICATION: 0.5,
        Scenario.NETWORK: 1,
        Scenario.BREACH: 12,
    }


def test_a_store_is_held_to_the_stricter_of_tier_and_scenario() -> None:
    assert allowed(Tier.STANDARD, REGION).rto == 240
    assert allowed(Tier.TIER_1, REGION).rto == 30
    assert allowed(Tier.CRITICAL, CORRUPTION) == allowed(Tier.ESSENTIAL, CORRUPTION)
    assert allowed(Tier.REBUILT, CORRUPTION).rto == 1440
    assert allowed(Tier.REBUILT, REGION).rto == 240


def row(rows: list[RpoRow], store: str, failure: Failure) -> RpoRow:
    (found,) = [it for it in rows if it.store == store and it.failure is failure]
    return found


def test_every_store_stands_in_the_table_in_every_failure() -> None:
    rows = table("production")
    stores = {it.store for it in rows}
    data = EXAMPLES["production"][1]
    buckets = {"assets", "uploads", "pupil-uploads", "audit", "backups", "loki", "tempo", "velero", "access-logs"}
    assert stores == {
        "database",
        "registry",
        "secrets",
        "cluster.declared",
        "cluster.rest",
        *(f"tables.{name}" for name in data["tables"]),
        *(f"caches.{name}" for name in data["caches"]),
        *(f"buckets.{name}" for name in buckets),
    }
    assert len(rows) == len(stores) * len(Failure)


@pytest.mark.parametrize("stack", sorted(EXAMPLES))
def test_every_example_keeps_its_tiers(stack: str) -> None:
    assert [it for it in table(stack) if not it.kept] == []


PRODUCTION = [
    # store, failure, minutes lost (None: everything), minutes until it is back
    ("database", ZONE, 0, 2),
    ("database", CORRUPTION, 5, 60),
    ("database", REGION, 60 + 60, 60 + 60),
    ("tables.mcp-contexts", CORRUPTION, 5, 60),
    ("tables.mcp-contexts", REGION, 1, 60),
    ("buckets.uploads", CORRUPTION, 0, 30),
    ("buckets.uploads", REGION, 15, 60),
    ("buckets.audit", REGION, 15, 60),
    ("buckets.loki", REGION, None, 60),
    ("caches.queue", ZONE, 1, 2),
    ("caches.queue", REGION, None, 75),
    ("registry", REGION, 30, 60),
    ("secrets", REGION, 5, 60),
    ("cluster.declared", REGION, 0, 60),
    ("cluster.rest", REGION, None, 60),
]


@pytest.mark.parametrize(("store", "failure", "rpo", "rto"), PRODUCTION)
def test_what_production_loses(store: str, failure: Failure, rpo: int | None, rto: int) -> None:
    found = row(table("production"), store, failure)
    assert (found.rpo, found.rto) == (rpo, rto), found.way


WORSE: list[tuple[str, str, Failure, dict[str, Any], dict[str, Any]]] = [
    # what is worse, whose row turns red, in which failure, resilience, data
    ("copies every six hours", "database", REGION, {"every_hours": {"critical": 6}}, {}),
    ("copies that take four hours", "database", REGION, {"copy_minutes": 240}, {}),
    ("a promise of one hour", "database", REGION, {"database": {"tier": "critical", "region_tier": "critical"}}, {}),
    (
        "a promise of a quarter hour",
        "database",
        CORRUPTION,
        {"database": {"tier": "tier-1", "region_tier": "standard"}},
        {},
    ),
    ("uploads not replicated", "buckets.uploads", REGION, {"replicate": ["audit", "assets"]}, {}),
    ("a log that must not be lost", "buckets.loki", REGION, {"buckets": {"loki": EXAMPLES["aivo"][2]["database"]}}, {}),
    (
        "a table without its replica, copied daily",
        "tables.mcp-contexts",
        REGION,
        {"every_hours": {"standard": 24}},
        {"tables": {"mcp-contexts": {"replica": False}}},
    ),
    (
        "a cache that must not be lost, without a replica",
        "caches.queue",
        ZONE,
        {"caches": {"queue": {"tier": "critical", "region_tier": "rebuilt"}}},
        {"caches": {"queue": {"replicas": 0}}},
    ),
    (
        "Velero every six hours",
        "cluster.rest",
        REGION,
        {"cluster": {"tier": "standard", "region_tier": "standard", "velero_hours": 6}},
        {},
    ),
    (
        "Velero's bucket not replicated",
        "cluster.rest",
        REGION,
        {
            "cluster": {"tier": "standard", "region_tier": "standard", "velero_hours": 3},
            "replicate": ["assets", "uploads", "pupil-uploads", "audit", "backups"],
        },
        {},
    ),
]


@pytest.mark.parametrize(("what", "store", "failure", "resilience", "data"), WORSE, ids=[it[0] for it in WORSE])
def test_worse_settings_turn_red(
    what: str, store: str, failure: Failure, resilience: dict[str, Any], data: dict[str, Any]
) -> None:
    assert row(table("production"), store, failure).kept, what
    assert not row(table("production", resilience, data), store, failure).kept, what


def test_velero_keeps_standard_at_three_hours() -> None:
    rows = table("production", {"cluster": {"tier": "standard", "region_tier": "standard", "velero_hours": 3}})
    assert [row(rows, "cluster.rest", failure).rpo for failure in Failure] == [195, 195, 210]
    assert all(it.kept for it in rows)


def test_where_the_loss_of_the_region_is_accepted_it_is_not_judged() -> None:
    assert {it.failure for it in table("dev")} == {ZONE, CORRUPTION}


def test_a_single_instance_goes_back_by_its_log() -> None:
    alone = row(table("aivo", None, {"database": {"multi_az": False}}), "database", ZONE)
    assert (alone.rpo, alone.rto) == (5, 60)
    assert row(table("aivo"), "database", ZONE).rpo == 0
    assert row(table("staging"), "database", ZONE).rto == 10, "Aurora without a reader makes a new writer"


# --- when plans start -----------------------------------------------------------------------------------------------


def test_plans_start_after_the_database_s_own_hours() -> None:
    assert MAINTENANCE_WINDOW == "sun:04:00-sun:05:00"
    assert start_hours(1) == tuple(range(24))
    assert start_hours(4) == (1, 5, 9, 13, 17, 21)
    assert start_hours(24) == (5,)


@pytest.mark.parametrize(("every", "instance"), [(1, 3), (2, 4), (3, 3), (4, 4), (6, 6), (8, 8), (12, 12), (24, 24)])
def test_an_instance_s_maintenance_keeps_backups_from_starting(every: int, instance: int) -> None:
    """From 03:00 to 05:00 on Sundays none of an RDS instance starts; Aurora's do."""
    assert longest_gap(every, aurora=True) == every
    assert longest_gap(every, aurora=False) == instance


def test_the_gap_counts_for_instances_alone() -> None:
    hourly = {"database": {"tier": "critical", "region_tier": "standard"}}
    assert row(table("aivo", hourly), "database", REGION).rpo == 3 * 60 + 60
    assert row(table("production"), "database", REGION).rpo == 60 + 60


@pytest.mark.parametrize(
    ("minutes", "text"), [(None, "everything"), (0, "0 min"), (5, "5 min"), (60, "1 h"), (150, "2 h 30 min")]
)
def test_minutes_are_spoken(minutes: int | None, text: str) -> None:
    assert spoken(minutes) == text


def test_each_tier_has_an_interval_under_its_own_key() -> None:
    hours = {"tier_1": 2, "essential": 3, "critical": 4, "tier_3": 6, "standard": 8, "non_critical": 12}
    schedules = Schedules.model_validate(hours)
    assert {Schedules.key(tier): schedules.of(tier) for tier in Tier} == hours
    assert Schedules.key(Tier.REBUILT) == "non_critical"
