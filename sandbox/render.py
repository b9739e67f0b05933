"""The Kubernetes objects of a run as YAML: one file an object, the same bytes on every run.

``<cluster>/<namespace>/<kind>-<name>.yaml``, ``_cluster`` for what has no namespace. ``<cluster>`` is the cluster's key
where the kit named an object of the same provider after it (``main/mcp/deployment/coordinator``), else the provider's
name. A Helm release is no Kubernetes object: it stands apart, as chart, version and values, in
``<cluster>/_helm/<namespace>/<name>.yaml``. Left out: patches and lists, whose objects are others', and annotations of
``pulumi.com/``, which only Pulumi reads.

No secret stands in a file: the values of a Secret, and whatever the program marked as secret, are placeholders (in
``data`` an encoded one, so that an API server still takes the object).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Final

import yaml

from sandbox.model import Resource, Run
from sandbox.values import SECRET, Plain, plain

CLUSTER_SCOPE: Final = "_cluster"
HELM: Final = "_helm"
_PREFIX: Final = "kubernetes:"
_RELEASES: Final = ("kubernetes:helm.sh/v3:Release", "kubernetes:helm.sh/v4:Chart", "kubernetes:helm.sh/v3:Chart")
_SOURCES: Final = ("kubernetes:yaml:", "kubernetes:yaml/", "kubernetes:kustomize")
_ENCODED: Final = base64.b64encode(SECRET.encode()).decode()
_OWN_ANNOTATIONS: Final = "pulumi.com/"
_HELM_NOTE: Final = "# A Helm release, not a Kubernetes object: the chart makes its objects in the cluster.\n"


@dataclass(frozen=True)
class Manifests:
    """Files by relative path, in order, and how many of them are objects and releases."""

    files: Mapping[str, str]
    objects: int
    releases: int


def render(run: Run) -> Manifests:
    """The files of ``run``. ``ValueError`` if two objects would have one file."""
    documents: dict[str, str] = {}
    owners: dict[str, str] = {}
    releases = 0
    objects = sorted(filter(_is_object, run.resources), key=lambda resource: resource.urn)
    clusters = _clusters(objects)
    for resource in objects:
        release = resource.type in _RELEASES
        releases += release
        cluster = _safe(clusters.get(resource.provider) or _provider_name(resource))
        path, text = _release(resource, cluster) if release else _object(resource, cluster, documents)
        if path in documents:
            raise ValueError(f"{path} would hold two objects: {owners[path]} and {resource.urn}")
        documents[path], owners[path] = text, resource.urn
    return Manifests(dict(sorted(documents.items())), len(documents) - releases, releases)


def _is_object(resource: Resource) -> bool:
    type_ = resource.type
    if type_ in _RELEASES:
        return True
    if not type_.startswith(_PREFIX) or not resource.custom or type_.startswith(_SOURCES):
        return False
    return not type_.endswith(("Patch", "List"))


def _object(resource: Resource, cluster: str, taken: Container[str]) -> tuple[str, str]:
    found = _plain_inputs(resource)
    group, _, kind = resource.type.removeprefix(_PREFIX).rpartition(":")
    api = str(found.pop("apiVersion", group.removeprefix("core/")))
    kind = str(found.pop("kind", kind))
    metadata = found.pop("metadata", None)
    metadata = dict(metadata) if isinstance(metadata, dict) else {}
    metadata.setdefault("name", _last(resource.name))
    annotations = metadata.get("annotations")
    if isinstance(annotations, dict):
        kept = {key: value for key, value in annotations.items() if not key.startswith(_OWN_ANNOTATIONS)}
        metadata["annotations"] = kept
        if not kept:
            del metadata["annotations"]
    if kind == "Secret" and api == "v1":
        _hide(found)
    document = {"apiVersion": api, "kind": kind, "metadata": _sorted(metadata), **_sorted(found)}
    namespace = str(metadata.get("namespace") or CLUSTER_SCOPE)
    folder = f"{cluster}/{_safe(namespace)}"
    name = metadata["name"]
    path = f"{folder}/{_safe(f'{kind.lower()}-{name}')}.yaml"
    if path in taken:
        # Two API groups may have a kind of the same name.
        api_group = api.partition("/")[0]
        path = f"{folder}/{_safe(f'{kind.lower()}.{api_group}-{name}')}.yaml"
    return path, dump(document)


def _release(resource: Resource, cluster: str) -> tuple[str, str]:
    found = _plain_inputs(resource)
    namespace = str(found.get("namespace") or "default")
    name = str(found.get("name") or _last(resource.name))
    first: dict[str, Plain] = {"release": name, "namespace": namespace}
    for key in ("chart", "version", "repositoryOpts"):
        if key in found:
            first[key] = found[key]
    values = found.get("values", {})
    rest = {key: value for key, value in found.items() if key not in (*first, "name", "values")}
    document = {**first, **_sorted(rest), "values": _sorted(values) if isinstance(values, dict) else values}
    path = f"{cluster}/{HELM}/{_safe(namespace)}/{_safe(name)}.yaml"
    return path, _HELM_NOTE + dump(document)


def _plain_inputs(resource: Resource) -> dict[str, Plain]:
    found = plain({key: value for key, value in resource.inputs.items() if not key.startswith("__")})
    assert isinstance(found, dict)  # noqa: S101 - a dict's plain form is one
    return found


def _clusters(objects: list[Resource]) -> dict[str, str]:
    """The cluster's key by reference to its provider, where the kit named an object after it."""
    keys: dict[str, set[str]] = {}
    for resource in objects:
        parts = resource.name.split("/")
        if len(parts) >= 4 and parts[2] == resource.type.rpartition(":")[2].lower():  # noqa: PLR2004 - as registered
            keys.setdefault(resource.provider, set()).add(parts[0])
    return {provider: found.pop() for provider, found in keys.items() if len(found) == 1}


