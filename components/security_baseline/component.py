"""The component SecurityBaseline: trail, findings, detection, recorder and defaults of an account and region."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from components.context import Context
from components.data_classes import DataClass
from components.security_baseline.buckets import (
    AccountBucket,
    BucketPlan,
    config_writes,
    logs_written,
    trail_writes,
)
from components.security_baseline.defaults import AccountDefaults, RegionDefaults
from components.security_baseline.detection import Detection
from components.security_baseline.findings import Findings
from components.security_baseline.keys import AccountKeys, AccountPurpose, trail_arn
from components.security_baseline.recorder import Recorder
from components.security_baseline.settings import BaselineSettings, TrailSettings
from components.security_baseline.trail import Trail


class SecurityBaseline(pulumi.ComponentResource):
    """GuardDuty, Security Hub, Config, CloudTrail, Access Analyzer, Inspector, Macie, defaults, and who is told.

    What an account has once (the trail, the block on public buckets, password rules, the security contact) is made
    where ``home`` is true; a second region's baseline has the rest.
    """

    access_logs: AccountBucket
    """Where the account's other buckets write who reads them."""
    trail: Trail | None
    detection: Detection
    findings: Findings

    def __init__(
        self,
        name: str,
        settings: BaselineSettings,
        context: Context,
        keys: AccountKeys,
        *,
        home: bool,
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """``after``: service-linked roles that must stand first. ``ValueError`` for a trail outside ``home``."""
        if home != (settings.trail is not None):
            raise ValueError(f"{name}: a trail is made in the home region and nowhere else")
        super().__init__("platform:index:SecurityBaseline", name, None, opts)
        self._settings = settings
        self._context = context
        self._keys = keys
        self._child = pulumi.ResourceOptions(parent=self)
        names = context.names
        audit_key = keys.of(AccountPurpose.AUDIT).arn
        self.access_logs = self._records("access-logs", BucketPlan(DataClass.AUDIT, settings.retention_days))
        self.trail = None if settings.trail is None else self._trail(settings.trail)
        plan = BucketPlan(DataClass.AUDIT, settings.retention_days, archive=True, statements=config_writes(names))
        Recorder(
            settings.recorder,
            settings.retention_days,
            context,
            # of its own: Config delivers to no bucket with Object Lock (Config API reference, PutDeliveryChannel)
            self._records("config", plan),
            audit_key,
            global_types=home,
            after=after,
            opts=self._child,
        )
        self.detection = Detection(settings, context, home=home, opts=self._child)
        RegionDefaults(context, keys.of(AccountPurpose.VOLUMES).arn, self._child)
        if home:
            AccountDefaults(settings.contacts.security, self._child)
        self.findings = Findings(
            settings.contacts.mail,
            settings.notify,
            context,
            keys.of(AccountPurpose.FINDINGS).arn,
            home=home,
            opts=self._child,
        )
        self.register_outputs({"findingsTopicArn": self.findings.topic_arn})

    def _records(self, thing: str, plan: BucketPlan) -> AccountBucket:
        """A bucket of records; the one of access logs is under S3's own key, and writes none about itself."""
        if thing == "access-logs":
            plan = BucketPlan(plan.data_class, plan.retention_days, statements=logs_written(self._context.names))
            return AccountBucket(thing, plan, self._context, None, None, self._child)
        key = self._keys.of(AccountPurpose.AUDIT).arn
        return AccountBucket(thing, plan, self._context, key, self.access_logs, self._child)

    def _trail(self, settings: TrailSettings) -> Trail:
        names = self._context.names
        plan = BucketPlan(
            DataClass.AUDIT,
            self._settings.retention_days,
            archive=True,
            statements=trail_writes(names, trail_arn(names)),
            lock=settings.lock,
            lock_days=settings.lock_days,
        )
        key = self._keys.of(AccountPurpose.AUDIT).arn
        return Trail(settings, self._settings.pupils, self._context, key, self._records("audit", plan), self._child)
