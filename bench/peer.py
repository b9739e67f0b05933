"""The peer: the same resources as a user would declare them by the SDKs' own documents.

Every resource of a recorded stack (``.sandbox/<stack>/stack.json``) is made by its typed SDK class under the SDK's
own mocks, with its parent, provider and dependencies, and with the garbage collector as Python starts it. Values are
the resolved ones, so the peer does *less* than a program that passes outputs about.

    python -m bench.peer STACK_JSON
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime.stack import run_pulumi_func
from pulumi.runtime.sync_await import _sync_await

SECRET = "4dabf18193072939515e22adb298388d"  # noqa: S105 - the engine's signature of a secret, no secret
ENGINE_TYPES = frozenset({"pulumi:pulumi:Stack", "pulumi:providers:pulumi"})
"""What the engine makes for itself: no program declares it."""


class Mocks(pulumi.runtime.Mocks):
    """What the SDK's documents show: every resource's outputs are its inputs."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """An id by name, and the inputs as outputs."""
        return f"{args.name}-id", dict(args.inputs)

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        """No invoke returns anything."""
        del args
        return {}, None


@cache
def resource_class(token: str) -> tuple[Callable[..., pulumi.Resource], frozenset[str]]:
    """The typed class of a type token, and the keyword names that it takes."""
    package, module, name = token.split(":")
    if package == "pulumi":  # a provider: pulumi:providers:aws
        found = importlib.import_module(f"pulumi_{name}").Provider
    elif package == "kubernetes":
        group, version = module.split("/")
        sdk = importlib.import_module("pulumi_kubernetes")
        versions = getattr(sdk, group.split(".")[0], None)
        found = getattr(getattr(versions, version, None), name, None) or sdk.apiextensions.CustomResource
    else:
        # modules load lazily: an attribute of the package, never an import of their own
        sdk = importlib.import_module(f"pulumi_{package}")
        part = module.split("/")[0]
        found = getattr(sdk if part == "index" else getattr(sdk, part), name)
    names = frozenset(inspect.signature(found._internal_init).parameters)  # noqa: SLF001
    return found, names


@cache
def snake(key: str) -> str:
    """The Python name of a property."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", key).lower()


def plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """The value with placeholders for secrets."""
    if isinstance(value, dict):
        return "placeholder" if SECRET in value else {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value


def declare(resources: list[dict[str, Any]]) -> None:
    """Make every resource, in the order recorded."""
    made: dict[str, pulumi.Resource] = {}
    for item in resources:
        if item["type"] in ENGINE_TYPES:
            continue
        name = item["urn"].rsplit("::", 1)[1]
        provider = made.get(item.get("provider", "").rsplit("::", 1)[0])
        options = pulumi.ResourceOptions(
            parent=made.get(item.get("parent", "")),
            provider=provider if isinstance(provider, pulumi.ProviderResource) else None,
            depends_on=[made[urn] for urn in item.get("dependencies", []) if urn in made] or None,
            protect=item.get("protect"),
        )
        if not item["custom"]:
            made[item["urn"]] = pulumi.ComponentResource(item["type"], name, None, options)
            continue
        cls, names = resource_class(item["type"])
        given = {snake(k): plain(v) for k, v in item.get("inputs", {}).items() if not k.startswith("__")}
        if item["type"].startswith("kubernetes:"):
            given = {("api_version" if k == "api_version" else k): v for k, v in given.items()}
        made[item["urn"]] = cls(name, opts=options, **{k: v for k, v in given.items() if k in names})


def main(path: Path) -> None:
    """Declare the resources of the export at ``path`` and wait until the SDK has registered them all."""
    resources = json.loads(path.read_text())["deployment"]["resources"]
    pulumi.runtime.set_mocks(Mocks(), project="platform", stack=path.parent.name)
    _sync_await(run_pulumi_func(lambda: declare(resources)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
