"""Deployment settings of every stack: as whom, where, on which push; and that they agree with the stacks' own files."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml
from jsonschema import Draft202012Validator

from deployments.configuration import StackSettings
from deployments.stack import EXECUTOR
from sandbox.engine import run_program
from sandbox.model import Run
from sandbox.schema import SCHEMA, text
from tests.stacks.graph import leaves, of_type, plain

ROOT = Path(__file__).parents[2]
HERE = ROOT / "deployments"
STACKS = ("dev", "staging", "production", "production-dr")
FILE = HERE / "Pulumi.toolboxai.yaml"


@cache
def deployed() -> Run:
    return run_program("toolboxai", root=HERE)


def settings() -> dict[str, Mapping[str, Any]]:
    return {r.name: plain(r.inputs) for r in of_type(deployed(), "pulumiservice:index:DeploymentSettings")}


def raw(path: Path, project: str) -> dict[str, Any]:
    config = yaml.safe_load(path.read_text())["config"]
    return {key.removeprefix(f"{project}:"): value for key, value in config.items()}


def test_every_stack_has_its_settings() -> None:
    assert sorted(settings()) == sorted(STACKS)
    assert sorted(path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml")) == sorted(settings())


@pytest.mark.parametrize("stack", STACKS)
def test_they_agree_with_the_stacks_own_file(stack: str) -> None:
    own = raw(ROOT / f"Pulumi.{stack}.yaml", "platform")["stack"]
    here = raw(FILE, "deployments")["stacks"][stack]
    assert {key: here[key] for key in ("platform", "env", "account_id", "region")} == {
        key: own[key] for key in ("platform", "env", "account_id", "region")
    }
    # a private endpoint is reached from inside only
    assert here.get("agent_pool") == own["runner"].get("agent_pool")
    assert settings()[stack].get("agentPoolId") == own["runner"].get("agent_pool")


@pytest.mark.parametrize("stack", STACKS)
def test_the_account_trusts_just_these_runs(stack: str) -> None:
    own = raw(ROOT / f"Pulumi.{stack}.yaml", "platform")["stack"]
    env, region = own["env"], own["region"]
    deploy = raw(ROOT / "account" / f"Pulumi.toolboxai-{env}-{region}.yaml", "account")["deploy"]
    made = settings()[stack]
    assert made["organization"] == deploy["pulumi"]["organization"]
    assert made["project"] == deploy["pulumi"].get("project", "platform")
    assert stack in deploy["pulumi"]["stacks"]
    assert made["github"]["repository"] == deploy["github"]["repository"]
    oidc = made["operationContext"]["oidc"]["aws"]
    assert oidc["roleARN"] == f"arn:aws:iam::111122223333:role/toolboxai-{env}-deploy-{region}"
    hours = int(re.fullmatch(r"(\d+)h0m0s", oidc["duration"]).group(1))  # type: ignore[union-attr]
    assert hours <= deploy.get("hours", 2)


def test_only_dev_is_updated_by_a_push() -> None:
    assert {stack: made["github"]["deployCommits"] for stack, made in settings().items()} == {
        "dev": True,
        "staging": False,
        "production": False,
        "production-dr": False,
    }
    assert {made["sourceContext"]["git"]["branch"] for made in settings().values()} == {"main"}


@pytest.mark.parametrize("stack", STACKS)
def test_no_pull_request_runs_with_a_deployments_rights(stack: str) -> None:
    github = settings()[stack]["github"]
    assert github["previewPullRequests"] is False
    assert github["pullRequestTemplate"] is False


@pytest.mark.parametrize("stack", STACKS)
def test_a_push_counts_if_it_touches_the_program_or_the_stacks_own_file(stack: str) -> None:
    paths = settings()[stack]["github"]["paths"]
    others = {f"Pulumi.{other}.yaml" for other in STACKS if other != stack}
    assert f"Pulumi.{stack}.yaml" in paths
    assert not others & set(paths)
    for path in paths:
        assert list(ROOT.glob(path)), f"{path} is nowhere"


def test_no_key_is_kept_anywhere() -> None:
    for resource in deployed().resources:
        for leaf in leaves(plain(resource.inputs)):
            assert not re.search(r"AKIA|pul-[0-9a-f]{20}|BEGIN .*KEY", str(leaf))
    variables = {key for made in settings().values() for key in made["operationContext"]["environmentVariables"]}
    assert variables == {"PULUMI_ERROR_OUTPUT_STRING"}


def test_the_executor_is_of_the_programs_version() -> None:
    locked = re.search(r"^pulumi==(\S+)$", (ROOT / "requirements" / "program.in").read_text(), re.MULTILINE)
    assert locked is not None
    assert f"pulumi/pulumi:{locked.group(1)}" == EXECUTOR
    assert {made["executorContext"]["executorImage"] for made in settings().values()} == {EXECUTOR}


def test_drift_is_looked_for_and_not_mended() -> None:
    found = {r.name: plain(r.inputs) for r in of_type(deployed(), "pulumiservice:index:DriftSchedule")}
    assert sorted(found) == sorted(STACKS)
    assert not any(row["autoRemediate"] for row in found.values())
    # dev has no nodes from 20:00 to 07:00 New York time
    assert found["dev"]["scheduleCron"].split()[1] == "15"


def test_everything_goes_by_the_one_provider() -> None:
    for r in deployed().resources:
        if r.custom and not r.type.startswith("pulumi:"):
            assert "::pulumi-cloud::" in r.provider


def test_the_committed_schema_is_current_and_the_file_fits_it() -> None:
    assert (HERE / SCHEMA).read_text() == text(HERE), "run `make schema`"
    found = Draft202012Validator(json.loads(text(HERE))).iter_errors(yaml.safe_load(FILE.read_text()))
    assert [error.message for error in found] == []


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        (("source", "repository"), "toolboxai", "source.repository"),
        (("stacks", "dev", "account_id"), 111122223333, "stacks.dev.account_id"),
        (("stacks", "dev", "region"), "eu-west-1", "stacks.dev.region"),
        (("stacks", "dev", "session_hours"), 13, "stacks.dev.session_hours"),
        (("stacks", "dev", "drift"), "daily", "stacks.dev.drift"),
        (("stacks", "dev", "on_pull_request"), True, "stacks.dev.on_pull_request"),
        (("stacks", "production", "agent_pool"), "", "stacks.production.agent_pool"),
    ],
)
def test_a_wrong_key_is_named(path: tuple[str, ...], value: object, key: str) -> None:
    found = raw(FILE, "deployments")
    here: Any = found
    for part in path[:-1]:
        here = here[part]
    here[path[-1]] = value
    with pytest.raises(pulumi.RunError) as caught:
        StackSettings.parse(found, project="deployments", file=FILE.name)
    assert [line.strip().split(" = ")[0] for line in str(caught.value).splitlines() if " = " in line] == [
        f"deployments:{key}"
    ]
