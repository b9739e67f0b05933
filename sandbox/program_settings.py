"""The settings module of a program: what the sandbox may ask of it without running the program."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sandbox.refusals import CallRefused

if TYPE_CHECKING:
    from sandbox.engine.project import Config, Project


def settings_module(root: Path) -> ModuleType:
    """``settings``; of a project inside another, ``<directory>.configuration``. ``LookupError`` if there is none."""
    inner = (root.parent / "Pulumi.yaml").is_file()
    home, name = (root.parent, f"{root.name}.configuration") if inner else (root, "settings")
    place = home.joinpath(*name.split("."))
    # looked for here: another program's settings may stand on the path too
    if not (place.is_dir() or place.with_suffix(".py").is_file()):
        raise LookupError(f"the program has no {name} module")
    sys.path.insert(0, str(home))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(home))


def parsed_settings(project: Project, config: Config, stack: str, wanted: str) -> Any:  # noqa: ANN401 - the program's
    """The ``StackSettings`` of ``stack``, from its configuration alone.

    ``CallRefused`` where they have no method ``wanted``, ``SettingsRefused`` where the program refuses them.
    """
    import pulumi  # noqa: PLC0415 - the SDK's import is slow, and the commands measure it

    from sandbox.engine.errors import SettingsRefused  # noqa: PLC0415

    try:
        module = settings_module(project.root)
    except LookupError as problem:
        raise CallRefused(f"{project.name} has no {wanted}: {problem.args[0]}") from None
    settings = getattr(module, "StackSettings", None)
    if settings is None or not hasattr(settings, wanted):
        raise CallRefused(f"{project.name} has no {wanted}: its settings have no {wanted}()")
    prefix = f"{project.name}:"
    raw = {key.removeprefix(prefix): _decoded(text) for key, text in config.values.items() if key.startswith(prefix)}
    try:
        return settings.parse(raw, project=project.name, file=project.stack_file(stack).name)
    except pulumi.RunError as refused:
        raise SettingsRefused(str(refused)) from None


def _decoded(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text
