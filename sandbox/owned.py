"""A directory whose files a command owns: replaced as a whole, and nothing in it deleted that isn't the command's own.

``.rendered.json`` in it lists what was written. A directory with other content and no such list is refused. Files that
somebody put beside the written ones are carried over.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sandbox.directories import refuse_unwritable, refused
from sandbox.refusals import DirectoryRefused

LIST: Final = ".rendered.json"
_RENAME_EXCHANGE: Final = 2
_AT_FDCWD: Final = -100


@dataclass(frozen=True)
class Written:
    """What a replacement did, as numbers of files."""

    files: int
    added: int
    changed: int
    removed: int


def replace(directory: Path, files: Mapping[str, str]) -> Written:
    """Make ``directory`` hold ``files`` (text by relative path) and what others put there, and nothing else of ours."""
    directory = _plain(directory)
    before = _owned(directory)
    old = {path: _read(directory / path) for path in before}
    try:
        _replace(directory, files, before)
    except OSError as problem:
        raise refused(directory, problem) from None
    return Written(
        files=len(files),
        added=sum(path not in old for path in files),
        changed=sum(path in old and old[path] != text for path, text in files.items()),
        removed=sum(path not in files for path in old),
    )


def refuse_foreign(directory: Path) -> None:
    """``DirectoryRefused`` where ``replace`` would refuse ``directory``, as far as that can be seen before a run."""
    directory = _plain(directory)
    _owned(directory)
    refuse_unwritable(directory.parent)


def _plain(directory: Path) -> Path:
    return Path(os.path.abspath(directory))  # noqa: PTH100 - without following a link to elsewhere


def _replace(directory: Path, files: Mapping[str, str], before: set[str]) -> None:
    directory.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=directory.parent))
    try:
        _fill(staging, files)
        if directory.exists():
            _carry_over(directory, staging, before)
        staging.chmod(0o755)
        _swap(staging, directory)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _owned(directory: Path) -> set[str]:
    """The files there that an earlier run wrote. ``DirectoryRefused`` if the directory is somebody else's."""
    if directory.is_symlink() or (directory.exists() and not directory.is_dir()):
        raise DirectoryRefused(f"{directory}: is no directory; name one that doesn't exist yet")
    if not directory.exists() or not any(directory.iterdir()):
        return set()
    try:
        found = json.loads((directory / LIST).read_text(encoding="utf-8"))
        return {str(path) for path in found["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        raise DirectoryRefused(
            f"{directory}: holds files that were not rendered here (it has no {LIST}); name an empty or new directory"
        ) from None


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _fill(staging: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        target = staging / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
    listed = json.dumps({"written_by": "python -m sandbox render", "files": sorted(files)}, indent=1)
    (staging / LIST).write_text(listed + "\n", encoding="utf-8")


def _carry_over(directory: Path, staging: Path, owned: set[str]) -> None:
    for folder, folders, names in os.walk(directory):
        # A link to a directory is somebody's file, too, and so is a directory with nothing in it.
        others = [name for name in folders if Path(folder, name).is_symlink() or not any(Path(folder, name).iterdir())]
        for name in (*names, *others):
            source = Path(folder, name)
            path = source.relative_to(directory)
            if path.as_posix() in owned or path.as_posix() == LIST:
                continue
            target = staging / path
            if target.is_symlink() or (target.exists() and not (target.is_dir() and source.is_dir())):
                raise DirectoryRefused(f"{source}: would be overwritten and was not rendered here; move it away")
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir() and not source.is_symlink():
                target.mkdir(exist_ok=True)
            else:
                shutil.copy2(source, target, follow_symlinks=False)


def _swap(staging: Path, directory: Path) -> None:
    """Put ``staging`` where ``directory`` is, in one step where the system can; they have changed places then."""
    if not directory.exists():
        staging.rename(directory)
        return
    if _exchange(staging, directory):
        return
    aside = staging.with_name(staging.name + ".old")
    directory.rename(aside)
    try:
        staging.rename(directory)
    except OSError:
        aside.rename(directory)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two directories atomically (Linux, most file systems); ``False`` where that isn't to be had."""
    if not sys.platform.startswith("linux"):
        return False
    with contextlib.suppress(OSError, AttributeError):
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
        done: int = renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)
        return done == 0
    return False
