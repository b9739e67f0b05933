"""The runner's network: where Pulumi's deployment agents run that must reach private API endpoints.

An agent can't live in the VPC that its deployment makes and takes away. So the account has a small VPC of its own: two
private subnets for agents, a way out through one NAT gateway, no way in. The environment peers with it
(``components.networking.peering``): its network asks, its route tables and this one's private name each other, and its
cluster's security group admits ``cidr`` on 443. The environment owns those routes, so none stands inside a table here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Annotated, Final

import pulumi
import pulumi_aws as aws
from pydantic import ValidationInfo, field_validator

from components import flow_logs
from components.context import Context
from components.data_classes import DataClass, log_limit
from components.model import LogDays, PrivateCidr, Problem, Settings, each_once, refuse
from components.networking.peering import PRIVATE, runner_name
from components.networking.settings import Zone
from components.security_baseline.keys import SCOPE_TAG
from components.security_baseline.trail import ACCOUNT_PATH

_LARGEST: Final = 20
_SMALLEST: Final = 26
"""A quarter of the network for each subnet: AWS's smallest subnet is a /28."""
_ZONES: Final = 2
_HTTPS: Final = 443
_QUARTER: Final = 2
"""Bits: how much longer a quarter's prefix is."""


class RunnerSettings(Settings):
    """Where deployment agents run."""

    cidr: PrivateCidr
    """The runner's network, /20 to /26, apart from every network that it peers with."""
    zones: Annotated[list[Zone], each_once("zone")]
    """Two availability zones by name: the NAT gateway stands in the first."""
    log_days: LogDays = 90
    """Days that flow logs are kept."""

    @field_validator("cidr")
    @classmethod
    def _size(cls, value: IPv4Network) -> IPv4Network:
        if not _LARGEST <= value.prefixlen <= _SMALLEST:
            refuse(f"a network from /{_LARGEST} to /{_SMALLEST}: agents are few", value=str(value))
        return value

    @field_validator("zones")
    @classmethod
    def _two(cls, value: list[str], info: ValidationInfo) -> list[str]:  # noqa: ARG003 - the validator's form
        if len(value) != _ZONES:
            refuse("two availability zones", value=value)
        return value

    def subnets(self) -> tuple[IPv4Network, list[IPv4Network]]:
        """The public subnet, for the NAT gateway, and the private ones, a zone each. The last quarter is in reserve."""
        public, *private, _ = self.cidr.subnets(prefixlen_diff=_QUARTER)
        return public, private


def check(region: str, production: bool, runner: RunnerSettings | None) -> Iterator[Problem]:  # noqa: FBT001 - a fact
    """What must hold between the region and its runner."""
    if runner is None:
        return
    for index, zone in enumerate(runner.zones):
        if zone[:-1] != region:
            yield Problem(("runner", "zones", index), zone, f"a zone of the stack's region, {region}")
    limit = log_limit(production=production)
    if runner.log_days > limit:
        yield Problem(
            ("runner", "log_days"),
            runner.log_days,
            f"at most {limit} days, the limit of operational logs in this environment",
        )


