"""Judges of Kubernetes objects: the API's own published schema for what is built in, typed models for what isn't."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import jsonschema
import msgspec
from kubernetes_validate.utils import (  # type: ignore[import-untyped]  # it has no stubs
    SchemaNotFoundError,
    schema_contents,
)
from lightkube.models.meta_v1 import ObjectMeta
from pydantic import ValidationError
from referencing import Registry, Resource

from components.kubernetes import crds
from components.kubernetes.custom_resource import CustomResource

Object = Mapping[str, Any]


@cache
def _schema(version: str, kind: str, api_version: str) -> Any:  # noqa: ANN401 - a schema's validator
    """The strict validator of one kind: unknown fields are refused. ``SchemaNotFoundError`` for what isn't built in."""
    folder = f"kubernetes-json-schema/v{version}-local-strict"
    group, _, name = api_version.rpartition("/")
    short = f"{group.partition('.')[0]}-{name}" if group else name
    try:
        schema = schema_contents(f"{folder}/{kind.lower()}-{short}.json", version)
    except FileNotFoundError:
        raise SchemaNotFoundError(kind, version, api_version) from None
    definitions = Resource.from_contents(schema_contents(f"{folder}/_definitions.json", version))
    registry: Registry[Any] = definitions @ (Resource.from_contents(schema) @ Registry())
    return jsonschema.Draft202012Validator(schema, registry=registry)


@cache
def custom_kinds() -> Mapping[tuple[str, str], type[CustomResource]]:
    """The typed model of each custom kind."""
    for module in pkgutil.iter_modules(crds.__path__):
        importlib.import_module(f"{crds.__name__}.{module.name}")
    return {(cls.api_version, cls.resource_kind): cls for cls in CustomResource.__subclasses__()}


def faults(manifest: Object, version: str) -> list[str]:
    """What the API server of ``version`` (``1.36.0``) would refuse of the object's shape."""
    kind, api_version = str(manifest["kind"]), str(manifest["apiVersion"])
    custom = custom_kinds().get((api_version, kind))
    if custom is not None:
        return list(_custom_faults(manifest, custom))
    try:
        validator = _schema(version, kind, api_version)
    except SchemaNotFoundError as unknown:
        return [f"{unknown.message}, and no typed model"]
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(manifest)]


def _custom_faults(manifest: Object, cls: type[CustomResource]) -> Iterator[str]:
    fields = {key: value for key, value in manifest.items() if key not in {"apiVersion", "kind", "metadata"}}
    metadata = msgspec.convert(manifest["metadata"], ObjectMeta, strict=True)
    if msgspec.to_builtins(metadata) != manifest["metadata"]:
        yield "metadata: a field that the API doesn't know"
    try:
        made = cls.model_validate({**fields, "metadata": metadata})
    except ValidationError as error:
        yield from (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        return
    if made.to_dict() != dict(manifest):
        yield "read back it isn't what was sent"
