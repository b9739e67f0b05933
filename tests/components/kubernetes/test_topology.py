"""Paths: exactly what is declared is open, on both sides, and what can't be is refused by name."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.kubernetes.namespace import NamespaceDeclaration, core_dns, namespace_manifests
from components.kubernetes.paths import (
    FromApiServer,
    FromLoadBalancer,
    ToApiServer,
    ToAws,
    ToCache,
    ToDatabase,
    ToExternal,
    ToInternet,
    ToNodes,
    ToWorkload,
)
from components.kubernetes.topology import (
    PUBLIC_BLOCKS,
    EgressProxy,
    Endpoint,
    EndpointPort,
    Topology,
    TopologyError,
)
from components.kubernetes.workload import ContainerPort, Metrics, Route, Workload
from tests.components.kubernetes.declarations import HTTP, NETWORKS, job, server
from tests.network_policy import Address, Pod, allowed

HTTP_PORT = ("TCP", 8080)
METADATA = Address("169.254.169.254")
KUBE_DNS = Pod("kube-system", {"k8s-app": "kube-dns"})


def policies(topology: Topology, *namespaces: str) -> list[dict[str, Any]]:
    """Every policy of the cluster as plain dicts: the topology's and those of the namespaces."""
    closing = [m for n in namespaces for m in namespace_manifests(NamespaceDeclaration(name=n))]
    objects = [*topology.policies(), *(m for m in closing if m.kind == "NetworkPolicy"), core_dns()]
    return [dict(m.to_dict()) for m in objects]


def pod_of(workload: Workload | Endpoint) -> Pod:
    name = {"app.kubernetes.io/name": workload.name}
    return Pod(workload.namespace, dict(workload.selector) if isinstance(workload, Endpoint) else name)


def test_a_declared_path_is_open_on_both_sides_and_no_other() -> None:
    target = server("target", "mcp", ports=(HTTP, ContainerPort(name="admin", number=9000)))
    caller = server("caller", "mcp-agents", calls=(ToWorkload("mcp", "target", "http"),))
    neighbour = server("neighbour", "mcp")
    topology = Topology([target, caller, neighbour], networks=NETWORKS)
    rules = policies(topology, "mcp", "mcp-agents")
    assert allowed(rules, pod_of(caller), pod_of(target), HTTP_PORT)
    assert not allowed(rules, pod_of(caller), pod_of(target), ("TCP", 9000))
    assert not allowed(rules, pod_of(target), pod_of(caller), HTTP_PORT)
    assert not allowed(rules, pod_of(neighbour), pod_of(target), HTTP_PORT)
    assert not allowed(rules, pod_of(caller), pod_of(neighbour), HTTP_PORT)
    # one side alone doesn't open it: without the target's policy its ingress stays shut, and the other way round
    for name in ("target", "caller"):
        rest = [p for p in rules if p["metadata"]["name"] != name]
        assert not allowed(rest, pod_of(caller), pod_of(target), HTTP_PORT)


@st.composite
def _clusters(draw: st.DrawFn) -> tuple[list[Workload], set[tuple[int, int, int]]]:
    """Workloads in three namespaces, and which calls which on which port number."""
    count = draw(st.integers(2, 7))
    namespaces = [draw(st.sampled_from(["a", "b", "c"])) for _ in range(count)]
    numbers = [draw(st.lists(st.integers(1024, 1060), min_size=1, max_size=24, unique=True)) for _ in range(count)]
    wanted = draw(
        st.sets(
            st.tuples(st.integers(0, count - 1), st.integers(0, count - 1), st.integers(0, 23)).filter(
                lambda call: call[0] != call[1]
            )
        )
    )
    calls = {(caller, target, numbers[target][port % len(numbers[target])]) for caller, target, port in wanted}
    workloads = [
        server(
            f"w{index}",
            namespaces[index],
            ports=(HTTP, *(ContainerPort(name=f"p{number}", number=number) for number in numbers[index])),
            calls=tuple(ToWorkload(namespaces[t], f"w{t}", port) for c, t, port in sorted(calls) if c == index),
        )
        for index in range(count)
    ]
    return workloads, calls


