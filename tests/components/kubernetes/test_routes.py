"""Routes that share their requests, sign people in, and Services that outlast a release."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from components.kubernetes.manifest import name_of
from components.kubernetes.manifests import workload_manifests
from components.kubernetes.paths import FromLoadBalancer
from components.kubernetes.references import Reference, references
from components.kubernetes.topology import Topology
from components.kubernetes.workload import Route, Share, SignIn, Workload, unrouted
from tests.components.kubernetes.declarations import NETWORKS, job, server

PLACE: dict[str, Any] = {
    "hosts": ("toolboxai.example.com",),
    "port": "http",
    "gateway": "public",
    "gateway_namespace": "toolboxai-system",
}
SIGN_IN = SignIn(
    issuer="https://id.example.com",
    authorization_endpoint="https://id.example.com/authorize",
    token_endpoint="https://id.example.com/token",  # noqa: S106 - an address
    user_info_endpoint="https://id.example.com/userinfo",
    remote="toolboxai/production/mcp/sign-in",
)
NEXT = Share(workload="server-canary", weight=10, header=("canary", "true"))


def made(workload: Workload, kind: str) -> list[dict[str, Any]]:
    return [m.to_dict() for m in workload_manifests(workload) if m.kind == kind]


def rules(**more: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - fields of a route
    (route,) = made(server(routes=(Route(**PLACE, **more),)), "HTTPRoute")
    found: list[dict[str, Any]] = route["spec"]["rules"]
    return found


def test_a_route_by_itself_has_one_backend_without_a_weight() -> None:
    (rule,) = rules()
    assert rule["backendRefs"] == [{"kind": "Service", "name": "server", "port": 8080}]


def test_shares_and_the_rest_are_a_hundred() -> None:
    by_header, by_weight = rules(shares=(NEXT,))
    assert {row["name"]: row["weight"] for row in by_weight["backendRefs"]} == {"server": 90, "server-canary": 10}
    assert [row["name"] for row in by_header["backendRefs"]] == ["server-canary"]


def test_more_than_a_hundred_is_refused() -> None:
    with pytest.raises(ValidationError, match="at most 100"):
        Route(**PLACE, shares=(Share(workload="a", weight=60), Share(workload="b", weight=41)))


def test_nobody_gets_round_the_sign_in_by_a_header() -> None:
    found = rules(shares=(NEXT,), sign_in=SIGN_IN)
    assert len(found) == 2
    assert [rule["filters"][0]["extensionRef"]["name"] for rule in found] == ["server-sign-in"] * 2


def test_sign_in_is_the_load_balancers_and_its_secret_one_that_only_its_controller_reads() -> None:
    workload = server(routes=(Route(**PLACE, sign_in=SIGN_IN),))
    (rule,) = made(workload, "ListenerRuleConfiguration")
    (action,) = rule["spec"]["actions"]
    assert action["type"] == "authenticate-oidc"
    assert action["authenticateOIDCConfig"]["onUnauthenticatedRequest"] == "authenticate"
    (secret,) = made(workload, "ExternalSecret")
    assert secret["metadata"]["name"] == action["authenticateOIDCConfig"]["secret"]["name"]
    (role,), (binding,) = made(workload, "Role"), made(workload, "RoleBinding")
    assert [row["resourceNames"] for row in role["rules"]] == [[secret["metadata"]["name"]]]
    assert binding["subjects"] == [
        {"kind": "ServiceAccount", "name": "aws-load-balancer-controller", "namespace": "toolboxai-system"}
    ]


def test_a_route_waits_for_its_rule_and_the_rule_for_secret_and_leave() -> None:
    workload = server(routes=(Route(**PLACE, sign_in=SIGN_IN),))
    named = {
        m.kind: {(r.kind, r.name) for r in references(m)}
        for m in workload_manifests(workload)
        if m.kind in {"HTTPRoute", "ListenerRuleConfiguration"}
    }
    assert ("ListenerRuleConfiguration", "server-sign-in") in named["HTTPRoute"]
    assert {("Secret", "server-sign-in"), ("RoleBinding", "server-sign-in")} <= named["ListenerRuleConfiguration"]


def test_a_further_service_leads_to_the_same_pods() -> None:
    services = {
        row["metadata"]["name"]: row["spec"] for row in made(server("server-blue", service="server"), "Service")
    }
    assert set(services) == {"server", "server-blue"}
    assert services["server"] == services["server-blue"]


def test_who_only_takes_a_share_has_targets_and_an_open_port_but_no_route() -> None:
    canary = server("server-canary", accepts=(FromLoadBalancer("http", 60),))
    assert made(canary, "HTTPRoute") == []
    (targets,) = made(canary, "TargetGroupConfiguration")
    attributes = {row["key"]: row["value"] for row in targets["spec"]["defaultConfiguration"]["targetGroupAttributes"]}
    assert attributes["stickiness.lb_cookie.duration_seconds"] == "60"
    policy: Any = Topology([canary], networks=NETWORKS).policy(canary).to_dict()
    (rule,) = policy["spec"]["ingress"]
    assert {peer["ipBlock"]["cidr"] for peer in rule["from"]} == {str(block) for block in NETWORKS.public}


def test_without_a_gateway_no_load_balancer_calls_anybody() -> None:
    routed = server(routes=(Route(**PLACE),), accepts=(FromLoadBalancer("http"),))
    assert made(unrouted(routed), "TargetGroupConfiguration") == []
    assert made(unrouted(routed), "HTTPRoute") == []


@pytest.mark.parametrize("kind", ["Deployment", "Job"])
def test_what_comes_before_is_a_dependency_that_the_manifest_names(kind: str) -> None:
    workload = server(after=("Job/first",)) if kind == "Deployment" else job(after=("Job/first",))
    (controller,) = [m for m in workload_manifests(workload) if m.kind == kind]
    assert Reference("Job", workload.namespace, "first", required=False) in set(references(controller))
    others = [m for m in workload_manifests(workload) if m.kind != kind]
    assert all(r.kind != "Job" for m in others for r in references(m)), [name_of(m) for m in others]
