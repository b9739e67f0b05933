"""The one model of the cloud: check, create, read, invoke and expand, by the type's package."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sandbox.cloud.identity import hexadecimal, uuid_of
from sandbox.cloud.refusal import Refused
from sandbox.cloud.replacement import replaces
from sandbox.model import Properties, Resource, Value

if TYPE_CHECKING:
    from sandbox.engine.goal import Goal

PROVIDER_PREFIX: Final = "pulumi:providers:"
FALLBACK_ACCOUNT: Final = "123456789012"
"""The account of a provider that names none: the one of AWS's own documentation."""
FALLBACK_REGION: Final = "us-east-1"


@dataclass(frozen=True)
class ProviderConfig:
    """What a provider resource says about the cloud that it speaks to."""

    account: str = FALLBACK_ACCOUNT
    region: str = FALLBACK_REGION
    default_tags: Mapping[str, str] = field(default_factory=dict)


class Cloud:
    """One simulated cloud for one run. ``fail`` names creates that fail: ``TYPE`` or ``TYPE:NAME``."""

    def __init__(self, config: Mapping[str, str], *, fail: Sequence[str] = ()) -> None:
        self._config = config
        self._fail = frozenset(fail)
        self._providers: dict[str, ProviderConfig] = {}

    def check(self, goal: Goal, urn: str) -> Properties:
        """The checked inputs of ``goal``: a new dict. ``Refused`` for what the provider would not take."""
        return dict(goal.inputs)

    def create(self, goal: Goal, urn: str, inputs: Properties, *, known: bool) -> tuple[str, Properties]:
        """ID and outputs of the resource; with ``known`` false, what a preview can say of them."""
        self._faults(goal)
        if goal.type.startswith(PROVIDER_PREFIX):
            id_ = uuid_of(urn)
            return id_, dict(inputs)
        return f"{goal.name}-{hexadecimal(urn, 7)}", dict(inputs)

    def read(self, goal: Goal, urn: str, id_: str) -> Properties:
        """Outputs of a resource that exists already."""
        return dict(goal.inputs)

    def invoke(self, token: str, args: Properties, provider: str) -> Properties:
        """The answer of a provider's function. ``Refused`` for one that isn't known here."""
        raise Refused(f"{token} is no function that the simulated cloud answers")

    def expand(self, goal: Goal, urn: str) -> Generator[Goal, Resource | None, Properties]:
        """The children of a remote component; the generator returns the component's outputs."""
        raise Refused(f"{goal.type} is no component that the simulated cloud can expand")

    def replaces(self, type_: str) -> frozenset[str]:
        """Input properties of ``type_`` whose change replaces the resource."""
        return replaces(type_)

    def default_provider_inputs(self, package: str) -> Properties:
        """Inputs of a package's default provider: its configuration."""
        prefix = f"{package}:"
        return {key[len(prefix) :]: value for key, value in self._config.items() if key.startswith(prefix)}

    def _faults(self, goal: Goal) -> None:
        if goal.type in self._fail or f"{goal.type}:{goal.name}" in self._fail:
            raise Refused("the create was made to fail (--fail)")
