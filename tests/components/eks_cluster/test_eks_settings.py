"""Every mistake about a cluster gives one error, at its key, that says what may stand there."""

from __future__ import annotations

import copy
from ipaddress import IPv4Network
from typing import Any

import pytest

from components.context import StackIdentity
from components.eks_cluster import (
    Access,
    AddonSettings,
    ClustersSettings,
    EksClusterSettings,
    OffHours,
    check,
    check_zones,
)
from components.eks_cluster.node_settings import NodeGroupSettings, NodePoolSettings
from components.model import Problem, attribute_docs
from components.networking import NetworkingSettings
from components.versions import ADDONS
from settings.problems import dotted, validate

Json = dict[str, Any]
ROLE = "arn:aws:iam::111122223333:role"
GOOD: Json = {
    "endpoint": "public",
    "access": {
        "platform": {"principal": f"{ROLE}/platform", "level": "admin"},
        "teachers": {"principal": f"{ROLE}/teachers", "level": "developer", "namespaces": ["mcp"]},
    },
    "node_groups": {
        "general": {"instance_types": ["t3.xlarge"], "min": 0, "max": 2, "desired": 2},
        "spot": {"instance_types": ["m6i.large", "m5.large"], "capacity": "spot", "min": 0, "max": 4, "desired": 0},
    },
    "off_hours": {"sleep": "0 20 * * *", "wake": "30 7 * * 1-5"},
}
SLEEPLESS: Json = {key: value for key, value in GOOD.items() if key != "off_hours"}
POOL: Json = {"instance_types": ["m6i.xlarge"], "capacity": "spot", "max": 10}
IDENTITY: Json = {
    "platform": "toolboxai",
    "env": "dev",
    "tier": "dev",
    "account_id": "111122223333",
    "domain": "toolboxai.example.com",
    "owner": "platform-team",
    "cost_center": "education-platform",
    "runner": {"public_cidrs": ["203.0.113.0/24"], "agent_pool": "pool", "cidr": "10.255.0.0/24"},
}


def with_(changes: Json, base: Json = GOOD) -> Json:
    """``base`` with values put at dotted paths; a path's last part may be new."""
    made = copy.deepcopy(base)
    for path, value in changes.items():
        *way, last = path.split(".")
        here = made
        for part in way:
            here = here.setdefault(part, {})
        here[last] = value
    return made


def problems(cluster: Json) -> list[tuple[str, object, str]]:
    _, found = validate(ClustersSettings, {"main": cluster})
    return [(dotted(p.path), p.value, p.allowed) for p in found]


def accepted(cluster: Json) -> EksClusterSettings:
    assert problems(cluster) == []
    return EksClusterSettings.model_validate(cluster)


def test_a_right_cluster_is_accepted() -> None:
    settings = accepted(GOOD)
    assert settings.version == "1.36"
    assert settings.deletion_protection
    assert settings.node_groups["general"].volume_gib == 50


