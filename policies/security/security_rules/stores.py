"""What keeps data, and what its inputs must say so that it is encrypted with a key of the account's own.

Every AWS type whose inputs name a key is here, or in the tests' list of those that keep nothing of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from .core.reading import Field
from .core.rules import (
    Config,
    Finding,
    Resource,
    Result,
    must_be_given,
    must_be_one_of,
    must_be_seen,
    must_be_true,
    must_contain,
    must_have_items,
    unless,
    wrong,
)

Check: TypeAlias = Callable[[Resource, Config], Iterator[Result]]

KEY: Final = "the ARN of a customer-managed KMS key, as the service's own key can neither be audited nor withdrawn"
_SERVICE_KEYS: Final = "alias/aws/"
"""How the alias of a key begins that AWS manages for one service; it may stand in an ARN."""
_OWNED: Final = frozenset({"AWS_OWNED_KMS_KEY", "AWS_OWNED_KEY"})
"""What some services call their own key where a customer's may stand."""


def own_key(at: Field, advice: str = "") -> Iterator[Result]:
    """A finding unless a key is named that isn't AWS's own."""
    text = advice or f"write {at.name}: {KEY}"
    if _SERVICE_KEYS in at.text or at.text in _OWNED:
        yield wrong(at, f"{text}; this one is AWS's")
    else:
        yield from must_be_given(at, text)


def _flag(*path: str) -> Check:
    """The input at ``path`` must be true."""
    return lambda resource, _: must_be_true(resource.props.at(*path), f"write {path[-1]}: true")


def _key(*path: str) -> Check:
    """The input at ``path`` must name a key of the account's own."""
    return lambda resource, _: own_key(resource.props.at(*path))


def _one_of(*path: str, allowed: tuple[str, ...]) -> Check:
    """The input at ``path`` must be one of ``allowed``; the message names the first."""
    return lambda resource, _: must_be_one_of(resource.props.at(*path), allowed, f"write {path[-1]}: '{allowed[0]}'")


def _unless_given(path: str, *checks: Check) -> Check:
    """``checks``, but for a resource that inherits encryption from what the input at ``path`` names."""

    def check(resource: Resource, config: Config) -> Iterator[Result]:
        if resource[path].empty:
            for inner in checks:
                yield from inner(resource, config)

    return check


def _where_true(path: str, *checks: Check) -> Check:
    """``checks`` where the input at ``path`` is true."""

    def check(resource: Resource, config: Config) -> Iterator[Result]:
        yield from must_be_seen(resource[path])
        if resource[path].true:
            for inner in checks:
                yield from inner(resource, config)

    return check


# --- buckets --------------------------------------------------------------------------------------------------------

_KMS: Final = ("aws:kms", "aws:kms:dsse")


def _bucket_rules(rules: Field, plain_allowed: bool) -> Iterator[Result]:  # noqa: FBT001 - one answer about a bucket
    advice = "write one rule with applyServerSideEncryptionByDefault and sseAlgorithm: 'aws:kms'"
    yield from must_have_items(rules, advice)
    for rule in rules.each():
        yield from must_be_seen(rule)
        default = rule["applyServerSideEncryptionByDefault"]
        if default.empty:  # as the bucket's own input was called once
            default = rule["applyServerSideEncryptionByDefaults"][0]
        algorithm = default["sseAlgorithm"]
        if plain_allowed and algorithm.text == "AES256":
            continue
        yield from must_be_one_of(
            algorithm,
            _KMS,
            "write sseAlgorithm: 'aws:kms'; only a bucket that a service can't deliver to otherwise may keep AES256, "
            "by the setting sse_s3_buckets",
        )
        yield from own_key(default["kmsMasterKeyId"])


def _plain_allowed(resource: Resource, config: Config) -> bool:
    return config.matches("sse_s3_buckets", resource.name, resource["bucket"].text)


def _bucket_default(resource: Resource, config: Config) -> Iterator[Result]:
    yield from _bucket_rules(resource["rules"], _plain_allowed(resource, config))


