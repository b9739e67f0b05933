"""A stack of network, keys, stores and the way in alone, run by the sandbox's engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from sandbox.engine import run_program
from sandbox.model import Run, Secret, Value
from tests.components.data_layer.deployment import DEV, PRODUCTION, STAGING, Graph
from tests.components.data_layer.deployment import settings_of as data_of

HERE: Final = Path(__file__).parent
ROOT: Final = Path(__file__).parents[3]
WEST: Final = {**STAGING, "region": "us-west-2", "domain": "west.toolboxai.example.com"}
STANDBY: Final = {**{k: v for k, v in PRODUCTION.items() if k != "recovery_region"}, "region": "us-west-2"}
IDENTITIES: Final[dict[str, dict[str, Any]]] = {
    "dev": DEV,
    "staging": STAGING,
    "production": PRODUCTION,
    "undelegated": DEV,
    "west": WEST,
    "standby": STANDBY,
}
"""The stacks: the three of the platform, one whose zone nobody knows yet, one of another region, a standby."""
PRIMARIES: Final = ("dev", "staging", "production", "west")
"""The stacks with CloudFront."""
COPY: Final = "toolboxai-production-assets-111122223333-us-west-2.s3.us-west-2.amazonaws.com"

_PROGRAM: Final = """
import pulumi
from components.context import Context, StackIdentity
from components.data_layer import DataLayer, DataLayerSettings
from components.edge import Edge, EdgeSettings
from components.keys import Keys
from components.networking import Networking, NetworkingSettings

config = pulumi.Config()
context = Context.create(StackIdentity.model_validate(config.require_object("stack")))
own = pulumi.ResourceOptions(providers=context.providers)
keys = Keys("keys", context, own)
networking = Networking(
    "networking", NetworkingSettings.model_validate(config.require_object("networking")), context, keys, own
)
given = config.get_object("data")
data = given and DataLayer("data", DataLayerSettings.model_validate(given), context, networking, keys, own)
edge = Edge(
    "edge", EdgeSettings.model_validate(config.require_object("edge")), context, networking, keys, data or None,
    assets_copy=config.get("copy"), opts=own
)
for attribute in (
    "zone_id", "name_servers", "alb_security_group_ids", "regional_web_acl_arn", "regional_certificate_arn",
    "distribution_id", "distribution_domain", "health_check_id",
):
    pulumi.export(attribute, getattr(edge, attribute))
pulumi.export("stores", [
    {"name": s.name, "type": s.type, "class": s.data_class.value, "retention": s.retention_days} for s in edge.stores
])
"""


class EdgeGraph(Graph):
    """The graph of one of the stacks, with its name."""

    def __init__(self, name: str, run: Run) -> None:
        super().__init__(run)
        self.name = name


def settings_of(stack: str) -> dict[str, Any]:
    """The edge's section of one of the stacks."""
    found: dict[str, Any] = yaml.safe_load((HERE / "settings" / f"{stack}.yaml").read_text(encoding="utf-8"))
    return found


def prepare(
    root: Path,
    stack: str,
    *,
    edge: Mapping[str, Any] | None = None,
    identity: Mapping[str, Any] | None = None,
) -> str:
    """Write a stack into the empty directory ``root``, with its own settings or others; its name there."""
    whose = identity or IDENTITIES[stack]
    region = whose["region"]
    config: dict[str, Any] = {
        "platform:stack": whose,
        "platform:networking": {
            "cidr": "10.1.0.0/16",
            "zones": [f"{region}a", f"{region}b"],
            "interface_endpoints": [],
        },
        "platform:edge": edge or settings_of(stack),
    }
    if stack != "standby":
        config["platform:data"] = data_of(IDENTITIES[stack]["env"])
    if stack == "production":
        config["platform:copy"] = COPY
    (root / "Pulumi.yaml").write_text(
        "name: platform\nruntime: python\nconfig:\n  pulumi:disable-default-providers:\n    value: ['*']\n"
    )
    (root / f"Pulumi.{whose['env']}.yaml").write_text(json.dumps({"config": config}))
    (root / "__main__.py").write_text(_PROGRAM)
    (root / "policies").symlink_to(ROOT / "policies")
    return str(whose["env"])


def deploy(
    root: Path,
    stack: str,
    *,
    edge: Mapping[str, Any] | None = None,
    identity: Mapping[str, Any] | None = None,
) -> Run:
    """Run a stack in the empty directory ``root``, with its own settings or others."""
    return run_program(prepare(root, stack, edge=edge, identity=identity), root=root)


def judged(root: Path, stack: str) -> dict[str, Any]:
    """What both packs say of a stack, brought up in the empty directory ``root`` by the command itself."""
    told = subprocess.run(
        [sys.executable, "-m", "sandbox", "up", prepare(root, stack), "--root", str(root), "--json"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    found: dict[str, Any] = json.loads(told.stdout)["policies"]
    return found


def bare(value: Value) -> Any:  # noqa: ANN401 - any JSON value
    """The value with what is secret in it bare."""
    if isinstance(value, Secret):
        return bare(value.value)
    if isinstance(value, dict):
        return {key: bare(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [bare(inner) for inner in value]
    return value
