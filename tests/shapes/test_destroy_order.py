"""What a destroy would leave behind, by law 8: each is deleted while that which deletes it still works.

The order is the graph's own; what no order can sweep is ``ops.sweep``'s, named at the end.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache

import pytest

from sandbox.model import Resource, Run
from tests.shapes.deletion import Deletion
from tests.stacks.conftest import STACKS

RunOf = Callable[[str], Run]
Find = Callable[..., list[Resource]]

RELEASE = "kubernetes:helm.sh/v3:Release"
GATEWAY_KINDS = ("Gateway", "HTTPRoute", "GRPCRoute", "Service of type LoadBalancer")
CONFIGURATIONS = ("GatewayClass", "LoadBalancerConfiguration", "TargetGroupConfiguration", "ListenerRuleConfiguration")
VOLUMES = ("kube-prometheus-stack", "loki")
"""Releases whose StatefulSets claim volumes."""


@pytest.fixture(scope="module")
def deletion_of(run_of: RunOf) -> Callable[[str], Deletion]:
    return cache(lambda stack: Deletion(run_of(stack)))


@pytest.fixture(params=STACKS)
def order(request: pytest.FixtureRequest, deletion_of: Callable[[str], Deletion]) -> Deletion:
    return deletion_of(request.param)


def kinds(order: Deletion, *names: str) -> list[Resource]:
    """Kubernetes objects of those kinds."""
    return order.find(lambda it: it.type.startswith("kubernetes:") and kind(it) in names)


def kind(resource: Resource) -> str:
    """The kind of an object, with Services of load balancers told from the others."""
    name = resource.type.rpartition(":")[2]
    spec = resource.inputs.get("spec")
    if name == "Service" and isinstance(spec, dict) and spec.get("type") == "LoadBalancer":
        return "Service of type LoadBalancer"
    return name


def types(order: Deletion, *tokens: str) -> list[Resource]:
    """AWS resources of those types, given by their last part: ``NodeGroup``."""
    return order.find(lambda it: it.type.startswith("aws:") and it.type.rpartition(":")[2] in tokens)


def releases(order: Deletion, *names: str) -> list[Resource]:
    """Helm releases of those operators."""
    return order.find(lambda it: it.type == RELEASE and it.name.rpartition("/")[2] in names)


def addons(order: Deletion, *names: str) -> list[Resource]:
    return [it for it in types(order, "Addon") if it.inputs["addonName"] in names]


def identity(order: Deletion, service_account: str) -> list[Resource]:
    """The Pod Identity association of a service account, and the policies of its role."""
    found = [it for it in types(order, "PodIdentityAssociation") if it.inputs["serviceAccount"] == service_account]
    roles = {str(it.inputs["roleArn"]).rpartition("/")[2] for it in found}
    policies = types(order, "RolePolicy", "RolePolicyAttachment")
    return found + [it for it in policies if it.inputs["role"] in roles]


def objects(order: Deletion) -> list[Resource]:
    return order.find(lambda it: it.type.startswith("kubernetes:"))


def clusters(order: Deletion) -> list[Resource]:
    return order.find(lambda it: it.type == "aws:eks/cluster:Cluster")


# --- everything in the cluster ----------------------------------------------------------------------------------------


def test_objects_go_before_the_nodes_that_their_controllers_run_on(order: Deletion) -> None:
    assert len(objects(order)) >= 100
    assert order.wrong(objects(order), types(order, "NodeGroup")) == []


def test_objects_go_while_whoever_deletes_them_reaches_the_api(order: Deletion) -> None:
    """The deploy role made the cluster and is its admin; what is left is the way to its private network."""
    way = [it for it in types(order, "VpcPeeringConnection", "Route") if "runner" in it.name or "peering" in it.urn]
    assert order.wrong(objects(order), [*way, *clusters(order)]) == []


def test_nodes_go_while_controllers_reach_aws(order: Deletion) -> None:
    """A finalizer whose controller can't call AWS waits for ever."""
    ways = types(order, "Route", "NatGateway", "InternetGateway", "VpcEndpoint", "SecurityGroupIngressRule")
    ways += [it for it in types(order, "RouteTableAssociation") if not it.name.startswith("database-")]
    ways = [
        it
        for it in ways
        if not it.type.endswith("SecurityGroupIngressRule") or it.name.startswith("endpoints-")
        if not it.name.startswith("runner")
    ]
    assert len(ways) >= 8
    assert order.wrong(types(order, "NodeGroup"), ways) == []


