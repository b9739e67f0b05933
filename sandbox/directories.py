"""Whether a directory can be written, asked before a run that takes seconds instead of after it."""

from __future__ import annotations

import os
from pathlib import Path

from sandbox.refusals import DirectoryRefused


def refuse_unwritable(directory: Path) -> None:
    """``DirectoryRefused`` unless files can be written in ``directory``, or it can be made. Makes nothing."""
    for place in (directory, *directory.absolute().parents):
        if place.is_dir():
            if os.access(place, os.W_OK | os.X_OK):
                return
            why = "it may only be read" if place == directory else f"{place} may only be read"
            raise DirectoryRefused(f"{directory}: can't be written: {why}")
        if place.exists() or place.is_symlink():
            raise DirectoryRefused(f"{place}: is in the way: a directory is wanted there; move it away")


def refused(directory: Path, problem: OSError) -> DirectoryRefused:
    """What to say where the system refused all the same. The file meant is the one a rename was to make."""
    named = problem.filename2 or problem.filename or directory
    return DirectoryRefused(f"{named}: can't be written: {problem.strerror or problem}")
