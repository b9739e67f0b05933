"""EKS add-ons: what each is told, what each may do in AWS, and the order in which they come up.

Before the first node: vpc-cni, kube-proxy and the Pod Identity agent, all of which run on the host's network and which
a node needs to become ready. After it: what runs as ordinary pods and would otherwise wait, then fail as degraded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import pulumi
import pulumi_aws as aws

from components.eks_cluster.settings import AddonName, AddonSettings
from components.pod_identity import ClusterRef, Grant, ManagedPolicy, PodRole

Values: TypeAlias = dict[str, object]
"""Configuration of an add-on, in the form of its chart's values; leaves may be cloud values not known yet."""

_UNSIZED: Final[Mapping[str, tuple[str, ...]]] = {"vpc-cni": ("init", "nodeAgent")}
"""Parts whose sizes an add-on's schema refuses, and with them the whole configuration: vpc-cni's ``init`` and
``nodeAgent`` are closed and know no resources (schema in the AWS CLI reference, describe-addon-configuration)."""

CONTAINER_INSIGHTS: Final = "/aws/containerinsights/{cluster}/performance"
"""Where the CloudWatch agent writes what it measures (CloudWatch user guide, Container Insights)."""


def configuration(addon: AddonName, told: Values, sizes: Values) -> Values:
    """What an add-on is told, and over the same tree how large its pods are, but for what its schema refuses."""
    return _merged({key: value for key, value in sizes.items() if key not in _UNSIZED.get(addon, ())}, told)


def _merged(values: Values, more: Values) -> Values:
    found = dict(values)
    for key, value in more.items():
        there = found.get(key)
        found[key] = _merged(there, value) if isinstance(there, dict) and isinstance(value, dict) else value
    return found


@dataclass(frozen=True)
class PodNetwork:
    """Subnets that pods have for themselves, by zone, and the security group of their interfaces."""

    region: str
    subnet_ids: Mapping[str, pulumi.Input[str]]
    security_group_id: pulumi.Input[str]


def vpc_cni_values(*, prefix_delegation: bool, pods: PodNetwork | None) -> Values:
    """What vpc-cni is told: network policies on, how addresses are kept ready, where pods' addresses come from.

    ``standard`` enforcement: with ``strict`` allowed traffic was seen denied (aws-network-policy-agent#288, open).
    """
    warm = (
        # one /28 in reserve starts 16 pods without a call to EC2
        {"ENABLE_PREFIX_DELEGATION": "true", "WARM_PREFIX_TARGET": "1"}
        if prefix_delegation
        # without these a whole interface is kept in reserve, 10 to 15 addresses a node
        else {"ENABLE_PREFIX_DELEGATION": "false", "WARM_IP_TARGET": "5", "MINIMUM_IP_TARGET": "10"}
    )
    env = {"NETWORK_POLICY_ENFORCING_MODE": "standard", "AWS_VPC_K8S_CNI_LOGLEVEL": "INFO", **warm}
    if pods is None:
        return {"enableNetworkPolicy": "true", "env": env}
    # one ENIConfig a zone, called like the zone; a node finds its own by its zone label
    custom = {"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG": "true", "ENI_CONFIG_LABEL_DEF": "topology.kubernetes.io/zone"}
    subnets: Values = {
        zone: {"id": subnet, "securityGroups": [pods.security_group_id]} for zone, subnet in pods.subnet_ids.items()
    }
    return {
        "enableNetworkPolicy": "true",
        "env": {**env, **custom},
        "eniConfig": {"create": True, "region": pods.region, "subnets": subnets},
    }


def ebs_csi_values(tags: Mapping[str, str]) -> Values:
    """What the EBS CSI driver is told: the tags of every volume it makes, which no provider tags."""
    return {"controller": {"extraVolumeTags": dict(tags)}}


def cloudwatch_values() -> Values:
    """What the CloudWatch add-on is told: metrics, and nothing else.

    Container logs would pass by redaction, with pupils' data in them; automatic instrumentation would change our pods.
    """
    return {
        "containerLogs": {"enabled": False},
        "containerInsights": {"enabled": True},
        "otelContainerInsights": {"enabled": False},
        "manager": {"applicationSignals": {"autoMonitor": {"monitorAllServices": False, "restartPods": False}}},
    }


def ebs_csi_grants(volumes_key_arn: pulumi.Input[str]) -> tuple[Grant, ...]:
    """What the driver needs beyond its managed policy: to use the volumes' key (its docs/install.md, 2026-08)."""
    return (
        Grant("EncryptVolumes", ["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"], [volumes_key_arn]),
        Grant(
            "GrantVolumes",
            ["kms:CreateGrant"],
            [volumes_key_arn],
            # a grant for a volume that EC2 attaches, none for anyone else
            {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    )


def cloudwatch_grants(log_group_arn: str) -> tuple[Grant, ...]:
    """What the CloudWatch agent may do: write to its one log group, put its one namespace, read what nodes are."""
    return (
        Grant(
            "WritePerformance",
            ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            [log_group_arn, f"{log_group_arn}:*"],
        ),
        Grant(
            "PutMetrics",
            ["cloudwatch:PutMetricData"],
            ["*"],
            {"StringEquals": {"cloudwatch:namespace": ["ContainerInsights", "ContainerInsights/Prometheus"]}},
            reason="PutMetricData knows no resources; the namespace bounds it",
        ),
        Grant(
            "DescribeNodes",
            ["ec2:DescribeTags", "ec2:DescribeVolumes"],
            ["*"],
            reason="EC2's Describe calls know no resources",
        ),
    )


class Addon(pulumi.ComponentResource):
    """An EKS add-on at a pinned version, with the identity of its service account where it calls AWS.

    Its settings are what stands here: on creation and on update they win over what is in the cluster (``OVERWRITE``).
    The cluster comes up without self-managed add-ons, so there is nothing of anyone else's to lose.
    """

    addon: aws.eks.Addon

    def __init__(
        self,
        name: str,
        addon: AddonName,
        settings: AddonSettings,
        cluster: ClusterRef,
        *,
        values: Values | None = None,
        identity: PodRole | None = None,
        service_account: str | None = None,
        depends_on: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:Addon", name, None, opts)
        associations = None
        if identity is not None and service_account is not None:
            associations = [
                aws.eks.AddonPodIdentityAssociationArgs(role_arn=identity.arn, service_account=service_account)
            ]
        self.addon = aws.eks.Addon(
            name,
            cluster_name=cluster.name,
            addon_name=addon,
            addon_version=settings.version(addon),
            configuration_values=pulumi.Output.json_dumps(values, sort_keys=True) if values else None,
            pod_identity_associations=associations,
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="OVERWRITE",
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[cluster.exists, *(identity.ready if identity else ()), *depends_on]
            ),
        )
        self.register_outputs({})


VPC_CNI_POLICY: Final = ManagedPolicy(
    "AmazonEKS_CNI_Policy", "AWS keeps it in step with the CNI's releases, and the CNI is AWS's own"
)
EBS_CSI_POLICY: Final = ManagedPolicy(
    "service-role/AmazonEBSCSIDriverPolicyV2", "AWS keeps it in step with the driver; bound to volumes the driver made"
)
