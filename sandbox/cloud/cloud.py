"""The one model of the cloud: check, create, read, invoke and expand, by the type's package."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from sandbox.cloud import eks, invokes, kubernetes, random_values
from sandbox.cloud.aws.check import check as check_aws
from sandbox.cloud.aws.makers import make as make_aws
from sandbox.cloud.identity import hexadecimal, uuid_of
from sandbox.cloud.making import Making
from sandbox.cloud.provider import ProviderConfig, undone
from sandbox.cloud.refusal import Refused
from sandbox.cloud.schema import Schema, schema
from sandbox.model import Properties, Resource

if TYPE_CHECKING:
    from sandbox.protocol.goal import Goal

Expansion: TypeAlias = "Generator[Goal, Resource | None, tuple[Properties, dict[str, list[str]]]]"
"""Yields the goals of a component's children and wants each back as made."""

PROVIDER_PREFIX: Final = "pulumi:providers:"
STACK_REFERENCE: Final = "pulumi:pulumi:StackReference"
AWS_PREFIX: Final = "aws:"
DYNAMIC_PREFIX: Final = "pulumi-python:"
_COMPONENTS: Final = f"{eks.TYPE} and {kubernetes.CONFIG_FILE}"
_BY_ENGINE: Final = frozenset({"version", "pluginDownloadURL", "__internal"})
"""Inputs of a provider that the engine puts there."""


class Cloud:
    """One simulated cloud for one run. ``fail`` names creates that fail: ``TYPE`` or ``TYPE:NAME``."""

    def __init__(self, config: Mapping[str, str], *, fail: Sequence[str] = ()) -> None:
        self._config = config
        self._fail = frozenset(fail)
        self._providers: dict[str, ProviderConfig] = {}
        self._subnets: dict[str, str] = {}

    # --- what the engine asks of a provider ---------------------------------------------------------------------

    def check(self, goal: Goal, urn: str) -> Properties:
        """The checked inputs of ``goal``: a new dict. ``Refused`` for what the provider would not take."""
        type_ = goal.type
        if type_.startswith(DYNAMIC_PREFIX):
            raise Refused("a dynamic provider is code of the program's own, which the simulated cloud doesn't run")
        if type_.startswith(kubernetes.PREFIX) and type_ != kubernetes.HELM_RELEASE:
            return kubernetes.check(type_, goal.name, urn, goal.inputs)
        known = schema(type_, goal.version)
        if type_.startswith(PROVIDER_PREFIX):
            if known is not None:
                _check_provider(known, goal.inputs)
            return dict(goal.inputs)
        if known is None:
            return dict(goal.inputs)
        if type_.startswith(AWS_PREFIX):
            provider = self.provider(goal.provider)
            return check_aws(type_, goal.name, urn, goal.inputs, provider=provider, known=known)
        if not known.inputs.fits(goal.inputs):
            raise Refused(list(known.inputs.problems(goal.inputs, "")))
        if type_ == kubernetes.HELM_RELEASE:
            return kubernetes.check_release(goal.name, urn, goal.inputs)
        return dict(goal.inputs)

    def create(self, goal: Goal, urn: str, inputs: Properties) -> tuple[str, Properties]:
        """ID of the resource, and its outputs that aren't inputs. ``Refused`` for a create that is to fail."""
        if self._fail and (goal.type in self._fail or f"{goal.type}:{goal.name}" in self._fail):
            raise Refused("the create was made to fail (--fail)")
        if goal.type.startswith(PROVIDER_PREFIX):
            id_ = uuid_of(urn)
            self._providers[f"{urn}::{id_}"] = ProviderConfig.of(inputs)
            return id_, {}
        return self._computed(goal, urn, inputs)

    def read(self, goal: Goal, urn: str) -> Properties:
        """Outputs of a resource that exists already. ``Refused`` for another stack, which isn't here to be read."""
        if goal.type == STACK_REFERENCE:
            raise Refused(
                f"the outputs of stack {goal.name!r} can't be read here: the sandbox holds one stack at a time"
            )
        _, computed = self._computed(goal, urn, goal.inputs)
        return {**computed, **goal.inputs}

    def invoke(self, token: str, args: Properties, provider: str) -> Properties:
        """The answer of a provider's function. ``Refused`` for one that isn't known here."""
        return invokes.invoke(token, args, self.provider(provider))

    def expand(self, goal: Goal, urn: str, lookup: Callable[[str], Resource | None]) -> Expansion:
        """The children of a remote component; returns its outputs and what each of them depends on.

        ``lookup`` finds a resource by URN. ``Refused`` for a component that can't be taken apart here.
        """
        if goal.type == eks.TYPE:
            return eks.expand(goal, urn, lookup, self._config)
        if goal.type == kubernetes.CONFIG_FILE:
            return kubernetes.expand_file(goal.inputs)
        raise Refused(f"{goal.type} is a component that the simulated cloud doesn't know; it knows {_COMPONENTS}")

    def default_provider_inputs(self, package: str) -> Properties:
        """Inputs of a package's default provider: its configuration."""
        prefix = f"{package}:"
        return {key[len(prefix) :]: value for key, value in self._config.items() if key.startswith(prefix)}

    def provider(self, reference: str) -> ProviderConfig:
        """Configuration of the provider behind ``<urn>::<id>``."""
        return self._providers.get(reference) or ProviderConfig()

    # --- making -------------------------------------------------------------------------------------------------

    def _computed(self, goal: Goal, urn: str, inputs: Properties) -> tuple[str, Properties]:
        type_ = goal.type
        if type_.startswith(AWS_PREFIX):
            return self._aws(goal, urn, inputs)
        if type_ == kubernetes.HELM_RELEASE:
            return kubernetes.create_release(inputs)
        if type_.startswith(kubernetes.PREFIX):
            return kubernetes.create(type_, urn, inputs)
        maker = random_values.MAKERS.get(type_)
        if maker is not None:
            return maker(urn, inputs)
        return f"{goal.name}-{hexadecimal(urn, 7)}", {}

    def _aws(self, goal: Goal, urn: str, inputs: Properties) -> tuple[str, Properties]:
        provider = self.provider(goal.provider)
        region = inputs.get("region")
        making = Making(
            goal.type,
            goal.name,
            urn,
            inputs,
            provider.account,
            region if isinstance(region, str) else provider.region,
            self._subnets,
        )
        id_, outputs = make_aws(making, schema(goal.type, goal.version))
        if goal.type == "aws:ec2/subnet:Subnet":
            self._subnets[id_] = making.text("vpcId")
        return id_, outputs


def _check_provider(known: Schema, inputs: Properties) -> None:
    """Check a provider's inputs: those that aren't strings stand in them as JSON."""
    fields = known.inputs.fields
    plain: Properties = {}
    for key, value in inputs.items():
        if key not in _BY_ENGINE:
            shape = fields.get(key)
            plain[key] = value if shape is None or shape.fits(value) else undone(value)
    if not known.inputs.fits(plain):
        raise Refused(list(known.inputs.problems(plain, "")))
