"""The component Networking: VPC, subnets, routes, ACLs, endpoints and flow logs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
import pulumi_aws as aws

from components import flow_logs
from components.context import Context
from components.data_classes import DataClass
from components.keys import Keys
from components.networking.acl import Rule, rules
from components.networking.plan import Tier
from components.networking.settings import InterfaceEndpoint, NetworkingSettings

_GATEWAY_ENDPOINTS: Final = ("s3", "dynamodb")
_NO_PRIVATE_DNS: Final = frozenset({InterfaceEndpoint.DYNAMODB})
"""Endpoints that AWS offers without private DNS (DynamoDB developer guide, considerations for PrivateLink)."""


class Networking(pulumi.ComponentResource):
    """The VPC of a stack: subnets of three tiers over its zones (four with a pod network), NAT, endpoints, flow logs.

    The VPC's default security group is emptied, public subnets hand out no public addresses by themselves, the
    database tier has no route to the internet.
    """

    vpc_id: pulumi.Output[str]
    public_subnet_ids: list[pulumi.Output[str]]
    private_subnet_ids: list[pulumi.Output[str]]
    database_subnet_ids: list[pulumi.Output[str]]
    pod_subnet_ids: list[pulumi.Output[str]]
    public_cidrs: list[str]
    private_cidrs: list[str]
    """Networks of nodes and pods: what the data tier admits."""
    database_cidrs: list[str]
    private_tables: dict[str, aws.ec2.RouteTable]
    """Route tables of nodes, pods and control planes, by zone."""
    private_acl: aws.ec2.NetworkAcl
    """The ACL of the private tier."""
    egress_ready: list[pulumi.Resource]
    """The way from nodes and pods to AWS and the internet: routes, their subnets' associations, endpoints.

    It stands before the first image is pulled and until the last controller has deleted what it made in AWS.
    """

    def __init__(
        self,
        name: str,
        settings: NetworkingSettings,
        context: Context,
        keys: Keys,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:Networking", name, None, opts)
        self.settings = settings
        self._context = context
        self._name = name
        self._child = pulumi.ResourceOptions(parent=self)
        self.public_cidrs = settings.cidrs(Tier.PUBLIC)
        self.private_cidrs = settings.cidrs(Tier.PRIVATE, Tier.PODS)
        self.database_cidrs = settings.cidrs(Tier.DATABASE)

        self._vpc()
        self._subnets()
        self._ways_out()
        self._acls()
        self._endpoints()
        self._flow_logs(keys)
        self.register_outputs(
            {
                "vpcId": self.vpc_id,
                "publicSubnetIds": self.public_subnet_ids,
                "privateSubnetIds": self.private_subnet_ids,
                "databaseSubnetIds": self.database_subnet_ids,
            }
        )

    def _named(self, *parts: str, **tags: str) -> dict[str, str]:
        """A ``Name`` tag, which is all the name that EC2's console shows, and ``tags``."""
        return {"Name": "-".join((self._context.names.prefix, *parts)), **tags}

    def _vpc(self) -> None:
        self.vpc = aws.ec2.Vpc(
            "vpc",
            cidr_block=str(self.settings.cidr),
            # both are needed by interface endpoints with private DNS and by private API endpoints
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags=self._named("vpc"),
            opts=self._child,
        )
        self.vpc_id = self.vpc.id
        self._secondary: list[pulumi.Resource] = []
        if self.settings.pod_cidr is not None:
            self._secondary.append(
                aws.ec2.VpcIpv4CidrBlockAssociation(
                    "pod-network", vpc_id=self.vpc_id, cidr_block=str(self.settings.pod_cidr), opts=self._child
                )
            )
        # taken over and emptied: whatever lands in it by mistake reaches nothing (FSBP EC2.2)
        aws.ec2.DefaultSecurityGroup(
            "default-security-group",
            vpc_id=self.vpc_id,
            ingress=[],
            egress=[],
            tags=self._named("default-closed"),
            opts=self._child,
        )
        self._internet = aws.ec2.InternetGateway(
            "internet-gateway", vpc_id=self.vpc_id, tags=self._named("internet"), opts=self._child
        )

    def _subnets(self) -> None:
        cluster_tags: Mapping[Tier, dict[str, str]] = {
            Tier.PUBLIC: {"kubernetes.io/role/elb": "1"},
            Tier.PRIVATE: {
                "kubernetes.io/role/internal-elb": "1",
                # every cluster of the stack shares the tier, so the discovery tag names the stack
                "karpenter.sh/discovery": self._context.names.prefix,
            },
            Tier.DATABASE: {},
            Tier.PODS: {"kubernetes.io/role/cni": "1"},
        }
        self._by_tier: dict[Tier, dict[str, aws.ec2.Subnet]] = {}
        for tier, by_zone in self.settings.networks().items():
            self._by_tier[tier] = {
                zone: aws.ec2.Subnet(
                    f"{tier.value}-{zone}",
                    vpc_id=self.vpc_id,
                    cidr_block=str(network),
                    availability_zone=zone,
                    # load balancers and NAT bring their own addresses; nothing else gets one by default (EC2.15)
                    map_public_ip_on_launch=False,
                    tags=self._named(tier.value, zone, Tier=tier.value, **cluster_tags[tier]),
                    opts=pulumi.ResourceOptions(
                        parent=self, depends_on=self._secondary if tier is Tier.PODS and self._secondary else None
                    ),
                )
                for zone, network in by_zone.items()
            }
        self.public_subnet_ids = self._ids(Tier.PUBLIC)
        self.private_subnet_ids = self._ids(Tier.PRIVATE)
        self.database_subnet_ids = self._ids(Tier.DATABASE)
        self.pod_subnet_ids = self._ids(Tier.PODS)

    def _ids(self, tier: Tier) -> list[pulumi.Output[str]]:
        return [subnet.id for subnet in self._by_tier.get(tier, {}).values()]

    def _table(self, name: str, subnets: Mapping[str, aws.ec2.Subnet]) -> aws.ec2.RouteTable:
        table = aws.ec2.RouteTable(name, vpc_id=self.vpc_id, tags=self._named(name), opts=self._child)
        for key, subnet in subnets.items():
            association = aws.ec2.RouteTableAssociation(
                key, subnet_id=subnet.id, route_table_id=table.id, opts=self._child
            )
            self.egress_ready.append(association)
        return table

    def _ways_out(self) -> None:
        self.egress_ready = []
        public = self._by_tier[Tier.PUBLIC]
        public_table = self._table("public", {f"public-{zone}": s for zone, s in public.items()})
        # NAT gateways reach the internet by it: without it the private tier's own routes lead nowhere
        internet = aws.ec2.Route(
            "public-internet",
            route_table_id=public_table.id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=self._internet.id,
            opts=self._child,
        )
        self.egress_ready.append(internet)
        nats = {
            zone: self._nat(zone, public[zone])
            for zone in (self.settings.zones if self.settings.nat == "per-zone" else self.settings.zones[:1])
        }
        self._tables = [public_table]
        self.private_tables = {}
        for zone in self.settings.zones:
            members = {f"private-{zone}": self._by_tier[Tier.PRIVATE][zone]}
            if Tier.PODS in self._by_tier:
                members[f"pods-{zone}"] = self._by_tier[Tier.PODS][zone]
            table = self._table(f"private-{zone}", members)
            route = aws.ec2.Route(
                f"private-{zone}-nat",
                route_table_id=table.id,
                destination_cidr_block="0.0.0.0/0",
                nat_gateway_id=(nats.get(zone) or nats[self.settings.zones[0]]).id,
                opts=self._child,
            )
            self._tables.append(table)
            self.private_tables[zone] = table
            self.egress_ready.append(route)
        # no route but the VPC's own: the database tier neither reaches the internet nor is reached from it
        database = self._by_tier[Tier.DATABASE]
        self._tables.append(self._table("database", {f"database-{zone}": s for zone, s in database.items()}))
        if self.settings.vpn_gateway:
            self._vpn()

    def _nat(self, zone: str, subnet: aws.ec2.Subnet) -> aws.ec2.NatGateway:
        after_internet = pulumi.ResourceOptions(parent=self, depends_on=[self._internet])
        address = aws.ec2.Eip(f"nat-{zone}", domain="vpc", tags=self._named("nat", zone), opts=after_internet)
        return aws.ec2.NatGateway(
            f"nat-{zone}",
            allocation_id=address.id,
            subnet_id=subnet.id,
            connectivity_type="public",
            tags=self._named("nat", zone),
            opts=after_internet,
        )

    def _vpn(self) -> None:
        gateway = aws.ec2.VpnGateway("vpn-gateway", vpc_id=self.vpc_id, tags=self._named("vpn"), opts=self._child)
        for zone, table in zip(self.settings.zones, self._tables[1:], strict=False):
            aws.ec2.VpnGatewayRoutePropagation(
                f"vpn-{zone}", vpn_gateway_id=gateway.id, route_table_id=table.id, opts=self._child
            )

    def _acls(self) -> None:
        pods = [str(self.settings.pod_cidr)] if self.settings.pod_cidr is not None else []
        vpc = [str(self.settings.cidr), *pods]
        # the pod network as a whole: an ACL has 20 rules a direction
        private = [*self.settings.cidrs(Tier.PRIVATE), *pods]
        runner = self._context.identity.runner.cidr
        runners = [] if runner is None else [str(runner)]
        acls: dict[Tier, aws.ec2.NetworkAcl] = {}
        for tier, subnets in self._by_tier.items():
            found = rules(tier, vpc=vpc, private=private, database=self.database_cidrs, runners=runners)
            acls[tier] = aws.ec2.NetworkAcl(
                tier.value,
                vpc_id=self.vpc_id,
                subnet_ids=[subnet.id for subnet in subnets.values()],
                ingress=[_ingress(number, rule) for number, rule in _numbered(found, egress=False)],
                egress=[_egress(number, rule) for number, rule in _numbered(found, egress=True)],
                tags=self._named(tier.value),
                opts=self._child,
            )
        self.private_acl = acls[Tier.PRIVATE]

    def _endpoints(self) -> None:
        tables = [table.id for table in self._tables]
        self.egress_ready += [
            aws.ec2.VpcEndpoint(
                f"{service}-gateway",
                vpc_id=self.vpc_id,
                service_name=self._service(service),
                vpc_endpoint_type="Gateway",
                route_table_ids=tables,
                tags=self._named(service, "gateway"),
                opts=self._child,
            )
            for service in _GATEWAY_ENDPOINTS
        ]
        if not self.settings.interface_endpoints:
            return
        group = aws.ec2.SecurityGroup(
            "endpoints",
            description="HTTPS from nodes and pods to the interface endpoints",
            vpc_id=self.vpc_id,
            tags=self._named("endpoints"),
            opts=self._child,
        )
        self.egress_ready += [
            aws.vpc.SecurityGroupIngressRule(
                f"endpoints-{cidr}",
                security_group_id=group.id,
                description="HTTPS from nodes and pods",
                ip_protocol="tcp",
                from_port=443,
                to_port=443,
                cidr_ipv4=cidr,
                tags=self._named("endpoints"),
                opts=self._child,
            )
            for cidr in self.private_cidrs
        ]
        for endpoint in self.settings.interface_endpoints:
            self._interface(endpoint, group)

    def _interface(self, endpoint: InterfaceEndpoint, group: aws.ec2.SecurityGroup) -> None:
        made = aws.ec2.VpcEndpoint(
            endpoint.value,
            vpc_id=self.vpc_id,
            service_name=self._service(endpoint.value),
            vpc_endpoint_type="Interface",
            subnet_ids=self.private_subnet_ids,
            security_group_ids=[group.id],
            private_dns_enabled=endpoint not in _NO_PRIVATE_DNS,
            # S3's private DNS wants a gateway endpoint beside it, and leaves that to callers outside the VPC
            dns_options=aws.ec2.VpcEndpointDnsOptionsArgs(private_dns_only_for_inbound_resolver_endpoint=False)
            if endpoint is InterfaceEndpoint.S3
            else None,
            tags=self._named(endpoint.value),
            opts=self._child,
        )
        self.egress_ready.append(made)
        if endpoint in _NO_PRIVATE_DNS:
            self._private_name(endpoint, made)

    def _private_name(self, endpoint: InterfaceEndpoint, made: aws.ec2.VpcEndpoint) -> None:
        """Lead the service's public name to its endpoint, inside this VPC only, where AWS doesn't do so itself."""
        host = f"{endpoint.value}.{self._context.identity.region}.amazonaws.com"
        zone = aws.route53.Zone(
            endpoint.value,
            name=host,
            comment=f"{endpoint.value} through its interface endpoint",
            vpcs=[aws.route53.ZoneVpcArgs(vpc_id=self.vpc_id)],
            force_destroy=False,
            tags=self._named(endpoint.value),
            opts=self._child,
        )
        record = aws.route53.Record(
            endpoint.value,
            zone_id=zone.zone_id,
            name=host,
            type="A",
            aliases=[
                aws.route53.RecordAliasArgs(
                    name=made.dns_entries[0].dns_name,
                    zone_id=made.dns_entries[0].hosted_zone_id,
                    evaluate_target_health=False,
                )
            ],
            opts=self._child,
        )
        self.egress_ready.append(record)

    def _service(self, service: str) -> str:
        return f"com.amazonaws.{self._context.identity.region}.{service}"

    def _flow_logs(self, keys: Keys) -> None:
        names = self._context.names
        tags = self._context.tags(DataClass.OPERATIONAL_LOG)
        group = aws.cloudwatch.LogGroup(
            "flow-logs",
            name=names.log_group("vpc", "flow"),
            retention_in_days=self.settings.flow_log_days,
            kms_key_id=keys.logs.arn,
            tags=tags,
            opts=self._child,
        )
        role = aws.iam.Role(
            "flow-logs",
            assume_role_policy=json.dumps(flow_logs.trust(names)),
            opts=self._child,
        )
        policy = aws.iam.RolePolicy(
            "flow-logs",
            role=role.id,
            policy=json.dumps(flow_logs.writing(names.log_group_arn(names.log_group("vpc", "flow")))),
            opts=self._child,
        )
        aws.ec2.FlowLog(
            "flow-logs",
            vpc_id=self.vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            max_aggregation_interval=600,
            tags=self._named("flow-logs", **tags),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )


def _numbered(found: Sequence[Rule], *, egress: bool) -> list[tuple[int, Rule]]:
    """Rules of one direction, numbered by hundreds so that one can be put between by hand in need."""
    return [(100 * (i + 1), rule) for i, rule in enumerate(r for r in found if r.egress is egress)]


def _ingress(number: int, rule: Rule) -> aws.ec2.NetworkAclIngressArgs:
    return aws.ec2.NetworkAclIngressArgs(
        rule_no=number,
        action="allow",
        protocol=rule.protocol,
        from_port=rule.ports[0],
        to_port=rule.ports[1],
        cidr_block=rule.cidr,
    )


def _egress(number: int, rule: Rule) -> aws.ec2.NetworkAclEgressArgs:
    return aws.ec2.NetworkAclEgressArgs(
        rule_no=number,
        action="allow",
        protocol=rule.protocol,
        from_port=rule.ports[0],
        to_port=rule.ports[1],
        cidr_block=rule.cidr,
    )
