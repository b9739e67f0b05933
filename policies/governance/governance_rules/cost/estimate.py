"""The estimate of a stack: each resource's cost a month, and what it is held against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from . import assumptions as assumed
from . import compute, data, services
from .free import free
from .parts import Estimator, Hidden, Part, Unpriced
from .prices import INSTANCES
from .stack import NODE_GROUP, Item, Stack

BUDGET: Final = "aws:budgets/budget:Budget"
ESTIMATORS: Final[Mapping[str, Estimator]] = {**compute.ESTIMATORS, **data.ESTIMATORS, **services.ESTIMATORS}
"""How a type's cost is found."""
HELPERS: Final = frozenset({BUDGET, *compute.HELPERS, *data.HELPERS, *services.HELPERS})
"""Types that cost nothing and that an estimate reads."""


@dataclass(frozen=True)
class Line:
    """A part of a resource's cost."""

    item: Item
    part: Part

    @property
    def usd(self) -> float:
        """USD a month."""
        return self.part.usd


@dataclass(frozen=True)
class Left:
    """Something that is not in the sum: no price is known, or a figure isn't known yet."""

    item: Item
    why: str


@dataclass(frozen=True)
class Estimate:
    """What a stack costs a month, resource by resource."""

    lines: tuple[Line, ...]
    not_priced: tuple[Left, ...]
    """Resources of types that are in no table, and classes without a price."""
    hidden: tuple[Left, ...]
    """Figures that a preview doesn't know yet; the path of each."""
    budget_usd: float | None
    """The stack's own budget, where it has one."""
    savings_plan_usd_per_hour: float
    """What a Savings Plan for the stated part of the base would commit to."""
    savings_usd: float
    """USD a month that it would save."""

    @property
    def monthly_usd(self) -> float:
        """The sum."""
        return sum(line.usd for line in self.lines)

    def by_resource(self) -> list[tuple[Item, float]]:
        """Each resource that costs something, the dearest first; ties by URN."""
        sums: dict[str, float] = defaultdict(float)
        items = {line.item.urn: line.item for line in self.lines}
        for line in self.lines:
            sums[line.item.urn] += line.usd
        ordered = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))
        return [(items[urn], usd) for urn, usd in ordered if usd]

    def by_type(self) -> list[tuple[str, int, float]]:
        """Each type with its number of resources and its sum, the dearest first."""
        sums: dict[str, list[float]] = defaultdict(list)
        for item, usd in self.by_resource():
            sums[item.type].append(usd)
        return sorted(
            ((type_, len(found), sum(found)) for type_, found in sums.items()), key=lambda row: (-row[2], row[0])
        )


def estimate(items: Iterable[Item]) -> Estimate:
    """The cost of the stack that ``items`` are all of."""
    stack = Stack(items)
    lines: list[Line] = []
    not_priced: list[Left] = []
    hidden: list[Left] = []
    for item in stack.items:
        estimator = ESTIMATORS.get(item.type)
        if estimator is None:
            if free(item.type) is None:
                not_priced.append(Left(item, "no price for this type"))
            continue
        for found in estimator(item, stack):
            if isinstance(found, Part):
                lines.append(Line(item, found))
            elif isinstance(found, Unpriced):
                not_priced.append(Left(item, found.why))
            else:
                hidden.append(Left(item, found.path))
    base = _base_usd_per_hour(stack)
    commitment = base * assumed.SAVINGS_PLAN_SHARE.value
    return Estimate(
        lines=tuple(lines),
        not_priced=tuple(not_priced),
        hidden=tuple(hidden),
        budget_usd=_budget(stack),
        savings_plan_usd_per_hour=commitment * (1 - assumed.SAVINGS_PLAN.value),
        savings_usd=commitment * assumed.SAVINGS_PLAN.value * assumed.HOURS.value,
    )


def _budget(stack: Stack) -> float | None:
    """The least of the stack's monthly budgets in USD."""
    limits = [
        limit
        for budget in stack.of(BUDGET)
        if budget.text("timeUnit") == "MONTHLY" and budget.text("limitUnit") == "USD"
        if (limit := budget.number("limitAmount")) is not None
    ]
    return min(limits, default=None)


def _base_usd_per_hour(stack: Stack) -> float:
    """What runs on demand at every hour: node groups at their smallest, unless a schedule puts them to sleep."""
    total = 0.0
    for group in stack.of(NODE_GROUP):
        kind = next(iter(group.texts("instanceTypes")), "")
        price = INSTANCES.get(kind)
        least = group.number("scalingConfig", "minSize") or 0.0
        if price is not None and group.text("capacityType") != "SPOT":
            total += min(least, stack.average_nodes(group)) * price.usd
    return total


__all__ = ["BUDGET", "ESTIMATORS", "HELPERS", "Estimate", "Hidden", "Left", "Line", "estimate"]
