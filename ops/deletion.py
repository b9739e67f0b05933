"""Deleting leftovers, each kind by its own call, in the order in which they were found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from ops.leftovers import Client, Leftover

if TYPE_CHECKING:
    from botocore.client import BaseClient


def _instance(client: Client, it: Leftover) -> None:
    ec2 = client("ec2")
    ec2.terminate_instances(InstanceIds=[it.id])
    # its interfaces and volumes go with it, and its groups are free only then
    ec2.get_waiter("instance_terminated").wait(InstanceIds=[it.id])


def _load_balancer(client: Client, it: Leftover) -> None:
    elb = client("elbv2")
    elb.modify_load_balancer_attributes(
        LoadBalancerArn=it.id, Attributes=[{"Key": "deletion_protection.enabled", "Value": "false"}]
    )
    elb.delete_load_balancer(LoadBalancerArn=it.id)
    # target groups can go only once no listener names them
    elb.get_waiter("load_balancers_deleted").wait(LoadBalancerArns=[it.id])


def _record(client: Client, it: Leftover) -> None:
    dns: BaseClient = client("route53")
    type_, _, name = it.id.partition(" ")
    answer = dns.list_resource_record_sets(
        HostedZoneId=it.change, StartRecordName=name, StartRecordType=type_, MaxItems="100"
    )
    for found in answer["ResourceRecordSets"]:
        if (found["Type"], found["Name"]) == (type_, name):
            change = {"Changes": [{"Action": "DELETE", "ResourceRecordSet": found}]}
            dns.change_resource_record_sets(HostedZoneId=it.change, ChangeBatch=change)


_CALLS: Final[Mapping[str, Callable[[Client, Leftover], object]]] = {
    "instance": _instance,
    "load balancer": _load_balancer,
    "target group": lambda client, it: client("elbv2").delete_target_group(TargetGroupArn=it.id),
    "network interface": lambda client, it: client("ec2").delete_network_interface(NetworkInterfaceId=it.id),
    "security group": lambda client, it: client("ec2").delete_security_group(GroupId=it.id),
    "launch template": lambda client, it: client("ec2").delete_launch_template(LaunchTemplateId=it.id),
    "volume": lambda client, it: client("ec2").delete_volume(VolumeId=it.id),
    "DNS record": _record,
    "log group": lambda client, it: client("logs").delete_log_group(logGroupName=it.id),
}


def delete(
    leftovers: Sequence[Leftover], client: Client, told: Callable[[Leftover, str], None]
) -> list[tuple[Leftover, str]]:
    """Delete ``leftovers`` in their order, telling each; those that AWS refused come back, each with AWS's words."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - only a real run needs it

    refused: list[tuple[Leftover, str]] = []
    for it in leftovers:
        try:
            _CALLS[it.kind](client, it)
        except (BotoCoreError, ClientError) as problem:
            refused.append((it, str(problem)))
            told(it, str(problem))
        else:
            told(it, "")
    return refused
