"""How a stack file's keys are sorted: the project's own, other namespaces' that somebody reads, and those of nobody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pulumi
import pytest
from pulumi.runtime import set_all_config
from pulumi.runtime.config import CONFIG

from components.model import Problem, Settings
from settings.sections import NAMESPACES, load, parse

ROOT = Path(__file__).parents[2]


class House(Settings):
    """One section that must be given and one that needn't."""

    stack: str
    """Which."""
    services: dict[str, int] = {}
    """How many of each."""


@pytest.fixture(autouse=True)
def as_the_engine_gives_it(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("PULUMI_CONFIG", raising=False)
    monkeypatch.setattr(pulumi, "get_project", lambda: "platform")
    monkeypatch.setattr(pulumi, "get_stack", lambda: "dev")
    token = CONFIG.set({})
    yield
    CONFIG.reset(token)


def read(**config: object) -> House:
    """The settings from configuration as the engine passes it: scalars as text, the rest as JSON."""
    given = {"platform:stack": "dev", **config}
    set_all_config({key: value if isinstance(value, str) else json.dumps(value) for key, value in given.items()})
    return load(House, ())


def told(**config: object) -> list[str]:
    with pytest.raises(pulumi.RunError) as caught:
        read(**config)
    return str(caught.value).split("\n")


@pytest.mark.parametrize("namespace", ["plaform", "platfrom", "Platform", "platforms", "plat-form"])
def test_a_misspelt_namespace_before_an_optional_section_is_told(namespace: str) -> None:
    known = ", ".join(NAMESPACES)
    assert told(**{f"{namespace}:services": {"a": 1}}) == [
        "Pulumi.dev.yaml: 1 wrong key",
        f"  {namespace}:services = (not shown)",
        f"    allowed: no such namespace; allowed are platform, {known}; did you mean platform:services?",
    ]


@pytest.mark.parametrize(
    ("key", "guess"),
    [
        ("infra:services", "; did you mean platform:services?"),
        ("plaform:servces", "; did you mean platform:services?"),
        ("plaform:rooms", "; did you mean platform:rooms?"),
        ("kubernets:context", "; did you mean kubernetes:context?"),
        ("datadog:apiKey", ""),
    ],
)
def test_a_namespace_of_nobody_is_told_and_its_value_is_not_shown(key: str, guess: str) -> None:
    lines = told(**{key: "very-private"})
    assert lines[1] == f"  {key} = (not shown)"
    assert lines[2].endswith(f"pulumiservice, random{guess}")
    assert "very-private" not in "\n".join(lines)


def test_it_is_told_in_one_run_with_the_rest() -> None:
    lines = told(**{"plaform:services": {}, "platform:services": "none", "platform:rooms": 3})
    assert lines[0] == "Pulumi.dev.yaml: 3 wrong keys"
    assert [line.split(" = ")[0].strip() for line in lines[1::2]] == [
        "plaform:services",
        "platform:rooms",
        "platform:services",
    ]


def test_keys_of_the_engine_and_of_packages_pass() -> None:
    house = read(
        **{
            "platform:services": {"a": 1},
            "pulumi:tags": {"team": "x"},
            "pulumi:disable-default-providers": ["aws"],
            "aws:region": "us-east-1",
            "kubernetes:context": "x",
        }
    )
    assert (house.stack, house.services) == ("dev", {"a": 1})


def test_nothing_is_wrong_where_the_engine_passes_only_the_project_s_own() -> None:
    assert read().services == {}


def test_the_packages_are_those_that_the_program_installs() -> None:
    wanted = re.findall(r"^pulumi-([a-z-]+)==", (ROOT / "requirements" / "program.in").read_text(), re.MULTILINE)
    assert set(NAMESPACES) == {"pulumi", *wanted} - {"policy"}


def test_of_an_encrypted_section_nothing_is_shown() -> None:
    given = {"platform:stack": "dev", "platform:services": json.dumps({"a": "hunter2"})}
    set_all_config(given, secret_keys=["platform:services"])
    try:
        with pytest.raises(pulumi.RunError) as caught:
            load(House, ())
    finally:
        set_all_config({}, secret_keys=[])
    assert str(caught.value).split("\n") == [
        "Pulumi.dev.yaml: 1 wrong key",
        '  platform:services.a = "(hidden)"',
        "    allowed: a whole number, without quotes",
    ]


class Refused(Settings):
    """What a builder makes of settings."""

    number: int
    """Any."""


def test_what_a_builder_refuses_is_told_without_a_traceback() -> None:
    def check(_: str) -> Iterator[Problem]:
        Refused.model_validate({"number": "x"})
        yield from ()

    with pytest.raises(pulumi.RunError, match=r"platform:stack = .*\n    allowed: settings from which"):
        parse(House, ((("stack",), check),), {"stack": "dev"}, project="platform", file="x")
