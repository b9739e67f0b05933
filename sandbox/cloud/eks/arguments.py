"""The component's arguments: what they depend on, what the component refuses of them, and what isn't modelled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from sandbox.cloud.eks.values import Input, union
from sandbox.cloud.refusal import Refused
from sandbox.cloud.schema import schema
from sandbox.model import UNKNOWN, Resource, Value
from sandbox.protocol.convert import unwrap
from sandbox.protocol.goal import Goal

Lookup: TypeAlias = "Callable[[str], Resource | None]"
"""Finds a resource of the program by its URN."""

API: Final = "API"
CONFIG_MAP: Final = "CONFIG_MAP"
API_AND_CONFIG_MAP: Final = "API_AND_CONFIG_MAP"

_NOT_MODELLED: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "desiredCapacity",
            "gpu",
            "instanceProfileName",
            "instanceType",
            "maxSize",
            "minSize",
            "nodeAmiId",
            "nodeAssociatePublicIpAddress",
            "nodeGroupOptions",
            "nodePublicKey",
            "nodeRootVolumeEncrypted",
            "nodeRootVolumeSize",
            "nodeSubnetIds",
            "nodeUserData",
        ),
        "the component's default node group isn't modelled here; make node groups with aws.eks.NodeGroup",
    ),
    "creationRoleProvider": "the component's creation role isn't modelled here; give providerCredentialOpts",
    "fargate": "the component's Fargate profile isn't modelled here; make it with aws.eks.FargateProfile",
    "proxy": "there is no network here for a proxy to be used in",
    "storageClasses": "the component's storage classes aren't modelled here; make them in the cluster",
}

_EXCLUDING: Final = ("instanceRole", "instanceRoles", "subnetIds", "publicSubnetIds", "privateSubnetIds")


class Arguments:
    """The arguments of one component."""

    def __init__(self, goal: Goal, lookup: Lookup, config: Mapping[str, str]) -> None:
        self._goal = goal
        self._lookup = lookup
        self._profile = config.get("aws:profile")
        self.auto = bool(self.get("autoMode").entry("enabled"))
        self.mode = self.get("authenticationMode").value

    def get(self, key: str) -> Input:
        """An argument; nothing if it wasn't given."""
        return Input(unwrap(self._goal.inputs.get(key)), frozenset(self._goal.property_dependencies.get(key, ())))

    def referenced(self, argument: Input) -> Resource:
        """The resource that an argument refers to. ``Refused`` if it has none, or isn't one."""
        value = argument.value
        urn = value.get("urn") if isinstance(value, dict) else None
        found = self._lookup(urn) if isinstance(urn, str) else None
        if found is None:
            raise Refused("a resource that this program registered is wanted where a resource is an argument")
        return found

    def validate(self) -> None:
        """``Refused`` for what the SDK's types, the component or this model don't allow; all of it at once."""
        known = schema(self._goal.type, self._goal.version)
        if known is not None and not known.inputs.fits(self._goal.inputs):
            raise Refused(list(known.inputs.problems(self._goal.inputs, "")))
        problems = [f"{key}: {why}" for key, why in _NOT_MODELLED.items() if self.get(key)]
        problems += [text for wrong, text in self._rules() if wrong]
        if not self.uses_config_map:
            problems += [
                f"{key}: must be empty when authenticationMode is {self.mode}"
                for key in ("roleMappings", "userMappings", "instanceRoles")
                if self.get(key).value not in (None, [])
            ]
        if problems:
            raise Refused(problems)

    def _rules(self) -> Iterator[tuple[bool, str]]:
        """Whether each rule is broken, and what it says."""
        given = {key: self.get(key).given for key in _EXCLUDING}
        yield (
            not self.get("skipDefaultNodeGroup") and not self.auto,
            "skipDefaultNodeGroup: true is wanted; the default node group isn't modelled here",
        )
        yield not self.get("vpcId").given, "vpcId: missing; the component would look for the account's default VPC"
        yield (
            given["instanceRole"] and given["instanceRoles"],
            "instanceRole, instanceRoles: they exclude each other",
        )
        yield (
            given["subnetIds"] and (given["publicSubnetIds"] or given["privateSubnetIds"]),
            "subnetIds: excludes publicSubnetIds and privateSubnetIds; choose one way",
        )
        public = self.get("endpointPublicAccess").or_else(default=True)
        yield (
            bool(self.get("publicAccessCidrs")) and not public,
            "publicAccessCidrs: can only be set when endpointPublicAccess is true",
        )
        yield (
            not self.uses_entries and bool(self.get("accessEntries")),
            "accessEntries: not supported unless authenticationMode is API or API_AND_CONFIG_MAP",
        )
        yield (
            self.auto and not self.uses_entries,
            "autoMode: wants authenticationMode API or API_AND_CONFIG_MAP",
        )

    @property
    def uses_config_map(self) -> bool:
        """Whether nodes and people may come in by the aws-auth ConfigMap."""
        return self.mode in (None, CONFIG_MAP, API_AND_CONFIG_MAP)

    @property
    def uses_entries(self) -> bool:
        """Whether they may by access entries."""
        return self.mode in (API, API_AND_CONFIG_MAP)

    @property
    def skips_security_groups(self) -> bool:
        """Whether the component makes no security groups."""
        return bool(self.get("skipDefaultSecurityGroups").or_else(self.auto))

    def subnets(self) -> Input:
        """The subnets of the control plane."""
        given = self.get("subnetIds")
        if given.given:
            return given
        lists = [self.get("publicSubnetIds").or_else([]), self.get("privateSubnetIds").or_else([])]
        found: list[Value] = []
        for part in lists:
            if part.value is UNKNOWN:
                return Input(UNKNOWN, union((), *lists))
            found += part.value if isinstance(part.value, list) else []
        return Input(found, union((), *lists))

    def credentials(self) -> Input:
        """What the kubeconfig says about who asks for tokens."""
        given = self.get("providerCredentialOpts")
        if not given.given and self._profile:
            return Input({"profileName": self._profile})
        return given
