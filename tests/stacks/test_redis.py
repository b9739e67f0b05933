"""Caches on Redis OSS 7.1 instead of Valkey, as AIVO's are: a line of the stack file each, nothing of the program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from sandbox.engine import read_export
from sandbox.model import Resource, Run
from tests.stacks.conftest import bring_up, copy_program, made_once
from tests.stacks.graph import of_type, plain, reaches, short

GROUP = "aws:elasticache:ReplicationGroup"
PARAMETERS = "aws:elasticache:ParameterGroup"
USER = "aws:elasticache:User"
USERS = "aws:elasticache:UserGroup"


def one(run: Run, kind: str) -> Resource:
    (found,) = of_type(run, kind)
    return found


def on_redis(to: Path) -> None:
    """The stack ``dev`` with its cache on Redis, brought up with both packs."""
    root = to.with_suffix("")
    root.mkdir()
    copy_program(root)
    file = root / "Pulumi.dev.yaml"
    settings = yaml.safe_load(file.read_text())
    settings["config"]["platform:data"]["caches"]["queue"] |= {"engine": "redis", "version": "7.1"}
    file.write_text(yaml.safe_dump(settings))
    result = bring_up(root)
    assert result.returncode == 0, result.stdout + result.stderr
    (root / ".sandbox" / "dev" / "stack.json").replace(to)


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return read_export(made_once(tmp_path_factory, "redis.stack.json", on_redis))


def test_the_cache_is_redis_behind_tls(redis: Run) -> None:
    cache = plain(one(redis, GROUP).inputs)
    assert (cache["engine"], cache["engineVersion"]) == ("redis", "7.1")
    assert plain(one(redis, PARAMETERS).inputs)["family"] == "redis7"
    assert cache["transitEncryptionEnabled"] is True
    assert cache["transitEncryptionMode"] == "required"
    assert "authToken" not in cache
    assert cache["parameterGroupName"] == one(redis, PARAMETERS).outputs["name"]


def test_its_group_has_our_own_switched_off_default_from_the_start(redis: Run) -> None:
    """ElastiCache refuses a group of Redis without one, and the one it lends is all-powerful."""
    group = one(redis, USERS)
    listed = plain(group.inputs)["userIds"]
    users = {plain(user.inputs)["userName"]: user for user in of_type(redis, USER)}
    off = plain(users["default"].inputs)
    assert off["userId"] in listed
    assert off["userId"] != "default", "the one that ElastiCache lends"
    assert off["accessString"].split() == ["off", "~*", "-@all"]
    assert off["authenticationMode"]["type"] == "password"
    assert users["default"].urn in reaches(redis, group)
    assert len(listed) == len(users)
    assert {plain(r.inputs)["engine"] for r in (group, *users.values())} == {"redis"}
    assert plain(one(redis, GROUP).inputs)["userGroupIds"] == [plain(group.inputs)["userGroupId"]]
    assert not [r for r in redis.resources if "UserGroupAssociation" in r.type], "it would come too late"


def test_nothing_else_differs_from_valkey(redis: Run, run_of: Callable[[str], Run]) -> None:
    before = {r.urn: plain(r.inputs) for r in run_of("dev").resources}
    after = {r.urn: plain(r.inputs) for r in redis.resources}
    assert before.keys() == after.keys()
    changed = {
        (short(urn.split("::")[2].rpartition("$")[2]), key)
        for urn, inputs in after.items()
        for key in inputs.keys() | before[urn].keys()
        if inputs.get(key) != before[urn].get(key)
    }
    assert changed == {
        (GROUP, "engine"),
        (GROUP, "engineVersion"),
        (PARAMETERS, "family"),
        (USER, "engine"),
        (USERS, "engine"),
    }
