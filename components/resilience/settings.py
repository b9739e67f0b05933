"""What a stack file says of backups, copies and locks, store by store."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, ValidationInfo, field_validator

from components.data_layer.stores import BackupDays
from components.model import Email, Figure, Settings, Slug, each_once, refuse
from components.operators.operator import BackupSchedule
from components.resilience.tiers import Tier

EveryHours = Annotated[Literal[1, 2, 3, 4, 6, 8, 12, 24], Figure]
"""Hours between two backups: what divides a day, so that every day looks the same."""
Thing = Literal["assets", "uploads", "pupil-uploads", "audit", "backups", "loki", "tempo", "velero", "access-logs"]
"""A bucket by what it is for, as it stands in its name."""

GRACE_DAYS: Final = 7
"""Days in which a compliance lock can still be taken back; AWS wants 3 at least."""


class Protection(Settings):
    """How much a store matters."""

    tier: Tier
    """For failures inside the region: a lost zone, wrong or deleted content."""
    region_tier: Tier
    """For the loss of the region, where what counts is the last copy elsewhere."""


_BUCKETS: Final[dict[Thing, Protection]] = {
    "assets": Protection(tier=Tier.STANDARD, region_tier=Tier.STANDARD),
    "uploads": Protection(tier=Tier.CRITICAL, region_tier=Tier.CRITICAL),
    "pupil-uploads": Protection(tier=Tier.CRITICAL, region_tier=Tier.CRITICAL),
    "audit": Protection(tier=Tier.CRITICAL, region_tier=Tier.CRITICAL),
    "backups": Protection(tier=Tier.STANDARD, region_tier=Tier.STANDARD),
    "velero": Protection(tier=Tier.STANDARD, region_tier=Tier.STANDARD),
    # what tells of a region that is gone is of no use in the next one
    "loki": Protection(tier=Tier.STANDARD, region_tier=Tier.REBUILT),
    "tempo": Protection(tier=Tier.STANDARD, region_tier=Tier.REBUILT),
    "access-logs": Protection(tier=Tier.STANDARD, region_tier=Tier.REBUILT),
}


class Schedules(Settings):
    """Hours between two backups of a store, by its tier. Each is copied as soon as it is done."""

    tier_1: EveryHours = 1
    essential: EveryHours = 1
    critical: EveryHours = 1
    tier_3: EveryHours = 3
    standard: EveryHours = 3
    non_critical: EveryHours = 24

    def of(self, tier: Tier) -> int:
        """Hours for ``tier``; what is only rebuilt is backed up as seldom as the least important."""
        hours: dict[Tier, int] = {
            Tier.TIER_1: self.tier_1,
            Tier.ESSENTIAL: self.essential,
            Tier.CRITICAL: self.critical,
            Tier.TIER_3: self.tier_3,
            Tier.STANDARD: self.standard,
        }
        return hours.get(tier, self.non_critical)

    @staticmethod
    def key(tier: Tier) -> str:
        """The field for ``tier``."""
        return (Tier.NON_CRITICAL if tier is Tier.REBUILT else tier).value.replace("-", "_")


class ClusterState(Protection):
    """What Git does not hold of a cluster: volumes, and objects that nobody declared."""

    tier: Tier = Tier.STANDARD
    region_tier: Tier = Tier.STANDARD
    velero_hours: EveryHours | None = 3
    """Hours between two of Velero's backups; ``null`` without Velero. With 6 the tier ``standard`` (4 h) is missed."""


