"""Every rule: silent about the good, and about the bad it says where and what to write instead."""

from __future__ import annotations

import re
from itertools import chain
from typing import Final

import pytest

from components.data_classes import LIMITS as CLASS_LIMITS
from policies.governance.governance_rules import production, retention, tags
from policies.security.security_rules import (
    disks,
    documents,
    encryption_in_transit,
    exposure,
    ingress,
    metadata,
    stores,
)
from tests.policies import bad_access, bad_governance, bad_pods, bad_stores
from tests.policies.examples import GONE, RESOURCE_RULES, RULES, Bad, Change, at, changed, nodes, replaced
from tests.policies.fine import FINE
from tests.policies.good import GOOD, aliases, good

EXAMPLES: Final = [*bad_stores.BAD, *bad_access.BAD, *bad_pods.BAD, *bad_governance.BAD]
BAD: Final = [
    alike
    for bad in EXAMPLES
    for name in aliases(bad.type)
    for alike in [bad if name == bad.type else Bad(**{**vars(bad), "type": name})]
]
"""Every bad example, and again under the other names of its type."""

INSTEAD: Final = re.compile(r"\b(write|leave|keep|let|mount|name|plan)\b")
"""The verbs that messages tell with what to do."""

TODAY: Final = {"today": "2026-11-21"}
"""Rules that look at the calendar are asked for a day of their own."""


@pytest.mark.parametrize("resource_type", GOOD)
def test_good_is_good_to_every_rule(resource_type: str) -> None:
    asked = 0
    for rule in RESOURCE_RULES.values():
        if not rule.covers(resource_type):
            continue
        config = TODAY if rule.name == "version-support" else {}
        said = rule.ask(rule.resource(resource_type, good(resource_type), name="thing", protect=True), config)
        assert said.findings == (), rule.name
        assert said.unseen == (), rule.name
        asked += 1
    if resource_type != "kubernetes:networking.k8s.io/v1:NetworkPolicy":  # only a stack rule looks at it
        assert asked or any(rule.covers(resource_type) for rule in RULES.values())


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_is_found_where_it_is(bad: Bad) -> None:
    rule = RESOURCE_RULES[bad.rule]
    assert rule.covers(bad.type)
    said = rule.about(bad)
    here = [message for message in said.findings if message.startswith(bad.where) and bad.says in message]
    assert here, said.findings
    assert all(INSTEAD.search(message) for message in said.findings), said.findings


@pytest.mark.parametrize("fine", FINE, ids=str)
def test_fine_is_not_found(fine: Change) -> None:
    rule = RESOURCE_RULES[fine.rule]
    assert rule.covers(fine.type)
    assert rule.about(fine).findings == ()


STRICTER: Final = frozenset({"today", "digests", "registries"})
"""Settings that allow nothing more: they make a rule stricter, or the same on every day."""


@pytest.mark.parametrize("fine", [it for it in FINE if set(it.config) - STRICTER], ids=str)
def test_settings_make_the_difference(fine: Change) -> None:
    """What a setting or the resource's name allows is found without it: else the example shows nothing."""
    config = {name: value for name, value in fine.config.items() if name in STRICTER}
    assert RESOURCE_RULES[fine.rule].about(Change(fine.rule, fine.type, fine.path, fine.value, config=config)).findings


def test_every_rule_has_good_and_bad_examples() -> None:
    found = {bad.rule for bad in BAD}
    assert found == set(RESOURCE_RULES)
    for rule in RESOURCE_RULES.values():
        good_types = [resource_type for resource_type in GOOD if rule.covers(resource_type)]
        assert good_types or rule.name == "judged-providers", "it refuses types as such"


def test_every_type_of_every_table_has_a_bad_example() -> None:
    tables = {
        "encryption-at-rest": stores.STORES,
        "disk-encryption": disks.DISKS,
        "encryption-in-transit": encryption_in_transit.CHANNELS,
        "public-exposure": exposure.EXPOSED,
        "open-ingress": ingress.INGRESS,
        "instance-metadata": metadata.METADATA,
        "iam-wildcards": documents.DOCUMENTS,
        "finite-retention": retention.KEPT,
        "retention-limit": retention.LIMITED,
        "production-safeguards": production.SAFEGUARDS,
    }
    shown = {(bad.rule, bad.type) for bad in BAD}
    assert [(rule, name) for rule, table in tables.items() for name in table if (rule, name) not in shown] == []


