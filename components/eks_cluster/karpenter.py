"""Karpenter's half in AWS: who its controller and its nodes are, and how it hears of interruptions.

Sources: the CloudFormation template and permission reference of karpenter-provider-aws (2026-08-21, release 1.14). Two
things are narrower here: ARNs name the account, and the instance profile is ours, so the controller creates none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.context import Context
from components.eks_cluster.nodes import NodeRole
from components.pod_identity import ClusterRef, Conditions, Grant, PodIdentity
from components.upstream import cache_arns

NAMESPACE: Final = "karpenter"
SERVICE_ACCOUNT: Final = "karpenter"
DISCOVERY_TAG: Final = "karpenter.sh/discovery"
"""By this tag Karpenter finds subnets (value: the stack's name) and the security group (value: the cluster's)."""

QUEUE_RETENTION_SECONDS: Final = 300
"""An interruption older than this is over."""

INTERRUPTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "health": ("aws.health", "AWS Health Event"),
    "spot": ("aws.ec2", "EC2 Spot Instance Interruption Warning"),
    "rebalance": ("aws.ec2", "EC2 Instance Rebalance Recommendation"),
    "state": ("aws.ec2", "EC2 Instance State-change Notification"),
    "reservation": ("aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning"),
}
"""Source and detail type of the events that end a node, by a short name of ours."""


@dataclass(frozen=True)
class Surroundings:
    """What the controller's grants name: where it works, and ARNs that the cloud makes."""

    cluster: ClusterRef
    region: str
    account_id: str
    queue_arn: str
    node_role_arn: pulumi.Input[str]
    instance_profile_arn: pulumi.Input[str]
    volumes_key_arn: pulumi.Input[str]


def controller_grants(around: Surroundings) -> tuple[Grant, ...]:
    """What the controller may do: start and end instances of its own cluster and pools, and read what it needs to."""
    return (*_launch(around), *_own_instances(around), *_read(around), *_volumes(around))


def _ec2(around: Surroundings, *kinds: str) -> list[str]:
    return [f"arn:aws:ec2:{around.region}:{around.account_id}:{kind}/*" for kind in kinds]


_MADE: Final = ("fleet", "instance", "volume", "network-interface", "launch-template", "spot-instances-request")


def _requested(around: Surroundings) -> Conditions:
    """A request that tags what it makes as this cluster's and as some pool's."""
    return {
        "StringEquals": {
            f"aws:RequestTag/kubernetes.io/cluster/{around.cluster.name}": "owned",
            "aws:RequestTag/eks:eks-cluster-name": around.cluster.name,
        },
        "StringLike": {"aws:RequestTag/karpenter.sh/nodepool": "*"},
    }


def _owned(around: Surroundings) -> Conditions:
    """A resource that bears this cluster's and some pool's tags."""
    return {
        "StringEquals": {f"aws:ResourceTag/kubernetes.io/cluster/{around.cluster.name}": "owned"},
        "StringLike": {"aws:ResourceTag/karpenter.sh/nodepool": "*"},
    }


