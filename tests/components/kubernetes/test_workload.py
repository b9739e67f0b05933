"""One declaration, every object: what all of them hold whatever is declared."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from lightkube.models.meta_v1 import ObjectMeta
from pydantic import ValidationError

from components.kubernetes.custom_resource import CustomResource
from components.kubernetes.image import Image
from components.kubernetes.manifest import Manifest, kind_of, namespace_of
from components.kubernetes.manifests import workload_manifests
from components.kubernetes.paths import FromLoadBalancer, ToApiServer
from components.kubernetes.scaling import EventScaling, RedisListTrigger, ResourceScaling
from components.kubernetes.workload import (
    ContainerPort,
    Metrics,
    Placement,
    Probe,
    Probes,
    Route,
    SecretFiles,
    Storage,
    Tmpfs,
    Workload,
)
from tests.components.kubernetes.declarations import HTTP, IMAGE, PROBES, job, server, workloads
from tests.pod_security import hardening_violations, pod_of, restricted_violations


def dicts(workload: Workload) -> dict[str, Any]:
    """The workload's manifests by kind (the last of a kind)."""
    return {kind_of(m): m.to_dict() for m in workload_manifests(workload)}


def pod(workload: Workload) -> Any:  # noqa: ANN401 - JSON
    found = pod_of(dicts(workload)[workload.kind])
    assert found is not None
    return found


@given(workloads())
@settings(max_examples=300, deadline=None)
def test_every_pod_is_hardened(workload: Workload) -> None:
    manifests = [m.to_dict() for m in workload_manifests(workload)]
    assert sum(pod_of(m) is not None for m in manifests) == 1
    for manifest in manifests:
        assert restricted_violations(manifest) == []
        assert hardening_violations(manifest) == []


def back(manifest: Manifest) -> dict[str, Any]:
    """The manifest read back from its own dict by the types, wrong ones refused; unknown keys get lost."""
    plain = manifest.to_dict()
    if isinstance(manifest, CustomResource):
        metadata = msgspec.convert(plain["metadata"], ObjectMeta)
        read = type(manifest).model_validate({"metadata": metadata, "spec": plain["spec"]})
        return read.to_dict()
    converted = msgspec.convert(plain, type(manifest), strict=True)
    result = msgspec.to_builtins(converted)
    assert isinstance(result, dict)
    return result


@given(workloads())
@settings(max_examples=200, deadline=None)
def test_every_manifest_is_what_its_schema_says(workload: Workload) -> None:
    for manifest in workload_manifests(workload):
        assert back(manifest) == manifest.to_dict()


@given(workloads())
@settings(max_examples=200, deadline=None)
def test_what_belongs_together_agrees(workload: Workload) -> None:
    manifests = workload_manifests(workload)
    names = [(kind_of(m), m.metadata.name if m.metadata else None) for m in manifests]
    assert len(names) == len(set(names))
    assert {namespace_of(m) for m in manifests} == {workload.namespace}
    by_kind = dicts(workload)
    controller = by_kind[workload.kind]
    spec = pod(workload)

    service = by_kind.get("Service")
    assert (service is not None) == bool(workload.ports)
    if service:
        ports = {(p["name"], p["port"]) for p in service["spec"]["ports"]}
        assert ports == {(p["name"], p["containerPort"]) for p in spec["containers"][0]["ports"]}
        assert all(p["port"] == p["targetPort"] for p in service["spec"]["ports"])
        assert service["spec"]["selector"].items() <= controller["spec"]["template"]["metadata"]["labels"].items()

    autoscaled = "HorizontalPodAutoscaler" in by_kind or "ScaledObject" in by_kind
    assert autoscaled == (workload.scaling is not None)
    if workload.lasting:
        assert ("replicas" in controller["spec"]) != autoscaled

    budget = by_kind.get("PodDisruptionBudget")
    assert (budget is not None) == (workload.lasting and workload.max_replicas > 1)
    if budget:
        # by what may be away: minAvailable could block every drain once pods are few
        assert budget["spec"]["maxUnavailable"] >= 1
        assert "minAvailable" not in budget["spec"]
        assert budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"

    assert ("ServiceMonitor" in by_kind) == (workload.metrics is not None)
    assert spec["automountServiceAccountToken"] is workload.api_token
    mounted = {v["secret"]["secretName"] for v in spec.get("volumes", []) if "secret" in v}
    made = {m.to_dict()["spec"]["target"]["name"] for m in manifests if kind_of(m) == "ExternalSecret"}  # type: ignore[index,call-overload]
    assert mounted == made
    mounts = [m["mountPath"] for m in spec["containers"][0].get("volumeMounts", [])]
    assert len(mounts) == len(set(mounts))


