"""What is refused of the MCP section: one error a wrong key, at the key, with what may stand there."""

from __future__ import annotations

from functools import partial

import pytest

from components.mcp_platform import McpPlatformSettings
from tests.components.agent_fleet.example import STACKS, Change, Raw, mcp_of, problems, raw
from tests.settings import stack_files

Path = tuple[str | int, ...]

put = partial(stack_files.put, "mcp")
drop = partial(stack_files.drop, "mcp")


def rename(old: str, new: str) -> Change:
    def change(sections: Raw) -> None:
        servers = sections["mcp"]["servers"]
        servers[new] = servers.pop(old)

    return change


MAIN = ("servers", "main")
PROFILE = (*MAIN, "profile")
HPA = {"kind": "resource", "min_replicas": 2, "max_replicas": 6}


@pytest.mark.parametrize("stack", STACKS)
def test_the_example_sections_are_right(stack: str) -> None:
    assert problems("mcp", raw(stack)) == []


@pytest.mark.parametrize(
    ("change", "path", "allowed"),
    [
        pytest.param(put(*MAIN, "image", "tag", value="latest"), (*MAIN, "image", "tag"), "1.4.2", id="latest"),
        pytest.param(put(*MAIN, "image", "tag", value="1.4"), (*MAIN, "image", "tag"), "for ever", id="moving-tag"),
        pytest.param(put(*MAIN, "image", "digest", value="sha256:12"), (*MAIN, "image", "digest"), "64", id="digest"),
        pytest.param(
            put(*MAIN, "image", "name", value="ghcr.io/x:1"), (*MAIN, "image", "name"), "form", id="foreign-image"
        ),
        pytest.param(drop(*MAIN, "image"), (*MAIN, "image"), "must be given", id="no-image"),
        pytest.param(put(*MAIN, "port", value=70000), (*MAIN, "port"), "65535", id="port-too-high"),
        pytest.param(put(*MAIN, "port", value=80), (*MAIN, "port"), "1024", id="privileged-port"),
        pytest.param(put(*MAIN, "transport", value="sse"), (*MAIN, "transport"), "streamable-http", id="transport"),
        pytest.param(
            put(*MAIN, "scaling", value={**HPA, "max_replicas": 1}),
            (*MAIN, "scaling", "max_replicas"),
            "at least min_replicas, 2",
            id="min-above-max",
        ),
        pytest.param(
            put(*MAIN, "scaling", value={**HPA, "replicas": 3}), (*MAIN, "scaling", "replicas"), "no such key", id="two"
        ),
        pytest.param(
            put(*MAIN, "scaling", value={"kind": "queue", "max_replicas": 3}),
            (*MAIN, "scaling", "kind"),
            "one of fixed, resource",
            id="no-queue-for-servers",
        ),
        pytest.param(
            put(*MAIN, "scaling", value={**HPA, "cpu_percent": None, "memory_percent": None}),
            (*MAIN, "scaling", "memory_percent"),
            "percentage",
            id="autoscaler-without-target",
        ),
        pytest.param(
            put(*MAIN, "scaling", value={"kind": "fixed", "replicas": 0}),
            (*MAIN, "scaling", "replicas"),
            "at least 1",
            id="no-replica",
        ),
        pytest.param(
            put(*MAIN, "resources", value={"requests": {"cpu": 2, "memory": "128Mi"}}),
            (*MAIN, "resources", "requests", "cpu"),
            "at most the limit",
            id="request-above-limit",
        ),
        pytest.param(
            put(*PROFILE, "agents", value=["quiz", "quiz"]),
            (*PROFILE, "agents", 1),
            "each value once",
            id="agent-twice",
        ),
        pytest.param(put(*PROFILE, "tools", value=[]), (*PROFILE, "tools"), "at least 1", id="no-tool"),
        pytest.param(put(*PROFILE, "tools", value=["a b"]), (*PROFILE, "tools", 0), "form", id="tool-name"),
        pytest.param(drop(*PROFILE), PROFILE, "must be given", id="no-profile"),
        pytest.param(
            put(*PROFILE, "external_hosts", value=["https://api.example.com"]),
            (*PROFILE, "external_hosts", 0),
            "no scheme",
            id="url-for-host",
        ),
        pytest.param(
            put(*PROFILE, "external_hosts", value=["*.example.com"]),
            (*PROFILE, "external_hosts", 0),
            "wildcard",
            id="*",
        ),
        pytest.param(
            put(*PROFILE, "external_hosts", value=["10.0.0.1"]),
            (*PROFILE, "external_hosts", 0),
            "address",
            id="address",
        ),
        pytest.param(
            put(*PROFILE, "external_hosts", value=["main.mcp.svc.cluster.local"]),
            (*PROFILE, "external_hosts", 0),
            "named under services",
            id="inside-host",
        ),
        pytest.param(
            put(*PROFILE, "external_hosts", value=["sqs.us-east-1.amazonaws.com"]),
            (*PROFILE, "external_hosts", 0),
            "outside AWS",
            id="aws-host",
        ),
        pytest.param(
            put(*PROFILE, "services", value=["mcp/assesment"]),
            (*PROFILE, "services", 0),
            "mcp/assessment",
            id="service",
        ),
        pytest.param(put(*PROFILE, "services", value=["mcp/main"]), (*PROFILE, "services", 0), "itself", id="itself"),
        pytest.param(
            put(*PROFILE, "services", value=["content"]), (*PROFILE, "services", 0), "form", id="no-namespace"
        ),
        pytest.param(
            put(*MAIN, "buckets", value={"uploads": "all"}), (*MAIN, "buckets", "uploads"), "read", id="access"
        ),
        pytest.param(put(*MAIN, "timeout", value=3), (*MAIN, "timeout"), "no such key", id="unknown-key"),
        pytest.param(
            put(
                *MAIN,
                "external",
                value={"issuer": "http://id.example.com", "keys": "https://id.example.com/keys"},
            ),
            (*MAIN, "external", "issuer"),
            "https",
            id="issuer-without-tls",
        ),
        pytest.param(
            put(*MAIN, "external", value={"issuer": "https://id.example.com"}),
            (*MAIN, "external", "keys"),
            "must be given",
            id="no-keys",
        ),
        pytest.param(rename("main", "egress-proxy"), ("servers", "egress-proxy"), "another name", id="reserved-name"),
        pytest.param(rename("main", "Main_1"), ("servers", "Main_1"), "form", id="server-name"),
        pytest.param(put("servers", value={}), ("servers",), "at least 1", id="no-server"),
        pytest.param(
            put("egress_proxy", value={"replicas": 0}), ("egress_proxy", "replicas"), "at least 1", id="proxy"
        ),
    ],
)
def test_a_wrong_key_gives_one_error_at_the_key(change: Change, path: Path, allowed: str) -> None:
    sections = raw()
    change(sections)
    found = problems("mcp", sections)
    assert [problem.path for problem in found] == [path]
    assert allowed in found[0].allowed


