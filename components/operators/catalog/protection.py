"""Velero, which keeps what Git does not hold of a cluster, and Falco, which watches what its processes do."""

from __future__ import annotations

from typing import Final

from components.kubernetes.priority import NODE_AGENT, PLATFORM
from components.operators.catalog._parts import RESTRICTED_CONTAINER, chart_labels, container, through_cache
from components.operators.footprint import (
    APISERVER,
    DNS,
    IDENTITY,
    Container,
    Home,
    HostAccess,
    PodFootprint,
    PodKind,
    Port,
    PortUse,
    Profile,
    Reading,
    Values,
    to_aws,
)
from components.operators.operator import BackupSchedule, Operator, OperatorIdentity, Site
from components.upstream import cached
from components.versions import CHARTS, IMAGES

VELERO_ACCOUNT: Final = "velero-server"
_USER: Final = 65532
"""Neither image has files of a user's own: any number above 0 does."""
_PLUGIN: Final = IMAGES["velero-plugin-for-aws"]
_CRDS_JOB: Final = {"component": "upgrade-crds"}
"""What the chart lets its Job's pods be called: its own labels of theirs it leaves out."""

_UPGRADE: Final = container("velero", (20, 64), (200, 256), "upgradeJobResources")
_COPY: Final = container("velero-plugin-for-aws", (10, 32), (200, 128), "initContainers", "0", "resources", init=True)


def _server(profile: Profile) -> Container:
    asked = (100, 256) if profile is Profile.HA else (50, 192)
    return container("velero", asked, (1000, 768), "resources")


def _velero_pods(profile: Profile) -> tuple[PodFootprint, ...]:
    return (
        PodFootprint(
            name="velero",
            kind=PodKind.DEPLOYMENT,
            # its chart knows one: two would both take each backup
            containers=(_COPY, _server(profile)),
            labels=chart_labels("velero"),
            ports=(Port(8085, PortUse.SCRAPE, "http-monitoring"),),
            egress=(DNS, APISERVER, IDENTITY, *to_aws("s3", "ec2", "kms", "sts")),
        ),
        PodFootprint(
            name="upgrade-crds",
            kind=PodKind.JOB,
            containers=(_UPGRADE,),
            labels=_CRDS_JOB,
            egress=(DNS, APISERVER),
        ),
    )


def _schedule(cron: str, days: int) -> Values:
    return {
        "disabled": False,
        "schedule": cron,
        "skipImmediately": False,
        "template": {
            "ttl": f"{days * 24}h0m0s",
            "storageLocation": "default",
            "volumeSnapshotLocations": ["default"],
            "snapshotVolumes": True,
            "includeClusterResources": True,
            "includedNamespaces": ["*"],
            # secrets come again from Secrets Manager, and a backup without them can be shown
            "excludedResources": ["events", "events.events.k8s.io", "secrets"],
        },
    }


def _schedules(schedule: BackupSchedule) -> Values:
    """One that is frequent and soon gone, one a day that stays. Times: between the database's own (platform)."""
    if schedule.every_hours is None:
        return {}
    return {
        "frequent": _schedule(f"20 */{schedule.every_hours} * * *", schedule.keep_frequent_days),
        "daily": _schedule("40 5 * * *", schedule.keep_days),
    }


