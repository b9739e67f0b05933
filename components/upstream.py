"""Images of public registries, read through the account's pull-through caches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from components.kubernetes.image import Image
from components.naming import Names
from components.versions import IMAGES, UpstreamImage

CACHES: Final[Mapping[str, str]] = {"docker.io": "docker-hub", "quay.io": "quay", "ghcr.io": "ghcr"}
"""Pull-through caches that the platform's images come through: registry to the first part of repositories' names."""


def pull_through(names: Names) -> dict[str, str]:
    """Where images of public registries are read instead: the account's pull-through caches."""
    return {host: f"{names.registry}/{prefix}" for host, prefix in CACHES.items()}


def cache_arns(names: Names) -> list[str]:
    """The repositories of the caches, as IAM knows them."""
    return [names.arn("ecr", f"repository/{prefix}/*") for prefix in CACHES.values()]


def mirrored(image: UpstreamImage, caches: Mapping[str, str]) -> Image:
    """``image`` through the account's pull-through cache of its registry, or from the registry where there is none."""
    host, _, path = image.repository.partition("/")
    return Image(repository=f"{caches.get(host, host)}/{path}", tag=image.tag)


def upstream(name: str, names: Names) -> Image:
    """The pinned image of that short name, as nodes of the stack pull it. ``KeyError`` for one that isn't pinned."""
    return mirrored(IMAGES[name], pull_through(names))
