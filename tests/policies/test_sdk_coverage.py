"""Every AWS type that a rule's promise is about is judged, or left out for a reason: asked of the installed SDK."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Final

import pytest

from policies.security.security_rules import disks, documents, exposure, stores
from sandbox.cloud.schema import schema
from tests.policies.good import GOOD
from tests.policies.sdk import inputs, types_with

NO_STORES: Final[Mapping[str, tuple[str, ...]]] = {
    "writes into a bucket, a log group or a table that is judged itself": (
        "aws:appflow/flow:Flow",
        "aws:bedrock/evaluationJob:EvaluationJob",
        "aws:cfg/deliveryChannel:DeliveryChannel",
        "aws:dms/s3Endpoint:S3Endpoint",
        "aws:elastictranscoder/pipeline:Pipeline",
        "aws:emr/cluster:Cluster",
        "aws:emrcontainers/jobTemplate:JobTemplate",
        "aws:guardduty/publishingDestination:PublishingDestination",
        "aws:msk/channel:Channel",
        "aws:observabilityadmin/s3TableIntegration:S3TableIntegration",
        "aws:rekognition/streamProcessor:StreamProcessor",
        "aws:synthetics/canary:Canary",
        "aws:timestreamquery/scheduledQuery:ScheduledQuery",
    ),
    "takes its encryption from what it is made of, or stands in": (
        "aws:memorydb/snapshot:Snapshot",
        "aws:opensearch/serverlessCollection:ServerlessCollection",  # by its security policy, which is judged
        "aws:rds/customDbEngineVersion:CustomDbEngineVersion",
        "aws:redshift/snapshotCopyGrant:SnapshotCopyGrant",
        "aws:s3/vectorsIndex:VectorsIndex",
        "aws:s3tables/table:Table",
        "aws:sagemaker/endpointConfiguration:EndpointConfiguration",  # instances with disks of their own take no key
    ),
    "is a description, a rule or a connection, whose content is no data of the platform's": (
        "aws:appconfig/configurationProfile:ConfigurationProfile",
        "aws:appconfig/deployment:Deployment",
        "aws:appfabric/appBundle:AppBundle",
        "aws:appflow/connectorProfile:ConnectorProfile",
        "aws:appintegrations/dataIntegration:DataIntegration",
        "aws:apprunner/service:Service",
        "aws:bedrock/agentcoreEvaluator:AgentcoreEvaluator",
        "aws:bedrock/agentcorePolicyEngine:AgentcorePolicyEngine",
        "aws:bedrock/agentcoreTokenVaultCmk:AgentcoreTokenVaultCmk",
        "aws:cloudwatch/eventBus:EventBus",
        "aws:cloudwatch/eventConnection:EventConnection",
        "aws:cloudwatch/logAnomalyDetector:LogAnomalyDetector",
        "aws:dms/endpoint:Endpoint",
        "aws:dms/instanceProfile:InstanceProfile",
        "aws:imagebuilder/component:Component",
        "aws:imagebuilder/containerRecipe:ContainerRecipe",
        "aws:imagebuilder/workflow:Workflow",
        "aws:lambda/capacityProvider:CapacityProvider",
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "aws:networkfirewall/firewall:Firewall",
        "aws:networkfirewall/firewallPolicy:FirewallPolicy",
        "aws:networkfirewall/ruleGroup:RuleGroup",
        "aws:networkfirewall/tlsInspectionConfiguration:TlsInspectionConfiguration",
        "aws:pipes/pipe:Pipe",
        "aws:scheduler/schedule:Schedule",
        "aws:securityhub/connectorV2:ConnectorV2",
        "aws:verifiedaccess/endpoint:Endpoint",
        "aws:verifiedaccess/group:Group",
        "aws:verifiedaccess/trustProvider:TrustProvider",
        "aws:workspacesweb/browserSettings:BrowserSettings",
        "aws:workspacesweb/dataProtectionSettings:DataProtectionSettings",
        "aws:workspacesweb/ipAccessSettings:IpAccessSettings",
        "aws:workspacesweb/portal:Portal",
        "aws:workspacesweb/sessionLogger:SessionLogger",
        "aws:workspacesweb/userSettings:UserSettings",
    ),
    "is about what travels, not what stands": (
        "aws:chime/voiceConnector:VoiceConnector",
        "aws:cloudfront/fieldLevelEncryptionProfile:FieldLevelEncryptionProfile",
        "aws:datasync/efsLocation:EfsLocation",
        "aws:datasync/locationHdfs:LocationHdfs",
        "aws:directconnect/connection:Connection",
        "aws:ec2/vpnConnection:VpnConnection",
        "aws:ec2transitgateway/transitGateway:TransitGateway",
        "aws:mskconnect/connector:Connector",
        "aws:sagemaker/trainingJob:TrainingJob",
    ),
    "belongs to a service that no platform of this kind keeps its data in; to be judged once one does": (
        "aws:agentregistry/registry:Registry",
        "aws:auditmanager/accountRegistration:AccountRegistration",
        "aws:chime/sdkvoiceVoiceProfileDomain:SdkvoiceVoiceProfileDomain",
        "aws:cleanrooms/collaboration:Collaboration",
        "aws:cloudwatchomni/space:Space",
        "aws:codegurureviewer/repositoryAssociation:RepositoryAssociation",
        "aws:comprehend/documentClassifier:DocumentClassifier",
        "aws:comprehend/entityRecognizer:EntityRecognizer",
        "aws:devopsagent/agentSpace:AgentSpace",
        "aws:devopsguru/serviceIntegration:ServiceIntegration",
        "aws:emr/studio:Studio",
        "aws:finspace/kxEnvironment:KxEnvironment",
        "aws:m2/application:Application",
        "aws:m2/environment:Environment",
        "aws:odb/autonomousDatabase:AutonomousDatabase",
        "aws:odb/network:Network",
        "aws:opensearch/application:Application",
        "aws:qbusiness/application:Application",
        "aws:resiliencehub/v2Policy:V2Policy",
        "aws:resiliencehub/v2Service:V2Service",
        "aws:resiliencehub/v2System:V2System",
    ),
}
"""Types with an input about encryption that no rule about stores or disks looks at, by the reason why."""


def test_every_type_with_a_key_is_judged_or_left_out_for_a_reason() -> None:
    keyed = types_with(r"kms|cmk|(^|_)encrypt(ed|ion)($|_)|sse_|customer_managed_key|default_encryption_key")
    judged = {*stores.STORES, *disks.DISKS}
    left_out = set(chain.from_iterable(NO_STORES.values()))
    assert sorted(keyed - judged - left_out) == []
    assert sorted(left_out & judged) == [], "judged after all"
    assert sorted(left_out - keyed) == [], "has no such input (any more)"


NO_DOCUMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "narrows what somebody may do by other documents": (
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy",
        "aws:odb/network:Network",
        "aws:rolesanywhere/profile:Profile",
        "aws:transfer/access:Access",
        "aws:transfer/user:User",
    ),
    "is public by its nature": ("aws:ecrpublic/repositoryPolicy:RepositoryPolicy",),
    "is no document of IAM's language": (
        "aws:autoscaling/policy:Policy",
        "aws:cloudformation/stack:Stack",
        "aws:cloudwatch/logAccountPolicy:LogAccountPolicy",
        "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy",
        "aws:cloudwatch/logIndexPolicy:LogIndexPolicy",
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        "aws:iot/policyAttachment:PolicyAttachment",
        "aws:networkmanager/coreNetwork:CoreNetwork",
        "aws:networkmanager/coreNetworkPolicyAttachment:CoreNetworkPolicyAttachment",
        "aws:opensearch/serverlessAccessPolicy:ServerlessAccessPolicy",
        "aws:opensearch/serverlessLifecyclePolicy:ServerlessLifecyclePolicy",
        "aws:opensearch/serverlessSecurityPolicy:ServerlessSecurityPolicy",
        "aws:resiliencehub/resiliencyPolicy:ResiliencyPolicy",
        "aws:ses/receiptFilter:ReceiptFilter",
        "aws:sns/dataProtectionPolicy:DataProtectionPolicy",
        "aws:verifiedaccess/endpoint:Endpoint",
        "aws:verifiedaccess/group:Group",
    ),
    "names AWS's own form of permission, not a document": ("aws:acmpca/permission:Permission",),
}
"""Types with an input called a policy that the rules about IAM don't read, by the reason why."""


