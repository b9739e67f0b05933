"""The Kubernetes half of the simulated cloud: objects checked against the API's own schema, answered as a server would.

Built-in kinds are checked against lightkube-models, generated from the OpenAPI document of the Kubernetes version that
the package names. Of a custom resource only the metadata is: the rest has no schema here and is taken as it comes, as
are the values of Helm releases.
"""

from __future__ import annotations

import datetime as dt
import importlib
import types
import typing
from collections.abc import Generator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import msgspec.structs

from sandbox.cloud import shapes
from sandbox.cloud.identity import hexadecimal, number, uuid_of
from sandbox.cloud.making import CREATED
from sandbox.cloud.refusal import Refused
from sandbox.cloud.shapes import Shape
from sandbox.model import UNKNOWN, Properties, Resource, Secret, Value

if TYPE_CHECKING:
    from sandbox.protocol.goal import Goal

PREFIX: Final = "kubernetes:"
HELM_RELEASE: Final = "kubernetes:helm.sh/v3:Release"
CONFIG_FILE: Final = "kubernetes:yaml/v2:ConfigFile"

_GROUPS: Final[Mapping[str, str]] = {
    "admissionregistration.k8s.io": "admissionregistration",
    "apiextensions.k8s.io": "apiextensions",
    "apiregistration.k8s.io": "apiregistration",
    "apps": "apps",
    "authentication.k8s.io": "authentication",
    "authorization.k8s.io": "authorization",
    "autoscaling": "autoscaling",
    "batch": "batch",
    "certificates.k8s.io": "certificates",
    "coordination.k8s.io": "coordination",
    "core": "core",
    "discovery.k8s.io": "discovery",
    "events.k8s.io": "events",
    "flowcontrol.apiserver.k8s.io": "flowcontrol",
    "networking.k8s.io": "networking",
    "node.k8s.io": "node",
    "policy": "policy",
    "rbac.authorization.k8s.io": "rbac",
    "resource.k8s.io": "resource",
    "scheduling.k8s.io": "scheduling",
    "storage.k8s.io": "storage",
}
"""Groups of the API itself, and what lightkube calls them."""

CLUSTER_SCOPED: Final = frozenset(
    {
        "APIService",
        "CSIDriver",
        "CSINode",
        "CertificateSigningRequest",
        "ClusterRole",
        "ClusterRoleBinding",
        "ClusterTrustBundle",
        "CustomResourceDefinition",
        "DeviceClass",
        "FlowSchema",
        "IPAddress",
        "IngressClass",
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PriorityClass",
        "PriorityLevelConfiguration",
        "ResourceSlice",
        "RuntimeClass",
        "ServiceCIDR",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeAttachment",
        "VolumeAttributesClass",
    }
)
"""Built-in kinds that belong to no namespace."""

_SECRET_FIELDS: Final = ("data", "stringData")


class Kind(NamedTuple):
    """What a type token says: API version as manifests write it, kind, whether it is a patch, and the schema."""

    api_version: str
    kind: str
    patch: bool
    shape: Shape | None
    """``None`` for a custom resource."""


@cache
def kind_of(type_: str) -> Kind:
    """The kind behind a type token. ``Refused`` for a built-in group that has no such version or kind."""
    _, api, kind = type_.split(":", 2)
    group, _, version = api.rpartition("/")
    module_name = _GROUPS.get(group)
    if module_name is None:
        return Kind(api, kind, patch=False, shape=None)
    written = version if group == "core" else api
    try:
        module = importlib.import_module(f"lightkube.models.{module_name}_{version}")
    except ModuleNotFoundError:
        raise Refused(f"apiVersion: {written} is not served by Kubernetes {served()}") from None
    patch = kind.endswith("Patch") and not hasattr(module, kind)
    struct = getattr(module, kind.removesuffix("Patch") if patch else kind, None)
    if struct is None:
        raise Refused(f"kind: {written} has no {kind} in Kubernetes {served()}")
    return Kind(written, kind.removesuffix("Patch") if patch else kind, patch, _struct(struct, needed=not patch))


@cache
def object_meta() -> Shape:
    """The shape of every object's metadata, whatever its kind."""
    return _struct(importlib.import_module("lightkube.models.meta_v1").ObjectMeta)


@cache
def served() -> str:
    """The Kubernetes version whose schema is installed, such as ``1.36``."""
    from importlib.metadata import version  # noqa: PLC0415 - only messages need it

    return ".".join(version("lightkube-models").split(".")[:2])


