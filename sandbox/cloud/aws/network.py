"""What EC2 networking and load balancers answer. Prefixes of IDs: AWS's own resource ID formats (17 digits)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sandbox.cloud.identity import hexadecimal
from sandbox.cloud.making import Maker, Making
from sandbox.model import Properties, Value

ZONE_IDS: Final[Mapping[str, str]] = {
    # the zone IDs that the letters have in the account; AWS shuffles them for each account
    "a": "az1",
    "b": "az2",
    "c": "az4",
    "d": "az6",
    "e": "az3",
    "f": "az5",
}
_ZONE_PREFIX: Final[Mapping[str, str]] = {
    "us-east-1": "use1",
    "us-east-2": "use2",
    "us-west-1": "usw1",
    "us-west-2": "usw2",
}
_PREFIX_LISTS: Final[Mapping[tuple[str, str], str]] = {
    # AWS's own prefix lists for gateway endpoints
    ("us-east-1", "s3"): "pl-63a5400a",
    ("us-east-1", "dynamodb"): "pl-02cd2c6b",
    ("us-west-2", "s3"): "pl-68a54001",
    ("us-west-2", "dynamodb"): "pl-00a54069",
}
LOAD_BALANCER_ZONES: Final[Mapping[str, tuple[str, str]]] = {
    # hosted zones of application and network load balancers
    "us-east-1": ("Z35SXDOTRQ7X7K", "Z26RNL4JYFTOTI"),
    "us-east-2": ("Z3AADJGX6KTTL2", "ZLMOA37VPKANP"),
    "us-west-1": ("Z368ELLRRE2KJ0", "Z24FKFUX50B4VW"),
    "us-west-2": ("Z1H1FL5HABSF5", "Z18D5FSROUN65G"),
}


def zone_id(zone: str) -> str:
    """``use1-az1`` for ``us-east-1a``."""
    region, letter = zone[:-1], zone[-1:]
    return f"{_ZONE_PREFIX.get(region, region)}-{ZONE_IDS.get(letter, 'az1')}"


def default_of_vpc(vpc: str, prefix: str) -> str:
    """ID of what comes with every VPC: its default security group, network ACL and main route table."""
    return f"{prefix}-{hexadecimal(f'{vpc}/default/{prefix}', 17)}"


def prefix_list(region: str, service: str) -> str:
    """ID of the prefix list of a service's gateway endpoint."""
    return _PREFIX_LISTS.get((region, service), f"pl-{hexadecimal(f'{region}/{service}', 8)}")


def _simple(prefix: str, kind: str = "") -> Maker:
    """``<prefix>-<17 digits>``; with ``kind`` an ARN ``arn:aws:ec2:...:<kind>/<id>`` and the owner too."""

    def make(making: Making) -> tuple[str, Properties]:
        id_ = f"{prefix}-{making.hex(17)}"
        if not kind:
            return id_, {}
        return id_, {"arn": making.arn("ec2", f"{kind}/{id_}"), "ownerId": making.account}

    return make


def _vpc(making: Making) -> tuple[str, Properties]:
    id_ = f"vpc-{making.hex(17)}"
    table = default_of_vpc(id_, "rtb")
    outputs: Properties = {
        "arn": making.arn("ec2", f"vpc/{id_}"),
        "ownerId": making.account,
        "defaultSecurityGroupId": default_of_vpc(id_, "sg"),
        "defaultNetworkAclId": default_of_vpc(id_, "acl"),
        "defaultRouteTableId": table,
        "mainRouteTableId": table,
        "dhcpOptionsId": f"dopt-{hexadecimal(f'{making.account}/{making.region}/dopt', 17)}",
    }
    if "enableDnsSupport" not in making.inputs:
        outputs["enableDnsSupport"] = True
    if making.inputs.get("assignGeneratedIpv6CidrBlock") is True:
        outputs["ipv6CidrBlock"] = f"2600:1f18:{making.hex(4)}:{making.hex(2, 'v6')}00::/56"
        outputs["ipv6AssociationId"] = f"vpc-cidr-assoc-{making.hex(17, 'v6')}"
    return id_, outputs


def _subnet(making: Making) -> tuple[str, Properties]:
    id_ = f"subnet-{making.hex(17)}"
    outputs: Properties = {"arn": making.arn("ec2", f"subnet/{id_}"), "ownerId": making.account}
    zone = making.text("availabilityZone")
    if zone:
        outputs["availabilityZoneId"] = zone_id(zone)
    elif "availabilityZone" not in making.inputs:
        outputs["availabilityZone"] = f"{making.region}a"
    if making.text("ipv6CidrBlock"):
        outputs["ipv6CidrBlockAssociationId"] = f"subnet-cidr-assoc-{making.hex(17, 'v6')}"
    return id_, outputs


def _address(making: Making) -> str:
    """A public address out of one of the networks that documentation may use (RFC 5737)."""
    return f"203.0.113.{1 + making.number(254, 'address')}"


