"""Operators of the way in: Gateway API, the load balancer controller, DNS records and certificates."""

from __future__ import annotations

from typing import Final

from components.kubernetes.priority import PLATFORM
from components.operators.catalog._parts import MONITORED, RESTRICTED_CONTAINER, chart_labels, container, spread
from components.operators.footprint import (
    APISERVER,
    DNS,
    IDENTITY,
    Container,
    Egress,
    EgressKind,
    Home,
    PodFootprint,
    PodKind,
    Port,
    PortUse,
    Profile,
    Reading,
    Values,
    Webhook,
    to_aws,
)
from components.operators.operator import Operator, OperatorIdentity, Site
from components.versions import CHARTS

_NO_ENDPOINT: Final = "its API has no endpoint in the VPC: 443 to everything but the VPC and link-local addresses"

GATEWAY_API: Final = Operator(
    name="gateway-api",
    install=CHARTS["gateway-crds-helm"],
    home=Home.SYSTEM,
    purpose="definitions of Gateway and routes; must exist when the load balancer controller starts, which looks once",
    values=lambda _: {"crds": {"gatewayAPI": {"enabled": True, "channel": "standard"}}},
    reading=Reading(
        "39763b1c07ec30a5526fe70434a2cfe4181de642",
        "088ea3ec181c177bbfe49b7b485328e248a7d0bc9e85c2d928c35c6c6c84099b",
        "envoyproxy/gateway v1.9.0, charts/gateway-crds-helm (values.tmpl.yaml); bundle-version v1.6.1 in its template",
    ),
    serves=("gateway.networking.k8s.io",),
)

# --- AWS Load Balancer Controller -------------------------------------------------------------------------------

_LBC: Final = "aws-load-balancer-controller"


def _lbc_replicas(profile: Profile) -> int:
    return 2 if profile is Profile.HA else 1


def _lbc_container(profile: Profile) -> Container:
    small = profile is Profile.SMALL
    return container(_LBC, (50, 128) if small else (100, 192), (250, 256) if small else (500, 512), "resources")


def _lbc_pods(profile: Profile) -> tuple[PodFootprint, ...]:
    return (
        PodFootprint(
            name=_LBC,
            kind=PodKind.DEPLOYMENT,
            containers=(_lbc_container(profile),),
            labels=chart_labels(_LBC),
            replicas=_lbc_replicas(profile),
            ports=(Port(9443, PortUse.WEBHOOK, "webhook-server"), Port(8080, PortUse.SCRAPE, "metrics-server")),
            webhooks=(
                # readiness gates, in namespaces whose pods a load balancer calls
                Webhook(9443, "/mutate-v1-pod", "pods of labelled namespaces", mutating=True, blocks=False),
                # pods only where a namespace or the pod carries the label of the feature, which none of ours does
                Webhook(9443, "/mutate-v1-pod-server-id", "labelled pods", mutating=True),
                Webhook(9443, "/mutate-alb-target-control-namespace-v1-pod", "labelled pods", mutating=True),
                Webhook(9443, "/mutate-alb-target-control-object-v1-pod", "labelled pods", mutating=True),
                Webhook(9443, "/mutate-elbv2-k8s-aws-v1beta1-targetgroupbinding", "TargetGroupBinding", mutating=True),
                Webhook(9443, "/validate-elbv2-k8s-aws-v1beta1-targetgroupbinding", "TargetGroupBinding"),
                Webhook(9443, "/validate-elbv2-k8s-aws-v1beta1-ingressclassparams", "IngressClassParams"),
                Webhook(9443, "/validate-networking-v1-ingress", "Ingress"),
            ),
            egress=(
                DNS,
                APISERVER,
                IDENTITY,
                *to_aws("elasticloadbalancing", "ec2"),
                *to_aws("wafv2", "acm", "tagging", reason=_NO_ENDPOINT),
            ),
        ),
    )


def _lbc_values(site: Site) -> Values:
    replicas = _lbc_replicas(site.profile)
    return {
        "clusterName": site.cluster,
        # named, because the metadata service is out of a pod's reach (hop limit 1)
        "region": site.region,
        "vpcId": site.vpc_id,
        "replicaCount": replicas,
        "serviceAccount": {"name": _LBC},
        "resources": _lbc_container(site.profile).resources(),
        "podSecurityContext": {"fsGroup": 65534, "seccompProfile": {"type": "RuntimeDefault"}},
        "securityContext": {**RESTRICTED_CONTAINER, "runAsUser": 65532},
        "podDisruptionBudget": {"maxUnavailable": 1} if replicas > 1 else {},
        # on, it refuses every Service that is made before the controller is ready
        "enableServiceMutatorWebhook": False,
        # load balancers have our security groups; one of the controller's own would hold the VPC at a destroy
        "enableBackendSecurityGroup": False,
        # an upgrade keeps the webhook's certificate
        "keepTLSSecret": True,
        "defaultTags": dict(site.tags),
        "defaultTargetType": "ip",
        # routes come by Gateway API: no class of Ingress, and no AWS service that the platform doesn't use
        "createIngressClassResource": False,
        "ingressClassParams": {"create": False},
        "enableShield": False,
        "enableWaf": False,
        "enableWafv2": True,
        **MONITORED,
    }


