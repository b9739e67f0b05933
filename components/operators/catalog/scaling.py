"""Operators that measure and scale: metrics-server, KEDA, Karpenter."""

from __future__ import annotations

from typing import Final

from components.eks_cluster.node_settings import NODE_GROUP_LABEL
from components.kubernetes.priority import PLATFORM
from components.kubernetes.workload import GENERAL
from components.operators.catalog._parts import MONITORED, chart_labels, container, spread
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


def _replicas(profile: Profile) -> int:
    return 2 if profile is Profile.HA else 1


# --- metrics-server ---------------------------------------------------------------------------------------------

_METRICS_SERVER: Final = container("metrics-server", (50, 100), (200, 200), "resources")


def _metrics_server_pods(profile: Profile) -> tuple[PodFootprint, ...]:
    return (
        PodFootprint(
            name="metrics-server",
            kind=PodKind.DEPLOYMENT,
            containers=(_METRICS_SERVER,),
            labels=chart_labels("metrics-server"),
            replicas=_replicas(profile),
            ports=(Port(10250, PortUse.APISERVICE, "https"),),
            egress=(DNS, APISERVER, Egress(EgressKind.NODE, port=10250)),
        ),
    )


def _metrics_server_values(site: Site) -> Values:
    replicas = _replicas(site.profile)
    return {
        "replicas": replicas,
        "resources": _METRICS_SERVER.resources(),
        "podSecurityContext": {"fsGroup": 65534},
        "podDisruptionBudget": {"enabled": True, "minAvailable": 1} if replicas > 1 else {"enabled": False},
        "topologySpreadConstraints": spread(chart_labels("metrics-server"), replicas),
    }


METRICS_SERVER: Final = Operator(
    name="metrics-server",
    install=CHARTS["metrics-server"],
    home=Home.SYSTEM,
    purpose="CPU and memory of pods and nodes for autoscalers",
    pods=_metrics_server_pods,
    values=_metrics_server_values,
    reading=Reading(
        "842dcc8c42f22cc19f10c7d5f2d32a9f4b6013b0",
        "683ed81c6074e7b49f732ab37168e316767e9782f0560ed905ad521d0b0e5b0d",
        "kubernetes-sigs/metrics-server metrics-server-helm-chart-3.13.1, charts/metrics-server",
    ),
)

# --- KEDA -------------------------------------------------------------------------------------------------------


def _keda_containers(profile: Profile) -> tuple[Container, Container, Container]:
    small = profile is Profile.SMALL
    return (
        container(
            "keda-operator",
            (50, 128) if small else (100, 192),
            (500, 256) if small else (1000, 512),
            "resources",
            "operator",
        ),
        container("keda-operator-metrics-apiserver", (20, 64), (200, 128), "resources", "metricServer"),
        container("keda-admission-webhooks", (10, 48), (100, 96), "resources", "webhooks"),
    )


def _keda_pods(profile: Profile) -> tuple[PodFootprint, ...]:
    operator, metrics, webhooks = _keda_containers(profile)
    scrape = Port(8080, PortUse.SCRAPE, "metrics")
    return (
        PodFootprint(
            name="operator",
            kind=PodKind.DEPLOYMENT,
            containers=(operator,),
            labels={"app": "keda-operator"},
            replicas=_replicas(profile),
            ports=(Port(9666, PortUse.PEER, "metricsservice"), scrape),
            egress=(
                DNS,
                APISERVER,
                Egress(EgressKind.STORE, "cache", 6379),
                Egress(EgressKind.POD, "kube-prometheus-stack/prometheus", 9090),
            ),
        ),
        PodFootprint(
            name="metrics-apiserver",
            kind=PodKind.DEPLOYMENT,
            containers=(metrics,),
            labels={"app": "keda-operator-metrics-apiserver"},
            replicas=_replicas(profile),
            ports=(Port(6443, PortUse.APISERVICE, "https"), scrape),
            egress=(DNS, APISERVER, Egress(EgressKind.POD, "keda/operator", 9666)),
        ),
        PodFootprint(
            name="admission-webhooks",
            kind=PodKind.DEPLOYMENT,
            containers=(webhooks,),
            labels={"app": "keda-admission-webhooks"},
            replicas=_replicas(profile),
            ports=(Port(9443, PortUse.WEBHOOK, "http"), scrape),
            webhooks=tuple(
                Webhook(9443, f"/validate-{group}-sh-v1alpha1-{kind.lower()}", kind, blocks=False)
                for group, kind in (
                    ("keda", "ScaledObject"),
                    ("keda", "ScaledJob"),
                    ("keda", "TriggerAuthentication"),
                    ("keda", "ClusterTriggerAuthentication"),
                    ("eventing-keda", "CloudEventSource"),
                    ("eventing-keda", "ClusterCloudEventSource"),
                )
            ),
            egress=(DNS, APISERVER),
        ),
    )


