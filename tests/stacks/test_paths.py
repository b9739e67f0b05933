"""What the rendered network policies open, evaluated apart from the kit, is what is declared and nothing else.

Pods are those of the rendered objects and of the operators' footprints; addresses stand for the networks around them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from functools import cache
from pathlib import Path as File

import yaml

from components.operators.catalog import CATALOG
from components.operators.footprint import HostAccess, Profile
from sandbox.model import Run
from settings import StackSettings
from tests.network_policy import Address, Edge, Pod, allowed, open_edges
from tests.pod_security import pod_of
from tests.stacks.graph import manifests, of_type, plain

ROOT = File(__file__).parents[2]
PROFILES = {"dev": Profile.SMALL, "staging": Profile.STANDARD, "production": Profile.HA, "production-dr": Profile.HA}
OPEN_OUTWARD = {"kube-system", "amazon-cloudwatch", "amazon-guardduty"}
"""Vendors' namespaces: what their pods call isn't held."""
COREDNS = "kube-system/coredns"
DNS = {("UDP", 53), ("TCP", 53)}


def settings_of(stack: str) -> StackSettings:
    content = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())
    raw = {key.removeprefix("platform:"): value for key, value in content["config"].items()}
    return StackSettings.parse(json.loads(json.dumps(raw)), project="platform", file=f"Pulumi.{stack}.yaml")


def pods_of(run: Run) -> tuple[dict[Hashable, Pod], set[str]]:
    """Every kind of pod by the name that paths call it, and those on the host network."""
    found: dict[Hashable, Pod] = {}
    on_host: set[str] = set()
    for m in manifests(run):
        if pod_of(m) is not None:
            spec = m["spec"]["jobTemplate"]["spec"] if m["kind"] == "CronJob" else m["spec"]
            meta = m["metadata"]
            found[f"{meta['namespace']}/{meta['name']}"] = Pod(
                meta["namespace"], spec["template"]["metadata"]["labels"]
            )
    names = {r.name.rpartition("/")[2] for r in of_type(run, "kubernetes:helm.sh/v3:Release")}
    names |= {str(plain(r.inputs)["addonName"]) for r in of_type(run, "aws:eks:Addon")}
    for name in sorted(names):
        for pod in CATALOG[name].pods(PROFILES[run.stack]):
            if not pod.labels:
                continue
            namespace = (pod.home or CATALOG[name].home).namespace("toolboxai")
            key = f"{namespace}/{name if pod.name == name else f'{name}-{pod.name}'}"
            if HostAccess.NETWORK in pod.host:
                on_host.add(key)
            else:
                found[key] = Pod(namespace, pod.labels)
    return found, on_host


def addresses_of(run: Run) -> dict[Hashable, Address]:
    """One address of each subnet, and of what lies around them."""
    found: dict[Hashable, Address] = {
        "identity": Address("169.254.170.23"),
        "metadata": Address("169.254.169.254"),
        "link-local": Address("169.254.7.127"),
        "internet": Address("52.94.0.1"),
        "other-network": Address("192.168.1.1"),
        "other-vpc": Address("10.99.0.7"),
        "api-service": Address("172.20.0.1"),
        "other-service": Address("172.20.0.2"),
    }
    for subnet in of_type(run, "aws:ec2:Subnet"):
        inputs = plain(subnet.inputs)
        base = inputs["cidrBlock"].rpartition(".")[0]
        found[f"{inputs['tags']['Tier']}:{inputs['availabilityZone']}"] = Address(f"{base}.9")
    return found


@cache
def edges_of(run_of: Callable[[str], Run], stack: str) -> frozenset[Edge]:
    run = run_of(stack)
    policies = [m for m in manifests(run) if m["kind"] == "NetworkPolicy"]
    pods, _ = pods_of(run)
    return frozenset(open_edges(policies, pods, addresses_of(run)))


@cache
def declared_of(run_of: Callable[[str], Run], stack: str) -> frozenset[Edge]:
    """The declarations in the words of the edges: each kind of path as the addresses that it stands for."""
    run = run_of(stack)
    pods, on_host = pods_of(run)
    tiers: dict[str, list[Hashable]] = {}
    for name in addresses_of(run):
        tiers.setdefault(str(name).partition(":")[0], []).append(name)
    private = tiers["private"]

    networks: dict[str, list[Hashable]] = {
        "dns": [COREDNS],
        "identity": ["identity"],
        "apiserver": [*private, "api-service"],
        "webhook": private,
        "node": private,
        "loadbalancer": tiers["public"],
        "database": tiers["database"],
        "cache": tiers["database"],
        "internet": ["internet"],
    }

    def ends(name: str, kind: str, reason: str | None) -> list[Hashable]:
        if name in on_host:
            return private
        if name in pods:
            return [name]
        if kind == "aws":
            return private if reason is None else ["internet"]
        return networks[kind]

    found: set[Edge] = set()
    for paths in settings_of(stack).paths().values():
        for path in paths:
            port = (path.protocol, path.port)
            for source in ends(path.source, path.kind, path.reason):
                for target in ends(path.via or path.destination, path.kind, path.reason):
                    found.add((source, target, port))
    return frozenset(found)


def held(edges: frozenset[Edge], run: Run) -> set[Edge]:
    """Those that some policy decides: not what vendors' pods call, not who asks CoreDNS for a name."""
    pods, _ = pods_of(run)
    found = set()
    for source, target, port in edges:
        sender, receiver = pods.get(source), pods.get(target)
        if sender is None and receiver is None:
            continue
        if source == target:
            continue
        # what a vendor's pod calls is decided by who takes it in, where that is held
        vendors = sender is not None and sender.namespace in OPEN_OUTWARD
        if vendors and (receiver is None or receiver.namespace in OPEN_OUTWARD):
            continue
        if sender is None and receiver is not None and receiver.namespace == "kube-system":
            continue
        found.add((source, target, port))
    return found


