"""Whether pods fit nodes one by one, at their fewest and at their most, and whether every quota holds.

Worked out from the rendered objects and the footprints: nothing of the program's own sums is used.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from components.operators.catalog import CATALOG
from components.operators.footprint import PodKind
from sandbox.model import Run
from tests.pod_security import pod_of
from tests.stacks.graph import manifests, of_type, plain
from tests.stacks.test_capacity import BASE, PODS, PROFILES, allocatable, mebibytes, millis

Object = dict[str, Any]
SPOT = {"key": "node-group", "operator": "Equal", "value": "spot", "effect": "NoSchedule"}


@dataclass(frozen=True)
class Need:
    """What pods of one kind take: requests and limits of one, how many at the fewest, the most and in a rollout."""

    name: str
    namespace: str
    cpu: int
    memory: int
    limit_cpu: int
    limit_memory: int
    least: int
    most: int
    surge: int
    spot: bool = False


def _scaled(run: Run) -> dict[tuple[str, str], tuple[int, int]]:
    found = {}
    for m in manifests(run):
        if m["kind"] in {"HorizontalPodAutoscaler", "ScaledObject"}:
            spec = m["spec"]
            bounds = (
                spec.get("minReplicas", spec.get("minReplicaCount", 1)),
                spec.get("maxReplicas", spec.get("maxReplicaCount", 1)),
            )
            found[m["metadata"]["namespace"], spec["scaleTargetRef"]["name"]] = bounds
    return found


def _amount(pod: Object, kind: str, unit: str) -> int:
    """Containers together, or the largest init container: what the scheduler and quotas count."""
    count = millis if unit == "cpu" else mebibytes
    together = sum(count(c["resources"][kind][unit]) for c in pod["containers"])
    return max([together, *(count(c["resources"][kind][unit]) for c in pod.get("initContainers") or ())])


def _surge(m: Object, most: int) -> int:
    strategy = m["spec"].get("strategy", {})
    if m["kind"] != "Deployment" or strategy.get("type") == "Recreate":
        return 0
    return -(-most * int(strategy["rollingUpdate"]["maxSurge"].rstrip("%")) // 100)


def own(run: Run) -> Iterator[Need]:
    """Everything of ours that makes pods."""
    scaled = _scaled(run)
    for m in manifests(run):
        pod = pod_of(m)
        if pod is None:
            continue
        place = (m["metadata"]["namespace"], m["metadata"]["name"])
        fixed = m["spec"].get("replicas", 1)
        least, most = scaled.get(place, (fixed, fixed))
        plain_pod = dict(pod)
        yield Need(
            f"{place[0]}/{place[1]}",
            place[0],
            _amount(plain_pod, "requests", "cpu"),
            _amount(plain_pod, "requests", "memory"),
            _amount(plain_pod, "limits", "cpu"),
            _amount(plain_pod, "limits", "memory"),
            least,
            most,
            _surge(m, most),
            SPOT in (pod.get("tolerations") or ()),
        )


def brought(run: Run) -> tuple[list[Need], list[Need]]:
    """Pods of operators and add-ons: those of which there are so many, and those on every node."""
    names = {r.name.rpartition("/")[2] for r in of_type(run, "kubernetes:helm.sh/v3:Release")}
    names |= {str(plain(r.inputs)["addonName"]) for r in of_type(run, "aws:eks:Addon")}
    counted: list[Need] = []
    daemons: list[Need] = []
    for name in sorted(names):
        for pod in CATALOG[name].pods(PROFILES[run.stack]):
            asked, most = pod.requests, pod.limits
            home = (pod.home or CATALOG[name].home).namespace("toolboxai")
            need = Need(
                f"{name}/{pod.name}", home, asked.cpu, asked.memory, most.cpu, most.memory,
                pod.replicas, pod.replicas, 0,
            )  # fmt: skip
            (daemons if pod.kind is PodKind.DAEMON_SET else counted).append(need)
    return counted, daemons


def unplaced(pods: list[Need], nodes: int, room: tuple[int, int, int]) -> list[str]:
    """Pods that find no node, the largest placed first, each on the emptiest node that takes it."""
    free = [list(room) for _ in range(nodes)]
    left: list[str] = []
    for pod in sorted(pods, key=lambda p: (p.memory, p.cpu), reverse=True):
        fits = [n for n in free if n[0] >= pod.cpu and n[1] >= pod.memory and n[2] >= 1]
        if not fits:
            left.append(pod.name)
            continue
        node = max(fits, key=lambda n: (n[1], n[0]))
        node[0] -= pod.cpu
        node[1] -= pod.memory
        node[2] -= 1
    return left


@pytest.mark.parametrize("stack", BASE)
def test_what_always_runs_finds_a_node_each(stack: str, run_of: Callable[[str], Run]) -> None:
    run = run_of(stack)
    kind, nodes = BASE[stack]
    cpu, memory = allocatable(kind)
    operators, daemons = brought(run)
    taken = (sum(d.cpu for d in daemons), sum(d.memory for d in daemons), len(daemons))
    room = (cpu - taken[0], memory - taken[1], PODS - taken[2])
    assert min(room) > 0
    pods = [need for need in (*own(run), *operators) for _ in range(need.least)]
    assert len(pods) > 20
    assert unplaced(pods, nodes, room) == []
    # the packing says no where there is no room
    assert unplaced([*pods, *pods, *pods, *pods], nodes, room) != []


@pytest.mark.parametrize("stack", ["staging", "production"])
def test_at_the_limits_of_groups_and_pools_all_maxima_fit(stack: str, run_of: Callable[[str], Run]) -> None:
    run = run_of(stack)
    (group,) = (plain(r.inputs) for r in of_type(run, "aws:eks:NodeGroup"))
    pools = {m["metadata"]["name"]: m["spec"] for m in manifests(run) if m["kind"] == "NodePool"}
    cpu, memory = allocatable("m6i.xlarge")
    operators, daemons = brought(run)
    room = (cpu - sum(d.cpu for d in daemons), memory - sum(d.memory for d in daemons), PODS - len(daemons))
    # EKS's own group doesn't grow by itself: what is more than its desired size is the pools'
    steady = group["scalingConfig"]["desiredSize"] + int(pools["overflow"]["limits"]["cpu"]) // 4
    spot = int(pools["spot"]["limits"]["cpu"]) // 4
    mine = list(own(run))
    largest = max((need.surge for need in mine if not need.spot), default=0)
    stays = [n for n in (*mine, *operators) if not n.spot for _ in range(n.most)]
    stays += [n for n in mine if n.surge == largest and not n.spot][:1] * largest
    assert unplaced(stays, steady, room) == []
    goes = [n for n in mine if n.spot for _ in range(n.most + n.surge)]
    assert goes
    assert unplaced(goes, spot, room) == []


def test_every_quota_holds_the_most_and_the_largest_surge(run: Run) -> None:
    quotas = {m["metadata"]["namespace"]: m["spec"]["hard"] for m in manifests(run) if m["kind"] == "ResourceQuota"}
    by_namespace: dict[str, list[Need]] = defaultdict(list)
    for need in own(run):
        by_namespace[need.namespace].append(need)
    claims: Counter[str] = Counter()
    for m in manifests(run):
        if m["kind"] == "StatefulSet":
            each = len(m["spec"].get("volumeClaimTemplates") or ())
            claims[m["metadata"]["namespace"]] += each * m["spec"].get("replicas", 1)
    assert quotas
    for namespace, hard in quotas.items():
        pods = by_namespace[namespace]
        for amount, limit, count in (
            ("cpu", "requests.cpu", millis),
            ("memory", "requests.memory", mebibytes),
            ("limit_cpu", "limits.cpu", millis),
            ("limit_memory", "limits.memory", mebibytes),
        ):
            most = sum(getattr(p, amount) * p.most for p in pods)
            most += max((getattr(p, amount) * p.surge for p in pods), default=0)
            assert most <= count(hard[limit]), (namespace, limit, most)
        if "pods" in hard:
            assert sum(p.most for p in pods) + max((p.surge for p in pods), default=0) <= int(hard["pods"]), namespace
        assert claims[namespace] <= int(hard["persistentvolumeclaims"]), namespace
        assert all(min(p.cpu, p.memory, p.limit_cpu, p.limit_memory) > 0 for p in pods)
    # and where our own pods run, there is one
    guarded = {
        m["metadata"]["name"]
        for m in manifests(run)
        if m["kind"] == "Namespace" and m["metadata"]["labels"].get("platform/admission") == "enforced"
    }
    assert guarded <= set(quotas)
