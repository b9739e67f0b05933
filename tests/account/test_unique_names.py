"""No two stacks of an account make a thing of one name: what production owns in us-west-2 its standby only finds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

import pytest

from sandbox.model import Resource, Run
from tests.account.conftest import STACKS as ACCOUNT_STACKS
from tests.stacks.conftest import STACKS
from tests.stacks.graph import custom, plain, short

RunOf = Callable[[str], Run]
ACCOUNTS = {
    "dev": ("dev", "toolboxai-dev-us-east-1"),
    "staging": ("staging", "toolboxai-staging-us-east-1"),
    "production": (
        "production",
        "production-dr",
        "toolboxai-production-us-east-1",
        "toolboxai-production-us-west-2",
    ),
}
EVERYWHERE = "everywhere"
NAMED_ONCE_A_REGION = {
    "aws:accessanalyzer:Analyzer": "analyzerName",
    "aws:appautoscaling:Target": "resourceId",
    "aws:backup:RestoreTestingPlan": "name",
    "aws:backup:Vault": "name",
    "aws:cfg:DeliveryChannel": "name",
    "aws:cfg:Recorder": "name",
    "aws:cfg:Rule": "name",
    "aws:cloudtrail:Trail": "name",
    "aws:cloudwatch:EventRule": "name",
    "aws:cloudwatch:LogDeliveryDestination": "name",
    "aws:cloudwatch:LogDeliverySource": "name",
    "aws:cloudwatch:LogGroup": "name",
    "aws:cloudwatch:LogResourcePolicy": "policyName",
    "aws:cloudwatch:MetricAlarm": "name",
    "aws:dynamodb:Table": "name",
    "aws:ec2:LaunchTemplate": "name",
    "aws:ecr:PullThroughCacheRule": "ecrRepositoryPrefix",
    "aws:ecr:Repository": "name",
    "aws:ecr:RepositoryCreationTemplate": "prefix",
    "aws:eks:Cluster": "name",
    "aws:elasticache:ParameterGroup": "name",
    "aws:elasticache:ReplicationGroup": "replicationGroupId",
    "aws:elasticache:SubnetGroup": "name",
    "aws:elasticache:User": "userId",
    "aws:elasticache:UserGroup": "userGroupId",
    "aws:kms:Alias": "name",
    "aws:rds:Cluster": "clusterIdentifier",
    "aws:rds:ClusterInstance": "identifier",
    "aws:rds:ClusterParameterGroup": "name",
    "aws:rds:EventSubscription": "name",
    "aws:rds:Instance": "identifier",
    "aws:rds:ParameterGroup": "name",
    "aws:rds:SubnetGroup": "name",
    "aws:secretsmanager:Secret": "name",
    "aws:sns:Topic": "name",
    "aws:sqs:Queue": "name",
    "aws:wafv2:WebAcl": "name",
}
"""Types whose name an account has once in a region, and the property that holds it."""
NAMED_ONCE = {
    "aws:budgets:Budget": "name",
    "aws:cloudfront:CachePolicy": "name",
    "aws:cloudfront:OriginAccessControl": "name",
    "aws:cloudfront:ResponseHeadersPolicy": "name",
    "aws:costexplorer:AnomalyMonitor": "name",
    "aws:costexplorer:AnomalySubscription": "name",
    "aws:iam:InstanceProfile": "name",
    "aws:iam:OpenIdConnectProvider": "url",
    "aws:iam:Policy": "name",
    "aws:iam:Role": "name",
    "aws:iam:ServiceLinkedRole": "awsServiceName",
    "aws:route53:Zone": "name",
    "aws:s3:Bucket": "bucket",
}
"""The same for services without regions."""
PART_OF = {
    "aws:account:AlternativeContact": "the account's",
    "aws:appautoscaling:Policy": "its target's",
    "aws:autoscaling:Schedule": "its group's",
    "aws:backup:Plan": "known by its id: names may repeat",
    "aws:backup:RestoreTestingSelection": "its plan's",
    "aws:backup:Selection": "its plan's",
    "aws:cfg:RecorderStatus": "its recorder's",
    "aws:ec2:SecurityGroup": "its VPC's",
    "aws:eks:NodeGroup": "its cluster's",
    "aws:guardduty:DetectorFeature": "its detector's",
    "aws:iam:RolePolicy": "its role's",
    "aws:inspector2:Filter": "its detector's",
    "aws:macie2:ClassificationJob": "known by its id",
    "aws:route53:Record": "its zone's, by type and set identifier",
    "aws:securityhub:Insight": "known by its id",
}
"""Types with a name that needs to be unique in something else only, and in what."""


def region_of(run: Run, resource: Resource) -> str:
    providers = {f"{it.urn}::{it.id}": it for it in run.resources if it.type == "pulumi:providers:aws"}
    given = resource.inputs.get("region") or providers[resource.provider].inputs["region"]
    assert isinstance(given, str)
    return given


def names(run: Run) -> Iterator[tuple[str, str, str]]:
    """Where, what and its name, of everything whose name nothing else there may have; replicas too."""
    for resource in custom(run):
        type_, inputs = short(resource.type), plain(resource.inputs)
        if type_ in NAMED_ONCE:
            yield EVERYWHERE, type_, str(inputs[NAMED_ONCE[type_]])
        elif type_ in NAMED_ONCE_A_REGION:
            yield region_of(run, resource), type_, str(inputs[NAMED_ONCE_A_REGION[type_]])
        if type_ == "aws:secretsmanager:Secret":
            for replica in inputs.get("replicas", []):
                yield replica["region"], type_, inputs["name"]
        if type_ == "aws:dynamodb:TableReplica":
            yield region_of(run, resource), "aws:dynamodb:Table", inputs["globalTableArn"].rpartition("/")[2]


@pytest.fixture(scope="session")
def any_of(run_of: RunOf, account_of: RunOf) -> RunOf:
    """The run of a stack of either project."""
    return lambda stack: run_of(stack) if stack in STACKS else account_of(stack)


def test_every_stack_is_in_an_account() -> None:
    assert {stack for stacks in ACCOUNTS.values() for stack in stacks} == {*STACKS, *ACCOUNT_STACKS}


@pytest.mark.parametrize("account", ACCOUNTS)
def test_no_two_things_of_an_account_have_one_name(account: str, any_of: RunOf) -> None:
    owners: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for stack in ACCOUNTS[account]:
        for name in names(any_of(stack)):
            owners[name].append(stack)
    assert len(owners) > 100
    assert {name: stacks for name, stacks in owners.items() if len(stacks) > 1} == {}


def test_a_buckets_name_is_the_only_one_of_all_accounts(any_of: RunOf) -> None:
    found = [
        name
        for stacks in ACCOUNTS.values()
        for stack in stacks
        for _, type_, name in names(any_of(stack))
        if type_ == "aws:s3:Bucket"
    ]
    assert len(found) > 40
    assert len(found) == len(set(found))


def test_nothing_with_a_name_is_left_out(any_of: RunOf) -> None:
    """A new type with a name is to be put where it belongs."""
    known = {*NAMED_ONCE, *NAMED_ONCE_A_REGION, *PART_OF}
    unknown = {
        short(resource.type)
        for stacks in ACCOUNTS.values()
        for stack in stacks
        for resource in custom(any_of(stack))
        if resource.type.startswith("aws:") and isinstance(plain(resource.inputs).get("name"), str)
    } - known
    assert unknown == set()


def test_the_standby_finds_what_production_puts_into_its_region(any_of: RunOf) -> None:
    """Every bucket, table, secret and key that the standby's workloads name is there once: production's or its own."""
    west = {
        (type_, name)
        for stack in ACCOUNTS["production"]
        for where, type_, name in names(any_of(stack))
        if where in (EVERYWHERE, "us-west-2")
    }
    standby = any_of("production-dr")
    buckets = standby.outputs["buckets"]
    assert isinstance(buckets, dict)
    assert {("aws:s3:Bucket", str(name)) for name in buckets.values()} <= west
    secrets = {
        str((data.get("remoteRef") or data.get("extract"))["key"])
        for resource in standby.resources
        if resource.type.endswith(":ExternalSecret")
        for spec in [plain(resource.inputs)["spec"]]
        for data in [*(spec.get("data") or []), *(spec.get("dataFrom") or [])]
    }
    assert len(secrets) > 3
    assert {("aws:secretsmanager:Secret", name) for name in secrets} <= west
    aliases = {f"alias/toolboxai-production-{key}" for key in ("data", "secrets", "logs", "volumes", "backups")}
    assert {("aws:kms:Alias", alias) for alias in aliases} <= west
    assert ("aws:dynamodb:Table", "toolboxai-production-mcp-contexts") in west
    vaults = standby.outputs["backupVaults"]
    assert isinstance(vaults, dict)
    assert {("aws:backup:Vault", str(name)) for name in vaults.values()} <= west
