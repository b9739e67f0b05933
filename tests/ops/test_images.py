from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from components.image_gates import gate_of
from ops import images
from ops.images import images_of, main, not_promoted, stack_before

ROOT = Path(__file__).parents[2]
STACKS = ("dev", "staging", "production", "production-dr")


def named(value: Any) -> set[tuple[str, str]]:  # noqa: ANN401 - any YAML value
    """Every name with a tag in a stack file."""
    if isinstance(value, dict):
        own = {(value["name"], str(value["tag"]))} if {"name", "tag"} <= set(value) else set()
        return own.union(*(named(inner) for inner in value.values()))
    if isinstance(value, list):
        return set().union(*(named(inner) for inner in value)) if value else set()
    return set()


@pytest.mark.parametrize("stack", STACKS)
def test_every_image_of_the_stack_file_is_found(stack: str) -> None:
    assert set(images_of(stack)) == named(yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text()))


@pytest.mark.parametrize("stack", STACKS)
def test_committed_stack_files_name_only_what_the_one_before_does(stack: str) -> None:
    assert main([stack, "--promoted"]) == 0


def test_an_image_that_was_nowhere_before_stops(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    there = {
        "staging": {("backend", "3.1.0"): None},
        "production": {("backend", "3.2.0"): None, ("new", "1.0.0"): None},
    }
    monkeypatch.setattr(images, "images_of", lambda stack: there[stack])
    assert main(["production", "--promoted"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "Pulumi.production.yaml: backend:3.2.0 hasn't been in staging, which runs 3.1.0",
        "Pulumi.production.yaml: new:1.0.0 hasn't been in staging, which has none of that name",
    ]


def test_the_way_of_a_release() -> None:
    way = [stack_before(stack) for stack in (*STACKS, "elsewhere")]
    assert way == [None, "dev", "staging", "production", None]
    assert not_promoted([("a", "1")], [("a", "2"), ("a", "1")]) == []


def test_a_line_an_image(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["production"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert len(lines) >= 8
    for name, repository, tag, limit in lines:
        assert repository == f"toolboxai/production/{name}"
        assert (name, tag) in images_of("production")
        assert int(limit) == gate_of(name).limit_bytes
    assert main(["--limit", "dashboard"]) == 0
    assert capsys.readouterr().out == "100000000\n"


@pytest.mark.parametrize(
    ("name", "dockerfile", "told"),
    [
        ("backend", "FROM python:3.11-slim\n", ""),
        (
            "backend",
            "FROM python:3.11\n",
            "backend stands on python:3.11; allowed are distroless, python",
        ),
        ("dashboard", "FROM node:24-alpine AS build\nFROM node:24-alpine\n", "dashboard stands on node:24-alpine"),
        ("dashboard", "FROM node:24 AS build\nFROM nginxinc/nginx-unprivileged:1.29-alpine\n", ""),
        ("agent", "RUN true\n", "agent: no FROM"),
        ("agent", None, "agent: [Errno 2]"),
    ],
)
def test_an_image_on_another_base_stops(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, dockerfile: str | None, told: str
) -> None:
    file = tmp_path / "Dockerfile"
    if dockerfile is not None:
        file.write_text(dockerfile)
    assert main(["--base", name, str(file)]) == (1 if told else 0)
    found = capsys.readouterr().err
    assert found.startswith(told)
    assert bool(found) is bool(told)
