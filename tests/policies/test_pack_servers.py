"""Each pack, copied out alone, served by its own process and asked over the analyzer protocol."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from google.protobuf import json_format
from jsonschema import Draft7Validator
from pulumi.runtime.proto import analyzer_pb2

from tests.policies import bad_access, bad_governance, bad_pods, bad_stores
from tests.policies.examples import RULES
from tests.policies.good import TAGS, good
from tests.policies.packs import PACKS, ROOT, UNKNOWN, Pack, copied_out, request, secret, serving, stack, urn

ADVISORY: Final = analyzer_pb2.ADVISORY
MANDATORY: Final = analyzer_pb2.MANDATORY
CLUSTER: Final = "aws:rds/cluster:Cluster"
DEPLOYMENT: Final = "kubernetes:apps/v1:Deployment"
BUCKET: Final = "aws:s3/bucket:Bucket"
QUEUE: Final = "aws:sqs/queue:Queue"


@pytest.fixture(scope="module", params=PACKS)
def pack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Pack]]:
    name: str = request.param
    with serving(copied_out(name, tmp_path_factory.mktemp("alone"))) as running:
        yield name, running


@pytest.fixture(scope="module")
def security(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pack]:
    with serving(copied_out("security", tmp_path_factory.mktemp("alone"))) as running:
        yield running


@pytest.fixture(scope="module")
def governance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pack]:
    with serving(copied_out("governance", tmp_path_factory.mktemp("alone"))) as running:
        yield running


def test_it_tells_of_its_rules(pack: tuple[str, Pack]) -> None:
    name, running = pack
    info = running.info()
    assert info.name == f"platform-{name}"
    assert info.supportsConfig
    expected = [rule for rule in RULES.values() if rule.pack == name]
    assert [policy.name for policy in info.policies] == [rule.name for rule in expected]
    for policy, rule in zip(info.policies, expected, strict=True):
        about = rule.rule.about
        assert policy.description == about.description
        assert policy.enforcementLevel == (ADVISORY if about.level == "advisory" else MANDATORY)
        assert policy.policy_type == (
            analyzer_pb2.POLICY_TYPE_STACK if rule.of_stack else analyzer_pb2.POLICY_TYPE_RESOURCE
        )
        assert policy.remediation_steps
        assert policy.framework.name in about.controls
        assert set(policy.tags) == {f"{family} {control}" for family, ids in about.controls.items() for control in ids}


def test_security_is_mandatory_throughout() -> None:
    assert {rule.rule.about.level for rule in RULES.values() if rule.pack == "security"} == {"mandatory"}
    levels = {rule.name: rule.rule.about.level for rule in RULES.values() if rule.pack == "governance"}
    mandatory = {"mandatory-tags", "data-class", "finite-retention", "retention-limit", "residency", "store-lifecycle"}
    mandatory |= {"stack-budget"}
    assert {name for name, level in levels.items() if level == "mandatory"} == mandatory


def test_settings_come_with_a_schema_that_their_defaults_satisfy(pack: tuple[str, Pack]) -> None:
    name, running = pack
    for policy in running.info().policies:
        properties = json_format.MessageToDict(policy.configSchema.properties)
        defaults = {key: schema["default"] for key, schema in properties.items()}
        Draft7Validator({"type": "object", "properties": properties}).validate(defaults)
        assert set(properties) == set(RULES[policy.name].rule.about.settings) | {"exceptions"}, name
        assert all(schema["description"] for schema in properties.values())


@pytest.mark.parametrize("path", sorted((ROOT / "policies" / "config").glob("*.json")), ids=lambda path: path.stem)
def test_the_stacks_configuration_is_what_the_rules_take(path: Path) -> None:
    for name, value in json.loads(path.read_text()).items():
        about = RULES[name].rule.about
        settings = {key: given for key, given in value.items() if key != "enforcementLevel"}
        properties = {key: dict(setting.schema) for key, setting in about.all_settings.items()}
        Draft7Validator({"type": "object", "properties": properties, "additionalProperties": False}).validate(settings)
        assert value["enforcementLevel"] in {"advisory", "mandatory"}
        if RULES[name].pack == "security":
            assert value["enforcementLevel"] == "mandatory"


def test_every_stack_s_tier_has_its_configuration() -> None:
    names = {path.stem for path in (ROOT / "policies" / "config").glob("*.json")}
    stacks = {path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in ROOT.glob("Pulumi.*.yaml")}
    assert stacks <= names


@pytest.mark.parametrize("name", PACKS)
def test_it_serves_the_way_the_engine_starts_it(name: str, tmp_path: Path) -> None:
    with serving(copied_out(name, tmp_path), as_engine=True) as running:
        assert running.info().name == f"platform-{name}"


def test_a_violation_names_resource_rule_and_remedy(security: Pack) -> None:
    (said,) = security.analyze(request(CLUSTER, {**good(CLUSTER), "storageEncrypted": False}))
    assert said.policyName == "encryption-at-rest"
    assert said.policyPackName == "platform-security"
    assert said.enforcementLevel == MANDATORY
    assert said.severity == analyzer_pb2.POLICY_SEVERITY_HIGH
    assert said.urn == urn(CLUSTER)
    assert said.message.endswith("\nstorageEncrypted: write storageEncrypted: true")


def test_every_bad_example_is_stopped(pack: tuple[str, Pack]) -> None:
    """What the rules find by themselves, their servers report: at the rule's level, at the resource."""
    name, running = pack
    found = set()
    for bad in (*bad_stores.BAD, *bad_access.BAD, *bad_pods.BAD, *bad_governance.BAD):
        rule = RULES[bad.rule]
        if rule.pack != name or bad.config:
            continue
        said = running.analyze(request(bad.type, bad.props, name=bad.name, protect=bad.protect))
        level = ADVISORY if rule.rule.about.level == "advisory" else MANDATORY
        here = [it for it in said if it.policyName == bad.rule and bad.says in it.message]
        assert {(it.enforcementLevel, it.urn) for it in here} == {(level, urn(bad.type, bad.name))}, str(bad)
        found.add(bad.rule)
    assert found == {rule.name for rule in RULES.values() if rule.pack == name and not rule.of_stack}


