"""What a stack file says about its network, and what is refused of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from components.context import StackIdentity
from components.data_classes import log_limit
from components.model import LogDays, PrivateCidr, Problem, Settings, each_once, refuse, refuse_all
from components.networking.plan import SMALLEST_PREFIX, ZONE_LETTERS, Tier, plan_pods, plan_subnets

NO_CONTROL_PLANE: Final = frozenset({"us-east-1e"})
"""Zones where EKS can't put its control plane's network interfaces (use1-az3, us-east-1e in most accounts)."""

_ZONE: Final = re.compile(rf"[a-z]+(-[a-z]+)+-[0-9][{ZONE_LETTERS}]", re.ASCII)


def _zone(value: str) -> str:
    if not _ZONE.fullmatch(value):
        refuse("a zone's name with a letter a to h, such as us-east-1a", value=value)
    if value in NO_CONTROL_PLANE:
        refuse("a zone where EKS has a control plane (us-east-1e has none)", value=value)
    return value


Zone = Annotated[str, AfterValidator(_zone)]
"""An availability zone by name, as a subnet may stand in it."""

SMALLEST_SUBNET: Final = {Tier.PUBLIC: 27, Tier.PRIVATE: 24, Tier.DATABASE: 28}
"""The longest prefix of an explicit subnet: a load balancer needs a /27, nodes of a zone a /24, RDS takes a /28."""


class InterfaceEndpoint(StrEnum):
    """AWS services that can be given an address inside the VPC: 7.30 USD a month and zone each."""

    ECR_API = "ecr.api"
    ECR_DKR = "ecr.dkr"
    STS = "sts"
    LOGS = "logs"
    MONITORING = "monitoring"
    SECRETS_MANAGER = "secretsmanager"
    KMS = "kms"
    EC2 = "ec2"
    LOAD_BALANCING = "elasticloadbalancing"
    AUTO_SCALING = "autoscaling"
    EKS = "eks"
    EKS_AUTH = "eks-auth"
    SSM = "ssm"
    SQS = "sqs"
    BEDROCK_RUNTIME = "bedrock-runtime"
    DYNAMODB = "dynamodb"
    S3 = "s3"
    XRAY = "xray"
    GUARDDUTY = "guardduty-data"


class ExplicitSubnets(Settings):
    """Subnets given by hand, one a zone in the order of ``zones``."""

    public: list[PrivateCidr]
    private: list[PrivateCidr]
    database: list[PrivateCidr]

    def tier(self, tier: Tier) -> list[IPv4Network]:
        """The subnets of one tier."""
        return {Tier.PUBLIC: self.public, Tier.PRIVATE: self.private, Tier.DATABASE: self.database}[tier]


ROUTED_TIERS: Final = (Tier.PUBLIC, Tier.PRIVATE, Tier.DATABASE)


class NetworkingSettings(Settings):
    """The VPC: its network, zones, subnets, ways out, endpoints and flow logs."""

    cidr: PrivateCidr
    """The VPC's network, /16 to /20 where the subnets are planned."""
    zones: Annotated[list[Zone], Field(max_length=len(ZONE_LETTERS)), each_once("zone")]
    """Availability zones by name. A list, never the first n: not every zone has an EKS control plane."""
    subnets: ExplicitSubnets | None = None
    """Subnets by hand. Left out, they are planned."""
    pod_cidr: PrivateCidr | None = None
    """A secondary network for pods, /16 to /20: what small private subnets need."""
    nat: Literal["per-zone", "single"] = "per-zone"
    """NAT gateways. ``single`` saves money and loses every zone's way out with one zone's."""
    interface_endpoints: Annotated[list[InterfaceEndpoint], each_once("endpoint")] = list(InterfaceEndpoint)
    """AWS services reached inside the VPC. S3 and DynamoDB gateway endpoints are free and always there."""
    flow_log_days: LogDays = 90
    """How long flow logs are kept."""
    vpn_gateway: bool = False
    """A virtual private gateway, its routes propagated to the private tier."""

    @field_validator("cidr")
    @classmethod
    def _vpc_size(cls, value: IPv4Network) -> IPv4Network:
        if not 16 <= value.prefixlen <= 28:  # noqa: PLR2004 - AWS's limits
            refuse("a network from /16 to /28, AWS's limits for a VPC", value=str(value))
        return value

    @field_validator("zones")
    @classmethod
    def _zones(cls, value: list[str]) -> list[str]:
        if len(value) < 2:  # noqa: PLR2004 - what EKS and RDS demand
            refuse("at least two availability zones: EKS and RDS demand them", value=value)
        return value

    @field_validator("subnets")
    @classmethod
    def _subnets(cls, value: ExplicitSubnets | None, info: ValidationInfo) -> ExplicitSubnets | None:
        vpc, zones = info.data.get("cidr"), info.data.get("zones")
        if value is None:
            if vpc is not None and vpc.prefixlen > SMALLEST_PREFIX:
                refuse(
                    f"a /{SMALLEST_PREFIX} or larger, or explicit subnets: this is too small to plan", at=["..", "cidr"]
                )
            return value
        refuse_all(_wrong_subnets(value, vpc, zones))
        return value

    @field_validator("pod_cidr")
    @classmethod
    def _pods(cls, value: IPv4Network | None, info: ValidationInfo) -> IPv4Network | None:
        vpc = info.data.get("cidr")
        if value is None:
            return value
        if not 16 <= value.prefixlen <= SMALLEST_PREFIX:  # noqa: PLR2004 - AWS's limit for a secondary network
            refuse(f"a network from /16 to /{SMALLEST_PREFIX}", value=str(value))
        if vpc is not None and value.overlaps(vpc):
            refuse(f"a network that doesn't overlap the VPC's {vpc}", value=str(value))
        return value

    def networks(self) -> dict[Tier, dict[str, IPv4Network]]:
        """Every subnet by tier and zone, planned or by hand."""
        if self.subnets is None:
            tiers = plan_subnets(self.cidr, self.zones, ROUTED_TIERS)
        else:
            tiers = {t: dict(zip(self.zones, self.subnets.tier(t), strict=True)) for t in ROUTED_TIERS}
        if self.pod_cidr is not None:
            tiers[Tier.PODS] = plan_pods(self.pod_cidr, self.zones)
        return tiers

    def cidrs(self, *tiers: Tier) -> list[str]:
        """The networks of ``tiers`` as text, tier by tier in the order of the zones."""
        networks = self.networks()
        return [str(network) for tier in tiers for network in networks.get(tier, {}).values()]


