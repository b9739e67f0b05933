"""What Argo CD delivers, as the rendered branch has it: pure data from the declarations that Pulumi registers too.

``<stack>/<cluster>/<application>/<kind>-<name>.yaml`` holds the objects, ``<stack>/<cluster>/applications/`` the
Applications that look after them: the one directory that the root Application, which Pulumi makes, reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from components.cluster_plan import ClusterPlan
from components.delivery.applications import application
from components.delivery.delivered import DeliveredApplication, delivered
from components.delivery.kinds import KINDS, DeliveredKind
from components.delivery.settings import DeliverySettings
from components.kubernetes.cluster_objects import TwoOwnersError
from components.kubernetes.manifest import Json, Manifest, api_version_of, kind_of, name_of, namespace_of
from components.kubernetes.manifests import workload_manifests
from components.kubernetes.workload import Workload

APPLICATIONS: Final = "applications"
"""The directory of the Applications. No application is so called: every one has its namespace in its name."""
_BEFORE: Final = -10
"""Wave of the first Job that goes before; all else is in wave 0."""

Document = dict[str, Json]
"""One Kubernetes object as plain data."""


class UndeliverableError(ValueError):
    """An object of a kind that no project of Argo CD may make: it belongs to the update."""


def rendered_tree(stack: str, settings: DeliverySettings, plans: Iterable[ClusterPlan]) -> dict[str, Document]:
    """Every file of a stack by its path, in order. ``TwoOwnersError`` where one object would stand in two files."""
    files: dict[str, Document] = {}
    for plan in plans:
        base = f"{stack}/{plan.key}"
        owners: dict[tuple[str, str | None, str], str] = {}
        for app in delivered(plan):
            for path, document, key in _files(app):
                where = f"{base}/{app.name}/{path}"
                if key in owners:
                    raise TwoOwnersError(f"{key[0]} {key[1]}/{key[2]} stands in {owners[key]} and in {where}")
                owners[key] = where
                files[where] = document
            manifest = application(app, settings, path=f"{base}/{app.name}")
            files[f"{base}/{APPLICATIONS}/{_file(manifest)}"] = manifest.to_dict()
    return dict(sorted(files.items()))


def _files(app: DeliveredApplication) -> Iterator[tuple[str, Document, tuple[str, str | None, str]]]:
    turns = _turns(app.workloads)
    for workload in app.workloads:
        for manifest in workload_manifests(workload):
            group = api_version_of(manifest).rpartition("/")[0]
            if DeliveredKind(group, kind_of(manifest)) not in KINDS:
                raise UndeliverableError(
                    f"{kind_of(manifest)} {name_of(manifest)} of {'/'.join(workload.key)}: Argo CD delivers "
                    f"{', '.join(sorted(kind.kind for kind in KINDS))} and nothing else"
                )
            document = _annotated(manifest.to_dict(), _annotations(turns[workload.name], kind_of(manifest) == "Job"))
            yield _file(manifest), document, (kind_of(manifest), namespace_of(manifest), name_of(manifest))


@dataclass(frozen=True)
class _Turn:
    """When in a sync a workload has its turn: ``before`` the lasting ones, with them, or ``after`` they are well."""

    when: Literal["before", "main", "after"]
    rank: int = 0
    """Among those of the same time: 0 is first."""


def _turns(group: Sequence[Workload]) -> dict[str, _Turn]:
    """Everyone's turn by name, from who comes after whom."""
    by_reference = {workload.reference: workload for workload in group}

    def first(workload: Workload) -> list[Workload]:
        return [by_reference[name] for name in workload.after if name in by_reference]

    def lasting_before(workload: Workload) -> bool:
        return any(other.lasting or lasting_before(other) for other in first(workload))

    def rank(workload: Workload, *, after: bool) -> int:
        same = [o for o in first(workload) if not o.lasting and lasting_before(o) is after]
        return max((rank(o, after=after) + 1 for o in same), default=0)

    waited_for = {name for workload in group if workload.lasting for name in workload.after}
    turns: dict[str, _Turn] = {}
    for workload in group:
        if workload.kind != "Job":
            turns[workload.name] = _Turn("main")
        elif lasting_before(workload):
            turns[workload.name] = _Turn("after", rank(workload, after=True))
        else:
            before = workload.reference in waited_for
            turns[workload.name] = _Turn("before" if before else "main", rank(workload, after=False))
    return turns


def _annotations(turn: _Turn, job: bool) -> dict[str, str]:  # noqa: FBT001 - which of a turn's objects
    """Annotations of Argo CD that keep a turn ("Sync Phases and Waves" and "Resource Hooks", its user guide)."""
    prefix = "argocd.argoproj.io"
    hook = {f"{prefix}/hook-delete-policy": "BeforeHookCreation"}
    match turn.when:
        case "before" if job:
            # in the sync itself, not before it: its account and its secrets must be there by then
            return {f"{prefix}/hook": "Sync", f"{prefix}/sync-wave": str(turn.rank + _BEFORE), **hook}
        case "before":
            return {f"{prefix}/sync-wave": str(_BEFORE - 1)}
        case "after" if job:
            return {f"{prefix}/hook": "PostSync", f"{prefix}/sync-wave": str(turn.rank), **hook}
    # a Job's template can't change: a new one takes the old one's place
    return {f"{prefix}/sync-options": "Replace=true,Force=true"} if job else {}


def _annotated(document: Document, annotations: Mapping[str, str]) -> Document:
    metadata = document["metadata"]
    if annotations and isinstance(metadata, dict):
        existing = metadata.get("annotations")
        metadata["annotations"] = {**(existing if isinstance(existing, dict) else {}), **annotations}
    return document


def _file(manifest: Manifest) -> str:
    return f"{kind_of(manifest).lower()}-{name_of(manifest)}.yaml"
