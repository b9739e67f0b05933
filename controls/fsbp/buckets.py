"""S3: buckets, access points, and the account's own setting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from controls.documents import statements
from controls.fsbp.lines import disputed, line
from controls.graph import Graph, Json, Resource, aws, dig, rows, truth
from controls.judges import each, finding, linked, one_of, refers, some, there
from controls.model import Control, Finding, Judge, Scope

BUCKET: Final = aws("s3.Bucket")
BLOCK: Final = aws("s3.BucketPublicAccessBlock")
POLICY: Final = aws("s3.BucketPolicy")
VERSIONING: Final = aws("s3.BucketVersioning")
LIFECYCLE: Final = aws("s3.BucketLifecycleConfiguration")
ENCRYPTION: Final = aws("s3.BucketServerSideEncryptionConfiguration")
ACCOUNT_BLOCK: Final = aws("s3.AccountPublicAccessBlock")
ACCESS_POINT: Final = aws("s3.AccessPoint")
MULTI_REGION: Final = aws("s3control.MultiRegionAccessPoint")
BLOCKS: Final = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
_SENSITIVE: Final = (
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketPolicy",
    "s3:PutEncryptionConfiguration",
    "s3:PutObjectAcl",
)
"""What S3.6 asks a policy to give no other account."""


def _blocked(resource: Resource) -> bool:
    return all(truth(resource.get(key)) is True for key in BLOCKS)


def _block(graph: Graph) -> Iterator[Finding]:
    for bucket in graph.of(BUCKET):
        blocks = [it for it in graph.of(BLOCK) if refers(it.get("bucket"), bucket)]
        if not blocks:
            yield finding(bucket, "", False, "no BucketPublicAccessBlock")
        for block in blocks:
            yield finding(block, "", _blocked(block), {key: block.get(key) for key in BLOCKS})


def _public(action: str) -> Judge:
    """Nobody but principals of the account may do ``action``: the block is whole, and no statement names everybody."""

    def judge(graph: Graph) -> Iterator[Finding]:
        for bucket in graph.of(BUCKET):
            blocks = [it for it in graph.of(BLOCK) if refers(it.get("bucket"), bucket)]
            block = any(truth(it.get("ignorePublicAcls")) and truth(it.get("restrictPublicBuckets")) for it in blocks)
            open_to_all = [
                statement.sid
                for policy in graph.of(POLICY)
                if refers(policy.get("bucket"), bucket)
                for statement in statements(policy.get("policy"))
                if statement.may(action) and "*" in statement.principals and not statement.conditions
            ]
            yield finding((blocks or [bucket])[0], "", block and not open_to_all, list(open_to_all))

    return judge


def _tls_only(value: Json) -> bool:
    return any(
        not statement.allow
        and "*" in statement.principals
        and "s3:*" in statement.actions
        and dig(statement.conditions, "Bool.aws:SecureTransport") == "false"
        for statement in statements(value)
    )


def _other_accounts(graph: Graph) -> Iterator[Finding]:
    for policy in graph.of(POLICY):
        outside = [
            f"{statement.sid or 'statement'}: {principal}"
            for statement in statements(policy.get("policy"))
            if any(statement.may(action) for action in _SENSITIVE)
            for principal in statement.principals
            if not any(account in principal for account in graph.accounts)
        ]
        yield finding(policy, "policy", not outside, list(outside))


def _enabled_rule(value: Json) -> bool:
    return any(row.get("status") == "Enabled" for row in rows(value))


def _old_versions_end(value: Json) -> bool:
    return any(
        row.get("status") == "Enabled"
        and (there(row.get("noncurrentVersionExpiration")) or there(row.get("noncurrentVersionTransitions")))
        for row in rows(value)
    )


def _kms(value: Json) -> bool:
    return any(
        dig(row, "applyServerSideEncryptionByDefault.sseAlgorithm") in ("aws:kms", "aws:kms:dsse")
        for row in rows(value)
    )


def _tells(graph: Graph) -> Iterator[Finding]:
    """Somebody can hear of a bucket's events: a topic, queue or function, or EventBridge."""
    kinds = ("eventbridge", "lambdaFunctions", "queues", "topics")
    for bucket in graph.of(BUCKET):
        found = [it for it in graph.of(aws("s3.BucketNotification")) if refers(it.get("bucket"), bucket)]
        if not found:
            yield finding(bucket, "", False, "no BucketNotification")
        for it in found:
            heard = [key for key in kinds if it.get(key) not in (None, False, [])]
            yield finding(it, "", bool(heard), list(heard))


