"""Small projects of their own for the commands: a program, stack files, packs, and the commands as users call them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[2]

PROGRAM = """
    import pulumi

    class Part(pulumi.ComponentResource):
        def __init__(self, name, opts=None):
            super().__init__("demo:index:Part", name, None, opts)

    def thing(name, parent=None, type_="demo:index:Thing", opts=None, **props):
        options = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(parent=parent), opts)
        return pulumi.CustomResource(type_, name, props, options)
"""

PACK = """
    from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy, StackValidationPolicy

    def no_open_door(args, report):
        if args.resource_type == "demo:index:Thing" and args.props.get("door") == "open":
            report("door: write door='shut'")

    def few(args, report):
        things = [r for r in args.resources if r.resource_type == "demo:index:Thing"]
        if len(things) > 5:
            report("write fewer things", things[-1].urn)

    PolicyPack("{name}", [
        ResourceValidationPolicy("no-open-door", "Doors are shut.", no_open_door),
        StackValidationPolicy("few-things", "There are few things.", few),
    ], enforcement_level=EnforcementLevel.{level})
"""


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """Standard output, which must be one JSON object and nothing else."""
        lines = self.out.splitlines()
        assert len(lines) == 1, self.out
        found = json.loads(lines[0])
        assert isinstance(found, dict)
        return found


@dataclass(frozen=True)
class Project:
    root: Path

    def program(self, text: str) -> None:
        (self.root / "__main__.py").write_text(textwrap.dedent(PROGRAM) + textwrap.dedent(text))

    def pack(self, name: str, text: str = PACK, level: str = "MANDATORY") -> Path:
        directory = self.root / "policies" / name
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "PulumiPolicy.yaml").write_text("runtime: python\nversion: 1.2.3\n")
        source = textwrap.dedent(text).replace("{name}", name).replace("{level}", level)
        (directory / "__main__.py").write_text(source)
        return directory

    def policy_config(self, text: str, stack: str = "dev") -> None:
        path = self.root / "policies" / "config" / f"{stack}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def file(self, name: str) -> Path:
        return self.root / ".sandbox" / "dev" / name

    def start(self, *args: str, **env: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "sandbox", *args],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(HERE), "COLUMNS": "160", **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def call(self, *args: str, **env: str) -> Result:
        with self.start(*args, **env) as process:
            out, err = process.communicate(timeout=120)
        return Result(process.returncode, out, err)


def make(root: Path) -> Project:
    """A project with one component, one resource and two outputs, one of them secret; no packs."""
    root.mkdir()
    (root / "Pulumi.yaml").write_text("name: demo\nruntime: python\n")
    (root / "Pulumi.dev.yaml").write_text("config: {}\n")
    made = Project(root)
    made.program("""
        part = Part("house")
        thing("kitchen", part, door="shut")
        pulumi.export("rooms", ["kitchen"])
        pulumi.export("key", pulumi.Output.secret("opensesame"))
    """)
    return made
