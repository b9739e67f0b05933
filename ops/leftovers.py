"""What a destroy can leave behind on AWS, though it ended well: found by the marks of what made it, deleted in order.

No order of deletion sweeps these: a controller that was stopped before it was done, EKS writing a log group once more,
interfaces that the CNI never freed, volumes whose claims say ``Retain``. The marks are the makers' own:

- Karpenter: ``karpenter.sh/nodepool`` and ``kubernetes.io/cluster/<cluster>`` on instances,
  ``karpenter.k8s.aws/cluster`` on launch templates (karpenter.sh, concepts/nodeclasses, ``spec.tags``);
- the load balancer controller: ``elbv2.k8s.aws/cluster`` (docs/deploy/configurations of v3);
- the VPC CNI: ``cluster.k8s.amazonaws.com/name``, description ``aws-K8S-<instance>`` (amazon-vpc-cni-k8s, README);
- the EBS CSI driver: ``kubernetes.io/created-for/pvc/name``, and the stack's own tags by ``extraVolumeTags``;
- external-dns: TXT records with ``heritage=external-dns`` and the cluster as owner (docs/registry/txt.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from botocore.client import BaseClient

    from ops.estate import Estate

Client: TypeAlias = "Callable[[str], BaseClient]"
"""Gives the client of a service: ``ec2``."""
Tags: TypeAlias = "Mapping[str, str]"

ELB_MARK: Final = "elbv2.k8s.aws/cluster"
_TAGS_AT_ONCE: Final = 20
"""How many resources DescribeTags of Elastic Load Balancing takes (API reference)."""


@dataclass(frozen=True)
class Leftover:
    """One thing that is left: its kind, its id, by what it was known, and for a record what to take away."""

    kind: str
    id: str
    mark: str
    change: str = ""


def _pages(client: BaseClient, call: str, key: str, **asked: object) -> Iterator[Any]:
    for page in client.get_paginator(call).paginate(**asked):
        yield from page.get(key, [])


def _filter(name: str, *values: str) -> dict[str, object]:
    return {"Name": name, "Values": list(values)}


def _ours(estate: Estate) -> list[dict[str, object]]:
    return [_filter("tag:Project", estate.names.platform), _filter("tag:Environment", estate.names.env)]


# --- finding, each in the place where it is deleted -------------------------------------------------------------------


def instances(estate: Estate, client: Client) -> Iterator[Leftover]:
    """Instances that Karpenter started and nobody stopped."""
    for cluster in estate.clusters:
        asked = [
            _filter(f"tag:kubernetes.io/cluster/{cluster}", "owned"),
            _filter("tag-key", "karpenter.sh/nodepool"),
            _filter("instance-state-name", "pending", "running", "stopping", "stopped"),
        ]
        for found in _pages(client("ec2"), "describe_instances", "Reservations", Filters=asked):
            for it in found["Instances"]:
                yield Leftover("instance", it["InstanceId"], f"karpenter.sh/nodepool of {cluster}")


def load_balancers(estate: Estate, client: Client) -> Iterator[Leftover]:
    """Load balancers of Gateways that went after their controller."""
    elb = client("elbv2")
    arns = [it["LoadBalancerArn"] for it in _pages(elb, "describe_load_balancers", "LoadBalancers")]
    yield from _marked("load balancer", arns, estate, elb)


def target_groups(estate: Estate, client: Client) -> Iterator[Leftover]:
    """Target groups of the same."""
    elb = client("elbv2")
    arns = [it["TargetGroupArn"] for it in _pages(elb, "describe_target_groups", "TargetGroups")]
    yield from _marked("target group", arns, estate, elb)


def _marked(kind: str, arns: list[str], estate: Estate, elb: BaseClient) -> Iterator[Leftover]:
    for start in range(0, len(arns), _TAGS_AT_ONCE):
        for told in elb.describe_tags(ResourceArns=arns[start : start + _TAGS_AT_ONCE])["TagDescriptions"]:
            tags = {it["Key"]: it["Value"] for it in told["Tags"]}
            if tags.get(ELB_MARK) in estate.clusters:
                yield Leftover(kind, told["ResourceArn"], f"{ELB_MARK}={tags[ELB_MARK]}")


def interfaces(estate: Estate, client: Client) -> Iterator[Leftover]:
    """Network interfaces that the CNI made for pods of nodes that are gone: they hold subnets and groups."""
    free = _filter("status", "available")
    asked = [
        *([_filter("tag:cluster.k8s.amazonaws.com/name", cluster), free] for cluster in estate.clusters),
        *([_filter("description", "aws-K8S-*"), _filter("vpc-id", vpc), free] for vpc in _vpcs(estate, client)),
    ]
    seen: set[str] = set()
    for filters in asked:
        for it in _pages(client("ec2"), "describe_network_interfaces", "NetworkInterfaces", Filters=filters):
            if it["NetworkInterfaceId"] not in seen:
                seen.add(it["NetworkInterfaceId"])
                yield Leftover(
                    "network interface", it["NetworkInterfaceId"], it.get("Description") or "its cluster's tag"
                )


def _vpcs(estate: Estate, client: Client) -> list[str]:
    return [it["VpcId"] for it in _pages(client("ec2"), "describe_vpcs", "Vpcs", Filters=_ours(estate))]


def groups(estate: Estate, client: Client) -> Iterator[Leftover]:
    """Security groups that the load balancer controller made."""
    for cluster in estate.clusters:
        filters = [_filter(f"tag:{ELB_MARK}", cluster)]
        for it in _pages(client("ec2"), "describe_security_groups", "SecurityGroups", Filters=filters):
            yield Leftover("security group", it["GroupId"], f"{ELB_MARK}={cluster}")


def templates(estate: Estate, client: Client) -> Iterator[Leftover]:
    """Launch templates that Karpenter made."""
    for cluster in estate.clusters:
        filters = [_filter("tag:karpenter.k8s.aws/cluster", cluster)]
        for it in _pages(client("ec2"), "describe_launch_templates", "LaunchTemplates", Filters=filters):
            yield Leftover("launch template", it["LaunchTemplateId"], f"karpenter.k8s.aws/cluster={cluster}")


def volumes(estate: Estate, client: Client) -> Iterator[Leftover]:
    """Volumes of claims that are gone: a class that retains leaves them, and a driver that was stopped too early."""
    filters = [
        *_ours(estate),
        _filter("tag-key", "kubernetes.io/created-for/pvc/name"),
        _filter("status", "available"),
    ]
    for it in _pages(client("ec2"), "describe_volumes", "Volumes", Filters=filters):
        tags = {tag["Key"]: tag["Value"] for tag in it["Tags"]}
        claim = (
            f"{tags.get('kubernetes.io/created-for/pvc/namespace', '')}/{tags['kubernetes.io/created-for/pvc/name']}"
        )
        yield Leftover("volume", it["VolumeId"], f"claim {claim}")


def records(estate: Estate, client: Client) -> Iterator[Leftover]:
    """Records of external-dns, and the TXT records beside them that say whose they are."""
    dns = client("route53")
    for zone in _pages(dns, "list_hosted_zones", "HostedZones"):
        under = f".{estate.domain}".endswith(f".{zone['Name'].rstrip('.')}")
        if not under or zone.get("Config", {}).get("PrivateZone"):
            continue
        sets = list(_pages(dns, "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone["Id"]))
        marks = [it for it in sets if it["Type"] == "TXT" and _owner(it) in estate.clusters]
        owned = {(kind, name) for it in marks for kind, name in _marked_record(it["Name"])}
        for it in [*(it for it in sets if (it["Type"], it["Name"]) in owned), *marks]:
            known = f"external-dns/owner in {zone['Name']}"
            yield Leftover("DNS record", f"{it['Type']} {it['Name']}", known, f"{zone['Id']}")


def _owner(record: Mapping[str, Any]) -> str:
    """The owner that a TXT record of external-dns names; nothing where it is none of its."""
    for value in record.get("ResourceRecords", []):
        said = dict(part.partition("=")[::2] for part in value["Value"].strip('"').split(","))
        if said.get("heritage") == "external-dns":
            return str(said.get("external-dns/owner", ""))
    return ""


def _marked_record(name: str) -> Iterator[tuple[str, str]]:
    """The record that a TXT record stands for: its type goes before its name, ``a-`` or ``cname-``."""
    for kind in ("A", "AAAA", "CNAME"):
        if name.startswith(f"{kind.lower()}-"):
            yield kind, name.removeprefix(f"{kind.lower()}-")
    if name.startswith("cname-"):
        # so aliases were marked, too, before they had a mark of their own
        yield "A", name.removeprefix("cname-")


def log_groups(estate: Estate, client: Client) -> Iterator[Leftover]:
    """Log groups that AWS made again, without end and without key: the next ``up`` finds the name taken."""
    logs = client("logs")
    prefixes = [f"/aws/{service}/{cluster}/" for cluster in estate.clusters for service in ("eks", "containerinsights")]
    for prefix in prefixes:
        for it in _pages(logs, "describe_log_groups", "logGroups", logGroupNamePrefix=prefix):
            yield Leftover("log group", it["logGroupName"], f"name under {prefix}")


FINDERS: Final[Mapping[str, Callable[[Estate, Client], Iterator[Leftover]]]] = {
    "instance": instances,
    "load balancer": load_balancers,
    "target group": target_groups,
    "network interface": interfaces,
    "security group": groups,
    "launch template": templates,
    "volume": volumes,
    "DNS record": records,
    "log group": log_groups,
}
"""Every kind, in the order in which they can go: what stands in something goes before it."""


def find(estate: Estate, client: Client) -> list[Leftover]:
    """Everything that is left of a stack, in the order in which it can be deleted."""
    return [it for finder in FINDERS.values() for it in finder(estate, client)]


def standing(estate: Estate, client: Client) -> list[str]:
    """The stack's clusters that still stand: while one does, what its controllers made is in use."""
    return [name for name in _pages(client("eks"), "list_clusters", "clusters") if name in estate.clusters]
