"""Where the state of Pulumi's stacks is kept, for those who run without Pulumi Cloud, and the key of its secrets."""

from __future__ import annotations

import pulumi

from components.context import Context
from components.data_classes import DataClass
from components.model import Days, Settings
from components.security_baseline import AccountBucket, AccountKeys, AccountPurpose, BucketPlan


class StateSettings(Settings):
    """State of stacks."""

    bucket: bool = True
    """Whether there is a bucket for it. Pulumi Cloud needs none; its secrets may use the key all the same."""
    versions_days: Days = 90
    """Days that an earlier state can be had back."""


class State(pulumi.ComponentResource):
    """A bucket whose every version of a state stays for a while, under a key that nothing else uses.

    ``backend_url`` is for ``pulumi login``, ``secrets_provider`` for ``pulumi stack init``. The state of this very
    stack starts elsewhere and may be moved here afterwards (``pulumi stack export`` and ``import``).
    """

    backend_url: str | None
    secrets_provider: str

    def __init__(
        self,
        settings: StateSettings,
        context: Context,
        keys: AccountKeys,
        log_target: AccountBucket,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:State", "state-store", None, opts)
        names = context.names
        self.secrets_provider = f"awskms://{keys.alias(AccountPurpose.STATE)}?region={names.region}"
        self.backend_url = None
        if settings.bucket:
            # the current state of a stack never ends by age: it would be lost with a stack that is left in peace
            plan = BucketPlan(DataClass.INTERNAL, None, noncurrent_days=settings.versions_days)
            key = keys.of(AccountPurpose.STATE).arn
            child = pulumi.ResourceOptions(parent=self)
            bucket = AccountBucket("state", plan, context, key, log_target, child)
            self.backend_url = f"s3://{bucket.name}?region={names.region}"
        self.register_outputs({"backendUrl": self.backend_url, "secretsProvider": self.secrets_provider})
