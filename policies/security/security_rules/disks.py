"""Disks are encrypted, whoever makes them: a volume, a launch template, an image, Karpenter, the account's default."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from .core.reading import Field
from .core.rules import (
    About,
    Resource,
    Result,
    list_must_be_seen,
    must_be_seen,
    must_be_true,
    must_have_items,
    types,
    unless,
)
from .objects import object_rule
from .stores import KEY, own_key


def _disk(at: Field) -> Iterator[Result]:
    yield from must_be_true(at["encrypted"], "write encrypted: true ('true' in a launch template)")
    yield from own_key(at["kmsKeyId"])


def _is_disk(mapping: Field) -> bool:
    """Whether the mapping makes a disk: it switches none off, and names no disk of the instance's own."""
    return not mapping["noDevice"].true and mapping["noDevice"].text == "" and mapping["virtualName"].missing


def _mappings(mappings: Field) -> Iterator[Result]:
    yield from must_have_items(mappings, "write the root device (/dev/xvda) with ebs encrypted: 'true' and a kmsKeyId")
    yield from list_must_be_seen(mappings)
    for mapping in mappings.each():
        if _is_disk(mapping):
            yield from _disk(mapping["ebs"])


def _instance(resource: Resource) -> Iterator[Result]:
    template = resource["launchTemplate"]
    if template.empty:  # else the template says what the root device is, and is judged itself
        yield from must_have_items(
            resource["rootBlockDevice"], "write rootBlockDevice with encrypted: true and a kmsKeyId"
        )
    yield from _devices(resource.props, "rootBlockDevice", "ebsBlockDevices")


def _devices(at: Field, *names: str) -> Iterator[Result]:
    for name in names:
        yield from list_must_be_seen(at[name])
        for device in at[name].each():
            if _is_disk(device):
                yield from _disk(device)


def _launch_configuration(resource: Resource) -> Iterator[Result]:
    root = resource["rootBlockDevice"]
    yield from must_have_items(root, "write rootBlockDevice with encrypted: true, or better a launch template")
    for name in ("rootBlockDevice", "ebsBlockDevices"):
        yield from list_must_be_seen(resource[name])
        for device in resource[name].each():
            if _is_disk(device):  # takes no key: the account's default is used
                yield from must_be_true(device["encrypted"], "write encrypted: true, or better a launch template")


def _fleet(resource: Resource) -> Iterator[Result]:
    yield from must_be_seen(resource["launchSpecifications"])
    for launched in resource["launchSpecifications"].each():
        yield from must_have_items(
            launched["rootBlockDevices"], "write the root device with encrypted: true and a kmsKeyId"
        )
        yield from _devices(launched, "rootBlockDevices", "ebsBlockDevices")


def _image(resource: Resource) -> Iterator[Result]:
    yield from list_must_be_seen(resource["ebsBlockDevices"])
    for device in resource["ebsBlockDevices"].each():
        if device["snapshotId"].missing:  # else its disk is what the snapshot is
            yield from must_be_true(device["encrypted"], "write encrypted: true, or a snapshotId that is encrypted")


def _image_recipe(resource: Resource) -> Iterator[Result]:
    yield from _mappings(resource["blockDeviceMappings"])


def _node_class(resource: Resource) -> Iterator[Result]:
    mappings = resource.props.at("spec", "blockDeviceMappings")
    yield from must_have_items(mappings, "write the root device with ebs.encrypted: true and ebs.kmsKeyID")
    for mapping in mappings.each():
        yield from must_be_true(mapping.at("ebs", "encrypted"), "write encrypted: true")
        yield from own_key(mapping.at("ebs", "kmsKeyID"), f"write kmsKeyID: {KEY}")


def _recovery(resource: Resource) -> Iterator[Result]:
    yield from unless(lambda it: it.text == "CUSTOM", resource["ebsEncryption"], "write ebsEncryption: 'CUSTOM'")
    yield from own_key(resource["ebsEncryptionKeyArn"])


DISKS: Final[Mapping[str, Callable[[Resource], Iterator[Result]]]] = {
    "aws:ebs/volume:Volume": lambda resource: _disk(resource.props),
    "aws:ebs/snapshotCopy:SnapshotCopy": lambda resource: _disk(resource.props),
    "aws:ebs/snapshotImport:SnapshotImport": lambda resource: _disk(resource.props),
    "aws:ebs/encryptionByDefault:EncryptionByDefault": lambda resource: must_be_true(
        resource["enabled"], "write enabled: true"
    ),
    "aws:ebs/defaultKmsKey:DefaultKmsKey": lambda resource: own_key(resource["keyArn"]),
    "aws:ec2/launchTemplate:LaunchTemplate": lambda resource: _mappings(resource["blockDeviceMappings"]),
    "aws:ec2/launchConfiguration:LaunchConfiguration": _launch_configuration,
    "aws:ec2/instance:Instance": _instance,
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest": _instance,
    "aws:ec2/spotFleetRequest:SpotFleetRequest": _fleet,
    "aws:ec2/ami:Ami": _image,
    "aws:ec2/amiCopy:AmiCopy": lambda resource: _disk(resource.props),
    "aws:imagebuilder/imageRecipe:ImageRecipe": _image_recipe,
    "aws:drs/replicationConfigurationTemplate:ReplicationConfigurationTemplate": _recovery,
    "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass": _node_class,
}
"""What makes disks."""

disk_encryption = object_rule(
    About(
        name="disk-encryption",
        description="Volumes, and the disks that launch templates, images and node classes make, are encrypted.",
        severity="high",
        remedy="Declare every device with encrypted set and a customer-managed key; the key's policy must let the "
        "Auto Scaling service-linked role create grants, or no node starts.",
        controls={"FSBP": ("EC2.7",), "SOC 2": ("CC6.1",), "GDPR": ("32",)},
    ),
    types(*DISKS),
    lambda resource, _: DISKS[resource.type](resource),
)
