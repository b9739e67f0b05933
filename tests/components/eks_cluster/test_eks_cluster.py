"""The cluster's graph: what is made, with which values, and in the true order."""

from __future__ import annotations

import base64
import copy
import json
import tomllib
from email import message_from_string
from typing import Any

import pulumi
import pytest

from components.eks_cluster import EksClusterSettings
from components.eks_cluster.component import zonal_shift
from components.eks_cluster.node_settings import NodeShape
from components.eks_cluster.nodes import bottlerocket_settings, disks, node_config, user_data
from components.versions import ADDONS
from tests.components.eks_cluster.graph import ACCOUNT, CLUSTERS, ROLE, Graph, Json, Registered, build

TAGS = {"Project", "Environment", "Owner", "CostCenter", "DataClass", "ManagedBy"}


def cluster_of(graph: Graph) -> Registered:
    return graph.one("eks:index:Cluster", "eks-main")


# --- providers --------------------------------------------------------------------------------------------------


def test_every_aws_resource_has_the_stacks_own_provider(either: Graph) -> None:
    [provider] = either.of("pulumi:providers:aws")
    for resource in either.all.values():
        if resource.type.startswith("aws:"):
            assert resource.provider.startswith(f"{provider.urn}::"), resource.urn


def test_the_remote_component_is_handed_the_aws_provider_by_name(either: Graph) -> None:
    [provider] = either.of("pulumi:providers:aws")
    cluster = cluster_of(either)
    assert cluster.remote
    assert cluster.providers["aws"].startswith(f"{provider.urn}::")


def test_the_kubernetes_provider_survives_a_changed_kubeconfig(either: Graph) -> None:
    provider = either.one("pulumi:providers:kubernetes")
    name = cluster_of(either).inputs["name"]
    assert provider.inputs["clusterIdentifier"] == name
    flags = ("enableServerSideApply", "enableConfigMapMutable", "enableSecretMutable")
    # providers take their booleans as text
    assert {str(provider.inputs[flag]).lower() for flag in flags} == {"true"}
    assert json.loads(provider.inputs["kubeconfig"])["clusters"]
    # nothing but the cluster: what waits for objects must not wait for their provider
    assert provider.dependencies == {cluster_of(either).urn}


# --- control plane ----------------------------------------------------------------------------------------------


def test_the_control_plane_says_everything_that_apis_default_wrongly(production: Graph) -> None:
    inputs = cluster_of(production).inputs
    expected = {
        "name": "toolboxai-production-main",
        "version": "1.36",
        "authenticationMode": "API",
        "endpointPrivateAccess": True,
        "endpointPublicAccess": False,
        "enabledClusterLogTypes": ["api", "audit", "authenticator", "controllerManager", "scheduler"],
        "deletionProtection": True,
        "upgradePolicy": {"supportType": "STANDARD"},
        "createOidcProvider": False,
        "skipDefaultNodeGroup": True,
        "createInstanceRole": False,
        "skipDefaultSecurityGroups": True,
        "bootstrapSelfManagedAddons": False,
        "useDefaultVpcCni": True,
        "providerCredentialOpts": {},
    }
    assert {key: inputs.get(key) for key in expected} == expected
    assert inputs["kubeProxyAddonOptions"]["enabled"] is False
    assert inputs["corednsAddonOptions"]["enabled"] is False
    assert "publicAccessCidrs" not in inputs  # the component throws where the endpoint is private
    assert inputs["encryptionConfigKeyArn"] == "arn:mock:secrets"
    assert inputs["privateSubnetIds"] == [f"private-us-east-1{zone}-id" for zone in "abc"]


def test_a_public_endpoint_answers_the_listed_networks_only(dev: Graph) -> None:
    inputs = cluster_of(dev).inputs
    assert inputs["endpointPrivateAccess"]
    assert inputs["endpointPublicAccess"]
    assert inputs["publicAccessCidrs"] == ["203.0.113.0/24"]
    assert not inputs["deletionProtection"]


