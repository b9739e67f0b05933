"""What is told of a mistake: itself and nothing that follows from it, without a secret and without a traceback."""

from __future__ import annotations

from collections.abc import Callable

import pulumi
import pytest

from components.model import FORMS
from settings import StackSettings
from tests.settings.stack_files import Raw, drop, put, raw_settings, refusals


def rename(*path: str, to: str) -> Callable[[Raw], None]:
    """A mistake: the key at ``path`` misspelt."""

    def mistake(raw: Raw) -> None:
        here = raw
        for part in path[:-1]:
            here = here[part]
        here[to] = here.pop(path[-1])

    return mistake


def told(*mistakes: Callable[[Raw], None]) -> list[tuple[str, str, str]]:
    raw = raw_settings("dev")
    for mistake in mistakes:
        mistake(raw)
    return refusals(raw)


@pytest.mark.parametrize(
    ("path", "to", "meant"),
    [
        (("networking",), "netwrking", "networking"),
        (("networking", "cidr"), "cdir", "cidr"),
        (("agents", "defaults"), "DEFAULTS", "defaults"),
        (("applications", "sign_in"), "sign-in", "sign_in"),
        (("applications", "applications", "backend", "port"), "prot", "port"),
        (("data", "database", "kind"), "knd", "kind"),
        (("mcp", "defaults", "resources", "requests", "cpu"), "CPU", "cpu"),
    ],
)
def test_a_misspelt_key_is_told_once_with_what_was_meant(path: tuple[str, ...], to: str, meant: str) -> None:
    ((key, _, allowed),) = told(rename(*path, to=to))
    assert key == ".".join((*path[:-1], to))
    assert allowed.endswith(f"; did you mean {meant}?")


def test_what_stands_below_a_misspelt_key_is_looked_at_as_well() -> None:
    found = told(put("networking", "zones", value=["us-east-1a"]), rename("networking", to="netwrking"))
    assert [key for key, _, _ in found] == ["netwrking", "netwrking.zones"]


def test_a_key_too_much_is_not_taken_for_one_that_is_there() -> None:
    ((key, _, allowed),) = told(put("networking", "cidrs", value="10.9.0.0/16"))
    assert key == "networking.cidrs"
    assert allowed.endswith("; did you mean cidr?")


def test_a_key_that_resembles_none_and_one_left_out_are_two() -> None:
    found = told(rename("cost", "monthly_usd", to="limit"))
    assert [key for key, _, _ in found] == ["cost.monthly_usd", "cost.limit"]


@pytest.mark.parametrize(
    "mistake",
    [
        put("agents", "agents", "supervisor", "servers", value=["contxt"]),
        rename("mcp", "servers", "files", to="fils"),
        drop("mcp", "servers", "curriculum"),
    ],
)
def test_what_everything_comes_to_is_not_worked_out_of_wrong_names(mistake: Callable[[Raw], None]) -> None:
    assert all(key.startswith(("agents.", "mcp.")) for key, _, _ in told(mistake))


def test_what_is_wrong_with_the_sign_in_is_not_told_of_its_routes() -> None:
    assert [key for key, _, _ in told(put("applications", "sign_in", "issuer", value="http://x"))] == [
        "applications.sign_in.issuer"
    ]


def test_a_key_of_the_name_of_its_kind_is_not_taken_for_it() -> None:
    path = ("applications", "applications", "celery-worker", "health", "period_seconds")
    assert [key for key, _, _ in told(put(*path, value="soon"))] == [".".join(path)]


@pytest.mark.parametrize(("name", "shown"), [("a b", '["a b"]'), ("a\nb", '["a\\nb"]'), ("", '[""]')])
def test_an_odd_key_stands_in_quotes_on_one_line(name: str, shown: str) -> None:
    assert [key for key, _, _ in told(put("networking", name, value=1))] == [f"networking{shown}"]


@pytest.mark.parametrize("value", ["a\0b", "\x1b[31m", "\ud800", "\x7f"])
def test_a_character_that_is_none_is_told_and_not_printed(value: str) -> None:
    ((key, shown, allowed),) = told(put("applications", "applications", "ghost", "env", "url", value=value))
    assert key == "applications.applications.ghost.env.url"
    assert shown.isprintable()
    assert "control character U+" in allowed


