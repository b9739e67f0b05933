"""Reading a stack file, whatever its project: sections by class, checks between them, every wrong key at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, TypeAlias, TypeVar, cast

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env

from components.model import Problem, Settings, attribute_docs
from settings.problems import MISSING, dotted, show, validate
from settings.secrets import secret_looking

Checks: TypeAlias = Sequence[tuple[tuple[str, ...], Callable[..., Iterator[Problem]]]]
"""What must hold between sections: which sections a check needs, and the check. It runs only where those are right."""
Tree = TypeVar("Tree", bound=Settings)


def load(tree: type[Tree], checks: Checks) -> Tree:
    """The settings of the stack being deployed. ``pulumi.RunError`` names every wrong key."""
    project, stack = pulumi.get_project(), pulumi.get_stack()
    return parse(tree, checks, configuration(project), project=project, file=f"Pulumi.{stack}.yaml")


def parse(tree: type[Tree], checks: Checks, raw: Mapping[str, object], *, project: str, file: str) -> Tree:
    """``raw`` (the project's keys without their namespace) as settings; ``file`` is named in the errors."""
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
    for needs, check in checks:
        if all(need in sections for need in needs):
            problems += check(*(cast("Any", sections[need]) for need in needs))
    if problems:
        raise pulumi.RunError(_message(problems, project=project, file=file))
    return cast("Tree", tree.model_construct(**cast("dict[str, Any]", sections)))


def configuration(project: str) -> dict[str, object]:
    """Every key of the project's namespace, decoded."""
    prefix = f"{project}:"
    found: dict[str, object] = {}
    for key, value in {**get_config_env(), **CONFIG.get()}.items():
        if key.startswith(prefix):
            found[key.removeprefix(prefix)] = _decoded(value)
    return found


def _decoded(value: object) -> object:
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _message(problems: list[Problem], *, project: str, file: str) -> str:
    count = "1 wrong key" if len(problems) == 1 else f"{len(problems)} wrong keys"
    lines = [f"{file}: {count}"]
    for problem in problems:
        lines.append(f"  {project}:{dotted(problem.path)} = {show(problem.value)}")
        lines.append(f"    allowed: {problem.allowed}")
    return "\n".join(lines)