def test_the_log_group_stands_before_eks_would_make_its_own(either: Graph) -> None:
    cluster = cluster_of(either)
    logs = either.one("aws:cloudwatch/logGroup:LogGroup", "eks-main-control-plane")
    assert logs.inputs["name"] == f"/aws/eks/{cluster.inputs['name']}/cluster"
    assert logs.inputs["retentionInDays"] == either.settings.log_days
    assert logs.inputs["kmsKeyId"] == "arn:mock:logs"
    assert logs.inputs["tags"]["DataClass"] == "operational-log"
    assert either.comes_first(logs, cluster)


def test_the_service_role_has_its_policy_before_the_cluster_needs_it(either: Graph) -> None:
    attachment = either.one("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "eks-main-control-plane")
    assert attachment.inputs["policyArn"] == "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
    assert either.comes_first(attachment, cluster_of(either))


def test_zonal_shift_reaches_the_cluster_inside_the_component(either: Graph) -> None:
    [transform] = cluster_of(either).transforms
    options = pulumi.ResourceOptions(protect=True)
    for type_, props, expected in (
        ("aws:eks/cluster:Cluster", {"name": "a"}, {"name": "a", "zonalShiftConfig": {"enabled": True}}),
        ("aws:iam/role:Role", {"name": "a"}, None),
    ):
        args = pulumi.ResourceTransformArgs(custom=True, type_=type_, name="n", props=props, opts=options)
        changed = zonal_shift(args)
        assert (changed.props if changed else None) == expected
        assert changed is None or changed.opts is options
    assert transform is zonal_shift


def test_outputs_are_what_others_build_on(production: Graph) -> None:
    assert production.outputs == {
        "endpoint": "https://mock.eks.amazonaws.com",
        "ready": ["NodeGroup", "Addon"],
        "access": 1,
        "name": "toolboxai-production-main",
        "arn": f"arn:aws:eks:us-east-1:{ACCOUNT}:cluster/toolboxai-production-main",
    }


def test_a_second_cluster_stands_beside_the_first() -> None:
    first, second = build("dev", CLUSTERS["dev"]), build("dev", CLUSTERS["dev"], key="next")
    shared = set(first.all) & set(second.all)
    assert all("main" not in urn and "next" not in urn for urn in shared)
    assert not any(first.all[urn].type.startswith(("aws:eks/", "eks:")) for urn in shared)
    assert second.one("eks:index:Cluster").inputs["name"] == "toolboxai-dev-next"


# --- access -----------------------------------------------------------------------------------------------------


def test_people_come_in_by_entries_of_their_level(dev: Graph) -> None:
    entries = dev.of("aws:eks/accessEntry:AccessEntry")
    assert {e.inputs["principalArn"]: e.inputs.get("kubernetesGroups") or [] for e in entries} == {
        f"{ROLE}/platform": ["platform:platform"],
        f"{ROLE}/teachers": ["platform:teachers"],
        f"{ROLE}/support": ["platform:support"],
        f"{ROLE}/emergency": [],
    }
    for entry in entries:
        assert entry.inputs["type"] == "STANDARD"
        assert dev.comes_first(cluster_of(dev), entry)
    # EKS's own policies read secrets and open shells: only who comes in an emergency has one
    association = dev.one("aws:eks/accessPolicyAssociation:AccessPolicyAssociation")
    (emergency,) = (e for e in entries if e.inputs["principalArn"] == f"{ROLE}/emergency")
    assert emergency.urn in association.dependencies
    assert association.inputs["principalArn"] == f"{ROLE}/emergency"
    assert association.inputs["policyArn"].rpartition("/")[2] == "AmazonEKSClusterAdminPolicy"
    assert association.inputs["accessScope"] == {"type": "cluster"}


# --- order ------------------------------------------------------------------------------------------------------


def test_addons_and_nodes_come_up_in_their_true_order(either: Graph) -> None:
    nodes = either.of("aws:eks/nodeGroup:NodeGroup")
    before = [either.addon(name) for name in ("vpc-cni", "kube-proxy", "eks-pod-identity-agent")]
    after = [either.addon(name) for name in either.settings.addons.names()[3:]]
    general = either.one("aws:eks/nodeGroup:NodeGroup", "eks-main-general")
    assert nodes
    assert after
    for node in nodes:
        for addon in before:
            assert either.comes_first(addon, node)
            assert not either.comes_first(node, addon)
        for addon in after:
            assert not either.comes_first(addon, node)
    for addon in after:
        assert either.comes_first(general, addon), addon.name


def test_nodes_wait_for_their_role_and_for_a_way_out(either: Graph) -> None:
    routes = [r for r in either.of("aws:ec2/route:Route") if "natGatewayId" in r.inputs]
    attachments = [
        a
        for a in either.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if a.name.startswith("eks-main-nodes-")
    ]
    assert len(attachments) == 2
    assert routes
    for node in either.of("aws:eks/nodeGroup:NodeGroup"):
        for first in (*routes, *attachments):
            assert either.comes_first(first, node)


def test_the_default_storage_class_waits_for_its_driver_and_for_access(either: Graph) -> None:
    [storage] = either.of("kubernetes:storage.k8s.io/v1:StorageClass")
    assert either.comes_first(either.addon("aws-ebs-csi-driver"), storage)
    assert either.comes_first(either.addon("snapshot-controller"), either.addon("aws-ebs-csi-driver"))
    for entry in either.of("aws:eks/accessEntry:AccessEntry"):
        assert entry.inputs["type"] != "STANDARD" or either.comes_first(entry, storage)
    for association in either.of("aws:eks/accessPolicyAssociation:AccessPolicyAssociation"):
        assert either.comes_first(association, storage)
    assert storage.inputs["metadata"]["annotations"] == {"storageclass.kubernetes.io/is-default-class": "true"}
    assert storage.inputs["parameters"] == {
        "type": "gp3",
        "iops": "3000",
        "throughput": "125",
        "encrypted": "true",
        "csi.storage.k8s.io/fstype": "ext4",
        "kmsKeyId": "arn:mock:volumes",
    }
    assert storage.inputs["volumeBindingMode"] == "WaitForFirstConsumer"


def test_keys_and_network_never_wait_for_the_cluster(either: Graph) -> None:
    cluster = cluster_of(either)
    below = [r for r in either.all.values() if r.type in {"aws:kms/key:Key", "aws:ec2/subnet:Subnet"}]
    assert below
    assert not any(either.comes_first(cluster, resource) for resource in below)


# --- add-ons ----------------------------------------------------------------------------------------------------


def test_every_addon_is_pinned_and_wins_over_what_it_finds(either: Graph) -> None:
    made = either.of("aws:eks/addon:Addon")
    assert {a.inputs["addonName"] for a in made} == set(either.settings.addons.names())
    for addon in made:
        assert addon.inputs["addonVersion"] == ADDONS[addon.inputs["addonName"]].version
        assert addon.inputs["resolveConflictsOnCreate"] == "OVERWRITE"
        assert addon.inputs["resolveConflictsOnUpdate"] == "OVERWRITE"
        assert either.comes_first(cluster_of(either), addon)


def values(graph: Graph, addon: str) -> Json:
    made: Json = json.loads(graph.addon(addon).inputs["configurationValues"])
    return made


def test_the_cni_enforces_policies_and_hands_out_prefixes(dev: Graph) -> None:
    found = values(dev, "vpc-cni")
    # the add-on's schema has texts here, not booleans
    assert found["enableNetworkPolicy"] == "true"
    assert found["env"]["ENABLE_PREFIX_DELEGATION"] == "true"
    assert found["env"]["WARM_PREFIX_TARGET"] == "1"
    assert "eniConfig" not in found


def test_addons_are_as_large_as_they_are_counted() -> None:
    small = {"resources": {"requests": {"cpu": "10m"}}}
    sizes: dict[str, Json] = {
        "vpc-cni": {**small, "init": small, "nodeAgent": small},
        "aws-ebs-csi-driver": {"controller": {"replicaCount": 1}},
        "kube-proxy": small,
    }
    graph = build("dev", CLUSTERS["dev"], sizes=sizes)
    assert values(graph, "kube-proxy") == small
    controller = values(graph, "aws-ebs-csi-driver")["controller"]
    assert controller["replicaCount"] == 1
    assert controller["extraVolumeTags"].keys() >= TAGS
    cni = values(graph, "vpc-cni")
    assert cni["resources"] == small["resources"]
    assert cni["enableNetworkPolicy"] == "true"
    # its schema is closed there, and one refused key refuses them all
    assert not cni.keys() & {"init", "nodeAgent"}
    assert "configurationValues" not in graph.addon("coredns").inputs


def test_without_prefixes_the_cni_keeps_single_addresses_ready() -> None:
    graph = build("dev", {**CLUSTERS["dev"], "prefix_delegation": False})
    env = values(graph, "vpc-cni")["env"]
    assert env["ENABLE_PREFIX_DELEGATION"] == "false"
    assert (env["WARM_IP_TARGET"], env["MINIMUM_IP_TARGET"]) == ("5", "10")
    template = graph.one("aws:ec2/launchTemplate:LaunchTemplate")
    # t3.xlarge without prefixes: 4 interfaces of 15 addresses
    assert '"maxPods": 58' in base64.b64decode(template.inputs["userData"]).decode()


def test_pods_of_a_secondary_network_get_a_configuration_a_zone() -> None:
    network = {"cidr": "10.1.0.0/16", "zones": ["us-east-1a", "us-east-1b"], "pod_cidr": "100.64.0.0/16"}
    graph = build("dev", CLUSTERS["dev"], network)
    found = values(graph, "vpc-cni")
    assert found["env"]["AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"] == "true"
    assert found["env"]["ENI_CONFIG_LABEL_DEF"] == "topology.kubernetes.io/zone"
    assert found["eniConfig"] == {
        "create": True,
        "region": "us-east-1",
        "subnets": {
            zone: {"id": f"pods-{zone}-id", "securityGroups": ["sg-cluster"]} for zone in ("us-east-1a", "us-east-1b")
        },
    }


def test_cloudwatch_sends_metrics_and_no_container_logs(production: Graph) -> None:
    found = values(production, "amazon-cloudwatch-observability")
    assert found["containerLogs"] == {"enabled": False}
    assert found["manager"]["applicationSignals"]["autoMonitor"]["monitorAllServices"] is False
    logs = production.one("aws:cloudwatch/logGroup:LogGroup", "eks-main-container-insights")
    assert logs.inputs["name"] == "/aws/containerinsights/toolboxai-production-main/performance"
    assert logs.inputs["kmsKeyId"] == "arn:mock:logs"
    assert production.comes_first(logs, production.addon("amazon-cloudwatch-observability"))


def test_volumes_that_the_driver_makes_are_tagged(dev: Graph) -> None:
    assert values(dev, "aws-ebs-csi-driver")["controller"]["extraVolumeTags"].keys() >= TAGS


@pytest.mark.parametrize(
    ("addon", "account", "namespace"),
    [
        ("vpc-cni", "aws-node", "kube-system"),
        ("aws-ebs-csi-driver", "ebs-csi-controller-sa", "kube-system"),
        ("amazon-cloudwatch-observability", "cloudwatch-agent", "amazon-cloudwatch"),
    ],
)
def test_addons_that_call_aws_do_it_by_pod_identity(
    production: Graph, addon: str, account: str, namespace: str
) -> None:
    made = production.addon(addon)
    [association] = made.inputs["podIdentityAssociations"]
    assert association["serviceAccount"] == account
    role = production.one("aws:iam/role:Role", association["roleArn"].removeprefix("arn:mock:"))
    [statement] = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert statement["Condition"]["StringEquals"]["aws:RequestTag/kubernetes-namespace"] == namespace
    assert statement["Condition"]["StringEquals"]["aws:RequestTag/kubernetes-service-account"] == account
    policies = [
        r
        for r in production.all.values()
        if r.type in {"aws:iam/rolePolicy:RolePolicy", "aws:iam/rolePolicyAttachment:RolePolicyAttachment"}
        and r.inputs["role"] == role.inputs.get("name", role.name)
    ]
    assert policies
    assert all(production.comes_first(policy, made) for policy in policies)


def test_addons_are_choices() -> None:
    cluster = copy.deepcopy(CLUSTERS["dev"])
    cluster["addons"] = {"cloudwatch_observability": False, "snapshot_controller": False, "guardduty_agent": True}
    graph = build("dev", cluster)
    assert {a.inputs["addonName"] for a in graph.of("aws:eks/addon:Addon")} == {
        "vpc-cni",
        "kube-proxy",
        "eks-pod-identity-agent",
        "coredns",
        "aws-ebs-csi-driver",
        "aws-guardduty-agent",
    }
    assert graph.of("aws:cloudwatch/logGroup:LogGroup", "eks-main-container-insights") == []


# --- nodes ------------------------------------------------------------------------------------------------------


def template_of(graph: Graph, group: str) -> Json:
    return graph.one("aws:ec2/launchTemplate:LaunchTemplate", f"eks-main-{group}").inputs


def group_of(graph: Graph, group: str) -> Registered:
    return graph.one("aws:eks/nodeGroup:NodeGroup", f"eks-main-{group}")


@pytest.mark.parametrize("group", ["general", "memory"])
def test_nodes_are_hardened_by_their_launch_template(production: Graph, group: str) -> None:
    template = template_of(production, group)
    assert template["metadataOptions"] == {
        "httpEndpoint": "enabled",
        "httpTokens": "required",
        "httpPutResponseHopLimit": 1,
        "instanceMetadataTags": "disabled",
    }
    [interface] = template["networkInterfaces"]
    assert interface["associatePublicIpAddress"] == "false"
    assert interface["securityGroups"] == ["sg-cluster"]
    assert {spec["resourceType"] for spec in template["tagSpecifications"]} == {
        "instance",
        "volume",
        "network-interface",
    }
    for spec in template["tagSpecifications"]:
        assert spec["tags"].keys() >= TAGS
        assert spec["tags"]["Name"] == f"toolboxai-production-main-{group}"
    # EKS refuses templates that say these themselves
    assert not template.keys() & {"iamInstanceProfile", "instanceMarketOptions", "imageId", "keyName"}


@pytest.mark.parametrize(
    ("group", "devices"), [("general", {"/dev/xvda": 50}), ("memory", {"/dev/xvda": 10, "/dev/xvdb": 50})]
)
def test_every_disk_of_a_node_is_encrypted_gp3(production: Graph, group: str, devices: dict[str, int]) -> None:
    mappings = template_of(production, group)["blockDeviceMappings"]
    assert {m["deviceName"]: m["ebs"]["volumeSize"] for m in mappings} == devices
    for mapping in mappings:
        ebs = mapping["ebs"]
        assert (ebs["volumeType"], ebs["iops"], ebs["throughput"]) == ("gp3", 3000, 125)
        assert (ebs["encrypted"], ebs["kmsKeyId"]) == ("true", "arn:mock:volumes")


def test_amazon_linux_reads_its_pod_slots_from_a_mime_part() -> None:
    message = message_from_string(node_config(110))
    [part] = [p for p in message.walk() if p.get_content_type() == "application/node.eks.aws"]
    config = json.loads(str(part.get_payload()))
    assert config["kind"] == "NodeConfig"
    assert config["spec"]["kubelet"] == {"config": {"maxPods": 110}, "maxPodsExpression": "110"}


def test_bottlerocket_reads_its_pod_slots_from_toml() -> None:
    assert tomllib.loads(bottlerocket_settings(110)) == {"settings": {"kubernetes": {"max-pods": 110}}}


def test_user_data_is_base64_of_the_image_s_own_form() -> None:
    assert base64.b64decode(user_data("al2023", 58)).decode() == node_config(58)
    assert base64.b64decode(user_data("bottlerocket", 58)).decode() == bottlerocket_settings(58)


def test_pod_slots_are_those_of_the_smallest_type(production: Graph) -> None:
    data = base64.b64decode(template_of(production, "memory")["userData"]).decode()
    assert tomllib.loads(data)["settings"]["kubernetes"]["max-pods"] == 110


@pytest.mark.parametrize(
    ("types", "image", "ami"),
    [
        ("m6i.large", "al2023", "AL2023_x86_64_STANDARD"),
        ("m6g.large", "al2023", "AL2023_ARM_64_STANDARD"),
        ("m6i.large", "bottlerocket", "BOTTLEROCKET_x86_64"),
        ("m6g.large", "bottlerocket", "BOTTLEROCKET_ARM_64"),
    ],
)
def test_the_machine_image_follows_system_and_architecture(types: str, image: str, ami: str) -> None:
    cluster = copy.deepcopy(CLUSTERS["dev"])
    cluster["node_groups"]["general"].update(instance_types=[types], image=image)
    assert group_of(build("dev", cluster), "general").inputs["amiType"] == ami


def test_a_group_keeps_the_cluster_s_version_and_leaves_its_size_to_others(production: Graph) -> None:
    group = group_of(production, "general")
    assert group.inputs["version"] == "1.36"
    assert group.inputs["scalingConfig"] == {"minSize": 5, "maxSize": 10, "desiredSize": 5}
    assert group.ignore_changes == ["scalingConfig.desiredSize"]
    assert group.inputs["launchTemplate"]["version"] == "1"
    assert group.inputs["capacityType"] == "ON_DEMAND"
    assert group.inputs["labels"] == {"node-group": "general"}
    assert group.inputs["subnetIds"] == [f"private-us-east-1{zone}-id" for zone in "abc"]


def test_labels_and_taints_reach_the_group_in_aws_s_words(production: Graph) -> None:
    inputs = group_of(production, "memory").inputs
    assert inputs["labels"] == {"node-group": "memory", "workload": "memory"}
    assert inputs["taints"] == [{"key": "workload", "value": "memory", "effect": "NO_SCHEDULE"}]


def test_a_spot_group_is_bought_as_spot() -> None:
    cluster = copy.deepcopy(CLUSTERS["dev"])
    cluster["node_groups"]["burst"] = {
        "instance_types": ["m6i.large", "m5.large"],
        "capacity": "spot",
        "min": 0,
        "max": 4,
        "desired": 0,
    }
    graph = build("dev", cluster)
    assert group_of(graph, "burst").inputs["capacityType"] == "SPOT"
    # spot may be gone at any time, so DNS doesn't wait for it
    assert not graph.comes_first(group_of(graph, "burst"), graph.addon("coredns"))


def test_nodes_start_in_the_zones_chosen(dev: Graph) -> None:
    assert group_of(dev, "general").inputs["subnetIds"] == ["private-us-east-1a-id"]


def test_the_node_role_has_no_more_than_a_node_needs(either: Graph) -> None:
    role = group_of(either, "general").inputs["nodeRoleArn"].removeprefix("arn:mock:")
    attached = {
        a.inputs["policyArn"].rpartition("/")[2]
        for a in either.of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if a.inputs["role"] == role
    }
    assert attached == {"AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"}
    assert "name" not in either.one("aws:iam/role:Role", role).inputs  # auto-named: never recreated in place


def test_off_hours_move_nothing_but_the_desired_size(dev: Graph) -> None:
    schedules = {s.inputs["scheduledActionName"]: s.inputs for s in dev.of("aws:autoscaling/schedule:Schedule")}
    common: dict[str, Any] = {
        "autoscalingGroupName": "asg-eks-main-general",
        "timeZone": "America/New_York",
        "minSize": -1,
        "maxSize": -1,
    }
    sleep = {**common, "scheduledActionName": "sleep", "recurrence": "0 20 * * *", "desiredCapacity": 0}
    wake = {**common, "scheduledActionName": "wake", "recurrence": "0 7 * * 1-5", "desiredCapacity": 2}
    assert schedules == {"sleep": sleep, "wake": wake}


def test_production_never_sleeps(production: Graph) -> None:
    assert production.of("aws:autoscaling/schedule:Schedule") == []


def test_disks_of_a_shape() -> None:
    shape = NodeShape.model_validate({"instance_types": ["m6i.large"], "volume_gib": 80})
    assert disks(shape) == (("/dev/xvda", 80),)
    assert disks(shape.model_copy(update={"image": "bottlerocket"})) == (("/dev/xvda", 10), ("/dev/xvdb", 80))


def test_settings_are_frozen() -> None:
    settings = EksClusterSettings.model_validate(CLUSTERS["dev"])
    with pytest.raises(ValueError, match="frozen"):
        settings.version = "1.35"  # type: ignore[misc]  # what is tried here
