from __future__ import annotations

import string
from collections.abc import Callable

import pytest

from sandbox.cloud import Refused
from sandbox.model import Properties, Secret

Ask = Callable[..., tuple[str, Properties, Properties]]


def test_a_password_is_secret_and_stays_the_same(ask: Ask) -> None:
    type_ = "random:index/randomPassword:RandomPassword"

    id_, _, first = ask(type_, "p", {"length": 40})
    _, _, again = ask(type_, "p", {"length": 40})
    _, _, other = ask(type_, "q", {"length": 40})

    assert id_ == "none"
    assert isinstance(first["result"], Secret)
    assert isinstance(first["bcryptHash"], Secret)
    assert len(str(first["result"].value)) == 40
    assert first == again
    assert first["result"] != other["result"]


@pytest.mark.parametrize(
    ("inputs", "allowed"),
    [
        ({"special": False}, string.ascii_letters + string.digits),
        ({"special": False, "upper": False, "numeric": False}, string.ascii_lowercase),
        ({"lower": False, "upper": False, "numeric": False, "overrideSpecial": "_%"}, "_%"),
    ],
)
def test_a_string_keeps_to_its_alphabet(ask: Ask, inputs: Properties, allowed: str) -> None:
    id_, _, outputs = ask("random:index/randomString:RandomString", "s", {"length": 200, **inputs})

    assert id_ == outputs["result"]
    assert len(id_) == 200
    assert set(id_) <= set(allowed)


def test_an_id_has_all_its_forms(ask: Ask) -> None:
    id_, _, outputs = ask("random:index/randomId:RandomId", "i", {"byteLength": 4, "prefix": "p-"})

    number = int(str(outputs["hex"]).removeprefix("p-"), 16)
    assert outputs["dec"] == f"p-{number}"
    assert outputs["b64Url"] == f"p-{id_}"
    assert len(str(outputs["hex"])) == len("p-") + 8


def test_the_others(ask: Ask) -> None:
    _, _, number = ask("random:index/randomInteger:RandomInteger", "n", {"min": 5, "max": 7})
    _, _, shuffled = ask("random:index/randomShuffle:RandomShuffle", "s", {"inputs": ["a", "b", "c"], "resultCount": 2})
    pet, _, _ = ask("random:index/randomPet:RandomPet", "p", {"prefix": "x", "length": 3})
    _, _, octets = ask("random:index/randomBytes:RandomBytes", "b", {"length": 8})
    uuid, _, made = ask("random:index/randomUuid:RandomUuid", "u")

    assert number["result"] in {5, 6, 7}
    assert isinstance(shuffled["results"], list)
    assert len(shuffled["results"]) == 2
    assert set(map(str, shuffled["results"])) < {"a", "b", "c"}
    assert pet.startswith("x-")
    assert pet.count("-") == 3
    assert isinstance(octets["base64"], Secret)
    assert made["result"] == uuid


def test_inputs_are_checked(ask: Ask) -> None:
    with pytest.raises(Refused, match="length: missing"):
        ask("random:index/randomPassword:RandomPassword", "p")
    with pytest.raises(Refused, match=r"lenght: unknown property; did you mean length\?"):
        ask("random:index/randomPassword:RandomPassword", "p", {"lenght": 3, "length": 3})
