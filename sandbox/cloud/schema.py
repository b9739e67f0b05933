"""Shapes of resources' inputs, taken from the installed SDKs' own argument classes.

A type token leads to the SDK's resource class, that to its ``<Class>Args``, and the annotations there to a shape. All
of it is made once a type and only when a resource of that type comes along.
"""

from __future__ import annotations

import enum
import importlib
import sys
import types
import typing
from collections.abc import Awaitable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

import pulumi
from pulumi import _types as metadata
from pulumi.runtime import rpc

from sandbox.cloud import shapes
from sandbox.cloud.shapes import Shape

PROVIDER_PREFIX: Final = "pulumi:providers:"
_PARTS = 3

_SCALARS: Final[Mapping[object, Shape]] = {
    str: shapes.STRING,
    bool: shapes.BOOLEAN,
    int: shapes.INTEGER,
    float: shapes.NUMBER,
    Any: shapes.ANYTHING,
    object: shapes.ANYTHING,
}
_INPUT_NAMES: Final[dict[str, Any]] = {"Output": pulumi.Output, "T": Any}
"""What ``pulumi.Input`` refers to by name; the argument classes' own modules don't have it."""


class Schema(NamedTuple):
    """What an SDK says about one resource type."""

    inputs: shapes.Object
    outputs: frozenset[str]
    """Names of all output properties, those that echo inputs included."""


@cache
def schema(type_: str, version: str) -> Schema | None:
    """The schema of a resource type. ``None`` if no installed SDK knows the type: it is then taken as it comes."""
    cls = resource_class(type_, version)
    if cls is None:
        return None
    module = sys.modules[cls.__module__]
    # where a nested type has taken the usual name, the resource's own class is called <Class>InitArgs
    arguments = getattr(module, f"{cls.__name__}InitArgs", None) or getattr(module, f"{cls.__name__}Args", None)
    if arguments is None or not metadata.is_input_type(arguments):
        return None
    return Schema(_object(arguments, type_), frozenset(metadata.resource_pulumi_to_py_names(cls)))


def resource_class(type_: str, version: str = "") -> type | None:
    """The installed SDK's class for a type token; ``None`` if there is none."""
    if type_.startswith(PROVIDER_PREFIX):
        package = _package(type_[len(PROVIDER_PREFIX) :])
        found = getattr(package, "Provider", None)
        return found if isinstance(found, type) else None
    parts = type_.split(":")
    if len(parts) != _PARTS or _package(parts[0]) is None:
        return None
    module = rpc.get_resource_module(parts[0], parts[1], version) or rpc.get_resource_module(parts[0], parts[1], "")
    description = getattr(module, "mod_info", None)
    if description is None or type_ not in description["classes"]:
        return None
    found = getattr(importlib.import_module(description["fqn"]), description["classes"][type_], None)
    return found if isinstance(found, type) else None


@cache
def _package(name: str) -> types.ModuleType | None:
    """The SDK of a provider's package, imported if need be: only then are its types known."""
    try:
        return importlib.import_module(f"pulumi_{name.replace('-', '_')}")
    except ModuleNotFoundError:
        return None


@cache
def _object(arguments: type, name: str) -> shapes.Object:
    def fields() -> tuple[Mapping[str, Shape], frozenset[str]]:
        # the constructor's annotations: the SDK's own table of types has lost some unions
        names = metadata.input_type_py_to_pulumi_names(arguments)
        hints = typing.get_type_hints(arguments.__init__, localns=_INPUT_NAMES)  # type: ignore[misc]  # only looked at
        found = {name: shape_of(hints[key]) for key, name in names.items() if key in hints}
        return found, frozenset(names[key] for key in _required(arguments) if key in names)

    return shapes.Object(name, fields)


def _required(arguments: type) -> tuple[str, ...]:
    """Parameters of the class that have no default."""
    init = arguments.__init__  # type: ignore[misc]  # only looked at
    code, defaults = init.__code__, init.__kwdefaults__ or {}
    count = code.co_argcount
    return tuple(name for name in code.co_varnames[count : count + code.co_kwonlyargcount] if name not in defaults)


def shape_of(annotation: object) -> Shape:
    """The shape that an annotation of an argument class means, with the SDK's ``Input`` wrappers off."""
    members = _members(annotation)
    if len(members) == 1:
        return _plain(members[0])
    # the typed dict stands beside the class of the same name and says nothing more
    telling = [member for member in members if not typing.is_typeddict(member)]
    found = list(dict.fromkeys(_plain(member) for member in telling or members))
    if shapes.ANYTHING in found:
        return shapes.ANYTHING
    if shapes.STRING in found:
        # an open enumeration: its members are suggestions
        found = [shape for shape in found if not isinstance(shape, shapes.OneOf)]
    return found[0] if len(found) == 1 else shapes.AnyOf(found)


def _members(annotation: object) -> list[object]:
    """Members of a union, nested ones too, without ``None``, awaitables and outputs."""
    origin = typing.get_origin(annotation)
    if origin is typing.Union or origin is types.UnionType:
        return [member for argument in typing.get_args(annotation) for member in _members(argument)]
    if annotation is type(None) or origin in (Awaitable, pulumi.Output):
        return []
    return [annotation]


@cache
def _plain(annotation: object) -> Shape:
    known = _SCALARS.get(annotation)
    if known is not None:
        return known
    origin = typing.get_origin(annotation) or annotation
    arguments = typing.get_args(annotation)
    if origin in (list, Sequence):
        return shapes.Items(shape_of(arguments[0]) if arguments else shapes.ANYTHING)
    if origin in (dict, Mapping):
        return shapes.Entries(shape_of(arguments[1]) if arguments else shapes.ANYTHING)
    if isinstance(origin, type):
        return _class(origin)
    return shapes.ANYTHING


def _class(cls: type) -> Shape:
    if metadata.is_input_type(cls):
        return _object(cls, cls.__name__.removesuffix("Args"))
    if issubclass(cls, enum.Enum):
        return shapes.OneOf([member.value for member in cls])
    if issubclass(cls, pulumi.Resource):
        return shapes.Marked(f"a {cls.__name__} resource", shapes.REFERENCE)
    if issubclass(cls, pulumi.Archive):
        return shapes.Marked("an archive", shapes.ARCHIVE)
    if issubclass(cls, pulumi.Asset):
        return shapes.Marked("an asset", shapes.ASSET, shapes.ARCHIVE)
    return shapes.ANYTHING
