"""How many pods a workload has: a fixed number, by CPU and memory (HPA), or by what waits for it (KEDA). Never two."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from components.model import DnsLabel, Percent, Settings, refuse

Replicas = Annotated[int, Field(ge=1, le=1000, strict=True)]
Seconds = Annotated[int, Field(ge=0, le=86400, strict=True)]


class ScalingRate(Settings):
    """At most ``percent`` of the pods in ``period_seconds``, on the strongest advice of the last ``window_seconds``."""

    window_seconds: Annotated[int, Field(ge=0, le=3600, strict=True)]
    percent: Annotated[int, Field(ge=1, le=1000, strict=True)]
    period_seconds: Annotated[int, Field(ge=1, le=1800, strict=True)] = 60


UP = ScalingRate(window_seconds=60, percent=100)
"""Double in a minute (platform, applications)."""
DOWN = ScalingRate(window_seconds=300, percent=50)
"""Halve in a minute, after five quiet ones (platform, applications)."""


def _not_below_minimum(value: int, info: ValidationInfo) -> int:
    minimum = info.data.get("min_replicas")
    if minimum is not None and value < minimum:
        refuse(f"at least min_replicas, {minimum}", value=value)
    return value


class ResourceScaling(Settings):
    """An autoscaler on the pods' mean use of CPU and memory, in per cent of what they request."""

    kind: Literal["resource"] = "resource"
    min_replicas: Replicas
    max_replicas: Replicas
    cpu_percent: Percent | None = 70
    memory_percent: Percent | None = 80
    up: ScalingRate = UP
    down: ScalingRate = DOWN

    _ordered = field_validator("max_replicas")(_not_below_minimum)

    @field_validator("memory_percent")
    @classmethod
    def _something(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is None and info.data.get("cpu_percent", 0) is None:
            refuse("a percentage here or in cpu_percent: an autoscaler needs something to go by", value=value)
        return value


class RedisListTrigger(Settings):
    """One pod for every ``per_pod`` entries of a Redis or Valkey list."""

    type: Literal["redis"] = "redis"
    address: Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+:[0-9]{2,5}$")] | None = None
    """``host:port`` of the cache. Left out: the key ``address`` of the credentials, as KEDA takes it from there too."""
    list_name: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    per_pod: Annotated[int, Field(ge=1, strict=True)] = 5
    tls: bool = True
    credentials: DnsLabel | None = None
    """The workload's secret (its ``name``) that holds ``username`` and ``password``."""
    authentication: DnsLabel | None = None
    """Instead: a TriggerAuthentication of the namespace, which workloads share and somebody else makes."""

    @field_validator("authentication")
    @classmethod
    def _one_login(cls, value: str | None, info: ValidationInfo) -> str | None:
        if (value is None) == (info.data.get("credentials") is None):
            refuse("either this or credentials: the scaler signs in one way", value=value)
        return value


class PrometheusTrigger(Settings):
    """One pod for every ``per_pod`` of what a PromQL query answers."""

    type: Literal["prometheus"] = "prometheus"
    address: Annotated[str, StringConstraints(pattern=r"^http://[a-z0-9.-]+(:[0-9]{2,5})?$")]
    query: Annotated[str, StringConstraints(min_length=1)]
    per_pod: Annotated[int, Field(ge=1, strict=True)]


Trigger = Annotated[RedisListTrigger | PrometheusTrigger, Field(discriminator="type")]


class EventScaling(Settings):
    """An autoscaler on what waits: KEDA, which may go down to no pod at all."""

    kind: Literal["event"] = "event"
    min_replicas: Annotated[int, Field(ge=0, le=1000, strict=True)]
    max_replicas: Replicas
    triggers: Annotated[tuple[Trigger, ...], Field(min_length=1)]
    polling_seconds: Annotated[int, Field(ge=1, le=600, strict=True)] = 15
    cooldown_seconds: Seconds = 300
    up: ScalingRate = UP
    down: ScalingRate = DOWN

    _ordered = field_validator("max_replicas")(_not_below_minimum)


Scaling = Annotated[ResourceScaling | EventScaling, Field(discriminator="kind")]
