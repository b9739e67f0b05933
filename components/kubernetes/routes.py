"""How a workload is reached through a Gateway: its routes, and how its pods become the load balancer's targets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from lightkube.models.meta_v1 import ObjectMeta

from components.kubernetes.crds import gateway, load_balancer
from components.kubernetes.manifest import Manifest
from components.kubernetes.paths import FromLoadBalancer
from components.kubernetes.route_rules import TokenCheck
from components.kubernetes.sign_in import sign_in_manifests, sign_in_name
from components.kubernetes.workload import HTTPS_LISTENER, Route, Workload

_WHOLE: Final = 100
_CHECKED: Final = "token"
"""What a route's check of tokens is called after its name."""
_WELL: Final = "200-399"
"""What the kubelet takes for well: some answer an HTTP request with the way to HTTPS."""


def route_manifests(workload: Workload, labels: dict[str, str]) -> list[Manifest]:
    """The targets and the routes of a workload; none where no load balancer calls it."""
    called = _balanced(workload)
    manifests: list[Manifest] = [_target_group(workload, labels, called)] if called else []
    for index, route in enumerate(workload.routes):
        name = route.name or (workload.name if index == 0 else f"{workload.name}-{index}")
        meta = ObjectMeta(name=name, namespace=workload.namespace, labels=labels)
        if route.sign_in is not None:
            manifests += sign_in_manifests(meta, route.sign_in, controller_namespace=route.gateway_namespace)
        manifests += [*_listener_rules(meta, route), _route(workload, meta, route)]
    return manifests


def _balanced(workload: Workload) -> list[FromLoadBalancer]:
    """How load balancers call it: by its own routes, or for its share of another's."""
    routed = [FromLoadBalancer(route.port, route.sticky_seconds) for route in workload.routes]
    return [*routed, *(accept for accept in workload.accepts if isinstance(accept, FromLoadBalancer))]


def _target_group(workload: Workload, labels: dict[str, str], called: list[FromLoadBalancer]) -> Manifest:
    """Pods are the load balancer's targets, asked as the kubelet asks.

    A leaving one finishes its requests while its container still runs: the target group lets go before the kill.
    """
    asked = workload.probes and (workload.probes.readiness or workload.probes.liveness)
    sticky = max(by.sticky_seconds or 0 for by in called)
    attributes = {"deregistration_delay.timeout_seconds": str(workload.grace_seconds - workload.drain)}
    if sticky:
        attributes |= {
            "stickiness.enabled": "true",
            "stickiness.type": "lb_cookie",
            "stickiness.lb_cookie.duration_seconds": str(sticky),
        }
    return load_balancer.TargetGroupConfiguration(
        metadata=ObjectMeta(name=workload.name, namespace=workload.namespace, labels=labels),
        spec=load_balancer.TargetGroupConfigurationSpec(
            targetReference=load_balancer.TargetReference(name=workload.name),
            defaultConfiguration=load_balancer.TargetGroupProps(
                protocol="HTTP",
                healthCheckConfig=load_balancer.HealthCheck(
                    healthCheckPath=asked.path if asked else None, matcher=load_balancer.Matcher(httpCode=_WELL)
                ),
                targetGroupAttributes=[load_balancer.Attribute(key=k, value=v) for k, v in attributes.items()],
            ),
        ),
    )


def _listener_rules(meta: ObjectMeta, route: Route) -> Iterator[Manifest]:
    """What the load balancer does with requests before, or instead of, handing them on: a set of actions each."""
    checks: list[load_balancer.JwtAction | load_balancer.FixedResponseAction] = []
    if route.token is not None:
        checks.append(_token_check(route.token))
        yield _actions(meta, _CHECKED, checks)
    answers = [rule.answer for rule in route.rules] + [route.answer]
    for status in sorted({status for status in answers if status is not None}):
        fixed = load_balancer.FixedResponse(statusCode=status)
        # who has no token is told so first, and nothing else
        yield _actions(meta, str(status), [*checks, load_balancer.FixedResponseAction(fixedResponseConfig=fixed)])


def _actions(
    meta: ObjectMeta, what: str, actions: list[load_balancer.JwtAction | load_balancer.FixedResponseAction]
) -> Manifest:
    return load_balancer.ListenerRuleConfiguration(
        metadata=ObjectMeta(name=f"{meta.name}-{what}", namespace=meta.namespace, labels=meta.labels),
        spec=load_balancer.ListenerRuleConfigurationSpec(actions=[*actions]),
    )


def _token_check(check: TokenCheck) -> load_balancer.JwtAction:
    audience = load_balancer.Claim(name="aud", format=check.audience_format, values=[check.audience])
    return load_balancer.JwtAction(
        jwtValidationConfig=load_balancer.JwtValidation(
            issuer=check.issuer, jwksEndpoint=check.keys, additionalClaims=[audience]
        )
    )


def _route(workload: Workload, meta: ObjectMeta, route: Route) -> Manifest:
    return gateway.HTTPRoute(
        metadata=meta,
        spec=gateway.HttpRouteSpec(
            # by its listener: a token is never looked at on a listener without TLS
            parentRefs=[
                gateway.ParentRef(name=route.gateway, namespace=route.gateway_namespace, sectionName=HTTPS_LISTENER)
            ],
            hostnames=list(route.hosts),
            rules=list(_rules(workload, meta, route)),
        ),
    )


def _rules(workload: Workload, meta: ObjectMeta, route: Route) -> Iterator[gateway.HttpRouteRule]:
    """In the order in which they are looked at.

    The controller puts more headers before fewer, and what has equally many in the order of this one route.
    """
    port = workload.port(route.port)
    if port is None:  # pragma: no cover - the declaration has been checked
        raise ValueError(route.port)
    path = gateway.PathMatch(type="Exact" if route.exact else "PathPrefix", value=route.path)
    everyone = _backends(workload, port.number, route)
    checked = sign_in_name(meta) if route.sign_in else f"{meta.name}-{_CHECKED}" if route.token else None

    def rule(
        headers: Sequence[Mapping[str, str]], answer: int | None, backends: list[gateway.BackendRef]
    ) -> gateway.HttpRouteRule:
        wanted = [[gateway.HeaderMatch(name=k, value=v) for k, v in those.items()] or None for those in headers]
        treated = checked if answer is None else f"{meta.name}-{answer}"
        return gateway.HttpRouteRule(
            matches=[gateway.RouteMatch(path=path, headers=those) for those in wanted],
            filters=[gateway.ExtensionFilter(extensionRef=gateway.ExtensionRef(name=treated))] if treated else None,
            backendRefs=backends if answer is None else None,
        )

    for share in route.shares:
        if share.header is not None:
            yield rule([dict([share.header])], None, [gateway.BackendRef(name=share.workload, port=port.number)])
    for apart in route.rules:
        yield rule(apart.headers, apart.answer, everyone)
    yield rule([{}], route.answer, everyone)


def _backends(workload: Workload, port: int, route: Route) -> list[gateway.BackendRef]:
    own = _WHOLE - sum(share.weight for share in route.shares) if route.shares else None
    others = [gateway.BackendRef(name=share.workload, port=port, weight=share.weight) for share in route.shares]
    return [gateway.BackendRef(name=workload.name, port=port, weight=own), *others]
