"""A PostgreSQL of one's own for a test, where its programs are installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


def _programs() -> Path | None:
    """Where the server's programs are: ``initdb`` on PATH stands for them all."""
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


PROGRAMS = _programs()
needs_postgres = pytest.mark.skipif(PROGRAMS is None, reason="initdb of PostgreSQL is not on PATH")


@dataclass(frozen=True)
class Server:
    """A server on this machine, and what signs in to it."""

    programs: Path
    port: int

    def psql(self, user: str, database: str, *more: str, password: str) -> subprocess.CompletedProcess[str]:
        """``psql`` as ``user``; its exit code and words are the caller's."""
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", user, "-d", database)
        return subprocess.run(
            [str(self.programs / "psql"), "--no-psqlrc", "-qtA", *where, *more],
            env={"PATH": os.environ["PATH"], "PGPASSWORD": password, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
        )


@contextmanager
def server(folder: Path, admin: str, password: str) -> Iterator[Server]:
    """A new server in ``folder`` whose superuser is ``admin``. It runs as nobody where the tests run as root."""
    programs = PROGRAMS
    assert programs is not None
    root = os.geteuid() == 0
    user = "nobody" if root else None
    data = folder / "data"
    data.mkdir()
    (folder / "password").write_text(password)
    if root:
        for path in (data, folder / "password"):
            shutil.chown(path, "nobody")
        for parent in (folder, *folder.parents[:3]):
            parent.chmod(parent.stat().st_mode | 0o011)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(data), *arguments]
        # not into a pipe: the server would inherit it and keep it open
        with (folder / f"{program}.log").open("a") as log:
            done = subprocess.run(command, check=False, stdout=log, stderr=log, user=user, cwd="/")
        assert done.returncode == 0, (folder / f"{program}.log").read_text()

    run("initdb", "-U", admin, "--auth=scram-sha-256", "--pwfile", str(folder / "password"), "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    run("pg_ctl", "-o", options, "-l", str(data / "log"), "-w", "start")
    try:
        yield Server(programs, port)
    finally:
        run("pg_ctl", "-m", "immediate", "-w", "stop")
