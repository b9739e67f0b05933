"""Every key of the committed stack files, one by one: of a wrong type, with a letter too many, with a line end."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import yaml

from components.model import Settings
from settings import StackSettings
from settings.problems import dotted, validate
from settings.spelling import Path
from tests.settings.stack_files import ROOT, Raw, raw_settings

_NAMED = re.compile(
    r"\b(applications\.applications|mcp\.servers|agents\.agents|caches|users|access|node_groups|node_pools|clusters"
    r"|tables|models|services|secrets|env|buckets|writable|namespaces)\.[^.\[]+"
)
"""A key below one of these is a name that somebody chose."""
_FREE = re.compile(r"\.(purpose|role)$|command\[\d+\]$|\.env\.")
"""Texts in which a line may end."""


def keys(raw: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Every key below ``raw`` with its value."""
    items: list[tuple[str | int, object]] = []
    if isinstance(raw, dict):
        items = list(raw.items())
    elif isinstance(raw, list):
        items = list(enumerate(raw))
    for key, value in items:
        yield (*path, key), value
        yield from keys(value, (*path, key))


def shapes(section: str) -> Iterator[tuple[Raw, Path, object]]:
    """One key of each shape in the section: of six agents alike the first is enough."""
    seen: set[str] = set()
    for stack in ("production", "dev"):
        raw = raw_settings(stack)
        for path, value in keys(raw.get(section, {}), (section,)):
            shape = _NAMED.sub(r"\1.*", re.sub(r"\[\d+\]", "[]", dotted(path)))
            if shape not in seen:
                seen.add(shape)
                yield raw, path, value


def wrong_keys(raw: Raw, path: Path, put: dict[str | int, Any]) -> list[str]:
    """The keys that are refused of the section with ``put`` instead of the last part of ``path``."""
    field = StackSettings.model_fields[str(path[0])]

    def with_it(here: Any, rest: Path) -> object:  # noqa: ANN401 - whatever stands there
        made: dict[str | int, Any] = {}
        for key, old in here.items() if isinstance(here, dict) else enumerate(here):
            if key != rest[0]:
                made[key] = old
            elif len(rest) == 1:
                made |= put
            else:
                made[key] = with_it(old, rest[1:])
        return made if isinstance(here, dict) else list(made.values())

    _, found = validate(field.annotation, with_it(raw[str(path[0])], path[1:]))
    return [dotted((path[0], *problem.path)) for problem in found]


SECTIONS = [name for name in StackSettings.model_fields if name in raw_settings("production") | raw_settings("dev")]


@pytest.mark.parametrize("section", SECTIONS)
def test_a_wrong_type_is_one_wrong_key(section: str) -> None:
    told = {}
    for raw, path, value in shapes(section):
        other: object = "zz" if isinstance(value, (dict, list)) else {"zz": [None]}
        found = wrong_keys(raw, path, {path[-1]: other})
        if found != [dotted(path)]:
            told[dotted(path)] = found
    assert told == {}


@pytest.mark.parametrize("section", SECTIONS)
def test_a_misspelt_key_is_one_wrong_key(section: str) -> None:
    told = {}
    for raw, path, value in shapes(section):
        if isinstance(path[-1], str) and not _NAMED.search(dotted(path[-2:])) and not _chosen(path):
            wrong = path[-1] + path[-1][-1]
            found = wrong_keys(raw, path, {wrong: value})
            if found != [dotted((*path[:-1], wrong))]:
                told[dotted(path)] = found
    assert told == {}


def _chosen(path: Path) -> bool:
    return bool(re.search(rf"{_NAMED.pattern}$", dotted(path)) or re.search(r"secrets\.[^.]+\.[^.]+$", dotted(path)))


@pytest.mark.parametrize("section", SECTIONS)
def test_a_line_end_is_no_part_of_a_name(section: str) -> None:
    """YAML's block texts end in one, and many a pattern lets it pass."""
    told = {}
    for raw, path, value in shapes(section):
        if isinstance(value, str) and not _FREE.search(dotted(path)):
            found = wrong_keys(raw, path, {path[-1]: f"{value}\n"})
            if found != [dotted(path)]:
                told[dotted(path)] = found
    assert told == {}


@pytest.mark.parametrize("section", SECTIONS)
def test_neither_yes_nor_a_figure_in_quotes_is_what_it_looks_like(section: str) -> None:
    """Editors check by the schema, which knows booleans, numbers and texts; so does the program."""
    told = {}
    for raw, path, value in shapes(section):
        if isinstance(value, (bool, int, float)) and path[-1] != "cpu":
            other = ("yes", 1, "true") if isinstance(value, bool) else (str(value), True)
            for given in other:
                found = wrong_keys(raw, path, {path[-1]: given})
                if found != [dotted(path)]:
                    told[f"{dotted(path)} = {given!r}"] = found
    assert told == {}


def models(cls: object, seen: set[object] | None = None) -> Iterator[type[Settings]]:
    """Every settings class below ``cls``."""
    seen = set() if seen is None else seen
    if cls in seen:
        return
    seen.add(cls)
    if isinstance(cls, type) and issubclass(cls, Settings):
        yield cls
        for field in cls.model_fields.values():
            yield from models(field.annotation, seen)
    for argument in getattr(cls, "__args__", ()):
        yield from models(argument, seen)


def test_patterns_are_whole_and_know_only_latin_figures() -> None:
    """``\\d`` and ``\\w`` of pydantic's engine take every script's, which no service does."""
    text = repr(StackSettings.model_json_schema())
    patterns = set(re.findall(r"'pattern': '((?:[^'\\\\]|\\\\.)*)'", text))
    assert len(patterns) > 30
    assert [p for p in patterns if not (p.startswith("^") and p.endswith("$"))] == []
    assert [p for p in patterns if re.search(r"\\[dws]", p)] == []


@pytest.mark.parametrize("section", SECTIONS)
def test_the_editor_s_schema_refuses_a_wrong_type_too(section: str) -> None:
    schema = json.loads((ROOT / "schemas" / "stack.schema.json").read_text())
    own = schema["properties"]["config"]["properties"][f"platform:{section}"]
    judge = jsonschema.Draft202012Validator({**own, "$defs": schema["$defs"]})
    taken = []
    for raw, path, value in shapes(section):
        for other in ("zz", 1) if isinstance(value, (dict, list)) else ({"zz": [None]}, [1]):
            changed = copy.deepcopy(raw)
            here: Any = changed
            for part in path[:-1]:
                here = here[part]
            here[path[-1]] = other
            if judge.is_valid(changed[section]):
                taken.append(f"{dotted(path)} = {other!r}")
    assert taken == []


@pytest.mark.parametrize(
    ("key", "read"),
    [("aws:region", True), ("pulumi:tags", True), ("plaform:services", False), ("datadog:apiKey", False)],
)
def test_the_editor_s_schema_knows_whose_keys_are_read(key: str, read: bool) -> None:  # noqa: FBT001 - a verdict
    schema = json.loads((ROOT / "schemas" / "stack.schema.json").read_text())
    config = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"]
    assert jsonschema.Draft202012Validator(schema).is_valid({"config": {**config, key: "x"}}) is read
