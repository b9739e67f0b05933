"""The controls of ``controls/``, asked of what the sandbox ran; and the page that lists every stack's opt-outs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from controls import EXCEPTIONS, Answer, Exemption, Graph, OptOut, Outcome, answers
from controls.opt_outs import value_at
from sandbox.delivered import documents
from sandbox.engine import run_program, to_export
from sandbox.engine.project import Config, Project
from sandbox.engine.strict_yaml import load_yaml
from sandbox.refusals import CallRefused

if TYPE_CHECKING:
    from sandbox.model import Run

PAGE: Final = Path("docs") / "opt-outs.md"
_PROJECTS: Final = (Path(), Path("account"))
_HEAD: Final = """\
# Which controls a stack doesn't keep

Made by `python -m sandbox controls` from the runs of every stack, `controls/exceptions.yaml` and
`controls/opt-outs.yaml`; a test fails while it is out of date. What isn't listed is kept, doesn't apply, or is answered
by a stack of `account/`: `python -m controls .sandbox/<stack>/stack.json` shows every control with its verdict. Objects
that Argo CD applies are asked too here; there, if the directory of `python -m sandbox render --delivered` is named too.
"""


def graph_of(run: Run, manifests: Mapping[str, Mapping[str, object]] | None = None) -> Graph:
    """A run as the controls look at it, with the ``manifests`` that Argo CD applies beside it, by their path."""
    return Graph.from_export(to_export(run)).delivering(manifests or {})


def manifests_of(program: Path, stack: str, files: Path | None = None) -> Mapping[str, Mapping[str, object]]:
    """What the program leaves to Argo CD in ``stack``, whose file is in ``files`` or beside it; empty if nothing."""
    project = Project.load(program)
    config = Config.load(Project.load(files) if files else project, stack)
    try:
        return documents(project, config, stack)
    except CallRefused:
        return {}


def stacks(root: Path) -> Iterator[tuple[Path, str]]:
    """Every stack of the program and of the projects in it: the project's directory and the stack's name."""
    for project in _PROJECTS:
        for file in sorted((root / project).glob("Pulumi.*.yaml")):
            yield root / project, file.name.removeprefix("Pulumi.").removesuffix(".yaml")


def page(graphs: Mapping[str, Graph], configs: Mapping[str, Mapping[str, object]]) -> str:
    """The page, from the graph and the file's ``config`` of every stack."""
    found = {stack: answers(graph) for stack, graph in graphs.items()}
    parts = [_HEAD, _exceptions(found), *(_stack(stack, configs[stack], found[stack]) for stack in found)]
    return "\n".join(part for part in parts if part)


def write(root: Path) -> tuple[Path, bool]:
    """Run every stack of the program in ``root`` and write the page: its path, and whether it changed."""
    every = list(stacks(root))
    graphs = {stack: graph_of(run_program(stack, root=home), manifests_of(home, stack)) for home, stack in every}
    configs = {stack: config_of(home, stack) for home, stack in every}
    path = root / PAGE
    text = page(graphs, configs)
    changed = not path.is_file() or path.read_text(encoding="utf-8") != text
    if changed:
        path.write_text(text, encoding="utf-8")
    return path, changed


def config_of(home: Path, stack: str) -> Mapping[str, object]:
    """What the file of a stack says."""
    config: Mapping[str, object] = load_yaml(home / f"Pulumi.{stack}.yaml")["config"]
    return config


def _exceptions(found: Mapping[str, tuple[Answer, ...]]) -> str:
    head = "| Control | Stacks | Why | Instead |\n|---|---|---|---|"
    rows = [f"| {it.control} | {', '.join(_where(found, it))} | {it.why} | {it.compensation} |" for it in EXCEPTIONS]
    return "\n".join(["## Exceptions, in production too\n", head, *rows, ""])


def _where(found: Mapping[str, tuple[Answer, ...]], exempt: Exemption) -> Iterator[str]:
    for stack, given in found.items():
        if any(it.verdict.control.id == exempt.control and it.outcome is Outcome.EXCEPTION for it in given):
            yield stack


def _stack(stack: str, config: Mapping[str, object], found: tuple[Answer, ...]) -> str:
    rows = [
        f"| {answer.verdict.control.id} | {answer.verdict.control.title} | {_cause(config, it)} | {it.why} |"
        for answer in found
        for it in answer.opt_outs
    ]
    if not rows:
        return ""
    head = "| Control | Asks | Setting that causes it | Why |\n|---|---|---|---|"
    return "\n".join([f"## Opt-outs of {stack}\n", head, *rows, ""])


def _cause(config: Mapping[str, object], it: OptOut) -> str:
    value = value_at(config, it.setting)
    said = "left out" if value is None else f"`{value}`"
    return f"`{it.setting}` is {said}, not `{it.safe}`"


__all__ = ["PAGE", "config_of", "graph_of", "manifests_of", "page", "stacks", "write"]
