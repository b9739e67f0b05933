"""Servers that are reached from outside, asked as the load balancer asks its rules: token first, then by headers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

import pytest

from components.cluster_services.settings import ClusterServicesSettings
from components.edge import EdgeSettings
from components.kubernetes import workload_manifests
from components.mcp_platform.check import check
from tests.components.agent_fleet.example import ENDPOINTS, Pure, Raw, identity, mcp_of, pure, raw, topology

EXTERNAL: Final = {"issuer": "https://id.example.com", "keys": "https://id.example.com/.well-known/jwks.json"}
HOST: Final = "api.toolboxai.example.com"
PATH: Final = "/mcp/main"
CALL: Final = {"mcp-method": "tools/call"}
TOOLS: Final = ("get_context", "put_context", "delete_context")


def outside(**fields: object) -> Pure:
    sections: Raw = raw()
    main = sections["mcp"]["servers"]["main"]
    main["external"] = {**EXTERNAL, **fields}
    return pure(sections)


def objects(stack: Pure, kind: str) -> dict[str, dict[str, Any]]:
    made: list[dict[str, Any]] = [m.to_dict() for m in workload_manifests(stack.workloads["mcp", "main"])]
    return {m["metadata"]["name"]: m for m in made if m["kind"] == kind}


def actions(stack: Pure, rule: dict[str, Any]) -> list[dict[str, Any]]:
    configurations = objects(stack, "ListenerRuleConfiguration")
    found = [configurations[f["extensionRef"]["name"]]["spec"]["actions"] for f in rule.get("filters") or ()]
    return [action for these in found for action in these]


def fits(match: dict[str, Any], path: str, headers: Mapping[str, str]) -> bool:
    """A rule's conditions: the path exactly, header values without regard to case, ``*`` for any text."""
    assert match["path"]["type"] == "Exact"
    wanted = match.get("headers") or ()
    return match["path"]["value"] == path and all(
        h["name"].lower() in headers and fnmatchcase(headers[h["name"].lower()].lower(), h["value"].lower())
        for h in wanted
    )


def answer(stack: Pure, path: str, headers: Mapping[str, str], *, token: bool = True) -> str | int:
    """The Service that a request for ``HOST`` goes to, or the status that the load balancer answers.

    The controller puts a match with more headers first, and equals by the route's own order of rules and matches
    (pkg/gateway/routeutils/route_rule_precedence.go).
    """
    for route in objects(stack, "HTTPRoute").values():
        assert route["spec"]["hostnames"] == [HOST]
        candidates = [
            (-len(match.get("headers") or ()), index, number, match, rule)
            for index, rule in enumerate(route["spec"]["rules"])
            for number, match in enumerate(rule["matches"])
        ]
        for *_, match, rule in sorted(candidates, key=lambda it: it[:3]):
            if not fits(match, path, headers):
                continue
            todo = {action["type"]: action for action in actions(stack, rule)}
            if "jwt-validation" in todo and not token:
                return 401
            if "fixed-response" in todo:
                return int(todo["fixed-response"]["fixedResponseConfig"]["statusCode"])
            (backend,) = rule["backendRefs"]
            return str(backend["name"])
    return 404


@pytest.mark.parametrize("headers", [{}, {"mcp-method": "tools/list"}, {**CALL, "mcp-name": "get_context"}, CALL])
def test_nobody_passes_without_a_token_nor_learns_more(headers: dict[str, str]) -> None:
    assert answer(outside(), PATH, headers, token=False) == 401


def test_whose_tokens_are_accepted_is_told_to_everyone() -> None:
    stack = outside()
    well_known = f"/.well-known/oauth-protected-resource{PATH}"
    assert answer(stack, well_known, {}, token=False) == "main"
    env = stack.workloads["mcp", "main"].env
    assert env["OAUTH_RESOURCE_METADATA"] == f"https://{HOST}{well_known}"
    assert answer(stack, "/.well-known/oauth-protected-resource", {}, token=False) == 404


def test_listed_tools_pass_and_no_others() -> None:
    stack = outside()
    for tool in TOOLS:
        assert answer(stack, PATH, {**CALL, "mcp-name": tool}) == "main"
    for other in ("drop_database", "get_contexts", ""):
        assert answer(stack, PATH, {**CALL, "mcp-name": other}) == 403
    assert answer(stack, PATH, CALL) == 403
    assert answer(stack, PATH, {"mcp-method": "server/discover"}) == "main"
    assert answer(stack, PATH, {}) == 400


@pytest.mark.parametrize("path", ["/", "/mcp", "/mcp/main/", "/mcp/mainly", "/mcp/files", "/health", "/metrics"])
def test_only_its_own_path_leads_to_the_server(path: str) -> None:
    assert answer(outside(), path, {"mcp-method": "tools/list"}) == 404


