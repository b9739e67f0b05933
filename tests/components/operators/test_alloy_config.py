from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from components.context import Environment
from components.operators.catalog.alloy_config import REDACTIONS, alloy_config
from components.operators.operator import Site

MakeSite = Callable[[Environment], Site]
PUSH = "http://loki.monitoring.svc.cluster.local:3100/loki/api/v1/push"


def redacted(line: str) -> str:
    """What ``stage.replace`` does: every capture group of every match is replaced."""
    for redaction in REDACTIONS:
        pattern = re.compile(redaction.expression)
        start = 0
        while match := pattern.search(line, start):
            line = line[: match.start(1)] + redaction.replacement + line[match.end(1) :]
            start = match.start(1) + len(redaction.replacement)
    return line


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("login of ada.lovelace@school.example.org ok", "login of [email] ok"),
        ("Authorization: Bearer abc.DEF-123_xyz", "Authorization: Bearer [token]"),
        ('{"token":"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"}', '{"token":"[jwt]"}'),
        ("using AKIAIOSFODNN7EXAMPLE now", "using [aws-key] now"),
        ('{"password": "hunter22"}', '{"password": "[secret]"}'),
        ("api_key=0123456789abcdef&x=1", "api_key=[secret]&x=1"),
        ("two@a.example and two@b.example", "[email] and [email]"),
    ],
)
def test_what_must_not_leave_the_node_is_replaced(line: str, left: str) -> None:
    assert redacted(line) == left


@pytest.mark.parametrize(
    "line",
    [
        "GET /health 200 1.2ms",
        'level=info msg="queue depth" depth=12 agent=quiz',
        "commit 3f2a9c secretary arrived",
        "user id 42 at 10.1.2.3",
    ],
)
def test_ordinary_lines_stay(line: str) -> None:
    assert redacted(line) == line


def test_every_redaction_has_one_group_of_re2() -> None:
    for redaction in REDACTIONS:
        assert re.compile(redaction.expression).groups == 1
        assert not re.search(r"\(\?[=!<]|\\[1-9]", redaction.expression), "RE2 knows no look-around and no references"


def test_everything_is_redacted_before_it_is_sent(site: MakeSite) -> None:
    text = alloy_config(site("production"), push_url=PUSH)
    blocks = dict(re.findall(r'^([a-z_.]+ "[a-z]+") \{\n(.*?)^\}', text, re.DOTALL | re.MULTILINE))
    senders = [name for name, body in blocks.items() if "loki.write.loki.receiver" in body]
    assert senders == ['loki.process "redact"']
    assert blocks['loki.process "redact"'].count("stage.replace") == len(REDACTIONS)
    for source in ('loki.process "containers"', 'loki.source.journal "node"'):
        assert "loki.process.redact.receiver" in blocks[source]


def test_only_pods_of_the_node_are_read(site: MakeSite) -> None:
    assert 'field = "spec.nodeName=" + sys.env("HOSTNAME")' in alloy_config(site("dev"), push_url=PUSH)


def test_lines_carry_tenant_cluster_and_environment(site: MakeSite) -> None:
    text = alloy_config(site("staging"), push_url=PUSH)
    assert 'tenant_id = "toolboxai-staging"' in text
    assert 'cluster     = "toolboxai-staging-main"' in text
    assert 'environment = "staging"' in text
    assert f'url       = "{PUSH}"' in text


def test_braces_and_quotes_balance(site: MakeSite) -> None:
    text = re.sub(r'"(?:[^"\\]|\\.)*"', '""', alloy_config(site("dev"), push_url=PUSH))
    depth = 0
    for character in text:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0
    assert text.count('"') % 2 == 0