# --- load balancer ----------------------------------------------------------------------------------------------------


def test_load_balancer(order: Deletion) -> None:
    """Route, gateway, what describes it, the controller, its rights; its groups, certificate and firewall last."""
    sources = kinds(order, *GATEWAY_KINDS)
    controller = releases(order, "aws-load-balancer-controller")
    assert sources
    assert len(controller) == 1
    assert order.wrong(kinds(order, "HTTPRoute", "GRPCRoute"), kinds(order, "Gateway")) == []
    assert order.wrong(kinds(order, "Gateway"), kinds(order, "GatewayClass", "LoadBalancerConfiguration")) == []
    assert order.wrong([*sources, *kinds(order, *CONFIGURATIONS)], controller) == []
    assert order.wrong(controller, identity(order, "aws-load-balancer-controller")) == []
    assert order.wrong(controller, releases(order, "gateway-api")) == []
    kept = [it for it in types(order, "SecurityGroup") if it.name.startswith("load-balancer")]
    kept += [it for it in types(order, "WebAcl") if it.inputs["scope"] == "REGIONAL"]
    assert len(kept) >= 2
    assert order.wrong(kinds(order, "Gateway"), kept) == []


# --- Karpenter's nodes ------------------------------------------------------------------------------------------------


def test_karpenter_node(order: Deletion, deletion_of: Callable[[str], Deletion]) -> None:
    """Pool, class, controller, then its queue, its rights, and what lets its nodes in."""
    pools, classes = kinds(order, "NodePool"), kinds(order, "EC2NodeClass")
    controller = releases(order, "karpenter")
    if not controller:
        assert (pools, classes) == ([], [])
        assert kinds(deletion_of("production"), "NodePool")
        return
    assert len(pools) == len(classes) > 0
    for pool in pools:
        (own,) = [it for it in classes if it.name.rpartition("/")[2] == pool.name.rpartition("/")[2]]
        assert order.before(pool, own)
    assert order.wrong([*pools, *classes], [*controller, *releases(order, "karpenter-crd")]) == []
    rights = identity(order, "karpenter")
    assert len(rights) >= 2
    assert order.wrong(controller, rights) == []
    events = [it for it in types(order, "EventRule", "EventTarget", "Queue", "QueuePolicy") if "karpenter" in it.urn]
    assert len(events) >= 4
    assert order.wrong(controller, events) == []
    nodes = [it for it in types(order, "AccessEntry") if it.inputs.get("type") == "EC2_LINUX"]
    nodes += types(order, "InstanceProfile")
    nodes += [it for it in types(order, "RolePolicyAttachment") if "karpenter-nodes" in str(it.inputs["role"])]
    assert len(nodes) >= 3
    assert order.wrong(classes, nodes) == []
    assert order.wrong(classes, types(order, "Subnet", "NodeGroup")) == []


# --- volume -----------------------------------------------------------------------------------------------------------


def test_volume(order: Deletion) -> None:
    """Claims by their releases, the class, the driver, its rights and nodes; the volumes' key last."""
    claiming = releases(order, *VOLUMES)
    driver = addons(order, "aws-ebs-csi-driver")
    assert len(claiming) >= 1
    assert len(driver) == 1
    assert order.wrong(claiming, kinds(order, "StorageClass")) == []
    assert order.wrong(kinds(order, "StorageClass"), driver) == []
    assert order.wrong(driver, types(order, "NodeGroup")) == []
    rights = [
        it
        for it in types(order, "RolePolicy", "RolePolicyAttachment")
        if "ebs-csi" in str(it.inputs["role"]) or "EBSCSI" in str(it.inputs.get("policyArn"))
    ]
    assert rights
    assert order.wrong(driver, rights) == []
    keys = [
        it for it in types(order, "Key") if it.name.endswith("volumes") or "volumes" in str(it.inputs["description"])
    ]
    assert keys
    assert order.wrong(driver, keys) == []


# --- network interface ------------------------------------------------------------------------------------------------


