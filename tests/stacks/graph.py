"""Questions that tests ask of a stack's graph, in words of their own: nothing here uses the program's code."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pulumi_aws

from sandbox.model import Resource, Run, Secret, Unknown
from tests import delivered

MANDATORY_TAGS = {"Project", "Environment", "Owner", "CostCenter", "DataClass", "ManagedBy"}


def custom(run: Run) -> list[Resource]:
    """Every resource that a provider makes, providers themselves left out."""
    return [r for r in run.resources if r.custom and not r.type.startswith("pulumi:providers:")]


def of_type(run: Run, *types: str) -> list[Resource]:
    """Every resource of one of ``types``, given without the package's module path: ``aws:s3:Bucket``."""
    return [r for r in run.resources if short(r.type) in types]


def short(token: str) -> str:
    """``aws:s3:Bucket`` from ``aws:s3/bucket:Bucket``."""
    package, module, name = token.split(":")
    return ":".join((package, module.split("/")[0], name)) if package == "aws" else token


def manifests(run: Run) -> list[dict[str, Any]]:
    """Every Kubernetes object of ours, as the API server would be sent it, by the update or by Argo CD."""
    return [*applied(run), *delivered.objects(run.stack).values()]


def applied(run: Run) -> list[dict[str, Any]]:
    """Those that the update itself sends."""
    return [
        plain(r.inputs)
        for r in run.resources
        if r.type.startswith("kubernetes:") and not r.type.startswith("kubernetes:helm")
    ]


def plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """The value with secrets as a mark."""
    if isinstance(value, Secret):
        return "[secret]"
    if isinstance(value, Mapping):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value


def leaves(value: Any) -> Iterator[Any]:  # noqa: ANN401 - any JSON value
    """Every value in it that holds no others."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def unresolved(value: Any) -> list[Any]:  # noqa: ANN401 - any JSON value
    """Everything in it that no deployment could send: unknowns, and outputs turned into text by mistake."""
    return [
        leaf
        for leaf in leaves(value)
        if isinstance(leaf, Unknown)
        or (isinstance(leaf, str) and ("04da6b54-80e4-46f7-96ec-b56ff0331ba9" in leaf or "Calling __str__ on" in leaf))
        or (isinstance(leaf, str) and "<pulumi.output.Output object" in leaf)
    ]


@cache
def taggable(token: str) -> bool:
    """Whether the SDK's class of an AWS type takes ``tags``."""
    package, module, name = token.split(":")
    if package != "aws":
        return False
    cls = getattr(getattr(pulumi_aws, module.split("/")[0]), name)
    return "tags" in inspect.signature(cls._internal_init).parameters


def reaches(run: Run, start: Resource) -> set[str]:
    """The URNs that ``start`` waits for, directly or through others: dependencies, parents and providers."""
    by_urn = {r.urn: r for r in run.resources}
    seen: set[str] = set()
    todo = [start.urn]
    while todo:
        here = by_urn.get(todo.pop())
        if here is None:
            continue
        near = [*here.dependencies, here.provider.rsplit("::", 1)[0], here.deleted_with]
        near += [urn for urns in here.property_dependencies.values() for urn in urns]
        fresh = {urn for urn in near if urn} - seen
        seen |= fresh
        todo += fresh
    return seen
