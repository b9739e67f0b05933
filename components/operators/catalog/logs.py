"""Loki on S3, and Alloy that brings the logs to it."""

from __future__ import annotations

from typing import Final

from components.kubernetes.priority import NODE_AGENT, PLATFORM
from components.operators.catalog._parts import MONITORED, chart_labels, container, through_cache
from components.operators.catalog.alloy_config import alloy_config
from components.operators.catalog.prometheus import ALERTMANAGER_URL, LOKI_URL
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
    Volume,
    to_aws,
)
from components.operators.operator import Operator, OperatorIdentity, Site
from components.versions import CHARTS

# --- Loki -------------------------------------------------------------------------------------------------------

_LOKI: Final[dict[Profile, tuple[tuple[int, int], tuple[int, int], int, int]]] = {
    # requests, limits, replicas, volume in GiB (write-ahead log, index and chunks not yet on S3). Estimate:
    # 1, 5 and 10 GB of logs a day, without caches
    Profile.SMALL: ((100, 384), (1000, 1024), 1, 10),
    Profile.STANDARD: ((250, 768), (1000, 1536), 1, 20),
    # three, because a quorum of two of three goes on without one
    Profile.HA: ((250, 1024), (1500, 2048), 3, 20),
}
_RULES_SIDECAR: Final = container("loki-sc-rules", (10, 80), (100, 160), "sidecar", "resources")


def _loki(profile: Profile) -> Container:
    requests, limits, _, _ = _LOKI[profile]
    return container("loki", requests, limits, "singleBinary", "resources")


def _loki_pods(profile: Profile) -> tuple[PodFootprint, ...]:
    _, _, replicas, gib = _LOKI[profile]
    return (
        PodFootprint(
            name="loki",
            kind=PodKind.STATEFUL_SET,
            containers=(_loki(profile), _RULES_SIDECAR),
            labels=chart_labels("loki"),
            replicas=replicas,
            ports=(
                Port(3100, PortUse.SERVICE, "http-metrics", metrics=True),
                Port(9095, PortUse.PEER, "grpc"),
                Port(7946, PortUse.PEER, "http-memberlist"),
            ),
            egress=(
                DNS,
                APISERVER,
                IDENTITY,
                *to_aws("s3"),
                Egress(EgressKind.POD, "loki/loki", 9095),
                Egress(EgressKind.POD, "loki/loki", 7946),
                Egress(EgressKind.POD, "kube-prometheus-stack/alertmanager", 9093),
            ),
            volumes=(Volume("storage", gib),),
        ),
    )


def _loki_config(site: Site) -> Values:
    replicas = _LOKI[site.profile][2]
    return {
        # a tenant must be named: what forgets it is refused rather than mixed in
        "auth_enabled": True,
        "commonConfig": {"replication_factor": replicas},
        "schemaConfig": {
            "configs": [
                {
                    "from": "2026-01-01",
                    "store": "tsdb",
                    "object_store": "s3",
                    "schema": "v13",
                    "index": {"prefix": "index_", "period": "24h"},
                }
            ]
        },
        "storage": {
            "type": "s3",
            "bucketNames": {"chunks": site.logs_bucket, "ruler": site.logs_bucket},
            "s3": {"region": site.region, "sse": {"type": "SSE-KMS", "kms_key_id": site.logs_key_arn}},
        },
        "limits_config": {
            "retention_period": f"{site.telemetry.log_days * 24}h",
            "reject_old_samples": True,
            "reject_old_samples_max_age": "168h",
            "ingestion_rate_mb": 8,
            "ingestion_burst_size_mb": 16,
            "max_query_length": "721h",
        },
        "compactor": {
            "retention_enabled": True,
            "delete_request_store": "s3",
            "working_directory": "/var/loki/compactor",
        },
        "rulerConfig": {
            "storage": {"type": "local", "local": {"directory": "/rules"}},
            "rule_path": "/var/loki/rules-temp",
            "alertmanager_url": ALERTMANAGER_URL,
            "enable_alertmanager_v2": True,
            "enable_api": True,
            "ring": {"kvstore": {"store": "memberlist"}},
        },
        "image": through_cache(site, "docker.io/grafana/loki"),
        # the first pod of a new cluster finds nobody to join, and must start all the same
        "extraMemberlistConfig": {"abort_if_cluster_join_fails": False},
        "analytics": {"reporting_enabled": False},
    }


