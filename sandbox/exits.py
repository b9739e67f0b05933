"""The exit codes."""

from __future__ import annotations

from typing import Final

GOOD: Final = 0
STOPPED: Final = 1
"""By a mandatory rule, a failed or a protected resource, or something that broke."""
WRONG: Final = 2
"""The settings or the call."""
INTERRUPTED: Final = 128
"""And the signal's number: what a shell says of a process that a signal ended. 130 is Ctrl-C."""
