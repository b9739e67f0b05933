"""Types that cost nothing by themselves, each with why. What is in no table is told of as not priced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_PART: Final = "part of what it belongs to"
_RULES: Final = "rules and names are free"
_TRAFFIC: Final = "what flows through is paid elsewhere"
_TIER: Final = "within the free requests of a month"
_NODES: Final = "runs on the nodes"

FREE_PREFIXES: Final[Mapping[str, str]] = {
    "platform:": "a component is no resource of AWS",
    "pulumi:": "Pulumi's own",
    "eks:": "a component is no resource of AWS",
    "random:": "a value in the state",
    "kubernetes:": _NODES,
    "aws:iam/": "IAM is free",
    "aws:ssm/": "standard parameters are free",
    "aws:budgets/": "budgets without actions are free",
    "aws:costexplorer/": "anomaly detection is free",
    "aws:appautoscaling/": _RULES,
    "aws:autoscaling/": "instances are paid, groups are not",
    "aws:vpc/securityGroup": _RULES,
    "aws:acm/certificate": "public certificates for AWS's own ends are free",
    "aws:scheduler/": _TIER,
}
"""By the beginning of a type."""

FREE: Final[Mapping[str, str]] = {
    "aws:accessanalyzer/analyzer:Analyzer": "external access is free, unused access isn't used",
    "aws:backup/vault:Vault": "recovery points are priced with the plans that make them",
    "aws:backup/selection:Selection": _PART,
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": _PART,
    "aws:backup/vaultNotifications:VaultNotifications": _PART,
    "aws:backup/vaultPolicy:VaultPolicy": _PART,
    "aws:backup/regionSettings:RegionSettings": _RULES,
    "aws:backup/restoreTestingPlan:RestoreTestingPlan": "a restored cluster without instances for an hour a week",
    "aws:backup/restoreTestingSelection:RestoreTestingSelection": "likewise",
    "aws:account/alternativeContact:AlternativeContact": _RULES,
    "aws:cfg/deliveryChannel:DeliveryChannel": _PART,
    "aws:cfg/recorderStatus:RecorderStatus": _PART,
    "aws:cfg/retentionConfiguration:RetentionConfiguration": _PART,
    "aws:cloudfront/cachePolicy:CachePolicy": _PART,
    "aws:cloudfront/function:Function": _TIER,
    "aws:cloudfront/originAccessControl:OriginAccessControl": _PART,
    "aws:cloudfront/originRequestPolicy:OriginRequestPolicy": _PART,
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": _PART,
    "aws:cloudwatch/eventRule:EventRule": "AWS's own events are free",
    "aws:cloudwatch/eventTarget:EventTarget": "AWS's own events are free",
    "aws:cloudwatch/logDelivery:LogDelivery": _TRAFFIC,
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": _TRAFFIC,
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": _TRAFFIC,
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": _RULES,
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": "its metric is within the free ones",
    "aws:dynamodb/resourcePolicy:ResourcePolicy": _PART,
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": _RULES,
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _RULES,
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway": _TRAFFIC,
    "aws:ec2/flowLog:FlowLog": "its log group is paid",
    "aws:ec2/internetGateway:InternetGateway": _TRAFFIC,
    "aws:ec2/launchTemplate:LaunchTemplate": "instances are paid, templates are not",
    "aws:ec2/networkAcl:NetworkAcl": _RULES,
    "aws:ec2/networkAclRule:NetworkAclRule": _RULES,
    "aws:ec2/route:Route": _RULES,
    "aws:ec2/routeTable:RouteTable": _RULES,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _RULES,
    "aws:ec2/securityGroup:SecurityGroup": _RULES,
    "aws:ec2/subnet:Subnet": _RULES,
    "aws:ec2/tag:Tag": _RULES,
    "aws:ec2/vpc:Vpc": _RULES,
    "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": _RULES,
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": _TRAFFIC,
    "aws:ec2/vpnGateway:VpnGateway": "its connections are paid",
    "aws:ec2/vpnGatewayRoutePropagation:VpnGatewayRoutePropagation": _RULES,
    "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess": _RULES,
    "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults": _RULES,
    "aws:ec2/serialConsoleAccess:SerialConsoleAccess": _RULES,
    "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": _RULES,
    "aws:ebs/defaultKmsKey:DefaultKmsKey": _RULES,
    "aws:ebs/encryptionByDefault:EncryptionByDefault": _RULES,
    "aws:ec2/ebsEncryptionByDefault:EbsEncryptionByDefault": _RULES,
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": _PART,
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": "its images are paid as they come",
    "aws:ecr/registryPolicy:RegistryPolicy": _RULES,
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": "basic scanning is free",
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": "its images are paid with the repositories",
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": _RULES,
    "aws:ecr/repositoryPolicy:RepositoryPolicy": _PART,
    "aws:eks/accessEntry:AccessEntry": _PART,
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": _PART,
    "aws:eks/addon:Addon": "runs on the nodes; what it logs is paid by log group",
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": _PART,
    "aws:elasticache/parameterGroup:ParameterGroup": _PART,
    "aws:elasticache/subnetGroup:SubnetGroup": _PART,
    "aws:elasticache/user:User": _PART,
    "aws:elasticache/userGroup:UserGroup": _PART,
    "aws:kms/alias:Alias": _PART,
    "aws:kms/grant:Grant": _PART,
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": _PART,
    "aws:rds/eventSubscription:EventSubscription": _TIER,
    "aws:rds/parameterGroup:ParameterGroup": _PART,
    "aws:rds/subnetGroup:SubnetGroup": _PART,
    "aws:route53/record:Record": "alias queries are free, others a fraction of a cent",
    "aws:secretsmanager/secretPolicy:SecretPolicy": _PART,
    "aws:secretsmanager/secretRotation:SecretRotation": "rotation by the service is free",
    "aws:secretsmanager/secretVersion:SecretVersion": _PART,
    "aws:securityhub/findingAggregator:FindingAggregator": "findings are free to gather, checks are paid",
    "aws:securityhub/standardsSubscription:StandardsSubscription": "its checks are priced with the hub",
    "aws:sns/topic:Topic": _TIER,
    "aws:sns/topicPolicy:TopicPolicy": _PART,
    "aws:sns/topicSubscription:TopicSubscription": _TIER,
    "aws:sqs/queue:Queue": _TIER,
    "aws:sqs/queuePolicy:QueuePolicy": _PART,
    "aws:wafv2/ipSet:IpSet": _PART,
    "aws:wafv2/webAclAssociation:WebAclAssociation": _PART,
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": "its log group is paid",
    **dict.fromkeys(
        (
            "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
            "aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration",
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            "aws:s3/bucketLogging:BucketLogging",
            "aws:s3/bucketNotification:BucketNotification",
            "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
            "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
            "aws:s3/bucketPolicy:BucketPolicy",
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            "aws:s3/bucketVersioning:BucketVersioning",
        ),
        _PART,
    ),
}
"""By type."""


def free(type_: str) -> str | None:
    """Why resources of the type cost nothing; ``None`` where that isn't known."""
    if type_ in FREE:
        return FREE[type_]
    return next((why for prefix, why in FREE_PREFIXES.items() if type_.startswith(prefix)), None)