def _wrong_subnets(subnets: ExplicitSubnets, vpc: IPv4Network | None, zones: list[str] | None) -> Iterator[Problem]:
    taken: list[tuple[str, IPv4Network]] = []
    for tier in ROUTED_TIERS:
        networks = subnets.tier(tier)
        if zones is not None and len(networks) != len(zones):
            shown = [str(n) for n in networks]
            yield Problem((tier.value,), shown, f"one subnet a zone, in the order of the {len(zones)} zones")
        for index, network in enumerate(networks):
            path, shown_one = (tier.value, index), str(network)
            rival = next((name for name, other in taken if other.overlaps(network)), None)
            taken.append((f"{tier.value}[{index}]", network))
            if vpc is not None and not network.subnet_of(vpc):
                yield Problem(path, shown_one, f"a subnet of the VPC's {vpc}")
            elif network.prefixlen > SMALLEST_SUBNET[tier]:
                yield Problem(path, shown_one, f"a /{SMALLEST_SUBNET[tier]} or larger for the {tier.value} tier")
            elif rival is not None:
                yield Problem(path, shown_one, f"a subnet that doesn't overlap {rival}")


def check(identity: StackIdentity, settings: NetworkingSettings) -> Iterator[Problem]:
    """What must hold between the stack's identity and its network."""
    for index, zone in enumerate(settings.zones):
        if not zone.startswith(identity.region):
            yield Problem(("networking", "zones", index), zone, f"a zone of the stack's region, {identity.region}")
    limit = log_limit(production=identity.production)
    if settings.flow_log_days > limit:
        yield Problem(
            ("networking", "flow_log_days"),
            settings.flow_log_days,
            f"at most {limit} days, the limit of operational logs in this environment",
        )
    runner = identity.runner.cidr
    for what, network in (("networking.cidr", settings.cidr), ("networking.pod_cidr", settings.pod_cidr)):
        if runner is not None and network is not None and runner.overlaps(network):
            yield Problem(
                ("stack", "runner", "cidr"),
                str(runner),
                f"a network apart from {what}, {network}: overlapping networks can't be peered",
            )
    if identity.production and settings.nat == "single":
        yield Problem(
            ("networking", "nat"),
            settings.nat,
            "per-zone in production: one NAT gateway is one zone's fault away from none",
        )
