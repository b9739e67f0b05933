"""EksCluster: the Kubernetes control plane, who comes in, its nodes and what every cluster has."""

from components.eks_cluster.component import EksCluster
from components.eks_cluster.karpenter import KarpenterSupport
from components.eks_cluster.node_settings import (
    NODE_GROUP_LABEL,
    NodeGroupSettings,
    NodePoolSettings,
    NodeShape,
    Taint,
    max_pods,
    smallest,
)
from components.eks_cluster.settings import (
    Access,
    AccessLevel,
    AddonSettings,
    ClustersSettings,
    EksClusterSettings,
    OffHours,
    check,
    check_zones,
)
from components.eks_cluster.storage import STORAGE_CLASS

__all__ = [
    "NODE_GROUP_LABEL",
    "STORAGE_CLASS",
    "Access",
    "AccessLevel",
    "AddonSettings",
    "ClustersSettings",
    "EksCluster",
    "EksClusterSettings",
    "KarpenterSupport",
    "NodeGroupSettings",
    "NodePoolSettings",
    "NodeShape",
    "OffHours",
    "Taint",
    "check",
    "check_zones",
    "max_pods",
    "smallest",
]
