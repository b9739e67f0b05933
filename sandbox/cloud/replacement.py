"""Which input properties replace a resource when they change, where known.

For AWS, whole top-level properties, since that is what a diff of inputs is taken over, for the types that this platform
uses: what the provider's documentation marks "Forces new resource"; for the stores, about which that is nearly silent,
what the provider's schema has as ``ForceNew`` (``internal/service/{backup,dynamodb,elasticache,kms,rds}`` of
hashicorp/terraform-provider-aws) and what CloudFormation's schemas have as ``createOnlyProperties`` (2026-08-07). For
Kubernetes: ``forceNew`` properties of the provider (pkg/provider/diff.go of pulumi-kubernetes, 2026-07-01), by path. A
type that isn't listed is taken to be updated in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sandbox.cloud.aws import names
from sandbox.model import Resource, Value

_AWS: Final = "aws:"
_RANDOM: Final = "random:"
_KUBERNETES: Final = "kubernetes:"
_RELEASE: Final = "kubernetes:helm.sh/v3:Release"


def _table(text: str) -> dict[str, frozenset[str]]:
    """``type: property property ...`` a line."""
    found = {}
    for line in text.strip().splitlines():
        type_, _, properties = line.partition(" ")
        found[type_] = frozenset(properties.split())
    return found


AWS: Final[Mapping[str, frozenset[str]]] = _table(
    """
