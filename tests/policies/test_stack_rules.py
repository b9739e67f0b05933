"""Rules about all resources together: what must stand beside what, linked by names and by dependencies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pytest

from tests.policies.examples import GONE, STACK_RULES, Said, changed
from tests.policies.good import (
    BUCKET,
    DENY_PLAINTEXT,
    KEY,
    PUPILS_TAGS,
    TAGS,
    Props,
    document,
    good,
    statement,
)

_BUCKET: Final = "aws:s3/bucket:Bucket"
_ENCRYPTION: Final = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
_BLOCK: Final = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
_POLICY: Final = "aws:s3/bucketPolicy:BucketPolicy"
_LIFECYCLE: Final = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
_LOCK: Final = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
_REPOSITORY: Final = "aws:ecr/repository:Repository"
_IMAGES: Final = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
_NAMESPACE: Final = "kubernetes:core/v1:Namespace"
_DENY: Final = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
_BUDGET: Final = "aws:budgets/budget:Budget"
_EKS: Final = "aws:eks/cluster:Cluster"


_POLICED: Final = (_BUCKET, "policy")


@dataclass(frozen=True)
class Part:
    """One resource of a stack."""

    type: str
    props: Props
    name: str = "uploads"
    depends: dict[str, list[str]] = field(default_factory=dict)

    @property
    def urn(self) -> str:
        return f"urn:pulumi:production::platform::{self.type}::{self.name}"

    def but(self, path: str, value: object) -> Part:
        return replace(self, props=changed(self.props, path, value))


def part(resource_type: str) -> Part:
    """The type's good example; a bucket's without the policy that its companion has."""
    return Part(resource_type, {key: it for key, it in good(resource_type).items() if (resource_type, key) != _POLICED})


GOOD: Final[dict[str, tuple[Part, ...]]] = {
    "bucket-safeguards": (part(_BUCKET), part(_ENCRYPTION), part(_BLOCK), part(_POLICY)),
    "namespace-default-deny": (part(_NAMESPACE), part(_DENY)),
    "store-lifecycle": (part(_BUCKET), part(_LIFECYCLE), part(_LOCK), part(_REPOSITORY), part(_IMAGES)),
    "stack-budget": (
        part(_EKS),
        Part(_BUDGET, {"limitAmount": "100", "limitUnit": "USD", "timeUnit": "MONTHLY"}),
    ),
}


def ask(rule: str, parts: tuple[Part, ...], config: dict[str, Any] | None = None) -> Said:
    asked = STACK_RULES[rule]
    covered = [
        asked.resource(it.type, it.props, name=it.name, urn=it.urn, depends=it.depends)
        for it in parts
        if asked.covers(it.type)
    ]
    return asked.ask(covered, config)


def without(rule: str, resource_type: str) -> tuple[Part, ...]:
    return tuple(it for it in GOOD[rule] if it.type != resource_type)


def with_changed(rule: str, resource_type: str, path: str, value: object) -> tuple[Part, ...]:
    return tuple(it.but(path, value) if it.type == resource_type else it for it in GOOD[rule])


@pytest.mark.parametrize("rule", GOOD)
def test_good_stacks_are_good(rule: str) -> None:
    assert ask(rule, GOOD[rule]) == Said((), ())


def test_every_stack_rule_has_examples() -> None:
    shown = {rule for rule, *_ in MISSING} & {rule for rule, *_ in CHANGED}
    assert set(GOOD) == set(STACK_RULES)
    assert shown | {"bucket-safeguards", "stack-budget"} == set(STACK_RULES), "one has no change, one nothing missing"


MISSING: Final = [
    ("bucket-safeguards", _ENCRYPTION, "write a BucketServerSideEncryptionConfiguration"),
    ("bucket-safeguards", _BLOCK, "write a BucketPublicAccessBlock"),
    ("bucket-safeguards", _POLICY, "write a BucketPolicy"),
    ("namespace-default-deny", _DENY, "is open (Egress and Ingress): write a NetworkPolicy"),
    ("store-lifecycle", _LIFECYCLE, "write a BucketLifecycleConfiguration"),
    ("store-lifecycle", _IMAGES, "write an ecr LifecyclePolicy"),
]


@pytest.mark.parametrize(("rule", "resource_type", "says"), MISSING)
def test_what_is_missing_is_found(rule: str, resource_type: str, says: str) -> None:
    said = ask(rule, without(rule, resource_type))
    assert len(said.findings) == 1
    assert says in said.findings[0]
    assert "uploads" in said.findings[0], "the message names the resource"
    assert said.unseen == ()


@pytest.mark.parametrize("resource_type", [_ENCRYPTION, _BLOCK, _POLICY])
def test_another_bucket_s_companion_does_not_count(resource_type: str) -> None:
    said = ask("bucket-safeguards", with_changed("bucket-safeguards", resource_type, "bucket", "another"))
    assert len(said.findings) == 1


_INTERNET: Final[list[Props]] = [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}]
_EVERY_POD: Final[list[Props]] = [{"from": [{"namespaceSelector": {}}]}]

CHANGED: Final = [
    ("namespace-default-deny", _DENY, "spec egress", _INTERNET, "everyone gets through (Egress)"),
    ("namespace-default-deny", _DENY, "spec ingress", _EVERY_POD, "everyone gets through (Ingress)"),
    ("namespace-default-deny", _DENY, "spec policyTypes", ["Ingress"], "is open (Egress)"),
    ("namespace-default-deny", _DENY, "spec policyTypes", ["Egress"], "is open (Ingress)"),
    ("namespace-default-deny", _DENY, "spec podSelector", {"matchLabels": {"app": "x"}}, "is open"),
    ("namespace-default-deny", _DENY, "spec egress", [{}], "is open (Egress)"),
    ("namespace-default-deny", _DENY, "spec ingress", [{"ports": [{"port": 443.0}]}], "is open (Ingress)"),
    ("namespace-default-deny", _DENY, "metadata namespace", "another", "is open"),
    ("store-lifecycle", _LIFECYCLE, "bucket", "another", "has no lifecycle"),
    ("store-lifecycle", _LIFECYCLE, "rules 0 expiration", GONE, "write a rule for all objects with expiration days"),
    ("store-lifecycle", _LIFECYCLE, "rules 0 noncurrentVersionExpiration", GONE, "noncurrentVersionExpiration"),
    ("store-lifecycle", _LIFECYCLE, "rules 0 status", "Disabled", "write a rule for all objects"),
    ("store-lifecycle", _LIFECYCLE, "rules 0 filter prefix", "tmp/", "write a rule for all objects"),
    ("store-lifecycle", _LIFECYCLE, "rules 0 filter tag", {"key": "a", "value": "b"}, "write a rule for all objects"),
    ("store-lifecycle", _LIFECYCLE, "rules 0 expiration days", 400.0, "365 or fewer: the class child-pii"),
    ("store-lifecycle", _LIFECYCLE, "rules 0 expiration days", 365.0, "together are 365 or fewer"),
    ("store-lifecycle", _LOCK, "rule defaultRetention days", 366.0, "365 days or fewer: a lock outlives"),
    ("store-lifecycle", _LOCK, "rule defaultRetention", {"years": 2.0}, "365 days or fewer: a lock outlives"),
    ("store-lifecycle", _IMAGES, "repository", "another", "has no lifecycle"),
    ("stack-budget", _BUDGET, "limitAmount", "72", "would cost about 73 USD a month, its budget is 72"),
]


@pytest.mark.parametrize(("rule", "resource_type", "path", "value", "says"), CHANGED)
def test_what_is_changed_is_found(rule: str, resource_type: str, path: str, value: object, says: str) -> None:
    said = ask(rule, with_changed(rule, resource_type, path, value))
    assert any(says in message for message in said.findings), said.findings
    assert all("write" in message for message in said.findings)


def test_other_classes_are_kept_by_their_own_limit() -> None:
    internal = tuple(
        it.but("tagsAll", TAGS) if it.type == _BUCKET else it
        for it in with_changed("store-lifecycle", _LIFECYCLE, "rules 0 expiration days", 730.0)
    )
    assert ask("store-lifecycle", internal).findings == ()
    stricter = {"limits": {"internal": 365}}
    assert any("write 365 days or fewer" in it for it in ask("store-lifecycle", internal, stricter).findings)
    public = tuple(
        it.but("tagsAll DataClass", "public") if it.type == _BUCKET else it
        for it in with_changed("store-lifecycle", _LIFECYCLE, "rules 0 expiration", GONE)
    )
    assert ask("store-lifecycle", public).findings == ()
    assert ask("store-lifecycle", public, {"current_versions_kept": []}).findings


def test_namespaces_may_be_left_open_by_a_setting() -> None:
    alone = without("namespace-default-deny", _DENY)
    assert ask("namespace-default-deny", alone, {"open_namespaces": ["mcp"]}).findings == ()


def test_one_policy_may_close_each_direction() -> None:
    halves = tuple(
        replace(part(_DENY).but("spec policyTypes", [direction]), name=direction) for direction in ("Ingress", "Egress")
    )
    assert ask("namespace-default-deny", (part(_NAMESPACE), *halves)).findings == ()
    dns = {"to": [{"namespaceSelector": {}}], "ports": [{"port": 53.0, "protocol": "UDP"}]}
    with_dns = part(_DENY).but("spec egress", [dns])
    assert ask("namespace-default-deny", (part(_NAMESPACE), with_dns)).findings == ()


def test_a_policy_that_opens_all_is_found_beside_one_that_closes() -> None:
    """Policies add up: what one lets through, no other closes."""
    opening = replace(part(_DENY).but("spec egress", [{}]), name="allow-all")
    said = ask("namespace-default-deny", (*GOOD["namespace-default-deny"], opening))
    assert said.findings == (
        "spec.egress[0]: write who, and the ports: no other policy takes back that everyone gets through (Egress)",
    )
    one_app = opening.but("spec podSelector", {"matchLabels": {"app": "egress-proxy"}})
    assert ask("namespace-default-deny", (*GOOD["namespace-default-deny"], one_app)).findings == ()


def test_a_policy_without_types_closes_what_kubernetes_takes_it_to_mean() -> None:
    (said,) = ask("namespace-default-deny", with_changed("namespace-default-deny", _DENY, "spec", {})).findings
    assert "is open (Egress)" in said


def test_older_forms_are_the_same_namespaces_and_policies() -> None:
    older = tuple(
        replace(it, type=name)
        for it, name in zip(
            GOOD["namespace-default-deny"],
            ("kubernetes:v1:Namespace", "kubernetes:extensions/v1beta1:NetworkPolicy"),
            strict=True,
        )
    )
    assert ask("namespace-default-deny", older).findings == ()
    assert len(ask("namespace-default-deny", older[:1]).findings) == 1


_KMS: Final = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY}
_BY_S3: Final = {"sseAlgorithm": "AES256"}
_OWN_FORMS: Final = (
    (
        _BUCKET,
        lambda default: {
            "serverSideEncryptionConfiguration": {"rule": {"applyServerSideEncryptionByDefault": default}},
        },
        {"enabled": True, "expiration": {"days": 300.0}, "noncurrentVersionExpiration": {"days": 30.0}},
    ),
    (
        "aws:s3/bucketV2:BucketV2",
        lambda default: {
            "serverSideEncryptionConfigurations": [{"rules": [{"applyServerSideEncryptionByDefaults": [default]}]}],
        },
        {"enabled": True, "expirations": [{"days": 300.0}], "noncurrentVersionExpirations": [{"days": 30.0}]},
    ),
)


@pytest.mark.parametrize(("resource_type", "encrypted", "rule"), _OWN_FORMS, ids=["bucket", "bucketV2"])
def test_a_bucket_may_say_itself_what_its_companions_would(
    resource_type: str, encrypted: Callable[[Props], Props], rule: Props
) -> None:
    props = {"tagsAll": PUPILS_TAGS, "policy": document(DENY_PLAINTEXT)}

    def said(**more: Any) -> tuple[str, ...]:  # noqa: ANN401 - inputs of many shapes
        bucket = Part(resource_type, {**props, **more})
        return ask("bucket-safeguards", (bucket, replace(part(_BLOCK), depends={"bucket": [bucket.urn]}))).findings

    assert said(**encrypted(_KMS)) == ()
    assert len(said(**encrypted(_BY_S3))) == 1, "what S3 does by itself is no key of the account's"
    assert len(said(**encrypted(_KMS), policy=document(statement()))) == 1
    ending = Part(resource_type, {**props, "lifecycleRules": [rule]})
    assert ask("store-lifecycle", (ending,)).findings == ()
    kept = Part(resource_type, {**props, "lifecycleRules": [{**rule, "enabled": False}]})
    assert ask("store-lifecycle", (kept,)).findings


def test_companions_by_their_older_names_count() -> None:
    older = {
        _LIFECYCLE: "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
        _LOCK: "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2",
    }
    parts = tuple(replace(it, type=older.get(it.type, it.type)) for it in GOOD["store-lifecycle"])
    assert ask("store-lifecycle", parts) == Said((), ())


# --- unknown values -------------------------------------------------------------------------------------------------

COMPANIONS: Final = [
    ("bucket-safeguards", _ENCRYPTION, "bucket", _BUCKET),
    ("bucket-safeguards", _BLOCK, "bucket", _BUCKET),
    ("bucket-safeguards", _POLICY, "bucket", _BUCKET),
    ("store-lifecycle", _LIFECYCLE, "bucket", _BUCKET),
    ("store-lifecycle", _IMAGES, "repository", _REPOSITORY),
]


@pytest.mark.parametrize(("rule", "resource_type", "key", "owner"), COMPANIONS)
def test_an_unknown_name_is_followed_by_its_dependency(rule: str, resource_type: str, key: str, owner: str) -> None:
    unknown = STACK_RULES[rule].unknown()
    urn = next(it.urn for it in GOOD[rule] if it.type == owner)
    linked = tuple(
        replace(it.but(key, unknown), depends={key: [urn]}) if it.type == resource_type else it for it in GOOD[rule]
    )
    said = ask(rule, linked)
    assert said.findings == ()
    elsewhere = tuple(replace(it, depends={key: ["urn:other"]}) if it.depends else it for it in linked)
    assert ask(rule, elsewhere).findings


def test_a_companion_of_nobody_knows_whom_is_told_of() -> None:
    unknown = STACK_RULES["bucket-safeguards"].unknown()
    said = ask("bucket-safeguards", with_changed("bucket-safeguards", _BLOCK, "bucket", unknown))
    assert said.findings == ()
    assert said.unseen == ("the bucket of uploads (public access block)",)


def test_an_unknown_policy_hides_no_other_namespace() -> None:
    """A second namespace with a policy of its own is judged, whatever isn't known about the first."""
    unknown = STACK_RULES["namespace-default-deny"].unknown()
    hidden = with_changed("namespace-default-deny", _DENY, "spec", unknown)
    said = ask("namespace-default-deny", hidden)
    assert said == Said((), ("the network policies of uploads",))
    known = replace(part(_DENY), name="deny")
    assert ask("namespace-default-deny", (*hidden, known)) == Said((), ())


def test_an_unknown_expiry_is_told_of() -> None:
    unknown = STACK_RULES["store-lifecycle"].unknown()
    for path in ("rules", "rules 0 expiration days", "rules 0 noncurrentVersionExpiration noncurrentDays"):
        said = ask("store-lifecycle", with_changed("store-lifecycle", _LIFECYCLE, path, unknown))
        assert said.findings == (), path
        assert len(said.unseen) == 1, path


def test_messages_name_the_resource_and_quote_no_value() -> None:
    for rule, parts in GOOD.items():
        for index, it in enumerate(parts):
            said = ask(rule, (*parts[:index], *parts[index + 1 :]))
            text = "".join((*said.findings, *said.unseen))
            assert BUCKET not in text, it.type
            assert PUPILS_TAGS["Compliance"] not in text, it.type
