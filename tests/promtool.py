"""Prometheus's own tool: where it is, or how to have it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

PROMTOOL: Final = os.environ.get("PROMTOOL") or shutil.which("promtool")
HOW: Final = (
    "promtool is neither on PATH nor named by PROMTOOL. With Go 1.26 (seen: 17 minutes on two busy cores), in an "
    "empty folder: go mod init promtool && go get -tool github.com/prometheus/prometheus/cmd/promtool@v0.313.5 && "
    "go build -o promtool github.com/prometheus/prometheus/cmd/promtool. The module's v0.313.5 is Prometheus 3.13.5; "
    "go install refuses it for its replace directive."
)

needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason=HOW)


def promtool(*arguments: str, cwd: Path) -> str:
    """What promtool says. ``AssertionError`` with it where it isn't content."""
    ran = subprocess.run(
        [PROMTOOL or "promtool", *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=120
    )
    said = ran.stdout + ran.stderr
    assert ran.returncode == 0, said
    return said
