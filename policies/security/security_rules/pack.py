"""The pack: its name, what it is for, its rules in the order in which they are shown."""

from __future__ import annotations

from typing import Final

from .clusters import control_plane
from .core.rules import AnyRule
from .disks import disk_encryption
from .encryption_at_rest import encryption_at_rest, key_rotation
from .encryption_in_transit import encryption_in_transit
from .exposure import public_exposure
from .iam import iam_wildcards, public_principals, rbac_wildcards
from .ingress import open_ingress
from .metadata import instance_metadata
from .pod_security import pod_security
from .providers import judged_providers
from .stacks import bucket_safeguards, namespace_default_deny
from .workloads import (
    container_probes,
    container_resources,
    high_uid,
    image_reference,
    read_only_root,
    secrets_as_files,
    workload_identity,
)

NAME: Final = "platform-security"
DESCRIPTION: Final = (
    "Encryption, pod hardening, exposure and permissions: what no stack of the platform may do without."
)

RULES: Final[tuple[AnyRule, ...]] = (
    encryption_at_rest,
    disk_encryption,
    key_rotation,
    encryption_in_transit,
    public_exposure,
    open_ingress,
    instance_metadata,
    control_plane,
    iam_wildcards,
    public_principals,
    rbac_wildcards,
    pod_security,
    read_only_root,
    high_uid,
    workload_identity,
    container_resources,
    container_probes,
    image_reference,
    secrets_as_files,
    judged_providers,
    bucket_safeguards,
    namespace_default_deny,
)
