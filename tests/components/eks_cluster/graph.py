"""EksCluster under the SDK's mocks: every registration with its inputs, dependencies, provider and options."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pulumi
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks, set_mocks
from pulumi.runtime.stack import run_pulumi_func

from components.context import Context, StackIdentity
from components.eks_cluster import EksCluster, EksClusterSettings
from components.keys import Keys
from components.networking import Networking, NetworkingSettings

ACCOUNT = "111122223333"
Json = dict[str, Any]

IDENTITY: Json = {
    "platform": "toolboxai",
    "account_id": ACCOUNT,
    "domain": "toolboxai.example.com",
    "owner": "platform-team",
    "cost_center": "education-platform",
}
IDENTITIES: dict[str, Json] = {
    "dev": {**IDENTITY, "env": "dev", "tier": "dev", "runner": {"public_cidrs": ["203.0.113.0/24"]}},
    "production": {
        **IDENTITY,
        "env": "production",
        "tier": "production",
        "runner": {"agent_pool": "production", "cidr": "10.255.0.0/24"},
    },
}
NETWORKS: dict[str, Json] = {
    "dev": {"cidr": "10.1.0.0/16", "zones": ["us-east-1a", "us-east-1b"], "nat": "single", "interface_endpoints": []},
    "production": {"cidr": "10.0.0.0/16", "zones": ["us-east-1a", "us-east-1b", "us-east-1c"]},
}
ROLE = f"arn:aws:iam::{ACCOUNT}:role"
CLUSTERS: dict[str, Json] = {
    "dev": {
        "endpoint": "public",
        "log_days": 30,
        "deletion_protection": False,
        "node_zones": ["us-east-1a"],
        "access": {
            "platform": {"principal": f"{ROLE}/platform", "level": "admin"},
            "teachers": {"principal": f"{ROLE}/teachers", "level": "developer", "namespaces": ["mcp", "mcp-agents"]},
            "support": {"principal": f"{ROLE}/support", "level": "read-only"},
            "emergency": {"principal": f"{ROLE}/emergency", "level": "break-glass"},
        },
        "node_groups": {"general": {"instance_types": ["t3.xlarge"], "min": 0, "max": 2, "desired": 2}},
        "off_hours": {"sleep": "0 20 * * *", "wake": "0 7 * * 1-5"},
        "addons": {"cloudwatch_observability": False},
    },
    "production": {
        "log_days": 365,
        "autoscaler": "karpenter",
        "access": {"platform": {"principal": f"{ROLE}/platform", "level": "admin"}},
        "node_groups": {
            "general": {"instance_types": ["m6i.xlarge"], "min": 5, "max": 10, "desired": 5},
            "memory": {
                "instance_types": ["r6i.xlarge", "r6i.2xlarge"],
                "image": "bottlerocket",
                "min": 0,
                "max": 2,
                "desired": 0,
                "labels": {"workload": "memory"},
                "taints": [{"key": "workload", "value": "memory"}],
            },
        },
        "node_pools": {"spot": {"instance_types": ["m6i.xlarge", "m5.xlarge"], "capacity": "spot", "max": 10}},
    },
}


@dataclass
class Registered:
    """One registration, as the engine would be sent it."""

    urn: str
    type: str
    name: str
    inputs: Json
    parent: str
    provider: str
    providers: dict[str, str]
    dependencies: set[str]
    ignore_changes: list[str]
    custom: bool
    remote: bool
    transforms: list[Callable[..., Any]] = field(default_factory=list)


class Cloud(Mocks):
    """Answers with what AWS computes and the component reads."""

    def __init__(self) -> None:
        # registrations run in parallel: the arguments of the one that this thread is at
        self.here = threading.local()

    def call(self, args: MockCallArgs) -> tuple[Json, list[tuple[str, str]] | None]:
        raise AssertionError(f"a component makes no invoke: {args.token}")

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, Json]:
        self.here.args = args
        state = {"name": args.name, "arn": f"arn:mock:{args.name}", **args.inputs}
        if args.typ == "eks:index:Cluster":
            server = "https://mock.eks.amazonaws.com"
            state["kubeconfigJson"] = json.dumps({"clusters": [{"cluster": {"server": server}}]})
            state["clusterSecurityGroupId"] = "sg-cluster"
        elif args.typ == "aws:ec2/launchTemplate:LaunchTemplate":
            state["latestVersion"] = 1
        elif args.typ == "aws:eks/nodeGroup:NodeGroup":
            state["resources"] = [{"autoscalingGroups": [{"name": f"asg-{args.name}"}]}]
        elif args.typ == "aws:ec2/vpcEndpoint:VpcEndpoint":
            state["dnsEntries"] = [{"dnsName": f"{args.name}.mock", "hostedZoneId": "ZMOCK"}]
        elif args.typ == "aws:sqs/queue:Queue":
            state["url"] = "https://mock/queue"
        return f"{args.name}-id", state


class Recorder(MockMonitor):
    """The SDK's mock monitor, which forgets dependencies and options, and this, which doesn't."""

    def __init__(self, mocks: Cloud) -> None:
        super().__init__(mocks)
        self.cloud = mocks
        self.registered: dict[str, Registered] = {}

    def RegisterResource(self, request: Any) -> Any:  # noqa: ANN401, N802 - the protocol's own name and types
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call]  # the SDK's own
        if request.type != "pulumi:pulumi:Stack":
            assert response.urn not in self.registered, f"two resources are called {response.urn}"
            args: MockResourceArgs = self.cloud.here.args
            self.registered[response.urn] = Registered(
                response.urn,
                request.type,
                request.name,
                args.inputs,
                request.parent,
                request.provider,
                dict(request.providers),
                set(request.dependencies),
                list(request.ignoreChanges),
                request.custom,
                request.remote,
                args.transforms,
            )
        return response


@dataclass
class Graph:
    """Everything that a cluster registered, beside the network and the keys under it."""

    all: dict[str, Registered]
    settings: EksClusterSettings
    outputs: Json

    def of(self, type_: str, name: str | None = None) -> list[Registered]:
        return [r for r in self.all.values() if r.type == type_ and (name is None or r.name == name)]

    def one(self, type_: str, name: str | None = None) -> Registered:
        found = self.of(type_, name)
        assert len(found) == 1, f"{type_} {name}: {[r.name for r in found]}"
        return found[0]

    def addon(self, name: str) -> Registered:
        found = [r for r in self.of("aws:eks/addon:Addon") if r.inputs["addonName"] == name]
        assert len(found) == 1, name
        return found[0]

    def before(self, resource: Registered) -> set[str]:
        """URNs of everything that must exist before ``resource``."""
        seen: set[str] = set()
        waiting = [resource]
        while waiting:
            here = waiting.pop()
            more = here.dependencies | {p.rpartition("::")[0] for p in (here.provider, *here.providers.values()) if p}
            for urn in more - seen:
                seen.add(urn)
                waiting.append(self.all[urn])
        return seen

    def comes_first(self, first: Registered, then: Registered) -> bool:
        return first.urn in self.before(then)


def build(
    stack: str,
    cluster: Json,
    network: Json | None = None,
    *,
    key: str = "main",
    sizes: dict[str, Json] | None = None,
) -> Graph:
    """Run one cluster of ``stack`` with its network and keys, and return what was registered."""
    mocks = Cloud()
    recorder = Recorder(mocks)
    settings = EksClusterSettings.model_validate(cluster)
    outputs: Json = {}

    def program() -> None:
        context = Context.create(StackIdentity.model_validate(IDENTITIES[stack]))
        opts = pulumi.ResourceOptions(providers=[context.provider])
        keys = Keys("keys", context, opts=opts)
        networking = Networking(
            "networking", NetworkingSettings.model_validate(network or NETWORKS[stack]), context, keys, opts=opts
        )
        made = EksCluster(f"eks-{key}", key, settings, context, networking, keys, opts, addon_sizes=sizes)
        made.endpoint.apply(lambda value: outputs.__setitem__("endpoint", value))
        outputs["ready"] = [type(resource).__name__ for resource in made.ready]
        outputs["access"] = len(made.access)
        outputs["name"], outputs["arn"] = made.name, made.ref.arn

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    set_mocks(mocks, project="platform", stack=stack, preview=False, monitor=recorder)
    loop.run_until_complete(run_pulumi_func(program))
    return Graph(recorder.registered, settings, outputs)


@cache
def committed(stack: str) -> Graph:
    return build(stack, CLUSTERS[stack])
