"""Who the stack is, and what each component is handed: names, tags, provider."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Annotated, Final, Literal

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks
import pulumi_random as random
from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from components.data_classes import LIMITS, DataClass, effective
from components.model import AccountId, Cidr, Hostname, PrivateCidr, Settings, form, is_private, refuse
from components.naming import Names

_WIDEST_RUNNER: Final = 8
_MOST_PUBLIC: Final = 40
"""Networks that may reach a cluster's public endpoint (EKS service quotas)."""

Region = Literal["us-east-1", "us-east-2", "us-west-1", "us-west-2"]
"""Pupils' data stays in the United States: the regions a stack may name."""
Environment = Literal["dev", "staging", "production"]
TagValue = Annotated[
    str,
    form(
        r"^[A-Za-z0-9.:/=+@_-]+( [A-Za-z0-9.:/=+@_-]+)*$",
        "words of letters, figures and . : / = + @ _ - with single spaces between them",
        max_length=256,
    ),
]
AgentPool = Annotated[
    str,
    form(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$", "letters, figures, dots, hyphens and underscores"),
]
"""A pool of Pulumi Deployments' agents, by name or ID."""


class Runner(Settings):
    """Where ``pulumi up`` runs: it must reach the cluster's API endpoint."""

    public_cidrs: Annotated[list[Cidr], Field(max_length=_MOST_PUBLIC)] = []
    """Networks that may reach a public API endpoint (dev and staging)."""
    agent_pool: AgentPool | None = None
    """Pulumi Deployments agent pool inside the account's network: what a private endpoint demands."""
    cidr: PrivateCidr | None = None
    """Network of the agent pool, as ``runner.cidr`` stands in the account's stack of the region: the stack peers with
    it. Given with ``agent_pool``, and only then."""

    @field_validator("public_cidrs")
    @classmethod
    def _not_everyone(cls, value: list[Cidr]) -> list[Cidr]:
        for index, network in enumerate(value):
            if network.prefixlen < _WIDEST_RUNNER:
                refuse(
                    "a network of /8 or smaller: 0.0.0.0/0 opens the API to everyone", value=str(network), at=[index]
                )
            if is_private(network):
                refuse(
                    "a public network: who comes over the internet has no private address",
                    value=str(network),
                    at=[index],
                )
            if network in value[:index]:
                refuse("each network once", value=str(network), at=[index])
        return value

    @field_validator("cidr")
    @classmethod
    def _of_the_pool(cls, value: IPv4Network | None, info: ValidationInfo) -> IPv4Network | None:
        pool = info.data.get("agent_pool")
        if pool is not None and value is None:
            refuse("the network that the agents run in, runner.cidr of the account's stack", value=value)
        if "agent_pool" in info.data and pool is None and value is not None:
            refuse("nothing without agent_pool: it is the pool's network", value=str(value))
        return value


class Identity(Settings):
    """Whose a stack is, where it stands, and who answers for it: what every project of the platform says."""

    platform: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{1,11}$")]
    """The product: first part of every name. At most 12 characters."""
    env: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{1,11}$")]
    """The environment's name: second part of every name. At most 12 characters."""
    tier: Environment
    """Which rules apply: production has protection that dev opts out of."""
    account_id: AccountId
    """The AWS account; a real ``up`` anywhere else is refused."""
    region: Region = "us-east-1"
    recovery_region: Region | None = None
    """Where production's copies live. Not the region itself."""
    owner: TagValue
    """Team that answers for the stack (``Owner`` tag)."""
    cost_center: TagValue
    """Who pays (``CostCenter`` tag)."""

    @field_validator("recovery_region")
    @classmethod
    def _elsewhere(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and value == info.data.get("region"):
            refuse("a region other than the stack's own", value=value)
        return value

    @property
    def production(self) -> bool:
        """Whether losses here hurt: protection, longer retention, pupils' real data."""
        return self.tier == "production"


class StackIdentity(Identity):
    """Which stack this is: whose, where, and how far it has been brought up."""

    primary_region: Region | None = None
    """In a standby: the region whose stack it stands in for, and which owns every store that is copied here. A standby
    has its primary's platform, env and account, so that all names are the same."""
    domain: Hostname
    """Base domain of the stack's host names."""
    phase: Literal["bootstrap", "running"] = "running"
    """``bootstrap`` leaves our own workloads out, until their images are pushed."""
    runner: Runner

    @field_validator("primary_region")
    @classmethod
    def _of_a_standby(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return value
        if value == info.data.get("region"):
            refuse("a region other than the stack's own", value=value)
        if info.data.get("recovery_region") is not None:
            refuse("nothing beside recovery_region: a stack is a primary or its standby", value=value)
        if info.data.get("tier") not in (None, "production"):
            refuse("nothing outside production: only production has a standby", value=value)
        return value

    @property
    def standby(self) -> bool:
        """Whether the stack waits in the recovery region of another one, with that one's copies."""
        return self.primary_region is not None


@dataclass(frozen=True)
class Context:
    """What every component is handed: the stack's identity, its names and tags, and the cloud's providers."""

    identity: StackIdentity
    names: Names
    provider: aws.Provider
    random: random.Provider
    eks: eks.Provider

    @classmethod
    def create(cls, identity: StackIdentity) -> Context:
        """Make the providers (AWS with account guard and default tags, random) and the names of the stack."""
        names = Names(identity.platform, identity.env, identity.account_id, identity.region)
        provider = aws.Provider(
            "aws",
            region=identity.region,
            allowed_account_ids=[identity.account_id],
            default_tags=aws.ProviderDefaultTagsArgs(tags=default_tags(identity)),
        )
        return cls(identity, names, provider, random.Provider("random"), eks.Provider("eks"))

    @property
    def providers(self) -> list[pulumi.ProviderResource]:
        """What a component of the cloud's half gets as ``providers``."""
        return [self.provider, self.random, self.eks]

    @property
    def production(self) -> bool:
        """Shorthand for ``identity.production``."""
        return self.identity.production

    @property
    def protect(self) -> bool:
        """Whether stores and keys are protected: a destroy of dev and staging ends empty."""
        return self.identity.production

    def tags(self, declared: DataClass | None = None, **more: str) -> dict[str, str]:
        """Tags that a resource adds to the provider's: its data class, and ``more``."""
        tags = dict(more)
        if declared is not None:
            data_class = effective(declared, production=self.production)
            tags["DataClass"] = data_class.value
            compliance = LIMITS[data_class].compliance
            if compliance is not None:
                tags["Compliance"] = compliance
        return tags

    def all_tags(self, declared: DataClass | None = None, **more: str) -> dict[str, str]:
        """Default tags and own tags together, for what no provider tags: volumes, instances, controllers' resources."""
        return {**default_tags(self.identity), **self.tags(declared, **more)}


def default_tags(identity: Identity) -> dict[str, str]:
    """The mandatory tags that the provider puts on everything. Constants only: an unknown tag would hide them all."""
    return {
        "Project": identity.platform,
        "Environment": identity.env,
        "Owner": identity.owner,
        "CostCenter": identity.cost_center,
        "DataClass": DataClass.INTERNAL.value,
        "ManagedBy": "pulumi",
    }


__all__ = [
    "Context",
    "Environment",
    "Identity",
    "Region",
    "Runner",
    "StackIdentity",
    "default_tags",
]
