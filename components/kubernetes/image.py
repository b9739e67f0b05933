"""A container image: repository, exact tag, digest or none."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints, field_validator

from components.model import Settings, refuse

Repository = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$", max_length=255
    ),
]
Tag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]


class Image(Settings):
    """A container image by exact tag, and by digest where it is known. A digest is never invented."""

    repository: Repository
    """Registry and path without a tag, ``111122223333.dkr.ecr.us-east-1.amazonaws.com/toolboxai/dev/backend``."""
    tag: Tag
    digest: Digest | None = None

    @field_validator("tag")
    @classmethod
    def _exact(cls, value: str) -> str:
        if value == "latest":
            refuse("an exact tag: what latest means changes under a running workload", value=value)
        return value

    @property
    def reference(self) -> str:
        """What the kubelet pulls: the digest decides where there is one, the tag is then for the reader."""
        tagged = f"{self.repository}:{self.tag}"
        return f"{tagged}@{self.digest}" if self.digest else tagged
