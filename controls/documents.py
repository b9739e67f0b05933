"""Policy documents of IAM, read: statements, their actions, resources and principals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from controls.graph import Graph, Json, Resource, aws, dig, document, rows, texts


@dataclass(frozen=True)
class Statement:
    """One statement of a document."""

    sid: str
    allow: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    principals: tuple[str, ...]
    """AWS principals; ``*`` is everybody."""
    services: tuple[str, ...]
    conditions: Json

    def may(self, action: str) -> bool:
        """Whether it allows ``action``, by name or by pattern."""
        return self.allow and any(fnmatchcase(action.lower(), pattern.lower()) for pattern in self.actions)


def statements(value: Json) -> Iterator[Statement]:
    """The statements of a document that stands as text or as an object."""
    found = document(value)
    for row in rows(dig(found, "Statement")):
        principal = row.get("Principal")
        named = principal if isinstance(principal, dict) else {"AWS": principal}
        yield Statement(
            sid=str(row.get("Sid", "")),
            allow=row.get("Effect") == "Allow",
            actions=tuple(texts(row.get("Action"))),
            resources=tuple(texts(row.get("Resource"))),
            principals=tuple(texts(named.get("AWS"))),
            services=tuple(texts(named.get("Service"))),
            conditions=row.get("Condition"),
        )


def inline(graph: Graph) -> Iterator[tuple[Resource, str, Statement]]:
    """Statements of the documents that stand inside a role, user or group: resource, property, statement."""
    for resource in graph.of(aws("iam.RolePolicy"), aws("iam.UserPolicy"), aws("iam.GroupPolicy")):
        for statement in statements(resource.get("policy")):
            yield resource, "policy", statement
    for role in graph.of(aws("iam.Role")):
        for row in role.rows("inlinePolicies"):
            for statement in statements(row.get("policy")):
                yield role, "inlinePolicies", statement


def managed(graph: Graph) -> Iterator[tuple[Resource, str, Statement]]:
    """Statements of the policies that stand on their own, boundaries left out: those give nothing to anybody.

    AWS's own rules leave them out too (``excludePermissionBoundaryPolicy``).
    """
    boundaries = _boundaries(graph)
    for resource in graph.of(aws("iam.Policy")):
        if resource.outputs.get("arn") in boundaries:
            continue
        for statement in statements(resource.get("policy")):
            yield resource, "policy", statement


def _boundaries(graph: Graph) -> set[Json]:
    """ARNs of policies that are a role's boundary, or that a new role must have, and that are attached to nothing."""
    named: set[Json] = {role.get("permissionsBoundary") for role in graph.of(aws("iam.Role"))}
    for resource in graph.of(aws("iam.Policy")):
        for statement in statements(resource.get("policy")):
            conditions = statement.conditions if isinstance(statement.conditions, dict) else {}
            for keys in conditions.values():
                if isinstance(keys, dict):
                    named |= set(texts(keys.get("iam:PermissionsBoundary")))
    attached = {
        it.get("policyArn")
        for it in graph.of(
            aws("iam.RolePolicyAttachment"), aws("iam.UserPolicyAttachment"), aws("iam.PolicyAttachment")
        )
    }
    return named - attached - {None}


__all__ = ["Statement", "inline", "managed", "statements"]
