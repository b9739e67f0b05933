"""Bad examples of the security pack, stores and channels: each changes one thing of a good one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tests.policies import good_stores
from tests.policies.examples import GONE, Bad, at, nodes
from tests.policies.good import (
    ACCOUNT,
    BUCKET,
    DENY_PLAINTEXT,
    KEY,
    document,
    statement,
)

_SSE: Final = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
_LISTENER: Final = "aws:lb/listener:Listener"
_DISTRIBUTION: Final = "aws:cloudfront/distribution:Distribution"
_TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
_NODE_CLASS: Final = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"


def _key_missing(resource_type: str, path: str) -> Bad:
    return Bad("encryption-at-rest", resource_type, path, GONE, "a customer-managed KMS key")


AT_REST: Final = [
    Bad("encryption-at-rest", _SSE, "rules", [], "sseAlgorithm: 'aws:kms'"),
    Bad("encryption-at-rest", _SSE, "rules 0 applyServerSideEncryptionByDefault sseAlgorithm", "AES256", "'aws:kms'"),
    _key_missing(_SSE, "rules 0 applyServerSideEncryptionByDefault kmsMasterKeyId"),
    *(
        Bad("encryption-at-rest", name, "storageEncrypted", value, "write storageEncrypted: true")
        for name in (
            "aws:rds/cluster:Cluster",
            "aws:rds/instance:Instance",
            "aws:rds/globalCluster:GlobalCluster",
            "aws:docdb/cluster:Cluster",
            "aws:neptune/cluster:Cluster",
        )
        for value in (False, GONE)
    ),
    *(
        _key_missing(name, "kmsKeyId")
        for name in (
            "aws:rds/cluster:Cluster",
            "aws:rds/instance:Instance",
            "aws:rds/snapshotCopy:SnapshotCopy",
            "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy",
            "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
            "aws:docdb/cluster:Cluster",
            "aws:elasticache/replicationGroup:ReplicationGroup",
            "aws:elasticache/serverlessCache:ServerlessCache",
            "aws:efs/fileSystem:FileSystem",
            "aws:secretsmanager/secret:Secret",
            "aws:cloudwatch/logGroup:LogGroup",
            "aws:cloudtrail/trail:Trail",
            "aws:kinesis/stream:Stream",
        )
    ),
    *(
        _key_missing(name, "performanceInsightsKmsKeyId")
        for name in (
            "aws:rds/cluster:Cluster",
            "aws:rds/instance:Instance",
            "aws:rds/clusterInstance:ClusterInstance",
        )
    ),
    _key_missing("aws:rds/cluster:Cluster", "masterUserSecretKmsKeyId"),
    _key_missing("aws:neptune/cluster:Cluster", "kmsKeyArn"),
    Bad(
        "encryption-at-rest",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "atRestEncryptionEnabled",
        GONE,
        "write atRestEncryptionEnabled: true",
    ),
    Bad(
        "encryption-at-rest",
        "aws:elasticache/cluster:Cluster",
        "replicationGroupId",
        GONE,
        "write an elasticache ReplicationGroup",
        at="",
    ),
    Bad("encryption-at-rest", "aws:dynamodb/table:Table", "serverSideEncryption enabled", False, "write enabled: true"),
    _key_missing("aws:dynamodb/table:Table", "serverSideEncryption kmsKeyArn"),
    Bad("encryption-at-rest", "aws:dynamodb/table:Table", "replicas 0 kmsKeyArn", GONE, "the replica's own region"),
    _key_missing("aws:dynamodb/tableReplica:TableReplica", "kmsKeyArn"),
    Bad("encryption-at-rest", "aws:efs/fileSystem:FileSystem", "encrypted", False, "write encrypted: true"),
    Bad("encryption-at-rest", "aws:opensearch/domain:Domain", "encryptAtRest enabled", False, "write enabled: true"),
    _key_missing("aws:opensearch/domain:Domain", "encryptAtRest kmsKeyId"),
    *(
        bad
        for name in (
            "aws:ecr/repository:Repository",
            "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
        )
        for bad in (
            Bad("encryption-at-rest", name, "encryptionConfigurations", GONE, "encryptionType: 'KMS'"),
            Bad("encryption-at-rest", name, "encryptionConfigurations 0 encryptionType", "AES256", "'KMS'"),
            _key_missing(name, "encryptionConfigurations 0 kmsKey"),
        )
    ),
    Bad("encryption-at-rest", "aws:eks/cluster:Cluster", "encryptionConfig resources", [], "resources: ['secrets']"),
    _key_missing("aws:eks/cluster:Cluster", "encryptionConfig provider keyArn"),
    Bad(
        "encryption-at-rest",
        "aws:secretsmanager/secret:Secret",
        "replicas 0 kmsKeyId",
        GONE,
        "the replica's own region",
    ),
    _key_missing("aws:ssm/parameter:Parameter", "keyId"),
    Bad("encryption-at-rest", "aws:sqs/queue:Queue", "sqsManagedSseEnabled", False, "write kmsMasterKeyId"),
    _key_missing("aws:sns/topic:Topic", "kmsMasterKeyId"),
    Bad("encryption-at-rest", "aws:sns/topic:Topic", "kmsMasterKeyId", "alias/aws/sns", "can't publish"),
    _key_missing("aws:backup/vault:Vault", "kmsKeyArn"),
    Bad("encryption-at-rest", "aws:kinesis/stream:Stream", "encryptionType", "NONE", "write encryptionType: 'KMS'"),
    Bad(
        "encryption-at-rest",
        "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
        "serverSideEncryption enabled",
        GONE,
        "write enabled: true",
    ),
    _key_missing("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream", "serverSideEncryption keyArn"),
    Bad("encryption-at-rest", "kubernetes:storage.k8s.io/v1:StorageClass", "parameters encrypted", GONE, '"true"'),
    _key_missing("kubernetes:storage.k8s.io/v1:StorageClass", "parameters kmsKeyId"),
    Bad("disk-encryption", "aws:ebs/volume:Volume", "encrypted", False, "write encrypted: true"),
    Bad("disk-encryption", "aws:ebs/volume:Volume", "kmsKeyId", GONE, "write kmsKeyId:"),
    Bad("disk-encryption", "aws:ebs/snapshotCopy:SnapshotCopy", "encrypted", GONE, "write encrypted: true"),
    Bad("disk-encryption", "aws:ebs/encryptionByDefault:EncryptionByDefault", "enabled", False, "write enabled: true"),
    Bad("disk-encryption", _TEMPLATE, "blockDeviceMappings", GONE, "write the root device"),
    Bad("disk-encryption", _TEMPLATE, "blockDeviceMappings 0 ebs encrypted", "false", "write encrypted: true"),
    Bad("disk-encryption", _TEMPLATE, "blockDeviceMappings 0 ebs kmsKeyId", GONE, "write kmsKeyId:"),
    Bad("disk-encryption", "aws:ec2/instance:Instance", "rootBlockDevice", GONE, "write rootBlockDevice"),
    Bad("disk-encryption", "aws:ec2/instance:Instance", "ebsBlockDevices 0 encrypted", False, "write encrypted: true"),
    Bad("disk-encryption", _NODE_CLASS, "spec blockDeviceMappings", [], "write the root device"),
    Bad("disk-encryption", _NODE_CLASS, "spec blockDeviceMappings 0 ebs encrypted", False, "write encrypted: true"),
    Bad("disk-encryption", _NODE_CLASS, "spec blockDeviceMappings 0 ebs kmsKeyID", GONE, "write kmsKeyID"),
    Bad("key-rotation", "aws:kms/key:Key", "enableKeyRotation", GONE, "write enableKeyRotation: true"),
    Bad(
        "key-rotation",
        "aws:kms/key:Key",
        "deletionWindowInDays",
        7.0,
        "write deletionWindowInDays: 14",
        config={"minimum_deletion_days": 14},
    ),
]

_FORCE_SSL: Final = [{"name": "log_statement", "value": "ddl"}]

IN_TRANSIT: Final = [
    Bad(
        "encryption-in-transit",
        "aws:rds/clusterParameterGroup:ClusterParameterGroup",
        "parameters",
        _FORCE_SSL,
        "write the parameter rds.force_ssl with value 1",
    ),
    Bad(
        "encryption-in-transit",
        "aws:rds/clusterParameterGroup:ClusterParameterGroup",
        "parameters 0 value",
        "0",
        "write 1 for rds.force_ssl",
    ),
    Bad(
        "encryption-in-transit",
        "aws:rds/parameterGroup:ParameterGroup",
        "parameters 0 value",
        "OFF",
        "write ON for require_secure_transport",
    ),
    *(
        Bad("encryption-in-transit", name, path, value, f"write {path}:")
        for name, path in (
            ("aws:rds/cluster:Cluster", "dbClusterParameterGroupName"),
            ("aws:rds/instance:Instance", "parameterGroupName"),
        )
        for value in (GONE, "default.aurora-postgresql17")
    ),
    Bad("encryption-in-transit", "aws:rds/proxy:Proxy", "requireTls", GONE, "write requireTls: true"),
    Bad(
        "encryption-in-transit",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "transitEncryptionEnabled",
        False,
        "write transitEncryptionEnabled: true",
    ),
    Bad(
        "encryption-in-transit",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "transitEncryptionMode",
        "preferred",
        "'required'",
    ),
    Bad("encryption-in-transit", "aws:opensearch/domain:Domain", "domainEndpointOptions enforceHttps", False, ": true"),
    Bad(
        "encryption-in-transit",
        "aws:opensearch/domain:Domain",
        "domainEndpointOptions tlsSecurityPolicy",
        "Policy-Min-TLS-1-0-2019-07",
        "TLS-1-2",
    ),
    Bad("encryption-in-transit", "aws:opensearch/domain:Domain", "nodeToNodeEncryption enabled", False, ": true"),
    *(
        Bad("encryption-in-transit", "aws:s3/bucketPolicy:BucketPolicy", "policy", document(body), "denies s3:*")
        for body in (
            statement(Principal={"AWS": ACCOUNT}),
            {**DENY_PLAINTEXT, "Effect": "Allow", "Principal": {"AWS": ACCOUNT}},
            {**DENY_PLAINTEXT, "Principal": {"AWS": ACCOUNT}},
            {**DENY_PLAINTEXT, "Action": "s3:GetObject"},
            {**DENY_PLAINTEXT, "Resource": f"arn:aws:s3:::{BUCKET}/*"},
            {**DENY_PLAINTEXT, "Resource": f"arn:aws:s3:::{BUCKET}"},
            {**DENY_PLAINTEXT, "Condition": {"Bool": {"aws:SecureTransport": "true"}}},
            {**DENY_PLAINTEXT, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}},
        )
    ),
    Bad("encryption-in-transit", "aws:s3/bucketPolicy:BucketPolicy", "policy", "{broken", "the document is no JSON"),
    Bad("encryption-in-transit", _LISTENER, "protocol", "HTTP", "write protocol: 'HTTPS'"),
    Bad("encryption-in-transit", _LISTENER, "sslPolicy", "ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-TLS13"),
    Bad("encryption-in-transit", _LISTENER, "sslPolicy", "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06", "or a stricter"),
    Bad("encryption-in-transit", _LISTENER, "sslPolicy", GONE, "ELBSecurityPolicy-TLS13"),
    *(
        Bad("encryption-in-transit", _DISTRIBUTION, f"{path} viewerProtocolPolicy", "allow-all", "'redirect-to-https'")
        for path in ("defaultCacheBehavior", "orderedCacheBehaviors 0")
    ),
    Bad("encryption-in-transit", _DISTRIBUTION, "viewerCertificate cloudfrontDefaultCertificate", True, "TLS 1.0"),
    Bad("encryption-in-transit", _DISTRIBUTION, "viewerCertificate minimumProtocolVersion", "TLSv1.1_2016", "_2021"),
    Bad(
        "encryption-in-transit",
        _DISTRIBUTION,
        "origins 1 customOriginConfig originProtocolPolicy",
        "match-viewer",
        "'https-only'",
    ),
    Bad(
        "encryption-in-transit",
        _DISTRIBUTION,
        "origins 1 customOriginConfig originSslProtocols",
        ["TLSv1.1", "TLSv1.2"],
        "['TLSv1.2']",
    ),
    Bad("encryption-in-transit", "kubernetes:networking.k8s.io/v1:Ingress", "spec tls", GONE, "write tls"),
    Bad("encryption-in-transit", "kubernetes:gateway.networking.k8s.io/v1:Gateway", "spec listeners", [], "HTTPS"),
    Bad(
        "encryption-in-transit",
        "kubernetes:gateway.networking.k8s.io/v1:Gateway",
        "spec listeners 0 protocol",
        "HTTP",
        "only on port 80",
    ),
    Bad(
        "encryption-in-transit",
        "kubernetes:gateway.networking.k8s.io/v1:Gateway",
        "spec listeners 0",
        GONE,
        "write a listener with protocol HTTPS",
        at="spec.listeners",
    ),
]


def _turned(rule: str, resource_type: str, props: dict[str, Any]) -> Iterator[Bad]:
    """Each input of the example taken out or turned into its opposite, and each key into AWS's own."""
    for path in nodes(props):
        value, last = at(props, path), path.rpartition(" ")[2]
        if value == KEY:
            yield Bad(rule, resource_type, path, GONE, "a customer-managed KMS key")
            yield Bad(rule, resource_type, path, None, "a customer-managed KMS key")
            yield Bad(rule, resource_type, path, "arn:aws:kms:us-east-1:1:alias/aws/ebs", "this one is AWS's")
        elif value is True or value == "true":
            yield Bad(rule, resource_type, path, False, f"write {last}: true")
            yield Bad(rule, resource_type, path, GONE, f"write {last}: true")
        elif value is False:
            yield Bad(rule, resource_type, path, True, f"write {last}: false")
        elif isinstance(value, str):
            yield Bad(rule, resource_type, path, "DISABLED", f"write {last}: '{value}'")


