"""The one declaration of a workload of ours. ``manifests.workload_manifests`` makes every object from it.

Nothing else in the program writes a pod spec: what a declaration can't say, no pod of ours does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from components.kubernetes.image import Image
from components.kubernetes.paths import Accept, Call
from components.kubernetes.route_rules import HttpsUrl, RouteRule, TokenCheck
from components.kubernetes.scaling import RedisListTrigger, Replicas, Scaling, Seconds
from components.model import (
    DnsLabel,
    Hostname,
    Memory,
    Port,
    Problem,
    Resources,
    Settings,
    Slug,
    memory_bytes,
    refuse,
    repeated,
)
from components.times import Cron

PortName = Annotated[str, StringConstraints(pattern=r"^[a-z]([-a-z0-9]*[a-z0-9])?$", max_length=15)]
"""An IANA service name: what Kubernetes allows for a port."""
EnvName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
AbsolutePath = Annotated[str, StringConstraints(pattern=r"^(/[A-Za-z0-9._-]+)+$", max_length=1024)]
UrlPath = Annotated[str, StringConstraints(pattern=r"^/[A-Za-z0-9._~/-]*$")]
_WHOLE: Final = 100
GENERAL: Final = "general"
"""The node group that every stack has: on demand and without taints."""
SURGE_PERCENT: Final = 25
DRAIN_SECONDS: Final = 5
"""Until every node's proxy has heard that a pod goes."""
BALANCED_DRAIN_SECONDS: Final = 20
"""Until a load balancer sends a leaving pod nothing more: its controller must see it, take it out of the target group,
and the balancer's own nodes must hear of that. A judgement: AWS names the pause (EKS best practices, load balancing)
and no figure."""
HTTPS_LISTENER: Final = "https"
"""The listener of a Gateway that speaks TLS: the only one that a route of ours hangs on."""
Delivery = Literal["pulumi", "argocd"]
"""Who applies a workload's objects: the update itself, or Argo CD from the rendered branch. Never both."""
Key = tuple[str, str]
"""Namespace and name: what a workload is called in the whole cluster."""


def _declared(value: object) -> object:
    """A dict would fit several kinds of path: which one is meant must be said by its class."""
    if isinstance(value, Mapping):
        refuse("one of the classes of components.kubernetes.paths", value=value)
    return value


class ContainerPort(Settings):
    """A port the container listens on; the Service has the same number (the VPC CNI's policies want it so)."""

    name: PortName
    number: Port
    protocol: Literal["TCP", "UDP"] = "TCP"
    app_protocol: str | None = None
    """``kubernetes.io/ws``, ``grpc``: what speaks on it where that isn't plain HTTP or TCP."""


class Probe(Settings):
    """How a probe asks: HTTP GET on ``path`` at ``port``, a TCP connection to ``port``, or a command."""

    port: PortName | None = None
    path: UrlPath | None = None
    command: tuple[str, ...] = ()

    @field_validator("command")
    @classmethod
    def _one_way(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if bool(value) == (info.data.get("port") is not None):
            refuse("either a command or a port (with a path for HTTP)", value=value)
        return value


class Probes(Settings):
    """The three probes; those unset ask like ``liveness``. Figures: platform, applications."""

    liveness: Probe
    readiness: Probe | None = None
    startup: Probe | None = None
    liveness_delay_seconds: Seconds = 30
    liveness_period_seconds: Annotated[int, Field(ge=1, le=300)] = 10
    readiness_delay_seconds: Seconds = 5
    readiness_period_seconds: Annotated[int, Field(ge=1, le=300)] = 5
    startup_budget_seconds: Annotated[int, Field(ge=5, le=1800, multiple_of=5)] = 40
    """How long a container may take to start; asked every 5 s."""
    failures: Annotated[int, Field(ge=1, le=20)] = 3
    timeout_seconds: Annotated[int, Field(ge=1, le=60)] = 1


class SecretFiles(Settings):
    """One secret of Secrets Manager, mounted as files ``/var/run/secrets/platform/<name>/<key>``."""

    name: DnsLabel
    remote: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9/_+=.@!-]{1,512}$")]
    """The name in Secrets Manager, ``context.names.secret(namespace, name)``."""
    keys: tuple[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,253}$")], ...] = ()
    """Keys of the secret's JSON object, one file each; none: every key that it has."""
    revision: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]{1,63}$")] | None = None
    """Whatever changes with the secret's content, where that is known: External Secrets then reads at once, not within
    its hour."""

    @property
    def path(self) -> str:
        """Directory of the files."""
        return f"/var/run/secrets/platform/{self.name}"


