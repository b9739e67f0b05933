"""Stacks under the longest names that settings allow: every part of a name as long as its type lets it be."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, Final

import yaml

from tests.projects import project_with

ROOT: Final = Path(__file__).parents[2]
PLATFORM: Final = "p" * 12
ENV: Final = "e" * 12
KEY: Final = "k" * 24
"""A ``Slug``: the key of a cluster, node group, cache, table, server, agent."""
POOL: Final = "q" * 24
"""The same for a node pool, which may not be called as a node group is."""


def lengthen(config: dict[str, Any]) -> dict[str, Any]:
    """A stack file's settings with every name as long as it may be: renamed where there is one, added where many."""
    identity = next(config[key] for key in ("platform:stack", "account:stack") if key in config)
    # namespaces are called after the stack, wherever they are named
    text = json.dumps(config).replace(f"{identity['platform']}-{identity['env']}", f"{PLATFORM}-{ENV}")
    made: dict[str, Any] = json.loads(text)
    for section in ("platform:stack", "account:stack"):
        if section in made:
            made[section].update(platform=PLATFORM, env=ENV)
    if "platform:stack" in made:
        _program(made)
    return made


def _program(config: dict[str, Any]) -> None:
    clusters = config["platform:clusters"]
    clusters[KEY] = clusters.pop("main")
    _add(clusters[KEY]["node_groups"])
    _add(clusters[KEY].get("node_pools"), POOL)
    data = config["platform:data"]
    for many in ("tables", "caches", "services"):
        _add(data.get(many))
    for cache in data["caches"].values():
        _add(cache["users"])
    for secrets in data["secrets"].values():
        _add(secrets)
    servers, agents = config["platform:mcp"]["servers"], config["platform:agents"]["agents"]
    _add(servers)
    servers[KEY]["profile"]["agents"] = [KEY]
    _add(agents)
    agents[KEY]["servers"] = [KEY]
    # more of everything costs more, and takes more room
    config["platform:cost"]["monthly_usd"] = 100_000


def _add(many: dict[str, Any] | None, key: str = KEY) -> None:
    """One more, like the first, under the longest key."""
    if many:
        many[key] = copy.deepcopy(next(iter(many.values())))


def write(stack: str, project: Path, to: Path) -> Path:
    """A project directory whose one stack file has the longest names, and whose program is the real one."""
    found: dict[str, Any] = yaml.safe_load((project / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))
    return project_with(to, stack, lengthen(found["config"]), project)
