"""What a stack file says of its cost: the budget, who is told, what is watched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from components.context import StackIdentity
from components.model import Email, Problem, Settings, each_once

MonitorArn = Annotated[str, StringConstraints(pattern=r"^arn:aws:ce::[0-9]{12}:anomalymonitor/[0-9a-f-]{36}$")]

_MOST_ADDRESSES: Final = 10
"""Addresses that AWS Budgets takes a notification."""


class CostSettings(Settings):
    """The stack's budget and who hears of it."""

    monthly_usd: Annotated[int, Field(ge=1, le=1_000_000, strict=True)]
    """USD a month. An estimate above it stops the stack before anything is made."""
    mail: Annotated[list[Email], Field(max_length=_MOST_ADDRESSES), each_once("address")] = []
    """Who is told, beside the topic's other readers."""
    tags_active: bool = False
    """Whether the account's payer has activated the tags ``Project`` and ``Environment`` for cost allocation. Before
    that a budget that is filtered by them reads 0 and never fires; activating needs a day of billed use."""
    anomaly_monitor: MonitorArn | None = None
    """ARN of the account's anomaly monitor, of which there is one an account. Left out: anomalies are not told of."""
    anomaly_usd: Annotated[int, Field(ge=1, le=100_000, strict=True)] = 50
    """USD that an anomaly must have cost to be told of."""


def check(identity: StackIdentity, settings: CostSettings) -> Iterator[Problem]:
    """What must hold between a stack and its budget."""
    monitor = settings.anomaly_monitor
    if monitor is not None and monitor.split(":")[4] != identity.account_id:
        yield Problem(("cost", "anomaly_monitor"), monitor, f"a monitor of the stack's account, {identity.account_id}")
    if identity.production and not settings.mail:
        yield Problem(
            ("cost", "mail"), settings.mail, "at least one in production: a topic that nobody reads tells nobody"
        )
