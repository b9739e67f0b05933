"""Children of ``pulumi_eks.Cluster``; what is expected is read off the component's source."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from sandbox.cloud import Cloud, Refused
from sandbox.cloud.aws.compute import CERTIFICATE
from sandbox.cloud.eks.values import Input, combine, mapping, merged
from sandbox.model import UNKNOWN, Properties, Resource, Value
from sandbox.protocol.convert import reference
from sandbox.protocol.goal import Goal
from sandbox.protocol.urns import make

ROLE = "urn:pulumi:dev::test::aws:iam/role:Role::role"
VPC = "urn:pulumi:dev::test::aws:ec2/vpc:Vpc::vpc"

BARE: Properties = {
    "name": "c",
    "version": "1.36",
    "vpcId": "vpc-1",
    "subnetIds": ["subnet-1", "subnet-2"],
    "serviceRole": reference(ROLE, "role"),
    "authenticationMode": "API",
    "skipDefaultNodeGroup": True,
    "createInstanceRole": False,
    "skipDefaultSecurityGroups": True,
    "useDefaultVpcCni": True,
    "kubeProxyAddonOptions": {"enabled": False},
    "corednsAddonOptions": {"enabled": False},
}


@dataclass
class Expanded:
    urn: str
    children: list[Resource]
    outputs: Properties
    dependencies: dict[str, list[str]]

    def named(self, name: str) -> Resource:
        (found,) = (child for child in self.children if child.name == name)
        return found

    @property
    def tree(self) -> list[tuple[str, str, str]]:
        """Type, name and the parent's name of every child, in the order in which they are made."""
        names = {child.urn: child.name for child in self.children} | {self.urn: ""}
        return [(child.type, child.name, names[child.parent]) for child in self.children]


def expand(inputs: Properties, dependencies: dict[str, list[str]] | None = None, **config: str) -> Expanded:
    """Take a cluster apart with a plain cloud in the engine's place."""
    cloud = Cloud({f"aws:{key}": value for key, value in config.items()})
    role = Resource(ROLE, "aws:iam/role:Role", "role", custom=True, id="role", outputs={"arn": "arn:role"})
    made = {ROLE: role}
    goal = Goal("eks:index:Cluster", "main", custom=False, inputs=inputs, remote=True)
    goal.property_dependencies = dependencies or {}
    urn = make("dev", "test", "", goal.type, goal.name)
    generator = cloud.expand(goal, urn, made.get)
    children: list[Resource] = []
    last: Resource | None = None
    while True:
        try:
            child = generator.send(last)
        except StopIteration as stop:
            outputs, by_property = stop.value
            return Expanded(urn, children, outputs, by_property)
        own = make("dev", "test", child.parent, child.type, child.name)
        last = Resource(own, child.type, child.name, custom=child.custom, parent=child.parent)
        last.inputs = cloud.check(child, own) if child.custom else child.inputs
        last.dependencies, last.property_dependencies = child.dependencies, child.property_dependencies
        last.ignore_changes, last.provider = child.ignore_changes, child.provider
        if child.custom:
            last.id, computed = cloud.create(child, own, last.inputs)
            last.outputs = {**last.inputs, **computed}
        made[own] = last
        children.append(last)


def test_the_barest_cluster_is_a_cluster_and_a_provider() -> None:
    found = expand(BARE)

    assert found.tree == [
        ("aws:eks/cluster:Cluster", "main-eksCluster", ""),
        ("pulumi:providers:kubernetes", "main-eks-k8s", ""),
    ]
    cluster = found.named("main-eksCluster")
    assert cluster.ignore_changes == [
        "accessConfig.bootstrapClusterCreatorAdminPermissions",
        "bootstrapSelfManagedAddons",
    ]
    assert {key: value for key, value in cluster.inputs.items() if key not in {"region", "tagsAll"}} == {
        "name": "c",
        "version": "1.36",
        "roleArn": "arn:role",
        "vpcConfig": {"subnetIds": ["subnet-1", "subnet-2"]},
        "tags": {"Name": "main-eksCluster"},
        # the component leaves no choice, whatever EKS itself would do
        "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": True},
        "bootstrapSelfManagedAddons": True,
    }


