"""What a provider resource says about the cloud that it speaks to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sandbox.model import Properties, Secret, Value

FALLBACK_ACCOUNT: Final = "123456789012"
"""The account of a provider that names none: the one of AWS's own documentation."""
FALLBACK_REGION: Final = "us-east-1"


@dataclass(frozen=True)
class ProviderConfig:
    """Account, region and tags of a provider, and all its inputs with their JSON undone."""

    account: str = FALLBACK_ACCOUNT
    region: str = FALLBACK_REGION
    default_tags: Mapping[str, Value] = field(default_factory=dict)
    ignored_tags: frozenset[str] = frozenset()
    ignored_prefixes: tuple[str, ...] = ()
    inputs: Mapping[str, Value] = field(default_factory=dict)

    @classmethod
    def of(cls, inputs: Properties) -> ProviderConfig:
        """Read a provider's inputs: anything but a string stands in them as JSON."""
        plain = {key: undone(value) for key, value in inputs.items()}
        accounts = plain.get("allowedAccountIds")
        region = plain.get("region")
        ignored = _mapping(plain.get("ignoreTags"))
        return cls(
            str(accounts[0]) if isinstance(accounts, list) and accounts else FALLBACK_ACCOUNT,
            region if isinstance(region, str) and region else FALLBACK_REGION,
            _mapping(_mapping(plain.get("defaultTags")).get("tags")),
            frozenset(map(str, _items(ignored.get("keys")))),
            tuple(map(str, _items(ignored.get("keyPrefixes")))),
            plain,
        )

    def tags_all(self, tags: Mapping[str, Value]) -> dict[str, Value]:
        """The tags that a resource really gets: the provider's, its own over them, without the ignored ones."""
        merged = {**self.default_tags, **tags}
        if self.ignored_tags or self.ignored_prefixes:
            return {
                key: value
                for key, value in merged.items()
                if key not in self.ignored_tags and not key.startswith(self.ignored_prefixes or ("\0",))
            }
        return merged


def undone(value: Value) -> Value:
    """``value`` with the JSON undone that the SDK puts a provider's structured inputs in."""
    if isinstance(value, Secret):
        return undone(value.value)
    if isinstance(value, str) and value[:1] in tuple('[{"tf-0123456789'):
        try:
            found: Value = json.loads(value)
        except ValueError:
            return value
        # an account number is a string of digits to its provider, whatever JSON makes of it
        return value if isinstance(found, (int, float)) and not isinstance(found, bool) else found
    return value


def _mapping(value: Value) -> Mapping[str, Value]:
    return value if isinstance(value, dict) else {}


def _items(value: Value) -> list[Value]:
    return value if isinstance(value, list) else []