class Tmpfs(Settings):
    """A writable directory that ends with the pod: in memory (it counts against the memory limit), or on the disk."""

    path: AbsolutePath
    size: Memory = "32Mi"
    medium: Literal["memory", "disk"] = "memory"

    @property
    def medium_value(self) -> str | None:
        """What Kubernetes calls the medium; the node's disk has no name."""
        return "Memory" if self.medium == "memory" else None


class Storage(Settings):
    """A volume that outlives the pod: one per pod of a StatefulSet."""

    name: DnsLabel
    path: AbsolutePath
    size: Memory
    storage_class: DnsLabel = "gp3"


class Metrics(Settings):
    """Where Prometheus scrapes: a ServiceMonitor is made from it."""

    port: PortName
    path: UrlPath = "/metrics"
    interval_seconds: Annotated[int, Field(ge=5, le=300)] = 15


class Share(Settings):
    """What another workload of the namespace, with the same port, gets of a route's requests."""

    workload: DnsLabel
    weight: Annotated[int, Field(ge=0, le=100)]
    """In per cent."""
    header: tuple[str, str] | None = None
    """Requests with this header and value go to it, whatever the weight."""


class SignIn(Settings):
    """An identity provider (OpenID Connect) that people are sent to before the load balancer lets a request pass."""

    issuer: HttpsUrl
    authorization_endpoint: HttpsUrl
    token_endpoint: HttpsUrl
    user_info_endpoint: HttpsUrl
    remote: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9/_+=.@!-]{1,512}$")]
    """The client's name in Secrets Manager: JSON with ``clientID`` and ``clientSecret``."""
    session_seconds: Annotated[int, Field(ge=300, le=604800)] = 28800
    """How long a sign-in lasts."""


class Route(Settings):
    """Host names and path by which the workload is reached through a Gateway.

    The load balancer's subnets may then call the port. ``sticky_seconds`` keeps a client on its pod by a cookie.
    """

    name: DnsLabel | None = None
    """What the route is called where that isn't after its workload."""
    hosts: Annotated[tuple[Hostname, ...], Field(min_length=1)]
    path: UrlPath = "/"
    exact: bool = False
    """Whether it is this path alone, and not what lies below it."""
    port: PortName
    gateway: DnsLabel
    gateway_namespace: DnsLabel
    sticky_seconds: Annotated[int, Field(ge=1, le=604800)] | None = None
    sign_in: SignIn | None = None
    """Whom people prove who they are to, before anything of theirs reaches a pod."""
    shares: tuple[Share, ...] = ()
    """Who else is sent its requests; the workload itself gets what is left of 100."""
    token: TokenCheck | None = None
    """What is asked of every request, before anything else."""
    rules: tuple[RouteRule, ...] = ()
    """Requests that are treated apart, by their headers."""
    answer: Annotated[int, Field(ge=400, le=599)] | None = None
    """The status that all other requests are answered; ``None`` hands them on."""

    @field_validator("token")
    @classmethod
    def _one_check(cls, value: TokenCheck | None, info: ValidationInfo) -> TokenCheck | None:
        if value is not None and info.data.get("sign_in") is not None:
            refuse("nothing beside sign_in: the load balancer makes one check before it hands a request on")
        return value

    @field_validator("shares")
    @classmethod
    def _of_a_hundred(cls, value: tuple[Share, ...]) -> tuple[Share, ...]:
        total = sum(share.weight for share in value)
        if total > _WHOLE:
            refuse(f"weights of at most {_WHOLE} together", value=total)
        return value


class Placement(Settings):
    """On which nodes, by the name of their group or pool.

    On the general group nothing is said. Any other is preferred, and its taint (key ``node-group``, value the group's
    name) tolerated.
    """

    group: Slug = GENERAL


