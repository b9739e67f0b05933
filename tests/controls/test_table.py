"""Every line of both lists, in every stack: kept, or written down why not."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from controls import BY_ID, CONTROLS, EXCEPTIONS, OPT_OUTS, Answer, Graph, Outcome, Scope, Source, Status, answers
from controls.exceptions import MOST, whose
from controls.graph import SECRET
from controls.opt_outs import value_at
from sandbox.controls import PAGE, page
from tests import delivered
from tests.controls.changed import PROJECTS, ROOT, config_of, mixes, opt_outs, run, safe, stacks

Given = Callable[[str], dict[str, Answer]]
GraphOf = Callable[[str], Graph]


def tier(stack: str) -> str:
    """Which rules apply to a stack, as its file says."""
    config = config_of(stack)
    (said,) = [config[f"{project}:stack"]["tier"] for project in PROJECTS if f"{project}:stack" in config]
    return str(said)


STACKS = stacks()
PRODUCTION = [stack for stack in STACKS if tier(stack) == "production"]
OTHERS = [stack for stack in STACKS if stack not in PRODUCTION]


def spread(*numbers: int | range) -> list[int]:
    return [n for it in numbers for n in (it if isinstance(it, range) else [it])]


CIS = {
    "2.1": range(1, 3), "4.1": range(1, 13), "4.2": range(1, 6), "4.3": range(1, 3), "4.4": range(1, 3),
    "4.5": range(1, 3), "5.1": range(1, 5), "5.2": range(1, 2), "5.3": range(1, 2), "5.4": range(1, 6),
    "5.5": range(1, 2),
}  # fmt: skip
FSBP = {
    "EKS": spread(1, 2, 8),
    "RDS": spread(range(1, 26), 27, range(35, 39), 43),
    "S3": spread(1, 2, 3, 5, 6, 8, 9, 12, 13, 19, 24),
    "DynamoDB": spread(1, 2, 3, 6, 7),
    "ElastiCache": spread(range(1, 8)),
    "CloudFront": spread(1, range(3, 11), 12, 13, 15),
    "KMS": spread(1, 2, 3, 5),
    "Lambda": spread(1, 2, 5),
    "ECR": spread(1, 2, 3),
    "EC2": spread(2, 6, 7, 8, 15, 21, 25),
    "ELB": spread(1, 4, 5, 6, 12, 13, 16),
    "CloudTrail": spread(range(1, 8)),
    "Config": spread(1),
    "GuardDuty": spread(1, 9, 10),
    "IAM": spread(1, 21),
    "SecretsManager": spread(1, 2, 3, 4),
    "SNS": spread(1),
    "SQS": spread(1),
    "WAF": spread(10, 11, 12),
    "Backup": spread(1),
    "ACM": spread(1, 2),
    "OpenSearch": spread(range(1, 11)),
}
DISPUTED = {
    "EKS": spread(3),
    "RDS": spread(26),
    "S3": spread(7, 10, 11, 14, 15, 17, 20),
    "DynamoDB": spread(4),
    "KMS": spread(4),
    "Lambda": spread(3),
}


@pytest.mark.parametrize(
    ("source", "ids"),
    [
        (Source.CIS_EKS, {f"CIS {chapter}.{n}" for chapter, numbers in CIS.items() for n in numbers}),
        (Source.FSBP, {f"{service}.{n}" for service, numbers in FSBP.items() for n in numbers}),
        (Source.FSBP_DISPUTED, {f"{service}.{n}" for service, numbers in DISPUTED.items() for n in numbers}),
    ],
    ids=lambda it: it.name if isinstance(it, Source) else "",
)
def test_every_line_of_the_list_is_asked(source: Source, ids: set[str]) -> None:
    assert {control.id for control in CONTROLS if control.source is source} == ids


def test_each_line_once_and_said_in_words() -> None:
    assert len(BY_ID) == len(CONTROLS)
    assert all(len(control.title.split()) > 1 and control.types for control in CONTROLS)


# --- the table --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stack", STACKS)
def test_every_control_is_kept_or_it_is_written_why_not(stack: str, given: Given) -> None:
    found = given(stack)
    assert set(found) == set(BY_ID)
    assert {control: it.reason for control, it in found.items() if it.outcome is Outcome.BROKEN} == {}
    for control, answer in found.items():
        assert (answer.outcome is Outcome.KEPT) == (answer.reason == ""), control
        assert bool(answer.evidence) == (answer.verdict.status in (Status.PASS, Status.FAIL)), control


@pytest.mark.parametrize("stack", STACKS)
def test_evidence_is_in_the_stack(stack: str, given: Given, graph: GraphOf) -> None:
    urns = {resource.urn for resource in graph(stack).resources}
    looked = {finding.urn for answer in given(stack).values() for finding in answer.verdict.findings}
    assert looked
    assert looked <= urns


@pytest.mark.parametrize("control", [control.id for control in CONTROLS if control.scope is not Scope.STACK])
@pytest.mark.parametrize("tier_", ["dev", "staging", "production"])
def test_what_an_account_answers_is_answered(tier_: str, control: str, given: Given) -> None:
    accounts = [stack for stack in STACKS if tier(stack) == tier_ and "account:stack" in config_of(stack)]
    found = [given(stack)[control].outcome for stack in accounts]
    assert Outcome.KEPT in found
    assert set(found) <= {Outcome.KEPT, Outcome.ELSEWHERE}
    assert Outcome.ELSEWHERE not in found or BY_ID[control].scope is Scope.ACCOUNT


# --- exceptions -------------------------------------------------------------------------------------------------------


def test_production_has_few_exceptions(given: Given) -> None:
    used = {control for stack in PRODUCTION for control, it in given(stack).items() if it.outcome is Outcome.EXCEPTION}
    assert used == {it.control for it in EXCEPTIONS}, "an exception that nothing needs"
    assert len(used) == len(EXCEPTIONS)
    assert len(used) <= MOST == 10


def test_every_pattern_of_an_exception_is_needed(given: Given) -> None:
    for it in EXCEPTIONS:
        wrong = {whose(f) for stack in PRODUCTION for f in given(stack)[it.control].verdict.wrong}
        for pattern in it.resources:
            alone = it.model_copy(update={"resources": [pattern]})
            others = it.model_copy(update={"resources": [other for other in it.resources if other != pattern]})
            findings = [f for stack in PRODUCTION for f in given(stack)[it.control].verdict.wrong]
            assert any(alone.covers([f]) and not others.covers([f]) for f in findings), (it.control, pattern, wrong)


def test_what_stands_in_for_a_control_is_there(given: Given, graph: GraphOf) -> None:
    for it in EXCEPTIONS:
        excepted = [graph(stack) for stack in PRODUCTION if given(stack)[it.control].outcome is Outcome.EXCEPTION]
        for kind in it.shown_by:
            assert any(found.of(kind) for found in excepted), (it.control, kind)


def test_another_resource_that_fails_is_no_exception(graph: GraphOf) -> None:
    whole = graph("production")
    (links,) = [it for it in whole.of("aws:s3/bucketLogging:BucketLogging") if it.name == "uploads"]
    broken = {it.verdict.control.id for it in answers(whole.but([links.urn])) if it.outcome is Outcome.BROKEN}
    assert broken == {"S3.9"}


# --- opt-outs ---------------------------------------------------------------------------------------------------------


def test_production_opts_out_of_nothing() -> None:
    assert {stack for it in OPT_OUTS for stack in it.stacks} <= set(OTHERS)


@pytest.mark.parametrize("stack", OTHERS)
def test_every_opt_out_is_what_the_stack_lacks(stack: str, given: Given) -> None:
    lacking = {control for control, it in given(stack).items() if it.outcome is Outcome.OPT_OUT}
    declared = [control for it in OPT_OUTS if stack in it.stacks for control in it.controls]
    assert sorted(declared) == sorted(lacking), "each control once, and none that is kept"
    config = config_of(stack)
    assert all(value_at(config, it.setting) != it.safe for it in OPT_OUTS if stack in it.stacks)


MIXES = [(stack, mix) for stack in sorted({stack for it in OPT_OUTS for stack in it.stacks}) for mix in mixes(stack)]


@pytest.mark.parametrize(("stack", "mix"), MIXES, ids=lambda it: it if isinstance(it, str) else "+".join(sorted(it)))
def test_settings_cause_what_they_are_said_to_and_nothing_else(stack: str, mix: frozenset[str], tmp_path: Path) -> None:
    """The program itself says so: run with some settings made safe, it lacks what the others cause; with all, none."""
    changed = run(tmp_path, stack, lambda config: safe(config, stack, mix))
    left = {it.verdict.control.id for it in answers(changed, opt_outs=()) if it.outcome is Outcome.BROKEN}
    assert left == {control for it in opt_outs(stack).values() if it.setting not in mix for control in it.controls}


@pytest.mark.parametrize("stack", sorted({stack for it in OPT_OUTS for stack in it.stacks}))
def test_the_runs_tell_every_setting_from_every_other(stack: str) -> None:
    settings = opt_outs(stack)
    made_safe = {setting: tuple(setting in mix for mix in mixes(stack)) for setting in settings}
    assert len(set(made_safe.values())) == len(settings)
    assert all(any(it) for it in made_safe.values())
    assert frozenset(settings) in mixes(stack)


def test_the_page_of_opt_outs_is_current(graph: GraphOf) -> None:
    graphs = {stack: graph(stack) for stack in STACKS}
    written = page(graphs, {stack: config_of(stack) for stack in STACKS})
    assert (ROOT / PAGE).read_text() == written, "write it anew: python -m sandbox controls"


# --- the command and the export ---------------------------------------------------------------------------------------


def show(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "controls", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_command_shows_every_control_of_an_export(export_path: Callable[[str], Path]) -> None:
    shown = show(str(export_path("production")))
    assert shown.returncode == 0, shown.stdout
    lines = shown.stdout.splitlines()
    assert len(lines) == len(CONTROLS)
    assert next(it for it in lines if it.startswith("EKS.1 ")).split()[1] == "kept"


def test_the_command_ends_with_1_where_a_control_is_broken(export_path: Callable[[str], Path], tmp_path: Path) -> None:
    export = json.loads(export_path("production").read_text())
    for resource in export["deployment"]["resources"]:
        if resource["type"] == "aws:rds/cluster:Cluster":
            resource["inputs"]["storageEncrypted"] = False
    (tmp_path / "stack.json").write_text(json.dumps(export))
    shown = show(str(tmp_path / "stack.json"))
    assert shown.returncode == 1
    assert "RDS.27            broken" in shown.stdout


def test_the_command_looks_at_what_argo_cd_delivers(export_path: Callable[[str], Path], tmp_path: Path) -> None:
    for path, text in delivered.files("production").items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert show(str(export_path("production")), str(tmp_path)).returncode == 0
    wrong = next(path for path, it in delivered.objects("production").items() if it["kind"] == "Deployment")
    text = (tmp_path / wrong).read_text()
    (tmp_path / wrong).write_text(text.replace("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"))
    shown = show(str(export_path("production")), str(tmp_path))
    assert shown.returncode == 1
    (line,) = [it for it in shown.stdout.splitlines() if " broken " in it]
    assert line.startswith("CIS 4.2.5 ")
    assert wrong in line


@pytest.mark.parametrize("text", ["", "- one", "kind: Deployment", "a: [", None])
def test_the_command_refuses_what_is_no_delivered_tree(text: str | None, tmp_path: Path) -> None:
    (tmp_path / "stack.json").write_text('{"version": 3, "deployment": {"resources": []}}')
    (tmp_path / "tree").mkdir()
    if text is not None:
        (tmp_path / "tree" / "object.yaml").write_text(text)
    shown = show(str(tmp_path / "stack.json"), str(tmp_path / "tree"))
    assert (shown.returncode, shown.stdout) == (2, "")


@pytest.mark.parametrize("text", ["{}", "no JSON", '{"deployment": {}}'])
def test_the_command_refuses_what_is_no_export(text: str, tmp_path: Path) -> None:
    (tmp_path / "stack.json").write_text(text)
    shown = show(str(tmp_path / "stack.json"))
    assert (shown.returncode, shown.stdout) == (2, "")


def test_no_secret_is_shown() -> None:
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"hunter2"'}
    resource = {"urn": "urn:pulumi:s::p::t::n", "type": "t", "custom": True, "inputs": {"password": secret}}
    (found,) = Graph.from_export({"version": 3, "deployment": {"resources": [resource]}}).resources
    assert found.inputs == {"password": SECRET}
