"""Only signed images: what the setting brings, and how the cluster is built with it."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from components.cluster_services.settings import ClusterServicesSettings
from components.cluster_services.signatures import ImageSignatures, signed_images
from components.context import StackIdentity
from components.naming import Names
from sandbox.engine import run_program
from sandbox.model import Run
from tests.projects import project_with
from tests.stacks.conftest import ROOT
from tests.stacks.graph import of_type, reaches

KEY = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEexampleexampleexampleexampleexa
mpleexampleexampleexampleexampleexampleexampleexampleexampl==
-----END PUBLIC KEY-----
"""
NAMES = Names("toolboxai", "dev", "111122223333", "us-east-1")


def identity() -> StackIdentity:
    return StackIdentity.model_validate(
        yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"]["platform:stack"]
    )


def test_the_setting_brings_kyverno_and_nothing_else_does() -> None:
    settings = ClusterServicesSettings(image_signatures=ImageSignatures(public_key=KEY))
    assert settings.chosen(identity())[-1] == "kyverno"
    assert "kyverno" not in ClusterServicesSettings().chosen(identity())
    with pytest.raises(ValidationError, match="it comes with image_signatures"):
        ClusterServicesSettings(operators=["kyverno"])


@pytest.mark.parametrize("key", ["", "key", KEY.replace("PUBLIC", "PRIVATE"), KEY.replace("\n", "")])
def test_what_is_no_public_key_is_refused(key: str) -> None:
    with pytest.raises(ValidationError, match="public_key"):
        ImageSignatures(public_key=key)


def test_pods_of_ours_alone_are_judged_and_nothing_outside_is_asked() -> None:
    spec: Any = signed_images(ImageSignatures(public_key=KEY), NAMES).to_dict()["spec"]
    assert spec["matchConstraints"]["namespaceSelector"] == {"matchLabels": {"platform/admission": "enforced"}}
    assert spec["matchConstraints"]["resourceRules"][0]["resources"] == ["pods"]
    assert spec["autogen"] == {"podControllers": {"controllers": []}}
    assert spec["matchImageReferences"] == [{"glob": "111122223333.dkr.ecr.us-east-1.amazonaws.com/toolboxai/dev/*"}]
    (attestor,) = spec["attestors"]
    assert attestor["cosign"]["ctlog"]["insecureIgnoreTlog"] is True
    for validation in spec["validations"]:
        assert f"attestors.{attestor['name']}]" in validation["expression"]


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The stack ``dev`` with the setting."""
    directory = tmp_path_factory.mktemp("signed")
    found: dict[str, Any] = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())
    found["config"].setdefault("platform:services", {})["image_signatures"] = {"public_key": KEY}
    return run_program("dev", root=project_with(directory, "dev", found["config"]))


def named(run: Run, kind: str, pattern: str) -> list[Any]:
    return [r for r in of_type(run, kind) if re.search(pattern, r.name)]


def test_the_policy_stands_before_what_it_guards_and_after_its_judge(signed: Run) -> None:
    (policy,) = of_type(signed, "kubernetes:policies.kyverno.io/v1:ImageValidatingPolicy")
    (release,) = named(signed, "kubernetes:helm.sh/v3:Release", "/kyverno$")
    assert release.urn in reaches(signed, policy)
    deployments = of_type(signed, "kubernetes:apps/v1:Deployment")
    assert deployments
    unguarded = [d.name for d in deployments if "/mcp" in d.name and policy.urn not in reaches(signed, d)]
    assert unguarded == []


def test_the_judge_reads_the_registry_by_its_own_identity(signed: Run) -> None:
    (association,) = named(signed, "aws:eks:PodIdentityAssociation", "kyverno")
    assert association.inputs["serviceAccount"] == "kyverno-admission-controller"
    assert association.inputs["namespace"] == "security"
