"""Every version the platform pins, the calendars that say how long each is supported, and the sizes it may run on.

Data only, so that one edit bumps a pin. Nothing reads a clock: whoever asks whether something is in support gives the
day, and validators give ``SUPPORT_DATE``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Literal

SUPPORT_DATE: Final = date(2026, 11, 21)
"""The day on which validators judge whether a version is in support. Moves with the pins below."""

# --- support calendars ------------------------------------------------------------------------------------------


class Support(StrEnum):
    """What a vendor gives for a version on a day."""

    UNKNOWN = "unknown"
    UNRELEASED = "not released"
    STANDARD = "standard support"
    EXTENDED = "extended support, paid"
    ENDED = "out of support"


@dataclass(frozen=True)
class Lifecycle:
    """The life of one release line; the ends are the last supported day, ``None`` where none is announced."""

    cycle: str
    released: date
    standard_until: date | None
    extended_until: date | None
    latest: str


def _calendar(*lines: tuple[str, str, str | None, str | None, str]) -> dict[str, Lifecycle]:
    def day(text: str | None) -> date | None:
        return None if text is None else date.fromisoformat(text)

    return {
        cycle: Lifecycle(cycle, date.fromisoformat(released), day(standard), day(extended), latest)
        for cycle, released, standard, extended, latest in lines
    }


# source of all: endoflife-date/endoflife.date, commit a70eca337600, 2026-08-22, unless a line says otherwise
EKS: Final = _calendar(
    ("1.36", "2026-06-02", "2027-08-02", "2028-08-02", "1.36"),
    ("1.35", "2026-01-28", "2027-03-27", "2028-03-27", "1.35"),
    ("1.34", "2025-10-06", "2026-12-02", "2027-12-02", "1.34"),
    ("1.33", "2025-05-28", "2026-07-29", "2027-07-29", "1.33"),
    ("1.32", "2025-01-25", "2026-03-23", "2027-03-23", "1.32"),
    ("1.31", "2024-09-26", "2025-11-26", "2026-11-26", "1.31"),
    ("1.30", "2024-05-23", "2025-07-23", "2026-07-23", "1.30"),
    ("1.29", "2024-01-23", "2025-03-23", "2026-03-23", "1.29"),
    ("1.28", "2023-09-26", "2024-11-26", "2025-11-26", "1.28"),
)
"""Kubernetes versions on EKS."""

AURORA_POSTGRESQL: Final = _calendar(
    ("18", "2026-02-26", "2031-02-28", "2034-02-28", "18.3"),
    ("17", "2025-02-20", "2030-02-28", "2033-02-28", "17.9"),
    ("16", "2023-09-14", "2029-02-28", "2032-02-28", "16.13"),
    ("15", "2022-11-10", "2028-02-29", "2031-02-28", "15.17"),
    ("14", "2021-09-30", "2027-02-28", "2030-02-28", "14.22"),
    ("13", "2020-09-24", "2026-02-28", "2029-02-28", "13.23"),
    ("12", "2019-11-14", "2025-02-28", "2028-02-29", "12.22"),
    ("11", "2018-10-18", "2024-02-29", "2027-03-31", "11.21"),
)
RDS_POSTGRESQL: Final = _calendar(
    ("18", "2025-11-14", "2031-02-28", "2034-02-28", "18.4"),
    ("17", "2024-11-14", "2030-02-28", "2033-02-28", "17.10"),
    ("16", "2023-11-17", "2029-02-28", "2032-02-29", "16.14"),
    ("15", "2023-02-27", "2028-02-29", "2031-02-28", "15.18"),
    ("14", "2022-02-03", "2027-02-28", "2030-02-28", "14.23"),
    ("13", "2021-02-24", "2026-02-28", "2029-02-28", "13.23"),
    ("12", "2020-03-31", "2025-02-28", "2028-02-29", "12.22"),
    ("11", "2019-03-13", "2024-02-29", "2027-03-31", "11.22"),
)
RDS_MYSQL: Final = _calendar(
    ("8.4", "2024-11-21", "2029-07-31", "2032-07-31", "8.4.10"),
    ("8.0", "2018-10-23", "2026-07-31", "2029-07-31", "8.0.46"),  # release day: RDS launch notice, from memory
)
VALKEY: Final = _calendar(
    # ElastiCache announces no ends: these are upstream's. 8.2 is ElastiCache's own line and has none.
    ("9.1", "2026-05-19", None, None, "9.1"),
    ("9.0", "2025-10-21", "2028-10-21", None, "9.0"),
    ("8.2", "2025-07-22", None, None, "8.2"),  # day of ElastiCache's release: from memory
    ("8.1", "2025-03-31", "2030-03-31", None, "8.1"),
    ("8.0", "2024-09-15", "2027-09-15", None, "8.0"),
    ("7.2", "2023-08-15", "2029-04-16", None, "7.2"),
)
REDIS: Final = _calendar(
    # ElastiCache for Redis OSS stops at 7.1
    ("7.1", "2023-11-14", None, None, "7.1"),
    ("7.0", "2022-04-12", None, None, "7.0"),
    ("6.2", "2020-10-13", "2027-01-31", "2030-01-31", "6.2"),
    ("5.0", "2018-10-17", "2026-01-31", "2029-01-31", "5.0.6"),
    ("4.0", "2017-11-17", "2026-01-31", "2029-01-31", "4.0.10"),
)


def cycle_of(calendar: Mapping[str, Lifecycle], version: str) -> Lifecycle | None:
    """The release line that ``version`` belongs to: ``17`` for ``17.9``, ``8.4`` for ``8.4.9``; none: ``None``."""
    parts = version.split(".")
    for length in range(len(parts), 0, -1):
        found = calendar.get(".".join(parts[:length]))
        if found is not None:
            return found
    return None


def support(calendar: Mapping[str, Lifecycle], version: str, on: date) -> Support:
    """What the vendor gives for ``version`` on the day ``on``. An end that isn't announced hasn't come."""
    life = cycle_of(calendar, version)
    if life is None:
        return Support.UNKNOWN
    if on < life.released:
        return Support.UNRELEASED
    if life.standard_until is None or on <= life.standard_until:
        return Support.STANDARD
    if life.extended_until is not None and on <= life.extended_until:
        return Support.EXTENDED
    return Support.ENDED


def in_support(calendar: Mapping[str, Lifecycle], version: str, on: date) -> bool:
    """Whether ``version`` is in standard support on the day ``on``; extended support costs extra and does not count."""
    return support(calendar, version, on) is Support.STANDARD


def supported(calendar: Mapping[str, Lifecycle], on: date) -> tuple[str, ...]:
    """The release lines in standard support on the day ``on``, newest first: what an error offers."""
    return tuple(cycle for cycle in calendar if in_support(calendar, cycle, on))


KUBERNETES: Final = "1.36"
"""Of every cluster. Newest on EKS (calendar above)."""
AURORA_POSTGRESQL_VERSION: Final = "17.9"
RDS_POSTGRESQL_VERSION: Final = "15.18"
"""AIVO's databases."""
RDS_MYSQL_VERSION: Final = "8.4.10"
"""Ghost supports MySQL 8 only (docs.ghost.org). The image of its client has the same tag."""

