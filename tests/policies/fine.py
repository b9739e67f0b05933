"""Changes of good examples that stay good: what a rule must not complain about, settings and reasons included."""

from __future__ import annotations

from typing import Final

from tests.policies.examples import GONE, Change
from tests.policies.good import ACCOUNT, CONTAINER, KEY, KEY_STATEMENT, SERVICE, TAGS, document, statement

_DEPLOYMENT: Final = "kubernetes:apps/v1:Deployment"
_POD: Final = "spec template spec"
_NAMESPACE: Final = "kubernetes:core/v1:Namespace"
_LEVEL: Final = "metadata labels pod-security.kubernetes.io/enforce"
_SSE: Final = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
_GROUP: Final = "aws:ec2/securityGroup:SecurityGroup"
_INGRESS: Final = "kubernetes:networking.k8s.io/v1:Ingress"
_REASON: Final = {"platform/token-reason": "lists the Gateway's routes"}
_WHY_BASELINE: Final = {
    "name": "mcp",
    "labels": {"pod-security.kubernetes.io/enforce": "baseline"},
    "annotations": {"platform/pod-security-reason": "its agent needs NET_RAW"},
}
_SERVICE: Final = "kubernetes:core/v1:Service"

SECURITY: Final = [
    Change(
        "encryption-at-rest",
        _SSE,
        "rules 0",
        {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}},
        name="access-logs",
    ),
    Change("encryption-at-rest", "aws:ssm/parameter:Parameter", "type", "String"),
    Change("encryption-at-rest", "aws:sqs/queue:Queue", "kmsMasterKeyId", KEY),
    Change("encryption-at-rest", "aws:rds/clusterInstance:ClusterInstance", "performanceInsightsEnabled", False),
    Change("encryption-at-rest", "kubernetes:storage.k8s.io/v1:StorageClass", "provisioner", "efs.csi.aws.com"),
    Change("key-rotation", "aws:kms/key:Key", "customerMasterKeySpec", "RSA_4096"),
    Change("key-rotation", "aws:kms/key:Key", "deletionWindowInDays", GONE),
    Change("encryption-in-transit", "aws:rds/parameterGroup:ParameterGroup", "family", "oracle-ee-19"),
    Change("encryption-in-transit", "aws:rds/clusterParameterGroup:ClusterParameterGroup", "parameters 0 value", 1.0),
    Change(
        "encryption-in-transit", "aws:lb/listener:Listener", "sslPolicy", "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
    ),
    Change("encryption-in-transit", "aws:lb/listener:Listener", "protocol", "TCP"),
    Change(
        "encryption-in-transit",
        _INGRESS,
        "metadata annotations",
        {"alb.ingress.kubernetes.io/listen-ports": '[{"HTTPS":443}]'},
    ),
    Change("public-exposure", "aws:eks/cluster:Cluster", "vpcConfig endpointPublicAccess", False),
    Change(
        "public-exposure",
        "aws:ec2/subnet:Subnet",
        "mapPublicIpOnLaunch",
        True,
        name="public-a",
        config={"public_subnets": ["public-*"]},
    ),
    Change(
        "public-exposure",
        "aws:lb/loadBalancer:LoadBalancer",
        "internal",
        False,
        name="edge",
        config={"internet_facing": ["edge"]},
    ),
    Change(
        "public-exposure",
        _SERVICE,
        "spec type",
        "LoadBalancer",
        config={"internet_facing": ["toolboxai-production/backend"]},
    ),
    Change("public-exposure", "aws:eks/nodeGroup:NodeGroup", "remoteAccess", GONE),
    Change(
        "open-ingress",
        _GROUP,
        "ingress 0",
        {"protocol": "tcp", "fromPort": 443.0, "toPort": 443.0, "cidrBlocks": ["0.0.0.0/0"]},
        name="public-load-balancer",
    ),
    Change(
        "open-ingress",
        _GROUP,
        "ingress 0",
        {"protocol": "tcp", "fromPort": 80.0, "toPort": 80.0, "cidrBlocks": ["0.0.0.0/0"]},
        name="front",
        config={"edge_groups": ["front"]},
    ),
    Change("open-ingress", "aws:ec2/securityGroupRule:SecurityGroupRule", "type", "egress"),
    Change("open-ingress", "aws:ec2/networkAclRule:NetworkAclRule", "egress", True),
    Change(
        "open-ingress",
        "aws:ec2/networkAcl:NetworkAcl",
        "ingress 0",
        {"action": "deny", "protocol": "-1", "cidrBlock": "0.0.0.0/0"},
    ),
    *(
        Change("iam-wildcards", "aws:iam/policy:Policy", "policy", policy)
        for policy in (
            document(statement(Sid="ReasonedDescribeNodes", Action="ec2:Describe*", Resource="*")),
            document(statement(Effect="Deny", Action="*", Resource="*")),
            document(statement(Action=["s3:Get*", "s3:ListBucket"], Resource=["arn:aws:s3:::uploads*"])),
            document(statement(Action="iam:PassRole", Resource=f"arn:aws:iam::{ACCOUNT}:role/*")),
            {"Version": "2012-10-17", "Statement": [statement()]},
        )
    ),
    Change(
        "iam-wildcards",
        "aws:iam/policy:Policy",
        "policy",
        document(statement(Sid="BecauseThereIsNoOther", Resource="*")),
        config={"reason_prefix": "Because"},
    ),
    Change(
        "iam-wildcards",
        "aws:kms/key:Key",
        "policy",
        document(KEY_STATEMENT, {**SERVICE, "Action": "kms:Decrypt", "Resource": "*"}),
    ),
    *(
        Change(
            "public-principals",
            "aws:sqs/queuePolicy:QueuePolicy",
            "policy",
            document(
                {**SERVICE, "Principal": "*", "Condition": {"ArnLike": {key: "arn:aws:events:*:111122223333:rule/*"}}}
            ),
        )
        for key in ("aws:SourceArn", "aws:PrincipalArn")
    ),
    Change(
        "public-principals",
        "aws:iam/role:Role",
        "assumeRolePolicy",
        document(
            {
                "Effect": "Allow",
                "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/api.pulumi.com/oidc"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {"api.pulumi.com/oidc:aud": "org", "api.pulumi.com/oidc:sub": "deploy:x"}
                },
            }
        ),
    ),
    Change("rbac-wildcards", "kubernetes:rbac.authorization.k8s.io/v1:Role", "rules 0 resources", ["secrets"]),
    Change(
        "rbac-wildcards",
        "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
        "rules 0",
        {"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["ca"], "verbs": ["get"]},
    ),
    Change(
        "rbac-wildcards",
        "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
        "rules 0",
        {"apiGroups": [""], "resources": ["persistentvolumes"], "verbs": ["list"]},
    ),
    Change(
        "pod-security-restricted",
        _DEPLOYMENT,
        f"{_POD} containers 0 securityContext capabilities add",
        ["NET_BIND_SERVICE"],
    ),
    Change("pod-security-restricted", _DEPLOYMENT, f"{_POD} containers 0 securityContext runAsNonRoot", GONE),
    Change(
        "pod-security-restricted",
        _DEPLOYMENT,
        f"{_POD} containers 0 securityContext appArmorProfile type",
        "RuntimeDefault",
    ),
    Change(
        "pod-security-restricted",
        _DEPLOYMENT,
        f"{_POD} securityContext sysctls",
        [{"name": "net.ipv4.tcp_keepalive_time"}],
    ),
    Change(
        "pod-security-restricted",
        _DEPLOYMENT,
        f"{_POD} volumes 0",
        {"name": "data", "persistentVolumeClaim": {"claimName": "x"}},
    ),
    Change("pod-security-restricted", _DEPLOYMENT, "metadata namespace", "node-agents"),
    Change("pod-security-restricted", _NAMESPACE, "metadata", _WHY_BASELINE),
    Change("pod-security-restricted", _NAMESPACE, _LEVEL, "privileged", config={"levels": {"mcp": "privileged"}}),
    Change("pod-security-restricted", _NAMESPACE, _LEVEL, "baseline", config={"levels": {"mcp": "baseline"}}),
    Change(
        "pod-security-restricted",
        _NAMESPACE,
        "metadata",
        {**_WHY_BASELINE, "annotations": {"why": "its agent needs NET_RAW"}},
        config={"reason_annotation": "why"},
    ),
    *(
        Change(rule, _DEPLOYMENT, "metadata namespace", "node-agents")
        for rule in ("read-only-root", "high-uid", "workload-identity")
    ),
    Change("high-uid", _DEPLOYMENT, f"{_POD} securityContext runAsUser", 1001.0, config={"minimum_uid": 1001}),
    *(
        Change(rule, _DEPLOYMENT, path, value, config={"exempt_namespaces": ["toolboxai-production"]})
        for rule, path, value in (
            ("high-uid", f"{_POD} securityContext runAsUser", 1000.0),
            ("workload-identity", f"{_POD} serviceAccountName", "default"),
            ("secrets-as-files", f"{_POD} containers 0 envFrom 0", {"secretRef": {"name": "database"}}),
        )
    ),
    Change(
        "workload-identity",
        _DEPLOYMENT,
        "spec template",
        {
            "metadata": {"annotations": {"why": "lists the Gateway's routes"}},
            "spec": {"serviceAccountName": "backend", "containers": [CONTAINER]},
        },
        config={"reason_annotation": "why"},
    ),
    Change(
        "workload-identity",
        _DEPLOYMENT,
        "spec template",
        {
            "metadata": {"annotations": _REASON},
            "spec": {"serviceAccountName": "backend", "automountServiceAccountToken": True, "containers": [CONTAINER]},
        },
    ),
    Change(
        "workload-identity",
        _DEPLOYMENT,
        f"{_POD} automountServiceAccountToken",
        True,
        config={"token_accounts": ["*/backend"]},
    ),
    Change("workload-identity", "kubernetes:core/v1:ServiceAccount", "metadata annotations", _REASON),
    Change(
        "workload-identity",
        "kubernetes:core/v1:ServiceAccount",
        "automountServiceAccountToken",
        True,
        config={"token_accounts": ["toolboxai-production/*"]},
    ),
    *(
        Change(
            rule,
            _DEPLOYMENT,
            f"{_POD} containers 0",
            {"name": "x", "image": "x"},
            config={"exempt_namespaces": ["toolboxai-production"]},
        )
        for rule in ("read-only-root", "container-resources", "container-probes", "image-reference")
    ),
    Change("container-probes", "kubernetes:batch/v1:Job", f"{_POD} containers 0 livenessProbe", GONE),
    Change("container-probes", "kubernetes:apps/v1:DaemonSet", f"{_POD} containers 0 readinessProbe", GONE),
    *(
        Change("image-reference", _DEPLOYMENT, _POD, {"containers": [{"image": image}]}, config={"digests": True})
        for image in (f"backend@sha256:{'a' * 64}", f"registry.example.org:5000/backend:latest@sha256:{'a' * 64}")
    ),
    Change("image-reference", _DEPLOYMENT, f"{_POD} containers 0 image", "registry.example.org:5000/team/backend:1.2"),
    *(
        Change("secrets-as-files", _DEPLOYMENT, f"{_POD} containers 0 env 0", {"name": name, "value": value})
        for name, value in (
            ("SECRET_NAME", "backend/database"),
            ("TOKEN_TTL_SECONDS", "300"),
            ("DATABASE_PASSWORD", ""),
            ("API_KEY", "$(MOUNTED)"),
            ("DATABASE_SECRET", "arn:aws:secretsmanager:us-east-1:111122223333:secret:x"),
            ("BROKER_URL", "rediss://cache.example.org:6379/0"),
        )
    ),
]

