"""What every custom resource class stands on: a frozen pydantic model that knows its group, version and kind."""

from __future__ import annotations

from typing import Annotated, ClassVar, cast

import msgspec
from lightkube.models.meta_v1 import ObjectMeta
from pydantic import BaseModel, ConfigDict, InstanceOf, PlainSerializer

from components.kubernetes.manifest import Json


def _dump(metadata: ObjectMeta) -> dict[str, Json]:
    return cast("dict[str, Json]", msgspec.to_builtins(metadata))


Metadata = Annotated[InstanceOf[ObjectMeta], PlainSerializer(_dump, return_type=dict)]


class Part(BaseModel):
    """A piece of a custom resource. Its fields are the API's own names; unknown ones and wrong types are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class CustomResource(Part):
    """One custom resource. A subclass gives ``api_version``, ``resource_kind`` and a typed ``spec``."""

    api_version: ClassVar[str]
    resource_kind: ClassVar[str]

    metadata: Metadata

    @property
    def apiVersion(self) -> str:  # noqa: N802 - the API's own field name
        """Group and version."""
        return self.api_version

    @property
    def kind(self) -> str:
        """The kind."""
        return self.resource_kind

    def to_dict(self) -> dict[str, Json]:
        """The object as the API server reads it."""
        return {"apiVersion": self.api_version, "kind": self.resource_kind, **self.model_dump(exclude_none=True)}