# --- charts -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chart:
    """A Helm chart at one version. ``repository`` holds it: an ``https`` index, or an ``oci`` path that ends in it."""

    name: str
    version: str
    app: str
    repository: str
    seen: date
    """When the version was read in the project's own repository."""

    @property
    def oci(self) -> bool:
        """Whether the chart is pulled as an OCI artefact: no repository options then."""
        return self.repository.startswith("oci://")


_AWS: Final = "https://aws.github.io/eks-charts"
_PROMETHEUS: Final = "https://prometheus-community.github.io/helm-charts"
_GRAFANA_COMMUNITY: Final = "https://grafana-community.github.io/helm-charts"
_ARGO: Final = "https://argoproj.github.io/argo-helm"

CHARTS: Final[dict[str, Chart]] = {
    chart.name: chart
    for chart in (
        Chart("aws-load-balancer-controller", "3.5.0", "v3.5.0", _AWS, date(2026, 8, 17)),
        # Gateway API's project ships no chart; this one brings the standard definitions of 1.6.1 and, by choice,
        # nothing else. The load balancer controller 3.5 is built for 1.6
        Chart(
            "gateway-crds-helm",
            "v1.9.0",
            "v1.6.1",
            "oci://docker.io/envoyproxy/gateway-crds-helm",
            date(2026, 8, 21),
        ),
        Chart("external-secrets", "2.9.0", "v2.9.0", "https://charts.external-secrets.io", date(2026, 8, 8)),
        Chart(
            "metrics-server", "3.13.1", "0.8.1", "https://kubernetes-sigs.github.io/metrics-server", date(2026, 8, 4)
        ),
        Chart("keda", "2.20.2", "2.20.2", "https://kedacore.github.io/charts", date(2026, 8, 13)),
        Chart("karpenter", "1.14.1", "1.14.1", "oci://public.ecr.aws/karpenter/karpenter", date(2026, 8, 21)),
        Chart("karpenter-crd", "1.14.1", "1.14.1", "oci://public.ecr.aws/karpenter/karpenter-crd", date(2026, 8, 21)),
        Chart("cert-manager", "v1.21.1", "v1.21.1", "oci://quay.io/jetstack/charts/cert-manager", date(2026, 8, 22)),
        Chart("external-dns", "1.21.1", "0.21.0", "https://kubernetes-sigs.github.io/external-dns", date(2026, 8, 22)),
        Chart("kube-prometheus-stack", "88.5.3", "v0.93.1", _PROMETHEUS, date(2026, 8, 22)),
        Chart("prometheus-operator-crds", "31.0.1", "v0.93.1", _PROMETHEUS, date(2026, 8, 10)),
        Chart("loki", "18.11.0", "3.7.6", _GRAFANA_COMMUNITY, date(2026, 8, 20)),
        Chart("alloy", "1.11.1", "v1.18.1", "https://grafana.github.io/helm-charts", date(2026, 8, 21)),
        Chart("velero", "12.1.0", "1.18.1", "https://vmware-tanzu.github.io/helm-charts", date(2026, 6, 25)),
        Chart("falco", "9.1.0", "0.44.1", "https://falcosecurity.github.io/charts", date(2026, 7, 21)),
        Chart("argo-cd", "10.1.1", "v3.4.4", _ARGO, date(2026, 7, 2)),
        Chart("kyverno", "3.9.0", "v1.19.0", "https://kyverno.github.io/kyverno", date(2026, 8, 22)),
    )
}
"""Every chart by its name."""

