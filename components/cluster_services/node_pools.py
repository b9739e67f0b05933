"""Karpenter's pools, from the cluster's settings: what nodes it may start, and on what machine image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lightkube.models.meta_v1 import ObjectMeta

from components.eks_cluster.node_settings import NODE_GROUP_LABEL, NodePoolSettings, max_pods
from components.eks_cluster.nodes import disks
from components.kubernetes.crds import karpenter as crd

EXPIRE_AFTER: Final = "720h"
GRACE: Final = "1h"
"""How long a drain may take before it is forced: no disruption budget may hold a node for ever."""
PATIENCE: Final = "70m"
"""How long a pool's deletion is waited for: it ends with its last node, after ``GRACE`` and an instance's own end. The
provider's 10 minutes would give up on a drain, and what comes next would take the controller away from it."""


def node_class(
    name: str,
    pool: NodePoolSettings,
    *,
    subnet_tag: tuple[str, str],
    group_tag: tuple[str, str],
    volumes_key: str,
    tags: Mapping[str, str],
    prefix_delegation: bool,
) -> crd.EC2NodeClass:
    """The EC2NodeClass of a pool, its volumes under the key ``volumes_key`` (an ARN, of an alias too).

    The instance profile is an output that is laid over it as ``spec.instanceProfile``.
    """
    return crd.EC2NodeClass(
        metadata=ObjectMeta(name=name),
        spec=crd.Ec2NodeClassSpec(
            amiSelectorTerms=[crd.AmiTerm(alias=f"{pool.image}@{pool.release}")],
            subnetSelectorTerms=[crd.SelectorTerm(tags=dict([subnet_tag]))],
            securityGroupSelectorTerms=[crd.SelectorTerm(tags=dict([group_tag]))],
            metadataOptions=crd.MetadataOptions(),
            blockDeviceMappings=[
                crd.BlockDevice(deviceName=device, ebs=crd.Ebs(volumeSize=f"{gib}Gi", kmsKeyID=volumes_key))
                for device, gib in disks(pool)
            ],
            kubelet=crd.Kubelet(maxPods=max_pods(pool.instance_types, prefix_delegation=prefix_delegation)),
            tags=dict(tags),
        ),
    )


def node_pool(name: str, pool: NodePoolSettings) -> crd.NodePool:
    """The NodePool: types, capacity, limit, and when nodes are given back."""
    requirements = [
        crd.Requirement(key="node.kubernetes.io/instance-type", operator="In", values=list(pool.instance_types)),
        crd.Requirement(key="karpenter.sh/capacity-type", operator="In", values=[pool.capacity]),
        crd.Requirement(
            key="kubernetes.io/arch",
            operator="In",
            values=["arm64" if pool.architecture == "arm64" else "amd64"],
        ),
    ]
    return crd.NodePool(
        metadata=ObjectMeta(name=name),
        spec=crd.NodePoolSpec(
            template=crd.NodeTemplate(
                metadata=crd.NodeTemplateMetadata(labels={**pool.labels, NODE_GROUP_LABEL: name}),
                spec=crd.NodeTemplateSpec(
                    nodeClassRef=crd.NodeClassRef(name=name),
                    requirements=requirements,
                    taints=[crd.Taint(key=t.key, value=t.value or None, effect=t.effect) for t in pool.kept_for(name)]
                    or None,
                    expireAfter=EXPIRE_AFTER,
                    terminationGracePeriod=GRACE,
                ),
            ),
            disruption=crd.Disruption(
                consolidationPolicy="WhenEmptyOrUnderutilized",
                consolidateAfter="5m",
                budgets=[crd.Budget(nodes="20%")],
            ),
            limits={"cpu": str(pool.cpu_limit)},
        ),
    )
