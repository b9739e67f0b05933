"""The public entry of a cluster as pure manifests: GatewayClass, Gateway, its load balancer, and its own two routes.

What CloudFront asks comes by HTTPS to one load balancer, which hands it to pods by the routes of their namespaces. The
cloud's half (certificate, security groups, web ACL, subnets) is laid over the load balancer's configuration when it is
registered.

Two routes are the entry's own. ``redirect`` is all that the plain listener knows. ``origin`` answers the health checks
of the region's origin by itself, and its host name is what external-dns keeps (decision 12).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from lightkube.models.meta_v1 import ObjectMeta

from components.kubernetes import labels as label
from components.kubernetes.crds import gateway, load_balancer
from components.kubernetes.labels import standard_labels
from components.kubernetes.manifest import Manifest
from components.kubernetes.workload import HTTPS_LISTENER, Key

CONTROLLER: Final = "aws-load-balancer-controller"
"""The operator that makes load balancers of Gateways: without it there is no entry."""
NAME: Final = "public"
CLASS: Final = "alb"
HTTP_LISTENER: Final = "http"
ORIGIN_ROUTE: Final = "origin"
REDIRECT_ROUTE: Final = "redirect"
IDLE_SECONDS: Final = 3600
"""How long a connection may be silent: a WebSocket's keeps for an hour (platform, websocket and MCP servers)."""
TLS_POLICY: Final = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
"""TLS 1.3 and 1.2 with forward secrecy and authenticated encryption only. CloudFront speaks 1.2 to its origins (ELB
user guide, security policies; CloudFront developer guide, origin settings)."""
LOG_PREFIX: Final = "alb"
"""Where the bucket of access logs lets load balancers write."""
_HEALTHY: Final = "ok"


def public_gateway(platform: str) -> Key:
    """Namespace and name of the Gateway that a platform's routes hang on."""
    return f"{platform}-system", NAME


def attributes(*, log_bucket: str, production: bool) -> dict[str, str]:
    """Attributes of the load balancer (Elastic Load Balancing, ``LoadBalancerAttribute``): no default that matters."""
    return {
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": log_bucket,
        "access_logs.s3.prefix": LOG_PREFIX,
        # turned off by an update before production is taken down; elsewhere a destroy ends empty
        "deletion_protection.enabled": str(production).lower(),
        "idle_timeout.timeout_seconds": str(IDLE_SECONDS),
        "routing.http.desync_mitigation_mode": "strictest",
        "routing.http.drop_invalid_header_fields.enabled": "true",
        "routing.http.xff_header_processing.mode": "append",
        "routing.http2.enabled": "true",
        # without its firewall nothing passes
        "waf.fail_open.enabled": "false",
        "zonal_shift.config.enabled": "true",
    }


def gateway_class() -> Manifest:
    """The class of Gateways that become application load balancers."""
    return gateway.GatewayClass(
        metadata=ObjectMeta(name=CLASS, labels=_labels()),
        spec=gateway.GatewayClassSpec(
            controllerName="gateway.k8s.aws/alb", description="An application load balancer for each Gateway"
        ),
    )


def target_groups(platform: str) -> Manifest:
    """What a Service's targets are where it says nothing: its pods, for no Service of ours has node ports."""
    return load_balancer.TargetGroupConfiguration(
        metadata=_meta(platform, NAME),
        spec=load_balancer.TargetGroupConfigurationSpec(
            defaultConfiguration=load_balancer.TargetGroupProps(protocol="HTTP")
        ),
    )


def load_balancer_configuration(platform: str, *, log_bucket: str, production: bool, tags: dict[str, str]) -> Manifest:
    """The load balancer of the Gateway. Certificate, groups, subnets and web ACL are the cloud's, and laid over it.

    Its security groups are ours alone: the controller neither makes one nor touches the nodes'.
    """
    wanted = attributes(log_bucket=log_bucket, production=production)
    return load_balancer.LoadBalancerConfiguration(
        metadata=_meta(platform, NAME),
        spec=load_balancer.LoadBalancerConfigurationSpec(
            scheme="internet-facing",
            listenerConfigurations=[secure_listener()],
            manageBackendSecurityGroupRules=False,
            loadBalancerAttributes=[load_balancer.Attribute(key=k, value=v) for k, v in wanted.items()],
            defaultTargetGroupConfiguration=load_balancer.DefaultTargetGroups(name=NAME),
            tags=tags,
        ),
    )