def test_good_resources_pass(security: Pack, governance: Pack) -> None:
    for resource_type in (CLUSTER, DEPLOYMENT, BUCKET, QUEUE, "aws:iam/role:Role", "aws:kms/key:Key"):
        for running in (security, governance):
            assert running.analyze(request(resource_type, good(resource_type))) == []


def test_what_is_known_is_judged_and_the_rest_is_told_of(security: Pack) -> None:
    props = {**good("aws:ec2/launchTemplate:LaunchTemplate"), "blockDeviceMappings": UNKNOWN}
    props["metadataOptions"] = {"httpTokens": "optional", "httpPutResponseHopLimit": UNKNOWN}
    said = security.analyze(request("aws:ec2/launchTemplate:LaunchTemplate", props))
    assert {(it.policyName, it.enforcementLevel) for it in said} == {
        ("disk-encryption", ADVISORY),
        ("instance-metadata", MANDATORY),
        ("instance-metadata", ADVISORY),
    }
    told = "\n".join(it.message for it in said if it.enforcementLevel == ADVISORY)
    assert "could not see blockDeviceMappings" in told
    assert "could not see metadataOptions.httpPutResponseHopLimit" in told


def test_an_unknown_secret_and_an_unknown_below_a_secret_are_unknown(security: Pack) -> None:
    props = {**good(CLUSTER), "storageEncrypted": secret(UNKNOWN), "masterPassword": secret("hunter2-hunter2")}
    (said,) = security.analyze(request(CLUSTER, props))
    assert (said.policyName, said.enforcementLevel) == ("encryption-at-rest", ADVISORY)
    assert "could not see storageEncrypted" in said.message


def test_secrets_are_never_printed(security: Pack) -> None:
    props = good(DEPLOYMENT)
    container = props["spec"]["template"]["spec"]["containers"][0]
    container["env"] = [{"name": "DATABASE_PASSWORD", "value": secret("hunter2-hunter2")}]
    container["image"] = secret("hunter2-image")
    said = security.analyze(request(DEPLOYMENT, props))
    assert {it.policyName for it in said} == {"secrets-as-files", "image-reference"}
    assert all("hunter2" not in it.message for it in said)


def test_numbers_and_json_come_as_the_protocol_has_them(governance: Pack) -> None:
    props = {**good("aws:cloudwatch/logGroup:LogGroup"), "retentionInDays": 400}
    (said,) = governance.analyze(request("aws:cloudwatch/logGroup:LogGroup", props))
    assert said.message.endswith(
        "retentionInDays: write 365 days or fewer: the class operational-log is kept no longer"
    )


def test_the_provider_s_tags_count(governance: Pack) -> None:
    props = {key: value for key, value in good(QUEUE).items() if key != "tagsAll"}
    assert [it.policyName for it in governance.analyze(request(QUEUE, props))] == ["mandatory-tags"]
    provider = {"region": "us-east-1", "defaultTags": json.dumps({"tags": TAGS})}
    assert governance.analyze(request(QUEUE, props, provider=provider)) == []


