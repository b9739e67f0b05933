"""The workflow files: valid, pinned, with no more rights than they say, and with no kept key."""

from __future__ import annotations

import importlib.resources
import json
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
NAMES = [path.name for path in FILES]
SCHEMA = importlib.resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / "github-workflows.json"


def load(path: Path) -> dict[str, Any]:
    """YAML 1.1 takes the key ``on`` for a boolean; GitHub doesn't."""
    found: dict[Any, Any] = yaml.safe_load(path.read_text())
    return {("on" if key is True else key): value for key, value in found.items()}


def steps(workflow: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for job in workflow["jobs"].values():
        yield from job.get("steps", [])


def used(workflow: dict[str, Any]) -> Iterator[str]:
    for job in workflow["jobs"].values():
        if "uses" in job:
            yield job["uses"]
    yield from (step["uses"] for step in steps(workflow) if "uses" in step)


def test_all_workflows_are_there() -> None:
    assert NAMES == [
        "checks.yml",
        "deliver.yml",
        "image.yml",
        "preview.yml",
        "production.yml",
        "roll-back.yml",
        "staging.yml",
    ]


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_it_is_a_workflow(path: Path) -> None:
    """By the schema that is kept for GitHub's workflow files (SchemaStore's, in check-jsonschema)."""
    errors = Draft7Validator(json.loads(SCHEMA.read_text())).iter_errors(load(path))
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


def test_the_schema_refuses_what_is_none() -> None:
    validator = Draft7Validator(json.loads(SCHEMA.read_text()))
    good = load(FILES[0])
    assert list(validator.iter_errors({**good, "jobs": {"a": {"runs-on": "x", "steps": [{"useses": "y"}]}}}))
    assert list(validator.iter_errors({"on": "push"}))


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_foreign_actions_are_pinned_by_commit_and_say_their_version(path: Path) -> None:
    lines = re.findall(r"uses: (\S+)(.*)", path.read_text())
    assert len(lines) == len(list(used(load(path))))
    for action, rest in lines:
        if action.startswith("./"):
            assert (ROOT / action).is_file()
        else:
            assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", action), action
            assert re.fullmatch(r" # v\d+\.\d+\.\d+", rest), action


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_nothing_may_more_than_it_says(path: Path) -> None:
    workflow = load(path)
    assert workflow["permissions"] == {"contents": "read"}
    writers = {
        (name, scope)
        for name, job in workflow["jobs"].items()
        for scope, level in job.get("permissions", {}).items()
        if level == "write"
    }
    assert writers <= {
        ("comment", "pull-requests"),
        ("update", "id-token"),
        ("publish", "contents"),
        ("roll-back", "contents"),
        ("deliver", "contents"),
        ("deliver", "id-token"),
        ("image", "id-token"),
    }


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_no_key_is_kept(path: Path) -> None:
    text = path.read_text()
    assert "secrets." not in text
    assert "aws-access-key" not in text.lower()


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_no_text_of_others_becomes_a_command(path: Path) -> None:
    """A title or a branch's name in a script would be run; by the environment it is data."""
    for step in steps(load(path)):
        assert "${{" not in step.get("run", "")


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_the_runner_is_asked_for_nothing_before_it_is_there(path: Path) -> None:
    """The context ``runner`` is empty in a job's own ``env`` (GitHub's table of contexts)."""
    workflow = load(path)
    early = [workflow.get("env", {}), *(job.get("env", {}) for job in workflow["jobs"].values())]
    assert [value for env in early for value in env.values() if "runner." in str(value)] == []


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_every_job_ends(path: Path) -> None:
    for name, job in load(path)["jobs"].items():
        assert "uses" in job or job["timeout-minutes"] <= 120, name


def test_a_pull_requests_code_has_no_right_to_write() -> None:
    workflow = load(ROOT / ".github" / "workflows" / "preview.yml")
    assert set(workflow["on"]) == {"pull_request"}
    sandbox, comment = workflow["jobs"]["sandbox"], workflow["jobs"]["comment"]
    assert "permissions" not in sandbox
    assert not [step for step in comment["steps"] if "checkout" in step.get("uses", "")]
    assert "head.repo.full_name == github.repository" in comment["if"]


def test_a_release_takes_its_way() -> None:
    """A pre-release goes to staging, a release to production, and only after staging has its commit."""
    for stack, event in (("staging", "prereleased"), ("production", "released")):
        workflow = load(ROOT / ".github" / "workflows" / f"{stack}.yml")
        assert workflow["on"] == {"release": {"types": [event]}}
        assert workflow["jobs"]["deliver"]["with"]["stack"] == stack
        assert workflow["jobs"]["deliver"]["uses"] == "./.github/workflows/deliver.yml"
    jobs = load(ROOT / ".github" / "workflows" / "deliver.yml")["jobs"]
    assert {name: job.get("needs") for name, job in jobs.items()} == {
        "update": None,
        "publish": "update",
        "smoke": "publish",
        "roll-back": "smoke",
    }
    scripts = [step.get("run", "") for step in jobs["update"]["steps"]]
    order = ["make up", "--promoted", "staging/commit", "describe-image-scan-findings", "deployment run update"]
    places = [next(i for i, script in enumerate(scripts) if text in script) for text in order]
    assert places == sorted(places)
    assert jobs["update"]["environment"] == "${{ inputs.stack }}", "its reviewers are the way in"
    assert "needs.smoke.result == 'failure'" in jobs["roll-back"]["if"]


def test_an_image_passes_every_gate_before_it_is_pushed() -> None:
    """Its figures stand in the program alone."""
    made = load(ROOT / ".github" / "workflows" / "image.yml")["jobs"]["image"]["steps"]
    texts = [f"{step.get('uses', '')} {step.get('run', '')}" for step in made]
    order = ["ops.images --base", "docker build", "ops.images --limit", "trivy-action", "docker push", "cosign sign"]
    places = [next(i for i, text in enumerate(texts) if part in text) for part in order]
    assert places == sorted(set(places))
    assert made[places[3]]["with"]["exit-code"] == "1"
    for path in FILES:
        for script in (step.get("run", "") for step in steps(load(path))):
            assert not re.search(r"\d{7,}|\d+ ?MB", script), "limits stand in components/image_gates.py"


def test_one_at_a_time_writes_to_the_branch() -> None:
    groups = {
        job["concurrency"]["group"]
        for name in ("deliver.yml", "roll-back.yml")
        for job in load(ROOT / ".github" / "workflows" / name)["jobs"].values()
        if "uses" not in job and job.get("permissions", {}).get("contents") == "write"
    }
    assert groups == {"rendered"}


def test_what_the_workflows_call_is_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for path in FILES:
        for script in (step.get("run", "") for step in steps(load(path))):
            assert set(re.findall(r"\bmake ([a-z]+)\b", script)) <= targets
            for module in re.findall(r"-m (ops\.\w+)", script):
                assert (ROOT / module.replace(".", "/")).with_suffix(".py").is_file()
            for tool in re.findall(r"(?<![\w/])\.ci/([a-z-]+)", script):
                assert (ROOT / ".ci" / tool).stat().st_mode & stat.S_IXUSR
