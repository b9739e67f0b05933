"""What a stack file says about its EKS clusters, and what is refused of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from ipaddress import IPv4Network
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator

from components.context import StackIdentity
from components.data_classes import log_limit
from components.eks_cluster.node_settings import NodeGroupSettings, NodePoolSettings, smallest
from components.model import (
    DnsLabel,
    LogDays,
    PrivateCidr,
    Problem,
    Settings,
    Slug,
    each_once,
    one_of,
    refuse,
    refuse_all,
    repeated,
)
from components.naming import Names
from components.networking.settings import NetworkingSettings, Zone
from components.times import TimeZone, UnixCron
from components.versions import ADDONS, EKS, KUBERNETES, SUPPORT_DATE, Support, support, supported

# --- people's access --------------------------------------------------------------------------------------------


class AccessLevel(StrEnum):
    """What a principal may do in the cluster."""

    ADMIN = "admin"
    DEVELOPER = "developer"
    READ_ONLY = "read-only"
    BREAK_GLASS = "break-glass"


_PRINCIPAL: Final = re.compile(r"arn:aws:iam::\d{12}:(role|user)/[\w+=,.@/-]+", re.ASCII)


def _principal(value: str) -> str:
    if not _PRINCIPAL.fullmatch(value):
        refuse(
            "the ARN of an IAM role or user, arn:aws:iam::<account>:role/<path and name>; not a session's "
            "(assumed-role) and not an account's root",
            value=value,
        )
    return value


class Access(Settings):
    """One principal's way into a cluster. The deploy role needs none: it made the cluster and stays its admin."""

    principal: Annotated[str, AfterValidator(_principal)]
    """ARN of the IAM role or user. One entry a principal."""
    level: AccessLevel
    """``admin``: runs what is there, in every namespace. ``developer``: changes things outside production and restarts
    them there, in its namespaces. ``read-only``: sees all but secrets. ``break-glass``: everything, for a role that is
    assumed in an emergency only."""
    namespaces: Annotated[list[DnsLabel], each_once("namespace")] = []
    """Where: what a developer must name, what narrows ``read-only``, and what the others have no use for."""

    @field_validator("namespaces")
    @classmethod
    def _where(cls, value: list[str], info: ValidationInfo) -> list[str]:
        level = info.data.get("level")
        if level is AccessLevel.DEVELOPER and not value:
            refuse("at least one namespace: a developer changes things there and nowhere else", value=value)
        if level in {AccessLevel.ADMIN, AccessLevel.BREAK_GLASS} and value:
            refuse(f"nothing: access of {level} is the whole cluster's", value=value)
        return value

    @staticmethod
    def group(key: str) -> str:
        """The Kubernetes group of the entry called ``key``."""
        return f"platform:{key}"


# --- off hours --------------------------------------------------------------------------------------------------


class OffHours(Settings):
    """When a cluster's nodes go to zero and when they come back. What people start by hand in between stays."""

    sleep: UnixCron
    """When the node groups are set to no nodes."""
    wake: UnixCron
    """When they are set to their desired sizes again."""
    time_zone: TimeZone = "America/New_York"
    """Whose clock both times are read on, daylight saving included."""

    @field_validator("wake")
    @classmethod
    def _another_time(cls, value: str, info: ValidationInfo) -> str:
        if value == info.data.get("sleep"):
            refuse("another time than sleep", value=value)
        return value


# --- add-ons ----------------------------------------------------------------------------------------------------

AddonName = Literal[
    "vpc-cni",
    "kube-proxy",
    "eks-pod-identity-agent",
    "coredns",
    "aws-ebs-csi-driver",
    "snapshot-controller",
    "amazon-cloudwatch-observability",
    "aws-guardduty-agent",
]
AddonVersion = Annotated[str, StringConstraints(pattern=r"^v[0-9]+\.[0-9]+\.[0-9]+-eksbuild\.[0-9]+$")]


_GUARDDUTY_DATA: Final = "guardduty-data"
"""The endpoint that whoever installs the agent himself has to make (GuardDuty user guide, EKS Runtime Monitoring)."""


class AddonSettings(Settings):
    """EKS add-ons that a cluster may do without, and versions other than the pinned ones."""

    cloudwatch_observability: bool = True
    """Container Insights: metrics only, never container logs (those go through redaction)."""
    guardduty_agent: bool = False
    """The runtime agent. It works only where the account has Runtime Monitoring on and GuardDuty's own management of
    the agent off; both are the account project's."""
    snapshot_controller: bool = True
    """Volume snapshots, which backups of volumes stand on."""
    versions: dict[AddonName, AddonVersion] = {}
    """Versions that differ from the pinned ones: what a cluster on another Kubernetes version than the pins' needs."""

    def version(self, name: AddonName) -> str:
        """The version of an add-on: given here, else pinned."""
        return self.versions.get(name) or ADDONS[name].version

    def names(self) -> tuple[AddonName, ...]:
        """Every add-on that is on, in the order in which they come up."""
        chosen: list[AddonName] = ["vpc-cni", "kube-proxy", "eks-pod-identity-agent", "coredns", "aws-ebs-csi-driver"]
        if self.snapshot_controller:
            chosen.append("snapshot-controller")
        if self.cloudwatch_observability:
            chosen.append("amazon-cloudwatch-observability")
        if self.guardduty_agent:
            chosen.append("aws-guardduty-agent")
        return tuple(chosen)


