"""The one seam between pure manifests and Pulumi.

A manifest is registered as a raw ``pulumi.CustomResource`` of its own type: ``docs/decisions/0003-kubernetes-seam.md``
has the measure. What a typed class adds besides its arguments (plugin version, secret marking, aliases of earlier API
versions) is added here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version
from typing import Final, TypeAlias

import pulumi

from components.kubernetes.manifest import Json, Manifest, api_version_of, kind_of, name_of, namespace_of

Merge: TypeAlias = "Mapping[str, pulumi.Input[Json] | Merge | Sequence[pulumi.Input[Json] | Merge]]"
"""Values that only the cloud knows, laid over a manifest: nested mappings are merged, anything else replaces."""

CLUSTER_SCOPE: Final = "_cluster"
"""Stands for the namespace in the logical name of what the whole cluster shares."""

_EARLIER: Final[Mapping[str, tuple[str, ...]]] = {
    # earlier API versions of a kind, as the SDK's typed classes carry them (pulumi-kubernetes 4.34.2)
    "kubernetes:apps/v1:Deployment": ("apps/v1beta1", "apps/v1beta2", "extensions/v1beta1"),
    "kubernetes:apps/v1:StatefulSet": ("apps/v1beta1", "apps/v1beta2"),
    "kubernetes:apps/v1:DaemonSet": ("apps/v1beta2", "extensions/v1beta1"),
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": (
        "autoscaling/v1",
        "autoscaling/v2beta1",
        "autoscaling/v2beta2",
    ),
    "kubernetes:batch/v1:CronJob": ("batch/v1beta1", "batch/v2alpha1"),
    "kubernetes:networking.k8s.io/v1:NetworkPolicy": ("extensions/v1beta1",),
    "kubernetes:policy/v1:PodDisruptionBudget": ("policy/v1beta1",),
    "kubernetes:rbac.authorization.k8s.io/v1:Role": (
        "rbac.authorization.k8s.io/v1alpha1",
        "rbac.authorization.k8s.io/v1beta1",
    ),
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": (
        "rbac.authorization.k8s.io/v1alpha1",
        "rbac.authorization.k8s.io/v1beta1",
    ),
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole": (
        "rbac.authorization.k8s.io/v1alpha1",
        "rbac.authorization.k8s.io/v1beta1",
    ),
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": (
        "rbac.authorization.k8s.io/v1alpha1",
        "rbac.authorization.k8s.io/v1beta1",
    ),
    "kubernetes:scheduling.k8s.io/v1:PriorityClass": ("scheduling.k8s.io/v1alpha1", "scheduling.k8s.io/v1beta1"),
    "kubernetes:storage.k8s.io/v1:StorageClass": ("storage.k8s.io/v1beta1",),
    "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy": (
        "admissionregistration.k8s.io/v1alpha1",
        "admissionregistration.k8s.io/v1beta1",
    ),
    "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding": (
        "admissionregistration.k8s.io/v1alpha1",
        "admissionregistration.k8s.io/v1beta1",
    ),
}
_SECRET_FIELDS: Final = ("data", "stringData")


@cache
def plugin_version() -> str:
    """The version of the Kubernetes provider's plugin: that of the installed SDK, whose import costs seconds."""
    installed = version("pulumi_kubernetes")
    if not re.fullmatch(r"\d+\.\d+\.\d+", installed):
        raise ValueError(f"pulumi_kubernetes {installed} is no final release: its plugin's version can't be told")
    return installed


def type_token(manifest: Manifest) -> str:
    """``kubernetes:apps/v1:Deployment``; the nameless core group is called ``core``."""
    api = api_version_of(manifest)
    return f"kubernetes:{api if '/' in api else f'core/{api}'}:{kind_of(manifest)}"


def logical_name(manifest: Manifest, cluster_key: str) -> str:
    """``<cluster>/<namespace>/<kind>/<name>``, kind in lower case: the part of the URN that is ours."""
    return "/".join(
        (cluster_key, namespace_of(manifest) or CLUSTER_SCOPE, kind_of(manifest).lower(), name_of(manifest))
    )


def register(
    manifest: Manifest,
    *,
    cluster_key: str,
    provider: pulumi.ProviderResource,
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
    """Hand one manifest to Pulumi.

    ``await_ready``: ``True`` leaves it to the provider (it waits for Deployments, Services, Jobs; not for custom
    resources), ``False`` doesn't wait, a text is a condition such as ``condition=Ready``. ``timeout`` (``15m``) is the
    provider's patience for creation, update and deletion. ``merge`` lays Outputs over the manifest. ``ValueError`` for
    a Secret whose content isn't an Output: it would stand in clear in the state.
    """
    token = type_token(manifest)
    props: dict[str, object] = dict(manifest.to_dict())
    if await_ready is not True:
        key, value = ("waitFor", await_ready) if isinstance(await_ready, str) else ("skipAwait", "true")
        _annotate(props, f"pulumi.com/{key}", value)
    if merge:
        _overlay(props, merge)
    secret = token == "kubernetes:core/v1:Secret"  # noqa: S105 - a type
    if secret:
        _guard_secret(props, name_of(manifest))
    ignored = list(ignore_changes)
    if _autoscaled(props):
        ignored.append("spec.replicas")
    earlier = [pulumi.Alias(type_=f"kubernetes:{api}:{kind_of(manifest)}") for api in _EARLIER.get(token, ())]
    return pulumi.CustomResource(
        token,
        logical_name(manifest, cluster_key),
        props,
        pulumi.ResourceOptions(
            parent=parent,
            provider=provider,
            depends_on=list(depends_on) or None,
            aliases=[*aliases, *earlier] or None,
            ignore_changes=ignored or None,
            additional_secret_outputs=list(_SECRET_FIELDS) if secret else None,
            custom_timeouts=pulumi.CustomTimeouts(create=timeout, update=timeout, delete=timeout) if timeout else None,
            protect=protect,
            deleted_with=deleted_with,
            version=plugin_version(),
        ),
    )


def _autoscaled(props: Mapping[str, object]) -> bool:
    """A Deployment or StatefulSet that leaves its replicas to an autoscaler."""
    spec = props.get("spec")
    return props["kind"] in {"Deployment", "StatefulSet"} and isinstance(spec, Mapping) and "replicas" not in spec


def _annotate(props: dict[str, object], key: str, value: str) -> None:
    metadata = props["metadata"]
    if isinstance(metadata, dict):
        metadata.setdefault("annotations", {})[key] = value


def _overlay(props: dict[str, object], merge: Mapping[str, object]) -> None:
    for key, value in merge.items():
        existing = props.get(key)
        if isinstance(value, Mapping) and isinstance(existing, dict):
            _overlay(existing, value)
        else:
            props[key] = value


def _guard_secret(props: dict[str, object], name: str) -> None:
    for field in _SECRET_FIELDS:
        content = props.get(field)
        if content is None:
            continue
        values = content.items() if isinstance(content, Mapping) else [(field, content)]
        clear = [key for key, value in values if not isinstance(value, pulumi.Output)]
        if clear:
            keys = ", ".join(str(key) for key in clear)
            raise ValueError(
                f"Secret {name}: {keys} would stand in clear; hand over an Output, or use an ExternalSecret"
            )
        props[field] = pulumi.Output.secret(content)
