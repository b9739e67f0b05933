"""Copies of buckets: each is what its source is, in the recovery region, and S3 may do no more than copy."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, Final, cast

import pytest

from sandbox.model import Resource
from tests.components.data_layer.deployment import Graph, document

REPLICATED: Final = ("assets", "uploads", "pupil-uploads", "audit", "backups", "velero")
CONFIG: Final = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
BUCKET: Final = "aws:s3/bucket:Bucket"
PARTS: Final = (
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
)


def copy_name(thing: str) -> str:
    return f"{thing}-us-west-2"


@pytest.mark.parametrize("thing", [*REPLICATED, "access-logs"])
def test_a_copy_is_what_its_source_is(production: Graph, thing: str) -> None:
    for type_ in PARTS:
        source, copy = production.one(type_, thing), production.one(type_, copy_name(thing))
        assert copy.inputs["region"] == "us-west-2"
        unlike = {"bucket", "region", "policy", "rules"}
        assert {k: v for k, v in copy.inputs.items() if k not in unlike} == {
            k: v for k, v in source.inputs.items() if k not in unlike
        }
    lifecycle = PARTS[-1]
    assert (
        production.one(lifecycle, thing).inputs["rules"] == production.one(lifecycle, copy_name(thing)).inputs["rules"]
    )
    source, copy = production.one(BUCKET, thing), production.one(BUCKET, copy_name(thing))
    for key in ("objectLockEnabled", "forceDestroy", "tags"):
        assert copy.inputs[key] == source.inputs[key], key
    assert copy.protect


@pytest.mark.parametrize("thing", [*REPLICATED, "access-logs"])
def test_a_copy_is_found_by_its_name(production: Graph, thing: str) -> None:
    name = f"toolboxai-production-{thing}-111122223333-us-west-2"
    assert production.one(BUCKET, copy_name(thing)).inputs["bucket"] == name
    assert cast("dict[str, str]", production.run.outputs["replicas"])[thing] == name
    policy = document(production.one("aws:s3/bucketPolicy:BucketPolicy", copy_name(thing)).inputs["policy"])
    assert f"arn:aws:s3:::{name}" in str(policy)
    assert {"TlsOnly", "ModernTlsOnly"} <= {s["Sid"] for s in policy["Statement"]}


def encryption(graph: Graph, name: str) -> dict[str, Any]:
    type_ = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    (rule,) = cast("list[dict[str, Any]]", graph.one(type_, name).inputs["rules"])
    assert rule["blockedEncryptionTypes"] == ["SSE-C"]
    return cast("dict[str, Any]", rule["applyServerSideEncryptionByDefault"])


@pytest.mark.parametrize(
    ("thing", "key"),
    [("uploads", "data"), ("pupil-uploads", "data"), ("assets", "data"), ("audit", "backups"), ("velero", "backups")],
)
def test_copies_are_under_a_key_of_their_region(production: Graph, thing: str, key: str) -> None:
    replica = production.one("aws:kms/replicaKey:ReplicaKey", f"{key}-us-west-2").outputs["arn"]
    assert encryption(production, copy_name(thing)) == {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": replica}
    (rule,) = cast("list[dict[str, Any]]", production.one(CONFIG, thing).inputs["rules"])
    assert rule["destination"]["encryptionConfiguration"] == {"replicaKmsKeyId": replica}


def test_the_log_of_access_is_the_one_exception(production: Graph) -> None:
    assert encryption(production, copy_name("access-logs")) == {"sseAlgorithm": "AES256"}


def test_every_copy_is_logged_where_it_is(production: Graph) -> None:
    target = production.one(BUCKET, copy_name("access-logs"))
    for thing in REPLICATED:
        logging = production.one("aws:s3/bucketLogging:BucketLogging", copy_name(thing))
        assert logging.inputs["targetBucket"] == target.inputs["bucket"]
        assert logging.inputs["targetPrefix"] == f"s3/{thing}/"


def test_the_copy_of_a_locked_bucket_is_locked(production: Graph) -> None:
    type_ = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
    source, copy = production.one(type_, "audit"), production.one(type_, copy_name("audit"))
    assert copy.inputs["rule"] == source.inputs["rule"]
    assert production.one(BUCKET, copy_name("audit")).inputs["objectLockEnabled"] is True
    assert {r.name for r in production.of_type(type_)} == {"audit", copy_name("audit")}


# --- the rules ------------------------------------------------------------------------------------------------------


def rule_of(graph: Graph, thing: str) -> dict[str, Any]:
    (rule,) = cast("list[dict[str, Any]]", graph.one(CONFIG, thing).inputs["rules"])
    return rule


@pytest.mark.parametrize("thing", REPLICATED)
def test_each_bucket_is_replicated_whole_and_in_time(production: Graph, thing: str) -> None:
    rule = rule_of(production, thing)
    assert (rule["status"], rule["filter"]) == ("Enabled", {"prefix": ""})
    assert rule["sourceSelectionCriteria"] == {"sseKmsEncryptedObjects": {"status": "Enabled"}}
    assert rule["destination"]["replicationTime"] == {"status": "Enabled", "time": {"minutes": 15}}
    assert rule["destination"]["metrics"] == {"status": "Enabled", "eventThreshold": {"minutes": 15}}
    copy = production.one(BUCKET, copy_name(thing))
    assert rule["destination"]["bucket"] == copy.outputs["arn"]


def test_what_pupils_delete_is_deleted_in_the_copy_too(production: Graph) -> None:
    markers = {thing: rule_of(production, thing)["deleteMarkerReplication"]["status"] for thing in REPLICATED}
    assert markers == {**dict.fromkeys(REPLICATED, "Enabled"), "audit": "Disabled"}


def test_replication_waits_for_both_ends(production: Graph) -> None:
    versioning = "aws:s3/bucketVersioning:BucketVersioning"
    for thing in REPLICATED:
        behind = production.ancestors(production.one(CONFIG, thing).urn)
        for name in (thing, copy_name(thing)):
            assert production.one(versioning, name).urn in behind, "both keep versions"
        assert production.one("aws:iam/rolePolicy:RolePolicy", "replication").urn in behind


def test_each_bucket_is_changed_one_thing_at_a_time(production: Graph) -> None:
    """S3 answers 409 to two at a time: of any two parts of a copy one stands before the other."""
    for thing in REPLICATED:
        parts = [production.one(type_, copy_name(thing)) for type_ in PARTS]
        for first, later in itertools.pairwise(parts):
            assert first.urn in production.ancestors(later.urn)


@pytest.mark.parametrize("stack", ["dev", "staging"])
def test_only_production_replicates(graph_of: Callable[[str], Graph], stack: str) -> None:
    assert graph_of(stack).of_type(CONFIG) == []


# --- the role -------------------------------------------------------------------------------------------------------


def statements(graph: Graph) -> dict[str, dict[str, Any]]:
    policy = graph.one("aws:iam/rolePolicy:RolePolicy", "replication").inputs["policy"]
    return {s["Sid"]: s for s in document(policy)["Statement"]}


def test_the_role_names_every_bucket_and_no_other(production: Graph) -> None:
    found = statements(production)
    here = {f"arn:aws:s3:::toolboxai-production-{thing}-111122223333-us-east-1" for thing in REPLICATED}
    there = {f"arn:aws:s3:::toolboxai-production-{thing}-111122223333-us-west-2/*" for thing in REPLICATED}
    assert set(found["Sources"]["Resource"]) == here
    assert set(found["Versions"]["Resource"]) == {f"{arn}/*" for arn in here}
    assert set(found["Copies"]["Resource"]) == there
    assert found["Locks"]["Resource"] == ["arn:aws:s3:::toolboxai-production-audit-111122223333-us-east-1/*"]


def key_arn(graph: Graph, type_: str, name: str) -> object:
    return graph.one(type_, name).outputs["arn"]


def test_keys_are_used_through_s3_and_for_their_buckets_alone(production: Graph) -> None:
    found = statements(production)
    assert {sid for sid in found if sid.startswith(("Read", "Write"))} == {
        f"{what}{key}" for what in ("Read", "Write") for key in ("Data", "Logs", "Backups")
    }
    for key, copy in (("data", "data"), ("logs", "backups"), ("backups", "backups")):
        read, write = found[f"Read{key.capitalize()}"], found[f"Write{key.capitalize()}"]
        assert read["Resource"] == [key_arn(production, "aws:kms/key:Key", key)]
        assert write["Resource"] == [key_arn(production, "aws:kms/replicaKey:ReplicaKey", f"{copy}-us-west-2")]
        assert read["Condition"]["StringEquals"] == {"kms:ViaService": "s3.us-east-1.amazonaws.com"}
        assert write["Condition"]["StringEquals"] == {"kms:ViaService": "s3.us-west-2.amazonaws.com"}
    audit = found["ReadLogs"]["Condition"]["StringLike"]["kms:EncryptionContext:aws:s3:arn"]
    assert all("-audit-" in arn for arn in audit)


def role(graph: Graph, part: str) -> Resource:
    (found,) = [r for r in graph.of_type("aws:iam/role:Role") if r.name.endswith(part)]
    return found


def test_s3_alone_takes_the_role(production: Graph) -> None:
    trust = document(role(production, "-replication").inputs["assumeRolePolicy"])
    (statement,) = trust["Statement"]
    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
    assert "Condition" not in statement, "the S3 guide has none: a key that isn't sent stops replication in silence"
