"""VPC, load balancing's edges, cluster and nodes: what the deploy role changes of network and compute."""

from __future__ import annotations

from typing import Final

from account.deploy.statements import Allow, Estate

_VPC: Final = (
    "AcceptVpcPeeringConnection",
    "AllocateAddress",
    "AssociateAddress",
    "AssociateRouteTable",
    "AssociateVpcCidrBlock",
    "AttachInternetGateway",
    "AttachVpnGateway",
    "AuthorizeSecurityGroupEgress",
    "AuthorizeSecurityGroupIngress",
    "CreateFlowLogs",
    "CreateInternetGateway",
    "CreateNatGateway",
    "CreateNetworkAcl",
    "CreateNetworkAclEntry",
    "CreateRoute",
    "CreateRouteTable",
    "CreateSecurityGroup",
    "CreateSubnet",
    "CreateTags",
    "CreateVpc",
    "CreateVpcEndpoint",
    "CreateVpcPeeringConnection",
    "CreateVpnGateway",
    "DeleteFlowLogs",
    "DeleteInternetGateway",
    "DeleteNatGateway",
    "DeleteNetworkAcl",
    "DeleteNetworkAclEntry",
    "DeleteNetworkInterface",
    "DeleteRoute",
    "DeleteRouteTable",
    "DeleteSecurityGroup",
    "DeleteSubnet",
    "DeleteTags",
    "DeleteVpc",
    "DeleteVpcEndpoints",
    "DeleteVpcPeeringConnection",
    "DeleteVpnGateway",
    "DetachInternetGateway",
    "DetachNetworkInterface",
    "DetachVpnGateway",
    "DisableVgwRoutePropagation",
    "DisassociateAddress",
    "DisassociateRouteTable",
    "DisassociateVpcCidrBlock",
    "EnableVgwRoutePropagation",
    "ModifySecurityGroupRules",
    "ModifySubnetAttribute",
    "ModifyVpcAttribute",
    "ModifyVpcEndpoint",
    "ModifyVpcPeeringConnectionOptions",
    "ReleaseAddress",
    "ReplaceNetworkAclAssociation",
    "ReplaceNetworkAclEntry",
    "ReplaceRoute",
    "ReplaceRouteTableAssociation",
    "RevokeSecurityGroupEgress",
    "RevokeSecurityGroupIngress",
    "UpdateSecurityGroupRuleDescriptionsEgress",
    "UpdateSecurityGroupRuleDescriptionsIngress",
)


def network(estate: Estate) -> list[Allow]:
    """The VPC and all that is in it."""
    return [
        Allow(
            "Network",
            [f"ec2:{call}" for call in _VPC],
            estate.arns("ec2", "*"),
            "parts of a VPC have ids that nobody knows beforehand; the account has one environment, and what is the "
            "account's own is closed by its tag",
        ),
    ]


