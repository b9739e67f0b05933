"""Identifiers that look like the cloud's and depend on the resource's name alone: same program, same identifiers."""

from __future__ import annotations

import hashlib
import uuid

_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


def hexadecimal(seed: str, digits: int) -> str:
    """``digits`` hexadecimal digits that ``seed`` decides; up to 128."""
    return hashlib.blake2b(seed.encode(), digest_size=64).hexdigest()[:digits]


def uuid_of(seed: str) -> str:
    """A UUID that ``seed`` decides."""
    return str(uuid.uuid5(_NAMESPACE, seed))


def number(seed: str, below: int) -> int:
    """A whole number from 0 to ``below`` - 1 that ``seed`` decides."""
    return int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=8).digest(), "big") % below


def letters(seed: str, length: int, alphabet: str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") -> str:
    """``length`` characters of ``alphabet`` that ``seed`` decides."""
    digest = hashlib.shake_256(seed.encode()).digest(length)
    return "".join(alphabet[byte % len(alphabet)] for byte in digest)
