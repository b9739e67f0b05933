"""What each committed stack may lose of each store in each failure, and that no worse setting gets through.

The figures are written here by hand: minutes lost (``-``: everything), the minutes that the tier allows (``any``: no
bound), and minutes until the store is back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest

from components.resilience import Failure, rpo_table
from settings import StackSettings
from tests.settings.stack_files import put, raw_settings, refusals

ZONE, CORRUPTION, REGION = Failure.ZONE, Failure.CORRUPTION, Failure.REGION
Figures = tuple[str, str, int]
Line = dict[Failure, Figures]

REPLICATED: Final = ("assets", "uploads", "pupil-uploads", "audit", "backups", "velero")
ALONE: Final = ("loki", "tempo", "access-logs")
CRITICAL: Final = ("uploads", "pupil-uploads", "audit")


def bucket(thing: str, *, copied: bool) -> Line:
    allowed = "60" if thing in CRITICAL else "240"
    line = {ZONE: ("0", allowed, 0), CORRUPTION: ("0", allowed, 30)}
    if copied:
        line[REGION] = ("15", allowed, 60) if thing in REPLICATED else ("-", "any", 60)
    return line


def buckets(*, copied: bool) -> dict[str, Line]:
    return {f"buckets.{thing}": bucket(thing, copied=copied) for thing in (*REPLICATED, *ALONE)}


TABLES: Final[dict[str, dict[str, Line]]] = {
    "dev": {
        "database": {ZONE: ("0", "1440", 10), CORRUPTION: ("5", "1440", 60)},
        "tables.mcp-contexts": {ZONE: ("0", "1440", 0), CORRUPTION: ("5", "1440", 60)},
        "caches.queue": {ZONE: ("-", "any", 15), CORRUPTION: ("1440", "any", 15)},
        **buckets(copied=False),
        "registry": {ZONE: ("0", "240", 0), CORRUPTION: ("0", "240", 30)},
        "secrets": {ZONE: ("0", "60", 0), CORRUPTION: ("0", "60", 30)},
        "cluster.declared": {ZONE: ("0", "60", 0), CORRUPTION: ("0", "60", 60)},
        "cluster.rest": {ZONE: ("-", "any", 60), CORRUPTION: ("-", "any", 60)},
    },
    "staging": {
        "database": {ZONE: ("0", "240", 10), CORRUPTION: ("5", "240", 60)},
        "tables.mcp-contexts": {ZONE: ("0", "240", 0), CORRUPTION: ("5", "240", 60)},
        "caches.queue": {ZONE: ("-", "any", 15), CORRUPTION: ("1440", "any", 15)},
        **buckets(copied=False),
        "registry": {ZONE: ("0", "240", 0), CORRUPTION: ("0", "240", 30)},
        "secrets": {ZONE: ("0", "60", 0), CORRUPTION: ("0", "60", 30)},
        "cluster.declared": {ZONE: ("0", "60", 0), CORRUPTION: ("0", "60", 60)},
        "cluster.rest": {ZONE: ("195", "240", 60), CORRUPTION: ("195", "240", 60)},
    },
    "production": {
        # a reader in another zone; the log of the last 30 days; a copy each hour that takes an hour
        "database": {ZONE: ("0", "60", 2), CORRUPTION: ("5", "60", 60), REGION: ("120", "240", 120)},
        "tables.mcp-contexts": {ZONE: ("0", "240", 0), CORRUPTION: ("5", "240", 60), REGION: ("1", "240", 60)},
        "caches.queue": {ZONE: ("1", "any", 2), CORRUPTION: ("1440", "any", 15), REGION: ("-", "any", 75)},
        "caches.fast": {ZONE: ("1", "any", 2), CORRUPTION: ("1440", "any", 15), REGION: ("-", "any", 75)},
        **buckets(copied=True),
        "registry": {ZONE: ("0", "240", 0), CORRUPTION: ("0", "240", 30), REGION: ("30", "240", 60)},
        "secrets": {ZONE: ("0", "60", 0), CORRUPTION: ("0", "60", 30), REGION: ("5", "60", 60)},
        "cluster.declared": {ZONE: ("0", "60", 0), CORRUPTION: ("0", "60", 60), REGION: ("0", "60", 60)},
        # Velero each three hours and a quarter of an hour, and its bucket's replication
        "cluster.rest": {ZONE: ("195", "240", 60), CORRUPTION: ("195", "240", 60), REGION: ("210", "240", 120)},
    },
}


def computed(raw: dict[str, Any]) -> dict[str, Line]:
    settings = StackSettings.parse(raw, project="platform", file="Pulumi.test.yaml")
    found: dict[str, Line] = {}
    for row in rpo_table(settings.stack, settings.data, settings.resilience):
        lost = "-" if row.rpo is None else str(row.rpo)
        allowed = "any" if row.rpo_allowed is None else str(row.rpo_allowed)
        found.setdefault(row.store, {})[row.failure] = (lost, allowed, row.rto)
        assert row.kept, row
    return found


@pytest.mark.parametrize("stack", TABLES)
def test_what_each_store_loses_in_each_failure(stack: str) -> None:
    assert computed(raw_settings(stack)) == TABLES[stack]


def alone(raw: dict[str, Any]) -> None:
    """The database on one instance."""
    raw["data"]["database"] |= {"readers": 0, "max_readers": None}


Worse = tuple[str, Callable[[dict[str, Any]], None], str]
WORSE: Final[list[Worse]] = [
    # stack, what is worse, the key that the refusal names
    ("production", put("resilience", "every_hours", value={"critical": 4}), "resilience.every_hours.critical"),
    # no interval would do: what is left is to promise less
    ("production", put("resilience", "copy_minutes", value=200), "resilience.database.region_tier"),
    ("production", put("resilience", "replicate", value=["audit", "assets"]), "resilience.replicate"),
    ("production", put("data", "database", "backup_days", value=3), "data.database.backup_days"),
    ("production", alone, "data.database.readers"),
    (
        "production",
        put("data", "tables", "mcp-contexts", "recovery_days", value=1),
        "data.tables.mcp-contexts.recovery_days",
    ),
    ("production", put("data", "buckets", "uploads", value={"noncurrent_days": 1}), "data.buckets.uploads"),
    (
        "production",
        put("resilience", "cluster", value={"tier": "standard", "region_tier": "standard", "velero_hours": 6}),
        "resilience.cluster.velero_hours",
    ),
    (
        "production",
        put("resilience", "cluster", value={"tier": "standard", "region_tier": "standard", "velero_hours": None}),
        "resilience.cluster.velero_hours",
    ),
    (
        "production",
        put("resilience", "database", value={"tier": "tier-1", "region_tier": "tier-1"}),
        "resilience.database",
    ),
    (
        "production",
        put("resilience", "caches", value={"queue": {"tier": "critical", "region_tier": "critical"}}),
        "resilience.caches.queue",
    ),
    ("staging", put("data", "database", "backup_days", value=1), "data.database.backup_days"),
    (
        "staging",
        put("resilience", "cluster", value={"tier": "critical", "region_tier": "standard", "velero_hours": 3}),
        "resilience.cluster",
    ),
    ("dev", put("data", "database", "backup_days", value=1), "data.database.backup_days"),
    (
        "dev",
        put("resilience", "caches", value={"queue": {"tier": "non-critical", "region_tier": "rebuilt"}}),
        "data.caches.queue.replicas",
    ),
]


@pytest.mark.parametrize(("stack", "worse", "key"), WORSE, ids=lambda it: it if isinstance(it, str) else "")
def test_no_worse_setting_gets_through(stack: str, worse: Callable[[dict[str, Any]], None], key: str) -> None:
    raw = raw_settings(stack)
    worse(raw)
    found = [name for name, _, _ in refusals(raw)]
    assert found, "nothing was refused"
    assert all(name.startswith(key) for name in found), found


def test_a_table_without_its_replica_goes_by_copies_and_says_so() -> None:
    """Allowed, because standard allows four hours: but the table shows the loss, and so turns red here."""
    raw = raw_settings("production")
    raw["data"]["tables"]["mcp-contexts"]["replica"] = False
    lost, allowed, _ = computed(raw)["tables.mcp-contexts"][REGION]
    assert 60 < int(lost) <= int(allowed)
    assert computed(raw) != TABLES["production"]
