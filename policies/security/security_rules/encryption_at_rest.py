"""Whatever keeps data encrypts it, with a key of the account's own."""

from __future__ import annotations

from collections.abc import Iterator

from .core.rules import (
    About,
    Config,
    Resource,
    Result,
    Rule,
    must_be_seen,
    must_be_true,
    strings,
    types,
    unless,
    whole,
)
from .objects import object_rule
from .stores import STORES


def check_store(resource: Resource, config: Config) -> Iterator[Result]:
    """Every check of the resource's type."""
    for check in STORES[resource.type]:
        yield from check(resource, config)


encryption_at_rest = object_rule(
    About(
        name="encryption-at-rest",
        description="Stores, logs, queues, topics and backups are encrypted with a customer-managed key.",
        severity="high",
        remedy="Give the store its purpose's KMS key, as the message names the input. Most stores can be encrypted "
        "only when they are made: for one that exists already, restore a backup into an encrypted one.",
        controls={
            "FSBP": ("RDS.3", "RDS.27", "S3.17", "ElastiCache.4", "EKS.3", "OpenSearch.1"),
            "CIS EKS 1.8.0": ("5.3.1",),
            "SOC 2": ("CC6.1",),
            "GDPR": ("32",),
            "COPPA": ("312.8",),
        },
        settings={
            "sse_s3_buckets": strings(
                ["*access-logs*"],
                "Globs over the logical or the bucket's name: encryption settings that may say AES256, because a log "
                "delivery service can't write under a KMS key.",
            )
        },
    ),
    STORES.__contains__,
    check_store,
)


# --- keys -----------------------------------------------------------------------------------------------------------


def check_key(resource: Resource, config: Config) -> Iterator[Result]:
    """A symmetric key turns yearly and can't be deleted in a hurry."""
    yield from must_be_seen(resource["customerMasterKeySpec"], resource["keyUsage"])
    symmetric = resource["customerMasterKeySpec"].text in {"", "SYMMETRIC_DEFAULT"}
    if symmetric and resource["keyUsage"].text in {"", "ENCRYPT_DECRYPT"}:
        yield from must_be_true(resource["enableKeyRotation"], "write enableKeyRotation: true")
    least = config.number("minimum_deletion_days")
    window = resource["deletionWindowInDays"]
    if not window.missing:  # the service's own default is 30 days
        yield from unless(
            lambda it: (it.number or 0) >= least,
            window,
            f"write deletionWindowInDays: {least} or more, or leave it out",
        )


key_rotation = Rule(
    About(
        name="key-rotation",
        description="KMS keys rotate, and are deleted only after a waiting time.",
        severity="medium",
        remedy="Set enableKeyRotation. Old ciphertexts stay readable: KMS keeps the old key material.",
        controls={"FSBP": ("KMS.3", "KMS.4"), "SOC 2": ("CC6.1",)},
        settings={
            "minimum_deletion_days": whole(7, "Days that a key waits before it is deleted, at least.", minimum=7),
        },
    ),
    types("aws:kms/key:Key"),
    check_key,
)
