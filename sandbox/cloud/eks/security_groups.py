"""The security groups that the component makes unless told not to, and their rules."""

from __future__ import annotations

from typing import Final

from sandbox.cloud.eks.arguments import Arguments
from sandbox.cloud.eks.children import Children, Steps, output
from sandbox.cloud.eks.values import Input, merged
from sandbox.model import Properties, Resource

_SECURITY_GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
_SECURITY_GROUP_RULE: Final = "aws:ec2/securityGroupRule:SecurityGroupRule"

_EGRESS: Final[Properties] = {
    "description": "Allow internet access.",
    "type": "egress",
    "fromPort": 0,
    "toPort": 0,
    "protocol": "-1",
    "cidrBlocks": ["0.0.0.0/0"],
}
_AMONG_NODES: Final[Properties] = {
    "description": "Allow nodes to communicate with each other",
    "type": "ingress",
    "fromPort": 0,
    "toPort": 0,
    "protocol": "-1",
    "self": True,
}
_KUBELETS: Final[Properties] = {
    "description": "Allow worker Kubelets and pods to receive communication from the cluster control plane",
    "type": "ingress",
    "fromPort": 1025,
    "toPort": 65535,
    "protocol": "tcp",
}
_EXTENSIONS: Final[Properties] = {
    "description": (
        "Allow pods running extension API servers on port 443 to receive communication from cluster control plane"
    ),
    "type": "ingress",
    "fromPort": 443,
    "toPort": 443,
    "protocol": "tcp",
}
_API_SERVER: Final[Properties] = {
    "description": "Allow pods to communicate with the cluster API Server",
    "type": "ingress",
    "fromPort": 443,
    "toPort": 443,
    "protocol": "tcp",
}


def cluster_group(children: Children, arguments: Arguments) -> Steps[Resource | None]:
    """The control plane's group with its way out, the one that was given, or none."""
    given = arguments.get("clusterSecurityGroup")
    if given.given:
        return arguments.referenced(given)
    if arguments.skips_security_groups:
        return None
    name = f"{children.name}-eksClusterSecurityGroup"
    group = yield from children.make(
        _SECURITY_GROUP,
        name,
        {
            "vpcId": arguments.get("vpcId"),
            "revokeRulesOnDelete": Input(value=True),
            "tags": merged(Input({"Name": name}), arguments.get("clusterSecurityGroupTags"), arguments.get("tags")),
        },
    )
    yield from _rule(children, "eksClusterInternetEgressRule", _EGRESS, securityGroupId=output(group, "id"))
    return group


def _rule(children: Children, name: str, fixed: Properties, **more: Input) -> Steps[Resource]:
    parts = {key: Input(value) for key, value in fixed.items()} | more
    return children.make(_SECURITY_GROUP_RULE, f"{children.name}-{name}", parts)


def node_group(
    children: Children, arguments: Arguments, group: Resource | None, cluster: Resource
) -> Steps[tuple[Resource | None, Resource | None]]:
    """The nodes' group with its rules, and the rule that lets the nodes in at the control plane; or neither."""
    if arguments.skips_security_groups or group is None:
        return None, None
    name, cluster_name = f"{children.name}-nodeSecurityGroup", output(cluster, "name")
    owned = cluster_name.map(lambda text: {"Name": name, f"kubernetes.io/cluster/{text}": "owned"})
    nodes = yield from children.make(
        _SECURITY_GROUP,
        name,
        {
            "vpcId": arguments.get("vpcId"),
            "revokeRulesOnDelete": Input(value=True),
            "tags": merged(owned, arguments.get("nodeSecurityGroupTags"), arguments.get("tags")),
        },
    )
    own, control_plane = output(nodes, "id"), output(group, "id")
    yield from _rule(children, "eksNodeIngressRule", _AMONG_NODES, securityGroupId=own)
    for rule, ports in (
        ("eksNodeClusterIngressRule", _KUBELETS),
        ("eksExtApiServerClusterIngressRule", _EXTENSIONS),
    ):
        yield from _rule(children, rule, ports, securityGroupId=own, sourceSecurityGroupId=control_plane)
    yield from _rule(children, "eksNodeInternetEgressRule", _EGRESS, securityGroupId=own)
    ingress = yield from _rule(
        children, "eksClusterIngressRule", _API_SERVER, securityGroupId=control_plane, sourceSecurityGroupId=own
    )
    return nodes, ingress