def test_every_setting_is_used_by_an_example() -> None:
    used = {(it.rule, setting) for it in chain(BAD, FINE) for setting in it.config}
    used |= {("encryption-at-rest", "sse_s3_buckets"), ("open-ingress", "edge_groups")}  # by their defaults
    declared = {(name, setting) for name, rule in RESOURCE_RULES.items() for setting in rule.rule.about.settings}
    assert declared - used == set()


# --- unknown values -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("resource_type", GOOD)
def test_an_unknown_value_is_never_held_against_a_good_resource(resource_type: str) -> None:
    for rule in RESOURCE_RULES.values():
        if not rule.covers(resource_type):
            continue
        for path in nodes(good(resource_type)):
            props = changed(good(resource_type), path, rule.unknown())
            said = rule.ask(rule.resource(resource_type, props, name="thing", protect=True), TODAY)
            assert said.findings == (), (rule.name, path)


@pytest.mark.parametrize("bad", [it for it in BAD if it.value is not GONE and it.protect], ids=str)
def test_an_unknown_value_in_place_of_a_bad_one_is_not_found(bad: Bad) -> None:
    rule = RESOURCE_RULES[bad.rule]
    props = changed(good(bad.type), bad.path, rule.unknown())
    here = [
        message for message in rule.about(bad, props).findings if message.startswith(bad.where) and bad.says in message
    ]
    assert here == []


PRESENCE: Final = frozenset({"container-resources", "container-probes"})
"""Rules that only ask whether something stands there: a value that isn't known yet does."""


def test_rules_say_what_they_could_not_see() -> None:
    silent = []
    for bad in BAD:
        rule = RESOURCE_RULES[bad.rule]
        if bad.value is GONE or not bad.protect or bad.rule in PRESENCE or _presence(bad):
            continue
        said = rule.about(bad, changed(good(bad.type), bad.path, rule.unknown()))
        if not said.unseen:
            silent.append(str(bad))
    assert not silent, "\n".join(silent)


def test_whatever_hides_a_bad_value_is_told_of() -> None:
    """Not the value itself, but an object or a list on the way to it isn't known: it may be there."""
    silent = []
    for bad in BAD:
        rule = RESOURCE_RULES[bad.rule]
        way = bad.path.split(" ")
        if bad.value is GONE or not bad.protect or bad.rule in PRESENCE or _presence(bad):
            continue
        for length in range(1, len(way)):
            above = " ".join(way[:length])
            try:
                props = changed(good(bad.type), above, rule.unknown())
            except (KeyError, IndexError):
                continue
            if not rule.about(bad, props).unseen:
                silent.append(f"{bad}: {above}")
    assert not silent, "\n".join(silent)


def _presence(bad: Bad) -> bool:
    # a key that isn't known yet is made by the same update, and so is no key of AWS's own
    key = any(it in bad.says for it in ("customer-managed", "kmsKeyId:", "AWS's"))
    return key or bad.path.endswith(_ONLY_PRESENCE)


_ONLY_PRESENCE: Final = (
    # inputs whose presence decides, or that an unknown makes no worse
    "dbClusterParameterGroupName",
    "parameterGroupName",
    "kmsMasterKeyId",
    "acl",
    "transitEncryptionMode",
    "destinationVaultArn",
    "sourceDbInstanceArn",
    # of a policy that the same update makes, which is judged itself: those of AWS are known
    "policyArn",
    "policyArns",
    "managedPolicyArn",
    "managedPolicyArns",
    # neither its name nor its value tells of a secret
    "data LOG_LEVEL",
)


def test_known_siblings_of_an_unknown_are_judged() -> None:
    rule = RULES["encryption-at-rest"]
    props = changed(good("aws:rds/cluster:Cluster"), "kmsKeyId", rule.unknown())
    said = rule.ask(rule.resource("aws:rds/cluster:Cluster", changed(props, "storageEncrypted", False)))
    assert [message.partition(":")[0] for message in said.findings] == ["storageEncrypted"]
    pods = RULES["pod-security-restricted"]
    template = changed(good("kubernetes:apps/v1:Deployment"), "spec template spec initContainers", pods.unknown())
    template = changed(template, "spec template spec hostPID", True)
    said = pods.ask(pods.resource("kubernetes:apps/v1:Deployment", template))
    assert [message.partition(":")[0] for message in said.findings] == ["spec.template.spec.hostPID"]
    assert "spec.template.spec.initContainers" in said.unseen


