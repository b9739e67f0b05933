"""The component EksCluster: the control plane, and in their order all that a cluster is useless without."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final, cast

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks
import pulumi_kubernetes as k8s

from components.context import Context
from components.data_classes import DataClass
from components.eks_cluster.access import AccessEntry
from components.eks_cluster.addons import (
    CONTAINER_INSIGHTS,
    EBS_CSI_POLICY,
    VPC_CNI_POLICY,
    Addon,
    PodNetwork,
    Values,
    cloudwatch_grants,
    cloudwatch_values,
    configuration,
    ebs_csi_grants,
    ebs_csi_values,
    vpc_cni_values,
)
from components.eks_cluster.karpenter import KarpenterSupport
from components.eks_cluster.nodes import NodeGroup, NodePlacement, NodeRole
from components.eks_cluster.settings import (
    AddonName,
    EksClusterSettings,
)
from components.eks_cluster.storage import KEY_PARAMETER, storage_class
from components.keys import Keys, Purpose
from components.kubernetes.register import register
from components.networking import Networking
from components.networking.peering import RunnerPeering
from components.pod_identity import ClusterRef, PodRole, role_name
from components.upstream import cache_arns

CONTROL_PLANE_LOGS: Final = ("api", "audit", "authenticator", "controllerManager", "scheduler")
"""Every log that a control plane has."""


def zonal_shift(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """Turn zonal shift on for the cluster that ``pulumi_eks`` makes, which has no argument for it (4.4).

    AWS may then move traffic out of a zone that fails, and an operator may by one command.
    """
    if args.type_ != "aws:eks/cluster:Cluster":
        return None
    props = {**cast("Mapping[str, object]", args.props), "zonalShiftConfig": {"enabled": True}}
    return pulumi.ResourceTransformResult(props, args.opts)


class EksCluster(pulumi.ComponentResource):
    """An EKS cluster: log group, people's access, node groups, add-ons, default storage and Karpenter's AWS half.

    The deploy role makes the cluster and stays its admin (``pulumi_eks`` leaves no choice); people come in by access
    entries only. The order is the true one: log group, cluster, what a node needs to become ready, nodes, the rest.
    """

    name: str
    """The cluster's name in AWS."""
    key: str
    """What tells it from another cluster of the stack."""
    version: str
    """Its Kubernetes version."""
    ref: ClusterRef
    """What an identity of its pods is bound to."""
    kubernetes: k8s.Provider
    """The provider of every Kubernetes object in it."""
    endpoint: pulumi.Output[str]
    """URL of its API."""
    cluster_security_group_id: pulumi.Output[str]
    """The group that EKS makes, on the control plane's interfaces and every node: what the data tier admits."""
    node_groups: list[aws.eks.NodeGroup]
    access: list[pulumi.Resource]
    """People's access. Objects depend on it, so that who destroys the stack isn't locked out before they are gone."""
    reachable: list[pulumi.Resource]
    """What whoever runs the update reaches the API by. Objects depend on it: their deletion must find the API too."""
    ready: list[pulumi.Resource]
    """What a pod truly waits for: nodes and DNS."""
    addons: dict[str, aws.eks.Addon]
    """Every add-on by its name: what its namespace, where it makes one, waits for."""
    storage_class: pulumi.CustomResource
    """The default StorageClass: what a claim waits for."""
    karpenter: KarpenterSupport | None
    """Karpenter's half in AWS, where it is the autoscaler."""

    def __init__(  # noqa: PLR0917 - what a component stands on, in the order of every component
        self,
        name: str,
        key: str,
        settings: EksClusterSettings,
        context: Context,
        networking: Networking,
        keys: Keys,
        opts: pulumi.ResourceOptions | None = None,
        *,
        addon_sizes: Mapping[str, Values] | None = None,
        runner: RunnerPeering | None = None,
    ) -> None:
        """``addon_sizes``: resources and replicas of each add-on's pods, from the footprints that capacity counts.

        ``runner``: the network that updates are run from, where it is another one than the cluster's.
        """
        super().__init__("platform:index:EksCluster", name, None, opts)
        self._sizes = addon_sizes or {}
        self.settings = settings
        self._name = name
        self._context = context
        self._networking = networking
        self._keys = keys
        self._child = pulumi.ResourceOptions(parent=self)
        self.key = key
        self.name = context.names.cluster(key)
        self.version = settings.version

        self.addons = {}
        cluster = self._control_plane()
        arn = context.names.arn("eks", f"cluster/{self.name}")
        self.ref = ClusterRef(self.name, arn, cluster, {it.value: keys.of(it).arn for it in Purpose})
        self.cluster_security_group_id = cluster.cluster_security_group_id
        self.endpoint = cluster.kubeconfig_json.apply(_server)
        self.reachable = []
        if runner is not None:
            admitted = runner.admit(f"{name}-runner", self.cluster_security_group_id, self._child)
            self.reachable = [*runner.ready, admitted]
        self.access = [
            resource
            for key_, entry in settings.access.items()
            for resource in AccessEntry(f"{name}-{key_}", key_, entry, self.ref, self._child).ready
        ]
        self.node_groups = self._nodes(self._addons_before_nodes())
        base = [
            group for group, shape in zip(self.node_groups, settings.node_groups.values(), strict=True) if shape.base
        ]
        coredns = self._addon("coredns", depends_on=base)
        self.ready = [*base, coredns]
        csi = self._addons_after_nodes()
        self.kubernetes = self._kubernetes_provider(cluster)
        self.storage_class = register(
            storage_class(),
            cluster_key=key,
            provider=self.kubernetes,
            parent=self,
            depends_on=[csi, *self.access, *self.reachable],
            merge={"parameters": {KEY_PARAMETER: keys.volumes.arn}},
        )
        self.karpenter = self._karpenter() if settings.autoscaler == "karpenter" else None
        self.register_outputs(
            {
                "name": self.name,
                "key": self.key,
                "version": self.version,
                "endpoint": self.endpoint,
                "clusterSecurityGroupId": self.cluster_security_group_id,
            }
        )

    # --- control plane ------------------------------------------------------------------------------------------

    def _log_group(self, name: str, group: str) -> aws.cloudwatch.LogGroup:
        """A log group that AWS would make by itself otherwise, unencrypted and for ever."""
        return aws.cloudwatch.LogGroup(
            name,
            name=group,
            retention_in_days=self.settings.log_days,
            kms_key_id=self._keys.logs.arn,
            tags=self._context.tags(DataClass.OPERATIONAL_LOG),
            opts=self._child,
        )

    def _control_plane(self) -> eks.Cluster:
        settings = self.settings
        logs = self._log_group(f"{self._name}-control-plane", f"/aws/eks/{self.name}/cluster")
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "eks.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
        }
        role = aws.iam.Role(
            role_name(self.name, "control-plane"),
            assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
            description=f"Control plane of {self.name}",
            opts=self._child,
        )
        attachment = aws.iam.RolePolicyAttachment(
            f"{self._name}-control-plane",
            role=role.name,
            policy_arn="arn:aws:iam::aws:policy/AmazonEKSClusterPolicy",
            opts=self._child,
        )
        public = settings.endpoint == "public"
        runner = self._context.identity.runner
        return eks.Cluster(
            self._name,
            name=self.name,
            version=settings.version,
            service_role=role,
            kubernetes_service_ip_address_range=str(settings.service_cidr),
            vpc_id=self._networking.vpc_id,
            private_subnet_ids=self._networking.private_subnet_ids,
            endpoint_private_access=True,
            endpoint_public_access=public,
            public_access_cidrs=[str(cidr) for cidr in runner.public_cidrs] if public else None,
            authentication_mode=eks.AuthenticationMode.API,
            encryption_config_key_arn=self._keys.secrets.arn,
            enabled_cluster_log_types=list(CONTROL_PLANE_LOGS),
            deletion_protection=settings.deletion_protection,
            # EXTENDED, the default, costs six times as much once standard support ends, without a word
            upgrade_policy=aws.eks.ClusterUpgradePolicyArgs(support_type="STANDARD"),
            # no identity comes by OIDC, and making the provider reads a certificate over the network in every preview
            create_oidc_provider=False,
            # the component's own nodes, groups and add-ons stay off: ours are pinned, encrypted and in their true order
            skip_default_node_group=True,
            create_instance_role=False,
            skip_default_security_groups=True,
            bootstrap_self_managed_addons=False,
            use_default_vpc_cni=True,
            kube_proxy_addon_options=eks.KubeProxyAddonOptionsArgs(enabled=False),
            coredns_addon_options=eks.CoreDnsAddonOptionsArgs(enabled=False),
            # empty, not absent: else a profile in the runner's environment lands in the component's kubeconfig
            provider_credential_opts=eks.KubeconfigOptionsArgs(),
            opts=pulumi.ResourceOptions(
                parent=self,
                # a remote component takes its children's provider from this map only
                providers={"aws": self._context.provider, "eks": self._context.eks},
                depends_on=[logs, attachment],
                transforms=[zonal_shift],
            ),
        )

    def _kubernetes_provider(self, cluster: eks.Cluster) -> k8s.Provider:
        return k8s.Provider(
            f"{self._name}-kubernetes",
            kubeconfig=cluster.kubeconfig_json,
            # plain and for ever: without it a changed kubeconfig would replace every object in the cluster
            cluster_identifier=self.name,
            enable_server_side_apply=True,
            enable_config_map_mutable=True,
            enable_secret_mutable=True,
            opts=self._child,
        )

    # --- nodes and add-ons --------------------------------------------------------------------------------------

    def _addon(
        self,
        addon: AddonName,
        *,
        values: Values | None = None,
        identity: PodRole | None = None,
        service_account: str | None = None,
        depends_on: Sequence[pulumi.Resource] = (),
    ) -> aws.eks.Addon:
        made = Addon(
            f"{self._name}-{addon}",
            addon,
            self.settings.addons,
            self.ref,
            values=configuration(addon, values or {}, self._sizes.get(addon, {})),
            identity=identity,
            service_account=service_account,
            depends_on=depends_on,
            opts=self._child,
        ).addon
        self.addons[addon] = made
        return made

    def _addons_before_nodes(self) -> list[pulumi.Resource]:
        """vpc-cni, kube-proxy and the Pod Identity agent: a node becomes ready by them.

        The CNI has its rights by Pod Identity: its DaemonSet and the agent's start side by side on the host's network,
        and the CNI tries again until the agent answers.
        """
        networking = self._networking
        pods = None
        if networking.pod_subnet_ids:
            by_zone = dict(zip(networking.settings.zones, networking.pod_subnet_ids, strict=True))
            pods = PodNetwork(self._context.names.region, by_zone, self.cluster_security_group_id)
        cni = PodRole(
            f"{self._name}-vpc-cni",
            cluster=self.ref,
            namespace="kube-system",
            service_account="aws-node",
            managed=[VPC_CNI_POLICY],
            opts=self._child,
        )
        values = vpc_cni_values(prefix_delegation=self.settings.prefix_delegation, pods=pods)
        return [
            self._addon("vpc-cni", values=values, identity=cni, service_account="aws-node"),
            self._addon("kube-proxy"),
            self._addon("eks-pod-identity-agent"),
        ]

    def _nodes(self, before: Sequence[pulumi.Resource]) -> list[aws.eks.NodeGroup]:
        settings, networking = self.settings, self._networking
        by_zone = dict(zip(networking.settings.zones, networking.private_subnet_ids, strict=True))
        placement = NodePlacement(
            subnet_ids=[by_zone[zone] for zone in settings.node_zones or networking.settings.zones],
            security_group_id=self.cluster_security_group_id,
            volumes_key_arn=self._keys.volumes.arn,
            version=settings.version,
            prefix_delegation=settings.prefix_delegation,
        )
        role = NodeRole(f"{self._name}-nodes", self.name, "nodes", cache_arns(self._context.names), self._child)
        return [
            NodeGroup(
                f"{self._name}-{group_key}",
                group_key,
                group,
                context=self._context,
                cluster=self.ref,
                role=role,
                placement=placement,
                off_hours=settings.off_hours,
                # a node pulls its first images through NAT or an endpoint, and what runs on it calls AWS to the last
                depends_on=[*before, *networking.egress_ready],
                opts=self._child,
            ).group
            for group_key, group in settings.node_groups.items()
        ]

    def _addons_after_nodes(self) -> aws.eks.Addon:
        """The rest, in pods of their own; the EBS CSI driver is returned, which volumes wait for."""
        chosen = self.settings.addons
        snapshots = [self._addon("snapshot-controller", depends_on=self.ready)] if chosen.snapshot_controller else []
        csi = PodRole(
            f"{self._name}-ebs-csi",
            cluster=self.ref,
            namespace="kube-system",
            service_account="ebs-csi-controller-sa",
            managed=[EBS_CSI_POLICY],
            grants=ebs_csi_grants(self._keys.volumes.arn),
            opts=self._child,
        )
        if chosen.cloudwatch_observability:
            self._cloudwatch()
        if chosen.guardduty_agent:
            self._addon("aws-guardduty-agent", depends_on=self.ready)
        return self._addon(
            "aws-ebs-csi-driver",
            values=ebs_csi_values(self._context.all_tags()),
            identity=csi,
            service_account="ebs-csi-controller-sa",
            # its snapshot sidecar looks for the definitions that the snapshot controller brings
            depends_on=[*self.ready, *snapshots],
        )

    def _cloudwatch(self) -> None:
        group = CONTAINER_INSIGHTS.format(cluster=self.name)
        logs = self._log_group(f"{self._name}-container-insights", group)
        agent = PodRole(
            f"{self._name}-cloudwatch",
            cluster=self.ref,
            namespace="amazon-cloudwatch",
            service_account="cloudwatch-agent",
            grants=cloudwatch_grants(self._context.names.log_group_arn(group)),
            opts=self._child,
        )
        self._addon(
            "amazon-cloudwatch-observability",
            values=cloudwatch_values(),
            identity=agent,
            service_account="cloudwatch-agent",
            depends_on=[logs, *self.ready],
        )

    def _karpenter(self) -> KarpenterSupport:
        return KarpenterSupport(
            f"{self._name}-karpenter",
            self.key,
            context=self._context,
            cluster=self.ref,
            cluster_security_group_id=self.cluster_security_group_id,
            volumes_key_arn=self._keys.volumes.arn,
            opts=self._child,
        )


def _server(kubeconfig: str) -> str:
    """The API's URL in a kubeconfig."""
    server = json.loads(kubeconfig)["clusters"][0]["cluster"]["server"]
    return str(server)
