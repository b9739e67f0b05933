"""What a role may do, each statement with the reason why, and documents that IAM takes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from components.naming import Names

MANAGED_LIMIT: Final = 6_144
"""Characters of a managed policy, white space not counted (IAM quotas)."""
ATTACHED_LIMIT: Final = 10
"""Managed policies that a role may have (IAM quotas, default)."""
TRUST_LIMIT: Final = 2_048
"""Characters of a trust policy (IAM quotas, default)."""
_NAME: Final = re.compile(r"^[A-Z][A-Za-z0-9]{3,50}$")
_BARE: Final = re.compile(r"^(\*|arn:aws:[^:]+:[^:]*:[^:]*:\*)$")
"""A resource that names nothing: every resource, or all that a service has in the account."""

Condition: TypeAlias = Mapping[str, Mapping[str, "str | list[str]"]]
Document: TypeAlias = "dict[str, str | list[dict[str, object]]]"


@dataclass(frozen=True)
class Allow:
    """One thing that a role may do, and why it must be able to.

    The statement's id begins with ``Reasoned`` where an action or the resource is a pattern for many: whoever reviews
    the policy in AWS finds those by it, and ``reason`` stands here, next to them. ``ValueError`` without a reason.
    """

    name: str
    actions: Sequence[str]
    resources: Sequence[str]
    reason: str
    condition: Condition = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _NAME.match(self.name):
            raise ValueError(f"{self.name!r}: a statement's name is CamelCase, letters and digits only")
        if not self.actions or not self.resources or not self.reason:
            raise ValueError(f"{self.name}: actions, resources and a reason are needed")
        for action in self.actions:
            service, _, call = action.partition(":")
            if not call or "*" in service or set(call) <= {"*", "?"}:
                raise ValueError(f"{self.name}: {action!r} is a whole service's actions; name them, or their verb")

    @property
    def broad(self) -> bool:
        """Whether it is about more than it names."""
        return any("*" in action for action in self.actions) or any(_BARE.match(it) for it in self.resources)

    def statement(self) -> dict[str, object]:
        """As IAM reads it."""
        made: dict[str, object] = {
            "Sid": f"Reasoned{self.name}" if self.broad else self.name,
            "Effect": "Allow",
            "Action": list(self.actions),
            "Resource": list(self.resources),
        }
        if self.condition:
            made["Condition"] = {operator: dict(keys) for operator, keys in self.condition.items()}
        return made


@dataclass(frozen=True)
class Deny:
    """One thing that stays closed, whatever else a role is given."""

    name: str
    actions: Sequence[str]
    resources: Sequence[str]
    reason: str
    condition: Condition = field(default_factory=dict)

    def statement(self) -> dict[str, object]:
        """As IAM reads it."""
        made: dict[str, object] = {
            "Sid": self.name,
            "Effect": "Deny",
            "Action": list(self.actions),
            "Resource": list(self.resources),
        }
        if self.condition:
            made["Condition"] = {operator: dict(keys) for operator, keys in self.condition.items()}
        return made


def size(document: Document) -> int:
    """Characters of ``document`` as IAM counts them."""
    return len(json.dumps(document, separators=(",", ":")))


def document(name: str, statements: Sequence[Allow | Deny], *, limit: int = MANAGED_LIMIT) -> Document:
    """The policy document of ``statements``. ``ValueError`` where two have one name or IAM would find it too long."""
    names = [statement.name for statement in statements]
    if len(set(names)) != len(names):
        raise ValueError(f"{name}: statements need different names: {', '.join(sorted(names))}")
    made: Document = {"Version": "2012-10-17", "Statement": [statement.statement() for statement in statements]}
    if size(made) > limit:
        raise ValueError(f"{name}: {size(made)} characters, and a policy holds {limit}: cut it in two")
    return made


@dataclass(frozen=True)
class Estate:
    """What a deploy role looks after: one environment, in its region and where its copies are."""

    names: Names
    recovery_region: str | None

    @property
    def regions(self) -> list[str]:
        """Where it works: also in us-east-1, which CloudFront's certificates and firewalls live in."""
        return sorted({self.names.region, "us-east-1", *filter(None, (self.recovery_region,))})

    @property
    def prefix(self) -> str:
        """How everything of the environment is called."""
        return self.names.prefix

    def arn(self, service: str, resource: str) -> str:
        """``resource`` in any region; which regions there are, the guard says once for all."""
        return f"arn:aws:{service}:*:{self.names.account_id}:{resource}"

    def arns(self, service: str, *resources: str) -> list[str]:
        """The same for several."""
        return [self.arn(service, resource) for resource in resources]

    def everywhere(self, service: str, *resources: str) -> list[str]:
        """Resources of a service that has no regions."""
        return [f"arn:aws:{service}::{self.names.account_id}:{resource}" for resource in resources]
