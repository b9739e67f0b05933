"""Small stacks that keep a control, and the same with one thing wrong, for what no stack of ours shows.

Types that no stack has (OpenSearch, Lambda, RDS instances and proxies, the accelerator, access points), and controls
that production doesn't keep, by an exception.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from controls import Graph, Resource
from controls.graph import Json, aws

STACK: Final = "urn:pulumi:example::platform"


@dataclass(frozen=True)
class Example:
    """Resources as a control asks for them, and each of the ways in which they are wrong."""

    control: str
    good: tuple[Resource, ...]
    wrong: tuple[tuple[Resource, ...], ...]

    def __str__(self) -> str:
        return self.control

    @property
    def kept(self) -> Graph:
        """The stack that keeps it."""
        return Graph(self.good)

    @property
    def broken(self) -> Iterator[Graph]:
        """The stacks that don't."""
        return (Graph(resources) for resources in self.wrong)


def made(type_: str, name: str = "one", **inputs: Json) -> Resource:
    """A resource of AWS, by the name that its module has in Pulumi: ``rds.Proxy``."""
    kind = aws(type_)
    return Resource(f"{STACK}::{kind}::{name}", kind, name, inputs, {"arn": f"arn:aws:{type_}:{name}", "name": name})


def changed(resource: Resource, path: str, change: Callable[[Json], Json]) -> Resource:
    """The resource with what stands at a dotted path changed; as it is, where there is no such place."""
    *before, last = path.split(".")
    inputs: dict[str, Json] = json.loads(json.dumps(dict(resource.inputs)))
    here: Json = inputs
    for part in before:
        here = here.get(part) if isinstance(here, dict) else None
    if isinstance(here, dict):
        here[last] = change(here.get(last))
    return replace(resource, inputs=inputs)


def with_value(resource: Resource, path: str, value: Json) -> Resource:
    """The resource with ``value`` at a dotted path."""
    return changed(resource, path, lambda _: value)


def alone(control: str, resource: Resource, **wrong: tuple[Json, ...]) -> Example:
    """One resource; what would be wrong by the path where it stands, ``__`` for its dots."""
    broken = [
        (with_value(resource, path.replace("__", "."), value),) for path, values in wrong.items() for value in values
    ]
    return Example(control, (resource,), tuple(broken))


def with_link(control: str, owner: Resource, link: Resource, **wrong: tuple[Json, ...]) -> Example:
    """A resource, and the one beside it that keeps the control: wrong without it too, and where it names another."""
    broken = [
        (owner, with_value(link, path.replace("__", "."), value)) for path, values in wrong.items() for value in values
    ]
    return Example(control, (owner, link), ((owner,), *broken))


