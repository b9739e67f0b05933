"""What a maker is given to make a resource from, and what makers are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from sandbox.cloud.identity import hexadecimal, letters, number
from sandbox.model import Properties, Secret, Value

CREATED: Final = "2000-01-01T00:00:00Z"
"""When everything in the simulated cloud was made."""


@dataclass(slots=True)
class Making:
    """A resource in the making: what it is called, its checked inputs, and where it is made."""

    type: str
    name: str
    urn: str
    inputs: Properties
    account: str
    region: str
    subnets: Mapping[str, str]
    """The VPC of each subnet made so far: some resources answer with the VPC that their subnets are in."""

    def hex(self, digits: int, salt: str = "") -> str:
        """Hexadecimal digits that belong to this resource; ``salt`` for more than one set of them."""
        return hexadecimal(f"{self.account}/{self.region}/{self.urn}/{salt}", digits)

    def letters(self, length: int, salt: str = "") -> str:
        """Capital letters and figures that belong to this resource."""
        return letters(f"{self.account}/{self.region}/{self.urn}/{salt}", length)

    def number(self, below: int, salt: str = "") -> int:
        """A number that belongs to this resource."""
        return number(f"{self.account}/{self.region}/{self.urn}/{salt}", below)

    def value(self, key: str) -> Value:
        """An input, without the mark of a secret."""
        found = self.inputs.get(key)
        return found.value if isinstance(found, Secret) else found

    def text(self, key: str, default: str = "") -> str:
        """An input that is a string; ``default`` where it is missing or not known yet."""
        found = self.value(key)
        return found if isinstance(found, str) else default

    def items(self, key: str) -> list[Value]:
        """An input that is a list; empty where it is missing."""
        found = self.value(key)
        return found if isinstance(found, list) else []

    def entries(self, key: str) -> Mapping[str, Value]:
        """An input that is a mapping; empty where it is missing."""
        found = self.value(key)
        return found if isinstance(found, dict) else {}

    def vpc_of(self, subnets: Value) -> str:
        """The VPC that the first known of ``subnets`` is in; one of the resource's own if none is known."""
        for subnet in subnets if isinstance(subnets, list) else ():
            vpc = self.subnets.get(str(subnet))
            if vpc:
                return vpc
        return f"vpc-{self.hex(17, 'vpc')}"

    def arn(self, service: str, resource: str, *, regional: bool = True, owned: bool = True) -> str:
        """An ARN in this account and region; global services leave one of them, or both, out."""
        return f"arn:aws:{service}:{self.region if regional else ''}:{self.account if owned else ''}:{resource}"


Maker: TypeAlias = Callable[[Making], "tuple[str, Properties]"]
"""Gives a resource's ID and the outputs that aren't inputs."""
