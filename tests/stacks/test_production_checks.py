"""The ten production checks, each one test over the rendered objects of production, by judges of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from components.image_gates import gate_of
from sandbox.model import Resource, Run
from tests.admission import Admission
from tests.network_policy import Address, Pod, allowed
from tests.pod_security import containers_of, hardening_violations, pod_of, restricted_violations
from tests.stacks.graph import manifests, of_type, plain, reaches

Object = dict[str, Any]

ONE_IS_ENOUGH = {
    "celery-beat": "a second one would send every task twice",
    "flower": "a window for operators: nobody's request goes through it",
    "blackbox-exporter": "a probe: its absence is an alert",
    "pgbouncer-exporter": "an exporter: its absence is an alert",
    "postgres-exporter": "an exporter: its absence is an alert",
    "redis-exporter-fast": "an exporter: its absence is an alert",
    "redis-exporter-queue": "an exporter: its absence is an alert",
}
"""Deployments of one replica in production, each with why."""
FROM_A_LIST = {"content", "quiz", "script", "supervisor", "terrain", "review"}
"""Workers that take tasks from a list: when the one is away, tasks wait."""


@pytest.fixture(scope="module")
def run(run_of: Callable[[str], Run]) -> Run:
    return run_of("production")


@pytest.fixture(scope="module")
def objects(run: Run) -> list[Object]:
    return manifests(run)


def key(m: Object) -> tuple[str, str]:
    return m["metadata"]["namespace"], m["metadata"]["name"]


def makers(objects: list[Object], *kinds: str) -> list[Object]:
    found = [m for m in objects if pod_of(m) is not None and (not kinds or m["kind"] in kinds)]
    assert found
    return found


def template(m: Object) -> Object:
    spec = m["spec"]["jobTemplate"]["spec"] if m["kind"] == "CronJob" else m["spec"]
    found: Object = spec["template"]
    return found


def lasting_containers(objects: list[Object]) -> Iterator[tuple[tuple[str, str], Object]]:
    for m in makers(objects, "Deployment", "StatefulSet"):
        for container in template(m)["spec"]["containers"]:
            yield key(m), container


def fewest(objects: list[Object]) -> dict[tuple[str, str], int]:
    found = {key(m): m["spec"].get("replicas", 1) for m in makers(objects, "Deployment", "StatefulSet")}
    for m in objects:
        if m["kind"] in {"HorizontalPodAutoscaler", "ScaledObject"}:
            spec = m["spec"]
            target = (m["metadata"]["namespace"], spec["scaleTargetRef"]["name"])
            found[target] = spec.get("minReplicas", spec.get("minReplicaCount", 1))
    return found


def test_1_containers_are_hardened(objects: list[Object]) -> None:
    for m in makers(objects):
        assert restricted_violations(m) == [], key(m)
        assert hardening_violations(m) == [], key(m)
        for where, container in containers_of(template(m)["spec"]):
            context = container["securityContext"]
            assert context["capabilities"] == {"drop": ["ALL"]}, (key(m), where)
            assert context["allowPrivilegeEscalation"] is False
        assert template(m)["spec"]["securityContext"]["runAsUser"] == 10001


LIMITS_MB = {"backend": 200, "dashboard": 100}
"""The platform's own figures; what it gives none for may have at most ``OTHERS_MB``."""
OTHERS_MB = 300
WHOLE = (
    "ubuntu:24.04",
    "debian:13",
    "python:3.11",
    "python:3.11-bookworm",
    "node:24",
    "nginx:1.29",
    "gcr.io/distroless/python3-debian12:debug",
)
"""Bases with a compiler, a package manager in use, root or a debugging shell: no image of ours stands on one."""
MINIMAL = (
    "scratch",
    "gcr.io/distroless/static-debian12:nonroot",
    "python:3.11-slim",
    "node:24-alpine",
    "nginxinc/nginx-unprivileged:1.29-alpine",
)


