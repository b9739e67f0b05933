"""An application on MySQL: a few lines of a stack file, the store and the way to it follow."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from sandbox.engine import read_export
from sandbox.model import Run
from tests.network_policy import Address, Pod, allowed
from tests.stacks.conftest import bring_up, copy_program, made_once
from tests.stacks.graph import manifests, of_type, plain, reaches

HOME = "toolboxai-dev"


def on_mysql(to: Path) -> None:
    """The stack ``dev`` with Ghost on MySQL and its content in a bucket, brought up with both packs."""
    root = to.with_suffix("")
    root.mkdir()
    copy_program(root)
    file = root / "Pulumi.dev.yaml"
    settings = yaml.safe_load(file.read_text())
    config = settings["config"]
    config["platform:data"]["mysql"] = {"multi_az": False, "backup_days": 7, "services": {"ghost": {}}}
    ghost = config["platform:applications"]["applications"]["ghost"]
    del ghost["volume"]
    ghost["env"] = {key: value for key, value in ghost["env"].items() if not key.startswith("database__")}
    ghost |= {"mysql": "ghost", "buckets": {"assets": "read-write"}, "scaling": {"kind": "fixed", "replicas": 1}}
    config["platform:cost"]["monthly_usd"] = 700
    file.write_text(yaml.safe_dump(settings))
    result = bring_up(root)
    assert result.returncode == 0, result.stdout + result.stderr
    (root / ".sandbox" / "dev" / "stack.json").replace(to)


@pytest.fixture(scope="module")
def mysql(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return read_export(made_once(tmp_path_factory, "mysql.stack.json", on_mysql))


def test_the_job_reads_the_secret_of_this_instance_alone(mysql: Run) -> None:
    (secret,) = [
        m
        for m in manifests(mysql)
        if m["kind"] == "ExternalSecret" and m["metadata"]["name"] == "mysql-bootstrap-admin"
    ]
    (instance,) = [r for r in of_type(mysql, "aws:rds:Instance") if plain(r.inputs)["engine"] == "mysql"]
    (held,) = plain(instance.outputs)["masterUserSecrets"]
    assert {row["remoteRef"]["key"] for row in secret["spec"]["data"]} == {held["secretArn"]}
    statements = [
        statement
        for r in of_type(mysql, "aws:iam:RolePolicy")
        for statement in yaml.safe_load(plain(r.inputs)["policy"])["Statement"]
        if statement.get("Sid") == "MasterOfMysql"
    ]
    (statement,) = statements
    owner = "secretsmanager:ResourceTag/aws:rds:primaryDBInstanceArn"
    assert statement["Condition"]["StringEquals"][owner] == plain(instance.outputs)["arn"]


def test_the_job_waits_for_the_instance_and_its_logins(mysql: Run) -> None:
    (job,) = [r for r in mysql.resources if r.name.endswith("job/mysql-bootstrap")]
    before = reaches(mysql, job)
    made = {r.urn for r in of_type(mysql, "aws:rds:Instance") if plain(r.inputs)["engine"] == "mysql"}
    assert made <= before
    versions = {r.urn for r in of_type(mysql, "aws:secretsmanager:SecretVersion") if "mysql" in r.name}
    assert len(versions) == 2
    assert versions <= before


def test_only_the_job_and_the_application_reach_it(mysql: Run) -> None:
    policies = [m for m in manifests(mysql) if m["kind"] == "NetworkPolicy"]
    (subnet, *_) = [
        plain(r.inputs)["cidrBlock"]
        for r in of_type(mysql, "aws:ec2:Subnet")
        if plain(r.inputs)["tags"]["Tier"] == "database"
    ]
    instance = Address(f"{subnet.rpartition('.')[0]}.9")
    pods = {
        (m["metadata"]["namespace"], m["metadata"]["name"]): Pod(
            m["metadata"]["namespace"], m["spec"]["template"]["metadata"]["labels"]
        )
        for m in manifests(mysql)
        if m["kind"] in {"Deployment", "StatefulSet", "Job"}
    }
    callers = {key for key, pod in pods.items() if allowed(policies, pod, instance, ("TCP", 3306))}
    assert callers == {("database", "mysql-bootstrap"), (HOME, "ghost")}
