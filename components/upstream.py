"""Public registries, and how the platform reads their images: through the account's pull-through caches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from components.kubernetes.image import Image
from components.naming import Names
from components.versions import IMAGES


@dataclass(frozen=True)
class Upstream:
    """A public registry that the account can have a cache of."""

    host: str
    """As references of images name it."""
    url: str
    """As ECR names it."""
    login: bool = False
    """Whether ECR wants a login for it (ECR user guide, pull through cache)."""


UpstreamName: TypeAlias = Literal["docker-hub", "quay", "ghcr", "k8s", "ecr-public"]
UPSTREAMS: Final[Mapping[UpstreamName, Upstream]] = {
    "docker-hub": Upstream("docker.io", "registry-1.docker.io", login=True),
    "quay": Upstream("quay.io", "quay.io"),
    "ghcr": Upstream("ghcr.io", "ghcr.io", login=True),
    "k8s": Upstream("registry.k8s.io", "registry.k8s.io"),
    "ecr-public": Upstream("public.ecr.aws", "public.ecr.aws"),
}
"""Public registries by the first part of their repositories' names in the account's registry."""
_READ: Final[tuple[UpstreamName, ...]] = ("docker-hub", "quay", "ghcr")
"""Those that the platform's own workloads, and charts that are told so, read images through."""
_PREFIXES: Final[Mapping[str, UpstreamName]] = {UPSTREAMS[name].host: name for name in _READ}


def pull_through(names: Names) -> dict[str, str]:
    """Where images of public registries are read instead, by the registry's host."""
    return {host: f"{names.registry}/{prefix}" for host, prefix in _PREFIXES.items()}


def cache_arns(names: Names) -> list[str]:
    """The repositories of the caches, as IAM knows them."""
    return [names.arn("ecr", f"repository/{prefix}/*") for prefix in _PREFIXES.values()]


def cached(repository: str) -> str:
    """What a public repository is called in the account's registry: ``quay/argoproj/argocd``.

    ``KeyError`` for one of a registry that nothing is read through.
    """
    host, _, path = repository.partition("/")
    return f"{_PREFIXES[host]}/{path}"


def upstream(name: str, names: Names) -> Image:
    """The pinned image of that short name, as nodes of the stack pull it. ``KeyError`` for one that isn't pinned."""
    image = IMAGES[name]
    return Image(repository=f"{names.registry}/{cached(image.repository)}", tag=image.tag)
