"""One good example of every type that a rule looks at: both packs have nothing to say about any of them.

The bad examples (``bad_security.py``, ``bad_governance.py``) change one thing of these.
"""

from __future__ import annotations

import json
from typing import Any, Final, cast

from policies.governance.governance_rules.tags import takes_tags
from tests.policies import good_stores

ACCOUNT: Final = "111122223333"
KEY: Final = good_stores.KEY
BUCKET: Final = "toolboxai-production-uploads"
TAGS: Final = {
    "Project": "toolboxai",
    "Environment": "production",
    "Owner": "platform-team",
    "CostCenter": "cc-100",
    "DataClass": "internal",
    "ManagedBy": "pulumi",
}
PUPILS_TAGS: Final = {**TAGS, "DataClass": "child-pii", "Compliance": "coppa-ferpa"}
LOG_TAGS: Final = {**TAGS, "DataClass": "operational-log"}

Props = dict[str, Any]


def document(*statements: Props) -> str:
    """An AWS policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def statement(**parts: Any) -> Props:  # noqa: ANN401 - a statement's elements are of many shapes
    """A statement that grants one thing on one thing; ``parts`` replace or add elements, ``None`` removes one."""
    body = {"Sid": "ReadUploads", "Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    return {key: value for key, value in {**body, **parts}.items() if value is not None}


DENY_PLAINTEXT: Final = {
    "Sid": "DenyPlaintext",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
SERVICE: Final = {
    "Sid": "LetEventsSend",
    "Effect": "Allow",
    "Principal": {"Service": "events.amazonaws.com"},
    "Action": "sqs:SendMessage",
    "Resource": f"arn:aws:sqs:us-east-1:{ACCOUNT}:interruptions",
}
KEY_STATEMENT: Final = {
    "Sid": "Account",
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "kms:*",
    "Resource": "*",
}
LOGS_STATEMENT: Final = {
    "Sid": "Logs",
    "Effect": "Allow",
    "Principal": {"Service": "logs.us-east-1.amazonaws.com"},
    "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:GenerateDataKey*"],
    "Resource": "*",
}
TRUST: Final = {
    "Effect": "Allow",
    "Principal": {"Service": "pods.eks.amazonaws.com"},
    "Action": ["sts:AssumeRole", "sts:TagSession"],
}
RESOURCE_POLICY: Final = {"policy": document(SERVICE)}
IDENTITY_POLICY: Final = {"policy": document(statement())}

CONTAINER: Final[Props] = {
    "name": "backend",
    "image": f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/toolboxai/production/backend:1.4.2",
    "ports": [{"name": "http", "containerPort": 8009.0}],
    "env": [
        {"name": "LOG_LEVEL", "value": "info"},
        {"name": "DATABASE_PASSWORD_FILE", "value": "/var/run/secrets/platform/database/password"},
        {"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
    ],
    "envFrom": [{"configMapRef": {"name": "backend-env"}}],
    "resources": {"requests": {"cpu": "250m", "memory": "256Mi"}, "limits": {"cpu": "1", "memory": "1Gi"}},
    "livenessProbe": {"httpGet": {"path": "/health", "port": 8009.0}},
    "readinessProbe": {"httpGet": {"path": "/ready", "port": 8009.0}},
    "startupProbe": {"tcpSocket": {"port": 8009.0}},
    "lifecycle": {"preStop": {"sleep": {"seconds": 5.0}}},
    "securityContext": {
        "allowPrivilegeEscalation": False,
        "privileged": False,
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
        "capabilities": {"drop": ["ALL"]},
    },
}
INIT_CONTAINER: Final[Props] = {
    **{key: CONTAINER[key] for key in ("image", "resources", "securityContext")},
    "name": "wait",
    "command": ["sleep", "3"],
}
POD: Final[Props] = {
    "serviceAccountName": "backend",
    "automountServiceAccountToken": False,
    "securityContext": {
        "runAsNonRoot": True,
        "runAsUser": 10001.0,
        "fsGroup": 10001.0,
        "seccompProfile": {"type": "RuntimeDefault"},
    },
    "initContainers": [INIT_CONTAINER],
    "containers": [CONTAINER],
    "volumes": [
        {"name": "tmp", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}},
        {"name": "database", "secret": {"secretName": "backend-database"}},
    ],
}
METADATA: Final[Props] = {"name": "backend", "namespace": "toolboxai-production"}
TEMPLATE: Final[Props] = {"metadata": {"labels": {"app.kubernetes.io/name": "backend"}}, "spec": POD}


def workload(api: str, kind: str) -> Props:
    """A workload of the kind with the good pod template."""
    return {"apiVersion": api, "kind": kind, "metadata": METADATA, "spec": {"template": TEMPLATE}}


DEPLOYMENT: Final = workload("apps/v1", "Deployment")
CRON_JOB: Final[Props] = {"metadata": METADATA, "spec": {"jobTemplate": {"spec": {"template": TEMPLATE}}}}
DISK: Final[Props] = {"encrypted": True, "kmsKeyId": KEY}
METADATA_OPTIONS: Final[Props] = {"httpTokens": "required", "httpPutResponseHopLimit": 1.0}

KUBERNETES: Final[dict[str, Props]] = {
    "kubernetes:apps/v1:Deployment": DEPLOYMENT,
    "kubernetes:apps/v1:StatefulSet": workload("apps/v1", "StatefulSet"),
    "kubernetes:apps/v1:DaemonSet": workload("apps/v1", "DaemonSet"),
    "kubernetes:apps/v1:ReplicaSet": workload("apps/v1", "ReplicaSet"),
    "kubernetes:apps/v1:DeploymentList": {"items": [DEPLOYMENT]},
    "kubernetes:batch/v1:Job": workload("batch/v1", "Job"),
    "kubernetes:batch/v1:CronJob": CRON_JOB,
    "kubernetes:core/v1:Pod": {"metadata": METADATA, "spec": POD},
    "kubernetes:v1:Pod": {"metadata": METADATA, "spec": POD},
    "kubernetes:core/v1:PodTemplate": {"metadata": METADATA, "template": TEMPLATE},
    "kubernetes:core/v1:ReplicationController": workload("v1", "ReplicationController"),
    "kubernetes:argoproj.io/v1alpha1:Rollout": workload("argoproj.io/v1alpha1", "Rollout"),
    "kubernetes:keda.sh/v1alpha1:ScaledJob": {
        "metadata": METADATA,
        "spec": {"jobTargetRef": {"template": TEMPLATE}},
    },
    "kubernetes:core/v1:PersistentVolume": {"spec": {"csi": {"driver": "efs.csi.aws.com", "volumeHandle": "fs-1"}}},
    "kubernetes:core/v1:Namespace": {
        "metadata": {"name": "mcp", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}}
    },
    "kubernetes:core/v1:ServiceAccount": {"metadata": METADATA, "automountServiceAccountToken": False},
    "kubernetes:core/v1:ConfigMap": {
        "metadata": METADATA,
        "data": {"LOG_LEVEL": "info", "DATABASE_PASSWORD": "/var/run/secrets/platform/database/password"},
    },
    "kubernetes:core/v1:Service": {"metadata": METADATA, "spec": {"type": "ClusterIP"}},
    "kubernetes:networking.k8s.io/v1:NetworkPolicy": {
        "metadata": {"name": "default-deny", "namespace": "mcp"},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
    },
    "kubernetes:networking.k8s.io/v1:Ingress": {
        "metadata": METADATA,
        "spec": {"tls": [{"hosts": ["api.example.org"]}], "rules": []},
    },
    "kubernetes:gateway.networking.k8s.io/v1:Gateway": {
        "metadata": METADATA,
        "spec": {
            "listeners": [
                {"name": "https", "protocol": "HTTPS", "port": 443.0},
                {"name": "redirect", "protocol": "HTTP", "port": 80.0},
            ]
        },
    },
    "kubernetes:storage.k8s.io/v1:StorageClass": {
        "provisioner": "ebs.csi.aws.com",
        "parameters": {"type": "gp3", "encrypted": "true", "kmsKeyId": KEY},
    },
    "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass": {
        "spec": {
            "tags": TAGS,
            "metadataOptions": METADATA_OPTIONS,
            "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"encrypted": True, "kmsKeyID": KEY}}],
        }
    },
    "kubernetes:rbac.authorization.k8s.io/v1:Role": {
        "metadata": METADATA,
        "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}],
    },
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole": {
        "rules": [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list"]}]
    },
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": {
        "metadata": METADATA,
        "roleRef": {"kind": "Role", "name": "reader"},
        "subjects": [{"kind": "Group", "name": "developers"}],
    },
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": {
        "roleRef": {"kind": "ClusterRole", "name": "view-nodes"},
        "subjects": [{"kind": "ServiceAccount", "name": "exporter", "namespace": "monitoring"}],
    },
}

DATABASE: Final[Props] = {
    "engine": "aurora-postgresql",
    "storageEncrypted": True,
    "kmsKeyId": KEY,
    "manageMasterUserPassword": True,
    "masterUserSecretKmsKeyId": KEY,
    "performanceInsightsEnabled": True,
    "performanceInsightsKmsKeyId": KEY,
    "backupRetentionPeriod": 30.0,
    "deletionProtection": True,
    "skipFinalSnapshot": False,
    "finalSnapshotIdentifier": "toolboxai-production-final-3f9c",
    "engineLifecycleSupport": "open-source-rds-extended-support-disabled",
    "tagsAll": PUPILS_TAGS,
}
BLOCKED: Final[Props] = {
    "bucket": BUCKET,
    "blockPublicAcls": True,
    "blockPublicPolicy": True,
    "ignorePublicAcls": True,
    "restrictPublicBuckets": True,
}

AWS: Final[dict[str, Props]] = {
    "aws:s3/bucket:Bucket": {"bucket": BUCKET, "forceDestroy": False, "tagsAll": PUPILS_TAGS},
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
        "bucket": BUCKET,
        "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY}}],
    },
    "aws:s3/bucketV2:BucketV2": {"bucket": BUCKET, "forceDestroy": False, "tagsAll": PUPILS_TAGS},
    "aws:s3/bucketObject:BucketObject": {"bucket": BUCKET, "tagsAll": TAGS},
    "aws:s3/bucketObjectv2:BucketObjectv2": {"bucket": BUCKET, "serverSideEncryption": "aws:kms", "tagsAll": TAGS},
    "aws:s3/objectCopy:ObjectCopy": {"bucket": BUCKET, "kmsKeyId": KEY, "tagsAll": TAGS},
    "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy": {
        "type": "encryption",
        "policy": json.dumps({"Rules": [], "AWSOwnedKey": False, "KmsARN": KEY, "AllowFromPublic": True}),
    },
    "aws:s3/bucketPolicy:BucketPolicy": {"bucket": BUCKET, "policy": document(DENY_PLAINTEXT)},
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": BLOCKED,
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": {k: it for k, it in BLOCKED.items() if k != "bucket"},
    "aws:s3/bucketAcl:BucketAcl": {"bucket": BUCKET, "acl": "private"},
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
        "bucket": BUCKET,
        "rules": [
            {
                "id": "aging",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "expiration": {"days": 335.0},
                "noncurrentVersionExpiration": {"noncurrentDays": 30.0},
            }
        ],
    },
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": {
        "bucket": BUCKET,
        "rule": {"defaultRetention": {"mode": "COMPLIANCE", "days": 365.0}},
    },
    "aws:rds/cluster:Cluster": {**DATABASE, "dbClusterParameterGroupName": "toolboxai-production-aurora"},
    "aws:rds/clusterInstance:ClusterInstance": {
        "publiclyAccessible": False,
        "performanceInsightsEnabled": True,
        "performanceInsightsKmsKeyId": KEY,
        "tagsAll": PUPILS_TAGS,
    },
    "aws:rds/instance:Instance": {
        **DATABASE,
        "engine": "postgres",
        "parameterGroupName": "aivo-production-postgres",
        "publiclyAccessible": False,
        "multiAz": True,
    },
    "aws:rds/globalCluster:GlobalCluster": {"storageEncrypted": True, "deletionProtection": True, "tagsAll": TAGS},
    "aws:rds/snapshotCopy:SnapshotCopy": {"kmsKeyId": KEY, "tagsAll": TAGS},
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy": {"kmsKeyId": KEY, "tagsAll": TAGS},
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": {
        "sourceDbInstanceArn": f"arn:aws:rds:us-east-1:{ACCOUNT}:db:aivo-production",
        "kmsKeyId": KEY,
        "retentionPeriod": 7.0,
    },
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": {
        "family": "aurora-postgresql17",
        "parameters": [{"name": "rds.force_ssl", "value": "1"}, {"name": "log_statement", "value": "ddl"}],
        "tagsAll": TAGS,
    },
    "aws:rds/parameterGroup:ParameterGroup": {
        "family": "mysql8.4",
        "parameters": [{"name": "require_secure_transport", "value": "ON"}],
        "tagsAll": TAGS,
    },
    "aws:rds/proxy:Proxy": {"requireTls": True, "tagsAll": TAGS},
    "aws:docdb/cluster:Cluster": {
        **{
            key: DATABASE[key]
            for key in ("storageEncrypted", "kmsKeyId", "backupRetentionPeriod", "deletionProtection")
        },
        **{key: DATABASE[key] for key in ("skipFinalSnapshot", "finalSnapshotIdentifier", "tagsAll")},
    },
    "aws:neptune/cluster:Cluster": {
        **{key: DATABASE[key] for key in ("storageEncrypted", "backupRetentionPeriod", "deletionProtection")},
        **{key: DATABASE[key] for key in ("skipFinalSnapshot", "finalSnapshotIdentifier", "tagsAll")},
        "kmsKeyArn": KEY,
    },
    "aws:elasticache/replicationGroup:ReplicationGroup": {
        "atRestEncryptionEnabled": True,
        "transitEncryptionEnabled": True,
        "transitEncryptionMode": "required",
        "kmsKeyId": KEY,
        "automaticFailoverEnabled": True,
        "multiAzEnabled": True,
        "snapshotRetentionLimit": 7.0,
        "tagsAll": TAGS,
    },
    "aws:elasticache/serverlessCache:ServerlessCache": {
        "kmsKeyId": KEY,
        "snapshotRetentionLimit": 7.0,
        "tagsAll": TAGS,
    },
    "aws:elasticache/cluster:Cluster": {"replicationGroupId": "toolboxai-production-queue", "tagsAll": TAGS},
    "aws:dynamodb/table:Table": {
        "serverSideEncryption": {"enabled": True, "kmsKeyArn": KEY},
        "replicas": [{"regionName": "us-west-2", "kmsKeyArn": KEY.replace("us-east-1", "us-west-2")}],
        "ttl": {"enabled": True, "attributeName": "expires_at"},
        "pointInTimeRecovery": {"enabled": True},
        "deletionProtectionEnabled": True,
        "tagsAll": PUPILS_TAGS,
    },
    "aws:dynamodb/tableReplica:TableReplica": {"kmsKeyArn": KEY, "region": "us-west-2", "tagsAll": TAGS},
    "aws:dynamodb/resourcePolicy:ResourcePolicy": RESOURCE_POLICY,
    "aws:efs/fileSystem:FileSystem": {**DISK, "tagsAll": TAGS},
    "aws:efs/fileSystemPolicy:FileSystemPolicy": RESOURCE_POLICY,
    "aws:opensearch/domain:Domain": {
        "vpcOptions": {"subnetIds": ["subnet-1"]},
        "encryptAtRest": {"enabled": True, "kmsKeyId": KEY},
        "nodeToNodeEncryption": {"enabled": True},
        "domainEndpointOptions": {"enforceHttps": True, "tlsSecurityPolicy": "Policy-Min-TLS-1-2-PFS-2023-10"},
        "accessPolicies": document(SERVICE),
        "tagsAll": TAGS,
    },
    "aws:ebs/volume:Volume": {**DISK, "tagsAll": TAGS},
    "aws:ebs/snapshotCopy:SnapshotCopy": {**DISK, "tagsAll": TAGS},
    "aws:ebs/encryptionByDefault:EncryptionByDefault": {"enabled": True},
    "aws:ec2/launchTemplate:LaunchTemplate": {
        "blockDeviceMappings": [
            {"deviceName": "/dev/xvda", "ebs": {"encrypted": "true", "kmsKeyId": KEY}},
            {"deviceName": "/dev/sdc", "virtualName": "ephemeral0"},
        ],
        "metadataOptions": METADATA_OPTIONS,
        "networkInterfaces": [{"associatePublicIpAddress": "false"}],
        "tagSpecifications": [
            {"resourceType": "instance", "tags": TAGS},
            {"resourceType": "volume", "tags": TAGS},
            {"resourceType": "network-interface", "tags": {"Project": "toolboxai"}},
        ],
        "tagsAll": TAGS,
    },
    "aws:ec2/instance:Instance": {
        "rootBlockDevice": DISK,
        "ebsBlockDevices": [DISK],
        "metadataOptions": METADATA_OPTIONS,
        "associatePublicIpAddress": False,
        "tagsAll": TAGS,
    },
    "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults": METADATA_OPTIONS,
    "aws:ec2/subnet:Subnet": {"mapPublicIpOnLaunch": False, "tagsAll": TAGS},
    "aws:ec2/securityGroup:SecurityGroup": {
        "ingress": [{"protocol": "tcp", "fromPort": 5432.0, "toPort": 5432.0, "cidrBlocks": ["10.0.0.0/16"]}],
        "egress": [{"protocol": "-1", "fromPort": 0.0, "toPort": 0.0, "cidrBlocks": ["0.0.0.0/0"]}],
        "tagsAll": TAGS,
    },
    "aws:ec2/securityGroupRule:SecurityGroupRule": {
        "type": "ingress",
        "protocol": "tcp",
        "fromPort": 443.0,
        "toPort": 443.0,
        "cidrBlocks": ["10.0.0.0/16"],
    },
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
        "ipProtocol": "tcp",
        "fromPort": 443.0,
        "toPort": 443.0,
        "cidrIpv4": "10.0.0.0/16",
        "tagsAll": TAGS,
    },
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {"ingress": [], "egress": [], "tagsAll": TAGS},
    "aws:ec2/networkAcl:NetworkAcl": {
        "ingress": [
            {
                "action": "allow",
                "protocol": "tcp",
                "fromPort": 1024.0,
                "toPort": 65535.0,
                "cidrBlock": "0.0.0.0/0",
                "ruleNo": 100.0,
            }
        ],
        "tagsAll": TAGS,
    },
    "aws:ec2/networkAclRule:NetworkAclRule": {
        "egress": False,
        "ruleAction": "allow",
        "protocol": "tcp",
        "fromPort": 443.0,
        "toPort": 443.0,
        "cidrBlock": "0.0.0.0/0",
    },
    "aws:eks/cluster:Cluster": {
        "version": "1.36",
        "upgradePolicy": {"supportType": "STANDARD"},
        "accessConfig": {"authenticationMode": "API"},
        "enabledClusterLogTypes": ["api", "audit", "authenticator", "controllerManager", "scheduler"],
        "encryptionConfig": {"resources": ["secrets"], "provider": {"keyArn": KEY}},
        "vpcConfig": {
            "endpointPrivateAccess": True,
            "endpointPublicAccess": True,
            "publicAccessCidrs": ["198.51.100.0/24"],
        },
        "deletionProtection": True,
        "tagsAll": TAGS,
    },
    "aws:eks/nodeGroup:NodeGroup": {
        "remoteAccess": {"ec2SshKey": "ops", "sourceSecurityGroupIds": ["sg-0a1"]},
        "tagsAll": TAGS,
    },
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": {**IDENTITY_POLICY, "tagsAll": TAGS},
    "aws:ecr/repository:Repository": {
        "name": "toolboxai/production/backend",
        "encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": KEY}],
        "forceDelete": False,
        "tagsAll": TAGS,
    },
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": {
        "encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": KEY}]
    },
    "aws:ecr/repositoryPolicy:RepositoryPolicy": RESOURCE_POLICY,
    "aws:ecr/registryPolicy:RegistryPolicy": RESOURCE_POLICY,
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": {"repository": "toolboxai/production/backend"},
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": {
        "replicationConfiguration": {"rules": [{"destinations": [{"region": "us-west-2", "registryId": ACCOUNT}]}]}
    },
    "aws:secretsmanager/secret:Secret": {
        "kmsKeyId": KEY,
        "policy": document(SERVICE),
        "replicas": [{"region": "us-west-2", "kmsKeyId": KEY}],
        "recoveryWindowInDays": 30.0,
        "tagsAll": TAGS,
    },
    "aws:secretsmanager/secretPolicy:SecretPolicy": RESOURCE_POLICY,
    "aws:ssm/parameter:Parameter": {"type": "SecureString", "keyId": KEY, "tagsAll": TAGS},
    "aws:cloudwatch/logGroup:LogGroup": {"kmsKeyId": KEY, "retentionInDays": 365.0, "tagsAll": LOG_TAGS},
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": {"policyDocument": document(SERVICE)},
    "aws:cloudtrail/trail:Trail": {"kmsKeyId": KEY, "tagsAll": {**TAGS, "DataClass": "audit"}},
    "aws:sqs/queue:Queue": {
        "sqsManagedSseEnabled": True,
        "messageRetentionSeconds": 300.0,
        "policy": document(SERVICE),
        "tagsAll": TAGS,
    },
    "aws:sqs/queuePolicy:QueuePolicy": RESOURCE_POLICY,
    "aws:sns/topic:Topic": {"kmsMasterKeyId": KEY, "policy": document(SERVICE), "tagsAll": TAGS},
    "aws:sns/topicPolicy:TopicPolicy": RESOURCE_POLICY,
    "aws:backup/vault:Vault": {"kmsKeyArn": KEY, "forceDestroy": False, "tagsAll": TAGS},
    "aws:backup/vaultPolicy:VaultPolicy": RESOURCE_POLICY,
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": {"maxRetentionDays": 35.0},
    "aws:backup/plan:Plan": {
        "rules": [
            {
                "lifecycle": {"deleteAfter": 35.0},
                "copyActions": [
                    {
                        "destinationVaultArn": f"arn:aws:backup:us-west-2:{ACCOUNT}:backup-vault:copies",
                        "lifecycle": {"deleteAfter": 14.0},
                    }
                ],
            }
        ],
        "tagsAll": TAGS,
    },
    "aws:kinesis/stream:Stream": {"encryptionType": "KMS", "kmsKeyId": KEY, "tagsAll": TAGS},
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": {
        "serverSideEncryption": {"enabled": True, "keyArn": KEY, "keyType": "CUSTOMER_MANAGED_CMK"},
        "tagsAll": TAGS,
    },
    "aws:kms/key:Key": {
        "enableKeyRotation": True,
        "deletionWindowInDays": 30.0,
        "policy": document(KEY_STATEMENT, LOGS_STATEMENT),
        "tagsAll": TAGS,
    },
    "aws:kms/keyPolicy:KeyPolicy": {"policy": document(KEY_STATEMENT)},
    "aws:kms/replicaKey:ReplicaKey": {"policy": document(KEY_STATEMENT), "tagsAll": TAGS},
    "aws:iam/role:Role": {
        "assumeRolePolicy": document(TRUST),
        "inlinePolicies": [{"name": "reads", "policy": document(statement())}],
        "tagsAll": TAGS,
    },
    "aws:iam/policy:Policy": {**IDENTITY_POLICY, "tagsAll": TAGS},
    "aws:iam/rolePolicy:RolePolicy": IDENTITY_POLICY,
    "aws:iam/userPolicy:UserPolicy": IDENTITY_POLICY,
    "aws:iam/groupPolicy:GroupPolicy": IDENTITY_POLICY,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
        "policyArn": "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
    },
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": {"policyArn": f"arn:aws:iam::{ACCOUNT}:policy/reads"},
    **{
        f"aws:iam/{kind}PolicyAttachmentsExclusive:{kind.title()}PolicyAttachmentsExclusive": {
            "policyArns": [f"arn:aws:iam::{ACCOUNT}:policy/S3FullAccess"]
        }
        for kind in ("role", "user", "group")
    },
    "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment": {
        "managedPolicyArn": "arn:aws:iam::aws:policy/SecurityAudit"
    },
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": {"policyArn": f"arn:aws:iam::{ACCOUNT}:policy/reads"},
    "aws:iam/policyAttachment:PolicyAttachment": {"policyArn": f"arn:aws:iam::{ACCOUNT}:policy/reads"},
    "aws:lb/loadBalancer:LoadBalancer": {"internal": True, "enableDeletionProtection": True, "tagsAll": TAGS},
    "aws:lb/listener:Listener": {
        "protocol": "HTTPS",
        "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
        "defaultActions": [{"type": "forward"}],
        "tagsAll": TAGS,
    },
    "aws:cloudfront/distribution:Distribution": {
        "defaultCacheBehavior": {"viewerProtocolPolicy": "redirect-to-https"},
        "orderedCacheBehaviors": [{"viewerProtocolPolicy": "https-only"}],
        "viewerCertificate": {"acmCertificateArn": "arn:aws:acm:x", "minimumProtocolVersion": "TLSv1.2_2021"},
        "origins": [
            {"originAccessControlId": "E1"},
            {"customOriginConfig": {"originProtocolPolicy": "https-only", "originSslProtocols": ["TLSv1.2"]}},
        ],
        "tagsAll": TAGS,
    },
    "aws:autoscaling/group:Group": {
        "tags": [{"key": key, "value": value, "propagateAtLaunch": True} for key, value in TAGS.items()]
    },
    "pulumi:providers:aws": {"region": "us-east-1", "defaultTags": json.dumps({"tags": TAGS})},
}


def _add(resource_type: str, props: Props) -> None:
    """Let the type's example have ``props`` as well, and the tags that its type takes."""
    tags = {"tagsAll": TAGS} if takes_tags(resource_type) else {}
    AWS[resource_type] = {**tags, **AWS.get(resource_type, {}), **props}


