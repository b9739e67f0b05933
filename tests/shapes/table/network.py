"""EC2's network."""

from __future__ import annotations

from typing import Any

from tests.shapes.requests import Row


def flow_log(inputs: dict[str, Any]) -> dict[str, Any]:
    """What is watched is an id and its kind in the API."""
    kinds = {"vpcId": "VPC", "subnetId": "Subnet", "eniId": "NetworkInterface"}
    (key,) = set(kinds) & set(inputs)
    rest = {name: value for name, value in inputs.items() if name != key}
    return {**rest, "resourceIds": [inputs[key]], "resourceType": kinds[key]}


def one_tag(inputs: dict[str, Any]) -> dict[str, Any]:
    """The API takes many tags for many resources."""
    return {"resources": [inputs["resourceId"]], "tags": {inputs["key"]: inputs["value"]}}


def _acl_entries(inputs: dict[str, Any]) -> dict[str, Any]:
    """Direction is a member of each entry."""
    for side in ("egress", "ingress"):
        inputs[side] = [{**entry, "egress": side == "egress"} for entry in inputs.get(side, [])]
    return inputs


_ENTRY = {
    **{f"{side}.ruleNo": "RuleNumber" for side in ("egress", "ingress")},
    **{f"{side}.action": "RuleAction" for side in ("egress", "ingress")},
    **{f"{side}.fromPort": "PortRange.From" for side in ("egress", "ingress")},
    **{f"{side}.toPort": "PortRange.To" for side in ("egress", "ingress")},
}

_RULE = {
    "securityGroupId": "GroupId",
    "cidrIpv4": "IpPermissions.IpRanges.CidrIp",
    "description": "IpPermissions.IpRanges.Description",
    "fromPort": "IpPermissions.FromPort",
    "toPort": "IpPermissions.ToPort",
    "ipProtocol": "IpPermissions.IpProtocol",
    "prefixListId": "IpPermissions.PrefixListIds.PrefixListId",
    "referencedSecurityGroupId": "IpPermissions.UserIdGroupPairs.GroupId",
}

NETWORK: dict[str, Row] = {
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": Row(
        "ec2",
        ("DescribeSecurityGroups", "CreateTags"),
        left={
            "vpcId": "the group is found by it and adopted",
            "egress": "none: every rule found is revoked",
            "ingress": "none: every rule found is revoked",
        },
        names={"tags": "CreateTags:Tags"},
        given={"CreateTags:Resources": ["sg-1"]},
    ),
    "aws:ec2/eip:Eip": Row("ec2", ("AllocateAddress",)),
    "aws:ec2/flowLog:FlowLog": Row(
        "ec2", ("CreateFlowLogs",), names={"iamRoleArn": "DeliverLogsPermissionArn"}, shape=flow_log
    ),
    "aws:ec2/internetGateway:InternetGateway": Row(
        "ec2",
        ("CreateInternetGateway", "AttachInternetGateway"),
        given={"AttachInternetGateway:InternetGatewayId": "igw-1"},
    ),
    "aws:ec2/natGateway:NatGateway": Row("ec2", ("CreateNatGateway",)),
    "aws:ec2/networkAcl:NetworkAcl": Row(
        "ec2",
        ("CreateNetworkAcl",),
        names=_ENTRY,
        left={"subnetIds": "each is a request that replaces an association found by it"},
        each={"egress": "CreateNetworkAclEntry", "ingress": "CreateNetworkAclEntry"},
        given={"CreateNetworkAclEntry:NetworkAclId": "acl-1"},
        shape=_acl_entries,
    ),
    "aws:ec2/route:Route": Row("ec2", ("CreateRoute",)),
    "aws:ec2/routeTable:RouteTable": Row("ec2", ("CreateRouteTable",)),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": Row("ec2", ("AssociateRouteTable",)),
    "aws:ec2/securityGroup:SecurityGroup": Row(
        "ec2",
        ("CreateSecurityGroup",),
        names={"name": "GroupName"},
        left={"revokeRulesOnDelete": "the provider's own: what it does before it deletes"},
    ),
    "aws:ec2/subnet:Subnet": Row(
        "ec2",
        ("CreateSubnet", "ModifySubnetAttribute"),
        names={"mapPublicIpOnLaunch": "ModifySubnetAttribute:MapPublicIpOnLaunch.Value"},
        given={"ModifySubnetAttribute:SubnetId": "subnet-1"},
    ),
    "aws:ec2/tag:Tag": Row("ec2", ("CreateTags",), shape=one_tag),
    "aws:ec2/vpc:Vpc": Row(
        "ec2",
        ("CreateVpc", "ModifyVpcAttribute"),
        names={
            "enableDnsHostnames": "ModifyVpcAttribute:EnableDnsHostnames.Value",
            "enableDnsSupport": "ModifyVpcAttribute:EnableDnsSupport.Value",
        },
        given={"ModifyVpcAttribute:VpcId": "vpc-1"},
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Row("ec2", ("CreateVpcEndpoint",)),
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": Row(
        "ec2",
        ("CreateVpcPeeringConnection", "ModifyVpcPeeringConnectionOptions"),
        names={
            side + rest: name
            for side, options in (
                ("accepter", "ModifyVpcPeeringConnectionOptions:AccepterPeeringConnectionOptions"),
                ("requester", "ModifyVpcPeeringConnectionOptions:RequesterPeeringConnectionOptions"),
            )
            for rest, name in (("", options), (".allowRemoteVpcDnsResolution", "AllowDnsResolutionFromRemoteVpc"))
        },
        left={"autoAccept": "a request or none: AcceptVpcPeeringConnection"},
        given={"ModifyVpcPeeringConnectionOptions:VpcPeeringConnectionId": "pcx-1"},
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": Row(
        "ec2", ("AuthorizeSecurityGroupEgress",), names=_RULE
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": Row(
        "ec2", ("AuthorizeSecurityGroupIngress",), names=_RULE
    ),
}
