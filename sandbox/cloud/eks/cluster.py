"""The component itself: from its arguments to its children, in the order in which the component makes them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Final

import yaml

from sandbox.cloud.eks import addons
from sandbox.cloud.eks.kubeconfig import kubeconfig
from sandbox.cloud.eks.values import NOTHING, Input, as_json, combine, mapping, merged, plain, union
from sandbox.cloud.refusal import Refused
from sandbox.cloud.schema import schema
from sandbox.engine.convert import reference, unwrap
from sandbox.engine.goal import Goal
from sandbox.model import UNKNOWN, Properties, Resource, Value

TYPE: Final = "eks:index:Cluster"
AWS_VERSION: Final = "7.25.0"
KUBERNETES_VERSION: Final = "4.19.0"
"""The plugins that the component brings for its children: nodejs/eks/package.json."""

_SERVICE_ROLE: Final = "eks:index:ServiceRole"
_CLUSTER: Final = "aws:eks/cluster:Cluster"
_SECURITY_GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
_SECURITY_GROUP_RULE: Final = "aws:ec2/securityGroupRule:SecurityGroupRule"

API: Final = "API"
CONFIG_MAP: Final = "CONFIG_MAP"
API_AND_CONFIG_MAP: Final = "API_AND_CONFIG_MAP"

THUMBPRINT: Final = "9e99a48a9960b14926bb7f3b02e22da2b0ab7280"
"""Thumbprint of the OIDC endpoints' root; the component reads it over the network."""

_NOT_MODELLED: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "desiredCapacity",
            "gpu",
            "instanceProfileName",
            "instanceType",
            "maxSize",
            "minSize",
            "nodeAmiId",
            "nodeAssociatePublicIpAddress",
            "nodeGroupOptions",
            "nodePublicKey",
            "nodeRootVolumeEncrypted",
            "nodeRootVolumeSize",
            "nodeSubnetIds",
            "nodeUserData",
        ),
        "the component's default node group isn't modelled here; make node groups with aws.eks.NodeGroup",
    ),
    "creationRoleProvider": "the component's creation role isn't modelled here; give providerCredentialOpts",
    "fargate": "the component's Fargate profile isn't modelled here; make it with aws.eks.FargateProfile",
    "proxy": "there is no network here for a proxy to be used in",
    "storageClasses": "the component's storage classes aren't modelled here; make them in the cluster",
}

_INSTANCE_POLICIES: Final = (
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonEC2ContainerRegistryReadOnly",
)
_CLUSTER_POLICY: Final = "AmazonEKSClusterPolicy"
_AUTO_CLUSTER_POLICIES: Final = (
    "AmazonEKSComputePolicy",
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSNetworkingPolicy",
)
_AUTO_NODE_POLICIES: Final = ("AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly")

Children = Generator[Goal, "Resource | None", "tuple[Properties, dict[str, list[str]]]"]
Step = Generator[Goal, "Resource | None", Resource]
Lookup = Callable[[str], "Resource | None"]


def expand(goal: Goal, urn: str, lookup: Lookup, config: Mapping[str, str]) -> Children:
    """The children of the component ``goal``; returns its outputs and what each of them depends on.

    ``lookup`` finds a resource by URN: arguments may be references. ``Refused`` for arguments that the component would
    refuse, and for those that aren't modelled.
    """
    known = schema(TYPE, goal.version)
    if known is not None and not known.inputs.fits(goal.inputs):
        raise Refused(list(known.inputs.problems(goal.inputs, "")))
    return _Expansion(goal, urn, lookup, config).run()