def test_what_is_declared_is_open_and_nothing_else(run: Run, run_of: Callable[[str], Run]) -> None:
    rendered, declared = held(edges_of(run_of, run.stack), run), held(declared_of(run_of, run.stack), run)
    assert len(declared) > 200
    assert {"closed": sorted(map(str, declared - rendered)), "open": sorted(map(str, rendered - declared))} == {
        "closed": [],
        "open": [],
    }


def test_a_rule_too_many_or_too_few_would_be_seen(run_of: Callable[[str], Run]) -> None:
    run = run_of("production")
    pods, _ = pods_of(run)
    policies = [m for m in manifests(run) if m["kind"] == "NetworkPolicy"]
    declared = held(declared_of(run_of, "production"), run)
    for namespace, name in (
        ("mcp", "context"),
        ("mcp-agents", "content"),
        ("mcp", "allow-dns"),
        ("monitoring", "kube-prometheus-stack-prometheus"),
    ):
        rest = [p for p in policies if (p["metadata"]["namespace"], p["metadata"]["name"]) != (namespace, name)]
        assert len(rest) == len(policies) - 1
        assert held(frozenset(open_edges(rest, pods, addresses_of(run))), run) != declared, name
    stray = {
        "metadata": {"name": "stray", "namespace": "mcp"},
        "spec": {
            "podSelector": {},
            "policyTypes": ["Egress"],
            "egress": [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}],
        },
    }
    opened = held(frozenset(open_edges([*policies, stray], pods, addresses_of(run))), run) - declared
    assert ("mcp/context", "internet", ("any", 0)) in opened


def ours(run: Run) -> dict[Hashable, Pod]:
    """Pods in the namespaces that hold nothing but our own."""
    guarded = {
        m["metadata"]["name"]
        for m in manifests(run)
        if m["kind"] == "Namespace" and m["metadata"]["labels"].get("platform/admission") == "enforced"
    }
    return {name: pod for name, pod in pods_of(run)[0].items() if pod.namespace in guarded}