def _bucket_inline(resource: Resource, config: Config) -> Iterator[Result]:
    """The inputs by which a bucket says it itself; where it says nothing, its companion is looked for."""
    allowed = _plain_allowed(resource, config)
    for name, rules in (("serverSideEncryptionConfiguration", "rule"), ("serverSideEncryptionConfigurations", "rules")):
        yield from must_be_seen(resource[name])
        for configuration in resource[name].each():
            yield from _bucket_rules(configuration[rules], allowed)


def _object(resource: Resource, _: Config) -> Iterator[Result]:
    yield from unless(
        lambda it: it.missing or it.text in _KMS,
        resource["serverSideEncryption"],
        "leave it out, so that the bucket's own key is used, or write 'aws:kms'",
    )
    key = resource["kmsKeyId"]
    if not key.missing:
        yield from own_key(key)


def _table_bucket(list_or_object: str, algorithm: str) -> Check:
    """The configuration of S3's other kinds of bucket."""

    def check(resource: Resource, _: Config) -> Iterator[Result]:
        configurations = resource[list_or_object]
        yield from must_have_items(configurations, f"write {list_or_object} with {algorithm}: 'aws:kms' and kmsKeyArn")
        for configuration in configurations.each():
            yield from must_be_one_of(configuration[algorithm], ("aws:kms",), f"write {algorithm}: 'aws:kms'")
            yield from own_key(configuration["kmsKeyArn"])

    return check


# --- databases and caches -------------------------------------------------------------------------------------------

_DATABASE: Final = (_flag("storageEncrypted"), _key("kmsKeyId"))
_INSIGHTS: Final = _where_true("performanceInsightsEnabled", _key("performanceInsightsKmsKeyId"))
_MASTER_SECRET: Final = _where_true("manageMasterUserPassword", _key("masterUserSecretKmsKeyId"))


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
            yield from own_key(replica[key], f"write {key}: {KEY}, one of the replica's own region")

    return check


def _file_copy(resource: Resource, _: Config) -> Iterator[Result]:
    copy = resource["destination"]
    if copy["fileSystemId"].missing:  # else it exists already, and is encrypted or not
        yield from own_key(copy["kmsKeyId"])


def _lustre(resource: Resource, _: Config) -> Iterator[Result]:
    yield from must_be_seen(resource["deploymentType"])
    if resource["deploymentType"].text.startswith("PERSISTENT"):  # scratch file systems take no key
        yield from own_key(resource["kmsKeyId"])


def _search_collections(resource: Resource, _: Config) -> Iterator[Result]:
    """OpenSearch Serverless says it in a policy of type ``encryption``; one of AWS's own key says so in it."""
    yield from must_be_seen(resource["type"], resource["policy"])
    if resource["type"].text == "encryption" and '"AWSOwnedKey":true' in "".join(resource["policy"].text.split()):
        yield wrong(resource["policy"], f"write AWSOwnedKey: false and KmsARN: {KEY}")


# --- streams, queues, logs ------------------------------------------------------------------------------------------


def _queue(resource: Resource, _: Config) -> Iterator[Result]:
    if resource["kmsMasterKeyId"].missing:
        yield from unless(  # what isn't said is encrypted by SQS since 2022
            lambda it: it.missing or it.true,
            resource["sqsManagedSseEnabled"],
            "write kmsMasterKeyId, or sqsManagedSseEnabled: true for a queue of events",
        )


def _topic(resource: Resource, _: Config) -> Iterator[Result]:
    key = resource["kmsMasterKeyId"]
    if key.text.endswith("alias/aws/sns"):
        yield wrong(
            key, "write a customer-managed key: alarms, budgets and events can't publish under the service's own"
        )
    else:
        yield from own_key(key)


def _delivery(resource: Resource, config: Config) -> Iterator[Result]:
    if not (resource["kinesisSourceConfiguration"].empty and resource["mskSourceConfiguration"].empty):
        return  # what it reads from encrypts; a second time is refused
    for check in (_flag("serverSideEncryption", "enabled"), _key("serverSideEncryption", "keyArn")):
        yield from check(resource, config)


def _broker(resource: Resource, _: Config) -> Iterator[Result]:
    options = resource["encryptionOptions"]
    yield from own_key(options["kmsKeyId"])
    yield from unless(lambda it: it.value is False, options["useAwsOwnedKey"], "write useAwsOwnedKey: false")


