"""What AWS Backup may do in the stack's name: only to its own stores, and to what restore tests make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from components.naming import Names
from components.pod_identity import Grant, document
from components.resilience.plans import Protected
from components.resilience.policies import Ground, backup_grants, restore_grants
from components.resilience.tiers import Tier
from tests.components.data_layer.deployment import Graph
from tests.components.data_layer.deployment import document as parsed
from tests.components.resilience.recovery import EXAMPLES

NAMES = Names("toolboxai", "production", "111122223333", "us-east-1")
CLUSTER = Protected("database", "Aurora", NAMES.arn("rds", "cluster:toolboxai-production-database"), Tier.CRITICAL)
INSTANCE = Protected("database", "RDS", NAMES.arn("rds", "db:aivo-production-database"), Tier.STANDARD)
TABLE = Protected("contexts", "DynamoDB", NAMES.arn("dynamodb", "table/toolboxai-production-contexts"), Tier.STANDARD)
KEYS = ["arn:aws:kms:us-east-1:111122223333:key/1", "arn:aws:kms:us-east-1:111122223333:key/2"]


def ground(*stores: Protected, region: str | None = "us-west-2") -> Ground:
    return Ground(NAMES, stores, region, KEYS)


def by_name(grants: list[Grant]) -> dict[str, Grant]:
    return {grant.name: grant for grant in grants}


@pytest.mark.parametrize("grants_of", [backup_grants, restore_grants])
@pytest.mark.parametrize("stores", [(CLUSTER,), (INSTANCE,), (TABLE,), (CLUSTER, TABLE)], ids=lambda it: it[-1].kind)
def test_everything_is_named_or_reasoned(
    grants_of: Callable[[Ground], list[Grant]], stores: tuple[Protected, ...]
) -> None:
    made = document(grants_of(ground(*stores)))
    for statement in made["Statement"]:
        for resource in statement["Resource"]:
            assert str(resource) != "*" or statement["Sid"].startswith("Reasoned"), statement["Sid"]
        assert all("*" not in action for action in statement["Action"])


@pytest.mark.parametrize("grants_of", [backup_grants, restore_grants])
def test_a_kind_that_is_not_there_is_not_allowed(grants_of: Callable[[Ground], list[Grant]]) -> None:
    def services(*stores: Protected) -> set[str]:
        return {action.partition(":")[0] for grant in grants_of(ground(*stores)) for action in grant.actions}

    assert "dynamodb" not in services(CLUSTER)
    assert "rds" not in services(TABLE)
    assert {"rds", "dynamodb"} <= services(CLUSTER, TABLE)


def test_backups_are_made_of_the_own_stores_alone() -> None:
    grants = by_name(backup_grants(ground(CLUSTER, TABLE)))
    assert list(grants["SnapshotCluster"].resources) == [
        CLUSTER.arn,
        "arn:aws:rds:us-east-1:111122223333:cluster-snapshot:awsbackup:*",
        "arn:aws:rds:us-west-2:111122223333:cluster-snapshot:awsbackup:*",
    ]
    assert list(grants["Tables"].resources) == [TABLE.arn]
    assert list(grants["TableBackups"].resources) == [f"{TABLE.arn}/backup/*"]
    assert list(grants["Vaults"].resources) == [
        "arn:aws:backup:us-east-1:111122223333:backup-vault:toolboxai-production-*",
        "arn:aws:backup:us-west-2:111122223333:backup-vault:toolboxai-production-*",
    ]


def test_without_copies_no_other_region_is_named() -> None:
    grants = backup_grants(ground(CLUSTER, TABLE, region=None))
    assert "CopyFromVault" not in by_name(grants)
    assert not any("us-west-2" in str(resource) for grant in grants for resource in grant.resources)


def test_keys_are_used_through_the_stores_services() -> None:
    for grants in (backup_grants(ground(TABLE)), restore_grants(ground(TABLE))):
        named = by_name(grants)
        assert named["GrantKeys"].conditions == {"Bool": {"kms:GrantIsForAWSResource": "true"}}
        through = named["UseKeys"].conditions["StringEquals"]["kms:ViaService"]
        assert set(through) == {
            f"{s}.{r}.amazonaws.com" for s in ("rds", "dynamodb") for r in ("us-east-1", "us-west-2")
        }
        assert all(list(named[name].resources) == KEYS for name in ("SeeKeys", "UseKeys", "GrantKeys"))


def test_a_restore_test_touches_no_store() -> None:
    """Every action that writes is on what is named as a test."""
    reads = ("Describe", "List", "Get", "Query", "Scan")
    for grant in restore_grants(ground(CLUSTER, INSTANCE, TABLE)):
        writes = [a for a in grant.actions if not a.partition(":")[2].startswith(reads) and not a.startswith("kms:")]
        stores = [r for r in grant.resources if str(r).split(":")[-1].startswith(("toolboxai", "table/toolboxai"))]
        assert not (writes and stores), grant.name
        if any("Delete" in action for action in writes):
            assert all("awsbackup-restore-test-" in str(resource) for resource in grant.resources), grant.name


def statements(graph: Graph, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = parsed(graph.one("aws:iam/rolePolicy:RolePolicy", name).inputs["policy"])["Statement"]
    return found


@pytest.mark.parametrize("stack", sorted(EXAMPLES))
def test_the_roles_are_aws_backup_s_alone(graph_of: Callable[[str], Graph], stack: str) -> None:
    graph = graph_of(stack)
    roles = [r for r in graph.of_type("aws:iam/role:Role") if r.name.endswith(("-backup", "-restore-test"))]
    assert len(roles) == 1 + bool(EXAMPLES[stack][2].get("restore_tests", True))
    for role in roles:
        (statement,) = parsed(role.inputs["assumeRolePolicy"])["Statement"]
        assert statement["Principal"] == {"Service": "backup.amazonaws.com"}
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}
    assert statements(graph, "backup")


def test_selections_wait_for_their_rights(production: Graph) -> None:
    policy = production.one("aws:iam/rolePolicy:RolePolicy", "backup").urn
    for selection in production.of_type("aws:backup/selection:Selection"):
        assert policy in production.ancestors(selection.urn)
    tests = production.one("aws:iam/rolePolicy:RolePolicy", "restore-test").urn
    for test in production.of_type("aws:backup/restoreTestingSelection:RestoreTestingSelection"):
        assert tests in production.ancestors(test.urn)
