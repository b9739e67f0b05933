# ruff: noqa: N815 - fields are the API's own names
"""Gateway API 1.6, ``gateway.networking.k8s.io/v1``."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import ConfigDict, Field

from components.kubernetes.custom_resource import CustomResource, Part

API_VERSION = "gateway.networking.k8s.io/v1"
_GROUP = "gateway.networking.k8s.io"


class ParentRef(Part):
    """The Gateway that a route hangs on."""

    group: str = _GROUP
    kind: Literal["Gateway"] = "Gateway"
    name: str
    namespace: str
    sectionName: str | None = None


class PathMatch(Part):
    """A path by prefix or exactly."""

    type: Literal["PathPrefix", "Exact"] = "PathPrefix"
    value: str


class HeaderMatch(Part):
    """A header's exact value."""

    name: str
    value: str
    type: Literal["Exact"] = "Exact"


class RouteMatch(Part):
    """What a request must look like."""

    path: PathMatch | None = None
    headers: list[HeaderMatch] | None = None


class BackendRef(Part):
    """A Service of the route's namespace, with its share of the requests."""

    kind: Literal["Service"] = "Service"
    name: str
    port: int
    weight: int | None = None


class Timeouts(Part):
    """How long a request may take."""

    request: str


class ExtensionRef(Part):
    """A ListenerRuleConfiguration of the route's namespace."""

    group: Literal["gateway.k8s.aws"] = "gateway.k8s.aws"
    kind: Literal["ListenerRuleConfiguration"] = "ListenerRuleConfiguration"
    name: str


class ExtensionFilter(Part):
    """What the load balancer does with a request before, or instead of, forwarding it."""

    type: Literal["ExtensionRef"] = "ExtensionRef"
    extensionRef: ExtensionRef


class Redirect(Part):
    """Where a request is sent instead; what isn't said stays."""

    scheme: Literal["https"] = "https"
    port: int = 443
    statusCode: Literal[301, 302] = 301


class RedirectFilter(Part):
    """Send the client elsewhere."""

    type: Literal["RequestRedirect"] = "RequestRedirect"
    requestRedirect: Redirect


class HttpRouteRule(Part):
    """Requests that match go through the filters to the backends; a filter that answers needs none."""

    matches: list[RouteMatch]
    filters: list[ExtensionFilter | RedirectFilter] | None = None
    backendRefs: list[BackendRef] | None = None
    timeouts: Timeouts | None = None


class HttpRouteSpec(Part):
    """Host names (none: every one), and rules for their requests."""

    parentRefs: list[ParentRef]
    hostnames: list[str] | None = None
    rules: list[HttpRouteRule]


class HTTPRoute(CustomResource):
    """Requests from a Gateway to Services."""

    api_version: ClassVar[str] = API_VERSION
    resource_kind: ClassVar[str] = "HTTPRoute"
    spec: HttpRouteSpec


class Requirement(Part):
    """A label's value, one of several."""

    key: str
    operator: Literal["In"] = "In"
    values: list[str]


class Selector(Part):
    """Namespaces by label."""

    matchLabels: dict[str, str] | None = None
    matchExpressions: list[Requirement] | None = None


class RouteNamespaces(Part):
    """From which namespaces routes may hang on a listener (``from`` is a word of Python, hence the alias)."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    from_: Literal["Same", "All", "Selector"] = Field(validation_alias="from", serialization_alias="from")
    selector: Selector | None = None


class AllowedRoutes(Part):
    """Which routes may hang on a listener."""

    namespaces: RouteNamespaces


class Listener(Part):
    """A port that a Gateway opens."""

    name: str
    port: int
    protocol: Literal["HTTP", "HTTPS"]
    hostname: str | None = None
    allowedRoutes: AllowedRoutes | None = None


class GatewayClassSpec(Part):
    """Which controller looks after the Gateways of the class."""

    controllerName: str
    description: str | None = None


class GatewayClass(CustomResource):
    """A kind of entry."""

    api_version: ClassVar[str] = API_VERSION
    resource_kind: ClassVar[str] = "GatewayClass"
    spec: GatewayClassSpec


class ParametersRef(Part):
    """The controller's own configuration of a Gateway."""

    group: str
    kind: str
    name: str


class Infrastructure(Part):
    """What a Gateway is built with."""

    parametersRef: ParametersRef


class GatewaySpec(Part):
    """A Gateway's class and listeners."""

    gatewayClassName: str
    listeners: list[Listener]
    infrastructure: Infrastructure | None = None


class Gateway(CustomResource):
    """An entry for traffic: the controller makes a load balancer of it."""

    api_version: ClassVar[str] = API_VERSION
    resource_kind: ClassVar[str] = "Gateway"
    spec: GatewaySpec
