"""Who is told when a store fails, is maintained or is changed: one topic, and RDS's subscriptions to it."""

from __future__ import annotations

import json
from typing import Final

import pulumi
import pulumi_aws as aws

from components.data_layer.site import Site
from components.naming import Names
from components.topics import tls_only

TOPIC: Final = "data-events"

_CATEGORIES: Final[dict[str, list[str]]] = {
    # source: FSBP RDS.19 to RDS.22, which name the categories
    "db-cluster": ["failover", "failure", "maintenance"],
    "db-instance": ["availability", "configuration change", "failover", "failure", "low storage", "maintenance"],
    "db-parameter-group": ["configuration change"],
    "db-security-group": ["configuration change", "failure"],
}


def topic_policy(names: Names) -> dict[str, object]:
    """RDS of this account may publish, and nobody without TLS. The account's own roles need no statement."""
    arn = names.arn("sns", names.of("sns", TOPIC))
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "DatabaseEvents",
                "Effect": "Allow",
                "Principal": {"Service": "events.rds.amazonaws.com"},
                "Action": "sns:Publish",
                "Resource": arn,
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": names.account_id},
                    "ArnLike": {"aws:SourceArn": names.arn("rds", "*")},
                },
            },
            tls_only(arn),
        ],
    }


def make_events(site: Site, parent: pulumi.Resource, *, clustered: bool) -> aws.sns.Topic:
    """The topic, under the logs key, and a subscription for each kind of source that the database has."""
    names = site.context.names
    child = pulumi.ResourceOptions(parent=parent)
    topic = aws.sns.Topic(
        TOPIC,
        name=names.of("sns", TOPIC),
        # the logs key admits RDS events; aws/sns would drop them
        kms_master_key_id=site.keys.logs.arn,
        policy=json.dumps(topic_policy(names)),
        signature_version=2,
        opts=child,
    )
    for source, categories in _CATEGORIES.items():
        if source == "db-cluster" and not clustered:
            continue
        # no source named: whatever the account has of the kind
        aws.rds.EventSubscription(
            source,
            sns_topic=topic.arn,
            source_type=source,
            event_categories=categories,
            enabled=True,
            opts=child,
        )
    return topic