def test_levels_and_settings_are_configured(tmp_path: Path) -> None:
    stored = request("aws:eks/cluster:Cluster", good("aws:eks/cluster:Cluster"))
    bad = request(CLUSTER, {**good(CLUSTER), "storageEncrypted": False})
    with serving(copied_out("security", tmp_path)) as running:
        assert running.analyze(stored) == []
        running.configure(
            public_exposure=(MANDATORY, {"private_endpoint": True}),
            encryption_at_rest=(ADVISORY, {}),
        )
        (said,) = running.analyze(stored)
        assert said.policyName == "public-exposure"
        (said,) = running.analyze(bad)
        assert said.enforcementLevel == ADVISORY
        running.configure(encryption_at_rest=(analyzer_pb2.DISABLED, {}))
        assert running.analyze(bad) == []


@pytest.mark.parametrize(
    ("exception", "counts"),
    [
        ({"urn": "*::thing", "reason": "Holds nothing but public test data."}, True),
        ({"urn": "*::thing", "reason": "because"}, False),
        ({"urn": "*::thing"}, False),
        ({"urn": "*::another", "reason": "Holds nothing but public test data."}, False),
    ],
)
def test_an_exception_counts_with_its_reason(security: Pack, exception: dict[str, Any], counts: bool) -> None:  # noqa: FBT001
    security.configure(encryption_at_rest=(MANDATORY, {"exceptions": [exception]}))
    try:
        said = security.analyze(request(CLUSTER, {**good(CLUSTER), "storageEncrypted": False}))
    finally:
        security.configure()
    assert (said == []) is counts


def test_a_stack_is_judged_as_a_whole(security: Pack) -> None:
    companions = (
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketPolicy:BucketPolicy",
    )
    bucket = {key: value for key, value in good(BUCKET).items() if key != "policy"}
    whole: list[tuple[str, dict[str, Any], dict[str, list[str]]]] = [
        (BUCKET, bucket, {}),
        *((name, good(name), {}) for name in companions),
    ]
    assert security.analyze_stack(stack(*whole)) == []
    (said,) = security.analyze_stack(stack(*whole[:-1]))
    assert (said.policyName, said.enforcementLevel) == ("bucket-safeguards", MANDATORY)
    assert said.urn == urn(BUCKET)
    linked = [(name, {**props, "bucket": UNKNOWN}, {"bucket": [urn(BUCKET)]}) for name, props, _ in whole[1:]]
    assert security.analyze_stack(stack(whole[0], *linked)) == []


def test_an_unknown_in_a_stack_hides_one_thing_only(security: Pack) -> None:
    namespace, deny = "kubernetes:core/v1:Namespace", "kubernetes:networking.k8s.io/v1:NetworkPolicy"
    hidden = {**good(deny), "spec": UNKNOWN}
    said = security.analyze_stack(
        stack((BUCKET, good(BUCKET), {}), (namespace, good(namespace), {}), (deny, hidden, {}))
    )
    assert {(it.policyName, it.enforcementLevel) for it in said} == {
        ("bucket-safeguards", MANDATORY),
        ("namespace-default-deny", ADVISORY),
    }
    assert any("could not see the network policies of thing" in it.message for it in said)


def test_what_a_preview_says_nothing_of_is_not_held_against_it(security: Pack) -> None:
    """In a first preview the provider of a cluster's objects isn't configured: the engine hands over no outputs."""
    namespace, deny = "kubernetes:core/v1:Namespace", "kubernetes:networking.k8s.io/v1:NetworkPolicy"
    (said,) = security.analyze_stack(stack((namespace, {}, {}), (deny, {}, {})))
    assert (said.policyName, said.enforcementLevel) == ("namespace-default-deny", ADVISORY)
    assert "could not see the network policies of thing" in said.message


def test_governance_judges_a_stack(governance: Pack) -> None:
    (said,) = governance.analyze_stack(stack((BUCKET, good(BUCKET), {})))
    assert (said.policyName, said.enforcementLevel, said.urn) == ("store-lifecycle", MANDATORY, urn(BUCKET))


def test_resources_of_no_concern_are_passed_over(pack: tuple[str, Pack]) -> None:
    _, running = pack
    assert running.analyze(request("random:index/randomId:RandomId", {"byteLength": UNKNOWN})) == []
    assert running.analyze(request("platform:index:Bucket", {})) == []
