"""Logs, alarms, events, topics, queues and costs."""

from __future__ import annotations

from typing import Any

from tests.shapes.requests import Row


def budget(inputs: dict[str, Any]) -> dict[str, Any]:
    """A notification and its subscribers stand side by side in the API, and filters by their names."""
    filters = {it["name"]: it["values"] for it in inputs.pop("costFilters", [])}
    told = []
    for found in inputs.pop("notifications", []):
        subscribers = [{"subscriptionType": "SNS", "address": it} for it in found.pop("subscriberSnsTopicArns", [])]
        subscribers += [
            {"subscriptionType": "EMAIL", "address": it} for it in found.pop("subscriberEmailAddresses", [])
        ]
        told.append({"notification": found, "subscribers": subscribers})
    more = {"costFilters": filters} if filters else {}
    return {**inputs, **more, "notificationsWithSubscribers": told}


def alarm(inputs: dict[str, Any]) -> dict[str, Any]:
    """Dimensions are a list."""
    named = [{"name": name, "value": value} for name, value in inputs.get("dimensions", {}).items()]
    return {**inputs, "dimensions": named} if named else inputs


def topic(inputs: dict[str, Any]) -> dict[str, Any]:
    """All but name and tags are attributes: texts by name."""
    named = {
        "kmsMasterKeyId": "KmsMasterKeyId",
        "policy": "Policy",
        "signatureVersion": "SignatureVersion",
        "displayName": "DisplayName",
        "deliveryPolicy": "DeliveryPolicy",
    }
    return _attributes(inputs, named)


def queue(inputs: dict[str, Any]) -> dict[str, Any]:
    """All but name and tags are attributes, whose names the model lists."""
    other = {
        "messageRetentionSeconds": "MessageRetentionPeriod",
        "visibilityTimeoutSeconds": "VisibilityTimeout",
        "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
        "maxMessageSize": "MaximumMessageSize",
    }
    named = {key: other.get(key, key[0].upper() + key[1:]) for key in inputs if key not in {"name", "tags"}}
    return _attributes(inputs, named)


def queue_policy(inputs: dict[str, Any]) -> dict[str, Any]:
    """The policy is an attribute of its queue."""
    return _attributes(inputs, {"policy": "Policy"})


def _attributes(inputs: dict[str, Any], named: dict[str, str]) -> dict[str, Any]:
    rest = {key: value for key, value in inputs.items() if key not in named}
    found = {named[key]: _attribute(value) for key, value in inputs.items() if key in named}
    return {**rest, "attributes": found} if found else rest


def _attribute(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


WATCHING: dict[str, Row] = {
    "aws:budgets/budget:Budget": Row(
        "budgets",
        ("CreateBudget",),
        body="Budget",
        names={
            "name": "Budget.BudgetName",
            "limitAmount": "Budget.BudgetLimit.Amount",
            "limitUnit": "Budget.BudgetLimit.Unit",
            "tags": "ResourceTags",
        },
        shape=budget,
    ),
    "aws:computeoptimizer/enrollmentStatus:EnrollmentStatus": Row("compute-optimizer", ("UpdateEnrollmentStatus",)),
    "aws:costoptimizationhub/enrollmentStatus:EnrollmentStatus": Row(
        "cost-optimization-hub", ("UpdateEnrollmentStatus",), given={"status": "Active"}
    ),
    "aws:scheduler/schedule:Schedule": Row("scheduler", ("CreateSchedule",)),
    "aws:cloudwatch/eventRule:EventRule": Row("events", ("PutRule",)),
    "aws:cloudwatch/eventTarget:EventTarget": Row(
        "events", ("PutTargets",), names={"arn": "Targets.Arn", "targetId": "Targets.Id"}
    ),
    "aws:cloudwatch/logDelivery:LogDelivery": Row("logs", ("CreateDelivery",)),
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": Row("logs", ("PutDeliveryDestination",)),
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": Row("logs", ("PutDeliverySource",)),
    "aws:cloudwatch/logGroup:LogGroup": Row(
        "logs", ("CreateLogGroup", "PutRetentionPolicy"), names={"name": "logGroupName"}
    ),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": Row("logs", ("PutResourcePolicy",)),
    "aws:cloudwatch/metricAlarm:MetricAlarm": Row(
        "cloudwatch", ("PutMetricAlarm",), names={"name": "AlarmName", "dimensions": "Dimensions"}, shape=alarm
    ),
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": Row(
        "ce",
        ("CreateAnomalyMonitor",),
        body="AnomalyMonitor",
        names={"name": "AnomalyMonitor.MonitorName", "tags": "ResourceTags"},
    ),
    "aws:costexplorer/anomalySubscription:AnomalySubscription": Row(
        "ce",
        ("CreateAnomalySubscription",),
        body="AnomalySubscription",
        names={
            "name": "AnomalySubscription.SubscriptionName",
            "monitorArnLists": "AnomalySubscription.MonitorArnList",
            "thresholdExpression.dimension": "Dimensions",
            "tags": "ResourceTags",
        },
    ),
    "aws:sns/topic:Topic": Row("sns", ("CreateTopic",), shape=topic),
    "aws:sns/topicSubscription:TopicSubscription": Row("sns", ("Subscribe",), names={"topic": "TopicArn"}),
    "aws:sqs/queue:Queue": Row("sqs", ("CreateQueue",), names={"name": "QueueName"}, shape=queue),
    "aws:sqs/queuePolicy:QueuePolicy": Row("sqs", ("SetQueueAttributes",), shape=queue_policy),
}
