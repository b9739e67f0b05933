"""What an image of our own must keep to come into a registry: how large it may be, and what it may be built on.

Data only. ``ops.images`` reads it for the gates of the workflows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Base(StrEnum):
    """A family of minimal images: a runtime and little else, no compiler, no desktop of tools."""

    SCRATCH = "scratch"
    """Nothing: for one static program."""
    DISTROLESS = "distroless"
    """Google's: a runtime without shell or package manager, in the variants that don't run as root."""
    PYTHON_SLIM = "python slim"
    """Docker's official Python 3.11 or later on Debian, without build tools."""
    NODE_SLIM = "node slim"
    """Docker's official Node.js on Alpine, or on Debian without build tools."""
    NGINX_ALPINE = "nginx alpine"
    """NGINX's own unprivileged build on Alpine: listens above 1023, as any user."""


_DIGEST: Final = r"(@sha256:[0-9a-f]{64})?"
_FORMS: Final[Mapping[Base, re.Pattern[str]]] = {
    Base.SCRATCH: re.compile(r"scratch"),
    Base.DISTROLESS: re.compile(r"gcr\.io/distroless/[a-z0-9-]+:([a-z0-9.]+-)?nonroot" + _DIGEST, re.ASCII),
    Base.PYTHON_SLIM: re.compile(r"python:3\.(1[1-9]|[2-9]\d)(\.\d+)?-slim(-[a-z]+)?" + _DIGEST, re.ASCII),
    Base.NODE_SLIM: re.compile(r"node:\d+(\.\d+)*-(alpine(\d+\.\d+)?|([a-z]+-)?slim)" + _DIGEST, re.ASCII),
    Base.NGINX_ALPINE: re.compile(
        r"nginxinc/nginx-unprivileged:\d+(\.\d+)+-alpine(\d+\.\d+)?(-slim)?" + _DIGEST, re.ASCII
    ),
}
_DOCKER_HUB: Final = re.compile(
    r"(docker\.io/|\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/docker-hub/)?(library/)?", re.ASCII
)
"""Ways to write Docker Hub: its name, a registry's pull-through cache of it, or nothing."""


@dataclass(frozen=True)
class ImageGate:
    """What one image must keep."""

    limit_mb: int
    """It must be smaller: megabytes of a million bytes, as a container engine counts them, unpacked."""
    bases: frozenset[Base]
    """What its last stage may be built on."""

    @property
    def limit_bytes(self) -> int:
        """``limit_mb`` in bytes."""
        return self.limit_mb * 1_000_000

    def allows(self, reference: str) -> bool:
        """Whether an image may be built on the image of that reference."""
        short = reference[_matched(reference) :]
        return any(_FORMS[base].fullmatch(short) for base in self.bases)


def _matched(reference: str) -> int:
    found = _DOCKER_HUB.match(reference)
    return found.end() if found else 0


_ALONE: Final = frozenset({Base.SCRATCH, Base.DISTROLESS})
_SERVICE: Final = _ALONE | {Base.PYTHON_SLIM}

_OTHERS: Final = ImageGate(300, _SERVICE | {Base.NODE_SLIM})
"""For what the platform gives no figure for. Ours: half as much again as the backend."""
_GATES: Final[Mapping[str, ImageGate]] = {
    # the platform's figures: below 200 and 100 MB
    "backend": ImageGate(200, _SERVICE),
    "dashboard": ImageGate(100, _ALONE | {Base.NGINX_ALPINE}),
    "ghost": ImageGate(300, _ALONE | {Base.NODE_SLIM}),
}


def gate_of(image: str) -> ImageGate:
    """The gate of an image of our own by the last part of its repository's name; every image has one."""
    return _GATES.get(image, _OTHERS)


__all__ = ["Base", "ImageGate", "gate_of"]
