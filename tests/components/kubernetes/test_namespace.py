"""Namespaces: closed, judged, and with room for what runs in them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from components.kubernetes.capacity import Demand, demand_of_pod, least, most
from components.kubernetes.manifest import kind_of, name_of
from components.kubernetes.namespace import (
    NamespaceDeclaration,
    Quota,
    namespace_manifests,
    platform_namespaces,
    quota_for,
)
from components.kubernetes.scaling import ResourceScaling
from components.kubernetes.workload import Workload
from components.model import Quantities, Resources, cpu_millis, memory_bytes
from tests.components.kubernetes.declarations import job, server, workloads
from tests.network_policy import Address, Pod, allowed

SMALL = Resources(requests=Quantities(cpu="100m", memory="100Mi"), limits=Quantities(cpu="200m", memory="200Mi"))


def objects(declaration: NamespaceDeclaration) -> dict[str, dict[str, Any]]:
    return {f"{kind_of(m)}/{name_of(m)}": dict(m.to_dict()) for m in namespace_manifests(declaration)}


def test_every_namespace_of_the_platform_is_there_at_its_level() -> None:
    levels = {n.name: n.pod_security for n in platform_namespaces("toolboxai", "toolboxai-dev") if not n.exists}
    assert levels == {
        "toolboxai-dev": "restricted",
        "mcp": "restricted",
        "mcp-agents": "restricted",
        "database": "restricted",
        "toolboxai-system": "restricted",
        "monitoring": "restricted",
        "security": "restricted",
        "argocd": "restricted",
        "external-secrets": "restricted",
        "cert-manager": "restricted",
        "karpenter": "restricted",
        "velero": "restricted",
        "node-agents": "privileged",
    }
    vendors = {n.name for n in platform_namespaces("aivo", "aivo") if n.exists}
    assert vendors == {"default", "kube-system", "amazon-cloudwatch", "amazon-guardduty"}
    assert "aivo" in {n.name for n in platform_namespaces("aivo", "aivo")}


@pytest.mark.parametrize("declaration", platform_namespaces("toolboxai", "toolboxai-dev"), ids=lambda n: n.name)
def test_every_namespace_has_a_policy(declaration: NamespaceDeclaration) -> None:
    made = objects(declaration)
    policies = [o for o in made.values() if o["kind"] == "NetworkPolicy"]
    assert policies
    assert all(p["metadata"]["namespace"] == declaration.name for p in policies)
    pod = Pod(declaration.name, {"any": "thing"})
    stranger = Pod("elsewhere", {})
    if not declaration.exists:
        assert not allowed(policies, pod, stranger, ("TCP", 443))
        assert not allowed(policies, pod, Address("1.1.1.1"), ("TCP", 443))
        assert not allowed(policies, stranger, pod, ("TCP", 443))
        assert allowed(policies, pod, Pod("kube-system", {"k8s-app": "kube-dns"}), ("UDP", 53))
        level = made[f"Namespace/{declaration.name}"]["metadata"]["labels"]
        for mode in ("enforce", "audit", "warn"):
            assert level[f"pod-security.kubernetes.io/{mode}"] == declaration.pod_security
            assert level[f"pod-security.kubernetes.io/{mode}-version"] == "v1.36"
    else:
        assert f"Namespace/{declaration.name}" not in made


def test_core_dns_answers_everyone_and_nothing_else_is_open() -> None:
    (declaration,) = (n for n in platform_namespaces("p", "p-dev") if n.name == "kube-system")
    policies = list(objects(declaration).values())
    dns, agent = Pod("kube-system", {"k8s-app": "kube-dns"}), Pod("kube-system", {"app": "ebs-csi-controller"})
    for protocol in ("UDP", "TCP"):
        assert allowed(policies, Pod("mcp", {}), dns, (protocol, 53))
        assert allowed(policies, Address("10.1.0.4"), dns, (protocol, 53))
    assert allowed(policies, Pod("monitoring", {}), dns, ("TCP", 9153))
    assert not allowed(policies, Pod("mcp", {}), dns, ("TCP", 9153))
    assert allowed(policies, dns, Address("10.1.0.2"), ("UDP", 53))
    assert allowed(policies, Pod("mcp", {}), agent, ("TCP", 443))


def test_admission_binds_where_every_pod_is_ours() -> None:
    bound = {n.name for n in platform_namespaces("toolboxai", "toolboxai-dev") if n.admission}
    assert bound == {"toolboxai-dev", "mcp", "mcp-agents", "database"}
    for admission, value in ((True, "enforced"), (False, None)):
        made = objects(NamespaceDeclaration(name="mcp", admission=admission))["Namespace/mcp"]
        assert made["metadata"]["labels"].get("platform/admission") == value


def test_a_quota_says_what_it_counts() -> None:
    quota = Quota(
        requests=Quantities(cpu="10", memory="20Gi"),
        limits=Quantities(cpu="20", memory="40Gi"),
        pods=50,
        volume_claims=10,
        load_balancers=3,
    )
    hard = objects(NamespaceDeclaration(name="mcp", quota=quota))["ResourceQuota/quota"]["spec"]["hard"]
    assert hard == {
        "requests.cpu": "10",
        "requests.memory": "20Gi",
        "limits.cpu": "20",
        "limits.memory": "40Gi",
        "pods": "50",
        "persistentvolumeclaims": "10",
        "services.loadbalancers": "3",
        "services.nodeports": "0",
    }
    assert set(objects(NamespaceDeclaration(name="n", quota=Quota()))["ResourceQuota/quota"]["spec"]["hard"]) == {
        "persistentvolumeclaims",
        "services.loadbalancers",
        "services.nodeports",
    }


@pytest.mark.parametrize(
    ("fields", "allowed_text"),
    [
        ({"pod_security": "privileged"}, "the reason why privileged is needed"),
        ({"pod_security": "baseline", "reason": "short"}, "at least 10"),
        ({"daemons": True, "quota": Quota(pods=5)}, "no requests, limits or pods"),
        ({"closes": "nothing"}, "both in a namespace of ours"),
        ({"name": "Upper"}, "match pattern"),
    ],
)
def test_a_namespace_is_refused(fields: dict[str, Any], allowed_text: str) -> None:
    with pytest.raises(ValidationError, match=allowed_text):
        NamespaceDeclaration(**{"name": "mcp", **fields})


def test_manifests_read_back_by_their_types() -> None:
    for declaration in platform_namespaces("toolboxai", "toolboxai-dev"):
        for manifest in namespace_manifests(declaration.model_copy(update={"quota": Quota(pods=1)})):
            plain = manifest.to_dict()
            assert msgspec.to_builtins(msgspec.convert(plain, type(manifest), strict=True)) == plain


# --- capacity ---------------------------------------------------------------------------------------------------


def test_sums_at_fewest_and_most_replicas() -> None:
    backend = server(resources=SMALL, scaling=ResourceScaling(min_replicas=3, max_replicas=10))
    beat = server("beat", resources=SMALL, rollout="recreate")
    migrate = job(resources=SMALL)
    assert demand_of_pod(beat) == Demand(1, 100, 100 * 1024**2, 200, 200 * 1024**2)
    assert least([backend, beat, migrate]) == demand_of_pod(beat) * 5
    # 10 + a quarter more (3) while it rolls out, 1 that is recreated and so never adds, 1 Job
    assert most([backend, beat, migrate]) == demand_of_pod(beat) * 15
    assert most([]) == least([]) == Demand()


@given(st.lists(workloads(), max_size=6))
@settings(max_examples=100, deadline=None)
def test_a_quota_holds_its_workloads_with_the_greatest_surge(declared: list[Workload]) -> None:
    demand = most(declared)
    quota = quota_for(demand)
    assert quota.requests is not None
    assert quota.limits is not None
    assert quota.pods is not None
    for rolling in [None, *declared]:
        pods = [(w, w.max_replicas + (w.surge if w is rolling else 0)) for w in declared]
        assert sum(n for _, n in pods) <= quota.pods
        for field, room in (("requests", quota.requests), ("limits", quota.limits)):
            cpu = sum(cpu_millis(getattr(w.resources, field).cpu) * n for w, n in pods)
            memory = sum(memory_bytes(getattr(w.resources, field).memory) * n for w, n in pods)
            assert cpu <= cpu_millis(room.cpu)
            assert memory <= memory_bytes(room.memory)
    assert least(declared).pods <= demand.pods
