"""Physical names: which input of a type is one, and where it must be the only one of its kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from sandbox.model import Resource, Value

Scope = Literal["world", "account", "region", "parent"]


class Named(NamedTuple):
    """The input that is a type's name, and within what it is unique."""

    input: str
    scope: Scope
    case: bool = True
    """Whether case tells two names apart."""


NAMED: Final[dict[str, Named]] = {
    "aws:accessanalyzer/analyzer:Analyzer": Named("analyzerName", "region"),
    "aws:appautoscaling/policy:Policy": Named("name", "parent"),
    "aws:backup/plan:Plan": Named("name", "region"),
    "aws:backup/restoreTestingPlan:RestoreTestingPlan": Named("name", "region"),
    "aws:backup/restoreTestingSelection:RestoreTestingSelection": Named("name", "parent"),
    "aws:backup/selection:Selection": Named("name", "parent"),
    "aws:backup/vault:Vault": Named("name", "region", case=False),
    "aws:budgets/budget:Budget": Named("name", "account"),
    "aws:cfg/deliveryChannel:DeliveryChannel": Named("name", "region"),
    "aws:cfg/recorder:Recorder": Named("name", "region"),
    "aws:cfg/rule:Rule": Named("name", "region"),
    "aws:cloudfront/cachePolicy:CachePolicy": Named("name", "account"),
    "aws:cloudfront/function:Function": Named("name", "account"),
    "aws:cloudfront/originAccessControl:OriginAccessControl": Named("name", "account"),
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": Named("name", "account"),
    "aws:cloudtrail/trail:Trail": Named("name", "region"),
    "aws:cloudwatch/eventRule:EventRule": Named("name", "region"),
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": Named("name", "region"),
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": Named("name", "region"),
    "aws:cloudwatch/logGroup:LogGroup": Named("name", "region"),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": Named("policyName", "region"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": Named("name", "region"),
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": Named("name", "account"),
    "aws:costexplorer/anomalySubscription:AnomalySubscription": Named("name", "account"),
    "aws:dynamodb/table:Table": Named("name", "region"),
    "aws:ec2/launchTemplate:LaunchTemplate": Named("name", "region"),
    "aws:ec2/securityGroup:SecurityGroup": Named("name", "parent"),
    "aws:ecr/repository:Repository": Named("name", "region"),
    "aws:eks/cluster:Cluster": Named("name", "region"),
    "aws:eks/nodeGroup:NodeGroup": Named("nodeGroupName", "parent"),
    "aws:elasticache/parameterGroup:ParameterGroup": Named("name", "region", case=False),
    "aws:elasticache/replicationGroup:ReplicationGroup": Named("replicationGroupId", "region", case=False),
    "aws:elasticache/subnetGroup:SubnetGroup": Named("name", "region", case=False),
    "aws:elasticache/user:User": Named("userId", "region", case=False),
    "aws:elasticache/userGroup:UserGroup": Named("userGroupId", "region", case=False),
    # IAM API reference, CreateRole: "names are not distinguished by case"; paths don't tell names apart either
    "aws:iam/instanceProfile:InstanceProfile": Named("name", "account", case=False),
    "aws:iam/policy:Policy": Named("name", "account", case=False),
    "aws:iam/role:Role": Named("name", "account", case=False),
    "aws:iam/rolePolicy:RolePolicy": Named("name", "parent", case=False),
    "aws:kms/alias:Alias": Named("name", "region"),
    "aws:macie2/classificationJob:ClassificationJob": Named("name", "region"),
    "aws:rds/cluster:Cluster": Named("clusterIdentifier", "region", case=False),
    "aws:rds/clusterInstance:ClusterInstance": Named("identifier", "region", case=False),
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": Named("name", "region", case=False),
    "aws:rds/eventSubscription:EventSubscription": Named("name", "region", case=False),
    "aws:rds/subnetGroup:SubnetGroup": Named("name", "region", case=False),
    "aws:s3/bucket:Bucket": Named("bucket", "world"),
    "aws:scheduler/schedule:Schedule": Named("name", "region"),
    "aws:secretsmanager/secret:Secret": Named("name", "region"),
    "aws:sns/topic:Topic": Named("name", "region"),
    "aws:sqs/queue:Queue": Named("name", "region"),
    "aws:wafv2/webAcl:WebAcl": Named("name", "region"),
}

MAYBE: Final = (
    "name", "bucket", "clusterIdentifier", "identifier", "replicationGroupId", "userId", "userGroupId",
    "nodeGroupName", "analyzerName", "policyName",
)  # fmt: skip
"""Inputs that are a physical name where they are the resource's own."""

NO_NAMES: Final[dict[str, str]] = {
    "aws:account/alternativeContact:AlternativeContact": "a person's name",
    "aws:cfg/recorderStatus:RecorderStatus": "the recorder's",
    "aws:guardduty/detectorFeature:DetectorFeature": "a feature of a closed list",
    "aws:route53/record:Record": "a domain's: AWS takes what DNS takes, and the zone holds it once",
    "aws:route53/zone:Zone": "a domain's: many zones may have one name",
}
"""Types with such an input that is no name of theirs, each with the reason."""

OF_BUCKETS: Final = "aws:s3/bucket"
"""Types of a bucket's settings: their ``bucket`` is the bucket's."""

ONCE_AN_ACCOUNT: Final[dict[str, str]] = {
    "aws:cfg/deliveryChannel:DeliveryChannel": "one an account and region, by AWS's own rule",
    "aws:cfg/recorder:Recorder": "one an account and region, by AWS's own rule",
    "aws:secretsmanager/secret:Secret": "ECR asks for ecr-pullthroughcache/ in front, one an account and region",
}
"""Types that account stacks alone give one name in every account; accounts are apart."""


class Claim(NamedTuple):
    """A name in its place: two claims that are equal are two resources that can't both be."""

    type: str
    where: str
    name: str


def claims(resource: Resource) -> Iterator[Claim]:
    """Every name that the resource takes, in each region where it or its copies stand."""
    named = NAMED.get(resource.type)
    if resource.type == "aws:dynamodb/tableReplica:TableReplica":
        # a copy has its table's name
        table = str(resource.inputs["globalTableArn"]).rpartition("/")[2]
        yield Claim("aws:dynamodb/table:Table", str(resource.inputs["region"]), table)
    if named is None or named.scope == "parent":
        return
    name = str(resource.inputs[named.input])
    name = name if named.case else name.lower()
    place = str(resource.inputs["region"]) if named.scope == "region" else named.scope
    yield Claim(resource.type, place, name)
    for region in _copies(resource.inputs.get("replicas")):
        yield Claim(resource.type, region, name)


def _copies(replicas: Value) -> Iterator[str]:
    """Regions to which Secrets Manager copies a secret under its own name."""
    for replica in replicas if isinstance(replicas, list) else []:
        if isinstance(replica, dict):
            yield str(replica["region"])
