"""The account's security services."""

from __future__ import annotations

from typing import Any

from tests.shapes.requests import Row


def feature(inputs: dict[str, Any]) -> dict[str, Any]:
    """A feature is a change of its detector."""
    return {
        "detectorId": inputs["detectorId"],
        "features": [{key: value for key, value in inputs.items() if key != "detectorId"}],
    }


def job(inputs: dict[str, Any]) -> dict[str, Any]:
    """The day of a week stands in an object of its own."""
    day = inputs.get("scheduleFrequency", {}).pop("weeklySchedule", None)
    if day:
        inputs["scheduleFrequency"]["weeklySchedule"] = {"dayOfWeek": day}
    return inputs


SECURITY: dict[str, Row] = {
    "aws:accessanalyzer/analyzer:Analyzer": Row("accessanalyzer", ("CreateAnalyzer",)),
    "aws:cfg/deliveryChannel:DeliveryChannel": Row(
        "config",
        ("PutDeliveryChannel",),
        body="DeliveryChannel",
        names={"snapshotDeliveryProperties": "DeliveryChannel.configSnapshotDeliveryProperties"},
    ),
    "aws:cfg/recorder:Recorder": Row("config", ("PutConfigurationRecorder",), body="ConfigurationRecorder"),
    "aws:cfg/recorderStatus:RecorderStatus": Row(
        "config",
        ("StartConfigurationRecorder",),
        names={"name": "ConfigurationRecorderName"},
        left={"isEnabled": "which request is sent says it"},
    ),
    "aws:cfg/retentionConfiguration:RetentionConfiguration": Row("config", ("PutRetentionConfiguration",)),
    "aws:cfg/rule:Rule": Row(
        "config", ("PutConfigRule",), body="ConfigRule", names={"name": "ConfigRule.ConfigRuleName", "tags": "Tags"}
    ),
    "aws:cloudtrail/trail:Trail": Row(
        "cloudtrail",
        ("CreateTrail", "PutEventSelectors", "PutInsightSelectors"),
        names={"cloudWatchLogsGroupArn": "CloudWatchLogsLogGroupArn", "tags": "TagsList"},
        left={"enableLogging": "a request or none: StartLogging"},
        given={"PutEventSelectors:TrailName": "trail", "PutInsightSelectors:TrailName": "trail"},
    ),
    "aws:guardduty/detector:Detector": Row("guardduty", ("CreateDetector",)),
    "aws:guardduty/detectorFeature:DetectorFeature": Row("guardduty", ("UpdateDetector",), shape=feature),
    "aws:inspector2/enabler:Enabler": Row("inspector2", ("Enable",)),
    "aws:macie2/account:Account": Row("macie2", ("EnableMacie",)),
    "aws:macie2/classificationJob:ClassificationJob": Row(
        "macie2",
        ("CreateClassificationJob",),
        names={"s3JobDefinition.bucketCriteria.includes.ands": "and"},
        given={"clientToken": "token"},
        shape=job,
    ),
    "aws:securityhub/account:Account": Row("securityhub", ("EnableSecurityHub", "UpdateSecurityHubConfiguration")),
    "aws:securityhub/findingAggregator:FindingAggregator": Row(
        "securityhub",
        ("CreateFindingAggregator",),
        names={"linkingMode": "RegionLinkingMode", "specifiedRegions": "Regions"},
    ),
    "aws:securityhub/standardsSubscription:StandardsSubscription": Row(
        "securityhub", ("BatchEnableStandards",), names={"standardsArn": "StandardsSubscriptionRequests.StandardsArn"}
    ),
}
