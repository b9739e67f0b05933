"""Namespaces: Pod Security level, quota, default limits, default-deny and DNS policies.

Pod Security holds per namespace, so what needs the host stands in ``node-agents`` alone and opens nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    NetworkPolicyIngressRule,
    NetworkPolicyPeer,
    NetworkPolicyPort,
    NetworkPolicySpec,
)
from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from components.kubernetes import labels as label
from components.kubernetes.capacity import Demand
from components.kubernetes.manifest import Manifest
from components.kubernetes.paths import DNS_PORT
from components.kubernetes.team_access import TeamLevel, team_binding
from components.model import DnsLabel, Quantities, Settings, refuse

PodSecurity = Literal["restricted", "baseline", "privileged"]
POD_SECURITY_VERSION: Final = "v1.36"
"""The level's rules are those of the cluster's own version: a new release changes nothing unasked."""
QUOTA: Final = "quota"
KUBE_SYSTEM: Final = "kube-system"
_KUBE_DNS: Final = {"k8s-app": "kube-dns"}
_CHARTS: Final = "pods of charts run here, hook Jobs among them: their footprints say which rules they break"
_VENDORS: Final = "add-ons of EKS run here: images of AWS's own registry, host paths, no limits or probes"
Count = Annotated[int, Field(ge=0, le=100_000, strict=True)]


class Quota(Settings):
    """The most that a namespace's pods may ask for together; what is unset stays open."""

    requests: Quantities | None = None
    limits: Quantities | None = None
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
    daemons: bool = False
    """Whether DaemonSets run here: their pods grow with the nodes, so no quota counts them."""
    quota: Quota | None = None
    admission: bool = False
    """Whether our admission policies bind here: only where every pod is ours."""
    exempt: Annotated[str, StringConstraints(min_length=10)] | None = None
    """Why they don't."""
    exists: bool = False
    """Made by EKS or an add-on: only policies are added."""
    balanced: bool = False
    """Whether load balancers call pods here: a new one is ready when its target group finds it well, not before, so
    that a rollout takes no old one away whose place nobody has taken yet."""
    teams: Mapping[TeamLevel, tuple[str, ...]] = {}
    """Groups of people by what they may do here."""
    closes: Literal["both", "ingress", "nothing"] = "both"
    """Which directions the default-deny policy closes. Less than both only in a vendor's namespace."""

    @field_validator("reason")
    @classmethod
    def _written(cls, value: str | None, info: ValidationInfo) -> str | None:
        level = info.data.get("pod_security")
        if level in {"baseline", "privileged"} and value is None:
            refuse(f"the reason why {level} is needed", value=value)
        return value

    @field_validator("quota")
    @classmethod
    def _uncounted(cls, value: Quota | None, info: ValidationInfo) -> Quota | None:
        if value and info.data.get("daemons") and (value.requests or value.limits or value.pods is not None):
            refuse("no requests, limits or pods: a DaemonSet's pods grow with the nodes and would quietly fail")
        return value

    @field_validator("closes")
    @classmethod
    def _ours_are_closed(cls, value: str, info: ValidationInfo) -> str:
        if value != "both" and info.data.get("exists") is False:
            refuse("both in a namespace of ours", value=value)
        return value


def platform_namespaces(platform: str, application: str) -> tuple[NamespaceDeclaration, ...]:
    """Every namespace of a cluster with its Pod Security level; quotas are added by who knows the workloads.

    ``application`` is where the platform's own applications run, ``<platform>-<env>`` or the product's choice.
    """

    def ours(name: str, part_of: str) -> NamespaceDeclaration:
        return NamespaceDeclaration(name=name, part_of=part_of, admission=True)

    operators = (f"{platform}-system", "monitoring", "security", "argocd", "external-secrets", "cert-manager")
    return (
        ours(application, "applications"),
        ours("mcp", "mcp-platform"),
        ours("mcp-agents", "agent-fleet"),
        ours("database", "data-layer"),
        *(NamespaceDeclaration(name=name, exempt=_CHARTS) for name in (*operators, "karpenter", "velero")),
        NamespaceDeclaration(
            name="node-agents",
            pod_security="privileged",
            reason="node-exporter, Alloy and Falco read the node itself: host network, host paths, eBPF",
            daemons=True,
            exempt="agents mount the node's own directories: that is what they are for",
        ),
        NamespaceDeclaration(name="default", exists=True, exempt="no pod runs here: nothing of ours, no quota, closed"),
        NamespaceDeclaration(name="kube-system", exists=True, closes="nothing", exempt=_VENDORS),
        NamespaceDeclaration(name="amazon-cloudwatch", exists=True, closes="ingress", exempt=_VENDORS),
        NamespaceDeclaration(name="amazon-guardduty", exists=True, closes="ingress", exempt=_VENDORS),
    )


