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

from sandbox.engine import read_export, write_export
from sandbox.model import Run
from sandbox.refusals import DirectoryRefused

FOLDER: Final = ".sandbox"
STATE: Final = "stack.json"
VERDICT: Final = "verdict.json"
STOPPED: Final = "stopped.json"


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
        return read_export(self.last) if self.last.is_file() else None

    def write(self, run: Run, report: Mapping[str, object], *, good: bool) -> Path:
        """Write a run and the ``report`` about it; where its deployment is then. ``DirectoryRefused`` if it can't."""
        try:
            return self._write(run, report, STATE if good else STOPPED)
        except OSError as problem:
            what = problem.strerror or str(problem)
            raise DirectoryRefused(f"{problem.filename or self.directory}: can't be written: {what}") from None

    def _write(self, run: Run, report: Mapping[str, object], name: str) -> Path:
        with self._locked():
            staging = Path(tempfile.mkdtemp(prefix=f".{self.stack}.", dir=self.directory.parent))
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
