"""What AWS has against a resource: its models, then its documents."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.model import Resource
from tests.shapes.formats import misshapen
from tests.shapes.requests import of, open_value, problems
from tests.shapes.table import LOOSE, ROWS


def against(resource: Resource) -> Iterator[str]:
    """Everything wrong with the inputs of a resource."""
    if resource.type in ROWS:
        found = of(resource, ROWS)
        for lost in sorted(found.lost):
            yield f"{resource.name}: {lost} has no place in a request"
        for request in found.requests:
            for problem in problems(request, loose=LOOSE):
                yield f"{resource.name}: {request.call}: {problem}"
    for problem in misshapen(resource.type, open_value(dict(resource.inputs))):
        yield f"{resource.name}: {problem}"