def quota_for(demand: Demand, *, volume_claims: int = 0, load_balancers: int = 0) -> Quota:
    """A quota that holds ``demand`` (``capacity.most``), rounded up to whole cores and gibibytes."""

    def cores(millis: int) -> str:
        return str(max(1, -(-millis // 1000)))

    def gibibytes(count: int) -> str:
        return f"{max(1, -(-count // 1024**3))}Gi"

    return Quota(
        requests=Quantities(cpu=cores(demand.cpu_millis), memory=gibibytes(demand.memory_bytes)),
        limits=Quantities(cpu=cores(demand.limit_cpu_millis), memory=gibibytes(demand.limit_memory_bytes)),
        pods=demand.pods,
        volume_claims=volume_claims,
        load_balancers=load_balancers,
    )


def namespace_manifests(declaration: NamespaceDeclaration) -> list[Manifest]:
    """The namespace and what it always has: policies that close it, its quota and default limits."""
    name = declaration.name
    labels = {label.PART_OF: declaration.part_of, label.MANAGED_BY: "pulumi"}
    if declaration.exists:
        return [*_vendor_policies(declaration, labels), *_teams(declaration)]
    manifests: list[Manifest] = [
        Namespace(
            metadata=ObjectMeta(
                name=name, labels={**labels, **_security(declaration)}, annotations=_reasons(declaration) or None
            )
        ),
        default_deny(name, labels),
        allow_dns(name, labels),
        _limit_range(name, labels),
    ]
    if declaration.quota:
        manifests.append(_quota(name, labels, declaration.quota))
    return [*manifests, *_teams(declaration)]


def _teams(declaration: NamespaceDeclaration) -> list[Manifest]:
    return [team_binding(declaration.name, level, groups) for level, groups in declaration.teams.items() if groups]


def _vendor_policies(declaration: NamespaceDeclaration, labels: Mapping[str, str]) -> list[Manifest]:
    """CoreDNS stands in kube-system and must answer everyone; elsewhere what the vendor's pods don't need is closed."""
    match declaration.closes:
        case "both":
            return [default_deny(declaration.name, labels), allow_dns(declaration.name, labels)]
        case "ingress":
            return [default_deny(declaration.name, labels, directions=("Ingress",))]
        case "nothing":
            return [core_dns(labels)] if declaration.name == KUBE_SYSTEM else []


def _security(declaration: NamespaceDeclaration) -> dict[str, str]:
    labels = {label.OWNED: label.ENFORCED} if declaration.admission else {}
    if declaration.balanced:
        labels[label.READINESS_GATES] = "enabled"
    for mode in ("enforce", "audit", "warn"):
        labels[f"pod-security.kubernetes.io/{mode}"] = declaration.pod_security
        labels[f"pod-security.kubernetes.io/{mode}-version"] = POD_SECURITY_VERSION
    return labels


def _reasons(declaration: NamespaceDeclaration) -> dict[str, str]:
    reasons = {label.POD_SECURITY_REASON: declaration.reason, label.EXEMPT_REASON: declaration.exempt}
    return {key: text for key, text in reasons.items() if text}


def default_deny(
    namespace: str,
    labels: Mapping[str, str] | None = None,
    *,
    directions: Sequence[Literal["Ingress", "Egress"]] = ("Ingress", "Egress"),
) -> NetworkPolicy:
    """Nothing in, nothing out, for every pod of the namespace, until another policy opens a path."""
    return NetworkPolicy(
        metadata=ObjectMeta(name="default-deny", namespace=namespace, labels=dict(labels) if labels else None),
        spec=NetworkPolicySpec(podSelector=LabelSelector(), policyTypes=list(directions)),
    )


def allow_dns(namespace: str, labels: Mapping[str, str] | None = None) -> NetworkPolicy:
    """Name resolution, UDP and TCP, for every pod of the namespace."""
    kube_dns = NetworkPolicyPeer(
        namespaceSelector=LabelSelector(matchLabels={label.NAMESPACE: KUBE_SYSTEM}),
        podSelector=LabelSelector(matchLabels=dict(_KUBE_DNS)),
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


def core_dns(labels: Mapping[str, str] | None = None) -> NetworkPolicy:
    """CoreDNS answers everyone (53) and Prometheus (9153), and nothing else reaches it."""

    def ports(*numbers: tuple[str, int]) -> list[NetworkPolicyPort]:
        return [NetworkPolicyPort(protocol=protocol, port=number) for protocol, number in numbers]

    prometheus = NetworkPolicyPeer(namespaceSelector=LabelSelector(matchLabels={label.NAMESPACE: "monitoring"}))
    return NetworkPolicy(
        metadata=ObjectMeta(name="coredns", namespace=KUBE_SYSTEM, labels=dict(labels) if labels else None),
        spec=NetworkPolicySpec(
            podSelector=LabelSelector(matchLabels=dict(_KUBE_DNS)),
            policyTypes=["Ingress"],
            ingress=[
                # from anywhere: pods on the host network have the nodes' addresses, which no selector finds
                NetworkPolicyIngressRule(ports=ports(("UDP", DNS_PORT), ("TCP", DNS_PORT))),
                NetworkPolicyIngressRule(from_=[prometheus], ports=ports(("TCP", 9153))),
            ],
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
        "persistentvolumeclaims": str(quota.volume_claims),
        "services.loadbalancers": str(quota.load_balancers),
        "services.nodeports": "0",
    }
    for kind, quantities in (("requests", quota.requests), ("limits", quota.limits)):
        if quantities:
            hard |= {f"{kind}.cpu": quantities.cpu, f"{kind}.memory": quantities.memory}
    if quota.pods is not None:
        hard["pods"] = str(quota.pods)
    return ResourceQuota(
        metadata=ObjectMeta(name=QUOTA, namespace=namespace, labels=dict(labels)), spec=ResourceQuotaSpec(hard=hard)
    )
