# ruff: noqa: N815 - fields are the API's own names
"""Karpenter 1.14, ``karpenter.sh/v1`` and ``karpenter.k8s.aws/v1``."""

from __future__ import annotations

from typing import ClassVar, Literal

from components.kubernetes.custom_resource import CustomResource, Part

API_VERSION = "karpenter.sh/v1"
AWS_API_VERSION = "karpenter.k8s.aws/v1"


class NodeClassRef(Part):
    """The EC2NodeClass of a pool."""

    group: Literal["karpenter.k8s.aws"] = "karpenter.k8s.aws"
    kind: Literal["EC2NodeClass"] = "EC2NodeClass"
    name: str


class Requirement(Part):
    """What a node must be: a label, an operator, and values."""

    key: str
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]
    values: list[str] | None = None


class Taint(Part):
    """What keeps pods off the pool's nodes unless they tolerate it."""

    key: str
    value: str | None = None
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] = "NoSchedule"


class NodeTemplateMetadata(Part):
    """Labels of the pool's nodes."""

    labels: dict[str, str]


class NodeTemplateSpec(Part):
    """What the pool's nodes are, and how long they live."""

    nodeClassRef: NodeClassRef
    requirements: list[Requirement]
    taints: list[Taint] | None = None
    expireAfter: str = "720h"
    terminationGracePeriod: str | None = None


class NodeTemplate(Part):
    """A pool's nodes."""

    metadata: NodeTemplateMetadata | None = None
    spec: NodeTemplateSpec


class Budget(Part):
    """How many nodes may go at a time, a number or a percentage; by schedule where one is given."""

    nodes: str
    schedule: str | None = None
    duration: str | None = None
    reasons: list[Literal["Underutilized", "Empty", "Drifted"]] | None = None


class Disruption(Part):
    """When nodes are given back."""

    consolidationPolicy: Literal["WhenEmpty", "WhenEmptyOrUnderutilized"]
    consolidateAfter: str
    budgets: list[Budget] | None = None


class NodePoolSpec(Part):
    """A pool: its nodes, its limits, its place among the pools."""

    template: NodeTemplate
    disruption: Disruption
    limits: dict[str, str] | None = None
    weight: int | None = None


class NodePool(CustomResource):
    """Nodes that Karpenter starts and stops. The whole cluster shares it."""

    api_version: ClassVar[str] = API_VERSION
    resource_kind: ClassVar[str] = "NodePool"
    spec: NodePoolSpec


class AmiTerm(Part):
    """Which machine images: an alias with a pinned version, or an id."""

    alias: str | None = None
    id: str | None = None


class SelectorTerm(Part):
    """Subnets or security groups by tags or id."""

    tags: dict[str, str] | None = None
    id: str | None = None


class MetadataOptions(Part):
    """The instance metadata service: tokens demanded, one hop, so that pods don't reach it."""

    httpEndpoint: Literal["enabled"] = "enabled"
    httpProtocolIPv6: Literal["enabled", "disabled"] = "disabled"
    httpPutResponseHopLimit: int = 1
    httpTokens: Literal["required"] = "required"


class Ebs(Part):
    """A volume."""

    volumeSize: str
    volumeType: Literal["gp3"] = "gp3"
    iops: int = 3000
    throughput: int = 125
    encrypted: Literal[True] = True
    kmsKeyID: str | None = None
    deleteOnTermination: bool = True


class BlockDevice(Part):
    """A disk of the node: ``/dev/xvda`` on AL2023, ``/dev/xvda`` and ``/dev/xvdb`` (data) on Bottlerocket."""

    deviceName: str
    ebs: Ebs
    rootVolume: bool | None = None


class Kubelet(Part):
    """Settings of the kubelet. Karpenter doesn't count prefixes: pods a node are said here."""

    maxPods: int | None = None


class Ec2NodeClassSpec(Part):
    """How the pool's instances are started."""

    amiSelectorTerms: list[AmiTerm]
    subnetSelectorTerms: list[SelectorTerm]
    securityGroupSelectorTerms: list[SelectorTerm]
    role: str | None = None
    instanceProfile: str | None = None
    tags: dict[str, str] | None = None
    metadataOptions: MetadataOptions = MetadataOptions()
    blockDeviceMappings: list[BlockDevice] | None = None
    kubelet: Kubelet | None = None
    associatePublicIPAddress: Literal[False] = False
    detailedMonitoring: bool | None = None


class EC2NodeClass(CustomResource):
    """How Karpenter starts instances on AWS. The whole cluster shares it."""

    api_version: ClassVar[str] = AWS_API_VERSION
    resource_kind: ClassVar[str] = "EC2NodeClass"
    spec: Ec2NodeClassSpec