# --- the cluster ------------------------------------------------------------------------------------------------


class EksClusterSettings(Settings):
    """One EKS cluster: its version, its API endpoint, who comes in, its nodes and its add-ons."""

    version: Annotated[str, StringConstraints(pattern=r"^1\.[0-9]{2}$")] = KUBERNETES
    """Kubernetes version, quoted. In standard support; one minor version up at a time."""
    endpoint: Literal["private", "public"] = "private"
    """Where the API answers: inside the VPC only, or also to the runner's ``public_cidrs``."""
    service_cidr: PrivateCidr = IPv4Network("172.20.0.0/16")
    """Network of the Services' cluster IPs, /12 to /24 and apart from the VPC's. It can't be changed later."""
    log_days: LogDays = 90
    """How long the control plane's logs are kept."""
    deletion_protection: bool = True
    """Whether EKS refuses to delete the cluster. Taking one down means an update that turns this off, then another."""
    node_zones: Annotated[list[Zone], each_once("zone")] | None = None
    """Zones that nodes start in; left out: all of the VPC's. One zone is cheaper and dies with it."""
    prefix_delegation: bool = True
    """Whether pods get their addresses by /28 prefixes: up to 110 pods a node instead of 35 to 58."""
    autoscaler: Literal["none", "karpenter"] = "none"
    """What adds nodes under load: nothing, or Karpenter by ``node_pools``."""
    access: dict[Slug, Access] = {}
    """Who comes in, by a name of your own."""
    node_groups: Annotated[dict[Slug, NodeGroupSettings], Field(min_length=1)]
    """Node groups that EKS manages, by name. Their on-demand nodes without taints are the cluster's base."""
    node_pools: dict[Slug, NodePoolSettings] = {}
    """What Karpenter may start beyond the node groups, by name."""
    off_hours: OffHours | None = None
    """When the nodes are off. Not with an autoscaler, whose own nodes would run on unmanaged."""
    addons: AddonSettings = AddonSettings()
    """Optional EKS add-ons and their versions."""

    @field_validator("version")
    @classmethod
    def _supported(cls, value: str) -> str:
        given = support(EKS, value, SUPPORT_DATE)
        if given is not Support.STANDARD:
            offered = one_of(supported(EKS, SUPPORT_DATE))
            refuse(f"a version in standard support on {SUPPORT_DATE}: {offered} ({value}: {given})", value=value)
        return value

    @field_validator("service_cidr")
    @classmethod
    def _service_network(cls, value: IPv4Network) -> IPv4Network:
        # EKS's own limits: CreateCluster, kubernetesNetworkConfig.serviceIpv4Cidr
        if not 12 <= value.prefixlen <= 24 or value.subnet_of(IPv4Network("100.64.0.0/10")):  # noqa: PLR2004
            refuse("a network from /12 to /24 of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16", value=str(value))
        return value

    @field_validator("node_zones")
    @classmethod
    def _zones(cls, value: list[str] | None) -> list[str] | None:
        if value is not None and not value:
            refuse("at least one zone, or nothing for all of the VPC's", value=value)
        return value

    @field_validator("access")
    @classmethod
    def _one_entry_a_principal(cls, value: dict[str, Access]) -> dict[str, Access]:
        keys = list(value)
        refuse_all(
            Problem((keys[i], "principal"), arn, "a principal that no other entry names: EKS has one entry for each")
            for i, arn in repeated(entry.principal for entry in value.values())
        )
        return value

    @field_validator("node_groups")
    @classmethod
    def _base(cls, value: dict[str, NodeGroupSettings]) -> dict[str, NodeGroupSettings]:
        if not any(group.base for group in value.values()):
            refuse(
                "at least one group on demand, without taints, with a desired size of 1 or more: CoreDNS and the "
                "operators run on it",
                value={key: group.desired for key, group in value.items()},
            )
        return value

    @field_validator("node_pools")
    @classmethod
    def _only_karpenters(cls, value: dict[str, NodePoolSettings], info: ValidationInfo) -> dict[str, NodePoolSettings]:
        autoscaler = info.data.get("autoscaler")
        if autoscaler == "karpenter" and not value:
            refuse("at least one pool: without one Karpenter starts no node", value=value)
        if autoscaler is not None and autoscaler != "karpenter" and value:
            refuse(f"nothing while autoscaler is {autoscaler}: pools are Karpenter's", value=sorted(value))
        groups = info.data.get("node_groups") or {}
        refuse_all(
            Problem((name,), name, "a name that no node group has: both become the label node-group")
            for name in value
            if name in groups
        )
        return value

    @field_validator("off_hours")
    @classmethod
    def _can_sleep(cls, value: OffHours | None, info: ValidationInfo) -> OffHours | None:
        if value is None:
            return value
        autoscaler = info.data.get("autoscaler")
        if autoscaler is not None and autoscaler != "none":
            refuse(f"nothing while autoscaler is {autoscaler}: the nodes it started would run on", value=value)
        groups: Mapping[str, NodeGroupSettings] = info.data.get("node_groups") or {}
        refuse_all(
            Problem(("..", "node_groups", key, "min"), group.min, "0: off hours take every group to no nodes")
            for key, group in groups.items()
            if group.min > 0
        )
        return value

    @field_validator("addons")
    @classmethod
    def _proxy_of_the_version(cls, value: AddonSettings, info: ValidationInfo) -> AddonSettings:
        version, proxy = info.data.get("version"), value.version("kube-proxy")
        if version is not None and not proxy.startswith(f"v{version}."):
            refuse(
                f"a v{version} build: kube-proxy is of the cluster's own minor version",
                value=proxy,
                at=["versions", "kube-proxy"],
            )
        return value

    def base_nodes(self) -> list[tuple[str, int]]:
        """The nodes that are always there: instance type and desired count of each base group.

        Of a group with several types, the smallest: what capacity is counted with.
        """
        return [(smallest(group.instance_types), group.desired) for group in self.node_groups.values() if group.base]