# --- EKS add-ons ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Addon:
    """An EKS add-on at one version for ``KUBERNETES``; ``evidence`` says where that pairing was seen."""

    name: str
    version: str
    verified: bool
    """Whether the version was seen running on this Kubernetes version; else it is the nearest that was seen."""
    evidence: str


_RESOLVED: Final = "what EKS resolved for a 1.36 cluster, recorded 2026-09-16 by a public deployment's version table"

ADDONS: Final[dict[str, Addon]] = {
    addon.name: addon
    for addon in (
        Addon("vpc-cni", "v1.22.4-eksbuild.3", verified=True, evidence=_RESOLVED),
        Addon("kube-proxy", "v1.36.0-eksbuild.21", verified=True, evidence=_RESOLVED),
        Addon("coredns", "v1.14.3-eksbuild.16", verified=True, evidence=_RESOLVED),
        Addon("eks-pod-identity-agent", "v1.3.10-eksbuild.3", verified=True, evidence=_RESOLVED),
        Addon(
            "aws-ebs-csi-driver",
            "v1.63.1-eksbuild.1",
            verified=True,
            evidence="the default for 1.36 in public installation notes of 2026-09, with its live state ACTIVE",
        ),
        Addon(
            "snapshot-controller",
            "v8.5.0-eksbuild.5",
            verified=False,
            evidence="seen with 1.35 in public stack files of 2026; not seen with 1.36",
        ),
        Addon(
            "amazon-cloudwatch-observability",
            "v6.7.0-eksbuild.1",
            verified=True,
            evidence="what EKS resolved for a 1.36 cluster, recorded in a public stack file of 2026",
        ),
        Addon(
            "aws-guardduty-agent",
            "v1.12.1-eksbuild.2",
            verified=False,
            evidence="seen with 1.34 in public stack files; check with describe-addon-versions before deploying",
        ),
    )
}
"""Every EKS add-on by its name."""