STORES_OF_ONE_KEY: Final = [
    *(it for name, props in good_stores.STORES.items() for it in _turned("encryption-at-rest", name, props)),
    *(it for name, props in good_stores.DISKS.items() for it in _turned("disk-encryption", name, props)),
]

_OWN_BUCKET: Final = "aws:s3/bucket:Bucket"

FORMS: Final = [
    Bad("encryption-at-rest", name, "kmsKeyId", "alias/aws/rds", "this one is AWS's")
    for name in ("aws:rds/cluster:Cluster", "aws:secretsmanager/secret:Secret", "aws:cloudwatch/logGroup:LogGroup")
] + [
    Bad(
        "encryption-at-rest",
        _OWN_BUCKET,
        "serverSideEncryptionConfiguration",
        {"rule": {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}},
        "write sseAlgorithm: 'aws:kms'",
        at="serverSideEncryptionConfiguration.rule.applyServerSideEncryptionByDefault.sseAlgorithm",
    ),
    Bad(
        "encryption-at-rest",
        "aws:s3/bucketV2:BucketV2",
        "serverSideEncryptionConfigurations",
        [{"rules": [{"applyServerSideEncryptionByDefaults": [{"sseAlgorithm": "AES256"}]}]}],
        "write sseAlgorithm: 'aws:kms'",
        at="serverSideEncryptionConfigurations[0].rules[0].applyServerSideEncryptionByDefaults[0].sseAlgorithm",
    ),
    *(
        Bad("encryption-at-rest", name, "serverSideEncryption", "AES256", "leave it out, so that the bucket's own key")
        for name in (
            "aws:s3/bucketObject:BucketObject",
            "aws:s3/bucketObjectv2:BucketObjectv2",
            "aws:s3/objectCopy:ObjectCopy",
        )
    ),
    Bad("encryption-at-rest", "aws:s3/bucketObjectv2:BucketObjectv2", "kmsKeyId", "alias/aws/s3", "is AWS's"),
    Bad(
        "encryption-at-rest",
        "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy",
        "policy",
        '{"Rules": [], "AWSOwnedKey": true}',
        "write AWSOwnedKey: false",
    ),
    Bad(
        "encryption-at-rest",
        "aws:athena/workgroup:Workgroup",
        "configuration enforceWorkgroupConfiguration",
        False,
        "write true",
    ),
    Bad(
        "encryption-at-rest",
        "aws:athena/workgroup:Workgroup",
        "configuration managedQueryResultsConfiguration",
        {"enabled": True},
        "a customer-managed KMS key",
        at="configuration.managedQueryResultsConfiguration.encryptionConfiguration.kmsKey",
    ),
    Bad(
        "disk-encryption",
        "aws:ec2/spotFleetRequest:SpotFleetRequest",
        "launchSpecifications 0",
        {},
        "the root device",
        at="launchSpecifications[0].rootBlockDevices",
    ),
    Bad("disk-encryption", "aws:ec2/launchConfiguration:LaunchConfiguration", "rootBlockDevice", GONE, "write root"),
    Bad("disk-encryption", "aws:ec2/instance:Instance", "ebsBlockDevices 0 kmsKeyId", "alias/aws/ebs", "is AWS's"),
]


