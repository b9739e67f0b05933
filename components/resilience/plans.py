"""Backup plans as pure data: who is backed up how often, how long each copy is kept."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from components.data_layer import DataLayerSettings
from components.data_layer.database import RdsInstanceSettings
from components.naming import Names
from components.resilience.law import FIRST_HOUR, longest_gap, start_hours
from components.resilience.settings import ResilienceSettings
from components.resilience.tiers import HOUR, Tier

START_WINDOW: Final = 60
"""Minutes within which a job starts: the shortest that AWS Backup takes."""
COMPLETION_MARGIN: Final = 60
"""Minutes that a job must be given beyond its start window at least."""


Kind = Literal["Aurora", "RDS", "DynamoDB"]
"""What AWS Backup calls a type of resource."""


@dataclass(frozen=True)
class Protected:
    """A store that plans back up."""

    name: str
    kind: Kind
    arn: str
    tier: Tier

    @property
    def vault(self) -> str:
        """The vault it goes to. One a kind, so that each kind's missing backups are noticed."""
        return "tables" if self.kind == "DynamoDB" else "database"


@dataclass(frozen=True)
class PlanRule:
    """A rule of a plan: when it starts (cron, UTC) and for how many days its recovery points are kept."""

    name: str
    schedule: str
    keep_days: int


def protected(data: DataLayerSettings, settings: ResilienceSettings, names: Names) -> list[Protected]:
    """The stores that plans back up: the database and the tables. Buckets have versions and replicas instead."""
    identifier = names.of("rds", "database")
    instance = isinstance(data.database, RdsInstanceSettings)
    database = Protected(
        "database",
        "RDS" if instance else "Aurora",
        names.arn("rds", f"{'db' if instance else 'cluster'}:{identifier}"),
        settings.database.tier,
    )
    tables = [
        Protected(
            name, "DynamoDB", names.arn("dynamodb", f"table/{names.of('dynamodb', name)}"), settings.table(name).tier
        )
        for name in data.tables
    ]
    return [database, *tables]


def vault_names(data: DataLayerSettings, settings: ResilienceSettings, names: Names) -> dict[str, str]:
    """What AWS Backup calls each vault, ``database`` and ``tables``, in the stack's region and where its copies are."""
    vaults = dict.fromkeys(store.vault for store in protected(data, settings, names))
    return {vault: names.of("backup-vault", vault) for vault in vaults}


@dataclass(frozen=True)
class Plan:
    """A plan: the stores of one tier in one vault."""

    vault: str
    tier: Tier
    stores: tuple[Protected, ...]

    @property
    def name(self) -> str:
        """``database-critical``."""
        return f"{self.vault}-{self.tier.value}"


def plans(stores: Sequence[Protected]) -> list[Plan]:
    """A plan for each vault and tier that has stores."""
    return [
        Plan(vault, tier, own)
        for vault in dict.fromkeys(store.vault for store in stores)
        for tier in Tier
        if (own := tuple(store for store in stores if store.vault == vault and store.tier is tier))
    ]


def rules(tier: Tier, settings: ResilienceSettings) -> Iterator[PlanRule]:
    """A daily rule, and where backups are more frequent one for the others."""
    every = settings.every_hours.of(tier)
    yield PlanRule("daily", f"cron(0 {FIRST_HOUR} * * ? *)", settings.keep_days)
    others = ",".join(str(hour) for hour in start_hours(every) if hour != FIRST_HOUR)
    if others:
        yield PlanRule("frequent", f"cron(0 {others} * * ? *)", settings.keep_frequent_days)


def completion_window(settings: ResilienceSettings) -> int:
    """Minutes until a job must be done, or it counts as expired."""
    return START_WINDOW + max(COMPLETION_MARGIN, settings.copy_minutes)


def alarm_hours(plan: Plan, settings: ResilienceSettings) -> int:
    """Hours in which one backup at least must have been done: from one start to the end of the next one's job."""
    aurora = all(store.kind != "RDS" for store in plan.stores)
    gap = longest_gap(settings.every_hours.of(plan.tier), aurora=aurora)
    return gap + math.ceil(completion_window(settings) / HOUR)
