"""Who may reach the load balancer: CloudFront, and Route 53's health checkers where they ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_aws as aws

from components.context import Context
from components.networking import Networking

_HTTPS: Final = 443
_UNPRIVILEGED: Final = (1024, 65535)
"""Ports that our pods listen on: none runs as root."""
CLOUDFRONT_LIST: Final = "com.amazonaws.global.cloudfront.origin-facing"
HEALTH_LIST: Final = "com.amazonaws.{region}.route53-healthchecks"
"""Prefix lists that AWS keeps. They weigh 55 and 25 of the 60 rules of a security group (VPC user guide): together
they don't fit one, so each has its own."""


def make_entrance(
    context: Context, networking: Networking, parent: pulumi.Resource, *, health_checks: bool
) -> list[aws.ec2.SecurityGroup]:
    """The security groups of the load balancer, on HTTPS alone. Its controller must be told not to add others."""
    region = context.identity.region
    groups = [_group("load-balancer-cloudfront", "HTTPS from CloudFront", CLOUDFRONT_LIST, context, networking, parent)]
    if health_checks:
        health = HEALTH_LIST.format(region=region)
        groups.append(_group("load-balancer-health", "HTTPS from health checks", health, context, networking, parent))
    _to_pods(groups[0], context, networking.private_cidrs, parent)
    return groups


def _group(  # noqa: PLR0917 - one call shape, twice
    name: str, who: str, prefix_list: str, context: Context, networking: Networking, parent: pulumi.Resource
) -> aws.ec2.SecurityGroup:
    child = pulumi.ResourceOptions(parent=parent)
    tags = {"Name": f"{context.names.prefix}-{name}"}
    group = aws.ec2.SecurityGroup(
        name, vpc_id=networking.vpc_id, description=f"{who} to the load balancer", tags=tags, opts=child
    )
    found = aws.ec2.get_managed_prefix_list_output(name=prefix_list, opts=pulumi.InvokeOutputOptions(parent=parent))
    aws.vpc.SecurityGroupIngressRule(
        name,
        security_group_id=group.id,
        description=who,
        ip_protocol="tcp",
        from_port=_HTTPS,
        to_port=_HTTPS,
        prefix_list_id=found.id,
        tags=tags,
        opts=child,
    )
    return group


def _to_pods(group: aws.ec2.SecurityGroup, context: Context, cidrs: Sequence[str], parent: pulumi.Resource) -> None:
    low, high = _UNPRIVILEGED
    for cidr in cidrs:
        aws.vpc.SecurityGroupEgressRule(
            f"load-balancer-{cidr}",
            security_group_id=group.id,
            description="requests and health checks to pods",
            ip_protocol="tcp",
            from_port=low,
            to_port=high,
            cidr_ipv4=cidr,
            tags={"Name": f"{context.names.prefix}-load-balancer"},
            opts=pulumi.ResourceOptions(parent=parent),
        )
