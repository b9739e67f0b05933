"""The images of our own that a stack runs, how large each may be, and whether they have come the way they must.

``python -m ops.images STACK`` prints one line an image: name, repository, tag, limit in bytes.
``python -m ops.images STACK --promoted`` ends with 1 where an image isn't what the stack before runs.
``python -m ops.images --limit NAME`` prints one limit in bytes.
``python -m ops.images --base NAME DOCKERFILE`` ends with 1 where an image would stand on what it must not.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from components.image_gates import gate_of
from components.workload_settings import OwnImage
from ops.dockerfile import NoBaseError, last_base
from ops.stack_file import names_of, settings_of

BEFORE: Final[Mapping[str, str]] = {"staging": "dev", "production": "staging", "production-dr": "production"}
"""The way of a release: an image comes into a stack once the one before names it."""


def own_images(value: object) -> Iterator[OwnImage]:
    """Every image of ours that stands somewhere in ``value``."""
    if isinstance(value, OwnImage):
        yield value
    elif isinstance(value, BaseModel):
        for field in type(value).model_fields:
            yield from own_images(getattr(value, field))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from own_images(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from own_images(inner)


def images_of(stack: str) -> dict[tuple[str, str], OwnImage]:
    """A stack's images by name and tag, in order of both."""
    found = {(image.name, image.tag): image for image in own_images(settings_of(stack))}
    return dict(sorted(found.items()))


def not_promoted(
    wanted: Iterable[tuple[str, str]], before: Iterable[tuple[str, str]]
) -> list[tuple[str, str, list[str]]]:
    """Images that the stack before doesn't run: name, tag, and the tags that it runs instead."""
    there: dict[str, list[str]] = {}
    for name, tag in before:
        there.setdefault(name, []).append(tag)
    return [(name, tag, there.get(name, [])) for name, tag in wanted if tag not in there.get(name, [])]


def stack_before(stack: str) -> str | None:
    """Where a stack's images come from; none for the first and for what is on no way."""
    return BEFORE.get(stack)


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m ops.images", description=__doc__)
    parser.add_argument("stack", nargs="?")
    parser.add_argument("--promoted", action="store_true")
    parser.add_argument("--limit", metavar="NAME")
    parser.add_argument("--base", nargs=2, metavar=("NAME", "DOCKERFILE"))
    given = parser.parse_args(arguments)
    if given.limit:
        sys.stdout.write(f"{gate_of(given.limit).limit_bytes}\n")
        return 0
    if given.base:
        return _based(given.base[0], Path(given.base[1]))
    if given.stack is None:
        parser.error("a stack is wanted, --limit or --base")
    found = images_of(given.stack)
    if given.promoted:
        return _promoted(given.stack, found)
    names = names_of(settings_of(given.stack))
    for name, tag in found:
        sys.stdout.write(f"{name} {names.repository(name)} {tag} {gate_of(name).limit_bytes}\n")
    return 0


def _based(name: str, file: Path) -> int:
    gate = gate_of(name)
    try:
        base = last_base(file.read_text(encoding="utf-8"))
    except (OSError, NoBaseError) as error:
        sys.stderr.write(f"{name}: {error}\n")
        return 1
    if gate.allows(base):
        return 0
    sys.stderr.write(f"{name} stands on {base}; allowed are {', '.join(sorted(gate.bases))}\n")
    return 1


def _promoted(stack: str, found: Iterable[tuple[str, str]]) -> int:
    before = stack_before(stack)
    if before is None:
        return 0
    wrong = not_promoted(found, images_of(before))
    for name, tag, instead in wrong:
        runs = f"runs {', '.join(instead)}" if instead else "has none of that name"
        sys.stderr.write(f"Pulumi.{stack}.yaml: {name}:{tag} hasn't been in {before}, which {runs}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
