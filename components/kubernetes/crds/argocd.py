# ruff: noqa: N815 - fields are the API's own names
"""Argo CD 3.4, ``argoproj.io/v1alpha1``."""

from __future__ import annotations

from typing import ClassVar, Literal

from components.kubernetes.custom_resource import CustomResource, Part

API_VERSION = "argoproj.io/v1alpha1"
IN_CLUSTER = "https://kubernetes.default.svc"
"""The cluster that Argo CD itself runs in, by the address that it knows it by."""


# --- Application ------------------------------------------------------------------------------------------------


class Source(Part):
    """A directory of plain manifests in a Git repository."""

    repoURL: str
    targetRevision: str
    path: str


class Destination(Part):
    """Where what is found goes."""

    server: str = IN_CLUSTER
    namespace: str


class Automated(Part):
    """What Argo CD does by itself. ``allowEmpty`` off: an empty directory is a mistake, not a wish to delete all."""

    prune: bool = True
    selfHeal: bool = True
    allowEmpty: bool = False


class Backoff(Part):
    """Pauses between tries: ``duration``, times ``factor`` each time, ``maxDuration`` at most."""

    duration: str = "5s"
    factor: int = 2
    maxDuration: str = "3m"


class Retry(Part):
    """How often a sync that failed is tried again."""

    limit: int = 5
    backoff: Backoff = Backoff()


class SyncPolicy(Part):
    """When and how the cluster is made like the repository."""

    automated: Automated = Automated()
    syncOptions: list[str]
    retry: Retry = Retry()


class IgnoreDifference(Part):
    """Fields of a kind that somebody else keeps."""

    group: str
    kind: str
    name: str | None = None
    jsonPointers: list[str]


class ApplicationSpec(Part):
    """From where to where, by which project's leave."""

    project: str
    source: Source
    destination: Destination
    syncPolicy: SyncPolicy
    ignoreDifferences: list[IgnoreDifference] | None = None
    revisionHistoryLimit: int = 10


class Application(CustomResource):
    """A directory of the repository, kept in the cluster."""

    api_version: ClassVar[str] = API_VERSION
    resource_kind: ClassVar[str] = "Application"
    spec: ApplicationSpec


# --- AppProject -------------------------------------------------------------------------------------------------


class ProjectDestination(Part):
    """A namespace that a project's Applications may use."""

    server: str = IN_CLUSTER
    namespace: str


class GroupKind(Part):
    """A kind of object."""

    group: str
    kind: str


class ProjectRole(Part):
    """What groups of people may do with a project's Applications."""

    name: str
    description: str
    policies: list[str]
    groups: list[str]


class SyncWindow(Part):
    """When syncs may start (``allow``) or may not (``deny``)."""

    kind: Literal["allow", "deny"]
    schedule: str
    duration: str
    timeZone: str
    applications: list[str]
    manualSync: bool


class AppProjectSpec(Part):
    """What Applications of a project may read, make, and where."""

    description: str
    sourceRepos: list[str]
    destinations: list[ProjectDestination]
    clusterResourceWhitelist: list[GroupKind] = []
    namespaceResourceWhitelist: list[GroupKind]
    roles: list[ProjectRole] | None = None
    syncWindows: list[SyncWindow] | None = None


class AppProject(CustomResource):
    """A limit around Applications."""

    api_version: ClassVar[str] = API_VERSION
    resource_kind: ClassVar[str] = "AppProject"
    spec: AppProjectSpec