class Workload(Settings):
    """A Deployment, StatefulSet, Job or CronJob of ours, with everything that belongs to it."""

    namespace: DnsLabel
    name: Annotated[DnsLabel, StringConstraints(max_length=52)]
    """At most 52 characters: a CronJob's Jobs append eleven."""
    component: DnsLabel
    """Its part in the architecture: ``mcp-server``, ``agent``, ``api``."""
    part_of: DnsLabel
    """The application it belongs to: ``mcp-platform``, ``agent-fleet``."""
    image: Image
    kind: Literal["Deployment", "StatefulSet", "Job", "CronJob"] = "Deployment"
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    resources: Resources = Resources()
    ports: tuple[ContainerPort, ...] = ()
    replicas: Replicas | None = None
    """A fixed number of pods; one where neither this nor ``scaling`` is given."""
    scaling: Scaling | None = None
    probes: Probes | None = None
    """Demanded of Deployments and StatefulSets, refused for Jobs."""
    schedule: Cron | None = None
    """A CronJob's, in UTC."""
    rollout: Literal["rolling", "recreate"] = "rolling"
    """``recreate`` for what must never run twice, such as a scheduler."""
    max_surge_percent: Annotated[int, Field(ge=1, le=100)] = SURGE_PERCENT
    max_disrupted: Annotated[int, Field(ge=1)] = 1
    """Pods that a drain may take at a time (the disruption budget)."""
    spread: Literal["prefer", "require"] = "prefer"
    """Over zones: ``require`` leaves a pod pending rather than out of balance."""
    priority_class: DnsLabel | None = None
    placement: Placement = Placement()
    env: Mapping[EnvName, str] = {}
    """Plain settings; a ConfigMap hands them over."""
    files: Mapping[AbsolutePath, str] = {}
    """Plain configuration files by path. A file's directory holds nothing else in the container."""
    pod_env: Mapping[EnvName, Literal["metadata.name", "metadata.namespace", "status.podIP", "spec.nodeName"]] = {}
    secrets: tuple[SecretFiles, ...] = ()
    tmpfs: tuple[Tmpfs, ...] = (Tmpfs(path="/tmp"),)  # noqa: S108 - the container's own, not this machine's
    storage: tuple[Storage, ...] = ()
    identity: bool = False
    """Whether it has a Pod Identity association: the agent's address is then open to it."""
    service: DnsLabel | None = None
    """Name of a further Service that leads to its pods: what stays the same while releases change places."""
    after: tuple[Annotated[str, StringConstraints(pattern=r"^(Job|Deployment|StatefulSet)/[a-z][-a-z0-9]*$")], ...] = ()
    """What must be ready (a Job: have ended well) before its pods start, in its namespace."""
    service_account: DnsLabel | None = None
    """Name of its ServiceAccount where that isn't the workload's own."""
    token_reason: Annotated[str, StringConstraints(min_length=10, max_length=200)] | None = None
    """Why it talks to the cluster's API and so gets a token. Wants ``ToApiServer`` among its calls."""
    calls: tuple[Annotated[Call, BeforeValidator(_declared)], ...] = ()
    """What it calls. Only the classes of ``paths``: plain dicts would be ambiguous."""
    accepts: tuple[Annotated[Accept, BeforeValidator(_declared)], ...] = ()
    """Who calls it without being a workload."""
    metrics: Metrics | None = None
    routes: tuple[Route, ...] = ()
    session_affinity_seconds: Annotated[int, Field(ge=1, le=86400)] | None = None
    """Keep a client on its pod for so long (sticky connections)."""
    grace_seconds: Annotated[int, Field(ge=1, le=3600)] = 30
    """From the decision that a pod goes to its kill, the pause of ``drain_seconds`` within it."""
    drain_seconds: Annotated[int, Field(ge=0, le=300)] | None = None
    """Pause before the end is announced, while callers stop sending. Only where it has ports. Unset: 20 where a load
    balancer calls it, 5 elsewhere."""
    policy_wait_seconds: Annotated[int, Field(ge=0, le=10)] | None = None
    """Wait before the start until network policies are in force (VPC CNI, standard mode: 1-2 s open, then early
    connections break). Unset: 3 for Jobs and CronJobs, none for what retries by living on."""
    policy_wait_command: tuple[str, ...] = ("sleep",)
    """Its last argument is the seconds; run in the workload's own image."""
    retries: Annotated[int, Field(ge=0, le=20)] = 3
    deadline_seconds: Annotated[int, Field(ge=1, le=86400)] = 600
    """A Job's longest life."""
    delivery: Delivery = "pulumi"
    """Who applies its objects. Identity, network policy, quota and the store of secrets are the update's always."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        found = tuple(_problems(self))
        if found:
            texts = (f"{'.'.join(map(str, p.path))}: {p.value!r}, allowed is {p.allowed}" for p in found)
            summary = f"{self.kind} {self.namespace}/{self.name}: {'; '.join(texts)}"
            raise PydanticCustomError("refused", "{summary}", {"summary": summary, "problems": found})
        return self

    @property
    def key(self) -> Key:
        """Namespace and name."""
        return self.namespace, self.name

    @property
    def reference(self) -> str:
        """As ``after`` of another workload names it."""
        return f"{self.kind}/{self.name}"

    @property
    def lasting(self) -> bool:
        """Whether it runs for ever (Deployment, StatefulSet) rather than to an end."""
        return self.kind in {"Deployment", "StatefulSet"}

    @property
    def api_token(self) -> bool:
        """Whether its pods get a token for the cluster's API."""
        return self.token_reason is not None

    @property
    def account(self) -> str:
        """Name of the ServiceAccount it runs under."""
        return self.service_account or self.name

    @property
    def min_replicas(self) -> int:
        """Pods when nothing is asked of it. A CronJob counts as one: it may run at any time."""
        return self.scaling.min_replicas if self.scaling else self.replicas or 1

    @property
    def max_replicas(self) -> int:
        """Pods at most, without those that a rollout adds."""
        return self.scaling.max_replicas if self.scaling else self.replicas or 1

    @property
    def surge(self) -> int:
        """Pods that a rollout adds at most, at the greatest number of replicas."""
        if self.kind != "Deployment" or self.rollout == "recreate":
            return 0
        return surge_of(self.max_replicas, self.max_surge_percent)

    @property
    def balanced(self) -> bool:
        """Whether a load balancer calls its pods: by its own routes, or for its share of another's."""
        return bool(self.routes) or any(accept.kind == "loadbalancer" for accept in self.accepts)

    @property
    def drain(self) -> int:
        """Seconds between the decision that a pod goes and the announcement of its end."""
        if self.drain_seconds is not None:
            return self.drain_seconds
        return BALANCED_DRAIN_SECONDS if self.balanced else DRAIN_SECONDS

    @property
    def wait_seconds(self) -> int:
        """How long it waits for its network policies before it starts."""
        if self.policy_wait_seconds is not None:
            return self.policy_wait_seconds
        return 0 if self.lasting else 3

    def port(self, port: str | int) -> ContainerPort | None:
        """The container port of that name or number."""
        return next((p for p in self.ports if port in (p.name, p.number)), None)


