"""The settings module of a program: what the sandbox may ask of it without running the program."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType


def settings_module(root: Path) -> ModuleType:
    """``settings``; of a project inside another, ``<directory>.configuration``. ``LookupError`` if there is none."""
    inner = (root.parent / "Pulumi.yaml").is_file()
    home, name = (root.parent, f"{root.name}.configuration") if inner else (root, "settings")
    sys.path.insert(0, str(home))
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as problem:
        if problem.name != name:
            raise
        raise LookupError(f"the program has no {name} module") from None
    finally:
        sys.path.remove(str(home))
