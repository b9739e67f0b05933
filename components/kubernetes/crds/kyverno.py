# ruff: noqa: N815 - fields are the API's own names
"""Kyverno 1.19, ``policies.kyverno.io/v1``: only what verifies signatures of images."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from components.kubernetes.custom_resource import CustomResource, Part

API_VERSION = "policies.kyverno.io/v1"


class ResourceRule(Part):
    """Requests that a policy is asked about."""

    apiGroups: list[str]
    apiVersions: list[str]
    operations: list[Literal["CREATE", "UPDATE"]]
    resources: list[str]


class NamespaceSelector(Part):
    """Namespaces by label."""

    matchLabels: dict[str, str]


class MatchConstraints(Part):
    """Which requests, in which namespaces."""

    resourceRules: list[ResourceRule]
    namespaceSelector: NamespaceSelector


class ImageReference(Part):
    """Images by a pattern of their reference."""

    glob: str


class Key(Part):
    """A public key, PEM."""

    data: str


class TransparencyLog(Part):
    """Whether a signature must stand in a public log."""

    insecureIgnoreTlog: bool
    insecureIgnoreSCT: bool


class Cosign(Part):
    """Who signs with cosign."""

    key: Key
    ctlog: TransparencyLog


class Attestor(Part):
    """A signer that policies trust."""

    name: str
    cosign: Cosign


class Expression(Part):
    """What must be true, and what is said where it isn't."""

    expression: str
    message: str


class ImageRules(Part):
    """What else is asked of an image."""

    mutateDigest: bool
    verifyDigest: bool
    required: bool


class PodControllers(Part):
    """Kinds that the policy is repeated for."""

    controllers: list[str]


class Autogen(Part):
    """What Kyverno makes of the policy by itself."""

    podControllers: PodControllers


class Admission(Part):
    """Whether requests are judged."""

    enabled: bool


class Evaluation(Part):
    """When the policy is evaluated."""

    admission: Admission
    background: Admission


class Credentials(Part):
    """How registries are signed in to."""

    providers: list[Literal["amazon"]]


class WebhookConfiguration(Part):
    """How long the API server waits for a verdict, in seconds."""

    timeoutSeconds: int = Field(ge=1, le=30)


class ImageValidatingPolicySpec(Part):
    """Which images, signed by whom."""

    failurePolicy: Literal["Fail", "Ignore"]
    validationActions: list[Literal["Deny", "Audit", "Warn"]]
    matchConstraints: MatchConstraints
    matchImageReferences: list[ImageReference]
    attestors: list[Attestor]
    validations: list[Expression]
    validationConfigurations: ImageRules
    autogen: Autogen
    evaluation: Evaluation
    credentials: Credentials
    webhookConfiguration: WebhookConfiguration


class ImageValidatingPolicy(CustomResource):
    """Refuses pods whose images nobody signed."""

    api_version: ClassVar[str] = API_VERSION
    resource_kind: ClassVar[str] = "ImageValidatingPolicy"
    spec: ImageValidatingPolicySpec
