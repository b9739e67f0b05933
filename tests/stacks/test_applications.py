"""The applications of every stack: reached where and by whom they should be, after what must come before them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.model import Resource, Run
from tests.stacks.graph import manifests, of_type, plain, reaches
from tests.stacks.test_capacity import mebibytes, millis

Objects = list[dict[str, Any]]
NAMES = {
    "backend", "api-gateway", "dashboard", "websocket", "celery-worker", "celery-beat", "flower", "flask-bridge",
    "roblox-sync",
}  # fmt: skip


WAIT_FOR_DATABASE = {"backend", "api-gateway", "celery-worker", "flask-bridge"}
"""Who goes to the database, and who calls somebody that does: out of the standby until it has one."""


@pytest.fixture(params=["dev", "staging", "production"])
def run(request: pytest.FixtureRequest, run_of: Callable[[str], Run]) -> Run:
    """The run of each stack that is used every day; of the standby two tests speak by themselves."""
    return run_of(request.param)


def home(run: Run) -> str:
    return f"toolboxai-{run.stack.removesuffix('-dr')}"


def objects(run: Run, kind: str) -> dict[str, dict[str, Any]]:
    """Objects of a kind in the applications' namespace, by name."""
    return {
        m["metadata"]["name"]: m
        for m in manifests(run)
        if m["kind"] == kind and m["metadata"].get("namespace") == home(run)
    }


def resource(run: Run, kind: str, name: str) -> Resource:
    (found,) = [r for r in run.resources if r.name == f"main/{home(run)}/{kind}/{name}"]
    return found


def test_every_application_runs_in_every_stack(run: Run) -> None:
    assert set(objects(run, "Deployment")) == NAMES


def test_the_standby_runs_what_needs_no_database(run_of: Callable[[str], Run]) -> None:
    assert set(objects(run_of("production-dr"), "Deployment")) == NAMES - WAIT_FOR_DATABASE


def test_the_standby_answers_where_production_does(run_of: Callable[[str], Run]) -> None:
    def places(stack: str) -> dict[str, tuple[str, str]]:
        return {
            name: (route["spec"]["hostnames"][0], route["spec"]["rules"][0]["matches"][0]["path"]["value"])
            for name, route in objects(run_of(stack), "HTTPRoute").items()
        }

    ours, theirs = places("production-dr"), places("production")
    assert ours.items() <= theirs.items()
    missing = {name.rstrip("-0123456789") for name in set(theirs) - set(ours)}
    assert missing == WAIT_FOR_DATABASE - {"celery-worker"}


def test_every_route_leads_to_a_service_its_port_and_its_targets(run: Run) -> None:
    services, targets = objects(run, "Service"), objects(run, "TargetGroupConfiguration")
    routes = objects(run, "HTTPRoute")
    assert {name.rstrip("-1") for name in routes} >= {"backend", "api-gateway", "dashboard", "websocket", "flower"}
    for route in routes.values():
        for rule in route["spec"]["rules"]:
            weights = [backend.get("weight") for backend in rule["backendRefs"]]
            assert weights == [None] or sum(weights) == 100
            for backend in rule["backendRefs"]:
                ports = {port["port"]: port["targetPort"] for port in services[backend["name"]]["spec"]["ports"]}
                assert ports[backend["port"]] == backend["port"]
                assert targets[backend["name"]]["spec"]["targetReference"]["name"] == backend["name"]


def test_routes_answer_to_names_that_cloudfront_serves_on_paths_that_it_hands_on(run: Run) -> None:
    (distribution,) = of_type(run, "aws:cloudfront:Distribution")
    inputs = plain(distribution.inputs)
    patterns = [behaviour["pathPattern"].rstrip("*/") for behaviour in inputs["orderedCacheBehaviors"]]
    taken = set()
    for route in objects(run, "HTTPRoute").values():
        (host,) = route["spec"]["hostnames"]
        assert host in inputs["aliases"]
        for rule in route["spec"]["rules"]:
            (match,) = rule["matches"]
            path = match["path"]["value"]
            assert any(path.startswith(pattern) for pattern in patterns), path
            taken.add((host, path))
    assert len(taken) == len(objects(run, "HTTPRoute"))


