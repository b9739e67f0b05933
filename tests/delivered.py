"""What Argo CD delivers of a committed stack, by the command's own way: the settings of its stack file, nothing run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sandbox.delivered import delivered
from sandbox.engine.project import Config, Project

ROOT = Path(__file__).parents[1]


@cache
def files(stack: str) -> Mapping[str, str]:
    """The rendered tree of ``stack``: texts by path."""
    project = Project.load(ROOT)
    return delivered(project, Config.load(project, stack), stack)


def objects(stack: str) -> dict[str, dict[str, Any]]:
    """The objects in it by path, each anew."""
    return {path: json.loads(text) for path, text in _as_json(stack).items()}


@cache
def _as_json(stack: str) -> Mapping[str, str]:
    # YAML is slow to read, and hundreds of tests ask
    return {path: json.dumps(yaml.safe_load(text)) for path, text in files(stack).items()}


def files_of(stack: str, root: Path) -> dict[str, str]:
    """The same for the stack file in ``root``, by this program's settings."""
    there, here = Project.load(root), Project.load(ROOT)
    config = Config.load(there, stack)
    return delivered(here, config, stack)
