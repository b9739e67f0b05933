"""How wide a network is."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

from .core.reading import Field

_WIDEST_V4: Final = 8
_WIDEST_V6: Final = 32
"""Prefix lengths below which a network is the public's, as S3 draws the line. Source: S3 user guide, "The meaning of
public" (IPv4 wider than /8, IPv6 wider than /32 and not private)."""
_PRIVATE_V6: Final = (IPv6Network("fc00::/7"), IPv6Network("fe80::/10"))


@lru_cache(maxsize=256)
def _public(text: str) -> bool:
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError:
        return False
    if isinstance(network, IPv4Network):
        return network.prefixlen < _WIDEST_V4
    return network.prefixlen < _WIDEST_V6 and not any(network.subnet_of(private) for private in _PRIVATE_V6)


def everywhere(field: Field) -> bool:
    """Whether the network, or an item of the list of them, is the whole internet or a large part of it.

    The internet in two halves (``0.0.0.0/1`` and ``128.0.0.0/1``), or written otherwise, is the internet.
    """
    return _public(field.text) if field.text else any(_public(item.text) for item in field.each())