def test_the_load_balancer_looks_at_issuer_keys_and_audience() -> None:
    (route, *_) = objects(outside(), "HTTPRoute").values()
    for rule in route["spec"]["rules"]:
        check = actions(outside(), rule)[0]
        assert check["jwtValidationConfig"] == {
            "issuer": EXTERNAL["issuer"],
            "jwksEndpoint": EXTERNAL["keys"],
            "additionalClaims": [{"name": "aud", "format": "single-string", "values": [f"https://{HOST}{PATH}"]}],
        }


def test_another_audience_is_a_setting_and_the_server_knows_it() -> None:
    stack = outside(audience="api://mcp", audience_format="string-array")
    (route, *_) = objects(stack, "HTTPRoute").values()
    (claim,) = actions(stack, route["spec"]["rules"][0])[0]["jwtValidationConfig"]["additionalClaims"]
    assert claim == {"name": "aud", "format": "string-array", "values": ["api://mcp"]}
    env = stack.workloads["mcp", "main"].env
    assert (env["OAUTH_ISSUER"], env["OAUTH_AUDIENCE"]) == ("https://id.example.com", "api://mcp")
    assert env["OAUTH_RESOURCE"] == f"https://{HOST}{PATH}"
    assert env["MCP_ALLOWED_ORIGINS"] == "https://toolboxai.example.com,https://api.toolboxai.example.com"


@pytest.mark.parametrize(("server", "default"), [("argocd", "pulumi"), (None, "argocd")])
def test_a_branch_can_not_drop_the_token_check(server: str | None, default: str) -> None:
    sections = raw()
    sections["mcp"]["defaults"] |= {"delivery": default}
    sections["mcp"]["servers"]["main"] |= {"external": EXTERNAL, "delivery": server}
    edge = EdgeSettings.model_validate({"zone": {"kind": "create", "delegated": True}})
    (problem,) = check(identity(), ClusterServicesSettings(), edge, mcp_of(sections))
    assert problem.path == ("mcp", "servers", "main", "delivery")
    assert problem.value == "argocd"
    sections["mcp"]["servers"]["main"]["delivery"] = "pulumi"
    assert list(check(identity(), ClusterServicesSettings(), edge, mcp_of(sections))) == []


def test_every_rule_fits_the_load_balancer() -> None:
    """Five values a rule at most: the host, the path, and a rule's headers (Elastic Load Balancing quotas)."""
    for route in objects(outside(), "HTTPRoute").values():
        for rule in route["spec"]["rules"]:
            for match in rule["matches"]:
                assert 2 + len(match.get("headers") or ()) <= 5
            assert len(rule["matches"]) <= 64


def test_routes_hang_on_the_platforms_gateway_where_tokens_are_looked_at() -> None:
    for route in objects(outside(), "HTTPRoute").values():
        (parent,) = route["spec"]["parentRefs"]
        assert (parent["namespace"], parent["name"], parent["sectionName"]) == ("toolboxai-system", "public", "https")


def test_agents_call_the_same_path_through_the_gateway() -> None:
    stack = outside()
    quiz = json.loads(next(iter(stack.workloads["mcp-agents", "quiz"].files.values())))
    assert quiz["main"]["url"].endswith(PATH)
    assert stack.workloads["mcp", "main"].env["MCP_PATH"] == PATH
    config = json.loads(next(iter(stack.workloads["mcp", "tool-gateway"].files.values())))
    (listener,) = [row for row in config["static_resources"]["listeners"] if row["name"] == "main"]
    manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
    (host,) = manager["route_config"]["virtual_hosts"]
    assert {route["match"]["path"] for route in host["routes"]} == {PATH}


def test_a_websocket_is_sticky_behind_its_token_and_its_tools_are_advice() -> None:
    sections = raw()
    sections["mcp"]["servers"]["main"] |= {"transport": "websocket", "external": EXTERNAL}
    stack = pure(sections)
    assert answer(stack, PATH, {}, token=False) == 401
    assert answer(stack, PATH, {}) == "main"
    told = objects(stack, "TargetGroupConfiguration")["main"]["spec"]["defaultConfiguration"]["targetGroupAttributes"]
    found = {entry["key"]: entry["value"] for entry in told}
    assert found["stickiness.enabled"] == "true"
    assert found["stickiness.lb_cookie.duration_seconds"] == "3600"
    (text,) = stack.workloads["mcp", "main"].files.values()
    assert json.loads(text)["tools"] == {"names": list(TOOLS), "enforcement": "advisory", "outside": "advisory"}


def test_the_load_balancers_subnets_reach_the_server_and_no_other() -> None:
    paths = [p for p in topology(outside(), *ENDPOINTS).matrix() if p.kind == "loadbalancer"]
    assert {(p.destination, p.port) for p in paths} == {("mcp/main", 9877)}


def test_the_profile_says_who_holds_callers_from_outside_to_the_tools() -> None:
    (text,) = outside().workloads["mcp", "main"].files.values()
    assert json.loads(text)["tools"]["outside"] == "gateway"
    (text,) = pure(raw()).workloads["mcp", "main"].files.values()
    assert "outside" not in json.loads(text)["tools"]
