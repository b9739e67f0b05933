"""The keys of a stack: rotated, protected in production, first of all."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.keys import Purpose
from tests.components.data_layer.deployment import IDENTITIES, Graph, deploy, settings_of

KEY = "aws:kms/key:Key"
REPLICA = "aws:kms/replicaKey:ReplicaKey"


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    return Graph(deploy(tmp_path_factory.mktemp("keys"), IDENTITIES["production"], settings_of("production")))


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    return Graph(deploy(tmp_path_factory.mktemp("keys"), IDENTITIES["dev"], settings_of("dev")))


def test_one_rotated_key_a_purpose(dev: Graph, production: Graph) -> None:
    for graph in (dev, production):
        assert {key.name for key in graph.of_type(KEY)} == {purpose.value for purpose in Purpose}
        for key in graph.of_type(KEY):
            assert key.inputs["enableKeyRotation"] is True
            assert key.inputs["rotationPeriodInDays"] == 365


def test_keys_wait_for_nothing_but_their_provider(production: Graph) -> None:
    for key in production.of_type(KEY):
        waits = {urn for urn in production.ancestors(key.urn) if "pulumi:providers:" not in urn}
        assert waits == set()


def test_production_keeps_keys_a_month_and_protects_them(dev: Graph, production: Graph) -> None:
    assert {(k.protect, k.inputs["deletionWindowInDays"]) for k in production.of_type(KEY)} == {(True, 30)}
    assert {(k.protect, k.inputs["deletionWindowInDays"]) for k in production.of_type(REPLICA)} == {(True, 30)}
    assert {(k.protect, k.inputs["deletionWindowInDays"]) for k in dev.of_type(KEY)} == {(False, 7)}


def test_each_key_has_its_alias(production: Graph) -> None:
    keys = {key.outputs["keyId"]: key.name for key in production.of_type(KEY)}
    aliases = [
        a
        for a in production.of_type("aws:kms/alias:Alias")
        if "region" not in a.inputs or a.inputs["region"] == "us-east-1"
    ]
    assert {(a.inputs["name"], keys[a.inputs["targetKeyId"]]) for a in aliases} == {
        (f"alias/toolboxai-production-{purpose.value}", purpose.value) for purpose in Purpose
    }


def test_the_keys_of_what_is_copied_have_a_copy_in_the_recovery_region(dev: Graph, production: Graph) -> None:
    primaries = {key.outputs["arn"]: key for key in production.of_type(KEY)}
    copies = production.of_type(REPLICA)
    assert {copy.name for copy in copies} == {"data-us-west-2", "secrets-us-west-2", "backups-us-west-2"}
    for copy in copies:
        assert copy.inputs["region"] == "us-west-2"
        # KMS copies multi-region keys only, and a key can't be made one later
        assert primaries[copy.inputs["primaryKeyArn"]].inputs["multiRegion"] is True
    assert {k.name for k in production.of_type(KEY) if k.inputs["multiRegion"] is True} == {
        "data",
        "secrets",
        "backups",
    }
    assert dev.of_type(REPLICA) == []
    assert {k.inputs["multiRegion"] for k in dev.of_type(KEY)} == {False}


def test_without_a_recovery_region_production_has_no_copies(tmp_path: Path) -> None:
    identity = {k: v for k, v in IDENTITIES["production"].items() if k != "recovery_region"}
    data = settings_of("production")
    data["tables"]["mcp-contexts"]["replica"] = False
    graph = Graph(deploy(tmp_path, identity, data))
    assert graph.of_type(REPLICA) == []
    assert graph.of_type("aws:dynamodb/tableReplica:TableReplica") == []
