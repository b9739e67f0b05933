"""From what pydantic found wrong to one line a wrong key: file, key, value, and what is allowed there."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import UnionType
from typing import Any, Final, Union, cast, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from components.model import Problem, Settings, attribute_docs

Path = tuple[str | int, ...]

MISSING: Final = object()
"""The value of a key that isn't there."""

_LONGEST_VALUE: Final = 80


def validate(annotation: object, raw: object) -> tuple[object | None, list[Problem]]:
    """``raw`` as ``annotation``, or every problem in it with paths from its root."""
    try:
        return TypeAdapter(cast("type[object]", annotation)).validate_python(raw), []
    except ValidationError as error:
        return None, list(_one_a_path(_problems(error, annotation, raw)))


def show(value: object) -> str:
    """A value as it would stand in the file, shortened."""
    if value is MISSING:
        return "(missing)"
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"


def dotted(path: Sequence[str | int]) -> str:
    """``networking.subnets.private[0]`` from its parts."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


def _one_a_path(problems: Iterable[Problem]) -> Iterator[Problem]:
    """The first problem of each key, and none below a key that is itself wrong."""
    taken: set[Path] = set()
    for problem in sorted(problems, key=lambda p: len(p.path)):
        if not any(problem.path[:size] in taken for size in range(1, len(problem.path) + 1)):
            taken.add(problem.path)
            yield problem


def _problems(error: ValidationError, annotation: object, raw: object) -> Iterator[Problem]:
    for item in error.errors(include_url=False):
        path = _real_path(item["loc"], raw)
        context: dict[str, Any] = item.get("ctx") or {}
        if item["type"] == "refused":
            for found in context["problems"]:
                full = _joined(path, found.path)
                value = _at(raw, full) if found.value is ... else found.value
                yield Problem(full, value, found.allowed)
        elif item["type"] in ("union_tag_not_found", "union_tag_invalid"):
            yield from _tag_problem(path, item["type"], context, raw)
        else:
            value = MISSING if item["type"] == "missing" else item["input"]
            yield Problem(path, value, _allowed(item["type"], item["msg"], context, annotation, path))


def _joined(path: Path, more: Path) -> Path:
    """``more`` from ``path``, where ``..`` goes one up."""
    while more[:1] == ("..",):
        path, more = path[:-1], more[1:]
    return (*path, *more)


def _tag_problem(path: Path, kind: str, context: Mapping[str, Any], raw: object) -> Iterator[Problem]:
    key = str(context["discriminator"]).strip("'")
    tags = str(context.get("expected_tags", "")).replace("'", "")
    value = _at(raw, (*path, key)) if kind == "union_tag_invalid" else MISSING
    yield Problem((*path, key), value, f"one of {tags}" if tags else "the kind of this entry")


def _real_path(loc: Sequence[str | int], raw: object) -> Path:
    """The path in the file: pydantic's own, less the union tags that it puts in and the marks of dictionary keys."""
    path: list[str | int] = []
    here: object = raw
    for index, part in enumerate(loc):
        last = index == len(loc) - 1
        if part == "[key]":
            continue
        if isinstance(here, Mapping):
            if part in here or last:
                path.append(part)
                here = here.get(part, MISSING)
        elif isinstance(here, list) and isinstance(part, int):
            path.append(part)
            here = here[part] if part < len(here) else MISSING
        elif here is MISSING:
            path.append(part)
    return tuple(path)


def _at(raw: object, path: Sequence[str | int]) -> object:
    here = raw
    for part in path:
        if isinstance(here, Mapping):
            here = here.get(part, MISSING)
        elif isinstance(here, list) and isinstance(part, int):
            here = here[part] if part < len(here) else MISSING
        else:
            return MISSING
    return here


_TYPES: Final[dict[str, str]] = {
    "string_type": "a text (in quotes where YAML would read something else)",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
}

_BOUNDS: Final[dict[str, Callable[[Mapping[str, Any]], str]]] = {
    "greater_than": lambda c: f"a number above {c['gt']}",
    "greater_than_equal": lambda c: f"at least {c['ge']}",
    "less_than": lambda c: f"a number below {c['lt']}",
    "less_than_equal": lambda c: f"at most {c['le']}",
    "multiple_of": lambda c: f"a multiple of {c['multiple_of']}",
    "string_too_short": lambda c: f"at least {c['min_length']} characters",
    "string_too_long": lambda c: f"at most {c['max_length']} characters",
    "string_pattern_mismatch": lambda c: f"a text of the form {c['pattern']}",
    "too_short": lambda c: f"at least {c['min_length']} entries",
    "too_long": lambda c: f"at most {c['max_length']} entries",
    "literal_error": lambda c: "one of " + str(c["expected"]).replace("'", "").replace(" or ", ", "),
    "enum": lambda c: "one of " + str(c["expected"]).replace("'", "").replace(" or ", ", "),
}


def _allowed(kind: str, message: str, context: Mapping[str, Any], annotation: object, path: Path) -> str:
    if kind in _TYPES:
        return _TYPES[kind]
    if kind in _BOUNDS:
        return _BOUNDS[kind](context)
    if kind == "missing":
        description = _description(annotation, path)
        return f"must be given: {description}" if description else "must be given"
    if kind == "extra_forbidden":
        return _known_keys(annotation, path)
    return message[:1].lower() + message[1:]


def _known_keys(annotation: object, path: Path) -> str:
    keys = sorted({key for model in _models_at(annotation, path[:-1]) for key in model.model_fields})
    if not keys:
        return "no such key"
    near = difflib.get_close_matches(str(path[-1]), keys, n=1)
    guess = f"; did you mean {near[0]}?" if near else ""
    return f"no such key; allowed are {', '.join(keys)}{guess}"


def _description(annotation: object, path: Path) -> str:
    for model in _models_at(annotation, path[:-1]):
        text = attribute_docs(model).get(str(path[-1])) if issubclass(model, Settings) else None
        if text:
            return " ".join(text.split())
    return ""


def _models_at(annotation: object, path: Sequence[str | int]) -> list[type[BaseModel]]:
    """The settings classes that may stand at ``path`` below ``annotation``."""
    here = [annotation]
    for part in path:
        following: list[object] = []
        for candidate in _flat(here):
            if isinstance(candidate, type) and issubclass(candidate, BaseModel):
                field = candidate.model_fields.get(str(part))
                if field is not None:
                    following.append(field.annotation)
            elif get_origin(candidate) in (dict, list, tuple, Mapping, Sequence):
                following.append(get_args(candidate)[-1])
        here = following
    return [c for c in _flat(here) if isinstance(c, type) and issubclass(c, BaseModel)]


def _flat(annotations: Iterable[object]) -> Iterator[object]:
    """Every alternative of unions and what ``Annotated`` wraps."""
    for annotation in annotations:
        origin = get_origin(annotation)
        if origin in (Union, UnionType):
            yield from _flat(get_args(annotation))
        elif hasattr(annotation, "__metadata__"):
            yield from _flat(get_args(annotation)[:1])
        else:
            yield annotation
