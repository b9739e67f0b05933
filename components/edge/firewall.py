"""A web ACL with its log: what it blocks and counts is kept, encrypted, for a time, without what lets a reader in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pulumi
import pulumi_aws as aws

from components.context import Context
from components.data_classes import DataClass
from components.edge.firewall_rules import HIDDEN_HEADERS, Rule
from components.keys import Document
from components.naming import LIMITS, fit

LOAD_BALANCER: Final = "load-balancer"
CLOUDFRONT: Final = "cloudfront"
"""The two web ACLs of a stack, and what belongs to each of them."""
LOG_PREFIX: Final = "aws-waf-logs-"
"""What WAF wants every destination of its logs to be called (PutLoggingConfiguration)."""
_LONGEST_NAME: Final = 128
"""Characters of a web ACL's name (EntityName)."""
_KEPT_ACTIONS: Final = ("BLOCK", "COUNT", "EXCLUDED_AS_COUNT", "CAPTCHA", "CHALLENGE")


def log_group_name(prefix: str, name: str) -> str:
    """The log group of the web ACL ``name`` of the stack ``prefix``."""
    return fit(f"{LOG_PREFIX}{prefix}-{name}", LIMITS["log-group"])


def log_policy(account: str, region: str, prefix: str) -> Document:
    """What lets WAF write to the stack's log groups of ``region``."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "FirewallLogs",
                "Effect": "Allow",
                "Principal": {"Service": "delivery.logs.amazonaws.com"},
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                "Resource": f"arn:aws:logs:{region}:{account}:log-group:{LOG_PREFIX}{prefix}-*:*",
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": account},
                    "ArnLike": {"aws:SourceArn": f"arn:aws:logs:{region}:{account}:*"},
                },
            }
        ],
    }


def make_log_policy(context: Context, region: str, opts: pulumi.ResourceOptions) -> aws.cloudwatch.LogResourcePolicy:
    """One policy for all the stack's web ACLs of ``region``: an account has ten of them in each."""
    names = context.names
    return aws.cloudwatch.LogResourcePolicy(
        f"firewall-logs-{region}",
        region=region,
        policy_name=f"{names.prefix}-firewall-logs",
        policy_document=json.dumps(log_policy(names.account_id, region, names.prefix)),
        opts=opts,
    )


@dataclass(frozen=True)
class LogKeeping:
    """How a web ACL's log is kept: under which key of its region, how many days, and by whose leave."""

    key_arn: pulumi.Input[str]
    days: int
    policy: aws.cloudwatch.LogResourcePolicy


class Firewall(pulumi.ComponentResource):
    """A web ACL that lets through what no rule blocks, and the log of what one did.

    Whoever it protects names it: a distribution by ``web_acl_id``, a load balancer in its configuration.
    """

    acl: aws.wafv2.WebAcl
    arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        scope: Literal["CLOUDFRONT", "REGIONAL"],
        rules: Sequence[Rule],
        context: Context,
        *,
        region: str,
        log: LogKeeping,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:Firewall", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        full_name = fit(f"{context.names.prefix}-{name}", _LONGEST_NAME)
        self.acl = aws.wafv2.WebAcl(
            name,
            region=region,
            # fixed, because the deploy role may touch web ACLs by their prefix only; nothing ever replaces one
            name=full_name,
            scope=scope,
            description=f"{context.names.prefix}: {name}",
            default_action={"allow": {}},
            rules=list(rules),
            data_protection_config={
                "data_protections": [
                    {
                        # in samples and matched details too, not in this one log alone
                        "action": "SUBSTITUTION",
                        "field": {"field_type": "SINGLE_HEADER", "field_keys": list(HIDDEN_HEADERS)},
                        "exclude_rule_match_details": False,
                        "exclude_rate_based_details": False,
                    }
                ]
            },
            visibility_config={
                "cloudwatch_metrics_enabled": True,
                "sampled_requests_enabled": True,
                "metric_name": full_name,
            },
            opts=child,
        )
        self.arn = self.acl.arn
        self._keep(log, name, context, region)
        self.register_outputs({"arn": self.arn})

    def _keep(self, log: LogKeeping, name: str, context: Context, region: str) -> None:
        group = aws.cloudwatch.LogGroup(
            name,
            region=region,
            name=log_group_name(context.names.prefix, name),
            retention_in_days=log.days,
            kms_key_id=log.key_arn,
            tags=context.tags(DataClass.OPERATIONAL_LOG),
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.wafv2.WebAclLoggingConfiguration(
            name,
            region=region,
            resource_arn=self.arn,
            log_destination_configs=[group.arn],
            redacted_fields=[{"single_header": {"name": header}} for header in HIDDEN_HEADERS],
            # who visited what is no business of a firewall's log: only what a rule had something to say about
            logging_filter={
                "default_behavior": "DROP",
                "filters": [
                    {
                        "behavior": "KEEP",
                        "requirement": "MEETS_ANY",
                        "conditions": [{"action_condition": {"action": action}} for action in _KEPT_ACTIONS],
                    }
                ],
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[log.policy]),
        )
