"""Copies of buckets in the recovery region: as private, encrypted, versioned, logged and finite as their sources.

The account's own key in the other region encrypts each copy: a source under the logs key has its copy under the backups
key, for logs have no key there. Deletions are copied too, so that what a pupil or parent has deleted ends everywhere;
but not those of the audit trail.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Final, cast

import pulumi
import pulumi_aws as aws

from components.bucket_chain import BucketChain
from components.data_layer import Bucket
from components.data_layer.bucket_policies import bucket_policy
from components.data_layer.buckets import ACCESS_LOGS, Audit, BucketSettings, lifecycle_rules
from components.keys import Purpose
from components.naming import Names
from components.pod_identity import document
from components.resilience.backups import Base
from components.resilience.law import REPLICATED_OBJECTS
from components.resilience.policies import KeyPair, Replica, replication_grants, replication_trust
from components.resilience.settings import Thing

COPY_KEYS: Final[Mapping[Purpose, Purpose]] = {
    Purpose.DATA: Purpose.DATA,
    Purpose.LOGS: Purpose.BACKUPS,
    Purpose.BACKUPS: Purpose.BACKUPS,
}
"""The key of a copy by that of its source."""


class ReplicaBucket(pulumi.ComponentResource):
    """A bucket in the recovery region and all that makes it what its source is."""

    name: str
    ready: pulumi.Resource
    """The last link of its chain: versions, encryption and policy are on."""

    def __init__(
        self,
        thing: str,
        settings: BucketSettings,
        base: Base,
        *,
        names: Names,
        key_arn: pulumi.Input[str] | None,
        log_target: ReplicaBucket | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        logical = f"{thing}-{names.region}"
        super().__init__("platform:index:ReplicaBucket", logical, None, opts)
        self.name = names.bucket(thing)
        context = base.context
        lock = settings.lock if isinstance(settings, Audit) else "off"
        self.bucket = aws.s3.Bucket(
            logical,
            bucket=self.name,
            region=names.region,
            object_lock_enabled=lock != "off",
            force_destroy=not context.production,
            tags=context.tags(settings.data_class),
            opts=pulumi.ResourceOptions(parent=self, protect=context.protect or None),
        )
        chain = BucketChain(logical, self.bucket, self, region=names.region)
        chain.harden(key_arn, bucket_policy(thing, names))
        chain.age(lifecycle_rules(settings))
        if log_target is not None:
            chain.log_to(log_target.bucket.id, f"s3/{thing}/", log_target.ready)
        if isinstance(settings, Audit) and settings.lock != "off":
            chain.lock(settings.lock, settings.lock_days)
        self.ready = chain.ready
        self.register_outputs({"name": self.name, "arn": self.bucket.arn})


class Replication(pulumi.ComponentResource):
    """A copy in the recovery region of each bucket that settings name, and S3's replication into it."""

    bucket_names: Mapping[str, str]
    """What S3 calls each copy, by what it is for: the standby computes the same."""
    assets_domain: pulumi.Output[str] | None
    """Host of the copied assets, where they are copied."""

    def __init__(
        self,
        name: str,
        base: Base,
        buckets: Mapping[str, Bucket],
        region: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:Replication", name, None, opts)
        self._base = base
        self._child = pulumi.ResourceOptions(parent=self)
        self._names = dataclasses.replace(base.context.names, region=region)
        self._rows = dict(base.data.buckets.rows())
        log_target = self._copy(ACCESS_LOGS, None)
        self._copies = {thing: self._copy(thing, log_target) for thing in base.settings.replicate}
        role, allowed = self._role(region)
        for number, thing in enumerate(base.settings.replicate):
            self._replicate(thing, buckets[thing], role, allowed, number)
        assets = self._copies.get("assets")
        self.assets_domain = assets.bucket.bucket_regional_domain_name if assets else None
        self.bucket_names = {thing: copy.name for thing, copy in [*self._copies.items(), (ACCESS_LOGS, log_target)]}
        self.register_outputs({"bucketNames": dict(self.bucket_names)})

    def _copy(self, thing: str, log_target: ReplicaBucket | None) -> ReplicaBucket:
        row = self._rows[thing]
        return ReplicaBucket(
            thing,
            row,
            self._base,
            names=self._names,
            key_arn=None if row.key is None else self._base.keys.replicas[COPY_KEYS[row.key]].arn,
            log_target=log_target,
            opts=self._child,
        )

    def _role(self, region: str) -> tuple[aws.iam.Role, pulumi.Resource]:
        base, names = self._base, self._base.context.names
        replicas = [
            Replica(
                source=names.bucket(thing),
                copy=self._copies[thing].name,
                key=_key_of(self._rows[thing]).value,
                locked=_locked(self._rows[thing]),
            )
            for thing in base.settings.replicate
        ]
        keys = {
            purpose.value: KeyPair(base.keys.of(purpose).arn, base.keys.replicas[copy].arn)
            for purpose, copy in COPY_KEYS.items()
            if any(it.key == purpose.value for it in replicas)
        }
        role = aws.iam.Role(
            f"{names.prefix}-replication",
            description=f"S3 copies buckets of {names.prefix} to {region}",
            assume_role_policy=json.dumps(replication_trust()),
            opts=self._child,
        )
        grants = replication_grants(replicas, keys, names.region, region)
        policy = aws.iam.RolePolicy(
            "replication", role=role.name, policy=pulumi.Output.json_dumps(document(grants)), opts=self._child
        )
        return role, policy

    def _replicate(
        self, thing: Thing, source: Bucket, role: aws.iam.Role, allowed: pulumi.Resource, number: int
    ) -> None:
        copy, row = self._copies[thing], self._rows[thing]
        aws.s3.BucketReplicationConfig(
            thing,
            bucket=source.bucket.id,
            role=role.arn,
            rules=[
                {
                    "id": f"to-{self._names.region}",
                    "priority": number,
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "delete_marker_replication": {"status": "Disabled" if isinstance(row, Audit) else "Enabled"},
                    "source_selection_criteria": {"sse_kms_encrypted_objects": {"status": "Enabled"}},
                    "destination": {
                        "bucket": copy.bucket.arn,
                        "storage_class": "STANDARD",
                        "encryption_configuration": {
                            "replica_kms_key_id": self._base.keys.replicas[COPY_KEYS[_key_of(row)]].arn
                        },
                        # the contract by which the copy may count as no older than that
                        "replication_time": {"status": "Enabled", "time": {"minutes": REPLICATED_OBJECTS}},
                        "metrics": {"status": "Enabled", "event_threshold": {"minutes": REPLICATED_OBJECTS}},
                    },
                }
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[source.ready, copy.ready, allowed]),
        )


def _key_of(row: BucketSettings) -> Purpose:
    # only access-logs has none, and settings refuse to replicate it
    return cast("Purpose", row.key)


def _locked(row: BucketSettings) -> bool:
    return isinstance(row, Audit) and row.lock != "off"


__all__ = ["COPY_KEYS", "ReplicaBucket", "Replication"]