def surge_of(replicas: int, percent: int = SURGE_PERCENT) -> int:
    """Pods that a rollout of ``replicas`` adds at most."""
    return -(-replicas * percent // 100)


def unrouted(workload: Workload) -> Workload:
    """The workload as it is while there is no Gateway: no load balancer calls it."""
    accepts = tuple(accept for accept in workload.accepts if accept.kind != "loadbalancer")
    return workload.model_copy(update={"routes": (), "accepts": accepts})


def _problems(w: Workload) -> list[Problem]:
    return [*_kind_problems(w), *_reference_problems(w), *_size_problems(w), *_directory_problems(w)]


def _kind_problems(w: Workload) -> list[Problem]:
    checks: list[tuple[bool, str, object, str]] = [
        (w.lasting and w.probes is None, "probes", None, f"probes: a {w.kind} has all three"),
        (not w.lasting and w.probes is not None, "probes", "given", f"nothing: a {w.kind} ends by itself"),
        (w.replicas is not None and w.scaling is not None, "replicas", w.replicas, "nothing where scaling is given"),
        (not w.lasting and w.scaling is not None, "scaling", "given", f"nothing: a {w.kind} is not scaled"),
        (not w.lasting and w.replicas is not None, "replicas", w.replicas, f"nothing: a {w.kind} has no replicas"),
        (w.kind == "CronJob" and w.schedule is None, "schedule", None, "five cron fields: a CronJob needs them"),
        (w.kind != "CronJob" and w.schedule is not None, "schedule", w.schedule, "nothing: only a CronJob has one"),
        (w.kind != "StatefulSet" and bool(w.storage), "storage", "given", "nothing: only a StatefulSet keeps volumes"),
        (w.service is not None and not w.ports, "service", w.service, "nothing: a Service needs ports"),
        (not w.lasting and bool(w.ports), "ports", "given", f"nothing: a {w.kind} serves nobody"),
        (w.max_replicas > 1 and w.rollout == "recreate", "rollout", w.rollout, "rolling with more than one replica"),
        (
            w.api_token and not _calls_api(w),
            "token_reason",
            w.token_reason,
            "nothing without ToApiServer() among calls: no path is open",
        ),
        (
            w.drain >= w.grace_seconds,
            "drain_seconds",
            w.drain,
            f"below grace_seconds, {w.grace_seconds}",
        ),
    ]
    return [Problem((key,), value, allowed) for wrong, key, value, allowed in checks if wrong]


def _calls_api(w: Workload) -> bool:
    return any(call.kind == "apiserver" for call in w.calls)


def _reference_problems(w: Workload) -> list[Problem]:
    names = [p.name for p in w.ports]
    asked: list[tuple[tuple[str | int, ...], str | int]] = []
    if w.metrics:
        asked.append((("metrics", "port"), w.metrics.port))
    asked += [(("routes", i, "port"), r.port) for i, r in enumerate(w.routes)]
    asked += [(("accepts", i, "port"), a.port) for i, a in enumerate(w.accepts)]
    for field in ("liveness", "readiness", "startup"):
        probe: Probe | None = getattr(w.probes, field) if w.probes else None
        if probe and probe.port:
            asked.append((("probes", field, "port"), probe.port))
    problems = [
        Problem(at, port, f"one of the workload's ports: {', '.join(names) or 'it has none'}")
        for at, port in asked
        if w.port(port) is None
    ]
    problems += [Problem(("ports", i, "name"), name, "a name of its own") for i, name in repeated(names)]
    numbers = [f"{p.protocol} {p.number}" for p in w.ports]
    problems += [Problem(("ports", i, "number"), number, "a number of its own") for i, number in repeated(numbers)]
    secrets = [s.name for s in w.secrets]
    problems += [Problem(("secrets", i, "name"), name, "a name of its own") for i, name in repeated(secrets)]
    if w.scaling and w.scaling.kind == "event":
        problems += [
            Problem(("scaling", "triggers", i, "credentials"), t.credentials, "one of the workload's secrets")
            for i, t in enumerate(w.scaling.triggers)
            if isinstance(t, RedisListTrigger) and t.credentials is not None and t.credentials not in secrets
        ]
    return problems


def _size_problems(w: Workload) -> list[Problem]:
    in_memory = sum(memory_bytes(t.size) for t in w.tmpfs if t.medium == "memory")
    limit = w.resources.limits.memory
    problems: list[Problem] = []
    if in_memory >= memory_bytes(limit):
        problems.append(Problem(("tmpfs",), f"{in_memory} bytes in memory", f"less than the memory limit, {limit}"))
    if w.max_replicas > 1 and w.max_disrupted >= w.max_replicas:
        problems.append(Problem(("max_disrupted",), w.max_disrupted, f"below the most replicas, {w.max_replicas}"))
    return problems


def _directory_problems(w: Workload) -> list[Problem]:
    directories = [
        *((("tmpfs", i, "path"), t.path) for i, t in enumerate(w.tmpfs)),
        *((("storage", i, "path"), s.path) for i, s in enumerate(w.storage)),
        *((("files",), path) for path in dict.fromkeys(path.rpartition("/")[0] or "/" for path in w.files)),
    ]
    repeats = repeated(path for _, path in directories)
    return [Problem(directories[i][0], path, "a directory that nothing else is mounted on") for i, path in repeats]