def _plain(resource_type: str, path: str, value: object, says: str) -> Bad:
    return Bad("encryption-in-transit", resource_type, path, value, says)


CHANNELS: Final = [
    _plain("aws:redshift/parameterGroup:ParameterGroup", "parameters", [], "require_ssl with value true"),
    _plain("aws:redshift/parameterGroup:ParameterGroup", "parameters 0 value", "false", "write true for require_ssl"),
    _plain(
        "aws:docdb/clusterParameterGroup:ClusterParameterGroup", "parameters 0 value", "disabled", "write enabled for"
    ),
    _plain("aws:memorydb/cluster:Cluster", "tlsEnabled", False, "write tlsEnabled: true"),
    _plain("aws:dax/cluster:Cluster", "clusterEndpointEncryptionType", GONE, "'TLS'"),
    _plain("aws:appsync/apiCache:ApiCache", "transitEncryptionEnabled", GONE, "write transitEncryptionEnabled: true"),
    _plain("aws:msk/cluster:Cluster", "encryptionInfo encryptionInTransit clientBroker", "TLS_PLAINTEXT", "'TLS'"),
    _plain("aws:msk/cluster:Cluster", "encryptionInfo encryptionInTransit inCluster", False, "write true"),
    _plain("aws:sns/topicSubscription:TopicSubscription", "protocol", "http", "write 'https'"),
    _plain("aws:transfer/server:Server", "protocols 0", "FTP", "sends passwords in clear"),
    _plain(
        "aws:ecs/taskDefinition:TaskDefinition",
        "volumes 0 efsVolumeConfiguration transitEncryption",
        "DISABLED",
        "'ENABLED'",
    ),
    _plain("aws:dms/endpoint:Endpoint", "sslMode", "none", "'verify-full'"),
    _plain("aws:apigateway/domainName:DomainName", "securityPolicy", "TLS_1_0", "write 'TLS_1_2'"),
    _plain("aws:apigatewayv2/domainName:DomainName", "domainNameConfiguration securityPolicy", "TLS_1_0", "'TLS_1_2'"),
    _plain("aws:elasticsearch/domain:Domain", "domainEndpointOptions enforceHttps", GONE, "enforceHttps: true"),
    _plain("aws:elb/loadBalancer:LoadBalancer", "listeners 0 lbProtocol", "http", "write 'https'"),
    *(
        _plain(name, "policy", document({**DENY_PLAINTEXT, "Action": "s3:GetObject"}), "denies s3:* to everyone")
        for name in ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
    ),
]

BAD: Final = [*AT_REST, *IN_TRANSIT, *CHANNELS, *STORES_OF_ONE_KEY, *FORMS]
"""All of them."""