def test_pods_of_ours_are_entered_from_outside_by_the_load_balancers_alone(
    run: Run, run_of: Callable[[str], Run]
) -> None:
    """The API from the load balancer's subnets only, on the port that its route leads to."""
    routed: set[tuple[str, int]] = set()
    for m in manifests(run):
        if m["kind"] == "HTTPRoute":
            for rule in m["spec"]["rules"]:
                for backend in rule.get("backendRefs") or ():
                    routed.add((f"{m['metadata']['namespace']}/{backend['name']}", backend["port"]))
    addresses = addresses_of(run)
    mine = ours(run)
    assert len(mine) > 10
    entered: set[tuple[str, int]] = set()
    for source, target, (protocol, port) in edges_of(run_of, run.stack):
        if source in addresses and target in mine:
            assert str(source).startswith("public:"), (source, target, port)
            assert protocol == "TCP"
            entered.add((str(target), port))
    assert entered == routed


def test_the_database_is_called_by_its_pooler_its_exporter_and_jobs_alone(
    run: Run, run_of: Callable[[str], Run]
) -> None:
    pods, _ = pods_of(run)
    jobs = {f"{m['metadata']['namespace']}/{m['metadata']['name']}" for m in manifests(run) if m["kind"] == "Job"}
    named = {"database/pgbouncer", "monitoring/postgres-exporter"}
    callers = {
        str(source)
        for source, target, port in edges_of(run_of, run.stack)
        if str(target).startswith("database:") and source in pods and pods[source].namespace not in OPEN_OUTWARD
        if port in {("TCP", 5432), ("any", 0)}
    }
    assert callers <= named | jobs


def test_the_cache_is_called_by_who_has_a_user_in_it_the_scaler_and_the_exporter_alone(
    run: Run, run_of: Callable[[str], Run]
) -> None:
    pods, _ = pods_of(run)
    namespaces = {
        user.namespace for cache in settings_of(run.stack).data.caches.values() for user in cache.users.values()
    }
    callers = {
        source
        for source, target, port in edges_of(run_of, run.stack)
        if str(target).startswith("database:") and source in pods and pods[source].namespace not in OPEN_OUTWARD
        if port in {("TCP", 6379), ("any", 0)}
    }
    assert callers
    others = {source for source in callers if pods[source].namespace not in namespaces - {"monitoring"}}
    exporters = {f"monitoring/redis-exporter-{name}" for name in settings_of(run.stack).data.caches}
    assert others <= {"toolboxai-system/keda-operator", *exporters}
    assert "mcp/egress-proxy" not in callers


def test_agents_and_servers_are_closed_to_the_internet_but_for_the_proxy(
    run: Run, run_of: Callable[[str], Run]
) -> None:
    pods, _ = pods_of(run)
    out = {
        source
        for source, target, _ in edges_of(run_of, run.stack)
        if target in {"internet", "other-network", "other-vpc"} and source in pods
        if pods[source].namespace in {"mcp", "mcp-agents"}
    }
    reasons = {
        path.source: path.reason
        for paths in settings_of(run.stack).paths().values()
        for path in paths
        if path.reason is not None
    }
    assert "mcp/egress-proxy" in out
    if run.stack == "dev":
        # dev has no interface endpoints: AWS's services are called on their public addresses, each for a reason
        assert {name for name in out if not reasons.get(str(name))} == set()
    else:
        assert out == {"mcp/egress-proxy"}


def test_no_pod_of_ours_reaches_metadata_or_a_network_that_is_none_of_ours(
    run: Run, run_of: Callable[[str], Run]
) -> None:
    pods, _ = pods_of(run)
    strange = {"metadata", "link-local", "other-network", "other-vpc", "other-service"}
    reached = {
        (source, target)
        for source, target, _ in edges_of(run_of, run.stack)
        if target in strange and source in pods and pods[source].namespace not in OPEN_OUTWARD
    }
    assert reached == set()


def test_what_vendors_pods_call_is_held_nowhere(run: Run) -> None:
    """A policy on egress there would close what isn't known of them, name resolution first."""
    for m in manifests(run):
        if m["kind"] == "NetworkPolicy" and m["metadata"]["namespace"] in OPEN_OUTWARD:
            assert m["spec"]["policyTypes"] == ["Ingress"], m["metadata"]


