"""What a resource's inputs are as AWS's own requests, by a table, and everything that AWS's models say against them.

The models are botocore's. Its validator looks at types, required members and lower bounds; enums, patterns and upper
bounds are looked at here. Nothing here uses the program's code.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import botocore.session
import regex
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.validate import ParamValidator

from sandbox.model import Resource, Secret, Value

Params = dict[str, Any]
"""The parameters of a request, as botocore takes them."""

HIDDEN: Final = "hidden"
"""What stands for a secret: exports hold none, so that only its place in the request is checked."""

PROVIDERS_OWN: Final = frozenset({"__defaults", "region"})
"""Inputs that are the provider's, of every resource: which endpoint is called."""


@dataclass(frozen=True)
class Row:
    """How one type of resource stands in AWS's models."""

    service: str
    """botocore's name of it."""
    operations: tuple[str, ...]
    """The requests that make the resource, in the order in which an input's member is looked for."""
    body: str = ""
    """Where in the first request the inputs stand, if not at its top: ``BackupPlan``, ``A.B``."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Inputs whose member has another name: ``rules.lifecycle.deleteAfter`` to ``DeleteAfterDays``.

    Paths are the inputs', without list marks. A name may lead deeper (``A.B``), be of one operation (``Operation:A``),
    or pass over a level of the inputs (``.``).
    """
    left: Mapping[str, str] = field(default_factory=dict)
    """Inputs that are no part of the request, each with the reason."""
    given: Mapping[str, Any] = field(default_factory=dict)
    """Members that the provider fills by itself, so that what else is required still is."""
    each: Mapping[str, str] = field(default_factory=dict)
    """Inputs that are lists of which every member is a request of its own, with its operation."""
    shape: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    """Turns the inputs first, where names alone don't do: JSON texts, lists that are two lists in the API."""


@dataclass
class Request:
    """One request: an operation of a service and its parameters."""

    operation: OperationModel
    params: Params

    @property
    def call(self) -> str:
        """``rds:CreateDBCluster``."""
        return f"{self.operation.service_model.service_name}:{self.operation.name}"


@dataclass
class Translation:
    """The requests of a resource, the inputs that found their place, those left with a reason, those without any."""

    requests: list[Request]
    placed: set[str]
    left: set[str]
    lost: set[str]


@cache
def operation(service: str, name: str) -> OperationModel:
    """An operation of botocore's model of a service."""
    return _session().get_service_model(service).operation_model(name)


@cache
def _session() -> botocore.session.Session:
    return botocore.session.Session()


# --- from inputs to requests ------------------------------------------------------------------------------------------


def translate(row: Row, inputs: Mapping[str, Value]) -> Translation:
    """The requests that ``inputs`` are."""
    return _Translator(row).run(inputs)


def open_value(value: Value) -> Any:  # noqa: ANN401 - any JSON value
    """The value with ``HIDDEN`` for secrets and without what is null."""
    if isinstance(value, Secret):
        return HIDDEN
    if isinstance(value, Mapping):
        return {key: open_value(inner) for key, inner in value.items() if inner is not None and key != "__defaults"}
    if isinstance(value, list):
        return [open_value(inner) for inner in value]
    return value