@given(_clusters())
@settings(max_examples=60, deadline=None)
def test_what_is_open_is_what_is_declared(cluster: tuple[list[Workload], set[tuple[int, int, int]]]) -> None:
    workloads, calls = cluster
    topology = Topology(workloads, networks=NETWORKS)
    rules = policies(topology, "a", "b", "c")
    opened = {
        (c, t, p.number)
        for c, caller in enumerate(workloads)
        for t, target in enumerate(workloads)
        for p in target.ports
        if c != t and allowed(rules, pod_of(caller), pod_of(target), ("TCP", p.number))
    }
    assert opened == calls
    matrix = {(p.source, p.destination, p.port) for p in topology.matrix() if p.kind == "workload"}
    assert matrix == {("/".join(workloads[c].key), "/".join(workloads[t].key), port) for c, t, port in calls}
    for policy in rules:
        for rule in (*(policy["spec"].get("ingress") or ()), *(policy["spec"].get("egress") or ())):
            assert len(rule.get("ports") or ()) <= 24


def test_names_are_resolved_everywhere_and_metadata_is_closed_to_all() -> None:
    busy = server(
        identity=True,
        calls=(
            ToApiServer(),
            ToDatabase(),
            ToCache(),
            ToNodes(10250),
            ToAws("sts"),
            ToAws("s3", reason="gateway endpoint"),
            ToInternet("public certificate authority"),
        ),
    )
    rules = policies(Topology([busy, server("quiet")], networks=NETWORKS), "mcp")
    for workload in (busy, server("quiet")):
        for protocol in ("UDP", "TCP"):
            assert allowed(rules, pod_of(workload), KUBE_DNS, (protocol, 53))
        for port in (80, 443):
            assert not allowed(rules, pod_of(workload), METADATA, ("TCP", port))


def test_identity_opens_the_agents_address_and_nothing_near_it() -> None:
    with_identity, without = server(identity=True), server("without")
    rules = policies(Topology([with_identity, without], networks=NETWORKS), "mcp")
    agent = Address("169.254.170.23")
    assert allowed(rules, pod_of(with_identity), agent, ("TCP", 80))
    assert not allowed(rules, pod_of(without), agent, ("TCP", 80))
    assert not allowed(rules, pod_of(with_identity), Address("169.254.170.24"), ("TCP", 80))
    assert not allowed(rules, pod_of(with_identity), Address("fd00:ec2::23"), ("TCP", 80))


def test_the_api_is_reached_by_its_interfaces_and_its_cluster_ip() -> None:
    workload = server(calls=(ToApiServer(),))
    rules = policies(Topology([workload], networks=NETWORKS), "mcp")
    for ip in ("10.1.0.10", "10.1.32.10", "172.20.0.1"):
        assert allowed(rules, pod_of(workload), Address(ip), ("TCP", 443))
    assert not allowed(rules, pod_of(workload), Address("172.20.0.2"), ("TCP", 443))
    assert not allowed(rules, pod_of(workload), Address("10.1.0.10"), ("TCP", 10250))


@pytest.mark.parametrize(
    ("accept", "inside", "outside"),
    [
        (FromApiServer("http"), "10.1.32.7", "10.1.16.7"),
        (FromLoadBalancer("http"), "10.1.16.7", "10.1.32.7"),
    ],
)
def test_who_is_no_pod_comes_from_its_subnets(
    accept: FromApiServer | FromLoadBalancer, inside: str, outside: str
) -> None:
    workload = server(accepts=(accept,))
    rules = policies(Topology([workload], networks=NETWORKS), "mcp")
    assert allowed(rules, Address(inside), pod_of(workload), HTTP_PORT)
    assert not allowed(rules, Address(outside), pod_of(workload), HTTP_PORT)
    assert not allowed(rules, Address(inside), pod_of(workload), ("TCP", 22))


def test_a_route_lets_the_load_balancer_in() -> None:
    route = Route(hosts=("api.example.com",), port="http", gateway="g", gateway_namespace="e")
    workload = server(routes=(route,))
    rules = policies(Topology([workload], networks=NETWORKS), "mcp")
    assert allowed(rules, Address("10.1.16.9"), pod_of(workload), HTTP_PORT)


