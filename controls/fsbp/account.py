"""What an account and region has once: trail, recorder, detection; and topics and queues."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from controls.fsbp.buckets import BLOCKS
from controls.fsbp.lines import line
from controls.graph import Graph, Resource, aws, rows, texts, truth
from controls.judges import each, finding, some, there
from controls.model import Control, Finding, Scope

TRAIL: Final = aws("cloudtrail.Trail")
RECORDER: Final = aws("cfg.Recorder")
DETECTOR: Final = aws("guardduty.Detector")
FEATURE: Final = aws("guardduty.DetectorFeature")
TOPIC: Final = aws("sns.Topic")
QUEUE: Final = aws("sqs.Queue")


def _on(trail: Resource) -> bool:
    return truth(trail.get("enableLogging")) is not False


def _records_management(trail: Resource) -> bool:
    """Whether it records both reads and writes of management events."""
    classic = trail.rows("eventSelectors")
    advanced = trail.rows("advancedEventSelectors")
    if not classic and not advanced:
        return True
    by_classic = any(
        row.get("includeManagementEvents") is not False and row.get("readWriteType") in (None, "All") for row in classic
    )
    by_advanced = any(
        any(it.get("field") == "eventCategory" and "Management" in texts(it.get("equals")) for it in fields)
        and not any(it.get("field") == "readOnly" for it in fields)
        for fields in (rows(row.get("fieldSelectors")) for row in advanced)
    )
    return by_classic or by_advanced


def _everywhere(trail: Resource) -> bool:
    return _on(trail) and truth(trail.get("isMultiRegionTrail")) is True and _records_management(trail)


def _closed(graph: Graph) -> Iterator[Finding]:
    """The trail's bucket is one of the stack, and blocks all public access."""
    for trail in graph.of(TRAIL):
        name = trail.text("s3BucketName")
        blocks = [it for it in graph.of(aws("s3.BucketPublicAccessBlock")) if it.get("bucket") == name]
        good = any(all(truth(block.get(key)) is True for key in BLOCKS) for block in blocks)
        yield finding(blocks[0] if blocks else trail, "" if blocks else "s3BucketName", good, name)


def _watched(graph: Graph) -> Iterator[Finding]:
    for trail in graph.of(TRAIL):
        name = trail.text("s3BucketName")
        links = [it for it in graph.of(aws("s3.BucketLogging")) if it.get("bucket") == name]
        good = any(there(link.get("targetBucket")) for link in links)
        yield finding(links[0] if links else trail, "targetBucket" if links else "s3BucketName", good, name)


def _records_all(graph: Graph) -> Iterator[Finding]:
    """The recorder is on, records every type, and writes as the service-linked role."""
    running = {it.text("name") for it in graph.of(aws("cfg.RecorderStatus")) if truth(it.get("isEnabled")) is True}
    found = graph.of(RECORDER)
    if not found:
        yield Finding(graph.root, "", good=False, found="no Recorder")
    for recorder in found:
        named = recorder.text("name")
        every = truth(recorder.get("recordingGroup.allSupported")) is True
        linked_role = "/aws-service-role/config.amazonaws.com/" in recorder.text("roleArn")
        delivered = bool(graph.of(aws("cfg.DeliveryChannel")))
        good = named in running and every and linked_role and delivered
        yield finding(recorder, "recordingGroup", good, recorder.get("recordingGroup"))


def _feature(name: str, resource: Resource) -> bool:
    return resource.get("name") == name and resource.get("status") == "ENABLED"


def _encrypted_queue(graph: Graph) -> Iterator[Finding]:
    for queue in graph.of(QUEUE):
        good = truth(queue.get("sqsManagedSseEnabled")) is True or there(queue.get("kmsMasterKeyId"))
        yield finding(queue, "sqsManagedSseEnabled", good, queue.get("sqsManagedSseEnabled"))


CONTROLS: Final[tuple[Control, ...]] = (
    line("CloudTrail.1", "A trail of every region records management events", TRAIL, some(
        TRAIL, _everywhere, "isMultiRegionTrail"), Scope.ACCOUNT),
    line("CloudTrail.2", "The trail is encrypted with a key of our own", TRAIL, some(
        TRAIL, lambda it: there(it.get("kmsKeyId")), "kmsKeyId"), Scope.ACCOUNT),
    line("CloudTrail.3", "A trail is on", TRAIL, some(TRAIL, _on, "enableLogging"), Scope.ACCOUNT),
    line("CloudTrail.4", "A changed log file would show", TRAIL, some(
        TRAIL, lambda it: truth(it.get("enableLogFileValidation")) is True, "enableLogFileValidation"), Scope.ACCOUNT),
    line("CloudTrail.5", "The trail goes to CloudWatch", TRAIL, some(
        TRAIL, lambda it: there(it.get("cloudWatchLogsGroupArn")) and there(it.get("cloudWatchLogsRoleArn")),
        "cloudWatchLogsGroupArn"), Scope.ACCOUNT),
    line("CloudTrail.6", "The trail's bucket isn't public", TRAIL, _closed, Scope.ACCOUNT),
    line("CloudTrail.7", "Access to the trail's bucket is logged", TRAIL, _watched, Scope.ACCOUNT),
    line("Config.1", "Config records every type, as its service-linked role", RECORDER, _records_all, Scope.REGION),
    line("GuardDuty.1", "GuardDuty is on", DETECTOR, some(
        DETECTOR, lambda it: truth(it.get("enable")) is True, "enable"), Scope.REGION),
    line("GuardDuty.9", "GuardDuty watches sign-ins to databases", FEATURE, some(
        FEATURE, lambda it: _feature("RDS_LOGIN_EVENTS", it), "status"), Scope.REGION),
    line("GuardDuty.10", "GuardDuty watches reads and writes of buckets", FEATURE, some(
        FEATURE, lambda it: _feature("S3_DATA_EVENTS", it), "status"), Scope.REGION),
    line("SNS.1", "Topics are encrypted with a key of our own", TOPIC, each(TOPIC, "kmsMasterKeyId", there)),
    line("SQS.1", "Queues are encrypted", QUEUE, _encrypted_queue),
)  # fmt: skip
"""The lines about an account's guards, and about messages."""

__all__ = ["CONTROLS"]
