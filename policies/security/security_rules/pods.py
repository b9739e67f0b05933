"""Where a Kubernetes object carries a pod's specification."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from .core.reading import Field
from .core.rules import Resource

_TEMPLATES: Final[Mapping[str, tuple[str, ...]]] = {
    "kubernetes:core/v1:Pod": (),
    "kubernetes:core/v1:PodTemplate": ("template",),
    "kubernetes:core/v1:ReplicationController": ("spec", "template"),
    "kubernetes:apps/v1:Deployment": ("spec", "template"),
    "kubernetes:apps/v1:StatefulSet": ("spec", "template"),
    "kubernetes:apps/v1:DaemonSet": ("spec", "template"),
    "kubernetes:apps/v1:ReplicaSet": ("spec", "template"),
    "kubernetes:batch/v1:Job": ("spec", "template"),
    "kubernetes:batch/v1:CronJob": ("spec", "jobTemplate", "spec", "template"),
    "kubernetes:argoproj.io/v1:Rollout": ("spec", "template"),
    "kubernetes:keda.sh/v1:ScaledJob": ("spec", "jobTargetRef", "template"),
}
"""The way from an object of each kind (``objects.canonical``) to its pod template; a Pod is its own."""


def is_workload(kind: str) -> bool:
    """Whether objects of the kind carry pods."""
    return kind in _TEMPLATES


@dataclass(frozen=True)
class Pod:
    """A pod template in an object: kind and namespace of the object, the template's metadata and pod specification."""

    kind: str
    namespace: Field
    metadata: Field
    spec: Field

    @property
    def windows(self) -> bool:
        """Whether it runs on Windows, where much of a security context means nothing and is refused."""
        return self.spec["os"]["name"].text == "windows"

    @property
    def containers(self) -> Iterator[Field]:
        """Every container: of the pod, its initialisation and debugging."""
        for name in ("containers", "initContainers", "ephemeralContainers"):
            yield from self.spec[name].each()

    @property
    def planned_containers(self) -> Iterator[Field]:
        """The same without those for debugging, which take no resources."""
        for name in ("containers", "initContainers"):
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


def pod_of(resource: Resource) -> Pod:
    """The pod template of a workload."""
    template = resource.props.at(*_TEMPLATES[resource.type])
    namespace = resource.props.at("metadata", "namespace")
    return Pod(resource.type.rpartition(":")[2], namespace, template["metadata"], template["spec"])
