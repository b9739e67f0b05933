"""What the settings of applications refuse: one mistake, one error, at the key that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.components.applications.example import Raw, problems, raw

Change = Callable[[Raw], object]


def app(name: str, **fields: Any) -> Change:  # noqa: ANN401 - settings as a file has them
    """A mistake: fields of an application set so."""
    return lambda section: section["applications"][name].update(fields)


def both(*changes: Change) -> Change:
    return lambda section: [change(section) for change in changes]


def new(name: str, **fields: Any) -> Change:  # noqa: ANN401 - settings as a file has them
    image = {"name": "more", "tag": "1.0.0"}
    return lambda section: section["applications"].update({name: {"image": image, "port": 8080, **fields}})


HPA = {"kind": "resource", "min_replicas": 2, "max_replicas": 6}
SAME = {"name": "content-svc", "tag": "1.3.0"}
NEXT = {"name": "content-svc", "tag": "1.4.0"}
AT = "applications"

# name -> (mistake, the key that the error names, part of what is allowed)
MISTAKES: dict[str, tuple[Change, tuple[str | int, ...], str]] = {
    "autoscaler and fixed replicas": (
        app("auth-svc", scaling={**HPA, "replicas": 3}),
        (AT, "auth-svc", "scaling", "replicas"),
        "no such key",
    ),
    "more replicas than are allowed": (
        app("auth-svc", scaling={**HPA, "max_replicas": 21}),
        (AT, "auth-svc", "scaling", "max_replicas"),
        "at most 20",
    ),
    "more fixed replicas than are allowed": (
        app("auth-svc", scaling={"kind": "fixed", "replicas": 21}),
        (AT, "auth-svc", "scaling", "replicas"),
        "at most 20",
    ),
    "fewer at most than at least": (
        app("auth-svc", scaling={**HPA, "max_replicas": 1}),
        (AT, "auth-svc", "scaling", "max_replicas"),
        "at least min_replicas",
    ),
    "a budget that blocks every drain": (
        app("auth-svc", max_disrupted=0),
        (AT, "auth-svc", "max_disrupted"),
        "at least 1",
    ),
    "a budget that protects nothing": (
        app("auth-svc", max_disrupted=6),
        (AT, "auth-svc", "max_disrupted"),
        "below the most replicas, 6",
    ),
    "an unknown host": (
        app("auth-svc", routes=[{"host": "admin", "path": "/api/auth"}]),
        (AT, "auth-svc", "routes", 0, "host"),
        "one of web, api",
    ),
    "two on one host and path": (
        app("auth-svc", routes=[{"host": "api", "path": "/api/content/"}]),
        (AT, "content-svc", "routes", 0, "path"),
        "auth-svc is found there",
    ),
    "one twice on one host and path": (
        app("auth-svc", routes=[{"host": "api", "path": "/a"}, {"host": "api", "path": "/a/"}]),
        (AT, "auth-svc", "routes", 1, "path"),
        "a host and path of its own",
    ),
    "a name that another's canary has": (
        both(app("content-svc", rollout={"kind": "canary", "image": NEXT}), new("content-svc-canary")),
        (AT, "content-svc-canary"),
        "content-svc makes a workload of this one",
    ),
    "a name that a colour has": (
        both(
            app("content-svc", rollout={"kind": "blue_green", "green": NEXT, "active": "blue"}),
            new("content-svc-green"),
        ),
        (AT, "content-svc-green"),
        "content-svc makes a workload of this one",
    ),
    "a name that a migration has": (
        new("auth-svc-migrate"),
        (AT, "auth-svc-migrate"),
        "auth-svc makes a workload of this one",
    ),
    "a name that the smoke test has": (new("smoke"), (AT, "smoke"), "the smoke Job has this one"),
    "a websocket that isn't sticky": (
        app("live-svc", routes=[{"host": "web", "path": "/ws/"}]),
        (AT, "live-svc", "routes", 0, "sticky_seconds"),
        "stays with its replica",
    ),
    "a canary without a second image": (
        app("content-svc", rollout={"kind": "canary", "weight": 10}),
        (AT, "content-svc", "rollout", "image"),
        "must be given",
    ),
    "a canary of the same image": (
        app("content-svc", rollout={"kind": "canary", "image": SAME}),
        (AT, "content-svc", "rollout", "image", "tag"),
        "other than the application's own",
    ),
    "green as blue": (
        app("content-svc", rollout={"kind": "blue_green", "green": SAME, "active": "blue"}),
        (AT, "content-svc", "rollout", "green", "tag"),
        "other than the application's own",
    ),
    "a third colour": (
        app("content-svc", rollout={"kind": "blue_green", "green": NEXT, "active": "red"}),
        (AT, "content-svc", "rollout", "active"),
        "one of blue, green",
    ),
    "a canary that is most of the traffic": (
        app("content-svc", rollout={"kind": "canary", "image": NEXT, "weight": 60}),
        (AT, "content-svc", "rollout", "weight"),
        "at most 50",
    ),
    "a canary of what nobody calls": (
        app("grading-worker", rollout={"kind": "canary", "image": NEXT}),
        (AT, "grading-worker", "rollout", "kind"),
        "no traffic to split",
    ),
    "two of what must never run twice": (
        app("scheduler", scaling={"kind": "fixed", "replicas": 2}),
        (AT, "scheduler", "rollout", "kind"),
        "replicas: 1",
    ),
    "a volume for two": (
        app("content-svc", volume={"path": "/data", "size": "1Gi"}, scaling={"kind": "fixed", "replicas": 2}),
        (AT, "content-svc", "scaling", "kind"),
        "one pod only",
    ),
    "asked over HTTP without a port": (
        app("grading-worker", health={"kind": "http"}),
        (AT, "grading-worker", "health", "kind"),
        "no port",
    ),
    "a route without a port": (
        app("grading-worker", routes=[{"host": "api", "path": "/x"}]),
        (AT, "grading-worker", "routes"),
        "no port",
    ),
    "scraped without a port": (
        app("grading-worker", metrics="/metrics"),
        (AT, "grading-worker", "metrics"),
        "no port",
    ),
    "a port for root": (app("auth-svc", port=80), (AT, "auth-svc", "port"), "at least 1024"),
    "too little time to start": (
        app("auth-svc", health={"kind": "http", "start_seconds": 35}),
        (AT, "auth-svc", "health", "start_seconds"),
        "at least 40",
    ),
    "two databases": (
        app("auth-svc", mysql="auth"),
        (AT, "auth-svc", "mysql"),
        "nothing beside database",
    ),
    "a list in a cache that it doesn't use": (
        app("grading-worker", scaling={"kind": "queue", "cache": "fast"}),
        (AT, "grading-worker", "scaling", "cache"),
        "queue",
    ),
    "a list that nobody waits for": (
        app("grading-worker", scaling={"kind": "queue", "max_replicas": 100}),
        (AT, "grading-worker", "scaling", "max_replicas"),
        "at most",
    ),
    "a route to what sleeps": (
        app("auth-svc", scaling={"kind": "queue", "min_replicas": 0}),
        (AT, "auth-svc", "routes"),
        "nobody would answer",
    ),
    "a call to nobody": (
        app("content-svc", calls=["auth"]),
        (AT, "content-svc", "calls", 0),
        "one of auth-svc, live-svc",
    ),
    "a call to itself": (app("content-svc", calls=["content-svc"]), (AT, "content-svc", "calls", 0), "another"),
    "a call to what doesn't listen": (
        app("content-svc", calls=["grading-worker"]),
        (AT, "content-svc", "calls", 0),
        "an application with a port",
    ),
    "a call into another segment": (
        app("auth-svc", segment="accounts"),
        (AT, "content-svc", "calls", 0),
        "of its own segment, shared",
    ),
    "a host inside as one outside": (
        app("content-svc", external_hosts=["db.cluster.local"]),
        (AT, "content-svc", "external_hosts", 0),
        "a host outside",
    ),
    "sign-in without a provider": (
        app("auth-svc", routes=[{"host": "web", "path": "/api/auth", "sign_in": True}]),
        (AT, "auth-svc", "routes", 0, "sign_in"),
        "only with applications.sign_in",
    ),
    "a migration of no database": (
        app("content-svc", migration={"command": ["migrate"]}),
        (AT, "content-svc", "migration"),
        "no database",
    ),
    "a limit for nobody": (
        app("grading-worker", rate_limit={}),
        (AT, "grading-worker", "rate_limit"),
        "nobody comes from outside",
    ),
    "a moving tag": (
        app("auth-svc", image={"name": "auth-svc", "tag": "latest"}),
        (AT, "auth-svc", "image", "tag"),
        "one build for ever",
    ),
    "load on nobody": (
        lambda section: section.update(load_test={"target": "grading-worker"}),
        ("load_test", "target"),
        "an application with a port",
    ),
    "more asked for than may be used": (
        app("auth-svc", resources={"requests": {"cpu": 2, "memory": "1Gi"}, "limits": {"cpu": 1, "memory": "1Gi"}}),
        (AT, "auth-svc", "resources", "requests", "cpu"),
        "at most the limit",
    ),
}


def test_the_example_is_right() -> None:
    assert problems(raw()) == []


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_gives_one_error_at_its_key(name: str) -> None:
    change, path, allowed = MISTAKES[name]
    section = raw()
    change(section)
    (problem,) = problems(section)
    assert problem.path == path
    assert allowed in problem.allowed