LOAD_BALANCER_CONTROLLER: Final = Operator(
    name=_LBC,
    install=CHARTS[_LBC],
    home=Home.SYSTEM,
    purpose="makes load balancers of Gateways and of Services",
    pods=_lbc_pods,
    values=_lbc_values,
    reading=Reading(
        "11eb202c97e4ae2ee45e0658c4cde9a4b59f33d4",
        "c330e0b3aaeed9d6b75e70564563dcdb231ee970db587f23eff5c013461f2dd4",
        "kubernetes-sigs/aws-load-balancer-controller v3.5.0, helm/aws-load-balancer-controller",
    ),
    requires=("gateway-api", "eks-pod-identity-agent", "prometheus-operator-crds"),
    identity=OperatorIdentity(
        _LBC,
        Home.SYSTEM,
        ("elasticloadbalancing", "ec2", "wafv2", "acm", "tag", "iam:CreateServiceLinkedRole"),
    ),
    owns=("Gateway", "HTTPRoute", "GRPCRoute", "Service of type LoadBalancer", "TargetGroupBinding"),
    # the definitions of Gateways are one operator's, what becomes of them is two others': all three outlast them
    serves=("elbv2.k8s.aws", "gateway.k8s.aws", "gateway.networking.k8s.io"),
)

# --- external-dns -----------------------------------------------------------------------------------------------

_EXTERNAL_DNS_CONTAINER: Final = container("external-dns", (20, 64), (100, 128), "resources")


def _external_dns_pods(profile: Profile) -> tuple[PodFootprint, ...]:
    del profile  # one at every profile: it elects no leader
    return (
        PodFootprint(
            name="external-dns",
            kind=PodKind.DEPLOYMENT,
            containers=(_EXTERNAL_DNS_CONTAINER,),
            labels=chart_labels("external-dns"),
            ports=(Port(7979, PortUse.SCRAPE, "http"),),
            egress=(DNS, APISERVER, IDENTITY, *to_aws("route53", reason=_NO_ENDPOINT)),
        ),
    )


def _external_dns_values(site: Site) -> Values:
    return {
        "provider": {"name": "aws"},
        "sources": ["gateway-httproute", "gateway-grpcroute"],
        # removes what is gone, within the zone, among the records that carry this cluster's mark
        "policy": "sync",
        "registry": "txt",
        # the standby's cluster has the same name, keeps the same zone, and must leave these records alone
        "txtOwnerId": f"{site.cluster}-{site.region}",
        # the names that lead to load balancers and no others: what viewers ask for is the edge's own
        "domainFilters": [f"origin.{site.domain}"],
        "extraArgs": {"aws-zone-match-parent": True},
        "serviceAccount": {"name": "external-dns"},
        "resources": _EXTERNAL_DNS_CONTAINER.resources(),
        "securityContext": {**RESTRICTED_CONTAINER, "runAsUser": 65532, "runAsGroup": 65532, "privileged": False},
        "env": [{"name": "AWS_DEFAULT_REGION", "value": site.region}],
        "logFormat": "json",
        "priorityClassName": PLATFORM,
        "triggerLoopOnEvent": True,
        **MONITORED,
    }


EXTERNAL_DNS: Final = Operator(
    name="external-dns",
    install=CHARTS["external-dns"],
    home=Home.SYSTEM,
    purpose="keeps the zone's records in step with the routes",
    pods=_external_dns_pods,
    values=_external_dns_values,
    reading=Reading(
        "9f26451346774099a8b3e3e5cc46a53bf2fd1461",
        "3769875a194421f7f0dfd8aab1c23f08da3b61a47b574214a2aa197f7b277810",
        "kubernetes-sigs/external-dns external-dns-helm-chart-1.21.1, charts/external-dns",
    ),
    requires=("gateway-api", _LBC, "eks-pod-identity-agent", "prometheus-operator-crds"),
    identity=OperatorIdentity("external-dns", Home.SYSTEM, ("route53",)),
    owns=("HTTPRoute", "GRPCRoute"),
    serves=("gateway.networking.k8s.io",),
)

