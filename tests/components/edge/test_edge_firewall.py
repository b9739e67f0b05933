"""What the firewalls stop, who reaches the load balancer, and the secret between it and CloudFront."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from components.edge.firewall_rules import CAPACITY, GROUP_CAPACITY, MANAGED_RULES, ManagedGroup
from sandbox.model import Secret
from tests.components.data_layer.deployment import document
from tests.components.edge.deployment import EdgeGraph, bare, deploy, settings_of
from tests.components.edge.questions import (
    ACL,
    ACL_LOG,
    DISTRIBUTION,
    EGRESS,
    GROUP,
    INGRESS,
    KEY,
    LOG_GROUP,
    LOG_POLICY,
    PASSWORD,
    SECRET,
    distribution,
    of_edge,
    origins,
    rules,
)

GraphOf = Callable[[str], EdgeGraph]

GLOBAL = ["rate", "foreign-origin", "ip-reputation", "anonymous", "common", "bad-inputs", "sql"]
REGIONAL = ["past-cloudfront", "rate", "foreign-origin", "common", "bad-inputs", "sql"]


def test_cloudfront_and_the_load_balancer_have_a_web_acl_each(primary: EdgeGraph) -> None:
    cloudfront, balancer = primary.one(ACL, "cloudfront"), primary.one(ACL, "load-balancer")
    assert cloudfront.inputs["scope"] == "CLOUDFRONT"
    assert balancer.inputs["scope"] == "REGIONAL"
    assert cloudfront.inputs["region"] == "us-east-1"
    prefix = f"toolboxai-{primary.run.stack}"
    # what the deploy role may touch
    assert [acl.inputs["name"] for acl in (cloudfront, balancer)] == [f"{prefix}-cloudfront", f"{prefix}-load-balancer"]
    assert distribution(primary)["webAclId"] == cloudfront.outputs["arn"]
    assert primary.run.outputs["regional_web_acl_arn"] == balancer.outputs["arn"]
    # a distribution is not associated, it names its ACL; the load balancer's controller associates its own
    assert primary.of_type("aws:wafv2/webAclAssociation:WebAclAssociation") == []


@pytest.mark.parametrize(("acl", "expected"), [("cloudfront", GLOBAL), ("load-balancer", REGIONAL)])
def test_the_rules_stand_in_their_order_and_are_counted(acl: str, expected: list[str], primary: EdgeGraph) -> None:
    found = bare(primary.one(ACL, acl).inputs["rules"])
    assert [rule["name"] for rule in found] == expected
    assert [rule["priority"] for rule in found] == list(range(len(expected)))
    metrics = [rule["visibilityConfig"] for rule in found]
    assert all(it["cloudwatchMetricsEnabled"] and it["sampledRequestsEnabled"] for it in metrics)
    assert len({it["metricName"] for it in metrics}) == len(expected)
    assert bare(primary.one(ACL, acl).inputs["defaultAction"]) == {"allow": {}}


AWS_NAMES = {
    "common": "AWSManagedRulesCommonRuleSet",
    "bad-inputs": "AWSManagedRulesKnownBadInputsRuleSet",
    "sql": "AWSManagedRulesSQLiRuleSet",
    "ip-reputation": "AWSManagedRulesAmazonIpReputationList",
    "anonymous": "AWSManagedRulesAnonymousIpList",
}


@pytest.mark.parametrize("acl", ["cloudfront", "load-balancer"])
def test_managed_groups_block_as_aws_wrote_them(acl: str, primary: EdgeGraph) -> None:
    for name, rule in rules(primary, acl).items():
        managed = rule["statement"].get("managedRuleGroupStatement")
        if managed is None:
            assert "block" in rule["action"], name
            continue
        assert (managed["vendorName"], managed["name"]) == ("AWS", AWS_NAMES[name])
        assert rule["overrideAction"] == {"none": {}}
        assert {override["actionToUse"].keys() == {"count"} for override in managed["ruleActionOverrides"]} <= {True}


def counted(graph: EdgeGraph, acl: str) -> dict[str, list[str]]:
    found = {}
    for name, rule in rules(graph, acl).items():
        managed = rule["statement"].get("managedRuleGroupStatement", {})
        if managed.get("ruleActionOverrides"):
            found[name] = [override["name"] for override in managed["ruleActionOverrides"]]
    return found


def test_what_only_counts_is_said_by_settings(graph_of: GraphOf) -> None:
    assert counted(graph_of("production"), "cloudfront") == {
        "common": ["SizeRestrictions_BODY"],
        "anonymous": ["HostingProviderIPList"],
    }
    assert counted(graph_of("west"), "load-balancer") == {
        "common": ["GenericLFI_BODY", "SizeRestrictions_BODY"],
        "sql": ["SQLi_BODY"],
    }


@pytest.mark.parametrize(("stack", "limit"), [("dev", 2000), ("staging", 2000), ("production", 2000), ("west", 500)])
def test_an_address_has_so_many_requests_in_five_minutes(stack: str, limit: int, graph_of: GraphOf) -> None:
    for acl, key in (("cloudfront", "IP"), ("load-balancer", "FORWARDED_IP")):
        rate = rules(graph_of(stack), acl)["rate"]
        statement = rate["statement"]["rateBasedStatement"]
        assert (statement["limit"], statement["evaluationWindowSec"]) == (limit, 300)
        assert statement["aggregateKeyType"] == key
        assert rate["action"] == {"block": {"customResponse": {"responseCode": 429}}}
    # by the load balancer's own view all of CloudFront is a few addresses: they would be locked out; and the first
    # address of X-Forwarded-For, which WAF would count by, is the viewer's to write
    assert statement["forwardedIpConfig"] == {"headerName": "x-viewer-address", "fallbackBehavior": "NO_MATCH"}


@pytest.mark.parametrize("acl", ["cloudfront", "load-balancer"])
def test_browsers_reach_mcp_servers_from_the_platforms_pages_only(acl: str, graph_of: GraphOf) -> None:
    statement = rules(graph_of("production"), acl)["foreign-origin"]["statement"]["andStatement"]
    path, given, *own = statement["statements"]
    assert path["byteMatchStatement"]["searchString"] == "/mcp"
    assert path["byteMatchStatement"]["positionalConstraint"] == "STARTS_WITH"
    size = given["sizeConstraintStatement"]
    assert (size["fieldToMatch"], size["comparisonOperator"], size["size"]) == (
        {"singleHeader": {"name": "origin"}},
        "GT",
        0,
    )
    matches = [entry["notStatement"]["statement"]["byteMatchStatement"] for entry in own]
    assert [match["searchString"] for match in matches] == [
        "https://toolboxai.example.com",
        "https://api.toolboxai.example.com",
    ]
    assert {match["positionalConstraint"] for match in matches} == {"EXACTLY"}


def test_the_acls_fit_what_their_price_includes(graph: EdgeGraph) -> None:
    for acl in graph.of_type(ACL):
        units = 0
        for rule in bare(acl.inputs["rules"]):
            if rule["name"] in set(ManagedGroup):
                units += GROUP_CAPACITY[ManagedGroup(rule["name"])]
                continue
            # a match or a rate costs 2, each transformation of what is matched 10 (AWS WAF developer guide)
            text = str(rule["statement"])
            units += 2 * len(re.findall("'(?:byteMatch|sizeConstraint|rateBased)Statement'", text))
            units += 10 * text.count("'priority'")
        assert units <= CAPACITY, acl.urn


# --- the log ------------------------------------------------------------------------------------------------------


def test_firewalls_log_what_they_stop_encrypted_and_for_a_time(graph: EdgeGraph) -> None:
    acls = graph.of_type(ACL)
    assert {log.name for log in graph.of_type(ACL_LOG)} == {acl.name for acl in acls}
    days = settings_of(graph.name)["firewall"]["log_days"]
    for acl in acls:
        log, group = graph.one(ACL_LOG, acl.name), graph.one(LOG_GROUP, acl.name)
        assert log.inputs["resourceArn"] == acl.outputs["arn"]
        assert log.inputs["logDestinationConfigs"] == [group.outputs["arn"]]
        assert str(group.inputs["name"]).startswith("aws-waf-logs-toolboxai-")
        assert group.inputs["retentionInDays"] == days
        assert group.inputs["region"] == acl.inputs["region"]
        assert key_of(graph, group.inputs["kmsKeyId"]).split(":")[3] == acl.inputs["region"]
        assert bare(group.inputs["tagsAll"])["DataClass"] == "operational-log"
        kept = bare(log.inputs["loggingFilter"])
        assert kept["defaultBehavior"] == "DROP"
        actions = {c["actionCondition"]["action"] for f in kept["filters"] for c in f["conditions"]}
        assert {"BLOCK", "COUNT"} <= actions
        assert "ALLOW" not in actions


def test_what_is_kept_is_told_for_the_retention_policy(graph: EdgeGraph) -> None:
    told = bare(graph.run.outputs["stores"])
    kept = {
        (str(r.inputs["name"]), r.type, bare(r.inputs["tagsAll"])["DataClass"])
        for r in of_edge(graph, LOG_GROUP, SECRET)
    }
    assert {(store["name"], store["type"], store["class"]) for store in told} == kept
    days = {store["name"]: store["retention"] for store in told}
    for group in of_edge(graph, LOG_GROUP):
        assert days[str(group.inputs["name"])] == group.inputs["retentionInDays"]


def key_of(graph: EdgeGraph, arn: object) -> str:
    [key] = [key for key in graph.of_type(KEY) if key.outputs["arn"] == arn]
    return str(key.outputs["arn"])


def test_neither_logs_nor_samples_show_what_lets_one_in(graph: EdgeGraph) -> None:
    hidden = {"authorization", "cookie", "x-origin-secret"}
    for acl in graph.of_type(ACL):
        fields = bare(graph.one(ACL_LOG, acl.name).inputs["redactedFields"])
        assert {field["singleHeader"]["name"] for field in fields} == hidden
        [protected] = bare(acl.inputs["dataProtectionConfig"])["dataProtections"]
        assert set(protected["field"]["fieldKeys"]) == hidden
        assert protected["excludeRuleMatchDetails"] is False


def test_one_policy_a_region_lets_waf_write(graph: EdgeGraph) -> None:
    policies = graph.of_type(LOG_POLICY)
    regions = {acl.inputs["region"] for acl in graph.of_type(ACL)}
    assert {policy.inputs["region"] for policy in policies} == regions
    assert len(policies) == len(regions)
    for policy in policies:
        [statement] = document(policy.inputs["policyDocument"])["Statement"]
        assert statement["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": "111122223333"}
        assert ":log-group:aws-waf-logs-toolboxai-" in statement["Resource"]
    for log in graph.of_type(ACL_LOG):
        assert any(policy.urn in log.dependencies for policy in policies)


# --- who reaches the load balancer --------------------------------------------------------------------------------


def test_only_cloudfront_and_health_checks_reach_the_load_balancer(graph: EdgeGraph) -> None:
    groups = of_edge(graph, GROUP)
    ids = {group.id for group in groups}
    assert set(bare(graph.run.outputs["alb_security_group_ids"])) == ids
    ingress = of_edge(graph, INGRESS)
    assert {rule.inputs["securityGroupId"] for rule in ingress} == ids
    # their lists weigh 55 and 25 of the 60 rules that a group may have
    assert len(ingress) == len(groups)
    for rule in ingress:
        assert str(rule.inputs["prefixListId"]).startswith("pl-")
        assert (rule.inputs["ipProtocol"], rule.inputs["fromPort"], rule.inputs["toPort"]) == ("tcp", 443, 443)
        assert {"cidrIpv4", "cidrIpv6", "referencedSecurityGroupId"}.isdisjoint(rule.inputs)
    assert len({rule.inputs["prefixListId"] for rule in ingress}) == len(ingress)
    checked = "health_check_id" in graph.run.outputs
    assert {group.name for group in groups} == {
        "load-balancer-cloudfront",
        *(["load-balancer-health"] if checked else []),
    }


def test_the_load_balancer_reaches_pods_only(graph: EdgeGraph) -> None:
    private = {
        str(s.inputs["cidrBlock"]) for s in graph.of_type("aws:ec2/subnet:Subnet") if s.name.startswith("private")
    }
    out = of_edge(graph, EGRESS)
    assert {rule.inputs["cidrIpv4"] for rule in out} == private
    assert {(rule.inputs["fromPort"], rule.inputs["toPort"]) for rule in out} == {(1024, 65535)}


# --- the secret ---------------------------------------------------------------------------------------------------


def expected_secrets(graph: EdgeGraph) -> list[str]:
    statement = rules(graph, "load-balancer")["past-cloudfront"]["statement"]["andStatement"]
    *secrets, _ = [entry["notStatement"]["statement"]["byteMatchStatement"] for entry in statement["statements"]]
    assert {secret["fieldToMatch"]["singleHeader"]["name"] for secret in secrets} == {"x-origin-secret"}
    assert {secret["positionalConstraint"] for secret in secrets} == {"EXACTLY"}
    return [str(secret["searchString"]) for secret in secrets]


def test_the_load_balancer_wants_what_cloudfront_adds(primary: EdgeGraph) -> None:
    [header] = origins(primary)["api"]["customHeaders"]
    assert header["name"] == "x-origin-secret"
    assert len(header["value"]) == 48
    assert expected_secrets(primary)[0] == header["value"]


def test_both_ends_of_the_secret_are_marked(primary: EdgeGraph) -> None:
    [made] = primary.of_type(DISTRIBUTION)
    assert secrets_in(made.inputs["origins"]) == 1
    assert secrets_in(primary.one(ACL, "load-balancer").inputs["rules"]) == 2


def secrets_in(value: object) -> int:
    if isinstance(value, Secret):
        return 1
    if isinstance(value, dict):
        return sum(map(secrets_in, value.values()))
    return sum(map(secrets_in, value)) if isinstance(value, list) else 0


def test_only_the_health_path_needs_no_secret(graph: EdgeGraph) -> None:
    rule = rules(graph, "load-balancer")["past-cloudfront"]
    last = rule["statement"]["andStatement"]["statements"][-1]["notStatement"]["statement"]["byteMatchStatement"]
    assert last["fieldToMatch"] == {"uriPath": {}}
    assert (last["searchString"], last["positionalConstraint"]) == ("/health", "EXACTLY")
    assert rule["action"] == {"block": {}}
    assert rule["priority"] == 0


def test_the_standby_expects_the_primarys_secrets(graph_of: GraphOf) -> None:
    standby = graph_of("standby")
    assert len(set(expected_secrets(standby))) == 2
    assert secrets_in(standby.one(ACL, "load-balancer").inputs["rules"]) == 2


def test_the_secret_is_kept_for_the_standby(graph_of: GraphOf) -> None:
    graph = graph_of("production")
    secret = graph.one(SECRET, "origin")
    assert secret.inputs["name"] == "toolboxai/production/edge/origin"
    assert secret.inputs["kmsKeyId"] == graph.one(KEY, "secrets").outputs["arn"]
    [copy] = bare(secret.inputs["replicas"])
    assert copy["region"] == "us-west-2"
    assert copy["kmsKeyId"].split(":")[3] == "us-west-2"
    assert secret.inputs["recoveryWindowInDays"] == 30
    assert graph_of("dev").one(SECRET, "origin").inputs["recoveryWindowInDays"] == 0


def test_a_new_secret_keeps_the_one_before(graph_of: GraphOf) -> None:
    graph = graph_of("west")  # at its third: CloudFront shows that, the load balancer takes the second as well
    made = {r.name: bare(r.outputs["result"]) for r in of_edge(graph, PASSWORD)}
    assert made.keys() == {"origin-2", "origin-3"}
    [header] = origins(graph)["api"]["customHeaders"]
    assert header["value"] == made["origin-3"]
    assert expected_secrets(graph) == [made["origin-3"], made["origin-2"]]


def test_the_load_balancer_learns_a_new_secret_first(primary: EdgeGraph) -> None:
    [made] = primary.of_type(DISTRIBUTION)
    assert primary.one(ACL, "load-balancer").urn in primary.ancestors(made.urn)


def test_raising_the_version_changes_no_secret_that_stands(tmp_path: Path) -> None:
    raised = {**settings_of("dev"), "distribution": {"health_check": False, "origin_secret_version": 2}}
    for name in ("before", "after"):
        (tmp_path / name).mkdir()
    before = EdgeGraph("before", deploy(tmp_path / "before", "dev"))
    after = EdgeGraph("after", deploy(tmp_path / "after", "dev", edge=raised))
    assert set(expected_secrets(before)) < set(expected_secrets(after))


# --- the material -------------------------------------------------------------------------------------------------


def test_the_listed_rules_are_each_groups_own() -> None:
    every = [rule for found in MANAGED_RULES.values() for rule in found]
    assert len(every) == len(set(every))
    assert MANAGED_RULES.keys() == set(ManagedGroup) == GROUP_CAPACITY.keys()
    assert all(re.fullmatch(r"[A-Za-z0-9_]{1,128}", rule) for rule in every)