# --- machine images ---------------------------------------------------------------------------------------------

AL2023_RELEASE: Final = "v20260714"
"""Release of EKS's machine images of Amazon Linux 2023, Kubernetes 1.36 among their versions (awslabs/amazon-eks-ami,
CHANGELOG, 2026-07-23). For Bottlerocket no release with 1.36 could be read, so stack files name theirs."""

# --- images that our own workloads take from upstream -----------------------------------------------------------


@dataclass(frozen=True)
class UpstreamImage:
    """An image that we run but don't build. Digests are pinned by a command that needs a network, never invented."""

    repository: str
    tag: str
    source: str


IMAGES: Final[dict[str, UpstreamImage]] = {
    "envoy": UpstreamImage(
        "docker.io/envoyproxy/envoy",
        "distroless-v1.39.1",
        "Envoy 1.39 is what Envoy Gateway 1.9 runs; patch 1.39.1 seen pinned in public repositories, 2026",
    ),
    "pgbouncer": UpstreamImage(
        "ghcr.io/cloudnative-pg/pgbouncer",
        "1.25.2",
        "built so by cloudnative-pg/pgbouncer-containers, docker-bake.hcl, commit 7b391df, 2026-06-25; holds psql too",
    ),
    "mysql": UpstreamImage(
        "docker.io/library/mysql", RDS_MYSQL_VERSION, "the release of RDS's; the bootstrap job runs its client"
    ),
    "postgres-exporter": UpstreamImage(
        "quay.io/prometheuscommunity/postgres-exporter", "v0.20.1", "chart prometheus-postgres-exporter 8.2.0"
    ),
    "redis-exporter": UpstreamImage(
        "quay.io/oliver006/redis_exporter",
        "v1.89.0-alpine",
        "chart prometheus-redis-exporter 6.29.0; the build with a shell, which puts the login together from its files",
    ),
    "pgbouncer-exporter": UpstreamImage(
        "quay.io/prometheuscommunity/pgbouncer-exporter", "v0.12.1", "chart prometheus-pgbouncer-exporter 0.10.1"
    ),
    "blackbox-exporter": UpstreamImage(
        "quay.io/prometheus/blackbox-exporter", "v0.28.0", "chart prometheus-blackbox-exporter 11.17.2"
    ),
    "velero-plugin-for-aws": UpstreamImage(
        "docker.io/velero/velero-plugin-for-aws",
        "v1.14.2",
        "built on Velero 1.18.0 (OSV advisories of Wolfi's package 1.14.2, 2026-08-21)",
    ),
    "k6": UpstreamImage(
        "docker.io/grafana/k6", "2.1.0", "seen pinned in public repositories, 2026; its Alpine base has sleep"
    ),
    "opentelemetry-collector": UpstreamImage(
        "ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-contrib",
        "0.158.0",
        "chart opentelemetry-collector 0.170.0",
    ),
}
"""Upstream images by their short name."""

# --- sizes ------------------------------------------------------------------------------------------------------

Architecture = Literal["x86_64", "arm64"]


@dataclass(frozen=True)
class InstanceType:
    """An EC2 instance type that node groups may name."""

    name: str
    vcpu: int
    memory_gib: float
    enis: int
    """Network interfaces on the default card."""
    ipv4_per_eni: int
    arch: Architecture

    @property
    def max_pods_secondary_ips(self) -> int:
        """Pods without prefix delegation: every address but each interface's own, and two host-network pods."""
        return self.enis * (self.ipv4_per_eni - 1) + 2

    @property
    def max_pods_prefix_delegation(self) -> int:
        """Pods with prefix delegation: AWS's recommendation, 110 below 30 vCPU and 250 from there on."""
        recommended = 110 if self.vcpu < 30 else 250  # noqa: PLR2004 - AWS's own figures
        return min(recommended, self.enis * (self.ipv4_per_eni - 1) * 16 + 2)

    def max_pods(self, *, prefix_delegation: bool) -> int:
        """Pod slots of one node."""
        return self.max_pods_prefix_delegation if prefix_delegation else self.max_pods_secondary_ips


