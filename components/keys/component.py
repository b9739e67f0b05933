"""The component Keys: each purpose's key, with its policy and its alias."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.context import Context
from components.keys.policies import Purpose, policy

ROTATION_DAYS: Final = 365
"""A year between rotations: the default of KMS, and what CIS and FSBP KMS.4 ask for."""
_DELETION_DAYS: Final = {True: 30, False: 7}
"""Days between the deletion of a key and its end, by production: KMS's longest and shortest."""
RECOVERED: Final = (Purpose.DATA, Purpose.SECRETS, Purpose.BACKUPS)
"""Keys with a copy in the recovery region: those of the stores that have copies there."""
_DESCRIPTIONS: Final[Mapping[Purpose, str]] = {
    Purpose.DATA: "database, cache, tables, buckets and registries",
    Purpose.SECRETS: "Secrets Manager and Kubernetes secrets",
    Purpose.LOGS: "log groups, log buckets, topics and queues",
    Purpose.VOLUMES: "volumes of nodes and pods",
    Purpose.BACKUPS: "backup vaults and copies",
}


@dataclass(frozen=True)
class StackKey:
    """A key as its users know it, whoever made it."""

    arn: pulumi.Output[str]


class Keys(pulumi.ComponentResource):
    """A KMS key a purpose, with rotation, an alias and a policy of its own. Depends on nothing: make it first.

    Production with a recovery region gets multi-region keys for ``RECOVERED`` and their replicas there; whether a key
    is multi-region can't be changed later. A standby takes those replicas by their aliases, and makes the others.
    """

    data: StackKey
    """Stores: database, cache, tables, buckets, registries."""
    secrets: StackKey
    """Secrets Manager and the secrets of Kubernetes."""
    logs: StackKey
    """Log groups, log buckets, topics and queues."""
    volumes: StackKey
    """Volumes of nodes and pods."""
    backups: StackKey
    """Backup vaults and the buckets that hold copies."""
    replicas: Mapping[Purpose, aws.kms.ReplicaKey]
    """The copies in the recovery region; empty where the stack has none."""

    def __init__(self, name: str, context: Context, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:index:Keys", name, None, opts)
        self._context = context
        self._child = pulumi.ResourceOptions(parent=self)
        self._leaf = pulumi.ResourceOptions(parent=self, protect=context.protect or None)
        recovery = context.identity.recovery_region if context.production else None

        found = RECOVERED if context.identity.standby else ()
        made = {p: self._key(p, multi_region=recovery is not None) for p in Purpose if p not in found}
        self._keys = keys = {p: StackKey(made[p].arn) if p in made else self._found(p) for p in Purpose}
        self.data = keys[Purpose.DATA]
        self.secrets = keys[Purpose.SECRETS]
        self.logs = keys[Purpose.LOGS]
        self.volumes = keys[Purpose.VOLUMES]
        self.backups = keys[Purpose.BACKUPS]
        self.replicas = {} if recovery is None else {p: self._replica(p, made[p], recovery) for p in RECOVERED}
        self.register_outputs({f"{purpose.value}Arn": key.arn for purpose, key in keys.items()})

    def of(self, purpose: Purpose) -> StackKey:
        """The key for ``purpose``, for callers that carry the purpose as data."""
        return self._keys[purpose]

    def _found(self, purpose: Purpose) -> StackKey:
        """The primary's replica in this region."""
        alias = aws.kms.get_alias_output(
            name=self._context.names.key_alias(purpose.value), opts=pulumi.InvokeOutputOptions(parent=self)
        )
        return StackKey(alias.target_key_arn)

    def _key(self, purpose: Purpose, *, multi_region: bool) -> aws.kms.Key:
        context = self._context
        key = aws.kms.Key(
            purpose.value,
            description=f"{context.names.prefix}: {_DESCRIPTIONS[purpose]}",
            key_usage="ENCRYPT_DECRYPT",
            customer_master_key_spec="SYMMETRIC_DEFAULT",
            is_enabled=True,
            enable_key_rotation=True,
            rotation_period_in_days=ROTATION_DAYS,
            multi_region=multi_region and purpose in RECOVERED,
            deletion_window_in_days=_DELETION_DAYS[context.production],
            policy=self._policy(purpose, context.identity.region),
            opts=self._leaf,
        )
        aws.kms.Alias(
            purpose.value, name=context.names.key_alias(purpose.value), target_key_id=key.key_id, opts=self._child
        )
        return key

    def _replica(self, purpose: Purpose, primary: aws.kms.Key, region: str) -> aws.kms.ReplicaKey:
        context = self._context
        name = f"{purpose.value}-{region}"
        key = aws.kms.ReplicaKey(
            name,
            region=region,
            primary_key_arn=primary.arn,
            description=f"{context.names.prefix}: {_DESCRIPTIONS[purpose]}, copy",
            enabled=True,
            deletion_window_in_days=_DELETION_DAYS[context.production],
            policy=self._policy(purpose, region),
            opts=self._leaf,
        )
        aws.kms.Alias(
            name,
            region=region,
            name=context.names.key_alias(purpose.value),
            target_key_id=key.key_id,
            opts=self._child,
        )
        return key

    def _policy(self, purpose: Purpose, region: str) -> str:
        return json.dumps(policy(purpose, self._context.names.account_id, region, self._context.names))
