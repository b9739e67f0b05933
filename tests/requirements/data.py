"""The data layer, and the keys that it stands on."""

from __future__ import annotations

from tests.requirements.model import NONE, THERE, Line, among, at_least, by, count, exactly, matching

_DB = "aws:rds:Cluster::database"
_I = "aws:rds:ClusterInstance::database-*"
_CACHE = "aws:elasticache:ReplicationGroup::*"
_TABLE = "aws:dynamodb:Table::mcp-contexts"


def _aging(bucket: str, path: str) -> str:
    return f"aws:s3:BucketLifecycleConfiguration::{bucket}#rules[id=aging].{path}"


KEYS = (
    *(
        Line(f"Key for {purpose}", f"aws:kms:Alias::{purpose}", count(1))
        for purpose in ("data", "secrets", "logs", "backups")
    ),
    Line("Keys are rotated", "aws:kms:Key::*#enableKeyRotation", exactly(True)),
    Line(
        "Every principal that needs a key is in its policy",
        "test:tests/components/keys/test_key_policies.py::test_whatever_publishes_may_use_the_key_of_topics",
    ),
    Line(
        "Auto Scaling may use the volumes' key",
        "test:tests/components/keys/test_key_policies.py::test_auto_scaling_may_use_the_volumes_key_and_grant_it_to_ec2_alone",
    ),
    Line("Multi-region keys for what is copied", "aws:kms:ReplicaKey::*", by(dev=NONE, production=at_least(3))),
)

DATABASE = (
    Line(
        "A discriminated choice: aurora, serverless, instance",
        "test:tests/components/data_layer/test_data_settings.py::test_the_example_files_are_accepted",
    ),
    Line("Master password managed by RDS", f"{_DB}#manageMasterUserPassword", True),
    Line("TLS forced", "aws:rds:ClusterParameterGroup::database#parameters[name=rds.force_ssl].value", "1"),
    Line("IAM sign-in", f"{_DB}#iamDatabaseAuthenticationEnabled", True),
    Line("Insights", f"{_I}#performanceInsightsEnabled", exactly(True)),
    Line("Logs exported", f"{_DB}#enabledCloudwatchLogsExports.*", "postgresql"),
    Line(
        "Logs finite and under a key",
        "aws:cloudwatch:LogGroup::database-postgresql#kmsKeyId",
        matching("^arn:aws:kms:"),
    ),
    Line("Enhanced monitoring", f"{_I}#monitoringInterval", exactly(60)),
    Line("Enhanced monitoring's role", f"{_I}#monitoringRoleArn", matching("^arn:aws:iam:")),
    Line(
        "Backups 30 days in production, 7 elsewhere",
        f"{_DB}#backupRetentionPeriod",
        by(dev=7, staging=7, production=30),
    ),
    Line("Backup window", f"{_DB}#preferredBackupWindow", "03:00-04:00"),
    Line("Maintenance window", f"{_DB}#preferredMaintenanceWindow", "sun:04:00-sun:05:00"),
    Line("Deletion protection", f"{_DB}#deletionProtection", by(production=True)),
    Line("Final snapshot in production", f"{_DB}#skipFinalSnapshot", by(dev=True, production=False)),
    Line(
        "Final snapshot's unique name",
        f"{_DB}#finalSnapshotIdentifier",
        by(production=matching(r"-final-[0-9a-f]{8}$")),
    ),
    Line("Tags to snapshots", f"{_DB}#copyTagsToSnapshot", True),
    Line("Encrypted under our key", f"{_DB}#kmsKeyId", matching("^arn:aws:kms:")),
    Line("Event subscriptions", "aws:rds:EventSubscription::*#sourceType", among("db-cluster")),
    Line("Event subscriptions: instance, parameters, security groups", "aws:rds:EventSubscription::*", at_least(4)),
    Line(
        "Storage 100 to 1,000 GB on RDS",
        "test:tests/components/data_layer/test_data_graph.py::test_the_instance_has_a_standby_and_grows",
    ),
    Line("Reader autoscaling", "aws:appautoscaling:Policy::*", by(production=THERE)),
    Line(
        "pgaudit and pg_stat_statements",
        "aws:rds:ClusterParameterGroup::database#parameters[name=shared_preload_libraries].value",
        "pg_stat_statements,pgaudit",
    ),
    Line("Never public", f"{_I}#publiclyAccessible", exactly(False)),
    Line(
        "No path from the database to the cluster",
        "test:tests/stacks/test_independence.py::test_no_store_waits_for_the_cluster",
    ),
)

CACHES = (
    Line("TLS", f"{_CACHE}#transitEncryptionEnabled", exactly(True)),
    Line("Our key at rest", f"{_CACHE}#kmsKeyId", matching("^arn:aws:kms:")),
    Line("RBAC users", f"{_CACHE}#userGroupIds.*", THERE),
    Line("The default user is off", "aws:elasticache:User::*-default#accessString", matching("^off ")),
    Line("Snapshots 7 days", f"{_CACHE}#snapshotRetentionLimit", by(production=exactly(7))),
    Line("Snapshots' window", f"{_CACHE}#snapshotWindow", exactly("03:00-05:00")),
    Line(
        "The queue evicts nothing",
        "aws:elasticache:ParameterGroup::queue#parameters[name=maxmemory-policy].value",
        "noeviction",
    ),
    Line(
        "A second, evicting cache in production",
        "aws:elasticache:ParameterGroup::fast#parameters[name=maxmemory-policy].value",
        by(dev=NONE, production="allkeys-lru"),
    ),
)

