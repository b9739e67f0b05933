"""``python -m controls stack.json``: how every control stands in a stack, by its export. 1 where one is broken.

``python -m controls stack.json delivered/`` asks it of the objects too that Argo CD applies: YAML files, one
object in each, as ``python -m sandbox render --delivered`` writes them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

import yaml

from controls.answers import Outcome, answers
from controls.graph import Graph

_USAGE: Final = 2


def main(arguments: list[str]) -> int:
    """Print a line a control. 2 where the call or the file is wrong."""
    if len(arguments) not in (1, 2):
        sys.stderr.write("usage: python -m controls EXPORT [DELIVERED]\n")
        return _USAGE
    try:
        graph = Graph.from_export(json.loads(Path(arguments[0]).read_text(encoding="utf-8")))
        for directory in arguments[1:]:
            graph = graph.delivering(_manifests(Path(directory)))
    except (OSError, ValueError, yaml.YAMLError) as problem:
        sys.stderr.write(f"{' '.join(arguments)}: {problem}\n")
        return _USAGE
    found = answers(graph)
    for it in found:
        control = it.verdict.control
        sys.stdout.write(f"{control.id:<17} {it.outcome:<15} {control.title}{f' ({it.reason})' if it.reason else ''}\n")
    return int(any(it.outcome is Outcome.BROKEN for it in found))


def _manifests(directory: Path) -> dict[str, dict[str, object]]:
    """The objects below ``directory`` by their path in it. ``ValueError`` where a file is none, or there is no file."""
    found: dict[str, dict[str, object]] = {}
    for file in sorted(directory.rglob("*.yaml")):
        read = yaml.safe_load(file.read_text(encoding="utf-8"))
        found[str(file.relative_to(directory))] = read if isinstance(read, dict) else {}
    if not found:
        raise ValueError(f"{directory} holds no YAML file")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
