"""EKS, its nodes and EC2's settings of a region."""

from __future__ import annotations

from tests.shapes.requests import Row

_NOT_SENT = "no part of the request: which one is sent says it"

COMPUTE: dict[str, Row] = {
    "aws:autoscaling/schedule:Schedule": Row("autoscaling", ("PutScheduledUpdateGroupAction",)),
    "aws:ebs/defaultKmsKey:DefaultKmsKey": Row("ec2", ("ModifyEbsDefaultKmsKeyId",), names={"keyArn": "KmsKeyId"}),
    "aws:ebs/encryptionByDefault:EncryptionByDefault": Row(
        "ec2", ("EnableEbsEncryptionByDefault",), left={"enabled": _NOT_SENT}
    ),
    "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": Row("ec2", ("EnableSnapshotBlockPublicAccess",)),
    "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess": Row(
        "ec2", ("EnableImageBlockPublicAccess",), names={"state": "ImageBlockPublicAccessState"}
    ),
    "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults": Row("ec2", ("ModifyInstanceMetadataDefaults",)),
    "aws:ec2/launchTemplate:LaunchTemplate": Row(
        "ec2",
        ("CreateLaunchTemplate",),
        body="LaunchTemplateData",
        names={
            "name": "LaunchTemplateName",
            "description": "VersionDescription",
            "tags": "TagSpecifications.Tags",
            "networkInterfaces.securityGroups": "Groups",
        },
        left={"updateDefaultVersion": "the provider's own: which version is the default after a change"},
    ),
    "aws:ec2/serialConsoleAccess:SerialConsoleAccess": Row(
        "ec2", ("DisableSerialConsoleAccess",), left={"enabled": _NOT_SENT}
    ),
    "aws:eks/accessEntry:AccessEntry": Row("eks", ("CreateAccessEntry",)),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": Row("eks", ("AssociateAccessPolicy",)),
    "aws:eks/addon:Addon": Row(
        "eks",
        ("CreateAddon", "UpdateAddon"),
        names={
            "resolveConflictsOnCreate": "resolveConflicts",
            "resolveConflictsOnUpdate": "UpdateAddon:resolveConflicts",
        },
    ),
    "aws:eks/cluster:Cluster": Row(
        "eks",
        ("CreateCluster",),
        names={"vpcConfig": "resourcesVpcConfig", "enabledClusterLogTypes": "logging"},
        shape=lambda inputs: {
            key: {"clusterLogging": [{"types": value, "enabled": True}]} if key == "enabledClusterLogTypes" else value
            for key, value in inputs.items()
        },
    ),
    "aws:eks/nodeGroup:NodeGroup": Row(
        "eks",
        ("CreateNodegroup",),
        names={"nodeRoleArn": "nodeRole", "subnetIds": "subnets"},
    ),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": Row("eks", ("CreatePodIdentityAssociation",)),
    "aws:ssm/serviceSetting:ServiceSetting": Row("ssm", ("UpdateServiceSetting",)),
}