_ROLE: Final = "aws:iam/role:Role"
_TEMPLATE: Final = {"id": "lt-1", "version": "3"}
_PUBLIC: Final = {**SERVICE, "Principal": "*"}

FORMS: Final = [
    # what inherits, what takes no key, what AWS encrypts where nothing is said
    Change("encryption-at-rest", "aws:sqs/queue:Queue", "sqsManagedSseEnabled", GONE),
    Change(
        "encryption-at-rest",
        "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
        "",
        {"kinesisSourceConfiguration": {"kinesisStreamArn": "arn:aws:kinesis:us-east-1:111122223333:stream/x"}},
    ),
    Change("encryption-at-rest", "aws:fsx/lustreFileSystem:LustreFileSystem", "", {"deploymentType": "SCRATCH_2"}),
    Change("encryption-at-rest", "aws:lambda/function:Function", "", {"handler": "main"}),
    Change("encryption-at-rest", "aws:s3/bucketObjectv2:BucketObjectv2", "serverSideEncryption", GONE),
    Change(
        "encryption-at-rest",
        "aws:efs/replicationConfiguration:ReplicationConfiguration",
        "destination",
        {"fileSystemId": "fs-1"},
    ),
    Change(
        "encryption-at-rest",
        "aws:athena/workgroup:Workgroup",
        "configuration",
        {"managedQueryResultsConfiguration": {"enabled": True, "encryptionConfiguration": {"kmsKey": KEY}}},
    ),
    Change(
        "encryption-at-rest",
        "aws:s3/bucket:Bucket",
        "serverSideEncryptionConfiguration",
        {"rule": {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY}}},
    ),
    Change("disk-encryption", "aws:ec2/instance:Instance", "", {"launchTemplate": _TEMPLATE}),
    Change(
        "disk-encryption",
        "aws:ec2/launchTemplate:LaunchTemplate",
        "blockDeviceMappings 1",
        {"deviceName": "/dev/sdb", "noDevice": "true"},
    ),
    Change("disk-encryption", "aws:ec2/ami:Ami", "ebsBlockDevices 0", {"snapshotId": "snap-1"}),
    Change("instance-metadata", "aws:ec2/instance:Instance", "", {"launchTemplate": _TEMPLATE}),
    Change(
        "instance-metadata", "aws:ec2/launchTemplate:LaunchTemplate", "metadataOptions", {"httpEndpoint": "disabled"}
    ),
    # what forces TLS by itself
    Change(
        "encryption-in-transit",
        "aws:elasticache/replicationGroup:ReplicationGroup",
        "",
        {"globalReplicationGroupId": "global"},
    ),
    Change(
        "encryption-in-transit",
        "aws:lb/listener:Listener",
        "",
        {"protocol": "HTTP", "defaultActions": [{"type": "redirect", "redirect": {"protocol": "HTTPS"}}]},
    ),
    Change("encryption-in-transit", "aws:docdb/clusterParameterGroup:ClusterParameterGroup", "parameters", []),
    Change("encryption-in-transit", "aws:memorydb/cluster:Cluster", "tlsEnabled", GONE),
    Change("encryption-in-transit", "aws:dms/endpoint:Endpoint", "", {"engineName": "s3"}),
    Change("encryption-in-transit", "aws:s3/bucket:Bucket", "policy", GONE),
    Change("judged-providers", "aws-native:s3:Bucket", "region", "us-west-2", config={"allowed": ["aws-native:s3:*"]}),
    # pods in other forms
    *(
        Change(
            rule,
            "kubernetes:apps/v1:DeploymentPatch",
            "",
            {
                "metadata": {"name": "backend"},
                "spec": {
                    "template": {"spec": {"containers": [{"name": "backend", "image": "x.example.org/backend:1.2"}]}}
                },
            },
        )
        for rule in (
            "pod-security-restricted",
            "read-only-root",
            "high-uid",
            "workload-identity",
            "container-resources",
        )
    ),
    *(
        Change(
            rule,
            _DEPLOYMENT,
            _POD,
            {
                "os": {"name": "windows"},
                "securityContext": {"runAsNonRoot": True, "windowsOptions": {"runAsUserName": "ContainerUser"}},
                "containers": [{"name": "x", "image": "x:1"}],
            },
        )
        for rule in ("pod-security-restricted", "read-only-root", "high-uid")
    ),
    *(
        Change(
            "pod-security-restricted",
            _DEPLOYMENT,
            f"{_POD} {path}",
            value,
            config={"levels": {"toolboxai-production": "baseline"}},
        )
        for path, value in (
            ("containers 0 securityContext", {"capabilities": {"add": ["CHOWN"]}}),
            ("securityContext", {"runAsUser": 0.0}),
        )
    ),
    Change(
        "workload-identity",
        _DEPLOYMENT,
        f"{_POD} volumes 0",
        {
            "name": "vault",
            "projected": {"sources": [{"serviceAccountToken": {"path": "token", "audience": "vault"}}]},
        },
    ),
    Change(
        "container-resources",
        _DEPLOYMENT,
        _POD,
        {"resources": CONTAINER["resources"], "containers": [{"name": "x", "image": "x:1"}]},
    ),
    Change("container-resources", _DEPLOYMENT, f"{_POD} ephemeralContainers", [{"name": "debug", "image": "x:1"}]),
    *(
        Change(
            "image-reference", _DEPLOYMENT, f"{_POD}", {"containers": [{"image": image}]}, config={"registries": globs}
        )
        for image, globs in (
            ("1.dkr.ecr.us-east-1.amazonaws.com/a/b:1.2", ["*.dkr.ecr.*.amazonaws.com/*"]),
            ("redis:7.4.1", ["docker.io/*"]),
            ("ghcr.io/owner/x:1", ["*"]),
        )
    ),
    Change(
        "pod-security-restricted",
        "kubernetes:core/v1:PersistentVolume",
        "spec",
        {"csi": {"driver": "efs.csi.aws.com", "volumeHandle": "fs-1"}},
    ),
    # what is open on purpose, or not open
    Change("public-exposure", "aws:apigateway/method:Method", "", {"httpMethod": "OPTIONS", "authorization": "NONE"}),
    Change(
        "public-exposure",
        "aws:lambda/functionUrl:FunctionUrl",
        "authorizationType",
        "NONE",
        name="webhook",
        config={"internet_facing": ["webhook"]},
    ),
    Change(
        "public-exposure", "aws:lambda/permission:Permission", "", {"principal": "*", "principalOrgId": "o-1a2b3c4d5e"}
    ),
    Change(
        "public-exposure",
        "kubernetes:networking.k8s.io/v1:Ingress",
        "metadata annotations",
        {"alb.ingress.kubernetes.io/scheme": "internet-facing"},
        config={"internet_facing": ["toolboxai-production/backend"]},
    ),
    Change("open-ingress", _GROUP, "ingress 0 cidrBlocks", ["10.0.0.0/8", "198.51.100.0/24"]),
    Change("open-ingress", _GROUP, "ingress 0 ipv6CidrBlocks", ["fd00::/8", "2001:db8::/32"]),
    # conditions that name somebody
    *(
        Change(
            "public-principals",
            "aws:efs/fileSystemPolicy:FileSystemPolicy",
            "policy",
            document({**_PUBLIC, "Condition": condition}),
        )
        for condition in (
            {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}},
            {"IpAddress": {"aws:SourceIp": ["198.51.100.0/24"]}},
            {"StringEquals": {"aws:PrincipalOrgID": "o-1a2b3c4d5e"}},
            {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-1/r-1/ou-1/*"}},
        )
    ),
    *(
        Change("public-principals", _ROLE, "assumeRolePolicy", document(trust))
        for trust in (
            {
                "Effect": "Allow",
                "Principal": {"Federated": "cognito-identity.amazonaws.com"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {"cognito-identity.amazonaws.com:aud": "us-east-1:pool"},
                    "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"},
                },
            },
            {
                "Effect": "Allow",
                "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
                    "StringLike": {"token.actions.githubusercontent.com:sub": "repo:ours/platform:*"},
                },
            },
        )
    ),
    Change(
        "iam-wildcards",
        "aws:iam/userPolicyAttachment:UserPolicyAttachment",
        "policyArn",
        f"arn:aws:iam::{ACCOUNT}:policy/ReportsFullAccess",
    ),
    Change(
        "iam-wildcards",
        "aws:iam/policy:Policy",
        "policy",
        document(
            statement(
                Sid="ReasonedGiveRoles",
                Action="iam:PassRole",
                Resource="*",
                Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
            )
        ),
    ),
]

GOVERNANCE: Final = [
    Change("mandatory-tags", "aws:sqs/queue:Queue", "tags", TAGS),
    Change("mandatory-tags", "aws:sqs/queue:Queue", "tagsAll", {}, config={"untaggable": ["aws:sqs/*"]}),
    Change("mandatory-tags", "aws:sqs/queue:Queue", "tagsAll", {"Team": "x"}, config={"mandatory": ["Team"]}),
    Change("data-class", "aws:sqs/queue:Queue", "tagsAll DataClass", "secret", config={"classes": ["secret"]}),
    Change("finite-retention", "aws:rds/instance:Instance", "replicateSourceDb", "arn:x"),
    Change("finite-retention", "aws:dynamodb/table:Table", "tagsAll DataClass", "internal"),
    Change("retention-limit", "aws:cloudwatch/logGroup:LogGroup", "tagsAll DataClass", "public"),
    Change("retention-limit", "aws:cloudwatch/logGroup:LogGroup", "tagsAll DataClass", "audit"),
    Change("residency", "aws:sqs/queue:Queue", "region", "us-west-2"),
    Change("residency", "aws:sqs/queue:Queue", "region", "eu-west-1", config={"regions": ["eu-*"]}),
    Change(
        "production-safeguards", "aws:rds/cluster:Cluster", "deletionProtection", False, config={"production": False}
    ),
    Change("production-safeguards", "aws:secretsmanager/secret:Secret", "recoveryWindowInDays", GONE),
    Change("production-safeguards", "aws:kms/key:Key", "deletionWindowInDays", GONE),
    Change(
        "production-safeguards",
        "aws:kms/key:Key",
        "deletionWindowInDays",
        14.0,
        config={"minimum_key_deletion_days": 14},
    ),
    Change(
        "production-safeguards",
        "aws:elasticache/serverlessCache:ServerlessCache",
        "snapshotRetentionLimit",
        0.0,
        config={"minimum_snapshot_days": 0},
    ),
    Change("version-support", "aws:eks/cluster:Cluster", "version", "1.35", config={"today": "2026-11-21"}),
    Change(
        "version-support",
        "aws:eks/cluster:Cluster",
        "version",
        "1.99",
        config={"today": "2026-11-21", "standard_support": {"1.99": "2030-01-01"}},
    ),
    Change("version-support", "aws:rds/instance:Instance", "replicateSourceDb", "arn:x"),
]

FINE: Final = [*SECURITY, *FORMS, *GOVERNANCE]
"""All of them."""
