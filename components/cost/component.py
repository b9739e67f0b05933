"""The component Cost: the budget with its alerts, and the topic and monitor of anomalies."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final, Literal

import pulumi
import pulumi_aws as aws

from components.context import Context, StackIdentity
from components.cost.settings import CostSettings
from components.keys import Keys
from components.naming import Names
from components.topics import tls_only

TOPIC: Final = "cost-alerts"


_NO_REGION: Final = ("global", "NoRegion")
"""What Cost Explorer's dimension REGION says of services without one, and of what no service is charged for: keys of
GetCostAndUsage by REGION, as public programs that read its answers have them (2026)."""


@dataclass(frozen=True)
class Threshold:
    """Percent of the budget, of what is forecast for the month or of what it already cost."""

    percent: int
    of: Literal["FORECASTED", "ACTUAL"]


THRESHOLDS: Final = (Threshold(50, "FORECASTED"), Threshold(80, "FORECASTED"), Threshold(90, "ACTUAL"))
"""When it is told. Forecasts need some five weeks of billed use before they fire."""


class Cost(pulumi.ComponentResource):
    """The stack's monthly budget, and a topic under the logs key that Budgets and anomaly detection publish to."""

    topic_arn: pulumi.Output[str]
    """Where it is told of a budget that is nearly used, and of anomalies."""
    budget_name: str
    monthly_usd: int

    def __init__(
        self,
        name: str,
        settings: CostSettings,
        context: Context,
        keys: Keys,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:Cost", name, None, opts)
        self._settings = settings
        self._context = context
        self._child = pulumi.ResourceOptions(parent=self)
        self.monthly_usd = settings.monthly_usd
        self.budget_name = context.names.everywhere("monthly")
        topic = aws.sns.Topic(
            TOPIC,
            name=context.names.of("sns", TOPIC),
            # the logs key admits Budgets and anomaly detection; aws/sns would drop what they tell
            kms_master_key_id=keys.logs.arn,
            policy=json.dumps(topic_policy(context.names)),
            signature_version=2,
            opts=self._child,
        )
        self.topic_arn = topic.arn
        self._budget(topic)
        if settings.anomaly_monitor is not None:
            self._anomalies(settings.anomaly_monitor, topic)
        self.register_outputs({"topicArn": self.topic_arn, "monthlyUsd": self.monthly_usd})

    def _budget(self, topic: aws.sns.Topic) -> None:
        settings, identity = self._settings, self._context.identity
        aws.budgets.Budget(
            "monthly",
            name=self.budget_name,
            account_id=identity.account_id,
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(settings.monthly_usd),
            limit_unit="USD",
            cost_types={
                # what the stack uses, before credits and refunds hide it
                "include_credit": False,
                "include_refund": False,
                "include_tax": True,
                "include_support": True,
                "use_amortized": False,
                "use_blended": False,
            },
            cost_filters=cost_filters(identity, tags_active=settings.tags_active) or None,
            notifications=[
                {
                    "comparison_operator": "GREATER_THAN",
                    "notification_type": threshold.of,
                    "threshold": threshold.percent,
                    "threshold_type": "PERCENTAGE",
                    "subscriber_sns_topic_arns": [topic.arn],
                    "subscriber_email_addresses": list(settings.mail) or None,
                }
                for threshold in THRESHOLDS
            ],
            opts=self._child,
        )

    def _anomalies(self, monitor: str, topic: aws.sns.Topic) -> None:
        aws.costexplorer.AnomalySubscription(
            "anomalies",
            name=self._context.names.everywhere("anomalies"),
            account_id=self._context.identity.account_id,
            monitor_arn_lists=[monitor],
            # topics are told at once; mail only daily or weekly
            frequency="IMMEDIATE",
            subscribers=[{"type": "SNS", "address": topic.arn}],
            threshold_expression={
                "dimension": {
                    "key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                    "match_options": ["GREATER_THAN_OR_EQUAL"],
                    "values": [str(self._settings.anomaly_usd)],
                }
            },
            opts=self._child,
        )


def cost_filters(identity: StackIdentity, *, tags_active: bool) -> list[aws.budgets.BudgetCostFilterArgsDict]:
    """What of the account's cost counts as the stack's; nothing given: all of it.

    An account holds one environment of one product. Its primary and its standby share the tag and are told apart by
    region, as Cost Explorer names them: the copies that the primary keeps in the standby's region count as the
    standby's, and what has no region as the primary's.
    """
    filters: list[aws.budgets.BudgetCostFilterArgsDict] = []
    if tags_active:
        filters.append({"name": "TagKeyValue", "values": [f"user:Environment${identity.env}"]})
    if identity.standby:
        filters.append({"name": "Region", "values": [identity.region]})
    elif identity.production and identity.recovery_region is not None:
        filters.append({"name": "Region", "values": [identity.region, *_NO_REGION]})
    return filters


def topic_policy(names: Names) -> dict[str, object]:
    """Budgets and anomaly detection of this account may publish, and nobody without TLS."""
    arn = names.arn("sns", names.of("sns", TOPIC))
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": f"{sid}Publish",
                "Effect": "Allow",
                "Principal": {"Service": f"{service}.amazonaws.com"},
                "Action": "sns:Publish",
                "Resource": arn,
                "Condition": {"StringEquals": {"aws:SourceAccount": names.account_id}},
            }
            for sid, service in (("Budgets", "budgets"), ("Anomalies", "costalerts"))
        ]
        + [tls_only(arn)],
    }