class ResilienceSettings(Settings):
    """Backups and copies of every store, and how much of each may be lost."""

    lock: Literal["off", "governance", "compliance"]
    """Vault lock, which as ``compliance`` can't be taken back: so it must be said. Off in dev, ``governance`` in
    staging, ``compliance`` in production."""
    lock_grace_days: Annotated[int, Field(ge=3, le=30, strict=True)] | None = None
    """Days until a compliance lock can't be taken back any more. Left out: 7."""
    region_loss: Literal["recovered", "accepted"] = "recovered"
    """Whether there are copies in the recovery region. ``accepted``: what is in the region is lost with it."""
    every_hours: Schedules = Schedules()
    """Hours between two backups, by tier."""
    copy_minutes: Annotated[int, Field(ge=15, le=720, strict=True)] = 60
    """Minutes until a backup and its copy are done; an alarm tells when they aren't. Aurora's copies are always full,
    so they take longer as the database grows."""
    keep_days: BackupDays = 35
    """Days that a day's first backup is kept, here and in the recovery region."""
    keep_frequent_days: BackupDays = 1
    """Days that the others are kept: the database itself goes back to any second of ``backup_days``."""
    restore_tests: bool = True
    """Every week the latest backup of each kind is restored, measured and deleted again."""
    mail: Annotated[list[Email], each_once("address")] = []
    """Who is told of backups that failed or are missing, beside the topic's other readers; each must confirm once."""

    database: Protection = Protection(tier=Tier.CRITICAL, region_tier=Tier.STANDARD)
    """Hourly copies and an hour to copy make two hours: ``standard`` for a lost region."""
    tables: dict[Slug, Protection] = {}
    """By name. Left out: ``standard`` in both."""
    caches: dict[Slug, Protection] = {}
    """By name. Left out: ``rebuilt``, for a cache holds nothing that can't be made again."""
    buckets: dict[Thing, Protection] = {}
    """By what they are for. Left out: by the bucket."""
    registry: Protection = Protection(tier=Tier.STANDARD, region_tier=Tier.STANDARD)
    """Its copies are made by the account's replication rule."""
    secrets: Protection = Protection(tier=Tier.CRITICAL, region_tier=Tier.CRITICAL)
    cluster: ClusterState = ClusterState()
    """What of the cluster is not in Git."""
    replicate: Annotated[list[Thing], each_once("bucket")] = [
        "assets",
        "uploads",
        "pupil-uploads",
        "audit",
        "backups",
        "velero",
    ]
    """Buckets with a copy in the recovery region, where ``region_loss`` is recovered."""

    @field_validator("lock_grace_days")
    @classmethod
    def _only_compliance(cls, value: int | None, info: ValidationInfo) -> int | None:
        lock = info.data.get("lock")
        if value is not None and lock is not None and lock != "compliance":
            refuse(f"nothing while lock is {lock}, which can be taken back at any time")
        return value

    @field_validator("keep_frequent_days")
    @classmethod
    def _daily_outlive(cls, value: int, info: ValidationInfo) -> int:
        kept = info.data.get("keep_days")
        if kept is not None and value > kept:
            refuse(f"at most keep_days, which is {kept}")
        return value

    @field_validator("replicate")
    @classmethod
    def _can_be(cls, value: list[Thing]) -> list[Thing]:
        if "access-logs" in value:
            refuse(
                "buckets without access-logs: the log of a copy is written where the copy is",
                value="access-logs",
                at=[value.index("access-logs")],
            )
        return value

    def copied_buckets(self) -> frozenset[str]:
        """The buckets that are in the recovery region too: the copies, and the one that takes their access logs."""
        return frozenset((*self.replicate, "access-logs"))

    def cluster_backups(self) -> BackupSchedule:
        """When Velero backs a cluster up."""
        return BackupSchedule(self.cluster.velero_hours, self.keep_days, self.keep_frequent_days)

    def table(self, name: str) -> Protection:
        """The protection of a table."""
        return self.tables.get(name, Protection(tier=Tier.STANDARD, region_tier=Tier.STANDARD))

    def cache(self, name: str) -> Protection:
        """The protection of a cache."""
        return self.caches.get(name, Protection(tier=Tier.REBUILT, region_tier=Tier.REBUILT))

    def bucket(self, thing: Thing) -> Protection:
        """The protection of a bucket."""
        return self.buckets.get(thing, _BUCKETS[thing])
