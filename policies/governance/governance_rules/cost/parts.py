"""What a resource's cost is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from . import assumptions as assumed
from .prices import PRICES, Price
from .stack import Item, Stack


@dataclass(frozen=True)
class Part:
    """So much of something at a price."""

    what: str
    quantity: float
    price: Price
    factor: float = 1.0

    @property
    def usd(self) -> float:
        """USD a month."""
        return self.quantity * self.price.usd * self.factor


@dataclass(frozen=True)
class Unpriced:
    """Something that costs, and whose price isn't in the table."""

    why: str


@dataclass(frozen=True)
class Hidden:
    """A figure that decides and isn't known yet."""

    path: str


Found: TypeAlias = "Iterator[Part | Unpriced | Hidden]"
Estimator: TypeAlias = "Callable[[Item, Stack], Found]"


def hours(what: str, count: float, price: Price, factor: float = 1.0) -> Part:
    """``count`` of something for a month, at a price an hour."""
    return Part(what, count * assumed.HOURS.value, price, factor)


def always(what: str, count: float, price: str) -> Part:
    """``count`` of something for a month, at the price of that name an hour."""
    return hours(what, count, PRICES[price])


def some(what: str, quantity: float, price: str) -> Part:
    """A quantity a month at the price of that name."""
    return Part(what, quantity, PRICES[price])
