"""The pack: its name, what it is for, its rules in the order in which they are shown."""

from __future__ import annotations

from typing import Final

from .budget import stack_budget
from .core.rules import AnyRule
from .lifecycles import store_lifecycle
from .production import production_safeguards
from .residency import residency
from .retention import finite_retention, retention_limit
from .support import version_support
from .tags import data_class_rule, mandatory_tags

NAME: Final = "platform-governance"
DESCRIPTION: Final = "Tags, data classes, retention, residency, resilience and cost of what a stack keeps."

RULES: Final[tuple[AnyRule, ...]] = (
    mandatory_tags,
    data_class_rule,
    finite_retention,
    retention_limit,
    residency,
    production_safeguards,
    version_support,
    store_lifecycle,
    stack_budget,
)
