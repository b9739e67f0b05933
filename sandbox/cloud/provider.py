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
    """Account, region and tags of a provider, and its inputs as they are."""

    account: str = FALLBACK_ACCOUNT
    region: str = FALLBACK_REGION
    default_tags: Mapping[str, Value] = field(default_factory=dict)
    ignored_tags: frozenset[str] = frozenset()
    ignored_prefixes: tuple[str, ...] = ()
    inputs: Mapping[str, Value] = field(default_factory=dict)

    @classmethod
    def of(cls, inputs: Properties) -> ProviderConfig:
        """Read a provider's inputs: anything but a string stands in them as JSON."""
        accounts = undone(inputs.get("allowedAccountIds"))
        region = inputs.get("region")
        ignored = _mapping(undone(inputs.get("ignoreTags")))
        return cls(
            str(accounts[0]) if isinstance(accounts, list) and accounts else FALLBACK_ACCOUNT,
            region if isinstance(region, str) and region else FALLBACK_REGION,
            _mapping(_mapping(undone(inputs.get("defaultTags"))).get("tags")),
            frozenset(map(str, _items(ignored.get("keys")))),
            tuple(map(str, _items(ignored.get("keyPrefixes")))),
            inputs,
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
    """``value`` with the JSON undone that the SDK puts a provider's inputs in, unless they are strings."""
    if isinstance(value, Secret):
        return undone(value.value)
    if not isinstance(value, str):
        return value
    try:
        found: Value = json.loads(value)
    except ValueError:
        return value
    return found


def _mapping(value: Value) -> Mapping[str, Value]:
    return value if isinstance(value, dict) else {}


def _items(value: Value) -> list[Value]:
    return value if isinstance(value, list) else []