def test_every_namespace_has_a_policy(run: Run) -> None:
    """CIS EKS 4.3.2, the vendors' namespaces too."""
    names = {m["metadata"]["name"] for m in manifests(run) if m["kind"] == "Namespace"} | {"default", "kube-system"}
    addons = {str(plain(r.inputs)["addonName"]) for r in of_type(run, "aws:eks:Addon")}
    names |= {"amazon-cloudwatch"} if "amazon-cloudwatch-observability" in addons else set()
    names |= {"amazon-guardduty"} if "aws-guardduty-agent" in addons else set()
    held_by = {m["metadata"]["namespace"] for m in manifests(run) if m["kind"] == "NetworkPolicy"}
    assert names == held_by


def test_agents_reach_servers_through_the_tool_gateway_alone(run: Run, run_of: Callable[[str], Run]) -> None:
    """So no call passes that isn't of a listed tool, but those of services that a profile names."""
    servers = settings_of(run.stack).mcp.servers
    behind = {f"mcp/{name}" for name, server in servers.items() if server.transport == "streamable-http"}
    assert len(behind) >= 4
    declared = {
        f"mcp/{name}": {reference.partition(":")[0] for reference in server.profile.services}
        for name, server in servers.items()
    }
    callers = {(source, target) for source, target, _ in edges_of(run_of, run.stack) if target in behind}
    passing = {source for source, target in callers if target not in declared.get(str(source), set())}
    assert passing - set(addresses_of(run)) == {"mcp/tool-gateway", "monitoring/kube-prometheus-stack-prometheus"}


def test_an_agent_reaches_the_listeners_of_its_own_servers_alone(run: Run, run_of: Callable[[str], Run]) -> None:
    (config,) = [
        json.loads(content)["static_resources"]["listeners"]
        for m in manifests(run)
        if m["kind"] == "ConfigMap" and m["metadata"]["name"] == "tool-gateway-files"
        for content in m["data"].values()
    ]
    ports = {row["address"]["socket_address"]["port_value"]: row["name"] for row in config}
    reached: dict[str, set[str]] = {}
    for source, target, (_, port) in edges_of(run_of, run.stack):
        if target == "mcp/tool-gateway" and str(source).startswith("mcp-agents/"):
            reached.setdefault(str(source).partition("/")[2], set()).add(ports[port])
    agents = settings_of(run.stack).agents.agents
    assert reached == {name: set(agent.servers) for name, agent in agents.items() if agent.servers}


def test_alertmanager_reaches_those_whom_it_tells_and_its_twin(run: Run, run_of: Callable[[str], Run]) -> None:
    """An alert that nobody hears of is none: Slack and PagerDuty are outside, and who gossips does so by UDP too."""
    name = "monitoring/kube-prometheus-stack-alertmanager"
    (values,) = [
        plain(r.inputs)["values"]
        for r in of_type(run, "kubernetes:helm.sh/v3:Release")
        if r.name.endswith("kube-prometheus-stack")
    ]
    told = {key for row in values["alertmanager"]["config"]["receivers"] for key in row if key.endswith("_configs")}
    assert told >= {"slack_configs"}
    assert (name, "internet", ("TCP", 443)) in edges_of(run_of, run.stack)
    policies = [m for m in manifests(run) if m["kind"] == "NetworkPolicy"]
    twin = pods_of(run)[0][name]
    for protocol in ("TCP", "UDP"):
        assert allowed(policies, twin, twin, (protocol, 9094)), protocol


def test_prometheus_reads_its_own_reloaders(run: Run, run_of: Callable[[str], Run]) -> None:
    """The chart's monitors name the port ``reloader-web`` of both servers: closed, it would be an alert for ever."""
    prometheus = "monitoring/kube-prometheus-stack-prometheus"
    assert (prometheus, "monitoring/kube-prometheus-stack-alertmanager", ("TCP", 8080)) in edges_of(run_of, run.stack)
    policies = [m for m in manifests(run) if m["kind"] == "NetworkPolicy"]
    twin = pods_of(run)[0][prometheus]
    for port in (8080, 9090):
        assert allowed(policies, twin, twin, ("TCP", port)), port
