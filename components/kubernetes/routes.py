"""How a workload is reached through a Gateway: its routes, and how its pods become the load balancer's targets."""

from __future__ import annotations

from collections.abc import Iterator

from lightkube.models.meta_v1 import ObjectMeta

from components.kubernetes.crds import gateway, load_balancer
from components.kubernetes.manifest import Manifest
from components.kubernetes.paths import FromLoadBalancer
from components.kubernetes.sign_in import sign_in_manifests, sign_in_name
from components.kubernetes.workload import HTTPS_LISTENER, Route, Workload

_WHOLE = 100


def route_manifests(workload: Workload, labels: dict[str, str]) -> list[Manifest]:
    """The targets and the routes of a workload; none where no load balancer calls it."""
    called = _balanced(workload)
    manifests: list[Manifest] = [_target_group(workload, labels, called)] if called else []
    for index, route in enumerate(workload.routes):
        name = route.name or (workload.name if index == 0 else f"{workload.name}-{index}")
        meta = ObjectMeta(name=name, namespace=workload.namespace, labels=labels)
        if route.sign_in is not None:
            manifests += sign_in_manifests(meta, route.sign_in, controller_namespace=route.gateway_namespace)
        manifests.append(_route(workload, meta, route))
    return manifests


def _balanced(workload: Workload) -> list[FromLoadBalancer]:
    """How load balancers call it: by its own routes, or for its share of another's."""
    routed = [FromLoadBalancer(route.port, route.sticky_seconds) for route in workload.routes]
    return [*routed, *(accept for accept in workload.accepts if isinstance(accept, FromLoadBalancer))]


def _target_group(workload: Workload, labels: dict[str, str], called: list[FromLoadBalancer]) -> Manifest:
    """Pods are the load balancer's targets, asked as the kubelet asks; a leaving one has its grace to finish."""
    asked = workload.probes and (workload.probes.readiness or workload.probes.liveness)
    sticky = max(by.sticky_seconds or 0 for by in called)
    attributes = {"deregistration_delay.timeout_seconds": str(workload.grace_seconds)}
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
                healthCheckConfig=load_balancer.HealthCheck(healthCheckPath=asked.path if asked else None),
                targetGroupAttributes=[load_balancer.Attribute(key=k, value=v) for k, v in attributes.items()],
            ),
        ),
    )


def _route(workload: Workload, meta: ObjectMeta, route: Route) -> Manifest:
    checked = gateway.ExtensionFilter(extensionRef=gateway.ExtensionRef(name=sign_in_name(meta)))
    return gateway.HTTPRoute(
        metadata=meta,
        spec=gateway.HttpRouteSpec(
            # by its listener: a token is never looked at on a listener without TLS
            parentRefs=[
                gateway.ParentRef(name=route.gateway, namespace=route.gateway_namespace, sectionName=HTTPS_LISTENER)
            ],
            hostnames=list(route.hosts),
            rules=list(_rules(workload, route, [checked] if route.sign_in is not None else None)),
        ),
    )


def _rules(
    workload: Workload, route: Route, filters: list[gateway.ExtensionFilter | gateway.RedirectFilter] | None
) -> Iterator[gateway.HttpRouteRule]:
    """Who asks for a release by its header first: the more a rule wants, the sooner it is looked at."""
    port = workload.port(route.port)
    if port is None:  # pragma: no cover - the declaration has been checked
        raise ValueError(route.port)
    path = gateway.PathMatch(value=route.path)
    for share in route.shares:
        if share.header is not None:
            header, value = share.header
            match = gateway.RouteMatch(path=path, headers=[gateway.HeaderMatch(name=header, value=value)])
            yield gateway.HttpRouteRule(
                matches=[match],
                filters=filters,
                backendRefs=[gateway.BackendRef(name=share.workload, port=port.number)],
            )
    own = _WHOLE - sum(share.weight for share in route.shares) if route.shares else None
    backends = [gateway.BackendRef(name=workload.name, port=port.number, weight=own)]
    backends += [
        gateway.BackendRef(name=share.workload, port=port.number, weight=share.weight) for share in route.shares
    ]
    yield gateway.HttpRouteRule(matches=[gateway.RouteMatch(path=path)], filters=filters, backendRefs=backends)
