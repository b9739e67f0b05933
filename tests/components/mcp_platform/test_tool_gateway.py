"""The gateway between agents and servers, asked as Envoy asks its routes: the first that matches answers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from components.kubernetes import Workload
from components.mcp_platform.tool_gateway import ports
from tests.components.agent_fleet.example import Pure, Raw, problems, pure, raw

CALL = {"mcp-method": "tools/call"}


@pytest.fixture(scope="module")
def production() -> Pure:
    return pure(raw())


def gateway_of(stack: Pure) -> Workload:
    return stack.workloads["mcp", "tool-gateway"]


def config_of(stack: Pure) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(next(iter(gateway_of(stack).files.values())))["static_resources"]
    return found


def managers(stack: Pure) -> dict[str, dict[str, Any]]:
    return {row["name"]: row["filter_chains"][0]["filters"][0]["typed_config"] for row in config_of(stack)["listeners"]}


def matches(match: dict[str, Any], path: str, headers: Mapping[str, str]) -> bool:
    """Envoy's RouteMatch: the path exactly, and every header; a regular expression must fit the whole value."""
    if match["path"] != path:
        return False
    for wanted in match.get("headers", ()):
        value = headers.get(wanted["name"].lower())
        if value is None:
            return False
        text = wanted.get("string_match", {})
        if "exact" in text and value != text["exact"]:
            return False
        if "safe_regex" in text and not re.fullmatch(text["safe_regex"]["regex"], value):
            return False
    return True


def answer(stack: Pure, server: str, headers: Mapping[str, str], path: str = "/mcp") -> str | int:
    """The cluster that a request goes to, or the status that the gateway answers itself."""
    (host,) = managers(stack)[server]["route_config"]["virtual_hosts"]
    assert host["domains"] == ["*"]
    for route in host["routes"]:
        if matches(route["match"], path, headers):
            forwarded = route.get("route")
            return str(forwarded["cluster"]) if forwarded else int(route["direct_response"]["status"])
    return 404


def test_listed_tools_pass_and_no_others(production: Pure) -> None:
    for name, server in raw()["mcp"]["servers"].items():
        tools = server["profile"]["tools"]
        for tool in tools:
            assert answer(production, name, {**CALL, "mcp-name": tool}) == name
        for other in ("drop_database", f"{tools[0]}x", f"x{tools[0]}", tools[0].upper(), f"{tools[0]},x", ""):
            assert answer(production, name, {**CALL, "mcp-name": other}) == 403
        assert answer(production, name, CALL) == 403


def test_other_methods_pass_and_none_is_refused(production: Pure) -> None:
    """Servers refuse a body that says something else than the headers: a call can't hide behind another method."""
    for method in ("server/discover", "tools/list", "resources/read", "subscriptions/listen"):
        assert answer(production, "main", {"mcp-method": method}) == "main"
    assert answer(production, "main", {}) == 400
    assert answer(production, "main", {"mcp-name": "get_context"}) == 400


@pytest.mark.parametrize("path", ["/", "/health", "/metrics", "/mcp/", "/mcp/../metrics", "/MCP"])
def test_only_the_protocols_path_leads_to_a_server(production: Pure, path: str) -> None:
    assert answer(production, "main", {**CALL, "mcp-name": "get_context"}, path) == 404


def test_a_tools_name_is_no_pattern() -> None:
    sections = raw()
    sections["mcp"]["servers"]["main"]["profile"]["tools"] = ["get.context"]
    stack = pure(sections)
    assert answer(stack, "main", {**CALL, "mcp-name": "get.context"}) == "main"
    assert answer(stack, "main", {**CALL, "mcp-name": "getXcontext"}) == 403


