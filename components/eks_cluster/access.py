"""People's way into a cluster: EKS access entries and the AWS-managed access policies behind them."""

from __future__ import annotations

from typing import Final

import pulumi
import pulumi_aws as aws

from components.eks_cluster.settings import Access, AccessLevel
from components.pod_identity import ClusterRef

ACCESS_POLICIES: Final = {
    # View leaves secrets out, unlike AdminView; Edit holds them, so a developer's is always tied to namespaces
    AccessLevel.ADMIN: "AmazonEKSClusterAdminPolicy",
    AccessLevel.DEVELOPER: "AmazonEKSEditPolicy",
    AccessLevel.READ_ONLY: "AmazonEKSViewPolicy",
}
"""Access policy of each level."""


def access_policy_arn(level: AccessLevel) -> str:
    """ARN of the access policy of ``level``; such policies belong to EKS, not to IAM."""
    return f"arn:aws:eks::aws:cluster-access-policy/{ACCESS_POLICIES[level]}"


class AccessEntry(pulumi.ComponentResource):
    """One principal's access entry with its policy."""

    association: aws.eks.AccessPolicyAssociation

    def __init__(
        self, name: str, entry: Access, cluster: ClusterRef, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("platform:index:AccessEntry", name, None, opts)
        made = aws.eks.AccessEntry(
            name,
            cluster_name=cluster.name,
            principal_arn=entry.principal,
            type="STANDARD",
            opts=pulumi.ResourceOptions(parent=self, depends_on=[cluster.exists]),
        )
        self.association = aws.eks.AccessPolicyAssociation(
            name,
            cluster_name=cluster.name,
            principal_arn=entry.principal,
            policy_arn=access_policy_arn(entry.level),
            access_scope=aws.eks.AccessPolicyAssociationAccessScopeArgs(
                type="namespace" if entry.namespaces else "cluster", namespaces=entry.namespaces or None
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[made]),
        )
        self.register_outputs({})
