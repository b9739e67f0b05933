"""Data classes: what a store may hold, how long at most, and where. Figures: the platform's data class table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class DataClass(StrEnum):
    """How sensitive a store's content is; also the value of the ``DataClass`` tag."""

    PUBLIC = "public"
    INTERNAL = "internal"
    EDUCATION_RECORD = "education-record"
    CHILD_PII = "child-pii"
    OPERATIONAL_LOG = "operational-log"
    AUDIT = "audit"


@dataclass(frozen=True)
class ClassLimits:
    """The longest that a class and its backups are kept, in days (``None``: no limit), and its regulations."""

    max_days: int | None
    max_backup_days: int | None
    compliance: str | None


PUPILS_COMPLIANCE: Final = "coppa-ferpa"
"""Value of the ``Compliance`` tag on whatever holds pupils' data (AWS tag values allow no comma)."""

LIMITS: Final[dict[DataClass, ClassLimits]] = {
    DataClass.PUBLIC: ClassLimits(None, 35, None),
    DataClass.INTERNAL: ClassLimits(730, 35, None),
    DataClass.EDUCATION_RECORD: ClassLimits(1825, 35, PUPILS_COMPLIANCE),
    DataClass.CHILD_PII: ClassLimits(365, 35, PUPILS_COMPLIANCE),
    DataClass.OPERATIONAL_LOG: ClassLimits(365, None, None),
    DataClass.AUDIT: ClassLimits(2555, None, None),
}


def effective(declared: DataClass, *, production: bool) -> DataClass:
    """The class a store really has: outside production pupils' stores hold synthetic data and are ``internal``."""
    if production or LIMITS[declared].compliance is None:
        return declared
    return DataClass.INTERNAL


def log_limit(*, production: bool) -> int:
    """Days an operational log may be kept: 90, in production 365."""
    return 365 if production else 90