def test_prometheus_reaches_every_metrics_port() -> None:
    prometheus = Endpoint("monitoring", "prometheus", (("app.kubernetes.io/name", "prometheus"),))
    watched = server(ports=(HTTP, ContainerPort(name="metrics", number=9090)), metrics=Metrics(port="metrics"))
    unwatched = server("unwatched")
    node = Endpoint(
        "node-agents",
        "node-exporter",
        (("app", "node-exporter"),),
        ports=(EndpointPort("metrics", 9100),),
        metrics_ports=("metrics",),
        host_network=True,
    )
    topology = Topology([prometheus, watched, unwatched, node], networks=NETWORKS, prometheus=prometheus.key)
    rules = policies(topology, "mcp", "monitoring", "node-agents")
    assert allowed(rules, pod_of(prometheus), pod_of(watched), ("TCP", 9090))
    assert not allowed(rules, pod_of(prometheus), pod_of(watched), HTTP_PORT)
    assert not allowed(rules, pod_of(prometheus), pod_of(unwatched), HTTP_PORT)
    # on the host network the target is a node's address, and no policy would hold it
    assert allowed(rules, pod_of(prometheus), Address("10.1.0.5"), ("TCP", 9100))
    assert "node-exporter" not in {p["metadata"]["name"] for p in rules}
    assert {p.kind for p in topology.matrix() if p.source == "monitoring/prometheus"} == {"dns", "scrape"}


def test_data_stores_are_reached_in_their_subnets_only() -> None:
    workload = server(calls=(ToDatabase(), ToCache(port=6380)))
    rules = policies(Topology([workload], networks=NETWORKS), "mcp")
    assert allowed(rules, pod_of(workload), Address("10.1.20.5"), ("TCP", 5432))
    assert allowed(rules, pod_of(workload), Address("10.1.52.5"), ("TCP", 6380))
    assert not allowed(rules, pod_of(workload), Address("10.1.0.5"), ("TCP", 5432))
    assert not allowed(rules, pod_of(workload), Address("10.1.20.5"), ("TCP", 3306))


def test_aws_is_reached_by_its_endpoint_or_for_a_reason() -> None:
    workload = server(calls=(ToAws("sts"), ToAws("dynamodb", reason="a gateway endpoint answers on public addresses")))
    topology = Topology([workload], networks=NETWORKS)
    rules = policies(topology, "mcp")
    assert allowed(rules, pod_of(workload), Address("10.1.0.99"), ("TCP", 443))
    assert allowed(rules, pod_of(workload), Address("52.94.0.1"), ("TCP", 443))
    for inner in ("10.1.20.5", "192.168.1.1", "100.64.0.1", "169.254.170.2"):
        assert not allowed(rules, pod_of(workload), Address(inner), ("TCP", 443))
    (exception,) = topology.exceptions()
    assert (exception.destination, exception.reason) == (
        "aws:dynamodb",
        "a gateway endpoint answers on public addresses",
    )
    # with an interface endpoint the same declaration is no exception any more
    with_endpoint = dataclasses.replace(NETWORKS, interface_endpoints=frozenset({"sts", "dynamodb"}))
    closed = Topology([workload], networks=with_endpoint)
    assert closed.exceptions() == ()
    assert not allowed(policies(closed, "mcp"), pod_of(workload), Address("52.94.0.1"), ("TCP", 443))


def test_public_blocks_are_the_internet_without_inner_addresses() -> None:
    rules = policies(Topology([server(calls=(ToInternet("any"),))], networks=NETWORKS), "mcp")
    for public in ("1.1.1.1", "8.8.8.8", "52.94.0.1", "169.253.0.1", "172.32.0.1", "223.255.255.254", "198.51.100.1"):
        assert allowed(rules, pod_of(server()), Address(public), ("TCP", 443))
    for inner in ("10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.0.1", "100.127.0.1", "169.254.0.1", "239.0.0.1"):
        assert not allowed(rules, pod_of(server()), Address(inner), ("TCP", 443))
    assert len(PUBLIC_BLOCKS) == len(set(PUBLIC_BLOCKS))


PROXY = server(
    "egress",
    "mcp",
    ports=(HTTP, ContainerPort(name="c0", number=15000), ContainerPort(name="c1", number=15001)),
)


def test_hosts_outside_are_reached_through_the_callers_own_listener() -> None:
    callers = [server(f"caller-{i}", "mcp-agents", calls=(ToExternal("api.example.com"),)) for i in range(2)]
    proxy = EgressProxy(PROXY.key, {callers[0].key: 15000, callers[1].key: 15001})
    topology = Topology([PROXY, *callers], networks=NETWORKS, proxy=proxy)
    rules = policies(topology, "mcp", "mcp-agents")
    for index, caller in enumerate(callers):
        assert allowed(rules, pod_of(caller), pod_of(PROXY), ("TCP", 15000 + index))
        assert not allowed(rules, pod_of(caller), pod_of(PROXY), ("TCP", 15001 - index))
        assert not allowed(rules, pod_of(caller), Address("93.184.216.34"), ("TCP", 443))
    assert {p.destination for p in topology.matrix() if p.kind == "external"} == {"external:api.example.com:443"}


