"""The rules of the two web ACLs, as pure data.

=============== ============ ============= =============================================================================
rule            CloudFront   load balancer what it stops
=============== ============ ============= =============================================================================
past-cloudfront -            first         whoever doesn't bring the secret that CloudFront adds: a distribution of
                                           somebody else's has CloudFront's addresses too
rate            yes          yes           more than the limit in 5 minutes from one address, with 429
foreign-origin  yes          yes           a browser that another site sends to the MCP servers (their specification
                                           wants 403)
ip-reputation   yes          -             addresses that AWS knows as attackers'
anonymous       yes          -             anonymous proxies
common          yes          yes           the OWASP top ten, broadly
bad-inputs      yes          yes           known exploits: Log4j, Java deserialization, React
sql             yes          yes           SQL injection
=============== ============ ============= =============================================================================

Groups that judge by address stand at CloudFront alone: at the load balancer every request comes from CloudFront's. The
rate there is by the address that CloudFront writes into a header of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, TypeAlias

import pulumi
import pulumi_aws as aws

# as text: the SDK's module takes most of a second to import, which whoever reads settings alone need not wait for
Rule: TypeAlias = "aws.wafv2.WebAclRuleArgsDict"
Statement: TypeAlias = "aws.wafv2.WebAclRuleStatementArgsDict"

SECRET_HEADER: Final = "x-origin-secret"  # noqa: S105 - the header's name
"""The header that CloudFront adds to what it sends to the load balancer."""
VIEWER_HEADER: Final = "x-viewer-address"
"""The header in which CloudFront tells the load balancer who asks, and nothing else. A viewer's own is written over."""
HIDDEN_HEADERS: Final = ("authorization", "cookie", SECRET_HEADER)
"""What must be in no log and no sample: it lets the reader in."""
WINDOW_SECONDS: Final = 300
MCP_PATH: Final = "/mcp"
"""Where the MCP servers' paths begin."""
CAPACITY: Final = 1500
"""Units that a web ACL may use for its price (AWS WAF quotas)."""


class ManagedGroup(StrEnum):
    """A rule group that AWS keeps. Its value is its key in a stack file and the rule's name in the ACL."""

    COMMON = "common"
    BAD_INPUTS = "bad-inputs"
    SQL = "sql"
    IP_REPUTATION = "ip-reputation"
    ANONYMOUS = "anonymous"


_GROUPS: Final[Mapping[ManagedGroup, str]] = {
    ManagedGroup.COMMON: "AWSManagedRulesCommonRuleSet",
    ManagedGroup.BAD_INPUTS: "AWSManagedRulesKnownBadInputsRuleSet",
    ManagedGroup.SQL: "AWSManagedRulesSQLiRuleSet",
    ManagedGroup.IP_REPUTATION: "AWSManagedRulesAmazonIpReputationList",
    ManagedGroup.ANONYMOUS: "AWSManagedRulesAnonymousIpList",
}
_BY_ADDRESS: Final = (ManagedGroup.IP_REPUTATION, ManagedGroup.ANONYMOUS)
_BY_CONTENT: Final = (ManagedGroup.COMMON, ManagedGroup.BAD_INPUTS, ManagedGroup.SQL)

GROUP_CAPACITY: Final[Mapping[ManagedGroup, int]] = {
    ManagedGroup.COMMON: 700,
    ManagedGroup.BAD_INPUTS: 200,
    ManagedGroup.SQL: 200,
    ManagedGroup.IP_REPUTATION: 25,
    ManagedGroup.ANONYMOUS: 50,
}
"""Units of each group (AWS WAF developer guide, baseline, use-case and IP reputation rule groups)."""


def _matrix(*attacks: str) -> tuple[str, ...]:
    """``Attack PART PART`` to ``Attack_PART`` for each part."""
    return tuple(f"{name}_{part}" for name, *parts in (attack.split() for attack in attacks) for part in parts)


MANAGED_RULES: Final[Mapping[ManagedGroup, tuple[str, ...]]] = {
    ManagedGroup.COMMON: _matrix(
        "NoUserAgent HEADER",
        "UserAgent_BadBots HEADER",
        "SizeRestrictions QUERYSTRING Cookie_HEADER BODY URIPATH",
        "EC2MetaDataSSRF BODY COOKIE URIPATH QUERYARGUMENTS",
        "GenericLFI QUERYARGUMENTS URIPATH BODY",
        "RestrictedExtensions URIPATH QUERYARGUMENTS",
        "GenericRFI QUERYARGUMENTS BODY URIPATH",
        "CrossSiteScripting COOKIE QUERYARGUMENTS BODY URIPATH",
    ),
    ManagedGroup.BAD_INPUTS: _matrix(
        "JavaDeserializationRCE BODY URIPATH QUERYSTRING HEADER",
        "Host_localhost HEADER",
        "PROPFIND METHOD",
        "ExploitablePaths URIPATH",
        "Log4JRCE QUERYSTRING BODY URIPATH HEADER",
        "ReactJSRCE BODY",
    ),
    ManagedGroup.SQL: _matrix("SQLi QUERYARGUMENTS BODY COOKIE URIPATH", "SQLiExtendedPatterns QUERYARGUMENTS BODY"),
    ManagedGroup.IP_REPUTATION: ("AWSManagedIPReputationList", "AWSManagedReconnaissanceList", "AWSManagedIPDDoSList"),
    ManagedGroup.ANONYMOUS: ("AnonymousIPList", "HostingProviderIPList"),
}
"""The rules of each group that a stack file may set to count (AWS WAF developer guide, 2026)."""

