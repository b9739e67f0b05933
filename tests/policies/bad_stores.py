"""Bad examples of the security pack, stores and channels: each changes one thing of a good one."""

from __future__ import annotations

from typing import Final

from tests.policies.examples import GONE, Bad
from tests.policies.good import (
    ACCOUNT,
    BUCKET,
    DENY_PLAINTEXT,
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
    Bad("encryption-at-rest", _SSE, "rules", [], "sse_algorithm='aws:kms'"),
    Bad("encryption-at-rest", _SSE, "rules 0 applyServerSideEncryptionByDefault sseAlgorithm", "AES256", "'aws:kms'"),
    _key_missing(_SSE, "rules 0 applyServerSideEncryptionByDefault kmsMasterKeyId"),
    *(
        Bad("encryption-at-rest", name, "storageEncrypted", value, "write storage_encrypted=True")
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
        "write at_rest_encryption_enabled=True",
    ),
    Bad(
        "encryption-at-rest",
        "aws:elasticache/cluster:Cluster",
        "replicationGroupId",
        GONE,
        "write an elasticache ReplicationGroup",
        at="",
    ),
    Bad("encryption-at-rest", "aws:dynamodb/table:Table", "serverSideEncryption enabled", False, "write enabled=True"),
    _key_missing("aws:dynamodb/table:Table", "serverSideEncryption kmsKeyArn"),
    Bad("encryption-at-rest", "aws:dynamodb/table:Table", "replicas 0 kmsKeyArn", GONE, "the replica's own region"),
    _key_missing("aws:dynamodb/tableReplica:TableReplica", "kmsKeyArn"),
    Bad("encryption-at-rest", "aws:efs/fileSystem:FileSystem", "encrypted", False, "write encrypted=True"),
    Bad("encryption-at-rest", "aws:opensearch/domain:Domain", "encryptAtRest enabled", False, "write enabled=True"),
    _key_missing("aws:opensearch/domain:Domain", "encryptAtRest kmsKeyId"),
    *(
        bad
        for name in (
            "aws:ecr/repository:Repository",
            "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
        )
        for bad in (
            Bad("encryption-at-rest", name, "encryptionConfigurations", GONE, "encryption_type='KMS'"),
            Bad("encryption-at-rest", name, "encryptionConfigurations 0 encryptionType", "AES256", "'KMS'"),
            _key_missing(name, "encryptionConfigurations 0 kmsKey"),
        )
    ),
    Bad("encryption-at-rest", "aws:eks/cluster:Cluster", "encryptionConfig resources", [], "resources=['secrets']"),
    _key_missing("aws:eks/cluster:Cluster", "encryptionConfig provider keyArn"),
    Bad(
        "encryption-at-rest",
        "aws:secretsmanager/secret:Secret",
        "replicas 0 kmsKeyId",
        GONE,
        "the replica's own region",
    ),
    _key_missing("aws:ssm/parameter:Parameter", "keyId"),
    Bad("encryption-at-rest", "aws:sqs/queue:Queue", "sqsManagedSseEnabled", False, "write kms_master_key_id"),
    _key_missing("aws:sns/topic:Topic", "kmsMasterKeyId"),
    Bad("encryption-at-rest", "aws:sns/topic:Topic", "kmsMasterKeyId", "alias/aws/sns", "can't publish"),
    _key_missing("aws:backup/vault:Vault", "kmsKeyArn"),
    Bad("encryption-at-rest", "aws:kinesis/stream:Stream", "encryptionType", "NONE", "write encryption_type='KMS'"),
    Bad(
        "encryption-at-rest",
        "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
        "serverSideEncryption enabled",
        GONE,
        "write enabled=True",
    ),
    _key_missing("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream", "serverSideEncryption keyArn"),
    Bad("encryption-at-rest", "kubernetes:storage.k8s.io/v1:StorageClass", "parameters encrypted", GONE, '"true"'),
    _key_missing("kubernetes:storage.k8s.io/v1:StorageClass", "parameters kmsKeyId"),
    Bad("disk-encryption", "aws:ebs/volume:Volume", "encrypted", False, "write encrypted=True"),
    Bad("disk-encryption", "aws:ebs/volume:Volume", "kmsKeyId", GONE, "write kms_key_id="),
    Bad("disk-encryption", "aws:ebs/snapshotCopy:SnapshotCopy", "encrypted", GONE, "write encrypted=True"),
    Bad("disk-encryption", "aws:ebs/encryptionByDefault:EncryptionByDefault", "enabled", False, "write enabled=True"),
    Bad("disk-encryption", _TEMPLATE, "blockDeviceMappings", GONE, "write the root device"),
    Bad("disk-encryption", _TEMPLATE, "blockDeviceMappings 0 ebs encrypted", "false", "write encrypted=True"),
    Bad("disk-encryption", _TEMPLATE, "blockDeviceMappings 0 ebs kmsKeyId", GONE, "write kms_key_id="),
    Bad("disk-encryption", "aws:ec2/instance:Instance", "rootBlockDevice", GONE, "write root_block_device"),
    Bad("disk-encryption", "aws:ec2/instance:Instance", "ebsBlockDevices 0 encrypted", False, "write encrypted=True"),
    Bad("disk-encryption", _NODE_CLASS, "spec blockDeviceMappings", [], "write the root device"),
    Bad("disk-encryption", _NODE_CLASS, "spec blockDeviceMappings 0 ebs encrypted", False, "write encrypted: true"),
    Bad("disk-encryption", _NODE_CLASS, "spec blockDeviceMappings 0 ebs kmsKeyID", GONE, "write kmsKeyID"),
    Bad("key-rotation", "aws:kms/key:Key", "enableKeyRotation", GONE, "write enable_key_rotation=True"),
    Bad(
        "key-rotation",
        "aws:kms/key:Key",
        "deletionWindowInDays",
        7.0,
        "write deletion_window_in_days=14",
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
        Bad("encryption-in-transit", name, path, value, f"write {python}=")
        for name, path, python in (
            ("aws:rds/cluster:Cluster", "dbClusterParameterGroupName", "db_cluster_parameter_group_name"),
            ("aws:rds/instance:Instance", "parameterGroupName", "parameter_group_name"),
        )
        for value in (GONE, "default.aurora-postgresql17")
    ),
    Bad("encryption-in-transit", "aws:rds/proxy:Proxy", "requireTls", GONE, "write require_tls=True"),
    Bad(
        "encryption-in-transit",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "transitEncryptionEnabled",
        False,
        "write transit_encryption_enabled=True",
    ),
    Bad(
        "encryption-in-transit",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "transitEncryptionMode",
        "preferred",
        "'required'",
    ),
    Bad("encryption-in-transit", "aws:opensearch/domain:Domain", "domainEndpointOptions enforceHttps", False, "=True"),
    Bad(
        "encryption-in-transit",
        "aws:opensearch/domain:Domain",
        "domainEndpointOptions tlsSecurityPolicy",
        "Policy-Min-TLS-1-0-2019-07",
        "TLS-1-2",
    ),
    Bad("encryption-in-transit", "aws:opensearch/domain:Domain", "nodeToNodeEncryption enabled", False, "=True"),
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
    Bad("encryption-in-transit", _LISTENER, "protocol", "HTTP", "write protocol='HTTPS'"),
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

BAD: Final = [*AT_REST, *IN_TRANSIT]
"""All of them."""
