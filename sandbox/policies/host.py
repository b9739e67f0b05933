"""Runs one policy pack's analyzer server, in the pack's own directory, as Pulumi's language host does.

Started as a program of its own (``python -u host.py ENGINE_ADDRESS PACK_DIRECTORY``); it is no part of a pack and knows
nothing of one. It runs the SDK's ``pulumi.policy`` module, and so the SDK's own server, and adds two things: the server
ends when whoever started it is gone, however that came about, and it gives way to the program, for which all wait.
"""

from __future__ import annotations

import os
import runpy
import sys
import threading

_NICENESS = 5


def _end_with_parent() -> None:
    # Standard input is a pipe nobody writes to: it ends when the process that holds the other end does.
    while os.read(0, 4096):
        pass
    os._exit(0)


def main() -> None:
    """Serve until standard input ends."""
    os.nice(_NICENESS)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.path[0] = ""  # this file's own directory is no place for a pack to import from
    runpy.run_module("pulumi.policy", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
