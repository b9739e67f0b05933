"""The example sections of each stack, as data, settings and workloads, and the little program that deploys them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any, Final

import yaml

from components import agent_fleet, mcp_platform
from components.agent_fleet import AgentFleetSettings
from components.context import StackIdentity
from components.kubernetes import Endpoint, EndpointPort, Networks, Topology, Workload
from components.mcp_platform import ContextStore, Egress, McpPlatformSettings, with_egress_proxy
from components.model import Problem
from components.naming import Names
from sandbox.engine import run_program
from sandbox.model import Run
from settings.problems import validate

HERE: Final = Path(__file__).parent
STACKS: Final = ("dev", "staging", "production")
PROMETHEUS: Final = Endpoint(
    "monitoring", "prometheus", (("app.kubernetes.io/name", "prometheus"),), (EndpointPort("web", 9090),)
)
Raw = dict[str, Any]
Change = Callable[[Raw], object]


@cache
def _file(stack: str) -> Raw:
    found: Raw = yaml.safe_load((HERE / "settings" / f"{stack}.yaml").read_text(encoding="utf-8"))
    return found


def raw(stack: str = "production") -> Raw:
    """Both sections of an example file, to be changed at will."""
    return copy.deepcopy(_file(stack))


def mcp_of(sections: Raw) -> McpPlatformSettings:
    return McpPlatformSettings.model_validate(sections["mcp"])


def agents_of(sections: Raw) -> AgentFleetSettings:
    return AgentFleetSettings.model_validate(sections["agents"])


def problems(section: str, sections: Raw) -> list[Problem]:
    """What the settings classes refuse of one section."""
    kind = {"mcp": McpPlatformSettings, "agents": AgentFleetSettings}[section]
    return validate(kind, sections[section])[1]


def cross_problems(sections: Raw) -> list[Problem]:
    """What the check between the two sections refuses; each of them must be right by itself."""
    return list(agent_fleet.check(agents_of(sections), mcp_of(sections)))


def identity(stack: str = "production", **more: object) -> StackIdentity:
    runner = (
        {"agent_pool": "pool", "cidr": "10.255.0.0/24"}
        if stack == "production"
        else {"public_cidrs": ["203.0.113.0/24"]}
    )
    return StackIdentity.model_validate(
        {
            "platform": "toolboxai",
            "env": stack,
            "tier": stack,
            "account_id": "111122223333",
            "domain": "toolboxai.example.com",
            "owner": "platform-team",
            "cost_center": "education",
            "runner": runner,
            **more,
        }
    )


def names_of(stack_identity: StackIdentity) -> Names:
    return Names(stack_identity.platform, stack_identity.env, stack_identity.account_id, stack_identity.region)


def contexts_of(names: Names) -> ContextStore:
    return ContextStore(names.of("dynamodb", "mcp-contexts"), "expires_at", 30)


@dataclass(frozen=True)
class Pure:
    """What can be known of a stack before anything is made."""

    mcp: McpPlatformSettings
    agents: AgentFleetSettings
    identity: StackIdentity
    names: Names
    egress: Egress

    @property
    def workloads(self) -> dict[tuple[str, str], Workload]:
        return {w.key: w for w in self.egress.workloads}


def pure(sections: Raw, stack: str = "production") -> Pure:
    """Settings and workloads of ``sections`` as a stack called ``stack`` would have them."""
    mcp, agents = mcp_of(sections), agents_of(sections)
    who = identity(stack)
    names = names_of(who)
    declared = [
        *mcp_platform.workloads(mcp, who, names, contexts_of(names)),
        *agent_fleet.workloads(agents, mcp, who, names),
    ]
    return Pure(mcp, agents, who, names, with_egress_proxy(declared, mcp.egress_proxy, names))


def networks(*endpoints: str) -> Networks:
    def blocks(*texts: str) -> tuple[IPv4Network, ...]:
        return tuple(IPv4Network(text) for text in texts)

    return Networks(
        control_plane=blocks("10.0.0.0/20"),
        private=blocks("10.0.0.0/20"),
        public=blocks("10.0.16.0/22"),
        database=blocks("10.0.20.0/22"),
        service_cidr=IPv4Network("172.20.0.0/16"),
        interface_endpoints=frozenset(endpoints),
    )


ENDPOINTS: Final = ("dynamodb", "s3", "bedrock-runtime")


def topology(stack: Pure, *endpoints: str) -> Topology:
    return Topology(
        [*stack.egress.workloads, PROMETHEUS],
        networks=networks(*endpoints),
        prometheus=PROMETHEUS.key,
        proxy=stack.egress.proxy,
    )


_PROGRAM: Final = """
from types import SimpleNamespace
import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s
from components.agent_fleet import AgentFleet
from components.context import Context
from components.kubernetes import ClusterObjects, platform_namespaces
from components.kubernetes.priority import PLATFORM, PLATFORM_PRIORITY, priority_class
from components.mcp_platform import McpPlatform
from components.pod_identity import ClusterRef
from tests.components.agent_fleet import example

