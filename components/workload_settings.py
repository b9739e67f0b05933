"""What the stack files say alike of every workload of ours: its image, its scaling, lists without repetition."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator

from components.kubernetes.image import Digest, Image
from components.kubernetes.scaling import EventScaling, RedisListTrigger, Replicas, ResourceScaling
from components.model import Settings, Slug, one_of, refuse
from components.naming import Names

_FEW: Final = 12
"""Up to so many names an error lists."""

_EXACT: Final = re.compile(r"v?\d+\.\d+\.\d+([._-][\w.-]+)?|(sha|git)-[0-9a-f]{7,40}|\d{8}[.-][\w.-]+", re.ASCII)
"""Forms of a tag that names one build for ever: a full version, a commit, a date with a build."""

ImageName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*$", max_length=100),
]
"""The last part of an ECR repository's name (ECR's own pattern)."""


def _exact_tag(value: str) -> str:
    if not _EXACT.fullmatch(value):
        refuse(
            "a tag that names one build for ever: a full version (1.4.2, v1.4.2-rc.1), a commit (sha-1a2b3c4) or a "
            "date with a build (20261121-7); latest and the like move",
            value=value,
        )
    return value


ExactTag = Annotated[str, StringConstraints(max_length=128), AfterValidator(_exact_tag)]


class OwnImage(Settings):
    """An image that we build, in the stack's own registry: ``<account>.dkr.ecr.<region>…/<platform>/<env>/<name>``."""

    name: ImageName
    """The repository's last part, ``mcp-server``."""
    tag: ExactTag
    """Exact: a full version, a commit or a date with a build."""
    digest: Digest | None = None
    """``sha256:…`` where it is known. Never invented."""

    def in_registry(self, names: Names) -> Image:
        """The image as the kubelet pulls it in the stack that ``names`` belongs to."""
        return Image(repository=f"{names.registry}/{names.repository(self.name)}", tag=self.tag, digest=self.digest)


class FixedScaling(Settings):
    """As many replicas as the file says."""

    kind: Literal["fixed"]
    replicas: Replicas
    """How many, always."""


class QueueScaling(Settings):
    """KEDA on the length of the workload's own list in the cache."""

    kind: Literal["queue"]
    min_replicas: Annotated[int, Field(ge=0, le=100, strict=True)] = 1
    """Fewest replicas; 0 lets the workload sleep while its list is empty."""
    max_replicas: Replicas = 10
    """Most replicas. Quota and capacity are computed with it."""
    target_length: Annotated[int, Field(ge=1, le=10_000, strict=True)] = 5
    """Waiting tasks for each replica."""
    cooldown_seconds: Annotated[int, Field(ge=30, le=3600, strict=True)] = 300
    """How long the list must be empty before the last replica goes, in seconds. 300 is KEDA's own figure."""

    @field_validator("max_replicas")
    @classmethod
    def _ordered(cls, value: int, info: ValidationInfo) -> int:
        least = info.data.get("min_replicas")
        if least is not None and value < least:
            refuse(f"at least min_replicas, {least}", value=value)
        return value

    def on(self, list_name: str, *, authentication: str | None = None, credentials: str | None = None) -> EventScaling:
        """The autoscaler on ``list_name``.

        It signs in by one of both: a TriggerAuthentication of the namespace, or one of the workload's own secrets.
        """
        trigger = RedisListTrigger(
            list_name=list_name,
            per_pod=self.target_length,
            credentials=credentials,
            authentication=authentication,
        )
        return EventScaling(
            min_replicas=self.min_replicas,
            max_replicas=self.max_replicas,
            triggers=(trigger,),
            cooldown_seconds=self.cooldown_seconds,
        )


class ListScaling(QueueScaling):
    """The same on a list that others name: Celery's queue, whose list is called as the queue is."""

    cache: Slug = "queue"
    """Cache that the list is in. KEDA signs in to it as the workload does."""
    list_name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,128}$")] = "celery"
    """The list's name; ``celery`` is Celery's own (Celery, ``task_default_queue``)."""


ServerScaling = Annotated[FixedScaling | ResourceScaling, Field(discriminator="kind")]
"""How a workload that is called scales: ``fixed``, or by CPU and memory (``resource``, an HPA). Never both."""
WorkerScaling = Annotated[FixedScaling | ResourceScaling | QueueScaling, Field(discriminator="kind")]
"""How a workload that takes tasks from a list scales: ``fixed``, ``resource`` or ``queue``, exactly one of them."""
ApplicationScaling = Annotated[FixedScaling | ResourceScaling | ListScaling, Field(discriminator="kind")]
"""How an application scales: as a server, or by a list that it names."""


def most_replicas(scaling: FixedScaling | ResourceScaling | QueueScaling) -> int:
    """Replicas at most."""
    return scaling.replicas if isinstance(scaling, FixedScaling) else scaling.max_replicas


def among(names: Collection[str], given: str, *, where: str) -> str:
    """What an error offers instead of ``given``: all names while they are few, else those that look like it."""
    if not names:
        return f"nothing: there is none ({where})"
    if len(names) <= _FEW:
        return f"{one_of(names)} ({where})"
    near = difflib.get_close_matches(given, names, n=3)
    return f"one of the {len(names)} names of {where}" + (f"; did you mean {' or '.join(near)}?" if near else "")
