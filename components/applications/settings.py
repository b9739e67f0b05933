"""What a stack file says about its applications."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, ValidationInfo, field_validator

from components.applications.application import (
    Application,
    ApplicationDefaults,
    LoadTest,
    SignInSettings,
    SmokeTest,
)
from components.applications.laws import between_applications
from components.kubernetes.namespace import Quota
from components.kubernetes.workload import Delivery
from components.model import DnsLabel, Resources, Settings, Slug
from components.naming import Names
from components.workload_settings import ApplicationScaling, FixedScaling

SECTION: Final = "applications"
"""The section's key in a stack file, and first part of the path of every problem that ``check`` functions find."""


class ApplicationsSettings(Settings):
    """The applications, and what is run before and after their releases."""

    namespace: DnsLabel | None = None
    """Where they run. Left out: ``<platform>-<env>``."""
    quota: Quota | None = None
    """The most that the namespace may ask for. Left out: what the applications take at their most replicas while the
    one with the largest surge rolls out. Less than that is refused."""
    defaults: ApplicationDefaults = ApplicationDefaults()
    """For every application that doesn't say otherwise."""
    sign_in: SignInSettings | None = None
    """Where people prove who they are. Left out: nowhere, and no route may want it."""
    smoke: SmokeTest | None = None
    """Run after every release. Left out: none."""
    load_test: LoadTest | None = None
    """Run after the smoke test. Left out: none."""
    applications: Annotated[dict[Slug, Application], Field(min_length=1)]
    """The applications by name."""

    @field_validator("applications")
    @classmethod
    def _between(cls, value: dict[str, Application], info: ValidationInfo) -> dict[str, Application]:
        between_applications(
            value,
            info.data.get("load_test"),
            # what is given but wrong is told there
            signs_in="sign_in" not in info.data or info.data["sign_in"] is not None,
            defaults=info.data.get("defaults"),
        )
        return value

    def namespace_in(self, names: Names) -> str:
        """Where the applications of the stack that ``names`` belongs to run."""
        return self.namespace or names.prefix

    def scaling_of(self, application: Application) -> ApplicationScaling:
        """How many replicas an application has."""
        if application.volume is not None or application.rollout.kind == "recreate":
            return FixedScaling(kind="fixed", replicas=1)
        return application.scaling or self.defaults.scaling

    def delivery_of(self, application: Application) -> Delivery:
        """Who applies an application's objects."""
        return application.delivery or self.defaults.delivery

    def resources_of(self, application: Application) -> Resources:
        """What each of its replicas has."""
        return application.resources or self.defaults.resources
