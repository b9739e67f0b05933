"""People's way into a cluster: EKS access entries, and what each brings its principal."""

from __future__ import annotations

from typing import Final

import pulumi
import pulumi_aws as aws

from components.eks_cluster.settings import Access, AccessLevel
from components.pod_identity import ClusterRef

_CLUSTER_ADMIN: Final = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
"""Everything in the whole cluster. Such policies belong to EKS, not to IAM."""


class AccessEntry(pulumi.ComponentResource):
    """One principal's access entry.

    It makes the principal a member of the entry's group, and our own roles in the cluster say what a group may do
    (``kubernetes.team_access``): EKS's policy for editors reads secrets and opens shells. Only ``break-glass`` has an
    EKS policy, which counts even where nothing of ours is in the cluster.
    """

    ready: list[pulumi.Resource]
    """What must be there for the principal to get in."""

    def __init__(
        self, name: str, key: str, entry: Access, cluster: ClusterRef, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("platform:index:AccessEntry", name, None, opts)
        emergency = entry.level is AccessLevel.BREAK_GLASS
        made = aws.eks.AccessEntry(
            name,
            cluster_name=cluster.name,
            principal_arn=entry.principal,
            type="STANDARD",
            kubernetes_groups=[] if emergency else [entry.group(key)],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[cluster.exists]),
        )
        self.ready = [made]
        if emergency:
            self.ready.append(
                aws.eks.AccessPolicyAssociation(
                    name,
                    cluster_name=cluster.name,
                    principal_arn=entry.principal,
                    policy_arn=_CLUSTER_ADMIN,
                    access_scope=aws.eks.AccessPolicyAssociationAccessScopeArgs(type="cluster"),
                    opts=pulumi.ResourceOptions(parent=self, depends_on=[made]),
                )
            )
        self.register_outputs({})
