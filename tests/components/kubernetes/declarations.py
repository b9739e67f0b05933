"""Workload declarations for the kit's tests: one plain, and a strategy for every shape that the model allows."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

from hypothesis import strategies as st

from components.kubernetes.image import Image
from components.kubernetes.paths import (
    Call,
    FromApiServer,
    FromLoadBalancer,
    ToApiServer,
    ToAws,
    ToCache,
    ToDatabase,
    ToInternet,
)
from components.kubernetes.scaling import EventScaling, PrometheusTrigger, RedisListTrigger, ResourceScaling
from components.kubernetes.topology import Networks
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
from components.model import Quantities, Resources

IMAGE = Image(repository="111122223333.dkr.ecr.us-east-1.amazonaws.com/toolboxai/dev/server", tag="1.4.0")
HTTP = ContainerPort(name="http", number=8080)
PROBES = Probes(liveness=Probe(port="http", path="/health"))
NETWORKS = Networks(
    control_plane=(IPv4Network("10.1.0.0/20"), IPv4Network("10.1.32.0/20")),
    private=(IPv4Network("10.1.0.0/20"), IPv4Network("10.1.32.0/20")),
    public=(IPv4Network("10.1.16.0/22"), IPv4Network("10.1.48.0/22")),
    database=(IPv4Network("10.1.20.0/22"), IPv4Network("10.1.52.0/22")),
    service_cidr=IPv4Network("172.20.0.0/16"),
    interface_endpoints=frozenset({"sts", "logs"}),
)


def server(name: str = "server", namespace: str = "mcp", **more: Any) -> Workload:  # noqa: ANN401 - any field
    """A Deployment with one port; ``more`` are fields of the declaration."""
    fields: dict[str, Any] = {
        "namespace": namespace,
        "name": name,
        "component": "mcp-server",
        "part_of": "mcp-platform",
        "image": IMAGE,
        "ports": (HTTP,),
        "probes": PROBES,
    }
    return Workload(**{**fields, **more})


def job(name: str = "migrate", namespace: str = "database", **more: Any) -> Workload:  # noqa: ANN401 - any field
    """A Job; ``more`` are fields of the declaration."""
    fields: dict[str, Any] = {
        "namespace": namespace,
        "name": name,
        "component": "migration",
        "part_of": "data-layer",
        "image": IMAGE,
        "kind": "Job",
    }
    return Workload(**{**fields, **more})


_labels = st.from_regex(r"[a-z][a-z0-9]{0,14}", fullmatch=True)
_images = st.builds(
    Image,
    repository=st.just(IMAGE.repository),
    tag=st.from_regex(r"[0-9]\.[0-9]\.[0-9](-rc\.[0-9])?", fullmatch=True),
    digest=st.none() | st.just("sha256:" + "0a" * 32),
)
_resources = st.integers(100, 2000).flatmap(
    lambda millis: st.builds(
        Resources,
        requests=st.just(Quantities(cpu=f"{millis}m", memory=f"{millis}Mi")),
        limits=st.just(Quantities(cpu=f"{2 * millis}m", memory=f"{2 * millis}Mi")),
    )
)
_replicas = st.integers(1, 20)
_secrets = st.lists(
    st.builds(
        SecretFiles,
        name=_labels,
        remote=st.just("toolboxai/dev/mcp/thing"),
        keys=st.sampled_from([(), ("username", "password")]),
    ),
    max_size=3,
    unique_by=lambda secret: secret.name,
)
_tmpfs = st.lists(
    st.builds(
        Tmpfs,
        path=st.sampled_from(["/tmp", "/var/cache/app", "/run"]),  # noqa: S108 - the container's own
        size=st.sampled_from(["1Mi", "16Mi"]),
        medium=st.sampled_from(["memory", "disk"]),
    ),
    max_size=3,
    unique_by=lambda tmpfs: tmpfs.path,
)
_PATHS: list[Call] = [
    ToDatabase(),
    ToCache(),
    ToApiServer(),
    ToAws("sts"),
    ToAws("s3", reason="a gateway endpoint answers on public addresses"),
    ToInternet(reason="certificates are ordered from a public authority"),
]
_calls = st.lists(st.sampled_from(_PATHS), unique=True)


@st.composite
def _ports(draw: st.DrawFn) -> tuple[ContainerPort, ...]:
    numbers = draw(st.lists(st.integers(1024, 65535), min_size=1, max_size=4, unique=True))
    return (
        ContainerPort(name="http", number=numbers[0]),
        *(ContainerPort(name=f"port-{index}", number=number) for index, number in enumerate(numbers[1:])),
    )


@st.composite
def _scaling(draw: st.DrawFn, secrets: list[SecretFiles]) -> ResourceScaling | EventScaling:
    low, high = sorted(draw(st.tuples(_replicas, _replicas)))
    if draw(st.booleans()):
        return ResourceScaling(
            min_replicas=low, max_replicas=high, memory_percent=draw(st.none() | st.integers(1, 100))
        )
    triggers: list[RedisListTrigger | PrometheusTrigger] = [
        PrometheusTrigger(address="http://prometheus.monitoring:9090", query="sum(agent_queue_depth)", per_pod=5)
    ]
    if secrets:
        triggers.append(
            RedisListTrigger(address="cache.example.com:6379", list_name="queue", credentials=secrets[0].name)
        )
    return EventScaling(min_replicas=low - 1, max_replicas=high, triggers=tuple(triggers))


@st.composite
def workloads(draw: st.DrawFn) -> Workload:
    """Any declaration that the model accepts."""
    kind = draw(st.sampled_from(["Deployment", "StatefulSet", "Job", "CronJob"]))
    lasting = kind in {"Deployment", "StatefulSet"}
    secrets = draw(_secrets)
    calls: list[Call] = draw(_calls)
    fields: dict[str, Any] = {
        "namespace": draw(_labels),
        "name": draw(_labels),
        "component": "thing",
        "part_of": "platform",
        "image": draw(_images),
        "kind": kind,
        "command": draw(st.sampled_from([(), ("python", "-m", "server")])),
        "resources": draw(_resources),
        "env": draw(
            st.dictionaries(st.from_regex(r"[A-Z][A-Z_]{0,8}", fullmatch=True), st.text(max_size=9), max_size=3)
        ),
        "files": draw(st.dictionaries(st.sampled_from(["/etc/a/x.yaml", "/etc/a/y", "/etc/b/x.yaml"]), st.text())),
        "pod_env": draw(st.sampled_from([{}, {"POD_NAME": "metadata.name"}])),
        "secrets": secrets,
        "tmpfs": draw(_tmpfs),
        "identity": draw(st.booleans()),
        "calls": calls,
        "token_reason": draw(st.none() | st.just("it asks the API for its peers")) if ToApiServer() in calls else None,
        "placement": draw(st.builds(Placement, group=st.sampled_from(["general", "spot"]))),
        "priority_class": draw(st.none() | st.just("critical")),
        "policy_wait_seconds": draw(st.none() | st.integers(0, 5)),
        "service_account": draw(st.none() | st.just("shared")),
    }
    if kind == "CronJob":
        fields["schedule"] = "*/15 * * * *"
    if lasting:
        fields |= draw(_lasting(secrets))
    if kind == "StatefulSet":
        fields["storage"] = draw(st.sampled_from([(), (Storage(name="data", path="/data", size="10Gi"),)]))
    return Workload(**fields)


@st.composite
def _lasting(draw: st.DrawFn, secrets: list[SecretFiles]) -> dict[str, Any]:
    ports = draw(st.just(()) | _ports())
    asks = Probe(port="http", path="/health") if ports else Probe(command=("true",))
    fields: dict[str, Any] = {
        "ports": ports,
        "probes": Probes(liveness=asks, startup_budget_seconds=draw(st.sampled_from([40, 120]))),
        "spread": draw(st.sampled_from(["prefer", "require"])),
        "max_surge_percent": draw(st.integers(1, 100)),
    }
    if draw(st.booleans()):
        fields["scaling"] = draw(_scaling(secrets))
    else:
        fields["replicas"] = draw(_replicas)
    if fields.get("replicas") == 1:
        fields["rollout"] = draw(st.sampled_from(["rolling", "recreate"]))
    if ports:
        fields["metrics"] = draw(st.none() | st.just(Metrics(port="http")))
        fields["accepts"] = draw(st.sampled_from([(), (FromLoadBalancer("http"), FromApiServer(ports[-1].number))]))
        fields["routes"] = draw(
            st.sampled_from(
                [
                    (),
                    (Route(hosts=("api.example.com",), port="http", gateway="public", gateway_namespace="edge"),),
                ]
            )
        )
    return fields
