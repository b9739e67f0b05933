"""The cluster's default storage: encrypted gp3 volumes by the EBS CSI driver."""

from __future__ import annotations

from typing import Final

from lightkube.models.meta_v1 import ObjectMeta
from lightkube.models.storage_v1 import StorageClass

from components.eks_cluster.nodes import VOLUME_IOPS, VOLUME_MB_A_SECOND

STORAGE_CLASS: Final = "gp3"
"""The default class: what a claim gets that names none."""
KEY_PARAMETER: Final = "kmsKeyId"
"""Where the key's ARN goes. The driver wants the full ARN of the key, not an alias: cloning compares it as text."""


def storage_class() -> StorageClass:
    """The default StorageClass, but for the ARN of its key, which only the cloud knows.

    A volume is made where its pod is scheduled, may grow, and goes with its claim.
    """
    return StorageClass(
        apiVersion="storage.k8s.io/v1",
        kind="StorageClass",
        metadata=ObjectMeta(name=STORAGE_CLASS, annotations={"storageclass.kubernetes.io/is-default-class": "true"}),
        provisioner="ebs.csi.aws.com",
        parameters={
            "type": "gp3",
            "iops": str(VOLUME_IOPS),
            "throughput": str(VOLUME_MB_A_SECOND),
            "encrypted": "true",
            "csi.storage.k8s.io/fstype": "ext4",
        },
        reclaimPolicy="Delete",
        allowVolumeExpansion=True,
        volumeBindingMode="WaitForFirstConsumer",
    )
