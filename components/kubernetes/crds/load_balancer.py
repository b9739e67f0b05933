# ruff: noqa: N815 - fields are the API's own names
"""AWS Load Balancer Controller 3.5, ``gateway.k8s.aws/v1`` (v1beta1 is deprecated).

What the Gateway API has no words for.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from components.kubernetes.custom_resource import CustomResource, Part

API_VERSION = "gateway.k8s.aws/v1"


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
    """The target groups of one Service; without ``targetReference`` what a Gateway's have that say nothing else."""

    targetReference: TargetReference | None = None
    defaultConfiguration: TargetGroupProps


class TargetGroupConfiguration(CustomResource):
    """How a Service's pods become targets."""

    api_version: ClassVar[str] = API_VERSION
    resource_kind: ClassVar[str] = "TargetGroupConfiguration"
    spec: TargetGroupConfigurationSpec


class ListenerConfiguration(Part):
    """A listener of the load balancer: ``protocolPort`` is ``HTTPS:443``. Certificates are ARNs of ACM's."""

    protocolPort: str
    defaultCertificate: str | None = None
    sslPolicy: str | None = None
    listenerAttributes: list[Attribute] | None = None


class Subnet(Part):
    """A subnet by its id."""

    identifier: str


class WebAcl(Part):
    """A web ACL by its ARN."""

    webACL: str


class DefaultTargetGroups(Part):
    """A TargetGroupConfiguration of the same namespace."""

    name: str


class LoadBalancerConfigurationSpec(Part):
    """A load balancer. The controller's default scheme is ``internal``, its default TLS policy of 2016."""

    scheme: Literal["internal", "internet-facing"]
    ipAddressType: Literal["ipv4", "dualstack"] = "ipv4"
    loadBalancerSubnets: list[Subnet] | None = None
    listenerConfigurations: list[ListenerConfiguration]
    securityGroups: list[str] | None = None
    manageBackendSecurityGroupRules: bool = False
    loadBalancerAttributes: list[Attribute]
    wafV2: WebAcl | None = None
    defaultTargetGroupConfiguration: DefaultTargetGroups | None = None
    tags: dict[str, str] | None = None


class LoadBalancerConfiguration(CustomResource):
    """What the controller makes of a Gateway."""

    api_version: ClassVar[str] = API_VERSION
    resource_kind: ClassVar[str] = "LoadBalancerConfiguration"
    spec: LoadBalancerConfigurationSpec


class Claim(Part):
    """A claim that a token must have: one value, any of a list, or words with spaces between them."""

    name: str
    format: Literal["single-string", "string-array", "space-separated-values"]
    values: list[str]


class JwtValidation(Part):
    """A token's issuer, where its keys are found, and its claims. Time claims are always looked at."""

    issuer: str
    jwksEndpoint: str
    additionalClaims: list[Claim] | None = None


class FixedResponse(Part):
    """An answer of the load balancer's own."""

    statusCode: int
    contentType: Literal["text/plain", "text/html", "application/json"] = "text/plain"
    messageBody: str | None = None


class SecretName(Part):
    """A Secret of the same namespace."""

    name: str


class OidcAuthentication(Part):
    """An identity provider (OpenID Connect). The Secret holds ``clientID`` and ``clientSecret``."""

    issuer: str
    authorizationEndpoint: str
    tokenEndpoint: str
    userInfoEndpoint: str
    secret: SecretName
    scope: str = "openid"
    onUnauthenticatedRequest: Literal["authenticate", "deny"] = "authenticate"
    sessionCookieName: str
    sessionTimeout: int


class OidcAction(Part):
    """Let nobody pass who hasn't signed in; only on listeners with TLS."""

    type: Literal["authenticate-oidc"] = "authenticate-oidc"
    authenticateOIDCConfig: OidcAuthentication


class JwtAction(Part):
    """Let nobody pass without a valid token; only on listeners with TLS."""

    type: Literal["jwt-validation"] = "jwt-validation"
    jwtValidationConfig: JwtValidation


class FixedResponseAction(Part):
    """Answer instead of forwarding."""

    type: Literal["fixed-response"] = "fixed-response"
    fixedResponseConfig: FixedResponse


class ListenerRuleConfigurationSpec(Part):
    """What is done with requests of a route's rule: at most one check before routing and one answer."""

    actions: list[JwtAction | OidcAction | FixedResponseAction]


class ListenerRuleConfiguration(CustomResource):
    """What the load balancer does with requests of a route that names it as a filter."""

    api_version: ClassVar[str] = API_VERSION
    resource_kind: ClassVar[str] = "ListenerRuleConfiguration"
    spec: ListenerRuleConfigurationSpec
