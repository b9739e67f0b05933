"""What both packs stand on: reading leaf by leaf, decoding once, and that each pack is whole by itself."""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pulumi
import pulumi_policy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import policy as analyzer
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError, unknown_checking_proxy

from policies import generate
from policies.governance.governance_rules import pack as governance
from policies.security.security_rules import pack as security
from policies.security.security_rules.core import serving
from policies.security.security_rules.core.policies import NotSeenError, policies
from policies.security.security_rules.core.reading import UNKNOWN, Field, plain, read
from policies.security.security_rules.core.rules import Finding
from tests.policies import bad_access, bad_governance, bad_pods, bad_stores
from tests.policies.good import GOOD, good
from tests.policies.packs import PACKS, ROOT, request, stack, struct
from tests.policies.packs import UNKNOWN as UNKNOWN_ON_THE_WIRE

SHARED: Final = ("__init__.py", "policies.py", "reading.py", "rules.py", "serving.py")


# --- reading --------------------------------------------------------------------------------------------------------

_LEAVES = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8) | st.just(UNKNOWN_STRING_VALUE)
_TREES = st.recursive(
    _LEAVES, lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=4), below, max_size=3)
)


def _marked(value: Any) -> Any:  # noqa: ANN401 - any plain data
    if isinstance(value, dict):
        return {key: _marked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_marked(item) for item in value]
    return UNKNOWN if value == UNKNOWN_STRING_VALUE else value


@given(st.dictionaries(st.text(max_size=4), _TREES, max_size=4))
def test_every_known_leaf_is_read_and_every_unknown_one_marked(props: dict[str, Any]) -> None:
    assert plain(unknown_checking_proxy(props)) == _marked(props)


def test_what_is_no_data_is_nothing() -> None:
    assert plain({"archive": pulumi.StringAsset("x")}) == {"archive": None}


def test_the_same_object_is_read_once() -> None:
    props = unknown_checking_proxy({"a": 1.0})
    first = read(props)
    assert read(props) is first
    assert read(unknown_checking_proxy({"a": 1.0})) is not first


def test_a_field_knows_its_way() -> None:
    field = Field({"spec": {"containers": [{"image": "x", "ports": UNKNOWN}]}})
    assert field.at("spec", "containers", 0, "image").path == "spec.containers[0].image"
    assert field.at("spec", "containers", 0, "ports", 3, "number").unknown
    assert field.at("spec", "containers", 7, "image").missing
    assert field.at("spec", "missing", "below").missing
    assert [it.path for it in field.at("spec", "containers").each()] == ["spec.containers[0]"]
    assert list(field.at("spec", "containers", 0, "ports").each()) == []


@pytest.mark.parametrize(
    ("value", "true", "number", "text"),
    [
        (True, True, None, ""),
        ("true", True, None, "true"),
        (False, False, None, ""),
        ("false", False, None, "false"),
        (443.0, False, 443.0, ""),
        ("1", False, 1.0, "1"),
        (UNKNOWN, False, None, ""),
        (None, False, None, ""),
    ],
)
def test_values_in_all_their_forms(value: Any, true: bool, number: float | None, text: str) -> None:  # noqa: ANN401, FBT001
    field = Field(value)
    assert (field.true, field.number, field.text) == (true, number, text)


def test_many_unseen_paths_are_counted_and_repeated_ones_told_once() -> None:
    error = NotSeenError([*(f"a{index}" for index in range(8)), "a0"])
    assert isinstance(error, UnknownValueError)
    assert "could not see a0, a1, a2, a3, a4 and 3 more" in error.message


# --- rules that break, settings that don't exist ------------------------------------------------------------------


def _breaking(rule: Any) -> Any:  # noqa: ANN401 - a rule of either kind
    def check(*_: object) -> Any:  # noqa: ANN401 - what a rule's check returns
        yield Finding("first", "write what is found before")
        raise KeyError("hunter2")

    return replace(rule, check=check)