def _keda_values(site: Site) -> Values:
    replicas = _replicas(site.profile)
    operator, metrics, webhooks = _keda_containers(site.profile)
    budget: Values = {"minAvailable": 1} if replicas > 1 else {}
    return {
        "clusterName": site.cluster,
        "priorityClassName": PLATFORM,
        "image": {"pullPolicy": "IfNotPresent"},
        "operator": {"replicaCount": replicas},
        "metricsServer": {"replicaCount": replicas},
        "webhooks": {"replicaCount": replicas},
        "resources": {
            "operator": operator.resources(),
            "metricServer": metrics.resources(),
            "webhooks": webhooks.resources(),
        },
        "podDisruptionBudget": {"operator": budget, "metricServer": budget, "webhooks": budget},
        "topologySpreadConstraints": {
            "operator": spread({"app": "keda-operator"}, replicas),
            "metricsServer": spread({"app": "keda-operator-metrics-apiserver"}, replicas),
            "webhooks": spread({"app": "keda-admission-webhooks"}, replicas),
        },
        # it scales Deployments and StatefulSets, not everything that has a scale
        "rbac": {
            "enabledCustomScaledRefKinds": True,
            "scaledRefKinds": [
                {"apiGroup": "apps", "kind": "deployments"},
                {"apiGroup": "apps", "kind": "statefulsets"},
            ],
        },
        "permissions": {"metricServer": {"restrict": {"secret": True}}},
        "prometheus": {
            "operator": {"enabled": True, **MONITORED},
            "metricServer": {"enabled": True, **MONITORED},
            "webhooks": {"enabled": True, **MONITORED},
        },
    }


KEDA: Final = Operator(
    name="keda",
    install=CHARTS["keda"],
    home=Home.SYSTEM,
    purpose="scales agents by the length of their queue",
    pods=_keda_pods,
    values=_keda_values,
    reading=Reading(
        "cbb9bb8ce0809dc9048f72302f7c09765d66ed56",
        "5e5056a3f602830e08456338ac9172dad39449ac079be5872ef3774c2b392b1d",
        "kedacore/charts v2.20.2, keda",
    ),
    requires=("prometheus-operator-crds",),
    conflicts=("prometheus-adapter",),
    serves=("keda.sh",),
)

# --- Karpenter --------------------------------------------------------------------------------------------------

KARPENTER_CRD: Final = Operator(
    name="karpenter-crd",
    install=CHARTS["karpenter-crd"],
    home=Home.KARPENTER,
    purpose="Karpenter's definitions, apart from it so that an upgrade upgrades them",
    reading=Reading(
        "bde00654cd316fddb3dccfba3f5ac07039865429",
        "8fcfe5dd6d8010b61d500148d6e2a91f1b8a40a11a6ef2e89ac3304649eee892",
        "aws/karpenter-provider-aws v1.14.1, charts/karpenter-crd; its release stamps the version",
    ),
)


def _karpenter_container(profile: Profile) -> Container:
    ha = profile is Profile.HA
    return container(
        "controller", (500, 1024) if ha else (250, 512), (1000, 1536) if ha else (1000, 1024), "controller", "resources"
    )


def _karpenter_pods(profile: Profile) -> tuple[PodFootprint, ...]:
    return (
        PodFootprint(
            name="karpenter",
            kind=PodKind.DEPLOYMENT,
            containers=(_karpenter_container(profile),),
            labels=chart_labels("karpenter"),
            replicas=_replicas(profile),
            ports=(Port(8080, PortUse.SCRAPE, "http-metrics"),),
            egress=(
                DNS,
                APISERVER,
                IDENTITY,
                *to_aws("ec2", "ssm", "sqs", "eks"),
                *to_aws("pricing", "iam", reason="its API has no endpoint in the VPC"),
            ),
        ),
    )


def _karpenter_values(site: Site) -> Values:
    return {
        "replicas": _replicas(site.profile),
        "serviceAccount": {"name": "karpenter"},
        # whoever starts nodes stands on those that stay
        "nodeSelector": {NODE_GROUP_LABEL: GENERAL},
        "controller": {"resources": _karpenter_container(site.profile).resources()},
        "settings": {
            "clusterName": site.cluster,
            # the endpoint and its certificate come from the EKS API, not through the program
            "eksControlPlane": True,
            "interruptionQueue": site.interruption_queue,
        },
        **MONITORED,
    }


KARPENTER: Final = Operator(
    name="karpenter",
    install=CHARTS["karpenter"],
    home=Home.KARPENTER,
    purpose="makes and removes nodes by what is pending",
    pods=_karpenter_pods,
    values=_karpenter_values,
    reading=Reading(
        "bde00654cd316fddb3dccfba3f5ac07039865429",
        "18813aba28c48fd65d76007e8919d355acc3583d82c6c14ea797c8cd5bf09437",
        "aws/karpenter-provider-aws v1.14.1, charts/karpenter; its release stamps version and image",
    ),
    requires=("karpenter-crd", "eks-pod-identity-agent", "prometheus-operator-crds"),
    conflicts=("cluster-autoscaler",),
    identity=OperatorIdentity("karpenter", Home.KARPENTER, ("ec2", "ssm", "sqs", "eks", "pricing", "iam")),
    owns=("NodePool", "EC2NodeClass", "NodeClaim"),
    skip_crds=True,
    serves=("karpenter.sh", "karpenter.k8s.aws"),
)
