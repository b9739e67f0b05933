"""The secret that CloudFront and the load balancer share: who doesn't bring it didn't come through our CloudFront."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.context import Context
from components.data_layer.secrets import RECOVERY_DAYS, make_password
from components.keys import Keys, Purpose
from components.naming import Names

_LENGTH: Final = 48
"""Letters and figures: 285 bits, and within the 200 bytes that WAF compares (ByteMatchStatement)."""
ROTATE_DAYS: Final = 90
"""As FSBP SecretsManager.4 has it."""


@dataclass(frozen=True)
class OriginSecret:
    """What CloudFront sends, and what counted before: both are let in, so that a change refuses nobody."""

    current: pulumi.Output[str]
    previous: pulumi.Output[str]


def secret_name(names: Names) -> str:
    """What Secrets Manager calls it: the standby finds it by this name in its own region."""
    return names.secret("edge", "origin")


def make_secret(context: Context, keys: Keys, version: int, parent: pulumi.Resource) -> OriginSecret:
    """Make the secret of ``version`` and keep the one before; with a copy in the recovery region where there is one."""
    child = pulumi.ResourceOptions(parent=parent)
    current = make_password(f"origin-{version}", _LENGTH, parent)
    made = OriginSecret(current, current if version == 1 else make_password(f"origin-{version - 1}", _LENGTH, parent))
    copy, region = keys.replicas.get(Purpose.SECRETS), context.identity.recovery_region
    secret = aws.secretsmanager.Secret(
        "origin",
        name=secret_name(context.names),
        description="What CloudFront shows to the load balancer, and showed before",
        kms_key_id=keys.secrets.arn,
        recovery_window_in_days=RECOVERY_DAYS[context.production],
        replicas=[{"region": region, "kms_key_id": copy.arn}] if copy is not None and region is not None else None,
        force_overwrite_replica_secret=copy is not None or None,
        tags={"RotateWithinDays": str(ROTATE_DAYS)},
        opts=pulumi.ResourceOptions(parent=parent, protect=context.protect or None),
    )
    aws.secretsmanager.SecretVersion(
        "origin",
        secret_id=secret.id,
        secret_string=pulumi.Output.json_dumps({"current": made.current, "previous": made.previous}),
        opts=child,
    )
    return made


def read_secret(context: Context, parent: pulumi.Resource) -> OriginSecret:
    """The primary's secret, by its name in the stack's own region."""
    text = aws.secretsmanager.get_secret_version_output(
        secret_id=secret_name(context.names), opts=pulumi.InvokeOutputOptions(parent=parent)
    ).secret_string
    return OriginSecret(
        pulumi.Output.secret(text.apply(lambda it: str(json.loads(it)["current"]))),
        pulumi.Output.secret(text.apply(lambda it: str(json.loads(it)["previous"]))),
    )