@pytest.mark.parametrize("name", ["encryption-at-rest", "bucket-safeguards"])
def test_a_rule_that_breaks_is_one_violation_and_no_traceback(name: str) -> None:
    """It stops what it was asked about, names no value, and the findings before it are told."""
    rule = next(it for it in security.RULES if it.about.name == name)
    servicer = _servicer([_breaking(rule)])
    if name == "bucket-safeguards":
        said = servicer.AnalyzeStack(stack(("aws:s3/bucket:Bucket", good("aws:s3/bucket:Bucket"), {})), None)
    else:
        said = servicer.Analyze(request("aws:sqs/queue:Queue", good("aws:sqs/queue:Queue")), None)
    first, broke = (it.message.partition("\n")[2] for it in said.diagnostics)
    assert first == "first: write what is found before"
    assert "the rule itself broke here (KeyError in test_pack_core.py, line " in broke
    assert "exceptions" in broke
    assert "hunter2" not in broke
    assert {it.enforcementLevel for it in said.diagnostics} == {analyzer_pb2.MANDATORY}


def test_a_setting_that_a_rule_does_not_have_is_told_of_once() -> None:
    servicer = _servicer(security.RULES)
    wrong: dict[str, dict[str, Any]] = {"high-uid": {"minimum_uidd": 1000}, "bucket-safeguards": {"strict": True}}
    servicer.Configure(
        analyzer_pb2.ConfigureAnalyzerRequest(
            policyConfig={
                name: analyzer_pb2.PolicyConfig(enforcementLevel=analyzer_pb2.MANDATORY, properties=struct(settings))
                for name, settings in wrong.items()
            }
        ),
        None,
    )
    (said,) = servicer.Analyze(request("pulumi:pulumi:Stack", {}), None).diagnostics
    assert said.policyName == "high-uid"
    assert "the rule has no setting minimum_uidd; write one of minimum_uid, exempt_namespaces" in said.message
    assert not servicer.Analyze(request("aws:sqs/queue:Queue", good("aws:sqs/queue:Queue")), None).diagnostics
    (said,) = servicer.AnalyzeStack(stack(), None).diagnostics
    assert said.policyName == "bucket-safeguards"
    assert "no setting strict; write one of exceptions" in said.message


# --- decoding once --------------------------------------------------------------------------------------------------


def _servicer(rules: Any) -> Any:  # noqa: ANN401 - the SDK's own private class
    level = pulumi_policy.EnforcementLevel.MANDATORY
    return analyzer._PolicyAnalyzerServicer("pack", "0.1.0", policies(rules), level)  # noqa: SLF001 - the real servicer


def test_the_verdict_is_the_same_with_shared_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    examples = [*bad_stores.BAD, *bad_access.BAD, *bad_pods.BAD]
    requests = [request(bad.type, bad.props, name=bad.name) for bad in examples]
    requests += [request(name, {**good(name), "tags": UNKNOWN_ON_THE_WIRE}) for name in GOOD]
    alone = [_servicer(security.RULES).Analyze(it, None) for it in requests]
    for name in ("json_format", "deserialize_properties", "unknown_checking_proxy"):
        monkeypatch.setattr(analyzer, name, vars(analyzer)[name])
    assert serving.share_decoding()
    shared = _servicer(security.RULES)
    assert [shared.Analyze(it, None) for it in requests] == alone
    assert sum(len(it.diagnostics) for it in alone) >= len(examples)


def test_a_resource_is_decoded_once_for_all_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    original = vars(analyzer)["deserialize_properties"]

    def counted(*arguments: Any) -> Any:  # noqa: ANN401 - the SDK's own signature
        calls.append(arguments)
        return original(*arguments)

    for name in ("json_format", "unknown_checking_proxy"):
        monkeypatch.setattr(analyzer, name, vars(analyzer)[name])
    monkeypatch.setattr(analyzer, "deserialize_properties", counted)
    assert serving.share_decoding()
    servicer = _servicer(security.RULES)
    servicer.Analyze(
        request("aws:sqs/queue:Queue", good("aws:sqs/queue:Queue"), provider={"region": "us-east-1"}), None
    )
    assert len(calls) == 2  # the resource, its provider


def test_an_sdk_that_is_built_otherwise_is_left_alone() -> None:
    strange = SimpleNamespace(json_format=SimpleNamespace(MessageToDict=dict))
    assert not serving.share_decoding(strange)
    assert vars(strange).keys() == {"json_format"}