for _table in (
    good_stores.STORES,
    good_stores.DISKS,
    good_stores.BESIDE,
    good_stores.CHANNELS,
    good_stores.COPIES,
    good_stores.KEPT,
    good_stores.CLOSED,
):
    for _name, _props in _table.items():
        _add(_name, _props)

RESOURCE_DOCUMENTS: Final = {
    **dict.fromkeys(
        (
            "aws:acmpca/policy:Policy",
            "aws:apigateway/domainName:DomainName",
            "aws:apigateway/restApi:RestApi",
            "aws:apigateway/restApiPolicy:RestApiPolicy",
            "aws:bedrock/agentcoreResourcePolicy:AgentcoreResourcePolicy",
            "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
            "aws:codebuild/resourcePolicy:ResourcePolicy",
            "aws:dsql/clusterPolicy:ClusterPolicy",
            "aws:glacier/vaultLock:VaultLock",
            "aws:glue/resourcePolicy:ResourcePolicy",
            "aws:kinesis/resourcePolicy:ResourcePolicy",
            "aws:lambda/resourcePolicy:ResourcePolicy",
            "aws:mediastore/containerPolicy:ContainerPolicy",
            "aws:msk/clusterPolicy:ClusterPolicy",
            "aws:networkfirewall/resourcePolicy:ResourcePolicy",
            "aws:oam/sinkPolicy:SinkPolicy",
            "aws:opensearchingest/resourcePolicy:ResourcePolicy",
            "aws:pinpoint/smsvoicev2ResourcePolicy:Smsvoicev2ResourcePolicy",
            "aws:redshift/resourcePolicy:ResourcePolicy",
            "aws:redshiftserverless/resourcePolicy:ResourcePolicy",
            "aws:s3/accessPoint:AccessPoint",
            "aws:s3/bucket:Bucket",
            "aws:s3/bucketV2:BucketV2",
            "aws:s3/filesFileSystemPolicy:FilesFileSystemPolicy",
            "aws:s3/vectorsVectorBucketPolicy:VectorsVectorBucketPolicy",
            "aws:s3control/accessGrantsInstanceResourcePolicy:AccessGrantsInstanceResourcePolicy",
            "aws:s3control/accessPointPolicy:AccessPointPolicy",
            "aws:s3control/bucketPolicy:BucketPolicy",
            "aws:s3control/objectLambdaAccessPointPolicy:ObjectLambdaAccessPointPolicy",
            "aws:schemas/registryPolicy:RegistryPolicy",
            "aws:ses/identityPolicy:IdentityPolicy",
            "aws:sesv2/emailIdentityPolicy:EmailIdentityPolicy",
            "aws:vpclattice/authPolicy:AuthPolicy",
            "aws:vpclattice/resourcePolicy:ResourcePolicy",
        ),
        "policy",
    ),
    **dict.fromkeys(
        (
            "aws:elasticsearch/domain:Domain",
            "aws:elasticsearch/domainPolicy:DomainPolicy",
            "aws:opensearch/domainPolicy:DomainPolicy",
        ),
        "accessPolicies",
    ),
    **dict.fromkeys(
        (
            "aws:cloudsearch/domainServiceAccessPolicy:DomainServiceAccessPolicy",
            "aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy",
            "aws:glacier/vault:Vault",
        ),
        "accessPolicy",
    ),
    "aws:cloudwatch/logDeliveryDestinationPolicy:LogDeliveryDestinationPolicy": "deliveryDestinationPolicy",
    **dict.fromkeys(
        (
            "aws:amp/resourcePolicy:ResourcePolicy",
            "aws:codeartifact/domainPermissions:DomainPermissions",
            "aws:codeartifact/repositoryPermissionsPolicy:RepositoryPermissionsPolicy",
            "aws:xray/resourcePolicy:ResourcePolicy",
        ),
        "policyDocument",
    ),
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": "repositoryPolicy",
    **dict.fromkeys(
        (
            "aws:s3tables/tableBucketPolicy:TableBucketPolicy",
            "aws:s3tables/tablePolicy:TablePolicy",
            "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy",
        ),
        "resourcePolicy",
    ),
    **dict.fromkeys(("aws:kms/externalKey:ExternalKey", "aws:kms/replicaExternalKey:ReplicaExternalKey"), "policy"),
}
"""More inputs that hold a resource's own policy: who may use it."""
IDENTITY_DOCUMENTS: Final = {
    "aws:iot/policy:Policy": "policy",
    "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy": "inlinePolicy",
}
"""More inputs that hold what somebody may do."""

