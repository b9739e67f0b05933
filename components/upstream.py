"""Images of public registries, read through the account's pull-through caches."""

from __future__ import annotations

from collections.abc import Mapping

from components.kubernetes.image import Image
from components.naming import Names
from components.versions import IMAGES, UpstreamImage


def pull_through(names: Names) -> dict[str, str]:
    """Where images of public registries are read instead: the account's pull-through caches."""
    registries = {"docker.io": "docker-hub", "quay.io": "quay", "ghcr.io": "ghcr"}
    return {host: f"{names.registry}/{prefix}" for host, prefix in registries.items()}


def mirrored(image: UpstreamImage, caches: Mapping[str, str]) -> Image:
    """``image`` through the account's pull-through cache of its registry, or from the registry where there is none."""
    host, _, path = image.repository.partition("/")
    return Image(repository=f"{caches.get(host, host)}/{path}", tag=image.tag)


def upstream(name: str, names: Names) -> Image:
    """The pinned image of that short name, as nodes of the stack pull it. ``KeyError`` for one that isn't pinned."""
    return mirrored(IMAGES[name], pull_through(names))