def test_only_the_gateway_of_the_stack_is_hung_on_and_it_lets_the_namespace(run: Run) -> None:
    (entry,) = [m for m in manifests(run) if m["kind"] == "Gateway"]
    for route in objects(run, "HTTPRoute").values():
        (parent,) = route["spec"]["parentRefs"]
        assert (parent["namespace"], parent["name"]) == (entry["metadata"]["namespace"], entry["metadata"]["name"])
        (listener,) = [row for row in entry["spec"]["listeners"] if row["name"] == parent["sectionName"]]
        (expression,) = listener["allowedRoutes"]["namespaces"]["selector"]["matchExpressions"]
        assert home(run) in expression["values"]


# --- sign-in ----------------------------------------------------------------------------------------------------


def test_flower_is_out_of_reach_without_sign_in(run: Run) -> None:
    rules = objects(run, "ListenerRuleConfiguration")
    leading = [
        rule
        for route in objects(run, "HTTPRoute").values()
        for rule in route["spec"]["rules"]
        if any(backend["name"] == "flower" for backend in rule["backendRefs"])
    ]
    assert leading
    for rule in leading:
        (used,) = rule["filters"]
        assert used["type"] == "ExtensionRef"
        (action,) = rules[used["extensionRef"]["name"]]["spec"]["actions"]
        assert action["type"] == "authenticate-oidc"
        assert action["authenticateOIDCConfig"]["onUnauthenticatedRequest"] == "authenticate"


def test_besides_the_load_balancer_only_prometheus_and_the_smoke_test_reach_flower(run: Run) -> None:
    assert callers(run, "flower") == {"monitoring", "smoke"}


def test_the_controller_may_read_the_clients_secret_and_no_other(run: Run) -> None:
    roles = [m for m in manifests(run) if m["kind"] == "Role" and m["metadata"]["namespace"] == home(run)]
    readers = [rule for role in roles for rule in role["rules"] if "secrets" in rule["resources"]]
    named = {name for rule in readers for name in rule["resourceNames"]}
    assert named == {"flower-sign-in", *(["ghost-1-sign-in"] if run.stack == "dev" else [])}
    for name in named:
        secret = objects(run, "ExternalSecret")[name]
        assert {row["secretKey"] for row in secret["spec"]["data"]} == {"clientID", "clientSecret"}


def test_the_load_balancer_reaches_the_identity_provider(run: Run) -> None:
    rules = [plain(r.inputs) for r in of_type(run, "aws:vpc:SecurityGroupEgressRule")]
    to_anyone = [rule for rule in rules if rule.get("cidrIpv4") == "0.0.0.0/0"]
    assert [rule["fromPort"] for rule in to_anyone if "identity" in rule["description"]] == [443]


# --- before and after a release ---------------------------------------------------------------------------------


def test_the_update_starts_a_release_after_its_migration(run_of: Callable[[str], Run]) -> None:
    run = run_of("dev")
    assert resource(run, "job", "backend-migrate").urn in reaches(run, resource(run, "deployment", "backend"))


@pytest.mark.parametrize("stack", ["staging", "production"])
def test_argo_cd_starts_a_release_after_its_migration_and_then_tests_it(
    stack: str, run_of: Callable[[str], Run]
) -> None:
    jobs = {name: notes(job) for name, job in objects(run_of(stack), "Job").items()}
    before = jobs["backend-migrate"]
    assert before["hook"] == "Sync"
    assert int(before["sync-wave"]) < int(notes(objects(run_of(stack), "Deployment")["backend"]).get("sync-wave", 0))
    assert jobs["smoke"]["hook"] == "PostSync"


def notes(made: dict[str, Any]) -> dict[str, str]:
    """Argo CD's annotations."""
    annotations = made["metadata"].get("annotations", {})
    return {key.partition("/")[2]: value for key, value in annotations.items() if key.startswith("argocd.")}


def test_a_migration_has_the_releases_image(run: Run) -> None:
    images = [
        objects(run, kind)[name]["spec"]["template"]["spec"]["containers"][0]["image"]
        for kind, name in (("Deployment", "backend"), ("Job", "backend-migrate"))
    ]
    assert images[0] == images[1]


