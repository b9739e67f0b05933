"""The planner's laws, over every network, set of zones and set of tiers that it accepts."""

from __future__ import annotations

from ipaddress import IPv4Network
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.networking.plan import ZONE_LETTERS, Tier, plan_pods, plan_subnets

PLANNED = (Tier.PUBLIC, Tier.PRIVATE, Tier.DATABASE)

networks = st.builds(
    lambda prefix, seed: IPv4Network((((10 << 24) | seed) >> (32 - prefix) << (32 - prefix), prefix)),
    st.integers(16, 20),
    st.integers(0, 2**24 - 1),
)
zone_sets = st.lists(st.sampled_from(ZONE_LETTERS), min_size=1, unique=True).map(
    lambda letters: [f"us-east-1{letter}" for letter in letters]
)
tier_sets = st.lists(st.sampled_from(PLANNED), min_size=1, unique=True)


def flat(plan: dict[Tier, dict[str, IPv4Network]]) -> dict[tuple[Tier, str], IPv4Network]:
    return {(tier, zone): network for tier, zones in plan.items() for zone, network in zones.items()}


@given(networks, zone_sets, tier_sets)
def test_every_subnet_is_inside_and_none_overlap(vpc: IPv4Network, zones: list[str], tiers: list[Tier]) -> None:
    subnets = flat(plan_subnets(vpc, zones, tiers))
    assert set(subnets) == {(tier, zone) for tier in tiers for zone in zones}
    assert all(network.subnet_of(vpc) for network in subnets.values())
    assert not any(a.overlaps(b) for a, b in combinations(subnets.values(), 2))


@given(networks, zone_sets, tier_sets, st.data())
def test_adding_zones_or_tiers_renumbers_nothing(
    vpc: IPv4Network, zones: list[str], tiers: list[Tier], data: st.DataObject
) -> None:
    before = flat(plan_subnets(vpc, zones, tiers))
    more_zones = data.draw(st.permutations([f"us-east-1{letter}" for letter in ZONE_LETTERS]))
    after = flat(plan_subnets(vpc, more_zones, PLANNED))
    assert {key: after[key] for key in before} == before


@given(networks, zone_sets, tier_sets)
def test_order_does_not_matter(vpc: IPv4Network, zones: list[str], tiers: list[Tier]) -> None:
    assert plan_subnets(vpc, zones, tiers) == plan_subnets(vpc, zones[::-1], tiers[::-1])


@given(networks, zone_sets)
def test_pod_subnets_are_inside_and_disjoint(secondary: IPv4Network, zones: list[str]) -> None:
    subnets = plan_pods(secondary, zones)
    assert all(network.subnet_of(secondary) for network in subnets.values())
    assert not any(a.overlaps(b) for a, b in combinations(subnets.values(), 2))


def test_sizes_in_a_slash_16() -> None:
    plan = plan_subnets(IPv4Network("10.1.0.0/16"), ["us-east-1b"], PLANNED)
    assert plan == {
        Tier.PUBLIC: {"us-east-1b": IPv4Network("10.1.48.0/22")},
        Tier.PRIVATE: {"us-east-1b": IPv4Network("10.1.32.0/20")},
        Tier.DATABASE: {"us-east-1b": IPv4Network("10.1.52.0/22")},
    }


def test_a_vpc_too_small_to_plan_is_refused() -> None:
    with pytest.raises(ValueError, match="smaller than a /20"):
        plan_subnets(IPv4Network("10.0.0.0/21"), ["us-east-1a"], PLANNED)


def test_a_zone_with_no_slice_is_refused() -> None:
    with pytest.raises(ValueError, match="substring not found"):
        plan_subnets(IPv4Network("10.0.0.0/16"), ["us-east-1z"], PLANNED)
