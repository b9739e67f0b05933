"""The loss of the region, as its page has it: what is to be typed fits the platform, and brings the database back."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from typing import Any, Final

import pytest
import yaml

from sandbox.cost import estimate
from sandbox.engine import run_program
from sandbox.model import Run
from tests import iam
from tests.account import graph
from tests.account.conftest import account_of
from tests.projects import project_with
from tests.stacks.conftest import ROOT, export_path, run_of
from tests.stacks.graph import manifests, of_type, plain, reaches

__all__ = ["account_of", "export_path", "run_of"]

PAGE: Final = ROOT / "docs" / "runbooks" / "scenarios" / "region.md"
POINT: Final = (
    "arn:aws:rds:us-west-2:111122223333:cluster-snapshot:awsbackup:copyjob-0a1b2c3d-0a1b-4c5d-8e9f-0a1b2c3d4e5f"
)


def typed() -> str:
    """All blocks of the page, each command on one line."""
    found = re.findall(r"^ *```bash\n(.*?)^ *```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    return re.sub(r" *\\\n *", " ", "\n".join(found))


def changes() -> dict[str, object]:
    """What the page sets, by path; numbers and truth values are read as such (pulumi config set --path)."""
    found: dict[str, object] = {}
    for line in typed().splitlines():
        words = shlex.split(line)
        if words[:4] == ["pulumi", "config", "set", "--path"]:
            found[words[4]] = int(words[5]) if words[5].isdecimal() else words[5].replace("$POINT", POINT)
    return found


@pytest.fixture(scope="module")
def restored(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The standby after the page's third step."""
    root = tmp_path_factory.mktemp("restored")
    settings: dict[str, Any] = yaml.safe_load((ROOT / "Pulumi.production-dr.yaml").read_text())
    for path, value in changes().items():
        section, *way, last = path.split(".")
        here = settings["config"][section]
        for part in way:
            here = here[part]
        here[last] = value
    return run_program("production-dr", root=project_with(root, "production-dr", settings["config"]))


def test_the_page_sets_what_a_recovery_takes() -> None:
    assert changes() == {
        "platform:data.database.snapshot_arn": POINT,
        "platform:clusters.main.node_groups.general.desired": 5,
        "platform:clusters.main.node_groups.general.min": 5,
        "platform:cost.monthly_usd": 3500,
    }


def test_the_database_begins_from_the_recovery_point(restored: Run, run_of: Callable[[str], Run]) -> None:
    (cluster,) = of_type(restored, "aws:rds:Cluster")
    (lost,) = of_type(run_of("production"), "aws:rds:Cluster")
    assert cluster.inputs["snapshotIdentifier"] == POINT
    assert cluster.inputs["clusterIdentifier"] == lost.inputs["clusterIdentifier"]
    assert "snapshotIdentifier" in cluster.ignore_changes
    assert cluster.protect
    # under the data key of its own region, not the vault's
    assert (
        cluster.inputs["kmsKeyId"] == plain(of_type(restored, "aws:elasticache:ReplicationGroup")[0].inputs)["kmsKeyId"]
    )
    assert len(of_type(restored, "aws:rds:ClusterInstance")) == len(
        of_type(run_of("production"), "aws:rds:ClusterInstance")
    )
    assert restored.outputs["databaseEndpoint"]


def test_what_waited_for_the_database_starts_after_it(restored: Run, run_of: Callable[[str], Run]) -> None:
    (cluster,) = of_type(restored, "aws:rds:Cluster")
    warm = {(m["kind"], m["metadata"]["name"]) for m in manifests(run_of("production-dr"))}
    begun = [
        r
        for r in of_type(restored, "kubernetes:apps/v1:Deployment", "kubernetes:batch/v1:Job")
        if plain(r.inputs)["metadata"]["namespace"] == "database"
    ]
    assert len(begun) >= 2
    for resource in begun:
        assert (plain(resource.inputs)["kind"], plain(resource.inputs)["metadata"]["name"]) not in warm
        assert cluster.urn in reaches(restored, resource)


def test_its_cost_fits_the_budget_that_is_raised_with_it(restored: Run) -> None:
    (budget,) = of_type(restored, "aws:budgets:Budget")
    assert estimate(restored).monthly_usd < float(str(budget.inputs["limitAmount"])) == 3500


def test_the_regions_deploy_role_may_restore_it(account_of: Callable[[str], Run]) -> None:
    rights = iam.Rights(graph.policies_of(account_of("toolboxai-production-us-west-2"), "deploy").values())
    assert rights.allow("rds:RestoreDBClusterFromSnapshot", POINT)
    assert rights.allow(
        "rds:RestoreDBClusterFromSnapshot", "arn:aws:rds:us-west-2:111122223333:cluster:toolboxai-production-database"
    )


def test_names_on_the_page_are_the_platforms(run_of: Callable[[str], Run]) -> None:
    text = typed()
    vaults = run_of("production-dr").outputs["backupVaults"]
    assert isinstance(vaults, dict)
    assert re.findall(r"--backup-vault-name (\S+)", text) == [vaults["database"]]
    (check,) = of_type(run_of("production"), "aws:route53:HealthCheck")
    assert re.findall(r"FullyQualifiedDomainName=='([^']+)'", text) == [check.inputs["fqdn"]]
    hosts = run_of("production-dr").outputs["hosts"]
    assert isinstance(hosts, dict)
    assert f"dig +short {hosts['origin']}" in text
    assert f"https://{hosts['api']}/health" in text
    (cluster,) = of_type(run_of("production"), "aws:rds:Cluster")
    assert re.findall(r"--db-cluster-identifier (\S+)", text) == [cluster.inputs["clusterIdentifier"]]


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)", PAGE.read_text()):
        assert (PAGE.parent / target).is_file(), target
