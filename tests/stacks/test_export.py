"""What stands in ``stack.json``, whatever the stack."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.model import Run
from tests.stacks.conftest import STACKS, export
from tests.stacks.graph import unresolved

STACK_TYPE = "pulumi:pulumi:Stack"


@pytest.fixture(params=STACKS)
def deployment(request: pytest.FixtureRequest, export_path: Callable[[str], Path]) -> dict[str, object]:
    exported = json.loads(export_path(request.param).read_text())
    assert exported["version"] == 3
    found: dict[str, object] = exported["deployment"]
    return found


def test_it_is_a_version_3_deployment(deployment: dict[str, object]) -> None:
    assert {"manifest", "resources", "secrets_providers"} <= set(deployment)
    assert isinstance(deployment["resources"], list)
    for resource in deployment["resources"]:
        assert {"urn", "custom", "type"} <= set(resource)
        assert not resource["custom"] or resource["id"]


def test_urns_follow_the_engines_rule(run: Run) -> None:
    by_urn = {r.urn: r for r in run.resources}
    assert len(by_urn) == len(run.resources)
    for resource in run.resources:
        parent = by_urn.get(resource.parent)
        chain = [resource.type]
        while parent is not None and parent.type != STACK_TYPE:
            chain.insert(0, parent.type)
            parent = by_urn.get(parent.parent)
        assert resource.urn == f"urn:pulumi:{run.stack}::platform::{'$'.join(chain)}::{resource.name}"


def test_dependencies_come_first(run: Run) -> None:
    seen: set[str] = set()
    for resource in run.resources:
        needed = {*resource.dependencies, resource.parent, resource.provider.rsplit("::", 1)[0]} - {""}
        assert needed <= seen, resource.urn
        seen.add(resource.urn)


def test_no_value_is_unresolved(run: Run) -> None:
    bad = {r.urn: found for r in run.resources if (found := unresolved([r.inputs, r.outputs]))}
    assert bad == {}
    assert unresolved(run.outputs) == []


def test_no_secret_stands_in_clear(export_path: Callable[[str], Path]) -> None:
    for stack in STACKS:
        text = export_path(stack).read_text()
        assert not re.search(r"AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY|://[^/\s:@\"]+:[^/\s:@\"]+@", text)
        for resource in json.loads(text)["deployment"]["resources"]:
            if resource["type"] == "random:index/randomPassword:RandomPassword":
                assert "4dabf18193072939515e22adb298388d" in resource["outputs"]["result"]


@pytest.mark.parametrize("stack", STACKS)
def test_the_same_bytes_on_every_run(stack: str, export_path: Callable[[str], Path], tmp_path: Path) -> None:
    assert export(stack, tmp_path / "again.json").read_bytes() == export_path(stack).read_bytes()
