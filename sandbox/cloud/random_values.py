"""What the random provider answers: values that look drawn and that the resource's URN decides.

They are placeholders. A password is secret as the real one is; nothing is protected by it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from typing import Final

from sandbox.cloud.identity import letters, uuid_of
from sandbox.model import Properties, Secret, Value

PREFIX: Final = "random:"
_LOWER: Final = "abcdefghijklmnopqrstuvwxyz"
_SPECIAL: Final = "!@#$%&*()-_=+[]{}<>:?"


def _number(inputs: Properties, key: str, default: int) -> int:
    found = inputs.get(key)
    return found if isinstance(found, int) else default


def _characters(urn: str, inputs: Properties) -> str:
    alphabet = "".join(
        characters
        for key, characters in (
            ("lower", _LOWER),
            ("upper", _LOWER.upper()),
            ("numeric", "0123456789"),
            ("special", str(inputs.get("overrideSpecial") or _SPECIAL)),
        )
        if inputs.get(key, True) is not False
    )
    return letters(urn, _number(inputs, "length", 16), alphabet)


def _octets(urn: str, count: int) -> bytes:
    return hashlib.shake_256(urn.encode()).digest(count)


def _password(urn: str, inputs: Properties) -> tuple[str, Properties]:
    text = _characters(urn, inputs)
    return "none", {"result": Secret(text), "bcryptHash": Secret(f"$2a$10${letters(urn + '/hash', 53, _LOWER)}")}


def _string(urn: str, inputs: Properties) -> tuple[str, Properties]:
    text = _characters(urn, inputs)
    return text, {"result": text}


def _id(urn: str, inputs: Properties) -> tuple[str, Properties]:
    octets = _octets(urn, _number(inputs, "byteLength", 8))
    prefix = str(inputs.get("prefix") or "")
    url = base64.urlsafe_b64encode(octets).decode().rstrip("=")
    return url, {
        "b64Std": prefix + base64.b64encode(octets).decode(),
        "b64Url": prefix + url,
        "dec": prefix + str(int.from_bytes(octets, "big")),
        "hex": prefix + octets.hex(),
    }


def _octet_string(urn: str, inputs: Properties) -> tuple[str, Properties]:
    octets = _octets(urn, _number(inputs, "length", 16))
    return "none", {"base64": Secret(base64.b64encode(octets).decode()), "hex": Secret(octets.hex())}


def _uuid(urn: str, _: Properties) -> tuple[str, Properties]:
    made = uuid_of(urn)
    return made, {"result": made}


def _integer(urn: str, inputs: Properties) -> tuple[str, Properties]:
    low, high = _number(inputs, "min", 0), _number(inputs, "max", 1)
    drawn = low + int.from_bytes(_octets(urn, 8), "big") % max(high - low + 1, 1)
    return str(drawn), {"result": drawn}


def _pet(urn: str, inputs: Properties) -> tuple[str, Properties]:
    words = ("calm", "eager", "fond", "keen", "mild", "neat", "proud", "swift", "tidy", "warm")
    animals = ("crane", "finch", "heron", "ibis", "lark", "otter", "robin", "stork", "tern", "wren")
    octets = _octets(urn, _number(inputs, "length", 2))
    chosen = [words[octet % len(words)] for octet in octets[:-1]] + [animals[octets[-1] % len(animals)]]
    prefix = [str(inputs["prefix"])] if inputs.get("prefix") else []
    return str(inputs.get("separator", "-")).join([*prefix, *chosen]), {}


def _shuffle(urn: str, inputs: Properties) -> tuple[str, Properties]:
    given = inputs.get("inputs")
    items: list[Value] = list(given) if isinstance(given, list) else []
    items.sort(key=lambda item: hashlib.sha256(f"{urn}/{item}".encode()).digest())
    return "-", {"results": items[: _number(inputs, "resultCount", len(items))]}


MAKERS: Final[Mapping[str, Callable[[str, Properties], tuple[str, Properties]]]] = {
    "random:index/randomPassword:RandomPassword": _password,
    "random:index/randomString:RandomString": _string,
    "random:index/randomId:RandomId": _id,
    "random:index/randomBytes:RandomBytes": _octet_string,
    "random:index/randomUuid:RandomUuid": _uuid,
    "random:index/randomUuid4:RandomUuid4": _uuid,
    "random:index/randomUuid7:RandomUuid7": _uuid,
    "random:index/randomInteger:RandomInteger": _integer,
    "random:index/randomPet:RandomPet": _pet,
    "random:index/randomShuffle:RandomShuffle": _shuffle,
}
