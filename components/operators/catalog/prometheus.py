"""kube-prometheus-stack: Prometheus, Alertmanager, Grafana and the exporters of the cluster itself."""

from __future__ import annotations

from typing import Final

from components.kubernetes.priority import NODE_AGENT, PLATFORM
from components.operators.catalog._parts import RESTRICTED_CONTAINER, chart_labels, container, through_cache
from components.operators.footprint import (
    APISERVER,
    DNS,
    Container,
    Egress,
    EgressKind,
    Home,
    HostAccess,
    PodFootprint,
    PodKind,
    Port,
    PortUse,
    Profile,
    Reading,
    Values,
    Volume,
    Webhook,
)
from components.operators.operator import Operator, Site
from components.versions import CHARTS

_NAME: Final = "kube-prometheus-stack"
GRAFANA_ADMIN_SECRET: Final = "grafana-admin"  # noqa: S105 - the Secret's name
"""Secret in ``monitoring`` with ``admin-user`` and ``admin-password``: there is no default password."""
ALERTMANAGER_URL: Final = f"http://{_NAME}-alertmanager.{Home.MONITORING}.svc.cluster.local:9093"
LOKI_URL: Final = f"http://loki.{Home.MONITORING}.svc.cluster.local:3100"
SCRAPE_SECONDS: Final = 15
_NODE_EXPORTER_PORT: Final = 9100
_TOLD: Final = "Slack and PagerDuty, who are told of alerts, have public addresses that change"

# --- sizes ------------------------------------------------------------------------------------------------------

_PROMETHEUS: Final[dict[Profile, tuple[tuple[int, int], tuple[int, int], int]]] = {
    # requests, limits, volume in GiB. Estimate: 3 KiB a series in memory, 1.5 bytes a sample on disk, at
    # 150,000, 250,000 and 500,000 series; 15 s for 30 days are 172,800 samples a series
    Profile.SMALL: ((200, 768), (1000, 1536), 40),
    Profile.STANDARD: ((300, 1280), (1500, 2560), 70),
    Profile.HA: ((500, 2048), (2000, 4096), 140),
}


def _prometheus(profile: Profile) -> Container:
    requests, limits, _ = _PROMETHEUS[profile]
    return container("prometheus", requests, limits, "prometheus", "prometheusSpec", "resources")


def _grafana(profile: Profile) -> Container:
    small = profile is Profile.SMALL
    return container(
        "grafana", (50, 192) if small else (100, 256), (500, 384) if small else (1000, 512), "grafana", "resources"
    )


def _reloader(name: str, *, init: bool = False) -> Container:
    path = ("prometheusOperator", "prometheusConfigReloader", "resources")
    return container(name, (10, 32), (50, 64), *path, init=init)


def _sidecar(name: str) -> Container:
    return container(name, (10, 80), (100, 160), "grafana", "sidecar", "resources")


_RELOADERS: Final = (_reloader("init-config-reloader", init=True), _reloader("config-reloader"))
_ALERTMANAGER: Final = container("alertmanager", (10, 64), (100, 128), "alertmanager", "alertmanagerSpec", "resources")
_OPERATOR: Final = container(_NAME, (50, 128), (200, 256), "prometheusOperator", "resources")
_STATE_METRICS: Final = container("kube-state-metrics", (20, 96), (200, 256), "kube-state-metrics", "resources")
_NODE_EXPORTER: Final = container("node-exporter", (20, 32), (100, 64), "prometheus-node-exporter", "resources")
_PATCH: Final = ("prometheusOperator", "admissionWebhooks", "patch", "resources")
_SIDECARS: Final = (_sidecar("grafana-sc-dashboard"), _sidecar("grafana-sc-datasources"))


def _replicas(profile: Profile) -> int:
    return 2 if profile is Profile.HA else 1


# --- footprint --------------------------------------------------------------------------------------------------


