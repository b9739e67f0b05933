"""What Argo CD delivers is no resource of an update, so no pack sees it there: here they judge every object of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests import delivered
from tests.policies.packs import ROOT, Pack, request, serving

STACKS = ("staging", "production")


@pytest.fixture(scope="module", params=["security", "governance"])
def pack(request: pytest.FixtureRequest) -> Iterator[Pack]:
    with serving(ROOT / "policies" / request.param) as served:
        yield served


def kind(document: dict[str, Any]) -> str:
    """The type that Pulumi would give the object."""
    group, _, version = document["apiVersion"].rpartition("/")
    return f"kubernetes:{group or 'core'}/{version}:{document['kind']}"


def said(pack: Pack, path: str, document: dict[str, Any]) -> list[str]:
    found = pack.analyze(request(kind(document), document, name=path))
    return [f"{path}: {d.policyName}: {d.message}" for d in found]


@pytest.mark.parametrize("stack", STACKS)
def test_the_packs_have_nothing_against_what_is_delivered(pack: Pack, stack: str) -> None:
    objects = delivered.objects(stack)
    assert {"Deployment", "Service", "ServiceAccount"} <= {document["kind"] for document in objects.values()}
    assert [line for path, document in objects.items() for line in said(pack, path, document)] == []


def test_they_would_find_what_is_wrong() -> None:
    path, document = next((p, d) for p, d in delivered.objects("production").items() if d["kind"] == "Deployment")
    for container in document["spec"]["template"]["spec"]["containers"]:
        container["securityContext"] = {"privileged": True}
    with serving(ROOT / "policies" / "security") as security:
        assert any("privileged" in line for line in said(security, path, document))
