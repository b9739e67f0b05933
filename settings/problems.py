"""From what pydantic found wrong to one line a wrong key: file, key, value, and what is allowed there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import UnionType
from typing import Any, Final, Literal, Union, cast, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from components.model import FORMS, Problem, Settings, attribute_docs
from settings.spelling import Corrections, Path, nearest

MISSING: Final = object()
"""The value of a key that isn't there."""

_LONGEST_VALUE: Final = 80
_PLAIN_KEY: Final = re.compile(r"[^\s\[\]\"]+")


def validate(annotation: object, raw: object) -> tuple[object | None, list[Problem]]:
    """``raw``, as JSON gives it, as ``annotation``; or every problem in it with paths from its root.

    A number is no text here, and a text no number: the file says what it means, and editors check it by the schema.
    """
    adapter = TypeAdapter(cast("type[object]", annotation))
    fixed = Corrections(raw)
    misspelt: list[Problem] = []
    while True:
        try:
            value = adapter.validate_json(json.dumps(fixed.raw, default=str), strict=True)
        except ValidationError as error:
            found = [*_misspelt(error, annotation, fixed)]
            if not found:
                rest = _problems(error, annotation, fixed.raw)
                return None, [*_one_a_path(_as_in_file(rest, fixed), misspelt)]
            misspelt += found
        else:
            return (None, misspelt) if misspelt else (value, [])


def show(value: object) -> str:
    """A value as it would stand in the file, shortened."""
    if value is MISSING:
        return "(missing)"
    text = json.dumps(value, default=str, ensure_ascii=False)
    text = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"


def dotted(path: Sequence[str | int]) -> str:
    """``networking.subnets.private[0]`` from its parts; odd keys stand in brackets and quotes."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part) and part.isprintable():
            text += f".{part}" if text else part
        else:
            text += f"[{json.dumps(part)}]"
    return text


def _misspelt(error: ValidationError, annotation: object, fixed: Corrections) -> Iterator[Problem]:
    """Every unknown key of which it is clear what was meant. From here on it is read so."""
    before = Corrections(fixed.raw, dict(fixed.given))
    for item in error.errors(include_url=False):
        path = _real_path(item["loc"], before.raw)
        if item["type"] == "extra_forbidden":
            parent, key = path[:-1], str(path[-1])
            known = _known(annotation, parent, before.raw)
            meant = nearest(key, known)
        elif item["type"] == "union_tag_not_found":
            parent, meant = path, str(item["ctx"]["discriminator"]).strip("'")
            others = [k for k in _keys(before.raw, parent) if k not in _known(annotation, parent, {})]
            key = next((k for k in others if nearest(k, [meant])), "")
            known = [meant]
        else:
            continue
        if meant is not None and fixed.correct(parent, key, meant):
            value = _at(before.raw, (*parent, key))
            yield Problem(before.in_file((*parent, key)), value, f"no such key; {_offer(known, meant)}")


def _as_in_file(problems: Iterable[Problem], fixed: Corrections) -> Iterator[Problem]:
    for problem in problems:
        yield Problem(fixed.in_file(problem.path), problem.value, problem.allowed)


def _one_a_path(problems: Iterable[Problem], misspelt: Sequence[Problem]) -> Iterator[Problem]:
    """The first problem of each key, and none below a key that is itself wrong."""
    yield from misspelt
    taken: set[Path] = set()
    told = {problem.path for problem in misspelt}
    for problem in sorted(problems, key=lambda p: len(p.path)):
        if problem.path in told or any(problem.path[:size] in taken for size in range(1, len(problem.path) + 1)):
            continue
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
        elif item["type"] == "extra_forbidden":
            yield Problem(path, _at(raw, path), _unknown(path, annotation, raw))
        else:
            value = MISSING if item["type"] == "missing" else item["input"]
            yield Problem(path, value, _allowed(item["type"], item["msg"], context, annotation, path, value))


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
    told: object = None
    for index, part in enumerate(loc):
        last = index == len(loc) - 1
        if part == "[key]":
            continue
        if isinstance(here, Mapping) and here is not told and _tag(here) == part:
            # pydantic names the kind that it looked at, once; a key may be called the same
            told = here
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


def _tag(given: Mapping[object, object]) -> object:
    return next((given[key] for key in _DISCRIMINATORS if key in given), None)


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


_DISCRIMINATORS: Final = ("kind", "type")
"""Keys that say which of several settings classes is meant."""

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
    "string_pattern_mismatch": lambda c: f"{FORMS.get(c['pattern'], 'a text')} of the form {c['pattern']}",
    "too_short": lambda c: f"at least {c['min_length']} entries",
    "too_long": lambda c: f"at most {c['max_length']} entries",
    "literal_error": lambda c: "one of " + str(c["expected"]).replace("'", "").replace(" or ", ", "),
    "enum": lambda c: "one of " + str(c["expected"]).replace("'", "").replace(" or ", ", "),
}


def _allowed(  # noqa: PLR0917 - what pydantic says of a key, and where
    kind: str, message: str, context: Mapping[str, Any], annotation: object, path: Path, value: object
) -> str:
    if kind in _TYPES:
        quoted = isinstance(value, str) and kind.partition("_")[0] in {"int", "float", "bool"}
        return f"{_TYPES[kind]}, without quotes" if quoted else _TYPES[kind]
    if kind in _BOUNDS:
        return _BOUNDS[kind](context)
    if kind == "missing":
        description = _description(annotation, path)
        return f"must be given: {description}" if description else "must be given"
    return message[:1].lower() + message[1:]


def _unknown(path: Path, annotation: object, raw: object) -> str:
    known = _known(annotation, path[:-1], raw)
    return f"no such key; {_offer(known, nearest(str(path[-1]), known))}" if known else "no such key"


def _offer(known: Sequence[str], meant: str | None) -> str:
    return f"allowed are {', '.join(known)}" + (f"; did you mean {meant}?" if meant else "")


def _known(annotation: object, path: Path, raw: object) -> list[str]:
    """The keys that may stand at ``path``; of a choice, those of the kind that ``raw`` names."""
    models = _models_at(annotation, path)
    given = _at(raw, path)
    if len(models) > 1 and isinstance(given, Mapping):
        named = [
            m for m in models if any(_is_tag(field.annotation, given.get(key)) for key, field in m.model_fields.items())
        ]
        models = named if len(named) == 1 else models
    return sorted({key for model in models for key in model.model_fields})


def _is_tag(annotation: object, value: object) -> bool:
    return get_origin(annotation) is Literal and len(get_args(annotation)) == 1 and value in get_args(annotation)


def _keys(raw: object, path: Path) -> list[str]:
    here = _at(raw, path)
    return [str(key) for key in here] if isinstance(here, Mapping) else []


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
