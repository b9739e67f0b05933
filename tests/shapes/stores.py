"""What of production is lost with the resource: every type of store, and what AWS itself has against its deletion."""

from __future__ import annotations

from typing import Final, NamedTuple

from sandbox.model import Value


class Store(NamedTuple):
    """How a type of store is kept, beside ``protect``."""

    replaced_by: frozenset[str]
    """The inputs whose change would make a new store and delete the old one."""
    kept: dict[str, Value]
    """Inputs by which the service refuses to delete it, or keeps what was in it, with the value for production."""
    why: str = ""
    """Why there are none of those, where there are none."""


def _inputs(text: str) -> frozenset[str]:
    return frozenset(text.split())


STORES: Final[dict[str, Store]] = {
    "aws:backup/vault:Vault": Store(_inputs("name kmsKeyArn region"), {"forceDestroy": False}),
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": Store(
        _inputs("backupVaultName changeableForDays maxRetentionDays minRetentionDays region"),
        {},
        "a lock in compliance can't be taken away once its days of grace are over",
    ),
    "aws:dynamodb/table:Table": Store(
        _inputs("name hashKey region"), {"deletionProtectionEnabled": True, "streamEnabled": True}
    ),
    "aws:dynamodb/tableReplica:TableReplica": Store(
        _inputs("globalTableArn kmsKeyArn region"), {"deletionProtectionEnabled": True}
    ),
    "aws:ecr/repository:Repository": Store(_inputs("name encryptionConfigurations region"), {"forceDelete": False}),
    "aws:elasticache/replicationGroup:ReplicationGroup": Store(
        _inputs(
            "replicationGroupId atRestEncryptionEnabled kmsKeyId subnetGroupName port networkType region",
        ),
        {},
        "ElastiCache has no deletion protection: it is a final snapshot that stays",
    ),
    "aws:kms/key:Key": Store(
        _inputs("customerMasterKeySpec keyUsage multiRegion region"), {"deletionWindowInDays": 30}
    ),
    "aws:kms/replicaKey:ReplicaKey": Store(_inputs("primaryKeyArn region"), {"deletionWindowInDays": 30}),
    "aws:rds/cluster:Cluster": Store(
        _inputs(
            "clusterIdentifier engine engineMode masterUsername databaseName storageEncrypted kmsKeyId "
            "dbSubnetGroupName region"
        ),
        {"deletionProtection": True, "skipFinalSnapshot": False, "deleteAutomatedBackups": False},
    ),
    "aws:rds/clusterInstance:ClusterInstance": Store(
        _inputs("identifier clusterIdentifier engine dbSubnetGroupName region"),
        {},
        "an Aurora instance holds no data: the cluster's storage does",
    ),
    "aws:route53/zone:Zone": Store(_inputs("name"), {"forceDestroy": False}),
    "aws:s3/bucket:Bucket": Store(_inputs("bucket objectLockEnabled region"), {"forceDestroy": False}),
    "aws:secretsmanager/secret:Secret": Store(_inputs("name region"), {"recoveryWindowInDays": 30}),
}

FINAL_SNAPSHOT: Final = ("aws:elasticache/replicationGroup:ReplicationGroup", "aws:rds/cluster:Cluster")
"""Types that leave a snapshot behind: its name must be given, and be another for every store that ever was."""

NO_STORES: Final[dict[str, str]] = {
    "aws:cloudwatch/logGroup:LogGroup": "logs are kept by the days of their class, and Loki's bucket holds the pods'",
    "aws:sqs/queue:Queue": "interruption notices, of use for minutes",
    "aws:sns/topic:Topic": "passes on, keeps nothing",
    "aws:ec2/vpc:Vpc": "holds nothing that another couldn't",
    "aws:eks/cluster:Cluster": "its state is in Git and in Velero's bucket; deletion protection is the service's own",
}
"""Types that might be taken for one, each with the reason why it is none."""

SPARED: Final[dict[tuple[str, str], str]] = {
    ("aws:route53/zone:Zone", "dynamodb"): "a private zone of one alias, which the program writes again",
    ("aws:secretsmanager/secret:Secret", "docker-hub"): "an upstream registry's login: written again by who has it",
    ("aws:secretsmanager/secret:Secret", "ghcr"): "an upstream registry's login: written again by who has it",
}
"""Resources of such a type that hold nothing which is lost, by type and name, each with the reason."""
