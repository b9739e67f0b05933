"""What a stack file says about its delivery: where the rendered branch is, who may see and sync, and when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from components.cluster_services.settings import ClusterServicesSettings
from components.context import StackIdentity
from components.data_layer import DataLayerSettings
from components.model import Problem, Settings, Unique, one_of
from components.operators.catalog.delivery import ARGO_CD
from components.times import Cron, TimeZone

SECTION: Final = "delivery"
"""The section's key in a stack file, and first part of the path of every problem that ``check`` finds."""
NAMESPACE: Final = "argocd"
SECRETS: Final = ("sign-in", "repository", "webhook", "notifications")
"""Secrets of the namespace that the data layer must declare, by name."""

GroupName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.@/-]{0,99}$")]
"""A group of people, as the issuer's tokens name it."""


class SignIn(Settings):
    """Where people prove who they are (OpenID Connect). There is no other way in, and no administrator."""

    issuer: Annotated[str, StringConstraints(pattern=r"^https://[a-z0-9.-]+(/[A-Za-z0-9._~/-]*)?$")]
    """The issuer's address."""
    client_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:/-]{1,200}$")]
    """What the issuer knows Argo CD as. The client's secret is ``argocd/sign-in``."""


class Access(Settings):
    """Which groups may do what. Nobody changes an Application there: that is Git's."""

    operators: Annotated[list[GroupName], Field(min_length=1), Unique]
    """See everything, and sync."""
    viewers: Annotated[list[GroupName], Unique] = []
    """See everything."""


class Window(Settings):
    """A time in which Argo CD may sync by itself (``allow``), or may not (``deny``). People may, at any time."""

    kind: Literal["allow", "deny"]
    schedule: Cron
    """When it begins: five cron fields."""
    hours: Annotated[int, Field(ge=1, le=168, strict=True)]
    """How long it lasts."""
    time_zone: TimeZone = "Etc/UTC"
    """Of the schedule."""


class DeliverySettings(Settings):
    """What Argo CD brings in, and from where."""

    repository: Annotated[str, StringConstraints(pattern=r"^https://[a-z0-9.-]+(/[A-Za-z0-9._-]+){2,}$")]
    """The Git repository, ``https://github.com/<owner>/<name>``."""
    branch: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$")] = "rendered"
    """The branch that CI publishes rendered manifests to. Nobody else writes to it."""
    sign_in: SignIn
    """Where people prove who they are."""
    access: Access
    """Which groups may do what."""
    slack: Annotated[str, StringConstraints(pattern=r"^#[a-z0-9_-]{1,79}$")]
    """The channel that hears of syncs that failed and of Applications that are unwell."""
    windows: list[Window] = []
    """When workloads may be synced. None: at any time."""


def check(
    identity: StackIdentity,
    services: ClusterServicesSettings,
    data: DataLayerSettings,
    settings: DeliverySettings | None,
) -> Iterator[Problem]:
    """What must hold between a stack's delivery, its operators and its secrets."""
    chosen = ARGO_CD in services.chosen(identity)
    if chosen and settings is None:
        yield Problem((SECTION,), None, f"must be given where {ARGO_CD} is among the operators: what it brings in")
    if settings is not None and not chosen:
        yield Problem((SECTION,), "(given)", f"nothing, or {ARGO_CD} among services.operators")
    if not chosen or settings is None:
        return
    declared = data.secrets.get(NAMESPACE, {})
    missing = [name for name in SECRETS if name not in declared]
    if missing:
        allowed = f"{', '.join(missing)} too: Argo CD reads {one_of(SECRETS).removeprefix('one of ')} from there"
        yield Problem(("data", "secrets", NAMESPACE), sorted(declared), allowed)
