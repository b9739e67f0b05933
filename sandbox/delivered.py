"""What a program leaves to Argo CD instead of applying it: ``StackSettings.rendered(stack)`` as files.

The program's settings say it all, so nothing is run. ``<stack>/<cluster>/<application>/<kind>-<name>.yaml``, keys in
order, the same bytes on every run: what CI publishes to the rendered branch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import pulumi

from sandbox.engine.errors import SettingsRefused
from sandbox.program_settings import settings_module
from sandbox.refusals import CallRefused
from sandbox.render import in_order
from sandbox.values import Plain

if TYPE_CHECKING:
    from sandbox.engine.project import Config, Project

_NOTHING: Final = "delivers nothing"


def delivered(project: Project, config: Config, stack: str) -> dict[str, str]:
    """The files by path. ``CallRefused`` where the program has no such thing, ``SettingsRefused`` as the program."""
    try:
        module = settings_module(project.root)
    except LookupError as problem:
        raise CallRefused(f"{project.name} {_NOTHING}: {problem.args[0]}") from None
    settings = getattr(module, "StackSettings", None)
    if settings is None or not hasattr(settings, "rendered"):
        raise CallRefused(f"{project.name} {_NOTHING}: its settings have no rendered()")
    prefix = f"{project.name}:"
    raw = {key.removeprefix(prefix): _decoded(text) for key, text in config.values.items() if key.startswith(prefix)}
    try:
        parsed = settings.parse(raw, project=project.name, file=project.stack_file(stack).name)
    except pulumi.RunError as refused:
        raise SettingsRefused(str(refused)) from None
    documents: Mapping[str, Mapping[str, Plain]] = parsed.rendered(stack)
    return {path: in_order(document) for path, document in documents.items()}


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text