def _servers(profile: Profile) -> tuple[PodFootprint, ...]:
    return (
        PodFootprint(
            name="prometheus",
            kind=PodKind.STATEFUL_SET,
            containers=(_prometheus(profile), *_RELOADERS),
            labels={"app.kubernetes.io/name": "prometheus", "operator.prometheus.io/name": f"{_NAME}-prometheus"},
            replicas=_replicas(profile),
            ports=(Port(9090, PortUse.SERVICE, "http-web", metrics=True), Port(8080, PortUse.SCRAPE, "reloader-web")),
            egress=(
                DNS,
                APISERVER,
                Egress(EgressKind.SCRAPE, port=0),
                Egress(EgressKind.NODE, port=10250),
                Egress(EgressKind.NODE, port=_NODE_EXPORTER_PORT),
                Egress(EgressKind.POD, f"{_NAME}/alertmanager", 9093),
            ),
            volumes=(Volume("prometheus", _PROMETHEUS[profile][2]),),
        ),
        PodFootprint(
            name="alertmanager",
            kind=PodKind.STATEFUL_SET,
            containers=(_ALERTMANAGER, *_RELOADERS),
            labels={"app.kubernetes.io/name": "alertmanager", "alertmanager": f"{_NAME}-alertmanager"},
            replicas=_replicas(profile),
            ports=(
                Port(9093, PortUse.SERVICE, "http-web", metrics=True),
                # gossip goes by UDP, what a peer missed by TCP: without the former both replicas tell of an alert
                Port(9094, PortUse.PEER, "mesh-tcp"),
                Port(9094, PortUse.PEER, "mesh-udp", protocol="UDP"),
                Port(8080, PortUse.SCRAPE, "reloader-web"),
            ),
            egress=(DNS, Egress(EgressKind.EXTERNAL, "Slack and PagerDuty", reason=_TOLD)),
            volumes=(Volume("alertmanager", 5),),
        ),
    )


def _pods(profile: Profile) -> tuple[PodFootprint, ...]:
    return (
        PodFootprint(
            name="operator",
            kind=PodKind.DEPLOYMENT,
            containers=(_OPERATOR,),
            labels={"app": f"{_NAME}-operator", "release": _NAME},
            ports=(Port(10250, PortUse.WEBHOOK, "https", metrics=True),),
            webhooks=(
                Webhook(10250, "/admission-prometheusrules/mutate", "PrometheusRule", mutating=True),
                Webhook(10250, "/admission-prometheusrules/validate", "PrometheusRule"),
                Webhook(10250, "/admission-alertmanagerconfigs/validate", "AlertmanagerConfig"),
            ),
            egress=(DNS, APISERVER),
        ),
        *_servers(profile),
        PodFootprint(
            name="grafana",
            kind=PodKind.DEPLOYMENT,
            containers=(_grafana(profile), *_SIDECARS),
            labels=chart_labels("grafana", _NAME),
            # one: its sessions are in a database of its own, and its dashboards come from the program
            ports=(Port(3000, PortUse.SERVICE, "grafana", metrics=True),),
            egress=(
                DNS,
                APISERVER,
                Egress(EgressKind.POD, f"{_NAME}/prometheus", 9090),
                Egress(EgressKind.POD, f"{_NAME}/alertmanager", 9093),
                Egress(EgressKind.POD, "loki/loki", 3100),
            ),
            unprobed=tuple(sidecar.name for sidecar in _SIDECARS),
        ),
        PodFootprint(
            name="kube-state-metrics",
            kind=PodKind.DEPLOYMENT,
            containers=(_STATE_METRICS,),
            labels=chart_labels("kube-state-metrics", _NAME),
            ports=(Port(8080, PortUse.SCRAPE, "http"),),
            egress=(DNS, APISERVER),
        ),
        PodFootprint(
            name="node-exporter",
            kind=PodKind.DAEMON_SET,
            containers=(_NODE_EXPORTER,),
            labels=chart_labels("prometheus-node-exporter", _NAME),
            home=Home.NODE_AGENTS,
            security="privileged",
            reason="measures the node: its network, processes, and file systems, read-only",
            host=(HostAccess.NETWORK, HostAccess.PID),
            host_paths=("/proc", "/sys", "/"),
            ports=(Port(_NODE_EXPORTER_PORT, PortUse.SCRAPE, "http-metrics"),),
        ),
        *(
            PodFootprint(
                name=f"admission-{step}",
                kind=PodKind.JOB,
                containers=(container(step, (10, 32), (100, 64), *_PATCH),),
                labels={"app": f"{_NAME}-admission-{step}", "release": _NAME},
                egress=(DNS, APISERVER),
            )
            for step in ("create", "patch")
        ),
    )


