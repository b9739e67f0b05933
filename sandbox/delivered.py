"""What a program leaves to Argo CD instead of applying it: ``StackSettings.rendered(stack)`` as files.

The program's settings say it all, so nothing is run. ``<stack>/<cluster>/<application>/<kind>-<name>.yaml``, keys in
order, the same bytes on every run: what CI publishes to the rendered branch.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sandbox.program_settings import parsed_settings
from sandbox.render import in_order
from sandbox.values import Plain

if TYPE_CHECKING:
    from sandbox.engine.project import Config, Project


def documents(project: Project, config: Config, stack: str) -> Mapping[str, Mapping[str, Plain]]:
    """The objects by path. ``CallRefused`` where the program has no such thing, ``SettingsRefused`` as the program."""
    parsed = parsed_settings(project, config, stack, "rendered")
    found: Mapping[str, Mapping[str, Plain]] = parsed.rendered(stack)
    return found


def delivered(project: Project, config: Config, stack: str) -> dict[str, str]:
    """The same as files; refused as ``documents``."""
    return {path: in_order(document) for path, document in documents(project, config, stack).items()}
