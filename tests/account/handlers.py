"""Which calls to AWS making, changing and taking away a resource takes, as CloudFormation says of its handlers.

Pulumi's provider makes the same resources by the same API. What a handler is given for cases that are none of ours is
left out, with the reason; a few calls only Pulumi's provider makes are added.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from tests import iam

HERE = Path(__file__).parent

SAME: Mapping[str, str] = {
    "aws:acm/certificate:Certificate": "AWS::CertificateManager::Certificate",
    "aws:acm/certificateValidation:CertificateValidation": "AWS::CertificateManager::Certificate",
    "aws:appautoscaling/policy:Policy": "AWS::ApplicationAutoScaling::ScalingPolicy",
    "aws:appautoscaling/target:Target": "AWS::ApplicationAutoScaling::ScalableTarget",
    "aws:autoscaling/schedule:Schedule": "AWS::AutoScaling::ScheduledAction",
    "aws:backup/plan:Plan": "AWS::Backup::BackupPlan",
    "aws:backup/selection:Selection": "AWS::Backup::BackupSelection",
    "aws:backup/vault:Vault": "AWS::Backup::BackupVault",
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": "AWS::Backup::BackupVault",
    "aws:backup/vaultNotifications:VaultNotifications": "AWS::Backup::BackupVault",
    "aws:backup/vaultPolicy:VaultPolicy": "AWS::Backup::BackupVault",
    "aws:cloudwatch/eventRule:EventRule": "AWS::Events::Rule",
    "aws:cloudwatch/eventTarget:EventTarget": "AWS::Events::Rule",
    "aws:cloudwatch/logDelivery:LogDelivery": "AWS::Logs::Delivery",
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": "AWS::Logs::DeliveryDestination",
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": "AWS::Logs::DeliverySource",
    "aws:cloudwatch/logGroup:LogGroup": "AWS::Logs::LogGroup",
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": "AWS::Logs::MetricFilter",
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "AWS::Logs::ResourcePolicy",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "AWS::CloudWatch::Alarm",
    "aws:costexplorer/anomalySubscription:AnomalySubscription": "AWS::CE::AnomalySubscription",
    "aws:dynamodb/tableReplica:TableReplica": "AWS::DynamoDB::GlobalTable",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": "AWS::EC2::SecurityGroup",
    "aws:ec2/eip:Eip": "AWS::EC2::EIP",
    "aws:ec2/networkAcl:NetworkAcl": "AWS::EC2::NetworkAcl",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": "AWS::EC2::SubnetRouteTableAssociation",
    "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": "AWS::EC2::VPCCidrBlock",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": "AWS::ECR::Repository",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": "AWS::EKS::AccessEntry",
    "aws:eks/nodeGroup:NodeGroup": "AWS::EKS::Nodegroup",
    "aws:iam/policy:Policy": "AWS::IAM::ManagedPolicy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "AWS::IAM::Role",
    "aws:rds/cluster:Cluster": "AWS::RDS::DBCluster",
    "aws:rds/clusterInstance:ClusterInstance": "AWS::RDS::DBInstance",
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": "AWS::RDS::DBClusterParameterGroup",
    "aws:rds/instance:Instance": "AWS::RDS::DBInstance",
    "aws:rds/parameterGroup:ParameterGroup": "AWS::RDS::DBParameterGroup",
    "aws:rds/subnetGroup:SubnetGroup": "AWS::RDS::DBSubnetGroup",
    "aws:route53/record:Record": "AWS::Route53::RecordSet",
    "aws:route53/zone:Zone": "AWS::Route53::HostedZone",
    "aws:secretsmanager/secretRotation:SecretRotation": "AWS::SecretsManager::RotationSchedule",
    "aws:secretsmanager/secretVersion:SecretVersion": "AWS::SecretsManager::Secret",
    "aws:sns/topicSubscription:TopicSubscription": "AWS::SNS::Subscription",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "AWS::EC2::SecurityGroupEgress",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "AWS::EC2::SecurityGroupIngress",
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": "AWS::WAFv2::LoggingConfiguration",
}
"""Our types that CloudFormation calls otherwise, or makes as a part of another."""

ALSO: Mapping[str, tuple[str, ...]] = {
    "aws:budgets/budget:Budget": ("budgets:ModifyBudget", "budgets:ViewBudget"),
    "aws:ec2/networkAcl:NetworkAcl": (
        "ec2:CreateNetworkAclEntry",
        "ec2:DeleteNetworkAclEntry",
        "ec2:ReplaceNetworkAclAssociation",
    ),
    "aws:ec2/tag:Tag": ("ec2:CreateTags", "ec2:DeleteTags", "ec2:DescribeTags"),
    "aws:ec2/vpnGatewayRoutePropagation:VpnGatewayRoutePropagation": (
        "ec2:DisableVgwRoutePropagation",
        "ec2:EnableVgwRoutePropagation",
    ),
    "aws:kms/replicaKey:ReplicaKey": ("kms:ReplicateKey",),
    "aws:secretsmanager/secretVersion:SecretVersion": (
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
    ),
    "aws:eks/nodeGroup:NodeGroup": ("iam:CreateServiceLinkedRole",),
    "aws:iam/role:Role": ("iam:ListInstanceProfilesForRole",),
}
"""What Pulumi's provider calls besides (hashicorp/terraform-provider-aws, the resources' create and delete)."""

NOT_OURS: Mapping[str, str] = {
    "acm-pca:*": "no private authority",
    "amplify:*": "a firewall is put on CloudFront and load balancers only",
    "apigateway:*": "the same",
    "apprunner:*": "the same",
    "appsync:*": "the same",
    "autoloop:*": "log delivery of a service that nothing uses",
    "bedrock-agentcore:*": "the same as for amplify",
    "codewhisperer:*": "log delivery of a service that nothing uses",
    "cognito-idp:*": "the same as for amplify",
    "ec2:*AddressTransfer": "no address from another account",
    "ec2:*IpamPool*": "no address pools",
    "ec2:*PrivateNatGatewayAddress": "one address a NAT gateway",
    "ec2:*NatGatewayAddress": "the same",
    "ec2:*VerifiedAccess*": "no verified access",
    "ec2:*SubnetCidrBlock": "no IPv6 subnets",
    "ec2:*VpcEncryptionControl*": "not used",
    "ec2:ModifyVpcTenancy": "shared hardware, for good",
    "ec2:GetSecurityGroups*": "not asked",
    "elasticloadbalancing:*WebACL*": "load balancers are the controller's",
    "firehose:*": "logs go to CloudWatch",
    "iam:AttachGroupPolicy": "no groups",
    "iam:AttachUserPolicy": "no users",
    "iam:DetachGroupPolicy": "no groups",
    "iam:DetachUserPolicy": "no users",
    "iam:*PolicyVersion": "roles have their own policies, none is managed",
    "iam:CreatePolicy": "the same",
    "iam:DeletePolicy": "the same",
    "iam:DeleteRolePermissionsBoundary": "closed on purpose: no role may lose its boundary",
    "application-autoscaling:*ScheduledAction": "targets follow a metric, not the clock",
    "cloudfront:CreateConnectionGroup": "no distribution tenants",
    "cloudfront:UpdateDistributionWithStagingConfig": "no staging distributions",
    "cloudwatch:GetMetricData": "forecasts are the console's",
    "cloudwatch:PutMetricData": "nothing of ours at making",
    "eks:ActivateCertificateAuthority": "EKS's own",
    "elasticache:*CacheCluster": "nodes come and go by their replication group",
    "iam:ListRoles": "roles are known by name",
    "kinesis:*": "no streams",
    "kms:DisableKey": "a key that is given up waits for its end",
    "logs:CreateLogStream": "whoever logs makes its stream",
    "logs:PutLogEvents": "the same",
    "logs:*DataProtectionPolicy": "pupils' data is redacted before it is a log",
    "logs:*IndexPolicy": "no field indexes",
    "logs:PutBearerTokenAuthentication": "nobody sends logs by token",
    "logs:PutLogGroupDeletionProtection": "not used",
    "route53-recovery-control-config:*": "health is checked, not switched",
    "rds:*HttpEndpoint": "no data API",
    "rds:*RoleToDBInstance": "no database takes a role",
    "rds:*RoleFromDBInstance": "the same",
    "rds:CreateDBInstanceReadReplica": "readers are instances of the cluster",
    "route53:*QueryLoggingConfig": "queries aren't logged",
    "sns:*DataProtectionPolicy": "no personal data in topics",
    "lambda:*": "no functions",
    "dynamodb:*KinesisStreamingDestination": "no streams",
    "dynamodb:ImportTable": "tables begin empty",
    "dynamodb:AssociateTableReplica": "no table of another account",
    "dynamodb:UpdateTableReplicaAutoScaling": "tables are paid for on demand",
    "s3:*Analytics*": "no analytics",
    "s3:*Metrics*": "no request metrics",
    "s3:*Inventory*": "no inventories",
    "s3:*Website": "no websites",
    "s3:*Metadata*": "no metadata tables",
    "s3:*Abac": "tags are for cost, not for access",
    "s3:PutAccelerateConfiguration": "no acceleration",
    "s3:*Acl": "owner enforced: no access lists",
    "s3:REST.PUT.OBJECT": "no action of IAM",
    "s3tables:*": "no table buckets",
    "secretsmanager:GetRandomPassword": "passwords are made by Pulumi, RDS or Secrets Manager",
    "serverlessrepo:*": "rotation is AWS's own",
    "sts:*": "nobody's role is taken",
    "vpc-lattice:*": "no lattice",
    "vpce:*": "endpoints of their own region",
    "wafv2:*PermissionPolicy": "no rule group is shared",
    "wafv2:*WebACL*Association*": "controllers and CloudFront put it on",
    "wafv2:AssociateWebACL": "the same",
    "wafv2:DisassociateWebACL": "the same",
    "workmail:*": "no mail",
}
"""Actions of handlers that no resource of ours takes, and why."""


@cache
def _handlers() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = json.loads((HERE / "handler_permissions.json").read_text())["types"]
    return found


def cloudformation(token: str) -> str | None:
    """CloudFormation's name of one of our types, ``None`` where it has none."""
    if token in SAME:
        return SAME[token]
    _, module, name = token.split(":")
    if module.startswith("s3/bucket"):
        return "AWS::S3::BucketPolicy" if name == "BucketPolicy" else "AWS::S3::Bucket"
    wanted = f"AWS::{module.split('/')[0]}::{name}".lower()
    return next((known for known in _handlers() if known.lower() == wanted), None)


def calls(token: str) -> set[str]:
    """Every action that one of our types takes. ``LookupError`` for a type nobody has looked up."""
    known = cloudformation(token)
    if known is None and token not in ALSO:
        raise LookupError(token)
    handlers = _handlers().get(known, {}) if known else {}
    found = {action for actions in handlers.values() for action in actions} | set(ALSO.get(token, ()))
    # some handlers list calls of an API that IAM knows by another name
    known_to_iam = {action for action in found if iam.expand(action)}
    return {it for it in known_to_iam if not any(fnmatchcase(it.lower(), pattern.lower()) for pattern in NOT_OURS)}
