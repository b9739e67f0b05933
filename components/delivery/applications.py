"""Argo CD's own objects: projects that limit, the root Application, and one Application a delivered workload."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from lightkube.models.meta_v1 import ObjectMeta

from components.delivery.delivered import DeliveredApplication
from components.delivery.kinds import KINDS
from components.delivery.settings import NAMESPACE, DeliverySettings, Window
from components.kubernetes import labels as label
from components.kubernetes.crds.argocd import (
    Application,
    ApplicationSpec,
    AppProject,
    AppProjectSpec,
    Destination,
    GroupKind,
    IgnoreDifference,
    ProjectDestination,
    ProjectRole,
    Source,
    SyncPolicy,
    SyncWindow,
)

FINALIZER: Final = "resources-finalizer.argocd.argoproj.io"
"""An Application that is deleted first deletes what it made, and ends when that is gone."""
ROOT: Final = "root"
PLATFORM: Final = "platform"
"""The root Application's project."""
_COMMON: Final = (
    # namespaces are the update's: with their level, quota and policies, which Argo CD knows nothing of
    "CreateNamespace=false",
    "ServerSideApply=true",
    # what another Application made is no fault to be mended by taking it over
    "FailOnSharedResource=true",
    "PruneLast=true",
    "PrunePropagationPolicy=foreground",
)


def _meta(name: str, *, project: str, managed_by: str) -> ObjectMeta:
    labels = label.standard_labels(name, component="delivery", part_of=project, managed_by=managed_by)
    return ObjectMeta(
        name=name,
        namespace=NAMESPACE,
        labels=labels,
        finalizers=[FINALIZER],
        # a push that touches nothing below its directory doesn't make it render anew
        annotations={"argocd.argoproj.io/manifest-generate-paths": "."},
    )


def application(app: DeliveredApplication, settings: DeliverySettings, *, path: str) -> Application:
    """What looks after one application's directory. It stands in the rendered branch itself."""
    ignored = [
        IgnoreDifference(group="apps", kind=w.kind, name=w.name, jsonPointers=["/spec/replicas"])
        for w in app.workloads
        if w.scaling is not None
    ]
    options = [*_COMMON, *(["RespectIgnoreDifferences=true"] if ignored else [])]
    return Application(
        metadata=_meta(app.name, project=app.project, managed_by="argocd"),
        spec=ApplicationSpec(
            project=app.project,
            source=_source(settings, path),
            destination=Destination(namespace=app.namespace),
            syncPolicy=SyncPolicy(syncOptions=options),
            ignoreDifferences=ignored or None,
        ),
    )


def root(settings: DeliverySettings, *, path: str) -> Application:
    """The Application of Applications: the one that the update makes."""
    return Application(
        metadata=_meta(ROOT, project=PLATFORM, managed_by="pulumi"),
        spec=ApplicationSpec(
            project=PLATFORM,
            source=_source(settings, path),
            destination=Destination(namespace=NAMESPACE),
            syncPolicy=SyncPolicy(syncOptions=list(_COMMON)),
        ),
    )


def _source(settings: DeliverySettings, path: str) -> Source:
    return Source(repoURL=settings.repository, targetRevision=settings.branch, path=path)


# --- projects ---------------------------------------------------------------------------------------------------


def projects(settings: DeliverySettings, namespaces: Iterable[tuple[str, str]]) -> list[AppProject]:
    """The root's project, and one for each project in ``namespaces`` (project and namespace).

    None may make what the whole cluster shares. The root's makes Applications and nothing else.
    """
    by_project: dict[str, list[str]] = {}
    for name, namespace in namespaces:
        by_project.setdefault(name, []).append(namespace)
    kinds = [GroupKind(group=kind.group, kind=kind.kind) for kind in KINDS]
    own = [GroupKind(group="argoproj.io", kind="Application")]
    return [
        _project(PLATFORM, "The Applications themselves", settings, [NAMESPACE], own),
        *(
            _project(name, f"Workloads of {name}", settings, there, kinds, settings.windows)
            for name, there in by_project.items()
        ),
    ]


def _project(  # noqa: PLR0917 - what a project consists of
    name: str,
    description: str,
    settings: DeliverySettings,
    namespaces: Sequence[str],
    kinds: Sequence[GroupKind],
    windows: Sequence[Window] = (),
) -> AppProject:
    may = ("get", "sync")
    policies = [f"p, proj:{name}:operator, applications, {action}, {name}/*, allow" for action in may]
    return AppProject(
        metadata=ObjectMeta(
            name=name,
            namespace=NAMESPACE,
            labels=label.standard_labels(name, component="delivery", part_of=name),
            # it stays until no Application is in it
            finalizers=[FINALIZER],
        ),
        spec=AppProjectSpec(
            description=description,
            sourceRepos=[settings.repository],
            destinations=[ProjectDestination(namespace=namespace) for namespace in namespaces],
            namespaceResourceWhitelist=list(kinds),
            roles=[
                ProjectRole(
                    name="operator",
                    description="Sees and syncs; what is synced is Git's to say",
                    policies=[*policies, f"p, proj:{name}:operator, logs, get, {name}/*, allow"],
                    groups=list(settings.access.operators),
                )
            ],
            syncWindows=[_window(window) for window in windows] or None,
        ),
    )


def _window(window: Window) -> SyncWindow:
    return SyncWindow(
        kind=window.kind,
        schedule=window.schedule,
        duration=f"{window.hours}h",
        timeZone=window.time_zone,
        applications=["*"],
        manualSync=True,
    )