def test_remembering_never_takes_one_object_for_another() -> None:
    seen = []

    def step(source: list[int], *more: object) -> int:
        seen.append(more)
        return sum(source)

    remembered = serving.remembering(step)
    one = [1]
    assert [remembered(one), remembered(one)] == [1, 1]
    assert len(seen) == 1
    assert [remembered([index]) for index in range(9)] == list(range(9))
    assert remembered([1]) == 1
    assert remembered(one) == 1, "asked anew once forgotten"
    before = len(seen)
    remembered(one, True)
    assert len(seen) == before + 1


# --- each pack by itself --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHARED)
def test_what_the_packs_share_is_the_same_in_both(name: str) -> None:
    ours, theirs = (ROOT / "policies" / pack / f"{pack}_rules" / "core" / name for pack in PACKS)
    assert ours.read_bytes() == theirs.read_bytes(), "run python -m policies.generate"


def test_copies_of_the_shared_modules_are_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rules.py").write_text("edited in the wrong place\n")
    (tmp_path / "gone.py").write_text("no longer there\n")
    monkeypatch.setattr(generate, "COPIES", (tmp_path,))
    generate.copy_core()
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in generate.CORE.glob("*.py")}


def test_nothing_else_is_shared_but_what_the_list_says() -> None:
    for pack in PACKS:
        core = ROOT / "policies" / pack / f"{pack}_rules" / "core"
        assert sorted(path.name for path in core.glob("*.py")) == sorted(SHARED)


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_imports_nothing_but_itself_and_the_sdk(pack: str) -> None:
    allowed = {*sys.stdlib_module_names, "pulumi_policy", f"{pack}_rules"}
    for path in (ROOT / "policies" / pack).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                assert {alias.name.partition(".")[0] for alias in node.names} <= allowed, path
            elif isinstance(node, ast.ImportFrom) and not node.level:
                assert (node.module or "").partition(".")[0] in allowed, path


def _pins(text: str) -> dict[str, str]:
    return dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^ \\\n]+)", text, re.MULTILINE))


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_s_requirements_are_the_program_s_versions(pack: str) -> None:
    own = (ROOT / "policies" / pack / "requirements.txt").read_text()
    program = _pins((ROOT / "requirements-dev.txt").read_text())
    pins = _pins(own)
    assert {"pulumi", "pulumi-policy", "protobuf", "grpcio"} <= set(pins)
    assert {name: program.get(name) for name in pins} == pins
    assert len(re.findall(r"^\S+==.*\\\n    --hash=sha256:", own, re.MULTILINE)) == len(pins), "every one has hashes"
    assert _pins((ROOT / "policies" / pack / "requirements.in").read_text()).items() <= pins.items()


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_is_described(pack: str) -> None:
    text = (ROOT / "policies" / pack / "PulumiPolicy.yaml").read_text()
    assert re.search(r"^version: \d+\.\d+\.\d+$", text, re.MULTILINE)
    assert re.search(r"^description: \S", text, re.MULTILINE)
    assert re.search(r"^  name: python$", text, re.MULTILINE)


def test_rules_are_called_differently_in_each_pack() -> None:
    names = [rule.about.name for rules in (security.RULES, governance.RULES) for rule in rules]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names)
    for rules in (security.RULES, governance.RULES):
        for rule in rules:
            assert rule.about.controls, rule.about.name
            assert rule.about.description.endswith("."), rule.about.name


# --- what is generated ----------------------------------------------------------------------------------------------


def test_each_pack_s_readme_shows_its_rules_as_they_are() -> None:
    for path, text in generate.readmes().items():
        assert path.read_text() == text, "run python -m policies.generate"
    shown = "".join(generate.readmes().values())
    for bad in (*bad_stores.BAD, *bad_access.BAD, *bad_pods.BAD, *bad_governance.BAD):
        assert f"`{bad.rule}`" in shown


def test_the_types_without_tags_are_those_of_the_sdk() -> None:
    assert generate.UNTAGGABLE.read_text().split() == generate.untaggable(), "run python -m policies.generate"


def test_paths_of_no_machine_stand_in_a_pack() -> None:
    for path in (ROOT / "policies").rglob("*"):
        if path.suffix in {".py", ".md", ".yaml", ".txt", ".json", ".in"}:
            assert str(Path.home()) not in path.read_text(), path
