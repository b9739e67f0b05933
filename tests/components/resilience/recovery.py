"""Example stacks with stores and resilience, run by the sandbox's engine from settings given as data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

from components.cluster_services import ClusterServicesSettings
from components.context import StackIdentity
from components.data_layer import DataLayerSettings
from components.model import Problem
from components.resilience import ResilienceSettings, RpoRow, check, rpo_table
from sandbox.engine import run_program
from settings.problems import dotted, validate
from tests.components.data_layer.deployment import DEV, PRODUCTION, STAGING, Graph, settings_of

NO_VELERO: Final = {"tier": "rebuilt", "region_tier": "rebuilt", "velero_hours": None}
RARELY: Final = {"tier": "non-critical", "region_tier": "non-critical"}
EXAMPLES: Final[dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]] = {
    # identity, data, resilience
    "dev": (
        DEV,
        settings_of("dev"),
        {
            "lock": "off",
            "region_loss": "accepted",
            "restore_tests": False,
            "database": RARELY,
            "tables": dict.fromkeys(settings_of("dev")["tables"], RARELY),
            "cluster": NO_VELERO,
        },
    ),
    "staging": (
        STAGING,
        settings_of("staging"),
        {"lock": "governance", "region_loss": "accepted", "cluster": NO_VELERO},
    ),
    "production": (
        PRODUCTION,
        settings_of("production"),
        {"lock": "compliance", "mail": ["platform@example.com"], "cluster": NO_VELERO},
    ),
    "aivo": (
        {**PRODUCTION, "platform": "aivo", "domain": "aivo.example.com"},
        settings_of("instance"),
        {
            "lock": "governance",
            "every_hours": {"standard": 4},
            "database": {"tier": "standard", "region_tier": "non-critical"},
            "cluster": NO_VELERO,
        },
    ),
}

_NETWORK: Final = {"cidr": "10.1.0.0/16", "zones": ["us-east-1a", "us-east-1b"], "interface_endpoints": []}
_PROGRAM: Final = """
import pulumi
from components.context import Context, StackIdentity
from components.data_layer import DataLayer, DataLayerSettings
from components.keys import Keys
from components.networking import Networking, NetworkingSettings
from components.resilience import Resilience, ResilienceSettings

config = pulumi.Config()
context = Context.create(StackIdentity.model_validate(config.require_object("stack")))
own = pulumi.ResourceOptions(providers=context.providers)
keys = Keys("keys", context, own)
network = NetworkingSettings.model_validate(config.require_object("networking"))
networking = Networking("networking", network, context, keys, own)
stores = DataLayerSettings.model_validate(config.require_object("data"))
data = DataLayer("data", stores, context, networking, keys, own)
settings = ResilienceSettings.model_validate(config.require_object("resilience"))
resilience = Resilience("resilience", settings, context, networking, keys, data, own)
pulumi.export("topic", resilience.topic_arn)
pulumi.export("vaults", dict(resilience.vault_names))
pulumi.export("replicas", dict(resilience.replica_bucket_names))
pulumi.export("rows", len(resilience.rows))
"""


def deploy(root: Path, stack: str) -> Graph:
    """Run an example stack in the empty directory ``root``."""
    identity, data, resilience = EXAMPLES[stack]
    config = {
        "platform:stack": identity,
        "platform:networking": _NETWORK,
        "platform:data": data,
        "platform:resilience": resilience,
    }
    (root / "Pulumi.yaml").write_text(
        "name: platform\nruntime: python\nconfig:\n  pulumi:disable-default-providers:\n    value: ['*']\n"
    )
    (root / "Pulumi.test.yaml").write_text(json.dumps({"config": config}))
    (root / "__main__.py").write_text(_PROGRAM)
    return Graph(run_program("test", root=root))


def merged(base: Mapping[str, Any], *changes: Mapping[str, Any]) -> dict[str, Any]:
    """``base`` with each change laid over it, objects key by key."""
    result = deepcopy(dict(base))
    for change in changes:
        for key, value in change.items():
            below = result.get(key)
            both = isinstance(below, dict) and isinstance(value, Mapping)
            result[key] = merged(below, value) if both and below is not None else deepcopy(value)
    return result


def table(
    stack: str, resilience: Mapping[str, Any] | None = None, data: Mapping[str, Any] | None = None
) -> list[RpoRow]:
    """The rows of an example stack, with changes to its sections."""
    identity, stores, own = EXAMPLES[stack]
    return rpo_table(
        StackIdentity.model_validate(identity),
        DataLayerSettings.model_validate(merged(stores, data or {})),
        ResilienceSettings.model_validate(merged(own, resilience or {})),
    )


def refused(
    stack: str,
    resilience: Mapping[str, Any] | None = None,
    *,
    data: Mapping[str, Any] | None = None,
    identity: Mapping[str, Any] | None = None,
    operators: list[str] | None = None,
) -> list[tuple[str, object, str]]:
    """Key, value and advice of everything that is refused of an example stack with changes."""
    who, stores, own = EXAMPLES[stack]
    raw = merged(own, resilience or {})
    settings, problems = validate(ResilienceSettings, raw)
    if problems:
        return [("resilience." + dotted(p.path), p.value, p.allowed) for p in problems]
    assert isinstance(settings, ResilienceSettings)
    found: list[Problem] = list(
        check(
            StackIdentity.model_validate(merged(who, identity or {})),
            DataLayerSettings.model_validate(merged(stores, data or {})),
            # the examples have no Velero
            ClusterServicesSettings.model_construct(operators=operators or ["metrics-server"]),
            settings,
        )
    )
    return [(dotted(p.path), p.value, p.allowed) for p in found]
