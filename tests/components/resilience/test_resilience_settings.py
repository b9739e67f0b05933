"""What is refused of a stack's resilience: each mistake once, by its key, with what may stand there instead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from components.resilience import ResilienceSettings
from tests.components.resilience.recovery import EXAMPLES, refused


@pytest.mark.parametrize("stack", sorted(EXAMPLES))
def test_the_examples_are_accepted(stack: str) -> None:
    assert refused(stack) == []


FIELDS: list[tuple[str, dict[str, Any], str, str]] = [
    ("an unknown key", {"vault": "x"}, "resilience.vault", "no such key"),
    ("a lock of another kind", {"lock": "forever"}, "resilience.lock", "off, governance, compliance"),
    ("an interval that divides no day", {"every_hours": {"critical": 5}}, "resilience.every_hours.critical", "1, 2, 3"),
    (
        "an unknown tier",
        {"database": {"tier": "gold", "region_tier": "standard"}},
        "resilience.database.tier",
        "critical",
    ),
    (
        "a tier without the other",
        {"registry": {"tier": "standard"}},
        "resilience.registry.region_tier",
        "must be given",
    ),
    ("backups beyond their class", {"keep_days": 36}, "resilience.keep_days", "at most 35"),
    (
        "frequent ones that outlive daily ones",
        {"keep_days": 3, "keep_frequent_days": 4},
        "resilience.keep_frequent_days",
        "at most keep_days, which is 3",
    ),
    ("no time to copy", {"copy_minutes": 0}, "resilience.copy_minutes", "at least 15"),
    (
        "a grace without compliance",
        {"lock": "governance", "lock_grace_days": 7},
        "resilience.lock_grace_days",
        "nothing while lock is governance",
    ),
    ("a grace too short for AWS", {"lock_grace_days": 2}, "resilience.lock_grace_days", "at least 3"),
    ("an unknown bucket", {"replicate": ["photos"]}, "resilience.replicate[0]", "one of assets"),
    ("a bucket twice", {"replicate": ["audit", "audit"]}, "resilience.replicate[1]", "each bucket once"),
    (
        "the logs of access",
        {"replicate": ["audit", "access-logs"]},
        "resilience.replicate[1]",
        "written where the copy is",
    ),
    ("no address", {"mail": ["platform"]}, "resilience.mail[0]", "form"),
]


@pytest.mark.parametrize(("what", "change", "key", "says"), FIELDS, ids=[it[0] for it in FIELDS])
def test_a_wrong_field_is_refused(what: str, change: dict[str, Any], key: str, says: str) -> None:
    found = refused("production", change)
    assert [it[0] for it in found] == [key], (what, found)
    assert says in found[0][2]


def test_the_lock_must_be_said() -> None:
    with pytest.raises(ValueError, match="lock"):
        ResilienceSettings.model_validate({})


@dataclass(frozen=True)
class Case:
    """What is wrong, in which stack, the key that is named, part of what is allowed; then the change that does it."""

    what: str
    stack: str
    key: str
    says: str
    resilience: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] | None = None
    identity: dict[str, Any] | None = None
    operators: list[str] | None = None

    def __str__(self) -> str:
        return self.what

    def found(self) -> list[tuple[str, object, str]]:
        return refused(self.stack, self.resilience, data=self.data, identity=self.identity, operators=self.operators)


def tiers(inside: str, region: str) -> dict[str, str]:
    return {"tier": inside, "region_tier": region}


BETWEEN: list[Case] = [
    Case("copies in dev", "dev", "resilience.region_loss", "accepted outside production", {"region_loss": "recovered"}),
    Case(
        "nowhere to copy to",
        "production",
        "stack.recovery_region",
        "the region of the copies",
        identity={"recovery_region": None},
    ),
    Case("a region left unused", "production", "resilience.region_loss", "us-west-2", {"region_loss": "accepted"}),
    Case("an open vault", "production", "resilience.lock", "compliance or governance", {"lock": "off"}),
    Case("a locked vault in dev", "dev", "resilience.lock", "off in dev", {"lock": "governance"}),
    Case("a vault locked for ever", "staging", "resilience.lock", "off or governance", {"lock": "compliance"}),
    Case(
        "a table that isn't there",
        "production",
        "resilience.tables.users",
        "one of mcp-contexts",
        {"tables": {"users": tiers("standard", "standard")}},
    ),
    Case(
        "a cache that isn't there",
        "production",
        "resilience.caches.slow",
        "queue",
        {"caches": {"slow": tiers("rebuilt", "rebuilt")}},
    ),
    Case(
        "Velero without Velero",
        "production",
        "resilience.cluster.velero_hours",
        "null: velero is not among the operators",
        {"cluster": {"velero_hours": 3}},
        operators=["metrics-server"],
    ),
    Case(
        "Velero that isn't told how often",
        "production",
        "resilience.cluster.velero_hours",
        "one of 1, 2, 3, 4, 6, 8, 12, 24: velero is among the operators",
        {"cluster": {**tiers("rebuilt", "rebuilt"), "velero_hours": None}},
        operators=["velero"],
    ),
    Case(
        "Velero too seldom",
        "production",
        "resilience.cluster.velero_hours",
        "standard allows 4 h",
        {"cluster": {**tiers("standard", "standard"), "velero_hours": 6}},
        operators=["velero"],
    ),
    Case(
        "copies too seldom",
        "production",
        "resilience.every_hours.critical",
        "one of 1, 2, 3: in loss of the region database would lose 7 h",
        {"every_hours": {"critical": 6}},
    ),
    Case(
        "AIVO's four hours at standard",
        "aivo",
        "resilience.every_hours.standard",
        "one of 1, 3: in loss of the region database would lose 5 h",
        {"database": tiers("standard", "standard")},
    ),
    Case(
        "no copy is so young",
        "production",
        "resilience.database.region_tier",
        "a weaker tier: no copy is so young",
        {"database": tiers("critical", "critical")},
    ),
    Case(
        "not back so soon",
        "production",
        "resilience.database.tier",
        "a weaker tier: after wrong or deleted content database would be back in 1 h",
        {"database": tiers("tier-1", "standard")},
    ),
    Case(
        "a bucket that must not be lost",
        "production",
        "resilience.replicate",
        "backups too, or the region_tier rebuilt",
        {"replicate": ["assets", "uploads", "pupil-uploads", "audit", "velero"]},
    ),
    Case(
        "a cache in one zone",
        "staging",
        "data.caches.queue.replicas",
        "at least 1, or the tier rebuilt",
        {"caches": {"queue": tiers("critical", "rebuilt")}},
        data={"caches": {"queue": {"replicas": 0}}},
    ),
    Case(
        "a database in one zone",
        "aivo",
        "data.database.multi_az",
        "true, or a weaker tier",
        {"database": tiers("tier-1", "non-critical")},
        data={"database": {"multi_az": False}},
    ),
]


@pytest.mark.parametrize("case", BETWEEN, ids=str)
def test_what_does_not_hold_between_sections_is_refused(case: Case) -> None:
    found = case.found()
    named = [it for it in found if it[0] == case.key]
    assert len(named) == 1, found
    assert case.says in named[0][2]
    assert len({it[0] for it in found}) == len(found), "each key once"


def test_a_refused_value_is_shown() -> None:
    (found,) = refused("production", {"every_hours": {"critical": 6}})
    assert found[1] == 6
    (found,) = refused("production", {"database": {"tier": "critical", "region_tier": "critical"}})
    assert found[1] == "critical"
