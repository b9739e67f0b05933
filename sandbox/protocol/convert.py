"""Between protobuf's ``Struct`` and plain Python, directly.

The SDK's own converters know about awaitables and translate names; between monitor and program neither is needed, and
they cost several times as much. Numbers are doubles on the wire; whole ones come back as ``int``.

Resource references, assets and archives stay what they are on the wire, a dict with the signature key: that is also
how they stand in an exported deployment, but that the engine adds a hash of the content to assets and archives. A
reference without a package version gets an empty one, as in the engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from google.protobuf.struct_pb2 import Struct
from google.protobuf.struct_pb2 import Value as Wire

from sandbox.model import UNKNOWN, Properties, Secret, Unknown, Value

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a signature, published in the SDK
REFERENCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
UNKNOWN_STRING: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def to_python(struct: Struct) -> Properties:
    """The properties in ``struct``; null ones are left out, as the SDK does."""
    found: Properties = {}
    for key, wire in struct.fields.items():
        value = value_to_python(wire)
        if value is not None:
            found[key] = value
    return found


def value_to_python(wire: Wire) -> Value:
    """One value: secrets become ``Secret``, what isn't known ``UNKNOWN``."""
    kind = wire.WhichOneof("kind")
    if kind == "string_value":
        text = wire.string_value
        return UNKNOWN if text == UNKNOWN_STRING else text
    if kind == "struct_value":
        fields = wire.struct_value.fields
        plain = {key: value_to_python(inner) for key, inner in fields.items()}
        return _special(plain) if SIGNATURE in plain else plain
    if kind == "number_value":
        number = wire.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return wire.bool_value
    if kind == "list_value":
        return [value_to_python(inner) for inner in wire.list_value.values]
    return None


def _special(plain: dict[str, Value]) -> Value:
    signature = plain[SIGNATURE]
    if signature == SECRET:
        inner = plain.get("value")
        return inner if isinstance(inner, Secret) else Secret(inner)
    if signature == OUTPUT:
        value = plain.get("value", UNKNOWN)
        return Secret(value) if plain.get("secret") is True and not isinstance(value, Secret) else value
    if signature == REFERENCE:
        plain.setdefault("packageVersion", "")
    return plain


def to_struct(properties: Mapping[str, Value]) -> Struct:
    """The wire form of ``properties``."""
    struct = Struct()
    fields = struct.fields
    for key, value in properties.items():
        _fill(value, fields[key])
    return struct


def _fill(value: Value, wire: Wire) -> None:
    kind = value.__class__
    if kind is str:
        wire.string_value = cast("str", value)
    elif kind is dict:
        wire.struct_value.SetInParent()
        fields = wire.struct_value.fields
        for key, inner in cast("dict[str, Value]", value).items():
            _fill(inner, fields[key])
    elif kind is bool:
        wire.bool_value = cast("bool", value)
    elif kind is list:
        wire.list_value.SetInParent()
        add = wire.list_value.values.add
        for inner in cast("list[Value]", value):
            _fill(inner, add())
    elif value is None:
        wire.null_value = 0  # type: ignore[assignment]  # the enum's only member
    elif kind is Secret:
        wire.struct_value.SetInParent()
        fields = wire.struct_value.fields
        fields[SIGNATURE].string_value = SECRET
        _fill(cast("Secret", value).value, fields["value"])
    elif kind is Unknown:
        wire.string_value = UNKNOWN_STRING
    else:
        wire.number_value = cast("float", value)


def reference(urn: str, id_: str | None, version: str = "") -> dict[str, Value]:
    """A resource reference; ``id_`` is ``None`` for a component, which has none. The engine always names a version."""
    found: dict[str, Value] = {SIGNATURE: REFERENCE, "urn": urn, "packageVersion": version}
    if id_ is not None:
        found["id"] = id_
    return found


def unwrap(value: Value) -> Value:
    """``value`` without the mark of a secret around it."""
    return value.value if isinstance(value, Secret) else value


def contains(value: Value, kind: type[Secret | Unknown]) -> bool:
    """Whether a ``Secret`` (or ``UNKNOWN``) stands anywhere in ``value``."""
    if isinstance(value, kind):
        return True
    if isinstance(value, dict):
        return any(contains(inner, kind) for inner in value.values())
    if isinstance(value, list):
        return any(contains(inner, kind) for inner in value)
    return isinstance(value, Secret) and contains(value.value, kind)
