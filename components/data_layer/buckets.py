"""Buckets: one row each, because no one sentence fits them all.

========== ============ ======= ===================== ======= =========
bucket     class        key     tiers                 expiry  lock
========== ============ ======= ===================== ======= =========
assets     public       data    Intelligent-Tiering   none    -
uploads    education    data    Intelligent-Tiering   1,795 d -
pupil-     child-pii    data    Intelligent-Tiering   335 d   -
uploads
audit      audit        logs    30/90/365 d           2,555 d explicit
backups    internal     backups 30/90/365 d           730 d   -
loki       operational  logs    none                  365 d   -
tempo      internal     logs    none                  14 d    -
velero     internal     backups none                  35 d    -
access-    audit        SSE-S3  none                  1,825 d -
logs
========== ============ ======= ===================== ======= =========

Deleted objects live on as noncurrent versions for another 30 days (tempo and velero: 7), which pupils' classes have to
fit in too. Objects in Glacier can't be read at once: never for what CloudFront, Loki, Tempo or Velero read. Access logs
are the one exception from the keys of our own: S3 and load balancers write none to a bucket under a KMS key.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import ClassVar, Final, Literal

import pulumi
import pulumi_aws as aws
from pydantic import ValidationInfo, field_validator

from components.bucket_chain import BucketChain
from components.bucket_rules import Move, Rules, archive, lifecycle
from components.data_classes import LIMITS, DataClass
from components.data_layer.bucket_policies import bucket_policy
from components.data_layer.site import Site
from components.data_layer.stores import Purpose, Store
from components.keys import Purpose as KeyPurpose
from components.model import Days, Settings, refuse

ACCESS_LOGS: Final = "access-logs"


class Tiering(StrEnum):
    """Where objects move as they age."""

    NONE = "none"
    """They stay where they are."""
    INTELLIGENT = "intelligent"
    """S3 moves each by its use, among tiers that answer at once."""
    ARCHIVE = "archive"
    """Infrequent Access after 30 days, Glacier after 90, Deep Archive after 365: for what is kept and hardly read."""


class BucketSettings(Store):
    """One bucket, ``<platform>-<env>-<thing>-<account>-<region>``."""

    key: ClassVar[KeyPurpose | None] = KeyPurpose.DATA
    """The key it is encrypted with; ``None`` is SSE-S3."""

    tiering: Tiering = Tiering.NONE
    """Where objects move as they age. Never ``archive`` for what must be readable at once."""
    noncurrent_days: Days = 30
    """Days that overwritten and deleted objects can still be had back."""

    @field_validator("noncurrent_days")
    @classmethod
    def _gone_in_time(cls, value: int, info: ValidationInfo) -> int:
        declared, kept = info.data.get("data_class"), info.data.get("retention_days")
        if declared is None or kept is None or LIMITS[declared].compliance is None:
            return value
        limit = LIMITS[declared].max_days
        if limit is not None and kept + value > limit:
            refuse(
                f"at most {limit - kept}: with retention_days {kept} it must fit the {limit} days of {declared.value}, "
                "for a deleted object lives on as a noncurrent version"
            )
        return value


class Assets(BucketSettings):
    """What the web front ends serve, through CloudFront."""

    data_class: DataClass = DataClass.PUBLIC
    purpose: Purpose = "Static files of the web front ends"
    retention_days: Days | None = None
    tiering: Tiering = Tiering.INTELLIGENT


class Uploads(BucketSettings):
    """Teachers' material. Pupils' own uploads have a bucket of their own, with a shorter life."""

    data_class: DataClass = DataClass.EDUCATION_RECORD
    purpose: Purpose = "Course material that teachers upload"
    retention_days: Days | None = 1795
    tiering: Tiering = Tiering.INTELLIGENT


class PupilUploads(BucketSettings):
    """What pupils hand in."""

    data_class: DataClass = DataClass.CHILD_PII
    purpose: Purpose = "Work that pupils hand in, for its review"
    retention_days: Days | None = 335
    tiering: Tiering = Tiering.INTELLIGENT


class Audit(BucketSettings):
    """The audit trail of our services."""

    key: ClassVar[KeyPurpose | None] = KeyPurpose.LOGS

    data_class: DataClass = DataClass.AUDIT
    purpose: Purpose = "Who did what: the audit trail of our services"
    retention_days: Days | None = 2555
    tiering: Tiering = Tiering.ARCHIVE
    lock: Literal["off", "governance", "compliance"]
    """Object Lock, which can't be had later nor, as ``compliance``, be taken back: so it must be said. Off in dev,
    ``governance`` in staging, ``compliance`` in production."""
    lock_days: Days = 365
    """Days for which a new object can't be deleted or overwritten, while ``lock`` isn't off."""

    @field_validator("lock_days")
    @classmethod
    def _lock_ends_first(cls, value: int, info: ValidationInfo) -> int:
        kept = info.data.get("retention_days")
        if info.data.get("lock") in ("governance", "compliance") and kept is not None and value > kept:
            refuse(f"at most retention_days, which is {kept}")
        return value


class Backups(BucketSettings):
    """Exports that are kept as records. Dumps of pupils' stores don't belong here: their backups end after 35 days."""

    key: ClassVar[KeyPurpose | None] = KeyPurpose.BACKUPS

    data_class: DataClass = DataClass.INTERNAL
    purpose: Purpose = "Exports of configuration and cluster state; no dumps of pupils' stores"
    retention_days: Days | None = 730
    tiering: Tiering = Tiering.ARCHIVE


class Loki(BucketSettings):
    """Chunks and index of Loki."""

    key: ClassVar[KeyPurpose | None] = KeyPurpose.LOGS

    data_class: DataClass = DataClass.OPERATIONAL_LOG
    purpose: Purpose = "Logs of the platform's workloads, redacted"
    retention_days: Days | None = 365


class Tempo(BucketSettings):
    """Blocks of Tempo."""

    key: ClassVar[KeyPurpose | None] = KeyPurpose.LOGS

    data_class: DataClass = DataClass.INTERNAL
    purpose: Purpose = "Traces of requests through the platform"
    retention_days: Days | None = 14
    noncurrent_days: Days = 7


class Velero(BucketSettings):
    """Velero's backups of objects in the cluster."""

    key: ClassVar[KeyPurpose | None] = KeyPurpose.BACKUPS

    data_class: DataClass = DataClass.INTERNAL
    purpose: Purpose = "Backups of what Git does not hold of the cluster"
    retention_days: Days | None = 35
    noncurrent_days: Days = 7


