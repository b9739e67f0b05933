"""Good examples of the stores and disks that need little more than their key; the others stand in ``good.py``.

Each input here is needed: the bad examples take or turn them one at a time.
"""

from __future__ import annotations

from typing import Any, Final

KEY: Final = "arn:aws:kms:us-east-1:111122223333:key/8f6c2f3e"
DISK: Final = {"encrypted": True, "kmsKeyId": KEY}
_OURS: Final = {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": KEY}

STORES: Final[dict[str, dict[str, Any]]] = {
    "aws:s3/vectorsVectorBucket:VectorsVectorBucket": {
        "encryptionConfigurations": [{"sseType": "aws:kms", "kmsKeyArn": KEY}]
    },
    "aws:s3tables/tableBucket:TableBucket": {
        "encryptionConfiguration": {"sseAlgorithm": "aws:kms", "kmsKeyArn": KEY},
    },
    "aws:rds/clusterActivityStream:ClusterActivityStream": {"kmsKeyId": KEY},
    "aws:rds/exportTask:ExportTask": {"kmsKeyId": KEY},
    "aws:rds/integration:Integration": {"kmsKeyId": KEY},
    "aws:dsql/cluster:Cluster": {"kmsEncryptionKey": KEY},
    "aws:dms/replicationInstance:ReplicationInstance": {"kmsKeyArn": KEY},
    "aws:dms/replicationConfig:ReplicationConfig": {"computeConfig": {"kmsKeyId": KEY}},
    "aws:redshift/cluster:Cluster": {"encrypted": "true", "kmsKeyId": KEY, "masterPasswordSecretKmsKeyId": KEY},
    "aws:redshift/integration:Integration": {"kmsKeyId": KEY},
    "aws:redshiftserverless/namespace:Namespace": {"kmsKeyId": KEY, "adminPasswordSecretKmsKeyId": KEY},
    "aws:athena/workgroup:Workgroup": {
        "configuration": {
            "resultConfiguration": {"encryptionConfiguration": {"encryptionOption": "SSE_KMS", "kmsKeyArn": KEY}}
        }
    },
    "aws:athena/database:Database": {"encryptionConfiguration": {"encryptionOption": "SSE_KMS", "kmsKey": KEY}},
    "aws:glue/securityConfiguration:SecurityConfiguration": {
        "encryptionConfiguration": {
            "cloudwatchEncryption": {"cloudwatchEncryptionMode": "SSE-KMS", "kmsKeyArn": KEY},
            "jobBookmarksEncryption": {"jobBookmarksEncryptionMode": "CSE-KMS", "kmsKeyArn": KEY},
            "s3Encryption": {"s3EncryptionMode": "SSE-KMS", "kmsKeyArn": KEY},
        }
    },
    "aws:glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings": {
        "dataCatalogEncryptionSettings": {
            "encryptionAtRest": {"catalogEncryptionMode": "SSE-KMS", "sseAwsKmsKeyId": KEY},
            "connectionPasswordEncryption": {"returnConnectionPasswordEncrypted": True, "awsKmsKeyId": KEY},
        }
    },
    "aws:docdb/clusterInstance:ClusterInstance": {"performanceInsightsKmsKeyId": KEY},
    "aws:docdb/globalCluster:GlobalCluster": {"storageEncrypted": True},
    "aws:docdb/elasticCluster:ElasticCluster": {"kmsKeyId": KEY},
    "aws:neptune/globalCluster:GlobalCluster": {"storageEncrypted": True},
    "aws:neptunegraph/graph:Graph": {"kmsKeyIdentifier": KEY},
    "aws:dynamodb/tableExport:TableExport": {"s3SseAlgorithm": "KMS", "s3SseKmsKeyId": KEY},
    "aws:dax/cluster:Cluster": {"serverSideEncryption": {"enabled": True}},
    "aws:keyspaces/table:Table": {
        "encryptionSpecification": {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyIdentifier": KEY}
    },
    "aws:qldb/ledger:Ledger": {"kmsKey": KEY},
    "aws:timestreamwrite/database:Database": {"kmsKeyId": KEY},
    "aws:memorydb/cluster:Cluster": {"kmsKeyArn": KEY},
    "aws:appsync/apiCache:ApiCache": {"atRestEncryptionEnabled": True},
    "aws:elasticsearch/domain:Domain": {"encryptAtRest": {"enabled": True, "kmsKeyId": KEY}},
    "aws:opensearchingest/pipeline:Pipeline": {"encryptionAtRestOptions": {"kmsKeyArn": KEY}},
    "aws:kendra/index:Index": {"serverSideEncryptionConfiguration": {"kmsKeyId": KEY}},
    "aws:efs/replicationConfiguration:ReplicationConfiguration": {"destination": {"kmsKeyId": KEY}},
    "aws:fsx/lustreFileSystem:LustreFileSystem": {"kmsKeyId": KEY},
    "aws:fsx/ontapFileSystem:OntapFileSystem": {"kmsKeyId": KEY},
    "aws:fsx/openZfsFileSystem:OpenZfsFileSystem": {"kmsKeyId": KEY},
    "aws:fsx/windowsFileSystem:WindowsFileSystem": {"kmsKeyId": KEY},
    "aws:fsx/fileCache:FileCache": {"kmsKeyId": KEY},
    "aws:storagegateway/nfsFileShare:NfsFileShare": {"kmsEncrypted": True, "kmsKeyArn": KEY},
    "aws:storagegateway/smbFileShare:SmbFileShare": {"kmsEncrypted": True, "kmsKeyArn": KEY},
    "aws:storagegateway/cachesIscsiVolume:CachesIscsiVolume": {"kmsEncrypted": True, "kmsKey": KEY},
    "aws:storagegateway/storedIscsiVolume:StoredIscsiVolume": {"kmsEncrypted": True, "kmsKey": KEY},
    "aws:s3/filesFileSystem:FilesFileSystem": {"kmsKeyId": KEY},
    "aws:mailmanager/archive:Archive": {"kmsKeyArn": KEY},
    "aws:workmail/organization:Organization": {"kmsKeyArn": KEY},
    "aws:customerprofiles/domain:Domain": {"defaultEncryptionKey": KEY},
    "aws:datazone/domain:Domain": {"kmsKeyIdentifier": KEY},
    "aws:location/geofenceCollection:GeofenceCollection": {"kmsKeyId": KEY},
    "aws:location/tracker:Tracker": {"kmsKeyId": KEY},
    "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault": {"encryptionKeyArn": KEY},
    "aws:kinesis/videoStream:VideoStream": {"kmsKeyId": KEY},
    "aws:msk/cluster:Cluster": {"encryptionInfo": {"encryptionAtRestKmsKeyArn": KEY}},
    "aws:mq/broker:Broker": {"encryptionOptions": {"kmsKeyId": KEY, "useAwsOwnedKey": False}},
    "aws:cloudwatch/eventArchive:EventArchive": {"kmsKeyIdentifier": KEY},
    "aws:cloudtrail/eventDataStore:EventDataStore": {"kmsKeyId": KEY},
    "aws:amp/workspace:Workspace": {"kmsKeyArn": KEY},
    "aws:grafana/workspace:Workspace": {"kmsKeyId": KEY},
    "aws:xray/encryptionConfig:EncryptionConfig": {"type": "KMS", "keyId": KEY},
    "aws:lambda/function:Function": {"kmsKeyArn": KEY},
    "aws:sfn/stateMachine:StateMachine": {"encryptionConfiguration": _OURS},
    "aws:sfn/activity:Activity": {"encryptionConfiguration": _OURS},
    "aws:codebuild/project:Project": {"encryptionKey": KEY},
    "aws:codepipeline/pipeline:Pipeline": {"artifactStores": [{"encryptionKey": {"id": KEY}}]},
    "aws:codeartifact/domain:Domain": {"encryptionKey": KEY},
    "aws:codecommit/repository:Repository": {"kmsKeyId": KEY},
    "aws:mwaa/environment:Environment": {"kmsKey": KEY},
    "aws:bedrock/agentAgent:AgentAgent": {"customerEncryptionKeyArn": KEY},
    "aws:bedrock/agentFlow:AgentFlow": {"customerEncryptionKeyArn": KEY},
    "aws:bedrock/agentPrompt:AgentPrompt": {"customerEncryptionKeyArn": KEY},
    "aws:bedrock/agentDataSource:AgentDataSource": {"serverSideEncryptionConfiguration": {"kmsKeyArn": KEY}},
    "aws:bedrock/agentcoreMemory:AgentcoreMemory": {"encryptionKeyArn": KEY},
    "aws:bedrock/agentcoreGateway:AgentcoreGateway": {"kmsKeyArn": KEY},
    "aws:bedrock/customModel:CustomModel": {"customModelKmsKeyId": KEY},
    "aws:bedrock/guardrail:Guardrail": {"kmsKeyArn": KEY},
    "aws:sagemaker/domain:Domain": {"kmsKeyId": KEY},
    "aws:sagemaker/notebookInstance:NotebookInstance": {"kmsKeyId": KEY},
    "aws:workspaces/workspace:Workspace": {
        "rootVolumeEncryptionEnabled": True,
        "userVolumeEncryptionEnabled": True,
        "volumeEncryptionKey": KEY,
    },
}
"""Stores."""

DISKS: Final[dict[str, dict[str, Any]]] = {
    "aws:ebs/snapshotImport:SnapshotImport": DISK,
    "aws:ebs/defaultKmsKey:DefaultKmsKey": {"keyArn": KEY},
    "aws:ec2/launchConfiguration:LaunchConfiguration": {"rootBlockDevice": {"encrypted": True}},
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest": {"rootBlockDevice": DISK, "ebsBlockDevices": [DISK]},
    "aws:ec2/spotFleetRequest:SpotFleetRequest": {
        "launchSpecifications": [{"rootBlockDevices": [DISK], "ebsBlockDevices": [DISK]}]
    },
    "aws:ec2/ami:Ami": {"ebsBlockDevices": [{"encrypted": True}]},
    "aws:ec2/amiCopy:AmiCopy": DISK,
    "aws:imagebuilder/imageRecipe:ImageRecipe": {
        "blockDeviceMappings": [{"ebs": {"encrypted": "true", "kmsKeyId": KEY}}]
    },
    "aws:drs/replicationConfigurationTemplate:ReplicationConfigurationTemplate": {
        "ebsEncryption": "CUSTOM",
        "ebsEncryptionKeyArn": KEY,
    },
}
"""What makes disks."""

_TOKEN_ONLY: Final = {"httpTokens": "required", "httpPutResponseHopLimit": 1.0}

BESIDE: Final[dict[str, dict[str, Any]]] = {
    "aws:redshift/cluster:Cluster": {"manageMasterPassword": True},
    "aws:redshiftserverless/namespace:Namespace": {"manageAdminPassword": True},
    "aws:docdb/clusterInstance:ClusterInstance": {"enablePerformanceInsights": True},
    "aws:fsx/lustreFileSystem:LustreFileSystem": {"deploymentType": "PERSISTENT_2"},
    "aws:lambda/function:Function": {"environment": {"variables": {"LOG_LEVEL": "info"}}},
}
"""What must stand beside those inputs, so that they are asked for."""

CHANNELS: Final[dict[str, dict[str, Any]]] = {
    "aws:redshift/parameterGroup:ParameterGroup": {
        "family": "redshift-2.0",
        "parameters": [{"name": "require_ssl", "value": "true"}],
    },
    "aws:docdb/clusterParameterGroup:ClusterParameterGroup": {
        "family": "docdb5.0",
        "parameters": [{"name": "tls", "value": "tls1.2+"}],
    },
    "aws:memorydb/cluster:Cluster": {"tlsEnabled": True},
    "aws:dax/cluster:Cluster": {"clusterEndpointEncryptionType": "TLS"},
    "aws:appsync/apiCache:ApiCache": {"transitEncryptionEnabled": True},
    "aws:sns/topicSubscription:TopicSubscription": {"protocol": "https"},
    "aws:transfer/server:Server": {"protocols": ["SFTP", "FTPS"]},
    "aws:ecs/taskDefinition:TaskDefinition": {
        "volumes": [{"name": "data", "efsVolumeConfiguration": {"transitEncryption": "ENABLED"}}]
    },
    "aws:dms/endpoint:Endpoint": {"engineName": "postgres", "sslMode": "verify-full"},
    "aws:apigateway/domainName:DomainName": {"securityPolicy": "TLS_1_2"},
    "aws:apigatewayv2/domainName:DomainName": {"domainNameConfiguration": {"securityPolicy": "TLS_1_2"}},
    "aws:elasticsearch/domain:Domain": {
        "domainEndpointOptions": {"enforceHttps": True, "tlsSecurityPolicy": "Policy-Min-TLS-1-2-PFS-2023-10"},
        "nodeToNodeEncryption": {"enabled": True},
    },
    "aws:elb/loadBalancer:LoadBalancer": {"listeners": [{"lbPort": 443.0, "lbProtocol": "https"}]},
}
"""What carries data under TLS."""

COPIES: Final[dict[str, dict[str, Any]]] = {
    "aws:dsql/cluster:Cluster": {"multiRegionProperties": {"witnessRegion": "us-west-2"}},
    "aws:dynamodb/globalTable:GlobalTable": {"replicas": [{"regionName": "us-west-2"}]},
    "aws:efs/replicationConfiguration:ReplicationConfiguration": {
        "destination": {"kmsKeyId": KEY, "region": "us-west-2"}
    },
    "aws:keyspaces/keyspace:Keyspace": {"replicationSpecification": {"regionLists": ["us-west-2"]}},
    "aws:rds/snapshotCopy:SnapshotCopy": {"destinationRegion": "us-west-2"},
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy": {"destinationRegion": "us-west-2"},
    "aws:redshift/snapshotCopy:SnapshotCopy": {"destinationRegion": "us-west-2"},
    "aws:ssmincidents/replicationSet:ReplicationSet": {"regions": [{"name": "us-west-2"}]},
}
"""What keeps a copy in another region."""

KEPT: Final[dict[str, dict[str, Any]]] = {
    "aws:docdb/elasticCluster:ElasticCluster": {"backupRetentionPeriod": 7.0},
    "aws:memorydb/cluster:Cluster": {"snapshotRetentionLimit": 7.0},
    "aws:redshift/cluster:Cluster": {
        "automatedSnapshotRetentionPeriod": 7.0,
        "manualSnapshotRetentionPeriod": 30.0,
    },
    "aws:cloudwatch/eventArchive:EventArchive": {"retentionDays": 30.0},
}
"""What ends by itself."""

CLOSED: Final[dict[str, dict[str, Any]]] = {
    **{
        name: {"publiclyAccessible": False}
        for name in (
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
    },
    **{
        name: {"associatePublicIpAddress": False, "metadataOptions": _TOKEN_ONLY}
        for name in (
            "aws:ec2/launchConfiguration:LaunchConfiguration",
            "aws:ec2/spotInstanceRequest:SpotInstanceRequest",
        )
    },
    **{
        name: {"networkConfiguration": {"assignPublicIp": False}}
        for name in ("aws:ecs/service:Service", "aws:ecs/taskSet:TaskSet")
    },
    **{
        name: {"sharedAccounts": ["444455556666"]}
        for name in ("aws:rds/snapshot:Snapshot", "aws:rds/clusterSnapshot:ClusterSnapshot")
    },
    "aws:neptunegraph/graph:Graph": {"publicConnectivity": False},
    "aws:msk/cluster:Cluster": {
        "brokerNodeGroupInfo": {"connectivityInfo": {"publicAccess": {"type": "DISABLED"}}},
        "clientAuthentication": {"unauthenticated": False},
    },
    "aws:elasticsearch/domain:Domain": {"vpcOptions": {"subnetIds": ["subnet-1"]}},
    "aws:mwaa/environment:Environment": {"webserverAccessMode": "PRIVATE_ONLY"},
    "aws:sagemaker/domain:Domain": {"appNetworkAccessType": "VpcOnly"},
    "aws:sagemaker/notebookInstance:NotebookInstance": {"directInternetAccess": "Disabled"},
    "aws:transfer/server:Server": {"endpointType": "VPC"},
    "aws:apprunner/service:Service": {
        "networkConfiguration": {"ingressConfiguration": {"isPubliclyAccessible": False}}
    },
    "aws:lambda/functionUrl:FunctionUrl": {"authorizationType": "AWS_IAM"},
    "aws:lambda/permission:Permission": {"principal": "events.amazonaws.com"},
    "aws:lambda/layerVersionPermission:LayerVersionPermission": {"principal": "444455556666"},
    "aws:cloudwatch/eventPermission:EventPermission": {"principal": "444455556666"},
    "aws:apigateway/method:Method": {"httpMethod": "GET", "authorization": "AWS_IAM"},
    "aws:apigatewayv2/route:Route": {"authorizationType": "JWT"},
    "aws:ec2/amiLaunchPermission:AmiLaunchPermission": {"accountId": "444455556666"},
    "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess": {"state": "block-new-sharing"},
    "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": {"state": "block-all-sharing"},
    "aws:ssm/document:Document": {"permissions": {"type": "Share", "account_ids": "444455556666"}},
    "aws:codebuild/project:Project": {"projectVisibility": "PRIVATE"},
    "aws:s3/accessPoint:AccessPoint": {"publicAccessBlockConfiguration": {"blockPublicPolicy": True}},
    "aws:ec2/defaultSubnet:DefaultSubnet": {"mapPublicIpOnLaunch": False},
    "aws:elb/loadBalancer:LoadBalancer": {"internal": True},
    "aws:ec2/managedPrefixList:ManagedPrefixList": {"entries": [{"cidr": "10.0.0.0/8"}]},
    "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry": {"cidr": "192.0.2.0/24"},
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": {
        "ingress": [
            {"action": "allow", "protocol": "tcp", "fromPort": 443.0, "toPort": 443.0, "cidrBlock": "0.0.0.0/0"}
        ]
    },
}
"""What is closed to the internet."""
