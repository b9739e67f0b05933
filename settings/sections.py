"""Reading a stack file, whatever its project: sections by class, checks between them, every wrong key at once."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, TypeAlias, TypeVar, cast

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env

from components.model import Problem, Settings, attribute_docs
from settings.problems import MISSING, dotted, show, validate
from settings.secrets import secret_looking

Checks: TypeAlias = Sequence[tuple[tuple[str, ...], Callable[..., Iterator[Problem]]]]
"""What must hold between sections: which sections a check needs, and the check. It runs only where those are right."""
Tree = TypeVar("Tree", bound=Settings)
Whole: TypeAlias = tuple[Collection[str], Callable[[Tree], Iterator[Problem]]]
"""A check of the settings together: which sections it reads, and the check. It runs where those are right, whatever is
wrong with others, and sees nothing else of the settings."""
NAMESPACES: Final = ("aws", "eks", "kubernetes", "pulumi", "pulumiservice", "random")
"""Whose keys may stand in a stack file beside the project's own: the engine's, and those of the packages that the
program installs. Explicit providers read none of the latter, but users write ``aws:region``, and ``pulumi new`` does.
"""

_NOT_SHOWN: Final = "(not shown)"


def load(tree: type[Tree], checks: Checks, whole: Whole[Tree] | None = None) -> Tree:
    """The settings of the stack being deployed. ``pulumi.RunError`` names every wrong key."""
    project, stack = pulumi.get_project(), pulumi.get_stack()
    own, others = split({**get_config_env(), **CONFIG.get()}, project)
    raw = {key: _decoded(value) for key, value in own.items()}
    return parse(tree, checks, raw, whole, project=project, file=f"Pulumi.{stack}.yaml", others=others)


def parse(
    tree: type[Tree],
    checks: Checks,
    raw: Mapping[str, object],
    whole: Whole[Tree] | None = None,
    *,
    project: str,
    file: str,
    others: Iterable[str] = (),
) -> Tree:
    """``raw`` (the project's keys without their namespace) as settings; ``file`` is named in the errors.

    ``others`` are the file's keys of other namespaces, whole: one that nobody would read is wrong too.
    """
    sections, problems = _each(tree, raw)
    for needs, check in checks:
        if sections.keys() >= set(needs):
            problems += check(*(cast("Any", sections[need]) for need in needs))
    settings = cast("Tree", tree.model_construct(**cast("dict[str, Any]", sections)))
    if whole is not None and sections.keys() >= set(whole[0]):
        problems += whole[1](settings)
    wrong = [*_unread(others, tree, project), *((f"{project}:{dotted(p.path)}", p) for p in problems)]
    if wrong:
        raise pulumi.RunError(_message(wrong, file=file))
    return settings


def _each(tree: type[Settings], raw: Mapping[str, object]) -> tuple[dict[str, object], list[Problem]]:
    """The sections that are right, each by itself, and what is wrong with the others."""
    problems: list[Problem] = []
    sections: dict[str, object] = {}
    for key in raw:
        if key not in tree.model_fields:
            known = ", ".join(tree.model_fields)
            problems.append(Problem((key,), raw[key], f"no such key; allowed are {known}"))
    for key, field in tree.model_fields.items():
        if key not in raw and not field.is_required():
            sections[key] = field.get_default(call_default_factory=True)
            continue
        if key not in raw:
            problems.append(Problem((key,), MISSING, f"must be given: {attribute_docs(tree)[key]}"))
            continue
        annotation = Annotated[field.annotation, field] if field.metadata else field.annotation
        leaks = list(secret_looking(raw[key], (key,)))
        value, found = validate(annotation, raw[key])
        hidden = {leak.path for leak in leaks}
        rest = [p for p in ((Problem((key, *p.path), p.value, p.allowed)) for p in found) if p.path not in hidden]
        problems += leaks + rest
        if not leaks and not rest:
            sections[key] = value
    return sections, problems


def split(config: Mapping[str, object], project: str) -> tuple[dict[str, object], list[str]]:
    """The project's own values by key without its namespace, and the keys of other namespaces, whole."""
    own: dict[str, object] = {}
    others: list[str] = []
    for key, value in config.items():
        namespace, _, name = key.partition(":")
        if namespace == project:
            own[name] = value
        else:
            others.append(key)
    return own, others


def _unread(others: Iterable[str], tree: type[Settings], project: str) -> Iterator[tuple[str, Problem]]:
    """Keys of a namespace that nobody reads, such as the project's with a letter wrong. Their values aren't shown."""
    for key in sorted(others):
        namespace, _, name = key.partition(":")
        if namespace in NAMESPACES:
            continue
        allowed = f"no such namespace; allowed are {', '.join((project, *NAMESPACES))}"
        near = difflib.get_close_matches(namespace, (project, *NAMESPACES), n=1)
        section = difflib.get_close_matches(name, tree.model_fields, n=1)
        if name in tree.model_fields or (near == [project] and section):
            allowed += f"; did you mean {project}:{section[0]}?"
        elif near:
            allowed += f"; did you mean {near[0]}:{name}?"
        yield key, Problem((key,), _NOT_SHOWN, allowed)


def _decoded(value: object) -> object:
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _message(wrong: Sequence[tuple[str, Problem]], *, file: str) -> str:
    count = "1 wrong key" if len(wrong) == 1 else f"{len(wrong)} wrong keys"
    lines = [f"{file}: {count}"]
    for key, problem in wrong:
        lines.append(f"  {key} = {problem.value if problem.value is _NOT_SHOWN else show(problem.value)}")
        lines.append(f"    allowed: {problem.allowed}")
    return "\n".join(lines)
