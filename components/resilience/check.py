"""What is refused of a stack's resilience: settings that can't keep what they promise, and locks that hurt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, cast, get_args

from components.cluster_services.settings import ClusterServicesSettings
from components.context import StackIdentity
from components.data_classes import LIMITS
from components.data_layer import DataLayerSettings
from components.data_layer.database import RdsInstanceSettings
from components.model import Problem, one_of
from components.resilience.law import NOTICED_DAYS, RpoRow, copied, longest_gap, rpo_table
from components.resilience.settings import EveryHours, ResilienceSettings
from components.resilience.tiers import HOUR, spoken

_INTERVALS: Final = cast("tuple[int, ...]", get_args(get_args(EveryHours)[0]))


def check(
    identity: StackIdentity,
    data: DataLayerSettings,
    services: ClusterServicesSettings,
    settings: ResilienceSettings,
) -> Iterator[Problem]:
    """What must hold between a stack, its stores, its operators and its resilience."""
    yield from _region(identity, settings)
    yield from _lock(identity, settings)
    yield from _known(data, settings)
    yield from _kept_too_long(data, settings)
    velero = list(_velero(identity, services, settings))
    yield from velero
    if settings.region_loss == "accepted" or copied(identity, settings):
        yield from _tiers(identity, data, settings, told={problem.path for problem in velero})


def _region(identity: StackIdentity, settings: ResilienceSettings) -> Iterator[Problem]:
    path, value = ("resilience", "region_loss"), settings.region_loss
    if value == "recovered" and identity.standby:
        yield Problem(path, value, "accepted in a standby: its region is where the copies are, and none goes further")
    elif value == "recovered" and not identity.production:
        yield Problem(path, value, "accepted outside production: copies in another region are production's")
    elif value == "recovered" and identity.recovery_region is None:
        yield Problem(
            ("stack", "recovery_region"), None, "the region of the copies, for resilience.region_loss is recovered"
        )
    elif value == "accepted" and identity.production and identity.recovery_region is not None:
        yield Problem(path, value, f"recovered: the stack has a recovery region, {identity.recovery_region}")


def _lock(identity: StackIdentity, settings: ResilienceSettings) -> Iterator[Problem]:
    path, lock = ("resilience", "lock"), settings.lock
    if identity.production and lock == "off":
        yield Problem(path, lock, "compliance or governance in production: a backup that can be deleted is none")
    elif identity.tier == "dev" and lock != "off":
        yield Problem(path, lock, "off in dev: a locked vault outlives the stack")
    elif not identity.production and lock == "compliance":
        yield Problem(path, lock, "off or governance outside production: compliance can't be taken back")


def _known(data: DataLayerSettings, settings: ResilienceSettings) -> Iterator[Problem]:
    for kind, named, there in (
        ("tables", settings.tables, data.tables),
        ("caches", settings.caches, data.caches),
    ):
        for name in named:
            if name not in there:
                allowed = (
                    f"a key of data.{kind}: {one_of(there)}" if there else f"nothing: there is none in data.{kind}"
                )
                yield Problem(("resilience", kind, name), name, allowed)


def _kept_too_long(data: DataLayerSettings, settings: ResilienceSettings) -> Iterator[Problem]:
    """Vaults hold database and tables together, so the shortest limit of their classes is the vaults'."""
    most = vault_days(data)
    for key in ("keep_days", "keep_frequent_days"):
        days: int = getattr(settings, key)
        if days > most:
            yield Problem(("resilience", key), days, f"at most {most}, the limit of the stores' data classes")


def vault_days(data: DataLayerSettings) -> int:
    """The longest that a recovery point may be kept: the shortest limit of the classes that are backed up."""
    classes = [data.database.data_class, *(table.data_class for table in data.tables.values())]
    return min(limit for c in classes if (limit := LIMITS[c].max_backup_days) is not None)


def _velero(
    identity: StackIdentity, services: ClusterServicesSettings, settings: ResilienceSettings
) -> Iterator[Problem]:
    path, hours = ("resilience", "cluster", "velero_hours"), settings.cluster.velero_hours
    chosen = "velero" in services.chosen(identity)
    if hours is not None and not chosen:
        yield Problem(path, hours, "null: velero is not among the operators")
    elif hours is not None and identity.standby:
        allowed = "null in a standby: its Velero restores what the primary's keeps there, and writes nothing between"
        yield Problem(path, hours, allowed)
    elif hours is None and chosen and not identity.standby:
        hourly = one_of(str(it) for it in _INTERVALS)
        yield Problem(path, None, f"{hourly}: velero is among the operators, and must know how often it backs up")


def _tiers(
    identity: StackIdentity, data: DataLayerSettings, settings: ResilienceSettings, told: set[tuple[str | int, ...]]
) -> Iterator[Problem]:
    """One problem a setting, by its first row; none of a setting that is ``told`` of already."""
    for row in rpo_table(identity, data, settings):
        if row.kept or row.key in told:
            continue
        told.add(row.key)
        key, instead = _instead(row, data, settings)
        yield Problem(key, _value(key, row, data, settings), f"{instead}: {_found(row)}")


def _value(key: tuple[str, ...], row: RpoRow, data: DataLayerSettings, settings: ResilienceSettings) -> object:
    if key == row.tier_key:
        return row.tier
    here: object = settings if key[0] == "resilience" else data
    for part in key[1:]:
        here = here.get(part) if isinstance(here, dict) else getattr(here, part)
    return here


def _found(row: RpoRow) -> str:
    if not row.rpo_kept:
        return (
            f"in {row.failure.value} {row.store} would lose {spoken(row.rpo)} ({row.way}), "
            f"{row.tier} allows {spoken(row.rpo_allowed)}"
        )
    return (
        f"after {row.failure.value} {row.store} would be back in {spoken(row.rto)} ({row.way}), "
        f"{spoken(row.rto_allowed)} are allowed"
    )


def _instead(row: RpoRow, data: DataLayerSettings, settings: ResilienceSettings) -> tuple[tuple[str, ...], str]:
    """The key to change, and what to write there."""
    if row.key[1] == "every_hours" and row.rpo_allowed is not None:
        # RDS instances alone have a window in which nothing starts
        aurora = row.store != "database" or not isinstance(data.database, RdsInstanceSettings)
        fitting = [
            str(hours)
            for hours in _INTERVALS
            if longest_gap(hours, aurora=aurora) * HOUR + settings.copy_minutes <= row.rpo_allowed
        ]
        return (row.key, one_of(fitting)) if fitting else (row.tier_key, "a weaker tier: no copy is so young")
    return row.key, _ADVICE.get(row.key[-1], "a weaker tier").format(
        thing="velero" if row.store == "cluster.rest" else row.store.partition(".")[2]
    )


_ADVICE: Final = {
    "velero_hours": "fewer hours, or a weaker tier",
    "replicate": "{thing} too, or the region_tier rebuilt",
    "replicas": "at least 1, or the tier rebuilt",
    "multi_az": "true, or a weaker tier",
    **dict.fromkeys(
        ("backup_days", "recovery_days", "noncurrent_days"), f"at least {NOTICED_DAYS}, or the tier rebuilt"
    ),
}
"""What to write, by the last part of the key."""