config = pulumi.Config()
stack = config.require("stack")
pure = example.pure(config.require_object("sections"), stack)
context = Context.create(example.identity(stack, phase=config.require("phase")))
names = context.names
kubernetes = k8s.Provider("kubernetes", kubeconfig="kind: Config", cluster_identifier="main")
standing = aws.ec2.Eip("standing-for-the-cluster", opts=pulumi.ResourceOptions(provider=context.provider))
operators = pulumi.ComponentResource("platform:index:ClusterServices", "services")
objects = ClusterObjects("main", kubernetes, ready=[standing])
for group in ("external-secrets.io", "keda.sh", "monitoring.coreos.com", "gateway.networking.k8s.io"):
    objects.serve(group, standing)
objects.add(priority_class(PLATFORM, PLATFORM_PRIORITY, "what others stand on"), parent=operators)
DATA_KEY, SECRETS_KEY = names.arn("kms", "key/data"), names.arn("kms", "key/secrets")
name = names.cluster("main")
keys = {"data": DATA_KEY, "secrets": SECRETS_KEY}
cluster = SimpleNamespace(ref=ClusterRef(name, names.arn("eks", f"cluster/{name}"), standing, keys))
plan = SimpleNamespace(
    workloads_in=lambda namespace: [w for w in pure.egress.workloads if w.namespace == namespace],
    namespaces={ns.name: ns for ns in platform_namespaces("toolboxai", names.prefix)},
    topology=example.topology(pure, *example.ENDPOINTS),
)
services = SimpleNamespace(objects=objects)
contexts = SimpleNamespace(ttl_attribute="expires_at", retention_days=30)
data = SimpleNamespace(settings=SimpleNamespace(tables={"mcp-contexts": contexts}))
opts = pulumi.ResourceOptions(providers=[context.provider])
mcp = McpPlatform("mcp", pure.mcp, plan, context, cluster, services, data, opts=opts)
fleet = AgentFleet("agents", pure.agents, plan, context, cluster, services, opts=opts)
pulumi.export("endpoints", mcp.endpoints)
pulumi.export("coordinator", fleet.coordinator)
"""


def deploy(root: Path, sections: Mapping[str, Any], *, stack: str = "production", phase: str = "running") -> Run:
    """Run the two components in the empty directory ``root``, with a plain resource for the cluster and operators."""
    config = {"platform:stack": stack, "platform:phase": phase, "platform:sections": sections}
    (root / "Pulumi.yaml").write_text(
        "name: platform\nruntime: python\nconfig:\n  pulumi:disable-default-providers:\n    value: ['*']\n"
    )
    (root / "Pulumi.test.yaml").write_text(json.dumps({"config": config}))
    (root / "__main__.py").write_text(_PROGRAM)
    return run_program("test", root=root)
