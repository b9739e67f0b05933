"""Bad examples of the security pack, exposure and permissions: each changes one thing of a good one."""

from __future__ import annotations

from typing import Any, Final

from tests.policies.examples import GONE, Bad
from tests.policies.good import (
    ACCOUNT,
    KEY_STATEMENT,
    SERVICE,
    TRUST,
    document,
    statement,
)

_TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
_NODE_CLASS: Final = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
_ROLE: Final = "kubernetes:rbac.authorization.k8s.io/v1:Role"
_CLUSTER_ROLE: Final = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"


_PUBLIC: Final = ["0.0.0.0/0"]
_EDGE: Final = "public-load-balancer"

EXPOSURE: Final = [
    *(
        Bad("public-exposure", name, "publiclyAccessible", value, "write publiclyAccessible: false")
        for name in ("aws:rds/instance:Instance", "aws:rds/clusterInstance:ClusterInstance")
        for value in (True, GONE)
    ),
    *(
        Bad("public-exposure", name, block, value, "all four are needed")
        for name in (
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
        )
        for block in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
        for value in (False, GONE)
    ),
    Bad("public-exposure", "aws:s3/bucketAcl:BucketAcl", "acl", "public-read", "BucketOwnerEnforced"),
    Bad("public-exposure", "aws:s3/bucket:Bucket", "acl", "public-read", "BucketOwnerEnforced"),
    Bad("public-exposure", "aws:ec2/subnet:Subnet", "mapPublicIpOnLaunch", True, "mapPublicIpOnLaunch: false"),
    Bad("public-exposure", "aws:eks/cluster:Cluster", "vpcConfig endpointPrivateAccess", GONE, "PrivateAccess: true"),
    Bad("public-exposure", "aws:eks/cluster:Cluster", "vpcConfig publicAccessCidrs", GONE, "the runners' networks"),
    Bad("public-exposure", "aws:eks/cluster:Cluster", "vpcConfig publicAccessCidrs", _PUBLIC, "instead of everywhere"),
    Bad(
        "public-exposure",
        "aws:eks/cluster:Cluster",
        "vpcConfig endpointPublicAccess",
        True,
        "write endpointPublicAccess: false",
        config={"private_endpoint": True},
    ),
    Bad("public-exposure", "aws:eks/nodeGroup:NodeGroup", "remoteAccess sourceSecurityGroupIds", GONE, "use SSM"),
    Bad("public-exposure", _TEMPLATE, "networkInterfaces 0 associatePublicIpAddress", "true", "'false'"),
    Bad("public-exposure", "aws:ec2/instance:Instance", "associatePublicIpAddress", True, ": false"),
    Bad("public-exposure", "aws:lb/loadBalancer:LoadBalancer", "internal", False, "write internal: true"),
    Bad("public-exposure", "aws:lb/loadBalancer:LoadBalancer", "internal", GONE, "internet_facing"),
    Bad(
        "public-exposure",
        "kubernetes:core/v1:Service",
        "spec type",
        "LoadBalancer",
        "write type ClusterIP",
        at="metadata.annotations.service.beta.kubernetes.io/aws-load-balancer-scheme",
    ),
    Bad("public-exposure", "kubernetes:core/v1:Service", "spec externalIPs", ["192.0.2.1"], "leave them out"),
    Bad(
        "open-ingress", "aws:ec2/securityGroup:SecurityGroup", "ingress 0 cidrBlocks", _PUBLIC, "instead of everywhere"
    ),
    Bad("open-ingress", "aws:ec2/securityGroup:SecurityGroup", "ingress 0 ipv6CidrBlocks", ["::/0"], "edge_groups"),
    Bad(
        "open-ingress",
        "aws:ec2/securityGroup:SecurityGroup",
        "ingress 0 cidrBlocks",
        _PUBLIC,
        "write ports 443 or 80 only",
        name=_EDGE,
    ),
    Bad("open-ingress", "aws:ec2/securityGroupRule:SecurityGroupRule", "cidrBlocks", _PUBLIC, "instead of everywhere"),
    Bad("open-ingress", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "cidrIpv4", "0.0.0.0/0", "edge"),
    Bad("open-ingress", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "cidrIpv6", "::/0", "edge"),
    Bad(
        "open-ingress", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "ingress", [{"self": True}], "leave it out"
    ),
    Bad("open-ingress", "aws:ec2/networkAcl:NetworkAcl", "ingress 0 fromPort", 22.0, "without 22 and 3389"),
    Bad("open-ingress", "aws:ec2/networkAcl:NetworkAcl", "ingress 0 protocol", "-1", "write the protocol and ports"),
    Bad("open-ingress", "aws:ec2/networkAclRule:NetworkAclRule", "toPort", 4000.0, "22 and 3389", at="fromPort"),
    *(
        bad
        for name, path in (
            (_TEMPLATE, "metadataOptions"),
            ("aws:ec2/instance:Instance", "metadataOptions"),
            (_NODE_CLASS, "spec metadataOptions"),
        )
        for bad in (
            Bad("instance-metadata", name, f"{path} httpTokens", "optional", "write 'required'"),
            Bad("instance-metadata", name, f"{path} httpPutResponseHopLimit", 2.0, "write 1"),
            Bad("instance-metadata", name, path, GONE, "write 'required'", at=f"{path.replace(' ', '.')}.httpTokens"),
        )
    ),
    Bad(
        "instance-metadata",
        "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults",
        "httpTokens",
        GONE,
        "write 'required'",
    ),
    Bad("eks-control-plane", "aws:eks/cluster:Cluster", "accessConfig authenticationMode", "CONFIG_MAP", "write 'API'"),
    Bad("eks-control-plane", "aws:eks/cluster:Cluster", "enabledClusterLogTypes 1", GONE, "audit", at="enabledCluster"),
    Bad("eks-control-plane", "aws:eks/cluster:Cluster", "enabledClusterLogTypes", GONE, "write all five"),
]


