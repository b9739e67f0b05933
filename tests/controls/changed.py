"""Stacks as they would be with the safe value of every setting that they opted out by."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from controls import OPT_OUTS, Graph
from controls.opt_outs import with_value
from sandbox.engine import run_program, to_export

ROOT = Path(__file__).parents[2]
PROJECTS = {"platform": ROOT, "account": ROOT / "account"}


def config_of(stack: str) -> dict[str, Any]:
    """What the file of a stack says, of whichever project it is."""
    found: dict[str, Any] = yaml.safe_load((home_of(stack) / f"Pulumi.{stack}.yaml").read_text())["config"]
    return found


def home_of(stack: str) -> Path:
    """The directory of the project that has the stack."""
    (home,) = [home for home in PROJECTS.values() if (home / f"Pulumi.{stack}.yaml").is_file()]
    return home


def stacks() -> list[str]:
    """Every stack of both projects, the environments' first."""
    return [
        file.name.removeprefix("Pulumi.").removesuffix(".yaml")
        for home in PROJECTS.values()
        for file in sorted(home.glob("Pulumi.*.yaml"))
    ]


def run(directory: Path, stack: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Graph:
    """The graph of ``stack`` with its file changed, in the empty ``directory``."""
    home = home_of(stack)
    config = change(copy.deepcopy(config_of(stack)))
    (directory / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump({"config": config}))
    (directory / "Pulumi.yaml").write_text((home / "Pulumi.yaml").read_text())
    (directory / "__main__.py").write_text(f"import runpy\nrunpy.run_path({str(home / '__main__.py')!r})\n")
    return Graph.from_export(to_export(run_program(stack, root=directory)))


def safe(config: dict[str, Any], stack: str, which: Callable[[str], bool]) -> dict[str, Any]:
    """``config`` with the safe value of every setting that ``stack`` opts out by and ``which`` holds for."""
    for it in OPT_OUTS:
        if stack in it.stacks and which(it.setting):
            for setting, value in {it.setting: it.safe, **it.also}.items():
                config = with_value(config, setting, value)
    return config
