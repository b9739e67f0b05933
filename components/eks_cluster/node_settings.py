"""The shapes of nodes: what node groups and Karpenter's pools have in common, and what is refused of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from components.model import Problem, Settings, refuse, refuse_all, repeated
from components.versions import AL2023_RELEASE, INSTANCE_TYPES, Architecture

NodeCount = Annotated[int, Field(ge=0, le=100, strict=True)]
_LABEL_VALUE: Final = r"^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$"
LabelKey = Annotated[
    str, StringConstraints(pattern=r"^([a-z0-9.-]{1,190}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$")
]
"""A Kubernetes label key, with or without a domain."""
LabelValue = Annotated[str, StringConstraints(pattern=_LABEL_VALUE)]

_RESERVED: Final = re.compile(r"(^|\.)(kubernetes\.io|k8s\.io|eks\.amazonaws\.com|karpenter\.sh|k8s\.aws)/")

NODE_GROUP_LABEL: Final = "node-group"
"""Label on every node of ours: the name of its group or pool."""


class Taint(Settings):
    """What keeps pods off a node unless they tolerate it."""

    key: LabelKey
    value: LabelValue = ""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] = "NoSchedule"


class NodeShape(Settings):
    """What a node is: its types, how it is paid, its image, disk, labels and taints."""

    instance_types: Annotated[list[str], Field(min_length=1)]
    """EC2 instance types of one architecture, the one wanted most first."""
    capacity: Literal["on-demand", "spot"] = "on-demand"
    """Spot nodes cost about a third and go with two minutes' notice."""
    image: Literal["al2023", "bottlerocket"] = "al2023"
    """Operating system: Amazon Linux 2023 or Bottlerocket."""
    volume_gib: Annotated[int, Field(ge=20, le=1000, strict=True)] = 50
    """Disk for images, logs and emptyDir volumes, in GiB. gp3, encrypted with the stack's own key."""
    labels: dict[LabelKey, LabelValue] = {}
    """Kubernetes labels of the nodes, beside ``node-group``."""
    taints: list[Taint] = []
    """Kubernetes taints of the nodes."""

    @field_validator("instance_types")
    @classmethod
    def _known(cls, value: list[str]) -> list[str]:
        unknown = [Problem((i,), name, _offered()) for i, name in enumerate(value) if name not in INSTANCE_TYPES]
        refuse_all([*unknown, *(Problem((i,), name, "each type once") for i, name in repeated(value))])
        if len({INSTANCE_TYPES[name].arch for name in value}) > 1:
            refuse(
                "types of one architecture: a group has one machine image, so x86_64 and arm64 don't mix", value=value
            )
        return value

    @field_validator("labels")
    @classmethod
    def _ours(cls, value: dict[str, str]) -> dict[str, str]:
        refuse_all(
            Problem(
                (key,),
                key,
                "a label of our own: kubernetes.io, k8s.io, eks.amazonaws.com, karpenter.sh and "
                f"{NODE_GROUP_LABEL} are set by others",
            )
            for key in value
            if _RESERVED.search(key) or key == NODE_GROUP_LABEL
        )
        return value

    @field_validator("taints")
    @classmethod
    def _once(cls, value: list[Taint]) -> list[Taint]:
        refuse_all(
            Problem((i,), key, "each key and effect once") for i, key in repeated(f"{t.key}:{t.effect}" for t in value)
        )
        return value

    @property
    def architecture(self) -> Architecture:
        """The one architecture of the instance types."""
        return INSTANCE_TYPES[self.instance_types[0]].arch


class NodeGroupSettings(NodeShape):
    """A node group that EKS manages, and how many nodes it has."""

    min: NodeCount
    """Fewest nodes; 0 where off hours take the group to none."""
    max: Annotated[int, Field(ge=1, le=100, strict=True)]
    """Most nodes."""
    desired: NodeCount
    """Nodes at first and after each night. What scales the group later is left alone."""

    @field_validator("max")
    @classmethod
    def _above_min(cls, value: int, info: ValidationInfo) -> int:
        least = info.data.get("min")
        if least is not None and value < least:
            refuse(f"at least min, {least}", value=value)
        return value

    @field_validator("desired")
    @classmethod
    def _between(cls, value: int, info: ValidationInfo) -> int:
        least, most = info.data.get("min"), info.data.get("max")
        if least is not None and most is not None and not least <= value <= most:
            refuse(f"from min to max, {least} to {most}", value=value)
        return value

    @property
    def base(self) -> bool:
        """Whether any pod may count on the group's nodes: on demand, no taints, at least one desired."""
        return self.capacity == "on-demand" and not self.taints and self.desired > 0


class NodePoolSettings(NodeShape):
    """Nodes that Karpenter starts and stops by itself."""

    image_release: Annotated[str, StringConstraints(pattern=r"^v[0-9]+(\.[0-9]+)*$")] | None = None
    """Release of the machine image, ``v20260714`` or ``v1.50.0``: pinned, for ``latest`` would replace every node with
    each release of AWS's. Left out: the pinned one, which there is for AL2023 only."""
    max: Annotated[int, Field(ge=1, le=100, strict=True)]
    """Most nodes, of the smallest type: together their processors are the pool's limit."""

    @field_validator("image_release")
    @classmethod
    def _known_release(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("image") == "bottlerocket":
            refuse("a release of Bottlerocket that has the cluster's Kubernetes version, such as v1.50.0")
        return value

    def kept_for(self, name: str) -> list[Taint]:
        """The taints of the pool ``name``: a spot pool's own is always among them.

        Who can't say that two minutes' notice will do isn't put there, however full the other nodes are.
        """
        own = Taint(key=NODE_GROUP_LABEL, value=name)
        spot = self.capacity == "spot" and all((t.key, t.effect) != (own.key, own.effect) for t in self.taints)
        return [*([own] if spot else []), *self.taints]

    @property
    def release(self) -> str:
        """The release of the machine image: given here, else pinned."""
        return self.image_release or AL2023_RELEASE

    @property
    def cpu_limit(self) -> int:
        """Processors that the pool's nodes may have together: Karpenter limits processors, not nodes."""
        return self.max * INSTANCE_TYPES[smallest(self.instance_types)].vcpu


def smallest(instance_types: Sequence[str]) -> str:
    """The type with the fewest processors and the least memory: what capacity is counted with."""
    return min(instance_types, key=lambda name: (INSTANCE_TYPES[name].vcpu, INSTANCE_TYPES[name].memory_gib, name))


def max_pods(instance_types: Sequence[str], *, prefix_delegation: bool) -> int:
    """Pod slots that a node of any of the types has."""
    return min(INSTANCE_TYPES[name].max_pods(prefix_delegation=prefix_delegation) for name in instance_types)


def _offered() -> str:
    families = sorted({name.split(".")[0] for name in INSTANCE_TYPES})
    return (
        f"an instance type of the table in components/versions.py, families {', '.join(families)}, such as m6i.xlarge"
    )
