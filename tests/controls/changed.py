"""Stacks as they would be with the safe value of every setting that they opted out by."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import yaml

from controls import OPT_OUTS, Graph, OptOut
from sandbox.controls import graph_of, manifests_of
from sandbox.engine import run_program
from tests.projects import project_with

TIER = "platform:stack.tier"
ROOT = Path(__file__).parents[2]
PROJECTS = {"platform": ROOT, "account": ROOT / "account"}


def with_value(config: Mapping[str, object], setting: str, value: object) -> dict[str, object]:
    """``config`` with ``value`` at a setting's path, ``None`` leaving it out; ``config`` itself stays as it is."""
    head, _, rest = setting.partition(".")
    copied = dict(config)
    if rest:
        inner = copied.get(head)
        copied[head] = with_value(inner if isinstance(inner, Mapping) else {}, rest, value)
    elif value is None:
        copied.pop(head, None)
    else:
        copied[head] = value
    return copied


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
    project_with(directory, stack, config, home)
    return graph_of(run_program(stack, root=directory), manifests_of(home, stack, directory))


def opt_outs(stack: str) -> dict[str, OptOut]:
    """What ``stack`` opts out by, by setting."""
    return {it.setting: it for it in OPT_OUTS if stack in it.stacks}


def safe(config: dict[str, Any], stack: str, settings: Collection[str]) -> dict[str, Any]:
    """``config`` with the safe value of each of ``settings``, all of which ``stack`` opts out by."""
    for name in settings:
        it = opt_outs(stack)[name]
        for setting, value in {it.setting: it.safe, **it.also}.items():
            config = with_value(config, setting, value)
    return config


def mixes(stack: str) -> list[frozenset[str]]:
    """Few sets of the settings that ``stack`` opts out by, in which no two of them always stand together.

    All; all but the tier, which can't be made safe alone, for production's rules refuse the other settings then; and of
    those, by each digit of their number in binary, the ones that have it. A run for each tells what each setting does,
    in fewer runs than there are settings.
    """
    every = sorted(opt_outs(stack))
    plain = [it for it in every if it != TIER]
    digits = [
        frozenset(it for number, it in enumerate(plain) if number >> digit & 1)
        for digit in range((len(plain) - 1).bit_length())
    ]
    return list(dict.fromkeys(it for it in (frozenset(every), frozenset(plain), *digits) if it))
