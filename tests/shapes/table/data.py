"""Stores: RDS, ElastiCache, DynamoDB, ECR, and AWS Backup."""

from __future__ import annotations

from typing import Any, Final

from tests.shapes.requests import Row

_LIFECYCLE: Final = {
    "rules.lifecycle.deleteAfter": "DeleteAfterDays",
    "rules.copyActions.lifecycle.deleteAfter": "DeleteAfterDays",
}
_FORCE: Final = "the provider's own: what it does before it deletes"


def table(inputs: dict[str, Any]) -> dict[str, Any]:
    """Keys are a schema; what isn't on isn't said."""
    kinds = {"hashKey": "HASH", "rangeKey": "RANGE"}
    made = {key: value for key, value in inputs.items() if key not in kinds}
    made["keySchema"] = [
        {"attributeName": inputs[key], "keyType": kind} for key, kind in kinds.items() if key in inputs
    ]
    return made


def table_replica(inputs: dict[str, Any]) -> dict[str, Any]:
    """A replica is a change of its table."""
    return {
        "tableName": inputs["globalTableArn"],
        "replicaUpdates": [{"create": {"regionName": "us-west-2", "KMSMasterKeyId": inputs["kmsKeyArn"]}}],
        "deletionProtectionEnabled": inputs["deletionProtectionEnabled"],
        "pointInTimeRecovery": {"enabled": inputs["pointInTimeRecovery"]},
        "tags": inputs["tags"],
    }


