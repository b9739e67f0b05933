"""What the component gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sandbox.cloud.eks.arguments import Arguments
from sandbox.cloud.eks.children import output, ref
from sandbox.cloud.eks.values import NOTHING, Input, as_json, mapping, plain
from sandbox.model import Properties, Resource, Value


def outputs_of(
    arguments: Arguments,
    made: Mapping[str, Resource | None],
    roles: Sequence[Resource],
    config: Input,
    entries: list[Value],
) -> tuple[Properties, dict[str, list[str]]]:
    """The outputs, and the URNs that each depends on. ``made`` holds the children by the name of their output."""
    cluster = made["eksCluster"]
    if cluster is None:
        raise RuntimeError("the component made no cluster")
    refs = {key: Input(ref(found), frozenset([found.urn])) for key, found in made.items() if found is not None}
    issuer = output(cluster, "identities").map(issuer_of)
    own_group = output(cluster, "vpcConfig").entry("clusterSecurityGroupId")
    group, nodes, rule = made["clusterSecurityGroup"], made["nodeSecurityGroup"], made["eksClusterIngressRule"]
    node_role, oidc = made["autoModeNodeRole"], made["oidcProvider"]
    role_refs = Input([ref(role) for role in roles], frozenset(role.urn for role in roles))
    outputs: dict[str, Input] = {
        key: refs[key]
        for key in ("eksCluster", "clusterSecurityGroup", "nodeSecurityGroup", "eksClusterIngressRule")
        if key in refs
    }
    outputs |= {
        "kubeconfig": config,
        "kubeconfigJson": config.map(as_json),
        "instanceRoles": role_refs,
        "core": _core(
            arguments,
            refs,
            {
                "endpoint": output(cluster, "endpoint"),
                "instanceRoles": role_refs,
                "kubeconfig": config,
                "accessEntries": Input(entries),
            },
        ),
        "clusterSecurityGroupId": output(group, "id") if group else own_group,
        "nodeSecurityGroupId": output(nodes, "id") if nodes else own_group,
        "clusterIngressRuleId": output(rule, "securityGroupRuleId") if rule else Input(""),
        "defaultNodeGroupAsgName": Input(""),
        "fargateProfileId": Input(""),
        "fargateProfileStatus": Input(""),
        "oidcProviderArn": output(oidc, "arn") if oidc else Input(""),
        "oidcProviderUrl": issuer,
        "oidcIssuer": issuer.map(lambda url: str(url).removeprefix("https://")),
        "autoModeNodeRoleName": output(node_role, "name") if node_role else Input(""),
    }
    values, by_property, _ = plain(outputs)
    return values, by_property


def _core(arguments: Arguments, refs: Mapping[str, Input], given: Mapping[str, Input]) -> Input:
    named = {
        "cluster": "eksCluster",
        "clusterSecurityGroup": "clusterSecurityGroup",
        "provider": "provider",
        "vpcCni": "vpcCni",
        "oidcProvider": "oidcProvider",
        "clusterIamRole": "clusterIamRole",
    }
    parts = {key: refs[source] for key, source in named.items() if source in refs}
    parts |= {
        "vpcId": arguments.get("vpcId"),
        "subnetIds": arguments.subnets(),
        "publicSubnetIds": arguments.get("publicSubnetIds"),
        "privateSubnetIds": arguments.get("privateSubnetIds"),
        "nodeGroupOptions": mapping({"version": arguments.get("version")}),
        "tags": arguments.get("tags"),
        "nodeSecurityGroupTags": arguments.get("nodeSecurityGroupTags"),
        "storageClasses": Input({}),
        "encryptionConfig": encryption(arguments.get("encryptionConfigKeyArn")),
        "autoModeNodeRoleName": Input(""),
    }
    return mapping({**parts, **given})


def encryption(key: Input) -> Input:
    """The configuration that encrypts Kubernetes secrets under ``key``; nothing without one."""
    if not key:
        return NOTHING
    return mapping({"provider": mapping({"keyArn": key}), "resources": Input(["secrets"])})


def issuer_of(identities: Value) -> Value:
    """The OIDC issuer among a cluster's identities; empty if it has none."""
    first = identities[0] if isinstance(identities, list) and identities else None
    oidcs = first.get("oidcs") if isinstance(first, dict) else None
    found = oidcs[0] if isinstance(oidcs, list) and oidcs else None
    return (found.get("issuer") if isinstance(found, dict) else "") or ""
