"""What lookups of another stack's resources answer: what AWS would, had that stack made them.

Nothing is known here of other stacks, so what is asked for by name is taken to exist, once, as it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from sandbox.cloud.aws.network import default_of_vpc
from sandbox.cloud.identity import hexadecimal
from sandbox.cloud.refusal import Refused
from sandbox.model import Properties

if TYPE_CHECKING:
    from sandbox.cloud.provider import ProviderConfig

Function = Callable[[Properties, "ProviderConfig"], Properties]


def _region(args: Properties, provider: ProviderConfig) -> str:
    region = args.get("region")
    return region if isinstance(region, str) else provider.region


def _named(args: Properties) -> str:
    tags = args.get("tags")
    name = tags.get("Name") if isinstance(tags, dict) else None
    if not isinstance(name, str):
        raise Refused("tags: the simulated cloud finds what another stack made by its tag Name only")
    return name


def _vpc(args: Properties, provider: ProviderConfig) -> Properties:
    region, name, cidr = _region(args, provider), _named(args), args.get("cidrBlock")
    if not isinstance(cidr, str):
        raise Refused("cidrBlock: the simulated cloud knows no other stack's networks; say which one is looked for")
    whose = f"{provider.account}/{region}/{name}"
    id_ = f"vpc-{hexadecimal(whose, 17)}"
    association = f"vpc-cidr-assoc-{hexadecimal(f'{whose}/cidr', 17)}"
    return {
        **args,
        "id": id_,
        "region": region,
        "arn": f"arn:aws:ec2:{region}:{provider.account}:vpc/{id_}",
        "cidrBlock": cidr,
        "cidrBlockAssociations": [{"associationId": association, "cidrBlock": cidr, "state": "associated"}],
        "default": False,
        "dhcpOptionsId": f"dopt-{hexadecimal(f'{provider.account}/{region}/dopt', 17)}",
        "enableDnsHostnames": True,
        "enableDnsSupport": True,
        "enableNetworkAddressUsageMetrics": False,
        "instanceTenancy": "default",
        "ipv6AssociationId": "",
        "ipv6CidrBlock": "",
        "ipv6CidrBlockAssociations": [],
        "mainRouteTableId": default_of_vpc(id_, "rtb"),
        "ownerId": provider.account,
        "state": "available",
    }


def _route_table(args: Properties, provider: ProviderConfig) -> Properties:
    region, name, vpc = _region(args, provider), _named(args), args.get("vpcId")
    if not isinstance(vpc, str) or not vpc.startswith("vpc-"):
        raise Refused("vpcId: the ID of the VPC is wanted that the table is of")
    id_ = f"rtb-{hexadecimal(f'{vpc}/{name}', 17)}"
    return {
        **args,
        "id": id_,
        "region": region,
        "arn": f"arn:aws:ec2:{region}:{provider.account}:route-table/{id_}",
        "associations": [],
        "gatewayId": "",
        "ownerId": provider.account,
        "routeTableId": id_,
        "routes": [],
        "subnetId": "",
    }


def _alias(args: Properties, provider: ProviderConfig) -> Properties:
    region, name = _region(args, provider), args.get("name")
    if not isinstance(name, str) or not name.startswith("alias/"):
        raise Refused("name: an alias begins with alias/")
    # another stack's key in this region is a replica, whose ID its primary has too
    key = f"mrk-{hexadecimal(f'{provider.account}/{name}', 32)}"
    arn = f"arn:aws:kms:{region}:{provider.account}"
    return {
        **args,
        "id": f"{arn}:{name}",
        "region": region,
        "arn": f"{arn}:{name}",
        "targetKeyArn": f"{arn}:key/{key}",
        "targetKeyId": key,
    }


FUNCTIONS: Final[Mapping[str, Function]] = {
    "aws:kms/getAlias:getAlias": _alias,
    "aws:ec2/getVpc:getVpc": _vpc,
    "aws:ec2/getRouteTable:getRouteTable": _route_table,
}
