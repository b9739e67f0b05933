"""What makes a bucket private, encrypted, versioned, logged and finite: one chain of resources, whosever the bucket is.

S3 answers 409 to two changes of one bucket at a time, so each link waits for the one before, the tightest first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Literal

import pulumi
import pulumi_aws as aws


class BucketChain:
    """The links of one bucket, made in the order of the calls. ``ready`` is the last one so far.

    ``name`` is every link's logical name; ``region`` is given where it isn't the provider's own.
    """

    ready: pulumi.Resource

    def __init__(self, name: str, bucket: aws.s3.Bucket, parent: pulumi.Resource, *, region: str | None = None) -> None:
        self.ready = bucket
        self._name = name
        self._bucket = bucket.id
        self._parent = parent
        self._region = region

    def _next(self, *more: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self._parent, depends_on=[self.ready, *more])

    def harden(self, key_arn: pulumi.Input[str] | None, policy: Mapping[str, object]) -> None:
        """Close the bucket to the public and to ACLs, keep versions, encrypt, put ``policy`` on it, tell of its events.

        ``key_arn`` ``None`` is SSE-S3: S3 and load balancers write access logs to no bucket under a KMS key.
        """
        name, bucket, region = self._name, self._bucket, self._region
        self.ready = aws.s3.BucketPublicAccessBlock(
            name,
            bucket=bucket,
            region=region,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self._next(),
        )
        self.ready = aws.s3.BucketOwnershipControls(
            name, bucket=bucket, region=region, rule={"object_ownership": "BucketOwnerEnforced"}, opts=self._next()
        )
        self.ready = aws.s3.BucketVersioning(
            name, bucket=bucket, region=region, versioning_configuration={"status": "Enabled"}, opts=self._next()
        )
        self.ready = aws.s3.BucketServerSideEncryptionConfiguration(
            name, bucket=bucket, region=region, rules=[_encryption(key_arn)], opts=self._next()
        )
        self.ready = aws.s3.BucketPolicy(
            name, bucket=bucket, region=region, policy=json.dumps(policy), opts=self._next()
        )
        # what happens to objects is on EventBridge, free of charge, for whoever has to watch or answer (FSBP S3.11)
        self.ready = aws.s3.BucketNotification(name, bucket=bucket, region=region, eventbridge=True, opts=self._next())

    def age(self, rules: Sequence[aws.s3.BucketLifecycleConfigurationRuleArgsDict]) -> None:
        """Let objects move and end by ``rules``."""
        self.ready = aws.s3.BucketLifecycleConfiguration(
            self._name,
            bucket=self._bucket,
            region=self._region,
            rules=list(rules),
            transition_default_minimum_object_size="all_storage_classes_128K",
            opts=self._next(),
        )

    def log_to(self, target: pulumi.Input[str], prefix: str, *after: pulumi.Resource) -> None:
        """Write access logs to the bucket ``target`` under ``prefix``, ``after`` its policy lets S3 do so."""
        self.ready = aws.s3.BucketLogging(
            self._name,
            bucket=self._bucket,
            region=self._region,
            target_bucket=target,
            target_prefix=prefix,
            opts=self._next(*after),
        )

    def lock(self, mode: Literal["governance", "compliance"], days: int) -> None:
        """Hold every new object for ``days``; the bucket must have been made with Object Lock."""
        self.ready = aws.s3.BucketObjectLockConfiguration(
            self._name,
            bucket=self._bucket,
            region=self._region,
            object_lock_enabled="Enabled",
            rule={"default_retention": {"mode": mode.upper(), "days": days}},
            opts=self._next(),
        )


def _encryption(key_arn: pulumi.Input[str] | None) -> aws.s3.BucketServerSideEncryptionConfigurationRuleArgsDict:
    if key_arn is None:
        return {
            "apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"},
            "blocked_encryption_types": ["SSE-C"],
        }
    return {
        "apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": key_arn},
        # one request to KMS for many objects
        "bucket_key_enabled": True,
        # a key that the client brings and takes away leaves objects nobody can read
        "blocked_encryption_types": ["SSE-C"],
    }
