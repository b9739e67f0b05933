"""The settings of one account and region, by the same machinery as an environment's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from account.cost import CostSettings
from account.deploy.images import ImageSettings
from account.deploy.trust import DeploySettings
from account.registry import RegistrySettings
from account.runner import RunnerSettings
from account.runner import check as check_runner
from account.service_linked_roles import LinkedRoleSettings, LinkedService
from account.state import StateSettings
from components.context import Identity, Region, Runner, StackIdentity
from components.model import Problem, Settings
from components.security_baseline import BaselineSettings
from components.security_baseline import check as check_baseline
from settings.sections import NAMESPACES, Checks, load

_NOWHERE: Final = "account.invalid"
"""An account has no host names (RFC 2606: nothing below ``invalid`` ever resolves)."""


class AccountIdentity(Identity):
    """Whose account this is, and which of its regions."""

    home_region: Region = "us-east-1"
    """The region whose stack makes what the account has once."""

    @property
    def home(self) -> bool:
        """Whether that is this region."""
        return self.region == self.home_region

    def as_stack(self) -> StackIdentity:
        """As components know a stack."""
        common = {name: getattr(self, name) for name in Identity.model_fields}
        return StackIdentity(**common, domain=_NOWHERE, runner=Runner())


class StackSettings(Settings):
    """Everything that an account's stack file may say."""

    stack: AccountIdentity
    """Whose account this is, and which of its regions."""
    baseline: BaselineSettings
    """What protects the account and region."""
    deploy: DeploySettings
    """Who deploys the environment."""
    runner: RunnerSettings | None = None
    """Where deployment agents run, if the environment's endpoint is private."""
    service_linked_roles: Mapping[LinkedService, LinkedRoleSettings] = {}
    """Service-linked roles to make, or with ``existing: true`` to take over. Only in the home region's file."""
    registry: RegistrySettings = RegistrySettings()
    """What ECR does by itself."""
    state: StateSettings | None = None
    """Where state of Pulumi's stacks is kept. Must be given at home; in the second region where a standby's state is
    to be had while the first is gone."""
    images: ImageSettings | None = None
    """Who pushes images of ours from GitHub. Only in the home region's file: copies go on from there."""
    cost: CostSettings | None = None
    """The account's anomaly monitor. Must be given in the home region, and nowhere else."""

    @classmethod
    def load(cls) -> StackSettings:
        """The settings of the stack being deployed. ``pulumi.RunError`` names every wrong key."""
        return load(cls, CHECKS)


def _baseline(identity: AccountIdentity, baseline: BaselineSettings) -> Iterator[Problem]:
    yield from check_baseline(identity, identity.home, baseline)


def _runner(identity: AccountIdentity, runner: RunnerSettings | None) -> Iterator[Problem]:
    yield from check_runner(identity.region, identity.production, runner)


def _once(
    identity: AccountIdentity,
    roles: Mapping[LinkedService, LinkedRoleSettings],
    state: StateSettings | None,
    cost: CostSettings | None,
    images: ImageSettings | None,
) -> Iterator[Problem]:
    """What an account has once stands in its home region's file."""
    if identity.home:
        if LinkedService.CONFIG not in roles:
            yield Problem(
                ("service_linked_roles",), sorted(roles), "config too: the recorder acts by it and must find it"
            )
        if state is None:
            yield Problem(
                ("state",),
                None,
                "at least {} (an empty mapping): the key of the stacks' secrets is made in the home region",
            )
        if cost is None:
            yield Problem(("cost",), None, "who is told: the account's anomaly monitor is made in the home region")
        return
    sections = {"service_linked_roles": roles or None, "cost": cost, "images": images}
    for key, given in sections.items():
        if given is not None:
            yield Problem((key,), "(given)", f"nothing: the account has it once, in {identity.home_region}")


def _images(deploy: DeploySettings, images: ImageSettings | None) -> Iterator[Problem]:
    """Tokens of GitHub's are known by a provider, which is made for deployments."""
    if images is not None and deploy.github is None:
        yield Problem(
            ("images",), "(given)", "nothing without deploy.github, which the provider of GitHub's tokens is made for"
        )


CHECKS: Final[Checks] = (
    (("stack", "baseline"), _baseline),
    (("stack", "runner"), _runner),
    (("stack", "service_linked_roles", "state", "cost", "images"), _once),
    (("deploy", "images"), _images),
)
"""What must hold between sections."""

__all__ = ["CHECKS", "NAMESPACES", "StackSettings"]