def _loki_values(site: Site) -> Values:
    _, _, replicas, gib = _LOKI[site.profile]
    off: Values = {"enabled": False}
    end = "Retain" if site.keep_volumes else "Delete"
    return {
        "deploymentMode": "Monolithic",
        "global": {"priorityClassName": PLATFORM},
        "loki": _loki_config(site),
        "serviceAccount": {"name": "loki"},
        "rbac": {"namespaced": True},
        "singleBinary": {
            "replicas": replicas,
            "resources": _loki(site.profile).resources(),
            "podDisruptionBudget": {"maxUnavailable": 1},
            "persistence": {
                "size": f"{gib}Gi",
                "storageClass": site.storage_class,
                "enableStatefulSetAutoDeletePVC": True,
                "whenDeleted": end,
                "whenScaled": end,
            },
        },
        # parts of the other modes, which the chart counts even where its mode has none
        "read": {"replicas": 0},
        "write": {"replicas": 0},
        "backend": {"replicas": 0},
        # rules come from ConfigMaps of its own namespace, all for the one tenant
        "sidecar": {
            "image": through_cache(site, "docker.io/kiwigrid/k8s-sidecar"),
            "resources": _RULES_SIDECAR.resources(),
            "rules": {"folder": f"/rules/{site.tenant}", "resource": "configmap"},
        },
        "monitoring": MONITORED,
        "memberlist": {"service": {"publishNotReadyAddresses": True}},
        # Alloy and Grafana speak to it directly; the caches would ask 11 GiB (8 GiB x 1.2 and 1 GiB x 1.2)
        "gateway": off,
        "chunksCache": off,
        "resultsCache": off,
        "lokiCanary": off,
        "test": off,
    }


LOKI: Final = Operator(
    name="loki",
    install=CHARTS["loki"],
    home=Home.MONITORING,
    purpose="keeps logs on S3 and alerts on patterns in them",
    pods=_loki_pods,
    values=_loki_values,
    reading=Reading(
        "3386a1156177c6bcd7fdb1ad4c6b1dda094296e0",
        "10b9d980c8b807bbfe51cfc459e7518c3c0256646734c70f1e4ff3e559fc5849",
        "grafana-community/helm-charts loki-18.11.0, charts/loki",
    ),
    estimate="CPU and memory by volume of logs",
    requires=("aws-ebs-csi-driver", "eks-pod-identity-agent", "prometheus-operator-crds"),
    after=("kube-prometheus-stack",),
    identity=OperatorIdentity("loki", Home.MONITORING, ("s3", "kms")),
    timeout_seconds=900,
)

# --- Alloy ------------------------------------------------------------------------------------------------------

_STATE: Final = "/var/lib/alloy"


def _alloy(profile: Profile) -> Container:
    small = profile is Profile.SMALL
    return container(
        "alloy", (50, 160) if small else (100, 192), (300, 320) if small else (500, 384), "alloy", "resources"
    )


_ALLOY_RELOADER: Final = container("config-reloader", (10, 32), (50, 64), "configReloader", "resources")


def _alloy_pods(profile: Profile) -> tuple[PodFootprint, ...]:
    return (
        PodFootprint(
            name="alloy",
            kind=PodKind.DAEMON_SET,
            containers=(_alloy(profile), _ALLOY_RELOADER),
            labels=chart_labels("alloy"),
            security="privileged",
            reason="reads the node's log files, which only root may, and keeps its place in them on the node",
            host_paths=("/var/log", _STATE),
            ports=(Port(12345, PortUse.SCRAPE, "http-metrics"),),
            egress=(DNS, APISERVER, Egress(EgressKind.POD, "loki/loki", 3100)),
            unprobed=("config-reloader",),
        ),
    )


def _alloy_values(site: Site) -> Values:
    return {
        "alloy": {
            "configMap": {"content": alloy_config(site, push_url=f"{LOKI_URL}/loki/api/v1/push")},
            "resources": _alloy(site.profile).resources(),
            "storagePath": _STATE,
            "mounts": {"varlog": True, "extra": [{"name": "state", "mountPath": _STATE}]},
            "enableReporting": False,
            "livenessProbe": {"httpGet": {"path": "/-/healthy", "port": 12345}, "initialDelaySeconds": 30},
            "securityContext": {
                "runAsUser": 0,
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
                "seccompProfile": {"type": "RuntimeDefault"},
            },
        },
        "image": through_cache(site, "docker.io/grafana/alloy"),
        "configReloader": {"resources": _ALLOY_RELOADER.resources()},
        "controller": {
            "type": "daemonset",
            "priorityClassName": NODE_AGENT,
            "tolerations": [{"operator": "Exists"}],
            "volumes": {"extra": [{"name": "state", "hostPath": {"path": _STATE, "type": "DirectoryOrCreate"}}]},
        },
        # it finds the pods of its node; the chart's own rules would let it read every Secret
        "rbac": {
            "rules": [{"apiGroups": [""], "resources": ["pods", "namespaces"], "verbs": ["get", "list", "watch"]}],
            # the chart can't be given none
            "clusterRules": [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list", "watch"]}],
        },
        "crds": {"create": False},
        # for the monitor, which finds pods by a Service alone
        "service": {"enabled": True},
        **MONITORED,
    }


ALLOY: Final = Operator(
    name="alloy",
    install=CHARTS["alloy"],
    home=Home.NODE_AGENTS,
    purpose="takes the logs of containers and nodes, redacts them, and hands them to Loki",
    pods=_alloy_pods,
    values=_alloy_values,
    reading=Reading(
        "233907cff225ce253f812bdfc14138dac1fa0cd2",
        "e5baf1fac88469c03fe2692e4ccda75ab5b0b705193694755d959550c73ae59c",
        "grafana/alloy helm-chart/1.11.1, operations/helm/charts/alloy",
    ),
    requires=("loki", "prometheus-operator-crds"),
)
