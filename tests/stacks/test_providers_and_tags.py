from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.model import Run
from tests.stacks.conftest import STACKS
from tests.stacks.graph import MANDATORY_TAGS, custom, plain, taggable


def test_every_resource_has_an_explicit_provider(run: Run) -> None:
    assert [r.urn for r in custom(run) if not r.provider or "::default" in r.provider] == []


@pytest.mark.parametrize("stack", STACKS)
def test_every_remote_component_has_a_map_of_providers(stack: str, export_path: Callable[[str], Path]) -> None:
    # an export doesn't hold the map, so the run leaves it beside
    remote = json.loads(export_path(stack).with_suffix(".remote.json").read_text())
    assert remote
    for urn, providers in remote.items():
        assert {"aws", "eks"} <= set(providers), urn


def test_no_provider_is_a_default_one(run: Run) -> None:
    providers = [r for r in run.resources if r.type.startswith("pulumi:providers:")]
    assert providers
    # the engine's own provider has no other: it answers for references between resources
    assert [r.urn for r in providers if r.name.startswith("default") and r.type != "pulumi:providers:pulumi"] == []


def test_the_aws_providers_are_guarded(run: Run) -> None:
    for provider in (r for r in run.resources if r.type == "pulumi:providers:aws"):
        assert provider.inputs["allowedAccountIds"] in (["111122223333"], '["111122223333"]')


def test_every_taggable_resource_carries_the_mandatory_tags(run: Run) -> None:
    checked = [r for r in custom(run) if taggable(r.type)]
    assert len(checked) > 20
    missing = {r.urn: MANDATORY_TAGS - set(plain(r.inputs.get("tagsAll")) or {}) for r in checked}
    assert {urn: tags for urn, tags in missing.items() if tags} == {}


def test_pupils_data_says_which_regulations_it_falls_under(run: Run) -> None:
    for resource in custom(run):
        tags = plain(resource.inputs.get("tagsAll")) or {}
        if tags.get("DataClass") in ("child-pii", "education-record"):
            assert tags.get("Compliance"), resource.urn
