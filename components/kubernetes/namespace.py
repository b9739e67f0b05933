"""Namespaces: Pod Security level, quota, default limits, default-deny and DNS policies.

Pod Security holds per namespace, so what needs the host stands in ``node-agents`` alone and opens nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from lightkube.models.core_v1 import (
    LimitRange,
    LimitRangeItem,
    LimitRangeSpec,
    Namespace,
    ResourceQuota,
    ResourceQuotaSpec,
)
from lightkube.models.meta_v1 import LabelSelector, ObjectMeta
from lightkube.models.networking_v1 import (
    NetworkPolicy,
    NetworkPolicyEgressRule,
    NetworkPolicyPeer,
    NetworkPolicyPort,
    NetworkPolicySpec,
)
from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from components.kubernetes import labels as label
from components.kubernetes.capacity import Demand
from components.kubernetes.manifest import Manifest
from components.kubernetes.paths import DNS_PORT
from components.model import DnsLabel, Quantities, Settings, refuse

PodSecurity = Literal["restricted", "baseline", "privileged"]
POD_SECURITY_VERSION: Final = "v1.36"
"""The level's rules are those of the cluster's own version: a new release changes nothing unasked."""
QUOTA: Final = "quota"
Count = Annotated[int, Field(ge=0, strict=True)]


class Quota(Settings):
    """The most that a namespace's pods may ask for together. ``pods`` stays open where a DaemonSet grows with nodes."""

    requests: Quantities
    limits: Quantities
    pods: Count | None = None
    volume_claims: Count = 0
    load_balancers: Count = 0


class NamespaceDeclaration(Settings):
    """A namespace of the platform."""

    name: DnsLabel
    part_of: DnsLabel = "platform"
    pod_security: PodSecurity = "restricted"
    reason: Annotated[str, StringConstraints(min_length=10)] | None = None
    """Why its pods need more than ``restricted`` allows."""
    quota: Quota | None = None
    admission: bool = False
    """Whether our admission policies bind here: only where every pod is ours."""

    @field_validator("reason")
    @classmethod
    def _written(cls, value: str | None, info: ValidationInfo) -> str | None:
        level = info.data.get("pod_security")
        if level in {"baseline", "privileged"} and value is None:
            refuse(f"the reason why {level} is needed", value=value)
        return value


def quota_for(demand: Demand, *, volume_claims: int = 0, load_balancers: int = 0, count_pods: bool = True) -> Quota:
    """A quota that holds ``demand`` (``capacity.most``), rounded up to whole cores and gibibytes."""

    def cores(millis: int) -> str:
        return str(max(1, -(-millis // 1000)))

    def gibibytes(count: int) -> str:
        return f"{max(1, -(-count // 1024**3))}Gi"

    return Quota(
        requests=Quantities(cpu=cores(demand.cpu_millis), memory=gibibytes(demand.memory_bytes)),
        limits=Quantities(cpu=cores(demand.limit_cpu_millis), memory=gibibytes(demand.limit_memory_bytes)),
        pods=demand.pods if count_pods else None,
        volume_claims=volume_claims,
        load_balancers=load_balancers,
    )


def namespace_manifests(declaration: NamespaceDeclaration) -> list[Manifest]:
    """The namespace and what it always has: policies that close it, its quota and default limits."""
    name = declaration.name
    labels = {label.PART_OF: declaration.part_of, label.MANAGED_BY: "pulumi"}
    manifests: list[Manifest] = [
        Namespace(metadata=ObjectMeta(name=name, labels={**labels, **_security(declaration)})),
        default_deny(name, labels),
        allow_dns(name, labels),
        _limit_range(name, labels),
    ]
    if declaration.quota:
        manifests.append(_quota(name, labels, declaration.quota))
    return manifests


def _security(declaration: NamespaceDeclaration) -> dict[str, str]:
    labels = {label.OWNED: "enforced"} if declaration.admission else {}
    for mode in ("enforce", "audit", "warn"):
        level = declaration.pod_security if mode == "enforce" else "restricted"
        # outside restricted namespaces audit and warn would report what the written reason already says
        labels[f"pod-security.kubernetes.io/{mode}"] = declaration.pod_security if declaration.reason else level
        labels[f"pod-security.kubernetes.io/{mode}-version"] = POD_SECURITY_VERSION
    return labels


def default_deny(namespace: str, labels: Mapping[str, str] | None = None) -> NetworkPolicy:
    """Nothing in, nothing out, for every pod of the namespace, until another policy opens a path."""
    return NetworkPolicy(
        metadata=ObjectMeta(name="default-deny", namespace=namespace, labels=dict(labels) if labels else None),
        spec=NetworkPolicySpec(podSelector=LabelSelector(), policyTypes=["Ingress", "Egress"]),
    )


def allow_dns(namespace: str, labels: Mapping[str, str] | None = None) -> NetworkPolicy:
    """Name resolution, UDP and TCP, for every pod of the namespace."""
    kube_dns = NetworkPolicyPeer(
        namespaceSelector=LabelSelector(matchLabels={label.NAMESPACE: "kube-system"}),
        podSelector=LabelSelector(matchLabels={"k8s-app": "kube-dns"}),
    )
    ports = [NetworkPolicyPort(protocol=protocol, port=DNS_PORT) for protocol in ("UDP", "TCP")]
    return NetworkPolicy(
        metadata=ObjectMeta(name="allow-dns", namespace=namespace, labels=dict(labels) if labels else None),
        spec=NetworkPolicySpec(
            podSelector=LabelSelector(),
            policyTypes=["Egress"],
            egress=[NetworkPolicyEgressRule(to=[kube_dns], ports=ports)],
        ),
    )


def _limit_range(namespace: str, labels: Mapping[str, str]) -> LimitRange:
    """What a container gets that says nothing: a quota would refuse it otherwise. Ours always say."""
    return LimitRange(
        metadata=ObjectMeta(name="defaults", namespace=namespace, labels=dict(labels)),
        spec=LimitRangeSpec(
            limits=[
                LimitRangeItem(
                    type="Container",
                    default={"cpu": "500m", "memory": "512Mi"},
                    defaultRequest={"cpu": "50m", "memory": "64Mi"},
                )
            ]
        ),
    )


def _quota(namespace: str, labels: Mapping[str, str], quota: Quota) -> ResourceQuota:
    hard = {
        "requests.cpu": quota.requests.cpu,
        "requests.memory": quota.requests.memory,
        "limits.cpu": quota.limits.cpu,
        "limits.memory": quota.limits.memory,
        "persistentvolumeclaims": str(quota.volume_claims),
        "services.loadbalancers": str(quota.load_balancers),
        "services.nodeports": "0",
    }
    if quota.pods is not None:
        hard["pods"] = str(quota.pods)
    return ResourceQuota(
        metadata=ObjectMeta(name=QUOTA, namespace=namespace, labels=dict(labels)), spec=ResourceQuotaSpec(hard=hard)
    )
