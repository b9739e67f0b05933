"""Who comes in: instance roles, the aws-auth ConfigMap, access entries and their policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import yaml

from sandbox.cloud.eks.arguments import Arguments
from sandbox.cloud.eks.children import Children, Steps, output
from sandbox.cloud.eks.values import Input, combine, mapping
from sandbox.model import Resource, Value

_INSTANCE_POLICIES: Final = (
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonEC2ContainerRegistryReadOnly",
)


def instance_roles(children: Children, arguments: Arguments) -> Steps[tuple[list[Resource], Resource | None]]:
    """The roles of nodes that are let in, and the one of the default node group among them."""
    several, one = arguments.get("instanceRoles").value, arguments.get("instanceRole")
    if isinstance(several, list) and several:
        return [arguments.referenced(Input(item)) for item in several], None
    if one.given:
        role = arguments.referenced(one)
        return [role], role
    wanted = arguments.get("createInstanceRole")
    if not wanted and (wanted.given or arguments.get("skipDefaultNodeGroup")):
        return [], None
    role, _ = yield from children.service_role(f"{children.name}-instanceRole", "ec2.amazonaws.com", _INSTANCE_POLICIES)
    yield from children.make(
        "aws:iam/instanceProfile:InstanceProfile",
        f"{children.name}-instanceProfile",
        {"role": output(role, "name")},
    )
    return [role], role


def access(
    children: Children,
    arguments: Arguments,
    cluster: Resource,
    provider: Resource,
    *,
    roles: Sequence[Resource],
    default_role: Resource | None,
) -> Steps[tuple[list[str], list[Value]]]:
    """The aws-auth ConfigMap and the access entries: URNs of both, and the entries as they were given."""
    made: list[str] = []
    if arguments.uses_config_map:
        metadata: Value = {
            "name": "aws-auth",
            "namespace": "kube-system",
            "annotations": {"pulumi.com/patchForce": "true"},
        }
        config_map = yield from children.make(
            "kubernetes:core/v1:ConfigMap",
            f"{children.name}-nodeAccess",
            {
                "apiVersion": Input("v1"),
                "kind": Input("ConfigMap"),
                "immutable": Input(value=False),
                "metadata": Input(metadata),
                "data": _aws_auth(arguments, roles),
            },
            provider=f"{provider.urn}::{provider.id}",
        )
        made.append(config_map.urn)
    if not arguments.uses_entries:
        return made, []
    entries: dict[str, Input] = {}
    if default_role is not None:
        arn = output(default_role, "arn")
        entries["defaultNodeGroupInstanceRole"] = mapping({"principalArn": arn, "type": Input("EC2_LINUX")})
    given = arguments.get("accessEntries")
    entries |= {key: given.entry(key) for key in (given.value if isinstance(given.value, dict) else ())}
    for key, entry in entries.items():
        made.append((yield from _entry(children, key, entry, cluster)))
    return made, [entry.value for entry in entries.values()]


def _entry(children: Children, key: str, entry: Input, cluster: Resource) -> Steps[str]:
    name = output(cluster, "name")
    made = yield from children.make(
        "aws:eks/accessEntry:AccessEntry",
        f"{children.name}-{key}",
        {
            "clusterName": name,
            "principalArn": entry.entry("principalArn"),
            "kubernetesGroups": entry.entry("kubernetesGroups"),
            "tags": entry.entry("tags"),
            "type": entry.entry("type"),
            "userName": entry.entry("username"),
        },
        after=[cluster.urn],
    )
    policies = entry.entry("accessPolicies")
    for policy_key in policies.value if isinstance(policies.value, dict) else ():
        policy = policies.entry(policy_key)
        yield from children.make(
            "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
            f"{children.name}-{key}-{policy_key}",
            {
                "accessScope": policy.entry("accessScope"),
                "principalArn": entry.entry("principalArn"),
                "policyArn": policy.entry("policyArn"),
                "clusterName": name,
            },
            parent=made.urn,
            after=[made.urn],
        )
    return made.urn


def _aws_auth(arguments: Arguments, roles: Sequence[Resource]) -> Input:
    parts = {f"role{index}": output(role, "arn") for index, role in enumerate(roles)}
    parts |= {"roleMappings": arguments.get("roleMappings"), "userMappings": arguments.get("userMappings")}

    def render(values: Mapping[str, Value]) -> Value:
        mappings = [_mapping(item, "roleArn") for item in _list(values["roleMappings"])]
        mappings += [
            {
                "rolearn": values[f"role{index}"],
                "username": "system:node:{{EC2PrivateDNSName}}",
                "groups": ["system:bootstrappers", "system:nodes"],
            }
            for index in range(len(roles))
        ]
        data: dict[str, Value] = {"mapRoles": yaml.safe_dump(mappings, sort_keys=False)}
        users = [_mapping(item, "userArn") for item in _list(values["userMappings"])]
        if users:
            data["mapUsers"] = yaml.safe_dump(users, sort_keys=False)
        return data

    return combine(parts, render)


def _mapping(item: Value, key: str) -> dict[str, Value]:
    given = item if isinstance(item, dict) else {}
    return {key.lower(): given.get(key), "username": given.get("username"), "groups": given.get("groups")}


def _list(value: Value) -> list[Value]:
    return value if isinstance(value, list) else []
