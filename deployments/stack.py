"""One stack's deployment settings: where its source is, on which push it runs, as whom, where; its look for drift."""

from __future__ import annotations

from typing import Final

import pulumi
import pulumi_pulumiservice as service

from components.naming import Names
from deployments.configuration import Source, StackDeployment

PULUMI: Final = "3.272.0"
"""Of the executor: the version that the program is locked to (``requirements/program.in``)."""
EXECUTOR: Final = f"pulumi/pulumi:{PULUMI}"
"""The image with Python and the ``aws`` CLI, which pulumi_eks calls (Pulumi's own, by exact tag)."""
SHARED: Final = ("Pulumi.yaml", "__main__.py", "components/**", "settings/**", "requirements.txt")
"""What changes every stack. Its own file is added; documents, tests and tools change none."""


def paths(stack: str) -> list[str]:
    """Which files' changes make a push an update of ``stack``."""
    return [f"Pulumi.{stack}.yaml", *SHARED]


class Deployment(pulumi.ComponentResource):
    """The settings of one stack in Pulumi Deployments.

    A run's rights are the deploy role's, by a token that the account trusts for this one stack: no key is kept
    anywhere. Pull requests get no preview here: it would run their code with those rights. They get the sandbox's.
    """

    def __init__(
        self,
        stack: str,
        settings: StackDeployment,
        source: Source,
        provider: service.Provider,
    ) -> None:
        super().__init__("platform:index:Deployment", stack, None, pulumi.ResourceOptions(providers=[provider]))
        child = pulumi.ResourceOptions(parent=self, provider=provider)
        names = Names(settings.platform, settings.env, settings.account_id, settings.region)
        made = service.DeploymentSettings(
            stack,
            organization=source.organization,
            project=source.project,
            stack=stack,
            agent_pool_id=settings.agent_pool,
            source_context=service.DeploymentSettingsSourceContextArgs(
                git=service.DeploymentSettingsGitSourceArgs(branch=source.branch, repo_dir=".")
            ),
            github=service.DeploymentSettingsGithubArgs(
                repository=source.repository,
                deploy_commits=settings.on_push,
                preview_pull_requests=False,
                pull_request_template=False,
                paths=paths(stack),
            ),
            executor_context=service.DeploymentSettingsExecutorContextArgs(executor_image=EXECUTOR),
            # a program that turns an output into text by mistake ends instead of deploying the sentence
            operation_context=service.DeploymentSettingsOperationContextArgs(
                environment_variables={"PULUMI_ERROR_OUTPUT_STRING": "1"},
                oidc=service.OperationContextOIDCArgs(
                    aws=service.AWSOIDCConfigurationArgs(
                        role_arn=names.role_arn("deploy"),
                        session_name=f"{names.prefix}-deployment",
                        duration=f"{settings.session_hours}h0m0s",
                    )
                ),
                options=service.OperationContextOptionsArgs(
                    # every commit has its own run, so that a failed one is found
                    skip_intermediate_deployments=False,
                    delete_after_destroy=False,
                ),
            ),
            cache_options=service.DeploymentSettingsCacheOptionsArgs(enable=True),
            opts=child,
        )
        if settings.drift is not None:
            service.DriftSchedule(
                stack,
                organization=source.organization,
                project=source.project,
                stack=stack,
                schedule_cron=settings.drift,
                auto_remediate=False,
                opts=pulumi.ResourceOptions(parent=self, provider=provider, depends_on=[made]),
            )
        self.register_outputs({})