def _launch(around: Surroundings) -> tuple[Grant, ...]:
    launch = ["ec2:RunInstances", "ec2:CreateFleet"]
    public = [f"arn:aws:ec2:{around.region}::{kind}/*" for kind in ("image", "snapshot")]
    shared = _ec2(around, "security-group", "subnet", "capacity-reservation", "placement-group")
    requested = _requested(around)
    at_creation = {"ec2:CreateAction": ["RunInstances", "CreateFleet", "CreateLaunchTemplate"]}
    return (
        Grant("LaunchInto", launch, [*public, *shared]),
        Grant("LaunchFromOwnTemplates", launch, _ec2(around, "launch-template"), _owned(around)),
        Grant("LaunchTagged", [*launch, "ec2:CreateLaunchTemplate"], _ec2(around, *_MADE), requested),
        Grant(
            "TagAtCreation",
            ["ec2:CreateTags"],
            _ec2(around, *_MADE),
            {**requested, "StringEquals": {**requested["StringEquals"], **at_creation}},
        ),
        Grant(
            "PassNodeRole",
            ["iam:PassRole"],
            [around.node_role_arn],
            {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        ),
    )


def _own_instances(around: Surroundings) -> tuple[Grant, ...]:
    owned = _owned(around)
    return (
        Grant(
            "TagOwnInstances",
            ["ec2:CreateTags"],
            _ec2(around, "instance"),
            {
                **owned,
                "StringEqualsIfExists": {"aws:RequestTag/eks:eks-cluster-name": around.cluster.name},
                "ForAllValues:StringEquals": {
                    "aws:TagKeys": ["eks:eks-cluster-name", "karpenter.sh/nodeclaim", "Name"]
                },
            },
        ),
        Grant(
            "EndOwnInstances",
            ["ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"],
            _ec2(around, "instance", "launch-template"),
            owned,
        ),
    )


_DESCRIBE: Final = (
    "CapacityReservations",
    "Images",
    "Instances",
    "InstanceStatus",
    "InstanceTypeOfferings",
    "InstanceTypes",
    "LaunchTemplates",
    "PlacementGroups",
    "SecurityGroups",
    "SpotPriceHistory",
    "Subnets",
)


def _read(around: Surroundings) -> tuple[Grant, ...]:
    return (
        Grant(
            "ReadRegion",
            [f"ec2:Describe{what}" for what in _DESCRIBE],
            ["*"],
            {"StringEquals": {"aws:RequestedRegion": around.region}},
            reason="EC2's Describe calls know no resources; the region bounds them",
        ),
        Grant("ReadPrices", ["pricing:GetProducts"], ["*"], reason="the price list knows no resources"),
        Grant(
            "ReadImageParameters",
            ["ssm:GetParameter"],
            [f"arn:aws:ssm:{around.region}::parameter/aws/service/*"],
        ),
        Grant("ReadInstanceProfile", ["iam:GetInstanceProfile"], [around.instance_profile_arn]),
        Grant(
            "ListInstanceProfiles",
            ["iam:ListInstanceProfiles"],
            ["*"],
            reason="the controller looks for profiles it left behind, and IAM lists the account or nothing",
        ),
        Grant("ReadCluster", ["eks:DescribeCluster"], [around.cluster.arn]),
        Grant(
            "ReadZonalShift",
            ["arc-zonal-shift:GetManagedResource"],
            ["*"],
            {"StringEquals": {"arc-zonal-shift:ResourceIdentifier": around.cluster.arn}},
            reason="the call knows no resources; the condition names the one cluster",
        ),
        Grant(
            "ReadInterruptions",
            ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"],
            [around.queue_arn],
        ),
    )


def _volumes(around: Surroundings) -> tuple[Grant, ...]:
    # EC2 makes the encrypted volumes of a fleet as its caller
    through_ec2 = {"StringEquals": {"kms:ViaService": f"ec2.{around.region}.amazonaws.com"}}
    use = ["Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo"]
    return (
        Grant("EncryptVolumes", [f"kms:{action}" for action in use], [around.volumes_key_arn], through_ec2),
        Grant(
            "GrantVolumes",
            ["kms:CreateGrant"],
            [around.volumes_key_arn],
            {**through_ec2, "Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    )


def queue_policy(queue_arn: str, rule_arns: list[str]) -> dict[str, object]:
    """Who may write to the interruption queue: our rules, over TLS."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Interruptions",
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": queue_arn,
                "Condition": {"ArnEquals": {"aws:SourceArn": rule_arns}},
            },
            {
                "Sid": "TlsOnly",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "sqs:*",
                "Resource": queue_arn,
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
        ],
    }


class KarpenterSupport(pulumi.ComponentResource):
    """What Karpenter stands on in AWS; its controller, NodePools and EC2NodeClasses come with the cluster's services.

    The queue is encrypted with SQS's own key: its messages hold instance ids and nothing else.
    """

    queue_name: str
    """For the chart's ``settings.interruptionQueue``."""
    instance_profile: pulumi.Output[str]
    """For ``spec.instanceProfile`` of every EC2NodeClass."""
    node_role_arn: pulumi.Output[str]
    subnet_tag: tuple[str, str]
    """Key and value for ``spec.subnetSelectorTerms``."""
    security_group_tag: tuple[str, str]
    """Key and value for ``spec.securityGroupSelectorTerms``."""
    ready: list[pulumi.Resource]
    """What the controller waits for."""

    def __init__(
        self,
        name: str,
        cluster_key: str,
        *,
        context: Context,
        cluster: ClusterRef,
        cluster_security_group_id: pulumi.Input[str],
        volumes_key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:KarpenterSupport", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        names = context.names
        self.queue_name = names.of("sqs", cluster_key, "karpenter")
        queue_arn = names.arn("sqs", self.queue_name)

        role = NodeRole(f"{name}-nodes", cluster.name, "karpenter-nodes", cache_arns(names), self._child)
        profile = aws.iam.InstanceProfile(name, role=role.name, opts=self._child)
        # no managed node group uses this role, so nobody else declares its entry: without it no node joins
        entry = aws.eks.AccessEntry(
            f"{name}-nodes",
            cluster_name=cluster.name,
            principal_arn=role.arn,
            type="EC2_LINUX",
            opts=pulumi.ResourceOptions(parent=self, depends_on=[cluster.exists]),
        )
        found = aws.ec2.Tag(
            f"{name}-discovery",
            resource_id=cluster_security_group_id,
            key=DISCOVERY_TAG,
            value=cluster.name,
            opts=self._child,
        )
        interruptions = self._interruptions(name, cluster_key, context, queue_arn)
        controller = PodIdentity(
            name,
            cluster=cluster,
            namespace=NAMESPACE,
            service_account=SERVICE_ACCOUNT,
            grants=controller_grants(
                Surroundings(
                    cluster=cluster,
                    region=names.region,
                    account_id=names.account_id,
                    queue_arn=queue_arn,
                    node_role_arn=role.arn,
                    instance_profile_arn=profile.arn,
                    volumes_key_arn=volumes_key_arn,
                )
            ),
            opts=self._child,
        )
        self.node_role_arn = role.arn
        self.instance_profile = profile.name
        self.subnet_tag = (DISCOVERY_TAG, names.prefix)
        self.security_group_tag = (DISCOVERY_TAG, cluster.name)
        self.ready = [*controller.ready, *interruptions, *role.ready, profile, entry, found]
        self.register_outputs({"queueName": self.queue_name, "instanceProfile": self.instance_profile})

    def _interruptions(self, name: str, key: str, context: Context, queue_arn: str) -> list[pulumi.Resource]:
        names = context.names
        queue = aws.sqs.Queue(
            name,
            name=self.queue_name,
            message_retention_seconds=QUEUE_RETENTION_SECONDS,
            sqs_managed_sse_enabled=True,
            opts=self._child,
        )
        rules = {what: names.of("events-rule", key, "karpenter", what) for what in INTERRUPTIONS}
        policy = aws.sqs.QueuePolicy(
            name,
            queue_url=queue.url,
            policy=json.dumps(
                queue_policy(queue_arn, [names.arn("events", f"rule/{rule}") for rule in rules.values()])
            ),
            opts=self._child,
        )
        targets: list[pulumi.Resource] = []
        for what, (source, detail_type) in INTERRUPTIONS.items():
            rule = aws.cloudwatch.EventRule(
                f"{name}-{what}",
                name=rules[what],
                description=f"{detail_type} for {names.cluster(key)}",
                event_pattern=json.dumps({"source": [source], "detail-type": [detail_type]}),
                state="ENABLED",
                opts=self._child,
            )
            target = aws.cloudwatch.EventTarget(
                f"{name}-{what}",
                rule=rule.name,
                arn=queue.arn,
                target_id="karpenter",
                opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
            )
            targets.append(target)
        return [policy, *targets]