def test_arguments_go_where_the_component_puts_them() -> None:
    found = expand(
        {
            **BARE,
            "subnetIds": None,
            "publicSubnetIds": ["subnet-p"],
            "privateSubnetIds": ["subnet-q"],
            "encryptionConfigKeyArn": "arn:key",
            "kubernetesServiceIpAddressRange": "172.30.0.0/16",
            "endpointPrivateAccess": True,
            "endpointPublicAccess": True,
            "publicAccessCidrs": ["192.0.2.0/24"],
            "enabledClusterLogTypes": ["api"],
            "tags": {"a": "1", "Name": "mine"},
            "clusterTags": {"a": "2", "b": "3"},
            "upgradePolicy": {"supportType": "STANDARD"},
            "deletionProtection": True,
            "bootstrapSelfManagedAddons": False,
        }
    )

    inputs = found.named("main-eksCluster").inputs
    assert inputs["vpcConfig"] == {
        "subnetIds": ["subnet-p", "subnet-q"],
        "endpointPrivateAccess": True,
        "endpointPublicAccess": True,
        "publicAccessCidrs": ["192.0.2.0/24"],
    }
    assert inputs["encryptionConfig"] == {"provider": {"keyArn": "arn:key"}, "resources": ["secrets"]}
    assert inputs["kubernetesNetworkConfig"] == {"ipFamily": "ipv4", "serviceIpv4Cidr": "172.30.0.0/16"}
    # tags go over cluster tags, and both over the component's own
    assert inputs["tags"] == {"Name": "mine", "a": "1", "b": "3"}
    assert inputs["upgradePolicy"] == {"supportType": "STANDARD"}
    assert inputs["deletionProtection"] is True
    assert inputs["bootstrapSelfManagedAddons"] is False
    assert inputs["enabledClusterLogTypes"] == ["api"]


def test_ipv6_has_no_range() -> None:
    given: Properties = {**BARE, "ipFamily": "ipv6", "kubernetesServiceIpAddressRange": "172.30.0.0/16"}

    assert expand(given).named("main-eksCluster").inputs["kubernetesNetworkConfig"] == {"ipFamily": "ipv6"}


def test_without_a_role_the_component_makes_one_with_its_policies() -> None:
    given = {key: value for key, value in BARE.items() if key != "serviceRole"}

    found = expand(given)

    assert found.tree[:3] == [
        ("eks:index:ServiceRole", "main-eksRole", ""),
        ("aws:iam/role:Role", "main-eksRole-role", "main-eksRole"),
        # eight digits of the SHA-1 of the policy's ARN
        ("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "main-eksRole-4b490823", "main-eksRole"),
    ]
    role, attachment, cluster = (
        found.named(name) for name in ("main-eksRole-role", "main-eksRole-4b490823", "main-eksCluster")
    )
    assert json.loads(str(role.inputs["assumeRolePolicy"])) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Action": ["sts:AssumeRole", "sts:TagSession"],
                "Effect": "Allow",
                "Principal": {"Service": ["eks.amazonaws.com"]},
            }
        ],
    }
    assert attachment.inputs["policyArn"] == "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
    assert attachment.inputs["role"] == role.inputs["name"]
    assert cluster.dependencies == sorted([role.urn, attachment.urn])


