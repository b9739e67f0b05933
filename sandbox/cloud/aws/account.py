"""What the services answer that an account or region has once: detection, records, defaults, the registry's rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sandbox.cloud.identity import uuid_of
from sandbox.cloud.making import CREATED, Maker, Making
from sandbox.model import Properties


def _called(id_: str) -> Maker:
    """A fixed ID: the account, or the region, has one."""
    return lambda _: (id_, {})


def _by(key: str) -> Maker:
    """The ID is an input."""
    return lambda making: (making.text(key), {})


def _region(making: Making) -> tuple[str, Properties]:
    return making.region, {}


def _account(making: Making) -> tuple[str, Properties]:
    return making.account, {"accountId": making.account}


# --- detection ----------------------------------------------------------------------------------------------------


def _detector_feature(making: Making) -> tuple[str, Properties]:
    return f"{making.text('detectorId')}/{making.text('name')}", {}


def _standard(making: Making) -> tuple[str, Properties]:
    """A subscription is called as its standard, in the account."""
    standard = making.text("standardsArn").rpartition(":")[2].removeprefix("standards/").removeprefix("ruleset/")
    arn = making.arn("securityhub", f"subscription/{standard}")
    return arn, {"arn": arn}


def _aggregator(making: Making) -> tuple[str, Properties]:
    arn = making.arn("securityhub", f"finding-aggregator/{uuid_of(making.urn)}")
    return arn, {"arn": arn}


def _enabler(making: Making) -> tuple[str, Properties]:
    accounts = ",".join(str(item) for item in making.items("accountIds"))
    kinds = ":".join(str(item) for item in making.items("resourceTypes"))
    return f"{accounts}-{kinds}", {}


def _macie(making: Making) -> tuple[str, Properties]:
    role = "role/aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie"
    arn = making.arn("iam", role, regional=False)
    return making.account, {"serviceRole": arn, "createdAt": CREATED, "updatedAt": CREATED}


def _classification_job(making: Making) -> tuple[str, Properties]:
    id_ = making.hex(32)
    outputs: Properties = {
        "jobId": id_,
        "jobArn": making.arn("macie2", f"classification-job/{id_}"),
        "createdAt": CREATED,
        "userPausedDetails": [],
    }
    if "jobStatus" not in making.inputs:
        outputs["jobStatus"] = "RUNNING"
    return id_, outputs


# --- records ------------------------------------------------------------------------------------------------------


def _rule(making: Making) -> tuple[str, Properties]:
    name, id_ = making.text("name"), f"config-rule-{making.letters(6).lower()}"
    return name, {"ruleId": id_, "arn": making.arn("config", f"config-rule/{id_}")}


# --- defaults -----------------------------------------------------------------------------------------------------


def _password_policy(making: Making) -> tuple[str, Properties]:
    age = making.value("maxPasswordAge")
    return "iam-account-password-policy", {"expirePasswords": isinstance(age, int) and age > 0}


def _service_setting(making: Making) -> tuple[str, Properties]:
    setting = making.text("settingId")
    return setting, {"arn": setting, "status": "Customized"}


# --- the registry ---------------------------------------------------------------------------------------------------


def _registry(making: Making) -> tuple[str, Properties]:
    return making.account, {"registryId": making.account}


def _registry_part(key: str) -> Maker:
    def make(making: Making) -> tuple[str, Properties]:
        return making.text(key), {"registryId": making.account}

    return make


MAKERS: Final[Mapping[str, Maker]] = {
    "aws:account/alternativeContact:AlternativeContact": _by("alternateContactType"),
    "aws:backup/regionSettings:RegionSettings": _region,
    "aws:cfg/deliveryChannel:DeliveryChannel": _by("name"),
    "aws:cfg/recorder:Recorder": _by("name"),
    "aws:cfg/recorderStatus:RecorderStatus": _by("name"),
    "aws:cfg/retentionConfiguration:RetentionConfiguration": lambda _: ("default", {"name": "default"}),
    "aws:cfg/rule:Rule": _rule,
    "aws:ebs/defaultKmsKey:DefaultKmsKey": _by("keyArn"),
    "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": _called("default"),
    "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess": _region,
    "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults": _region,
    "aws:ec2/serialConsoleAccess:SerialConsoleAccess": _region,
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": _registry_part("ecrRepositoryPrefix"),
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": _registry,
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": _registry,
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": _registry_part("prefix"),
    "aws:guardduty/detectorFeature:DetectorFeature": _detector_feature,
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": _password_policy,
    "aws:inspector2/enabler:Enabler": _enabler,
    "aws:macie2/account:Account": _macie,
    "aws:macie2/classificationJob:ClassificationJob": _classification_job,
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": _account,
    "aws:securityhub/findingAggregator:FindingAggregator": _aggregator,
    "aws:securityhub/standardsSubscription:StandardsSubscription": _standard,
    "aws:ssm/serviceSetting:ServiceSetting": _service_setting,
}