def secure_listener() -> load_balancer.ListenerConfiguration:
    """The listener for HTTPS, without its certificate."""
    return load_balancer.ListenerConfiguration(
        protocolPort="HTTPS:443",
        sslPolicy=TLS_POLICY,
        # what answers is nobody's business
        listenerAttributes=[load_balancer.Attribute(key="routing.http.response.server.enabled", value="false")],
    )


def gateway_manifest(platform: str, routed: Collection[str]) -> Manifest:
    """The Gateway. Routes of the namespaces ``routed`` may hang on it, by the label that the API server itself sets."""
    own, _ = public_gateway(platform)
    selector = gateway.Selector(
        matchExpressions=[gateway.Requirement(key=label.NAMESPACE, values=sorted({own, *routed}))]
    )
    secure = gateway.AllowedRoutes(namespaces=gateway.RouteNamespaces(from_="Selector", selector=selector))
    plain = gateway.AllowedRoutes(namespaces=gateway.RouteNamespaces(from_="Same"))
    return gateway.Gateway(
        metadata=_meta(platform, NAME),
        spec=gateway.GatewaySpec(
            gatewayClassName=CLASS,
            listeners=[
                gateway.Listener(name=HTTPS_LISTENER, port=443, protocol="HTTPS", allowedRoutes=secure),
                gateway.Listener(name=HTTP_LISTENER, port=80, protocol="HTTP", allowedRoutes=plain),
            ],
            infrastructure=gateway.Infrastructure(
                parametersRef=gateway.ParametersRef(
                    group="gateway.k8s.aws", kind="LoadBalancerConfiguration", name=NAME
                )
            ),
        ),
    )


def own_routes(platform: str, *, origin: str, health_path: str) -> list[Manifest]:
    """The two routes that every entry has: the origin's health, and the way from plain HTTP to TLS.

    ``origin`` is the region's origin name. That its load balancer answers is what a failover may depend on: whether an
    application does is for alerts to say, since the other region would run the same one.
    """
    healthy = load_balancer.ListenerRuleConfiguration(
        metadata=_meta(platform, ORIGIN_ROUTE),
        spec=load_balancer.ListenerRuleConfigurationSpec(
            actions=[
                load_balancer.FixedResponseAction(
                    fixedResponseConfig=load_balancer.FixedResponse(statusCode=200, messageBody=_HEALTHY)
                )
            ]
        ),
    )
    answered = gateway.ExtensionFilter(extensionRef=gateway.ExtensionRef(name=ORIGIN_ROUTE))
    redirected = gateway.RedirectFilter(requestRedirect=gateway.Redirect())
    return [
        healthy,
        gateway.HTTPRoute(
            metadata=_meta(platform, ORIGIN_ROUTE),
            spec=gateway.HttpRouteSpec(
                parentRefs=[_parent(platform, HTTPS_LISTENER)],
                hostnames=[origin],
                rules=[
                    gateway.HttpRouteRule(
                        matches=[gateway.RouteMatch(path=gateway.PathMatch(type="Exact", value=health_path))],
                        filters=[answered],
                    )
                ],
            ),
        ),
        gateway.HTTPRoute(
            metadata=_meta(platform, REDIRECT_ROUTE),
            spec=gateway.HttpRouteSpec(
                parentRefs=[_parent(platform, HTTP_LISTENER)],
                rules=[
                    gateway.HttpRouteRule(
                        matches=[gateway.RouteMatch(path=gateway.PathMatch(value="/"))], filters=[redirected]
                    )
                ],
            ),
        ),
    ]


def _labels() -> dict[str, str]:
    return standard_labels(NAME, component="gateway", part_of="ingress")


def _meta(platform: str, name: str) -> ObjectMeta:
    namespace, _ = public_gateway(platform)
    return ObjectMeta(name=name, namespace=namespace, labels=_labels())


def _parent(platform: str, listener: str) -> gateway.ParentRef:
    namespace, name = public_gateway(platform)
    return gateway.ParentRef(name=name, namespace=namespace, sectionName=listener)
