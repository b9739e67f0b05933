"""Levels of access, as roles and bindings: what a stack has no team for is shown here."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from components.eks_cluster.settings import Access, AccessLevel
from components.eks_cluster.teams import Teams
from components.kubernetes.namespace import NamespaceDeclaration, namespace_manifests
from components.kubernetes.team_access import TeamLevel, cluster_viewers, team_binding, team_roles
from tests.rbac import Right, rights

ROLE = "arn:aws:iam::111122223333:role"
TEAMS = Teams.of(
    {
        "ops": Access(principal=f"{ROLE}/ops", level=AccessLevel.ADMIN),
        "devs": Access(principal=f"{ROLE}/devs", level=AccessLevel.DEVELOPER, namespaces=["mcp"]),
        "desk": Access(principal=f"{ROLE}/desk", level=AccessLevel.READ_ONLY, namespaces=["mcp", "kube-system"]),
        "audit": Access(principal=f"{ROLE}/audit", level=AccessLevel.READ_ONLY),
        "fire": Access(principal=f"{ROLE}/fire", level=AccessLevel.BREAK_GLASS),
    }
)


def objects(*, production: bool) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = [dict(m.to_dict()) for m in team_roles(get_args(TeamLevel), production=production)]
    made.append(dict(cluster_viewers(TEAMS.everywhere).to_dict()))
    for ns in (
        NamespaceDeclaration(name="mcp"),
        NamespaceDeclaration(name="monitoring"),
        NamespaceDeclaration(name="kube-system", exists=True, closes="nothing"),
    ):
        declared = ns.model_copy(update={"teams": TEAMS.of_namespace(ns)})
        made += [dict(m.to_dict()) for m in namespace_manifests(declared)]
    return made


def changed(found: set[Right]) -> set[tuple[str, str]]:
    return {(r.resource, r.verb) for r in found if r.verb not in {"get", "list", "watch"}}


def test_groups_act_where_their_entry_says() -> None:
    where = {g: {r.namespace for r in rights(objects(production=True), f"platform:{g}")} for g in ("devs", "desk")}
    assert where == {"devs": {"mcp"}, "desk": {"mcp", "kube-system"}}
    assert {r.namespace for r in rights(objects(production=True), "platform:audit")} == {None}
    assert {r.namespace for r in rights(objects(production=True), "platform:ops")} == {None, "mcp", "monitoring"}
    assert rights(objects(production=True), "platform:fire") == set()
    assert TEAMS.everywhere == ("platform:ops", "platform:audit")


def test_a_developer_in_production_restarts_and_no_more() -> None:
    there = rights(objects(production=True), "platform:devs")
    assert changed(there) == {("pods", "delete")}
    assert "pods/log" not in {r.resource for r in there}
    here = changed(rights(objects(production=False), "platform:devs"))
    assert here >= {("deployments", "patch"), ("pods/exec", "create"), ("jobs", "create")}


def test_an_admin_in_production_steers_what_is_there() -> None:
    found = changed(rights(objects(production=True), "platform:ops"))
    assert found >= {("deployments", "patch"), ("deployments/scale", "update"), ("pods", "delete")}
    assert not {verb for _, verb in found} & {"create", "deletecollection"}


@pytest.mark.parametrize("level", get_args(TeamLevel))
def test_a_binding_names_its_role(level: TeamLevel) -> None:
    binding = team_binding("mcp", level, ["platform:x"]).to_dict()
    (role,) = team_roles([level], production=True)
    assert role.metadata is not None
    assert binding["roleRef"]["name"] == role.metadata.name
