"""Node groups: their role, launch templates and the hours they are off."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pulumi
import pulumi_aws as aws

from components.context import Context
from components.eks_cluster.node_settings import NODE_GROUP_LABEL, NodeGroupSettings, NodeShape, max_pods
from components.eks_cluster.settings import OffHours
from components.pod_identity import ClusterRef, Grant, document, role_name
from components.versions import Architecture

NODE_POLICIES: Final = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")
"""What a node itself may do: join, hand out Pod Identity credentials, pull images. Not the CNI's rights, which its pods
have by Pod Identity, so that nothing that reaches a node's credentials can move network interfaces."""

VOLUME_IOPS: Final = 3000
VOLUME_MB_A_SECOND: Final = 125
"""gp3's base performance, free of charge."""
HOP_LIMIT: Final = 1
"""A reply of the metadata service that may pass no further host: pods off the host network get none."""
_BOTTLEROCKET_ROOT_GIB: Final = 10
"""Bottlerocket's read-only system; its images and logs are on the second disk."""
_UPDATE_PERCENT: Final = 33
"""How much of a group may be away during an update."""

_AMI_TYPES: Final[Mapping[tuple[str, Architecture], str]] = {
    ("al2023", "x86_64"): "AL2023_x86_64_STANDARD",
    ("al2023", "arm64"): "AL2023_ARM_64_STANDARD",
    ("bottlerocket", "x86_64"): "BOTTLEROCKET_x86_64",
    ("bottlerocket", "arm64"): "BOTTLEROCKET_ARM_64",
}
_CAPACITY_TYPES: Final = {"on-demand": "ON_DEMAND", "spot": "SPOT"}
_TAINT_EFFECTS: Final = {
    "NoSchedule": "NO_SCHEDULE",
    "PreferNoSchedule": "PREFER_NO_SCHEDULE",
    "NoExecute": "NO_EXECUTE",
}


def node_config(pods: int) -> str:
    """User data of Amazon Linux 2023 in MIME form: a node has ``pods`` slots.

    The figure stands twice: ``maxPods`` is what the kubelet uses, and from the expression nodeadm computes the memory
    that it reserves (awslabs/amazon-eks-ami, nodeadm/doc/examples.md, 2026-07).
    """
    config = {
        "apiVersion": "node.eks.aws/v1alpha1",
        "kind": "NodeConfig",
        "spec": {"kubelet": {"config": {"maxPods": pods}, "maxPodsExpression": str(pods)}},
    }
    # JSON is YAML, so nothing has to be quoted by hand
    return "\n".join(
        (
            "MIME-Version: 1.0",
            'Content-Type: multipart/mixed; boundary="//"',
            "",
            "--//",
            "Content-Type: application/node.eks.aws",
            "",
            json.dumps(config, indent=2),
            "--//--",
            "",
        )
    )


def bottlerocket_settings(pods: int) -> str:
    """User data of Bottlerocket in TOML: a node has ``pods`` slots."""
    return f"[settings.kubernetes]\nmax-pods = {pods}\n"


def user_data(image: Literal["al2023", "bottlerocket"], pods: int) -> str:
    """User data of ``image`` in base64, as a launch template takes it. EKS adds the cluster's part itself."""
    text = node_config(pods) if image == "al2023" else bottlerocket_settings(pods)
    return base64.b64encode(text.encode()).decode()


def disks(shape: NodeShape) -> tuple[tuple[str, int], ...]:
    """Device name and size in GiB of each disk of a node."""
    if shape.image == "al2023":
        return (("/dev/xvda", shape.volume_gib),)
    return (("/dev/xvda", _BOTTLEROCKET_ROOT_GIB), ("/dev/xvdb", shape.volume_gib))


@dataclass(frozen=True)
class NodePlacement:
    """What all groups of a cluster share: where their nodes are and what guards them."""

    subnet_ids: Sequence[pulumi.Input[str]]
    security_group_id: pulumi.Input[str]
    volumes_key_arn: pulumi.Input[str]
    version: str
    prefix_delegation: bool


