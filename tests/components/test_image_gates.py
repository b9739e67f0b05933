from __future__ import annotations

import pytest

from components.image_gates import Base, ImageGate, gate_of

DIGEST = "@sha256:" + "a" * 64


def test_the_platforms_figures() -> None:
    assert gate_of("backend").limit_bytes == 200_000_000
    assert gate_of("dashboard").limit_bytes == 100_000_000


def test_every_image_has_a_gate() -> None:
    assert gate_of("an-agent-of-tomorrow").limit_mb == gate_of("mcp-context").limit_mb == 300
    assert gate_of("an-agent-of-tomorrow").bases


@pytest.mark.parametrize(
    ("base", "reference"),
    [
        (Base.SCRATCH, "scratch"),
        (Base.DISTROLESS, "gcr.io/distroless/static-debian12:nonroot"),
        (Base.DISTROLESS, "gcr.io/distroless/python3-debian12:nonroot" + DIGEST),
        (Base.PYTHON_SLIM, "python:3.11-slim"),
        (Base.PYTHON_SLIM, "docker.io/library/python:3.13.5-slim-bookworm" + DIGEST),
        (Base.PYTHON_SLIM, "111122223333.dkr.ecr.us-east-1.amazonaws.com/docker-hub/library/python:3.12-slim"),
        (Base.NODE_SLIM, "node:24-alpine3.22"),
        (Base.NODE_SLIM, "node:24.1.0-bookworm-slim"),
        (Base.NGINX_ALPINE, "nginxinc/nginx-unprivileged:1.29-alpine-slim"),
    ],
)
def test_one_family_holds_it(base: Base, reference: str) -> None:
    assert [family for family in Base if ImageGate(300, frozenset({family})).allows(reference)] == [base]


@pytest.mark.parametrize(
    "reference",
    [
        "python:3.11",
        "python:slim",
        "python:3.9-slim",
        "python:latest",
        "python",
        "python:3.11-slim@sha256:short",
        "evil.example.com/library/python:3.11-slim",
        "evil/python:3.11-slim",
        "node:24",
        "nginxinc/nginx-unprivileged:alpine",
        "nginx:1.29-alpine",
        "ubuntu:24.04",
        "gcr.io/distroless/python3-debian12",
        "gcr.io/distroless/python3-debian12:debug",
        "gcr.io/distroless/python3-debian12:latest",
        "gcr.io/other/python3:nonroot",
    ],
)
def test_no_family_holds_it(reference: str) -> None:
    assert not ImageGate(300, frozenset(Base)).allows(reference)