def compute(estate: Estate) -> list[Allow]:
    """Clusters, what belongs to them, and the launch templates of their nodes."""
    kinds = ("cluster", "nodegroup", "addon", "access-entry", "podidentityassociation")
    return [
        Allow(
            "Clusters",
            [
                f"eks:{call}"
                for call in (
                    "AssociateAccessPolicy",
                    "CreateAccessEntry",
                    "CreateAddon",
                    "CreateNodegroup",
                    "CreatePodIdentityAssociation",
                    "DeleteAccessEntry",
                    "DeleteAddon",
                    "DeleteCluster",
                    "DeleteNodegroup",
                    "DeletePodIdentityAssociation",
                    "DisassociateAccessPolicy",
                    "TagResource",
                    "UntagResource",
                    "UpdateAccessEntry",
                    "UpdateAddon",
                    "UpdateClusterConfig",
                    "UpdateClusterVersion",
                    "UpdateNodegroupConfig",
                    "UpdateNodegroupVersion",
                    "UpdatePodIdentityAssociation",
                )
            ],
            estate.arns("eks", f"cluster/{estate.prefix}-*", *(f"{kind}/{estate.prefix}-*" for kind in kinds[1:])),
            "the environment's clusters, by the prefix of their names",
        ),
        Allow(
            "MakeClusters",
            ["eks:CreateCluster"],
            ["*"],
            "IAM knows no cluster before it is made: the tags that it must be made with bound the call",
            {"StringEquals": {"aws:RequestTag/Environment": estate.names.env}},
        ),
        Allow(
            "NodeTemplates",
            [
                f"ec2:{call}"
                for call in (
                    "CreateLaunchTemplate",
                    "CreateLaunchTemplateVersion",
                    "DeleteLaunchTemplate",
                    "DeleteLaunchTemplateVersions",
                    "ModifyLaunchTemplate",
                )
            ],
            estate.arns("ec2", "launch-template/*"),
            "launch templates have ids that nobody knows beforehand",
        ),
        Allow(
            "TryTemplates",
            ["ec2:RunInstances"],
            [
                *estate.arns(
                    "ec2",
                    "instance/*",
                    "launch-template/*",
                    "network-interface/*",
                    "security-group/*",
                    "subnet/*",
                    "volume/*",
                ),
                "arn:aws:ec2:*::image/*",
            ],
            "EKS makes a node group only for a caller who could start the instances of its launch template himself",
            {"ArnLike": {"ec2:LaunchTemplate": estate.arn("ec2", "launch-template/*")}},
        ),
        Allow(
            "OffHours",
            ["autoscaling:DeleteScheduledAction", "autoscaling:PutScheduledUpdateGroupAction"],
            [estate.arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/eks-*")],
            "nodes of dev are scaled to zero after hours, by schedules on groups that EKS names",
        ),
        Allow(
            "ScaleReaders",
            [
                f"application-autoscaling:{call}"
                for call in (
                    "DeleteScalingPolicy",
                    "DeregisterScalableTarget",
                    "PutScalingPolicy",
                    "RegisterScalableTarget",
                    "TagResource",
                    "UntagResource",
                )
            ],
            [estate.arn("application-autoscaling", "scalable-target/*")],
            "readers of the database are scaled by targets with ids",
        ),
    ]


def edge(estate: Estate) -> list[Allow]:
    """DNS, certificates, CloudFront and its firewall: names and ids are AWS's, so kinds stand here."""
    zones = ["arn:aws:route53:::hostedzone/*", "arn:aws:route53:::healthcheck/*"]
    distribution = (
        "distribution",
        "origin-access-control",
        "cache-policy",
        "origin-request-policy",
        "response-headers-policy",
        "function",
        "vpcorigin",
    )
    things = (
        "CachePolicy",
        "Function",
        "OriginAccessControl",
        "OriginRequestPolicy",
        "ResponseHeadersPolicy",
        "VpcOrigin",
    )
    return [
        Allow(
            "MakeEdge",
            [
                "acm:RequestCertificate",
                "cloudfront:CreateDistribution",
                *(f"cloudfront:Create{thing}" for thing in things),
                "route53:CreateHealthCheck",
                "route53:CreateHostedZone",
            ],
            ["*"],
            "IAM knows none of these before it is made, and they have no names of ours",
        ),
        Allow(
            "Zones",
            [
                f"route53:{call}"
                for call in (
                    "AssociateVPCWithHostedZone",
                    "ChangeResourceRecordSets",
                    "ChangeTagsForResource",
                    "DeleteHealthCheck",
                    "DeleteHostedZone",
                    "DisassociateVPCFromHostedZone",
                    "UpdateHealthCheck",
                    "UpdateHostedZoneComment",
                    "UpdateHostedZoneFeatures",
                )
            ],
            [*zones, estate.arn("ec2", "vpc/*")],
            "zones and health checks have ids; private zones name the VPC they are of",
        ),
        Allow(
            "Certificates",
            [
                f"acm:{call}"
                for call in (
                    "AddTagsToCertificate",
                    "DeleteCertificate",
                    "RemoveTagsFromCertificate",
                    "UpdateCertificateOptions",
                )
            ],
            estate.arns("acm", "certificate/*"),
            "certificates have ids, and none before they are requested",
        ),
        Allow(
            "Distributions",
            [
                *(f"cloudfront:{verb}{thing}" for verb in ("Update", "Delete") for thing in things),
                "cloudfront:CreateInvalidation",
                "cloudfront:DeleteDistribution",
                "cloudfront:PublishFunction",
                "cloudfront:TagResource",
                "cloudfront:UntagResource",
                "cloudfront:UpdateDistribution",
            ],
            estate.everywhere("cloudfront", *(f"{kind}/*" for kind in distribution)),
            "distributions and their policies have ids",
        ),
        Allow(
            "DistributionLogs",
            ["cloudfront:AllowVendedLogDeliveryForResource"],
            estate.everywhere("cloudfront", "distribution/*"),
            "CloudFront hands its log to CloudWatch's delivery for whoever may ask for it",
        ),
        Allow(
            "Firewalls",
            [
                *(f"wafv2:{verb}{thing}" for verb in ("Create", "Update", "Delete") for thing in ("IPSet", "WebACL")),
                "wafv2:DeleteLoggingConfiguration",
                "wafv2:PutLoggingConfiguration",
                "wafv2:TagResource",
                "wafv2:UntagResource",
            ],
            estate.arns(
                "wafv2",
                f"*/webacl/{estate.prefix}-*/*",
                f"*/ipset/{estate.prefix}-*/*",
                "*/managedruleset/*/*",
                "*/regexpatternset/*/*",
                "*/rulegroup/*/*",
            ),
            "firewalls by the prefix of their names; a web ACL is also judged by the rule groups it names",
        ),
    ]
