"""The cluster with ``pulumi_eks.Cluster`` expanded into its children, as the sandbox makes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.engine import run_program
from sandbox.model import UNKNOWN, Resource, Run
from tests.components.eks_cluster.graph import CLUSTERS, IDENTITIES, NETWORKS

PROGRAM = """
import pulumi
from components.context import Context, StackIdentity
from components.eks_cluster import EksCluster, EksClusterSettings
from components.keys import Keys
from components.networking import Networking, NetworkingSettings

config = pulumi.Config("platform")
context = Context.create(StackIdentity.model_validate(config.require_object("stack")))
opts = pulumi.ResourceOptions(providers=context.providers)
keys = Keys("keys", context, opts=opts)
network = NetworkingSettings.model_validate(config.require_object("networking"))
networking = Networking("networking", network, context, keys, opts=opts)
settings = EksClusterSettings.model_validate(config.require_object("cluster"))
cluster = EksCluster("eks-main", "main", settings, context, networking, keys, opts)
pulumi.export("endpoint", cluster.endpoint)
"""


@pytest.fixture(params=["dev", "production"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    stack = str(request.param)
    sections = {"stack": IDENTITIES[stack], "networking": NETWORKS[stack], "cluster": CLUSTERS[stack]}
    config = {f"platform:{key}": value for key, value in sections.items()}
    denied = {"pulumi:disable-default-providers": ["aws", "kubernetes"]}
    (tmp_path / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "platform", "runtime": "python"}))
    (tmp_path / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump({"config": {**denied, **config}}))
    (tmp_path / "__main__.py").write_text(PROGRAM)
    return stack, tmp_path


def one(run: Run, type_: str) -> Resource:
    found = [resource for resource in run.resources if resource.type == type_]
    assert len(found) == 1, type_
    return found[0]


def unknown(value: object) -> bool:
    if isinstance(value, dict):
        return any(unknown(v) for v in value.values())
    return value is UNKNOWN or (isinstance(value, list) and any(unknown(v) for v in value))


def test_the_child_cluster_is_what_was_meant(project: tuple[str, Path]) -> None:
    stack, root = project
    run = run_program(stack, root=root)
    cluster = one(run, "aws:eks/cluster:Cluster")
    inputs: dict[str, Any] = dict(cluster.inputs)
    # the component has no argument for this: it comes by a transform
    assert inputs["zonalShiftConfig"] == {"enabled": True}
    assert inputs["accessConfig"] == {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": True}
    assert inputs["upgradePolicy"] == {"supportType": "STANDARD"}
    assert inputs["deletionProtection"] is (stack == "production")
    assert inputs["tagsAll"]["CostCenter"] == "education-platform"
    assert inputs["encryptionConfig"]["resources"] == ["secrets"]
    # nothing but the cluster and the component's own provider: no role, group or add-on that we didn't ask for
    children = sorted(r.type for r in run.resources if "$eks:index:Cluster$" in r.urn)
    assert children == ["aws:eks/cluster:Cluster", "pulumi:providers:kubernetes"]
    assert str(run.outputs["endpoint"]).startswith("https://")


def test_every_name_fits_and_nothing_is_left_unknown(project: tuple[str, Path]) -> None:
    run = run_program(project[0], root=project[1])
    assert all(len(r.id) <= 64 for r in run.resources if r.type == "aws:iam/role:Role")
    assert [r.urn for r in run.resources if unknown(r.inputs) or unknown(r.outputs)] == []


def test_a_second_run_changes_nothing_and_a_first_preview_makes_the_same_resources(project: tuple[str, Path]) -> None:
    stack, root = project
    first = run_program(stack, root=root)
    again = run_program(stack, root=root, preview=True, prior=first)
    before = {r.urn: r.inputs for r in first.resources}
    assert {r.urn: r.inputs for r in again.resources} == before
    # a resource made inside an apply would be missing here
    assert {r.urn for r in run_program(stack, root=root, preview=True).resources} == set(before)


def test_the_kubeconfig_is_the_same_whoever_runs(project: tuple[str, Path]) -> None:
    stack, root = project
    stack_file = root / f"Pulumi.{stack}.yaml"
    found = yaml.safe_load(stack_file.read_text())
    # without credential options of its own the component would take this one over
    stack_file.write_text(yaml.safe_dump({"config": {**found["config"], "aws:profile": "somebody"}}))
    kubeconfigs = [
        r.inputs["kubeconfig"]
        for r in run_program(stack, root=root).resources
        if r.type == "pulumi:providers:kubernetes"
    ]
    assert len(kubeconfigs) == 2
    assert not any("somebody" in str(kubeconfig) for kubeconfig in kubeconfigs)