def test_default_security_groups_and_their_rules() -> None:
    found = expand(
        {**BARE, "skipDefaultSecurityGroups": False, "tags": {"t": "1"}, "nodeSecurityGroupTags": {"n": "2"}}
    )

    assert [name for type_, name, _ in found.tree if "ecurityGroup" in type_] == [
        "main-eksClusterSecurityGroup",
        "main-eksClusterInternetEgressRule",
        "main-nodeSecurityGroup",
        "main-eksNodeIngressRule",
        "main-eksNodeClusterIngressRule",
        "main-eksExtApiServerClusterIngressRule",
        "main-eksNodeInternetEgressRule",
        "main-eksClusterIngressRule",
    ]
    group, nodes = found.named("main-eksClusterSecurityGroup"), found.named("main-nodeSecurityGroup")
    config = found.named("main-eksCluster").inputs["vpcConfig"]
    assert isinstance(config, dict)
    assert config["securityGroupIds"] == [group.id]
    assert nodes.inputs["tags"] == {
        "Name": "main-nodeSecurityGroup",
        "kubernetes.io/cluster/c": "owned",
        "n": "2",
        "t": "1",
    }
    rule = found.named("main-eksNodeClusterIngressRule").inputs
    assert (rule["fromPort"], rule["toPort"], rule["protocol"]) == (1025, 65535, "tcp")
    assert (rule["securityGroupId"], rule["sourceSecurityGroupId"]) == (nodes.id, group.id)
    ingress = found.named("main-eksClusterIngressRule").inputs
    assert (ingress["securityGroupId"], ingress["sourceSecurityGroupId"]) == (group.id, nodes.id)
    assert found.outputs["clusterSecurityGroupId"] == group.id
    assert found.outputs["nodeSecurityGroupId"] == nodes.id
    assert found.outputs["clusterIngressRuleId"]


def test_access_entries_and_their_policies() -> None:
    scope: Value = {"type": "namespace", "namespaces": ["n"]}
    entry: Value = {
        "principalArn": "arn:aws:iam::1:role/dev",
        "username": "dev",
        "kubernetesGroups": ["g"],
        "accessPolicies": {"view": {"policyArn": "arn:policy", "accessScope": scope}},
    }

    found = expand({**BARE, "accessEntries": {"dev": entry}})

    assert found.tree[2:] == [
        ("aws:eks/accessEntry:AccessEntry", "main-dev", ""),
        ("aws:eks/accessPolicyAssociation:AccessPolicyAssociation", "main-dev-view", "main-dev"),
    ]
    made, association = found.named("main-dev"), found.named("main-dev-view")
    cluster = found.named("main-eksCluster")
    assert made.inputs["userName"] == "dev"
    assert made.inputs["kubernetesGroups"] == ["g"]
    assert "accessPolicies" not in made.inputs
    assert made.dependencies == [cluster.urn]
    assert association.inputs["accessScope"] == scope
    assert association.inputs["clusterName"] == "c"
    assert association.dependencies == sorted([made.urn, cluster.urn])