# --- values -----------------------------------------------------------------------------------------------------


def _claim(site: Site, gib: int) -> Values:
    return {
        "volumeClaimTemplate": {
            "spec": {
                "storageClassName": site.storage_class,
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": f"{gib}Gi"}},
            }
        }
    }


def _claims_end(site: Site) -> Values:
    end = "Retain" if site.keep_volumes else "Delete"
    return {"whenDeleted": end, "whenScaled": end}


def _prometheus_values(site: Site) -> Values:
    gib = site.telemetry.metrics_gib or _PROMETHEUS[site.profile][2]
    return {
        "podDisruptionBudget": {"enabled": _replicas(site.profile) > 1},
        "prometheusSpec": {
            "priorityClassName": PLATFORM,
            "replicas": _replicas(site.profile),
            "podAntiAffinity": "hard" if site.profile is Profile.HA else "soft",
            "resources": _prometheus(site.profile).resources(),
            "scrapeInterval": f"{SCRAPE_SECONDS}s",
            "evaluationInterval": f"{SCRAPE_SECONDS}s",
            "retention": f"{site.telemetry.metrics_days}d",
            # the volume never fills: what is oldest goes first
            "retentionSize": f"{gib * 85 // 100}GiB",
            "externalLabels": {"cluster": site.cluster, "environment": site.env, "region": site.region},
            "serviceDiscoveryRole": "EndpointSlice",
            # every monitor, probe and rule in the cluster counts, not only those with this release's label
            "ruleSelectorNilUsesHelmValues": False,
            "serviceMonitorSelectorNilUsesHelmValues": False,
            "podMonitorSelectorNilUsesHelmValues": False,
            "probeSelectorNilUsesHelmValues": False,
            "scrapeConfigSelectorNilUsesHelmValues": False,
            "storageSpec": _claim(site, gib),
            "persistentVolumeClaimRetentionPolicy": _claims_end(site),
        },
    }


