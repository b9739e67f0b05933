# ruff: noqa: N815 - fields are the API's own names
"""AWS Load Balancer Controller 3.5, ``gateway.k8s.aws/v1beta1``: what the Gateway API has no words for."""

from __future__ import annotations

from typing import ClassVar, Literal

from components.kubernetes.custom_resource import CustomResource, Part

API_VERSION = "gateway.k8s.aws/v1beta1"


class TargetReference(Part):
    """The Service that the targets stand behind."""

    kind: Literal["Service"] = "Service"
    name: str


class Matcher(Part):
    """Answers that count as healthy."""

    httpCode: str


class HealthCheck(Part):
    """How the load balancer asks a target."""

    healthCheckPath: str | None = None
    healthCheckProtocol: Literal["HTTP", "HTTPS", "TCP"] = "HTTP"
    healthCheckInterval: int = 10
    healthCheckTimeout: int = 5
    healthyThresholdCount: int = 2
    unhealthyThresholdCount: int = 3
    matcher: Matcher | None = None


class Attribute(Part):
    """An attribute of a target group or load balancer, both as text."""

    key: str
    value: str


class TargetGroupProps(Part):
    """A target group. ``ip``: pods are the targets; the controller's default, ``instance``, wants node ports."""

    targetType: Literal["ip"] = "ip"
    protocol: Literal["HTTP", "HTTPS"] | None = None
    protocolVersion: Literal["HTTP1", "HTTP2", "GRPC"] | None = None
    healthCheckConfig: HealthCheck | None = None
    targetGroupAttributes: list[Attribute] | None = None
    tags: dict[str, str] | None = None


class TargetGroupConfigurationSpec(Part):
    """The target groups of one Service."""

    targetReference: TargetReference
    defaultConfiguration: TargetGroupProps


class TargetGroupConfiguration(CustomResource):
    """How a Service's pods become targets."""

    api_version: ClassVar[str] = API_VERSION
    resource_kind: ClassVar[str] = "TargetGroupConfiguration"
    spec: TargetGroupConfigurationSpec