for _documents, _statement in ((RESOURCE_DOCUMENTS, SERVICE), (IDENTITY_DOCUMENTS, statement())):
    for _name, _input in _documents.items():
        _add(_name, {_input: document(_statement)})
for _kind in ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"):
    _add(_kind, {"policy": document(SERVICE, DENY_PLAINTEXT)})

_ALIASES: Final = {
    "kubernetes:apps/v1beta2:Deployment": "kubernetes:apps/v1:Deployment",
    "kubernetes:extensions/v1beta1:Deployment": "kubernetes:apps/v1:Deployment",
    "kubernetes:rbac.authorization.k8s.io/v1beta1:Role": "kubernetes:rbac.authorization.k8s.io/v1:Role",
    "kubernetes:rbac.authorization.k8s.io/v1beta1:ClusterRole": "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
    "kubernetes:gateway.networking.k8s.io/v1beta1:Gateway": "kubernetes:gateway.networking.k8s.io/v1:Gateway",
    "kubernetes:networking.k8s.io/v1beta1:Ingress": "kubernetes:networking.k8s.io/v1:Ingress",
    "kubernetes:extensions/v1beta1:Ingress": "kubernetes:networking.k8s.io/v1:Ingress",
    "kubernetes:storage.k8s.io/v1beta1:StorageClass": "kubernetes:storage.k8s.io/v1:StorageClass",
    "kubernetes:karpenter.k8s.aws/v1beta1:EC2NodeClass": "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass",
    "aws:alb/loadBalancer:LoadBalancer": "aws:lb/loadBalancer:LoadBalancer",
    "aws:alb/listener:Listener": "aws:lb/listener:Listener",
    "aws:s3/bucketAclV2:BucketAclV2": "aws:s3/bucketAcl:BucketAcl",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": (
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    ),
    "kubernetes:v1:Namespace": "kubernetes:core/v1:Namespace",
    "kubernetes:v1:ServiceAccount": "kubernetes:core/v1:ServiceAccount",
    "kubernetes:v1:ConfigMap": "kubernetes:core/v1:ConfigMap",
    "kubernetes:v1:Service": "kubernetes:core/v1:Service",
}
"""Other names of the same type: older ones of the SDK, and what a raw CustomResource is called."""

