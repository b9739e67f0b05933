"""What every store declares: the class of its data, what it is for, and for how long it keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from components.data_classes import LIMITS, DataClass, effective, log_limit
from components.model import Days, Settings, refuse

Purpose = Annotated[str, StringConstraints(min_length=10, max_length=200, strip_whitespace=True)]
"""Why a store exists, in words a parent could read: it goes into the written retention policy."""

PROVIDER_BACKUP_DAYS: Final = 35
"""The longest that RDS, DynamoDB and ElastiCache keep automatic backups."""

BackupDays = Annotated[int, Field(ge=1, le=PROVIDER_BACKUP_DAYS, strict=True)]


class Store(Settings):
    """What the settings of every store begin with."""

    data_class: DataClass
    """How sensitive the content is. Outside production pupils' classes hold synthetic data and count as internal."""
    purpose: Purpose
    """What the store is for: part of the written retention policy."""
    retention_days: Days | None
    """Days until content is deleted. ``null``, no end, is for public content only."""

    @field_validator("retention_days")
    @classmethod
    def _within_class(cls, value: int | None, info: ValidationInfo) -> int | None:
        declared = info.data.get("data_class")
        limit = None if declared is None else LIMITS[declared].max_days
        if declared is not None and limit is not None and (value is None or value > limit):
            refuse(f"1 to {limit} days, the limit of the class {declared.value}: nothing of it is kept for ever")
        return value


@dataclass(frozen=True)
class StoreRecord:
    """One store as the written retention policy lists it: nothing but known values."""

    name: str
    """What AWS calls it."""
    type: str
    """Its Pulumi type."""
    data_class: DataClass
    """The class it has in this stack."""
    purpose: str
    retention_days: int | None
    """Days until content is deleted; ``None`` only for public content."""
    backup_days: int = 0
    """Days until the last automatic backup of deleted content is gone too."""


def limit_days(declared: DataClass, *, production: bool) -> int | None:
    """The longest a store of the ``declared`` class may keep its content in this kind of stack; ``None``: no limit.

    Outside production a pupils' store must keep both its own class's limit and that of ``internal``.
    """
    if declared is DataClass.OPERATIONAL_LOG:
        return log_limit(production=production)
    limits = (LIMITS[declared].max_days, LIMITS[effective(declared, production=production)].max_days)
    return min((limit for limit in limits if limit is not None), default=None)
