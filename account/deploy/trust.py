"""Who may take the roles: runs of the repository's workflows and of Pulumi Deployments, known by their tokens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from account.deploy.statements import TRUST_LIMIT
from components.keys import Document, Statement
from components.model import Settings, each_once, refuse

GITHUB: Final = "token.actions.githubusercontent.com"
GITHUB_AUDIENCE: Final = "sts.amazonaws.com"
PULUMI: Final = "api.pulumi.com/oidc"

GitHubRepository = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$")]
GitHubEnvironment = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _.-]{0,62}$")]
Organization = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
StackName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")]


class GitHub(Settings):
    """The repository whose workflows deploy."""

    repository: GitHubRepository
    """``<owner>/<name>``."""
    environment: GitHubEnvironment
    """GitHub environment that a job must run in to deploy: its reviewers and branches are the way in."""


class PulumiDeployments(Settings):
    """The stacks that Pulumi Deployments runs."""

    organization: Organization
    """Organization in Pulumi Cloud: also the tokens' audience."""
    project: Organization = "platform"
    stacks: Annotated[list[StackName], Field(min_length=1, max_length=6), each_once("stack")]
    """Stacks of the project that live in this account and region."""


class DeploySettings(Settings):
    """Who deploys into the account. At least one of the two."""

    github: GitHub | None = None
    pulumi: PulumiDeployments | None = None
    hours: Annotated[int, Field(ge=1, le=12, strict=True)] = 2
    """Hours that a deployment's credentials are good for at most."""

    @field_validator("pulumi")
    @classmethod
    def _someone(cls, value: PulumiDeployments | None, info: ValidationInfo) -> PulumiDeployments | None:
        if value is None and "github" in info.data and info.data["github"] is None:
            refuse("github, pulumi or both: else nobody can deploy", value=None)
        return value


def provider_arn(account_id: str, url: str) -> str:
    """The ARN of the account's provider for tokens of ``url``."""
    return f"arn:aws:iam::{account_id}:oidc-provider/{url}"


def deploy_trust(account_id: str, settings: DeploySettings) -> Document:
    """Who deploys: jobs in the GitHub environment, and any operation of the stacks in Pulumi Deployments."""
    github = [] if settings.github is None else [f"environment:{settings.github.environment}"]
    return _trust(account_id, settings, github, "*")


def preview_trust(account_id: str, settings: DeploySettings) -> Document:
    """Who previews: jobs of pull requests, and previews of the stacks in Pulumi Deployments."""
    return _trust(account_id, settings, ["pull_request"], "preview")


def _trust(account_id: str, settings: DeploySettings, github: list[str], operation: str) -> Document:
    return _document(
        [*_of_github(account_id, settings.github, github), *_pulumi(account_id, settings.pulumi, operation)]
    )


def github_trust(account_id: str, subjects: list[str]) -> Document:
    """Runs of GitHub's whose tokens have one of ``subjects``, word for word. ``ValueError`` for more than IAM takes."""
    return _document([_github(account_id, subjects)])


def _document(statements: list[Statement]) -> Document:
    made: Document = {"Version": "2012-10-17", "Statement": statements}
    length = len(json.dumps(made, separators=(",", ":")))
    if length > TRUST_LIMIT:
        raise ValueError(f"trust policy of {length} characters, and IAM takes {TRUST_LIMIT}: fewer names")
    return made


def _github(account_id: str, subjects: list[str]) -> Statement:
    return {
        "Sid": "GitHubActions",
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn(account_id, GITHUB)},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{GITHUB}:aud": GITHUB_AUDIENCE, f"{GITHUB}:sub": subjects}},
    }


def _of_github(account_id: str, github: GitHub | None, subjects: list[str]) -> Iterator[Statement]:
    if github is not None:
        yield _github(account_id, [f"repo:{github.repository}:{subject}" for subject in subjects])


def _pulumi(account_id: str, pulumi: PulumiDeployments | None, operation: str) -> Iterator[Statement]:
    # the subject names the deployment (Pulumi docs, Deployments OIDC): organization, project, stack, operation, scope
    if pulumi is not None:
        yield {
            "Sid": "PulumiDeployments",
            "Effect": "Allow",
            "Principal": {"Federated": provider_arn(account_id, PULUMI)},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {f"{PULUMI}:aud": pulumi.organization},
                "StringLike": {
                    f"{PULUMI}:sub": [
                        f"pulumi:deploy:org:{pulumi.organization}:project:{pulumi.project}:stack:{stack}"
                        f":operation:{operation}:scope:write"
                        for stack in pulumi.stacks
                    ]
                },
            },
        }
