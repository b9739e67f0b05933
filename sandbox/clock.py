"""When a run began: where ``make`` was called, or else where this process was started."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

VARIABLE: Final = "SANDBOX_STARTED"
"""Seconds since the epoch, set by ``make`` before it starts Python."""
_IMPORTED: Final = time.time()


def started() -> float:
    """Seconds since the epoch at which the run began, as far back as is known."""
    try:
        given = float(os.environ.get(VARIABLE, ""))
    except ValueError:
        return _process_started()
    # A variable left over from an earlier command would make a run look hours long; `make` sets it anew each time.
    return given if 0 < given <= time.time() else _process_started()


def _process_started() -> float:
    try:
        ticks = int(Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19])
        up = float(Path("/proc/uptime").read_text(encoding="utf-8").split()[0])
    except (OSError, ValueError, IndexError):
        return _IMPORTED
    return min(_IMPORTED, time.time() - (up - ticks / os.sysconf("SC_CLK_TCK")))