def document(**statement: Json) -> str:
    """A policy of one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


GROUP: Final = "arn:aws:logs:us-east-1:111122223333:log-group:search"
LOGS: Final[dict[str, dict[str, Json]]] = {
    kind: {"logType": kind, "cloudwatchLogGroupArn": GROUP, "enabled": True}
    for kind in ("ES_APPLICATION_LOGS", "AUDIT_LOGS")
}
DOMAIN: Final = made(
    "opensearch.Domain",
    encryptAtRest={"enabled": True},
    vpcOptions={"subnetIds": ["subnet-1", "subnet-2", "subnet-3"]},
    nodeToNodeEncryption={"enabled": True},
    logPublishingOptions=[*LOGS.values()],
    clusterConfig={"instanceCount": 3, "zoneAwarenessEnabled": True},
    advancedSecurityOptions={"enabled": True},
    domainEndpointOptions={"enforceHttps": True, "tlsSecurityPolicy": "Policy-Min-TLS-1-2-PFS-2023-10"},
    tags={"Project": "toolboxai"},
    softwareUpdateOptions={"autoSoftwareUpdateEnabled": True},
)
INSTANCE: Final = made(
    "rds.Instance",
    engine="postgres",
    multiAz=True,
    deletionProtection=True,
    iamDatabaseAuthenticationEnabled=True,
    username="toolboxai_owner",
    enabledCloudwatchLogsExports=["postgresql", "upgrade"],
    port=6432,
)
FUNCTION: Final = made("lambda.Function", runtime="python3.13", vpcConfig={"subnetIds": ["subnet-1", "subnet-2"]})
PERMISSION: Final = made(
    "lambda.Permission",
    action="lambda:InvokeFunction",
    function="one",
    principal="events.amazonaws.com",
    sourceArn="arn:aws:events:us-east-1:111122223333:rule/daily",
)
DAX: Final = made("dax.Cluster", serverSideEncryption={"enabled": True}, clusterEndpointEncryptionType="TLS")
OLD_REDIS: Final = made("elasticache.ReplicationGroup", engine="redis", engineVersion="5.0.6", authToken="[secret]")
BLOCKED: Final[dict[str, Json]] = {
    "blockPublicAcls": True, "blockPublicPolicy": True, "ignorePublicAcls": True, "restrictPublicBuckets": True
}  # fmt: skip
HALF_BLOCKED: Final[dict[str, Json]] = {**BLOCKED, "restrictPublicBuckets": False}
POINT: Final = made("s3.AccessPoint", bucket="one", publicAccessBlockConfiguration=BLOCKED)
MULTI_REGION: Final = made("s3control.MultiRegionAccessPoint", details={"name": "one", "publicAccessBlock": BLOCKED})
SECRET: Final = made("secretsmanager.Secret")
ROTATION: Final = made(
    "secretsmanager.SecretRotation",
    secretId="one",
    rotationLambdaArn=FUNCTION.outputs["arn"],
    rotationRules={"automaticallyAfterDays": 30},
)
BUCKET: Final = made("s3.Bucket", bucket="one", objectLockEnabled=True)

OF_NO_STACK: Final = (
    alone("OpenSearch.1", DOMAIN, encryptAtRest__enabled=(False, None)),
    alone("OpenSearch.2", DOMAIN, vpcOptions__subnetIds=([],), vpcOptions=(None,)),
    alone("OpenSearch.3", DOMAIN, nodeToNodeEncryption__enabled=(False, None)),
    alone("OpenSearch.4", DOMAIN, logPublishingOptions=([LOGS["AUDIT_LOGS"]], [
        {**LOGS["ES_APPLICATION_LOGS"], "enabled": False}], None)),
    alone("OpenSearch.5", DOMAIN, logPublishingOptions=([LOGS["ES_APPLICATION_LOGS"]], [
        {**LOGS["AUDIT_LOGS"], "cloudwatchLogGroupArn": ""}], None)),
    alone("OpenSearch.6", DOMAIN, clusterConfig__instanceCount=(2, None), clusterConfig__zoneAwarenessEnabled=(False,)),
    alone("OpenSearch.7", DOMAIN, advancedSecurityOptions__enabled=(False,), advancedSecurityOptions=(None,)),
    alone("OpenSearch.8", DOMAIN, domainEndpointOptions__enforceHttps=(False,),
        domainEndpointOptions__tlsSecurityPolicy=("Policy-Min-TLS-1-0-2019-07", "Policy-Min-TLS-1-2-2019-07", None)),
    alone("OpenSearch.9", DOMAIN, tags=({}, None)),
    alone("OpenSearch.10", DOMAIN, softwareUpdateOptions__autoSoftwareUpdateEnabled=(False, None)),
    alone("Lambda.1", PERMISSION, principal=("*",), sourceArn=(None,)),
    alone("Lambda.2", FUNCTION, runtime=("python3.8", "nodejs16.x")),
    alone("Lambda.3", FUNCTION, vpcConfig=(None,)),
    alone("Lambda.5", FUNCTION, vpcConfig__subnetIds=(["subnet-1"],)),
    alone("DynamoDB.3", DAX, serverSideEncryption__enabled=(False, None)),
    alone("DynamoDB.7", DAX, clusterEndpointEncryptionType=("NONE", None)),
    alone("ElastiCache.6", OLD_REDIS, authToken=(None, "")),
    *(
        alone("RDS.1", made(kind, sharedAccounts=["111122223333"]), sharedAccounts=(["all"],))
        for kind in ("rds.Snapshot", "rds.ClusterSnapshot")
    ),
    alone("RDS.5", INSTANCE, multiAz=(False, None)),
    alone("RDS.8", INSTANCE, deletionProtection=(False, None)),
    alone("RDS.10", INSTANCE, iamDatabaseAuthenticationEnabled=(False, None)),
    alone("RDS.14", made("rds.Cluster", engine="aurora-mysql", backtrackWindow=86400), backtrackWindow=(0, None)),
    alone("RDS.25", INSTANCE, username=("postgres", "Admin", None)),
    alone("RDS.36", INSTANCE, enabledCloudwatchLogsExports=(["upgrade"], None)),
    alone("RDS.43", made("rds.Proxy", requireTls=True), requireTls=(False, None)),
    alone("S3.19", POINT, publicAccessBlockConfiguration=(HALF_BLOCKED, None)),
    alone("S3.24", MULTI_REGION, details__publicAccessBlock=(HALF_BLOCKED, None)),
    Example("SecretsManager.2", (FUNCTION, ROTATION), (
        (ROTATION,), (FUNCTION, with_value(ROTATION, "rotationLambdaArn", "arn:aws:lambda:gone")))),
)  # fmt: skip
"""Of types that stand in none of our stacks."""

EXCEPTED: Final = (
    alone("CloudFront.5", made("cloudfront.Distribution", loggingConfig={"bucket": "one.s3.amazonaws.com"}),
        loggingConfig=(None,)),
    alone("KMS.1", made("iam.Policy", policy=document(
        Action="kms:Decrypt", Resource="arn:aws:kms:us-east-1:111122223333:key/1f2e")), policy=(
        document(Action="kms:Decrypt", Resource="*"), document(Action="kms:*", Resource="arn:aws:kms:*:*:key/*"))),
    alone("RDS.23", INSTANCE, port=(5432, None)),
    with_link("S3.7", BUCKET, made("s3.BucketReplicationConfig", bucket="one", rules=[{"status": "Enabled"}]),
        bucket=("other",), rules=([{"status": "Disabled"}], [])),
    with_link("S3.9", BUCKET, made("s3.BucketLogging", bucket="one", targetBucket="access-logs"),
        bucket=("other",), targetBucket=("", None)),
    alone("S3.15", BUCKET, objectLockEnabled=(False, None)),
    with_link("S3.17", BUCKET, made("s3.BucketServerSideEncryptionConfiguration", bucket="one", rules=[
        {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "key"}}]),
        bucket=("other",), rules=([{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}], [])),
    with_link("S3.20", BUCKET, made("s3.BucketVersioning", bucket="one", versioningConfiguration={
        "status": "Enabled", "mfaDelete": "Enabled"}),
        bucket=("other",), versioningConfiguration__mfaDelete=("Disabled", None)),
    with_link("SecretsManager.1", SECRET, ROTATION, secretId=("other",), rotationRules=({}, None)),
    with_link("SecretsManager.4", SECRET, ROTATION, secretId=("other",),
        rotationRules__automaticallyAfterDays=(91, None)),
)  # fmt: skip
"""Of what production doesn't keep, by an exception."""

EXAMPLES: Final = (*OF_NO_STACK, *EXCEPTED)