GOOD: Final[dict[str, Props]] = {**AWS, **KUBERNETES}
GOOD.update({alias: GOOD[name] for alias, name in _ALIASES.items()})
NEVER_GOOD: Final[dict[str, Props]] = {
    "aws-native:s3:Bucket": {"region": "us-east-1"},
    "aws:cloudcontrol/resource:Resource": {"region": "us-east-1"},
    "aws:cloudformation/stack:Stack": {"region": "us-east-1"},
}
"""Types that a rule refuses whatever they say."""
GOOD.update(
    {
        "kubernetes:apps/v1:DeploymentPatch": DEPLOYMENT,
        "kubernetes:core/v1:NamespacePatch": KUBERNETES["kubernetes:core/v1:Namespace"],
        "kubernetes:core/v1:ServiceAccountPatch": KUBERNETES["kubernetes:core/v1:ServiceAccount"],
        "kubernetes:rbac.authorization.k8s.io/v1:ClusterRolePatch": KUBERNETES[
            "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"
        ],
        "kubernetes:core/v1:ServiceList": {"items": [KUBERNETES["kubernetes:core/v1:Service"]]},
    }
)


def aliases(resource_type: str) -> list[str]:
    """The type and its other names."""
    return [resource_type, *(alias for alias, name in _ALIASES.items() if name == resource_type)]


def good(resource_type: str) -> Props:
    """A copy of the type's good example, free to be changed: nothing in it stands in two places."""
    return cast("Props", unshared({**GOOD, **NEVER_GOOD}[resource_type]))


def unshared(value: object) -> object:
    """A copy in which what stood in two places is two things (``deepcopy`` would keep it one)."""
    if isinstance(value, dict):
        return {key: unshared(item) for key, item in value.items()}
    return [unshared(item) for item in value] if isinstance(value, list) else value
