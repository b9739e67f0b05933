"""The law of recovery: for each store and failure, what is lost and how long the return takes, held to its tier.

It is computed from settings alone. Inside the region stores go back by what AWS keeps of them: other zones, earlier
versions, point-in-time recovery. With the region all of that is gone, and what counts is the last copy elsewhere: the
hours between two backups and the time to copy one, or the lag of a replica. All figures are minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast

from components.context import StackIdentity
from components.data_layer import DataLayerSettings
from components.data_layer.database import RdsInstanceSettings
from components.data_layer.database.component import MAINTENANCE_WINDOW
from components.resilience.settings import Protection, ResilienceSettings, Thing
from components.resilience.tiers import HOUR, Failure, Tier, allowed

POINT_IN_TIME: Final = 5
"""How far behind point-in-time recovery is (RDS, Aurora and DynamoDB guides: the last five minutes)."""
FAILOVER: Final = 2
"""Until a standby has taken over (Aurora: under a minute; RDS Multi-AZ and ElastiCache: one to two)."""
ASYNCHRONOUS: Final = 1
"""What a replica may lack: ElastiCache's replicas, DynamoDB's global tables, Aurora's global database. Usually under a
second."""
NEW_INSTANCE: Final = 10
"""Until Aurora without a reader has a new writer in another zone (Aurora guide: under ten minutes as a rule)."""
NEW_CACHE: Final = 15
"""Until an empty cache stands (5 to 12 minutes seen)."""
RESTORE: Final = HOUR
"""Until a database or table stands again from a backup: an assumption, which the weekly restore test measures."""
UNDELETE: Final = 30
"""Until earlier versions are the current ones again: an assumption."""
REPLICATED_OBJECTS: Final = 15
"""S3 Replication Time Control: 99.9 % of objects within 15 minutes, by contract."""
REPLICATED_SECRETS: Final = 5
"""Secrets Manager copies each change at once: an assumption."""
REPLICATED_IMAGES: Final = 30
"""ECR's replication: most images within half an hour (ECR guide)."""
NOTICED_DAYS: Final = 7
"""Days until damaged content is noticed at the latest: by the weekly restore test. A way back must reach further."""
STANDBY: Final = HOUR
"""Until the standby stack is up: twice the critical path of a first update, 25 to 30 minutes."""
VELERO: Final = 15
"""Until a backup of Velero is done: an assumption."""
FIRST_HOUR: Final = 5
"""The hour (UTC) from which plans count: after the database's own backup and maintenance."""

MYSQL: Final = Protection(tier=Tier.NON_CRITICAL, region_tier=Tier.REBUILT)
"""What is in MySQL, such as Ghost's posts: back within a day, and written anew after the loss of the region."""
DECLARED: Final = Protection(tier=Tier.CRITICAL, region_tier=Tier.CRITICAL)
"""What Git and the program hold of a cluster."""

Key = tuple[str, ...]


@dataclass(frozen=True)
class Way:
    """A way back from a failure: what it is, what it loses (``None``: everything), how long it takes.

    ``key`` leads to the setting that makes it what it is; none: the tier is what can change.
    """

    what: str
    rpo: int | None
    rto: int
    key: Key = ()


_LOST: Final = "lost with the region: no copy"
_POINT_IN_TIME: Final = "point-in-time recovery"


@dataclass(frozen=True)
class RpoRow:
    """A store in a failure. Minutes; ``rpo`` of ``None`` is everything, ``rpo_allowed`` of ``None`` no bound."""

    store: str
    """``database``, ``tables.mcp-contexts``."""
    failure: Failure
    tier: str
    way: str
    rpo: int | None
    rpo_allowed: int | None
    rto: int
    rto_allowed: int
    key: Key
    """The setting that makes it what it is."""
    tier_key: Key
    """The setting that says its tier."""

    @property
    def rpo_kept(self) -> bool:
        """Whether no more is lost than the tier allows."""
        return self.rpo_allowed is None or (self.rpo is not None and self.rpo <= self.rpo_allowed)

    @property
    def rto_kept(self) -> bool:
        """Whether it is back in time."""
        return self.rto <= self.rto_allowed

    @property
    def kept(self) -> bool:
        """Whether the tier is kept in this failure."""
        return self.rpo_kept and self.rto_kept


def rpo_table(identity: StackIdentity, data: DataLayerSettings, settings: ResilienceSettings) -> list[RpoRow]:
    """Every store of the stack in every failure."""
    judged = _Judge(identity, settings)
    return [
        *_database(data, settings, judged),
        *_mysql(data, judged),
        *_tables(data, settings, judged),
        *_caches(data, settings, judged),
        *_buckets(data, settings, judged),
        *_others(settings, judged),
    ]


def copied(identity: StackIdentity, settings: ResilienceSettings) -> bool:
    """Whether the stack has copies in another region."""
    return identity.production and identity.recovery_region is not None and settings.region_loss == "recovered"


