"""EKS add-ons: what AWS runs in the cluster at our request, and the footprint of each.

What an add-on does is told by the cluster that makes it. How much it may take follows from the footprint here
(``sizing``), so that what is counted is what is asked for.

No chart of theirs can be read at the version that EKS installs. Footprints are of the charts that AWS develops them in,
at the nearest version, or of AWS's documentation; what is neither is said to be an estimate.
"""

from __future__ import annotations

from typing import Final

from components.operators.catalog._parts import container
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
    Webhook,
    to_aws,
)
from components.operators.operator import Operator, merged
from components.versions import ADDONS as PINNED

_NODE_NETWORK: Final = "makes the node's network"

# --- network ----------------------------------------------------------------------------------------------------

_CNI: Final = container("aws-node", (25, 64), (0, 256), "resources")
_CNI_INIT: Final = container("aws-vpc-cni-init", (25, 32), (0, 128), "init", "resources", init=True)
_CNI_AGENT: Final = container("aws-eks-nodeagent", (25, 48), (0, 256), "nodeAgent", "resources")


def _cni_pods(profile: Profile) -> tuple[PodFootprint, ...]:
    del profile
    return (
        PodFootprint(
            name="aws-node",
            kind=PodKind.DAEMON_SET,
            containers=(_CNI_INIT, _CNI, _CNI_AGENT),
            labels={"k8s-app": "aws-node"},
            security="privileged",
            reason=_NODE_NETWORK,
            host=(HostAccess.NETWORK, HostAccess.PRIVILEGED, HostAccess.CAPABILITIES),
            host_paths=(
                "/sys/fs/bpf",
                "/opt/cni/bin",
                "/etc/cni/net.d",
                "/var/log/aws-routed-eni",
                "/var/run/aws-node",
                "/run/xtables.lock",
            ),
            ports=(Port(61678, PortUse.SCRAPE, "metrics"), Port(8162, PortUse.SCRAPE, "agentmetrics")),
            unprobed=("aws-eks-nodeagent",),
        ),
    )


VPC_CNI: Final = Operator(
    name="vpc-cni",
    install=PINNED["vpc-cni"],
    home=Home.KUBE_SYSTEM,
    purpose="addresses for pods, by prefixes, and network policies",
    pods=_cni_pods,
    reading=Reading(
        "5239609242f3430be50fb0b714a24d3ef2b47983",
        "6c47a3731dbe01e9a3f9700b1a2e7140bacec9288c9c6b477b715abc1377152d",
        "aws/eks-charts, stable/aws-vpc-cni 1.22.4: the chart, not the add-on built from it",
    ),
    estimate="memory: the chart asks for none",
    before_nodes=True,
)

_PROXY: Final = container("kube-proxy", (100, 64), (0, 256), "resources")


def _proxy_pods(profile: Profile) -> tuple[PodFootprint, ...]:
    del profile
    return (
        PodFootprint(
            name="kube-proxy",
            kind=PodKind.DAEMON_SET,
            containers=(_PROXY,),
            labels={"k8s-app": "kube-proxy"},
            security="privileged",
            reason=_NODE_NETWORK,
            host=(HostAccess.NETWORK, HostAccess.PRIVILEGED),
            host_paths=("/var/log", "/run/xtables.lock", "/lib/modules"),
            unprobed=("kube-proxy",),
        ),
    )


KUBE_PROXY: Final = Operator(
    name="kube-proxy",
    install=PINNED["kube-proxy"],
    home=Home.KUBE_SYSTEM,
    purpose="addresses of Services on every node",
    pods=_proxy_pods,
    estimate="host access and CPU as AWS ships them, from memory; memory is ours",
    before_nodes=True,
)

_AGENT: Final = container("eks-pod-identity-agent", (10, 32), (0, 64), "resources")


def _agent_pods(profile: Profile) -> tuple[PodFootprint, ...]:
    del profile
    return (
        PodFootprint(
            name="eks-pod-identity-agent",
            kind=PodKind.DAEMON_SET,
            containers=(_AGENT,),
            labels={"app.kubernetes.io/name": "eks-pod-identity-agent"},
            security="privileged",
            reason="answers pods on a link-local address of the node",
            host=(HostAccess.NETWORK, HostAccess.PRIVILEGED, HostAccess.CAPABILITIES),
            ports=(Port(80, PortUse.SERVICE, "proxy"), Port(2705, PortUse.SCRAPE, "metrics")),
        ),
    )


POD_IDENTITY: Final = Operator(
    name="eks-pod-identity-agent",
    install=PINNED["eks-pod-identity-agent"],
    home=Home.KUBE_SYSTEM,
    purpose="credentials for workloads with an identity",
    pods=_agent_pods,
    reading=Reading(
        "d4dc0f3fedd795b26ac88755238867a2110c7460",
        "73dd5a0d72f78a61154caa317afe81907780f01bae495f8cd338af6bc49debb1",
        "aws/eks-pod-identity-agent, charts/eks-pod-identity-agent: the chart, which asks for nothing",
    ),
    estimate="CPU and memory: ours",
    before_nodes=True,
)