CountedRules = Mapping[ManagedGroup, Sequence[str]]


def global_rules(metrics: str, *, rate_limit: int, counted: CountedRules, origins: Sequence[str]) -> list[Rule]:
    """CloudFront's rules. ``metrics`` begins the names of their metrics, ``origins`` are the platform's own sites."""
    first = [_rate(rate_limit, forwarded=False), _foreign_origin(origins)]
    return _in_order(metrics, [*first, *(_managed(group, counted) for group in (*_BY_ADDRESS, *_BY_CONTENT))])


def regional_rules(
    metrics: str,
    *,
    rate_limit: int,
    counted: CountedRules,
    origins: Sequence[str],
    secrets: Sequence[pulumi.Input[str]],
    health_path: str,
) -> list[Rule]:
    """The load balancer's rules. ``secrets`` are the values of the secret header that count, the last one too."""
    first = [_past_cloudfront(secrets, health_path), _rate(rate_limit, forwarded=True), _foreign_origin(origins)]
    return _in_order(metrics, [*first, *(_managed(group, counted) for group in _BY_CONTENT)])


def _in_order(metrics: str, rules: Sequence[Rule]) -> list[Rule]:
    """Rules with priorities by their place, with metrics and samples on (FSBP WAF.12)."""
    return [
        {
            **rule,
            "priority": place,
            "visibility_config": {
                "cloudwatch_metrics_enabled": True,
                "sampled_requests_enabled": True,
                "metric_name": f"{metrics}-{rule['name']}",
            },
        }
        for place, rule in enumerate(rules)
    ]


def _rule(name: str, statement: Statement) -> Rule:
    # place and metrics are set by _in_order, for all alike
    return {
        "name": name,
        "priority": 0,
        "statement": statement,
        "visibility_config": {
            "cloudwatch_metrics_enabled": True,
            "sampled_requests_enabled": True,
            "metric_name": name,
        },
    }


def _managed(group: ManagedGroup, counted: CountedRules) -> Rule:
    statement: Statement = {
        "managed_rule_group_statement": {
            "vendor_name": "AWS",
            "name": _GROUPS[group],
            "rule_action_overrides": [
                {"name": rule, "action_to_use": {"count": {}}} for rule in sorted(counted.get(group, ()))
            ],
        }
    }
    return {**_rule(group.value, statement), "override_action": {"none": {}}}


def _rate(limit: int, *, forwarded: bool) -> Rule:
    counting: aws.wafv2.WebAclRuleStatementRateBasedStatementArgsDict = {
        "limit": limit,
        "evaluation_window_sec": WINDOW_SECONDS,
        "aggregate_key_type": "FORWARDED_IP" if forwarded else "IP",
    }
    if forwarded:
        # health checks carry no such header and aren't counted
        counting["forwarded_ip_config"] = {"header_name": VIEWER_HEADER, "fallback_behavior": "NO_MATCH"}
    statement: Statement = {"rate_based_statement": counting}
    return {**_rule("rate", statement), "action": {"block": {"custom_response": {"response_code": 429}}}}


def _foreign_origin(origins: Sequence[str]) -> Rule:
    statements: list[Statement] = [
        {
            "byte_match_statement": {
                "field_to_match": {"uri_path": {}},
                "positional_constraint": "STARTS_WITH",
                "search_string": MCP_PATH,
                "text_transformations": [
                    {"priority": 0, "type": "NORMALIZE_PATH"},
                    {"priority": 1, "type": "LOWERCASE"},
                ],
            }
        },
        # a request without the header matches nothing here: only browsers send it
        {
            "size_constraint_statement": {
                "field_to_match": {"single_header": {"name": "origin"}},
                "comparison_operator": "GT",
                "size": 0,
                "text_transformations": [{"priority": 0, "type": "NONE"}],
            }
        },
        *(_not(_header("origin", origin, "LOWERCASE")) for origin in origins),
    ]
    return {**_rule("foreign-origin", {"and_statement": {"statements": statements}}), "action": {"block": {}}}


def _past_cloudfront(secrets: Sequence[pulumi.Input[str]], health_path: str) -> Rule:
    health: Statement = {
        "byte_match_statement": {
            "field_to_match": {"uri_path": {}},
            "positional_constraint": "EXACTLY",
            "search_string": health_path,
            "text_transformations": [{"priority": 0, "type": "NONE"}],
        }
    }
    statements = [*(_not(_header(SECRET_HEADER, secret, "NONE")) for secret in secrets), _not(health)]
    return {**_rule("past-cloudfront", {"and_statement": {"statements": statements}}), "action": {"block": {}}}


def _not(statement: Statement) -> Statement:
    return {"not_statement": {"statement": statement}}


def _header(name: str, value: pulumi.Input[str], transformation: str) -> Statement:
    return {
        "byte_match_statement": {
            "field_to_match": {"single_header": {"name": name}},
            "positional_constraint": "EXACTLY",
            "search_string": value,
            "text_transformations": [{"priority": 0, "type": transformation}],
        }
    }
