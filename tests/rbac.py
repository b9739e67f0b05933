"""Who may do what in a cluster: the API's role-based rules, evaluated on plain dicts, without a line of the kit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

Object = Mapping[str, Any]


class Right(NamedTuple):
    """One verb on one resource, in a namespace or (``None``) in the whole cluster."""

    group: str
    resource: str
    verb: str
    namespace: str | None


def rules(objects: Iterable[Object]) -> Iterator[tuple[str, Object]]:
    """Every rule of every role, with the role's kind and name."""
    for obj in objects:
        if obj["kind"] in {"Role", "ClusterRole"}:
            assert "aggregationRule" not in obj
            for rule in obj.get("rules") or ():
                yield f"{obj['kind']}/{obj['metadata']['name']}", rule


def rights(objects: Iterable[Object], group: str) -> set[Right]:
    """Everything that members of ``group`` may do."""
    objects = list(objects)
    roles = {
        (o["kind"], o["metadata"].get("namespace"), o["metadata"]["name"]): o.get("rules") or ()
        for o in objects
        if o["kind"] in {"Role", "ClusterRole"}
    }
    found: set[Right] = set()
    for binding in objects:
        if binding["kind"] not in {"RoleBinding", "ClusterRoleBinding"}:
            continue
        if not any(s["kind"] == "Group" and s["name"] == group for s in binding.get("subjects") or ()):
            continue
        where = binding["metadata"].get("namespace") if binding["kind"] == "RoleBinding" else None
        ref = binding["roleRef"]
        home = where if ref["kind"] == "Role" else None
        for rule in roles[ref["kind"], home, ref["name"]]:
            found |= {
                Right(api, resource, verb, where)
                for api in rule["apiGroups"]
                for resource in rule["resources"]
                for verb in rule["verbs"]
            }
    return found