# --- the rest -------------------------------------------------------------------------------------------------------


def _repository(resource: Resource, _: Config) -> Iterator[Result]:
    configurations = resource["encryptionConfigurations"]
    yield from must_have_items(
        configurations, f"write encryptionConfigurations with encryptionType: 'KMS' and kmsKey: {KEY}"
    )
    for configuration in configurations.each():
        yield from must_be_one_of(configuration["encryptionType"], ("KMS", "KMS_DSSE"), "write encryptionType: 'KMS'")
        yield from own_key(configuration["kmsKey"])


def _cluster_secrets(resource: Resource, _: Config) -> Iterator[Result]:
    encryption = resource["encryptionConfig"]
    yield from must_contain(encryption["resources"], {"secrets"}, "write encryptionConfig with resources: ['secrets']")
    yield from own_key(encryption.at("provider", "keyArn"))


def _parameter(resource: Resource, _: Config) -> Iterator[Result]:
    yield from must_be_seen(resource["type"])
    if resource["type"].text == "SecureString":
        yield from own_key(resource["keyId"])


def _function(resource: Resource, _: Config) -> Iterator[Result]:
    variables = resource["environment"]["variables"]
    if not variables.empty:  # an unknown value is something
        yield from own_key(resource["kmsKeyArn"])


def _artifacts(resource: Resource, _: Config) -> Iterator[Result]:
    yield from must_be_seen(resource["artifactStores"])
    for store in resource["artifactStores"].each():
        yield from own_key(store.at("encryptionKey", "id"), f"write encryptionKey with type: 'KMS' and id: {KEY}")


def _glue_jobs(resource: Resource, _: Config) -> Iterator[Result]:
    parts = resource["encryptionConfiguration"]
    for part, mode, allowed in (
        ("cloudwatchEncryption", "cloudwatchEncryptionMode", "SSE-KMS"),
        ("jobBookmarksEncryption", "jobBookmarksEncryptionMode", "CSE-KMS"),
        ("s3Encryption", "s3EncryptionMode", "SSE-KMS"),
    ):
        yield from must_be_one_of(parts.at(part, mode), (allowed,), f"write {mode}: '{allowed}'")
        yield from own_key(parts.at(part, "kmsKeyArn"))


def _glue_catalog(resource: Resource, _: Config) -> Iterator[Result]:
    at_rest = resource.props.at("dataCatalogEncryptionSettings", "encryptionAtRest")
    yield from must_be_one_of(
        at_rest["catalogEncryptionMode"],
        ("SSE-KMS", "SSE-KMS-WITH-SERVICE-ROLE"),
        "write catalogEncryptionMode: 'SSE-KMS'",
    )
    yield from own_key(at_rest["sseAwsKmsKeyId"])
    passwords = resource.props.at("dataCatalogEncryptionSettings", "connectionPasswordEncryption")
    yield from must_be_true(
        passwords["returnConnectionPasswordEncrypted"], "write returnConnectionPasswordEncrypted: true"
    )
    yield from own_key(passwords["awsKmsKeyId"])


def _query_results(resource: Resource, _: Config) -> Iterator[Result]:
    configuration = resource["configuration"]
    managed = configuration["managedQueryResultsConfiguration"]
    yield from must_be_seen(managed["enabled"])
    if managed["enabled"].true:
        yield from own_key(managed.at("encryptionConfiguration", "kmsKey"))
        return
    encryption = configuration.at("resultConfiguration", "encryptionConfiguration")
    yield from must_be_one_of(
        encryption["encryptionOption"], ("SSE_KMS", "CSE_KMS"), "write encryptionOption: 'SSE_KMS'"
    )
    yield from own_key(encryption["kmsKeyArn"])
    yield from unless(
        lambda it: it.missing or it.true,
        configuration["enforceWorkgroupConfiguration"],
        "write true: else each client chooses how its results are encrypted",
    )


