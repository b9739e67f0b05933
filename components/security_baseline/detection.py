"""What looks for intrusion, weakness and stray data: GuardDuty, Security Hub, Access Analyzer, Inspector, Macie."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pulumi
import pulumi_aws as aws

from components.context import Context
from components.security_baseline.settings import BaselineSettings, GuardDutySettings

FREQUENCY: Final = "FIFTEEN_MINUTES"
"""How soon GuardDuty and Macie tell of a finding again; the shortest there is."""
FSBP: Final = "standards/aws-foundational-security-best-practices/v/1.0.0"
CIS: Final = "standards/cis-aws-foundations-benchmark/v/{version}"


def features(settings: GuardDutySettings) -> Iterator[tuple[str, bool]]:
    """GuardDuty's features and whether each is on, in the words of its API; runtime monitoring stands apart."""
    yield "S3_DATA_EVENTS", settings.s3
    yield "EKS_AUDIT_LOGS", settings.eks_audit
    yield "EBS_MALWARE_PROTECTION", settings.malware
    yield "RDS_LOGIN_EVENTS", settings.rds_login
    yield "LAMBDA_NETWORK_LOGS", settings.lambda_network


def agents(settings: GuardDutySettings) -> list[tuple[str, bool]]:
    """Which agents GuardDuty installs by itself.

    The one of EKS only where no stack declares it as an add-on; none for Fargate, which nothing uses, nor for single
    instances, since every instance here is a node and the cluster's agent sees it.
    """
    managed = settings.runtime and settings.agent == "guardduty"
    return [
        ("EKS_ADDON_MANAGEMENT", managed),
        ("ECS_FARGATE_AGENT_MANAGEMENT", False),
        ("EC2_AGENT_MANAGEMENT", False),
    ]


def _status(on: bool) -> str:  # noqa: FBT001 - the one thing it says
    return "ENABLED" if on else "DISABLED"


class Detection(pulumi.ComponentResource):
    """Every detective service of a region; what they find goes to Security Hub and to EventBridge by itself.

    Every feature is declared, those that are off too: taking a declaration away would not switch it off.
    """

    detector: aws.guardduty.Detector
    hub: aws.securityhub.Account

    def __init__(
        self,
        settings: BaselineSettings,
        context: Context,
        *,
        home: bool,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:Detection", "detection", None, opts)
        self._context = context
        self._child = pulumi.ResourceOptions(parent=self)
        self._guardduty(settings.guardduty)
        self._security_hub(settings.cis, home=home)
        self._access_analyzer(settings.unused_access_days if home else None)
        if settings.inspector:
            aws.inspector2.Enabler(
                "inspector",
                account_ids=[context.names.account_id],
                resource_types=list(settings.inspector),
                opts=self._child,
            )
        if settings.macie:
            self._macie(settings.pupils.buckets)
        self.register_outputs({"detectorId": self.detector.id, "hubArn": self.hub.arn})

    def _guardduty(self, settings: GuardDutySettings) -> None:
        self.detector = aws.guardduty.Detector(
            "guardduty",
            enable=True,
            finding_publishing_frequency=FREQUENCY,
            # deleting it deletes every finding
            opts=pulumi.ResourceOptions(parent=self, protect=self._context.protect or None),
        )
        for name, on in features(settings):
            aws.guardduty.DetectorFeature(
                name.lower().replace("_", "-"),
                detector_id=self.detector.id,
                name=name,
                status=_status(on),
                opts=self._child,
            )
        aws.guardduty.DetectorFeature(
            "runtime-monitoring",
            detector_id=self.detector.id,
            name="RUNTIME_MONITORING",
            status=_status(settings.runtime),
            additional_configurations=[{"name": name, "status": _status(on)} for name, on in agents(settings)],
            opts=self._child,
        )

    def _security_hub(self, cis: str, *, home: bool) -> None:
        self.hub = aws.securityhub.Account(
            "security-hub",
            # the default subscriptions would clash with those declared here
            enable_default_standards=False,
            auto_enable_controls=True,
            # one finding a control, however many standards have it
            control_finding_generator="SECURITY_CONTROL",
            opts=self._child,
        )
        region = self._context.names.region
        after = pulumi.ResourceOptions(parent=self, depends_on=[self.hub])
        for name, standard in (("fsbp", FSBP), ("cis", CIS.format(version=cis))):
            aws.securityhub.StandardsSubscription(
                name, standards_arn=f"arn:aws:securityhub:{region}::{standard}", opts=after
            )
        recovery = self._context.identity.recovery_region
        if home and recovery is not None:
            # one view of both regions
            aws.securityhub.FindingAggregator(
                "regions", linking_mode="SPECIFIED_REGIONS", specified_regions=[recovery], opts=after
            )

    def _access_analyzer(self, unused_days: int | None) -> None:
        names = self._context.names
        aws.accessanalyzer.Analyzer(
            "external-access", analyzer_name=f"{names.prefix}-external-access", type="ACCOUNT", opts=self._child
        )
        if unused_days is not None:
            aws.accessanalyzer.Analyzer(
                "unused-access",
                analyzer_name=f"{names.prefix}-unused-access",
                type="ACCOUNT_UNUSED_ACCESS",
                configuration={"unused_access": {"unused_access_age": unused_days}},
                opts=self._child,
            )

    def _macie(self, things: list[str]) -> None:
        macie = aws.macie2.Account("macie", finding_publishing_frequency=FREQUENCY, status="ENABLED", opts=self._child)
        if not things:
            return
        names = self._context.names
        buckets = [names.bucket(thing) for thing in things]
        aws.macie2.ClassificationJob(
            "pupils",
            name=f"{names.prefix}-pupils",
            description="Personal data in what pupils and teachers upload",
            job_type="SCHEDULED",
            schedule_frequency={"weekly_schedule": "SUNDAY"},
            initial_run=True,
            sampling_percentage=100,
            # by a criterion, judged anew at every run: the environment makes its buckets after the account
            s3_job_definition={
                "bucket_criteria": {
                    "includes": {
                        "ands": [{"simple_criterion": {"comparator": "EQ", "key": "S3_BUCKET_NAME", "values": buckets}}]
                    }
                }
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[macie]),
        )
