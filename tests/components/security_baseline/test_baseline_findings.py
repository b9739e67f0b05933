"""Which events are told, tried on events as AWS sends them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from components.security_baseline.findings import patterns

Event = dict[str, Any]


def matches(pattern: object, value: object) -> bool:
    """EventBridge's rule, as far as the patterns here go (EventBridge user guide, event patterns)."""
    if isinstance(pattern, Mapping):
        if isinstance(value, list):
            return any(matches(pattern, item) for item in value)
        return isinstance(value, Mapping) and all(
            key in value and matches(it, value[key]) for key, it in pattern.items()
        )
    assert isinstance(pattern, list)
    return any(_one(wanted, item) for wanted in pattern for item in (value if isinstance(value, list) else [value]))


def _one(wanted: object, value: object) -> bool:
    if not isinstance(wanted, Mapping):
        return wanted == value
    ((kind, argument),) = wanted.items()
    if kind == "numeric":
        assert argument[0] == ">="
        return isinstance(value, (int, float)) and value >= argument[1]
    assert kind == "anything-but"
    return value not in argument


def guardduty(severity: float) -> Event:
    return {"source": "aws.guardduty", "detail-type": "GuardDuty Finding", "detail": {"severity": severity, "id": "x"}}


def hub(product: str, label: str, *, status: str = "NEW", record: str = "ACTIVE") -> Event:
    finding = {
        "ProductName": product,
        "RecordState": record,
        "Severity": {"Label": label},
        "Workflow": {"Status": status},
    }
    return {
        "source": "aws.securityhub",
        "detail-type": "Security Hub Findings - Imported",
        "detail": {"findings": [finding]},
    }


def call(service: str, name: str) -> Event:
    return {
        "source": f"aws.{service}",
        "detail-type": "AWS API Call via CloudTrail",
        "detail": {"eventSource": f"{service}.amazonaws.com", "eventName": name},
    }


def sign_in(who: str) -> Event:
    return {
        "source": "aws.signin",
        "detail-type": "AWS Console Sign In via CloudTrail",
        "detail": {"userIdentity": {"type": who}, "eventName": "ConsoleLogin"},
    }


def told(event: Event, notify: Any = "medium", *, home: bool = True) -> set[str]:  # noqa: ANN401 - one of four words
    return {name for name, pattern in patterns(notify, home=home).items() if matches(pattern, event)}


@pytest.mark.parametrize(
    ("event", "rule"),
    [
        (guardduty(8.5), "guardduty"),
        (guardduty(4.0), "guardduty"),
        (hub("Inspector", "CRITICAL"), "security-hub"),
        (hub("Macie", "MEDIUM"), "security-hub"),
        (hub("IAM Access Analyzer", "HIGH"), "security-hub"),
        (hub("Security Hub", "HIGH"), "security-hub"),
        (call("cloudtrail", "StopLogging"), "baseline-weakened"),
        (call("cloudtrail", "DeleteTrail"), "baseline-weakened"),
        (call("guardduty", "DeleteDetector"), "baseline-weakened"),
        (call("config", "StopConfigurationRecorder"), "baseline-weakened"),
        (call("securityhub", "DisableSecurityHub"), "baseline-weakened"),
        (call("ec2", "DisableEbsEncryptionByDefault"), "baseline-weakened"),
        (call("kms", "ScheduleKeyDeletion"), "keys-ended"),
        (sign_in("Root"), "root-sign-in"),
        ({"source": "aws.health", "detail-type": "AWS Health Event", "detail": {"service": "RISK"}}, "exposed"),
    ],
)
def test_it_is_told_once(event: Event, rule: str) -> None:
    assert told(event) == {rule}


@pytest.mark.parametrize(
    "event",
    [
        guardduty(3.9),
        # GuardDuty's come by themselves; a second mail of the same tells nobody more
        hub("GuardDuty", "CRITICAL"),
        hub("Inspector", "LOW"),
        hub("Inspector", "HIGH", status="SUPPRESSED"),
        hub("Inspector", "HIGH", record="ARCHIVED"),
        call("cloudtrail", "LookupEvents"),
        call("kms", "Decrypt"),
        sign_in("AssumedRole"),
        {"source": "aws.health", "detail-type": "AWS Health Event", "detail": {"service": "EC2"}},
    ],
)
def test_it_is_not_told(event: Event) -> None:
    assert told(event) == set()


def test_how_severe_is_a_setting() -> None:
    assert told(guardduty(5), "high") == set()
    assert told(guardduty(7), "high") == {"guardduty"}
    assert told(guardduty(7), "critical") == set()
    assert told(hub("Inspector", "MEDIUM"), "high") == set()
    assert told(hub("Inspector", "LOW"), "low") == {"security-hub"}


def test_events_of_global_services_are_told_in_the_home_region() -> None:
    assert told(sign_in("Root"), home=False) == set()
    assert told(guardduty(8), home=False) == {"guardduty"}
