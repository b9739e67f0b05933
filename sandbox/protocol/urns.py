"""URNs by the engine's rule: ``urn:pulumi:<stack>::<project>::<parent types$type>::<name>``.

The chain holds the type of every ancestor but the root stack resource. The SDK's mock differs on both counts: it keeps
only the direct parent's type, and it keeps the stack's. Source: sdk/go/common/resource/urn, ``urn.New``, and the
engine's ``generateURN`` (pulumi/pulumi, 2026-08-21).
"""

from __future__ import annotations

from typing import Final, NamedTuple

STACK_TYPE: Final = "pulumi:pulumi:Stack"
PROVIDER_PREFIX: Final = "pulumi:providers:"


class Urn(NamedTuple):
    """The parts of a URN; ``types`` is the whole chain, ``type`` its last link."""

    stack: str
    project: str
    types: str
    name: str

    @property
    def type(self) -> str:
        """The resource's own type."""
        return self.types.rsplit("$", 1)[-1]


def parse(urn: str) -> Urn:
    """Take a URN apart. ``ValueError`` if it is none. A name may itself contain ``::``."""
    parts = urn.split("::", 3)
    if len(parts) != 4 or not parts[0].startswith("urn:pulumi:"):  # noqa: PLR2004 - the four parts of a URN
        raise ValueError(urn)
    return Urn(parts[0].removeprefix("urn:pulumi:"), parts[1], parts[2], parts[3])


def make(stack: str, project: str, parent: str, type_: str, name: str) -> str:
    """The URN of a resource of ``type_`` called ``name`` below ``parent`` (a URN, or empty)."""
    chain = type_
    if parent:
        above = parent.split("::", 3)[2]
        if above != STACK_TYPE:
            chain = f"{above}${type_}"
    return f"urn:pulumi:{stack}::{project}::{chain}::{name}"


def package_of(type_: str) -> str:
    """The package of a type token: ``aws`` of ``aws:ec2/vpc:Vpc`` and of ``pulumi:providers:aws``."""
    if type_.startswith(PROVIDER_PREFIX):
        return type_[len(PROVIDER_PREFIX) :]
    return type_.split(":", 1)[0]
