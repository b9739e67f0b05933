"""The way of whoever runs ``pulumi up`` to a private API endpoint: a peering with the account's network for runners.

The account's own stack makes that network (``account/runner.py``) and leaves its routes to the environment: each route
between the two is made here, and has one owner. The networks are found by names that both sides compute, since no
stack reads another's outputs.
"""

from __future__ import annotations

from typing import Final

import pulumi
import pulumi_aws as aws

from components.context import Context
from components.naming import Names
from components.networking import Networking

HTTPS: Final = 443
PRIVATE: Final = "private"
"""The runner's subnets where agents run, as their route table's name ends."""


def runner_name(names: Names, *parts: str) -> str:
    """The ``Name`` tag of what the account has for runners: its VPC, or with ``parts`` something in it."""
    return "-".join((names.prefix, "runner", *parts))


class RunnerPeering(pulumi.ComponentResource):
    """A peering connection with the runner's VPC, of the same account and region, and the routes both ways.

    The ACL of the private tier lets the runner in already (Networking); the rule in a cluster's security group is the
    cluster's (``EksCluster``). ``ready`` is what a connection from the runner takes of the network.

    A private endpoint's name is public and leads to private addresses, so no name is resolved through the peering.
    """

    cidr: str
    """The runner's network."""
    ready: list[pulumi.Resource]
    """Routes there and back, and the ACL between."""

    def __init__(
        self, name: str, context: Context, networking: Networking, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """``ValueError`` where the stack's runner has no network."""
        super().__init__("platform:index:RunnerPeering", name, None, opts)
        cidr = context.identity.runner.cidr
        if cidr is None:
            raise ValueError("stack.runner names no network to peer with")
        self.cidr = str(cidr)
        self._names = context.names
        child = pulumi.ResourceOptions(parent=self)
        found = pulumi.InvokeOutputOptions(parent=self)
        # the network that the file says, or the update ends here: a route to another one would lead nowhere
        vpc = aws.ec2.get_vpc_output(cidr_block=self.cidr, tags={"Name": runner_name(context.names)}, opts=found)
        table = aws.ec2.get_route_table_output(
            vpc_id=vpc.id, tags={"Name": runner_name(context.names, PRIVATE)}, opts=found
        )
        connection = aws.ec2.VpcPeeringConnection(
            name,
            vpc_id=networking.vpc_id,
            peer_vpc_id=vpc.id,
            auto_accept=True,
            requester={"allow_remote_vpc_dns_resolution": False},
            accepter={"allow_remote_vpc_dns_resolution": False},
            tags={"Name": runner_name(context.names, "peering")},
            opts=child,
        )
        self.ready = [networking.private_acl]
        for zone, private in networking.private_tables.items():
            self.ready.append(
                aws.ec2.Route(
                    f"{name}-{zone}",
                    route_table_id=private.id,
                    destination_cidr_block=self.cidr,
                    vpc_peering_connection_id=connection.id,
                    opts=child,
                )
            )
        self.ready.append(
            aws.ec2.Route(
                f"{name}-back",
                route_table_id=table.route_table_id,
                destination_cidr_block=str(networking.settings.cidr),
                vpc_peering_connection_id=connection.id,
                # whoever deploys may add and take away routes of the account's table, and change none in place
                opts=pulumi.ResourceOptions(
                    parent=self, replace_on_changes=["vpcPeeringConnectionId"], delete_before_replace=True
                ),
            )
        )
        self.register_outputs({"cidr": self.cidr, "connectionId": connection.id})

    def admit(self, name: str, group_id: pulumi.Input[str], opts: pulumi.ResourceOptions) -> pulumi.Resource:
        """Let the runner in at the API endpoint whose interfaces are in the security group ``group_id``."""
        return aws.vpc.SecurityGroupIngressRule(
            name,
            security_group_id=group_id,
            description="Kubernetes API from the runner",
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
            cidr_ipv4=self.cidr,
            tags={"Name": runner_name(self._names)},
            opts=opts,
        )


__all__ = ["PRIVATE", "RunnerPeering", "runner_name"]
