"""What the installed AWS SDK says of its resources' inputs, read from its source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from policies import generate

_INPUT: Final = re.compile(
    r'__props__\.__dict__\["(\w+)"\] = (?:\1|None if \1 is None else pulumi\.Output\.secret\(\1\))\n'
)


@cache
def inputs() -> Mapping[str, frozenset[str]]:
    """Names of the inputs of each AWS type, as Python writes them; what ``get`` reads back has its outputs too."""
    return {name: frozenset(_INPUT.findall(source.partition("def get(")[0])) for name, source in generate.resources()}


def types_with(pattern: str) -> set[str]:
    """Types that have an input whose name holds a match of ``pattern``."""
    asked = re.compile(pattern)
    return {name for name, found in inputs().items() if any(asked.search(it) for it in found)}