def test_2_images_are_pinned_scanned_small_and_from_our_own_registry(run: Run, objects: list[Object]) -> None:
    ours: set[str] = set()
    repositories = {plain(r.inputs)["name"]: plain(r.inputs) for r in of_type(run, "aws:ecr:Repository")}
    for m in makers(objects):
        for where, container in containers_of(template(m)["spec"]):
            host, _, path = container["image"].partition("@")[0].partition("/")
            name, _, tag = path.rpartition(":")
            assert host == "111122223333.dkr.ecr.us-east-1.amazonaws.com", (key(m), where)
            assert tag not in {"", "latest"}
            if name.startswith("toolboxai/"):
                assert repositories[name]["imageTagMutability"].startswith("IMMUTABLE"), name
                assert repositories[name]["imageScanningConfiguration"] == {"scanOnPush": True}, name
                ours.add(name.removeprefix("toolboxai/production/"))
            else:
                assert name.partition("/")[0] in {"docker-hub", "quay", "ghcr"}, name
    assert ours >= {"backend", "dashboard", "agent", "mcp-context"}
    for image in ours:
        gate = gate_of(image)
        assert 0 < gate.limit_mb <= LIMITS_MB.get(image, OTHERS_MB), image
        assert any(gate.allows(base) for base in MINIMAL), image
        assert not any(gate.allows(base) for base in WHOLE), image


def test_3_workloads_are_ready_for_production(objects: list[Object]) -> None:
    wanted = {f"app.kubernetes.io/{part}" for part in ("name", "component", "part-of", "managed-by", "version")}
    for m in makers(objects):
        labels = template(m)["metadata"]["labels"]
        assert wanted <= set(labels), key(m)
        assert template(m)["spec"]["restartPolicy"] == ("Never" if m["kind"] in {"Job", "CronJob"} else "Always")
        assert template(m)["spec"]["terminationGracePeriodSeconds"] >= 10
    for owner, container in lasting_containers(objects):
        assert all(container.get(f"{probe}Probe") for probe in ("liveness", "readiness", "startup")), owner
        # logs go to standard output, where Alloy reads them: nothing is written to a file of a volume
        mounts = {mount["mountPath"] for mount in container.get("volumeMounts", [])}
        assert not any(path.startswith("/var/log") for path in mounts), owner


def test_4_what_a_workload_needs_is_there_before_it(run: Run, objects: list[Object]) -> None:
    services = {key(m): m["spec"] for m in objects if m["kind"] == "Service"}
    for m in makers(objects, "Deployment"):
        ports = {p["containerPort"] for c in template(m)["spec"]["containers"] for p in c.get("ports", [])}
        if ports:
            found = services[key(m)]
            assert {p["port"] for p in found["ports"]} == {p["targetPort"] for p in found["ports"]} == ports
            assert found["selector"].items() <= template(m)["metadata"]["labels"].items()
    by_name: dict[str, Resource] = {r.name: r for r in run.resources}
    checked = 0
    for name, resource in by_name.items():
        parts = name.split("/")
        if len(parts) != 4 or parts[2] not in {"deployment", "job"}:
            continue
        first = reaches(run, resource)
        needed = [f"main/_cluster/namespace/{parts[1]}", f"main/{parts[1]}/networkpolicy/{parts[3]}"]
        spec = template(plain(resource.inputs))["spec"]
        for volume in spec.get("volumes", []):
            if "configMap" in volume:
                needed.append(f"main/{parts[1]}/configmap/{volume['configMap']['name']}")
            if "secret" in volume:
                needed.append(f"main/{parts[1]}/externalsecret/{volume['secret']['secretName']}")
        for other in needed:
            assert by_name[other].urn in first, (name, other)
        checked += 1
    assert checked > 3


def test_5_limits_are_set_and_metrics_are_read(objects: list[Object]) -> None:
    watched = {
        (m["metadata"]["namespace"], *m["spec"]["selector"]["matchLabels"].values())
        for m in objects
        if m["kind"] == "ServiceMonitor"
    }
    for m in makers(objects):
        for where, container in containers_of(template(m)["spec"]):
            resources = container["resources"]
            assert {"cpu", "memory"} <= set(resources["requests"]) & set(resources["limits"]), (key(m), where)
    unwatched = {k for k in map(key, makers(objects, "Deployment")) if k not in watched}
    # a static front end, the window and the clock of Celery, and who is watched by another's exporter
    assert {name for _, name in unwatched} <= {"dashboard", "celery-beat", "celery-worker", "flower", "pgbouncer"}
    rules = [m for m in objects if m["kind"] == "PrometheusRule"]
    alerts = {rule.get("alert") for m in rules for group in m["spec"]["groups"] for rule in group["rules"]}
    assert {"HighErrorRate", "ServiceDown", "MCPServerDown", "HighLatency"} <= alerts


