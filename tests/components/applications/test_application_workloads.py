"""Applications as workloads: what follows from a few lines of settings."""

from __future__ import annotations

from typing import Any

from components.applications import application_workloads
from components.kubernetes import workload_manifests
from components.kubernetes.paths import ToDatabase, ToWorkload
from components.kubernetes.workload import ContainerPort
from tests.components.applications.example import identity, names, raw, settings_of, workloads_of
from tests.components.kubernetes.declarations import server


def test_another_products_services_are_settings_only() -> None:
    made = workloads_of(raw())
    assert {w.namespace for w in made.values()} == {"aivo"}
    assert {"auth-svc", "content-svc", "live-svc", "grading-worker", "scheduler"} <= set(made)
    assert made["content-svc"].image.reference == (
        "111122223333.dkr.ecr.us-east-1.amazonaws.com/aivo/production/content-svc:1.3.0"
    )


def test_what_is_not_said_is_the_platforms_default() -> None:
    container = deployment("content-svc")["spec"]["template"]["spec"]["containers"][0]
    assert container["resources"] == {
        "requests": {"cpu": "250m", "memory": "256Mi"},
        "limits": {"cpu": "500m", "memory": "512Mi"},
    }
    live, ready, start = (container[f"{kind}Probe"] for kind in ("liveness", "readiness", "startup"))
    assert (live["initialDelaySeconds"], live["periodSeconds"], live["failureThreshold"]) == (30, 10, 3)
    assert (ready["initialDelaySeconds"], ready["periodSeconds"], ready["failureThreshold"]) == (5, 5, 3)
    assert start["periodSeconds"] * start["failureThreshold"] == 40
    assert {probe["timeoutSeconds"] for probe in (live, ready, start)} == {1}


def test_callers_get_a_path_and_an_address_and_nobody_else_does() -> None:
    made = workloads_of(raw())
    callers = {name for name, w in made.items() if any(c == ToWorkload("aivo", "auth-svc", "http") for c in w.calls)}
    assert callers == {"content-svc", "smoke"}
    assert made["content-svc"].env["AUTH_SVC_URL"] == "http://auth-svc.aivo.svc.cluster.local:8001"


def test_a_release_waits_for_its_migration_and_the_smoke_test_for_the_release() -> None:
    made = workloads_of(raw())
    assert made["auth-svc"].after == ("Job/auth-svc-migrate",)
    assert made["auth-svc-migrate"].image == made["auth-svc"].image
    assert set(made["smoke"].after) == {
        f"Deployment/{name}" for name in ("auth-svc", "content-svc", "live-svc", "grading-worker", "scheduler")
    }
    assert made["load-test"].after == ("Job/smoke",)


def test_a_new_release_runs_the_smoke_test_again() -> None:
    before = workloads_of(raw())["smoke"]
    newer = raw()
    newer["applications"]["scheduler"]["image"]["tag"] = "1.0.1"
    assert workloads_of(raw())["smoke"] == before
    assert workloads_of(newer)["smoke"].env["RELEASE"] != before.env["RELEASE"]


def test_what_must_never_run_twice_ends_before_it_starts() -> None:
    spec = deployment("scheduler")["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})


def deployment(name: str) -> Any:  # noqa: ANN401 - a manifest as data
    (found,) = (m.to_dict() for m in workload_manifests(workloads_of(raw())[name]) if m.kind == "Deployment")
    return found


def test_a_worker_scales_by_the_list_that_its_tasks_wait_in() -> None:
    section = raw()
    section["applications"]["grading-worker"]["scaling"] = {
        "kind": "queue",
        "min_replicas": 0,
        "max_replicas": 8,
        "target_length": 20,
    }
    worker = workloads_of(section)["grading-worker"]
    made: dict[str | None, Any] = {m.kind: m.to_dict() for m in workload_manifests(worker)}
    spec = made["ScaledObject"]["spec"]
    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (0, 8)
    (trigger,) = spec["triggers"]
    assert trigger["metadata"] == {"listName": "celery", "listLength": "20", "enableTLS": "true"}
    # KEDA signs in with the worker's own login, and finds the cache's address there
    authentication = made["TriggerAuthentication"]
    assert trigger["authenticationRef"] == {"name": authentication["metadata"]["name"]}
    targets = {row["parameter"]: (row["name"], row["key"]) for row in authentication["spec"]["secretTargetRef"]}
    secret = made["ExternalSecret"]
    keys = {row["secretKey"] for row in secret["spec"]["data"]}
    assert targets == {key: (secret["metadata"]["name"], key) for key in ("address", "username", "password")}
    assert {key for _, key in targets.values()} <= keys
    assert "replicas" not in made["Deployment"]["spec"]
    assert "HorizontalPodAutoscaler" not in made


def test_who_is_called_elsewhere_is_told_by_scheme_and_port() -> None:
    coordinator = server("coordinator", namespace="mcp-agents", ports=(ContainerPort(name="http", number=8888),))
    section = raw()
    section["applications"]["content-svc"]["calls"] = ["mcp-agents/coordinator"]
    made = application_workloads(settings_of(section), identity(), names(), [coordinator])
    (content,) = made["content-svc"]
    assert content.env["COORDINATOR_URL"] == "http://coordinator.mcp-agents.svc.cluster.local:8888"


def test_an_application_on_mysql_and_its_migration_go_there_directly() -> None:
    section = raw()
    section["applications"]["content-svc"] |= {"mysql": "content", "migration": {"command": ["migrate"]}}
    made = workloads_of(section)
    for workload in (made["content-svc"], made["content-svc-migrate"]):
        assert [call.port for call in workload.calls if isinstance(call, ToDatabase)] == [3306]
        assert workload.env["MYSQL_CREDENTIALS"] == "/var/run/secrets/platform/mysql"
        assert {secret.remote for secret in workload.secrets} >= {
            "aivo/production/aivo/mysql-content-login",
            "aivo/production/aivo/database-authority",
        }
    assert made["content-svc"].after == ("Job/content-svc-migrate",)