aws:accessanalyzer/analyzer:Analyzer analyzerName type region
aws:acm/certificate:Certificate domainName subjectAlternativeNames validationMethod keyAlgorithm region
aws:autoscaling/group:Group name region
aws:autoscaling/schedule:Schedule scheduledActionName autoscalingGroupName region
aws:backup/plan:Plan region
aws:backup/selection:Selection name planId iamRoleArn resources notResources selectionTags conditions region
aws:backup/vault:Vault name kmsKeyArn region
aws:backup/vaultLockConfiguration:VaultLockConfiguration backupVaultName changeableForDays maxRetentionDays minRetentionDays region
aws:cfg/deliveryChannel:DeliveryChannel name region
aws:cfg/recorder:Recorder name region
aws:cfg/rule:Rule name region
aws:cloudfront/function:Function name
aws:cloudtrail/trail:Trail name region
aws:cloudwatch/eventRule:EventRule name eventBusName region
aws:cloudwatch/eventTarget:EventTarget rule targetId eventBusName region
aws:cloudwatch/logGroup:LogGroup name logGroupClass region
aws:cloudwatch/metricAlarm:MetricAlarm name region
aws:costexplorer/anomalyMonitor:AnomalyMonitor monitorType monitorDimension monitorSpecification
aws:costexplorer/anomalySubscription:AnomalySubscription name accountId
aws:dynamodb/table:Table name hashKey rangeKey localSecondaryIndexes region
aws:dynamodb/tableReplica:TableReplica globalTableArn kmsKeyArn tableClassOverride region
aws:ebs/defaultKmsKey:DefaultKmsKey keyArn region
aws:ec2/eip:Eip domain networkBorderGroup publicIpv4Pool region
aws:ec2/flowLog:FlowLog vpcId subnetId eniId iamRoleArn logDestination logDestinationType trafficType logFormat maxAggregationInterval region
aws:ec2/internetGateway:InternetGateway region
aws:ec2/launchTemplate:LaunchTemplate name region
aws:ec2/natGateway:NatGateway allocationId subnetId connectivityType privateIp region
aws:ec2/networkAcl:NetworkAcl vpcId region
aws:ec2/networkAclAssociation:NetworkAclAssociation networkAclId subnetId region
aws:ec2/networkAclRule:NetworkAclRule networkAclId ruleNumber egress protocol ruleAction cidrBlock ipv6CidrBlock fromPort toPort icmpType icmpCode region
aws:ec2/route:Route routeTableId destinationCidrBlock destinationIpv6CidrBlock destinationPrefixListId region
aws:ec2/routeTable:RouteTable vpcId region
aws:ec2/routeTableAssociation:RouteTableAssociation subnetId gatewayId region
aws:ec2/securityGroup:SecurityGroup name namePrefix description vpcId region
aws:ec2/securityGroupRule:SecurityGroupRule securityGroupId type protocol fromPort toPort cidrBlocks ipv6CidrBlocks prefixListIds self sourceSecurityGroupId region
aws:ec2/subnet:Subnet vpcId cidrBlock availabilityZone availabilityZoneId ipv6Native outpostArn region
aws:ec2/tag:Tag resourceId key region
aws:ec2/vpc:Vpc cidrBlock ipv4IpamPoolId ipv4NetmaskLength region
aws:ec2/vpcEndpoint:VpcEndpoint vpcId serviceName vpcEndpointType region
aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation vpcId cidrBlock region
aws:ecr/pullThroughCacheRule:PullThroughCacheRule ecrRepositoryPrefix upstreamRegistryUrl region
aws:ecr/repository:Repository name encryptionConfigurations region
aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate prefix region
aws:eks/accessEntry:AccessEntry clusterName principalArn type region
aws:eks/accessPolicyAssociation:AccessPolicyAssociation clusterName principalArn policyArn accessScope region
aws:eks/addon:Addon clusterName addonName region
aws:eks/cluster:Cluster name roleArn encryptionConfig kubernetesNetworkConfig bootstrapSelfManagedAddons outpostConfig region
aws:eks/nodeGroup:NodeGroup nodeGroupName nodeGroupNamePrefix clusterName nodeRoleArn subnetIds amiType capacityType diskSize instanceTypes remoteAccess region
aws:eks/podIdentityAssociation:PodIdentityAssociation clusterName namespace serviceAccount region
aws:elasticache/parameterGroup:ParameterGroup name family region
aws:elasticache/replicationGroup:ReplicationGroup replicationGroupId atRestEncryptionEnabled kmsKeyId subnetGroupName port networkType snapshotName snapshotArns dataTieringEnabled globalReplicationGroupId securityGroupNames region
aws:elasticache/subnetGroup:SubnetGroup name region
aws:elasticache/user:User userId userName engine region
aws:elasticache/userGroup:UserGroup userGroupId engine region
aws:guardduty/detectorFeature:DetectorFeature detectorId name region
aws:iam/instanceProfile:InstanceProfile name path
aws:iam/openIdConnectProvider:OpenIdConnectProvider url
aws:iam/policy:Policy name path description
aws:iam/role:Role name path
aws:iam/rolePolicy:RolePolicy name role
aws:iam/rolePolicyAttachment:RolePolicyAttachment role policyArn
aws:iam/serviceLinkedRole:ServiceLinkedRole awsServiceName customSuffix
aws:inspector2/enabler:Enabler accountIds region
aws:kms/alias:Alias name region
aws:kms/key:Key customerMasterKeySpec keyUsage multiRegion customKeyStoreId xksKeyId region
aws:kms/replicaKey:ReplicaKey primaryKeyArn region
aws:lambda/function:Function name packageType region
aws:lambda/permission:Permission action function principal sourceArn sourceAccount statementId qualifier region
aws:lb/listener:Listener loadBalancerArn region
aws:lb/loadBalancer:LoadBalancer name internal loadBalancerType region
aws:lb/targetGroup:TargetGroup name port protocol targetType vpcId region
aws:macie2/classificationJob:ClassificationJob name jobType s3JobDefinition scheduleFrequency samplingPercentage initialRun customDataIdentifierIds description region
aws:rds/cluster:Cluster clusterIdentifier clusterIdentifierPrefix engine engineMode masterUsername databaseName storageEncrypted kmsKeyId dbSubnetGroupName availabilityZones clusterScalabilityType dbSystemId restoreToPointInTime snapshotIdentifier region
aws:rds/clusterInstance:ClusterInstance identifier identifierPrefix clusterIdentifier engine dbSubnetGroupName availabilityZone customIamInstanceProfile region
aws:rds/clusterParameterGroup:ClusterParameterGroup name family description region
aws:rds/instance:Instance engine username dbName storageEncrypted kmsKeyId availabilityZone characterSetName timezone region
aws:rds/parameterGroup:ParameterGroup name family description region
aws:rds/subnetGroup:SubnetGroup name region
aws:route53/record:Record zoneId name type setIdentifier
aws:route53/zone:Zone name delegationSetId
aws:s3/bucket:Bucket bucket bucketPrefix objectLockEnabled region
aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration bucket name region
aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration bucket region
aws:s3/bucketLogging:BucketLogging bucket region
aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration bucket region
aws:s3/bucketOwnershipControls:BucketOwnershipControls bucket region
aws:s3/bucketPolicy:BucketPolicy bucket region
aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock bucket region
aws:s3/bucketReplicationConfig:BucketReplicationConfig bucket region
aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration bucket region
aws:s3/bucketVersioning:BucketVersioning bucket region
aws:scheduler/schedule:Schedule name groupName region
aws:secretsmanager/secret:Secret name namePrefix region
aws:secretsmanager/secretVersion:SecretVersion secretId secretString secretBinary region
aws:securityhub/standardsSubscription:StandardsSubscription standardsArn region
aws:sns/topic:Topic name fifoTopic region
aws:sns/topicSubscription:TopicSubscription topic protocol endpoint region
aws:sqs/queue:Queue name fifoQueue region
aws:ssm/parameter:Parameter name region
aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule securityGroupId region
aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule securityGroupId region
aws:wafv2/webAcl:WebAcl name scope region
"""  # noqa: E501 - a type a line
)

_ALWAYS_KUBERNETES: Final = frozenset({"apiVersion", "kind", "metadata.name", "metadata.namespace"})

_OBJECTS: Final[Mapping[str, frozenset[str]]] = {
    kind: frozenset(paths.split())
    for kind, paths in {
        "ClusterRoleBinding": "roleRef",
        "DaemonSet": "spec.selector",
        "Deployment": "spec.selector",
        "Job": "spec.selector spec.template spec.completions spec.completionMode spec.manualSelector",
        "PersistentVolumeClaim": (
            "spec.accessModes spec.resources.limits spec.resources.requests spec.selector "
            "spec.storageClassName spec.volumeName"
        ),
        "Pod": "spec",
        "RoleBinding": "roleRef",
        "Service": "spec.clusterIP",
        "StatefulSet": (
            "spec.selector spec.serviceName spec.podManagementPolicy spec.revisionHistoryLimit "
            "spec.volumeClaimTemplates"
        ),
        "StorageClass": "parameters provisioner reclaimPolicy volumeBindingMode",
    }.items()
}

_MUTABLE: Final[Mapping[str, tuple[str, frozenset[str]]]] = {
    "ConfigMap": ("enableConfigMapMutable", frozenset({"data", "binaryData"})),
    "Secret": ("enableSecretMutable", frozenset({"type", "data", "stringData"})),
}
"""Kinds whose content replaces them unless the provider is told that it may change."""

_HELM_RELEASE: Final = frozenset({"name", "namespace"})

_PROVIDERS: Final[Mapping[str, frozenset[str]]] = {"pulumi:providers:kubernetes": frozenset({"clusterIdentifier"})}
"""Configuration that makes another provider of one, and so replaces all that it made: where it is given, nothing else
does. A change of region replaces resources by their own input of that name. Source: the SDKs' docstrings.
"""


def replaces(type_: str, provider_inputs: Mapping[str, object] | None = None) -> frozenset[str]:
    """Input properties of ``type_`` whose change replaces the resource; paths for Kubernetes objects; ``*``: any.

    ``provider_inputs``, where known, say whether ConfigMaps and Secrets are replaced for their content.
    """
    if type_.startswith(_RANDOM):
        return frozenset("*")
    if not type_.startswith(_KUBERNETES):
        return AWS.get(type_) or _PROVIDERS.get(type_, frozenset())
    _, api, kind = type_.split(":", 2)
    if api == "helm.sh/v3":
        return _HELM_RELEASE
    found = _ALWAYS_KUBERNETES | _OBJECTS.get(kind, frozenset())
    setting, content = _MUTABLE.get(kind, ("", frozenset()))
    if not setting or provider_inputs is None or str(provider_inputs.get(setting, "")).lower() == "true":
        return found
    return found | content


def deletes_first(new: Resource, old: Resource) -> bool:
    """Whether the provider has ``old`` deleted before ``new`` is made in its place, as both would have one name.

    AWS: the program gives the name that the provider would make up. Kubernetes: it gives the name, and neither that nor
    the namespace changes. Sources: ``nameRequiresDeleteBeforeReplace`` in pkg/tfbridge/schema.go of
    pulumi-terraform-bridge (v3), ``Diff`` in provider/pkg/provider/provider.go of pulumi-kubernetes (v4).
    """
    if new.type.startswith(_AWS):
        return names.made_up(new.type) in new.property_dependencies
    if not new.type.startswith(_KUBERNETES) or new.type == _RELEASE:
        return False
    now, before = _metadata(new), _metadata(old)
    annotations = now.get("annotations")
    if isinstance(annotations, dict) and annotations.get("pulumi.com/autonamed") == "true":
        return False
    return (now.get("name"), now.get("namespace")) == (before.get("name"), before.get("namespace"))


def _metadata(resource: Resource) -> Mapping[str, Value]:
    found = resource.inputs.get("metadata")
    return found if isinstance(found, dict) else {}