class _Judge:
    """Holds ways to tiers. Where the loss of the region is accepted, no tier asks for anything in it."""

    def __init__(self, identity: StackIdentity, settings: ResilienceSettings) -> None:
        self.copied = copied(identity, settings)
        self._accepted = settings.region_loss == "accepted"

    def rows(self, store: str, key: Key, protection: Protection, ways: dict[Failure, Way]) -> Iterator[RpoRow]:
        for failure, way in ways.items():
            region = failure is Failure.REGION
            if region and self._accepted:
                continue
            tier = protection.region_tier if region else protection.tier
            asked = allowed(tier, failure)
            own = (*key, "region_tier" if region else "tier")
            yield RpoRow(
                store, failure, tier.value, way.what, way.rpo, asked.rpo, way.rto, asked.rto, way.key or own, own
            )


# --- the stores -----------------------------------------------------------------------------------------------------


def start_hours(every_hours: int) -> tuple[int, ...]:
    """The hours of the day (UTC) at which a plan starts, counted from ``FIRST_HOUR``."""
    return tuple(sorted((FIRST_HOUR + step) % 24 for step in range(0, 24, every_hours)))


def longest_gap(every_hours: int, *, aurora: bool) -> int:
    """The most hours between two backups that can start.

    AWS Backup starts none of an RDS instance in its maintenance window and the hour before (AWS Backup guide, plan
    options); Aurora is excepted. Other stores have no such window.
    """
    if aurora:
        return every_hours
    window = [int(part.split(":")[1]) for part in MAINTENANCE_WINDOW.split("-")]
    blocked = range(window[0] - 1, window[1])
    hours = [hour for hour in start_hours(every_hours) if hour not in blocked]
    return max((later - hour) % 24 or 24 for hour, later in zip(hours, [*hours[1:], hours[0]], strict=True))


def _from_copies(settings: ResilienceSettings, protection: Protection, hours: int) -> Way:
    key = ("resilience", "every_hours", settings.every_hours.key(protection.tier))
    what = f"copies of backups: {hours} h between two and {settings.copy_minutes} min to copy one"
    return Way(what, hours * HOUR + settings.copy_minutes, STANDBY + RESTORE, key)


def _earlier(what: str, rpo: int, rto: int, days: int, key: Key) -> Way:
    """Back to what stood there earlier, as far as ``days`` reach."""
    if days < NOTICED_DAYS:
        return Way(f"{what} of {days} d, and damage may be noticed after {NOTICED_DAYS} d", None, rto, key)
    return Way(what, rpo, rto)


def _database(data: DataLayerSettings, settings: ResilienceSettings, judge: _Judge) -> Iterator[RpoRow]:
    database, protection = data.database, settings.database
    aurora = not isinstance(database, RdsInstanceSettings)
    if isinstance(database, RdsInstanceSettings):
        zone = (
            Way("a standby in another zone", 0, FAILOVER)
            if database.multi_az
            else Way(_POINT_IN_TIME, POINT_IN_TIME, RESTORE, ("data", "database", "multi_az"))
        )
    elif database.readers:
        zone = Way("a reader in another zone", 0, FAILOVER)
    else:
        zone = Way("a new writer on storage in three zones", 0, NEW_INSTANCE)
    hours = longest_gap(settings.every_hours.of(protection.tier), aurora=aurora)
    region = Way(_LOST, None, STANDBY + RESTORE)
    if judge.copied:
        region = _from_copies(settings, protection, hours)
        if not isinstance(database, RdsInstanceSettings) and database.global_database is not None:
            taken_over = FAILOVER if database.global_database.instances else NEW_INSTANCE
            region = Way("a global database", ASYNCHRONOUS, STANDBY + taken_over)
    yield from judge.rows(
        "database",
        ("resilience", "database"),
        protection,
        {
            Failure.ZONE: zone,
            Failure.CORRUPTION: _earlier(
                _POINT_IN_TIME, POINT_IN_TIME, RESTORE, database.backup_days, ("data", "database", "backup_days")
            ),
            Failure.REGION: region,
        },
    )


def _mysql(data: DataLayerSettings, judge: _Judge) -> Iterator[RpoRow]:
    mysql, key = data.mysql, ("data", "mysql")
    if mysql is None:
        return
    back = _earlier(_POINT_IN_TIME, POINT_IN_TIME, RESTORE, mysql.backup_days, (*key, "backup_days"))
    ways = {
        Failure.ZONE: Way("a standby in another zone", 0, FAILOVER) if mysql.multi_az else back,
        Failure.CORRUPTION: back,
        Failure.REGION: Way(_LOST, None, STANDBY + RESTORE),
    }
    yield from judge.rows("mysql", key, MYSQL, ways)


