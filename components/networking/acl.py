"""The network ACLs of the three tiers, as data.

ACLs know no connections: what a tier asks for outside comes back to an ephemeral port, which must be open inward.
They are the coarse second fence behind the security groups: no tier admits SSH or RDP from the internet, and the
database tier speaks to the private tier only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from components.networking.plan import Tier

ANYWHERE: Final = "0.0.0.0/0"
TCP: Final = "tcp"
UDP: Final = "udp"
ALL: Final = "-1"
_RETURNS: Final = ((1024, 3388), (3390, 65535))
"""Where answers from outside arrive: all ports that NAT gateways, load balancers and nodes use, less RDP's, which FSBP
EC2.21 wants closed to the internet. One connection in 64,512 meets that port and is retried. Nodes use as many: vpc-cni
gives a pod's connection its node's address and a random port of 1024-65535, whatever Linux's own range is
(aws/amazon-vpc-cni-k8s#509, #1893), so with 32768 and up alone half of them would get no answer."""
_EPHEMERAL: Final = (1024, 65535)
DATABASE_PORTS: Final = (3306, 5432, 6379)
"""MySQL, PostgreSQL, Redis and Valkey."""


@dataclass(frozen=True)
class Rule:
    """One allowed direction: ports inclusive, 0-0 for all protocols. Numbers follow from the order."""

    protocol: str
    ports: tuple[int, int]
    cidr: str
    egress: bool = False


def rules(
    tier: Tier,
    *,
    vpc: Sequence[str],
    private: Sequence[str],
    database: Sequence[str],
    runners: Sequence[str] = (),
) -> list[Rule]:
    """The rules of ``tier``, given the networks of the whole VPC, of nodes and pods, of the stores and of runners.

    Runners reach the interfaces of the control plane, which stand in the private tier; answers to them go the way that
    all answers from there go.
    """
    if tier is Tier.PUBLIC:
        return [
            Rule(TCP, (80, 80), ANYWHERE),
            Rule(TCP, (443, 443), ANYWHERE),
            *(Rule(protocol, ports, ANYWHERE) for protocol in (TCP, UDP) for ports in _RETURNS),
            *(Rule(ALL, (0, 0), cidr) for cidr in vpc),
            Rule(ALL, (0, 0), ANYWHERE, egress=True),
        ]
    if tier in (Tier.PRIVATE, Tier.PODS):
        return [
            *(Rule(ALL, (0, 0), cidr) for cidr in vpc),
            *(Rule(TCP, (443, 443), cidr) for cidr in runners if tier is Tier.PRIVATE),
            *(Rule(protocol, ports, ANYWHERE) for protocol in (TCP, UDP) for ports in _RETURNS),
            Rule(ALL, (0, 0), ANYWHERE, egress=True),
        ]
    return [
        *(Rule(TCP, (port, port), cidr) for cidr in private for port in DATABASE_PORTS),
        *(Rule(TCP, _EPHEMERAL, cidr) for cidr in database),
        *(Rule(TCP, _EPHEMERAL, cidr, egress=True) for cidr in (*private, *database)),
    ]
