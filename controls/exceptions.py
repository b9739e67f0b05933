"""Exceptions: controls that fail in production too, each with why and what stands in for it."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from controls.model import Finding

FILE: Final = Path(__file__).with_name("exceptions.yaml")
MOST: Final = 10
"""Control ids that production may have among the exceptions."""

Sentence = Annotated[str, StringConstraints(min_length=20, strip_whitespace=True)]


class Exemption(BaseModel):
    """One control that isn't kept, on which resources, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    control: str
    """Its id."""
    resources: Annotated[list[str], Field(min_length=1)]
    """``project/logical name`` of the resources that may fail it, as patterns: any other that fails is no exception."""
    why: Sentence
    compensation: Sentence
    """What does instead what the control is for."""
    shown_by: list[str] = []
    """Types of resource that the compensation stands on: a production stack has each of them."""

    def covers(self, wrong: Sequence[Finding]) -> bool:
        """Whether everything that is wrong is wrong on resources named here."""
        return all(any(fnmatchcase(whose(it), pattern) for pattern in self.resources) for it in wrong)


def whose(finding: Finding) -> str:
    """``project/logical name`` of the resource that a finding is on."""
    return f"{finding.urn.split('::')[1]}/{finding.name}"


def read(file: Path = FILE) -> tuple[Exemption, ...]:
    """The exceptions that ``file`` lists. ``pydantic.ValidationError`` where it isn't as it should be."""
    return tuple(TypeAdapter(list[Exemption]).validate_python(yaml.safe_load(file.read_text(encoding="utf-8"))))


EXCEPTIONS: Final = read()

__all__ = ["EXCEPTIONS", "MOST", "Exemption", "read", "whose"]
