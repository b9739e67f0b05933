from __future__ import annotations

from pathlib import Path

import pytest

from tests.sandbox.projects import Project, make


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make(tmp_path / "project")
