"""OIDC providers: whose tokens the account takes. IAM has them once, whatever the region."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws

from account.deploy.trust import GITHUB, GITHUB_AUDIENCE, PULUMI, DeploySettings


class OidcProviders(pulumi.ComponentResource):
    """A provider for each of GitHub Actions and Pulumi Deployments that the settings name.

    No thumbprints: AWS trusts both by its own list of authorities (IAM user guide, OIDC providers).
    """

    made: list[pulumi.Resource]

    def __init__(self, settings: DeploySettings, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:index:OidcProviders", "oidc", None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.made = []
        if settings.github is not None:
            self.made.append(
                aws.iam.OpenIdConnectProvider(
                    "github", url=f"https://{GITHUB}", client_id_lists=[GITHUB_AUDIENCE], opts=child
                )
            )
        if settings.pulumi is not None:
            self.made.append(
                aws.iam.OpenIdConnectProvider(
                    "pulumi", url=f"https://{PULUMI}", client_id_lists=[settings.pulumi.organization], opts=child
                )
            )
        self.register_outputs({})