# --- check ------------------------------------------------------------------------------------------------------


def check(type_: str, name: str, urn: str, inputs: Properties) -> Properties:
    """The object as the provider would hand it on: checked, named, in a namespace, secrets marked."""
    kind = kind_of(type_)
    checked: Properties = {"apiVersion": kind.api_version, "kind": kind.kind, **inputs}
    for key, wanted in (("apiVersion", kind.api_version), ("kind", kind.kind)):
        if checked[key] != wanted and checked[key] is not UNKNOWN:
            raise Refused(f"{key}: {wanted} is wanted for {type_}, found {checked[key]!r}")
    if kind.shape is not None and not kind.shape.fits(checked):
        raise Refused(list(kind.shape.problems(checked, "")))
    metadata = checked.get("metadata", {})
    if kind.shape is None and not object_meta().fits(metadata):
        raise Refused(list(object_meta().problems(metadata, "metadata")))
    if isinstance(metadata, dict):
        checked["metadata"] = _metadata(kind, name, urn, metadata)
    if kind.kind == "Secret" and kind.shape is not None:
        for key in _SECRET_FIELDS:
            if key in checked and not isinstance(checked[key], Secret):
                checked[key] = Secret(checked[key])
    return checked


def _metadata(kind: Kind, name: str, urn: str, given: dict[str, Value]) -> dict[str, Value]:
    metadata = dict(given)
    if "name" not in metadata and "generateName" not in metadata:
        if kind.patch:
            raise Refused("metadata.name: missing; a patch says which object it changes")
        metadata["name"] = f"{name}-{hexadecimal(urn, 8)}"
        annotations = metadata.get("annotations")
        metadata["annotations"] = {
            **(annotations if isinstance(annotations, dict) else {}),
            "pulumi.com/autonamed": "true",
        }
    if kind.shape is not None and kind.kind not in CLUSTER_SCOPED:
        metadata.setdefault("namespace", "default")
    return metadata


# --- create -----------------------------------------------------------------------------------------------------


def create(type_: str, urn: str, inputs: Properties) -> tuple[str, Properties]:
    """ID (``namespace/name``, or ``name`` outside of namespaces) and the outputs that aren't inputs."""
    metadata = inputs.get("metadata")
    given: dict[str, Value] = metadata if isinstance(metadata, dict) else {}
    name, namespace = given.get("name"), given.get("namespace")
    id_ = f"{namespace}/{name}" if namespace else str(name)
    outputs: Properties = {
        "metadata": {
            **given,
            "uid": uuid_of(urn),
            "resourceVersion": "1",
            "generation": 1,
            "creationTimestamp": CREATED,
        }
    }
    kind = kind_of(type_)
    if kind.shape is not None:
        _answer(kind.kind, urn, inputs, outputs)
    return id_, outputs


def _answer(kind: str, urn: str, inputs: Properties, outputs: Properties) -> None:
    """Status and defaults of what programs read after a create."""
    spec = inputs.get("spec")
    given: dict[str, Value] = spec if isinstance(spec, dict) else {}
    if kind in {"Deployment", "StatefulSet", "ReplicaSet"}:
        count = given.get("replicas", 1)
        outputs["status"] = {"observedGeneration": 1, "replicas": count, "readyReplicas": count}
    elif kind == "Service":
        outputs.update(_service(urn, given))
    elif kind == "Namespace":
        outputs["status"] = {"phase": "Active"}
    elif kind == "Job":
        outputs["status"] = {"succeeded": given.get("completions", 1)}
    elif kind == "PersistentVolumeClaim":
        outputs["status"] = {"phase": "Bound"}


def _service(urn: str, spec: dict[str, Value]) -> Properties:
    type_ = spec.get("type", "ClusterIP")
    full: dict[str, Value] = {"type": type_, "sessionAffinity": "None", **spec}
    if type_ != "ExternalName" and "clusterIP" not in spec:
        full["clusterIP"] = f"172.20.{number(f'{urn}/a', 256)}.{1 + number(f'{urn}/b', 254)}"
    status: dict[str, Value] = {"loadBalancer": {}}
    if type_ == "LoadBalancer":
        host = f"k8s-{hexadecimal(urn, 10)}-{hexadecimal(urn + '/lb', 16)}.elb.amazonaws.com"
        status = {"loadBalancer": {"ingress": [{"hostname": host}]}}
    return {"spec": full, "status": status}


