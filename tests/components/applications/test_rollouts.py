"""Two releases side by side: workloads, Services and the shares of requests that each gets."""

from __future__ import annotations

from typing import Any

import pytest

from components.applications import grants
from components.kubernetes import Topology, workload_manifests
from components.kubernetes.capacity import least, most
from components.kubernetes.manifest import name_of
from components.kubernetes.paths import ToWorkload
from components.kubernetes.workload import Workload
from tests.components.agent_fleet.example import networks
from tests.components.applications.example import names, raw, settings_of, workloads_of

NEXT = {"name": "content-svc", "tag": "1.4.0"}


def released(rollout: dict[str, Any]) -> dict[str, Workload]:
    section = raw()
    section["applications"]["content-svc"]["rollout"] = rollout
    return workloads_of(section)


def objects(workload: Workload, kind: str) -> dict[str, Any]:
    return {name_of(m): m.to_dict() for m in workload_manifests(workload) if m.kind == kind}


def shares(rule: Any) -> dict[str, int]:  # noqa: ANN401 - a rule as data
    return {backend["name"]: backend["weight"] for backend in rule["backendRefs"]}


CANARY = {"kind": "canary", "image": NEXT, "weight": 10}
BLUE = {"kind": "blue_green", "green": NEXT, "active": "blue", "shift": 0}
GREEN = {"kind": "blue_green", "green": NEXT, "active": "green", "shift": 25}


def test_a_canary_gets_its_share_and_who_asks_for_it_by_the_header() -> None:
    made = released(CANARY)
    routes = objects(made["content-svc"], "HTTPRoute")
    assert set(routes) == {"content-svc", "content-svc-1"}
    for route in routes.values():
        by_header, by_weight = route["spec"]["rules"]
        assert by_header["matches"][0]["headers"] == [{"name": "canary", "value": "true", "type": "Exact"}]
        assert [b["name"] for b in by_header["backendRefs"]] == ["content-svc-canary"]
        assert by_header["matches"][0]["path"] == by_weight["matches"][0]["path"]
        assert shares(by_weight) == {"content-svc": 90, "content-svc-canary": 10}


def test_the_canary_runs_the_second_image_and_holds_no_route() -> None:
    made = released(CANARY)
    canary = made["content-svc-canary"]
    assert canary.image.tag == "1.4.0"
    assert made["content-svc"].image.tag == "1.3.0"
    assert objects(canary, "HTTPRoute") == {}
    (targets,) = objects(canary, "TargetGroupConfiguration").values()
    assert targets["spec"]["targetReference"]["name"] == "content-svc-canary"
    assert targets["spec"]["defaultConfiguration"]["targetType"] == "ip"


def test_workloads_in_the_cluster_go_on_calling_the_old_release() -> None:
    section = raw()
    section["applications"]["auth-svc"]["rollout"] = {**CANARY, "image": {"name": "auth-svc", "tag": "1.4.0"}}
    made = workloads_of(section)
    called = {call.name for call in made["content-svc"].calls if isinstance(call, ToWorkload)}
    assert called == {"auth-svc"}


@pytest.mark.parametrize(
    ("rollout", "active", "weights"),
    [
        (BLUE, "content-svc-blue", {"content-svc-blue": 100, "content-svc-green": 0}),
        (GREEN, "content-svc-green", {"content-svc-green": 75, "content-svc-blue": 25}),
    ],
)
def test_blue_and_green_share_what_comes_from_outside(
    rollout: dict[str, Any], active: str, weights: dict[str, int]
) -> None:
    made = released(rollout)
    assert "content-svc" not in made
    routes = objects(made[active], "HTTPRoute")
    # the route's name stays, whichever colour holds it
    assert set(routes) == {"content-svc", "content-svc-1"}
    (rule,) = routes["content-svc"]["spec"]["rules"]
    assert shares(rule) == weights


@pytest.mark.parametrize(("rollout", "active"), [(BLUE, "content-svc-blue"), (GREEN, "content-svc-green")])
def test_the_service_of_the_applications_name_leads_to_the_active_colour(rollout: dict[str, Any], active: str) -> None:
    made = released(rollout)
    found = {name: s for w in made.values() for name, s in objects(w, "Service").items() if name == "content-svc"}
    assert found["content-svc"]["spec"]["selector"] == {"app.kubernetes.io/name": active}
    assert [name for w in made.values() for name in objects(w, "Service")].count("content-svc") == 1


def test_the_images_stay_with_their_colours_when_the_active_one_changes() -> None:
    before, after = released(BLUE), released(GREEN)
    for colour in ("blue", "green"):
        name = f"content-svc-{colour}"
        assert before[name].image == after[name].image
    assert {before[f"content-svc-{c}"].image.tag for c in ("blue", "green")} == {"1.3.0", "1.4.0"}


def test_callers_of_a_coloured_application_reach_both_colours() -> None:
    section = raw()
    section["applications"]["auth-svc"]["rollout"] = {**BLUE, "green": {"name": "auth-svc", "tag": "1.4.0"}}
    made = workloads_of(section)
    called = {call.name for call in made["content-svc"].calls if isinstance(call, ToWorkload)}
    assert called == {"auth-svc-blue", "auth-svc-green"}
    assert made["content-svc"].env["AUTH_SVC_URL"] == "http://auth-svc.aivo.svc.cluster.local:8001"


@pytest.mark.parametrize("rollout", [CANARY, BLUE, GREEN])
def test_the_load_balancer_may_call_every_release(rollout: dict[str, Any]) -> None:
    made = {name: w for name, w in released(rollout).items() if name.startswith("content-svc")}
    topology = Topology([w.model_copy(update={"calls": ()}) for w in made.values()], networks=networks())
    for workload in made.values():
        policy: Any = topology.policy(workload).to_dict()
        (rule,) = [r for r in policy["spec"]["ingress"] if any("ipBlock" in peer for peer in r["from"])]
        assert [port["port"] for port in rule["ports"]] == [8002]


@pytest.mark.parametrize("rollout", [CANARY, BLUE, GREEN])
def test_every_release_has_the_applications_identity(rollout: dict[str, Any]) -> None:
    section = raw()
    section["applications"]["content-svc"]["rollout"] = rollout
    granted = grants(settings_of(section), names())
    for name, workload in released(rollout).items():
        assert workload.identity == bool(granted.get(name)), name


def test_capacity_counts_both_releases() -> None:
    section = raw()
    section["applications"]["content-svc"]["scaling"] = {"kind": "resource", "min_replicas": 2, "max_replicas": 8}
    one = workloads_of(section)
    section["applications"]["content-svc"]["rollout"] = BLUE
    two = workloads_of(section)
    assert least(two.values()).pods - least(one.values()).pods == 2
    assert most(two.values()).pods - most(one.values()).pods == 8


def test_each_release_waits_for_a_migration_of_its_own_image() -> None:
    section = raw()
    section["applications"]["auth-svc"]["rollout"] = {**BLUE, "green": {"name": "auth-svc", "tag": "1.4.0"}}
    made = workloads_of(section)
    for colour in ("blue", "green"):
        name = f"auth-svc-{colour}"
        assert made[name].after == (f"Job/{name}-migrate",)
        assert made[f"{name}-migrate"].image == made[name].image