def test_probes_have_the_platforms_figures() -> None:
    container = pod(server())["containers"][0]
    liveness, readiness, startup = (container[f"{p}Probe"] for p in ("liveness", "readiness", "startup"))
    assert (liveness["initialDelaySeconds"], liveness["periodSeconds"]) == (30, 10)
    assert (readiness["initialDelaySeconds"], readiness["periodSeconds"]) == (5, 5)
    assert startup["periodSeconds"] * startup["failureThreshold"] == 40
    assert liveness["failureThreshold"] == readiness["failureThreshold"] == 3
    assert {p["timeoutSeconds"] for p in (liveness, readiness, startup)} == {1}


def test_a_digest_decides_what_is_pulled() -> None:
    digest = "sha256:" + "1f" * 32
    pinned = pod(server(image=Image(repository="r.example.com/x", tag="1.0.0", digest=digest)))["containers"][0]
    assert pinned["image"] == f"r.example.com/x:1.0.0@{digest}"
    assert pinned["imagePullPolicy"] == "IfNotPresent"
    assert pod(server())["containers"][0]["imagePullPolicy"] == "Always"


def test_configuration_rolls_the_pods() -> None:
    def checksum(workload: Workload) -> str:
        text = dicts(workload)["Deployment"]["spec"]["template"]["metadata"]["annotations"]["platform/config-checksum"]
        assert isinstance(text, str)
        return text

    first = checksum(server(env={"A": "1"}))
    assert checksum(server(env={"A": "1"})) == first
    assert checksum(server(env={"A": "2"})) != first
    assert checksum(server(files={"/etc/app/A": "1"})) != first
    assert checksum(server(env={"A": "1", "B": "2"})) == checksum(server(env={"B": "2", "A": "1"}))
    assert "annotations" not in dicts(server())["Deployment"]["spec"]["template"]["metadata"]


def test_files_stand_where_they_were_declared() -> None:
    workload = server(files={"/etc/app/a.yaml": "A", "/etc/app/b.yaml": "B", "/opt/x/a.yaml": "C"})
    data = dicts(workload)["ConfigMap"]["data"]
    spec = pod(workload)
    volumes = {v["name"]: v for v in spec["volumes"]}
    seen = {}
    for mount in spec["containers"][0]["volumeMounts"]:
        for item in volumes[mount["name"]].get("configMap", {}).get("items", []):
            seen[f"{mount['mountPath']}/{item['path']}"] = data[item["key"]]
    assert seen == {"/etc/app/a.yaml": "A", "/etc/app/b.yaml": "B", "/opt/x/a.yaml": "C"}


def test_secrets_are_files_that_the_user_can_read() -> None:
    secret = SecretFiles(name="database", remote="toolboxai/dev/mcp/database", keys=("password",))
    workload = server(secrets=(secret,))
    spec = pod(workload)
    volume = next(v["secret"] for v in spec["volumes"] if "secret" in v)
    assert volume == {"secretName": "server-database", "defaultMode": 0o440}
    assert spec["securityContext"]["fsGroup"] == spec["securityContext"]["runAsUser"] == 10001
    mount = next(m for m in spec["containers"][0]["volumeMounts"] if m["name"] == "secret-database")
    assert mount == {"name": "secret-database", "mountPath": "/var/run/secrets/platform/database", "readOnly": True}
    external = dicts(workload)["ExternalSecret"]["spec"]
    remote = {"key": "toolboxai/dev/mcp/database", "property": "password"}
    assert external["data"] == [{"secretKey": "password", "remoteRef": remote}]
    assert "dataFrom" not in external