ClustersSettings = Annotated[dict[Slug, EksClusterSettings], Field(min_length=1)]
"""The clusters of a stack by key. The key is part of every name, so that a second one can stand beside the first."""


# --- between sections -------------------------------------------------------------------------------------------


def check(clusters: Mapping[str, EksClusterSettings], identity: StackIdentity) -> Iterator[Problem]:
    """What must hold between the stack's identity and its clusters."""
    runner = identity.runner
    private = [key for key, cluster in clusters.items() if cluster.endpoint == "private"]
    # in production a public endpoint is itself the mistake, not that nobody may reach it
    public = [key for key, cluster in clusters.items() if cluster.endpoint == "public" and not identity.production]
    if private and runner.agent_pool is None:
        yield Problem(
            ("stack", "runner", "agent_pool"),
            None,
            f"the Pulumi Deployments agent pool inside the account's network: clusters.{private[0]}.endpoint is "
            "private, and whoever runs `pulumi up` must reach it",
        )
    if public and not runner.public_cidrs:
        yield Problem(
            ("stack", "runner", "public_cidrs"),
            [],
            f"at least one network: clusters.{public[0]}.endpoint is public, and only to those listed",
        )
    deploy_role = Names(identity.platform, identity.env, identity.account_id, identity.region).role_arn("deploy")
    for key, cluster in clusters.items():
        yield from _check_one(("clusters", key), cluster, identity, deploy_role)


def _check_one(
    path: tuple[str, ...], cluster: EksClusterSettings, identity: StackIdentity, deploy_role: str
) -> Iterator[Problem]:
    limit = log_limit(production=identity.production)
    runner = identity.runner.cidr
    if runner is not None and cluster.service_cidr.overlaps(runner):
        yield Problem(
            (*path, "service_cidr"),
            str(cluster.service_cidr),
            f"a network apart from the runner's {runner}: the control plane couldn't answer it",
        )
    if identity.production and cluster.endpoint != "private":
        yield Problem((*path, "endpoint"), cluster.endpoint, "private in production")
    if identity.production and cluster.off_hours is not None:
        yield Problem((*path, "off_hours"), cluster.off_hours.sleep, "nothing in production: its nodes never sleep")
    if cluster.log_days > limit:
        yield Problem(
            (*path, "log_days"),
            cluster.log_days,
            f"at most {limit} days, the limit of operational logs in this environment",
        )
    for name, entry in cluster.access.items():
        if entry.principal == deploy_role:
            yield Problem(
                (*path, "access", name, "principal"),
                entry.principal,
                "anyone but the deploy role: it made the cluster and is its admin already",
            )


def check_zones(clusters: Mapping[str, EksClusterSettings], networking: NetworkingSettings) -> Iterator[Problem]:
    """What must hold between the network and the clusters: Services apart from it, nodes in zones that it has."""
    endpoints = [endpoint.value for endpoint in networking.interface_endpoints]
    for key, cluster in clusters.items():
        if cluster.addons.guardduty_agent and _GUARDDUTY_DATA not in endpoints:
            yield Problem(
                ("networking", "interface_endpoints"),
                endpoints,
                f"{_GUARDDUTY_DATA} too: the agent of clusters.{key} sends what it sees through that endpoint alone",
            )
        for network in filter(None, (networking.cidr, networking.pod_cidr)):
            if cluster.service_cidr.overlaps(network):
                yield Problem(
                    ("clusters", key, "service_cidr"),
                    str(cluster.service_cidr),
                    f"a network apart from the VPC's {network}",
                )
        for index, zone in enumerate(cluster.node_zones or ()):
            if zone not in networking.zones:
                yield Problem(("clusters", key, "node_zones", index), zone, one_of(networking.zones))
