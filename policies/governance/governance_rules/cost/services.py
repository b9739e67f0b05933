"""What keys, secrets, logs, the edge and the watching of an account cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from . import assumptions as assumed
from .parts import Estimator, Found, some
from .stack import Item, Stack

_FLOW_LOG: Final = "aws:ec2/flowLog:FlowLog"
_DAYS_A_MONTH: Final = 365 / 12
_NEVER_DAYS: Final = 3653
"""Without retention events are kept for ever: counted as ten years."""


def key(_: Item, __: Stack) -> Found:
    """A key, or a copy of one, and its requests."""
    yield some("key", 1, "kms.key")
    yield some("requests", assumed.KEY_REQUESTS.value, "kms.requests")


def secret(item: Item, _: Stack) -> Found:
    """A secret with its copies."""
    yield some("secret", 1 + len(item.items("replicas")), "secret")
    yield some("requests", assumed.SECRET_REQUESTS.value, "secret.requests")


def log_group(item: Item, stack: Stack) -> Found:
    """What comes in a month, and what is kept of it."""
    incoming = _incoming(item, stack)
    months = (item.number("retentionInDays") or _NEVER_DAYS) / _DAYS_A_MONTH
    yield some("in", incoming, "logs.in")
    yield some("kept", incoming * months * assumed.LOG_COMPRESSION.value, "logs.kept")


def _incoming(item: Item, stack: Stack) -> float:
    name = item.text("name")
    if name.startswith("/aws/eks/") and name.endswith("/cluster"):
        return assumed.CONTROL_PLANE_GB.value + stack.nodes * assumed.CONTROL_PLANE_NODE_GB.value
    if name.startswith("/aws/containerinsights/"):
        return stack.nodes * assumed.INSIGHTS_GB.value
    for flow in stack.of(_FLOW_LOG):
        by_name = bool(name) and flow.text("logDestination").endswith(f":log-group:{name}")
        if by_name or item.urn in flow.depends.get("logDestination", ()):
            return stack.nodes * assumed.FLOW_GB.value
    return assumed.LOG_GB.value


def alarm(item: Item, _: Stack) -> Found:
    """Each metric that it looks at."""
    yield some("metrics", max(1, sum(1 for _ in item.items("metricQueries"))), "alarm.metric")


def dashboard(_: Item, __: Stack) -> Found:
    """One dashboard."""
    yield some("dashboard", 1, "dashboard")


def zone(_: Item, __: Stack) -> Found:
    """A hosted zone, public or private."""
    yield some("zone", 1, "dns.zone")


def health_check(item: Item, _: Stack) -> Found:
    """A check of an endpoint outside AWS, and its options."""
    kind = item.text("type")
    chosen = (
        kind.startswith("HTTPS"),
        kind.endswith("STR_MATCH"),
        item.number("requestInterval") == 10,  # noqa: PLR2004 - the fast one
        item.true("measureLatency"),
    )
    yield some("health check", 1, "dns.health-check")
    yield some("options", sum(chosen), "dns.health-check.option")


def firewall(item: Item, _: Stack) -> Found:
    """A web ACL, its rules, and the requests it looks at."""
    yield some("web ACL", 1, "waf.acl")
    yield some("rules", len(item.items("rules")), "waf.rule")
    yield some("requests", assumed.WAF_REQUESTS.value, "waf.requests")


def distribution(_: Item, __: Stack) -> Found:
    """What it delivers."""
    yield some("to browsers", assumed.EDGE_GB.value, "cloudfront.data")
    yield some("requests", assumed.EDGE_REQUESTS.value, "cloudfront.requests")


def detector(_: Item, __: Stack) -> Found:
    """GuardDuty over an account's events and flows."""
    yield some("events", assumed.GUARDDUTY_EVENTS.value, "guardduty.events")
    yield some("flows", assumed.GUARDDUTY_GB.value, "guardduty.flow")


def recorder(_: Item, __: Stack) -> Found:
    """Config's record of changes."""
    yield some("items", assumed.CONFIG_ITEMS.value, "config.items")


def config_rule(_: Item, __: Stack) -> Found:
    """A rule's evaluations."""
    yield some("evaluations", assumed.CONFIG_EVALUATIONS.value, "config.evaluations")


def security_hub(_: Item, __: Stack) -> Found:
    """Checks of the standards."""
    yield some("checks", assumed.CHECKS.value, "securityhub.checks")


def trail(_: Item, __: Stack) -> Found:
    """Data events; the first record of management events is free."""
    yield some("data events", assumed.TRAIL_EVENTS.value, "cloudtrail.data-events")


ESTIMATORS: Final[Mapping[str, Estimator]] = {
    "aws:kms/key:Key": key,
    "aws:kms/replicaKey:ReplicaKey": key,
    "aws:secretsmanager/secret:Secret": secret,
    "aws:cloudwatch/logGroup:LogGroup": log_group,
    "aws:cloudwatch/metricAlarm:MetricAlarm": alarm,
    "aws:cloudwatch/dashboard:Dashboard": dashboard,
    "aws:route53/zone:Zone": zone,
    "aws:route53/healthCheck:HealthCheck": health_check,
    "aws:wafv2/webAcl:WebAcl": firewall,
    "aws:cloudfront/distribution:Distribution": distribution,
    "aws:guardduty/detector:Detector": detector,
    "aws:cfg/recorder:Recorder": recorder,
    "aws:cfg/rule:Rule": config_rule,
    "aws:securityhub/account:Account": security_hub,
    "aws:cloudtrail/trail:Trail": trail,
}
HELPERS: Final = (_FLOW_LOG,)
"""Types that cost nothing and that the estimate of others reads."""
