"""Names that the AWS provider makes up: the resource's name and seven hexadecimal digits.

Every resource with an input called ``name`` gets one; the exceptions are listed. Source: provider/autonaming.go and
provider/resource_overrides.go of pulumi-aws (v7, commit 015d343812852f40a045a28e7f6e04bca69548f3). The provider draws
the digits at random and keeps them in the state; here the URN decides them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from sandbox.cloud.identity import hexadecimal
from sandbox.cloud.refusal import Refused
from sandbox.model import Properties

DIGITS: Final = 7


@dataclass(frozen=True)
class AutoName:
    """Which input is made up, how long it may be, and in what form."""

    key: str = "name"
    limit: int = 255
    separator: str = "-"
    lower: bool = False
    prefix: str = ""
    fifo: str = ""
    """Input that, where true, wants ``.fifo`` at the end."""


_LOAD_BALANCER: Final = AutoName(limit=32)

AUTO_NAMES: Final[Mapping[str, AutoName | None]] = {
    "aws:alb/loadBalancer:LoadBalancer": _LOAD_BALANCER,
    "aws:alb/targetGroup:TargetGroup": _LOAD_BALANCER,
    "aws:athena/database:Database": AutoName(separator="_"),
    "aws:backup/restoreTestingPlan:RestoreTestingPlan": AutoName(separator="_"),
    "aws:cloudwatch/eventRule:EventRule": AutoName(limit=64),
    "aws:cloudwatch/eventTarget:EventTarget": AutoName("targetId"),
    "aws:directoryservice/directory:Directory": None,
    "aws:ec2/keyPair:KeyPair": AutoName("keyName"),
    "aws:efs/fileSystem:FileSystem": AutoName("creationToken"),
    "aws:eks/fargateProfile:FargateProfile": AutoName("fargateProfileName"),
    "aws:eks/nodeGroup:NodeGroup": AutoName("nodeGroupName"),
    "aws:elasticache/cluster:Cluster": AutoName("clusterId", 50, lower=True),
    "aws:elasticache/replicationGroup:ReplicationGroup": AutoName("replicationGroupId", 40, lower=True),
    "aws:elb/loadBalancer:LoadBalancer": _LOAD_BALANCER,
    "aws:iam/role:Role": AutoName(limit=64),
    "aws:iot/topicRule:TopicRule": AutoName(separator="_"),
    "aws:kms/alias:Alias": AutoName(limit=238, prefix="alias/"),
    "aws:lambda/function:Function": AutoName(limit=64),
    "aws:lambda/permission:Permission": AutoName("statementId", 100),
    "aws:lb/loadBalancer:LoadBalancer": _LOAD_BALANCER,
    "aws:lb/targetGroup:TargetGroup": _LOAD_BALANCER,
    "aws:msk/cluster:Cluster": AutoName("clusterName"),
    "aws:mq/broker:Broker": AutoName("brokerName", 55),
    "aws:opensearch/domain:Domain": AutoName("domainName"),
    "aws:rds/instance:Instance": AutoName("identifier", separator=""),
    "aws:route53/record:Record": None,
    "aws:s3/bucket:Bucket": AutoName("bucket", 63, lower=True),
    "aws:s3/bucketV2:BucketV2": AutoName("bucket", 63, lower=True),
    "aws:sns/topic:Topic": AutoName(limit=80, fifo="fifoTopic"),
    "aws:sqs/queue:Queue": AutoName(limit=80, fifo="fifoQueue"),
}
"""Types that don't follow the rule; ``None``: nothing is made up. The limit of 32 for load balancers is AWS's own."""

_RULE: Final = AutoName()

_DESCRIBED: Final[Mapping[str, str]] = {
    "aws:docdb/subnetGroup:SubnetGroup": "description",
    "aws:ec2/securityGroup:SecurityGroup": "description",
    "aws:elasticache/parameterGroup:ParameterGroup": "description",
    "aws:elasticache/subnetGroup:SubnetGroup": "description",
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": "description",
    "aws:rds/optionGroup:OptionGroup": "optionGroupDescription",
    "aws:rds/parameterGroup:ParameterGroup": "description",
    "aws:rds/subnetGroup:SubnetGroup": "description",
    "aws:route53/zone:Zone": "comment",
}
_DESCRIPTION: Final = "Managed by Pulumi"


def made_up(type_: str) -> str:
    """The input of ``type_`` whose name the provider makes up where none is given; empty if it makes up none."""
    rule = AUTO_NAMES.get(type_, _RULE)
    return rule.key if rule is not None else ""


def fill_in(type_: str, name: str, urn: str, inputs: Properties, taken: Collection[str]) -> None:
    """Add to ``inputs`` what the provider makes up. ``taken`` are the names of the type's inputs.

    ``Refused`` for a resource name that leaves no room for the digits.
    """
    described = _DESCRIBED.get(type_)
    if described is not None:
        inputs.setdefault(described, _DESCRIPTION)
    rule = AUTO_NAMES.get(type_, _RULE)
    if rule is None or rule.key not in taken or rule.key in inputs or f"{rule.key}Prefix" in inputs:
        return
    base = f"{rule.prefix if not name.startswith(rule.prefix) else ''}{name.lower() if rule.lower else name}"
    made = f"{base}{rule.separator}{hexadecimal(urn, DIGITS)}"
    if inputs.get(rule.fifo) is True:
        made += ".fifo"
    if len(made) > rule.limit:
        raise Refused(
            f"{rule.key}: the resource name {name!r} and {DIGITS} digits make {len(made)} characters, "
            f"{rule.limit} are allowed; give {rule.key} itself or a shorter resource name"
        )
    inputs[rule.key] = made
