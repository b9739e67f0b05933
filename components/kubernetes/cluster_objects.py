"""Everything that the program puts into one cluster, in its true order.

What a manifest names is registered before it and becomes its dependency: its namespace, the ServiceAccount, ConfigMaps
and Secrets of a pod, the Service of a route. A custom resource depends on the operator that serves its API group, so it
comes after the CRD and the webhook, and goes (with what its controller made of it) while that operator still runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pulumi

from components.kubernetes.manifest import Manifest, api_version_of, kind_of, name_of, namespace_of
from components.kubernetes.references import BUILT_IN, Reference, references
from components.kubernetes.register import Merge, register


class UnknownReferenceError(LookupError):
    """A manifest names what nobody has registered, so it could never work."""


class TwoOwnersError(ValueError):
    """An object that the update and Argo CD would both apply, or one of them twice: each would undo the other."""


class ClusterObjects:
    """The objects of one cluster. ``ready`` is what they all wait for: the cluster, its nodes, our access to it."""

    def __init__(
        self,
        cluster_key: str,
        provider: pulumi.ProviderResource,
        *,
        ready: Sequence[pulumi.Resource] = (),
        existing_namespaces: Iterable[str] = ("default", "kube-system"),
        storage_classes: Mapping[str, pulumi.CustomResource] | None = None,
    ) -> None:
        self.cluster_key = cluster_key
        self.provider = provider
        self._ready = list(ready)
        self._existing = set(existing_namespaces)
        self._objects: dict[tuple[str, str | None, str], pulumi.CustomResource] = {
            ("StorageClass", None, name): made for name, made in (storage_classes or {}).items()
        }
        self._servers: dict[str, list[pulumi.Resource]] = {}
        self._delivered: set[tuple[str, str | None, str]] = set()
        self._before_delivery: dict[pulumi.Resource, None] = {}

    def serve(self, group: str, operator: pulumi.Resource) -> None:
        """Say that ``operator`` (its Release, or its CRDs) serves the API group ``group``, beside those that do so."""
        self._servers.setdefault(group, []).append(operator)

    def find(self, kind: str, namespace: str | None, name: str) -> pulumi.CustomResource | None:
        """The registered object of that name, if there is one."""
        return self._objects.get((kind, namespace, name))

    def add(
        self,
        manifest: Manifest,
        *,
        parent: pulumi.Resource,
        depends_on: Sequence[pulumi.Resource] = (),
        aliases: Sequence[pulumi.Alias | str] = (),
        ignore_changes: Sequence[str] = (),
        await_ready: bool | str = True,
        timeout: str | None = None,
        protect: bool | None = None,
        deleted_with: pulumi.Resource | None = None,
        merge: Merge | None = None,
    ) -> pulumi.CustomResource:
        """Register one manifest after everything that it names. Options as ``register`` has them.

        ``UnknownReferenceError`` where it names what isn't registered, or no operator serves its kind;
        ``TwoOwnersError`` where it was registered or left to Argo CD before.
        """
        self._claim(manifest)
        resource = register(
            manifest,
            cluster_key=self.cluster_key,
            provider=self.provider,
            parent=parent,
            depends_on=[*depends_on, *self._needs(manifest)],
            aliases=aliases,
            ignore_changes=ignore_changes,
            await_ready=await_ready,
            timeout=timeout,
            protect=protect,
            deleted_with=deleted_with,
            merge=merge,
        )
        kind, namespace, name = kind_of(manifest), namespace_of(manifest), name_of(manifest)
        self._objects[kind, namespace, name] = resource
        if kind == "ExternalSecret":
            self._objects["Secret", namespace, name] = resource
        return resource

    def add_all(
        self,
        manifests: Iterable[Manifest],
        *,
        parent: pulumi.Resource,
        depends_on: Sequence[pulumi.Resource] = (),
    ) -> list[pulumi.CustomResource]:
        """Register manifests in their order: what is named stands before what names it, as the builders give them."""
        return [self.add(manifest, parent=parent, depends_on=depends_on) for manifest in manifests]

    def deliver(self, manifests: Iterable[Manifest], *, depends_on: Sequence[pulumi.Resource] = ()) -> None:
        """Leave manifests to Argo CD, which finds them in the rendered branch. They are checked as ``add`` checks.

        What they need, and ``depends_on``, is what Argo CD is to wait for: ``before_delivery``.
        """
        for manifest in manifests:
            self._claim(manifest)
            self._before_delivery |= dict.fromkeys([*depends_on, *self._needs(manifest)])
            kind, namespace, name = kind_of(manifest), namespace_of(manifest), name_of(manifest)
            self._delivered.add((kind, namespace, name))
            if kind == "ExternalSecret":
                self._delivered.add(("Secret", namespace, name))

    @property
    def before_delivery(self) -> list[pulumi.Resource]:
        """What must be there before Argo CD brings anything in, and stay until it has taken everything out."""
        return list(self._before_delivery)

    def within(self, namespace: str) -> list[pulumi.CustomResource]:
        """Everything registered in a namespace so far."""
        return [made for (_, there, _), made in self._objects.items() if there == namespace]

    def _claim(self, manifest: Manifest) -> None:
        key = kind_of(manifest), namespace_of(manifest), name_of(manifest)
        owner = "the update" if key in self._objects else "Argo CD" if key in self._delivered else None
        if owner is not None:
            raise TwoOwnersError(f"{key[0]} {'/'.join(part for part in key[1:] if part)}: {owner} applies it already")

    def _needs(self, manifest: Manifest) -> list[pulumi.Resource]:
        needs: list[pulumi.Resource] = list(self._ready)
        group = api_version_of(manifest).rpartition("/")[0]
        if group not in BUILT_IN:
            if group not in self._servers:
                raise UnknownReferenceError(
                    f"{kind_of(manifest)} {name_of(manifest)}: no operator of the cluster serves {group}"
                )
            needs += self._servers[group]
        for reference in references(manifest):
            found = self._objects.get((reference.kind, reference.namespace, reference.name))
            if found is not None:
                needs.append(found)
            elif reference.required and not self._exists(reference):
                where = f"{reference.namespace}/" if reference.namespace else ""
                raise UnknownReferenceError(
                    f"{kind_of(manifest)} {name_of(manifest)} needs {reference.kind} {where}{reference.name}, "
                    "which is not registered before it"
                )
        return needs

    def _exists(self, reference: Reference) -> bool:
        if (reference.kind, reference.namespace, reference.name) in self._delivered:
            return True
        return reference.kind == "Namespace" and reference.name in self._existing
