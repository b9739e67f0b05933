"""What a run's stack would cost a month, held against its own budget.

Prices, assumptions and the estimate itself are those of the governance pack, whose rule stops a stack by the same
figures: one table, and no second opinion.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.model import Secret

if TYPE_CHECKING:
    from policies.governance.governance_rules.cost.estimate import Estimate
    from policies.governance.governance_rules.cost.stack import Item
    from sandbox.model import Run, Value


@dataclass(frozen=True)
class Share:
    """A part of the sum under one name: a resource or a type."""

    name: str
    usd: float
    detail: str = ""


@dataclass(frozen=True)
class ComponentShare:
    """A top-level component's part of the sum, and its types, the dearest first."""

    name: str
    usd: float
    types: Sequence[Share]


@dataclass(frozen=True)
class CostReport:
    """A stack's estimated cost, USD a month."""

    monthly_usd: float
    budget_usd: float | None
    """What the stack's own budget says; ``None`` without one."""
    resources: Sequence[Share]
    """Each resource that costs something, the dearest first: its URN, and what it is made of."""
    types: Sequence[Share]
    """Each type, the dearest first, with its number of resources."""
    components: Sequence[ComponentShare]
    """Each top-level component, the dearest first."""
    not_priced: Sequence[tuple[str, str]]
    """URN and reason of what is not in the sum."""
    hidden: Sequence[tuple[str, str]]
    """URN and path of figures that a preview doesn't know yet."""
    savings_plan_usd_per_hour: float
    """A Savings Plan's commitment for 60 % of what always runs."""
    savings_usd: float
    """What it would save a month."""

    @property
    def share(self) -> float | None:
        """The part of the budget that is used, 1 for all of it; ``None`` without a budget."""
        return self.monthly_usd / self.budget_usd if self.budget_usd else None

    def plain(self) -> dict[str, float | None]:
        """What ``--json`` prints."""
        budget = None if self.budget_usd is None else round(self.budget_usd, 2)
        return {"monthly_usd": round(self.monthly_usd, 2), "budget_usd": budget}


def estimate(run: Run) -> CostReport:
    """The cost of the stack that ``run`` made."""
    from policies.governance.governance_rules.cost.estimate import estimate as of_items  # noqa: PLC0415 - seldom needed

    found = of_items(items(run))
    return CostReport(
        monthly_usd=found.monthly_usd,
        budget_usd=found.budget_usd,
        resources=[Share(item.urn, usd, _detail(found, item)) for item, usd in found.by_resource()],
        types=[Share(type_, usd, str(count)) for type_, count, usd in found.by_type()],
        components=_components(run, found),
        not_priced=[(left.item.urn, left.why) for left in found.not_priced],
        hidden=[(left.item.urn, left.why) for left in found.hidden],
        savings_plan_usd_per_hour=found.savings_plan_usd_per_hour,
        savings_usd=found.savings_usd,
    )


def items(run: Run) -> list[Item]:
    """The run's resources as an estimate reads them."""
    from policies.governance.governance_rules.cost.stack import Item as Priced  # noqa: PLC0415 - likewise

    return [
        Priced(
            urn=resource.urn,
            type=resource.type,
            name=resource.name,
            props={key: _plain(value) for key, value in {**resource.inputs, **resource.outputs}.items()},
            id=resource.id,
            parent=resource.parent,
            depends=resource.property_dependencies,
        )
        for resource in run.resources
    ]


def _plain(value: Value) -> object:
    """``value`` without its secret marks; what isn't known stays what it is."""
    if isinstance(value, Secret):
        return _plain(value.value)
    if isinstance(value, dict):
        return {key: _plain(below) for key, below in value.items()}
    if isinstance(value, list):
        return [_plain(below) for below in value]
    return value


def _detail(found: Estimate, item: Item) -> str:
    parts = [line.part for line in found.lines if line.item is item and line.usd]
    return ", ".join(f"{part.what} {part.usd:,.2f}" for part in sorted(parts, key=lambda part: -part.usd))


def _components(run: Run, found: Estimate) -> list[ComponentShare]:
    """Sums by the component right below the stack; what has none is one by itself."""
    parents = {resource.urn: resource.parent for resource in run.resources}
    names = {resource.urn: resource.name for resource in run.resources}
    sums: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for item, usd in found.by_resource():
        urn = item.urn
        while parents.get(parents.get(urn, "")):
            urn = parents[urn]
        sums[names[urn]][item.type].append(usd)
    shares = [ComponentShare(name, sum(map(sum, types.values())), _dearest(types)) for name, types in sums.items()]
    return sorted(shares, key=lambda share: (-share.usd, share.name))


def _dearest(types: dict[str, list[float]]) -> list[Share]:
    shares = [Share(type_, sum(usd), str(len(usd))) for type_, usd in types.items()]
    return sorted(shares, key=lambda share: (-share.usd, share.name))