PASSWORD = "correct-horse-battery"
KEY_ID = "AKIAIOSFODNN7EXAMPLE"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("stack", "owner"), {"password": PASSWORD}),
        (("networking", "zones"), {"deep": [{"dbPassword": PASSWORD}]}),
        (("netwrking",), {"api-key": PASSWORD, "more": [KEY_ID]}),
        (("networking", "passwords"), [PASSWORD]),
        (("networking", "pin_token"), 48151623),
        (("cost", "mail"), f"https://user:{PASSWORD}@example.com"),
    ],
)
def test_a_secret_is_not_shown_with_what_it_stands_in(path: tuple[str, ...], value: object) -> None:
    text = str(told(put(*path, value=value)))
    assert "(hidden)" in text
    assert not any(secret in text for secret in (PASSWORD, KEY_ID, "48151623"))


def test_forms_are_told_in_words() -> None:
    ((_, _, allowed),) = told(put("stack", "domain", value="nowhere"))
    assert allowed.startswith("a full host name in lower case, such as dev.example.com of the form ^")
    assert len(FORMS) >= 5


def test_two_mistakes_in_two_sections_are_two_errors() -> None:
    found = told(
        put("agents", "agents", "supervisor", "servers", 0, value="contxt"),
        put("cost", "monthly_usd", value=-1),
        put("edge", "firewall", value={"log_days": 365}),
    )
    assert {key for key, _, _ in found} == {
        "agents.agents.supervisor.servers[0]",
        "cost.monthly_usd",
        "edge.firewall.log_days",
    }


def test_a_file_with_every_default_written_out_is_right() -> None:
    raw = raw_settings("production")
    whole = StackSettings.parse(raw, project="platform", file="x").model_dump(mode="json")
    again = StackSettings.parse(whole, project="platform", file="x")
    assert again.model_dump(mode="json") == whole


def test_nothing_but_run_errors_come_of_what_is_no_mapping() -> None:
    with pytest.raises(pulumi.RunError, match="14 wrong keys"):
        StackSettings.parse(dict.fromkeys(StackSettings.model_fields, float("nan")), project="platform", file="x")


@pytest.mark.parametrize(
    ("mistake", "key", "allowed"),
    [
        (
            put("mcp", "servers", "context", "profile", "services", value=["nowhere/backend"]),
            "mcp.servers.context.profile.services[0]",
            "none is so called",
        ),
        (
            put("applications", "applications", "backend", "calls", value=["mcp-agents/coordinator:nope"]),
            "applications.applications.backend.calls[0]",
            "one of its ports: http (8888)",
        ),
        (
            put("applications", "applications", "dashboard", "writable", value={"/tmp": "64Mi"}),  # noqa: S108
            "applications.applications.dashboard.writable./tmp",
            "another directory",
        ),
        (
            put("applications", "applications", "ghost", "writable", value={"/var/lib/ghost/content": "64Mi"}),
            "applications.applications.ghost.volume.path",
            "among writable",
        ),
        (put("resilience", "mail", value=["a@b.com", "a@b.com"]), "resilience.mail[1]", "each address once"),
        (
            put("stack", "runner", "public_cidrs", value=["10.0.0.0/16"]),
            "stack.runner.public_cidrs[0]",
            "a public network",
        ),
        (drop("data", "secrets", "monitoring", "alerting"), "data.secrets.monitoring", "alerting too"),
        (
            put("data", "secrets", "monitoring", "grafana-admin", "username", value=None),
            "data.secrets.monitoring.grafana-admin.username",
            "such as admin",
        ),
        (put("applications", "quota", "load_balancers", value=10**30), "applications.quota.load_balancers", "at most"),
        (
            put("mcp", "servers", "context", "image", "tag", value="1.4.0+build"),
            "mcp.servers.context.image.tag",
            "names one build",
        ),
        (put("clusters", "main", "off_hours", "sleep", value="0 20  * * 1-5"), "clusters.main.off_hours.sleep", "cron"),
    ],
)
def test_what_would_fail_later_is_told_at_its_key(mistake: Callable[[Raw], None], key: str, allowed: str) -> None:
    ((told_key, _, said),) = told(mistake)
    assert told_key == key
    assert allowed in said


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        (("data", "caches", "queue", "users", "exporter", "namespace"), "monitor", None),
        (("data", "services", "ledger"), {"namespace": "ledgers"}, "data.services.ledger.namespace"),
        (("data", "secrets", "mpc"), {"key": {"purpose": "What opens the door of nobody"}}, None),
        (("data", "database", "admin_name"), "backend", "data.services.backend"),
    ],
)
def test_a_login_of_nobody_or_of_two_is_told(path: tuple[str, ...], value: object, key: str | None) -> None:
    assert [found for found, _, _ in told(put(*path, value=value))] == [key or ".".join(path)]


def test_a_figure_in_quotes_is_told_to_have_none() -> None:
    ((_, _, allowed),) = told(put("agents", "defaults", "budget_usd_per_day", value="2.5"))
    assert allowed == "a number, without quotes"
