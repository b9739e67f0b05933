"""``paths``: what is declared, what the rendered policies open, and where the two differ."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.stacks.conftest import copy_program

ROOT = Path(__file__).parents[2]


def paths(root: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sandbox", "paths", "dev", "--root", str(root), *more]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def _made(directory: Path) -> Path:
    directory.mkdir()
    return directory


def test_both_views_of_a_stack_agree() -> None:
    done = paths(ROOT, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["missing"] == report["extra"] == []
    declared = report["declared"]["main"]
    assert {"source", "destination", "port", "protocol", "kind"} <= set(declared[0])
    assert any(path["destination"] == "cache" and path["port"] == 6379 for path in declared)
    # a host outside is met at the proxy
    outside = [path for path in declared if path["kind"] == "external"]
    assert outside
    assert {path["via"] for path in outside} == {"mcp/egress-proxy"}
    for path in outside:
        met = {"source": path["source"], "destination": "mcp/egress-proxy", "port": path["port"], "protocol": "TCP"}
        assert met in report["rendered"]
    assert {"source": "mcp/egress-proxy", "destination": "internet", "port": 443, "protocol": "TCP"} in report[
        "rendered"
    ]
    assert {way["source"] for way in report["rendered"] if way["destination"] == "database subnets"}


def test_a_policy_that_opens_more_than_is_declared_is_told(tmp_path: Path) -> None:
    root = copy_program(_made(tmp_path / "program"))
    file = root / "components" / "kubernetes" / "policy_rules.py"
    text = file.read_text()
    broken = text.replace('"""The policy of the pods that ``selector`` selects', 'ingress = {}\n    """Broken', 1)
    assert broken != text
    file.write_text(broken.replace("from_=[_peer(p, here) for p in peers], ports=ports", "ports=ports"))
    done = paths(root)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "declared and closed" in done.stdout
    assert "mcp" in done.stdout


def test_people_read_who_is_reached_and_by_whom() -> None:
    done = paths(ROOT)
    assert done.returncode == 0
    for text in ("Declared", "Exceptions", "Rendered", "mcp-agents", "← ", "nothing else between pods"):
        assert text in " ".join(done.stdout.split())


def test_a_program_without_paths_is_a_wrong_call(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: bare\nruntime: python\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n")
    (tmp_path / "__main__.py").write_text("")
    done = paths(tmp_path)
    assert done.returncode == 2
    assert "bare has no paths" in done.stderr + done.stdout


def test_a_closed_standard_output_breaks_nothing() -> None:
    closed = ["/bin/sh", "-c", 'exec "$@" >&-', "sh", sys.executable, "-m", "sandbox", "paths", "dev"]
    done = subprocess.run(closed, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