def test_a_migration_goes_to_the_database_and_an_application_to_the_pooler(run: Run) -> None:
    def blocks(name: str) -> set[int]:
        rules = objects(run, "NetworkPolicy")[name]["spec"].get("egress", [])
        return {p["port"] for r in rules if any("ipBlock" in peer for peer in r["to"]) for p in r["ports"]}

    assert 5432 in blocks("backend-migrate")
    assert 5432 not in blocks("backend")
    pooler = objects(run, "NetworkPolicy")["backend"]["spec"]["egress"]
    spaces = {peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] for rule in pooler
              for peer in rule["to"] if "namespaceSelector" in peer}  # fmt: skip
    assert "database" in spaces


def test_the_update_runs_the_smoke_test_after_every_application(run_of: Callable[[str], Run]) -> None:
    run = run_of("dev")
    waited = reaches(run, resource(run, "job", "smoke"))
    assert {name for name in NAMES if resource(run, "deployment", name).urn not in waited} == set()


def test_the_smoke_test_asks_everything_that_listens(run: Run) -> None:
    asked = objects(run, "ConfigMap")["smoke-env"]["data"]["TARGETS"]
    for name, service in objects(run, "Service").items():
        assert f"http://{name}.{home(run)}.svc.cluster.local:{service['spec']['ports'][0]['port']}" in asked


def test_only_staging_is_put_under_load_by_its_objectives(run: Run) -> None:
    found = objects(run, "Job").get("load-test")
    assert (found is not None) == (run.stack == "staging")
    if found is not None:
        (script,) = objects(run, "ConfigMap")["load-test-files"]["data"].values()
        assert '"rate<0.001"' in script
        assert '"p(95)<500"' in script
        assert int(notes(found)["sync-wave"]) > int(notes(objects(run, "Job")["smoke"]).get("sync-wave", 0))


# --- what each of them is ---------------------------------------------------------------------------------------


