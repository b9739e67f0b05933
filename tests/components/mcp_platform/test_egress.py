"""The egress proxy: a listener a caller, its allow-list from what the caller declares, and no other way out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components.kubernetes import ToExternal, Workload
from components.mcp_platform.egress import PROXY_KEY, listener_ports
from components.mcp_platform.envoy import ADMIN_PORT, CONFIG_LIMIT, MAX_CALLERS, STATUS_PORT, bootstrap
from tests.components.agent_fleet.example import Pure, Raw, pure, raw, topology

API = {"kind": "api", "host": "api.example.com", "model": "large-1", "secret_name": "example-api"}


def with_api_model() -> Raw:
    """Production's sections, with a model behind a vendor's API that only the agent script uses."""
    sections = raw()
    sections["agents"]["models"]["vendor"] = API
    sections["agents"]["agents"]["script"]["model"] = "vendor"
    return sections


def proxy_of(stack: Pure) -> Workload:
    return stack.workloads[PROXY_KEY]


def listeners_of(config: str) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in json.loads(config)["static_resources"]["listeners"]}


def manager_of(listener: dict[str, Any]) -> dict[str, Any]:
    (chain,) = listener["filter_chains"]
    (only,) = chain["filters"]
    manager: dict[str, Any] = only["typed_config"]
    return manager


def allowed_hosts(listener: dict[str, Any]) -> set[str]:
    return {domain for host in manager_of(listener)["route_config"]["virtual_hosts"] for domain in host["domains"]}


def test_each_caller_has_a_listener_with_its_own_hosts_only() -> None:
    stack = pure(with_api_model())
    listeners = listeners_of(next(iter(proxy_of(stack).files.values())))
    assert set(listeners) == {"status", "mcp/content", "mcp-agents/script"}
    assert allowed_hosts(listeners["mcp/content"]) == {"en.wikipedia.org:443"}
    assert allowed_hosts(listeners["mcp-agents/script"]) == {"api.example.com:443"}


def test_a_listener_only_tunnels_and_only_to_fixed_hosts() -> None:
    config = bootstrap({"mcp/a": (20001, [("b.example.com", 443), ("a.example.com", 443)])})
    everything = json.loads(config)["static_resources"]
    (listener,) = (row for row in everything["listeners"] if row["name"] != "status")
    for host in manager_of(listener)["route_config"]["virtual_hosts"]:
        (route,) = host["routes"]
        assert route["match"] == {"connect_matcher": {}}
        assert host["domains"] == [route["route"]["cluster"]]
    clusters = {row["name"]: row for row in everything["clusters"]}
    assert set(clusters) == {"admin", "a.example.com:443", "b.example.com:443"}
    (endpoint,) = clusters["a.example.com:443"]["load_assignment"]["endpoints"][0]["lb_endpoints"]
    assert endpoint["endpoint"]["address"]["socket_address"] == {"address": "a.example.com", "port_value": 443}


def test_the_administration_is_not_reachable_from_other_pods() -> None:
    config = json.loads(bootstrap({"mcp/a": (20001, [("a.example.com", 443)])}))
    assert config["admin"]["address"]["socket_address"] == {"address": "127.0.0.1", "port_value": ADMIN_PORT}
    (status,) = (row for row in config["static_resources"]["listeners"] if row["name"] == "status")
    (host,) = manager_of(status)["route_config"]["virtual_hosts"]
    assert [route["match"] for route in host["routes"]] == [{"path": "/ready"}, {"path": "/stats/prometheus"}]


def test_the_same_declarations_give_the_same_bytes() -> None:
    one = bootstrap(
        {"mcp/a": (1, [("b.example.com", 443), ("a.example.com", 443)]), "mcp/b": (2, [("c.example.com", 443)])}
    )
    other = bootstrap(
        {"mcp/b": (2, [("c.example.com", 443)]), "mcp/a": (1, [("a.example.com", 443), ("b.example.com", 443)])}
    )
    assert one == other


def test_a_caller_is_told_its_listener_and_keeps_aws_and_the_cluster_off_it() -> None:
    stack = pure(with_api_model())
    assert stack.egress.proxy is not None
    script = stack.workloads["mcp-agents", "script"]
    port = stack.egress.proxy.listeners[script.key]
    assert script.env["HTTPS_PROXY"] == f"http://egress-proxy.mcp.svc.cluster.local:{port}"
    assert {".svc", ".amazonaws.com", "169.254.170.23"} <= set(script.env["NO_PROXY"].split(","))
    assert script.env["AGENT_NAME"] == "script"
    assert proxy_of(stack).port(port) is not None
    assert "HTTPS_PROXY" not in stack.workloads["mcp-agents", "quiz"].env


def test_without_external_hosts_there_is_no_proxy() -> None:
    sections = raw()
    del sections["mcp"]["servers"]["content"]["profile"]["external_hosts"]
    stack = pure(sections)
    assert stack.egress.proxy is None
    assert PROXY_KEY not in stack.workloads
    assert topology(stack, "dynamodb", "s3", "bedrock-runtime").exceptions() == ()


def test_ports_stay_when_callers_come_and_go() -> None:
    callers = [("mcp-agents", f"agent-{index}") for index in range(400)]
    before = listener_ports(callers)
    assert len(set(before.values())) == len(callers)
    assert all(16_000 <= port < 32_000 for port in before.values())
    after = listener_ports([*callers[1:], ("mcp", "new")])
    moved = [caller for caller in callers[1:] if before[caller] != after[caller]]
    assert len(moved) <= 2  # at most who shared a hash with the one that went or the one that came


def test_colliding_callers_get_different_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("components.mcp_platform.egress._LAST_PORT", 16_003)
    assert sorted(listener_ports([("n", "a"), ("n", "b"), ("n", "c")]).values()) == [16_000, 16_001, 16_002]


def test_as_many_callers_as_are_allowed_fit_one_config_map() -> None:
    hosts = [("api.a-vendor-of-models.example.com", 443)]
    config = bootstrap({f"mcp-agents/an-agent-of-24-letters-{i:03}": (20_000 + i, hosts) for i in range(MAX_CALLERS)})
    assert len(config) <= CONFIG_LIMIT
    with pytest.raises(ValueError, match=r"a ConfigMap holds"):
        bootstrap({f"mcp-agents/agent-{i}": (20_000 + i, hosts) for i in range(MAX_CALLERS * 2)})


def test_the_image_comes_through_the_pull_through_cache() -> None:
    assert proxy_of(pure(with_api_model())).image.reference == (
        "111122223333.dkr.ecr.us-east-1.amazonaws.com/docker-hub/envoyproxy/envoy:distroless-v1.39.1"
    )


def test_only_the_proxy_may_call_public_addresses_and_only_from_its_listeners() -> None:
    stack = pure(with_api_model())
    matrix = topology(stack, "dynamodb", "s3", "bedrock-runtime").matrix()
    assert {path.source for path in matrix if path.kind == "internet"} == {"mcp/egress-proxy"}
    external = {(path.source, path.destination) for path in matrix if path.kind == "external"}
    assert external == {
        ("mcp/content", "external:en.wikipedia.org:443"),
        ("mcp-agents/script", "external:api.example.com:443"),
    }
    declared = {w.key for w in stack.egress.workloads if any(isinstance(call, ToExternal) for call in w.calls)}
    assert declared == {("mcp", "content"), ("mcp-agents", "script")}


def test_its_status_port_is_no_listener_and_takes_no_privilege() -> None:
    proxy = proxy_of(pure(with_api_model()))
    assert proxy.port("status") is not None
    assert STATUS_PORT not in {port.number for port in proxy.ports if port.name != "status"}
    assert min(port.number for port in proxy.ports) > 1023
