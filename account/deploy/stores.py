"""Databases, caches, tables, buckets, registries, secrets, keys: what the deploy role changes, by names of ours."""

from __future__ import annotations

from typing import Final

from account.deploy.statements import Allow, Estate

FOR_AWS: Final = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
"""A grant that a service of AWS asks for, none for a person."""


def _calls(service: str, *calls: str) -> list[str]:
    return [f"{service}:{call}" for call in calls]


def databases(estate: Estate) -> list[Allow]:
    """RDS and ElastiCache. Parameter and subnet groups have names that Pulumi makes up: their kinds stand here."""
    kinds = ("Cluster", "ClusterParameterGroup", "Instance", "ParameterGroup", "SubnetGroup")
    return [
        Allow(
            "Databases",
            [
                *(f"rds:{verb}DB{kind}" for verb in ("Create", "Delete", "Modify") for kind in kinds),
                *(f"rds:{verb}EventSubscription" for verb in ("Create", "Delete", "Modify")),
                *(f"rds:{verb}GlobalCluster" for verb in ("Create", "Delete", "Modify")),
                *_calls(
                    "rds",
                    "AddRoleToDBCluster",
                    "AddSourceIdentifierToSubscription",
                    "AddTagsToResource",
                    "CreateDBClusterSnapshot",
                    "CreateDBSnapshot",
                    "PromoteReadReplica",
                    "RebootDBInstance",
                    "RemoveFromGlobalCluster",
                    "RemoveRoleFromDBCluster",
                    "RemoveSourceIdentifierFromSubscription",
                    "RemoveTagsFromResource",
                    "ResetDBClusterParameterGroup",
                    "ResetDBParameterGroup",
                    "RestoreDBClusterFromSnapshot",
                    "RestoreDBClusterToPointInTime",
                    "RestoreDBInstanceFromDBSnapshot",
                    "RestoreDBInstanceToPointInTime",
                    "StartDBInstanceAutomatedBackupsReplication",
                    "StopDBInstanceAutomatedBackupsReplication",
                ),
            ],
            [
                *estate.arns(
                    "rds",
                    f"cluster:{estate.prefix}-*",
                    f"db:{estate.prefix}-*",
                    f"cluster-snapshot:{estate.prefix}-*",
                    f"snapshot:{estate.prefix}-*",
                    # recovery points of AWS Backup, which a standby's database begins from
                    "cluster-snapshot:awsbackup:*",
                    "snapshot:awsbackup:*",
                    "auto-backup:*",
                    "cluster-pg:*",
                    "es:*",
                    "og:*",
                    "pg:*",
                    "subgrp:*",
                ),
                *estate.everywhere("rds", f"global-cluster:{estate.prefix}-*"),
            ],
            "databases by the prefix of their names, and the groups that they are made with",
        ),
        Allow(
            "MasterSecret",
            _calls("secretsmanager", "CreateSecret", "RotateSecret", "TagResource"),
            estate.arns("secretsmanager", "secret:rds!*"),
            "RDS keeps the master password in a secret that it makes with its caller's rights",
        ),
        Allow(
            "Caches",
            [
                *(
                    f"elasticache:{verb}{kind}"
                    for verb in ("Create", "Delete", "Modify")
                    for kind in (
                        "CacheParameterGroup",
                        "CacheSubnetGroup",
                        "ReplicationGroup",
                        "User",
                        "UserGroup",
                    )
                ),
                *_calls(
                    "elasticache",
                    "AddTagsToResource",
                    "CreateSnapshot",
                    "DecreaseReplicaCount",
                    "IncreaseReplicaCount",
                    "ModifyReplicationGroupShardConfiguration",
                    "RemoveTagsFromResource",
                    "ResetCacheParameterGroup",
                ),
            ],
            estate.arns(
                "elasticache",
                f"cluster:{estate.prefix}-*",
                f"replicationgroup:{estate.prefix}-*",
                f"snapshot:{estate.prefix}-*",
                f"user:{estate.prefix}-*",
                f"usergroup:{estate.prefix}-*",
                "parametergroup:*",
                "subnetgroup:*",
            ),
            "caches and their users by the prefix of their names, and the groups that they are made with",
        ),
        Allow(
            "Tables",
            _calls(
                "dynamodb",
                "CreateTable",
                "CreateTableReplica",
                "DeleteResourcePolicy",
                "DeleteTable",
                "DeleteTableReplica",
                "PutResourcePolicy",
                "TagResource",
                "UntagResource",
                "UpdateContinuousBackups",
                "UpdateContributorInsights",
                "UpdateTable",
                "UpdateTimeToLive",
            ),
            estate.arns("dynamodb", f"table/{estate.prefix}-*"),
            "tables by the prefix of their names",
        ),
        *_replicas(estate),
    ]