def _point(path: str) -> Judge:
    def judge(graph: Graph) -> Iterator[Finding]:
        for point in graph.of(ACCESS_POINT if not path.startswith("details") else MULTI_REGION):
            found = point.get(path)
            yield finding(point, path, all(truth(dig(found, key)) is True for key in BLOCKS), found)

    return judge


CONTROLS: Final[tuple[Control, ...]] = (
    line("S3.1", "The account lets no bucket be public", ACCOUNT_BLOCK, some(
        ACCOUNT_BLOCK, _blocked, "blockPublicPolicy"), Scope.ACCOUNT),
    line("S3.2", "The public can read no bucket", (BUCKET, BLOCK, POLICY), _public("s3:GetObject")),
    line("S3.3", "The public can write to no bucket", (BUCKET, BLOCK, POLICY), _public("s3:PutObject")),
    line("S3.5", "Buckets answer by TLS only", (BUCKET, POLICY), linked(BUCKET, POLICY, "bucket", "policy", _tls_only)),
    line("S3.6", "No other account may change a bucket's guard", POLICY, _other_accounts),
    disputed("S3.7", "Buckets are replicated to another region", BUCKET, linked(
        BUCKET, aws("s3.BucketReplicationConfig"), "bucket", "rules", _enabled_rule)),
    line("S3.8", "Every bucket blocks public access itself", (BUCKET, BLOCK), _block),
    line("S3.9", "Access to buckets is logged", BUCKET, linked(
        BUCKET, aws("s3.BucketLogging"), "bucket", "targetBucket", there)),
    disputed("S3.10", "Old versions of objects end", (BUCKET, LIFECYCLE), linked(
        BUCKET, LIFECYCLE, "bucket", "rules", _old_versions_end)),
    disputed("S3.11", "Somebody can hear of a bucket's events", BUCKET, _tells),
    line("S3.12", "Access is by policy, not by ACLs", BUCKET, linked(
        BUCKET, aws("s3.BucketOwnershipControls"), "bucket", "rule.objectOwnership", one_of("BucketOwnerEnforced"))),
    line("S3.13", "Buckets have a lifecycle", (BUCKET, LIFECYCLE), linked(
        BUCKET, LIFECYCLE, "bucket", "rules", _enabled_rule)),
    disputed("S3.14", "Buckets keep versions", (BUCKET, VERSIONING), linked(
        BUCKET, VERSIONING, "bucket", "versioningConfiguration.status", one_of("Enabled"))),
    disputed("S3.15", "Buckets have Object Lock", BUCKET, each(BUCKET, "objectLockEnabled", one_of(True))),
    disputed("S3.17", "Buckets are under a key of KMS", (BUCKET, ENCRYPTION), linked(
        BUCKET, ENCRYPTION, "bucket", "rules", _kms)),
    line("S3.19", "Access points block public access", ACCESS_POINT, _point("publicAccessBlockConfiguration")),
    disputed("S3.20", "Deleting a version asks for a second factor", (BUCKET, VERSIONING), linked(
        BUCKET, VERSIONING, "bucket", "versioningConfiguration.mfaDelete", one_of("Enabled"))),
    line("S3.24", "Access points of several regions block public access", MULTI_REGION, _point(
        "details.publicAccessBlock")),
)  # fmt: skip
"""The lines about S3."""

__all__ = ["CONTROLS"]