def test_the_backend_scales_as_the_platform_says(run_of: Callable[[str], Run]) -> None:
    spec = objects(run_of("production"), "HorizontalPodAutoscaler")["backend"]["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (3, 10)
    used = {m["resource"]["name"]: m["resource"]["target"]["averageUtilization"] for m in spec["metrics"]}
    assert used == {"cpu": 70, "memory": 80}
    policies = {way: (rule["stabilizationWindowSeconds"], rule["policies"]) for way, rule in spec["behavior"].items()}
    assert policies["scaleDown"] == (300, [{"type": "Percent", "value": 50, "periodSeconds": 60}])
    assert policies["scaleUp"] == (60, [{"type": "Percent", "value": 100, "periodSeconds": 60}])


PORTS = {"backend": 8009, "websocket": 9876, "flower": 5555}


def test_ports_and_probes_are_the_platforms(run: Run) -> None:
    for name, port in PORTS.items():
        assert objects(run, "Service")[name]["spec"]["ports"][0]["port"] == port
    container = objects(run, "Deployment")["backend"]["spec"]["template"]["spec"]["containers"][0]
    paths = {kind: container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("liveness", "readiness", "startup")}
    assert paths == {"liveness": "/health", "readiness": "/ready", "startup": "/health"}
    assert objects(run, "ServiceMonitor")["backend"]["spec"]["endpoints"][0]["path"] == "/metrics"


def test_a_websocket_stays_with_its_pod_for_an_hour(run: Run) -> None:
    (attributes,) = [
        {row["key"]: row["value"] for row in m["spec"]["defaultConfiguration"]["targetGroupAttributes"]}
        for name, m in objects(run, "TargetGroupConfiguration").items()
        if name == "websocket"
    ]
    assert attributes["stickiness.enabled"] == "true"
    assert attributes["stickiness.lb_cookie.duration_seconds"] == "3600"


def test_ghost_writes_to_its_own_volume_and_its_administration_is_behind_sign_in(
    run_of: Callable[[str], Run],
) -> None:
    run = run_of("dev")
    (made,) = objects(run, "StatefulSet").values()
    pod = made["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsUser"] == pod["securityContext"]["fsGroup"] == 10001
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    (claim,) = made["spec"]["volumeClaimTemplates"]
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert mounts[claim["metadata"]["name"]] == "/var/lib/ghost/content"
    assert container["ports"][0]["containerPort"] == 2368
    guarded = {
        rule["matches"][0]["path"]["value"]: bool(rule.get("filters"))
        for route in objects(run, "HTTPRoute").values()
        for rule in route["spec"]["rules"]
        if rule["backendRefs"][0]["name"] == "ghost"
    }
    assert guarded == {"/blog": False, "/blog/ghost": True}


def test_ghost_waits_for_mysql_outside_dev(run_of: Callable[[str], Run]) -> None:
    for stack in ("staging", "production"):
        assert objects(run_of(stack), "StatefulSet") == {}


def test_volumes_go_before_their_driver(run_of: Callable[[str], Run]) -> None:
    run = run_of("dev")
    (storage,) = [r for r in run.resources if r.type == "kubernetes:storage.k8s.io/v1:StorageClass"]
    (space,) = [r for r in run.resources if r.name == f"main/_cluster/namespace/{home(run)}"]
    (driver,) = [r for r in of_type(run, "aws:eks:Addon") if plain(r.inputs)["addonName"] == "aws-ebs-csi-driver"]
    assert storage.urn in reaches(run, resource(run, "statefulset", "ghost"))
    assert {storage.urn, driver.urn} <= reaches(run, space)


def test_the_scheduler_never_runs_twice(run: Run) -> None:
    spec = objects(run, "Deployment")["celery-beat"]["spec"]
    assert (spec["replicas"], spec["strategy"]["type"]) == (1, "Recreate")


def test_nobody_but_the_smoke_test_enters_the_segment_of_roblox(run: Run) -> None:
    assert callers(run, "roblox-sync") == {"monitoring", "smoke"}
    egress = objects(run, "NetworkPolicy")["roblox-sync"]["spec"]["egress"]
    named = {
        name
        for rule in egress
        for peer in rule["to"]
        if (name := peer.get("podSelector", {}).get("matchLabels", {}).get("app.kubernetes.io/name"))
    }
    assert named == {"egress-proxy"}


def callers(run: Run, name: str) -> set[str]:
    """Who may call the pods of an application, by name within the namespace and by namespace from without."""
    found = set()
    for rule in objects(run, "NetworkPolicy")[name]["spec"]["ingress"]:
        for peer in rule["from"]:
            if "ipBlock" in peer:
                continue
            space = (
                peer.get("namespaceSelector", {}).get("matchLabels", {}).get("kubernetes.io/metadata.name", home(run))
            )
            found.add(peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"] if space == home(run) else space)
    return found


# --- quota ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["requests", "limits"])
def test_the_quota_holds_every_replica_and_the_largest_surge(what: str, run: Run) -> None:
    """Added up here from the rendered objects, in millicores, MiB and pods."""
    hpa = {m["spec"]["scaleTargetRef"]["name"]: m["spec"]["maxReplicas"]
           for m in objects(run, "HorizontalPodAutoscaler").values()}  # fmt: skip
    total, surges = [0, 0, 0], [(0, 0, 0)]
    for kind in ("Deployment", "StatefulSet", "Job"):
        for name, made in objects(run, kind).items():
            (container,) = made["spec"]["template"]["spec"]["containers"]
            size = container["resources"][what]
            pod = (millis(size["cpu"]), mebibytes(size["memory"]), 1)
            count = hpa.get(name, made["spec"].get("replicas", 1))
            total = [t + p * count for t, p in zip(total, pod, strict=True)]
            if kind == "Deployment" and made["spec"]["strategy"]["type"] == "RollingUpdate":
                percent = int(made["spec"]["strategy"]["rollingUpdate"]["maxSurge"].removesuffix("%"))
                more = -(-count * percent // 100)
                surges.append((pod[0] * more, pod[1] * more, more))
    (quota,) = objects(run, "ResourceQuota").values()
    hard = quota["spec"]["hard"]
    needed = [t + max(s[i] for s in surges) for i, t in enumerate(total)]
    assert needed[0] <= millis(hard[f"{what}.cpu"])
    assert needed[1] <= mebibytes(hard[f"{what}.memory"])
    assert "pods" not in hard or needed[2] <= int(hard["pods"])
