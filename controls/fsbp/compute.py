"""EKS, EC2's network and machines, Lambda."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Final

from controls.fsbp.lines import disputed, line
from controls.graph import Graph, Json, Resource, aws, dig, k8s, rows, texts, truth
from controls.judges import all_of, each, finding, has, linked, no, one_of, some, there
from controls.model import Control, Finding, Scope

CLUSTER: Final = aws("eks.Cluster")
VPC: Final = aws("ec2.Vpc")
DEFAULT_GROUP: Final = aws("ec2.DefaultSecurityGroup")
SUBNET: Final = aws("ec2.Subnet")
ACL: Final = aws("ec2.NetworkAcl")
TEMPLATE: Final = aws("ec2.LaunchTemplate")
INSTANCE: Final = aws("ec2.Instance")
NODE_CLASS: Final = k8s("karpenter.k8s.aws/v1.EC2NodeClass")
FUNCTION: Final = aws("lambda.Function")
PERMISSION: Final = aws("lambda.Permission")
EBS_DEFAULT: Final = aws("ebs.EncryptionByDefault")
_OLDEST_KUBERNETES: Final = (1, 35)
"""The oldest version whose standard support lasts: 1.34 leaves it on 2026-12-02, by the EKS release calendar."""
_REMOTE_PORTS: Final = (22, 3389)
_RUNTIMES: Final = (
    "python3.11", "python3.12", "python3.13", "python3.14", "nodejs22.x", "nodejs24.x", "java17", "java21", "java25",
    "ruby3.3", "ruby3.4", "dotnet8", "dotnet10", "provided.al2023",
)  # fmt: skip
"""Runtimes that Lambda still mends, by its table of runtimes in 2026-11."""


def open_to_all(network: str) -> bool:
    """Whether a network is every address."""
    try:
        return ipaddress.ip_network(network, strict=False).prefixlen == 0
    except ValueError:
        return False


def _version(value: Json) -> bool:
    major, _, minor = str(value or "").partition(".")
    return major.isdigit() and minor.isdigit() and (int(major), int(minor)) >= _OLDEST_KUBERNETES


def _nothing_in(value: Json) -> bool:
    return value == []


def _lets_in(rule: dict[str, Json], port: int) -> bool:
    """Whether a rule of a network ACL is about ``port`` from everywhere, by TCP."""
    everywhere = open_to_all(str(rule.get("cidrBlock") or rule.get("ipv6CidrBlock") or "0.0.0.1/32"))
    if not everywhere or rule.get("protocol") not in ("-1", "all", "tcp", "6", 6, -1):
        return False
    low, high = rule.get("fromPort"), rule.get("toPort")
    every = rule.get("protocol") in ("-1", "all", -1)
    return every or (isinstance(low, int | float) and isinstance(high, int | float) and low <= port <= high)


def _remote_ports(graph: Graph) -> Iterator[Finding]:
    """The first rule that is about the port decides, as the ACL itself does."""
    for acl in graph.of(ACL):
        rules = sorted(acl.rows("ingress"), key=lambda it: float(str(it.get("ruleNo") or 0)))
        opened: list[Json] = []
        for port in _REMOTE_PORTS:
            first = next((rule for rule in rules if _lets_in(rule, port)), None)
            if first is not None and first.get("action") == "allow":
                opened.append(port)
        yield finding(acl, "ingress", not opened, opened)


def _no_public_address(graph: Graph) -> Iterator[Finding]:
    for template in graph.of(TEMPLATE):
        found = [row.get("associatePublicIpAddress") for row in template.rows("networkInterfaces")]
        good = all(truth(it) is False for it in found)
        yield finding(template, "networkInterfaces", good, found)
    for node_class in graph.of(NODE_CLASS):
        value = node_class.get("spec.associatePublicIPAddress")
        yield finding(node_class, "spec.associatePublicIPAddress", truth(value) is False, value)


def _permission(graph: Graph) -> Iterator[Finding]:
    """Nobody but a named principal may call a function; a service only for a named source."""
    for permission in graph.of(PERMISSION):
        principal = permission.text("principal")
        scoped = any(there(permission.get(key)) for key in ("sourceAccount", "sourceArn", "principalOrgId"))
        good = principal != "*" and (scoped or not principal.endswith(".amazonaws.com"))
        yield finding(permission, "principal", good, principal)


def _rejected(value: Json) -> bool:
    return value in ("ALL", "REJECT")


def _two(value: Json) -> bool:
    return len(texts(value)) > 1


def _not_public(cluster: Resource) -> bool:
    return truth(cluster.get("vpcConfig.endpointPublicAccess")) is False


def _endpoint(graph: Graph) -> Iterator[Finding]:
    for cluster in graph.of(CLUSTER):
        found = cluster.get("vpcConfig.endpointPublicAccess")
        yield finding(cluster, "vpcConfig.endpointPublicAccess", _not_public(cluster), found)


def _own_key(cluster: Resource) -> bool:
    return any(
        "secrets" in texts(row.get("resources")) and there(dig(row, "provider.keyArn"))
        for row in rows(cluster.get("encryptionConfig"))
    )


def encrypted_secrets(graph: Graph) -> Iterator[Finding]:
    """Clusters encrypt their Secrets with a key of the account."""
    for cluster in graph.of(CLUSTER):
        found = cluster.get("encryptionConfig.provider.keyArn")
        yield finding(cluster, "encryptionConfig", _own_key(cluster), found)


CONTROLS: Final[tuple[Control, ...]] = (
    line("EKS.1", "The API endpoint isn't public", CLUSTER, _endpoint),
    line("EKS.2", "Clusters run a version in standard support", CLUSTER, each(CLUSTER, "version", _version)),
    disputed("EKS.3", "Secrets are encrypted with a key of our own", CLUSTER, encrypted_secrets),
    line("EKS.8", "The control plane's audit log is on", CLUSTER, each(
        CLUSTER, "enabledClusterLogTypes", has("audit"))),
    line("EC2.2", "A VPC's default security group lets nothing in or out", (VPC, DEFAULT_GROUP), all_of(
        linked(VPC, DEFAULT_GROUP, "vpcId", "ingress", _nothing_in),
        linked(VPC, DEFAULT_GROUP, "vpcId", "egress", _nothing_in))),
    line("EC2.6", "A VPC's flows are logged", VPC, linked(VPC, aws("ec2.FlowLog"), "vpcId", "trafficType", _rejected)),
    line("EC2.7", "New volumes are encrypted", EBS_DEFAULT, some(
        EBS_DEFAULT, lambda it: truth(it.get("enabled")) is True, "enabled"), Scope.REGION),
    line("EC2.8", "The metadata service asks for a token", (TEMPLATE, INSTANCE, NODE_CLASS), all_of(
        each((TEMPLATE, INSTANCE), "metadataOptions.httpTokens", one_of("required")),
        each(NODE_CLASS, "spec.metadataOptions.httpTokens", one_of("required")))),
    line("EC2.15", "No subnet gives out public addresses by itself", SUBNET, each(SUBNET, "mapPublicIpOnLaunch", no)),
    line("EC2.21", "No network ACL lets everybody in to SSH or RDP", ACL, _remote_ports),
    line("EC2.25", "No launch template gives public addresses", (TEMPLATE, NODE_CLASS), _no_public_address),
    line("Lambda.1", "No function is for everybody", PERMISSION, _permission),
    line("Lambda.2", "Functions run on a runtime that is mended", FUNCTION, each(
        FUNCTION, "runtime", one_of(*_RUNTIMES), where=lambda it: it.get("packageType") != "Image")),
    disputed("Lambda.3", "Functions stand in a VPC", FUNCTION, each(FUNCTION, "vpcConfig.subnetIds", there)),
    line("Lambda.5", "Functions in a VPC stand in more than one zone", FUNCTION, each(
        FUNCTION, "vpcConfig.subnetIds", _two, where=lambda it: there(it.get("vpcConfig.subnetIds")))),
)  # fmt: skip
"""The lines about clusters, networks, machines and functions."""

__all__ = ["CLUSTER", "CONTROLS", "NODE_CLASS", "encrypted_secrets", "open_to_all"]