def test_every_policy_document_is_read_or_left_out_for_a_reason() -> None:
    called = types_with(r"^(policy|policy_document|access_policy|access_policies|resource_policy|inline_policy)$")
    left_out = set(chain.from_iterable(NO_DOCUMENTS.values()))
    assert sorted(called - set(documents.DOCUMENTS) - left_out) == []
    assert sorted(left_out & set(documents.DOCUMENTS)) == [], "read after all"


def test_every_type_that_can_be_public_is_judged() -> None:
    public = types_with(r"^(publicly_accessible|associate_public_ip_address|map_public_ip_on_launch|shared_accounts)$")
    assert sorted(public - set(exposure.EXPOSED)) == []


@pytest.mark.parametrize("resource_type", [it for it in GOOD if it.startswith("aws:")])
def test_examples_are_written_as_the_sdk_has_them(resource_type: str) -> None:
    """A rule that reads a property that the provider doesn't have would never be shown to fail."""
    if resource_type not in inputs():
        assert resource_type.endswith("V2"), "an older name of the SDK"
        return
    found = schema(resource_type, "")
    assert found is not None
    props = {key: value for key, value in GOOD[resource_type].items() if key != "tagsAll"}
    assert [it for it in found.inputs.problems(props, "") if "unknown property" in it] == []