_COREDNS: Final = container("coredns", (100, 70), (0, 170), "resources")


def _coredns_pods(profile: Profile) -> tuple[PodFootprint, ...]:
    del profile
    return (
        PodFootprint(
            name="coredns",
            kind=PodKind.DEPLOYMENT,
            containers=(_COREDNS,),
            labels={"k8s-app": "kube-dns"},
            replicas=2,
            replicas_at=("replicaCount",),
            ports=(Port(53, PortUse.SERVICE, "dns"), Port(9153, PortUse.SCRAPE, "metrics")),
            egress=(DNS, APISERVER),
            security="baseline",
            reason="AWS's manifest adds NET_BIND_SERVICE and sets no seccomp profile or user",
        ),
    )


COREDNS: Final = Operator(
    name="coredns",
    install=PINNED["coredns"],
    home=Home.KUBE_SYSTEM,
    purpose="names inside the cluster",
    pods=_coredns_pods,
    estimate="as AWS ships it (100m and 70Mi, at most 170Mi), from memory",
    requires=("vpc-cni", "kube-proxy"),
)

# --- storage ----------------------------------------------------------------------------------------------------

_CSI: Final = ((10, 40), (0, 256))


def _csi(name: str, *at: str) -> Container:
    return container(name, *_CSI, *at)


_CSI_PROBE: Final = ((10, 32), (0, 64))
_CSI_CONTROLLER: Final = (
    _csi("ebs-plugin", "controller", "resources"),
    _csi("csi-provisioner", "sidecars", "provisioner", "resources"),
    _csi("csi-attacher", "sidecars", "attacher", "resources"),
    _csi("csi-snapshotter", "sidecars", "snapshotter", "resources"),
    _csi("csi-resizer", "sidecars", "resizer", "resources"),
    container("liveness-probe", *_CSI_PROBE, "sidecars", "livenessProbe", "resources"),
)
_CSI_NODE: Final = (
    _csi("ebs-plugin", "node", "resources"),
    container("node-driver-registrar", *_CSI_PROBE, "sidecars", "nodeDriverRegistrar", "resources"),
    container("liveness-probe", *_CSI_PROBE, "sidecars", "livenessProbe", "resources"),
)


def _csi_pods(profile: Profile) -> tuple[PodFootprint, ...]:
    replicas = 1 if profile is Profile.SMALL else 2
    return (
        PodFootprint(
            name="ebs-csi-controller",
            kind=PodKind.DEPLOYMENT,
            containers=_CSI_CONTROLLER,
            labels={"app": "ebs-csi-controller"},
            replicas=replicas,
            replicas_at=("controller", "replicaCount"),
            egress=(DNS, APISERVER, IDENTITY, *to_aws("ec2")),
            security="baseline",
            reason="the chart drops no capabilities",
            unprobed=tuple(c.name for c in _CSI_CONTROLLER[1:]),
        ),
        PodFootprint(
            name="ebs-csi-node",
            kind=PodKind.DAEMON_SET,
            containers=_CSI_NODE,
            labels={"app": "ebs-csi-node"},
            security="privileged",
            reason="mounts volumes on the node",
            host=(HostAccess.PRIVILEGED,),
            host_paths=(
                "/var/lib/kubelet",
                "/var/lib/kubelet/plugins/ebs.csi.aws.com/",
                "/var/lib/kubelet/plugins_registry/",
                "/dev",
            ),
            egress=(DNS, APISERVER),
            unprobed=("node-driver-registrar", "liveness-probe"),
        ),
    )


EBS_CSI: Final = Operator(
    name="aws-ebs-csi-driver",
    install=PINNED["aws-ebs-csi-driver"],
    home=Home.KUBE_SYSTEM,
    purpose="volumes on EBS",
    pods=_csi_pods,
    reading=Reading(
        "6fa1a0f1657c233aac52eef4f94b8f7aa19147d2",
        "0fc14454cd381c0ce7ded1a808a425437ab082676b6d480f3c3b7a0c638142ec",
        "kubernetes-sigs/aws-ebs-csi-driver v1.63.1, charts/aws-ebs-csi-driver: the chart, not the add-on",
    ),
    requires=("vpc-cni", "kube-proxy", "eks-pod-identity-agent", "coredns", "snapshot-controller"),
    owns=("PersistentVolumeClaim", "VolumeSnapshot"),
)

_SNAPSHOT: Final = container("snapshot-controller", (10, 32), (0, 128), "resources")


def _snapshot_pods(profile: Profile) -> tuple[PodFootprint, ...]:
    replicas = 1 if profile is Profile.SMALL else 2
    return (
        PodFootprint(
            name="snapshot-controller",
            kind=PodKind.DEPLOYMENT,
            containers=(_SNAPSHOT,),
            labels={"app.kubernetes.io/name": "snapshot-controller"},
            replicas=replicas,
            replicas_at=("replicaCount",),
            egress=(DNS, APISERVER),
            security="baseline",
            reason="not read: taken to set less than restricted asks",
        ),
    )