class _Expansion:
    """One component on its way; every method that makes something is a generator of goals."""

    def __init__(self, goal: Goal, urn: str, lookup: Lookup, config: Mapping[str, str]) -> None:
        self._goal = goal
        self._urn = urn
        self._name = goal.name
        self._lookup = lookup
        self._profile = config.get("aws:profile")
        self._auto = bool(self._arg("autoMode").entry("enabled"))
        self._mode = self._arg("authenticationMode").value
        self._entries: list[Value] = []

    # --- arguments ----------------------------------------------------------------------------------------------

    def _arg(self, key: str) -> Input:
        """An argument with what it depends on."""
        return Input(unwrap(self._goal.inputs.get(key)), frozenset(self._goal.property_dependencies.get(key, ())))

    def _referenced(self, argument: Input) -> Resource:
        """The resource that an argument refers to. ``Refused`` if it has none, or isn't one."""
        value = argument.value
        urn = value.get("urn") if isinstance(value, dict) else None
        found = self._lookup(urn) if isinstance(urn, str) else None
        if found is None:
            raise Refused("a resource that this program registered is wanted where a resource is an argument")
        return found

    def _validate(self) -> None:
        problems = [f"{key}: {why}" for key, why in _NOT_MODELLED.items() if self._arg(key)]
        if not self._arg("skipDefaultNodeGroup") and not self._auto:
            problems.append("skipDefaultNodeGroup: true is wanted; the default node group isn't modelled here")
        if not self._arg("vpcId").given:
            problems.append("vpcId: missing; the component would look for the account's default VPC")
        if self._arg("instanceRole").given and self._arg("instanceRoles").given:
            problems.append("instanceRole, instanceRoles: they exclude each other")
        if self._arg("subnetIds").given and (self._arg("publicSubnetIds").given or self._arg("privateSubnetIds").given):
            problems.append("subnetIds: excludes publicSubnetIds and privateSubnetIds; choose one way")
        if self._arg("publicAccessCidrs") and not self._arg("endpointPublicAccess").or_else(default=True):
            problems.append("publicAccessCidrs: can only be set when endpointPublicAccess is true")
        if not self._uses_config_map:
            problems += [
                f"{key}: must be empty when authenticationMode is {self._mode}"
                for key in ("roleMappings", "userMappings", "instanceRoles")
                if self._arg(key).value not in (None, [])
            ]
        if not self._uses_entries and self._arg("accessEntries"):
            problems.append("accessEntries: not supported unless authenticationMode is API or API_AND_CONFIG_MAP")
        if self._auto and not self._uses_entries:
            problems.append("autoMode: wants authenticationMode API or API_AND_CONFIG_MAP")
        if problems:
            raise Refused(problems)

    @property
    def _uses_config_map(self) -> bool:
        return self._mode in (None, CONFIG_MAP, API_AND_CONFIG_MAP)

    @property
    def _uses_entries(self) -> bool:
        return self._mode in (API, API_AND_CONFIG_MAP)

    # --- making -------------------------------------------------------------------------------------------------

    def _make(
        self,
        type_: str,
        name: str,
        parts: Mapping[str, Input],
        *,
        parent: str = "",
        after: Sequence[str] = (),
        provider: str = "",
        ignore_changes: Sequence[str] = (),
    ) -> Step:
        inputs, by_property, together = plain(parts)
        kubernetes = type_.startswith(("kubernetes:", "pulumi:providers:kubernetes"))
        made = yield Goal(
            type_,
            name,
            custom=not type_.startswith("eks:"),
            inputs=inputs,
            parent=parent or self._urn,
            dependencies=sorted({*together, *after}),
            property_dependencies=by_property,
            provider=provider,
            version=KUBERNETES_VERSION if kubernetes else AWS_VERSION,
            ignore_changes=list(ignore_changes),
        )
        if made is None:
            raise RuntimeError(f"{type_} {name} was not made")
        return made

    def _service_role(
        self, name: str, service: str, policies: Sequence[str], **more: Input
    ) -> Generator[Goal, Resource | None, tuple[Resource, frozenset[str]]]:
        """A ServiceRole component: the role, and the URNs of role and attachments, what a resolved role waits for."""
        tags = self._arg("tags")
        actions = more.get("assumeRoleActions", NOTHING)
        policy_inputs: list[Value] = [
            {"id": f"arn:aws:iam::aws:policy/{policy}", "arn": f"arn:aws:iam::aws:policy/{policy}"}
            for policy in policies
        ]
        component = yield from self._make(
            _SERVICE_ROLE,
            name,
            {"service": Input(service), "managedPolicyArns": Input(policy_inputs), "tags": tags, **more},
        )
        statement: Value = {
            "Action": actions.or_else(["sts:AssumeRole"]).value,
            "Effect": "Allow",
            "Principal": {"Service": [service]},
        }
        role = yield from self._make(
            "aws:iam/role:Role",
            f"{name}-role",
            {
                "description": more.get("description", NOTHING),
                "assumeRolePolicy": Input(as_json({"Version": "2012-10-17", "Statement": [statement]})),
                "tags": tags,
            },
            parent=component.urn,
        )
        urns = {role.urn}
        for policy in policies:
            arn = f"arn:aws:iam::aws:policy/{policy}"
            # not for secrecy: the component shortens the policy's ARN so
            short = hashlib.sha1(arn.encode(), usedforsecurity=False).hexdigest()[:8]
            attachment = yield from self._make(
                "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
                f"{name}-{short}",
                {"policyArn": Input(arn), "role": _output(role, "name")},
                parent=component.urn,
            )
            urns.add(attachment.urn)
        component.outputs = {"directRole": _ref(role), "resolvedRole": _ref(role)}
        return role, frozenset(urns)

    # --- the component, top to bottom ---------------------------------------------------------------------------

    def run(self) -> Children:
        """Make everything; outputs and their dependencies."""
        self._validate()
        service_role, after = yield from self._cluster_role()
        security_group = yield from self._cluster_security_group()
        node_role: Resource | None = None
        if self._auto and self._arg("autoMode").entry("createNodeRole").or_else(default=True):
            node_role, more = yield from self._service_role(
                f"{self._name}-nodeRole", "ec2.amazonaws.com", _AUTO_NODE_POLICIES
            )
            after |= more
        cluster = yield from self._cluster(service_role, security_group, node_role, after)
        attributes = {
            key: _output(cluster, key) for key in ("name", "version", "endpoint", "certificateAuthority", "arn")
        }
        if self._arg("kubeProxyAddonOptions").entry("enabled").or_else(not self._auto):
            inputs = addons.options("kube-proxy", attributes, self._arg("kubeProxyAddonOptions"), self._arg("tags"))
            yield from self._make(addons.ADDON, f"{self._name}-kube-proxy", inputs)
        configs = {own: kubeconfig(attributes, self._credentials(), profile=own) for own in (True, False)}
        provider = yield from self._make(
            "pulumi:providers:kubernetes",
            f"{self._name}-eks-k8s",
            {
                "kubeconfig": configs[True].map(as_json),
                "enableConfigMapMutable": self._arg("enableConfigMapMutable").map(as_json),
            },
        )
        roles, default_role = yield from self._instance_roles()
        access = yield from self._access(cluster, provider, roles, default_role)
        cni = yield from self._cni(attributes, provider, access)
        yield from self._coredns(attributes)
        oidc = yield from self._oidc_provider(cluster)
        nodes = yield from self._node_security_group(security_group, cluster)
        return self._outputs(
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
        )

    def _cluster_role(self) -> Generator[Goal, Resource | None, tuple[Resource, frozenset[str]]]:
        """The role that EKS works with, and what the cluster waits for because of it."""
        given = self._arg("serviceRole")
        if given.given:
            return self._referenced(given), frozenset()
        policies = [_CLUSTER_POLICY, *(_AUTO_CLUSTER_POLICIES if self._auto else ())]
        return (
            yield from self._service_role(
                f"{self._name}-eksRole",
                "eks.amazonaws.com",
                policies,
                description=Input("Allows EKS to manage clusters on your behalf."),
                assumeRoleActions=Input(["sts:AssumeRole", "sts:TagSession"]),
            )
        )

    @property
    def _skips_security_groups(self) -> bool:
        return bool(self._arg("skipDefaultSecurityGroups").or_else(self._auto))

    def _cluster_security_group(self) -> Generator[Goal, Resource | None, Resource | None]:
        given = self._arg("clusterSecurityGroup")
        if given.given:
            return self._referenced(given)
        if self._skips_security_groups:
            return None
        name = f"{self._name}-eksClusterSecurityGroup"
        group = yield from self._make(
            _SECURITY_GROUP,
            name,
            {
                "vpcId": self._arg("vpcId"),
                "revokeRulesOnDelete": Input(value=True),
                "tags": merged(Input({"Name": name}), self._arg("clusterSecurityGroupTags"), self._arg("tags")),
            },
        )
        yield from self._rule("eksClusterInternetEgressRule", _EGRESS, securityGroupId=_output(group, "id"))
        return group

    def _rule(self, name: str, fixed: Properties, **more: Input) -> Step:
        parts = {key: Input(value) for key, value in fixed.items()} | more
        return self._make(_SECURITY_GROUP_RULE, f"{self._name}-{name}", parts)

    def _cluster(
        self, role: Resource, group: Resource | None, node_role: Resource | None, after: frozenset[str]
    ) -> Step:
        network = combine(
            {key: self._arg(key) for key in ("kubernetesServiceIpAddressRange", "ipFamily")}, self._network
        )
        compute = NOTHING
        if self._auto:
            pools: list[Value] = ["general-purpose", "system"]
            fixed: dict[str, Value] = {"enabled": True, "nodePools": pools}
            node_arn = mapping({"nodeRoleArn": _output(node_role, "arn") if node_role else NOTHING})
            compute = merged(Input(fixed), node_arn, self._arg("autoMode").entry("computeConfig"))
        groups = _output(group, "id").map(lambda id_: [id_]) if group is not None else NOTHING
        access: Properties = {"authenticationMode": self._mode, "bootstrapClusterCreatorAdminPermissions": True}
        key = self._arg("encryptionConfigKeyArn")
        return self._make(
            _CLUSTER,
            f"{self._name}-eksCluster",
            {
                "name": self._arg("name"),
                "roleArn": _output(role, "arn"),
                "computeConfig": compute,
                "storageConfig": Input({"blockStorage": {"enabled": True}}) if self._auto else NOTHING,
                "kubernetesNetworkConfig": network,
                "bootstrapSelfManagedAddons": (
                    Input(value=False) if self._auto else self._arg("bootstrapSelfManagedAddons").or_else(default=True)
                ),
                "vpcConfig": mapping(
                    {
                        "securityGroupIds": groups,
                        "subnetIds": self._subnets(),
                        "endpointPrivateAccess": self._arg("endpointPrivateAccess"),
                        "endpointPublicAccess": self._arg("endpointPublicAccess"),
                        "publicAccessCidrs": self._arg("publicAccessCidrs"),
                    }
                ),
                "version": self._arg("version"),
                "enabledClusterLogTypes": self._arg("enabledClusterLogTypes"),
                "tags": merged(
                    Input({"Name": f"{self._name}-eksCluster"}), self._arg("clusterTags"), self._arg("tags")
                ),
                "encryptionConfig": _encryption(key),
                "accessConfig": Input(access) if self._mode else NOTHING,
                "upgradePolicy": self._arg("upgradePolicy"),
                "deletionProtection": self._arg("deletionProtection"),
            },
            after=sorted(after),
            ignore_changes=["accessConfig.bootstrapClusterCreatorAdminPermissions", "bootstrapSelfManagedAddons"],
        )

    def _network(self, given: Mapping[str, Value]) -> Value:
        cidr, family = given["kubernetesServiceIpAddressRange"], given["ipFamily"]
        if not cidr and not family and not self._auto:
            return None
        config: dict[str, Value] = {"ipFamily": family or "ipv4"}
        if cidr and config["ipFamily"] == "ipv4":
            config["serviceIpv4Cidr"] = cidr
        if self._auto:
            config["elasticLoadBalancing"] = {"enabled": True}
        return config

    def _subnets(self) -> Input:
        given = self._arg("subnetIds")
        if given.given:
            return given
        lists = [self._arg("publicSubnetIds").or_else([]), self._arg("privateSubnetIds").or_else([])]
        found: list[Value] = []
        for part in lists:
            if part.value is UNKNOWN:
                return Input(UNKNOWN, union((), *lists))
            found += part.value if isinstance(part.value, list) else []
        return Input(found, union((), *lists))

    def _credentials(self) -> Input:
        given = self._arg("providerCredentialOpts")
        if not given.given and self._profile:
            return Input({"profileName": self._profile})
        return given

    def _instance_roles(self) -> Generator[Goal, Resource | None, tuple[list[Resource], Resource | None]]:
        several, one = self._arg("instanceRoles").value, self._arg("instanceRole")
        if isinstance(several, list) and several:
            return [self._referenced(Input(item)) for item in several], None
        if one.given:
            role = self._referenced(one)
            return [role], role
        wanted = self._arg("createInstanceRole")
        if not wanted and (wanted.given or self._arg("skipDefaultNodeGroup")):
            return [], None
        role, _ = yield from self._service_role(f"{self._name}-instanceRole", "ec2.amazonaws.com", _INSTANCE_POLICIES)
        yield from self._make(
            "aws:iam/instanceProfile:InstanceProfile",
            f"{self._name}-instanceProfile",
            {"role": _output(role, "name")},
        )
        return [role], role

    def _access(
        self, cluster: Resource, provider: Resource, roles: Sequence[Resource], default_role: Resource | None
    ) -> Generator[Goal, Resource | None, list[str]]:
        """The aws-auth ConfigMap and the access entries; URNs of both, what in-cluster objects wait for."""
        made: list[str] = []
        if self._uses_config_map:
            metadata: Value = {
                "name": "aws-auth",
                "namespace": "kube-system",
                "annotations": {"pulumi.com/patchForce": "true"},
            }
            config_map = yield from self._make(
                "kubernetes:core/v1:ConfigMap",
                f"{self._name}-nodeAccess",
                {
                    "apiVersion": Input("v1"),
                    "kind": Input("ConfigMap"),
                    "immutable": Input(value=False),
                    "metadata": Input(metadata),
                    "data": self._aws_auth(roles),
                },
                provider=f"{provider.urn}::{provider.id}",
            )
            made.append(config_map.urn)
        if not self._uses_entries:
            return made
        entries: dict[str, Input] = {}
        if default_role is not None:
            arn = _output(default_role, "arn")
            entries["defaultNodeGroupInstanceRole"] = mapping({"principalArn": arn, "type": Input("EC2_LINUX")})
        given = self._arg("accessEntries")
        entries |= {key: given.entry(key) for key in (given.value if isinstance(given.value, dict) else ())}
        for key, entry in entries.items():
            made.append((yield from self._entry(key, entry, cluster)))
            self._entries.append(entry.value)
        return made

    def _entry(self, key: str, entry: Input, cluster: Resource) -> Generator[Goal, Resource | None, str]:
        name = _output(cluster, "name")
        made = yield from self._make(
            "aws:eks/accessEntry:AccessEntry",
            f"{self._name}-{key}",
            {
                "clusterName": name,
                "principalArn": entry.entry("principalArn"),
                "kubernetesGroups": entry.entry("kubernetesGroups"),
                "tags": entry.entry("tags"),
                "type": entry.entry("type"),
                "userName": entry.entry("username"),
            },
            after=[cluster.urn],
        )
        policies = entry.entry("accessPolicies")
        for policy_key in policies.value if isinstance(policies.value, dict) else ():
            policy = policies.entry(policy_key)
            yield from self._make(
                "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
                f"{self._name}-{key}-{policy_key}",
                {
                    "accessScope": policy.entry("accessScope"),
                    "principalArn": entry.entry("principalArn"),
                    "policyArn": policy.entry("policyArn"),
                    "clusterName": name,
                },
                parent=made.urn,
                after=[made.urn],
            )
        return made.urn

    def _aws_auth(self, roles: Sequence[Resource]) -> Input:
        parts = {f"role{index}": _output(role, "arn") for index, role in enumerate(roles)}
        parts |= {"roleMappings": self._arg("roleMappings"), "userMappings": self._arg("userMappings")}

        def render(values: Mapping[str, Value]) -> Value:
            mappings = [_mapping(item, "roleArn") for item in _list(values["roleMappings"])]
            mappings += [
                {
                    "rolearn": values[f"role{index}"],
                    "username": "system:node:{{EC2PrivateDNSName}}",
                    "groups": ["system:bootstrappers", "system:nodes"],
                }
                for index in range(len(roles))
            ]
            data: dict[str, Value] = {"mapRoles": yaml.safe_dump(mappings, sort_keys=False)}
            users = [_mapping(item, "userArn") for item in _list(values["userMappings"])]
            if users:
                data["mapUsers"] = yaml.safe_dump(users, sort_keys=False)
            return data

        return combine(parts, render)

    def _cni(
        self, cluster: Mapping[str, Input], provider: Resource, access: Sequence[str]
    ) -> Generator[Goal, Resource | None, Resource | None]:
        default = self._arg("useDefaultVpcCni")
        if bool(default) if default.given else self._auto:
            return None
        given, tags = self._arg("vpcCniOptions"), self._arg("tags")
        inputs = addons.cni(cluster, given, tags)
        name = f"{self._name}-vpc-cni"
        options = {key: given.entry(key) for key in (given.value if isinstance(given.value, dict) else ())}
        options |= {"clusterName": cluster["name"], "clusterVersion": cluster["version"], "tags": tags}
        component = yield from self._component(addons.CNI, name, options, provider, access)
        addon = yield from self._make(addons.ADDON, name, inputs, parent=component.urn)
        component.outputs = {"addon": _ref(addon)}
        return component

    def _component(
        self, type_: str, name: str, parts: Mapping[str, Input], provider: Resource, after: Sequence[str]
    ) -> Step:
        inputs, by_property, together = plain(parts)
        made = yield Goal(
            type_,
            name,
            custom=False,
            inputs=inputs,
            parent=self._urn,
            dependencies=sorted({*together, *after}),
            property_dependencies=by_property,
            providers={"kubernetes": f"{provider.urn}::{provider.id}"},
        )
        if made is None:
            raise RuntimeError(f"{type_} {name} was not made")
        return made

    def _coredns(self, cluster: Mapping[str, Input]) -> Generator[Goal, Resource | None, None]:
        given = self._arg("corednsAddonOptions")
        explicit = given.entry("enabled").value is True or given.entry("configurationValues").given
        placed = not self._arg("skipDefaultNodeGroup") or self._auto
        if not explicit and not (placed and given.entry("enabled").or_else(default=True)):
            return
        inputs = addons.options("coredns", cluster, given, self._arg("tags"))
        yield from self._make(addons.ADDON, f"{self._name}-coredns", inputs)

    def _oidc_provider(self, cluster: Resource) -> Generator[Goal, Resource | None, Resource | None]:
        if not self._arg("createOidcProvider"):
            return None
        return (
            yield from self._make(
                "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
                f"{self._name}-oidcProvider",
                {
                    "clientIdLists": Input(["sts.amazonaws.com"]),
                    "url": _output(cluster, "identities").map(_issuer),
                    "thumbprintLists": Input([THUMBPRINT]),
                },
            )
        )

    def _node_security_group(
        self, group: Resource | None, cluster: Resource
    ) -> Generator[Goal, Resource | None, tuple[Resource | None, Resource | None]]:
        if self._skips_security_groups or group is None:
            return None, None
        name, cluster_name = f"{self._name}-nodeSecurityGroup", _output(cluster, "name")
        owned = cluster_name.map(lambda text: {"Name": name, f"kubernetes.io/cluster/{text}": "owned"})
        nodes = yield from self._make(
            _SECURITY_GROUP,
            name,
            {
                "vpcId": self._arg("vpcId"),
                "revokeRulesOnDelete": Input(value=True),
                "tags": merged(owned, self._arg("nodeSecurityGroupTags"), self._arg("tags")),
            },
        )
        own, control_plane = _output(nodes, "id"), _output(group, "id")
        yield from self._rule("eksNodeIngressRule", _AMONG_NODES, securityGroupId=own)
        for rule, ports in (
            ("eksNodeClusterIngressRule", _KUBELETS),
            ("eksExtApiServerClusterIngressRule", _EXTENSIONS),
        ):
            yield from self._rule(rule, ports, securityGroupId=own, sourceSecurityGroupId=control_plane)
        yield from self._rule("eksNodeInternetEgressRule", _EGRESS, securityGroupId=own)
        ingress = yield from self._rule(
            "eksClusterIngressRule", _API_SERVER, securityGroupId=control_plane, sourceSecurityGroupId=own
        )
        return nodes, ingress

    # --- outputs ------------------------------------------------------------------------------------------------

    def _outputs(
        self, made: Mapping[str, Resource | None], roles: Sequence[Resource], config: Input
    ) -> tuple[Properties, dict[str, list[str]]]:
        cluster = made["eksCluster"]
        if cluster is None:
            raise RuntimeError("the component made no cluster")
        refs = {key: Input(_ref(found), frozenset([found.urn])) for key, found in made.items() if found is not None}
        issuer = _output(cluster, "identities").map(_issuer)
        own_group = _output(cluster, "vpcConfig").entry("clusterSecurityGroupId")
        group, nodes, rule = made["clusterSecurityGroup"], made["nodeSecurityGroup"], made["eksClusterIngressRule"]
        node_role, oidc = made["autoModeNodeRole"], made["oidcProvider"]
        role_refs = Input([_ref(role) for role in roles], frozenset(role.urn for role in roles))
        outputs: dict[str, Input] = {
            key: refs[key]
            for key in ("eksCluster", "clusterSecurityGroup", "nodeSecurityGroup", "eksClusterIngressRule")
            if key in refs
        }
        outputs |= {
            "kubeconfig": config,
            "kubeconfigJson": config.map(as_json),
            "instanceRoles": role_refs,
            "core": self._core(refs, role_refs, config, cluster),
            "clusterSecurityGroupId": _output(group, "id") if group else own_group,
            "nodeSecurityGroupId": _output(nodes, "id") if nodes else own_group,
            "clusterIngressRuleId": _output(rule, "securityGroupRuleId") if rule else Input(""),
            "defaultNodeGroupAsgName": Input(""),
            "fargateProfileId": Input(""),
            "fargateProfileStatus": Input(""),
            "oidcProviderArn": _output(oidc, "arn") if oidc else Input(""),
            "oidcProviderUrl": issuer,
            "oidcIssuer": issuer.map(lambda url: str(url).removeprefix("https://")),
            "autoModeNodeRoleName": _output(node_role, "name") if node_role else Input(""),
        }
        values, by_property, _ = plain(outputs)
        return values, by_property

    def _core(self, refs: Mapping[str, Input], roles: Input, config: Input, cluster: Resource) -> Input:
        named = {
            "cluster": "eksCluster",
            "clusterSecurityGroup": "clusterSecurityGroup",
            "provider": "provider",
            "vpcCni": "vpcCni",
            "oidcProvider": "oidcProvider",
            "clusterIamRole": "clusterIamRole",
        }
        parts = {key: refs[source] for key, source in named.items() if source in refs}
        parts |= {
            "vpcId": self._arg("vpcId"),
            "subnetIds": self._subnets(),
            "publicSubnetIds": self._arg("publicSubnetIds"),
            "privateSubnetIds": self._arg("privateSubnetIds"),
            "endpoint": _output(cluster, "endpoint"),
            "instanceRoles": roles,
            "kubeconfig": config,
            "nodeGroupOptions": mapping({"version": self._arg("version")}),
            "tags": self._arg("tags"),
            "nodeSecurityGroupTags": self._arg("nodeSecurityGroupTags"),
            "storageClasses": Input({}),
            "encryptionConfig": _encryption(self._arg("encryptionConfigKeyArn")),
            "accessEntries": Input(list(self._entries)),
            "autoModeNodeRoleName": Input(""),
        }
        return mapping(parts)