def _grafana_values(site: Site) -> Values:
    loki: list[Values] = [
        {
            "name": "Loki",
            "uid": "loki",
            "type": "loki",
            "access": "proxy",
            "url": LOKI_URL,
            "jsonData": {"httpHeaderName1": "X-Scope-OrgID"},
            "secureJsonData": {"httpHeaderValue1": site.tenant},
        }
    ]
    watch: Values = {"searchNamespace": Home.MONITORING.value, "resource": "configmap"}
    return {
        "admin": {
            "existingSecret": GRAFANA_ADMIN_SECRET,
            "userKey": "admin-user",
            "passwordKey": "admin-password",
        },
        "image": through_cache(site, "docker.io/grafana/grafana"),
        "priorityClassName": PLATFORM,
        "resources": _grafana(site.profile).resources(),
        "containerSecurityContext": RESTRICTED_CONTAINER,
        "extraEmptyDirMounts": [{"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108 - in the container
        "service": {"port": 3000},
        # dashboards and data sources come from ConfigMaps of its own namespace, and it sees no Secret elsewhere
        "rbac": {"namespaced": True},
        "sidecar": {
            "resources": _SIDECARS[0].resources(),
            "securityContext": RESTRICTED_CONTAINER,
            "dashboards": {**watch, "extraMounts": [{"name": "tmp", "mountPath": "/tmp"}]},  # noqa: S108
            "datasources": {**watch, "extraMounts": [{"name": "tmp", "mountPath": "/tmp"}]},  # noqa: S108
        },
        "additionalDataSources": loki if "loki" in site.operators else [],
        "initChownData": {"enabled": False},
        "testFramework": {"enabled": False},
        "grafana.ini": {
            "server": {"root_url": f"https://grafana.{site.domain}"},
            "analytics": {"check_for_updates": False, "check_for_plugin_updates": False, "reporting_enabled": False},
            "security": {"disable_gravatar": True, "cookie_secure": True},
            "users": {"allow_sign_up": False},
        },
    }


def _operator_values() -> Values:
    return {
        "resources": _OPERATOR.resources(),
        "priorityClassName": PLATFORM,
        "prometheusConfigReloader": {"resources": _RELOADERS[0].resources(), "enableProbe": True},
        "admissionWebhooks": {
            "failurePolicy": "Fail",
            "patch": {"resources": container("patch", (10, 32), (100, 64)).resources()},
        },
        # Endpoints are deprecated since Kubernetes 1.33
        "kubeletEndpointsEnabled": False,
        "kubeletEndpointSliceEnabled": True,
    }


def _values(site: Site) -> Values:
    unreachable: Values = {"enabled": False}
    return {
        "crds": {"enabled": False},
        # EKS shows no etcd, scheduler or controller manager, and kube-proxy listens on its node only
        "kubeEtcd": unreachable,
        "kubeScheduler": unreachable,
        "kubeControllerManager": unreachable,
        "kubeProxy": unreachable,
        "defaultRules": {
            "rules": {
                "etcd": False,
                "kubeControllerManager": False,
                "kubeSchedulerAlerting": False,
                "kubeSchedulerRecording": False,
                "kubeProxy": False,
                "windows": False,
            }
        },
        "prometheus": _prometheus_values(site),
        "alertmanager": {
            "podDisruptionBudget": {"enabled": _replicas(site.profile) > 1},
            "alertmanagerSpec": {
                "priorityClassName": PLATFORM,
                "replicas": _replicas(site.profile),
                "podAntiAffinity": "hard" if site.profile is Profile.HA else "soft",
                "resources": _ALERTMANAGER.resources(),
                "storage": _claim(site, 5),
                "persistentVolumeClaimRetentionPolicy": _claims_end(site),
            },
        },
        "grafana": _grafana_values(site),
        "prometheusOperator": _operator_values(),
        "kube-state-metrics": {
            "priorityClassName": PLATFORM,
            "resources": _STATE_METRICS.resources(),
            # it counts Secrets only by listing what is in them
            "collectorsExclude": ["secrets"],
        },
        "prometheus-node-exporter": {
            "namespaceOverride": Home.NODE_AGENTS.value,
            "priorityClassName": NODE_AGENT,
            "resources": _NODE_EXPORTER.resources(),
            "containerSecurityContext": {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "tolerations": [{"operator": "Exists"}],
        },
    }


PROMETHEUS_CRDS: Final = Operator(
    name="prometheus-operator-crds",
    install=CHARTS["prometheus-operator-crds"],
    home=Home.MONITORING,
    purpose="definitions of monitors and rules, apart: monitors wait for them alone, upgrades reach them",
    reading=Reading(
        "4529d7bb4b4be3b2aa8ef0b4d40152d394213a61",
        "794b4161c8eef8b6cc14a7269d086e7cb596810c4b9d74ec6949b122b3a6220a",
        "prometheus-community/helm-charts prometheus-operator-crds-31.0.1, of the operator's own version",
    ),
    serves=("monitoring.coreos.com",),
)

KUBE_PROMETHEUS_STACK: Final = Operator(
    name=_NAME,
    install=CHARTS[_NAME],
    home=Home.MONITORING,
    purpose="measures the cluster and what runs in it, alerts, and shows both",
    pods=_pods,
    values=_values,
    reading=Reading(
        "ea930baeebeba39f56d6b44e351f23b2a072a600",
        "659289e3cc0ff503db75dd2969c8fe7295657357b82ff085d0b2a824d68b7755",
        "prometheus-community/helm-charts kube-prometheus-stack-88.5.3, with kube-state-metrics 8.4.0 and"
        " prometheus-node-exporter 4.56.1 of that repository and grafana 12.11.1 of grafana-community/helm-charts",
    ),
    estimate="memory and disk of Prometheus by series; containers of the pods that its operator makes, by its source",
    requires=("prometheus-operator-crds", "aws-ebs-csi-driver"),
    timeout_seconds=900,
)
