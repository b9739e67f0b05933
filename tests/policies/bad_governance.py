"""Bad examples of the governance pack: each changes one thing of a good one."""

from __future__ import annotations

import json
from typing import Final

from tests.policies import good_stores
from tests.policies.examples import GONE, Bad, at, nodes
from tests.policies.good import PUPILS_TAGS, TAGS

_QUEUE: Final = "aws:sqs/queue:Queue"
_TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
_NODE_CLASS: Final = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
_CLUSTER: Final = "aws:rds/cluster:Cluster"
_INSTANCE: Final = "aws:rds/instance:Instance"
_DATABASES: Final = (_CLUSTER, _INSTANCE, "aws:docdb/cluster:Cluster", "aws:neptune/cluster:Cluster")
_CACHES: Final = (
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:elasticache/serverlessCache:ServerlessCache",
)
_PLAN: Final = "aws:backup/plan:Plan"
_LOGS: Final = "aws:cloudwatch/logGroup:LogGroup"
_EKS: Final = "aws:eks/cluster:Cluster"
_SECRET: Final = "aws:secretsmanager/secret:Secret"

TAGGED: Final = [
    *(Bad("mandatory-tags", _QUEUE, f"tagsAll {tag}", GONE, f"write {tag}", at="tags") for tag in TAGS),
    Bad("mandatory-tags", _QUEUE, "tagsAll Owner", "", "write Owner", at="tags"),
    Bad("mandatory-tags", _QUEUE, "tagsAll", GONE, "write Project, Environment", at="tags"),
    Bad("mandatory-tags", "aws:s3/bucket:Bucket", "tagsAll Compliance", GONE, "write Compliance", at="tags"),
    Bad("mandatory-tags", _QUEUE, "tagsAll DataClass", "education-record", "write Compliance", at="tags"),
    Bad("mandatory-tags", "aws:autoscaling/group:Group", "tags 0", GONE, "write Project", at="tags"),
    Bad("mandatory-tags", _TEMPLATE, "tagSpecifications", GONE, "write tagSpecifications for instance and volume"),
    Bad("mandatory-tags", _TEMPLATE, "tagSpecifications 1", GONE, "for volume", at="tagSpecifications"),
    Bad("mandatory-tags", _TEMPLATE, "tagSpecifications 0 tags Owner", GONE, "Owner", at="tagSpecifications[0].tags"),
    Bad("mandatory-tags", _NODE_CLASS, "spec tags CostCenter", GONE, "write CostCenter", at="spec.tags"),
    Bad("mandatory-tags", _QUEUE, "tagsAll", TAGS, "write Team", at="tags", config={"mandatory": ["Team"]}),
    Bad("data-class", _QUEUE, "tagsAll DataClass", "secret", "write one of public, internal", at="tags.DataClass"),
    Bad(
        "data-class",
        "aws:s3/bucket:Bucket",
        "tagsAll",
        PUPILS_TAGS,
        "write internal",
        at="tags.DataClass",
        config={"production": False},
    ),
    Bad(
        "data-class",
        "aws:s3/bucket:Bucket",
        "tagsAll DataClass",
        "education-record",
        "write internal",
        at="tags.DataClass",
        config={"production": False, "production_only": ["education-record"]},
    ),
]

