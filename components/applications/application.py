"""What a stack file says of one application, of what all have that say nothing, and of the Jobs after a release."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from components.applications.rollout import Rolling, Rollout
from components.kubernetes.route_rules import HttpsUrl
from components.kubernetes.scaling import ResourceScaling
from components.kubernetes.workload import AbsolutePath, Delivery, EnvName, UrlPath
from components.mcp_platform.settings import ExternalHost
from components.model import Memory, Problem, Resources, Settings, Slug, Unique, refuse, refuse_all
from components.store_access import BucketAccess
from components.workload_settings import (
    ApplicationScaling,
    FixedScaling,
    ListScaling,
    OwnImage,
    ServerScaling,
    among,
)

MOST_REPLICAS: Final = 20
"""Replicas that an autoscaler may be allowed (platform, applications)."""
LEAST_START_SECONDS: Final = 40
_TMP: Final = "/tmp"  # noqa: S108 - the container's own

StartSeconds = Annotated[int, Field(ge=LEAST_START_SECONDS, le=1800, multiple_of=5, strict=True)]
"""How long a start may take; asked every 5 s. At least 40 (platform, applications)."""
TimeoutSeconds = Annotated[int, Field(ge=1, le=60, strict=True)]
Command = Annotated[list[Annotated[str, StringConstraints(min_length=1)]], Field(min_length=1)]
"""A command with its arguments: a list of texts, since no shell reads it."""
Reference = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z]([-a-z0-9]*[a-z0-9])?(/[a-z]([-a-z0-9]*[a-z0-9])?)?(:[a-z0-9]([-a-z0-9]*[a-z0-9])?)?$"
    ),
]
"""Whom an application calls: another by its name, or ``<namespace>/<workload>``; ``:<port's name>`` if not ``http``."""


class HttpHealth(Settings):
    """Asked over HTTP on the application's port."""

    kind: Literal["http"] = "http"
    path: UrlPath = "/health"
    """Whether it lives, and has started."""
    ready: UrlPath | None = None
    """Whether it may be sent requests. Left out: as ``path``."""
    start_seconds: StartSeconds = LEAST_START_SECONDS
    timeout_seconds: TimeoutSeconds = 1
    """How long an answer may take."""


class CommandHealth(Settings):
    """Asked by a command in the container: for what listens on no port."""

    kind: Literal["command"]
    command: Command
    """Ends with 0 when all is well."""
    period_seconds: Annotated[int, Field(ge=10, le=300, strict=True)] = 30
    """A command is a process of its own each time, so it is asked less often than a path."""
    start_seconds: StartSeconds = LEAST_START_SECONDS
    timeout_seconds: TimeoutSeconds = 10
    """How long the command may take."""


Health = Annotated[HttpHealth | CommandHealth, Field(discriminator="kind")]


class ApplicationRoute(Settings):
    """Where an application is found from outside."""

    host: Literal["web", "api"]
    """``web`` is the stack's domain itself, ``api`` is ``api.<domain>``: the names that CloudFront answers to."""
    path: UrlPath = "/"
    """Everything below it. CloudFront must hand it to the load balancer (``edge.distribution.api_paths``)."""
    sticky_seconds: Annotated[int, Field(ge=1, le=604800, strict=True)] | None = None
    """How long a client stays with its replica, by a cookie. Left out: each request goes where there is room."""
    sign_in: bool = False
    """Whether people prove who they are (``applications.sign_in``) before anything of theirs reaches it."""


class SignInSettings(Settings):
    """The identity provider (OpenID Connect) for what only some people may reach. It says who they are."""

    issuer: HttpsUrl
    """Whom its tokens name as their issuer."""
    authorization_endpoint: HttpsUrl
    """Where people are sent to sign in."""
    token_endpoint: HttpsUrl
    """Where the load balancer gets their tokens."""
    user_info_endpoint: HttpsUrl
    """Where it asks who they are."""
    secret_name: Slug
    """The client's secret, ``<platform>/<env>/<namespace>/<name>``: JSON with ``clientID`` and ``clientSecret``. The
    client's redirect URLs are ``https://<host>/oauth2/idpresponse``."""
    session_seconds: Annotated[int, Field(ge=300, le=86400, strict=True)] = 28800
    """How long a sign-in lasts."""


class RateLimit(Settings):
    """What a gateway of ours lets through from one client; the firewall's own limit stands before it."""

    requests_per_second: Annotated[int, Field(ge=1, le=10_000, strict=True)] = 50
    burst: Annotated[int, Field(ge=0, le=10_000, strict=True)] = 100
    """Requests above the rate that wait instead of being refused (429)."""


class Volume(Settings):
    """A disk that outlives the pod."""

    path: AbsolutePath
    size: Memory


