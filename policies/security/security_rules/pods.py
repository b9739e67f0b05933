"""Where a Kubernetes object carries a pod's specification."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from .core.reading import Field
from .core.rules import Resource

_TYPE: Final = re.compile(r"kubernetes:(?:(?P<group>[^/:]+)/)?v\d[a-z0-9]*:(?P<kind>\w+)")

_TEMPLATES: Final[Mapping[str, tuple[str, ...]]] = {
    "Pod": (),
    "PodTemplate": ("template",),
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "Rollout": ("spec", "template"),
    "ScaledJob": ("spec", "jobTargetRef", "template"),
}
"""The way from an object to its pod template; a Pod is its own."""

_GROUPS: Final = frozenset({None, "core", "apps", "batch", "extensions", "argoproj.io", "keda.sh"})


@cache
def workload_kind(resource_type: str) -> str:
    """The kind where ``resource_type`` is a workload or a list of them (``Deployment``), else the empty text."""
    match = _TYPE.fullmatch(resource_type)
    if match is None or match["group"] not in _GROUPS:
        return ""
    kind = match["kind"].removesuffix("List")
    return kind if kind in _TEMPLATES else ""


def is_workload(resource_type: str) -> bool:
    """Whether objects of the type carry pods."""
    return bool(workload_kind(resource_type))


@dataclass(frozen=True)
class Pod:
    """A pod template in an object: kind and namespace of the object, the template's metadata and pod specification."""

    kind: str
    namespace: Field
    metadata: Field
    spec: Field

    @property
    def containers(self) -> Iterator[Field]:
        """Every container: of the pod, its initialisation and debugging."""
        for name in ("containers", "initContainers", "ephemeralContainers"):
            yield from self.spec[name].each()

    @property
    def main_containers(self) -> Iterator[Field]:
        """The containers that serve: no initialisation, but side-cars that stay."""
        yield from self.spec["containers"].each()
        for container in self.spec["initContainers"].each():
            if container["restartPolicy"].text == "Always":
                yield container

    @property
    def hidden(self) -> Iterator[Field]:
        """Lists of containers, one of them, or the whole specification, that are not known yet."""
        if self.spec.unknown:
            yield self.spec
            return
        for name in ("containers", "initContainers", "ephemeralContainers"):
            yield from (it for it in (self.spec[name], *self.spec[name].each()) if it.unknown)


def pods(resource: Resource) -> Iterator[Pod]:
    """The pod template of a workload, or of each item of a list of them."""
    kind = workload_kind(resource.type)
    objects = [resource.props]
    if resource.type.endswith("List"):  # one that isn't known is shown to a rule, which then says so
        items = resource["items"]
        objects = [items[0]] if items.unknown else list(items.each())
    for item in objects:
        template = item.at(*_TEMPLATES[kind])
        yield Pod(kind, item.at("metadata", "namespace"), template["metadata"], template["spec"])
