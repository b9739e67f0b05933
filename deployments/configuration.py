"""What a product's stack file says about its deployments, by the same machinery as an environment's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from components.context import Region
from components.model import AccountId, Settings
from components.times import Cron
from settings.sections import NAMESPACES, Checks, load, parse

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")]
Part = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{1,11}$")]
"""First and second part of everything that a stack owns (``components.context``)."""


class Source(Settings):
    """Where the program is."""

    organization: Name
    """Organization in Pulumi Cloud."""
    project: Name = "platform"
    repository: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$")]
    """On GitHub, ``<owner>/<name>``; Pulumi's GitHub App must be installed there."""
    branch: Name = "main"


class StackDeployment(Settings):
    """How one stack is run."""

    platform: Part
    """As the stack's own file has it, like the three that follow."""
    env: Part
    account_id: AccountId
    region: Region
    on_push: bool = False
    """Whether a push to the branch updates it. Otherwise somebody asks for it: the release's workflow."""
    agent_pool: Name | None = None
    """Where the run is: the pool inside the account's network. Left out: with Pulumi."""
    session_hours: Annotated[int, Field(ge=1, le=12, strict=True)] = 2
    """How long a run's credentials are good for; at most what the account's ``deploy.hours`` says."""
    drift: Cron | None = None
    """When it is looked whether the cloud is still as the state says: five cron fields, UTC. Nothing is mended."""


class StackSettings(Settings):
    """Everything that a product's stack file may say."""

    source: Source
    """Where the program is: organization in Pulumi Cloud, repository, branch."""
    stacks: Annotated[dict[Name, StackDeployment], Field(min_length=1)]
    """The stacks by name."""

    @classmethod
    def load(cls) -> StackSettings:
        """The settings of the stack being deployed. ``pulumi.RunError`` names every wrong key."""
        return load(cls, CHECKS)

    @classmethod
    def parse(cls, raw: Mapping[str, object], *, project: str, file: str) -> StackSettings:
        """``raw`` (the project's keys without their namespace) as settings; ``file`` is named in the errors."""
        return parse(cls, CHECKS, raw, project=project, file=file)


CHECKS: Final[Checks] = ()
"""Nothing must hold between the sections."""

__all__ = ["CHECKS", "NAMESPACES", "StackSettings"]
