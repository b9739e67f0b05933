"""What a workload's own identity may do with the data layer's buckets: the same grants for servers and applications."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from components.naming import Names
from components.pod_identity import Grant
from components.tenancy import key_grant

BucketAccess = Literal["read", "read-write"]


def bucket_grants(buckets: Mapping[str, BucketAccess], names: Names) -> list[Grant]:
    """Leave to list each bucket and to read, or read and write, its objects, and to use the key that they are under."""
    if not buckets:
        return []
    granted = [grant for key, access in buckets.items() for grant in _objects(key, names.bucket(key), access)]
    writes = "read-write" in buckets.values()
    actions = ("kms:Decrypt", "kms:GenerateDataKey") if writes else ("kms:Decrypt",)
    return [*granted, key_grant("ObjectKey", "data", "s3", names, actions)]


def bucket_environment(buckets: Mapping[str, BucketAccess], names: Names) -> dict[str, str]:
    """Where a workload finds its buckets: ``BUCKET_<THING>`` is each one's name."""
    return {f"BUCKET_{variable(bucket)}": names.bucket(bucket) for bucket in buckets}


def variable(name: str) -> str:
    """``pupil-uploads`` as part of an environment variable's name."""
    return name.replace("-", "_").upper()


def _objects(key: str, bucket: str, access: BucketAccess) -> Iterator[Grant]:
    title = key.replace("-", " ").title().replace(" ", "")
    objects = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject") if access == "read-write" else ("s3:GetObject",)
    yield Grant(f"List{title}", ("s3:ListBucket",), [f"arn:aws:s3:::{bucket}"])
    yield Grant(f"Objects{title}", objects, [f"arn:aws:s3:::{bucket}/*"])
