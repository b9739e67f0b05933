"""What operators may do in AWS, one document each.

The load balancer controller's follows ``docs/install/iam_policy.json`` of v3.5.0, less what this platform doesn't use
(Cognito, Shield, classic WAF, address pools). AWS gives no resource-level control over most ``Describe*`` and over what
doesn't exist yet, which is why ``*`` stands there; everything else is held to the cluster's own tag or to our names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import pulumi

from components.naming import Names
from components.operators.operator import ClusterBackups, Operator
from components.pod_identity import Grant

_CLUSTER_TAG: Final = "elbv2.k8s.aws/cluster"
_NO_RESOURCE: Final = "AWS has no resource-level permission for these actions"
_NOT_YET: Final = "the resource doesn't exist yet; what is made must carry the cluster's tag"


def operator_grants(
    operator: Operator,
    names: Names,
    *,
    cluster_name: str,
    domain: str,
    secrets_roles: Sequence[str],
    logs_key: pulumi.Input[str],
    backups: ClusterBackups | None = None,
) -> list[Grant]:
    """The grants of an operator that has an identity of ours. ``ValueError`` for one whose grants nobody wrote.

    ``domain`` is the stack's; ``secrets_roles`` are the roles that External Secrets reads namespaces' secrets with.
    """
    # nothing is worked out but for the one that asks
    grants: dict[str, Callable[[], list[Grant]]] = {
        "aws-load-balancer-controller": lambda: _load_balancers(names, cluster_name),
        "external-secrets": lambda: [
            Grant("SecretsOfNamespaces", ["sts:AssumeRole", "sts:TagSession"], [*secrets_roles])
        ],
        # a record and the mark of its owner, an _-prefixed or typed name beside it
        "external-dns": lambda: _records([f"origin.{domain}", f"*.origin.{domain}", f"*-origin.{domain}"]),
        "cert-manager": lambda: _records([f"_acme-challenge.{domain}", f"_acme-challenge.*.{domain}"], types=["TXT"]),
        "loki": lambda: _bucket(names.bucket("loki"), logs_key),
        "kyverno": lambda: _signatures(names),
    }
    if backups is not None:
        kept = backups
        grants["velero"] = lambda: [
            *(
                _bucket_to_read(kept.bucket, kept.key_arn)
                if kept.schedule.every_hours is None
                else _bucket(kept.bucket, kept.key_arn, _MULTIPART)
            ),
            *_snapshots(names, kept.volumes_key_arn),
        ]
    if operator.name not in grants:
        raise ValueError(f"{operator.name} has an identity, but nobody wrote what it may do")
    return grants[operator.name]()


def _signatures(names: Names) -> list[Grant]:
    """What reading signatures takes: they lie in the registry beside their images."""
    return [
        Grant("SignIn", ["ecr:GetAuthorizationToken"], ["*"], reason=_NO_RESOURCE),
        Grant(
            "ReadSignatures",
            ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            [names.arn("ecr", f"repository/{names.repository('*')}")],
        ),
    ]


def _load_balancers(names: Names, cluster: str) -> list[Grant]:
    group = names.arn("ec2", "security-group/*")
    balancer, targets, listener, rule = (
        names.arn("elasticloadbalancing", f"{kind}/*")
        for kind in ("loadbalancer", "targetgroup", "listener", "listener-rule")
    )
    owned = {"StringEquals": {f"aws:ResourceTag/{_CLUSTER_TAG}": cluster}}
    marked = {"StringEquals": {f"aws:RequestTag/{_CLUSTER_TAG}": cluster}}
    return [
        Grant("Look", _LOOK, ["*"], reason=_NO_RESOURCE),
        Grant("LookUpCertificates", ["acm:ListCertificates", "acm:DescribeCertificate"], ["*"], reason=_NO_RESOURCE),
        Grant(
            "Firewall",
            [
                "wafv2:GetWebACL",
                "wafv2:GetWebACLForResource",
                "wafv2:AssociateWebACL",
                "wafv2:DisassociateWebACL",
            ],
            [names.arn("wafv2", "regional/webacl/*"), balancer],
        ),
        # the other half of an association, on the load balancer's side
        Grant("SetFirewall", ["elasticloadbalancing:SetWebAcl"], ["*"], reason=_NO_RESOURCE),
        Grant("CreateGroups", ["ec2:CreateSecurityGroup"], [group, names.arn("ec2", "vpc/*")]),
        Grant(
            "TagNewGroups",
            ["ec2:CreateTags"],
            [group],
            {"StringEquals": {"ec2:CreateAction": "CreateSecurityGroup", **marked["StringEquals"]}},
        ),
        Grant("TagGroups", ["ec2:CreateTags", "ec2:DeleteTags"], [group], owned),
        # the nodes' group isn't the controller's own: it opens it for its load balancers
        Grant("OpenGroups", ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"], [group]),
        Grant("DeleteGroups", ["ec2:DeleteSecurityGroup"], [group], owned),
        Grant(
            "Create",
            ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"],
            ["*"],
            marked,
            reason=_NOT_YET,
        ),
        Grant("Listen", _LISTEN, [balancer, listener, rule]),
        Grant(
            "TagNew",
            ["elasticloadbalancing:AddTags"],
            [balancer, targets, listener, rule],
            {
                "StringEquals": {
                    "elasticloadbalancing:CreateAction": [
                        "CreateTargetGroup",
                        "CreateLoadBalancer",
                        "CreateListener",
                        "CreateRule",
                    ]
                }
            },
        ),
        Grant(
            "Tag",
            ["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"],
            [balancer, targets, listener, rule],
            owned,
        ),
        Grant("Change", _CHANGE, [balancer, targets], owned),
        Grant(
            "Targets",
            ["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"],
            [targets],
        ),
        Grant(
            "ServiceLinkedRole",
            ["iam:CreateServiceLinkedRole"],
            [f"arn:aws:iam::{names.account_id}:role/aws-service-role/elasticloadbalancing.amazonaws.com/*"],
            {"StringEquals": {"iam:AWSServiceName": "elasticloadbalancing.amazonaws.com"}},
        ),
    ]


_LOOK: Final = (
    "ec2:DescribeAccountAttributes",
    "ec2:DescribeAddresses",
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeInstances",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeTags",
    "ec2:DescribeVpcs",
    "ec2:DescribeVpcPeeringConnections",
    "ec2:GetSecurityGroupsForVpc",
    "elasticloadbalancing:DescribeListenerAttributes",
    "elasticloadbalancing:DescribeListenerCertificates",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancerAttributes",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeSSLPolicies",
    "elasticloadbalancing:DescribeTags",
    "elasticloadbalancing:DescribeTargetGroupAttributes",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
    "elasticloadbalancing:DescribeTrustStores",
)
_LISTEN: Final = (
    "elasticloadbalancing:AddListenerCertificates",
    "elasticloadbalancing:CreateListener",
    "elasticloadbalancing:CreateRule",
    "elasticloadbalancing:DeleteListener",
    "elasticloadbalancing:DeleteRule",
    "elasticloadbalancing:ModifyListener",
    "elasticloadbalancing:ModifyListenerAttributes",
    "elasticloadbalancing:ModifyRule",
    "elasticloadbalancing:RemoveListenerCertificates",
    "elasticloadbalancing:SetRulePriorities",
)
_CHANGE: Final = (
    "elasticloadbalancing:DeleteLoadBalancer",
    "elasticloadbalancing:DeleteTargetGroup",
    "elasticloadbalancing:ModifyLoadBalancerAttributes",
    "elasticloadbalancing:ModifyTargetGroup",
    "elasticloadbalancing:ModifyTargetGroupAttributes",
    "elasticloadbalancing:SetIpAddressType",
    "elasticloadbalancing:SetSecurityGroups",
    "elasticloadbalancing:SetSubnets",
)


def _records(names: Sequence[str], types: Sequence[str] = ()) -> list[Grant]:
    """Records of the hosted zones, those called ``names`` only, and of ``types`` only where any are given."""
    conditions: dict[str, dict[str, Sequence[str]]] = {
        "ForAllValues:StringLike": {"route53:ChangeResourceRecordSetsNormalizedRecordNames": [*names]}
    }
    if types:
        conditions["ForAllValues:StringEquals"] = {"route53:ChangeResourceRecordSetsRecordTypes": [*types]}
    zones = ["arn:aws:route53:::hostedzone/*"]
    return [
        Grant("ChangeRecords", ["route53:ChangeResourceRecordSets"], zones, conditions),
        Grant("ListRecords", ["route53:ListResourceRecordSets", "route53:ListTagsForResource"], zones),
        Grant("FindZones", ["route53:ListHostedZones", "route53:ListHostedZonesByName"], ["*"], reason=_NO_RESOURCE),
        Grant("AwaitChanges", ["route53:GetChange"], ["arn:aws:route53:::change/*"]),
    ]


def _bucket(bucket: str, key: pulumi.Input[str], more: Sequence[str] = ()) -> list[Grant]:
    """The objects of a bucket under a key; ``more`` are further actions on objects."""
    arn = f"arn:aws:s3:::{bucket}"
    return [
        Grant("List", ["s3:ListBucket"], [arn]),
        Grant("Objects", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", *more], [f"{arn}/*"]),
        Grant("Key", ["kms:GenerateDataKey", "kms:Decrypt"], [key]),
    ]


def _bucket_to_read(bucket: str, key: pulumi.Input[str]) -> list[Grant]:
    """The same, to read."""
    arn = f"arn:aws:s3:::{bucket}"
    return [
        Grant("List", ["s3:ListBucket"], [arn]),
        Grant("Objects", ["s3:GetObject"], [f"{arn}/*"]),
        Grant("Key", ["kms:Decrypt"], [key]),
    ]


_MULTIPART: Final = ("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObjectTagging")


def _snapshots(names: Names, volumes_key: pulumi.Input[str]) -> list[Grant]:
    """Snapshots of the environment's volumes, and volumes of its snapshots: tags go from one to the other.

    Actions: README of velero-plugin-for-aws, "Set permissions for Velero", held to the tags that the volumes' driver
    is told to write.
    """
    volumes, snapshots = names.arn("ec2", "volume/*"), f"arn:aws:ec2:{names.region}::snapshot/*"
    tags = {"Project": names.platform, "Environment": names.env}
    ours = {"StringEquals": {f"aws:ResourceTag/{key}": value for key, value in tags.items()}}
    asked = {"StringEquals": {f"aws:RequestTag/{key}": value for key, value in tags.items()}}
    through_ec2 = {"kms:ViaService": f"ec2.{names.region}.amazonaws.com"}
    return [
        Grant("LookAtVolumes", ["ec2:DescribeVolumes", "ec2:DescribeSnapshots"], ["*"], reason=_NO_RESOURCE),
        Grant("SnapshotVolumes", ["ec2:CreateSnapshot"], [volumes], ours),
        Grant("MakeSnapshots", ["ec2:CreateSnapshot"], [snapshots], asked),
        Grant("MakeVolumes", ["ec2:CreateVolume"], [volumes], asked),
        Grant("ReadSnapshots", ["ec2:CreateVolume"], [snapshots], ours),
        Grant("DropSnapshots", ["ec2:DeleteSnapshot"], [snapshots], ours),
        Grant(
            "TagWhatIsMade",
            ["ec2:CreateTags"],
            [volumes, snapshots],
            {"StringEquals": {"ec2:CreateAction": ["CreateSnapshot", "CreateVolume"]}},
        ),
        Grant(
            "EncryptVolumes",
            ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom"],
            [volumes_key],
            {"StringEquals": through_ec2},
        ),
        Grant(
            "GrantVolumes",
            ["kms:CreateGrant"],
            [volumes_key],
            {"StringEquals": through_ec2, "Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ]
