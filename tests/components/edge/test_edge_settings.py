"""What the edge's section refuses: each mistake once, by its key, with what may stand there instead."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from components.context import StackIdentity
from components.edge import EdgeSettings, ManagedGroup, check
from settings.problems import dotted, validate
from tests.components.edge.deployment import IDENTITIES, settings_of

Change = Callable[[dict[str, Any]], object]


def problems_of(raw: dict[str, Any]) -> list[tuple[str, str]]:
    """Each refused key and what is allowed there."""
    _, found = validate(EdgeSettings, raw)
    return [(dotted(p.path), p.allowed) for p in found]


def between(identity: dict[str, Any], raw: dict[str, Any]) -> list[tuple[str, str]]:
    """The same for what must hold between the section and the stack's identity."""
    settings = EdgeSettings.model_validate(raw)
    return [(dotted(p.path), p.allowed) for p in check(StackIdentity.model_validate(identity), settings)]


@pytest.mark.parametrize("stack", sorted(IDENTITIES))
def test_the_examples_are_accepted(stack: str) -> None:
    raw = settings_of(stack)
    assert problems_of(raw) == []
    assert between(IDENTITIES[stack], raw) == []


def test_what_isnt_said_is_safe() -> None:
    settings = EdgeSettings.model_validate({"zone": {"kind": "create"}})
    assert settings.ready is False
    assert settings.firewall.rate_limit == 2000
    assert settings.firewall.counted_rules.keys() == {ManagedGroup.COMMON, ManagedGroup.ANONYMOUS}
    assert settings.distribution is not None
    assert settings.distribution.minimum_tls == "TLSv1.2_2025"
    assert settings.distribution.health_check is True


def put(*path: str, value: object) -> Change:
    """A change that puts ``value`` at ``path``."""

    def change(raw: dict[str, Any]) -> None:
        here = raw
        for part in path[:-1]:
            here = here.setdefault(part, {})
        here[path[-1]] = value

    return change


REFUSED: list[tuple[str, Change, str, str]] = [
    # what is wrong, the change, the key that is named, part of what is allowed
    ("no zone", lambda raw: raw.pop("zone"), "zone", "must be given"),
    ("unknown zone", put("zone", value={"kind": "private"}), "zone.kind", "create"),
    ("an existing zone without its ID", put("zone", value={"kind": "existing"}), "zone.zone_id", "must be given"),
    (
        "a zone's name for its ID",
        put("zone", value={"kind": "existing", "zone_id": "example.com"}),
        "zone.zone_id",
        "form",
    ),
    (
        "an existing zone that isn't delegated",
        put("zone", value={"kind": "existing", "zone_id": "Z0123456789ABC", "delegated": False}),
        "zone.delegated",
        "no such key",
    ),
    ("a standby with a zone of its own", put("distribution", value=None), "zone.kind", "existing"),
    ("old TLS", put("distribution", "minimum_tls", value="TLSv1.1_2016"), "distribution.minimum_tls", "TLSv1.2_2021"),
    ("unknown price class", put("distribution", "price_class", value="All"), "distribution.price_class", "100"),
    ("a country's name", put("distribution", "countries", value=["Canada"]), "distribution.countries[0]", "form"),
    ("a country twice", put("distribution", "countries", value=["US", "US"]), "distribution.countries[1]", "once"),
    (
        "everything is API",
        put("distribution", "api_paths", value=["/*"]),
        "distribution.api_paths[0]",
        "below the root",
    ),
    (
        "a path without its slash",
        put("distribution", "api_paths", value=["api/*"]),
        "distribution.api_paths[0]",
        "form",
    ),
    ("no API at all", put("distribution", "api_paths", value=[]), "distribution.api_paths", "at least 1"),
    (
        "inline scripts",
        put("distribution", "content_sources", value={"script-src": ["'unsafe-inline'"]}),
        "distribution.content_sources.script-src[0]",
        "unsafe-inline",
    ),
    (
        "scripts from anywhere",
        put("distribution", "content_sources", value={"script-src": ["https://cdn.example.com", "*"]}),
        "distribution.content_sources.script-src[1]",
        "anyone's script",
    ),
    (
        "images in the clear",
        put("distribution", "content_sources", value={"img-src": ["http://img.example.com"]}),
        "distribution.content_sources.img-src[0]",
        "https or wss",
    ),
    (
        "frames of anyone",
        put("distribution", "content_sources", value={"frame-ancestors": ["https://example.com"]}),
        "distribution.content_sources.frame-ancestors",
        "frame-src",
    ),
    (
        "a secret before the first",
        put("distribution", "origin_secret_version", value=0),
        "distribution.origin_secret_version",
        "1",
    ),
    ("too few requests", put("firewall", "rate_limit", value=5), "firewall.rate_limit", "10"),
    ("a rate in words", put("firewall", "rate_limit", value="many"), "firewall.rate_limit", "a whole number"),
    (
        "an unknown group",
        put("firewall", "counted_rules", value={"php": ["PHPHighRiskMethodsVariables_BODY"]}),
        "firewall.counted_rules.php",
        "bad-inputs",
    ),
    (
        "a rule of another group",
        put("firewall", "counted_rules", value={"sql": ["SQLi_BODY", "NoUserAgent_HEADER"]}),
        "firewall.counted_rules.sql[1]",
        "SQLi_QUERYARGUMENTS",
    ),
    ("a retention that logs don't have", put("firewall", "log_days", value=100), "firewall.log_days", "CloudWatch"),
    ("a health path with a query", put("health_path", value="/health?deep=1"), "health_path", "form"),
    ("an unknown key", put("waf", value=True), "waf", "no such key"),
]


@pytest.mark.parametrize(("change", "key", "allowed"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_wrong_key_is_named_once(change: Change, key: str, allowed: str) -> None:
    raw = deepcopy(settings_of("staging"))
    change(raw)
    [(named, what)] = problems_of(raw)
    assert named == key
    assert allowed in what


def test_every_mistake_of_a_run_is_told() -> None:
    raw = deepcopy(settings_of("staging"))
    put("zone", "kind", value="private")(raw)
    put("firewall", "rate_limit", value=1)(raw)
    put("distribution", "countries", value=["Canada"])(raw)
    assert [key for key, _ in problems_of(raw)] == ["zone.kind", "firewall.rate_limit", "distribution.countries[0]"]


BETWEEN: list[tuple[str, str, Change, dict[str, Any], str, str]] = [
    # what is wrong, the stack, the change, what its identity says else, the key that is named, part of what is allowed
    ("logs too long", "dev", put("firewall", "log_days", value=180), {}, "edge.firewall.log_days", "at most 90"),
    (
        "failover without a check",
        "production",
        put("distribution", "health_check", value=False),
        {},
        "edge.distribution.health_check",
        "us-west-2",
    ),
    (
        "a standby with a standby",
        "standby",
        lambda _: None,
        {"recovery_region": "us-east-1"},
        "edge.distribution",
        "primary",
    ),
    (
        "a domain too long to certify",
        "dev",
        lambda _: None,
        {"domain": f"{'a' * 50}.{'b' * 12}.com"},
        "stack.domain",
        "64",
    ),
]


@pytest.mark.parametrize(
    ("stack", "change", "more", "key", "allowed"), [row[1:] for row in BETWEEN], ids=[row[0] for row in BETWEEN]
)
def test_what_must_hold_with_the_identity(
    stack: str, change: Change, more: dict[str, Any], key: str, allowed: str
) -> None:
    raw = deepcopy(settings_of(stack))
    change(raw)
    [(named, what)] = between({**IDENTITIES[stack], **more}, raw)
    assert named == key
    assert allowed in what