DATA: dict[str, Row] = {
    "aws:appautoscaling/policy:Policy": Row(
        "application-autoscaling",
        ("PutScalingPolicy",),
        names={"name": "PolicyName"},
    ),
    "aws:appautoscaling/target:Target": Row("application-autoscaling", ("RegisterScalableTarget",)),
    "aws:backup/plan:Plan": Row(
        "backup",
        ("CreateBackupPlan",),
        body="BackupPlan",
        names={
            "name": "BackupPlan.BackupPlanName",
            "tags": "BackupPlanTags",
            **_LIFECYCLE,
            "rules.targetVaultName": "TargetBackupVaultName",
            "rules.schedule": "ScheduleExpression",
            "rules.startWindow": "StartWindowMinutes",
            "rules.completionWindow": "CompletionWindowMinutes",
            "rules.copyActions.destinationVaultArn": "DestinationBackupVaultArn",
        },
    ),
    "aws:backup/regionSettings:RegionSettings": Row("backup", ("UpdateRegionSettings",)),
    "aws:backup/restoreTestingPlan:RestoreTestingPlan": Row(
        "backup",
        ("CreateRestoreTestingPlan",),
        body="RestoreTestingPlan",
        names={"name": "RestoreTestingPlan.RestoreTestingPlanName"},
    ),
    "aws:backup/restoreTestingSelection:RestoreTestingSelection": Row(
        "backup",
        ("CreateRestoreTestingSelection",),
        body="RestoreTestingSelection",
        names={"name": "RestoreTestingSelection.RestoreTestingSelectionName"},
    ),
    "aws:backup/selection:Selection": Row(
        "backup",
        ("CreateBackupSelection",),
        body="BackupSelection",
        names={"name": "BackupSelection.SelectionName", "planId": "BackupPlanId"},
    ),
    "aws:backup/vault:Vault": Row(
        "backup",
        ("CreateBackupVault",),
        names={"name": "BackupVaultName", "kmsKeyArn": "EncryptionKeyArn", "tags": "BackupVaultTags"},
        left={"forceDestroy": _FORCE},
    ),
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": Row("backup", ("PutBackupVaultLockConfiguration",)),
    "aws:backup/vaultNotifications:VaultNotifications": Row("backup", ("PutBackupVaultNotifications",)),
    "aws:dynamodb/table:Table": Row(
        "dynamodb",
        ("CreateTable", "UpdateContinuousBackups", "UpdateTimeToLive"),
        names={
            "name": "TableName",
            "attributes": "AttributeDefinitions",
            "attributes.name": "AttributeName",
            "attributes.type": "AttributeType",
            "streamEnabled": "StreamSpecification.StreamEnabled",
            "streamViewType": "StreamSpecification.StreamViewType",
            "serverSideEncryption": "SSESpecification",
            "serverSideEncryption.kmsKeyArn": "KMSMasterKeyId",
            "pointInTimeRecovery": "UpdateContinuousBackups:PointInTimeRecoverySpecification",
            "pointInTimeRecovery.enabled": "PointInTimeRecoveryEnabled",
            "ttl": "UpdateTimeToLive:TimeToLiveSpecification",
        },
        shape=table,
    ),
    "aws:dynamodb/tableReplica:TableReplica": Row(
        "dynamodb",
        ("UpdateTable", "UpdateContinuousBackups", "TagResource"),
        names={
            "pointInTimeRecovery": "UpdateContinuousBackups:PointInTimeRecoverySpecification",
            "pointInTimeRecovery.enabled": "PointInTimeRecoveryEnabled",
        },
        given={"TagResource:ResourceArn": "arn:aws:dynamodb:us-west-2:111122223333:table/x"},
        shape=table_replica,
    ),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": Row(
        "ecr", ("PutLifecyclePolicy",), names={"repository": "repositoryName", "policy": "lifecyclePolicyText"}
    ),
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": Row("ecr", ("CreatePullThroughCacheRule",)),
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": Row(
        "ecr", ("PutRegistryScanningConfiguration",)
    ),
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": Row("ecr", ("PutReplicationConfiguration",)),
    "aws:ecr/repository:Repository": Row(
        "ecr", ("CreateRepository",), names={"name": "repositoryName"}, left={"forceDelete": _FORCE}
    ),
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": Row("ecr", ("CreateRepositoryCreationTemplate",)),
    "aws:elasticache/parameterGroup:ParameterGroup": Row(
        "elasticache",
        ("CreateCacheParameterGroup", "ModifyCacheParameterGroup"),
        names={
            "name": "CacheParameterGroupName",
            "family": "CacheParameterGroupFamily",
            "parameters": "ModifyCacheParameterGroup:ParameterNameValues",
            "parameters.name": "ParameterName",
            "parameters.value": "ParameterValue",
        },
    ),
    "aws:elasticache/replicationGroup:ReplicationGroup": Row(
        "elasticache",
        ("CreateReplicationGroup", "ModifyReplicationGroup", "DeleteReplicationGroup"),
        names={
            "description": "ReplicationGroupDescription",
            "nodeType": "CacheNodeType",
            "parameterGroupName": "CacheParameterGroupName",
            "subnetGroupName": "CacheSubnetGroupName",
            "maintenanceWindow": "PreferredMaintenanceWindow",
            "logDeliveryConfigurations.destination": "DestinationDetails.CloudWatchLogsDetails.LogGroup",
        },
    ),
    "aws:elasticache/subnetGroup:SubnetGroup": Row(
        "elasticache",
        ("CreateCacheSubnetGroup",),
        names={"name": "CacheSubnetGroupName", "description": "CacheSubnetGroupDescription"},
    ),
    "aws:elasticache/user:User": Row("elasticache", ("CreateUser",)),
    "aws:elasticache/userGroup:UserGroup": Row("elasticache", ("CreateUserGroup",)),
    "aws:rds/cluster:Cluster": Row(
        "rds",
        ("CreateDBCluster", "DeleteDBCluster", "ModifyDBCluster"),
        names={
            "clusterIdentifier": "DBClusterIdentifier",
            "iamDatabaseAuthenticationEnabled": "EnableIAMDatabaseAuthentication",
            "enabledCloudwatchLogsExports": "EnableCloudwatchLogsExports",
            "performanceInsightsEnabled": "EnablePerformanceInsights",
            "finalSnapshotIdentifier": "DeleteDBCluster:FinalDBSnapshotIdentifier",
        },
    ),
    "aws:rds/clusterInstance:ClusterInstance": Row(
        "rds",
        ("CreateDBInstance", "ModifyDBInstance"),
        names={
            "identifier": "DBInstanceIdentifier",
            "clusterIdentifier": "DBClusterIdentifier",
            "instanceClass": "DBInstanceClass",
            "caCertIdentifier": "CACertificateIdentifier",
            "performanceInsightsEnabled": "EnablePerformanceInsights",
        },
    ),
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": Row(
        "rds",
        ("CreateDBClusterParameterGroup", "ModifyDBClusterParameterGroup"),
        names={
            "name": "DBClusterParameterGroupName",
            "family": "DBParameterGroupFamily",
            "parameters.name": "ParameterName",
            "parameters.value": "ParameterValue",
        },
    ),
    "aws:rds/eventSubscription:EventSubscription": Row(
        "rds", ("CreateEventSubscription",), names={"name": "SubscriptionName", "snsTopic": "SnsTopicArn"}
    ),
    "aws:rds/subnetGroup:SubnetGroup": Row(
        "rds",
        ("CreateDBSubnetGroup",),
        names={"name": "DBSubnetGroupName", "description": "DBSubnetGroupDescription"},
    ),
}
