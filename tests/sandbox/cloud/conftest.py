"""A cloud to ask directly, without a program around it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.cloud import Cloud
from sandbox.model import Properties
from sandbox.protocol.goal import Goal
from sandbox.protocol.urns import make

Ask = Callable[..., tuple[str, Properties, Properties]]

PROVIDER: Properties = {
    "region": "us-east-1",
    "allowedAccountIds": '["111122223333"]',
    "defaultTags": '{"tags":{"Project":"x","Owner":"y"}}',
}


@pytest.fixture
def cloud() -> Cloud:
    return Cloud({})


@pytest.fixture
def ask(cloud: Cloud) -> Ask:
    """``ask(type, name, inputs)`` gives ID, checked inputs and all outputs of a resource under one AWS provider."""
    goal = Goal("pulumi:providers:aws", "aws", custom=True, inputs=PROVIDER)
    urn = make("dev", "test", "", goal.type, goal.name)
    id_, _ = cloud.create(goal, urn, cloud.check(goal, urn))

    def run(type_: str, name: str, inputs: Properties | None = None) -> tuple[str, Properties, Properties]:
        goal = Goal(type_, name, custom=True, inputs=inputs or {}, provider=f"{urn}::{id_}")
        own = make("dev", "test", "", type_, name)
        checked = cloud.check(goal, own)
        made, computed = cloud.create(goal, own, checked)
        return made, checked, {**checked, **computed}

    return run