def test_6_networks_are_isolated(objects: list[Object]) -> None:
    policies = [m for m in objects if m["kind"] == "NetworkPolicy"]
    stranger = Pod("default", {"app": "stranger"})
    for m in makers(objects):
        pod = Pod(m["metadata"]["namespace"], template(m)["metadata"]["labels"])
        ports = [p["containerPort"] for c in template(m)["spec"]["containers"] for p in c.get("ports", [])]
        for port in (*ports, 22, 8080):
            assert not allowed(policies, stranger, pod, ("TCP", port)), (key(m), port)
            assert not allowed(policies, Address("10.99.0.1"), pod, ("TCP", port)), (key(m), port)
        assert not allowed(policies, pod, Address("169.254.169.254"), ("TCP", 80)), key(m)
        assert not allowed(policies, pod, Address("52.94.0.1"), ("TCP", 22)), key(m)


def test_7_secrets_come_from_outside_and_as_files(objects: list[Object]) -> None:
    given = {key(m) for m in objects if m["kind"] == "ExternalSecret"}
    mounted = {
        (m["metadata"]["namespace"], volume["secret"]["secretName"])
        for m in makers(objects)
        for volume in template(m)["spec"].get("volumes", [])
        if "secret" in volume
    }
    assert len(mounted) > 5
    assert mounted <= given
    guard = Admission(objects)
    assert "no-secrets-in-env" in guard.policies
    for m in makers(objects):
        for _, container in containers_of(template(m)["spec"]):
            assert not any("secretKeyRef" in (e.get("valueFrom") or {}) for e in container.get("env") or ())
            assert not any("secretRef" in source for source in container.get("envFrom") or ())
    for m in objects:
        if m["kind"] == "ConfigMap":
            assert not any(
                word in name.lower() for name in m.get("data") or {} for word in ("password", "secret", "token")
            )


def test_8_health_checks_are_robust(objects: list[Object]) -> None:
    for owner, container in lasting_containers(objects):
        liveness, readiness, startup = (container[f"{p}Probe"] for p in ("liveness", "readiness", "startup"))
        # where nobody calls, nobody waits for the answer
        assert 5 <= readiness["periodSeconds"] <= (30 if container.get("ports") else 60), owner
        assert 10 <= liveness["periodSeconds"] <= 60, owner
        assert liveness["failureThreshold"] >= 3, owner
        assert readiness["failureThreshold"] >= 3, owner
        assert startup["periodSeconds"] * startup["failureThreshold"] >= 40, owner
        assert all(1 <= p["timeoutSeconds"] <= p["periodSeconds"] for p in (liveness, readiness)), owner


def test_9_data_is_backed_up_encrypted_and_restorable(run: Run) -> None:
    (database,) = (plain(r.inputs) for r in of_type(run, "aws:rds:Cluster"))
    assert database["backupRetentionPeriod"] >= 30
    assert database["storageEncrypted"] is True
    assert database["deletionProtection"] is True
    assert database["kmsKeyId"]
    for table in of_type(run, "aws:dynamodb:Table"):
        assert plain(table.inputs)["pointInTimeRecovery"]["enabled"] is True
        assert plain(table.inputs)["serverSideEncryption"]["enabled"] is True
    rules = [rule for r in of_type(run, "aws:backup:Plan") for rule in plain(r.inputs)["rules"]]
    assert rules
    assert any(rule.get("copyActions") for rule in rules)
    assert of_type(run, "aws:backup:RestoreTestingPlan")
    for vault in of_type(run, "aws:backup:Vault"):
        assert plain(vault.inputs)["kmsKeyArn"]


def test_10_workloads_are_available_and_scale(objects: list[Object]) -> None:
    least = fewest(objects)
    budgets = {key(m) for m in objects if m["kind"] == "PodDisruptionBudget"}
    for m in makers(objects, "Deployment"):
        name = m["metadata"]["name"]
        alone = name in ONE_IS_ENOUGH
        assert least[key(m)] >= 2 or alone or name in FROM_A_LIST, key(m)
        assert not (alone and least[key(m)] > 1), f"{name} is no exception any more"
        if name != "celery-beat":
            assert m["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0, key(m)
        assert key(m) in budgets or alone, key(m)
        spread = {c["topologyKey"] for c in template(m)["spec"]["topologySpreadConstraints"]}
        assert spread == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}, key(m)
    scaled = {
        m["spec"]["scaleTargetRef"]["name"] for m in objects if m["kind"] in {"HorizontalPodAutoscaler", "ScaledObject"}
    }
    assert {"backend", "context", "coordinator", "content"} <= scaled
