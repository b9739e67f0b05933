"""The component itself: from its arguments to its children, in the order in which the component makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sandbox.cloud.eks import addons
from sandbox.cloud.eks.access import access, instance_roles
from sandbox.cloud.eks.arguments import Arguments, Lookup
from sandbox.cloud.eks.children import Children, Steps, output, ref
from sandbox.cloud.eks.kubeconfig import kubeconfig
from sandbox.cloud.eks.outputs import encryption, issuer_of, outputs_of
from sandbox.cloud.eks.security_groups import cluster_group, node_group
from sandbox.cloud.eks.values import NOTHING, Input, as_json, combine, mapping, merged
from sandbox.model import Properties, Resource, Value
from sandbox.protocol.goal import Goal

TYPE: Final = "eks:index:Cluster"
_CLUSTER: Final = "aws:eks/cluster:Cluster"

THUMBPRINT: Final = "9e99a48a9960b14926bb7f3b02e22da2b0ab7280"
"""Thumbprint of the OIDC endpoints' root; the component reads it over the network."""

_CLUSTER_POLICY: Final = "AmazonEKSClusterPolicy"
_AUTO_CLUSTER_POLICIES: Final = (
    "AmazonEKSComputePolicy",
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingPolicy",
)
_AUTO_NODE_POLICIES: Final = ("AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly")


Expansion = Steps[tuple[Properties, dict[str, list[str]]]]


def expand(goal: Goal, urn: str, lookup: Lookup, config: Mapping[str, str]) -> Expansion:
    """The children of the component ``goal``; returns its outputs and what each of them depends on.

    ``lookup`` finds a resource by URN: arguments may be references. ``config`` is the stack's configuration.
    ``Refused`` for arguments that the component would refuse, and for those that aren't modelled.
    """
    arguments = Arguments(goal, lookup, config)
    arguments.validate()
    return _Component(arguments, Children(goal.name, urn, arguments)).run()


