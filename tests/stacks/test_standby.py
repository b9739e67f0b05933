"""The standby beside its primary: the same names and workloads, none of the primary's stores."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.model import Run
from tests.shapes.names import claims
from tests.stacks.graph import custom, manifests, of_type, plain, short

ROOT = Path(__file__).parents[2]
COPIED = (
    "aws:dynamodb:Table",
    "aws:dynamodb:TableReplica",
    "aws:ecr:Repository",
    "aws:backup:Vault",
    "aws:backup:Plan",
)
GLOBAL = (
    "aws:cloudfront:Distribution",
    "aws:route53:HealthCheck",
    "aws:s3:BucketReplicationConfig",
)


def config(stack: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]
    return found


@pytest.fixture
def standby(run_of: Callable[[str], Run]) -> Run:
    """The run of the standby."""
    return run_of("production-dr")


@pytest.fixture
def production(run_of: Callable[[str], Run]) -> Run:
    """The run of its primary."""
    return run_of("production")


def test_it_stands_in_the_recovery_region_of_its_primary() -> None:
    primary, standby = config("production")["platform:stack"], config("production-dr")["platform:stack"]
    assert standby["region"] == primary["recovery_region"]
    assert standby["primary_region"] == primary["region"]
    for key in ("platform", "env", "tier", "account_id", "domain", "owner", "cost_center"):
        assert standby[key] == primary[key], key


def undelivered(section: Any) -> Any:  # noqa: ANN401 - any YAML value
    """The section without who delivers each part of it: in a standby Pulumi delivers everything."""
    if isinstance(section, dict):
        kept = {key: undelivered(value) for key, value in section.items() if key != "delivery"}
        return {key: value for key, value in kept.items() if key != "defaults" or value}
    return section


@pytest.mark.parametrize("section", ["mcp", "agents", "applications"])
def test_its_workloads_are_its_primarys(section: str) -> None:
    found = [undelivered(config(stack)[f"platform:{section}"]) for stack in ("production", "production-dr")]
    assert found[0] == found[1]


def test_what_it_finds_is_declared_as_its_primary_declares_it() -> None:
    """Names come from these keys: one more in production's file is one more here."""
    primary, standby = config("production")["platform:data"], config("production-dr")["platform:data"]
    replica = {
        name: {key: value for key, value in row.items() if key != "replica"} for name, row in primary["tables"].items()
    }
    assert standby["tables"] == replica
    for key in ("registry", "secrets", "services", "buckets", "database"):
        assert standby[key] == primary[key], key
    for name, row in primary["caches"].items():
        assert standby["caches"][name]["users"] == row["users"]
    assert "replicate" not in {
        **config("production")["platform:resilience"],
        **config("production-dr")["platform:resilience"],
    }


def test_it_makes_none_of_what_is_copied_and_nothing_that_there_is_once(standby: Run) -> None:
    made = {short(r.type) for r in custom(standby)}
    assert made.isdisjoint(COPIED)
    assert made.isdisjoint(GLOBAL)
    # zones of its own VPC, for endpoints without a private name, are no zone of the domain
    assert all(r.inputs.get("vpcs") for r in of_type(standby, "aws:route53:Zone"))
    assert [r for r in of_type(standby, "aws:route53:Record") if not r.inputs.get("aliases")] == []


def test_its_own_stores_are_those_that_live_in_its_network_or_are_not_copied(standby: Run) -> None:
    buckets = {str(r.inputs["bucket"]) for r in of_type(standby, "aws:s3:Bucket")}
    assert buckets == {f"toolboxai-production-{thing}-111122223333-us-west-2" for thing in ("loki", "tempo")}
    assert {r.name for r in of_type(standby, "aws:elasticache:ReplicationGroup")} == {"queue", "fast"}
    assert {r.name for r in of_type(standby, "aws:kms:Key")} == {"logs", "volumes"}


def test_what_it_makes_of_keys_and_what_it_finds_is_each_used_where_its_primary_uses_the_same(standby: Run) -> None:
    own = {str(r.outputs["arn"]) for r in of_type(standby, "aws:kms:Key")}
    for cache in of_type(standby, "aws:elasticache:ReplicationGroup"):
        key = str(cache.inputs["kmsKeyId"])
        assert key.startswith("arn:aws:kms:us-west-2:111122223333:key/mrk-")
        assert key not in own
    assert {str(r.inputs["kmsKeyId"]) for r in of_type(standby, "aws:cloudwatch:LogGroup")} <= own
    (cluster,) = of_type(standby, "aws:eks:Cluster")
    assert plain(cluster.inputs)["encryptionConfig"]["provider"]["keyArn"] not in own


