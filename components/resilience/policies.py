"""Who may back up, restore, replicate and tell of it: policy documents as pure data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi

from components.naming import Names
from components.pod_identity import Grant
from components.resilience.plans import Protected
from components.topics import tls_only

RESTORED: Final = "awsbackup-restore-test-"
"""How AWS Backup names what a restore test makes (AWS Backup guide, restore testing)."""
_JOBS: Final = "awsbackup:*"
"""How AWS Backup names its snapshots of databases."""
_LISTS: Final = "the calls that list and describe databases of an account name none"
_NETWORK: Final = [
    f"ec2:Describe{thing}"
    for thing in ("AccountAttributes", "AvailabilityZones", "InternetGateways", "SecurityGroups", "Subnets", "Vpcs")
]
"""What RDS asks of the caller who puts a database into a network."""
_FOR_AWS: Final = {"Bool": {"kms:GrantIsForAWSResource": "true"}}


@dataclass(frozen=True)
class Ground:
    """What the grants name: the stores, the regions of their vaults, the keys that encrypt them."""

    names: Names
    stores: Sequence[Protected]
    recovery_region: str | None
    key_arns: Sequence[pulumi.Input[str]]
    """The data key, the backups key, and where there are copies the backups key's replica."""

    @property
    def regions(self) -> list[str]:
        """The stack's region and, where there are copies, the other."""
        return [self.names.region, *([self.recovery_region] if self.recovery_region else [])]

    def kinds(self) -> set[str]:
        """The kinds of the stores."""
        return {store.kind for store in self.stores}

    def arns(self, kind: str) -> list[str]:
        """The stores of a kind."""
        return [store.arn for store in self.stores if store.kind == kind]

    def everywhere(self, service: str, resource: str) -> list[str]:
        """``resource`` in each region."""
        return [f"arn:aws:{service}:{region}:{self.names.account_id}:{resource}" for region in self.regions]


def backup_trust(account: str) -> dict[str, object]:
    """AWS Backup may take the role, for this account alone (AWS Backup guide, confused deputy)."""
    return _trust("backup.amazonaws.com", {"Condition": {"StringEquals": {"aws:SourceAccount": account}}})


def replication_trust() -> dict[str, object]:
    """S3 may take the role, for whichever bucket names it.

    The S3 guide gives no condition, and a key that S3 didn't send would stop replication in silence. Only who may pass
    the role can name it, and only on a bucket of the role's own account.
    """
    return _trust("s3.amazonaws.com", {})