_EGRESS: Final[Properties] = {
    "description": "Allow internet access.",
    "type": "egress",
    "fromPort": 0,
    "toPort": 0,
    "protocol": "-1",
    "cidrBlocks": ["0.0.0.0/0"],
}
_AMONG_NODES: Final[Properties] = {
    "description": "Allow nodes to communicate with each other",
    "type": "ingress",
    "fromPort": 0,
    "toPort": 0,
    "protocol": "-1",
    "self": True,
}
_KUBELETS: Final[Properties] = {
    "description": "Allow worker Kubelets and pods to receive communication from the cluster control plane",
    "type": "ingress",
    "fromPort": 1025,
    "toPort": 65535,
    "protocol": "tcp",
}
_EXTENSIONS: Final[Properties] = {
    "description": (
        "Allow pods running extension API servers on port 443 to receive communication from cluster control plane"
    ),
    "type": "ingress",
    "fromPort": 443,
    "toPort": 443,
    "protocol": "tcp",
}
_API_SERVER: Final[Properties] = {
    "description": "Allow pods to communicate with the cluster API Server",
    "type": "ingress",
    "fromPort": 443,
    "toPort": 443,
    "protocol": "tcp",
}


def _output(resource: Resource, key: str) -> Input:
    """An output of a child, which depends on it; ``id`` as the SDK has it."""
    urns = frozenset([resource.urn])
    if key == "id":
        return Input(resource.id or UNKNOWN, urns)
    return Input(resource.outputs.get(key), urns)


def _ref(resource: Resource) -> dict[str, Value]:
    version = KUBERNETES_VERSION if "kubernetes" in resource.type.split(":")[0:3] else AWS_VERSION
    return reference(resource.urn, resource.id if resource.custom else None, version if resource.custom else "")


def _encryption(key: Input) -> Input:
    if not key:
        return NOTHING
    return mapping({"provider": mapping({"keyArn": key}), "resources": Input(["secrets"])})


def _issuer(identities: Value) -> Value:
    first = _list(identities)[0] if _list(identities) else None
    oidcs = _list(first.get("oidcs")) if isinstance(first, dict) else []
    found = oidcs[0].get("issuer") if oidcs and isinstance(oidcs[0], dict) else ""
    return found or ""


def _mapping(item: Value, key: str) -> dict[str, Value]:
    given = item if isinstance(item, dict) else {}
    return {key.lower(): given.get(key), "username": given.get("username"), "groups": given.get("groups")}


def _list(value: Value) -> list[Value]:
    return value if isinstance(value, list) else []
