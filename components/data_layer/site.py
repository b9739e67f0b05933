"""Where the stores stand: what every part of the data layer is handed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from components.context import Context
from components.data_classes import DataClass
from components.keys import Keys


@dataclass(frozen=True)
class Site:
    """The stack's identity, its keys, its network's data tier, and how long logs are kept."""

    context: Context
    keys: Keys
    vpc_id: pulumi.Output[str]
    subnet_ids: Sequence[pulumi.Output[str]]
    client_cidrs: Sequence[str]
    """Networks of nodes and pods: who may open a connection."""
    log_days: int

    def group(self, name: str, port: int, description: str, opts: pulumi.ResourceOptions) -> aws.ec2.SecurityGroup:
        """A security group that admits nodes and pods on ``port`` and lets nothing out.

        It names networks and no group of the cluster, so that a store never waits for the cluster. Stores open no
        connections, and the provider takes the rule away that would let everything out.
        """
        prefix = self.context.names.prefix
        group = aws.ec2.SecurityGroup(
            name,
            vpc_id=self.vpc_id,
            description=description,
            revoke_rules_on_delete=False,
            tags={"Name": f"{prefix}-{name}"},
            opts=opts,
        )
        for cidr in self.client_cidrs:
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-{cidr}",
                security_group_id=group.id,
                description="nodes and pods",
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                cidr_ipv4=cidr,
                tags={"Name": f"{prefix}-{name}"},
                opts=opts,
            )
        return group

    def final_snapshot(self, name: str, identifier: str, opts: pulumi.ResourceOptions) -> pulumi.Output[str] | None:
        """What the last snapshot of the store ``identifier`` is called; ``None`` where none is taken.

        A second store of that identifier, once destroyed, must not meet the first one's snapshot.
        """
        if not self.context.production:
            return None
        suffix = random.RandomId(f"{name}-final-snapshot", byte_length=4, opts=opts)
        return pulumi.Output.concat(identifier, "-final-", suffix.hex)

    def log_group(self, name: str, group_name: str, opts: pulumi.ResourceOptions) -> aws.cloudwatch.LogGroup:
        """A log group made before the service makes one of that name without key and without end."""
        return aws.cloudwatch.LogGroup(
            name,
            name=group_name,
            retention_in_days=self.log_days,
            kms_key_id=self.keys.logs.arn,
            tags=self.context.tags(DataClass.OPERATIONAL_LOG),
            opts=opts,
        )
