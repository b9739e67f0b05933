"""Cost anomalies: one monitor an account, by service, and who hears of what it finds, and weekly of what is unused.

Budgets are the environments'.
"""

from __future__ import annotations

import json
from typing import Annotated, Final

import pulumi
import pulumi_aws as aws
from pydantic import Field

from account.unused import UnusedResources
from components.context import Context
from components.keys import Document
from components.model import Email, Settings, each_once
from components.naming import Names
from components.topics import tls_only

TOPIC: Final = "cost-anomalies"


class CostSettings(Settings):
    """What is worth telling of what is spent."""

    mail: Annotated[list[Email], Field(min_length=1), each_once("address")]
    """Who is told; each must confirm its subscription once."""
    anomaly_usd: Annotated[int, Field(ge=1, le=100_000, strict=True)] = 50
    """US dollars above what was to be expected, from which an anomaly is told."""


def topic_policy(names: Names) -> Document:
    """Cost Anomaly Detection of this account may publish, and nobody without TLS."""
    arn = names.arn("sns", names.of("sns", TOPIC))
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Anomalies",
                "Effect": "Allow",
                "Principal": {"Service": "costalerts.amazonaws.com"},
                "Action": "sns:Publish",
                "Resource": arn,
                "Condition": {"StringEquals": {"aws:SourceAccount": names.account_id}},
            },
            tls_only(arn),
        ],
    }


class CostAnomalies(pulumi.ComponentResource):
    """The account's monitor over services, and a subscription that tells at once.

    At once is by SNS only; mail from Cost Explorer itself comes once a day or a week.
    """

    monitor_arn: pulumi.Output[str]

    def __init__(
        self,
        settings: CostSettings,
        context: Context,
        key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:CostAnomalies", "cost", None, opts)
        child = pulumi.ResourceOptions(parent=self)
        names = context.names
        topic = aws.sns.Topic(
            TOPIC,
            name=names.of("sns", TOPIC),
            kms_master_key_id=key_arn,
            policy=json.dumps(topic_policy(names)),
            signature_version=2,
            opts=child,
        )
        for address in settings.mail:
            aws.sns.TopicSubscription(
                f"cost-{address}", topic=topic.arn, protocol="email", endpoint=address, opts=child
            )
        monitor = aws.costexplorer.AnomalyMonitor(
            "services",
            name=f"{names.prefix}-services",
            monitor_type="DIMENSIONAL",
            monitor_dimension="SERVICE",
            opts=child,
        )
        aws.costexplorer.AnomalySubscription(
            "services",
            name=f"{names.prefix}-services",
            frequency="IMMEDIATE",
            monitor_arn_lists=[monitor.arn],
            subscribers=[{"type": "SNS", "address": topic.arn}],
            threshold_expression={
                "dimension": {
                    "key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                    "match_options": ["GREATER_THAN_OR_EQUAL"],
                    "values": [str(settings.anomaly_usd)],
                }
            },
            opts=child,
        )
        UnusedResources(context, topic, key_arn, child)
        self.monitor_arn = monitor.arn
        self.register_outputs({"monitorArn": self.monitor_arn})
