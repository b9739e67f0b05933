"""What clusters, nodes and the network around them cost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from . import assumptions as assumed
from .parts import Estimator, Found, Hidden, Part, Unpriced, always, hours, some
from .prices import INSTANCES
from .stack import NODE_GROUP, NODE_POOL, Item, Stack, at

_TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
_NODE_CLASS: Final = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
_NAT: Final = "aws:ec2/natGateway:NatGateway"
_VCPU: Final = {"medium": 2, "large": 2, "xlarge": 4}
_SIZE: Final = re.compile(r"^(?P<times>\d+)xlarge$")
_STORAGE: Final = re.compile(r"^(?P<number>\d+)(?P<unit>Gi|Ti)$")


def vcpu(instance_type: str) -> int | None:
    """Processors of an instance type by its size; ``None`` for metal and the like."""
    size = instance_type.rpartition(".")[2]
    larger = _SIZE.match(size)
    return int(larger["times"]) * 4 if larger else _VCPU.get(size)


def gigabytes(quantity: object) -> float:
    """GB of a Kubernetes quantity such as ``50Gi``; EBS counts the binary ones and calls them GB."""
    match = _STORAGE.match(quantity) if isinstance(quantity, str) else None
    return 0.0 if match is None else int(match["number"]) * (1024 if match["unit"] == "Ti" else 1)


# --- clusters and nodes ---------------------------------------------------------------------------------------------


def cluster(_: Item, __: Stack) -> Found:
    """The control plane, in standard support."""
    yield always("control plane", 1, "eks.cluster")


def node_group(item: Item, stack: Stack) -> Found:
    """Its nodes on average over the week, and their disks."""
    if item.hidden("scalingConfig", "desiredSize") or item.hidden("instanceTypes"):
        yield Hidden("scalingConfig.desiredSize" if item.hidden("scalingConfig", "desiredSize") else "instanceTypes")
        return
    types = item.texts("instanceTypes")
    kind = types[0] if types else "t3.medium"
    nodes = stack.average_nodes(item)
    price = INSTANCES.get(kind)
    if price is None:
        yield Unpriced(f"instances of {kind}")
        return
    spot = item.text("capacityType") == "SPOT"
    factor = 1 - assumed.SPOT_DISCOUNT.value if spot else 1.0
    yield hours(f"{kind}{' spot' if spot else ''} nodes", nodes, price, factor)
    yield some("their disks", nodes * _disk(stack.linked(item, "launchTemplate.id", _TEMPLATE)), "ebs.gp3")


def _disk(template: Item | None) -> float:
    sizes = [] if template is None else [at(it, "ebs", "volumeSize") for it in template.items("blockDeviceMappings")]
    known = [float(size) for size in sizes if isinstance(size, (int, float))]
    return sum(known) if known else assumed.NODE_DISK.value


def node_pool(item: Item, stack: Stack) -> Found:
    """A part of what Karpenter's pool may grow to."""
    limit = item.number("spec", "limits", "cpu")
    wanted = _requirements(item)
    kind = next(iter(wanted.get("node.kubernetes.io/instance-type", ())), "")
    price, processors = INSTANCES.get(kind), vcpu(kind)
    if limit is None:
        yield Unpriced("a pool without a limit of CPU")
        return
    if price is None or processors is None:
        yield Unpriced(f"instances of {kind or 'a type that the pool does not name'}")
        return
    spot = wanted.get("karpenter.sh/capacity-type", ()) == ["spot"]
    nodes = limit * assumed.POOL_SHARE.value / processors
    factor = 1 - assumed.SPOT_DISCOUNT.value if spot else 1.0
    yield hours(f"{kind}{' spot' if spot else ''} nodes", nodes, price, factor)
    yield some("their disks", nodes * _class_disk(item, stack), "ebs.gp3")


def _requirements(pool: Item) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for requirement in pool.items("spec", "template", "spec", "requirements"):
        key, values = at(requirement, "key"), at(requirement, "values")
        if isinstance(key, str) and isinstance(values, Sequence) and at(requirement, "operator") == "In":
            found[key] = [value for value in values if isinstance(value, str)]
    return found


def _class_disk(pool: Item, stack: Stack) -> float:
    name = pool.text("spec", "template", "spec", "nodeClassRef", "name")
    for node_class in stack.of(_NODE_CLASS):
        if node_class.text("metadata", "name") == name:
            disks = node_class.items("spec", "blockDeviceMappings")
            return sum(gigabytes(at(disk, "ebs", "volumeSize")) for disk in disks) or assumed.NODE_DISK.value
    return assumed.NODE_DISK.value


# --- the network ----------------------------------------------------------------------------------------------------


def nat(_: Item, stack: Stack) -> Found:
    """A gateway and its part of what the nodes fetch."""
    yield always("NAT gateway", 1, "nat.gateway")
    yield some("through it", stack.nodes * assumed.NAT_GB.value / len(stack.of(_NAT)), "nat.data")


