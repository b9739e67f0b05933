"""The JSON schema of a stack file, made from the settings classes; editors check the stack files against it."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Final

SCHEMA: Final = Path("schemas") / "stack.schema.json"


def text(root: Path) -> str:
    """The schema of the program in ``root``, as it stands in the file. ``LookupError`` if it declares no settings."""
    sys.path.insert(0, str(root))
    try:
        settings = importlib.import_module("settings")
    except ModuleNotFoundError as problem:
        if problem.name != "settings":
            raise
        raise LookupError("the program has no settings module") from None
    finally:
        sys.path.remove(str(root))
    schema: object = settings.StackSettings.json_schema()
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write(root: Path) -> tuple[Path, bool]:
    """Write the schema below ``root``; where, and whether it changed."""
    path = root / SCHEMA
    new = text(root)
    if path.is_file() and path.read_text(encoding="utf-8") == new:
        return path, False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(new, encoding="utf-8")
    return path, True
