"""Bad examples of the security pack, exposure and permissions: each changes one thing of a good one."""

from __future__ import annotations

from typing import Any, Final

from tests.policies.examples import GONE, Bad
from tests.policies.good import (
    ACCOUNT,
    IDENTITY_DOCUMENTS,
    KEY_STATEMENT,
    RESOURCE_DOCUMENTS,
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


_HALVES: Final = ["0.0.0.0/1", "128.0.0.0/1"]
_PUBLIC_FLAGS: Final = (
    "aws:rds/cluster:Cluster",
    "aws:rds/shardGroup:ShardGroup",
    "aws:neptune/clusterInstance:ClusterInstance",
    "aws:redshift/cluster:Cluster",
    "aws:redshiftserverless/workgroup:Workgroup",
    "aws:dms/replicationInstance:ReplicationInstance",
    "aws:dms/instanceProfile:InstanceProfile",
    "aws:timestreaminfluxdb/dbInstance:DbInstance",
    "aws:timestreaminfluxdb/dbCluster:DbCluster",
    "aws:lightsail/database:Database",
    "aws:mq/broker:Broker",
    "aws:m2/environment:Environment",
)
_PREFIX_LIST: Final = "aws:ec2/managedPrefixList:ManagedPrefixList"
_DEFAULT_ACL: Final = "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl"
_RULE: Final = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
_EVERYONE_URI: Final = "http://acs.amazonaws.com/groups/global/AllUsers"


def _exposed(resource_type: str, path: str, value: object, says: str, at: str | None = None) -> Bad:
    return Bad("public-exposure", resource_type, path, value, says, at=at)


OPEN: Final = [
    *(_exposed(name, "publiclyAccessible", True, "write publiclyAccessible: false") for name in _PUBLIC_FLAGS),
    *(
        _exposed(name, "publiclyAccessible", GONE, "write publiclyAccessible: false")
        for name in ("aws:redshift/cluster:Cluster", "aws:dms/replicationInstance:ReplicationInstance")
    ),
    *(
        _exposed(name, "associatePublicIpAddress", True, "associatePublicIpAddress: false")
        for name in (
            "aws:ec2/launchConfiguration:LaunchConfiguration",
            "aws:ec2/spotInstanceRequest:SpotInstanceRequest",
        )
    ),
    _exposed(
        "aws:ec2/spotFleetRequest:SpotFleetRequest",
        "launchSpecifications 0 associatePublicIpAddress",
        True,
        "associatePublicIpAddress: false",
    ),
    *(
        _exposed(name, "networkConfiguration assignPublicIp", True, "write assignPublicIp: false")
        for name in ("aws:ecs/service:Service", "aws:ecs/taskSet:TaskSet")
    ),
    *(
        _exposed(
            name, "sharedAccounts", ["444455556666", "all"], "the accounts that may restore it", "sharedAccounts[1]"
        )
        for name in (
            "aws:rds/snapshot:Snapshot",
            "aws:rds/snapshotCopy:SnapshotCopy",
            "aws:rds/clusterSnapshot:ClusterSnapshot",
            "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy",
        )
    ),
    _exposed("aws:neptunegraph/graph:Graph", "publicConnectivity", True, "write publicConnectivity: false"),
    _exposed(
        "aws:msk/cluster:Cluster",
        "brokerNodeGroupInfo connectivityInfo publicAccess type",
        "SERVICE_PROVIDED_EIPS",
        "write 'DISABLED'",
    ),
    _exposed("aws:msk/cluster:Cluster", "clientAuthentication unauthenticated", True, "iam or scram"),
    *(
        _exposed(name, "vpcOptions", GONE, "write subnetIds")
        for name in ("aws:opensearch/domain:Domain", "aws:elasticsearch/domain:Domain")
    ),
    _exposed(
        "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy",
        "type",
        "network",
        "write AllowFromPublic: false",
        "policy",
    ),
    *(
        _exposed(name, path, value, says)
        for name, path, bad, says in (
            ("aws:mwaa/environment:Environment", "webserverAccessMode", "PUBLIC_ONLY", "write 'PRIVATE_ONLY'"),
            ("aws:sagemaker/domain:Domain", "appNetworkAccessType", "PublicInternetOnly", "write 'VpcOnly'"),
            (
                "aws:sagemaker/notebookInstance:NotebookInstance",
                "directInternetAccess",
                "Enabled",
                "write 'Disabled'",
            ),
            ("aws:transfer/server:Server", "endpointType", "PUBLIC", "write 'VPC'"),
            ("aws:lambda/functionUrl:FunctionUrl", "authorizationType", "NONE", "write 'AWS_IAM'"),
            ("aws:apigateway/method:Method", "authorization", "NONE", "internet_facing"),
            ("aws:apigatewayv2/route:Route", "authorizationType", "NONE", "internet_facing"),
            ("aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess", "state", "unblocked", "block-new-sharing"),
            (
                "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess",
                "state",
                "unblocked",
                "block-all-sharing",
            ),
        )
        for value in (bad, GONE)
    ),
    _exposed(
        "aws:apprunner/service:Service",
        "networkConfiguration ingressConfiguration isPubliclyAccessible",
        GONE,
        "write isPubliclyAccessible: false",
    ),
    _exposed("aws:lambda/permission:Permission", "principal", "*", "principalOrgId or sourceAccount or sourceArn"),
    _exposed("aws:lambda/layerVersionPermission:LayerVersionPermission", "principal", "*", "organizationId"),
    _exposed("aws:cloudwatch/eventPermission:EventPermission", "principal", "*", "write condition"),
    _exposed("aws:ec2/amiLaunchPermission:AmiLaunchPermission", "group", "all", "write accountId"),
    _exposed("aws:ssm/document:Document", "permissions account_ids", "All", "write the accounts that may run it"),
    _exposed("aws:codebuild/project:Project", "projectVisibility", "PUBLIC_READ", "write 'PRIVATE'"),
    _exposed("aws:ec2/defaultSubnet:DefaultSubnet", "mapPublicIpOnLaunch", GONE, "write mapPublicIpOnLaunch: false"),
    _exposed("aws:elb/loadBalancer:LoadBalancer", "internal", GONE, "write internal: true"),
    *(
        _exposed(name, "acl", "public-read", "write no ACL at all")
        for name in (
            "aws:s3/bucketV2:BucketV2",
            "aws:s3/bucketObject:BucketObject",
            "aws:s3/bucketObjectv2:BucketObjectv2",
            "aws:s3/objectCopy:ObjectCopy",
        )
    ),
    _exposed("aws:s3/bucketAcl:BucketAcl", "acl", "authenticated-read", "write no ACL at all"),
    _exposed(
        "aws:s3/bucketAcl:BucketAcl",
        "accessControlPolicy grants",
        [{"permission": "READ", "grantee": {"type": "Group", "uri": _EVERYONE_URI}}],
        "this group is everyone",
        "accessControlPolicy.grants[0].grantee.uri",
    ),
    *(
        _exposed(name, "grants", [{"type": "Group", "uri": _EVERYONE_URI}], "is everyone", "grants[0].uri")
        for name in ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
    ),
    _exposed("aws:s3/accessPoint:AccessPoint", "publicAccessBlockConfiguration blockPublicPolicy", False, "write true"),
    _exposed(
        "kubernetes:networking.k8s.io/v1:Ingress",
        "metadata annotations",
        {"alb.ingress.kubernetes.io/scheme": "internet-facing"},
        "write 'internal'",
    ),
    _exposed("aws:eks/cluster:Cluster", "vpcConfig publicAccessCidrs", _HALVES, "instead of everywhere"),
    *(
        Bad("open-ingress", _GROUP, f"ingress 0 {name}", [cidr], "instead of everywhere")
        for name, cidr in (
            ("cidrBlocks", "0.0.0.0/1"),
            ("cidrBlocks", "10.0.0.0/0"),
            ("ipv6CidrBlocks", "0:0:0:0:0:0:0:0/0"),
            ("ipv6CidrBlocks", "2000::/3"),
        )
    ),
    Bad("open-ingress", _PREFIX_LIST, "entries 0 cidr", "0.0.0.0/0", "whoever names this list"),
    Bad(
        "open-ingress",
        "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry",
        "cidr",
        "::/0",
        "whoever names this list",
    ),
    Bad("open-ingress", _DEFAULT_ACL, "ingress 0 protocol", "-1", "write the protocol and ports"),
    *(
        Bad(
            "open-ingress",
            _GROUP,
            "ingress 0",
            {"protocol": protocol, "fromPort": 443.0, "toPort": 443.0, "cidrBlocks": _PUBLIC},
            "write ports 443 or 80 only",
            at="ingress[0].cidrBlocks",
            name=_EDGE,
        )
        for protocol in ("-1", "icmp", None)
    ),
    *(
        bad
        for name in (
            "aws:ec2/launchConfiguration:LaunchConfiguration",
            "aws:ec2/spotInstanceRequest:SpotInstanceRequest",
        )
        for bad in (
            Bad("instance-metadata", name, "metadataOptions httpTokens", "optional", "write 'required'"),
            Bad("instance-metadata", name, "metadataOptions httpPutResponseHopLimit", 2.0, "write 1"),
        )
    ),
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

_TURNED: Final = {"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}}
_SUBJECT: Final = "token.actions.githubusercontent.com:sub"
_AUDIENCE: Final = {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}

FORMS: Final = [
    *(
        Bad(
            "iam-wildcards",
            name,
            path,
            document({**SERVICE, "Action": "s3:*"}),
            "the actions it needs",
            at=f"{path}.Statement[0].Action",
        )
        for name, path in RESOURCE_DOCUMENTS.items()
    ),
    *(
        _lets_in(name, path, _EVERYONE, "write the accounts, roles or services")
        for name, path in {
            **RESOURCE_DOCUMENTS,
            "aws:s3/bucket:Bucket": "policy",
            "aws:s3/bucketV2:BucketV2": "policy",
        }.items()
    ),
    *(
        Bad(
            "iam-wildcards",
            name,
            path,
            _identity(Resource="*"),
            "write the ARNs it needs",
            at=f"{path}.Statement[0].Resource",
        )
        for name, path in IDENTITY_DOCUMENTS.items()
    ),
    *(
        _wild("Action", _identity(Action=action), "the actions it needs")
        for action in ("*:*", "S3:*", "s3:**", "s3:?*", "iam:P*", "s3:*t*", "i?m:PassRole")
    ),
    *(
        _wild("Resource", _identity(Resource=resource), "write the ARNs it needs")
        for resource in ("**", "arn:*", "arn:aws:*", "arn:aws:iam::*", "arn:aws:s3:::?*", "*:*", "arn:aws:sqs:*:*:*/*")
    ),
    *(
        _wild(
            "Resource",
            _identity(Sid="ReasonedGiveNodesRoles", Action=action, Resource="*", **condition),
            "write the roles that may be passed",
        )
        for action, condition in (
            ("iam:Pass*", {}),
            ("IAM:passrole", {}),
            ("iam:PassRole", {"Condition": {"StringNotEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}}),
            ("iam:PassRole", {"Condition": {"StringLike": {"iam:PassedToService": "*"}}}),
        )
    ),
    *(
        Bad(
            "iam-wildcards",
            name,
            "policyArns",
            [f"arn:aws:iam::aws:policy/{policy}"],
            "a policy of your own",
            at="policyArns[0]",
        )
        for name in (
            "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
            "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive",
            "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive",
        )
        for policy in ("AdministratorAccess-Amplify", "job-function/SystemAdministrator")
    ),
    Bad(
        "iam-wildcards",
        "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment",
        "managedPolicyArn",
        "arn:aws:iam::aws:policy/AdministratorAccess",
        "a policy of your own",
    ),
    Bad("iam-wildcards", "aws:iam/policy:Policy", "policy", "{}", "the document has no Statement"),
    *(
        _lets_in(
            "aws:sqs/queuePolicy:QueuePolicy", "policy", {**_EVERYONE, "Condition": condition}, "write the accounts"
        )
        for condition in (
            _TURNED,
            {"StringEqualsIfExists": {"aws:SourceAccount": ACCOUNT}},
            {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-1"}},
            {"ArnLike": {"aws:SourceArn": "*"}},
            {"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}},
            {"Null": {"aws:SourceArn": "true"}},
            {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}},
        )
    ),
    _lets_in("aws:sqs/queuePolicy:QueuePolicy", "policy", {**SERVICE, "Principal": {"Service": "*"}}, "accounts"),
    *(
        _lets_in("aws:iam/role:Role", "assumeRolePolicy", {**_FEDERATED, **parts}, "the token's :sub", "Condition")
        for parts in (
            {"Condition": {"StringEquals": _AUDIENCE, "StringLike": {_SUBJECT: "*"}}},
            {"Condition": {"StringEquals": _AUDIENCE, "StringLike": {_SUBJECT: "repo:*"}}},
            {"Condition": {"StringEquals": _AUDIENCE, "StringNotEquals": {_SUBJECT: "repo:ours/x"}}},
            {"Action": "sts:*"},
            {"Action": ["STS:assumerolewithwebidentity"]},
        )
    ),
    _lets_in(
        "aws:iam/role:Role",
        "assumeRolePolicy",
        {
            "Effect": "Allow",
            "Principal": {"Federated": "cognito-identity.amazonaws.com"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": "us-east-1:pool"}},
        },
        "the token's :amr",
        "Condition",
    ),
    _lets_in(
        "aws:iam/role:Role",
        "assumeRolePolicy",
        {
            "Effect": "Allow",
            "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/staff"},
            "Action": "sts:AssumeRoleWithSAML",
        },
        "the token's :aud",
        "Condition",
    ),
]

PAST: Final = [
    Bad("judged-providers", name, "region", GONE, "write the type of the provider `aws`", at="", config=config)
    for name in ("aws-native:s3:Bucket", "aws:cloudcontrol/resource:Resource", "aws:cloudformation/stack:Stack")
    for config in ({}, {"allowed": ["aws-native:ec2:*"]})
]

BAD: Final = [*PAST, *EXPOSURE, *OPEN, *IAM, *FORMS]
"""All of them."""