def test_network_interface(order: Deletion) -> None:
    """Nodes go while the CNI can still free addresses; then the groups and subnets that interfaces stand in."""
    nodes = types(order, "NodeGroup")
    assert order.wrong(nodes, addons(order, "vpc-cni", "kube-proxy", "eks-pod-identity-agent")) == []
    assert (
        order.wrong(
            nodes, [it for it in types(order, "RolePolicyAttachment") if "main-nodes" in str(it.inputs["role"])]
        )
        == []
    )
    private = [it for it in types(order, "Subnet") if it.name.startswith("private-")]
    assert len(private) >= 2
    assert order.wrong([*nodes, *clusters(order)], private) == []
    for store, group in (("ReplicationGroup", "cache"), ("ClusterInstance", "database")):
        if not types(order, store):
            continue  # a standby's stores are made when it takes over
        (mine,) = [it for it in types(order, "SecurityGroup") if it.name == group]
        assert order.wrong(types(order, store), [mine, *types(order, "Vpc")]) == []


# --- DNS record -------------------------------------------------------------------------------------------------------


def test_dns_record(order: Deletion) -> None:
    """What records are made of goes before external-dns, and that before its rights."""
    controller = releases(order, "external-dns")
    assert len(controller) == 1
    assert order.wrong(kinds(order, "Gateway", "HTTPRoute", "GRPCRoute"), controller) == []
    rights = identity(order, "external-dns")
    assert len(rights) >= 2
    assert order.wrong(controller, rights) == []
    values = controller[0].inputs["values"]
    assert isinstance(values, dict)
    # the other policy, upsert-only, never deletes
    assert values["policy"] == "sync"


# --- log group --------------------------------------------------------------------------------------------------------


def test_log_group(order: Deletion) -> None:
    """Whatever writes goes before its group, or AWS makes the group again, without end and without key."""
    writers = {
        "/aws/eks/": clusters(order),
        "/aws/rds/": order.find(lambda it: it.type == "aws:rds/cluster:Cluster"),
        "/aws/containerinsights/": addons(order, "amazon-cloudwatch-observability"),
        "/vpc/flow": types(order, "FlowLog"),
        "/cache/": types(order, "ReplicationGroup"),
        "aws-waf-logs-": types(order, "WebAclLoggingConfiguration"),
    }
    judged = 0
    for group in types(order, "LogGroup"):
        name = str(group.inputs["name"])
        (mark,) = [it for it in writers if it in name]
        if mark == "/aws/rds/" and not writers[mark]:
            continue  # a standby's database comes when it takes over, and finds its group there
        mine = [it for it in writers[mark] if len(writers[mark]) == 1 or names(it, name)]
        assert mine, name
        assert order.wrong(mine, [group]) == []
        judged += 1
    assert judged >= 3


def names(writer: Resource, group: str) -> bool:
    """Whether a writer is that group's: it says its name, or its ARN."""
    return group in str(writer.inputs) or group.rpartition("/")[2] == writer.name


# --- the judge --------------------------------------------------------------------------------------------------------


def test_the_judge_tells_a_wrong_pair() -> None:
    first = Resource("urn:a", "kubernetes:x:Gateway", "a", custom=True, dependencies=["urn:b"])
    second = Resource("urn:b", RELEASE, "b", custom=True, parent="urn:c")
    third = Resource("urn:c", "platform:index:Services", "c", custom=False, provider="urn:d::id")
    last = Resource("urn:d", "pulumi:providers:aws", "d", custom=True)
    order = Deletion(Run("p", "s", [last, third, second, first], {}))
    assert order.wrong([first], [second, third, last]) == []
    assert order.wrong([second], [first, last]) == ["urn:b | urn:a"]


def test_a_controller_that_nothing_waits_for_is_told(run_of: RunOf) -> None:
    """The same question of a graph in which no object depends on the load balancer controller's release."""
    run = copy.deepcopy(run_of("production"))
    (controller,) = [
        it for it in run.resources if it.type == RELEASE and it.name.endswith("/aws-load-balancer-controller")
    ]
    for it in run.resources:
        it.dependencies = [urn for urn in it.dependencies if urn != controller.urn]
        it.property_dependencies = {
            key: [urn for urn in urns if urn != controller.urn] for key, urns in it.property_dependencies.items()
        }
    order = Deletion(run)
    assert order.wrong(kinds(order, "Gateway"), [controller]) == [
        f"{gateway.urn} | {controller.urn}" for gateway in kinds(order, "Gateway")
    ]