class _Component:
    """One component on its way; every method that makes something is a generator of goals."""

    def __init__(self, arguments: Arguments, children: Children) -> None:
        self._arguments = arguments
        self._children = children
        self._arg = arguments.get
        self._name = children.name

    def run(self) -> Expansion:
        """Make everything; outputs and their dependencies."""
        service_role, after = yield from self._cluster_role()
        security_group = yield from cluster_group(self._children, self._arguments)
        node_role: Resource | None = None
        if self._arguments.auto and self._arg("autoMode").entry("createNodeRole").or_else(default=True):
            node_role, more = yield from self._children.service_role(
                f"{self._name}-nodeRole", "ec2.amazonaws.com", _AUTO_NODE_POLICIES
            )
            after |= more
        cluster = yield from self._cluster(service_role, security_group, node_role, after)
        attributes = {
            key: output(cluster, key) for key in ("name", "version", "endpoint", "certificateAuthority", "arn")
        }
        if self._arg("kubeProxyAddonOptions").entry("enabled").or_else(not self._arguments.auto):
            inputs = addons.options("kube-proxy", attributes, self._arg("kubeProxyAddonOptions"), self._arg("tags"))
            yield from self._children.make(addons.ADDON, f"{self._name}-kube-proxy", inputs)
        configs = {own: kubeconfig(attributes, self._arguments.credentials(), profile=own) for own in (True, False)}
        provider = yield from self._children.make(
            "pulumi:providers:kubernetes",
            f"{self._name}-eks-k8s",
            {
                "kubeconfig": configs[True].map(as_json),
                "enableConfigMapMutable": self._arg("enableConfigMapMutable").map(as_json),
            },
        )
        roles, default_role = yield from instance_roles(self._children, self._arguments)
        let_in, entries = yield from access(
            self._children, self._arguments, cluster, provider, roles=roles, default_role=default_role
        )
        cni = yield from self._cni(attributes, provider, let_in)
        yield from self._coredns(attributes)
        oidc = yield from self._oidc_provider(cluster)
        nodes = yield from node_group(self._children, self._arguments, security_group, cluster)
        return outputs_of(
            self._arguments,
            {
                "eksCluster": cluster,
                "clusterSecurityGroup": security_group,
                "nodeSecurityGroup": nodes[0],
                "eksClusterIngressRule": nodes[1],
                "provider": provider,
                "vpcCni": cni,
                "oidcProvider": oidc,
                "clusterIamRole": service_role,
                "autoModeNodeRole": node_role,
            },
            roles,
            configs[False],
            entries,
        )

    def _cluster_role(self) -> Steps[tuple[Resource, frozenset[str]]]:
        """The role that EKS works with, and what the cluster waits for because of it."""
        given = self._arg("serviceRole")
        if given.given:
            return self._arguments.referenced(given), frozenset()
        policies = [_CLUSTER_POLICY, *(_AUTO_CLUSTER_POLICIES if self._arguments.auto else ())]
        return (
            yield from self._children.service_role(
                f"{self._name}-eksRole",
                "eks.amazonaws.com",
                policies,
                description=Input("Allows EKS to manage clusters on your behalf."),
                assumeRoleActions=Input(["sts:AssumeRole", "sts:TagSession"]),
            )
        )

    def _cluster(
        self, role: Resource, group: Resource | None, node_role: Resource | None, after: frozenset[str]
    ) -> Steps[Resource]:
        auto, mode, tags = self._arguments.auto, self._arguments.mode, self._arg("tags")
        # whatever EKS itself would do without, the component leaves no choice about its creator's rights
        access_config: Properties = {"authenticationMode": mode, "bootstrapClusterCreatorAdminPermissions": True}
        own_addons = self._arg("bootstrapSelfManagedAddons").or_else(default=True)
        inputs = {
            "name": self._arg("name"),
            "roleArn": output(role, "arn"),
            "computeConfig": self._compute(node_role),
            "storageConfig": Input({"blockStorage": {"enabled": True}}) if auto else NOTHING,
            "kubernetesNetworkConfig": combine(
                {key: self._arg(key) for key in ("kubernetesServiceIpAddressRange", "ipFamily")}, self._network
            ),
            "bootstrapSelfManagedAddons": Input(value=False) if auto else own_addons,
            "vpcConfig": self._vpc(group),
            "tags": merged(Input({"Name": f"{self._name}-eksCluster"}), self._arg("clusterTags"), tags),
            "encryptionConfig": encryption(self._arg("encryptionConfigKeyArn")),
            "accessConfig": Input(access_config) if mode else NOTHING,
        }
        inputs |= {
            key: self._arg(key) for key in ("version", "enabledClusterLogTypes", "upgradePolicy", "deletionProtection")
        }
        return self._children.make(
            _CLUSTER,
            f"{self._name}-eksCluster",
            inputs,
            after=sorted(after),
            ignore_changes=["accessConfig.bootstrapClusterCreatorAdminPermissions", "bootstrapSelfManagedAddons"],
        )

    def _compute(self, node_role: Resource | None) -> Input:
        if not self._arguments.auto:
            return NOTHING
        fixed: dict[str, Value] = {"enabled": True, "nodePools": ["general-purpose", "system"]}
        node_arn = mapping({"nodeRoleArn": output(node_role, "arn") if node_role else NOTHING})
        return merged(Input(fixed), node_arn, self._arg("autoMode").entry("computeConfig"))

    def _vpc(self, group: Resource | None) -> Input:
        keys = ("endpointPrivateAccess", "endpointPublicAccess", "publicAccessCidrs")
        return mapping(
            {
                "securityGroupIds": output(group, "id").map(lambda id_: [id_]) if group is not None else NOTHING,
                "subnetIds": self._arguments.subnets(),
                **{key: self._arg(key) for key in keys},
            }
        )

    def _network(self, given: Mapping[str, Value]) -> Value:
        cidr, family = given["kubernetesServiceIpAddressRange"], given["ipFamily"]
        if not cidr and not family and not self._arguments.auto:
            return None
        config: dict[str, Value] = {"ipFamily": family or "ipv4"}
        if cidr and config["ipFamily"] == "ipv4":
            config["serviceIpv4Cidr"] = cidr
        if self._arguments.auto:
            config["elasticLoadBalancing"] = {"enabled": True}
        return config

    def _cni(self, cluster: Mapping[str, Input], provider: Resource, let_in: Sequence[str]) -> Steps[Resource | None]:
        default = self._arg("useDefaultVpcCni")
        if bool(default) if default.given else self._arguments.auto:
            return None
        given, tags = self._arg("vpcCniOptions"), self._arg("tags")
        inputs = addons.cni(cluster, given, tags)
        name = f"{self._name}-vpc-cni"
        options = {key: given.entry(key) for key in (given.value if isinstance(given.value, dict) else ())}
        options |= {"clusterName": cluster["name"], "clusterVersion": cluster["version"], "tags": tags}
        component = yield from self._children.component(addons.CNI, name, options, provider, let_in)
        addon = yield from self._children.make(addons.ADDON, name, inputs, parent=component.urn)
        component.outputs = {"addon": ref(addon)}
        return component

    def _coredns(self, cluster: Mapping[str, Input]) -> Steps[None]:
        given = self._arg("corednsAddonOptions")
        explicit = given.entry("enabled").value is True or given.entry("configurationValues").given
        placed = not self._arg("skipDefaultNodeGroup") or self._arguments.auto
        if not explicit and not (placed and given.entry("enabled").or_else(default=True)):
            return
        inputs = addons.options("coredns", cluster, given, self._arg("tags"))
        yield from self._children.make(addons.ADDON, f"{self._name}-coredns", inputs)

    def _oidc_provider(self, cluster: Resource) -> Steps[Resource | None]:
        if not self._arg("createOidcProvider"):
            return None
        return (
            yield from self._children.make(
                "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
                f"{self._name}-oidcProvider",
                {
                    "clientIdLists": Input(["sts.amazonaws.com"]),
                    "url": output(cluster, "identities").map(issuer_of),
                    "thumbprintLists": Input([THUMBPRINT]),
                },
            )
        )
