"""The push role: what runs of the images' own repositories take to push to the environment's registry."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Final

import pulumi
import pulumi_aws as aws
from pydantic import Field

from account.deploy.statements import Allow, document
from account.deploy.trust import GitHubEnvironment, GitHubRepository, github_trust
from components.context import Context
from components.keys import Document
from components.model import Settings, each_once
from components.naming import Names
from components.security_baseline.trail import ACCOUNT_PATH

ROLE: Final = "push"
_HOUR: Final = 3600


class ImageSettings(Settings):
    """Whose images come into the environment's registry."""

    repositories: Annotated[list[GitHubRepository], Field(min_length=1, max_length=20), each_once("repository")]
    """``<owner>/<name>`` of the GitHub repositories that call the workflow ``image.yml``."""
    environment: GitHubEnvironment
    """GitHub environment of each that the workflow's job runs in: its branches and reviewers are the way in."""


def push_trust(account_id: str, settings: ImageSettings) -> Document:
    """Jobs of the repositories in that environment. A called workflow's token names the repository that calls it."""
    return github_trust(
        account_id, [f"repo:{repository}:environment:{settings.environment}" for repository in settings.repositories]
    )


def push_statements(names: Names) -> list[Allow]:
    """Layers, manifests and signatures into the environment's own repositories, and nothing taken away."""
    return [
        Allow(
            "SignIn",
            ["ecr:GetAuthorizationToken"],
            ["*"],
            "the call knows no repository: what the token opens, the other statement says",
        ),
        Allow(
            "Push",
            [
                f"ecr:{call}"
                for call in (
                    "BatchCheckLayerAvailability",
                    "BatchGetImage",
                    "CompleteLayerUpload",
                    "GetDownloadUrlForLayer",
                    "InitiateLayerUpload",
                    "PutImage",
                    "UploadLayerPart",
                )
            ],
            [names.arn("ecr", f"repository/{names.platform}/{names.env}/*")],
            "the environment's repositories, by the path of their names; a signer reads what it signs",
        ),
    ]


class ImageRole(pulumi.ComponentResource):
    """A role that pushes, and that only tokens of the listed repositories' runs open.

    It stands on the account's own path, where no deployment reaches it.
    """

    arn: pulumi.Output[str]

    def __init__(
        self,
        settings: ImageSettings,
        context: Context,
        *,
        providers: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """``providers``: the account's OIDC providers, where they are made here."""
        super().__init__("platform:index:ImageRole", "images", None, opts)
        names = context.names
        role = aws.iam.Role(
            ROLE,
            name=names.role(ROLE),
            path=ACCOUNT_PATH,
            description=f"GitHub, to push images of {names.prefix}",
            assume_role_policy=json.dumps(push_trust(names.account_id, settings)),
            max_session_duration=_HOUR,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(providers) or None),
        )
        aws.iam.RolePolicy(
            ROLE,
            role=role.name,
            policy=json.dumps(document(ROLE, push_statements(names))),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = role.arn
        self.register_outputs({"arn": self.arn})
