"""What is refused of the agents' section, and between it and the servers'."""

from __future__ import annotations

import time

import pytest

from components import agent_fleet
from tests.components.agent_fleet.example import (
    STACKS,
    Change,
    Raw,
    agents_of,
    cross_problems,
    mcp_of,
    problems,
    raw,
)
from tests.settings.stack_files import drop, put

Path = tuple[str | int, ...]


QUIZ = ("agents", "agents", "quiz")
QUEUE = {"kind": "queue", "min_replicas": 2, "max_replicas": 6}
SONNET = ("agents", "models", "sonnet")
API = {"kind": "api", "host": "api.example.com", "model": "large-1", "secret_name": "example-api"}


@pytest.mark.parametrize("stack", STACKS)
def test_the_example_sections_are_right(stack: str) -> None:
    sections = raw(stack)
    assert problems("agents", sections) == []
    assert cross_problems(sections) == []


@pytest.mark.parametrize(
    ("change", "path", "allowed"),
    [
        pytest.param(put(*QUIZ, "budget_usd_per_day", value=-1), (*QUIZ, "budget_usd_per_day"), "above 0", id="budget"),
        pytest.param(
            put(*QUIZ, "budget_usd_per_day", value=float("inf")), (*QUIZ, "budget_usd_per_day"), "finite", id="endless"
        ),
        pytest.param(
            put(*QUIZ, "scaling", value={**QUEUE, "max_replicas": 1}),
            (*QUIZ, "scaling", "max_replicas"),
            "at least min_replicas, 2",
            id="min-above-max",
        ),
        pytest.param(
            put(*QUIZ, "scaling", value={"kind": "fixed", "replicas": 2, "max_replicas": 4}),
            (*QUIZ, "scaling", "max_replicas"),
            "no such key",
            id="fixed-and-autoscaled",
        ),
        pytest.param(put(*QUIZ, "scaling", value={"kind": "magic"}), (*QUIZ, "scaling", "kind"), "one of", id="kind"),
        pytest.param(put(*QUIZ, "model", value="opus"), (*QUIZ, "model"), "one of sonnet, haiku", id="unknown-model"),
        pytest.param(
            put("agents", "defaults", "model", value="opus"),
            ("agents", "defaults", "model"),
            "sonnet",
            id="default-model",
        ),
        pytest.param(put(*QUIZ, "placement", value="night"), (*QUIZ, "placement"), "one of spot", id="placement"),
        pytest.param(put(*QUIZ, "priority", value="urgent"), (*QUIZ, "priority"), "one of high", id="priority"),
        pytest.param(put(*QUIZ, "role", value=""), (*QUIZ, "role"), "at least 3", id="no-role"),
        pytest.param(put(*QUIZ, "servers", value=["main", "main"]), (*QUIZ, "servers", 1), "once", id="server-twice"),
        pytest.param(put(*QUIZ, "prompt", value="x"), (*QUIZ, "prompt"), "no such key", id="unknown-key"),
        pytest.param(
            put("agents", "agents", "coordinator", value={"role": "mine"}),
            ("agents", "agents", "coordinator"),
            "another name",
            id="reserved-name",
        ),
        pytest.param(
            put("agents", "coordinator", "port", value=80), ("agents", "coordinator", "port"), "1024", id="port"
        ),
        pytest.param(
            put(*SONNET, "profile", value="global.anthropic.claude-sonnet-4-5-20250929-v1:0"),
            (*SONNET, "profile"),
            "of the US",
            id="profile-that-leaves-the-country",
        ),
        pytest.param(
            put(*SONNET, "profile", value="anthropic.claude-sonnet-4-5-20250929-v1:0"),
            (*SONNET, "profile"),
            "inference profile",
            id="model-without-profile",
        ),
        pytest.param(
            put(*SONNET, "regions", value=["us-east-1", "eu-west-1"]), (*SONNET, "regions", 1), "us-east-1", id="region"
        ),
        pytest.param(put(*SONNET, "regions", value=[]), (*SONNET, "regions"), "at least 1", id="no-region"),
        pytest.param(
            put(*SONNET, value={**API, "host": "https://api.example.com"}),
            (*SONNET, "host"),
            "no scheme",
            id="api-host",
        ),
        pytest.param(put(*SONNET, value={"kind": "own"}), (*SONNET, "kind"), "one of bedrock, api", id="model-kind"),
    ],
)
def test_a_wrong_key_gives_one_error_at_the_key(change: Change, path: Path, allowed: str) -> None:
    sections = raw()
    change(sections)
    found = problems("agents", sections)
    assert [("agents", *problem.path) for problem in found] == [path]
    assert allowed in found[0].allowed


