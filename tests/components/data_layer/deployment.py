"""A stack of network, keys and data layer alone, run by the sandbox's engine from settings given as data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from sandbox.engine import run_program
from sandbox.model import Resource, Run, Secret, Value

HERE: Final = Path(__file__).parent
DEV: Final = {
    "platform": "toolboxai",
    "env": "dev",
    "tier": "dev",
    "account_id": "111122223333",
    "region": "us-east-1",
    "domain": "dev.toolboxai.example.com",
    "owner": "platform-team",
    "cost_center": "education-platform",
    "runner": {"public_cidrs": ["203.0.113.0/24"]},
}
STAGING: Final = {**DEV, "env": "staging", "tier": "staging", "domain": "staging.toolboxai.example.com"}
PRODUCTION: Final = {
    **DEV,
    "env": "production",
    "tier": "production",
    "recovery_region": "us-west-2",
    "domain": "toolboxai.example.com",
    "runner": {"agent_pool": "toolboxai-production", "cidr": "10.255.0.0/24"},
}
IDENTITIES: Final[dict[str, dict[str, Any]]] = {
    "dev": DEV,
    "staging": STAGING,
    "production": PRODUCTION,
    "instance": {**PRODUCTION, "platform": "aivo", "domain": "aivo.example.com"},
}
_NETWORK: Final = {"cidr": "10.1.0.0/16", "zones": ["us-east-1a", "us-east-1b"], "interface_endpoints": []}

_PROGRAM: Final = """
import pulumi
from components.context import Context, StackIdentity
from components.data_layer import DataLayer, DataLayerSettings
from components.keys import Keys
from components.networking import Networking, NetworkingSettings

config = pulumi.Config()
context = Context.create(StackIdentity.model_validate(config.require_object("stack")))
own = pulumi.ResourceOptions(providers=context.providers)
keys = Keys("keys", context, own)
networking = Networking(
    "networking", NetworkingSettings.model_validate(config.require_object("networking")), context, keys, own
)
data = DataLayer(
    "data", DataLayerSettings.model_validate(config.require_object("data")), context, networking, keys, own
)
for attribute in (
    "database_endpoint", "database_reader_endpoint", "database_port", "database_name", "database_secret_arn",
    "database_resource_id", "cache_endpoint", "cache_port", "cache_endpoints", "cache_login_secrets", "table_names",
    "bucket_names", "repository_names", "secret_names", "events_topic_arn",
):
    pulumi.export(attribute, getattr(data, attribute))
pulumi.export("stores", [
    {"name": s.name, "type": s.type, "class": s.data_class.value, "purpose": s.purpose,
     "retention": s.retention_days, "backup": s.backup_days}
    for s in data.stores
])
"""


def settings_of(stack: str) -> dict[str, Any]:
    """The data layer's section of one of the example files."""
    found: dict[str, Any] = yaml.safe_load((HERE / "settings" / f"{stack}.yaml").read_text(encoding="utf-8"))
    return found


def deploy(root: Path, identity: Mapping[str, Any], data: Mapping[str, Any]) -> Run:
    """Run the little stack in the empty directory ``root``."""
    config = {"platform:stack": identity, "platform:networking": _NETWORK, "platform:data": data}
    (root / "Pulumi.yaml").write_text(
        "name: platform\nruntime: python\nconfig:\n  pulumi:disable-default-providers:\n    value: ['*']\n"
    )
    (root / "Pulumi.test.yaml").write_text(json.dumps({"config": config}))
    (root / "__main__.py").write_text(_PROGRAM)
    return run_program("test", root=root)


class Graph:
    """Questions about the resources of a run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.resources = run.resources

    def of_type(self, type_: str) -> list[Resource]:
        return [r for r in self.resources if r.type == type_]

    def one(self, type_: str, name: str) -> Resource:
        found = [r for r in self.of_type(type_) if r.name == name]
        assert len(found) == 1, f"{len(found)} of {type_} called {name}"
        return found[0]

    def ancestors(self, urn: str) -> set[str]:
        """Everything that must stand before the resource of that URN, through any number of steps."""
        by_urn = {r.urn: r for r in self.resources}
        seen: set[str] = set()
        waiting = [urn]
        while waiting:
            resource = by_urn[waiting.pop()]
            needs = [*resource.dependencies, *(d for ds in resource.property_dependencies.values() for d in ds)]
            for need in needs:
                if need not in seen:
                    seen.add(need)
                    waiting.append(need)
        return seen


def document(value: Value) -> dict[str, Any]:
    """A JSON document that stands as text in a property."""
    assert isinstance(value, str)
    found: dict[str, Any] = json.loads(value)
    return found


def revealed(value: Value) -> Value:
    """What is inside a secret; anything else is no secret and fails."""
    assert isinstance(value, Secret), f"not secret: {value!r}"
    return value.value