SNAPSHOT_CONTROLLER: Final = Operator(
    name="snapshot-controller",
    install=PINNED["snapshot-controller"],
    home=Home.KUBE_SYSTEM,
    purpose="snapshots of volumes, with their definitions",
    pods=_snapshot_pods,
    estimate="all: AWS publishes no source of this add-on",
    requires=("vpc-cni", "kube-proxy", "coredns"),
)

# --- watching ---------------------------------------------------------------------------------------------------

_CW_AGENT: Final = container("cloudwatch-agent", (100, 128), (500, 512), "agent", "resources")
_CW_MANAGER: Final = container("manager", (50, 64), (200, 128), "manager", "resources")


def _cloudwatch_pods(profile: Profile) -> tuple[PodFootprint, ...]:
    del profile
    return (
        PodFootprint(
            name="controller-manager",
            kind=PodKind.DEPLOYMENT,
            containers=(_CW_MANAGER,),
            labels={"app.kubernetes.io/name": "amazon-cloudwatch-observability", "control-plane": "controller-manager"},
            ports=(Port(9443, PortUse.WEBHOOK, "webhook-server"),),
            webhooks=(
                Webhook(
                    9443, "/mutate-cloudwatch-aws-amazon-com-v1alpha1-amazoncloudwatchagent", "agents", blocks=False
                ),
            ),
            egress=(DNS, APISERVER),
            security="baseline",
            reason="the chart sets no security context",
        ),
        PodFootprint(
            name="cloudwatch-agent",
            kind=PodKind.DAEMON_SET,
            containers=(_CW_AGENT,),
            labels={"app.kubernetes.io/name": "cloudwatch-agent"},
            security="privileged",
            reason="reads the node's cgroups and devices, on the host network",
            host=(HostAccess.NETWORK,),
            host_paths=("/", "/var/run", "/sys", "/dev/disk"),
            egress=(DNS, APISERVER, IDENTITY, *to_aws("monitoring", "logs", "ec2")),
            unprobed=("cloudwatch-agent",),
        ),
    )


CLOUDWATCH: Final = Operator(
    name="amazon-cloudwatch-observability",
    install=PINNED["amazon-cloudwatch-observability"],
    home=Home.CLOUDWATCH,
    purpose="Container Insights: metrics only",
    pods=_cloudwatch_pods,
    reading=Reading(
        "71a298ffdebe9d4e13ac709d24398062a2afe8ca",
        "03fb0c88dcd716c5d5e4aff97c5a97e1845b17ce25a375c76df97bc70afa97fa",
        "aws-observability/helm-charts, charts/amazon-cloudwatch-observability 6.4.0: the add-on is 6.7.0",
    ),
    estimate="host paths of the agent, which its operator makes",
    requires=("vpc-cni", "kube-proxy", "coredns", "eks-pod-identity-agent"),
)

_GUARDDUTY: Final = container("aws-guardduty-agent", (200, 256), (1000, 1024), "resources")


def _guardduty_pods(profile: Profile) -> tuple[PodFootprint, ...]:
    del profile
    return (
        PodFootprint(
            name="aws-guardduty-agent",
            kind=PodKind.DAEMON_SET,
            containers=(_GUARDDUTY,),
            labels={"app.kubernetes.io/name": "aws-guardduty-agent"},
            security="privileged",
            reason="watches system calls by eBPF",
            host=(HostAccess.NETWORK, HostAccess.PID, HostAccess.CAPABILITIES),
            host_paths=("/sys", "/proc"),
            egress=(DNS, APISERVER, *to_aws("guardduty-data")),
            unprobed=("aws-guardduty-agent",),
        ),
    )


GUARDDUTY: Final = Operator(
    name="aws-guardduty-agent",
    install=PINNED["aws-guardduty-agent"],
    home=Home.GUARDDUTY,
    purpose="Runtime Monitoring; the account must have it on, with the add-on not managed by GuardDuty itself",
    pods=_guardduty_pods,
    estimate="host access; requests and limits are the least that AWS's guide allows",
    requires=("vpc-cni", "kube-proxy", "coredns"),
)

ADDONS: Final[dict[str, Operator]] = {
    addon.name: addon
    for addon in (
        VPC_CNI,
        KUBE_PROXY,
        POD_IDENTITY,
        COREDNS,
        SNAPSHOT_CONTROLLER,
        EBS_CSI,
        CLOUDWATCH,
        GUARDDUTY,
    )
}
"""Every EKS add-on, those that nodes need first."""


def sizing(addon: Operator, profile: Profile) -> Values:
    """The part of an add-on's configuration that makes its pods what the footprint says: resources and replicas.

    Merge it with what else the add-on is told (``merged``).
    """
    found: Values = {}
    for pod in addon.pods(profile):
        if pod.replicas_at:
            found = merged(found, _under(pod.replicas_at, pod.replicas))
        for container_ in pod.containers:
            found = merged(found, _under(container_.at, container_.resources()))
    return found


def _under(path: tuple[str, ...], value: object) -> Values:
    for key in reversed(path):
        value = {key: value}
    return dict(value) if isinstance(value, dict) else {}
