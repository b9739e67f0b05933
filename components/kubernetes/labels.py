"""The labels that every object of ours carries, and the keys that other parts of the platform refer to."""

from __future__ import annotations

import re
from typing import Final

NAME: Final = "app.kubernetes.io/name"
COMPONENT: Final = "app.kubernetes.io/component"
PART_OF: Final = "app.kubernetes.io/part-of"
VERSION: Final = "app.kubernetes.io/version"
MANAGED_BY: Final = "app.kubernetes.io/managed-by"

NAMESPACE: Final = "kubernetes.io/metadata.name"
"""The label that the API server itself puts on every namespace: what a namespace selector can rely on."""
OWNED: Final = "platform/admission"
"""Only our own namespaces carry it: the admission policies bind by it, so that no vendor's pod is refused."""
ENFORCED: Final = "enforced"
"""Its value."""
READINESS_GATES: Final = "elbv2.k8s.aws/pod-readiness-gate-inject"
"""Namespace label: the load balancer controller gives new pods of a target group a readiness gate (its documentation,
pod readiness gate)."""
NODE_GROUP: Final = "node-group"
"""Label of every node (the name of its group or pool), and key of the taint that keeps others off a special one."""
AFTER: Final = "platform/after"
"""Annotation of a controller: what must be ready (a Job: have ended well) before its pods start, as ``Job/<name>``."""
CONFIG_CHECKSUM: Final = "platform/config-checksum"
"""Pod annotation that changes with the configuration, so that a change rolls the pods."""
EXEMPT_REASON: Final = "platform/admission-exempt-reason"
"""Namespace annotation: why our admission policies don't bind there."""
POD_SECURITY_REASON: Final = "platform/pod-security-reason"
"""Namespace annotation: why its pods need more than Pod Security's ``restricted`` allows."""
TOKEN_REASON: Final = "platform/token-reason"  # noqa: S105 - the name of an annotation
"""Pod annotation: why the pod has a token for the cluster's API."""

ZONE: Final = "topology.kubernetes.io/zone"
HOSTNAME: Final = "kubernetes.io/hostname"

_NOT_A_LABEL = re.compile(r"[^A-Za-z0-9._-]")


def label_value(text: str) -> str:
    """``text`` as a label value: at most 63 characters of letters, digits, dot, hyphen and underscore."""
    return _NOT_A_LABEL.sub("-", text)[:63].strip("-._")


def standard_labels(name: str, *, component: str, part_of: str, managed_by: str = "pulumi") -> dict[str, str]:
    """The recommended labels of Kubernetes for one object; pods carry their version besides."""
    return {NAME: name, COMPONENT: component, PART_OF: part_of, MANAGED_BY: managed_by}


def selector_labels(name: str) -> dict[str, str]:
    """What selects a workload's pods. A Deployment's selector can never change, so nothing else belongs in it."""
    return {NAME: name}
