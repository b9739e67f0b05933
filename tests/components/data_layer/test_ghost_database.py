"""MySQL for Ghost: made only where the file says so, and as safe as the other stores."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from components.context import StackIdentity
from components.data_layer import DataLayerSettings, check
from components.resilience import Failure
from settings.problems import validate
from tests.components.data_layer.deployment import PRODUCTION, Graph, deploy, settings_of
from tests.components.resilience.recovery import table

INSTANCE = "aws:rds/instance:Instance"


def with_ghost(**more: object) -> dict[str, Any]:
    data = deepcopy(settings_of("production"))
    data["ghost_database"] = more
    return data


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    return Graph(deploy(tmp_path_factory.mktemp("ghost"), PRODUCTION, with_ghost()))


def test_there_is_none_unless_the_file_says_so() -> None:
    assert DataLayerSettings.model_validate(settings_of("production")).ghost_database is None


def test_it_speaks_tls_only_and_is_under_the_data_key(graph: Graph) -> None:
    made = graph.one(INSTANCE, "ghost").inputs
    assert (made["engine"], made["engineVersion"], made["port"]) == ("mysql", "8.4.10", 3306)
    assert (made["storageEncrypted"], made["publiclyAccessible"], made["multiAz"]) == (True, False, True)
    assert made["kmsKeyId"] == graph.one("aws:kms/key:Key", "data").outputs["arn"]
    group: Any = graph.one("aws:rds/parameterGroup:ParameterGroup", "ghost").inputs
    assert group["family"] == "mysql8.4"
    parameters = {p["name"]: p["value"] for p in group["parameters"]}
    assert parameters["require_secure_transport"] == "1"
    assert parameters["tls_version"] == "TLSv1.2,TLSv1.3"


def test_its_password_is_rds_s_and_its_end_leaves_a_snapshot(graph: Graph) -> None:
    resource = graph.one(INSTANCE, "ghost")
    made = resource.inputs
    assert made["manageMasterUserPassword"] is True
    assert "password" not in made
    assert made["backupRetentionPeriod"] == 30
    assert (made["deletionProtection"], made["skipFinalSnapshot"], resource.protect) == (True, False, True)
    assert str(made["finalSnapshotIdentifier"]).startswith("toolboxai-production-ghost-final-")


def test_its_logs_are_made_first(graph: Graph) -> None:
    made = graph.one(INSTANCE, "ghost")
    assert made.inputs["enabledCloudwatchLogsExports"] == ["error", "slowquery"]
    for export in ("error", "slowquery"):
        logs = graph.one("aws:cloudwatch/logGroup:LogGroup", f"ghost-{export}")
        assert logs.inputs["name"] == f"/aws/rds/instance/toolboxai-production-ghost/{export}"
        assert logs.urn in graph.ancestors(made.urn)


def test_only_nodes_and_pods_reach_it(graph: Graph) -> None:
    rules = [
        r.inputs
        for r in graph.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
        if r.name.startswith("ghost-")
    ]
    assert rules
    assert {(rule["fromPort"], rule["toPort"]) for rule in rules} == {(3306, 3306)}
    assert all("10.1." in str(rule["cidrIpv4"]) for rule in rules)


@pytest.mark.parametrize(
    ("more", "allowed"),
    [
        ({"engine_version": "8.0.46"}, "8.4"),
        ({"instance_class": "db.z9.huge"}, "one of"),
        ({"max_storage_gb": 21}, "at least a tenth above storage_gb"),
        ({"retention_days": 3000}, "the limit of the class internal"),
    ],
)
def test_what_rds_or_the_class_would_refuse_is_refused(more: dict[str, object], allowed: str) -> None:
    problems = validate(DataLayerSettings, with_ghost(**more))[1]
    assert [allowed in problem.allowed for problem in problems] == [True]


def test_production_has_it_in_two_zones() -> None:
    settings = DataLayerSettings.model_validate(with_ghost(multi_az=False))
    found = list(check(StackIdentity.model_validate(PRODUCTION), settings))
    assert [problem.path for problem in found] == [("data", "ghost_database", "multi_az")]


def test_it_stands_in_the_table_of_losses() -> None:
    rows = {
        it.failure: (it.rpo, it.kept)
        for it in table("production", None, {"ghost_database": {}})
        if it.store == "ghost_database"
    }
    assert rows == {Failure.ZONE: (0, True), Failure.CORRUPTION: (5, True), Failure.REGION: (None, True)}
    few = table("production", None, {"ghost_database": {"backup_days": 1}})
    assert [it.failure for it in few if not it.kept] == [Failure.CORRUPTION]