@pytest.mark.parametrize("field", ["image", "model"])
def test_what_neither_agent_nor_defaults_say_is_asked_for_at_each_agent(field: str) -> None:
    sections = raw()
    drop("agents", "defaults", field)(sections)
    lacking = [name for name, agent in sections["agents"]["agents"].items() if field not in agent]
    assert lacking
    assert [p.path for p in problems("agents", sections)] == [("agents", name, field) for name in lacking]


def misspell_agent(sections: Raw) -> None:
    agents = sections["mcp"]["servers"]["assessment"]["profile"]["agents"]
    agents[agents.index("quiz")] = "quizz"


@pytest.mark.parametrize(
    ("change", "path", "allowed"),
    [
        # the profile of assessment still names quiz, which no longer uses it: that follows, so it isn't told
        pytest.param(
            put(*QUIZ, "servers", 2, value="assesment"),
            (*QUIZ, "servers", 2),
            "one of main, content",
            id="unknown-server",
        ),
        pytest.param(put(*QUIZ, "servers", 2, value="files"), None, "", id="two-mistakes"),
        pytest.param(
            put("agents", "agents", "terrain", "servers", value=["main", "files", "content"]),
            ("agents", "agents", "terrain", "servers", 2),
            "mcp.servers.content.profile.agents",
            id="refused-by-the-profile",
        ),
        pytest.param(
            put(*QUIZ, "approval_tools", value=["publish_quiz", "write_file"]),
            (*QUIZ, "approval_tools", 1),
            "tools of its servers",
            id="approval-of-a-tool-it-has-not",
        ),
        # quiz is now refused by assessment: that follows, so it isn't told
        pytest.param(
            misspell_agent, ("mcp", "servers", "assessment", "profile", "agents", 1), "quiz", id="profile-names-nobody"
        ),
        pytest.param(
            put("agents", "agents", "terrain", "servers", value=["files"]),
            ("mcp", "servers", "main", "profile", "agents", 3),
            "agents.agents.terrain.servers",
            id="leave-that-nobody-uses",
        ),
        pytest.param(
            put("agents", "models", "spare", value=API), ("agents", "models", "spare"), "leave it out", id="idle-model"
        ),
    ],
)
def test_between_agents_and_servers(change: Change, path: Path | None, allowed: str) -> None:
    sections = raw()
    change(sections)
    found = cross_problems(sections)
    if path is None:
        # quiz now uses files, which refuses it, and no longer assessment, which lets it in and whose tool it names
        assert [p.path for p in found] == [
            (*QUIZ, "servers", 2),
            (*QUIZ, "approval_tools", 0),
            ("mcp", "servers", "assessment", "profile", "agents", 1),
        ]
        return
    assert [problem.path for problem in found] == [path]
    assert allowed in found[0].allowed


def test_an_agent_takes_from_the_defaults_what_it_leaves_out() -> None:
    agents = {agent.name: agent for agent in agents_of(raw()).resolved()}
    assert agents["quiz"].budget_usd_per_day == 20
    assert agents["quiz"].placement == "spot"
    assert agents["supervisor"].budget_usd_per_day == 40
    assert agents["supervisor"].placement == "on_demand"
    assert agents["supervisor"].image == agents["quiz"].image
    assert agents["script"].model != agents["quiz"].model


def many(count: int) -> Raw:
    sections = raw()
    for index in range(count):
        name = f"helper-{index}"
        sections["agents"]["agents"][name] = {"role": "Helps", "servers": ["main"]}
        sections["mcp"]["servers"]["main"]["profile"]["agents"].append(name)
    return sections


def test_a_thousand_agents_are_checked_in_a_moment() -> None:
    sections = many(1000)
    agents, mcp = agents_of(sections), mcp_of(sections)
    started = time.process_time()
    assert list(agent_fleet.check(agents, mcp)) == []
    assert time.process_time() - started < 0.25  # a check of each pair (a million) takes several times that


def test_more_callers_of_hosts_outside_than_the_proxy_can_tell_apart() -> None:
    sections = many(700)
    sections["agents"]["models"]["vendor"] = API
    sections["agents"]["defaults"]["model"] = "vendor"
    sections["agents"]["agents"]["quiz"]["model"] = "haiku"
    (problem,) = cross_problems(sections)
    assert problem.path == ("agents", "agents")
    assert "at most 700" in problem.allowed