def _trust(service: str, condition: Mapping[str, object]) -> dict[str, object]:
    who = {"Sid": "Service", "Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [{**who, **condition}]}


# --- backing up -----------------------------------------------------------------------------------------------------


def backup_grants(ground: Ground) -> list[Grant]:
    """What jobs may do that back up and copy: what AWS's own policy for it says, less all other kinds of resource.

    Source: AWSBackupServiceRolePolicyForBackup, version 29 of 2026-02-12.
    """
    grants = list(_vaults(ground))
    if "Aurora" in ground.kinds():
        grants += _snapshots(ground, "Cluster", "cluster-snapshot", ground.arns("Aurora"))
    if "RDS" in ground.kinds():
        grants += _snapshots(ground, "", "snapshot", ground.arns("RDS"))
    if "DynamoDB" in ground.kinds():
        grants += _table_backups(ground)
    return [*grants, *_keys(ground)]


def _vaults(ground: Ground) -> Iterator[Grant]:
    yield Grant(
        "Vaults",
        ["backup:DescribeBackupVault", "backup:CopyIntoBackupVault"],
        ground.everywhere("backup", f"backup-vault:{ground.names.prefix}-*"),
    )
    yield Grant("RecoveryPoints", ["backup:TagResource"], ground.everywhere("backup", "recovery-point:*"))
    if ground.recovery_region:
        snapshots = {"Aurora": "cluster-snapshot", "RDS": "snapshot"}
        sources = [
            arn
            for kind, resource in snapshots.items()
            if kind in ground.kinds()
            for arn in ground.everywhere("rds", f"{resource}:{_JOBS}")
        ]
        yield Grant(
            "CopyFromVault",
            ["backup:CopyFromBackupVault"],
            [*sources, *ground.everywhere("backup", "recovery-point:*")],
        )


def _snapshots(ground: Ground, of: str, resource: str, arns: Sequence[str]) -> list[Grant]:
    own = ground.everywhere("rds", f"{resource}:{_JOBS}")
    database = f"DB{of}" if of else "DBInstance"
    return [
        Grant(f"Snapshot{of or 'Instance'}", [f"rds:CreateDB{of}Snapshot"], [*arns, *own]),
        Grant(
            f"Own{of}Snapshots",
            [f"rds:CopyDB{of}Snapshot", f"rds:DeleteDB{of}Snapshot", "rds:AddTagsToResource"],
            own,
        ),
        Grant(f"{of}Tags", ["rds:ListTagsForResource"], [*arns, *own]),
        Grant(
            f"Find{of}Databases",
            [f"rds:Describe{database}s", f"rds:DescribeDB{of}Snapshots"],
            ["*"],
            reason=_LISTS,
        ),
    ]


def _table_backups(ground: Ground) -> list[Grant]:
    tables = ground.arns("DynamoDB")
    return [
        Grant(
            "Tables",
            [
                "dynamodb:DescribeTable",
                "dynamodb:ListTagsOfResource",
                "dynamodb:StartAwsBackupJob",
                "dynamodb:CreateBackup",
            ],
            tables,
        ),
        Grant(
            "TableBackups",
            ["dynamodb:DescribeBackup", "dynamodb:DeleteBackup"],
            [f"{table}/backup/*" for table in tables],
        ),
    ]


def _keys(ground: Ground) -> list[Grant]:
    services = [f"{service}.{region}.amazonaws.com" for service in ("rds", "dynamodb") for region in ground.regions]
    return [
        Grant("SeeKeys", ["kms:DescribeKey"], ground.key_arns),
        Grant(
            "UseKeys",
            ["kms:Decrypt", "kms:GenerateDataKey"],
            ground.key_arns,
            conditions={"StringEquals": {"kms:ViaService": services}},
        ),
        # databases and vaults keep using the key after the job
        Grant("GrantKeys", ["kms:CreateGrant"], ground.key_arns, conditions=_FOR_AWS),
    ]


# --- restore tests --------------------------------------------------------------------------------------------------


def restore_grants(ground: Ground) -> list[Grant]:
    """What restore tests may do: make databases and tables that are named as tests, from this stack's backups.

    They are deleted again by AWS Backup's own service-linked role for restore tests.
    Source: AWSBackupServiceRolePolicyForRestores, version 25 of 2025-11-10.
    """
    names = ground.names
    grants: list[Grant] = []
    if {"Aurora", "RDS"} & ground.kinds():
        grants.append(Grant("FindNetwork", _NETWORK, ["*"], reason="EC2 describes no single network"))
    for kind, of, resource, database in (
        ("Aurora", "Cluster", "cluster-snapshot", "cluster"),
        ("RDS", "Instance", "snapshot", "db"),
    ):
        if kind not in ground.kinds():
            continue
        snapshot = "Snapshot" if of == "Cluster" else "DBSnapshot"
        test = names.arn("rds", f"{database}:{RESTORED}*")
        around = [
            names.arn("rds", f"{thing}:*") for thing in ("subgrp", "og", "cluster-pg" if of == "Cluster" else "pg")
        ]
        grants += [
            Grant(
                f"Restore{of}",
                [f"rds:RestoreDB{of}From{snapshot}"],
                [names.arn("rds", f"{resource}:{_JOBS}"), test, *around],
            ),
            Grant(f"Test{of}", ["rds:AddTagsToResource", f"rds:DeleteDB{of}", "rds:ListTagsForResource"], [test]),
            Grant(
                f"Find{of}",
                [f"rds:DescribeDB{of}s", f"rds:DescribeDB{'Cluster' if of == 'Cluster' else ''}Snapshots"],
                ["*"],
                reason=_LISTS,
            ),
        ]
    if "DynamoDB" in ground.kinds():
        grants.append(
            Grant(
                "RestoreTable",
                [
                    "dynamodb:RestoreTableFromAwsBackup",
                    "dynamodb:DescribeTable",
                    "dynamodb:Scan",
                    "dynamodb:Query",
                    "dynamodb:GetItem",
                    "dynamodb:PutItem",
                    "dynamodb:UpdateItem",
                    "dynamodb:DeleteItem",
                    "dynamodb:BatchWriteItem",
                ],
                [names.arn("dynamodb", f"table/{RESTORED}*")],
            )
        )
    return [*grants, *_keys(ground)]


# --- replication ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Replica:
    """A bucket and its copy by their names, and the pair of keys that encrypts them."""

    source: str
    copy: str
    key: str
    """Which pair: the key of the source and the replica key of the copy."""
    locked: bool


@dataclass(frozen=True)
class KeyPair:
    """The key that encrypts sources, and the one that encrypts their copies."""

    source_arn: pulumi.Input[str]
    copy_arn: pulumi.Input[str]


def replication_grants(
    replicas: Sequence[Replica], keys: Mapping[str, KeyPair], region: str, recovery_region: str
) -> list[Grant]:
    """What S3 may do to replicate: read versions of the sources, write copies, and use the keys through S3 alone."""
    sources = [f"arn:aws:s3:::{it.source}" for it in replicas]
    locked = [f"arn:aws:s3:::{it.source}/*" for it in replicas if it.locked]
    grants = [
        Grant("Sources", ["s3:GetReplicationConfiguration", "s3:ListBucket"], sources),
        Grant(
            "Versions",
            ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"],
            [f"{arn}/*" for arn in sources],
        ),
        Grant(
            "Copies",
            ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
            [f"arn:aws:s3:::{it.copy}/*" for it in replicas],
        ),
    ]
    if locked:
        grants.append(Grant("Locks", ["s3:GetObjectRetention", "s3:GetObjectLegalHold"], locked))
    for name, pair in keys.items():
        own = [it for it in replicas if it.key == name]
        read, write = _context(region, [it.source for it in own]), _context(recovery_region, [it.copy for it in own])
        encrypt = ["kms:Encrypt", "kms:GenerateDataKey"]
        grants += [
            Grant(f"Read{name.capitalize()}", ["kms:Decrypt"], [pair.source_arn], conditions=read),
            Grant(f"Write{name.capitalize()}", encrypt, [pair.copy_arn], conditions=write),
        ]
    return grants


def _context(region: str, buckets: Sequence[str]) -> dict[str, dict[str, str | list[str]]]:
    # with a bucket key the encryption context is the bucket, without one the object
    arns = [arn for bucket in buckets for arn in (f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*")]
    return {
        "StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"},
        "StringLike": {"kms:EncryptionContext:aws:s3:arn": arns},
    }


# --- telling --------------------------------------------------------------------------------------------------------


def topic_policy(names: Names, topic: str) -> dict[str, object]:
    """AWS Backup and this account's alarms may publish, and nobody without TLS."""
    arn = names.arn("sns", names.of("sns", topic))
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "BackupEvents",
                "Effect": "Allow",
                # no condition: AWS Backup is not said to send the keys of its source, and would fall silent
                "Principal": {"Service": "backup.amazonaws.com"},
                "Action": "sns:Publish",
                "Resource": arn,
            },
            {
                "Sid": "Alarms",
                "Effect": "Allow",
                "Principal": {"Service": "cloudwatch.amazonaws.com"},
                "Action": "sns:Publish",
                "Resource": arn,
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": names.account_id},
                    "ArnLike": {"aws:SourceArn": names.arn("cloudwatch", "alarm:*")},
                },
            },
            tls_only(arn),
        ],
    }