def _identity(**parts: Any) -> str:  # noqa: ANN401 - a statement's elements are of many shapes
    return document(statement(**parts))


def _wild(where: str, policy: str, says: str, *, on: str = "aws:iam/policy:Policy") -> Bad:
    return Bad("iam-wildcards", on, "policy", policy, says, at=f"policy.Statement[0].{where}")


def _lets_in(on: str, path: str, body: dict[str, Any], says: str, where: str = "Principal") -> Bad:
    return Bad("public-principals", on, path, document(body), says, at=f"{path}.Statement[0].{where}")


_EVERYONE: Final = {**SERVICE, "Principal": "*"}
_FEDERATED: Final = {
    "Effect": "Allow",
    "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"},
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}},
}

IAM: Final = [
    *(
        _wild("Action", _identity(Action=action), "the actions it needs")
        for action in ("*", "s3:*", ["s3:Get*", "ec2:*"])
    ),
    *(
        _wild("Action", _identity(Action="dynamodb:*"), "not a whole service's", on=name)
        for name in (
            "aws:iam/rolePolicy:RolePolicy",
            "aws:iam/userPolicy:UserPolicy",
            "aws:iam/groupPolicy:GroupPolicy",
            "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        )
    ),
    *(
        _wild("Action", document({**SERVICE, "Action": "*"}), "the actions it needs", on=name)
        for name in (
            "aws:sqs/queue:Queue",
            "aws:sqs/queuePolicy:QueuePolicy",
            "aws:sns/topic:Topic",
            "aws:sns/topicPolicy:TopicPolicy",
            "aws:ecr/repositoryPolicy:RepositoryPolicy",
            "aws:ecr/registryPolicy:RegistryPolicy",
            "aws:secretsmanager/secret:Secret",
            "aws:secretsmanager/secretPolicy:SecretPolicy",
            "aws:backup/vaultPolicy:VaultPolicy",
            "aws:dynamodb/resourcePolicy:ResourcePolicy",
            "aws:efs/fileSystemPolicy:FileSystemPolicy",
            "aws:s3/bucketPolicy:BucketPolicy",
        )
    ),
    *(
        Bad(
            "iam-wildcards",
            name,
            path,
            document({**SERVICE, "Action": "*"}),
            "the actions it needs",
            at=f"{path}.Statement[0].Action",
        )
        for name, path in (
            ("aws:opensearch/domain:Domain", "accessPolicies"),
            ("aws:cloudwatch/logResourcePolicy:LogResourcePolicy", "policyDocument"),
        )
    ),
    *(
        _wild(
            "Action",
            document({**KEY_STATEMENT, "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/ops"}}),
            "actions",
            on=name,
        )
        for name in ("aws:kms/key:Key", "aws:kms/keyPolicy:KeyPolicy", "aws:kms/replicaKey:ReplicaKey")
    ),
    _wild("NotAction", _identity(Action=None, NotAction="iam:*"), "the opposite grants every new action"),
    *(
        _wild("Resource", _identity(Resource=resource), "write the ARNs it needs")
        for resource in ("*", "arn:aws:s3:::*", ["arn:aws:sqs:*:*:*"])
    ),
    _wild("Resource", _identity(Sid="Reasoned", Resource="*"), "Reasoned<WhatFor>"),
    _wild("NotResource", _identity(Resource=None, NotResource="arn:aws:s3:::x"), "the opposite grants the rest"),
    _wild(
        "Resource",
        _identity(Sid="ReasonedGiveNodesRoles", Action="iam:PassRole", Resource="*"),
        "write the roles that may be passed",
    ),
    Bad(
        "iam-wildcards",
        "aws:iam/role:Role",
        "inlinePolicies 0 policy",
        _identity(Action="*"),
        "the actions it needs",
        at="inlinePolicies[0].policy.Statement[0].Action",
    ),
    Bad(
        "iam-wildcards",
        "aws:iam/role:Role",
        "managedPolicyArns",
        ["arn:aws:iam::aws:policy/PowerUserAccess"],
        "a policy of your own",
        at="managedPolicyArns[0]",
    ),
    *(
        Bad("iam-wildcards", name, "policyArn", f"arn:aws:iam::aws:policy/{policy}", "a policy of your own")
        for name in (
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            "aws:iam/userPolicyAttachment:UserPolicyAttachment",
            "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
            "aws:iam/policyAttachment:PolicyAttachment",
        )
        for policy in ("AdministratorAccess", "AmazonS3FullAccess")
    ),
    *(
        _lets_in(name, "policy", _EVERYONE, "write the accounts, roles or services")
        for name in (
            "aws:s3/bucketPolicy:BucketPolicy",
            "aws:sqs/queue:Queue",
            "aws:sqs/queuePolicy:QueuePolicy",
            "aws:sns/topic:Topic",
            "aws:sns/topicPolicy:TopicPolicy",
            "aws:ecr/repositoryPolicy:RepositoryPolicy",
            "aws:ecr/registryPolicy:RegistryPolicy",
            "aws:secretsmanager/secret:Secret",
            "aws:secretsmanager/secretPolicy:SecretPolicy",
            "aws:backup/vaultPolicy:VaultPolicy",
            "aws:dynamodb/resourcePolicy:ResourcePolicy",
            "aws:efs/fileSystemPolicy:FileSystemPolicy",
            "aws:kms/key:Key",
            "aws:kms/keyPolicy:KeyPolicy",
            "aws:kms/replicaKey:ReplicaKey",
        )
    ),
    _lets_in("aws:opensearch/domain:Domain", "accessPolicies", _EVERYONE, "write the accounts"),
    _lets_in("aws:cloudwatch/logResourcePolicy:LogResourcePolicy", "policyDocument", _EVERYONE, "write the accounts"),
    _lets_in("aws:sqs/queuePolicy:QueuePolicy", "policy", {**SERVICE, "Principal": {"AWS": ["*"]}}, "accounts"),
    _lets_in(
        "aws:sqs/queuePolicy:QueuePolicy",
        "policy",
        {"Effect": "Allow", "NotPrincipal": {"AWS": ACCOUNT}, "Action": "sqs:SendMessage"},
        "the opposite lets in everyone else",
        "NotPrincipal",
    ),
    _lets_in("aws:iam/role:Role", "assumeRolePolicy", {**TRUST, "Principal": {"AWS": "*"}}, "accounts, roles"),
    _lets_in("aws:iam/role:Role", "assumeRolePolicy", _FEDERATED, "the token's :sub", "Condition"),
    Bad("public-principals", "aws:iam/role:Role", "assumeRolePolicy", GONE, "write who may assume the role"),
    Bad("rbac-wildcards", _ROLE, "rules 0 verbs", ["*"], "one by one"),
    Bad("rbac-wildcards", _ROLE, "rules 0 resources", ["*"], "one by one"),
    Bad("rbac-wildcards", _CLUSTER_ROLE, "rules 0 apiGroups", ["*"], "one by one"),
    Bad("rbac-wildcards", _CLUSTER_ROLE, "rules 0 nonResourceURLs", ["*"], "one by one"),
    Bad("rbac-wildcards", _ROLE, "rules 0 verbs", ["escalate"], "write no escalate, bind or impersonate"),
    Bad("rbac-wildcards", _CLUSTER_ROLE, "rules 0 resources", ["secrets"], "this reads every secret"),
    Bad("rbac-wildcards", _CLUSTER_ROLE, "rules 0 resources", ["nodes/proxy"], "the proxy runs commands"),
    Bad(
        "rbac-wildcards",
        "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
        "roleRef name",
        "cluster-admin",
        "admins come by access entry",
    ),
    Bad(
        "rbac-wildcards",
        "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
        "subjects 0 name",
        "default",
        "of the workload's own",
    ),
    Bad(
        "rbac-wildcards",
        "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
        "subjects 0 name",
        "system:authenticated",
        "of your own",
    ),
]

BAD: Final = [*EXPOSURE, *IAM]
"""All of them."""