def test_an_autoscaler_has_the_platforms_behaviour() -> None:
    spec = dicts(server(scaling=ResourceScaling(min_replicas=3, max_replicas=10)))["HorizontalPodAutoscaler"]["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (3, 10)
    targets = {m["resource"]["name"]: m["resource"]["target"]["averageUtilization"] for m in spec["metrics"]}
    assert targets == {"cpu": 70, "memory": 80}
    down, up = spec["behavior"]["scaleDown"], spec["behavior"]["scaleUp"]
    assert down["stabilizationWindowSeconds"] == 300
    assert down["policies"] == [{"type": "Percent", "value": 50, "periodSeconds": 60}]
    assert up["stabilizationWindowSeconds"] == 60
    assert up["policies"] == [{"type": "Percent", "value": 100, "periodSeconds": 60}]


def test_a_queue_scales_to_nothing_and_reads_its_password_from_the_secret() -> None:
    workload = server(
        secrets=(SecretFiles(name="redis", remote="toolboxai/dev/mcp/redis", keys=("username", "password")),),
        scaling=EventScaling(
            min_replicas=0,
            max_replicas=8,
            triggers=(RedisListTrigger(address="cache.example.com:6379", list_name="jobs", credentials="redis"),),
        ),
    )
    by_kind = dicts(workload)
    scaled = by_kind["ScaledObject"]["spec"]
    assert (scaled["minReplicaCount"], scaled["maxReplicaCount"]) == (0, 8)
    (trigger,) = scaled["triggers"]
    assert trigger["metadata"] == {
        "address": "cache.example.com:6379",
        "listName": "jobs",
        "listLength": "5",
        "enableTLS": "true",
    }
    authentication = by_kind["TriggerAuthentication"]
    assert trigger["authenticationRef"]["name"] == authentication["metadata"]["name"]
    assert {t["name"] for t in authentication["spec"]["secretTargetRef"]} == {"server-redis"}
    assert "HorizontalPodAutoscaler" not in by_kind


def test_jobs_wait_until_their_policies_hold() -> None:
    (wait,) = pod(job())["initContainers"]
    assert wait["command"] == ["sleep", "3"]
    assert wait["image"] == IMAGE.reference
    assert "initContainers" not in pod(job(policy_wait_seconds=0))
    assert "initContainers" not in pod(server())
    assert pod(server(policy_wait_seconds=2))["initContainers"][0]["command"] == ["sleep", "2"]


def test_a_job_ends_and_stays() -> None:
    spec = dicts(job())["Job"]["spec"]
    assert spec["activeDeadlineSeconds"] == 600
    assert spec["template"]["spec"]["restartPolicy"] == "Never"
    assert "ttlSecondsAfterFinished" not in spec
    cron = dicts(job(kind="CronJob", schedule="0 3 * * *"))["CronJob"]["spec"]
    assert (cron["timeZone"], cron["concurrencyPolicy"]) == ("Etc/UTC", "Forbid")
    assert cron["jobTemplate"]["spec"]["ttlSecondsAfterFinished"] == 86400


def test_a_stateful_set_keeps_its_volume_and_has_a_headless_service() -> None:
    by_kind = dicts(server(kind="StatefulSet", storage=(Storage(name="data", path="/data", size="20Gi"),)))
    (claim,) = by_kind["StatefulSet"]["spec"]["volumeClaimTemplates"]
    assert claim["spec"]["storageClassName"] == "gp3"
    assert claim["spec"]["resources"]["requests"] == {"storage": "20Gi"}
    assert by_kind["Service"]["spec"]["clusterIP"] == "None"
    assert by_kind["StatefulSet"]["spec"]["serviceName"] == by_kind["Service"]["metadata"]["name"]


def test_what_must_never_run_twice_is_recreated() -> None:
    assert dicts(server(rollout="recreate"))["Deployment"]["spec"]["strategy"] == {"type": "Recreate"}
    rolling = dicts(server())["Deployment"]["spec"]["strategy"]["rollingUpdate"]
    assert rolling == {"maxSurge": "25%", "maxUnavailable": 0}


def test_special_nodes_are_preferred_and_their_taint_tolerated() -> None:
    spec = pod(server(placement=Placement(group="spot")))
    (toleration,) = spec["tolerations"]
    assert toleration == {"key": "node-group", "operator": "Equal", "value": "spot", "effect": "NoSchedule"}
    affinity = spec["affinity"]["nodeAffinity"]
    assert "requiredDuringSchedulingIgnoredDuringExecution" not in affinity
    assert not {"affinity", "tolerations"} & set(pod(server()))


def test_pods_spread_over_zones() -> None:
    zone = pod(server())["topologySpreadConstraints"][0]
    assert zone["topologyKey"] == "topology.kubernetes.io/zone"
    assert zone["whenUnsatisfiable"] == "ScheduleAnyway"
    assert pod(server(spread="require"))["topologySpreadConstraints"][0]["whenUnsatisfiable"] == "DoNotSchedule"


def test_a_route_makes_pods_the_targets() -> None:
    route = Route(
        hosts=("ws.example.com",), path="/ws/", port="http", gateway="g", gateway_namespace="e", sticky_seconds=3600
    )
    by_kind = dicts(server(routes=(route,)))
    (rule,) = by_kind["HTTPRoute"]["spec"]["rules"]
    assert rule["matches"] == [{"path": {"type": "PathPrefix", "value": "/ws/"}}]
    assert rule["backendRefs"] == [{"kind": "Service", "name": "server", "port": 8080}]
    targets = by_kind["TargetGroupConfiguration"]["spec"]["defaultConfiguration"]
    assert targets["targetType"] == "ip"
    assert targets["healthCheckConfig"]["healthCheckPath"] == "/health"
    attributes = {a["key"]: a["value"] for a in targets["targetGroupAttributes"]}
    assert attributes["stickiness.lb_cookie.duration_seconds"] == "3600"


def test_leaving_pods_drain_first() -> None:
    assert pod(server())["containers"][0]["lifecycle"] == {"preStop": {"sleep": {"seconds": 5}}}
    worker = server(ports=(), probes=Probes(liveness=Probe(command=("true",))))
    assert "lifecycle" not in pod(worker)["containers"][0]
    assert pod(server(drain_seconds=7))["containers"][0]["lifecycle"] == {"preStop": {"sleep": {"seconds": 7}}}


@pytest.mark.parametrize(
    "more",
    [
        {"routes": (Route(hosts=("a.example.com",), port="http", gateway="g", gateway_namespace="e"),)},
        {"accepts": (FromLoadBalancer("http"),)},
    ],
    ids=["by its route", "by another's"],
)
def test_a_leaving_target_is_out_of_its_group_before_its_container_ends(more: dict[str, Any]) -> None:
    """The pause covers the deregistration; what the group still lets run ends before the kill."""
    workload = server(grace_seconds=60, **more)
    spec = pod(workload)
    pause = spec["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pause == 20
    group = dicts(workload)["TargetGroupConfiguration"]
    attributes = {a["key"]: a["value"] for a in group["spec"]["defaultConfiguration"]["targetGroupAttributes"]}
    drained = int(attributes["deregistration_delay.timeout_seconds"])
    assert pause < pause + drained <= spec["terminationGracePeriodSeconds"]


REFUSED: list[tuple[str, dict[str, Any], tuple[str | int, ...]]] = [
    ("no probes", {"probes": None}, ("probes",)),
    (
        "both replicas and scaling",
        {"replicas": 2, "scaling": {"min_replicas": 1, "max_replicas": 2, "kind": "resource"}},
        ("replicas",),
    ),
    (
        "max below min",
        {"scaling": {"kind": "resource", "min_replicas": 3, "max_replicas": 2}},
        ("scaling", "resource", "max_replicas"),
    ),
    (
        "nothing to scale by",
        {
            "scaling": {
                "kind": "resource",
                "min_replicas": 1,
                "max_replicas": 2,
                "cpu_percent": None,
                "memory_percent": None,
            }
        },
        ("scaling", "resource", "memory_percent"),
    ),
    ("storage of a Deployment", {"storage": (Storage(name="d", path="/d", size="1Gi"),)}, ("storage",)),
    ("schedule of a Deployment", {"schedule": "* * * * *"}, ("schedule",)),
    ("token without a path", {"token_reason": "lists its peers"}, ("token_reason",)),
    ("recreate of many", {"rollout": "recreate", "replicas": 2}, ("rollout",)),
    ("drain beyond grace", {"grace_seconds": 5}, ("drain_seconds",)),
    ("metrics on no port", {"metrics": Metrics(port="metrics")}, ("metrics", "port")),
    ("probe on no port", {"probes": Probes(liveness=Probe(port="other", path="/"))}, ("probes", "liveness", "port")),
    ("accepts on no port", {"accepts": (FromLoadBalancer(9),)}, ("accepts", 0, "port")),
    (
        "route to no port",
        {"routes": (Route(hosts=("a.example.com",), port="x", gateway="g", gateway_namespace="e"),)},
        ("routes", 0, "port"),
    ),
    ("port name twice", {"ports": (HTTP, ContainerPort(name="http", number=1))}, ("ports", 1, "name")),
    ("port number twice", {"ports": (HTTP, ContainerPort(name="other", number=8080))}, ("ports", 1, "number")),
    ("directory twice", {"tmpfs": (Tmpfs(path="/a"), Tmpfs(path="/a"))}, ("tmpfs", 1, "path")),
    ("memory all tmpfs", {"tmpfs": (Tmpfs(path="/a", size="512Mi"),)}, ("tmpfs",)),
    ("budget of all", {"replicas": 3, "max_disrupted": 3}, ("max_disrupted",)),
    (
        "credentials of nobody",
        {
            "scaling": {
                "kind": "event",
                "min_replicas": 0,
                "max_replicas": 1,
                "triggers": [{"type": "redis", "address": "a.b:6379", "list_name": "q", "credentials": "none"}],
            }
        },
        ("scaling", "triggers", 0, "credentials"),
    ),
    ("unknown field", {"privileged": True}, ("privileged",)),
    ("name of a CronJob too long", {"name": "a" * 53}, ("name",)),
]


@pytest.mark.parametrize(("fields", "at"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_declarations_that_make_no_sense_are_refused_once(fields: dict[str, Any], at: tuple[str | int, ...]) -> None:
    with pytest.raises(ValidationError) as caught:
        server(**fields)
    (error,) = caught.value.errors()
    problems = error.get("ctx", {}).get("problems")
    found = [(*error["loc"], *p.path) for p in problems] if problems else [error["loc"]]
    assert found == [at]


def test_a_refusal_names_workload_and_key() -> None:
    with pytest.raises(ValidationError, match=r"Deployment mcp/server: metrics.port: 'x', allowed is one of .*: http"):
        server(metrics=Metrics(port="x"))


@pytest.mark.parametrize("fields", [{"ports": (HTTP,)}, {"probes": PROBES}, {"replicas": 2}, {"schedule": "* * * * *"}])
def test_a_job_serves_nobody_and_is_no_deployment(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        job(**fields)


def test_latest_is_no_tag() -> None:
    with pytest.raises(ValidationError, match="exact tag"):
        Image(repository="r.example.com/x", tag="latest")


def test_a_token_is_given_where_the_api_is_called() -> None:
    workload = server(token_reason="it lists its peers", calls=(ToApiServer(),))  # noqa: S106 - a reason
    assert pod(workload)["automountServiceAccountToken"] is True
    assert dicts(workload)["ServiceAccount"]["automountServiceAccountToken"] is True


def test_a_probe_asks_in_one_way() -> None:
    with pytest.raises(ValidationError, match="either a command or a port"):
        Probe(port="http", command=("true",))
    with pytest.raises(ValidationError, match="either a command or a port"):
        Probe()
