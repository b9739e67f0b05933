"""S3."""

from __future__ import annotations

from typing import Any, Final

from tests.shapes.requests import Row

_FORCE: Final = "the provider's own: what it does before it deletes"


def event_bridge(inputs: dict[str, Any]) -> dict[str, Any]:
    """EventBridge is on by an object that has nothing in it."""
    rest = {key: value for key, value in inputs.items() if key != "eventbridge"}
    return {**rest, "eventBridgeConfiguration": {}} if inputs.get("eventbridge") else rest


BUCKETS: dict[str, Row] = {
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": Row(
        "s3control",
        ("PutPublicAccessBlock",),
        body="PublicAccessBlockConfiguration",
        given={"AccountId": "111122223333"},
    ),
    "aws:s3/bucket:Bucket": Row(
        "s3",
        ("CreateBucket", "PutBucketTagging"),
        names={"objectLockEnabled": "ObjectLockEnabledForBucket", "tags": "PutBucketTagging:Tagging.TagSet"},
        left={"forceDestroy": _FORCE},
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": Row(
        "s3", ("PutBucketLifecycleConfiguration",), body="LifecycleConfiguration"
    ),
    "aws:s3/bucketLogging:BucketLogging": Row("s3", ("PutBucketLogging",), body="BucketLoggingStatus.LoggingEnabled"),
    "aws:s3/bucketNotification:BucketNotification": Row(
        "s3",
        ("PutBucketNotificationConfiguration",),
        body="NotificationConfiguration",
        shape=event_bridge,
    ),
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": Row(
        "s3", ("PutObjectLockConfiguration",), body="ObjectLockConfiguration"
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": Row(
        "s3", ("PutBucketOwnershipControls",), body="OwnershipControls"
    ),
    "aws:s3/bucketPolicy:BucketPolicy": Row("s3", ("PutBucketPolicy",)),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": Row(
        "s3", ("PutPublicAccessBlock",), body="PublicAccessBlockConfiguration"
    ),
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": Row(
        "s3", ("PutBucketReplication",), body="ReplicationConfiguration"
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": Row(
        "s3",
        ("PutBucketEncryption",),
        body="ServerSideEncryptionConfiguration",
        names={
            "rules.applyServerSideEncryptionByDefault.kmsMasterKeyId": "KMSMasterKeyID",
            "rules.blockedEncryptionTypes": "BlockedEncryptionTypes.EncryptionType",
        },
    ),
    "aws:s3/bucketVersioning:BucketVersioning": Row("s3", ("PutBucketVersioning",)),
}
