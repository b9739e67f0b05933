"""What a run leaves behind: ``.sandbox/<stack>/``, written whole or not at all.

- ``stack.json``: the last run that nothing stopped, as ``pulumi stack export`` gives it. A preview compares with this.
- ``verdict.json``: what came of the last ``up``, good or not: the packs, every violation, what failed.
- ``stopped.json``: the deployment of the last ``up`` where a mandatory rule or a failed resource stopped it; the file
  is gone after the next good one. It never takes the place of ``stack.json``: what was refused is no state to go on
  from.

Two runs of a stack may end at once: each file is replaced whole, and a lock keeps the files of one run together.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sandbox.directories import refuse_unwritable, refused
from sandbox.engine import ExportRefused, read_export, write_export
from sandbox.model import Run

FOLDER: Final = ".sandbox"
STATE: Final = "stack.json"
VERDICT: Final = "verdict.json"
STOPPED: Final = "stopped.json"
_STAGING: Final = "~"
"""After a stack's name in a directory that is being filled; no stack's name has it."""


@dataclass(frozen=True)
class State:
    """The files of one stack below ``root``."""

    root: Path
    stack: str

    @property
    def directory(self) -> Path:
        """Where the files are."""
        return self.root / FOLDER / self.stack

    @property
    def last(self) -> Path:
        """The last good run's deployment; need not exist."""
        return self.directory / STATE

    def read(self) -> Run | None:
        """The last good run, if there was one. ``sandbox.engine.ExportRefused`` if the file is no deployment."""
        if not self.last.exists():
            return None
        try:
            return read_export(self.last)
        except ExportRefused as problem:
            raise ExportRefused(f"{problem}\nremove it and run `up` again: it writes the file anew") from None

    def refuse_unwritable(self) -> None:
        """``DirectoryRefused`` where ``write`` would fail after the run, as far as that can be seen before it."""
        refuse_unwritable(self.directory)

    def write(self, run: Run, report: Mapping[str, object], *, good: bool) -> Path:
        """Write a run and the ``report`` about it; where its deployment is then. ``DirectoryRefused`` if it can't."""
        try:
            return self._write(run, report, STATE if good else STOPPED)
        except OSError as problem:
            raise refused(self.directory, problem) from None

    def _write(self, run: Run, report: Mapping[str, object], name: str) -> Path:
        with self._locked():
            self._sweep()
            staging = Path(tempfile.mkdtemp(prefix=f".{self.stack}{_STAGING}", dir=self.directory.parent))
            try:
                write_export(run, staging / name)
                digest = hashlib.sha256((staging / name).read_bytes()).hexdigest()
                text = json.dumps({**report, "deployment": name, "sha256": digest}, indent=2, ensure_ascii=False)
                (staging / VERDICT).write_text(text + "\n", encoding="utf-8")
                self._put(staging, (name, VERDICT))
                if name == STATE:
                    (self.directory / STOPPED).unlink(missing_ok=True)
            finally:
                shutil.rmtree(staging, ignore_errors=True)
        return self.directory / name

    def _sweep(self) -> None:
        """Remove what runs left that were killed while they wrote: the lock says that none is writing now."""
        for left in self.directory.parent.glob(f".{self.stack}{_STAGING}*"):
            shutil.rmtree(left, ignore_errors=True)

    def _put(self, staging: Path, names: tuple[str, ...]) -> None:
        if not self.directory.exists():
            staging.chmod(0o755)
            staging.rename(self.directory)
            return
        for name in names:
            (staging / name).replace(self.directory / name)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        import fcntl  # noqa: PLC0415 - not on every system; the sandbox as a whole needs a POSIX one

        folder = self.directory.parent
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
