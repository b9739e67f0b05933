"""The subnet planner: a pure function from a network, its zones and its tiers to one subnet for each zone and tier.

The network is cut into eight equal slices, one a zone *letter* (``us-east-1c`` always has the third), and a slice
into sixteenths of fixed use: the first half is private (nodes and pods), then four quarters of the rest, of which
two are public and database and two stand in reserve for tiers to come. A slice or a part that isn't used stays
empty, so adding a zone or a tier never renumbers what is there. In a /16 a private subnet is a /20 (4,096
addresses), the others a /22.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Final

ZONE_LETTERS: Final = "abcdefgh"
"""A slice for each letter that a zone may end in; AWS uses up to six in a region."""
_SLICE_BITS: Final = 3

SMALLEST_PREFIX: Final = 20
"""The longest prefix of a planned VPC: a /20 still gives private subnets of 251 usable addresses."""


class Tier(StrEnum):
    """What a subnet is for, which decides its routes."""

    PUBLIC = "public"
    PRIVATE = "private"
    DATABASE = "database"
    PODS = "pods"


@dataclass(frozen=True)
class _Part:
    """Where in a zone's slice a tier lies: ``bits`` longer than the slice, the ``index``-th of that size."""

    bits: int
    index: int


_PARTS: Final = {
    Tier.PRIVATE: _Part(1, 0),
    Tier.PUBLIC: _Part(3, 4),
    Tier.DATABASE: _Part(3, 5),
    # parts 6 and 7 are in reserve
}


def zone_slot(zone: str) -> int:
    """The slice of an availability zone, by its letter. ``ValueError`` for a letter outside a-h."""
    return ZONE_LETTERS.index(zone[-1])


def _part(network: IPv4Network, bits: int, index: int) -> IPv4Network:
    prefix = network.prefixlen + bits
    return IPv4Network((int(network.network_address) + (index << (32 - prefix)), prefix))


def plan_subnets(vpc: IPv4Network, zones: Sequence[str], tiers: Sequence[Tier]) -> dict[Tier, dict[str, IPv4Network]]:
    """One subnet for each of ``tiers`` and ``zones``, all inside ``vpc`` and disjoint.

    ``ValueError`` where ``vpc`` is too small (longer than /20), a zone's letter has no slice, or a tier has no part.
    """
    if vpc.prefixlen > SMALLEST_PREFIX:
        raise ValueError(f"{vpc} is smaller than a /{SMALLEST_PREFIX}")
    planned: dict[Tier, dict[str, IPv4Network]] = {}
    for tier in tiers:
        if tier not in _PARTS:
            raise ValueError(f"the tier {tier} has no part in a zone's slice")
        part = _PARTS[tier]
        planned[tier] = {zone: _part(_part(vpc, _SLICE_BITS, zone_slot(zone)), part.bits, part.index) for zone in zones}
    return planned


def plan_pods(secondary: IPv4Network, zones: Sequence[str]) -> dict[str, IPv4Network]:
    """One pod subnet a zone out of the secondary network: an eighth each, by zone letter."""
    return {zone: _part(secondary, _SLICE_BITS, zone_slot(zone)) for zone in zones}
