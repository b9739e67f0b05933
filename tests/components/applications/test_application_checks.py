"""What applications and the rest of a stack file must agree on: one mistake in the stack ``dev``, one error."""

from __future__ import annotations

from typing import Any

import pytest

from settings import StackSettings
from tests.settings.stack_files import Raw, raw_settings, refusals

BACKEND = "applications.applications.backend"


def applications(raw: Raw) -> Any:  # noqa: ANN401 - settings as a file has them
    return raw["applications"]["applications"]


def unknown_image(raw: Raw) -> None:
    applications(raw)["backend"]["image"]["name"] = "bakend"


def unknown_canary(raw: Raw) -> None:
    del raw["applications"]["quota"]
    applications(raw)["backend"]["rollout"] = {"kind": "canary", "image": {"name": "bakend", "tag": "9.0.0"}}


def unknown_bucket(raw: Raw) -> None:
    applications(raw)["backend"]["buckets"] = {"videos": "read"}


def unknown_cache(raw: Raw) -> None:
    applications(raw)["backend"]["caches"] = {"fast": "backend"}


def somebody_elses_login(raw: Raw) -> None:
    applications(raw)["backend"]["caches"] = {"queue": "agents"}


def unknown_secret(raw: Raw) -> None:
    applications(raw)["backend"]["secrets"] = ["stripe"]


def unknown_client(raw: Raw) -> None:
    raw["applications"]["sign_in"]["secret_name"] = "client"


def unknown_service(raw: Raw) -> None:
    applications(raw)["backend"]["database"] = "ledger"
    applications(raw)["celery-worker"]["database"] = "backend"


def migrating_reader(raw: Raw) -> None:
    raw["data"]["services"]["reports"] = {"database": "backend", "access": "read-only"}
    applications(raw)["backend"]["database"] = "reports"


def path_of_the_bucket(raw: Raw) -> None:
    applications(raw)["dashboard"]["routes"] = [{"host": "web", "path": "/admin"}]


def no_way_back(raw: Raw) -> None:
    raw["edge"]["distribution"]["api_paths"].remove("/oauth2/*")


def too_few_requests(raw: Raw) -> None:
    raw["applications"]["quota"]["requests"]["cpu"] = "500m"


def too_low_limits(raw: Raw) -> None:
    raw["applications"]["quota"]["limits"]["memory"] = "2Gi"


def a_green_one_besides(raw: Raw) -> None:
    green = {"name": "backend", "tag": "4.0.0"}
    applications(raw)["backend"]["rollout"] = {"kind": "blue_green", "green": green, "active": "blue"}


def a_call_to_no_workload(raw: Raw) -> None:
    applications(raw)["backend"]["calls"] = ["mcp-agents/boss"]


QUOTA = "applications.quota"

# mistake, the key that the error names, the value that it shows, part of what is allowed
MISTAKES = [
    (unknown_image, f"{BACKEND}.image.name", '"bakend"', "backend"),
    (unknown_canary, f"{BACKEND}.rollout.image.name", '"bakend"', "backend"),
    (unknown_bucket, f"{BACKEND}.buckets.videos", '"videos"', "uploads"),
    (unknown_cache, f"{BACKEND}.caches.fast", '"fast"', "queue"),
    (somebody_elses_login, f"{BACKEND}.caches.queue", '"agents"', "namespace toolboxai-dev"),
    (unknown_secret, f"{BACKEND}.secrets[0]", '"stripe"', "sign-in"),
    (unknown_client, "applications.sign_in.secret_name", '"client"', "sign-in"),
    (unknown_service, f"{BACKEND}.database", '"ledger"', "backend"),
    (migrating_reader, f"{BACKEND}.database", '"reports"', "access owner"),
    (path_of_the_bucket, "applications.applications.dashboard.routes[0].path", '"/admin"', "/dashboard*"),
    (no_way_back, "edge.distribution.api_paths", "/api/*", "/oauth2/*"),
    (too_few_requests, f"{QUOTA}.requests.cpu", '"500m"', "at least 2"),
    (too_low_limits, f"{QUOTA}.limits.memory", '"2Gi"', "at least"),
    (a_green_one_besides, f"{QUOTA}.limits.cpu", '"5"', "at least 6"),
    (a_call_to_no_workload, f"{BACKEND}.calls[0]", '"mcp-agents/boss"', "none is so called"),
]


@pytest.mark.parametrize(("mistake", "key", "value", "allowed"), MISTAKES, ids=lambda it: getattr(it, "__name__", ""))
def test_one_mistake_gives_one_error(mistake: Any, key: str, value: str, allowed: str) -> None:  # noqa: ANN401
    raw = raw_settings("dev")
    mistake(raw)
    ((told, shown, offered),) = refusals(raw)
    assert told == key
    assert value in shown
    assert allowed in offered


@pytest.mark.parametrize("stack", ["dev", "production"])
def test_the_quotas_are_the_platforms_or_above(stack: str) -> None:
    quota = StackSettings.parse(raw_settings(stack), project="platform", file="x").applications.quota
    assert quota is not None
    assert quota.requests is not None
    assert quota.limits is not None
    asked = {"dev": (2, 4, 4, 8, 5), "production": (10, 20, 20, 40, 10)}[stack]
    given = (quota.requests.cpu, quota.requests.memory, quota.limits.cpu, quota.limits.memory, quota.volume_claims)
    numbers = [int(str(value).removesuffix("Gi")) for value in given]
    assert all(number >= least for number, least in zip(numbers, asked, strict=True))
