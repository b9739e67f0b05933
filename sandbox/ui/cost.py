"""The estimated cost: the sum against the budget, and what it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sandbox.ui.words import count, short_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.cost import ComponentShare, CostReport, Share

_NEAR: Final = 0.9
"""From this part of the budget on it is called near."""
_LEAST_USD: Final = 1
"""What costs less isn't named."""
_TYPES: Final = 3
_BAR: Final = 24


def money(usd: float) -> str:
    """``1,234``: whole dollars, for an estimate knows no cents."""
    return f"{usd:,.0f}"


BESIDE: Final = "USD a month, estimated from list prices of us-east-1"
"""What stands beside the heading."""


def cost(report: CostReport) -> RenderableType:
    """The sum and its parts by component, and what is not in it."""
    parts: list[RenderableType] = [_sum(report)]
    shown = [share for share in report.components if share.usd >= _LEAST_USD]
    if shown:
        parts.append(_components(shown))
    if report.savings_usd >= _LEAST_USD:
        parts.append(
            Text(
                f"A Savings Plan of {report.savings_plan_usd_per_hour:.2f} USD an hour for 60 % of what always runs "
                f"would save {money(report.savings_usd)}",
                style="faint",
            )
        )
    if report.not_priced:
        reasons = ", ".join(dict.fromkeys(why for _, why in report.not_priced))
        parts.append(Text(f"{count(len(report.not_priced), 'resource')} not in the sum: {reasons}", style="warn"))
    if report.hidden:
        parts.append(Text(f"{count(len(report.hidden), 'figure')} not known before the update", style="faint"))
    return Group(*parts)


def _sum(report: CostReport) -> Text:
    share = report.share
    if share is None or report.budget_usd is None:
        return Text.assemble((money(report.monthly_usd), "count"), ("  no budget", "faint"))
    style = "bad" if share > 1 else "warn" if share >= _NEAR else "good"
    filled = min(_BAR, round(share * _BAR))
    return Text.assemble(
        (money(report.monthly_usd), "count"),
        f" of {money(report.budget_usd)}  ",
        ("━" * filled, style),
        ("━" * (_BAR - filled), "faint"),
        (f"  {share:.0%}", style),
    )


def _components(shares: Sequence[ComponentShare]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="component", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(style="faint", overflow="fold")
    for share in shares:
        table.add_row(share.name, money(share.usd), ", ".join(map(_type, _named(share.types))))
    return table


def _named(types: Sequence[Share]) -> Sequence[Share]:
    return [share for share in types if share.usd >= _LEAST_USD][:_TYPES]


def _type(share: Share) -> str:
    number = "" if share.detail == "1" else f"{share.detail} "
    return f"{number}{short_type(share.name)} {money(share.usd)}"
