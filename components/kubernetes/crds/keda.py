# ruff: noqa: N815 - fields are the API's own names
"""KEDA 2.20, ``keda.sh/v1alpha1``."""

from __future__ import annotations

from typing import ClassVar

from components.kubernetes.custom_resource import CustomResource, Part
from components.kubernetes.manifest import Json

API_VERSION = "keda.sh/v1alpha1"


class SecretTarget(Part):
    """A trigger's parameter from a key of a Secret in the same namespace."""

    parameter: str
    name: str
    key: str


class TriggerAuthenticationSpec(Part):
    """Where a trigger's credentials come from."""

    secretTargetRef: list[SecretTarget]


class TriggerAuthentication(CustomResource):
    """Credentials of triggers."""

    api_version: ClassVar[str] = API_VERSION
    resource_kind: ClassVar[str] = "TriggerAuthentication"
    spec: TriggerAuthenticationSpec


class AuthenticationRef(Part):
    """A TriggerAuthentication of the same namespace."""

    name: str


class Trigger(Part):
    """What is measured; every value of ``metadata`` is a string."""

    type: str
    metadata: dict[str, str]
    authenticationRef: AuthenticationRef | None = None
    name: str | None = None


class ScaleTarget(Part):
    """What is scaled."""

    name: str
    kind: str
    apiVersion: str = "apps/v1"


class HorizontalConfig(Part):
    """Settings of the autoscaler that KEDA makes."""

    behavior: dict[str, Json]


class Advanced(Part):
    """How the autoscaler behaves."""

    horizontalPodAutoscalerConfig: HorizontalConfig
    restoreToOriginalReplicaCount: bool = False


class ScaledObjectSpec(Part):
    """How a workload follows what waits for it."""

    scaleTargetRef: ScaleTarget
    minReplicaCount: int
    maxReplicaCount: int
    pollingInterval: int
    cooldownPeriod: int
    triggers: list[Trigger]
    advanced: Advanced | None = None


class ScaledObject(CustomResource):
    """An autoscaler by events."""

    api_version: ClassVar[str] = API_VERSION
    resource_kind: ClassVar[str] = "ScaledObject"
    spec: ScaledObjectSpec
