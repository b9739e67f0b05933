"""What an account's file may not say: each wrong key gives one error with file, key, value and what is allowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pytest
import yaml

from account.configuration import CHECKS, StackSettings
from settings.sections import parse
from tests.account.conftest import ROOT, SECOND, STACKS
from tests.settings.stack_files import Raw, drop, put

PRODUCTION = "toolboxai-production-us-east-1"
DEV = "toolboxai-dev-us-east-1"


def raw_settings(stack: str) -> Raw:
    text = (ROOT / "account" / f"Pulumi.{stack}.yaml").read_text()
    config: Mapping[str, Any] = yaml.safe_load(text)["config"]
    return {key.removeprefix("account:"): value for key, value in config.items()}


def read(raw: Raw) -> StackSettings:
    return parse(StackSettings, CHECKS, raw, project="account", file="Pulumi.x.yaml")


def refusals(raw: Raw) -> list[tuple[str, str, str]]:
    """(key, value, allowed) of every error of a run."""
    with pytest.raises(pulumi.RunError) as caught:
        read(raw)
    first, *lines = str(caught.value).split("\n")
    assert first.startswith("Pulumi.x.yaml: ")
    found = []
    for where, what in zip(lines[::2], lines[1::2], strict=True):
        key, value = where.strip().split(" = ", 1)
        assert key.startswith("account:")
        found.append((key.removeprefix("account:"), value, what.removeprefix("    allowed: ")))
    return found


@pytest.mark.parametrize("stack", STACKS)
def test_the_committed_files_are_right(stack: str) -> None:
    settings = read(raw_settings(stack))
    assert f"{settings.stack.platform}-{settings.stack.env}-{settings.stack.region}" == stack
    assert settings.stack.home is (stack != SECOND)
    known = settings.stack.as_stack()
    assert (known.account_id, known.region, known.tier) == ("111122223333", settings.stack.region, settings.stack.tier)
    assert known.domain.endswith(".invalid")


CASES: list[tuple[str, Callable[[Raw], None], str, str, str]] = [
    # stack file, mistake, key, value shown, what is allowed
    (PRODUCTION, put("stack", "account_id", value=111122223333), "stack.account_id", "111122223333", "in quotes"),
    (PRODUCTION, put("stack", "region", value="eu-west-1"), "stack.region", '"eu-west-1"', "one of us-east-1"),
    (PRODUCTION, put("stack", "domain", value="x.example.com"), "stack.domain", '"x.example.com"', "no such key"),
    (
        PRODUCTION,
        put("stack", "recovery_region", value="us-east-1"),
        "stack.recovery_region",
        '"us-east-1"',
        "other than",
    ),
    (PRODUCTION, drop("baseline", "trail"), "baseline.trail", "null", "home region"),
    (
        PRODUCTION,
        put("baseline", "trail", "lock", value="off"),
        "baseline.trail.lock",
        '"off"',
        "governance or compliance",
    ),
    (PRODUCTION, put("baseline", "trail", "lock", value="some"), "baseline.trail.lock", '"some"', "one of off"),
    (PRODUCTION, drop("baseline", "trail", "lock"), "baseline.trail.lock", "(missing)", "must be given: Object Lock"),
    (PRODUCTION, put("baseline", "trail", "lock_days", value=2600), "baseline.trail.lock_days", "2600", "at most 2555"),
    (
        PRODUCTION,
        put("baseline", "trail", "log_days", value=366),
        "baseline.trail.log_days",
        "366",
        "CloudWatch Logs has",
    ),
    (PRODUCTION, put("baseline", "retention_days", value=300), "baseline.retention_days", "300", "at least 365"),
    (PRODUCTION, put("baseline", "retention_days", value=3000), "baseline.retention_days", "3000", "at most 2555"),
    (PRODUCTION, put("baseline", "contacts", "mail", value=[]), "baseline.contacts.mail", "[]", "at least 1"),
    (
        PRODUCTION,
        put("baseline", "contacts", "mail", 0, value="nobody"),
        "baseline.contacts.mail[0]",
        '"nobody"',
        "of the form",
    ),
    (
        PRODUCTION,
        put("baseline", "contacts", "security", "phone", value="call me"),
        "baseline.contacts.security.phone",
        '"call me"',
        "of the form",
    ),
    (
        PRODUCTION,
        put("baseline", "inspector", value=["ECR", "ECR"]),
        "baseline.inspector[1]",
        '"ECR"',
        "each resource type once",
    ),
    (PRODUCTION, put("baseline", "cis", value="1.2.0"), "baseline.cis", '"1.2.0"', "one of 3.0.0, 5.0.0"),
    (
        PRODUCTION,
        put("baseline", "guardduty", value={"agent": "both"}),
        "baseline.guardduty.agent",
        '"both"',
        "one of stack",
    ),
    (PRODUCTION, put("deploy", value={}), "deploy.pulumi", "null", "github, pulumi or both"),
    (
        PRODUCTION,
        put("deploy", "github", "repository", value="platform"),
        "deploy.github.repository",
        '"platform"',
        "of the form",
    ),
    (PRODUCTION, put("deploy", "github", "environment", value="*"), "deploy.github.environment", '"*"', "of the form"),
    (PRODUCTION, put("deploy", "pulumi", "stacks", value=["*"]), "deploy.pulumi.stacks[0]", '"*"', "of the form"),
    (
        PRODUCTION,
        put("deploy", "pulumi", "stacks", value=["a", "a"]),
        "deploy.pulumi.stacks[1]",
        '"a"',
        "each stack once",
    ),
    (PRODUCTION, put("deploy", "hours", value=13), "deploy.hours", "13", "at most 12"),
    (PRODUCTION, put("runner", "cidr", value="10.255.0.0/16"), "runner.cidr", '"10.255.0.0/16"', "from /20 to /26"),
    (PRODUCTION, put("runner", "cidr", value="8.8.8.0/24"), "runner.cidr", '"8.8.8.0/24"', "a private network"),
    (
        PRODUCTION,
        put("runner", "zones", value=["us-east-1a"]),
        "runner.zones",
        '["us-east-1a"]',
        "two availability zones",
    ),
    (PRODUCTION, put("runner", "zones", 1, value="us-west-2a"), "runner.zones[1]", '"us-west-2a"', "region, us-east-1"),
    (PRODUCTION, put("runner", "zones", 1, value="us-east-1a"), "runner.zones[1]", '"us-east-1a"', "each zone once"),
    (
        PRODUCTION,
        put("service_linked_roles", "lambda", value={}),
        "service_linked_roles.lambda",
        '"lambda"',
        "one of autoscaling",
    ),
    (PRODUCTION, drop("service_linked_roles", "config"), "service_linked_roles", "[", "config too"),
    (PRODUCTION, put("registry", value={"upstreams": ["gcr"]}), "registry.upstreams[0]", '"gcr"', "one of docker-hub"),
    (
        PRODUCTION,
        put("registry", value={"upstreams": ["quay", "quay"]}),
        "registry.upstreams[1]",
        '"quay"',
        "each registry once",
    ),
    (PRODUCTION, drop("state"), "state", "null", "at least {}"),
    (PRODUCTION, drop("cost"), "cost", "null", "who is told"),
    (PRODUCTION, put("cost", "anomaly_usd", value=0), "cost.anomaly_usd", "0", "at least 1"),
    (PRODUCTION, put("cost", "mail", value=["a@b.com", "a@b.com"]), "cost.mail[1]", '"a@b.com"', "each address once"),
    (PRODUCTION, put("bucket", value=1), "bucket", "1", "no such key; allowed are stack, baseline"),
    (
        DEV,
        put("baseline", "trail", "lock", value="compliance"),
        "baseline.trail.lock",
        '"compliance"',
        "off or governance",
    ),
    (
        DEV,
        put("runner", value={"cidr": "10.255.0.0/24", "zones": ["us-east-1a", "us-east-1b"], "log_days": 365}),
        "runner.log_days",
        "365",
        "at most 90 days",
    ),
    (
        SECOND,
        put("baseline", "trail", value={"lock": "compliance"}),
        "baseline.trail",
        '"(given)"',
        "records all twice",
    ),
    (
        SECOND,
        put(
            "baseline",
            "contacts",
            "security",
            value={"name": "x", "title": "x", "email": "a@b.com", "phone": "+1 202 555"},
        ),
        "baseline.contacts.security",
        '"(given)"',
        "the home region sets it",
    ),
    (PRODUCTION, put("images", "repositories", 0, value="backend"), "images.repositories[0]", '"backend"', "form"),
    (
        PRODUCTION,
        put("images", "repositories", 1, value="toolboxai/agents"),
        "images.repositories[1]",
        '"toolboxai/agents"',
        "each repository once",
    ),
    (PRODUCTION, put("images", "environment", value=""), "images.environment", '""', "form"),
    (PRODUCTION, put("deploy", "github", value=None), "images", '"(given)"', "nothing without deploy.github"),
    (
        SECOND,
        put("images", value={"repositories": ["toolboxai/backend"], "environment": "images"}),
        "images",
        '"(given)"',
        "once, in us-east-1",
    ),
    (SECOND, put("cost", value={"mail": ["a@b.com"]}), "cost", '"(given)"', "once, in us-east-1"),
    (SECOND, put("service_linked_roles", value={"rds": {}}), "service_linked_roles", '"(given)"', "once, in us-east-1"),
]


@pytest.mark.parametrize(
    ("stack", "mistake", "key", "value", "allowed"), CASES, ids=[f"{c[0]}-{c[2]}-{i}" for i, c in enumerate(CASES)]
)
def test_one_mistake_gives_one_error(
    stack: str, mistake: Callable[[Raw], None], key: str, value: str, allowed: str
) -> None:
    raw = raw_settings(stack)
    mistake(raw)
    ((found_key, found_value, found_allowed),) = refusals(raw)
    assert found_key == key
    assert found_value.startswith(value)
    assert allowed in found_allowed


def test_all_mistakes_are_told_at_once() -> None:
    raw = raw_settings(PRODUCTION)
    raw["stack"]["account_id"] = "1"
    raw["baseline"]["cis"] = "9"
    raw["cost"]["anomaly_usd"] = -1
    raw["state"]["versions_days"] = 0
    assert [key for key, _, _ in refusals(raw)] == [
        "stack.account_id",
        "baseline.cis",
        "state.versions_days",
        "cost.anomaly_usd",
    ]


def test_a_secret_is_never_shown() -> None:
    raw = raw_settings(PRODUCTION)
    raw["deploy"]["github"]["token"] = "ghp_" + "a" * 36
    ((key, value, _),) = refusals(raw)
    assert key == "deploy.github.token"
    assert value == '"(hidden)"'
