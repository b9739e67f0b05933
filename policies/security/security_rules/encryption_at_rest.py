"""Whatever keeps data encrypts it, with a key of the account's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from .core.rules import (
    About,
    Config,
    Finding,
    Resource,
    Result,
    Rule,
    must_be_given,
    must_be_one_of,
    must_be_seen,
    must_be_true,
    must_contain,
    must_have_items,
    strings,
    types,
    unless,
    whole,
    wrong,
)
from .wording import snake

Check: TypeAlias = Callable[[Resource, Config], Iterator[Result]]

KEY: Final = "the ARN of a customer-managed KMS key, as the service's own key can neither be audited nor withdrawn"


def _flag(*path: str) -> Check:
    """The input at ``path`` must be true."""
    return lambda resource, _: must_be_true(resource.props.at(*path), f"write {snake(path[-1])}=True")


def _key(*path: str) -> Check:
    """The input at ``path`` must name a key."""
    return lambda resource, _: must_be_given(resource.props.at(*path), f"write {snake(path[-1])}={KEY}")


def _unless_given(path: str, *checks: Check) -> Check:
    """``checks``, but for a resource that inherits encryption from what the input at ``path`` names."""

    def check(resource: Resource, config: Config) -> Iterator[Result]:
        if resource[path].missing:
            for inner in checks:
                yield from inner(resource, config)

    return check


def _bucket_default(resource: Resource, config: Config) -> Iterator[Result]:
    algorithms = ("aws:kms", "aws:kms:dsse")
    plain_allowed = config.matches("sse_s3_buckets", resource.name, resource["bucket"].text)
    rules = resource["rules"]
    yield from must_have_items(
        rules, "write one rule with apply_server_side_encryption_by_default and sse_algorithm='aws:kms'"
    )
    for rule in rules.each():
        default = rule["applyServerSideEncryptionByDefault"]
        algorithm = default["sseAlgorithm"]
        if plain_allowed and algorithm.text == "AES256":
            continue
        yield from must_be_one_of(
            algorithm,
            algorithms,
            "write sse_algorithm='aws:kms'; only a bucket that a service can't deliver to otherwise may keep AES256, "
            "by the setting sse_s3_buckets",
        )
        yield from must_be_given(default["kmsMasterKeyId"], f"write kms_master_key_id={KEY}")


def _performance_insights(resource: Resource, _: Config) -> Iterator[Result]:
    yield from must_be_seen(resource["performanceInsightsEnabled"])
    if resource["performanceInsightsEnabled"].true:
        key = resource["performanceInsightsKmsKeyId"]
        yield from must_be_given(key, f"write performance_insights_kms_key_id={KEY}")


def _master_secret(resource: Resource, _: Config) -> Iterator[Result]:
    yield from must_be_seen(resource["manageMasterUserPassword"])
    if resource["manageMasterUserPassword"].true:
        key = resource["masterUserSecretKmsKeyId"]
        yield from must_be_given(key, f"write master_user_secret_kms_key_id={KEY}")


def _cache_node(resource: Resource, _: Config) -> Iterator[Result]:
    if resource["replicationGroupId"].missing:
        yield Finding(
            "", "a cache cluster alone can't encrypt: write an elasticache ReplicationGroup (one node will do)"
        )


def _replicas(list_name: str, key: str) -> Check:
    """Each item of ``list_name`` names a key of its own region."""

    def check(resource: Resource, _: Config) -> Iterator[Result]:
        yield from must_be_seen(resource[list_name])
        for replica in resource[list_name].each():
            yield from must_be_given(replica[key], f"write {snake(key)}={KEY}, one of the replica's own region")

    return check


def _repository(resource: Resource, _: Config) -> Iterator[Result]:
    configurations = resource["encryptionConfigurations"]
    yield from must_have_items(
        configurations, f"write encryption_configurations with encryption_type='KMS' and kms_key={KEY}"
    )
    for configuration in configurations.each():
        yield from must_be_one_of(configuration["encryptionType"], ("KMS", "KMS_DSSE"), "write encryption_type='KMS'")
        yield from must_be_given(configuration["kmsKey"], f"write kms_key={KEY}")


def _cluster_secrets(resource: Resource, _: Config) -> Iterator[Result]:
    encryption = resource["encryptionConfig"]
    yield from must_contain(encryption["resources"], {"secrets"}, "write encryption_config with resources=['secrets']")
    yield from must_be_given(encryption.at("provider", "keyArn"), f"write key_arn={KEY}")


def _queue(resource: Resource, _: Config) -> Iterator[Result]:
    managed = resource["sqsManagedSseEnabled"]
    if resource["kmsMasterKeyId"].missing:
        yield from must_be_true(
            managed, "write kms_master_key_id, or sqs_managed_sse_enabled=True for a queue of events"
        )


def _topic(resource: Resource, _: Config) -> Iterator[Result]:
    key = resource["kmsMasterKeyId"]
    yield from must_be_given(key, f"write kms_master_key_id={KEY}")
    if key.text == "alias/aws/sns":
        yield wrong(
            key, "write a customer-managed key: alarms, budgets and events can't publish under the service's own"
        )


def _stream(resource: Resource, _: Config) -> Iterator[Result]:
    yield from must_be_one_of(resource["encryptionType"], ("KMS",), "write encryption_type='KMS'")


def _parameter(resource: Resource, _: Config) -> Iterator[Result]:
    yield from must_be_seen(resource["type"])
    if resource["type"].text == "SecureString":
        yield from must_be_given(resource["keyId"], f"write key_id={KEY}")


def _storage_class(resource: Resource, _: Config) -> Iterator[Result]:
    if resource["provisioner"].text in {"ebs.csi.aws.com", "kubernetes.io/aws-ebs"}:
        yield from must_be_true(resource.props.at("parameters", "encrypted"), 'write parameters encrypted: "true"')
        yield from must_be_given(resource.props.at("parameters", "kmsKeyId"), f"write parameters kmsKeyId: {KEY}")


_DATABASE: Final = (_flag("storageEncrypted"), _key("kmsKeyId"))

STORES: Final[Mapping[str, tuple[Check, ...]]] = {
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (_bucket_default,),
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": (_bucket_default,),
    "aws:rds/cluster:Cluster": (*_DATABASE, _performance_insights, _master_secret),
    "aws:rds/instance:Instance": (
        _unless_given("replicateSourceDb", *_DATABASE),
        _performance_insights,
        _master_secret,
    ),
    "aws:rds/clusterInstance:ClusterInstance": (_performance_insights,),
    "aws:rds/globalCluster:GlobalCluster": (_unless_given("sourceDbClusterIdentifier", _flag("storageEncrypted")),),
    "aws:rds/snapshotCopy:SnapshotCopy": (_key("kmsKeyId"),),
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy": (_key("kmsKeyId"),),
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": (_key("kmsKeyId"),),
    "aws:docdb/cluster:Cluster": _DATABASE,
    "aws:neptune/cluster:Cluster": (_flag("storageEncrypted"), _key("kmsKeyArn")),
    "aws:elasticache/replicationGroup:ReplicationGroup": (
        _unless_given("globalReplicationGroupId", _flag("atRestEncryptionEnabled")),
        _key("kmsKeyId"),
    ),
    "aws:elasticache/serverlessCache:ServerlessCache": (_key("kmsKeyId"),),
    "aws:elasticache/cluster:Cluster": (_cache_node,),
    "aws:dynamodb/table:Table": (
        _flag("serverSideEncryption", "enabled"),
        _key("serverSideEncryption", "kmsKeyArn"),
        _replicas("replicas", "kmsKeyArn"),
    ),
    "aws:dynamodb/tableReplica:TableReplica": (_key("kmsKeyArn"),),
    "aws:efs/fileSystem:FileSystem": (_flag("encrypted"), _key("kmsKeyId")),
    "aws:opensearch/domain:Domain": (_flag("encryptAtRest", "enabled"), _key("encryptAtRest", "kmsKeyId")),
    "aws:ecr/repository:Repository": (_repository,),
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": (_repository,),
    "aws:eks/cluster:Cluster": (_cluster_secrets,),
    "aws:secretsmanager/secret:Secret": (_key("kmsKeyId"), _replicas("replicas", "kmsKeyId")),
    "aws:ssm/parameter:Parameter": (_parameter,),
    "aws:cloudwatch/logGroup:LogGroup": (_key("kmsKeyId"),),
    "aws:cloudtrail/trail:Trail": (_key("kmsKeyId"),),
    "aws:sqs/queue:Queue": (_queue,),
    "aws:sns/topic:Topic": (_topic,),
    "aws:backup/vault:Vault": (_key("kmsKeyArn"),),
    "aws:kinesis/stream:Stream": (_stream, _key("kmsKeyId")),
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": (
        _flag("serverSideEncryption", "enabled"),
        _key("serverSideEncryption", "keyArn"),
    ),
    "kubernetes:storage.k8s.io/v1:StorageClass": (_storage_class,),
}
"""What keeps data, and what its inputs must say."""


def check_store(resource: Resource, config: Config) -> Iterator[Result]:
    """Every check of the resource's type."""
    for check in STORES[resource.type]:
        yield from check(resource, config)


