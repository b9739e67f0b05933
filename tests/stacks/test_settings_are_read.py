"""No dead options: what a committed stack file may say is read by the program that runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.stacks.conftest import STACKS

UNREAD = {
    "Application.segment": "a law between applications: whom one may call",
    "Runner.agent_pool": "a law: who reaches a private endpoint",
    "CostSettings.anomaly_usd": "read with anomaly_monitor, which no committed stack has",
}
"""Settings that no run of a committed stack reads, and why they aren't dead."""


def test_every_setting_of_the_committed_stacks_is_read(export_path: Callable[[str], Path]) -> None:
    there: set[str] = set()
    read: set[str] = set()
    for stack in STACKS:
        found = json.loads(export_path(stack).with_suffix(".readings.json").read_text())
        there |= set(found["there"])
        read |= set(found["read"])
    assert len(there) > 300
    # what a choice is told apart by is read by pydantic
    dead = {name for name in there - read if not name.endswith(".kind")}
    assert dead == set(UNREAD)