def _replicas(estate: Estate) -> list[Allow]:
    region = estate.recovery_region
    if region is None:
        return []
    return [
        Allow(
            "FillReplicas",
            _calls("dynamodb", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"),
            [f"arn:aws:dynamodb:{region}:{estate.names.account_id}:table/{estate.prefix}-*"],
            "DynamoDB makes a replica only for a caller with these rights where it will stand (developer guide, IAM "
            "with global tables); the trail records every use of them",
        )
    ]


_BUCKET_SETTINGS: Final = (
    "CreateBucket",
    "DeleteBucket",
    "DeleteBucketPolicy",
    "PutBucketCORS",
    "PutBucketLogging",
    "PutBucketNotification",
    "PutBucketObjectLockConfiguration",
    "PutBucketOwnershipControls",
    "PutBucketPolicy",
    "PutBucketPublicAccessBlock",
    "PutBucketTagging",
    "PutBucketVersioning",
    "PutEncryptionConfiguration",
    "PutIntelligentTieringConfiguration",
    "PutLifecycleConfiguration",
    "PutReplicationConfiguration",
    "TagResource",
    "UntagResource",
)


def buckets(estate: Estate, *, production: bool) -> list[Allow]:
    """S3, ECR and Secrets Manager. Only outside production may a destroy empty a bucket."""
    own = f"arn:aws:s3:::{estate.prefix}-*"
    repositories = estate.arns("ecr", f"repository/{estate.names.platform}/{estate.names.env}/*")
    secrets = estate.arns("secretsmanager", f"secret:{estate.names.platform}/{estate.names.env}/*")
    statements = [
        Allow("Buckets", _calls("s3", *_BUCKET_SETTINGS), [own], "buckets by the prefix of their names"),
        Allow(
            "Repositories",
            _calls(
                "ecr",
                "CreateRepository",
                "DeleteLifecyclePolicy",
                "DeleteRepository",
                "DeleteRepositoryPolicy",
                "PutImageScanningConfiguration",
                "PutImageTagMutability",
                "PutLifecyclePolicy",
                "SetRepositoryPolicy",
                "TagResource",
                "UntagResource",
            ),
            repositories,
            "repositories by the path of their names",
        ),
        Allow(
            "Secrets",
            _calls(
                "secretsmanager",
                "CancelRotateSecret",
                "CreateSecret",
                "DeleteResourcePolicy",
                "DeleteSecret",
                "GetSecretValue",
                "PutResourcePolicy",
                "PutSecretValue",
                "RemoveRegionsFromReplication",
                "ReplicateSecretToRegions",
                "RotateSecret",
                "TagResource",
                "UntagResource",
                "UpdateSecret",
                "UpdateSecretVersionStage",
            ),
            secrets,
            "secrets by the path of their names; the values too, which a refresh compares with the state",
        ),
    ]
    if not production:
        statements.append(
            Allow(
                "EmptyBuckets",
                _calls("s3", "DeleteObject", "DeleteObjectVersion", "ListBucketVersions"),
                [own, f"{own}/*"],
                "a destroy of an environment that isn't production ends empty",
            )
        )
    return statements


def keys(estate: Estate) -> list[Allow]:
    """KMS. Keys have ids: those of the environment are known by their tags, its aliases by their prefix."""
    every_key = estate.arns("kms", "key/*")
    own = {"StringEquals": {"aws:ResourceTag/Environment": estate.names.env}}
    return [
        Allow(
            "MakeKeys",
            _calls("kms", "CreateKey"),
            ["*"],
            "a key has no name before it is made: the tags that it must be made with bound the call",
            {"StringEquals": {"aws:RequestTag/Environment": estate.names.env}},
        ),
        Allow(
            "Keys",
            _calls(
                "kms",
                "CancelKeyDeletion",
                "DisableKeyRotation",
                "EnableKey",
                "EnableKeyRotation",
                "PutKeyPolicy",
                "ReplicateKey",
                "ScheduleKeyDeletion",
                "TagResource",
                "UntagResource",
                "UpdateKeyDescription",
            ),
            every_key,
            "the environment's keys, by the tag that the provider puts on each",
            own,
        ),
        Allow(
            "TagNewKeys",
            _calls("kms", "TagResource"),
            every_key,
            "a key is tagged as it is made, when it has no tag yet to be known by",
            {"StringEquals": {"aws:RequestTag/Environment": estate.names.env}},
        ),
        Allow(
            "Aliases",
            _calls("kms", "CreateAlias", "DeleteAlias", "UpdateAlias"),
            [estate.arn("kms", f"alias/{estate.prefix}-*"), *every_key],
            "aliases by the prefix of their names, onto keys, which KMS asks for as well",
        ),
        Allow(
            "HandOverKeys",
            _calls("kms", "CreateGrant"),
            every_key,
            # EKS makes no cluster where kms:GrantIsForAWSResource is asked of its grant (EKS user guide, encryption of
            # Kubernetes secrets, KMS key policies)
            "a store under a key is made by a service that uses the key by a grant of its caller's",
            own,
        ),
        Allow(
            "RevokeGrants",
            _calls("kms", "RevokeGrant"),
            every_key,
            "a service takes its own grant back, nobody another's",
            {**own, **FOR_AWS},
        ),
        Allow(
            "TakeKeysBack",
            _calls("kms", "RetireGrant"),
            every_key,
            "the same when the store goes",
            own,
        ),
        Allow(
            "UseKeys",
            _calls(
                "kms",
                "Decrypt",
                "Encrypt",
                "GenerateDataKey",
                "GenerateDataKeyWithoutPlaintext",
                "ReEncryptFrom",
                "ReEncryptTo",
            ),
            every_key,
            "the same, for what a service encrypts as its caller; never by hand",
            {
                **own,
                "StringLike": {
                    "kms:ViaService": [
                        f"{service}.*.amazonaws.com"
                        for service in (
                            "dynamodb",
                            "rds",
                            "elasticache",
                            "secretsmanager",
                            "ecr",
                            "s3",
                            "backup",
                            "eks",
                        )
                    ]
                },
            },
        ),
    ]