encryption_at_rest = Rule(
    About(
        name="encryption-at-rest",
        description="Stores, logs, queues, topics and backups are encrypted with a customer-managed key.",
        severity="high",
        remedy="Give the store its purpose's KMS key, as the message names the input. Most stores can be encrypted "
        "only when they are made: for one that exists already, restore a backup into an encrypted one.",
        controls={
            "FSBP": ("RDS.3", "RDS.27", "S3.17", "ElastiCache.4", "EKS.3", "OpenSearch.1"),
            "CIS EKS 1.8.0": ("5.3.1",),
            "SOC 2": ("CC6.1",),
            "GDPR": ("32",),
            "COPPA": ("312.8",),
        },
        settings={
            "sse_s3_buckets": strings(
                ["*access-logs*"],
                "Globs over the logical or the bucket's name: encryption settings that may say AES256, because a log "
                "delivery service can't write under a KMS key.",
            )
        },
    ),
    STORES.__contains__,
    check_store,
)


# --- keys -----------------------------------------------------------------------------------------------------------


def check_key(resource: Resource, config: Config) -> Iterator[Result]:
    """A symmetric key turns yearly and can't be deleted in a hurry."""
    yield from must_be_seen(resource["customerMasterKeySpec"], resource["keyUsage"])
    symmetric = resource["customerMasterKeySpec"].text in {"", "SYMMETRIC_DEFAULT"}
    if symmetric and resource["keyUsage"].text in {"", "ENCRYPT_DECRYPT"}:
        yield from must_be_true(resource["enableKeyRotation"], "write enable_key_rotation=True")
    least = config.number("minimum_deletion_days")
    window = resource["deletionWindowInDays"]
    if not window.missing:  # the service's own default is 30 days
        yield from unless(
            lambda it: (it.number or 0) >= least,
            window,
            f"write deletion_window_in_days={least} or more, or leave it out",
        )


key_rotation = Rule(
    About(
        name="key-rotation",
        description="KMS keys rotate, and are deleted only after a waiting time.",
        severity="medium",
        remedy="Set enable_key_rotation. Old ciphertexts stay readable: KMS keeps the old key material.",
        controls={"FSBP": ("KMS.3", "KMS.4"), "SOC 2": ("CC6.1",)},
        settings={
            "minimum_deletion_days": whole(7, "Days that a key waits before it is deleted, at least.", minimum=7),
        },
    ),
    types("aws:kms/key:Key"),
    check_key,
)