def test_every_wrong_key_of_a_run_is_told() -> None:
    sections = raw()
    for change in (
        put(*MAIN, "port", value=80),
        put(*MAIN, "image", "tag", value="latest"),
        put("servers", "files", "profile", "tools", value=[]),
        put("egress_proxy", value={"replicas": 0}),
    ):
        change(sections)
    assert {problem.path for problem in problems("mcp", sections)} == {
        (*MAIN, "port"),
        (*MAIN, "image", "tag"),
        ("servers", "files", "profile", "tools"),
        ("egress_proxy", "replicas"),
    }


def test_what_a_server_leaves_out_is_safe() -> None:
    server = mcp_of(raw()).servers["content"]
    assert (server.transport, server.port) == ("streamable-http", 9877)
    assert server.external is None
    assert not server.context_store
    bare = McpPlatformSettings.model_validate(
        {"servers": {"main": {"image": {"name": "m", "tag": "1.0.0"}, "profile": {"tools": ["ask"]}}}}
    )
    profile = bare.servers["main"].profile
    assert (profile.agents, profile.services, profile.external_hosts) == ([], [], [])
    assert bare.defaults.scaling.kind == "resource"


@pytest.mark.parametrize("tag", ["1.4.2", "v1.4.2-rc.1", "sha-1a2b3c4", "20261121-7", "2026.11.21"])
def test_tags_that_name_one_build(tag: str) -> None:
    sections = raw()
    put(*MAIN, "image", "tag", value=tag)(sections)
    assert problems("mcp", sections) == []
