"""The README: its figures are a run's, what it says to try does what it says, and what it names is there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from sandbox.cost import estimate
from sandbox.engine import run_program
from sandbox.model import Run
from tests.projects import project_with
from tests.stacks.conftest import ROOT, STACKS, export_path, run_of

__all__ = ["export_path", "run_of"]

README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES: Final = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs/decisions").glob("*"))]


def row(first: str) -> list[str]:
    """The cells of the table's row that begins with ``first``, without it."""
    found = re.search(rf"^\|{re.escape(f' {first}'.rstrip())} \| (.*) \|$", README, re.MULTILINE)
    assert found is not None, first
    return found[1].split(" | ")


@pytest.mark.parametrize("stack", STACKS)
def test_figures_of_a_stack_are_those_of_its_run(stack: str, run_of: Callable[[str], Run]) -> None:
    place = row("").index(stack)
    run = run_of(stack)
    cost = estimate(run)
    assert row("resources in the sandbox")[place] == f"{len(run.resources):,}"
    assert cost.budget_usd is not None
    assert row("USD a month, estimated, of its budget")[place] == f"{cost.monthly_usd:,.0f} of {cost.budget_usd:,.0f}"


def test_what_make_up_shows_is_of_today(run_of: Callable[[str], Run]) -> None:
    run = run_of("dev")
    shown = README.partition("```text\n")[2].partition("```")[0]
    assert set(re.findall(r"([0-9,]+) resources", shown)) == {f"{len(run.resources):,}"}
    parents = {resource.urn: resource.parent for resource in run.resources}
    for name, type_, number in re.findall(r"[├└]── ([\w-]+)  (\w+)  (\d+)$", shown, re.MULTILINE):
        (top,) = (it.urn for it in run.resources if it.name == name and it.type.endswith(f":{type_}"))
        below = {top}
        for resource in run.resources:  # parents come first
            if parents[resource.urn] in below:
                below.add(resource.urn)
        assert len(below) == int(number), name
    assert re.search(rf"one\n +resource would be updated, {len(run.resources) - 1} stay", README)


def test_the_agent_that_one_is_told_to_add_comes_up(tmp_path: Path, run_of: Callable[[str], Run]) -> None:
    config: dict[str, Any] = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text(encoding="utf-8"))["config"]
    (agent,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    added: dict[str, Any] = yaml.safe_load(agent)
    config["platform:agents"]["agents"].update(added)
    config["platform:mcp"]["servers"]["curriculum"]["profile"]["agents"] += list(added)
    made = {resource.urn for resource in run_program("dev", root=project_with(tmp_path, "dev", config)).resources}
    before = {resource.urn for resource in run_of("dev").resources}
    assert before < made
    assert f"{len(made - before)} resources are to be created" in README
    assert all("tutor" in urn for urn in made - before)


def test_what_one_is_told_to_change_stands_where_it_says() -> None:
    found = re.search(r"In `([\w/.]+)` write `(\w+)=True` for `False`", README)
    assert found is not None
    assert f"{found[2]}=False" in (ROOT / found[1]).read_text(encoding="utf-8")
    dev = (ROOT / "Pulumi.dev.yaml").read_text(encoding="utf-8")
    assert re.search(r"^    flow_log_days: (?!30\b)\d+$", dev, re.MULTILINE)


def test_every_target_it_names_is_one_and_help_lists_them_all() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony is not None
    targets = set(phony[1].split())
    assert set(re.findall(r"`make (\w+)", README)) <= targets
    assert set(re.findall(r"^(\w+):.*## \w", makefile, re.MULTILINE)) == targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        if anchor:
            heads = re.findall(r"^#+ (.*)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}, target
