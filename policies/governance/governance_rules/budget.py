"""A stack's estimate stays within its budget: held against it before anything is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from .core.reading import Field, plain
from .core.rules import About, Config, Finding, Resource, Result, Setting, StackRule, Unseen, flag, types
from .cost.estimate import BUDGET, ESTIMATORS, HELPERS, Estimate, estimate
from .cost.stack import Item

_NAMED: Final = 3
"""The dearest resources that a message names."""


def _item(resource: Resource) -> Item:
    value = resource.props.value
    props: Mapping[str, object] = value if isinstance(value, dict) else {}
    return Item(
        urn=resource.urn,
        type=resource.type,
        name=resource.name,
        props=props,
        id=resource["id"].text,
        depends=resource.depends,
    )


def check_budget(resources: list[Resource], config: Config) -> Iterator[Result]:
    """The sum of what is known passes the budget, or there is none where there must be one."""
    found = estimate([_item(resource) for resource in resources])
    budgets = [resource for resource in resources if resource.type == BUDGET]
    given = Field(plain(config.values.get("budget_usd"))).number or None
    budget = given if given is not None else found.budget_usd
    urn = budgets[0].urn if budgets else None
    yield from (Unseen(f"{left.item.name} {left.why}") for left in found.hidden)
    if budget is not None:
        if found.monthly_usd > budget:
            yield Finding("", _advice(found, budget), urn)
    elif any(it["limitAmount"].unknown for it in budgets):
        yield Unseen(f"{budgets[0].name} limitAmount")
    elif config.on("required"):
        yield Finding("", "the stack has no budget: write a Budget of cost, monthly, in USD", urn)


def _advice(found: Estimate, budget: float) -> str:
    dearest = ", ".join(f"{item.name} {usd:,.0f}" for item, usd in found.by_resource()[:_NAMED])
    return (
        f"the stack would cost about {found.monthly_usd:,.0f} USD a month, its budget is {budget:,.0f}: "
        f"write smaller or fewer resources (the dearest: {dearest}), or raise the budget on purpose"
    )


stack_budget = StackRule(
    About(
        name="stack-budget",
        description="What a stack is estimated to cost a month stays within its budget.",
        severity="high",
        remedy="Choose smaller or fewer resources, or raise cost.monthly_usd in the stack file and say why.",
        controls={"SOC 2": ("A1.1",), "OWASP Agentic Top 10": ("ASI08",)},
        settings={
            "budget_usd": Setting(
                {"type": "number", "minimum": 0}, 0, "USD a month; 0: what the stack's own Budget says."
            ),
            "required": flag(default=False, purpose="A stack without any budget is a violation."),
        },
    ),
    types(*ESTIMATORS, *HELPERS),
    check_budget,
)
