"""The global database as a choice: made around the primary, encrypted there, deleted in order."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from components.context import StackIdentity
from components.data_layer import DataLayerSettings, check
from components.resilience import Failure
from sandbox.model import Resource
from settings.problems import validate
from tests.components.data_layer.deployment import DEV, PRODUCTION, Graph, deploy, revealed, settings_of
from tests.components.resilience.recovery import table

CLUSTER = "aws:rds/cluster:Cluster"
GLOBAL = "aws:rds/globalCluster:GlobalCluster"
INSTANCE = "aws:rds/clusterInstance:ClusterInstance"
THERE: dict[str, Any] = {"subnet_group": "toolboxai-standby-database", "security_group_ids": ["sg-0123456789abcdef0"]}


def with_global(**more: object) -> dict[str, Any]:
    data = deepcopy(settings_of("production"))
    data["database"] |= {"global_database": {**THERE, **more}}
    return data


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    return Graph(deploy(tmp_path_factory.mktemp("global"), PRODUCTION, with_global(instances=1)))


def cluster(graph: Graph, name: str) -> Resource:
    return graph.one(CLUSTER, name)


def test_the_primary_is_the_cluster_that_was_there(graph: Graph) -> None:
    """Nothing that would replace it: the global cluster takes it in from its own side."""
    world, primary = graph.one(GLOBAL, "database-global"), cluster(graph, "database")
    assert world.inputs["sourceDbClusterIdentifier"] == primary.outputs["arn"]
    assert "engine" not in world.inputs
    assert "engineVersion" not in world.inputs
    assert "globalClusterIdentifier" not in primary.inputs
    assert "globalClusterIdentifier" in primary.ignore_changes
    assert world.inputs["deletionProtection"] is True
    assert world.protect


def test_the_copy_stands_in_the_recovery_region_under_its_key(graph: Graph) -> None:
    copy, key = cluster(graph, "database-copy"), graph.one("aws:kms/replicaKey:ReplicaKey", "data-us-west-2")
    assert copy.inputs["region"] == "us-west-2"
    assert (copy.inputs["storageEncrypted"], copy.inputs["kmsKeyId"]) == (True, key.outputs["arn"])
    assert copy.inputs["dbSubnetGroupName"] == THERE["subnet_group"]
    assert "masterUsername" not in copy.inputs
    assert "databaseName" not in copy.inputs
    assert copy.protect
    assert copy.inputs["deletionProtection"] is True
    parameters = graph.one("aws:rds/clusterParameterGroup:ClusterParameterGroup", "database-copy")
    assert parameters.inputs["region"] == "us-west-2"
    assert [i.name for i in graph.of_type(INSTANCE) if i.inputs.get("region") == "us-west-2"] == ["database-copy-0"]


def test_it_is_taken_down_from_the_copy_to_the_primary(graph: Graph) -> None:
    world, primary, copy = (
        graph.one(GLOBAL, "database-global"),
        cluster(graph, "database"),
        cluster(graph, "database-copy"),
    )
    assert world.urn in graph.ancestors(copy.urn)
    assert primary.urn in graph.ancestors(world.urn)
    assert graph.one(INSTANCE, "database-0").urn in graph.ancestors(world.urn)


def test_rds_keeps_no_password_of_it_and_we_do(graph: Graph) -> None:
    primary = cluster(graph, "database")
    assert "manageMasterUserPassword" not in primary.inputs
    password = revealed(primary.inputs["masterPassword"])
    version = graph.one("aws:secretsmanager/secretVersion:SecretVersion", "database-master")
    assert json.loads(str(revealed(version.inputs["secretString"]))) == {
        "username": "platform_admin",
        "password": password,
    }
    secret = graph.one("aws:secretsmanager/secret:Secret", "database-master")
    assert secret.inputs["name"] == "toolboxai/production/database/database-master"


def test_replication_is_what_the_table_then_says() -> None:
    (row,) = [
        it
        for it in table("production", None, {"database": {"global_database": THERE}})
        if (it.store, it.failure) == ("database", Failure.REGION)
    ]
    assert (row.way, row.rpo, row.rto) == ("a global database", 1, 70)


def test_it_keeps_a_tier_that_copies_cannot() -> None:
    critical = {"database": {"tier": "critical", "region_tier": "critical"}}

    def kept(data: dict[str, Any] | None) -> bool:
        rows = table("production", critical, data)
        return all(it.kept for it in rows if it.store == "database")

    assert not kept(None)
    assert kept({"database": {"global_database": THERE}})


@pytest.mark.parametrize(
    ("database", "allowed"),
    [
        ({"kind": "aurora", "instance_class": "db.t4g.medium"}, "doesn't burst"),
        ({"kind": "aurora_serverless", "min_acu": 0}, "never pauses"),
    ],
)
def test_what_aurora_would_refuse_is_refused(database: dict[str, Any], allowed: str) -> None:
    data = with_global()
    data["database"] = {**database, "global_database": THERE}
    problems = validate(DataLayerSettings, data)[1]
    assert [allowed in problem.allowed for problem in problems] == [True]


def test_only_production_has_copies_elsewhere() -> None:
    data = settings_of("dev")
    data["database"] |= {"global_database": THERE, "min_acu": 0.5}
    found = list(check(StackIdentity.model_validate(DEV), DataLayerSettings.model_validate(data)))
    assert [problem.path for problem in found] == [("data", "database", "global_database")]
