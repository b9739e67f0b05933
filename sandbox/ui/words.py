"""Numbers, types and names as people read them."""

from __future__ import annotations


def count(number: int, what: str, plural: str = "") -> str:
    """``1 resource``, ``1,012 resources``."""
    return f"{number:,} {what if number == 1 else plural or what + 's'}"


def seconds(number: float) -> str:
    """``0.42 s``, ``6.1 s``, ``75 s``."""
    digits = 2 if number < 1 else 1 if number < 60 else 0  # noqa: PLR2004 - where a digit more says nothing
    return f"{number:.{digits}f} s"


def size(number: int) -> str:
    """``812 B``, ``34 kB``, ``1.2 MB``."""
    for unit, factor in (("MB", 1_000_000), ("kB", 1_000)):
        if number >= factor:
            value = number / factor
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"  # noqa: PLR2004 - likewise
    return f"{number} B"


def short_type(token: str) -> str:
    """The last part of a type: ``Bucket`` of ``aws:s3/bucket:Bucket``; providers say whose they are."""
    if token.startswith("pulumi:providers:"):
        return f"Provider({token.rpartition(':')[2]})"
    return token.rpartition(":")[2]


def name_of(urn: str) -> str:
    """The name in a URN."""
    return urn.split("::", 3)[-1]


def type_of(urn: str) -> str:
    """The resource's own type in a URN."""
    parts = urn.split("::", 3)
    return parts[2].rsplit("$", 1)[-1] if len(parts) > 2 else ""  # noqa: PLR2004 - stack, project, type, name