RETAINED: Final = [
    *(Bad("finite-retention", _LOGS, "retentionInDays", value, "kept for ever") for value in (GONE, 0.0)),
    *(
        Bad("finite-retention", name, "backupRetentionPeriod", value, "of 1 to 35 days")
        for name in _DATABASES
        for value in (GONE, 0.0, 36.0)
    ),
    *(
        Bad("finite-retention", name, "snapshotRetentionLimit", value, "of 1 to 35 days")
        for name in _CACHES
        for value in (GONE, 0.0, 36.0)
    ),
    Bad("finite-retention", _QUEUE, "messageRetentionSeconds", GONE, "write messageRetentionSeconds"),
    Bad("finite-retention", "aws:dynamodb/table:Table", "ttl enabled", False, "write ttl with enabled: true"),
    Bad("finite-retention", "aws:dynamodb/table:Table", "ttl attributeName", GONE, "write the attribute"),
    Bad("finite-retention", _PLAN, "rules", [], "write the plan's rules"),
    Bad("finite-retention", _PLAN, "rules 0 lifecycle deleteAfter", GONE, "write deleteAfter"),
    Bad(
        "finite-retention",
        _PLAN,
        "rules 0 copyActions 0 lifecycle",
        GONE,
        "write deleteAfter",
        at="rules[0].copyActions",
    ),
    Bad(
        "finite-retention",
        "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        "maxRetentionDays",
        GONE,
        "write maxRetentionDays",
    ),
    Bad("retention-limit", _LOGS, "retentionInDays", 400.0, "write 365 days or fewer: the class operational-log"),
    Bad("retention-limit", _LOGS, "retentionInDays", 91.0, "90 days", config={"limits": {"operational-log": 90}}),
    *(
        Bad("retention-limit", name, path, 36.0, "write 35 days or fewer")
        for name, path in (
            *((name, "backupRetentionPeriod") for name in _DATABASES),
            *((name, "snapshotRetentionLimit") for name in _CACHES),
            (_PLAN, "rules 0 lifecycle deleteAfter"),
            (_PLAN, "rules 0 copyActions 0 lifecycle deleteAfter"),
            ("aws:backup/vaultLockConfiguration:VaultLockConfiguration", "maxRetentionDays"),
            (
                "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
                "retentionPeriod",
            ),
        )
    ),
    Bad("retention-limit", _CLUSTER, "backupRetentionPeriod", 30.0, "write 14 days", config={"backup_days": 14}),
]

_ABROAD: Final = "eu-central-1"

RESIDENT: Final = [
    Bad("residency", _QUEUE, "region", _ABROAD, "write a region of us-*"),
    Bad("residency", "pulumi:providers:aws", "region", _ABROAD, "write a region of us-*"),
    Bad("residency", "pulumi:providers:aws", "region", GONE, "write the region"),
    Bad("residency", "aws:dynamodb/table:Table", "replicas 0 regionName", _ABROAD, "write a region of us-*"),
    Bad("residency", _SECRET, "replicas 0 region", _ABROAD, "write a region of us-*"),
    Bad(
        "residency",
        "aws:ecr/replicationConfiguration:ReplicationConfiguration",
        "replicationConfiguration rules 0 destinations 0 region",
        _ABROAD,
        "write a region of us-*",
    ),
    Bad(
        "residency",
        _PLAN,
        "rules 0 copyActions 0 destinationVaultArn",
        f"arn:aws:backup:{_ABROAD}:111122223333:backup-vault:copies",
        "write a region of us-*",
    ),
    Bad(
        "residency",
        "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
        "sourceDbInstanceArn",
        f"arn:aws:rds:{_ABROAD}:111122223333:db:x",
        "write a region of us-*",
    ),
    Bad("residency", _QUEUE, "region", "us-west-2", "of us-east-1:", config={"regions": ["us-east-1"]}),
    Bad(
        "residency",
        "aws:dynamodb/table:Table",
        "replicas 0 regionName",
        "us-west-2",
        "of us-east-1:",
        config={"class_regions": {"child-pii": ["us-east-1"]}},
    ),
]

_PROTECTED: Final = (*_DATABASES, "aws:dynamodb/table:Table", "aws:s3/bucket:Bucket", "aws:backup/vault:Vault")

