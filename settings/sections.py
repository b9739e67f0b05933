"""Reading a stack file, whatever its project: sections by class, checks between them, every wrong key at once."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, TypeAlias, TypeVar, cast

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env, is_config_secret
from pydantic import ValidationError

from components.model import Problem, Settings, attribute_docs
from settings.problems import MISSING, dotted, show, validate
from settings.secrets import HIDDEN, hidden, secret_looking
from settings.spelling import nearest
from settings.texts import illegible, legible

Checks: TypeAlias = Sequence[tuple[tuple[str, ...], Callable[..., Iterator[Problem]]]]
"""What must hold between sections: which sections a check needs, and the check. It runs only where those are right."""
Tree = TypeVar("Tree", bound=Settings)
Whole: TypeAlias = tuple[Collection[str], Callable[[Tree], Iterator[Problem]]]
"""A check of the settings together: which sections it reads, and the check. It runs where no other check found
anything wrong with those, whatever is wrong with others, and sees nothing else of the settings."""
NAMESPACES: Final = ("aws", "eks", "kubernetes", "pulumi", "pulumiservice", "random")
"""Whose keys may stand in a stack file beside the project's own: the engine's, and those of the packages that the
program installs. Explicit providers read none of the latter, but users write ``aws:region``, and ``pulumi new`` does.
"""

NOT_SHOWN: Final = "(not shown)"


def load(tree: type[Tree], checks: Checks, whole: Whole[Tree] | None = None) -> Tree:
    """The settings of the stack being deployed. ``pulumi.RunError`` names every wrong key."""
    project, stack = pulumi.get_project(), pulumi.get_stack()
    own, others = split({**get_config_env(), **CONFIG.get()}, project)
    secret = {key for key in own if is_config_secret(f"{project}:{key}")}
    raw = {key: _decoded(value) for key, value in own.items()}
    file = f"Pulumi.{stack}.yaml"
    return parse(tree, checks, raw, whole, project=project, file=file, others=others, secret=secret)


def parse(
    tree: type[Tree],
    checks: Checks,
    raw: Mapping[str, object],
    whole: Whole[Tree] | None = None,
    *,
    project: str,
    file: str,
    others: Iterable[str] = (),
    secret: Collection[str] = (),
) -> Tree:
    """``raw`` (the project's keys without their namespace) as settings; ``file`` is named in the errors.

    ``others`` are the file's keys of other namespaces, whole: one that nobody would read is wrong too. Of the sections
    in ``secret``, which somebody encrypted, no value is shown.
    """
    sections, problems = _each(tree, raw)
    for needs, check in checks:
        if sections.keys() >= set(needs):
            problems += _checked(check, needs, sections)
    settings = cast("Tree", tree.model_construct(**cast("dict[str, Any]", sections)))
    if whole is not None and sections.keys() - {p.path[0] for p in problems} >= set(whole[0]):
        problems += _checked(lambda *_: whole[1](settings), tuple(whole[0]), sections)
    wrong = [
        *_unread(others, tree, project),
        *((f"{project}:{dotted(p.path)}", _shown(p, secret)) for p in problems),
    ]
    if wrong:
        raise pulumi.RunError(_message(wrong, file=file))
    return settings


def _checked(
    check: Callable[..., Iterator[Problem]], needs: Sequence[str], sections: Mapping[str, object]
) -> Iterator[Problem]:
    """What a check finds. Where settings come to something that a builder refuses, its words stand for a check's."""
    try:
        yield from check(*(sections[need] for need in needs))
    except ValidationError as refused:
        for item in refused.errors(include_url=False):
            yield Problem(
                (needs[-1],), NOT_SHOWN, f"settings from which the program makes something right: {item['msg']}"
            )


def _each(tree: type[Settings], raw: Mapping[str, object]) -> tuple[dict[str, object], list[Problem]]:
    """The sections that are right, each by itself, and what is wrong with the others."""
    problems: list[Problem] = []
    sections: dict[str, object] = {}
    meant = dict(_meant(tree, raw, problems))
    for key, field in tree.model_fields.items():
        given = meant.get(key)
        if given is None and not field.is_required():
            sections[key] = field.get_default(call_default_factory=True)
        elif given is None:
            problems.append(Problem((key,), MISSING, f"must be given: {attribute_docs(tree)[key]}"))
        else:
            annotation = Annotated[field.annotation, field] if field.metadata else field.annotation
            value, found = _section(annotation, given, raw[given])
            problems += found
            if not found and given == key:
                sections[key] = value
    return sections, problems


def _meant(tree: type[Settings], raw: Mapping[str, object], problems: list[Problem]) -> Iterator[tuple[str, str]]:
    """Each section with the key that it stands under; keys that are none are told, and read as what they look like."""
    known = list(tree.model_fields)
    taken = {key for key in raw if key in known}
    yield from ((key, key) for key in taken)
    for key, value in raw.items():
        if key in known:
            continue
        near = nearest(key, known)
        guess = f"; did you mean {near}?" if near else ""
        problems.append(Problem((key,), value, f"no such key; allowed are {', '.join(known)}{guess}"))
        if near is not None and near not in taken:
            taken.add(near)
            yield near, key


def _section(annotation: object, key: str, raw: object) -> tuple[object | None, list[Problem]]:
    """One section's settings, or what is wrong with it: secrets and unreadable texts before all else."""
    first = [*secret_looking(raw, (key,)), *illegible(raw, (key,))]
    value, found = validate(annotation, legible(raw))
    told = {problem.path for problem in first}
    rest = [p for p in (Problem((key, *p.path), p.value, p.allowed) for p in found) if p.path not in told]
    return value, first + rest


def _shown(problem: Problem, secret: Collection[str]) -> Problem:
    """``problem`` with a value that may be read by whoever reads the log."""
    value = HIDDEN if problem.path[0] in secret and problem.value is not MISSING else problem.value
    return Problem(problem.path, hidden(value, problem.path), problem.allowed)


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
        yield key, Problem((key,), NOT_SHOWN, allowed)


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
        lines.append(f"  {key} = {problem.value if problem.value is NOT_SHOWN else show(problem.value)}")
        lines.append(f"    allowed: {' '.join(problem.allowed.split())}")
    return "\n".join(lines)
