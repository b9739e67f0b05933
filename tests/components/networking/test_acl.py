"""The ACLs evaluated packet by packet, the way a stateless filter does."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from components.networking.acl import ALL, TCP, UDP, Rule, rules
from components.networking.plan import Tier

VPC = ["10.1.0.0/16", "100.64.0.0/16"]
PRIVATE = ["10.1.0.0/20", "10.1.32.0/20", "10.1.64.0/20", "100.64.0.0/16"]
DATABASE = ["10.1.20.0/22", "10.1.52.0/22", "10.1.84.0/22"]
PRIVATE_HOST, POD, DATABASE_HOST, PUBLIC_HOST, INTERNET = "10.1.1.7", "100.64.9.9", "10.1.21.4", "10.1.16.9", "8.8.8.8"


def tier_rules(tier: Tier) -> list[Rule]:
    return rules(tier, vpc=VPC, private=PRIVATE, database=DATABASE)


def allowed(tier: Tier, peer: str, port: int, *, egress: bool, protocol: str = TCP) -> bool:
    return any(
        rule.egress is egress
        and rule.protocol in (ALL, protocol)
        and ip_address(peer) in ip_network(rule.cidr)
        and (rule.protocol == ALL or rule.ports[0] <= port <= rule.ports[1])
        for rule in tier_rules(tier)
    )


def conversation(tier: Tier, peer: str, port: int, *, outward: bool, back: int = 45000) -> bool:
    """Whether a connection passes: the question to ``port`` one way, the answer to ``back`` the other."""
    return allowed(tier, peer, port, egress=outward) and allowed(tier, peer, back, egress=not outward)


@pytest.mark.parametrize("peer", [PRIVATE_HOST, POD])
@pytest.mark.parametrize("port", [5432, 6379, 3306])
def test_nodes_and_pods_reach_the_stores(peer: str, port: int) -> None:
    assert conversation(Tier.DATABASE, peer, port, outward=False)


@pytest.mark.parametrize(
    ("peer", "port"), [(INTERNET, 5432), (PUBLIC_HOST, 5432), (PRIVATE_HOST, 22), (PRIVATE_HOST, 443)]
)
def test_nothing_else_reaches_the_stores(peer: str, port: int) -> None:
    assert not conversation(Tier.DATABASE, peer, port, outward=False)


@pytest.mark.parametrize("port", [80, 443])
def test_the_stores_reach_nothing_outside(port: int) -> None:
    assert not conversation(Tier.DATABASE, INTERNET, port, outward=True)


@pytest.mark.parametrize("tier", [Tier.PRIVATE, Tier.PODS, Tier.PUBLIC])
def test_the_way_out_is_open(tier: Tier) -> None:
    assert conversation(tier, INTERNET, 443, outward=True)


@pytest.mark.parametrize("tier", [Tier.PRIVATE, Tier.PODS, Tier.PUBLIC])
@pytest.mark.parametrize("protocol", [TCP, UDP])
@pytest.mark.parametrize("back", [1024, 2000, 32767, 32768, 65535])
def test_an_answer_arrives_at_every_port_that_a_translated_connection_may_have(
    tier: Tier, protocol: str, back: int
) -> None:
    assert allowed(tier, INTERNET, back, egress=False, protocol=protocol)


@pytest.mark.parametrize("tier", list(Tier))
@pytest.mark.parametrize("port", [22, 3389])
def test_no_administration_from_the_internet(tier: Tier, port: int) -> None:
    assert not allowed(tier, INTERNET, port, egress=False)


def test_the_load_balancers_answer_the_internet() -> None:
    assert conversation(Tier.PUBLIC, INTERNET, 443, outward=False)


def test_the_private_tier_takes_nothing_that_it_did_not_ask_for() -> None:
    assert not conversation(Tier.PRIVATE, INTERNET, 443, outward=False)


@pytest.mark.parametrize("tier", list(Tier))
@pytest.mark.parametrize("egress", [True, False])
def test_within_the_quota_of_twenty_rules(tier: Tier, *, egress: bool) -> None:
    assert sum(rule.egress is egress for rule in tier_rules(tier)) <= 20


@pytest.mark.parametrize("tier", list(Tier))
def test_runners_reach_the_control_planes_interfaces_and_nothing_else(tier: Tier) -> None:
    runner = "10.255.0.0/24"
    without = rules(tier, vpc=VPC, private=PRIVATE, database=DATABASE)
    found = rules(tier, vpc=VPC, private=PRIVATE, database=DATABASE, runners=[runner])
    more = [rule for rule in found if rule not in without]
    assert more == ([Rule(TCP, (443, 443), runner)] if tier is Tier.PRIVATE else [])
    assert sum(not rule.egress for rule in found) <= 20