def paths(value: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """The path of every leaf, without list marks; an empty list or object is a leaf."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from paths(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value:
        for inner in value:
            yield from paths(inner, path)
    else:
        yield path


class _Translator:
    def __init__(self, row: Row) -> None:
        self.row = row
        self.requests = [Request(operation(row.service, name), {}) for name in row.operations]
        self.found = Translation(self.requests, set(), set(), set())

    def run(self, inputs: Mapping[str, Value]) -> Translation:
        plain = open_value({key: value for key, value in inputs.items() if key not in PROVIDERS_OWN})
        if "tagsAll" in plain:
            plain["tags"] = plain.pop("tagsAll")
        if self.row.shape:
            plain = self.row.shape(plain)
        for key, value in plain.items():
            self.top(key, value)
        self.complete()
        return self.found

    def complete(self) -> None:
        """Members that the provider fills: what it makes up, and what one request repeats of another."""
        self.found.requests = [it for it in self.requests if it.params]
        for name, value in self.row.given.items():
            call, _, member = name.rpartition(":")
            for request in self.found.requests:
                if request.operation.name == (call or self.row.operations[0]):
                    _put(request.params, member.split("."), value)
        for request in self.found.requests:
            for member in request.operation.input_shape.required_members:
                known = [it.params[member] for it in self.found.requests if member in it.params]
                if member not in request.params and known:
                    request.params[member] = known[0]

    def addressed(self, name: str) -> tuple[Request, str]:
        """The request that a name is of, the first where it says none, and what is left of the name."""
        call, colon, member = name.rpartition(":")
        if not colon:
            return self.requests[0], name
        return next(it for it in self.requests if it.operation.name == call), member

    def top(self, key: str, value: Any) -> None:  # noqa: ANN401 - any JSON value
        if self.is_left(key, value):
            return
        if key in self.row.each:
            for item in value:
                request = Request(operation(self.row.service, self.row.each[key]), {})
                self.requests.append(request)
                self.into(request.operation.input_shape, request.params, "", item, key)
            if not value:
                self.found.placed.add(key)
            return
        name = self.row.names.get(key)
        if name is not None:
            request, member = self.addressed(name)
            self.into(request.operation.input_shape, request.params, member, value, key)
            return
        for request in self.requests:
            place = self.place(request, key)
            if place:
                self.into(request.operation.input_shape, request.params, place, value, key)
                return
        self.found.lost |= set(paths(value, key))

    def place(self, request: Request, key: str) -> str | None:
        """Where an input without a name of its own stands in a request."""
        shape = request.operation.input_shape
        if self.row.body and request is self.requests[0]:
            inside = _member(_inner(shape, self.row.body), key)
            if inside:
                return f"{self.row.body}.{inside}"
        if key == "tags" and "TagSpecifications" in shape.members:
            return "TagSpecifications.Tags"
        return _member(shape, key)

    def is_left(self, path: str, value: Any) -> bool:  # noqa: ANN401 - any JSON value
        if path in self.row.left:
            self.found.left |= set(paths(value, path))
            return True
        return False

    def into(self, shape: Shape, params: Params, member: str, value: Any, path: str) -> None:  # noqa: ANN401
        """Put ``value`` where the dotted ``member`` leads from ``shape``."""
        first, _, rest = member.partition(".")
        if not first:  # "." or nothing: this level of the inputs is none in the API
            made = self.value(shape, value, path)
            if isinstance(made, dict):
                _merge(params, made)
            else:
                self.found.lost |= set(paths(value, path))
            return
        if isinstance(shape, MapShape):
            params[first] = self.value(shape.value, value, path)
            return
        if not isinstance(shape, StructureShape) or first not in shape.members:
            self.found.lost |= set(paths(value, path))
            return
        inner = shape.members[first]
        if not rest:
            made = self.value(inner, value, path)
            if isinstance(made, dict) and isinstance(params.get(first), dict):
                _merge(params[first], made)
            elif isinstance(made, list) and isinstance(params.get(first), list):
                params[first] += made
            else:
                params[first] = made
            return
        if isinstance(inner, ListShape):
            place = params.setdefault(first, [{}])[0]
            self.into(inner.member, place, rest, value, path)
        else:
            self.into(inner, params.setdefault(first, {}), rest, value, path)

    def value(self, shape: Shape, value: Any, path: str) -> Any:  # noqa: ANN401 - any JSON value, on both sides
        if isinstance(shape, StructureShape):
            return self.structure(shape, value, path)
        if isinstance(shape, ListShape):
            pair = _pairs(shape)
            if isinstance(value, dict) and pair and not self.named_below(path):
                self.found.placed |= set(paths(value, path))
                key, text = pair
                return [{key: name, text: str(inner)} for name, inner in value.items()]
            many = value if isinstance(value, list) else [value]
            if not many:
                self.found.placed.add(path)
            return [self.value(shape.member, inner, path) for inner in many]
        if isinstance(shape, MapShape):
            self.found.placed |= set(paths(value, path))
            if isinstance(value, list):
                return value
            return {key: _scalar(shape.value, inner) for key, inner in value.items()}
        self.found.placed |= set(paths(value, path))
        return _scalar(shape, value)

    def named_below(self, path: str) -> bool:
        return any(it.startswith(f"{path}.") for it in self.row.names)

    def structure(self, shape: StructureShape, value: Any, path: str) -> Any:  # noqa: ANN401
        if set(shape.members) == {"Quantity", "Items"} and not (isinstance(value, dict) and "items" in value):
            items = self.value(shape.members["Items"], value, path)
            return {"Quantity": len(items), "Items": items}
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if not isinstance(value, dict):
            if isinstance(value, list) and not value:
                self.found.placed.add(path)
                return {}
            self.found.lost |= set(paths(value, path))
            return {}
        params: Params = {}
        if not value:
            self.found.placed.add(path)
        for key, inner in value.items():
            below = f"{path}.{key}"
            if self.is_left(below, inner):
                continue
            name = self.row.names.get(below) or _member(shape, key)
            if name is None:
                self.found.lost |= set(paths(inner, below))
            else:
                self.into(shape, params, name, inner, below)
        if {"Quantity", "Items"} <= set(shape.members) and "Items" in params:
            params.setdefault("Quantity", len(params["Items"]))
        return params


def _put(params: Params, way: Sequence[str], value: Any) -> None:  # noqa: ANN401 - any JSON value
    for step in way[:-1]:
        params = params.setdefault(step, {})
    params.setdefault(way[-1], value)


def _inner(shape: Shape, way: str) -> Shape:
    for step in way.split("."):
        assert isinstance(shape, StructureShape)
        shape = shape.members[step]
    return shape


def _merge(into: Params, more: Params) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _plain_name(name: str) -> str:
    return "".join(name.replace("-", "").replace("_", "").split()).lower()


def _member(shape: Shape | None, key: str) -> str | None:
    """The member of that name: letters count, case doesn't, nor whether it is one or many."""
    if not isinstance(shape, StructureShape):
        return None
    members = {_plain_name(name): name for name in shape.members}
    wanted = _plain_name(key)
    forms = [wanted, f"{wanted}s", f"{wanted}es", f"{wanted}list", f"{wanted}set"]
    if wanted.endswith("s"):
        forms += [wanted[:-1], f"{wanted[:-1]}list", f"{wanted[:-1]}set"]
    if wanted.endswith("ies"):
        forms.append(f"{wanted[:-3]}y")
    return next((members[form] for form in forms if form in members), None)


_PAIRS: Final = (("Key", "Value"), ("TagKey", "TagValue"), ("key", "value"))


def _pairs(shape: ListShape) -> tuple[str, str] | None:
    inner = shape.member
    if isinstance(inner, StructureShape):
        return next((pair for pair in _PAIRS if set(pair) <= set(inner.members)), None)
    return None


def _scalar(shape: Shape, value: Any) -> Any:  # noqa: ANN401 - any JSON value, on both sides
    """The value in the API's type, where the provider takes it as a text of the same meaning."""
    kind = shape.type_name
    if kind == "boolean":
        return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
    if kind in ("integer", "long", "double", "float"):
        return _number(kind, value)
    if kind == "string" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return value


def _number(kind: str, value: Any) -> Any:  # noqa: ANN401 - any JSON value, on both sides
    try:
        found = float(value) if isinstance(value, (str, float)) else value
    except ValueError:
        return value
    whole = isinstance(found, float) and found.is_integer() and kind in ("integer", "long")
    return int(found) if whole else found


# --- what the model says against a request ----------------------------------------------------------------------------


def problems(request: Request, *, loose: Mapping[str, str] | None = None) -> list[str]:
    """Everything that the model has against the request; patterns named in ``loose`` (by shape) aren't asked."""
    shape = request.operation.input_shape
    report = ParamValidator().validate(request.params, shape)
    found = [line for line in report.generate_report().splitlines() if line]
    return found + list(_unfit(shape, request.params, request.operation.name, loose or {}))


def _unfit(shape: Shape, value: Any, path: str, loose: Mapping[str, str]) -> Iterator[str]:  # noqa: ANN401
    for inner, found, way in _below(shape, value, path):
        yield from _unfit(inner, found, way, loose)
    if isinstance(shape, ListShape) and isinstance(value, list):
        yield from _beyond(shape, len(value), f"{path}: {len(value)} members")
    elif isinstance(value, str) and value != HIDDEN:
        yield from _text(shape, value, path, loose)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from _beyond(shape, value, f"{path} = {value}")


def _below(shape: Shape, value: Any, path: str) -> Iterator[tuple[Shape, Any, str]]:  # noqa: ANN401
    """What a value holds, each with its shape and path."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        known = shape.members
        yield from ((known[name], inner, f"{path}.{name}") for name, inner in value.items() if name in known)
    elif isinstance(shape, ListShape) and isinstance(value, list):
        yield from ((shape.member, inner, f"{path}[{index}]") for index, inner in enumerate(value))
    elif isinstance(shape, MapShape) and isinstance(value, dict):
        for key, inner in value.items():
            yield shape.key, key, f"{path} key"
            yield shape.value, inner, f"{path}.{key}"


def _beyond(shape: Shape, size: float, what: str) -> Iterator[str]:
    most = shape.metadata.get("max")
    if most is not None and size > float(most):
        yield f"{what}: at most {most}"


def _text(shape: Shape, value: str, path: str, loose: Mapping[str, str]) -> Iterator[str]:
    yield from _beyond(shape, len(value), f"{path} = {value[:60]!r}: {len(value)} characters")
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        yield f"{path} = {value!r}: none of {', '.join(allowed)}"
    pattern = shape.metadata.get("pattern")
    if pattern and shape.name not in loose and not compiled(pattern).fullmatch(value):
        yield f"{path} = {value[:80]!r}: not {shape.name}, {pattern[:120]}"


@cache
def compiled(pattern: str) -> regex.Pattern[str]:
    """A pattern of the models, which are Java's: characters beyond the first plane are written as pairs there."""
    return regex.compile(pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF"), regex.DOTALL)


def json_text(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """What a JSON text holds."""
    return json.loads(value) if isinstance(value, str) else value


def of(resource: Resource, rows: Mapping[str, Row]) -> Translation:
    """The requests of a resource."""
    return translate(rows[resource.type], resource.inputs)