# --- secrets --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_no_value_is_ever_quoted(bad: Bad) -> None:
    """Every text of the inputs, one after another, is made a secret: no message shows it."""
    rule = RESOURCE_RULES[bad.rule]
    marked = "S3CR3T"
    for path in nodes(bad.props):
        value = at(bad.props, path)
        if isinstance(value, str):
            said = rule.about(bad, changed(bad.props, path, f"{value}{marked}"))
            assert marked not in "".join((*said.findings, *said.unseen)), path
    everything = replaced(bad.props, lambda text: f"{marked}{text}{marked}")
    assert isinstance(everything, dict)
    said = rule.about(bad, everything)
    assert marked not in "".join((*said.findings, *said.unseen))


# --- tags -----------------------------------------------------------------------------------------------------------


def test_tags_count_from_wherever_they_come() -> None:
    rule = RULES["mandatory-tags"]
    provider = {"region": "us-east-1", "defaultTags": bad_governance.DEFAULT_TAGS}
    queue = "aws:sqs/queue:Queue"
    assert rule.ask(rule.resource(queue, {}, provider=provider)).findings == ()
    assert rule.ask(rule.resource(queue, {"tags": dict(good(queue)["tagsAll"])})).findings == ()
    pupils = rule.ask(rule.resource(queue, {"tags": {"DataClass": "child-pii"}}, provider=provider))
    assert "write Compliance:" in "".join(pupils.findings)
    group = rule.ask(rule.resource("aws:autoscaling/group:Group", {}, provider=provider))
    assert group.findings, "no default tags reach an Auto Scaling group"


def test_unknown_tags_hide_only_what_is_not_known() -> None:
    rule = RULES["mandatory-tags"]
    provider = {"region": "us-east-1", "defaultTags": bad_governance.DEFAULT_TAGS}
    said = rule.ask(rule.resource("aws:sqs/queue:Queue", {"tagsAll": rule.unknown()}, provider=provider))
    assert said.findings == ()
    assert said.unseen == ()
    said = rule.ask(rule.resource("aws:sqs/queue:Queue", {"tagsAll": rule.unknown(), "tags": {"Owner": "x"}}))
    assert said.findings == ()
    assert "tags.Project" in said.unseen
    assert "tags.Owner" not in said.unseen
    said = rule.ask(rule.resource("aws:sqs/queue:Queue", {"tags": {"Owner": rule.unknown()}}))
    assert said.unseen == ("tags.Owner",)
    assert "Project" in said.findings[0]


def test_a_taggable_type_without_any_tags_is_caught() -> None:
    rule = RULES["mandatory-tags"]
    assert tags.takes_tags("aws:notyet/invented:Thing")
    assert rule.ask(rule.resource("aws:notyet/invented:Thing", {})).findings
    assert not tags.takes_tags("aws:iam/rolePolicy:RolePolicy")
    assert not tags.takes_tags("kubernetes:core/v1:Pod")


def test_the_governance_table_is_the_platform_s() -> None:
    platform = {name.value: limits.max_days for name, limits in CLASS_LIMITS.items() if limits.max_days is not None}
    assert dict(retention.LIMITS) == platform
    assert set(tags.CLASSES) == {name.value for name in CLASS_LIMITS}
    assert set(tags.PUPILS) == {name.value for name, limits in CLASS_LIMITS.items() if limits.compliance is not None}
    assert {limits.max_backup_days for limits in CLASS_LIMITS.values()} <= {retention.MOST_BACKUP_DAYS, None}


def test_a_resource_s_region_may_come_from_its_provider() -> None:
    rule = RULES["residency"]
    said = rule.ask(rule.resource("aws:sqs/queue:Queue", {}, provider={"region": "eu-west-1"}))
    assert "".join(said.findings).startswith("region: write a region of us-*")
    said = rule.ask(rule.resource("aws:sqs/queue:Queue", {"region": "us-west-2"}, provider={"region": "us-east-1"}))
    assert said.findings == ()


def test_the_calendar_is_asked_for_today_where_no_day_is_set() -> None:
    rule = RULES["version-support"]
    props = good("aws:eks/cluster:Cluster")
    far = {"standard_support": {"1.36": "2999-12-31"}}
    past = {"standard_support": {"1.36": "2020-01-01"}}
    assert rule.ask(rule.resource("aws:eks/cluster:Cluster", props), far).findings == ()
    assert "ended on 2020-01-01" in rule.ask(rule.resource("aws:eks/cluster:Cluster", props), past).findings[0]
