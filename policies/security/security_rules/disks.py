"""Disks are encrypted, whoever makes them: a volume, a launch template, Karpenter, the account's default."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from .core.reading import Field
from .core.rules import About, Resource, Result, Rule, must_be_given, must_be_true, must_have_items, types
from .encryption_at_rest import KEY


def _disk(at: Field) -> Iterator[Result]:
    yield from must_be_true(at["encrypted"], "write encrypted=True ('true' in a launch template)")
    yield from must_be_given(at["kmsKeyId"], f"write kms_key_id={KEY}")


def _launch_template(resource: Resource) -> Iterator[Result]:
    mappings = resource["blockDeviceMappings"]
    yield from must_have_items(mappings, "write the root device (/dev/xvda) with ebs encrypted='true' and a kms_key_id")
    for mapping in mappings.each():
        if mapping["noDevice"].missing and mapping["virtualName"].missing:
            yield from _disk(mapping["ebs"])


def _instance(resource: Resource) -> Iterator[Result]:
    yield from must_have_items(
        resource["rootBlockDevice"], "write root_block_device with encrypted=True and a kms_key_id"
    )
    for name in ("rootBlockDevice", "ebsBlockDevices"):
        for device in resource[name].each():
            yield from _disk(device)


def _node_class(resource: Resource) -> Iterator[Result]:
    mappings = resource.props.at("spec", "blockDeviceMappings")
    yield from must_have_items(mappings, "write the root device with ebs.encrypted: true and ebs.kmsKeyID")
    for mapping in mappings.each():
        yield from must_be_true(mapping.at("ebs", "encrypted"), "write encrypted: true")
        yield from must_be_given(mapping.at("ebs", "kmsKeyID"), f"write kmsKeyID: {KEY}")


DISKS: Final[Mapping[str, Callable[[Resource], Iterator[Result]]]] = {
    "aws:ebs/volume:Volume": lambda resource: _disk(resource.props),
    "aws:ebs/snapshotCopy:SnapshotCopy": lambda resource: _disk(resource.props),
    "aws:ebs/encryptionByDefault:EncryptionByDefault": lambda resource: must_be_true(
        resource["enabled"], "write enabled=True"
    ),
    "aws:ec2/launchTemplate:LaunchTemplate": _launch_template,
    "aws:ec2/instance:Instance": _instance,
    "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass": _node_class,
}
"""What makes disks."""

disk_encryption = Rule(
    About(
        name="disk-encryption",
        description="Volumes, and the disks that launch templates and node classes make, are encrypted.",
        severity="high",
        remedy="Declare every device with encrypted set and a customer-managed key; the key's policy must let the "
        "Auto Scaling service-linked role create grants, or no node starts.",
        controls={"FSBP": ("EC2.7",), "SOC 2": ("CC6.1",), "GDPR": ("32",)},
    ),
    types(*DISKS),
    lambda resource, _: DISKS[resource.type](resource),
)