def check_release(name: str, urn: str, inputs: Properties) -> Properties:
    """A Helm release's inputs with the name that the provider makes up where none is given."""
    checked = dict(inputs)
    checked.setdefault("name", f"{name}-{hexadecimal(urn, 8)}")
    checked.setdefault("namespace", "default")
    return checked


def create_release(inputs: Properties) -> tuple[str, Properties]:
    """ID and status of a Helm release; what its templates make isn't known here."""
    name, namespace, chart = inputs.get("name"), inputs.get("namespace"), inputs.get("chart")
    version = inputs.get("version", "")
    return f"{namespace}/{name}", {
        "status": {
            "appVersion": "",
            "chart": chart,
            "name": name,
            "namespace": namespace,
            "revision": 1,
            "status": "deployed",
            "version": version,
        },
        "resourceNames": {},
    }


def expand_file(inputs: Properties) -> Generator[Goal, Resource | None, tuple[Properties, dict[str, list[str]]]]:
    """A manifest file by URL, which stays closed: there is no network here, so its objects aren't known.

    ``Refused`` for a file of this machine: its objects would have to be made, and that isn't modelled.
    """
    file = inputs.get("file")
    if not isinstance(file, str) or "://" not in file:
        raise Refused(f"file: a URL is wanted, found {shapes.shown(file)}; register local manifests one by one")
    yield from ()
    return {"resources": []}, {}


# --- the API's schema -------------------------------------------------------------------------------------------

_SCALARS: Final[Mapping[object, Shape]] = {
    str: shapes.STRING,
    bool: shapes.BOOLEAN,
    int: shapes.INTEGER,
    float: shapes.NUMBER,
    dt.datetime: shapes.STRING,
    bytes: shapes.STRING,
    Any: shapes.ANYTHING,
    object: shapes.ANYTHING,
}


_TEXTS: Final = frozenset(
    {
        "annotations",
        "binaryData",
        "data",
        "labels",
        "matchLabels",
        "nodeSelector",
        "options",
        "parameters",
        "selector",
        "stringData",
        "userAnnotations",
        "volumeAttributes",
    }
)
_QUANTITIES: Final = frozenset(
    {
        "capacity",
        "default",
        "defaultRequest",
        "hard",
        "limits",
        "max",
        "maxLimitRequestRatio",
        "min",
        "overhead",
        "podFixed",
        "requests",
    }
)
"""Fields that hold mappings of texts and of quantities: of both the models only say that they are mappings.

Source: ``additionalProperties`` of these fields in the same OpenAPI document. Mappings of objects are elsewhere only.
"""
_MAPPING: Final = (dict, dict | None)
_QUANTITY: Final = shapes.AnyOf([shapes.STRING, shapes.NUMBER])
_OF_OBJECTS: Final = "lightkube.models.resource_"


def _field(struct: type, name: str, annotation: object, *, needed: bool) -> Shape:
    if annotation in _MAPPING and not struct.__module__.startswith(_OF_OBJECTS):
        if name in _TEXTS:
            return shapes.Entries(shapes.STRING)
        if name in _QUANTITIES:
            return shapes.Entries(_QUANTITY)
    return _shape(annotation, needed=needed)


@cache
def _struct(struct: type, *, needed: bool = True) -> Shape:
    def fields() -> tuple[Mapping[str, Shape], frozenset[str]]:
        described = msgspec.structs.fields(cast("type[msgspec.Struct]", struct))
        found = {field.encode_name: _field(struct, field.encode_name, field.type, needed=needed) for field in described}
        required = frozenset(field.encode_name for field in described if field.required and needed)
        return found, required

    return shapes.Object(struct.__name__, fields)


def _shape(annotation: object, *, needed: bool) -> Shape:
    known = _SCALARS.get(annotation)
    if known is not None:
        return known
    origin = typing.get_origin(annotation)
    arguments = [argument for argument in typing.get_args(annotation) if argument is not type(None)]
    if origin is typing.Union or origin is types.UnionType:
        found = list(dict.fromkeys(_shape(argument, needed=needed) for argument in arguments))
        return found[0] if len(found) == 1 else shapes.AnyOf(found)
    if origin is list:
        return shapes.Items(_shape(arguments[0], needed=needed))
    if annotation is dict or annotation is typing.Dict or origin is dict:  # noqa: UP006 - the annotation itself
        return shapes.Entries(_shape(arguments[1], needed=needed) if arguments else shapes.ANYTHING)
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return _struct(annotation, needed=needed)
    return shapes.ANYTHING
