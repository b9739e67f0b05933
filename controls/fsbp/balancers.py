"""Load balancers: those of AWS's own types, and those that the AWS Load Balancer Controller makes of a Gateway.

What the controller makes is no resource of the stack. What it will be told is: a Gateway's listeners and routes, and
the LoadBalancerConfiguration that the Gateway or its class names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from controls.fsbp.lines import line
from controls.graph import Graph, Json, Resource, aws, dig, k8s, rows, texts, truth
from controls.judges import finding, refers, shown, there
from controls.model import Control, Finding, Judge

ALB: Final = aws("lb.LoadBalancer")
LISTENER: Final = aws("lb.Listener")
CONFIGURATIONS: Final = (
    k8s("gateway.k8s.aws/v1.LoadBalancerConfiguration"),
    k8s("gateway.k8s.aws/v1beta1.LoadBalancerConfiguration"),
)
GATEWAY: Final = k8s("gateway.networking.k8s.io/v1.Gateway")
ROUTE: Final = k8s("gateway.networking.k8s.io/v1.HTTPRoute")
_TYPES: Final = (ALB, *CONFIGURATIONS)


@dataclass(frozen=True)
class Balancer:
    """A load balancer, whoever makes it: where it is told, and its attributes by AWS's names."""

    at: Resource
    path: str
    attributes: Mapping[str, Json]
    subnets: int
    firewall: bool


def _own(graph: Graph, balancer: Resource) -> Balancer:
    names = {
        "routing.http.drop_invalid_header_fields.enabled": "dropInvalidHeaderFields",
        "deletion_protection.enabled": "enableDeletionProtection",
        "routing.http.desync_mitigation_mode": "desyncMitigationMode",
        "access_logs.s3.enabled": "accessLogs.enabled",
    }
    links = graph.of(aws("wafv2.WebAclAssociation"))
    return Balancer(
        at=balancer,
        path="",
        attributes={key: balancer.get(path) for key, path in names.items()},
        subnets=len(texts(balancer.get("subnets"))),
        firewall=any(refers(link.get("resourceArn"), balancer) for link in links),
    )


def _configured(graph: Graph, configuration: Resource) -> Balancer:
    attributes = {str(row.get("key")): row.get("value") for row in configuration.rows("spec.loadBalancerAttributes")}
    named = configuration.rows("spec.loadBalancerSubnets")
    # no subnets named: the controller takes one a zone of those tagged for it
    public = {
        it.get("availabilityZone")
        for it in graph.of(aws("ec2.Subnet"))
        if dig(it.get("tagsAll"), "kubernetes.io/role/elb") == "1"
    }
    return Balancer(
        at=configuration,
        path="spec.loadBalancerAttributes",
        attributes=attributes,
        subnets=len(named) or len(public),
        firewall=there(configuration.get("spec.wafV2.webACL")),
    )


def balancers(graph: Graph) -> Iterator[Balancer]:
    """Every load balancer of the stack, network load balancers left out."""
    for balancer in graph.of(ALB):
        if balancer.get("loadBalancerType") in (None, "application"):
            yield _own(graph, balancer)
    for configuration in graph.of(*CONFIGURATIONS):
        yield _configured(graph, configuration)


def _attribute(key: str, good: Callable[[Json], bool]) -> Judge:
    def judge(graph: Graph) -> Iterator[Finding]:
        for balancer in balancers(graph):
            value = balancer.attributes.get(key)
            yield Finding(balancer.at.urn, balancer.path or key, good(value), f"{key} = {shown(value)}")

    return judge


def _yes(value: Json) -> bool:
    return truth(value) is True


def _zones(graph: Graph) -> Iterator[Finding]:
    for balancer in balancers(graph):
        yield finding(balancer.at, "", balancer.subnets > 1, f"{balancer.subnets} subnets")


def _firewalled(graph: Graph) -> Iterator[Finding]:
    for balancer in balancers(graph):
        yield finding(balancer.at, "", balancer.firewall, "a web ACL" if balancer.firewall else "no web ACL")


def _redirects(route: Resource) -> bool:
    """Whether every rule of a route answers with the address under HTTPS."""
    found = route.rows("spec.rules")
    return bool(found) and all(
        any(dig(it, "requestRedirect.scheme") == "https" for it in rows(rule.get("filters"))) for rule in found
    )


def plain_listeners(graph: Graph) -> Iterator[Finding]:
    """Every listener without TLS, and whether all that it does is to redirect to HTTPS."""
    for listener in graph.of(LISTENER):
        if listener.get("protocol") == "HTTP":
            found = [dig(row, "redirect.protocol") for row in listener.rows("defaultActions")]
            yield finding(listener, "defaultActions", bool(found) and all(it == "HTTPS" for it in found), found)
    for gateway in graph.of(GATEWAY):
        for row in gateway.rows("spec.listeners"):
            if row.get("protocol") != "HTTP":
                continue
            routes = [route for route in graph.of(ROUTE) if _attached(route, gateway, str(row.get("name")))]
            good = bool(routes) and all(_redirects(route) for route in routes)
            yield finding(gateway, "spec.listeners", good, f"{row.get('name')}: {len(routes)} routes")


def _attached(route: Resource, gateway: Resource, section: str) -> bool:
    """Whether ``route`` hangs on a listener of ``gateway``: without a section it hangs on every one."""
    return any(
        parent.get("name") == gateway.get("metadata.name") and parent.get("sectionName") in (None, section)
        for parent in route.rows("spec.parentRefs")
    )


CONTROLS: Final[tuple[Control, ...]] = (
    line("ELB.1", "Plain HTTP is sent on to HTTPS", (LISTENER, GATEWAY), plain_listeners),
    line("ELB.4", "Headers that are none are dropped", _TYPES, _attribute(
        "routing.http.drop_invalid_header_fields.enabled", _yes)),
    line("ELB.5", "Requests are logged", _TYPES, _attribute("access_logs.s3.enabled", _yes)),
    line("ELB.6", "Load balancers have deletion protection", _TYPES, _attribute("deletion_protection.enabled", _yes)),
    line("ELB.12", "Requests that two servers could read in two ways are stopped", _TYPES, _attribute(
        "routing.http.desync_mitigation_mode", lambda it: it in ("defensive", "strictest"))),
    line("ELB.13", "Load balancers stand in more than one zone", _TYPES, _zones),
    line("ELB.16", "A web firewall stands before them", _TYPES, _firewalled),
)  # fmt: skip
"""The lines about load balancers."""

__all__ = ["CONFIGURATIONS", "CONTROLS", "GATEWAY", "LISTENER", "ROUTE", "balancers", "plain_listeners"]