def _private_address(making: Making) -> str:
    return f"10.{making.number(256, 'a')}.{making.number(256, 'b')}.{4 + making.number(250, 'c')}"


def _eip(making: Making) -> tuple[str, Properties]:
    id_, address = f"eipalloc-{making.hex(17)}", _address(making)
    dashed = address.replace(".", "-")
    domain = "compute-1" if making.region == "us-east-1" else f"{making.region}.compute"
    return id_, {
        "allocationId": id_,
        "arn": making.arn("ec2", f"elastic-ip/{id_}"),
        "publicIp": address,
        "publicDns": f"ec2-{dashed}.{domain}.amazonaws.com",
        "publicIpv4Pool": "amazon",
        "domain": "vpc",
    }


def _nat_gateway(making: Making) -> tuple[str, Properties]:
    outputs: Properties = {
        "networkInterfaceId": f"eni-{making.hex(17, 'eni')}",
        "privateIp": _private_address(making),
    }
    if making.text("connectivityType", "public") == "public":
        outputs["publicIp"] = _address(making)
        outputs["associationId"] = f"eipassoc-{making.hex(17, 'association')}"
    return f"nat-{making.hex(17)}", outputs


def _default(prefix: str, kind: str, key: str) -> Maker:
    """What the provider adopts instead of making it: the VPC's own, so its ID is the VPC's to tell."""

    def make(making: Making) -> tuple[str, Properties]:
        given = making.text(key)
        id_ = given if given.startswith(f"{prefix}-") else default_of_vpc(given, prefix)
        return id_, {"arn": making.arn("ec2", f"{kind}/{id_}"), "ownerId": making.account}

    return make


def _route(making: Making) -> tuple[str, Properties]:
    table = making.text("routeTableId", "rtb-unknown")
    return f"r-{table}{making.number(2**31)}", {"origin": "CreateRoute", "state": "active"}


def _endpoint(making: Making) -> tuple[str, Properties]:
    id_ = f"vpce-{making.hex(17)}"
    outputs: Properties = {
        "arn": making.arn("ec2", f"vpc-endpoint/{id_}"),
        "ownerId": making.account,
        "state": "available",
        "requesterManaged": False,
    }
    service = making.text("serviceName").rsplit(".", 1)[-1]
    if making.text("vpcEndpointType", "Gateway") == "Gateway":
        outputs["prefixListId"] = prefix_list(making.region, service)
        return id_, outputs
    subnets = making.items("subnetIds")
    interfaces: list[Value] = [f"eni-{making.hex(17, f'eni/{index}')}" for index in range(len(subnets))]
    outputs["networkInterfaceIds"] = interfaces
    outputs["dnsEntries"] = [
        {
            "dnsName": f"{id_}-{making.hex(8, 'dns')}.{service}.{making.region}.vpce.amazonaws.com",
            "hostedZoneId": f"Z{making.letters(20, 'zone')}",
        }
    ]
    return id_, outputs


def _tag(making: Making) -> tuple[str, Properties]:
    return f"{making.text('resourceId')},{making.text('key')}", {}


def _security_group_rule(making: Making) -> tuple[str, Properties]:
    id_ = f"sgr-{making.hex(17)}"
    return id_, {
        "arn": making.arn("ec2", f"security-group-rule/{id_}"),
        "securityGroupRuleId": id_,
    }


def _launch_template(making: Making) -> tuple[str, Properties]:
    id_ = f"lt-{making.hex(17)}"
    outputs: Properties = {"arn": making.arn("ec2", f"launch-template/{id_}"), "latestVersion": 1}
    if "defaultVersion" not in making.inputs:
        outputs["defaultVersion"] = 1
    return id_, outputs


def _instance(making: Making) -> tuple[str, Properties]:
    id_, private = f"i-{making.hex(17)}", _private_address(making)
    return id_, {
        "arn": making.arn("ec2", f"instance/{id_}"),
        "instanceState": "running",
        "privateIp": private,
        "privateDns": f"ip-{private.replace('.', '-')}.ec2.internal",
        "primaryNetworkInterfaceId": f"eni-{making.hex(17, 'eni')}",
    }


def _load_balancer(making: Making) -> tuple[str, Properties]:
    name = making.text("name")
    kind = making.text("loadBalancerType", "application")
    short = {"application": "app", "network": "net", "gateway": "gwy"}.get(kind, "app")
    suffix = f"{short}/{name}/{making.hex(16)}"
    arn = making.arn("elasticloadbalancing", f"loadbalancer/{suffix}")
    internal = "internal-" if making.inputs.get("internal") is True else ""
    zones = LOAD_BALANCER_ZONES.get(making.region, LOAD_BALANCER_ZONES["us-east-1"])
    host = "elb." if kind == "network" else ""
    region = f"{host}{making.region}" if kind == "network" else f"{making.region}.elb"
    outputs: Properties = {
        "arn": arn,
        "arnSuffix": suffix,
        "dnsName": f"{internal}{name}-{making.number(10**9, 'dns')}.{region}.amazonaws.com",
        "zoneId": zones[1] if kind == "network" else zones[0],
        "vpcId": making.vpc_of(making.items("subnets")),
    }
    return arn, outputs


