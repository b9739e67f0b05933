from __future__ import annotations

import pytest

from sandbox.protocol import urns

STACK = "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev"


def test_the_stack_is_no_part_of_the_chain() -> None:
    assert urns.make("dev", "p", STACK, "aws:ec2/vpc:Vpc", "v") == "urn:pulumi:dev::p::aws:ec2/vpc:Vpc::v"


def test_the_chain_holds_every_ancestor() -> None:
    first = urns.make("dev", "p", STACK, "x:index:A", "a")
    second = urns.make("dev", "p", first, "x:index:B", "b")
    third = urns.make("dev", "p", second, "aws:ec2/vpc:Vpc", "v")

    assert third == "urn:pulumi:dev::p::x:index:A$x:index:B$aws:ec2/vpc:Vpc::v"
    assert urns.parse(third) == ("dev", "p", "x:index:A$x:index:B$aws:ec2/vpc:Vpc", "v")
    assert urns.parse(third).type == "aws:ec2/vpc:Vpc"


def test_a_name_may_hold_the_separator() -> None:
    urn = urns.make("dev", "p", STACK, "x:index:A", "a::b$c")

    assert urns.parse(urn).name == "a::b$c"
    assert urns.make("dev", "p", urn, "x:index:B", "b") == "urn:pulumi:dev::p::x:index:A$x:index:B::b"


@pytest.mark.parametrize("text", ["", "a::b::c::d", "urn:pulumi:dev::p::t"])
def test_what_is_no_urn_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        urns.parse(text)


@pytest.mark.parametrize(
    ("type_", "package"),
    [("aws:ec2/vpc:Vpc", "aws"), ("pulumi:providers:random", "random"), ("pulumi:pulumi:Stack", "pulumi")],
)
def test_packages(type_: str, package: str) -> None:
    assert urns.package_of(type_) == package
