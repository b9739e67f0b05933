"""Questions that the tests ask of an account's graph."""

from __future__ import annotations

import json
from typing import Any

from sandbox.model import Resource, Run, Value


def of_type(run: Run, token: str) -> list[Resource]:
    """Every resource of a type."""
    return [resource for resource in run.resources if resource.type == token]


def one(run: Run, token: str, name: str | None = None) -> Resource:
    """The one resource of a type, or of a type and name."""
    found = [it for it in of_type(run, token) if name is None or it.name == name]
    assert len(found) == 1, f"{len(found)} of {token} {name or ''}"
    return found[0]


def document(value: Value) -> dict[str, Any]:
    """A JSON document that stands as text in a property."""
    assert isinstance(value, str)
    found: dict[str, Any] = json.loads(value)
    return found


def policies_of(run: Run, role: str) -> dict[str, dict[str, Any]]:
    """The documents that a role has: of its own, and of the policies of ours attached to it, by logical name."""
    (name,) = [it.inputs["name"] for it in of_type(run, "aws:iam/role:Role") if it.name == role]
    own = {
        it.name: document(it.inputs["policy"])
        for it in of_type(run, "aws:iam/rolePolicy:RolePolicy")
        if it.inputs["role"] == name
    }
    managed = {it.outputs["arn"]: it for it in of_type(run, "aws:iam/policy:Policy")}
    attached = [
        managed[it.inputs["policyArn"]]
        for it in of_type(run, "aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if it.inputs["role"] == name
    ]
    return {**own, **{it.name: document(it.inputs["policy"]) for it in attached}}


def ancestors(run: Run, urn: str) -> set[str]:
    """Everything that must stand before the resource of that URN."""
    by_urn = {it.urn: it for it in run.resources}
    seen: set[str] = set()
    waiting = [urn]
    while waiting:
        here = by_urn[waiting.pop()]
        needs = {*here.dependencies, *(it for urns in here.property_dependencies.values() for it in urns)} - seen
        seen |= needs
        waiting += needs
    return seen