def _tables(data: DataLayerSettings, settings: ResilienceSettings, judge: _Judge) -> Iterator[RpoRow]:
    for name, table in data.tables.items():
        protection = settings.table(name)
        if judge.copied and table.replica:
            region = Way("a replica", ASYNCHRONOUS, STANDBY)
        elif judge.copied:
            region = _from_copies(settings, protection, settings.every_hours.of(protection.tier))
        else:
            region = Way(_LOST, None, STANDBY)
        yield from judge.rows(
            f"tables.{name}",
            ("resilience", "tables", name),
            protection,
            {
                Failure.ZONE: Way("storage in three zones", 0, 0),
                Failure.CORRUPTION: _earlier(
                    _POINT_IN_TIME,
                    POINT_IN_TIME,
                    RESTORE,
                    table.recovery_days,
                    ("data", "tables", name, "recovery_days"),
                ),
                Failure.REGION: region,
            },
        )


def _caches(data: DataLayerSettings, settings: ResilienceSettings, judge: _Judge) -> Iterator[RpoRow]:
    for name, cache in data.caches.items():
        zone = (
            Way("a replica in another zone", ASYNCHRONOUS, FAILOVER)
            if cache.replicas
            else Way("a new, empty node", None, NEW_CACHE, ("data", "caches", name, "replicas"))
        )
        yield from judge.rows(
            f"caches.{name}",
            ("resilience", "caches", name),
            settings.cache(name),
            {
                Failure.ZONE: zone,
                Failure.CORRUPTION: Way("yesterday's snapshot", 24 * HOUR, NEW_CACHE),
                Failure.REGION: Way("made again, empty", None, STANDBY + NEW_CACHE),
            },
        )


def _buckets(data: DataLayerSettings, settings: ResilienceSettings, judge: _Judge) -> Iterator[RpoRow]:
    for name, row in data.buckets.rows():
        thing = cast("Thing", name)
        if judge.copied and thing in settings.replicate:
            region = Way("a replicated bucket", REPLICATED_OBJECTS, STANDBY)
        else:
            region = Way(_LOST, None, STANDBY, ("resilience", "replicate"))
        yield from judge.rows(
            f"buckets.{thing}",
            ("resilience", "buckets", thing),
            settings.bucket(thing),
            {
                Failure.ZONE: Way("storage in three zones", 0, 0),
                Failure.CORRUPTION: _earlier(
                    "earlier versions",
                    0,
                    UNDELETE,
                    row.noncurrent_days,
                    ("data", "buckets", thing.replace("-", "_"), "noncurrent_days"),
                ),
                Failure.REGION: region,
            },
        )


def _others(settings: ResilienceSettings, judge: _Judge) -> Iterator[RpoRow]:
    yield from judge.rows(
        "registry",
        ("resilience", "registry"),
        settings.registry,
        {
            Failure.ZONE: Way("storage in three zones", 0, 0),
            Failure.CORRUPTION: Way("tags that never move", 0, UNDELETE),
            Failure.REGION: Way("the account's replication", REPLICATED_IMAGES, STANDBY)
            if judge.copied
            else Way(_LOST, None, STANDBY),
        },
    )
    yield from judge.rows(
        "secrets",
        ("resilience", "secrets"),
        settings.secrets,
        {
            Failure.ZONE: Way("storage in three zones", 0, 0),
            Failure.CORRUPTION: Way("earlier versions", 0, UNDELETE),
            Failure.REGION: Way("replicas", REPLICATED_SECRETS, STANDBY) if judge.copied else Way(_LOST, None, STANDBY),
        },
    )
    yield from _cluster(settings, judge)


def _cluster(settings: ResilienceSettings, judge: _Judge) -> Iterator[RpoRow]:
    """What Git and the program hold is never lost; the rest goes back to Velero's last backup."""
    key = ("resilience", "cluster")
    yield from judge.rows(
        "cluster.declared",
        key,
        DECLARED,
        {
            Failure.ZONE: Way("a control plane in three zones", 0, 0),
            Failure.CORRUPTION: Way("Git", 0, STANDBY),
            Failure.REGION: Way("Git", 0, STANDBY),
        },
    )
    hours, knob = settings.cluster.velero_hours, (*key, "velero_hours")
    if hours is None:
        gone = Way("made again, empty: there is no Velero", None, STANDBY, knob)
        ways = {Failure.ZONE: gone, Failure.CORRUPTION: gone, Failure.REGION: gone}
    else:
        lost, what = hours * HOUR + VELERO, f"Velero's backups, {hours} h between two"
        back = Way(what, lost, RESTORE, knob)
        away = (
            Way(f"{what}, in a replicated bucket", lost + REPLICATED_OBJECTS, STANDBY + RESTORE, knob)
            if judge.copied and "velero" in settings.replicate
            else Way(_LOST, None, STANDBY, ("resilience", "replicate"))
        )
        # a volume stands in one zone
        ways = {Failure.ZONE: back, Failure.CORRUPTION: back, Failure.REGION: away}
    yield from judge.rows("cluster.rest", key, settings.cluster, ways)
