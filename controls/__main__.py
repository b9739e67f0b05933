"""``python -m controls stack.json``: how every control stands in a stack, by its export. 1 where one is broken."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

from controls.answers import Outcome, answers
from controls.graph import Graph

_USAGE: Final = 2


def main(arguments: list[str]) -> int:
    """Print a line a control. 2 where the call or the file is wrong."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m controls EXPORT\n")
        return _USAGE
    try:
        graph = Graph.from_export(json.loads(Path(arguments[0]).read_text(encoding="utf-8")))
    except (OSError, ValueError) as problem:
        sys.stderr.write(f"{arguments[0]}: {problem}\n")
        return _USAGE
    found = answers(graph)
    for it in found:
        control = it.verdict.control
        sys.stdout.write(f"{control.id:<17} {it.outcome:<15} {control.title}{f' ({it.reason})' if it.reason else ''}\n")
    return int(any(it.outcome is Outcome.BROKEN for it in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
