"""What a Kubernetes object is in this program: a typed, pure value with ``to_dict()``.

Built-in kinds are the structs of ``lightkube.models`` (generated from the schema of Kubernetes 1.36), custom ones the
classes of ``crds``. Both hold plain data only: a cloud value that isn't known yet has no place in a manifest.
"""

from __future__ import annotations

from typing import Protocol

from lightkube.models.meta_v1 import ObjectMeta
from typing_extensions import TypeAliasType

Json = TypeAliasType("Json", "bool | int | float | str | list[Json] | dict[str, Json] | None")
"""Plain data, as JSON knows it."""


class Manifest(Protocol):
    """One Kubernetes object as plain typed data."""

    @property
    def apiVersion(self) -> str | None:  # noqa: N802 - the API's own field name
        """Group and version, ``apps/v1``."""

    @property
    def kind(self) -> str | None:
        """The kind, ``Deployment``."""

    @property
    def metadata(self) -> ObjectMeta | None:
        """Name, namespace, labels and annotations."""

    def to_dict(self) -> dict[str, Json]:
        """The object as the API server reads it: camelCase keys, absent fields left out."""


def api_version_of(manifest: Manifest) -> str:
    """The manifest's group and version. ``ValueError`` where it has none."""
    if not manifest.apiVersion:
        raise ValueError(f"{type(manifest).__name__} has no apiVersion")
    return manifest.apiVersion


def kind_of(manifest: Manifest) -> str:
    """The manifest's kind. ``ValueError`` where it has none."""
    if not manifest.kind:
        raise ValueError(f"{type(manifest).__name__} has no kind")
    return manifest.kind


def metadata_of(manifest: Manifest) -> ObjectMeta:
    """The manifest's metadata. ``ValueError`` where it has none."""
    if manifest.metadata is None:
        raise ValueError(f"{kind_of(manifest)} has no metadata")
    return manifest.metadata


def name_of(manifest: Manifest) -> str:
    """The manifest's name. ``ValueError`` where it has none: a generated name can't be referred to."""
    name = metadata_of(manifest).name
    if not name:
        raise ValueError(f"{kind_of(manifest)} has no name")
    return name


def namespace_of(manifest: Manifest) -> str | None:
    """The manifest's namespace, ``None`` for what the whole cluster shares."""
    return metadata_of(manifest).namespace