TABLES = (
    Line(
        "The table's name",
        f"{_TABLE}#name",
        by(dev="toolboxai-dev-mcp-contexts", production="toolboxai-production-mcp-contexts"),
    ),
    Line("On demand", f"{_TABLE}#billingMode", "PAY_PER_REQUEST"),
    Line("PITR", f"{_TABLE}#pointInTimeRecovery.enabled", True),
    Line("TTL", f"{_TABLE}#ttl.enabled", True),
    Line("Our key", f"{_TABLE}#serverSideEncryption.kmsKeyArn", matching("^arn:aws:kms:")),
    Line("Protection", f"{_TABLE}#deletionProtectionEnabled", by(production=True)),
    Line("Replica by setting", "aws:dynamodb:TableReplica::mcp-contexts#region", by(dev=NONE, production="us-west-2")),
)

_BUCKETS = ("assets", "uploads", "audit", "backups", "loki", "tempo", "velero", "access-logs")
BUCKETS = (
    *(Line(f"Bucket {name}", f"aws:s3:Bucket::{name}", count(1)) for name in _BUCKETS),
    *(
        Line(f"{name} is Intelligent-Tiering", _aging(name, "transitions.*.storageClass"), "INTELLIGENT_TIERING")
        for name in ("assets", "uploads")
    ),
    *(
        Line(
            f"{name}: {days} days to {storage}",
            _aging(name, f"transitions[days={days}].storageClass"),
            by(production=storage),
        )
        for name in ("audit", "backups")
        for days, storage in ((30, "STANDARD_IA"), (90, "GLACIER"), (365, "DEEP_ARCHIVE"))
    ),
    *(Line(f"{name}: expiry only", _aging(name, "transitions.*"), NONE) for name in ("loki", "tempo", "velero")),
    *(
        Line(f"{name}: expiry", _aging(name, "expiration.days"), THERE)
        for name in ("loki", "tempo", "velero", "uploads", "audit")
    ),
    Line(
        "access-logs under S3's own key, the one written exception",
        "aws:s3:BucketServerSideEncryptionConfiguration::access-logs#rules.*.applyServerSideEncryptionByDefault.sseAlgorithm",
        "AES256",
    ),
    *(
        Line(
            f"{name} under our key",
            f"aws:s3:BucketServerSideEncryptionConfiguration::{name}#rules.*.applyServerSideEncryptionByDefault.sseAlgorithm",
            "aws:kms",
        )
        for name in _BUCKETS
        if name != "access-logs"
    ),
    Line(
        "Bucket keys", "aws:s3:BucketServerSideEncryptionConfiguration::[!a]*#rules.*.bucketKeyEnabled", exactly(True)
    ),
    *(
        Line(f"Public access blocked: {switch}", f"aws:s3:BucketPublicAccessBlock::*#{switch}", exactly(True))
        for switch in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    ),
    Line(
        "TLS only",
        "aws:s3:BucketPolicy::*#policy.Statement[Sid=TlsOnly].Condition.Bool.aws:SecureTransport",
        exactly("false"),
    ),
    Line("Versioning", "aws:s3:BucketVersioning::*#versioningConfiguration.status", exactly("Enabled")),
    Line(
        "Noncurrent versions expire",
        "aws:s3:BucketLifecycleConfiguration::*#rules[id=aging].noncurrentVersionExpiration.noncurrentDays",
        THERE,
    ),
    Line("Access logs", "aws:s3:BucketLogging::assets#targetPrefix", THERE),
    Line(
        "Object Lock on audit",
        "aws:s3:BucketObjectLockConfiguration::audit#rule.defaultRetention.mode",
        by(dev=NONE, staging="GOVERNANCE", production="COMPLIANCE"),
    ),
    Line(
        "Replication in production",
        "aws:s3:BucketReplicationConfig::*",
        by(dev=NONE, staging=NONE, production=at_least(5)),
    ),
)

REGISTRY = (
    Line("Immutable", "aws:ecr:Repository::*#imageTagMutability", exactly("IMMUTABLE")),
    Line("Scanned", "aws:ecr:Repository::*#imageScanningConfiguration.scanOnPush", exactly(True)),
    Line("Lifecycle", "aws:ecr:LifecyclePolicy::*#policy.rules.*.action.type", exactly("expire")),
    Line("Our key", "aws:ecr:Repository::*#encryptionConfigurations.*.encryptionType", exactly("KMS")),
    Line(
        "Replication is the account's",
        "aws:ecr:ReplicationConfiguration::*",
        THERE,
        ("toolboxai-production-us-east-1",),
    ),
    Line(
        "Pull-through caches are the account's",
        "aws:ecr:PullThroughCacheRule::*",
        THERE,
        ("toolboxai-dev-us-east-1", "toolboxai-production-us-east-1"),
    ),
)

SECRETS = (
    Line(
        "Named by platform, environment and namespace",
        "aws:secretsmanager:Secret::monitoring/*#name",
        by(dev=matching("^toolboxai/dev/monitoring/"), production=matching("^toolboxai/production/monitoring/")),
    ),
    Line(
        "Recovery window 0 in dev",
        "aws:secretsmanager:Secret::*#recoveryWindowInDays",
        by(dev=exactly(0), production=exactly(30)),
    ),
    Line(
        "Replicas in the recovery region",
        "aws:secretsmanager:Secret::*#replicas.*.region",
        by(dev=NONE, production=exactly("us-west-2")),
    ),
    Line("Our key", "aws:secretsmanager:Secret::*#kmsKeyId", matching("^arn:aws:kms:")),
    Line("No secret in a stack file", "test:tests/settings/test_refusals.py::test_a_secret_is_never_shown"),
)