def test_instance_roles_are_let_in() -> None:
    found = expand({**BARE, "createInstanceRole": True, "authenticationMode": "API_AND_CONFIG_MAP"})

    assert found.tree[2:] == [
        ("eks:index:ServiceRole", "main-instanceRole", ""),
        ("aws:iam/role:Role", "main-instanceRole-role", "main-instanceRole"),
        ("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "main-instanceRole-03516f97", "main-instanceRole"),
        ("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "main-instanceRole-e1b295bd", "main-instanceRole"),
        ("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "main-instanceRole-3eb088f2", "main-instanceRole"),
        ("aws:iam/instanceProfile:InstanceProfile", "main-instanceProfile", ""),
        ("kubernetes:core/v1:ConfigMap", "main-nodeAccess", ""),
        ("aws:eks/accessEntry:AccessEntry", "main-defaultNodeGroupInstanceRole", ""),
    ]
    role, provider = found.named("main-instanceRole-role"), found.named("main-eks-k8s")
    config_map, entry = found.named("main-nodeAccess"), found.named("main-defaultNodeGroupInstanceRole")
    assert isinstance(config_map.inputs["data"], dict)
    assert str(role.outputs["arn"]) in str(config_map.inputs["data"]["mapRoles"])
    assert "system:node:{{EC2PrivateDNSName}}" in str(config_map.inputs["data"]["mapRoles"])
    assert config_map.provider == f"{provider.urn}::{provider.id}"
    assert entry.inputs["principalArn"] == role.outputs["arn"]
    assert entry.inputs["type"] == "EC2_LINUX"


def test_add_ons_with_versions() -> None:
    found = expand(
        {
            **BARE,
            "tags": {"t": "1"},
            "useDefaultVpcCni": False,
            "vpcCniOptions": {
                "addonVersion": "v1.22.4-eksbuild.1",
                "enableNetworkPolicy": True,
                "enablePrefixDelegation": True,
                "warmEniTarget": 0,
                "configurationValues": {"env": {"WARM_IP_TARGET": "2"}, "init": {"x": "y"}},
            },
            "kubeProxyAddonOptions": {"version": "v1.36.0-eksbuild.1", "configurationValues": {"mode": "ipvs"}},
            "corednsAddonOptions": {
                "enabled": True,
                "version": "v1.13.0-eksbuild.1",
                "resolveConflictsOnUpdate": "NONE",
            },
        }
    )

    assert found.tree == [
        ("aws:eks/cluster:Cluster", "main-eksCluster", ""),
        ("aws:eks/addon:Addon", "main-kube-proxy", ""),
        ("pulumi:providers:kubernetes", "main-eks-k8s", ""),
        ("eks:index:VpcCniAddon", "main-vpc-cni", ""),
        ("aws:eks/addon:Addon", "main-vpc-cni", "main-vpc-cni"),
        ("aws:eks/addon:Addon", "main-coredns", ""),
    ]
    proxy, dns = found.named("main-kube-proxy").inputs, found.named("main-coredns").inputs
    assert (proxy["addonName"], proxy["addonVersion"]) == ("kube-proxy", "v1.36.0-eksbuild.1")
    assert (proxy["preserve"], proxy["resolveConflictsOnCreate"]) == (True, "OVERWRITE")
    assert proxy["configurationValues"] == '{"mode":"ipvs"}'
    assert "configurationValues" not in dns
    assert dns["resolveConflictsOnUpdate"] == "NONE"
    cni = next(
        child for child in found.children if child.type == "aws:eks/addon:Addon" and child.name == "main-vpc-cni"
    )
    assert cni.inputs["tags"] == {"t": "1"}
    assert json.loads(str(cni.inputs["configurationValues"])) == {
        "enableNetworkPolicy": "true",
        "env": {
            "AWS_VPC_ENI_MTU": "9001",
            "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG": "false",
            "AWS_VPC_K8S_CNI_EXTERNALSNAT": "false",
            "AWS_VPC_K8S_CNI_LOGLEVEL": "DEBUG",
            "AWS_VPC_K8S_CNI_LOG_FILE": "/host/var/log/aws-routed-eni/ipamd.log",
            "AWS_VPC_K8S_CNI_VETHPREFIX": "eni",
            "AWS_VPC_K8S_PLUGIN_LOG_FILE": "/var/log/aws-routed-eni/plugin.log",
            "AWS_VPC_K8S_PLUGIN_LOG_LEVEL": "DEBUG",
            "ENABLE_POD_ENI": "false",
            "ENABLE_PREFIX_DELEGATION": "true",
            "WARM_ENI_TARGET": "0",
            "WARM_IP_TARGET": "2",
        },
        "init": {"env": {"DISABLE_TCP_EARLY_DEMUX": "false"}, "x": "y"},
    }


def test_auto_mode_brings_its_own_roles_and_no_add_ons() -> None:
    given: Properties = {
        key: value
        for key, value in BARE.items()
        if key not in {"serviceRole", "skipDefaultNodeGroup", "kubeProxyAddonOptions", "useDefaultVpcCni"}
    }

    found = expand({**given, "autoMode": {"enabled": True}, "skipDefaultSecurityGroups": None})

    types = [type_ for type_, _, _ in found.tree]
    assert types.count("aws:iam/rolePolicyAttachment:RolePolicyAttachment") == 5 + 2
    assert "aws:eks/addon:Addon" not in types
    inputs, node_role = found.named("main-eksCluster").inputs, found.named("main-nodeRole-role")
    assert inputs["computeConfig"] == {
        "enabled": True,
        "nodePools": ["general-purpose", "system"],
        "nodeRoleArn": node_role.outputs["arn"],
    }
    assert inputs["storageConfig"] == {"blockStorage": {"enabled": True}}
    assert inputs["kubernetesNetworkConfig"] == {"ipFamily": "ipv4", "elasticLoadBalancing": {"enabled": True}}
    assert inputs["bootstrapSelfManagedAddons"] is False
    assert found.outputs["autoModeNodeRoleName"] == node_role.inputs["name"]


def test_an_oidc_provider_has_the_clusters_issuer() -> None:
    found = expand({**BARE, "createOidcProvider": True})

    provider = found.named("main-oidcProvider")
    assert provider.inputs["url"] == found.outputs["oidcProviderUrl"]
    assert provider.inputs["clientIdLists"] == ["sts.amazonaws.com"]
    assert found.outputs["oidcProviderArn"] == provider.outputs["arn"]
    assert found.outputs["oidcIssuer"] == str(found.outputs["oidcProviderUrl"]).removeprefix("https://")


def arguments(text: Value) -> list[str]:
    config = json.loads(str(text))
    found: list[str] = config["users"][0]["user"]["exec"]["args"]
    return found


def test_the_kubeconfig_asks_for_tokens_and_its_own_one_by_profile() -> None:
    plain = ["--region", "us-east-1", "eks", "get-token", "--cluster-name", "c", "--output", "json"]
    options: Properties = {"roleArn": "arn:deploy", "profileName": "work"}

    bare, full = expand(BARE), expand({**BARE, "providerCredentialOpts": options})

    assert arguments(bare.outputs["kubeconfigJson"]) == plain
    assert arguments(full.outputs["kubeconfigJson"]) == [*plain, "--role", "arn:deploy"]
    own = full.named("main-eks-k8s").inputs["kubeconfig"]
    assert arguments(own) == [*plain, "--role", "arn:deploy", "--profile", "work"]
    assert json.loads(str(full.outputs["kubeconfigJson"])) == full.outputs["kubeconfig"]
    cluster = bare.named("main-eksCluster")
    assert json.loads(str(bare.outputs["kubeconfigJson"]))["clusters"][0]["cluster"] == {
        "server": cluster.outputs["endpoint"],
        "certificate-authority-data": CERTIFICATE,
    }


def test_a_configured_profile_counts_unless_options_are_given() -> None:
    configured = expand(BARE, profile="ambient").named("main-eks-k8s").inputs["kubeconfig"]
    given = expand({**BARE, "providerCredentialOpts": {}}, profile="ambient").named("main-eks-k8s").inputs["kubeconfig"]

    assert arguments(configured)[-2:] == ["--profile", "ambient"]
    assert "--profile" not in arguments(given)


def test_outputs_and_what_they_depend_on() -> None:
    found = expand({**BARE, "tags": {"a": "b"}})

    cluster, provider = found.named("main-eksCluster"), found.named("main-eks-k8s")
    assert found.outputs["eksCluster"] == reference(cluster.urn, "c", "7.25.0")
    core = found.outputs["core"]
    assert isinstance(core, dict)
    assert core["provider"] == reference(provider.urn, provider.id, "4.19.0")
    assert core["clusterIamRole"] == reference(ROLE, "role", "7.25.0")
    assert core["vpcId"] == "vpc-1"
    assert found.outputs["defaultNodeGroupAsgName"] == ""
    config = cluster.outputs["vpcConfig"]
    assert isinstance(config, dict)
    assert found.outputs["clusterSecurityGroupId"] == config["clusterSecurityGroupId"]
    assert found.dependencies["kubeconfigJson"] == [cluster.urn]
    assert found.dependencies["eksCluster"] == [cluster.urn]


def test_dependencies_of_arguments_reach_the_children_by_property() -> None:
    found = expand({**BARE, "skipDefaultSecurityGroups": False}, {"vpcId": [VPC], "subnetIds": ["urn:s1", "urn:s2"]})

    group, cluster = found.named("main-eksClusterSecurityGroup"), found.named("main-eksCluster")
    assert group.property_dependencies == {"vpcId": [VPC]}
    assert cluster.property_dependencies["vpcConfig"] == sorted([group.urn, "urn:s1", "urn:s2"])
    assert cluster.property_dependencies["roleArn"] == [ROLE]
    assert cluster.dependencies == sorted([group.urn, ROLE, "urn:s1", "urn:s2"])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"skipDefaultNodeGroup": False}, "skipDefaultNodeGroup: true is wanted"),
        ({"instanceType": "t3.large"}, "instanceType: the component's default node group isn't modelled here"),
        ({"desiredCapacity": 2}, "desiredCapacity: the component's default node group isn't modelled here"),
        ({"fargate": True}, "fargate: the component's Fargate profile isn't modelled here"),
        ({"storageClasses": "gp2"}, "storageClasses: the component's storage classes aren't modelled here"),
        ({"proxy": "http://proxy"}, "proxy: there is no network here"),
        ({"vpcId": None}, "vpcId: missing; the component would look for the account's default VPC"),
        ({"privateSubnetIds": ["s"]}, "subnetIds: excludes publicSubnetIds and privateSubnetIds"),
        (
            {"endpointPublicAccess": False, "publicAccessCidrs": ["10.0.0.0/8"]},
            "publicAccessCidrs: can only be set when endpointPublicAccess is true",
        ),
        ({"roleMappings": [{"roleArn": "a", "username": "u", "groups": []}]}, "roleMappings: must be empty"),
        (
            {"authenticationMode": "CONFIG_MAP", "accessEntries": {"a": {"principalArn": "p"}}},
            "accessEntries: not supported unless authenticationMode is API",
        ),
        ({"autoMode": {"enabled": True}, "authenticationMode": None}, "autoMode: wants authenticationMode API"),
        ({"kubeProxyAddonOptions": {}}, "kubeProxyAddonOptions.version: missing"),
        ({"useDefaultVpcCni": False}, "vpcCniOptions.addonVersion: missing"),
        ({"corednsAddonOptions": {"enabled": True}}, "corednsAddonOptions.version: missing"),
        ({"serviceRole": reference("urn:nobody", "x")}, "a resource that this program registered is wanted"),
        ({"serviceRole": "arn:role"}, "serviceRole: a Role resource is wanted, found 'arn:role'"),
        ({"verson": "1.36"}, "verson: unknown property; did you mean version?"),
    ],
)
def test_what_is_wrong_or_not_modelled_is_refused(change: Properties, problem: str) -> None:
    given: Properties = {key: value for key, value in {**BARE, **change}.items() if value is not None}

    with pytest.raises(Refused) as refused:
        expand(given)

    assert any(reason.startswith(problem) for reason in refused.value.reasons), refused.value.reasons


