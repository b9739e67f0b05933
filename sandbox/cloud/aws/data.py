"""What the data services answer: KMS, RDS, ElastiCache, DynamoDB, S3, ECR, Secrets Manager, Backup."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sandbox.cloud.identity import hexadecimal, letters, uuid_of
from sandbox.cloud.making import CREATED, Maker, Making
from sandbox.model import Properties, Value

# --- KMS --------------------------------------------------------------------------------------------------------


def _key(making: Making) -> tuple[str, Properties]:
    id_ = uuid_of(f"{making.account}/{making.region}/{making.urn}")
    if making.inputs.get("multiRegion") is True:
        id_ = f"mrk-{id_.replace('-', '')}"
    outputs: Properties = {"keyId": id_, "arn": making.arn("kms", f"key/{id_}")}
    if "keyUsage" not in making.inputs:
        outputs["keyUsage"] = "ENCRYPT_DECRYPT"
    return id_, outputs


def _replica_key(making: Making) -> tuple[str, Properties]:
    id_ = making.text("primaryKeyArn").rpartition("/")[2]
    return id_, {"keyId": id_, "arn": making.arn("kms", f"key/{id_}"), "keyRotationEnabled": True}


def _key_alias(making: Making) -> tuple[str, Properties]:
    name, target = making.text("name"), making.text("targetKeyId")
    arn = target if target.startswith("arn:") else making.arn("kms", f"key/{target}")
    return name, {"arn": making.arn("kms", name), "targetKeyArn": arn}


# --- RDS --------------------------------------------------------------------------------------------------------

_PORTS: Final[Mapping[str, int]] = {"postgres": 5432, "mysql": 3306, "mariadb": 3306}


def _port(making: Making) -> int:
    given = making.value("port")
    if isinstance(given, int):
        return given
    engine = making.text("engine")
    return next((port for name, port in _PORTS.items() if name in engine), 3306)


def _host(making: Making, name: str, kind: str = "") -> str:
    """Host name of a database: every account has its own twelve letters in a region."""
    alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
    token = letters(f"{making.account}/{making.region}/rds", 12, alphabet)
    return f"{name}.{kind}{token}.{making.region}.rds.amazonaws.com"


def _engine_version(making: Making) -> Properties:
    version = making.text("engineVersion")
    return {"engineVersionActual": version} if version else {}


def _managed_password(making: Making, thing: str) -> Properties:
    """The secret that RDS keeps the master password in, if it does."""
    if making.inputs.get("manageMasterUserPassword") is not True:
        return {}
    name = f"rds!{thing}-{uuid_of(making.urn)}"
    key = making.text("masterUserSecretKmsKeyId", making.arn("kms", "alias/aws/secretsmanager"))
    secret: dict[str, Value] = {
        "kmsKeyId": key,
        "secretArn": making.arn("secretsmanager", f"secret:{name}-{making.letters(6)}"),
        "secretStatus": "active",
    }
    return {"masterUserSecrets": [secret]}


def _identifier(making: Making, key: str) -> tuple[str, Properties]:
    """The identifier that was given, or the one that the provider makes where none is: a time and a counter."""
    given = making.text(key)
    if given:
        return given, {}
    prefix = making.text(f"{key}Prefix", "tf-")
    made = f"{prefix}20000101{making.number(10**16):016d}"
    return made, {key: made}


def _db_cluster(making: Making) -> tuple[str, Properties]:
    name, outputs = _identifier(making, "clusterIdentifier")
    outputs |= {
        "arn": making.arn("rds", f"cluster:{name}"),
        "clusterResourceId": f"cluster-{making.letters(26)}",
        "endpoint": _host(making, name, "cluster-"),
        "readerEndpoint": _host(making, name, "cluster-ro-"),
        "hostedZoneId": "Z2R2ITUGPM61AM",
        **_engine_version(making),
        **_managed_password(making, "cluster"),
    }
    if "port" not in making.inputs:
        outputs["port"] = _port(making)
    if "availabilityZones" not in making.inputs:
        outputs["availabilityZones"] = [f"{making.region}{letter}" for letter in "abc"]
    return name, outputs


def _cluster_instance(making: Making) -> tuple[str, Properties]:
    name, outputs = _identifier(making, "identifier")
    outputs |= {
        "arn": making.arn("rds", f"db:{name}"),
        "dbiResourceId": f"db-{making.letters(26)}",
        "endpoint": _host(making, name),
        "port": _port(making),
        "storageEncrypted": True,
        **_engine_version(making),
    }
    return name, outputs


def _db_instance(making: Making) -> tuple[str, Properties]:
    name = making.text("identifier")
    id_, address, port = f"db-{making.letters(26)}", _host(making, name), _port(making)
    outputs: Properties = {
        "arn": making.arn("rds", f"db:{name}"),
        "resourceId": id_,
        "address": address,
        "endpoint": f"{address}:{port}",
        "hostedZoneId": "Z2R2ITUGPM61AM",
        "status": "available",
        **_engine_version(making),
        **_managed_password(making, "db"),
    }
    if "port" not in making.inputs:
        outputs["port"] = port
    return id_, outputs


def _rds_named(kind: str, key: str = "name") -> Maker:
    """A group or the like: its name is its ID, and stands in its ARN behind ``kind``."""

    def make(making: Making) -> tuple[str, Properties]:
        name = making.text(key)
        return name, {"arn": making.arn("rds", f"{kind}:{name}")}

    return make


def _proxy(making: Making) -> tuple[str, Properties]:
    name = making.text("name")
    arn = making.arn("rds", f"db-proxy:prx-{making.hex(17)}")
    return name, {"arn": arn, "endpoint": _host(making, name, "proxy-")}


def _global_cluster(making: Making) -> tuple[str, Properties]:
    name = making.text("globalClusterIdentifier")
    return name, {
        "arn": making.arn("rds", f"global-cluster:{name}", regional=False),
        "globalClusterResourceId": f"cluster-{making.hex(16)}",
    }


# --- ElastiCache ------------------------------------------------------------------------------------------------


def _cache_host(making: Making, name: str, kind: str) -> str:
    alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
    token = letters(f"{making.account}/{making.region}/cache", 6, alphabet)
    short = "".join(part[:3] for part in making.region.split("-")[:1]) + "e1"
    zone = {"us-east-1": "use1", "us-east-2": "use2", "us-west-1": "usw1", "us-west-2": "usw2"}.get(
        making.region, short
    )
    return f"{kind}.{name}.{token}.{zone}.cache.amazonaws.com"


def _replication_group(making: Making) -> tuple[str, Properties]:
    name = making.text("replicationGroupId")
    nodes = making.value("numCacheClusters")
    count = nodes if isinstance(nodes, int) else 1
    outputs: Properties = {
        "arn": making.arn("elasticache", f"replicationgroup:{name}"),
        "memberClusters": [f"{name}-{index:03d}" for index in range(1, count + 1)],
        "clusterEnabled": False,
        **_engine_version(making),
    }
    shards = making.value("numNodeGroups")
    if isinstance(shards, int) and shards > 1:
        outputs["clusterEnabled"] = True
        outputs["configurationEndpointAddress"] = _cache_host(making, name, "clustercfg")
    else:
        encrypted = making.inputs.get("transitEncryptionEnabled") is True
        outputs["primaryEndpointAddress"] = _cache_host(making, name, "master" if encrypted else "primary")
        outputs["readerEndpointAddress"] = _cache_host(making, name, "replica")
    if "port" not in making.inputs:
        outputs["port"] = 6379
    return name, outputs


def _cache_named(kind: str, key: str) -> Maker:
    def make(making: Making) -> tuple[str, Properties]:
        name = making.text(key)
        return name, {"arn": making.arn("elasticache", f"{kind}:{name}")}

    return make


def _serverless_cache(making: Making) -> tuple[str, Properties]:
    name = making.text("name")
    host = _cache_host(making, name, "serverless")
    return name, {
        "arn": making.arn("elasticache", f"serverlesscache:{name}"),
        "endpoints": [{"address": host, "port": 6379}],
        "readerEndpoints": [{"address": host, "port": 6380}],
        "status": "available",
        "createTime": CREATED,
    }


# --- DynamoDB, S3 -----------------------------------------------------------------------------------------------


def _table(making: Making) -> tuple[str, Properties]:
    name = making.text("name")
    arn = making.arn("dynamodb", f"table/{name}")
    outputs: Properties = {"arn": arn}
    if making.inputs.get("streamEnabled") is True:
        outputs["streamLabel"] = CREATED.removesuffix("Z") + ".000"
        outputs["streamArn"] = f"{arn}/stream/{outputs['streamLabel']}"
    return name, outputs


S3_ZONES: Final[Mapping[str, str]] = {
    # hosted zones of S3's website endpoints
    "us-east-1": "Z3AQBSTGFYJSTF",
    "us-east-2": "Z2O1EMRO9K5GLX",
    "us-west-1": "Z2F56UZL2M1ACD",
    "us-west-2": "Z3BJ6K6RIION7M",
}


def _bucket(making: Making) -> tuple[str, Properties]:
    name = making.text("bucket")
    return name, {
        "arn": f"arn:aws:s3:::{name}",
        "bucketDomainName": f"{name}.s3.amazonaws.com",
        "bucketRegion": making.region,
        "bucketRegionalDomainName": f"{name}.s3.{making.region}.amazonaws.com",
        "hostedZoneId": S3_ZONES.get(making.region, S3_ZONES["us-east-1"]),
        "requestPayer": "BucketOwner",
    }


def _of_bucket(making: Making) -> tuple[str, Properties]:
    return making.text("bucket"), {}


def _bucket_object(making: Making) -> tuple[str, Properties]:
    bucket, key = making.text("bucket"), making.text("key", making.name)
    outputs: Properties = {"arn": f"arn:aws:s3:::{bucket}/{key}", "etag": making.hex(32)}
    if "key" not in making.inputs:
        outputs["key"] = key
    return f"{bucket}/{key}", outputs


# --- ECR, secrets, backup ---------------------------------------------------------------------------------------


def _repository(making: Making) -> tuple[str, Properties]:
    name = making.text("name")
    return name, {
        "arn": making.arn("ecr", f"repository/{name}"),
        "registryId": making.account,
        "repositoryUrl": f"{making.account}.dkr.ecr.{making.region}.amazonaws.com/{name}",
    }


def _secret(making: Making) -> tuple[str, Properties]:
    name = making.text("name")
    arn = making.arn("secretsmanager", f"secret:{name}-{making.letters(6)}")
    return arn, {"arn": arn}


def _secret_version(making: Making) -> tuple[str, Properties]:
    secret = making.text("secretId")
    version = uuid_of(f"{making.account}/{making.region}/{making.urn}")
    outputs: Properties = {"arn": secret, "versionId": version}
    if "versionStages" not in making.inputs:
        outputs["versionStages"] = ["AWSCURRENT"]
    return f"{secret}|{version}", outputs


def _vault(making: Making) -> tuple[str, Properties]:
    name = making.text("name")
    return name, {"arn": making.arn("backup", f"backup-vault:{name}"), "recoveryPoints": 0}


def _plan(making: Making) -> tuple[str, Properties]:
    id_ = uuid_of(f"{making.account}/{making.region}/{making.urn}")
    return id_, {"arn": making.arn("backup", f"backup-plan:{id_}"), "version": hexadecimal(making.urn, 48)}


MAKERS: Final[Mapping[str, Maker]] = {
    "aws:kms/key:Key": _key,
    "aws:kms/replicaKey:ReplicaKey": _replica_key,
    "aws:kms/alias:Alias": _key_alias,
    "aws:kms/keyPolicy:KeyPolicy": lambda m: (m.text("keyId"), {}),
    "aws:rds/cluster:Cluster": _db_cluster,
    "aws:rds/clusterInstance:ClusterInstance": _cluster_instance,
    "aws:rds/instance:Instance": _db_instance,
    "aws:rds/subnetGroup:SubnetGroup": _rds_named("subgrp"),
    "aws:rds/parameterGroup:ParameterGroup": _rds_named("pg"),
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": _rds_named("cluster-pg"),
    "aws:rds/optionGroup:OptionGroup": _rds_named("og"),
    "aws:rds/eventSubscription:EventSubscription": _rds_named("es"),
    "aws:rds/proxy:Proxy": _proxy,
    "aws:rds/globalCluster:GlobalCluster": _global_cluster,
    "aws:elasticache/replicationGroup:ReplicationGroup": _replication_group,
    "aws:elasticache/subnetGroup:SubnetGroup": _cache_named("subnetgroup", "name"),
    "aws:elasticache/parameterGroup:ParameterGroup": _cache_named("parametergroup", "name"),
    "aws:elasticache/user:User": _cache_named("user", "userId"),
    "aws:elasticache/userGroup:UserGroup": _cache_named("usergroup", "userGroupId"),
    "aws:elasticache/serverlessCache:ServerlessCache": _serverless_cache,
    "aws:dynamodb/table:Table": _table,
    "aws:s3/bucket:Bucket": _bucket,
    "aws:s3/bucketV2:BucketV2": _bucket,
    "aws:s3/bucketObject:BucketObject": _bucket_object,
    "aws:s3/bucketObjectv2:BucketObjectv2": _bucket_object,
    "aws:s3/bucketPolicy:BucketPolicy": _of_bucket,
    "aws:s3/bucketAcl:BucketAcl": _of_bucket,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _of_bucket,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _of_bucket,
    "aws:s3/bucketVersioning:BucketVersioning": _of_bucket,
    "aws:s3/bucketLogging:BucketLogging": _of_bucket,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _of_bucket,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _of_bucket,
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": _of_bucket,
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": _of_bucket,
    "aws:s3/bucketNotification:BucketNotification": _of_bucket,
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": _of_bucket,
    "aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration": lambda m: (
        f"{m.text('bucket')}:{m.text('name')}",
        {},
    ),
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": lambda m: (m.account, {"accountId": m.account}),
    "aws:ecr/repository:Repository": _repository,
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": lambda m: (m.text("repository"), {"registryId": m.account}),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": lambda m: (m.text("repository"), {"registryId": m.account}),
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": lambda m: (
        m.text("ecrRepositoryPrefix"),
        {"registryId": m.account},
    ),
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": lambda m: (
        m.text("prefix"),
        {"registryId": m.account},
    ),
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": lambda m: (
        m.account,
        {"registryId": m.account},
    ),
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": lambda m: (m.account, {"registryId": m.account}),
    "aws:secretsmanager/secret:Secret": _secret,
    "aws:secretsmanager/secretVersion:SecretVersion": _secret_version,
    "aws:secretsmanager/secretRotation:SecretRotation": lambda m: (m.text("secretId"), {"rotationEnabled": True}),
    "aws:secretsmanager/secretPolicy:SecretPolicy": lambda m: (m.text("secretArn"), {}),
    "aws:backup/vault:Vault": _vault,
    "aws:backup/plan:Plan": _plan,
}
