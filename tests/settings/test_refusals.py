"""Bad settings, one by one and together: each wrong key gives one error with file, key, value and what is allowed."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pulumi
import pytest

from components.cluster_services.settings import ALWAYS
from settings import StackSettings
from tests.settings.stack_files import STACKS, Raw, drop, put, raw_settings, refusals


@pytest.mark.parametrize("stack", STACKS)
def test_the_committed_stack_files_are_right(stack: str) -> None:
    settings = StackSettings.parse(raw_settings(stack), project="platform", file=f"Pulumi.{stack}.yaml")
    assert settings.stack.env == stack.removesuffix("-dr")


EXTERNAL = {"issuer": "https://id.example.com", "keys": "https://id.example.com/keys"}


def both(*mistakes: Callable[[Raw], None]) -> Callable[[Raw], None]:
    """A mistake that takes more than one change."""

    def mistake(raw: Raw) -> None:
        for one in mistakes:
            one(raw)

    return mistake


SUBNETS = {
    "public": ["10.1.101.0/24", "10.1.102.0/24"],
    "private": ["10.1.1.0/24", "10.1.2.0/24"],
    "database": ["10.1.201.0/24", "10.1.202.0/24"],
}


def subnets(tier: str, *networks: str) -> Callable[[Raw], None]:
    return put("networking", "subnets", value={**SUBNETS, tier: list(networks)})


def sleepless(autoscaler: str, pools: Raw) -> Callable[[Raw], None]:
    """A mistake: ``autoscaler`` in a cluster that has no off hours and whose nodes stay."""

    def mistake(raw: Raw) -> None:
        cluster = raw["clusters"]["main"]
        del cluster["off_hours"]
        cluster |= {"autoscaler": autoscaler, "node_pools": pools}

    return mistake


# name -> (mistake, the key that the error names, the value that it shows, part of what is allowed)
MISTAKES: dict[str, tuple[Callable[[Raw], None], str, str, str]] = {
    "an octet above 255": (
        put("networking", "cidr", value="10.0.300.0/24"),
        "networking.cidr",
        '"10.0.300.0/24"',
        "IPv4 network in CIDR form",
    ),
    "an address of four digits": (
        put("networking", "cidr", value="1127.0.0.1/16"),
        "networking.cidr",
        '"1127.0.0.1/16"',
        "IPv4 network in CIDR form",
    ),
    "more connections than the database takes": (
        put("database_access", "pooler", value={"replicas": 40, "default_pool_size": 20}),
        "database_access.pooler",
        '{"replicas": 40, "default_pool_size": 20, "max_db_connections": 40}',
        "connections of all replicas together",
    ),
    "host bits set": (put("networking", "cidr", value="10.1.2.3/16"), "networking.cidr", '"10.1.2.3/16"', "host bits"),
    "a public network": (put("networking", "cidr", value="8.8.0.0/16"), "networking.cidr", '"8.8.0.0/16"', "private"),
    "a VPC too large": (put("networking", "cidr", value="10.0.0.0/8"), "networking.cidr", '"10.0.0.0/8"', "/16"),
    "a VPC too small to plan": (
        put("networking", "cidr", value="10.1.0.0/24"),
        "networking.cidr",
        '"10.1.0.0/24"',
        "too small to plan",
    ),
    "one zone": (put("networking", "zones", value=["us-east-1a"]), "networking.zones", '["us-east-1a"]', "two"),
    "a zone twice": (
        put("networking", "zones", value=["us-east-1a", "us-east-1a"]),
        "networking.zones[1]",
        '"us-east-1a"',
        "each zone once",
    ),
    "a zone of another region": (
        put("networking", "zones", 1, value="us-west-2b"),
        "networking.zones[1]",
        '"us-west-2b"',
        "us-east-1",
    ),
    "a zone without a control plane": (
        put("networking", "zones", 1, value="us-east-1e"),
        "networking.zones[1]",
        '"us-east-1e"',
        "control plane",
    ),
    "a zone that is none": (
        put("networking", "zones", 1, value="virginia"),
        "networking.zones[1]",
        '"virginia"',
        "such as us-east-1a",
    ),
    "a zone of a region whose name begins alike": (
        put("networking", "zones", 1, value="us-east-11a"),
        "networking.zones[1]",
        '"us-east-11a"',
        "such as us-east-1a",
    ),
    "a local zone": (
        put("networking", "zones", 1, value="us-east-1-bos-1a"),
        "networking.zones[1]",
        '"us-east-1-bos-1a"',
        "such as us-east-1a",
    ),
    "a way in by a path that CloudFront keeps to itself": (
        both(
            put("mcp", "servers", "curriculum", "external", value=EXTERNAL),
            put("edge", "distribution", "api_paths", 3, value="/known/*"),
        ),
        "mcp.servers.curriculum.external",
        '"curriculum"',
        "nothing unless edge.distribution.api_paths hands /.well-known/oauth-protected-resource/mcp/curriculum on",
    ),
    "a way in where nobody makes a Gateway": (
        both(
            put("mcp", "servers", "curriculum", "external", value=EXTERNAL),
            put("services", value={"operators": ["gateway-api", *ALWAYS, "kube-prometheus-stack"]}),
        ),
        "mcp.servers.curriculum.external",
        '"curriculum"',
        "nothing without aws-load-balancer-controller among services.operators",
    ),
    "more tools from outside than the load balancer has rules for": (
        both(
            put("mcp", "servers", "curriculum", "external", value=EXTERNAL),
            put("mcp", "servers", "curriculum", "profile", "tools", value=[f"tool_{n}" for n in range(57)]),
        ),
        "mcp.servers",
        '"61 rules of the load balancer"',
        "at most 60",
    ),
    "an unknown operator": (
        put("services", value={"operators": [*ALWAYS, "promtail"]}),
        "services.operators[4]",
        '"promtail"',
        "one of gateway-api, ",
    ),
    "an add-on among the operators": (
        put("services", value={"operators": [*ALWAYS, "coredns"]}),
        "services.operators[4]",
        '"coredns"',
        "one of gateway-api, ",
    ),
    "an operator twice": (
        put("services", value={"operators": [*ALWAYS, "keda"]}),
        "services.operators[4]",
        '"keda"',
        "each operator once",
    ),
    "no operators": (
        put("services", value={"operators": []}),
        "services.operators",
        "[]",
        "external-secrets, keda, metrics-server, prometheus-operator-crds too",
    ),
    "an operator without what it requires": (
        put("services", value={"operators": [*ALWAYS, "alloy"]}),
        "services.operators[4]",
        '"alloy"',
        "only together with loki",
    ),
    "Karpenter's nodes without Karpenter": (
        sleepless("karpenter", {"spot": {"instance_types": ["m6i.xlarge"], "capacity": "spot", "max": 2}}),
        "clusters.main.autoscaler",
        '"karpenter"',
        "karpenter among services.operators",
    ),
    "an autoscaler that there is none of": (
        sleepless("cluster-autoscaler", {}),
        "clusters.main.autoscaler",
        '"cluster-autoscaler"',
        "one of none, karpenter",
    ),
    "a subnet outside the VPC": (
        subnets("private", "10.1.1.0/24", "10.9.2.0/24"),
        "networking.subnets.private[1]",
        '"10.9.2.0/24"',
        "10.1.0.0/16",
    ),
    "subnets that overlap": (
        subnets("database", "10.1.201.0/24", "10.1.1.0/24"),
        "networking.subnets.database[1]",
        '"10.1.1.0/24"',
        "private[0]",
    ),
    "a subnet too small": (
        subnets("private", "10.1.1.0/24", "10.1.2.0/28"),
        "networking.subnets.private[1]",
        '"10.1.2.0/28"',
        "/24 or larger",
    ),
    "a subnet too few": (
        subnets("public", "10.1.101.0/24"),
        "networking.subnets.public",
        '["10.1.101.0/24"]',
        "one subnet a zone",
    ),
    "a pod network on the VPC": (
        put("networking", "pod_cidr", value="10.1.0.0/18"),
        "networking.pod_cidr",
        '"10.1.0.0/18"',
        "doesn't overlap",
    ),
    "an unknown choice": (put("networking", "nat", value="two"), "networking.nat", '"two"', "one of per-zone, single"),
    "an unknown endpoint": (
        put("networking", "interface_endpoints", value=["ecr.api", "lambada"]),
        "networking.interface_endpoints[1]",
        '"lambada"',
        "ecr.api",
    ),
    "an endpoint twice": (
        put("networking", "interface_endpoints", value=["kms", "kms"]),
        "networking.interface_endpoints[1]",
        '"kms"',
        "once",
    ),
    "an agent without the endpoint that it sends to": (
        put("clusters", "main", "addons", value={"guardduty_agent": True}),
        "networking.interface_endpoints",
        "[]",
        "guardduty-data too",
    ),
    "a negative retention": (
        put("networking", "flow_log_days", value=-1),
        "networking.flow_log_days",
        "-1",
        "CloudWatch Logs has",
    ),
    "an endless retention": (
        put("networking", "flow_log_days", value=0),
        "networking.flow_log_days",
        "0",
        "CloudWatch Logs has",
    ),
    "a retention over the class's limit": (
        put("networking", "flow_log_days", value=365),
        "networking.flow_log_days",
        "365",
        "at most 90 days",
    ),
    "an unknown key": (put("networking", "zone", value="x"), "networking.zone", '"x"', "did you mean zones"),
    "an unknown section": (put("netwrking", value={}), "netwrking", "{}", "no such key"),
    "a section left out": (drop("networking"), "networking", "(missing)", "must be given"),
    "a key left out": (drop("stack", "owner"), "stack.owner", "(missing)", "Team that answers"),
    "a section of the wrong type": (
        put("networking", value=["10.1.0.0/16"]),
        "networking",
        '["10.1.0.0/16"]',
        "mapping",
    ),
    "a text for a boolean": (
        put("networking", "vpn_gateway", value="perhaps"),
        "networking.vpn_gateway",
        '"perhaps"',
        "true or false",
    ),
    "an account as a number": (
        put("stack", "account_id", value=111122223333),
        "stack.account_id",
        "111122223333",
        "in quotes",
    ),
    "an account too short": (put("stack", "account_id", value="1234"), "stack.account_id", '"1234"', "twelve digits"),
    "a region outside the United States": (
        put("stack", "region", value="eu-west-1"),
        "stack.region",
        '"eu-west-1"',
        "us-east-1",
    ),
    "recovery in the same region": (
        put("stack", "recovery_region", value="us-east-1"),
        "stack.recovery_region",
        '"us-east-1"',
        "other than the stack's own",
    ),
    "a platform name too long": (
        put("stack", "platform", value="thelongestplatform"),
        "stack.platform",
        '"thelongestplatform"',
        "[a-z]",
    ),
    "an API open to everyone": (
        put("stack", "runner", value={"public_cidrs": ["0.0.0.0/0"]}),
        "stack.runner.public_cidrs[0]",
        '"0.0.0.0/0"',
        "/8 or smaller",
    ),
    "a pool whose network nobody names": (
        put("stack", "runner", "agent_pool", value="pool"),
        "stack.runner.cidr",
        "null",
        "runner.cidr of the account's stack",
    ),
    "a runner's network without a pool": (
        put("stack", "runner", "cidr", value="10.255.0.0/24"),
        "stack.runner.cidr",
        '"10.255.0.0/24"',
        "nothing without agent_pool",
    ),
    "access to a namespace that isn't there": (
        put("clusters", "main", "access", "developers", "namespaces", value=["mcp", "mpc-agents"]),
        "clusters.main.access.developers.namespaces[1]",
        '"mpc-agents"',
        "mcp-agents",
    ),
    "a developer in a vendor's namespace": (
        put("clusters", "main", "access", "developers", "namespaces", value=["kube-system"]),
        "clusters.main.access.developers.namespaces[0]",
        '"kube-system"',
        "toolboxai-dev",
    ),
    "an AWS access key": (
        put("stack", "owner", value="AKIAIOSFODNN7EXAMPLE"),
        "stack.owner",
        '"(hidden)"',
        "AWS access",
    ),
    "a password": (put("networking", "password", value="hunter2"), "networking.password", '"(hidden)"', "a secret"),
}


def test_a_pool_of_bottlerocket_names_its_release() -> None:
    raw = raw_settings("staging")
    pools = raw["clusters"]["main"]["node_pools"]
    pools["spot"]["image"] = "bottlerocket"
    assert [key for key, _, _ in refusals(raw)] == ["clusters.main.node_pools.spot.image_release"]
    pools["spot"]["image_release"] = "v1.50.0"
    StackSettings.parse(raw, project="platform", file="Pulumi.staging.yaml")


@pytest.mark.parametrize(
    ("stack", "nodes", "shown"),
    [
        ("dev", None, '{"general": 2}'),
        ("staging", 1, '{"overflow": 2, "spot": 1}'),
        ("staging", 10, None),
    ],
)
def test_the_nodes_hold_everything_at_its_most(stack: str, nodes: int | None, shown: str | None) -> None:
    """Sixty pods of an agent that sleeps: the base has room for none of them, and that is right."""
    raw = raw_settings(stack)
    raw["agents"]["agents"]["quiz"]["scaling"] = {"kind": "queue", "min_replicas": 0, "max_replicas": 60}
    if nodes is not None:
        raw["clusters"]["main"]["node_pools"]["spot"]["max"] = nodes
    if shown is None:
        StackSettings.parse(raw, project="platform", file=f"Pulumi.{stack}.yaml")
        return
    ((key, value, allowed),) = refusals(raw)
    assert key == f"clusters.main.node_{'groups' if nodes is None else 'pools'}"
    assert value == shown
    assert allowed.startswith("more or larger nodes, or fewer replicas at the most: ")
    assert "m CPU of pods on" in allowed


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_gives_one_error_that_names_it(name: str) -> None:
    mistake, key, value, allowed = MISTAKES[name]
    raw = raw_settings("dev")
    mistake(raw)
    found = refusals(raw)
    assert [(k, v) for k, v, _ in found] == [(key, value)]
    assert allowed in found[0][2]


def test_every_independent_mistake_is_told_in_one_run() -> None:
    raw = raw_settings("dev")
    chosen = ("one zone", "an octet above 255", "a negative retention", "an unknown key", "an account too short")
    for name in chosen:
        MISTAKES[name][0](raw)
    assert {key for key, _, _ in refusals(raw)} == {MISTAKES[name][1] for name in chosen}


def test_a_secret_is_never_shown() -> None:
    raw = raw_settings("dev")
    raw["networking"]["password"] = "correct-horse-battery"
    raw["stack"]["owner"] = "AKIAIOSFODNN7EXAMPLE"
    with pytest.raises(pulumi.RunError) as caught:
        StackSettings.parse(raw, project="platform", file="Pulumi.dev.yaml")
    assert "correct-horse" not in str(caught.value)
    assert "AKIAIOSFODNN7EXAMPLE" not in str(caught.value)


def test_single_nat_is_refused_in_production() -> None:
    raw = copy.deepcopy(raw_settings("production"))
    raw["networking"]["nat"] = "single"
    assert [key for key, _, _ in refusals(raw)] == ["networking.nat"]


@pytest.mark.parametrize(
    ("network", "key", "value", "allowed"),
    [
        ("10.0.64.0/24", "stack.runner.cidr", "10.0.64.0/24", "apart from networking.cidr, 10.0.0.0/16"),
        ("100.64.3.0/24", "stack.runner.cidr", "100.64.3.0/24", "apart from networking.pod_cidr, 100.64.0.0/16"),
        ("172.20.9.0/24", "clusters.main.service_cidr", "172.20.0.0/16", "apart from the runner's 172.20.9.0/24"),
    ],
)
def test_the_runners_network_overlaps_nothing_that_it_reaches(network: str, key: str, value: str, allowed: str) -> None:
    raw = raw_settings("production")
    raw["networking"]["pod_cidr"] = "100.64.0.0/16"
    raw["stack"]["runner"]["cidr"] = network
    ((found, given, said),) = refusals(raw)
    assert (found, given) == (key, f'"{value}"')
    assert allowed in said


SNAPSHOT = "arn:aws:rds:us-west-2:111122223333:cluster-snapshot:awsbackup:copyjob-0a1b2c3d"


@pytest.mark.parametrize(
    ("stack", "mistake", "key", "value", "allowed"),
    [
        (
            "production-dr",
            put("stack", "primary_region", value="us-west-2"),
            "stack.primary_region",
            '"us-west-2"',
            "other than the stack's own",
        ),
        (
            "production-dr",
            put("stack", "recovery_region", value="us-east-2"),
            "stack.primary_region",
            '"us-east-1"',
            "a primary or its standby",
        ),
        (
            "dev",
            put("stack", "primary_region", value="us-west-2"),
            "stack.primary_region",
            '"us-west-2"',
            "only production has a standby",
        ),
        (
            "production-dr",
            put("edge", "distribution", value=raw_settings("production")["edge"]["distribution"]),
            "edge.distribution",
            '"(given)"',
            "null in a standby",
        ),
        (
            "production-dr",
            put("resilience", "region_loss", value="recovered"),
            "resilience.region_loss",
            '"recovered"',
            "accepted in a standby",
        ),
        (
            "production-dr",
            put("data", "database", "snapshot_arn", value=SNAPSHOT.replace("us-west-2", "us-east-1")),
            "data.database.snapshot_arn",
            f'"{SNAPSHOT.replace("us-west-2", "us-east-1")}"',
            "arn:aws:rds:us-west-2:111122223333:cluster-snapshot:...",
        ),
        (
            "production",
            put("data", "database", "snapshot_arn", value=SNAPSHOT),
            "data.database.snapshot_arn",
            f'"{SNAPSHOT}"',
            "nothing but in a standby",
        ),
        (
            "production-dr",
            put("resilience", "cluster", "velero_hours", value=3),
            "resilience.cluster.velero_hours",
            "3",
            "null in a standby",
        ),
    ],
)
def test_a_standby_is_one_and_nothing_else_is(
    stack: str, mistake: Callable[[Raw], None], key: str, value: str, allowed: str
) -> None:
    raw = raw_settings(stack)
    mistake(raw)
    # what a restored database brings with it needs production's nodes
    raw["clusters"]["main"]["node_groups"] = raw_settings(stack.replace("-dr", ""))["clusters"]["main"]["node_groups"]
    ((found, given, said),) = refusals(raw)
    assert (found, given) == (key, value)
    assert allowed in said


def delivering(change: Callable[[Raw], None]) -> list[tuple[str, str, str]]:
    raw = raw_settings("staging")
    change(raw)
    return refusals(raw)


def test_argo_cd_is_told_what_it_brings() -> None:
    ((key, value, allowed),) = delivering(lambda raw: raw.pop("delivery"))
    assert (key, value) == ("delivery", "null")
    assert "argo-cd is among the operators" in allowed


def test_who_delivers_by_argo_cd_has_it() -> None:
    raw = raw_settings("dev")
    raw["mcp"]["defaults"]["delivery"] = "argocd"
    ((key, _, allowed),) = refusals(raw)
    assert key == "services.operators"
    assert "argo-cd too, or delivery: pulumi for mcp/" in allowed


def test_without_argo_cd_there_is_nothing_to_tell_it() -> None:
    raw = raw_settings("dev")
    raw["delivery"] = raw_settings("staging")["delivery"]
    assert [(key, allowed) for key, _, allowed in refusals(raw)] == [
        ("delivery", "nothing, or argo-cd among services.operators")
    ]


@pytest.mark.parametrize("name", ["sign-in", "repository", "webhook", "notifications"])
def test_argo_cds_secrets_are_declared(name: str) -> None:
    ((key, _, allowed),) = delivering(lambda raw: raw["data"]["secrets"]["argocd"].pop(name))
    assert key == "data.secrets.argocd"
    assert allowed.startswith(f"{name} too: ")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("repository",), "git@github.com:toolboxai/platform.git"),
        (("branch",), "two words"),
        (("sign_in", "issuer"), "http://id.toolboxai.example.com"),
        (("sign_in", "client_id"), ""),
        (("access", "operators"), []),
        (("access", "viewers", 0), "every one"),
        (("slack",), "deploys"),
        (("windows", 0, "kind"), "maybe"),
        (("windows", 0, "hours"), 0),
        (("windows", 0, "schedule"), "weekends"),
        (("windows", 0, "time_zone"), "EST5EDT4"),
        (("argocd",), True),
    ],
)
def test_a_wrong_key_of_delivery_is_named(path: tuple[str | int, ...], value: object) -> None:
    raw = raw_settings("production")
    put("delivery", *path, value=value)(raw)
    key = "delivery" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    assert [found for found, _, _ in refusals(raw)] == [key]


@pytest.mark.parametrize(
    "path", [("mcp", "servers", "context"), ("agents", "agents", "quiz"), ("applications", "applications", "backend")]
)
def test_there_are_two_who_deliver(path: tuple[str, ...]) -> None:
    raw = raw_settings("staging")
    put(*path, "delivery", value="flux")(raw)
    ((key, value, allowed),) = refusals(raw)
    assert (key, value, allowed) == (f"{'.'.join(path)}.delivery", '"flux"', "one of pulumi, argocd")
