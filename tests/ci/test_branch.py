"""The rendered branch: a stack's directory is replaced as a whole, others stay, and back is where it was before."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

CI = Path(__file__).parents[2] / ".ci"


def git(*arguments: str, at: Path) -> str:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments]
    return subprocess.run(command, cwd=at, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def branch(tmp_path: Path) -> Path:
    """A checkout of the branch, beside the repository that it is pushed to."""
    git("init", "--quiet", "--bare", "-b", "rendered", "origin", at=tmp_path)
    git("clone", "--quiet", "origin", "branch", at=tmp_path)
    found = tmp_path / "branch"
    (found / "README").write_text("rendered\n")
    git("add", "README", at=found)
    git("commit", "--quiet", "-m", "first", at=found)
    git("push", "--quiet", "origin", "HEAD:rendered", at=found)
    return found


def publish(branch: Path, stack: str, commit: str, files: dict[str, str]) -> str:
    rendered = branch.parent / f"out-{commit}"
    for path, text in files.items():
        (rendered / stack / path).parent.mkdir(parents=True, exist_ok=True)
        (rendered / stack / path).write_text(text)
    rendered.mkdir(exist_ok=True)
    command = [str(CI / "publish"), stack, str(rendered), str(branch), commit]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def pushed(branch: Path) -> dict[str, str]:
    """What the branch has where Argo CD reads it."""
    origin = branch.parent / "origin"
    names = git("ls-tree", "-r", "--name-only", "rendered", at=origin).splitlines()
    return {name: git("show", f"rendered:{name}", at=origin) for name in names}


def test_a_stacks_directory_is_what_was_rendered_and_nothing_else(branch: Path) -> None:
    publish(branch, "staging", "c1", {"main/a/x.yaml": "1", "main/b/y.yaml": "1"})
    publish(branch, "production", "c1", {"main/a/x.yaml": "p"})
    publish(branch, "staging", "c2", {"main/a/x.yaml": "2"})
    assert pushed(branch) == {
        "README": "rendered",
        "staging/main/a/x.yaml": "2",
        "staging/commit": "c2",
        "production/main/a/x.yaml": "p",
        "production/commit": "c1",
    }


def test_the_same_again_pushes_nothing(branch: Path) -> None:
    publish(branch, "staging", "c1", {"main/a/x.yaml": "1"})
    before = git("rev-parse", "rendered", at=branch.parent / "origin")
    assert publish(branch, "staging", "c1", {"main/a/x.yaml": "1"}) == "nothing changed for staging\n"
    assert git("rev-parse", "rendered", at=branch.parent / "origin") == before


def test_a_stack_that_delivers_nothing_has_its_commit_only(branch: Path) -> None:
    publish(branch, "dev", "c1", {})
    assert "dev/commit" in pushed(branch)


def test_back_is_the_release_before_of_this_stack_alone(branch: Path) -> None:
    publish(branch, "staging", "c1", {"main/a/x.yaml": "1", "main/gone/y.yaml": "1"})
    publish(branch, "production", "c1", {"main/a/x.yaml": "p1"})
    publish(branch, "staging", "c2", {"main/a/x.yaml": "2", "main/new/z.yaml": "2"})
    publish(branch, "production", "c2", {"main/a/x.yaml": "p2"})
    subprocess.run([CI / "roll-back", "staging", branch], check=True, capture_output=True)
    assert pushed(branch) == {
        "README": "rendered",
        "staging/main/a/x.yaml": "1",
        "staging/main/gone/y.yaml": "1",
        "staging/commit": "c1",
        "production/main/a/x.yaml": "p2",
        "production/commit": "c2",
    }


def test_from_the_first_release_there_is_no_way_back(branch: Path) -> None:
    publish(branch, "staging", "c1", {"main/a/x.yaml": "1"})
    found = subprocess.run([CI / "roll-back", "staging", branch], check=False, capture_output=True, text=True)
    assert found.returncode == 1
    assert "nothing to go back to" in found.stderr
    assert pushed(branch)["staging/commit"] == "c1"