SAFEGUARDED: Final = [
    *(
        Bad("production-safeguards", name, "deletionProtection", value, "write deletionProtection: true")
        for name in (*_DATABASES, "aws:rds/globalCluster:GlobalCluster", _EKS)
        for value in (False, GONE)
    ),
    *(
        bad
        for name in _DATABASES
        for bad in (
            Bad("production-safeguards", name, "skipFinalSnapshot", True, "write skipFinalSnapshot: false"),
            Bad("production-safeguards", name, "finalSnapshotIdentifier", GONE, "write finalSnapshotIdentifier"),
            Bad("production-safeguards", name, "backupRetentionPeriod", 1.0, "of 7 days or more"),
        )
    ),
    Bad(
        "production-safeguards",
        _CLUSTER,
        "backupRetentionPeriod",
        14.0,
        "of 30 days or more",
        config={"minimum_backup_days": 30},
    ),
    Bad("production-safeguards", _INSTANCE, "multiAz", GONE, "write multiAz: true"),
    *(
        Bad("production-safeguards", "aws:dynamodb/table:Table", path, False, says)
        for path, says in (
            ("deletionProtectionEnabled", "write deletionProtectionEnabled: true"),
            ("pointInTimeRecovery enabled", "write pointInTimeRecovery"),
        )
    ),
    Bad("production-safeguards", _CACHES[0], "automaticFailoverEnabled", GONE, "two nodes or more"),
    Bad("production-safeguards", _CACHES[0], "multiAzEnabled", False, "write multiAzEnabled: true"),
    *(Bad("production-safeguards", name, "snapshotRetentionLimit", 0.0, "of 1 days or more") for name in _CACHES),
    Bad("production-safeguards", "aws:s3/bucket:Bucket", "forceDestroy", True, "write forceDestroy: false"),
    Bad("production-safeguards", "aws:s3/bucketV2:BucketV2", "forceDestroy", True, "write forceDestroy: false"),
    Bad("production-safeguards", "aws:ecr/repository:Repository", "forceDelete", True, "write forceDelete: false"),
    Bad("production-safeguards", "aws:backup/vault:Vault", "forceDestroy", True, "write forceDestroy: false"),
    Bad("production-safeguards", _SECRET, "recoveryWindowInDays", 0.0, "of 7 to 30"),
    Bad("production-safeguards", "aws:kms/key:Key", "deletionWindowInDays", 7.0, "write 30 days"),
    Bad("production-safeguards", "aws:lb/loadBalancer:LoadBalancer", "enableDeletionProtection", GONE, ": true"),
    *(
        Bad("production-safeguards", name, "tagsAll Owner", "someone", "write protect: true", at="", protect=False)
        for name in (*_PROTECTED, "aws:kms/key:Key")
    ),
]

_SUPPORT: Final = "open-source-rds-extended-support-disabled"

SUPPORTED: Final = [
    Bad("version-support", _EKS, "upgradePolicy supportType", "EXTENDED", "write supportType: 'STANDARD'"),
    Bad("version-support", _EKS, "upgradePolicy", GONE, "'STANDARD'", at="upgradePolicy.supportType"),
    Bad("version-support", _EKS, "version", GONE, "write the version"),
    Bad("version-support", _EKS, "version", "1.99", "write a version of the support calendar"),
    Bad(
        "version-support",
        _EKS,
        "version",
        "1.33",
        "standard support ended on 2026-07-29",
        config={"today": "2026-11-21"},
    ),
    Bad("version-support", _EKS, "version", "1.34", "ends on 2026-12-02", config={"today": "2026-11-21"}),
    Bad(
        "version-support",
        _EKS,
        "version",
        "1.36",
        "ends on 2027-08-02",
        config={"today": "2027-07-01", "warn_days": 60},
    ),
    *(
        Bad("version-support", name, "engineLifecycleSupport", value, f"'{_SUPPORT}'")
        for name in (_CLUSTER, _INSTANCE)
        for value in (GONE, "open-source-rds-extended-support")
    ),
]

EMPTY: Final = [
    Bad("mandatory-tags", _QUEUE, "tagsAll Owner", value, "write Owner", at="tags") for value in ("", "  ", None)
]

KEPT: Final = [
    *(
        Bad("finite-retention", name, path, value, f"write {path}")
        for name, props in good_stores.KEPT.items()
        for path in props
        for value in (GONE, 0.0)
    ),
    Bad("finite-retention", "aws:redshift/cluster:Cluster", "manualSnapshotRetentionPeriod", -1.0, "kept for ever"),
    Bad("retention-limit", "aws:docdb/elasticCluster:ElasticCluster", "backupRetentionPeriod", 36.0, "or fewer"),
    Bad("retention-limit", "aws:memorydb/cluster:Cluster", "snapshotRetentionLimit", 36.0, "or fewer"),
]

COPIES: Final = [
    Bad("residency", name, path, "eu-west-1", "write a region of us-*: the data may not leave them")
    for name, props in good_stores.COPIES.items()
    for path in nodes(props)
    if at(props, path) == "us-west-2"
]

BAD: Final = [*EMPTY, *KEPT, *COPIES, *TAGGED, *RETAINED, *RESIDENT, *SAFEGUARDED, *SUPPORTED]
"""All of them."""

DEFAULT_TAGS: Final = json.dumps({"tags": TAGS})
"""A provider's input as the SDK writes it."""
