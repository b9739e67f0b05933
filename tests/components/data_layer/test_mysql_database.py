"""MySQL: made only where the file says so, as safe as the other stores, with a login for each service."""

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
SECRET = "aws:secretsmanager/secret:Secret"
SERVICES = {"ghost": {}, "news-letter": {"namespace": "letters", "generation": 2}}


def with_mysql(**more: object) -> dict[str, Any]:
    data = deepcopy(settings_of("production"))
    data["mysql"] = more
    return data


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    return Graph(deploy(tmp_path_factory.mktemp("mysql"), PRODUCTION, with_mysql(services=SERVICES)))


def test_there_is_none_unless_the_file_says_so() -> None:
    assert DataLayerSettings.model_validate(settings_of("production")).mysql is None


def test_it_speaks_tls_only_and_is_under_the_data_key(graph: Graph) -> None:
    made = graph.one(INSTANCE, "mysql").inputs
    assert (made["engine"], made["engineVersion"], made["port"]) == ("mysql", "8.4.10", 3306)
    assert (made["storageEncrypted"], made["publiclyAccessible"], made["multiAz"]) == (True, False, True)
    assert made["kmsKeyId"] == graph.one("aws:kms/key:Key", "data").outputs["arn"]
    group: Any = graph.one("aws:rds/parameterGroup:ParameterGroup", "mysql").inputs
    assert group["family"] == "mysql8.4"
    parameters = {p["name"]: p["value"] for p in group["parameters"]}
    assert parameters["require_secure_transport"] == "1"
    assert parameters["tls_version"] == "TLSv1.2,TLSv1.3"


def test_its_password_is_rds_s_and_its_end_leaves_a_snapshot(graph: Graph) -> None:
    resource = graph.one(INSTANCE, "mysql")
    made = resource.inputs
    assert made["manageMasterUserPassword"] is True
    assert "password" not in made
    assert made["backupRetentionPeriod"] == 30
    assert (made["deletionProtection"], made["skipFinalSnapshot"], resource.protect) == (True, False, True)
    assert str(made["finalSnapshotIdentifier"]).startswith("toolboxai-production-mysql-final-")


def test_its_logs_are_made_first(graph: Graph) -> None:
    made = graph.one(INSTANCE, "mysql")
    assert made.inputs["enabledCloudwatchLogsExports"] == ["error", "slowquery"]
    for export in ("error", "slowquery"):
        logs = graph.one("aws:cloudwatch/logGroup:LogGroup", f"mysql-{export}")
        assert logs.inputs["name"] == f"/aws/rds/instance/toolboxai-production-mysql/{export}"
        assert logs.urn in graph.ancestors(made.urn)


def test_only_nodes_and_pods_reach_it(graph: Graph) -> None:
    rules = [
        r.inputs
        for r in graph.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
        if r.name.startswith("mysql-")
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
        ({"services": {"root": {}}}, "another name"),
        ({"services": {"rds-one": {}}}, "another name"),
    ],
)
def test_what_rds_or_the_class_would_refuse_is_refused(more: dict[str, object], allowed: str) -> None:
    problems = validate(DataLayerSettings, with_mysql(**more))[1]
    assert [allowed in problem.allowed for problem in problems] == [True]


def test_production_has_it_in_two_zones() -> None:
    settings = DataLayerSettings.model_validate(with_mysql(multi_az=False))
    found = list(check(StackIdentity.model_validate(PRODUCTION), settings))
    assert [problem.path for problem in found] == [("data", "mysql", "multi_az")]


def test_it_stands_in_the_table_of_losses() -> None:
    rows = {it.failure: (it.rpo, it.kept) for it in table("production", None, {"mysql": {}}) if it.store == "mysql"}
    assert rows == {Failure.ZONE: (0, True), Failure.CORRUPTION: (5, True), Failure.REGION: (None, True)}
    few = table("production", None, {"mysql": {"backup_days": 1}})
    assert [it.failure for it in few if not it.kept] == [Failure.CORRUPTION]


def test_each_service_has_a_login_that_its_own_namespace_reads(graph: Graph) -> None:
    names = {str(r.inputs["name"]) for r in graph.of_type(SECRET)}
    assert names >= {
        "toolboxai/production/toolboxai-production/mysql-ghost-login",
        "toolboxai/production/letters/mysql-news-letter-login",
        # who has no login to PostgreSQL needs the authorities' certificates all the same
        "toolboxai/production/letters/database-authority",
        "toolboxai/production/database/mysql-users",
    }
    made = graph.one("random:index/randomPassword:RandomPassword", "mysql-news-letter").inputs
    assert (made["special"], made["keepers"]) == (False, {"generation": "2"})


def test_a_secret_that_it_makes_is_no_other_ones_name() -> None:
    data = with_mysql(services=SERVICES)
    data["secrets"] = {"letters": {"mysql-news-letter-login": {"purpose": "Something else"}}}
    found = list(check(StackIdentity.model_validate(PRODUCTION), DataLayerSettings.model_validate(data)))
    assert [problem.path for problem in found] == [("data", "secrets", "letters", "mysql-news-letter-login")]