def address(_: Item, __: Stack) -> Found:
    """A public address, in use or not."""
    yield always("public IPv4 address", 1, "ipv4.public")


def endpoint(item: Item, stack: Stack) -> Found:
    """An interface endpoint in each of its zones; gateway endpoints are free."""
    if item.text("vpcEndpointType") != "Interface":
        return
    if item.hidden("subnetIds"):
        yield Hidden("subnetIds")
        return
    zones = len(item.items("subnetIds"))
    yield always(f"endpoint in {zones} zones", zones, "endpoint.zone")
    yield some("through it", stack.nodes * assumed.ENDPOINT_GB.value, "endpoint.data")


def vpn(_: Item, __: Stack) -> Found:
    """A connection of two tunnels."""
    yield always("VPN connection", 1, "vpn.connection")


def load_balancer(item: Item, stack: Stack) -> Found:
    """A load balancer and what it answers."""
    yield from _balancer(stack, network=item.text("loadBalancerType") == "network")


def gateway(_: Item, stack: Stack) -> Found:
    """The application load balancer that a controller makes of it."""
    yield from _balancer(stack, network=False)


def service(item: Item, stack: Stack) -> Found:
    """The network load balancer that a controller makes of a Service of that type; others are free."""
    if item.text("spec", "type") == "LoadBalancer":
        yield from _balancer(stack, network=True)


def _balancer(stack: Stack, *, network: bool) -> Iterator[Part]:
    yield always("load balancer", 1, "lb.network" if network else "lb.application")
    yield some("its capacity", assumed.LOAD_UNITS.value, "lb.nlcu" if network else "lb.lcu")
    yield some("to the internet", stack.nodes * assumed.INTERNET_GB.value, "transfer.internet")


# --- volumes --------------------------------------------------------------------------------------------------------


def disk(item: Item, _: Stack) -> Found:
    """An EBS volume."""
    yield some("volume", item.number("size") or 0, "ebs.gp3")


def claim(item: Item, _: Stack) -> Found:
    """The volume that a claim gets."""
    yield some("volume", gigabytes(item.at("spec", "resources", "requests", "storage")), "ebs.gp3")


def stateful_set(item: Item, _: Stack) -> Found:
    """The volumes of its replicas."""
    claims = item.items("spec", "volumeClaimTemplates")
    total = sum(gigabytes(at(it, "spec", "resources", "requests", "storage")) for it in claims)
    if total:
        yield some("volumes", total * (item.number("spec", "replicas") or 1), "ebs.gp3")


def release(item: Item, _: Stack) -> Found:
    """The volumes that a chart's values ask for."""
    total = claimed(item.at("values"))
    if total:
        yield some("volumes", total * assumed.VOLUME_SHARE.value, "ebs.gp3")


def claimed(value: object, replicas: float = 1.0) -> float:
    """GB that values claim: templates of claims, and ``persistence`` with a size, times the replicas around them."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return sum(claimed(it, replicas) for it in value)
    if not isinstance(value, Mapping):
        return 0.0
    own = value.get("replicas")
    around = float(own) if isinstance(own, (int, float)) and not isinstance(own, bool) else replicas
    total = 0.0
    for key, below in value.items():
        if key == "volumeClaimTemplate":
            total += around * gigabytes(at(below, "spec", "resources", "requests", "storage"))
        elif key == "persistence" and at(below, "enabled") is not False:
            total += around * gigabytes(at(below, "size"))
        else:
            total += claimed(below, around)
    return total


ESTIMATORS: Final[Mapping[str, Estimator]] = {
    "aws:eks/cluster:Cluster": cluster,
    NODE_GROUP: node_group,
    NODE_POOL: node_pool,
    _NAT: nat,
    "aws:ec2/eip:Eip": address,
    "aws:ec2/vpcEndpoint:VpcEndpoint": endpoint,
    "aws:ec2/vpnConnection:VpnConnection": vpn,
    "aws:lb/loadBalancer:LoadBalancer": load_balancer,
    "aws:alb/loadBalancer:LoadBalancer": load_balancer,
    "aws:ebs/volume:Volume": disk,
    "kubernetes:gateway.networking.k8s.io/v1:Gateway": gateway,
    "kubernetes:networking.k8s.io/v1:Ingress": gateway,
    "kubernetes:core/v1:Service": service,
    "kubernetes:core/v1:PersistentVolumeClaim": claim,
    "kubernetes:apps/v1:StatefulSet": stateful_set,
    "kubernetes:helm.sh/v3:Release": release,
}
HELPERS: Final = (_TEMPLATE, _NODE_CLASS, "aws:autoscaling/schedule:Schedule")
"""Types that cost nothing and that the estimate of others reads."""
