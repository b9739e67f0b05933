"""Who is told of a finding: rules on EventBridge, one topic under a key of our own, and mail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

import pulumi
import pulumi_aws as aws

from components.context import Context
from components.keys import Document
from components.naming import Names
from components.security_baseline.settings import Severity
from components.topics import tls_only

TOPIC: Final = "security-findings"
Pattern = Mapping[str, object]

_LABELS: Final = ("LOW", "MEDIUM", "HIGH", "CRITICAL")
"""Security Hub's labels, the least severe first."""
_LEAST: Final[Mapping[Severity, float]] = {"low": 1.0, "medium": 4.0, "high": 7.0, "critical": 9.0}
"""Where GuardDuty's severities begin (GuardDuty user guide, severity levels of findings)."""

_SWITCHED_OFF: Final = (
    "DeleteDetector",
    "DeleteFlowLogs",
    "DeleteMembers",
    "DeleteTrail",
    "DisableSecurityHub",
    "DisableMacie",
    "Disable",
    "PutEventSelectors",
    "StopLogging",
    "UpdateTrail",
    "DeleteConfigurationRecorder",
    "DeleteDeliveryChannel",
    "StopConfigurationRecorder",
    "DisableEbsEncryptionByDefault",
    "DeleteAccountPublicAccessBlock",
    "PutAccountPublicAccessBlock",
)
"""Calls that weaken the baseline."""
_SWITCHED_OFF_BY: Final = (
    "cloudtrail.amazonaws.com",
    "config.amazonaws.com",
    "ec2.amazonaws.com",
    "guardduty.amazonaws.com",
    "inspector2.amazonaws.com",
    "macie2.amazonaws.com",
    "s3.amazonaws.com",
    "securityhub.amazonaws.com",
)


def patterns(notify: Severity, *, home: bool) -> dict[str, Pattern]:
    """What is told, by a short name of ours.

    Inspector's, Macie's and Access Analyzer's findings come through Security Hub; GuardDuty's come directly, sooner.
    Calls to IAM and sign-ins of the root user are events of the home region only.
    """
    told: dict[str, Pattern] = {
        "guardduty": {
            "source": ["aws.guardduty"],
            "detail-type": ["GuardDuty Finding"],
            "detail": {"severity": [{"numeric": [">=", _LEAST[notify]]}]},
        },
        "security-hub": {
            "source": ["aws.securityhub"],
            "detail-type": ["Security Hub Findings - Imported"],
            "detail": {
                "findings": {
                    "ProductName": [{"anything-but": ["GuardDuty"]}],
                    "RecordState": ["ACTIVE"],
                    "Severity": {"Label": list(_LABELS[_LABELS.index(notify.upper()) :])},
                    "Workflow": {"Status": ["NEW"]},
                }
            },
        },
        "baseline-weakened": {
            "detail-type": ["AWS API Call via CloudTrail"],
            "detail": {"eventSource": list(_SWITCHED_OFF_BY), "eventName": list(_SWITCHED_OFF)},
        },
        "keys-ended": {
            "source": ["aws.kms"],
            "detail-type": ["AWS API Call via CloudTrail"],
            "detail": {"eventName": ["DisableKey", "ScheduleKeyDeletion"]},
        },
    }
    if home:
        told |= {
            "root-sign-in": {
                "detail-type": ["AWS Console Sign In via CloudTrail"],
                "detail": {"userIdentity": {"type": ["Root"]}},
            },
            # an access key of ours found in public, or an abuse report
            "exposed": {"source": ["aws.health"], "detail": {"service": ["RISK", "ABUSE"]}},
        }
    return told


def topic_policy(names: Names) -> Document:
    """EventBridge may publish, and nobody without TLS. The account's own roles need no statement.

    No condition on the source: EventBridge sends none to SNS (EventBridge user guide, permissions for SNS), so with one
    every finding would be dropped in silence.
    """
    arn = names.arn("sns", names.of("sns", TOPIC))
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Events",
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sns:Publish",
                "Resource": arn,
            },
            tls_only(arn),
        ],
    }


class Findings(pulumi.ComponentResource):
    """The topic of findings, the rules that publish to it, and a subscription for each address."""

    topic_arn: pulumi.Output[str]

    def __init__(
        self,
        mail: list[str],
        notify: Severity,
        context: Context,
        key_arn: pulumi.Input[str],
        *,
        home: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:Findings", "findings", None, opts)
        child = pulumi.ResourceOptions(parent=self)
        names = context.names
        topic = aws.sns.Topic(
            TOPIC,
            name=names.of("sns", TOPIC),
            # under aws/sns EventBridge can't publish
            kms_master_key_id=key_arn,
            policy=json.dumps(topic_policy(names)),
            signature_version=2,
            opts=child,
        )
        self.topic_arn = topic.arn
        for address in mail:
            aws.sns.TopicSubscription(address, topic=topic.arn, protocol="email", endpoint=address, opts=child)
        for what, pattern in patterns(notify, home=home).items():
            rule = aws.cloudwatch.EventRule(
                what,
                name=names.of("events-rule", "account", what),
                description=f"Tells of {what.replace('-', ' ')}",
                event_pattern=json.dumps(pattern),
                state="ENABLED",
                opts=child,
            )
            aws.cloudwatch.EventTarget(what, rule=rule.name, arn=topic.arn, target_id=TOPIC, opts=child)
        self.register_outputs({"topicArn": self.topic_arn})
