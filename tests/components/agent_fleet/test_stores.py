"""What servers and agents take from the data layer must be there, by the name they use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.agent_fleet import AgentFleetSettings, check_stores
from components.data_layer import DataLayerSettings
from components.mcp_platform import McpPlatformSettings
from components.model import Problem
from tests.components.agent_fleet.example import Change, Raw
from tests.settings.stack_files import put

ROOT = Path(__file__).parents[3]
API = {"kind": "api", "host": "api.example.com", "model": "large-1", "secret_name": "example-api"}


def stack_file(stack: str) -> Raw:
    config: dict[str, Any] = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))["config"]
    return {key: json.loads(json.dumps(config[f"platform:{key}"])) for key in ("data", "mcp", "agents")}


def found(sections: Raw) -> list[Problem]:
    return list(
        check_stores(
            DataLayerSettings.model_validate(sections["data"]),
            McpPlatformSettings.model_validate(sections["mcp"]),
            AgentFleetSettings.model_validate(sections["agents"]),
        )
    )


@pytest.mark.parametrize("stack", ["dev", "staging", "production"])
def test_the_committed_stack_files_agree(stack: str) -> None:
    assert found(stack_file(stack)) == []


FILES = ("mcp", "servers", "files")


@pytest.mark.parametrize(
    ("change", "path", "allowed"),
    [
        (put(*FILES, "image", "name", value="mcp-fils"), (*FILES, "image", "name"), "data.registry.images"),
        (put(*FILES, "buckets", value={"upload": "read"}), (*FILES, "buckets", "upload"), "data.buckets"),
        (put(*FILES, "secrets", value=["search-key"]), (*FILES, "secrets", 0), "data.secrets.mcp"),
        (
            put("agents", "coordinator", "image", "name", value="boss"),
            ("agents", "coordinator", "image", "name"),
            "agent-coordinator",
        ),
        (
            put("agents", "defaults", "image", "name", value="agents"),
            ("agents", "defaults", "image", "name"),
            "one of agent, ",
        ),
        (
            put("agents", "agents", "quiz", "image", value={"name": "quiz", "tag": "1.0.0"}),
            ("agents", "agents", "quiz", "image", "name"),
            "data.registry.images",
        ),
        (put("agents", "models", "vendor", value=API), ("agents", "models", "vendor", "secret_name"), "mcp-agents"),
        (put("agents", "queue_user", value="agent"), ("agents", "queue_user"), "access read-write"),
        (put("agents", "queue_user", value="keda"), ("agents", "queue_user"), "access read-write"),
        (put("agents", "scaler_user", value="agents"), ("agents", "scaler_user"), "access monitor"),
        (
            put("data", "caches", "queue", "users", "keda", "namespace", value="monitoring"),
            ("agents", "scaler_user"),
            "namespace mcp-agents",
        ),
    ],
)
def test_a_name_that_the_data_layer_lacks(change: Change, path: tuple[str | int, ...], allowed: str) -> None:
    sections = stack_file("production")
    change(sections)
    (problem,) = found(sections)
    assert problem.path == path
    assert allowed in problem.allowed