def _provider_name(resource: Resource) -> str:
    return _last(resource.provider.rpartition("::")[0].rpartition("::")[2]) or "default"


def _hide(secret: dict[str, Plain]) -> None:
    for key, placeholder in (("data", _ENCODED), ("stringData", SECRET)):
        content = secret.get(key)
        if isinstance(content, dict):
            secret[key] = dict.fromkeys(content, placeholder)
        elif key in secret:
            # Which keys it has is secret, too: an empty Secret is still a valid one.
            secret[key] = {}


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _safe(part: str) -> str:
    """``part`` as the name of a file: RBAC names may hold colons, and nothing may lead out of the directory."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", part).lstrip(".") or "_"


def _sorted(value: Mapping[str, Plain]) -> dict[str, Plain]:
    return {key: _sort(value[key]) for key in sorted(value)}


def _sort(value: Plain) -> Plain:
    if isinstance(value, dict):
        return _sorted(value)
    if isinstance(value, list):
        return [_sort(inner) for inner in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


# --- YAML ---------------------------------------------------------------------------------------------------------

_Base: type[yaml.SafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_NUMBER_LIKE: Final = re.compile(r"[-+]?\.?[0-9][0-9_]*\.?[0-9_]*([eE][-+]?[0-9]+)?|[-+]?0[obx][0-9a-fA-F_]+|[yYnN]")
"""What YAML 1.1, YAML 1.2 or Go's readers take for a number or a boolean where PyYAML sees a text."""


_STRING: Final = "tag:yaml.org,2002:str"


class _Dumper(_Base):  # type: ignore[misc,valid-type]  # the class is chosen at run time
    """Strings that another reader could take for something else are quoted; long texts keep their lines."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the same object twice is written twice
        return True


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    tag: str = dumper.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    other = tag != _STRING or _NUMBER_LIKE.fullmatch(text)
    style = "|" if "\n" in text else '"' if other else None
    return dumper.represent_scalar(_STRING, text, style=style)


_Dumper.add_representer(str, _string)


def in_order(document: Mapping[str, Plain]) -> str:
    """A Kubernetes object as YAML: what it is and what it is called first, then its keys in order."""
    found = dict(document)
    first: dict[str, Plain] = {key: found.pop(key) for key in ("apiVersion", "kind", "metadata") if key in found}
    metadata = first.get("metadata")
    if isinstance(metadata, dict):
        first["metadata"] = _sorted(metadata)
    return dump({**first, **_sorted(found)})


def dump(document: Mapping[str, Plain]) -> str:
    """``document`` as YAML that YAML 1.1 and 1.2 readers take alike, keys in the order given."""
    text: str = yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, default_flow_style=False, allow_unicode=True, width=1_000_000
    )
    return text
