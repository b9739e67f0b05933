"""Whether the base nodes carry what always runs, added up here from the rendered objects and the footprints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from components.operators.catalog import CATALOG
from components.operators.footprint import PodKind, Profile
from sandbox.model import Run
from tests.stacks.graph import manifests, of_type, plain

# vCPU and GiB (EC2's instance type pages); 110 pods is what EKS gives below 30 vCPU with prefix delegation
NODES = {"t3.xlarge": (4, 16), "m6i.xlarge": (4, 16)}
PODS = 110
PROFILES = {
    "dev": Profile.SMALL,
    "staging": Profile.STANDARD,
    "production": Profile.HA,
    "production-dr": Profile.HA,
}
BASE = {
    "dev": ("t3.xlarge", 2),
    "staging": ("m6i.xlarge", 2),
    "production": ("m6i.xlarge", 5),
    "production-dr": ("m6i.xlarge", 3),
}


def millis(cpu: str) -> int:
    return int(cpu[:-1]) if cpu.endswith("m") else round(float(cpu) * 1000)


def mebibytes(memory: str) -> int:
    return int(memory[:-2]) * {"Ki": 1 / 1024, "Mi": 1, "Gi": 1024}[memory[-2:]].__ceil__()


def allocatable(kind: str) -> tuple[int, int]:
    """What EKS's AMI leaves to pods: reserved CPU by core, memory 255 MiB + 11 a pod, 100 MiB for eviction."""
    cores, gib = NODES[kind]
    reserved = sum((60, 10, 5, 5, *([2.5] * 100))[:cores])
    return int(cores * 1000 - reserved), int(gib * 1024 * 0.96) - 255 - 11 * PODS - 100


def ours(run: Run) -> tuple[int, int, int]:
    """CPU, memory and pods of our own workloads at their fewest replicas."""
    least: dict[tuple[str, str], int] = {}
    for m in manifests(run):
        if m["kind"] in ("HorizontalPodAutoscaler", "ScaledObject"):
            key = (m["metadata"]["namespace"], m["spec"]["scaleTargetRef"]["name"])
            least[key] = m["spec"].get("minReplicas", m["spec"].get("minReplicaCount", 1))
    cpu = memory = pods = 0
    for m in manifests(run):
        if m["kind"] != "Deployment":
            continue
        count = least.get((m["metadata"]["namespace"], m["metadata"]["name"]), m["spec"].get("replicas", 1))
        for container in m["spec"]["template"]["spec"]["containers"]:
            requests = container["resources"]["requests"]
            cpu += count * millis(requests["cpu"])
            memory += count * mebibytes(requests["memory"])
        pods += count
    return cpu, memory, pods


def operators(run: Run, profile: Profile, nodes: int) -> tuple[int, int, int]:
    """The same of what the stack's releases and add-ons bring, by their footprints."""
    names = {r.name.rpartition("/")[2] for r in of_type(run, "kubernetes:helm.sh/v3:Release")}
    names |= {str(plain(r.inputs)["addonName"]) for r in of_type(run, "aws:eks:Addon")}
    assert names <= set(CATALOG), "an operator without a footprint"
    cpu = memory = pods = 0
    for name in names:
        for pod in CATALOG[name].pods(profile):
            count = nodes if pod.kind is PodKind.DAEMON_SET else pod.replicas
            cpu += count * pod.requests.cpu
            memory += count * pod.requests.memory
            pods += count
    return cpu, memory, pods


@pytest.mark.parametrize("stack", BASE)
def test_the_base_nodes_are_those_of_the_platforms_table(stack: str, run_of: Callable[[str], Run]) -> None:
    groups: list[Mapping[str, Any]] = [plain(r.inputs) for r in of_type(run_of(stack), "aws:eks:NodeGroup")]
    kind, count = BASE[stack]
    assert [(g["instanceTypes"], g["scalingConfig"]["desiredSize"]) for g in groups] == [([kind], count)]


@pytest.mark.parametrize("stack", BASE)
def test_what_always_runs_fits_the_base_nodes(stack: str, run_of: Callable[[str], Run]) -> None:
    kind, nodes = BASE[stack]
    cpu, memory = allocatable(kind)
    own, brought = ours(run_of(stack)), operators(run_of(stack), PROFILES[stack], nodes)
    needed = tuple(a + b for a, b in zip(own, brought, strict=True))
    there = (cpu * nodes, memory * nodes, PODS * nodes)
    assert own[2] >= 11
    assert all(n <= t for n, t in zip(needed, there, strict=True)), f"{needed} on {there}"


@pytest.mark.parametrize("stack", ["staging", "production"])
def test_only_who_says_so_lands_on_spot_nodes_and_the_rest_has_room_to_grow(
    stack: str, run_of: Callable[[str], Run]
) -> None:
    """EKS's own groups don't grow by themselves: without an open pool the overflow would wait, or land on spot."""
    pools = [m for m in manifests(run_of(stack)) if m["kind"] == "NodePool"]
    spot: list[tuple[str, object]] = []
    others: list[tuple[str, object]] = []
    for pool in pools:
        template = pool["spec"]["template"]["spec"]
        capacity = next(r["values"] for r in template["requirements"] if r["key"] == "karpenter.sh/capacity-type")
        (spot if "spot" in capacity else others).append((pool["metadata"]["name"], template.get("taints")))
    assert spot == [("spot", [{"key": "node-group", "value": "spot", "effect": "NoSchedule"}])]
    assert [name for name, taints in others if not taints] == ["overflow"]
    tolerating = {
        m["metadata"]["name"]
        for m in manifests(run_of(stack))
        if m["kind"] == "Deployment"
        and {"key": "node-group", "operator": "Equal", "value": "spot", "effect": "NoSchedule"}
        in m["spec"]["template"]["spec"].get("tolerations", [])
    }
    assert "quiz" in tolerating
    assert tolerating.isdisjoint({"coordinator", "supervisor", "context", "egress-proxy"})
