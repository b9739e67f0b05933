"""Builders take plain data only: an Output is refused, nothing is read, and the same in gives the same out."""

from __future__ import annotations

import ast
import time
from pathlib import Path

import pulumi
import pytest
from hypothesis import given, settings
from pydantic import ValidationError

import components.kubernetes
from components.kubernetes.external_secret import secret_store
from components.kubernetes.image import Image
from components.kubernetes.manifest import Manifest
from components.kubernetes.manifests import workload_manifests
from components.kubernetes.namespace import NamespaceDeclaration, namespace_manifests
from components.kubernetes.paths import ToWorkload
from components.kubernetes.scaling import ResourceScaling
from components.kubernetes.topology import Topology
from components.kubernetes.workload import Metrics, Workload
from tests.components.kubernetes.declarations import NETWORKS, server, workloads

KIT = Path(components.kubernetes.__file__).parent
SEAM = {"register.py", "cluster_objects.py"}


@pytest.mark.parametrize("path", sorted(KIT.rglob("*.py")), ids=lambda p: p.name)
def test_only_the_seam_knows_pulumi(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.partition(".")[0])
    unwanted = {"pulumi_kubernetes", "pulumi_aws", "os", "time", "datetime", "random", "socket", "subprocess"}
    if path.name not in SEAM:
        unwanted.add("pulumi")
    assert not imported & unwanted


def test_an_output_is_refused_where_a_declaration_is_made() -> None:
    output = pulumi.Output.from_input("1.0.0")
    with pytest.raises(ValidationError):
        Image.model_validate({"repository": "r.example.com/x", "tag": output})
    with pytest.raises(ValidationError):
        server(env={"QUEUE": output})
    with pytest.raises(ValidationError):
        NamespaceDeclaration.model_validate({"name": output})
    with pytest.raises(ValidationError):
        secret_store("mcp", region="us-east-1", role_arn=output)  # type: ignore[arg-type]


def test_an_output_in_a_manifest_does_not_become_a_dict() -> None:
    (account,) = (m for m in workload_manifests(server()) if m.kind == "ServiceAccount")
    assert account.metadata is not None
    account.metadata.name = pulumi.Output.from_input("late")  # type: ignore[assignment]
    with pytest.raises(TypeError, match="Output"):
        account.to_dict()


@given(workloads())
@settings(max_examples=50, deadline=None)
def test_the_same_declaration_gives_the_same_manifests(workload: Workload) -> None:
    first = [m.to_dict() for m in workload_manifests(workload)]
    again = [m.to_dict() for m in workload_manifests(workload.model_copy(deep=True))]
    assert first == again


def test_a_dict_is_the_callers_own() -> None:
    manifest: Manifest = namespace_manifests(NamespaceDeclaration(name="mcp"))[0]
    taken = manifest.to_dict()
    taken["metadata"] = None
    assert manifest.to_dict()["metadata"] is not None


def _build(count: int) -> tuple[int, float]:
    """Manifests and seconds of CPU for so many workloads, from declaration to dict, policies included."""
    start = time.process_time()
    declared = [
        server(
            f"server-{i}",
            env={"A": "1"},
            metrics=Metrics(port="http"),
            scaling=ResourceScaling(min_replicas=2, max_replicas=4),
            calls=(ToWorkload("mcp", f"server-{(i + 1) % count}", "http"),),
        )
        for i in range(count)
    ]
    topology = Topology(declared, networks=NETWORKS)
    manifests = [*topology.policies(), *(m for w in declared for m in workload_manifests(w))]
    plain = [m.to_dict() for m in manifests]
    return len(plain), time.process_time() - start


def test_a_thousand_workloads_cost_less_than_a_third_of_a_millisecond_a_manifest() -> None:
    """Whatever else the machine does: the best of three, in CPU time."""
    _build(10)
    count, seconds = min((_build(1000) for _ in range(3)), key=lambda run: run[1])
    assert count == 8000
    assert seconds / count < 0.0003