def _target_group(making: Making) -> tuple[str, Properties]:
    suffix = f"targetgroup/{making.text('name')}/{making.hex(16)}"
    arn = making.arn("elasticloadbalancing", suffix)
    return arn, {"arn": arn, "arnSuffix": suffix, "loadBalancerArns": []}


def _listener(making: Making) -> tuple[str, Properties]:
    balancer = making.text("loadBalancerArn")
    arn = f"{balancer.replace(':loadbalancer/', ':listener/')}/{making.hex(16)}"
    return arn, {"arn": arn}


def _listener_rule(making: Making) -> tuple[str, Properties]:
    arn = f"{making.text('listenerArn').replace(':listener/', ':listener-rule/')}/{making.hex(16)}"
    return arn, {"arn": arn}


MAKERS: Final[Mapping[str, Maker]] = {
    "aws:ec2/vpc:Vpc": _vpc,
    "aws:ec2/subnet:Subnet": _subnet,
    "aws:ec2/internetGateway:InternetGateway": _simple("igw", "internet-gateway"),
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway": _simple("eigw"),
    "aws:ec2/natGateway:NatGateway": _nat_gateway,
    "aws:ec2/eip:Eip": _eip,
    "aws:ec2/routeTable:RouteTable": _simple("rtb", "route-table"),
    "aws:ec2/defaultRouteTable:DefaultRouteTable": _default("rtb", "route-table", "defaultRouteTableId"),
    "aws:ec2/route:Route": _route,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _simple("rtbassoc"),
    "aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation": _simple("rtbassoc"),
    "aws:ec2/securityGroup:SecurityGroup": _simple("sg", "security-group"),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _default("sg", "security-group", "vpcId"),
    "aws:ec2/securityGroupRule:SecurityGroupRule": lambda m: (
        f"sgrule-{m.number(2**32)}",
        {"securityGroupRuleId": f"sgr-{m.hex(17)}"},
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _security_group_rule,
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _security_group_rule,
    "aws:ec2/networkAcl:NetworkAcl": _simple("acl", "network-acl"),
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": _default("acl", "network-acl", "defaultNetworkAclId"),
    "aws:ec2/networkAclRule:NetworkAclRule": lambda m: (f"nacl-{m.number(2**32)}", {}),
    "aws:ec2/networkAclAssociation:NetworkAclAssociation": _simple("aclassoc"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _endpoint,
    "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation": lambda m: (
        f"a-{m.text('vpcEndpointId')}{m.number(2**32)}",
        {},
    ),
    "aws:ec2/flowLog:FlowLog": lambda m: (
        f"fl-{m.hex(17)}",
        {"arn": m.arn("ec2", f"vpc-flow-log/fl-{m.hex(17)}")},
    ),
    "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": _simple("vpc-cidr-assoc"),
    "aws:ec2/vpcIpv6CidrBlockAssociation:VpcIpv6CidrBlockAssociation": _simple("vpc-cidr-assoc"),
    "aws:ec2/vpcDhcpOptions:VpcDhcpOptions": _simple("dopt", "dhcp-options"),
    "aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation": lambda m: (
        f"{m.text('dhcpOptionsId')}-{m.text('vpcId')}",
        {},
    ),
    "aws:ec2/vpnGateway:VpnGateway": lambda m: (
        f"vgw-{m.hex(17)}",
        {"arn": m.arn("ec2", f"vpn-gateway/vgw-{m.hex(17)}")},
    ),
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": lambda m: (f"pcx-{m.hex(17)}", {"acceptStatus": "active"}),
    "aws:ec2/managedPrefixList:ManagedPrefixList": lambda m: (
        f"pl-{m.hex(17)}",
        {"arn": m.arn("ec2", f"prefix-list/pl-{m.hex(17)}"), "ownerId": m.account, "version": 1},
    ),
    "aws:ec2/networkInterface:NetworkInterface": _simple("eni", "network-interface"),
    "aws:ec2/launchTemplate:LaunchTemplate": _launch_template,
    "aws:ec2/instance:Instance": _instance,
    "aws:ec2/tag:Tag": _tag,
    "aws:lb/loadBalancer:LoadBalancer": _load_balancer,
    "aws:alb/loadBalancer:LoadBalancer": _load_balancer,
    "aws:lb/targetGroup:TargetGroup": _target_group,
    "aws:alb/targetGroup:TargetGroup": _target_group,
    "aws:lb/listener:Listener": _listener,
    "aws:alb/listener:Listener": _listener,
    "aws:lb/listenerRule:ListenerRule": _listener_rule,
    "aws:alb/listenerRule:ListenerRule": _listener_rule,
}