def test_every_path_that_cannot_be_is_named_in_one_error() -> None:
    lost = server(
        "lost",
        calls=(
            ToWorkload("mcp", "nobody", "http"),
            ToWorkload("mcp", "target", "admin"),
            ToWorkload("database", "migrate", 5432),
            ToAws("sqs"),
            ToAws("s3"),
            ToExternal("api.example.com"),
        ),
    )
    stray = server("stray", "nowhere")
    with pytest.raises(TopologyError) as caught:
        Topology(
            [lost, server("target"), job(), stray, server("target")],
            networks=NETWORKS,
            namespaces=["mcp", "database"],
            prometheus=("monitoring", "prometheus"),
        )
    problems = {(p.caller, p.target): p.allowed for p in caught.value.problems}
    assert set(problems) == {
        ("mcp/lost", "mcp/nobody"),
        ("mcp/lost", "mcp/target:admin"),
        ("mcp/lost", "database/migrate:5432"),
        ("mcp/lost", "aws:sqs"),
        ("mcp/lost", "aws:s3"),
        ("mcp/lost", "external:api.example.com:443"),
        ("nowhere/stray", "nowhere"),
        ("mcp/target", "mcp/target"),
        ("prometheus", "monitoring/prometheus"),
    }
    assert problems["mcp/lost", "mcp/target:admin"] == "one of its ports: http (8080)"
    assert "gateway endpoint" in problems["mcp/lost", "aws:s3"]
    for caller, target in problems:
        assert f"{caller} -> {target}" in str(caught.value)


def test_a_listener_is_the_callers_own_and_exists() -> None:
    caller = server("caller", "mcp-agents", calls=(ToExternal("api.example.com"),))
    with pytest.raises(TopologyError, match="a listener of its own at the egress proxy mcp/egress"):
        Topology([PROXY, caller], networks=NETWORKS, proxy=EgressProxy(PROXY.key))
    with pytest.raises(TopologyError, match="mcp/egress:9: one of its ports: http"):
        Topology([PROXY, caller], networks=NETWORKS, proxy=EgressProxy(PROXY.key, {caller.key: 9}))
    with pytest.raises(TopologyError, match="egress proxy -> mcp/egress"):
        Topology([caller], networks=NETWORKS, proxy=EgressProxy(PROXY.key, {caller.key: 15000}))


def test_an_operators_webhook_on_no_port_is_refused() -> None:
    operator = Endpoint("cert-manager", "webhook", (("app", "webhook"),), accepts=(FromApiServer(10250),))
    with pytest.raises(TopologyError, match="api-server -> cert-manager/webhook:10250: nothing: it has no ports"):
        Topology([operator], networks=NETWORKS)


def test_more_ports_than_the_cni_holds_are_refused() -> None:
    ports = tuple(ContainerPort(name=f"p{number}", number=number) for number in range(9000, 9025))
    target = server("target", ports=(HTTP, *ports))

    def caller(count: int) -> Workload:
        return server("caller", calls=tuple(ToWorkload("mcp", "target", p.number) for p in ports[:count]))

    Topology([target, caller(24)], networks=NETWORKS)
    with pytest.raises(TopologyError, match="mcp/caller -> mcp/target: at most 24 ports, not 25") as caught:
        Topology([target, caller(25)], networks=NETWORKS)
    assert len(caught.value.problems) == 1


def test_one_policy_a_workload_and_for_one_namespace_on_demand() -> None:
    topology = Topology([server(), server("other", "a")], networks=NETWORKS)
    assert [p.metadata.name for p in topology.policies("a") if p.metadata] == ["other"]
    assert topology.policy(server()).to_dict() == topology.policies("mcp")[0].to_dict()
    with pytest.raises(KeyError):
        topology.policy(server("unknown"))


def test_paths_cost_the_same_however_many_there_are() -> None:
    """Rules are grouped: a thousand callers of one port are one rule, and each caller has one."""
    target = server("target")
    callers = [server(f"caller-{i}", "a", calls=(ToWorkload("mcp", "target", "http"),)) for i in range(1000)]
    topology = Topology([target, *callers], networks=NETWORKS)
    (rule,) = topology.policy(target).to_dict()["spec"]["ingress"]
    assert len(rule["from"]) == 1000