# --- cert-manager -----------------------------------------------------------------------------------------------

_CM: Final = "cert-manager"


def _cm_replicas(profile: Profile) -> int:
    return 2 if profile is Profile.HA else 1


_CM_CONTROLLER: Final = container("cert-manager-controller", (20, 96), (200, 256), "resources")
_CM_WEBHOOK: Final = container("cert-manager-webhook", (10, 48), (100, 96), "webhook", "resources")
_CM_INJECTOR: Final = container("cert-manager-cainjector", (10, 96), (200, 256), "cainjector", "resources")
_CM_CHECK: Final = container("cert-manager-startupapicheck", (10, 32), (100, 64), "startupapicheck", "resources")


def _cm_pods(profile: Profile) -> tuple[PodFootprint, ...]:
    replicas = _cm_replicas(profile)
    metrics = Port(9402, PortUse.SCRAPE, "http-metrics")
    return (
        PodFootprint(
            name="controller",
            kind=PodKind.DEPLOYMENT,
            containers=(_CM_CONTROLLER,),
            labels=chart_labels(_CM, component="controller"),
            replicas=replicas,
            ports=(metrics,),
            egress=(
                DNS,
                APISERVER,
                IDENTITY,
                *to_aws("route53", reason=_NO_ENDPOINT),
                Egress(
                    EgressKind.EXTERNAL,
                    "acme-v02.api.letsencrypt.org",
                    reason="certificates by ACME: the egress proxy is for our own workloads",
                ),
            ),
            unprobed=("cert-manager-controller",),
        ),
        PodFootprint(
            name="webhook",
            kind=PodKind.DEPLOYMENT,
            containers=(_CM_WEBHOOK,),
            labels=chart_labels("webhook", _CM, "webhook"),
            replicas=replicas,
            ports=(Port(10250, PortUse.WEBHOOK, "https"), metrics),
            webhooks=(
                Webhook(10250, "/mutate", "cert-manager.io, acme.cert-manager.io", mutating=True),
                Webhook(10250, "/validate", "cert-manager.io, acme.cert-manager.io"),
            ),
            egress=(DNS, APISERVER),
        ),
        PodFootprint(
            name="cainjector",
            kind=PodKind.DEPLOYMENT,
            containers=(_CM_INJECTOR,),
            labels=chart_labels("cainjector", _CM, "cainjector"),
            replicas=replicas,
            ports=(metrics,),
            egress=(DNS, APISERVER),
            unprobed=("cert-manager-cainjector",),
        ),
        PodFootprint(
            name="startupapicheck",
            kind=PodKind.JOB,
            containers=(_CM_CHECK,),
            labels=chart_labels("startupapicheck", _CM, "startupapicheck"),
            egress=(DNS, APISERVER),
        ),
    )


def _cm_values(site: Site) -> Values:
    replicas = _cm_replicas(site.profile)
    budget: Values = {"enabled": True, "maxUnavailable": 1} if replicas > 1 else {"enabled": False}

    def part(sized: Container, name: str) -> Values:
        return {
            "replicaCount": replicas,
            "resources": sized.resources(),
            "podDisruptionBudget": budget,
            "topologySpreadConstraints": spread({**chart_labels(name, _CM)}, replicas),
        }

    return {
        "crds": {"enabled": True, "keep": True},
        # not in kube-system, where the chart puts it by itself
        "global": {"leaderElection": {"namespace": _CM}, "priorityClassName": PLATFORM},
        **part(_CM_CONTROLLER, _CM),
        "webhook": part(_CM_WEBHOOK, "webhook"),
        "cainjector": part(_CM_INJECTOR, "cainjector"),
        "startupapicheck": {"resources": _CM_CHECK.resources()},
        "prometheus": {"servicemonitor": {"enabled": True}},
    }


CERT_MANAGER: Final = Operator(
    name=_CM,
    install=CHARTS[_CM],
    home=Home.CERT_MANAGER,
    purpose="certificates inside the cluster; the load balancers take theirs from ACM",
    pods=_cm_pods,
    values=_cm_values,
    reading=Reading(
        "24e33194fb39488eff2bbf10c6dc640f407cad44",
        "4d818a0facf6c8462fcd316f40bcc1c693f3a4aa0a2ad445bf4c54fa950203cf",
        "cert-manager/cert-manager v1.21.1, deploy/charts/cert-manager; its release stamps the images' tag",
    ),
    requires=("eks-pod-identity-agent", "prometheus-operator-crds"),
    identity=OperatorIdentity(_CM, Home.CERT_MANAGER, ("route53",)),
    serves=("cert-manager.io",),
)