def _velero_values(site: Site) -> Values:
    backups = site.backups
    if backups is None:
        raise ValueError("velero without settings of what it keeps")
    location: Values = {"name": "default", "provider": "aws"}
    return {
        "image": {"repository": f"{site.registry}/{cached('docker.io/velero/velero')}"},
        "resources": _server(site.profile).resources(),
        "upgradeJobResources": _UPGRADE.resources(),
        "kubectl": {"labels": dict(_CRDS_JOB)},
        "initContainers": [
            {
                "name": "velero-plugin-for-aws",
                "image": f"{site.registry}/{cached(_PLUGIN.repository)}:{_PLUGIN.tag}",
                "securityContext": RESTRICTED_CONTAINER,
                "resources": _COPY.resources(),
                "volumeMounts": [{"mountPath": "/target", "name": "plugins"}],
            }
        ],
        "podSecurityContext": {
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "runAsGroup": _USER,
            "fsGroup": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containerSecurityContext": RESTRICTED_CONTAINER,
        # a backup that is under way is given up rather than an hour waited for
        "terminationGracePeriodSeconds": 300,
        "priorityClassName": PLATFORM,
        "metrics": {"serviceMonitor": {"enabled": True, "autodetect": False}},
        "configuration": {
            "backupStorageLocation": [
                {
                    **location,
                    "default": True,
                    "bucket": backups.bucket,
                    "prefix": site.cluster,
                    # a standby's cluster has its primary's name: what it wrote would mix with the copies that come in
                    "accessMode": "ReadOnly" if backups.schedule.every_hours is None else "ReadWrite",
                    "config": {"region": site.region, "kmsKeyId": backups.key_arn},
                }
            ],
            "volumeSnapshotLocation": [{**location, "config": {"region": site.region}}],
            "defaultBackupTTL": f"{backups.schedule.keep_days * 24}h",
            "logFormat": "json",
        },
        # credentials come by Pod Identity
        "credentials": {"useSecret": False},
        "serviceAccount": {"server": {"name": VELERO_ACCOUNT}},
        "deployNodeAgent": False,
        "schedules": _schedules(backups.schedule),
    }


VELERO: Final = Operator(
    name="velero",
    install=CHARTS["velero"],
    home=Home.VELERO,
    purpose="backs up what of the cluster Git does not hold: objects to S3, volumes as snapshots of the region",
    pods=_velero_pods,
    values=_velero_values,
    reading=Reading(
        "84dd2c080519168bae69541f3c4c3fa6b2596da9",
        "cddd350f3fdcdf8f08d77b8a3f9b9b41436fc4a3bf4bde5911ae5b78cb922d72",
        "vmware-tanzu/helm-charts velero 12.1.0, charts/velero",
    ),
    estimate="requests are estimated, by objects of one cluster of some hundred pods",
    requires=("eks-pod-identity-agent", "prometheus-operator-crds"),
    identity=OperatorIdentity(VELERO_ACCOUNT, Home.VELERO, ("s3", "ec2", "kms")),
)


# --- Falco ------------------------------------------------------------------------------------------------------

_HOST_PATHS: Final = (
    "/boot",
    "/lib/modules",
    "/usr",
    "/etc",
    "/proc",
    "/sys/kernel",
    "/run/containerd/containerd.sock",
    "/run/host-containerd/containerd.sock",
)


def _falco_container(profile: Profile) -> Container:
    asked = (50, 256) if profile is Profile.SMALL else (100, 512)
    return container("falco", asked, (1000, 1024), "resources")


def _falco_pods(profile: Profile) -> tuple[PodFootprint, ...]:
    return (
        PodFootprint(
            name="falco",
            kind=PodKind.DAEMON_SET,
            containers=(_falco_container(profile),),
            labels=chart_labels("falco"),
            security="privileged",
            reason="reads every process's system calls by eBPF, with four capabilities and the node's own directories",
            host=(HostAccess.CAPABILITIES,),
            host_paths=_HOST_PATHS,
            ports=(Port(8765, PortUse.SCRAPE, "web"),),
            egress=(DNS,),
            writable_root=("falco",),
        ),
    )


def _falco_values(site: Site) -> Values:
    sockets: Values = {"enabled": True, "sockets": ["/run/containerd/containerd.sock"]}
    off: Values = {"enabled": False}
    return {
        "image": through_cache(site, "docker.io/falcosecurity/falco"),
        "resources": _falco_container(site.profile).resources(),
        "podPriorityClassName": NODE_AGENT,
        # every node, those of the pools too
        "tolerations": [{"operator": "Exists"}],
        "driver": {
            "kind": "modern_ebpf",
            # four capabilities instead of a privileged container
            "modernEbpf": {"leastPrivileged": True},
            # the probe is in the image: nothing is built or fetched on a node
            "loader": off,
        },
        "collectors": {
            "containerEngine": {
                "engines": {
                    "docker": off,
                    "podman": off,
                    "containerd": off,
                    "cri": sockets,
                    "lxc": off,
                    "libvirt_lxc": off,
                    "bpm": off,
                }
            },
            "kubernetes": off,
        },
        # rules and plugin are those of the image: what runs is what was pinned
        "falcoctl": {"artifact": {"install": off, "follow": off}},
        # Alloy takes the lines from standard output to Loki, whose alerts tell of them
        "falco": {"json_output": True, "json_include_output_property": True, "priority": "notice"},
        "falcosidekick": off,
        "metrics": {"enabled": True, "interval": "1m"},
        "serviceMonitor": {"create": True},
        "scc": {"create": False},
    }


FALCO: Final = Operator(
    name="falco",
    install=CHARTS["falco"],
    home=Home.NODE_AGENTS,
    purpose="tells of processes that do what no workload of ours does",
    pods=_falco_pods,
    values=_falco_values,
    reading=Reading(
        "53586de4fb9d8d02006131ade702b161cd7e06e3",
        "1ae49ee9c0b89a51a8b34847e36aaab8c26705f02d698fbfd49aba7a7b0547cb",
        "falcosecurity/charts falco 9.1.0, charts/falco",
    ),
    estimate="in the small profile half of the chart's requests; that the image holds rules and plugin is not read",
    requires=("prometheus-operator-crds",),
)