_ENIS: Final = {"medium": (2, 4), "large": (3, 10), "xlarge": (4, 15), "2xlarge": (4, 15)}
_BURSTABLE_ENIS: Final = {"medium": (3, 6), "large": (3, 12), "xlarge": (4, 15), "2xlarge": (4, 15)}
_FAMILIES: Final[dict[str, tuple[int, Architecture, tuple[str, ...]]]] = {
    # GiB a vCPU, architecture, sizes
    "t3": (4, "x86_64", ("medium", "large", "xlarge", "2xlarge")),
    "t3a": (4, "x86_64", ("medium", "large", "xlarge", "2xlarge")),
    "t4g": (4, "arm64", ("medium", "large", "xlarge", "2xlarge")),
    "m5": (4, "x86_64", ("large", "xlarge", "2xlarge")),
    "m6i": (4, "x86_64", ("large", "xlarge", "2xlarge")),
    "m6a": (4, "x86_64", ("large", "xlarge", "2xlarge")),
    "m6g": (4, "arm64", ("large", "xlarge", "2xlarge")),
    "m7i": (4, "x86_64", ("large", "xlarge", "2xlarge")),
    "m7g": (4, "arm64", ("large", "xlarge", "2xlarge")),
    "m8g": (4, "arm64", ("large", "xlarge", "2xlarge")),
    "c6i": (2, "x86_64", ("large", "xlarge", "2xlarge")),
    "c7i": (2, "x86_64", ("large", "xlarge", "2xlarge")),
    "c7g": (2, "arm64", ("large", "xlarge", "2xlarge")),
    "r5": (8, "x86_64", ("large", "xlarge", "2xlarge")),
    "r6i": (8, "x86_64", ("large", "xlarge", "2xlarge")),
    "r6g": (8, "arm64", ("large", "xlarge", "2xlarge")),
    "r7i": (8, "x86_64", ("large", "xlarge", "2xlarge")),
    "r7g": (8, "arm64", ("large", "xlarge", "2xlarge")),
    "r8g": (8, "arm64", ("large", "xlarge", "2xlarge")),
}
_VCPU: Final = {"medium": 2, "large": 2, "xlarge": 4, "2xlarge": 8}


def _instance_types() -> dict[str, InstanceType]:
    found: dict[str, InstanceType] = {}
    for family, (gib_per_vcpu, arch, sizes) in _FAMILIES.items():
        burstable = family.startswith("t")
        for size in sizes:
            enis, addresses = (_BURSTABLE_ENIS if burstable else _ENIS)[size]
            # burstable sizes below xlarge all have two processors, so their memory a processor differs
            memory = {"medium": 4, "large": 8}.get(size) if burstable else None
            name = f"{family}.{size}"
            found[name] = InstanceType(name, _VCPU[size], memory or _VCPU[size] * gib_per_vcpu, enis, addresses, arch)
    return found


INSTANCE_TYPES: Final = _instance_types()
"""Node instance types by name.

Interfaces and addresses: awslabs/amazon-eks-ami, instance-info.jsonl, commit 81fec2e89585, 2026-07-23.
"""


@dataclass(frozen=True)
class DatabaseClass:
    """An RDS instance class. ``aurora`` and ``rds``: PostgreSQL may run on it there."""

    name: str
    vcpu: int
    memory_gib: float
    aurora: bool
    rds: bool


