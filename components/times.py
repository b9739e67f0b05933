"""Times of day in a stack file, as everything that keeps them reads them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import AfterValidator

from components.model import refuse

_RANGES: Final = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
"""Sunday is 0. Unix has it as 7 too, but what Kubernetes and Argo CD read with has not (robfig/cron v3)."""
_UNIX_RANGES: Final = (*_RANGES[:-1], (0, 7))
_FIELD: Final = re.compile(r"(?:\*|(?P<low>\d{1,2})(?:-(?P<high>\d{1,2}))?)(?:/(?P<step>\d{1,2}))?", re.ASCII)


def _right(part: str, least: int, most: int) -> bool:
    found = _FIELD.fullmatch(part)
    if found is None:
        return False
    low = int(found["low"] or least)
    high = int(found["high"] or (low if found["low"] else most))
    # a step from a single figure is read in two ways
    stepped = found["step"] is None or ((found["high"] or not found["low"]) and 0 < int(found["step"]) <= most)
    return least <= low <= high <= most and bool(stepped)


def _cron(ranges: Sequence[tuple[int, int]]) -> AfterValidator:
    def check(value: str) -> str:
        fields = value.split(" ")
        right = len(fields) == len(ranges) and all(
            _right(part, *limits) for field, limits in zip(fields, ranges, strict=True) for part in field.split(",")
        )
        if not right:
            refuse(
                "five cron fields in figures, one space between them: minute, hour, day of month, month, day of week "
                f"(0 to {ranges[-1][1]} from Sunday), such as 0 20 * * 1-5",
                value=value,
            )
        return value

    return AfterValidator(check)


Cron = Annotated[str, _cron(_RANGES)]
"""When something happens again and again, as Kubernetes, Argo CD and Pulumi read it."""
UnixCron = Annotated[str, _cron(_UNIX_RANGES)]
"""The same as EC2 Auto Scaling reads it."""
TimeZone = Literal[
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "Etc/UTC",
]
"""Whose clock a time is read on: those of the United States, and none, by their IANA names."""