REFUSED: list[tuple[str, Json, str, object, str]] = [
    # what, cluster, key, value, part of what is allowed
    ("ended version", with_({"version": "1.28"}), "version", "1.28", "1.36, 1.35, 1.34 (1.28: out of support)"),
    ("paid version", with_({"version": "1.33"}), "version", "1.33", "extended support, paid"),
    ("unknown version", with_({"version": "1.99"}), "version", "1.99", "unknown"),
    ("version as a number", with_({"version": 1.36}), "version", 1.36, "in quotes"),
    ("unknown key", with_({"kubernetes": "1.36"}), "kubernetes", "1.36", "no such key"),
    ("unknown endpoint", with_({"endpoint": "open"}), "endpoint", "open", "one of private, public"),
    ("tiny service network", with_({"service_cidr": "172.20.0.0/28"}), "service_cidr", "172.20.0.0/28", "/12 to /24"),
    (
        "carrier network for services",
        with_({"service_cidr": "100.64.0.0/16"}),
        "service_cidr",
        "100.64.0.0/16",
        "of 10.0.0.0/8",
    ),
    ("odd retention", with_({"log_days": 45}), "log_days", 45, "a retention that CloudWatch Logs has"),
    ("endless retention", with_({"log_days": 0}), "log_days", 0, "a retention that CloudWatch Logs has"),
    ("negative retention", with_({"log_days": -1}), "log_days", -1, "a retention that CloudWatch Logs has"),
    ("no zone", with_({"node_zones": []}), "node_zones", [], "at least one zone"),
    ("zone twice", with_({"node_zones": ["us-east-1a"] * 2}), "node_zones[1]", "us-east-1a", "each zone once"),
    (
        "principal twice",
        with_({"access.teachers.principal": f"{ROLE}/platform"}),
        "access.teachers.principal",
        f"{ROLE}/platform",
        "no other entry",
    ),
    (
        "a session's ARN",
        with_({"access.platform.principal": "arn:aws:sts::111122223333:assumed-role/platform/me"}),
        "access.platform.principal",
        "arn:aws:sts::111122223333:assumed-role/platform/me",
        "IAM role or user",
    ),
    (
        "the root's ARN",
        with_({"access.platform.principal": "arn:aws:iam::111122223333:root"}),
        "access.platform.principal",
        "arn:aws:iam::111122223333:root",
        "IAM role or user",
    ),
    (
        "unknown level",
        with_({"access.platform.level": "owner"}),
        "access.platform.level",
        "owner",
        "admin, developer, read-only, break-glass",
    ),
    (
        "developer of everything",
        with_({"access.teachers.namespaces": []}),
        "access.teachers.namespaces",
        [],
        "at least one namespace",
    ),
    (
        "admin of one namespace",
        with_({"access.platform.namespaces": ["mcp"]}),
        "access.platform.namespaces",
        ["mcp"],
        "whole cluster",
    ),
    (
        "emergency in one namespace",
        with_({"access.platform.level": "break-glass", "access.platform.namespaces": ["mcp"]}),
        "access.platform.namespaces",
        ["mcp"],
        "whole cluster",
    ),
    ("no group", with_({"node_groups": {}}, SLEEPLESS), "node_groups", {}, "at least 1"),
    (
        "unknown type",
        with_({"node_groups.general.instance_types": ["t3.xlarge", "m9z.mega"]}),
        "node_groups.general.instance_types[1]",
        "m9z.mega",
        "an instance type of the table",
    ),
    (
        "type twice",
        with_({"node_groups.general.instance_types": ["t3.xlarge", "t3.xlarge"]}),
        "node_groups.general.instance_types[1]",
        "t3.xlarge",
        "each type once",
    ),
    (
        "no type",
        with_({"node_groups.general.instance_types": []}),
        "node_groups.general.instance_types",
        [],
        "at least 1",
    ),
    (
        "mixed architectures",
        with_({"node_groups.general.instance_types": ["m6i.large", "m6g.large"]}),
        "node_groups.general.instance_types",
        ["m6i.large", "m6g.large"],
        "one architecture",
    ),
    ("min above max", with_({"node_groups.spot.min": 5}, SLEEPLESS), "node_groups.spot.max", 4, "at least min, 5"),
    (
        "desired above max",
        with_({"node_groups.general.desired": 3}),
        "node_groups.general.desired",
        3,
        "from min to max, 0 to 2",
    ),
    (
        "desired below min",
        with_({"node_groups.general.min": 2, "node_groups.general.desired": 1}, SLEEPLESS),
        "node_groups.general.desired",
        1,
        "from min to max, 2 to 2",
    ),
    ("negative size", with_({"node_groups.spot.min": -1}), "node_groups.spot.min", -1, "at least 0"),
    ("group of no node", with_({"node_groups.spot.max": 0}), "node_groups.spot.max", 0, "at least 1"),
    (
        "no base nodes",
        with_({"node_groups.general.taints": [{"key": "a"}]}),
        "node_groups",
        {"general": 2, "spot": 0},
        "CoreDNS and the operators",
    ),
    ("tiny disk", with_({"node_groups.spot.volume_gib": 8}), "node_groups.spot.volume_gib", 8, "at least 20"),
    (
        "another's label",
        with_({"node_groups.spot.labels": {"eks.amazonaws.com/capacityType": "SPOT"}}),
        "node_groups.spot.labels.eks.amazonaws.com/capacityType",
        "eks.amazonaws.com/capacityType",
        "a label of our own",
    ),
    (
        "unknown effect",
        with_({"node_groups.spot.taints": [{"key": "a", "effect": "NO_SCHEDULE"}]}),
        "node_groups.spot.taints[0].effect",
        "NO_SCHEDULE",
        "one of NoSchedule, PreferNoSchedule, NoExecute",
    ),
    (
        "taint twice",
        with_({"node_groups.spot.taints": [{"key": "a"}, {"key": "a", "value": "b"}]}),
        "node_groups.spot.taints[1]",
        "a:NoSchedule",
        "once",
    ),
    ("Karpenter without pools", with_({"autoscaler": "karpenter"}, SLEEPLESS), "node_pools", {}, "at least one pool"),
    (
        "pools without Karpenter",
        with_({"node_pools": {"burst": POOL}}),
        "node_pools",
        ["burst"],
        "autoscaler is none: pools are Karpenter's",
    ),
    (
        "pool called like a group",
        with_({"autoscaler": "karpenter", "node_pools": {"spot": POOL}}, SLEEPLESS),
        "node_pools.spot",
        "spot",
        "a name that no node group has",
    ),
    (
        "sleep under Karpenter",
        with_({"autoscaler": "karpenter", "node_pools": {"burst": POOL}}),
        "off_hours",
        None,
        "would run on",
    ),
    (
        "sleep with nodes left",
        with_({"node_groups.general.min": 1}),
        "node_groups.general.min",
        1,
        "0: off hours",
    ),
    ("no cron", with_({"off_hours.sleep": "20:00"}), "off_hours.sleep", "20:00", "five cron fields"),
    ("hour 25", with_({"off_hours.sleep": "0 25 * * *"}), "off_hours.sleep", "0 25 * * *", "five cron fields"),
    ("waking at bedtime", with_({"off_hours.wake": "0 20 * * *"}), "off_hours.wake", "0 20 * * *", "another time"),
    (
        "kube-proxy of another version",
        with_({"version": "1.35"}),
        "addons.versions.kube-proxy",
        ADDONS["kube-proxy"].version,
        "a v1.35 build",
    ),
    (
        "unknown add-on",
        with_({"addons.versions": {"fluentd": "v1.0.0-eksbuild.1"}}),
        "addons.versions.fluentd",
        None,
        "vpc-cni",
    ),
    (
        "loose add-on version",
        with_({"addons.versions": {"coredns": "latest"}}),
        "addons.versions.coredns",
        "latest",
        "eksbuild",
    ),
]