class Migration(Settings):
    """The Job that brings the database's schema to the release, before any pod of it starts."""

    command: Command
    deadline_seconds: Annotated[int, Field(ge=60, le=7200, strict=True)] = 900
    """How long it may take with all its attempts."""


class Application(Settings):
    """One application."""

    image: OwnImage
    """What it runs, from the stack's own registry. With ``rollout.kind: blue_green`` it is the blue release."""
    command: Command | None = None
    """What is started. Left out: what the image says."""
    port: Annotated[int, Field(ge=1024, le=65535, strict=True)] | None = None
    """Where it listens; above 1023, since the process isn't root. Left out: nowhere, it takes its work from a queue."""
    transport: Literal["http", "websocket"] = "http"
    """``websocket``: connections last, so its routes must be sticky."""
    health: Health = HttpHealth()
    """How it is asked whether it is well."""
    metrics: UrlPath | None = None
    """Where Prometheus scrapes its port. Left out: nowhere."""
    env: dict[EnvName, str] = {}
    """Plain settings; nothing secret."""
    segment: Slug = "shared"
    """Which network segment it stands in. Applications call each other only within one."""
    calls: Annotated[list[Reference], Unique] = []
    """Whom it calls in the cluster. Nothing else is open to it, and nobody else may call it."""
    external_hosts: Annotated[list[ExternalHost], Unique] = []
    """Hosts outside that it may reach, through the egress proxy only."""
    database: Slug | None = None
    """Its service in the database (``data.services``): through the pooler, its migration directly."""
    mysql: Slug | None = None
    """Its service in MySQL (``data.mysql.services``), directly: for what knows no other database."""
    caches: dict[Slug, Slug] = {}
    """Caches of the data layer by name, and the user that it signs in as."""
    buckets: dict[Slug, BucketAccess] = {}
    """Buckets of the data layer by name, and what it may do with their objects, by an identity of its own."""
    secrets: Annotated[list[Slug], Unique] = []
    """Secrets by name, ``<platform>/<env>/<namespace>/<name>``; mounted as files."""
    writable: dict[AbsolutePath, Memory] = {}
    """Directories it writes to, and how much; on the node's disk, gone with the pod. ``/tmp`` it has in any case."""
    volume: Volume | None = None
    """A disk of its own. It then runs as one replica that is stopped before it is started anew."""
    resources: Resources | None = None
    """Of each replica. Left out: what ``defaults`` says."""
    scaling: ApplicationScaling | None = None
    """How many replicas: ``fixed``, by CPU and memory (``resource``), or by the list of its tasks in one of its caches
    (``queue``). Left out: what ``defaults`` says."""
    max_disrupted: Annotated[int, Field(ge=1, le=MOST_REPLICAS, strict=True)] = 1
    """Replicas that a drain may take at a time; with 0 no node could ever be emptied."""
    rollout: Rollout = Rolling()
    """How a new release comes in."""
    routes: list[ApplicationRoute] = []
    """Where it is found from outside. Empty: nowhere."""
    rate_limit: RateLimit | None = None
    """What it lets through from one client. Left out: it limits nothing itself."""
    migration: Migration | None = None
    """What must have run before a release starts."""
    delivery: Delivery | None = None
    """Who applies its objects, ``pulumi`` or ``argocd``. Left out: what ``defaults`` says."""

    @field_validator("writable")
    @classmethod
    def _apart_from_tmp(cls, value: dict[str, str]) -> dict[str, str]:
        refuse_all(
            Problem((path,), path, "another directory: /tmp is every pod's, and its secrets are below /var/run")
            for path in value
            if path == _TMP or f"{path}/".startswith("/var/run/secrets/")
        )
        return value

    @field_validator("volume")
    @classmethod
    def _mounted_alone(cls, value: Volume | None, info: ValidationInfo) -> Volume | None:
        if value is not None and value.path in {_TMP, *(info.data.get("writable") or ())}:
            refuse("a directory that is neither /tmp nor among writable", value=value.path, at=["path"])
        return value

    @field_validator("migration")
    @classmethod
    def _migrates_something(cls, value: Migration | None, info: ValidationInfo) -> Migration | None:
        if value is not None and all(info.data.get(key, "wrong") is None for key in ("database", "mysql")):
            refuse("nothing: the application has no database", value="given")
        return value

    @field_validator("mysql")
    @classmethod
    def _one_database(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("database") is not None:
            refuse("nothing beside database: an application has one", value=value)
        return value

    @field_validator("health")
    @classmethod
    def _asked_where_it_listens(cls, value: Health, info: ValidationInfo) -> Health:
        if "port" in info.data and info.data["port"] is None and value.kind == "http":
            refuse("command, since the application has no port", value=value.kind, at=["kind"])
        return value

    @field_validator("metrics")
    @classmethod
    def _scraped_where_it_listens(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and "port" in info.data and info.data["port"] is None:
            refuse("nothing: the application has no port to be scraped on", value=value)
        return value

    @field_validator("scaling")
    @classmethod
    def _within_reason(cls, value: ApplicationScaling | None, info: ValidationInfo) -> ApplicationScaling | None:
        if isinstance(value, (ResourceScaling, ListScaling)) and value.max_replicas > MOST_REPLICAS:
            refuse(f"at most {MOST_REPLICAS}", value=value.max_replicas, at=["max_replicas"])
        if isinstance(value, FixedScaling) and value.replicas > MOST_REPLICAS:
            refuse(f"at most {MOST_REPLICAS}", value=value.replicas, at=["replicas"])
        if info.data.get("volume") is not None and value is not None and not _single(value):
            refuse("fixed with one replica: its volume can be at one pod only", value=value.kind, at=["kind"])
        caches = info.data.get("caches")
        if isinstance(value, ListScaling) and caches is not None and value.cache not in caches:
            refuse(among(caches, value.cache, where="its caches"), value=value.cache, at=["cache"])
        return value

    @field_validator("rollout")
    @classmethod
    def _fits(cls, value: Rollout, info: ValidationInfo) -> Rollout:
        scaling = info.data.get("scaling")
        if value.kind == "recreate" and not (scaling is not None and _single(scaling)):
            refuse("rolling, or scaling {kind: fixed, replicas: 1}: recreate is for what must never run twice",
                   value=value.kind, at=["kind"])  # fmt: skip
        if value.kind in ("canary", "blue_green"):
            if "port" in info.data and info.data["port"] is None:
                refuse("rolling or recreate: an application without a port has no traffic to split",
                       value=value.kind, at=["kind"])  # fmt: skip
            if info.data.get("volume") is not None:
                refuse("rolling: two versions can't share one volume", value=value.kind, at=["kind"])
        second = {"canary": "image", "blue_green": "green"}.get(value.kind)
        if second is not None and getattr(value, second) == info.data.get("image"):
            refuse("an image other than the application's own", value=getattr(value, second).tag, at=[second, "tag"])
        return value

    @field_validator("routes")
    @classmethod
    def _reachable(cls, value: list[ApplicationRoute], info: ValidationInfo) -> list[ApplicationRoute]:
        if value and "port" in info.data and info.data["port"] is None:
            refuse("none: the application has no port", value=[f"{r.host}{r.path}" for r in value])
        scaling = info.data.get("scaling")
        if value and isinstance(scaling, ListScaling) and scaling.min_replicas == 0:
            refuse("none, or scaling.min_replicas of at least 1: nobody would answer while its list is empty",
                   value=[f"{r.host}{r.path}" for r in value])  # fmt: skip
        if info.data.get("transport") == "websocket":
            for index, route in enumerate(value):
                if route.sticky_seconds is None:
                    refuse("seconds, such as 3600: a websocket stays with its replica", value=None,
                           at=[index, "sticky_seconds"])  # fmt: skip
        return value

    @field_validator("rate_limit")
    @classmethod
    def _limits_something(cls, value: RateLimit | None, info: ValidationInfo) -> RateLimit | None:
        if value is not None and info.data.get("routes") == []:
            refuse("nothing: nobody comes from outside to an application without routes", value="given")
        return value


def _single(scaling: ApplicationScaling) -> bool:
    return isinstance(scaling, FixedScaling) and scaling.replicas == 1


class ApplicationDefaults(Settings):
    """What an application has that doesn't say otherwise."""

    scaling: ServerScaling = FixedScaling(kind="fixed", replicas=2)
    """How many replicas."""
    resources: Resources = Resources()
    """Of each replica."""
    delivery: Delivery = "pulumi"
    """Who applies its objects: the update itself, or Argo CD from the rendered branch."""


class SmokeTest(Settings):
    """The Job that asks every application for its health once a release is out, and stops the update if one fails."""

    image: OwnImage
    """Has ``/bin/smoke``, which reads the addresses from the variable ``TARGETS``, one a line."""


class LoadTest(Settings):
    """The Job that puts load on an application after the smoke test; over its thresholds it fails, and the update."""

    target: Slug
    """The application that is called."""
    path: UrlPath = "/health"
    """What is asked for."""
    virtual_users: Annotated[int, Field(ge=1, le=500, strict=True)] = 20
    """How many ask at a time."""
    seconds: Annotated[int, Field(ge=10, le=1800, strict=True)] = 120
    """How long."""
