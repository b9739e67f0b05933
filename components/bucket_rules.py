"""What holds for any bucket of ours, whosever it is: how objects age, and that nobody comes without TLS. Pure data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

import pulumi_aws as aws

from components.keys import Statement

# as text: the SDK's module takes most of a second to import, which whoever reads settings alone need not wait for
Rules: TypeAlias = "list[aws.s3.BucketLifecycleConfigurationRuleArgsDict]"
Move: TypeAlias = "tuple[int, str]"
"""Days and storage class."""

ABORT_UPLOADS_DAYS: Final = 7
"""Days after which the parts of an unfinished upload go."""
_LADDER: Final[Sequence[Move]] = ((30, "STANDARD_IA"), (90, "GLACIER"), (365, "DEEP_ARCHIVE"))
_TLS: Final = "1.2"


def archive(retention_days: int | None) -> Iterator[Move]:
    """The moves of what is kept and hardly read; none that would come after the object's end."""
    for days, storage_class in _LADDER:
        if retention_days is None or days < retention_days:
            yield days, storage_class


def lifecycle(retention_days: int | None, noncurrent_days: int, moves: Sequence[Move] = ()) -> Rules:
    """Moves, expiry (``None``: the current version of each object stays), noncurrent versions, unfinished uploads."""
    everything: aws.s3.BucketLifecycleConfigurationRuleFilterArgsDict = {"prefix": ""}
    aging: aws.s3.BucketLifecycleConfigurationRuleArgsDict = {
        "id": "aging",
        "status": "Enabled",
        "filter": everything,
        "abort_incomplete_multipart_upload": {"days_after_initiation": ABORT_UPLOADS_DAYS},
        "noncurrent_version_expiration": {"noncurrent_days": noncurrent_days},
    }
    if moves:
        aging["transitions"] = [{"days": days, "storage_class": storage_class} for days, storage_class in moves]
    if retention_days is None:
        return [aging]
    aging["expiration"] = {"days": retention_days}
    # an expiry leaves a marker behind, which can't be told to go in the same rule
    markers: aws.s3.BucketLifecycleConfigurationRuleArgsDict = {
        "id": "delete-markers",
        "status": "Enabled",
        "filter": everything,
        "expiration": {"expired_object_delete_marker": True},
    }
    return [aging, markers]


def tls_only(bucket_arn: str) -> list[Statement]:
    """No plain request and no old TLS, from anyone, the owner neither (FSBP S3.5)."""
    denied: Statement = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*"}
    where: Statement = {"Resource": [bucket_arn, f"{bucket_arn}/*"]}
    return [
        {"Sid": "TlsOnly", **denied, **where, "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Sid": "ModernTlsOnly", **denied, **where, "Condition": {"NumericLessThan": {"s3:TlsVersion": _TLS}}},
    ]