def _storage_class(resource: Resource, _: Config) -> Iterator[Result]:
    provisioner, parameters = resource["provisioner"], resource["parameters"]
    if provisioner.text in {"ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com", "kubernetes.io/aws-ebs"}:
        yield from must_be_true(parameters["encrypted"], 'write parameters encrypted: "true"')
        yield from own_key(parameters["kmsKeyId"], f"write parameters kmsKeyId: {KEY}")


_KEYSPACE: Final = "CUSTOMER_MANAGED_KMS_KEY"

STORES: Final[Mapping[str, tuple[Check, ...]]] = {
    # objects
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (_bucket_default,),
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": (_bucket_default,),
    "aws:s3/bucket:Bucket": (_bucket_inline,),
    "aws:s3/bucketV2:BucketV2": (_bucket_inline,),
    "aws:s3/bucketObject:BucketObject": (_object,),
    "aws:s3/bucketObjectv2:BucketObjectv2": (_object,),
    "aws:s3/objectCopy:ObjectCopy": (_object,),
    "aws:s3/vectorsVectorBucket:VectorsVectorBucket": (_table_bucket("encryptionConfigurations", "sseType"),),
    "aws:s3tables/tableBucket:TableBucket": (_table_bucket("encryptionConfiguration", "sseAlgorithm"),),
    # relational
    "aws:rds/cluster:Cluster": (*_DATABASE, _INSIGHTS, _MASTER_SECRET),
    "aws:rds/instance:Instance": (_unless_given("replicateSourceDb", *_DATABASE), _INSIGHTS, _MASTER_SECRET),
    "aws:rds/clusterInstance:ClusterInstance": (_INSIGHTS,),
    "aws:rds/globalCluster:GlobalCluster": (_unless_given("sourceDbClusterIdentifier", _flag("storageEncrypted")),),
    "aws:rds/snapshotCopy:SnapshotCopy": (_key("kmsKeyId"),),
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy": (_key("kmsKeyId"),),
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": (_key("kmsKeyId"),),
    "aws:rds/clusterActivityStream:ClusterActivityStream": (_key("kmsKeyId"),),
    "aws:rds/exportTask:ExportTask": (_key("kmsKeyId"),),
    "aws:rds/integration:Integration": (_key("kmsKeyId"),),
    "aws:dsql/cluster:Cluster": (_key("kmsEncryptionKey"),),
    "aws:dms/replicationInstance:ReplicationInstance": (_key("kmsKeyArn"),),
    "aws:dms/replicationConfig:ReplicationConfig": (_key("computeConfig", "kmsKeyId"),),
    # warehouses
    "aws:redshift/cluster:Cluster": (
        _flag("encrypted"),
        _key("kmsKeyId"),
        _where_true("manageMasterPassword", _key("masterPasswordSecretKmsKeyId")),
    ),
    "aws:redshift/integration:Integration": (_key("kmsKeyId"),),
    "aws:redshiftserverless/namespace:Namespace": (
        _key("kmsKeyId"),
        _where_true("manageAdminPassword", _key("adminPasswordSecretKmsKeyId")),
    ),
    "aws:athena/workgroup:Workgroup": (_query_results,),
    "aws:athena/database:Database": (
        _one_of("encryptionConfiguration", "encryptionOption", allowed=("SSE_KMS", "CSE_KMS")),
        _key("encryptionConfiguration", "kmsKey"),
    ),
    "aws:glue/securityConfiguration:SecurityConfiguration": (_glue_jobs,),
    "aws:glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings": (_glue_catalog,),
    # documents, graphs, tables, time
    "aws:docdb/cluster:Cluster": _DATABASE,
    "aws:docdb/clusterInstance:ClusterInstance": (
        _where_true("enablePerformanceInsights", _key("performanceInsightsKmsKeyId")),
    ),
    "aws:docdb/globalCluster:GlobalCluster": (_unless_given("sourceDbClusterIdentifier", _flag("storageEncrypted")),),
    "aws:docdb/elasticCluster:ElasticCluster": (_key("kmsKeyId"),),
    "aws:neptune/cluster:Cluster": (_flag("storageEncrypted"), _key("kmsKeyArn")),
    "aws:neptune/globalCluster:GlobalCluster": (_unless_given("sourceDbClusterIdentifier", _flag("storageEncrypted")),),
    "aws:neptunegraph/graph:Graph": (_key("kmsKeyIdentifier"),),
    "aws:dynamodb/table:Table": (
        _flag("serverSideEncryption", "enabled"),
        _key("serverSideEncryption", "kmsKeyArn"),
        _replicas("replicas", "kmsKeyArn"),
    ),
    "aws:dynamodb/tableReplica:TableReplica": (_key("kmsKeyArn"),),
    "aws:dynamodb/tableExport:TableExport": (_one_of("s3SseAlgorithm", allowed=("KMS",)), _key("s3SseKmsKeyId")),
    "aws:dax/cluster:Cluster": (_flag("serverSideEncryption", "enabled"),),  # takes no key
    "aws:keyspaces/table:Table": (
        _one_of("encryptionSpecification", "type", allowed=(_KEYSPACE,)),
        _key("encryptionSpecification", "kmsKeyIdentifier"),
    ),
    "aws:qldb/ledger:Ledger": (_key("kmsKey"),),
    "aws:timestreamwrite/database:Database": (_key("kmsKeyId"),),
    "aws:customerprofiles/domain:Domain": (_key("defaultEncryptionKey"),),
    "aws:datazone/domain:Domain": (_key("kmsKeyIdentifier"),),
    "aws:location/geofenceCollection:GeofenceCollection": (_key("kmsKeyId"),),
    "aws:location/tracker:Tracker": (_key("kmsKeyId"),),
    # caches and search
    "aws:elasticache/replicationGroup:ReplicationGroup": (
        _unless_given("globalReplicationGroupId", _flag("atRestEncryptionEnabled")),
        _key("kmsKeyId"),
    ),
    "aws:elasticache/serverlessCache:ServerlessCache": (_key("kmsKeyId"),),
    "aws:elasticache/cluster:Cluster": (_cache_node,),
    "aws:memorydb/cluster:Cluster": (_key("kmsKeyArn"),),
    "aws:appsync/apiCache:ApiCache": (_flag("atRestEncryptionEnabled"),),
    "aws:opensearch/domain:Domain": (_flag("encryptAtRest", "enabled"), _key("encryptAtRest", "kmsKeyId")),
    "aws:elasticsearch/domain:Domain": (_flag("encryptAtRest", "enabled"), _key("encryptAtRest", "kmsKeyId")),
    "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy": (_search_collections,),
    "aws:opensearchingest/pipeline:Pipeline": (_key("encryptionAtRestOptions", "kmsKeyArn"),),
    "aws:kendra/index:Index": (_key("serverSideEncryptionConfiguration", "kmsKeyId"),),
    # files and backups
    "aws:efs/fileSystem:FileSystem": (_flag("encrypted"), _key("kmsKeyId")),
    "aws:efs/replicationConfiguration:ReplicationConfiguration": (_file_copy,),
    "aws:fsx/lustreFileSystem:LustreFileSystem": (_lustre,),
    "aws:fsx/ontapFileSystem:OntapFileSystem": (_key("kmsKeyId"),),
    "aws:fsx/openZfsFileSystem:OpenZfsFileSystem": (_key("kmsKeyId"),),
    "aws:fsx/windowsFileSystem:WindowsFileSystem": (_key("kmsKeyId"),),
    "aws:fsx/fileCache:FileCache": (_key("kmsKeyId"),),
    "aws:storagegateway/nfsFileShare:NfsFileShare": (_flag("kmsEncrypted"), _key("kmsKeyArn")),
    "aws:storagegateway/smbFileShare:SmbFileShare": (_flag("kmsEncrypted"), _key("kmsKeyArn")),
    "aws:storagegateway/cachesIscsiVolume:CachesIscsiVolume": (_flag("kmsEncrypted"), _key("kmsKey")),
    "aws:storagegateway/storedIscsiVolume:StoredIscsiVolume": (_flag("kmsEncrypted"), _key("kmsKey")),
    "aws:s3/filesFileSystem:FilesFileSystem": (_key("kmsKeyId"),),
    "aws:mailmanager/archive:Archive": (_key("kmsKeyArn"),),
    "aws:workmail/organization:Organization": (_key("kmsKeyArn"),),
    "aws:backup/vault:Vault": (_key("kmsKeyArn"),),
    "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault": (_key("encryptionKeyArn"),),
    "kubernetes:storage.k8s.io/v1:StorageClass": (_storage_class,),
    # streams, queues, logs, events
    "aws:kinesis/stream:Stream": (_one_of("encryptionType", allowed=("KMS",)), _key("kmsKeyId")),
    "aws:kinesis/videoStream:VideoStream": (_key("kmsKeyId"),),
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": (_delivery,),
    "aws:msk/cluster:Cluster": (_key("encryptionInfo", "encryptionAtRestKmsKeyArn"),),
    "aws:mq/broker:Broker": (_broker,),
    "aws:sqs/queue:Queue": (_queue,),
    "aws:sns/topic:Topic": (_topic,),
    "aws:cloudwatch/logGroup:LogGroup": (_key("kmsKeyId"),),
    "aws:cloudwatch/eventArchive:EventArchive": (_key("kmsKeyIdentifier"),),
    "aws:cloudtrail/trail:Trail": (_key("kmsKeyId"),),
    "aws:cloudtrail/eventDataStore:EventDataStore": (_key("kmsKeyId"),),
    "aws:amp/workspace:Workspace": (_key("kmsKeyArn"),),
    "aws:grafana/workspace:Workspace": (_key("kmsKeyId"),),
    "aws:xray/encryptionConfig:EncryptionConfig": (_one_of("type", allowed=("KMS",)), _key("keyId")),
    # secrets
    "aws:secretsmanager/secret:Secret": (_key("kmsKeyId"), _replicas("replicas", "kmsKeyId")),
    "aws:ssm/parameter:Parameter": (_parameter,),
    # what runs, and what it leaves behind
    "aws:eks/cluster:Cluster": (_cluster_secrets,),
    "aws:ecr/repository:Repository": (_repository,),
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": (_repository,),
    "aws:lambda/function:Function": (_function,),
    "aws:sfn/stateMachine:StateMachine": (
        _one_of("encryptionConfiguration", "type", allowed=(_KEYSPACE,)),
        _key("encryptionConfiguration", "kmsKeyId"),
    ),
    "aws:sfn/activity:Activity": (
        _one_of("encryptionConfiguration", "type", allowed=(_KEYSPACE,)),
        _key("encryptionConfiguration", "kmsKeyId"),
    ),
    "aws:codebuild/project:Project": (_key("encryptionKey"),),
    "aws:codepipeline/pipeline:Pipeline": (_artifacts,),
    "aws:codeartifact/domain:Domain": (_key("encryptionKey"),),
    "aws:codecommit/repository:Repository": (_key("kmsKeyId"),),
    "aws:mwaa/environment:Environment": (_key("kmsKey"),),
    # models and desks
    "aws:bedrock/agentAgent:AgentAgent": (_key("customerEncryptionKeyArn"),),
    "aws:bedrock/agentFlow:AgentFlow": (_key("customerEncryptionKeyArn"),),
    "aws:bedrock/agentPrompt:AgentPrompt": (_key("customerEncryptionKeyArn"),),
    "aws:bedrock/agentDataSource:AgentDataSource": (_key("serverSideEncryptionConfiguration", "kmsKeyArn"),),
    "aws:bedrock/agentcoreMemory:AgentcoreMemory": (_key("encryptionKeyArn"),),
    "aws:bedrock/agentcoreGateway:AgentcoreGateway": (_key("kmsKeyArn"),),
    "aws:bedrock/customModel:CustomModel": (_key("customModelKmsKeyId"),),
    "aws:bedrock/guardrail:Guardrail": (_key("kmsKeyArn"),),
    "aws:sagemaker/domain:Domain": (_key("kmsKeyId"),),
    "aws:sagemaker/notebookInstance:NotebookInstance": (_key("kmsKeyId"),),
    "aws:workspaces/workspace:Workspace": (
        _flag("rootVolumeEncryptionEnabled"),
        _flag("userVolumeEncryptionEnabled"),
        _key("volumeEncryptionKey"),
    ),
}
"""What keeps data, and what its inputs must say."""
