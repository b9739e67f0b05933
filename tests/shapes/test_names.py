"""Names of what AWS makes: within every limit at the longest that settings allow, and each the only one of its kind."""

from __future__ import annotations

import copy
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import yaml

from sandbox.model import Resource, Run
from tests.account.conftest import STACKS as ACCOUNTS
from tests.shapes.conftest import EVERY, of_aws
from tests.shapes.judge import against
from tests.shapes.longest import ENV, KEY, PLATFORM, ROOT
from tests.shapes.names import MAYBE, NAMED, NO_NAMES, OF_BUCKETS, ONCE_AN_ACCOUNT, Claim, claims
from tests.stacks.conftest import STACKS
from tests.stacks.graph import manifests

RunOf = Callable[[str], Run]


# --- limits -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stack", EVERY)
def test_every_name_is_within_its_limit_at_the_longest_that_settings_allow(stack: str, longest_of: RunOf) -> None:
    """Held against the same models and formats as the committed stacks, random suffixes included."""
    run = longest_of(stack)
    found = [f"{it.type} {problem}" for it in of_aws(run) for problem in against(it)]
    assert found == []


@pytest.mark.parametrize("stack", STACKS)
def test_the_longest_names_are_the_longest(stack: str, longest_of: RunOf) -> None:
    names = [str(it.inputs[NAMED[it.type].input]) for it in of_aws(longest_of(stack)) if it.type in NAMED]
    assert any(it.startswith(f"{PLATFORM}-{ENV}-") for it in names)
    for type_ in ("aws:eks/cluster:Cluster", "aws:dynamodb/table:Table"):
        made = [str(it.inputs["name"]) for it in of_aws(longest_of(stack)) if it.type == type_]
        # a standby has its primary's tables
        assert f"{PLATFORM}-{ENV}-{KEY}" in made or (stack == "production-dr" and "Table" in type_)


@pytest.mark.parametrize("stack", STACKS)
def test_names_in_the_cluster_are_within_kubernetes_limits(stack: str, longest_of: RunOf) -> None:
    """RFC 1123: a subdomain of 253 for most, a label of 63 for namespaces, Services and every label's value."""
    label = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
    subdomain = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
    value = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
    found = []
    for made in manifests(longest_of(stack)):
        name = made["metadata"]["name"]
        if not (label if made["kind"] in {"Namespace", "Service"} else subdomain).fullmatch(name):
            found.append(f"{made['kind']} {name}")
        found += [f"{made['kind']} {name}: {it}" for it in _label_values(made) if not value.fullmatch(it)]
    assert found == []


def _label_values(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in {"labels", "matchLabels"} and isinstance(inner, dict):
                yield from map(str, inner.values())
            yield from _label_values(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _label_values(inner)


def test_every_type_with_a_name_is_known(any_run: RunOf) -> None:
    """A new type with a name turns this red: say in ``names.py`` where it must be the only one."""
    unknown = {
        it.type
        for stack in EVERY
        for it in of_aws(any_run(stack))
        if set(MAYBE) & set(it.inputs)
        and not (it.type in NAMED or it.type in NO_NAMES or it.type.startswith(OF_BUCKETS))
        and not ("clusterIdentifier" in it.inputs and len(set(MAYBE) & set(it.inputs)) == 1)
    }
    assert sorted(unknown) == []
    assert sorted(it for it in NAMED if not any(of_type(any_run(stack), it) for stack in EVERY)) == []


UNBOUND = {
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "the API reference names no limit",
}


@pytest.mark.parametrize("type_", sorted(set(NAMED) - set(UNBOUND)))
def test_a_name_without_end_is_told(type_: str, any_run: RunOf) -> None:
    """The limits are there: no type's name may be as long as it likes."""
    named = next(it for stack in EVERY for it in of_type(any_run(stack), type_))
    made = copy.deepcopy(named)
    made.inputs[NAMED[type_].input] = f"{named.inputs[NAMED[type_].input]}{'x' * 1_100}"
    assert any("characters" in it or "not " in it for it in against(made))


def of_type(run: Run, type_: str) -> list[Resource]:
    """Every resource of a type."""
    return [it for it in run.resources if it.type == type_]


# --- the only one -----------------------------------------------------------------------------------------------------


def clashes(runs: Mapping[str, Run]) -> list[str]:
    """Every name that more than one resource claims, told with the resources."""
    found: dict[Claim, set[str]] = defaultdict(set)
    for stack, run in runs.items():
        for resource in of_aws(run):
            for claim in claims(resource):
                apart = stack in ACCOUNTS and claim.type in ONCE_AN_ACCOUNT
                found[claim._replace(where=f"{claim.where} of {stack}") if apart else claim].add(resource.urn)
    return [
        f"{claim.type} {claim.name} in {claim.where}: {', '.join(sorted(urns))}"
        for claim, urns in sorted(found.items())
        if len(urns) > 1
    ]


def test_no_two_resources_of_all_stacks_have_one_name(any_run: RunOf) -> None:
    """As if all environments stood in one account; only what an account has once may be called the same in each."""
    assert clashes({stack: any_run(stack) for stack in EVERY}) == []


@pytest.mark.parametrize("env", ["dev", "staging", "production"])
def test_nor_have_those_of_one_environment_at_the_longest(env: str, longest_of: RunOf) -> None:
    """Names that were cut end in a digest of the whole, so that what was cut off still tells them apart."""
    mine = [stack for stack in EVERY if env_of(stack) == env]
    assert len(mine) >= 2
    assert clashes({stack: longest_of(stack) for stack in mine}) == []


def env_of(stack: str) -> str:
    """The environment that a stack's file says."""
    project = ROOT if stack in STACKS else ROOT / "account"
    config: dict[str, Any] = yaml.safe_load((project / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))["config"]
    return str(next(config[key] for key in ("platform:stack", "account:stack") if key in config)["env"])


def test_a_name_taken_twice_is_told(any_run: RunOf) -> None:
    run = any_run("dev")
    (table,) = of_type(run, "aws:dynamodb/table:Table")
    (role, *_) = of_type(run, "aws:iam/role:Role")
    again, upper = copy.deepcopy(table), copy.deepcopy(role)
    again.urn += "-again"
    upper.urn += "-upper"
    upper.inputs["name"] = str(role.inputs["name"]).upper()
    told = clashes({"dev": Run(run.project, run.stack, [table, again, role, upper], {})})
    assert len(told) == 2
    assert str(table.inputs["name"]) in told[0]
    elsewhere = copy.deepcopy(again)
    elsewhere.inputs["region"] = "us-west-2"
    assert clashes({"dev": Run(run.project, run.stack, [table, elsewhere], {})}) == []
