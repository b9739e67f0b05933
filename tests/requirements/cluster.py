"""The cluster: control plane, nodes, add-ons, identities, Karpenter's half in AWS."""

from __future__ import annotations

from tests.requirements.model import NONE, THERE, Line, among, at_least, by, count, exactly, matching

_C = "aws:eks:Cluster::*"
_LT = "aws:ec2:LaunchTemplate::*"
_FULL = ("staging", "production")


def _addon(name: str) -> str:
    return f"aws:eks:Addon::eks-main-{name}"


CLUSTER = (
    Line("pulumi_eks makes the cluster", "eks:index:Cluster::eks-main", count(1)),
    Line("Sign-in by access entries alone", f"{_C}#accessConfig.authenticationMode", "API"),
    Line(
        "Access entries: admin",
        "aws:eks:AccessEntry::eks-main-platform-team#kubernetesGroups",
        ["platform:platform-team"],
    ),
    Line(
        "Access entries: developer",
        "test:tests/components/eks_cluster/test_eks_cluster.py::test_people_come_in_by_entries_of_their_level",
    ),
    Line(
        "Access entries: read-only",
        "aws:eks:AccessEntry::eks-main-support#kubernetesGroups",
        by(production=["platform:support"]),
    ),
    Line(
        "The creator is the deploy role and has no entry of its own",
        "test:tests/account/test_account_stacks.py::test_the_deploy_role_is_the_one_that_the_clusters_settings_know",
    ),
    Line("API endpoint: private reach", f"{_C}#vpcConfig.endpointPrivateAccess", True),
    Line(
        "API endpoint: public in dev and staging only",
        f"{_C}#vpcConfig.endpointPublicAccess",
        by(dev=True, staging=True, production=False),
    ),
    Line(
        "API endpoint: public for listed networks",
        f"{_C}#vpcConfig.publicAccessCidrs.*",
        by(dev="203.0.113.0/24", staging="203.0.113.0/24", production=NONE),
    ),
    Line(
        "A private endpoint demands an agent pool",
        "test:tests/settings/test_refusals.py::test_a_mistake_gives_one_error_that_names_it",
    ),
    Line(
        "Five log types",
        f"{_C}#enabledClusterLogTypes.*",
        exactly("api", "audit", "authenticator", "controllerManager", "scheduler"),
    ),
    Line(
        "Their log group is made first",
        "test:tests/components/eks_cluster/test_eks_cluster.py::test_the_log_group_stands_before_eks_would_make_its_own",
    ),
    Line(
        "Their log group: name",
        "aws:cloudwatch:LogGroup::eks-main-control-plane#name",
        by(dev="/aws/eks/toolboxai-dev-main/cluster", production="/aws/eks/toolboxai-production-main/cluster"),
    ),
    Line("Secrets under a customer managed key", f"{_C}#encryptionConfig.resources.*", "secrets"),
    Line("Deletion protection in production", f"{_C}#deletionProtection", by(dev=False, production=True)),
    Line("STANDARD upgrade policy", f"{_C}#upgradePolicy.supportType", "STANDARD"),
    Line("Zonal shift", f"{_C}#zonalShiftConfig.enabled", True),
    Line("AL2023 nodes", "aws:eks:NodeGroup::*#amiType", "AL2023_x86_64_STANDARD"),
    Line(
        "Bottlerocket as the other choice",
        "test:tests/components/eks_cluster/test_eks_cluster.py::test_the_machine_image_follows_system_and_architecture",
    ),
    Line("IMDSv2 alone", f"{_LT}#metadataOptions.httpTokens", "required"),
    Line("Hop limit 1", f"{_LT}#metadataOptions.httpPutResponseHopLimit", 1),
    Line("Disks encrypted", f"{_LT}#blockDeviceMappings.*.ebs.encrypted", exactly("true")),
    Line("Disks gp3", f"{_LT}#blockDeviceMappings.*.ebs.volumeType", exactly("gp3")),
    Line("Disks 3,000 IOPS", f"{_LT}#blockDeviceMappings.*.ebs.iops", exactly(3000)),
    Line("Disks 125 MB/s", f"{_LT}#blockDeviceMappings.*.ebs.throughput", exactly(125)),
    Line("Disks under the volumes' key", f"{_LT}#blockDeviceMappings.*.ebs.kmsKeyId", matching("^arn:aws:kms:")),
    Line("Labels", "aws:eks:NodeGroup::*-general#labels.node-group", "general"),
    Line(
        "Taints",
        "test:tests/components/eks_cluster/test_eks_cluster.py::test_labels_and_taints_reach_the_group_in_aws_s_words",
    ),
    Line(
        "Tags carried to instances, volumes and interfaces",
        f"{_LT}#tagSpecifications.*.resourceType",
        exactly("instance", "volume", "network-interface"),
    ),
    Line("Our launch template", "aws:eks:NodeGroup::*#launchTemplate.id", matching("^lt-")),
    *(
        Line(f"Add-on {name}, pinned", f"{_addon(name)}#addonVersion", matching(r"^v\d+\.\d+\.\d+-eksbuild\.\d+$"))
        for name in (
            "vpc-cni",
            "kube-proxy",
            "eks-pod-identity-agent",
            "coredns",
            "aws-ebs-csi-driver",
            "snapshot-controller",
        )
    ),
    Line(
        "Add-on CloudWatch, as settings choose",
        _addon("amazon-cloudwatch-observability"),
        by(dev=NONE, staging=count(1), production=count(1)),
    ),
    Line(
        "Add-on CloudWatch: metrics only",
        f"{_addon('amazon-cloudwatch-observability')}#configurationValues.containerLogs.enabled",
        by(staging=False, production=False),
    ),
    Line(
        "Add-on GuardDuty agent, where the account has Runtime Monitoring of production",
        _addon("aws-guardduty-agent"),
        by(dev=NONE, staging=NONE, production=count(1)),
    ),
    Line(
        "Add-on GuardDuty agent is a choice",
        "test:tests/components/eks_cluster/test_eks_cluster.py::test_addons_are_choices",
    ),
    Line("Network policy on", f"{_addon('vpc-cni')}#configurationValues.enableNetworkPolicy", "true"),
    Line(
        "Add-ons and nodes in their true order",
        "test:tests/components/eks_cluster/test_eks_cluster.py::test_addons_and_nodes_come_up_in_their_true_order",
    ),
    Line("Pod Identity", "aws:eks:PodIdentityAssociation::*", at_least(5)),
    Line("One role a workload", "test:tests/stacks/test_kubernetes.py::test_the_fleet_of_the_platform"),
    Line(
        "gp3 is the default StorageClass",
        "kubernetes:storage.k8s.io/v1:StorageClass::*#metadata.annotations.<storageclass.kubernetes.io/is-default-class>",
        among("true"),
    ),
    Line("gp3 StorageClass encrypts", "kubernetes:storage.k8s.io/v1:StorageClass::*#parameters.encrypted", "true"),
    Line(
        "Karpenter: node role with its EC2_LINUX entry",
        "aws:eks:AccessEntry::eks-main-karpenter-nodes#type",
        by(staging="EC2_LINUX", production="EC2_LINUX"),
    ),
    Line(
        "Karpenter: interruption queue",
        "aws:sqs:Queue::eks-main-karpenter",
        by(dev=NONE, staging=count(1), production=count(1)),
    ),
    Line(
        "Karpenter: rules into the queue",
        "aws:cloudwatch:EventTarget::eks-main-karpenter-*",
        by(dev=NONE, staging=count(5), production=count(5)),
    ),
    Line(
        "Karpenter: the controller's identity",
        "aws:eks:PodIdentityAssociation::eks-main-karpenter#serviceAccount",
        by(staging="karpenter", production="karpenter"),
    ),
    Line(
        "Karpenter: EC2NodeClass",
        "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass::*",
        by(dev=NONE, staging=THERE, production=THERE),
    ),
    Line(
        "Karpenter: nodes of a pinned image with encrypted disks",
        "test:tests/stacks/test_kubernetes.py::test_pools_start_nodes_of_a_pinned_image_with_encrypted_disks",
    ),
    Line(
        "Karpenter's controller runs on the general group",
        "kubernetes:helm.sh/v3:Release::*karpenter#values.nodeSelector.node-group",
        by(staging="general", production="general"),
    ),
    Line(
        "Off hours don't fight an update",
        "test:tests/components/eks_cluster/test_eks_cluster.py::test_off_hours_move_nothing_but_the_desired_size",
    ),
    Line(
        "What always runs fits the base nodes",
        "test:tests/stacks/test_capacity.py::test_what_always_runs_fits_the_base_nodes",
    ),
)
