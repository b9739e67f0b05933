"""Service-linked roles that must stand before an environment: what looks for them doesn't make them.

The rest a service makes for itself at its first use. One that the account has already can't be made again: it is listed
with ``existing: true`` and taken over.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import pulumi
import pulumi_aws as aws

from components.context import Context
from components.model import Settings


class LinkedService(StrEnum):
    """Services by short names of ours."""

    AUTOSCALING = "autoscaling"
    """Starts the nodes; without it encrypted volumes of node groups fail in a fresh account."""
    SPOT = "spot"
    """Starts spot instances; Karpenter may not make the role itself."""
    EKS = "eks"
    EKS_NODEGROUP = "eks-nodegroup"
    LOAD_BALANCING = "elasticloadbalancing"
    RDS = "rds"
    ELASTICACHE = "elasticache"
    ECR_REPLICATION = "ecr-replication"
    ECR_PULL_THROUGH = "ecr-pull-through-cache"
    MULTI_REGION_KEYS = "kms-multi-region"
    DYNAMODB_REPLICATION = "dynamodb-replication"
    BACKUP = "backup"
    CONFIG = "config"
    """The recorder's role; it must stand before the recorder."""


ROLES: Final[Mapping[LinkedService, tuple[str, str]]] = {
    LinkedService.AUTOSCALING: ("autoscaling.amazonaws.com", "AWSServiceRoleForAutoScaling"),
    LinkedService.SPOT: ("spot.amazonaws.com", "AWSServiceRoleForEC2Spot"),
    LinkedService.EKS: ("eks.amazonaws.com", "AWSServiceRoleForAmazonEKS"),
    LinkedService.EKS_NODEGROUP: ("eks-nodegroup.amazonaws.com", "AWSServiceRoleForAmazonEKSNodegroup"),
    LinkedService.LOAD_BALANCING: ("elasticloadbalancing.amazonaws.com", "AWSServiceRoleForElasticLoadBalancing"),
    LinkedService.RDS: ("rds.amazonaws.com", "AWSServiceRoleForRDS"),
    LinkedService.ELASTICACHE: ("elasticache.amazonaws.com", "AWSServiceRoleForElastiCache"),
    LinkedService.ECR_REPLICATION: ("replication.ecr.amazonaws.com", "AWSServiceRoleForECRReplication"),
    LinkedService.ECR_PULL_THROUGH: ("pullthroughcache.ecr.amazonaws.com", "AWSServiceRoleForECRPullThroughCache"),
    LinkedService.MULTI_REGION_KEYS: (
        "mrk.kms.amazonaws.com",
        "AWSServiceRoleForKeyManagementServiceMultiRegionKeys",
    ),
    LinkedService.DYNAMODB_REPLICATION: ("replication.dynamodb.amazonaws.com", "AWSServiceRoleForDynamoDBReplication"),
    LinkedService.BACKUP: ("backup.amazonaws.com", "AWSServiceRoleForBackup"),
    LinkedService.CONFIG: ("config.amazonaws.com", "AWSServiceRoleForConfig"),
}
"""Who takes each role, and what AWS calls it (the services' user guides, using service-linked roles)."""


class LinkedRoleSettings(Settings):
    """One service-linked role."""

    existing: bool = False
    """Whether the account has it already: then it is taken over, not made."""


def role_arn(account_id: str, service: LinkedService) -> str:
    """The ARN that the role of ``service`` has."""
    principal, name = ROLES[service]
    return f"arn:aws:iam::{account_id}:role/aws-service-role/{principal}/{name}"


class ServiceLinkedRoles(pulumi.ComponentResource):
    """The listed roles, made or taken over. They stay when the stack goes: environments stand on them."""

    made: Mapping[LinkedService, aws.iam.ServiceLinkedRole]

    def __init__(
        self,
        settings: Mapping[LinkedService, LinkedRoleSettings],
        context: Context,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:ServiceLinkedRoles", "service-linked-roles", None, opts)
        self.made = {
            service: aws.iam.ServiceLinkedRole(
                service.value,
                aws_service_name=ROLES[service][0],
                opts=pulumi.ResourceOptions(
                    parent=self,
                    retain_on_delete=True,
                    import_=role_arn(context.names.account_id, service) if row.existing else None,
                ),
            )
            for service, row in settings.items()
        }
        self.register_outputs({})