def test_all_wrong_arguments_are_told_at_once() -> None:
    with pytest.raises(Refused) as refused:
        expand({**BARE, "fargate": True, "proxy": "p", "privateSubnetIds": ["s"]})

    assert len(refused.value.reasons) == 3


def test_what_is_not_known_is_carried_and_not_computed_with() -> None:
    found = expand({**BARE, "subnetIds": UNKNOWN, "encryptionConfigKeyArn": UNKNOWN, "tags": UNKNOWN})

    inputs = found.named("main-eksCluster").inputs
    assert inputs["vpcConfig"] == {"subnetIds": UNKNOWN}
    assert inputs["encryptionConfig"] == {"provider": {"keyArn": UNKNOWN}, "resources": ["secrets"]}
    assert inputs["tags"] is UNKNOWN


def test_values_keep_their_dependencies() -> None:
    a, b = Input({"x": 1}, frozenset({"a"})), Input({"y": UNKNOWN}, frozenset({"b"}))

    assert merged(a, b) == Input({"x": 1, "y": UNKNOWN}, frozenset({"a", "b"}))
    assert mapping({"k": a, "none": Input()}) == Input({"k": {"x": 1}}, frozenset({"a"}))
    assert combine({"a": a, "b": b}, lambda _: "never") == Input(UNKNOWN, frozenset({"a", "b"}))
    assert a.entry("x").map(str) == Input("1", frozenset({"a"}))
    assert Input().map(str) == Input()
    assert not Input("")
    assert Input({})