DATABASE_CLASSES: Final[dict[str, DatabaseClass]] = {
    c.name: c
    for c in (
        # RDS and Aurora "DB instance class types", from memory
        DatabaseClass("db.t4g.micro", 2, 1, aurora=False, rds=True),
        DatabaseClass("db.t4g.small", 2, 2, aurora=False, rds=True),
        DatabaseClass("db.t4g.medium", 2, 4, aurora=True, rds=True),
        DatabaseClass("db.t4g.large", 2, 8, aurora=True, rds=True),
        DatabaseClass("db.t3.medium", 2, 4, aurora=True, rds=True),
        DatabaseClass("db.m6g.large", 2, 8, aurora=False, rds=True),
        DatabaseClass("db.m6g.xlarge", 4, 16, aurora=False, rds=True),
        DatabaseClass("db.m7g.large", 2, 8, aurora=False, rds=True),
        DatabaseClass("db.m7g.xlarge", 4, 16, aurora=False, rds=True),
        DatabaseClass("db.r6g.large", 2, 16, aurora=True, rds=True),
        DatabaseClass("db.r6g.xlarge", 4, 32, aurora=True, rds=True),
        DatabaseClass("db.r6g.2xlarge", 8, 64, aurora=True, rds=True),
        DatabaseClass("db.r7g.large", 2, 16, aurora=True, rds=True),
        DatabaseClass("db.r7g.xlarge", 4, 32, aurora=True, rds=True),
        DatabaseClass("db.r7g.2xlarge", 8, 64, aurora=True, rds=True),
        DatabaseClass("db.r8g.large", 2, 16, aurora=True, rds=True),
    )
}
"""Provisioned database classes by name (``db.serverless`` is Aurora Serverless v2's own and stands in no table)."""


@dataclass(frozen=True)
class CacheNodeType:
    """An ElastiCache node type."""

    name: str
    vcpu: int
    memory_gib: float


CACHE_NODE_TYPES: Final[dict[str, CacheNodeType]] = {
    c.name: c
    for c in (
        # ElastiCache "supported node types", from memory
        CacheNodeType("cache.t4g.micro", 2, 0.5),
        CacheNodeType("cache.t4g.small", 2, 1.37),
        CacheNodeType("cache.t4g.medium", 2, 3.09),
        CacheNodeType("cache.m7g.large", 2, 6.38),
        CacheNodeType("cache.r6g.large", 2, 13.07),
        CacheNodeType("cache.r7g.large", 2, 13.07),
        CacheNodeType("cache.r7g.xlarge", 4, 26.32),
        CacheNodeType("cache.r8g.large", 2, 13.07),
    )
}
"""Cache node types by name."""

# --- what a node leaves for pods --------------------------------------------------------------------------------

_CPU_RESERVED: Final = ((0, 1000, 600), (1000, 2000, 100), (2000, 4000, 50))
_CPU_RESERVED_REST: Final = 25
_EVICTION_MIB: Final = 100


def reserved_cpu_millis(vcpu: int) -> int:
    """Thousandths of a core that the kubelet keeps: 6 % of the first, 1 % of the second, 0.5 % of two, 0.25 % of more.

    Source: awslabs/amazon-eks-ami, nodeadm/internal/kubelet/config.go, commit 81fec2e89585 (hundredths of a percent).
    """
    total = vcpu * 1000
    kept = sum((min(total, end) - start) * share // 10000 for start, end, share in _CPU_RESERVED if total > start)
    return kept + max(0, total - 4000) * _CPU_RESERVED_REST // 10000


def reserved_memory_mib(max_pods: int) -> int:
    """MiB that the kubelet keeps: 11 a pod slot and 255, and 100 as the hard eviction threshold. Source: as above.

    nodeadm counts the slots without prefix delegation even where a node group raises them, so this errs on the safe
    side there.
    """
    return 11 * max_pods + 255 + _EVICTION_MIB


@dataclass(frozen=True)
class Allocatable:
    """What pods may request on one node."""

    cpu_millis: int
    memory_mib: int
    pods: int


_USABLE_MEMORY: Final = 0.96
"""Of the nominal memory, what the kernel shows as capacity. Estimate: an m6i.xlarge shows about 15.5 of its 16 GiB."""


def allocatable(instance_type: str, *, prefix_delegation: bool) -> Allocatable:
    """What pods may request on a node of ``instance_type``. ``KeyError`` for a type that no table has."""
    kind = INSTANCE_TYPES[instance_type]
    pods = kind.max_pods(prefix_delegation=prefix_delegation)
    return Allocatable(
        cpu_millis=kind.vcpu * 1000 - reserved_cpu_millis(kind.vcpu),
        memory_mib=int(kind.memory_gib * 1024 * _USABLE_MEMORY) - reserved_memory_mib(pods),
        pods=pods,
    )