class RunnerNetwork(pulumi.ComponentResource):
    """A VPC for deployment agents: nothing comes in, HTTPS goes out."""

    vpc_id: pulumi.Output[str]
    route_table_id: pulumi.Output[str]
    """The private subnets': where the environment's peering puts its route."""
    subnet_ids: list[pulumi.Output[str]]
    security_group_id: pulumi.Output[str]
    """For the agents."""

    def __init__(
        self,
        settings: RunnerSettings,
        context: Context,
        logs_key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:RunnerNetwork", "runner", None, opts)
        self._settings = settings
        self._context = context
        self._child = pulumi.ResourceOptions(parent=self)
        self._vpc()
        self._subnets()
        self._agents()
        self._endpoints()
        self._flow_logs(logs_key_arn)
        self.register_outputs(
            {
                "vpcId": self.vpc_id,
                "subnetIds": self.subnet_ids,
                "routeTableId": self.route_table_id,
                "securityGroupId": self.security_group_id,
                "cidr": str(settings.cidr),
            }
        )

    def _tags(self, *parts: str) -> dict[str, str]:
        """A name that the environment's stack finds it by, and the mark of what is the account's own."""
        return {"Name": runner_name(self._context.names, *parts), **SCOPE_TAG}

    def _vpc(self) -> None:
        vpc = aws.ec2.Vpc(
            "runner",
            cidr_block=str(self._settings.cidr),
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags=self._tags(),
            opts=self._child,
        )
        self.vpc_id = vpc.id
        # taken over and emptied: whatever lands in it by mistake reaches nothing (FSBP EC2.2)
        aws.ec2.DefaultSecurityGroup(
            "runner", vpc_id=vpc.id, ingress=[], egress=[], tags=self._tags("default-closed"), opts=self._child
        )
        self._gateway = aws.ec2.InternetGateway("runner", vpc_id=vpc.id, tags=self._tags("internet"), opts=self._child)

    def _subnets(self) -> None:
        public, private = self._settings.subnets()
        first = self._settings.zones[0]
        outside = self._subnet("public", first, public)
        inside = [
            self._subnet(f"private-{zone}", zone, network)
            for zone, network in zip(self._settings.zones, private, strict=True)
        ]
        out = self._table("public", outside)
        aws.ec2.Route(
            "public",
            route_table_id=out.id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=self._gateway.id,
            opts=self._child,
        )
        after = pulumi.ResourceOptions(parent=self, depends_on=[self._gateway])
        address = aws.ec2.Eip("runner", domain="vpc", tags=self._tags("nat"), opts=after)
        nat = aws.ec2.NatGateway(
            "runner",
            allocation_id=address.id,
            subnet_id=outside.id,
            connectivity_type="public",
            tags=self._tags("nat"),
            opts=after,
        )
        table = self._table(PRIVATE, *inside)
        aws.ec2.Route(
            "private",
            route_table_id=table.id,
            destination_cidr_block="0.0.0.0/0",
            nat_gateway_id=nat.id,
            opts=self._child,
        )
        self.subnet_ids = [subnet.id for subnet in inside]
        self.route_table_id = table.id

    def _subnet(self, name: str, zone: str, network: IPv4Network) -> aws.ec2.Subnet:
        return aws.ec2.Subnet(
            name,
            vpc_id=self.vpc_id,
            cidr_block=str(network),
            availability_zone=zone,
            map_public_ip_on_launch=False,
            tags=self._tags(name),
            opts=self._child,
        )

    def _table(self, name: str, *subnets: aws.ec2.Subnet) -> aws.ec2.RouteTable:
        table = aws.ec2.RouteTable(name, vpc_id=self.vpc_id, tags=self._tags(name), opts=self._child)
        for index, subnet in enumerate(subnets):
            aws.ec2.RouteTableAssociation(
                f"{name}-{index}", subnet_id=subnet.id, route_table_id=table.id, opts=self._child
            )
        return table

    def _agents(self) -> None:
        group = aws.ec2.SecurityGroup(
            "agents",
            description="Deployment agents: nothing in, HTTPS out",
            vpc_id=self.vpc_id,
            revoke_rules_on_delete=False,
            tags=self._tags("agents"),
            opts=self._child,
        )
        aws.vpc.SecurityGroupEgressRule(
            "agents",
            security_group_id=group.id,
            # Pulumi Cloud, AWS's endpoints, package registries and the clusters' private endpoints
            description="HTTPS to anywhere",
            ip_protocol="tcp",
            from_port=_HTTPS,
            to_port=_HTTPS,
            cidr_ipv4="0.0.0.0/0",
            tags=self._tags("agents"),
            opts=self._child,
        )
        self.security_group_id = group.id

    def _endpoints(self) -> None:
        # free, and state and plugins needn't pass the NAT gateway
        aws.ec2.VpcEndpoint(
            "s3",
            vpc_id=self.vpc_id,
            service_name=f"com.amazonaws.{self._context.names.region}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=[self.route_table_id],
            tags=self._tags("s3"),
            opts=self._child,
        )

    def _flow_logs(self, key_arn: pulumi.Input[str]) -> None:
        names = self._context.names
        name = names.log_group("account", "runner", "flow")
        tags = {**self._context.tags(DataClass.OPERATIONAL_LOG), **SCOPE_TAG}
        group = aws.cloudwatch.LogGroup(
            "runner",
            name=name,
            retention_in_days=self._settings.log_days,
            kms_key_id=key_arn,
            tags=tags,
            opts=self._child,
        )
        role = aws.iam.Role(
            "runner",
            path=ACCOUNT_PATH,
            description="Flow logs of the runner's network",
            assume_role_policy=json.dumps(flow_logs.trust(names)),
            opts=self._child,
        )
        policy = aws.iam.RolePolicy(
            "runner",
            role=role.name,
            policy=json.dumps(flow_logs.writing(names.log_group_arn(name))),
            opts=self._child,
        )
        aws.ec2.FlowLog(
            "runner",
            vpc_id=self.vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            max_aggregation_interval=600,
            tags={**self._tags("flow-logs"), **tags},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