def test_it_has_everything_that_a_database_needs_but_the_database(standby: Run, production: Run) -> None:
    for kind in ("aws:rds:Cluster", "aws:rds:ClusterInstance", "aws:appautoscaling:Target"):
        assert of_type(standby, kind) == []
        assert of_type(production, kind)
    for kind in ("aws:rds:SubnetGroup", "aws:rds:ClusterParameterGroup", "aws:rds:EventSubscription"):
        names = {r.name for r in of_type(production, kind)} - {"restore-test"}
        assert {r.name for r in of_type(standby, kind)} == names
    assert "database" in {r.name for r in of_type(standby, "aws:ec2:SecurityGroup")}
    assert "/aws/rds/cluster/toolboxai-production-database/postgresql" in {
        r.inputs["name"] for r in of_type(standby, "aws:cloudwatch:LogGroup")
    }
    assert standby.outputs.get("databaseEndpoint") is None
    assert production.outputs["databaseEndpoint"]


def test_production_copies_no_login_that_names_an_address_of_its_own_region(standby: Run, production: Run) -> None:
    own = {str(r.inputs["name"]) for r in of_type(standby, "aws:secretsmanager:Secret")}
    copied = {
        str(r.inputs["name"]) for r in of_type(production, "aws:secretsmanager:Secret") if r.inputs.get("replicas")
    }
    assert len(own) > 3
    assert copied
    assert own.isdisjoint(copied)
    assert own | copied == {str(r.inputs["name"]) for r in of_type(production, "aws:secretsmanager:Secret")}


def test_two_external_dns_of_one_zone_leave_each_others_records_alone(standby: Run, production: Run) -> None:
    owners = [
        plain(release.inputs)["values"]["txtOwnerId"]
        for run in (standby, production)
        for release in of_type(run, "kubernetes:helm.sh/v3:Release")
        if release.inputs["name"] == "external-dns"
    ]
    assert len(owners) == len(set(owners)) == 2


def test_velero_reads_what_its_primary_keeps_and_writes_nothing(standby: Run, production: Run) -> None:
    locations, schedules = [], []
    for run in (production, standby):
        (release,) = [r for r in of_type(run, "kubernetes:helm.sh/v3:Release") if r.inputs["name"] == "velero"]
        values = plain(release.inputs)["values"]
        (location,) = values["configuration"]["backupStorageLocation"]
        locations.append(location)
        schedules.append(values["schedules"])
    assert [location["accessMode"] for location in locations] == ["ReadWrite", "ReadOnly"]
    # S3 copies keys as they are, so the same prefix is where the primary's backups arrive
    assert locations[0]["prefix"] == locations[1]["prefix"]
    assert locations[1]["bucket"] == "toolboxai-production-velero-111122223333-us-west-2"
    assert schedules[0]
    assert schedules[1] == {}
    policies = [str(plain(r.inputs)["policy"]) for r in of_type(standby, "aws:iam:RolePolicy")]
    (velero,) = [policy for policy in policies if "-velero-111122223333-us-west-2" in policy]
    assert "s3:GetObject" in velero
    assert "s3:PutObject" not in velero
    assert "s3:DeleteObject" not in velero


def test_everything_runs_but_what_goes_to_the_database(standby: Run) -> None:
    """Started without one, it would hold an update up until that fails."""
    running = {
        (m["metadata"]["namespace"], m["metadata"]["name"]) for m in manifests(standby) if m["kind"] == "Deployment"
    }
    sections = {name: config("production")[f"platform:{name}"] for name in ("mcp", "agents", "applications")}
    assert {name for namespace, name in running if namespace == "mcp"} >= set(sections["mcp"]["servers"])
    assert {name for namespace, name in running if namespace == "mcp-agents"} >= {
        *sections["agents"]["agents"],
        "coordinator",
    }
    applications = {name for namespace, name in running if namespace == "toolboxai-production"}
    rows = sections["applications"]["applications"]
    waiting = {name for name, row in rows.items() if "database" in row}
    waiting |= {name for name, row in rows.items() if waiting & set(row.get("calls", ()))}
    assert waiting
    assert applications == set(rows) - waiting
    assert "database" not in {namespace for namespace, _ in running}
    jobs = {m["metadata"]["namespace"] for m in manifests(standby) if m["kind"] == "Job"}
    assert "database" not in jobs


def test_every_store_that_it_names_is_in_its_region_once(standby: Run, production: Run) -> None:
    """Its own, or a copy that production puts there."""
    there = {
        (claim.type.rpartition(":")[2], claim.name)
        for run in (standby, production)
        for resource in custom(run)
        if resource.type.startswith("aws:")
        for claim in claims(resource)
        if claim.where in ("us-west-2", "world")
    }
    buckets, vaults = standby.outputs["buckets"], standby.outputs["backupVaults"]
    assert isinstance(buckets, dict)
    assert isinstance(vaults, dict)
    secrets = {
        str((data.get("remoteRef") or data.get("extract"))["key"])
        for m in manifests(standby)
        if m["kind"] == "ExternalSecret"
        for data in [*(m["spec"].get("data") or []), *(m["spec"].get("dataFrom") or [])]
    }
    assert len(secrets) > 3
    named = {
        *(("Bucket", str(name)) for name in buckets.values()),
        *(("Vault", str(name)) for name in vaults.values()),
        *(("Secret", name) for name in secrets),
        *(("Alias", f"alias/toolboxai-production-{key}") for key in ("data", "secrets", "logs", "volumes", "backups")),
        ("Table", "toolboxai-production-mcp-contexts"),
    }
    assert named - there == set()
