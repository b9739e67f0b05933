"""A stack of the program with another file, in a directory of its own: settings of a test, the program itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]


def project_with(directory: Path, stack: str, config: Mapping[str, Any], home: Path = ROOT) -> Path:
    """``directory`` as a project whose stack file holds ``config``, and whose program is that of ``home``."""
    directory.mkdir(exist_ok=True)
    (directory / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump({"config": config}), encoding="utf-8")
    (directory / "Pulumi.yaml").write_text((home / "Pulumi.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (directory / "__main__.py").write_text(
        f"import runpy\nimport sys\nsys.path.insert(0, {str(ROOT)!r})\nrunpy.run_path({str(home / '__main__.py')!r})\n",
        encoding="utf-8",
    )
    return directory