def test_each_listener_leads_to_its_own_server_alone(production: Pure) -> None:
    clusters = {row["name"]: row for row in config_of(production)["clusters"]}
    listeners = {row["name"]: row for row in config_of(production)["listeners"]}
    numbers = ports(production.mcp)
    for name in raw()["mcp"]["servers"]:
        assert listeners[name]["address"]["socket_address"]["port_value"] == numbers[name]
        (endpoint,) = clusters[name]["load_assignment"]["endpoints"][0]["lb_endpoints"]
        address = endpoint["endpoint"]["address"]["socket_address"]
        assert address == {"address": f"{name}.mcp.svc.cluster.local", "port_value": 9877}
        led = {
            route["route"]["cluster"]
            for host in managers(production)[name]["route_config"]["virtual_hosts"]
            for route in host["routes"]
            if "route" in route
        }
        assert led == {name}


def test_calls_are_counted_and_told(production: Pure) -> None:
    """A bucket of tokens a server, always on, and a line of the access log a call with who, what and how it ended."""
    for name, manager in managers(production).items():
        if name == "status":
            continue
        limit = manager["http_filters"][0]["typed_config"]
        assert limit["token_bucket"] == {"max_tokens": 3000, "tokens_per_fill": 3000, "fill_interval": "60s"}
        assert limit["filter_enabled"]["default_value"] == limit["filter_enforced"]["default_value"]
        assert limit["filter_enforced"]["default_value"] == {"numerator": 100, "denominator": "HUNDRED"}
        assert manager["http_filters"][-1]["name"] == "envoy.filters.http.router"
        (log,) = manager["access_log"]
        told = log["typed_config"]["log_format"]["json_format"]
        assert {"time", "server", "caller", "method", "name", "status"} <= set(told)
        assert told["name"] == "%REQ(Mcp-Name)%"
        # Envoy's other address is the one that X-Forwarded-For says, which is the caller's own word
        assert told["caller"] == "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%"


def test_another_rate_is_a_setting() -> None:
    sections = raw()
    sections["mcp"]["tool_gateway"] = {"calls_per_minute": 60, "replicas": 3}
    stack = pure(sections)
    assert managers(stack)["main"]["http_filters"][0]["typed_config"]["token_bucket"]["max_tokens"] == 60
    assert gateway_of(stack).replicas == 3


def test_a_websocket_server_stays_outside_and_its_tools_are_advice() -> None:
    sections = raw()
    sections["mcp"]["servers"]["main"]["transport"] = "websocket"
    stack = pure(sections)
    assert "main" not in managers(stack)
    quiz = json.loads(next(iter(stack.workloads["mcp-agents", "quiz"].files.values())))
    assert quiz["main"]["url"] == "ws://main.mcp.svc.cluster.local:9877/mcp"
    (text,) = stack.workloads["mcp", "main"].files.values()
    assert json.loads(text)["tools"]["enforcement"] == "advisory"


@pytest.mark.parametrize("change", ["none", "nobody"])
def test_there_is_no_gateway_where_nobody_would_use_it(change: str) -> None:
    sections: Raw = raw()
    if change == "none":
        sections["mcp"]["tool_gateway"] = None
    else:
        for server in sections["mcp"]["servers"].values():
            server["profile"]["agents"] = []
        for agent in sections["agents"]["agents"].values():
            agent["servers"] = []
    stack = pure(sections)
    assert ("mcp", "tool-gateway") not in stack.workloads
    (text,) = stack.workloads["mcp", "main"].files.values()
    assert json.loads(text)["tools"]["enforcement"] == "advisory"


def test_its_image_comes_through_the_accounts_cache(production: Pure) -> None:
    assert (
        gateway_of(production).image.repository
        == "111122223333.dkr.ecr.us-east-1.amazonaws.com/docker-hub/envoyproxy/envoy"
    )


def test_no_server_takes_its_name() -> None:
    sections = raw()
    sections["mcp"]["servers"]["tool-gateway"] = sections["mcp"]["servers"]["files"]
    (problem,) = problems("mcp", sections)
    assert problem.path == ("servers", "tool-gateway")
    assert "the tool gateway has this one" in problem.allowed