class NodeRole(pulumi.ComponentResource):
    """The IAM role of nodes. Auto-named: an access entry binds a role's internal id, so a name is never used again."""

    arn: pulumi.Output[str]
    name: pulumi.Output[str]
    ready: list[pulumi.Resource]
    """The policies, which must outlive the nodes: without them a node can't take its network interfaces down."""

    def __init__(
        self, name: str, cluster: str, what: str, caches: Sequence[str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """``caches``: ARNs of the pull-through caches' repositories, which the first pull of an image makes."""
        super().__init__("platform:index:NodeRole", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "ec2.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        role = aws.iam.Role(
            role_name(cluster, what),
            assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            description=f"Nodes of {cluster}",
            opts=child,
        )
        self.arn, self.name = role.arn, role.name
        self.ready = [
            aws.iam.RolePolicyAttachment(
                f"{name}-{policy}", role=role.name, policy_arn=f"arn:aws:iam::aws:policy/{policy}", opts=child
            )
            for policy in NODE_POLICIES
        ]
        # who pulls an image that no cache has yet makes its repository, and ECR asks him for the right to; the managed
        # policy holds the import only (ECR user guide, IAM permissions for pull through cache)
        filling = document([Grant("FillCaches", ["ecr:CreateRepository"], caches)])
        self.ready.append(aws.iam.RolePolicy(name, role=role.name, policy=json.dumps(filling), opts=child))
        self.register_outputs({"arn": self.arn})


class NodeGroup(pulumi.ComponentResource):
    """A managed node group with its launch template and, where the cluster has off hours, their two schedules.

    The desired size is ignored after creation: an autoscaler, the schedules or a person set it, and an update leaves
    that alone.
    """

    group: aws.eks.NodeGroup

    def __init__(
        self,
        name: str,
        group_key: str,
        settings: NodeGroupSettings,
        *,
        context: Context,
        cluster: ClusterRef,
        role: NodeRole,
        placement: NodePlacement,
        off_hours: OffHours | None,
        depends_on: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:NodeGroup", name, None, opts)
        template = self._template(name, f"{cluster.name}-{group_key}", settings, context, placement)
        self.group = aws.eks.NodeGroup(
            name,
            cluster_name=cluster.name,
            node_role_arn=role.arn,
            subnet_ids=placement.subnet_ids,
            version=placement.version,
            ami_type=_AMI_TYPES[settings.image, settings.architecture],
            capacity_type=_CAPACITY_TYPES[settings.capacity],
            instance_types=settings.instance_types,
            launch_template=aws.eks.NodeGroupLaunchTemplateArgs(
                # a number, which may come as 1.0
                id=template.id,
                version=template.latest_version.apply(lambda version: str(int(version))),
            ),
            scaling_config=aws.eks.NodeGroupScalingConfigArgs(
                min_size=settings.min, desired_size=settings.desired, max_size=settings.max
            ),
            update_config=aws.eks.NodeGroupUpdateConfigArgs(max_unavailable_percentage=_UPDATE_PERCENT),
            node_repair_config=aws.eks.NodeGroupNodeRepairConfigArgs(enabled=True),
            labels={NODE_GROUP_LABEL: group_key, **settings.labels},
            taints=[
                aws.eks.NodeGroupTaintArgs(key=t.key, value=t.value or None, effect=_TAINT_EFFECTS[t.effect])
                for t in settings.taints
            ],
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[cluster.exists, *role.ready, *depends_on],
                ignore_changes=["scalingConfig.desiredSize"],
            ),
        )
        if off_hours is not None:
            self._schedules(name, settings.desired, off_hours)
        self.register_outputs({"nodeGroupName": self.group.node_group_name})

    def _template(
        self, name: str, instance_name: str, settings: NodeGroupSettings, context: Context, placement: NodePlacement
    ) -> aws.ec2.LaunchTemplate:
        pods = max_pods(settings.instance_types, prefix_delegation=placement.prefix_delegation)
        # provider default tags end at the template itself: what it starts is tagged here
        tags = context.all_tags(Name=instance_name)
        return aws.ec2.LaunchTemplate(
            name,
            description=f"Nodes of {instance_name}",
            update_default_version=True,
            user_data=user_data(settings.image, pods),
            metadata_options=aws.ec2.LaunchTemplateMetadataOptionsArgs(
                http_endpoint="enabled",
                http_tokens="required",
                http_put_response_hop_limit=HOP_LIMIT,
                instance_metadata_tags="disabled",
            ),
            block_device_mappings=[_disk(device, gib, placement.volumes_key_arn) for device, gib in disks(settings)],
            network_interfaces=[
                aws.ec2.LaunchTemplateNetworkInterfaceArgs(
                    device_index=0,
                    associate_public_ip_address="false",
                    delete_on_termination="true",
                    # an interface given here has only the groups given here
                    security_groups=[placement.security_group_id],
                )
            ],
            tag_specifications=[
                aws.ec2.LaunchTemplateTagSpecificationArgs(resource_type=kind, tags=tags)
                for kind in ("instance", "volume", "network-interface")
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _schedules(self, name: str, desired: int, off_hours: OffHours) -> None:
        asg = self.group.resources.apply(_autoscaling_group)
        for action, recurrence, size in (("sleep", off_hours.sleep, 0), ("wake", off_hours.wake, desired)):
            aws.autoscaling.Schedule(
                f"{name}-{action}",
                autoscaling_group_name=asg,
                scheduled_action_name=action,
                recurrence=recurrence,
                time_zone=off_hours.time_zone,
                # only the desired size moves, which updates ignore: schedule and update never fight
                min_size=-1,
                max_size=-1,
                desired_capacity=size,
                opts=pulumi.ResourceOptions(parent=self),
            )


def _disk(device: str, gib: int, key_arn: pulumi.Input[str]) -> aws.ec2.LaunchTemplateBlockDeviceMappingArgs:
    return aws.ec2.LaunchTemplateBlockDeviceMappingArgs(
        device_name=device,
        ebs=aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgs(
            volume_type="gp3",
            volume_size=gib,
            iops=VOLUME_IOPS,
            throughput=VOLUME_MB_A_SECOND,
            encrypted="true",
            kms_key_id=key_arn,
            delete_on_termination="true",
        ),
    )


def _autoscaling_group(resources: Sequence[aws.eks.outputs.NodeGroupResource]) -> str:
    """The name of the Auto Scaling group behind a node group: EKS makes exactly one. ``ValueError`` without."""
    for resource in resources:
        for group in resource.autoscaling_groups or []:
            if group.name:
                return group.name
    raise ValueError("the node group has no Auto Scaling group")