@pytest.mark.parametrize(("cluster", "key", "value", "allowed"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_a_mistake_gives_one_error_at_its_key(cluster: Json, key: str, value: object, allowed: str) -> None:
    found = problems(cluster)
    assert [path for path, _, _ in found] == [f"main.{key}"]
    if value is not None:
        assert found[0][1] == value
    assert allowed in found[0][2]


def test_independent_mistakes_are_reported_together() -> None:
    found = problems(with_({"version": "1.28", "node_groups.spot.min": 5, "access.platform.level": "owner"}, SLEEPLESS))
    assert sorted(path for path, _, _ in found) == [
        "main.access.platform.level",
        "main.node_groups.spot.max",
        "main.version",
    ]


def test_a_stack_has_at_least_one_cluster() -> None:
    _, found = validate(ClustersSettings, {})
    assert [p.allowed for p in found] == ["at least 1 entries"]


def test_another_supported_version_comes_with_its_own_kube_proxy() -> None:
    settings = accepted(with_({"version": "1.35", "addons.versions": {"kube-proxy": "v1.35.2-eksbuild.4"}}))
    assert settings.addons.version("kube-proxy") == "v1.35.2-eksbuild.4"
    assert settings.addons.version("vpc-cni") == ADDONS["vpc-cni"].version


@pytest.mark.parametrize("cron", ["0 20 * * *", "*/15 7-9 1,15 * 0-7", "5 4 * * 1-5"])
def test_cron_as_autoscaling_reads_it(cron: str) -> None:
    accepted(with_({"off_hours.sleep": cron}))


# --- capacity ---------------------------------------------------------------------------------------------------


def test_base_nodes_are_those_that_any_pod_may_count_on() -> None:
    groups = {
        "general": {"instance_types": ["m6i.xlarge", "m6i.large"], "min": 3, "max": 10, "desired": 4},
        "tainted": {"instance_types": ["r6i.xlarge"], "min": 1, "max": 2, "desired": 1, "taints": [{"key": "a"}]},
        "spot": {"instance_types": ["m5.large"], "capacity": "spot", "min": 1, "max": 6, "desired": 3},
        "empty": {"instance_types": ["r6i.large"], "min": 0, "max": 2, "desired": 0},
    }
    pools = {"burst": {"instance_types": ["m6i.xlarge"], "max": 7}}
    settings = accepted({"autoscaler": "karpenter", "node_groups": groups, "node_pools": pools})
    # counted with the smaller of two types; spot, tainted and empty groups are no base
    assert settings.base_nodes() == [("m6i.large", 4)]
    assert settings.node_pools["burst"].cpu_limit == 7 * 4


# --- between sections -------------------------------------------------------------------------------------------


def between(cluster: Json, **identity: object) -> list[Problem]:
    settings = {"main": EksClusterSettings.model_validate(cluster)}
    return list(check(settings, StackIdentity.model_validate({**IDENTITY, **identity})))


PRODUCTION = {"tier": "production", "env": "production"}


def test_a_right_cluster_fits_its_stack() -> None:
    assert between(GOOD) == []
    assert between(with_({"endpoint": "private", "log_days": 365}, SLEEPLESS), **PRODUCTION) == []


BETWEEN: list[tuple[str, Json, Json, tuple[str, ...], str]] = [
    (
        "a private endpoint that nobody reaches",
        with_({"endpoint": "private"}),
        {"runner": {"public_cidrs": ["203.0.113.0/24"]}},
        ("stack", "runner", "agent_pool"),
        "clusters.main.endpoint is private",
    ),
    (
        "a public endpoint for nobody",
        GOOD,
        {"runner": {"agent_pool": "pool", "cidr": "10.255.0.0/24"}},
        ("stack", "runner", "public_cidrs"),
        "clusters.main.endpoint is public",
    ),
    (
        "a public endpoint in production",
        SLEEPLESS,
        {**PRODUCTION, "runner": {"agent_pool": "pool", "cidr": "10.255.0.0/24"}},
        ("clusters", "main", "endpoint"),
        "private in production",
    ),
    (
        "sleeping production",
        with_({"endpoint": "private"}),
        PRODUCTION,
        ("clusters", "main", "off_hours"),
        "never sleep",
    ),
    (
        "logs kept longer than their class",
        with_({"log_days": 365}),
        {},
        ("clusters", "main", "log_days"),
        "at most 90 days",
    ),
    (
        "an entry for the cluster's creator",
        with_({"access.platform.principal": f"{ROLE}/toolboxai-dev-deploy-us-east-1"}),
        {},
        ("clusters", "main", "access", "platform", "principal"),
        "anyone but the deploy role",
    ),
]


@pytest.mark.parametrize(
    ("cluster", "identity", "path", "allowed"), [b[1:] for b in BETWEEN], ids=[b[0] for b in BETWEEN]
)
def test_what_must_hold_between_sections(cluster: Json, identity: Json, path: tuple[str, ...], allowed: str) -> None:
    found = between(cluster, **identity)
    assert [p.path for p in found] == [path]
    assert allowed in found[0].allowed


@pytest.mark.parametrize("zone", ["us-east-1c", "eu-west-1a"])
def test_nodes_start_in_zones_that_the_network_has(zone: str) -> None:
    network = NetworkingSettings.model_validate({"cidr": "10.1.0.0/16", "zones": ["us-east-1a", "us-east-1b"]})
    cluster = EksClusterSettings.model_validate(with_({"node_zones": ["us-east-1a", zone]}))
    found = list(check_zones({"main": cluster}, network))
    assert [(p.path, p.value) for p in found] == [(("clusters", "main", "node_zones", 1), zone)]
    assert found[0].allowed == "one of us-east-1a, us-east-1b"


@pytest.mark.parametrize("network", ["10.1.128.0/20", "100.64.0.0/16"])
def test_services_have_a_network_apart_from_the_vpc(network: str) -> None:
    vpc = {"cidr": "10.1.0.0/16", "zones": ["us-east-1a", "us-east-1b"], "pod_cidr": "100.64.0.0/16"}
    cluster = EksClusterSettings.model_validate(GOOD).model_copy(update={"service_cidr": IPv4Network(network)})
    found = list(check_zones({"main": cluster}, NetworkingSettings.model_validate(vpc)))
    assert [(p.path, p.value) for p in found] == [(("clusters", "main", "service_cidr"), network)]


def test_every_setting_is_documented() -> None:
    undocumented: list[str] = []

    for model in (EksClusterSettings, NodeGroupSettings, NodePoolSettings, AddonSettings, OffHours, Access):
        undocumented += [f"{model.__name__}.{name}" for name in model.model_fields if name not in attribute_docs(model)]
    assert undocumented == []