class AccessLogs(BucketSettings):
    """Who read and wrote the other buckets, and the load balancers' logs. The one bucket under SSE-S3."""

    key: ClassVar[KeyPurpose | None] = None

    data_class: DataClass = DataClass.AUDIT
    purpose: Purpose = "Record of access to the stores and load balancers"
    retention_days: Days | None = 1825


class BucketsSettings(Settings):
    """A row a bucket. What a stack file doesn't say of a row stands in the row's class."""

    assets: Assets = Assets()
    uploads: Uploads = Uploads()
    pupil_uploads: PupilUploads = PupilUploads()
    audit: Audit
    backups: Backups = Backups()
    loki: Loki = Loki()
    tempo: Tempo = Tempo()
    velero: Velero = Velero()
    access_logs: AccessLogs = AccessLogs()

    def rows(self) -> Iterator[tuple[str, BucketSettings]]:
        """Each bucket's thing, as it stands in its name, and its row."""
        for field in type(self).model_fields:
            yield field.replace("_", "-"), getattr(self, field)


def lifecycle_rules(settings: BucketSettings) -> Rules:
    """Tiers, expiry, noncurrent versions and unfinished uploads of one bucket."""
    return lifecycle(settings.retention_days, settings.noncurrent_days, list(_tiers(settings)))


def _tiers(settings: BucketSettings) -> Iterator[Move]:
    """Days and storage class of each move."""
    if settings.tiering is Tiering.INTELLIGENT:
        yield 0, "INTELLIGENT_TIERING"
    elif settings.tiering is Tiering.ARCHIVE:
        yield from archive(settings.retention_days)


class Bucket(pulumi.ComponentResource):
    """A bucket and all that makes it private, encrypted, versioned, logged and finite."""

    bucket: aws.s3.Bucket
    name: str
    """What S3 calls it; known before it is made."""
    ready: pulumi.Resource
    """The last link of its chain: policy and encryption are on."""

    def __init__(
        self,
        thing: str,
        settings: BucketSettings,
        site: Site,
        log_target: Bucket | str | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """``log_target`` takes its access logs; by its name only where another stack made it."""
        super().__init__("platform:index:Bucket", thing, None, opts)
        self.name = site.context.names.bucket(thing)
        lock = settings.lock if isinstance(settings, Audit) else "off"
        self.bucket = aws.s3.Bucket(
            thing,
            bucket=self.name,
            object_lock_enabled=lock != "off",
            force_destroy=not site.context.production,
            tags=site.context.tags(settings.data_class),
            opts=pulumi.ResourceOptions(parent=self, protect=site.context.protect or None),
        )
        chain = BucketChain(thing, self.bucket, self)
        chain.harden(site.keys.of(settings.key).arn if settings.key else None, bucket_policy(thing, site.context.names))
        chain.age(lifecycle_rules(settings))
        if isinstance(log_target, Bucket):
            chain.log_to(log_target.bucket.id, f"s3/{thing}/", log_target.ready)
        elif log_target is not None:
            chain.log_to(log_target, f"s3/{thing}/")
        if isinstance(settings, Audit) and settings.lock != "off":
            chain.lock(settings.lock, settings.lock_days)
        self.ready = chain.ready
        self.register_outputs({"name": self.name, "arn": self.bucket.arn})


def make_buckets(
    settings: BucketsSettings, site: Site, parent: pulumi.Resource, *, found: Collection[str] = ()
) -> dict[str, Bucket]:
    """Every bucket by its thing but those ``found``; the one that takes the others' access logs first."""
    child = pulumi.ResourceOptions(parent=parent)
    rows = {thing: row for thing, row in settings.rows() if thing not in found}
    if ACCESS_LOGS in found:
        there = site.context.names.bucket(ACCESS_LOGS)
        return {thing: Bucket(thing, row, site, there, child) for thing, row in rows.items()}
    target = Bucket(ACCESS_LOGS, rows.pop(ACCESS_LOGS), site, None, child)
    made = {thing: Bucket(thing, row, site, target, child) for thing, row in rows.items()}
    return {**made, ACCESS_LOGS: target}


__all__ = ["ACCESS_LOGS", "Bucket", "BucketSettings", "BucketsSettings", "Tiering", "make_buckets"]
