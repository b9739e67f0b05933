"""What a stack costs: the price table, and estimates against sums done by hand."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from components.versions import CACHE_NODE_TYPES, DATABASE_CLASSES, INSTANCE_TYPES
from policies.governance.governance_rules.cost import assumptions, compute, data, free, prices, services
from policies.governance.governance_rules.cost.assumptions import Assumption
from policies.governance.governance_rules.cost.estimate import ESTIMATORS, HELPERS, Estimate, estimate
from policies.governance.governance_rules.cost.parts import Part
from policies.governance.governance_rules.cost.prices import Price
from policies.governance.governance_rules.cost.stack import Item, Stack
from tests.policies.packs import ROOT

UNKNOWN: Final = object()
NODE_GROUP: Final = "aws:eks/nodeGroup:NodeGroup"
SCHEDULE: Final = "aws:autoscaling/schedule:Schedule"


def item(type_: str, props: Mapping[str, object] | None = None, name: str = "thing", **more: Any) -> Item:  # noqa: ANN401 - an Item's other fields
    return Item(f"urn:pulumi:dev::platform::{type_}::{name}", type_, name, props or {}, **more)


def usd(*items: Item) -> float:
    """The sum a month; everything in it is priced and known."""
    found = estimate(items)
    assert (found.not_priced, found.hidden) == ((), ())
    return found.monthly_usd


def nodes(count: int = 1, kind: str = "m6i.xlarge", **more: object) -> Item:
    props = {"instanceTypes": [kind], "scalingConfig": {"desiredSize": count, "minSize": count, "maxSize": 9}, **more}
    return item(NODE_GROUP, props, "general")


def alone(of: Item, *others: Item) -> float:
    """What ``of`` adds to a stack of ``others``."""
    return usd(of, *others) - usd(*others)


# --- the table ------------------------------------------------------------------------------------------------------


def all_prices() -> list[tuple[str, Price]]:
    tables: list[Mapping[str, Price]] = [prices.PRICES, prices.INSTANCES, prices.AURORA, prices.RDS]
    return [(name, price) for table in [*tables, *prices.CACHE_NODES.values()] for name, price in table.items()]


def test_every_price_has_a_source_and_a_day() -> None:
    assert len(all_prices()) > 100
    for name, price in all_prices():
        assert price.usd > 0, name
        assert price.unit, name
        assert len(price.source.name) > 8, name
        assert re.fullmatch(r"202[4-6](-\d\d)?(-\d\d)?", price.source.date), name


PUBLISHED = [
    # figures of 2026 that stand in several places
    ("eks.cluster", 0.10),
    ("nat.gateway", 0.045),
    ("endpoint.zone", 0.01),
    ("aurora.acu", 0.12),
    ("ebs.gp3", 0.08),
    ("kms.key", 1.00),
    ("secret", 0.40),
    ("logs.in", 0.50),
    ("dynamodb.write", 0.625),
    ("waf.acl", 5.00),
]


@pytest.mark.parametrize(("name", "usd_"), PUBLISHED)
def test_prices_are_those_published(name: str, usd_: float) -> None:
    assert prices.PRICES[name].usd == usd_


def test_whatever_settings_may_choose_has_a_price() -> None:
    assert set(INSTANCE_TYPES) <= set(prices.INSTANCES)
    assert {name for name, it in DATABASE_CLASSES.items() if it.aurora} <= set(prices.AURORA)
    assert {name for name, it in DATABASE_CLASSES.items() if it.rds} <= set(prices.RDS)
    for engine in ("valkey", "redis"):
        assert set(CACHE_NODE_TYPES) <= set(prices.CACHE_NODES[engine])


def test_processors_are_counted_as_the_program_counts_them() -> None:
    assert {name: compute.vcpu(name) for name in INSTANCE_TYPES} == {n: it.vcpu for n, it in INSTANCE_TYPES.items()}
    assert compute.vcpu("m6i.metal") is None


def test_valkey_costs_four_fifths_of_redis() -> None:
    for kind, price in prices.CACHE_NODES["redis"].items():
        assert prices.CACHE_NODES["valkey"][kind].usd == pytest.approx(0.8 * price.usd, rel=0.01)


def test_assumptions_say_why() -> None:
    stated = [value for value in vars(assumptions).values() if isinstance(value, Assumption)]
    assert len(stated) > 30
    assert all(it.value > 0 and it.unit and len(it.why) > 6 for it in stated)


def test_every_assumption_and_every_price_is_used() -> None:
    package = ROOT / "policies" / "governance" / "governance_rules" / "cost"
    source = "".join(path.read_text() for path in package.glob("*.py") if path.stem not in {"prices", "assumptions"})
    named = [name for name, value in vars(assumptions).items() if isinstance(value, Assumption)]
    unused = {name for name in named if f"assumed.{name}" not in source}
    assert unused == set()
    assert {name for name in prices.PRICES if f'"{name}"' not in source} == set()


def test_it_needs_nothing_but_python() -> None:
    """So a tool that shows an estimate need not start a pack, nor bring its SDK."""
    package = ROOT / "policies" / "governance" / "governance_rules" / "cost"
    for path in package.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                assert {alias.name.partition(".")[0] for alias in node.names} <= sys.stdlib_module_names, path
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 1 or (node.module or "").partition(".")[0] in sys.stdlib_module_names, path


def test_no_type_is_both_priced_and_free() -> None:
    assert set(ESTIMATORS) & set(free.FREE) == set()
    assert all(len(why) > 6 for why in [*free.FREE.values(), *free.FREE_PREFIXES.values()])
    for type_ in HELPERS:
        assert free.free(type_) is not None, type_


# --- compute and network, by hand -----------------------------------------------------------------------------------


def test_a_cluster_is_73_dollars() -> None:
    assert usd(item("aws:eks/cluster:Cluster")) == pytest.approx(73.0)


def test_nodes_and_their_disks() -> None:
    template = item(
        "aws:ec2/launchTemplate:LaunchTemplate", {"blockDeviceMappings": [{"ebs": {"volumeSize": 100}}]}, id="lt-1"
    )
    linked = nodes(5, launchTemplate={"id": "lt-1", "version": "1"})
    assert usd(linked, template) == pytest.approx(5 * 0.192 * 730 + 5 * 100 * 0.08)
    by_dependency = Item(
        **{
            **vars(linked),
            "props": {**linked.props, "launchTemplate": {"id": UNKNOWN}},
            "depends": {"launchTemplate": [template.urn]},
        }
    )
    assert usd(by_dependency, template) == usd(linked, template)
    assert usd(nodes(5)) == pytest.approx(5 * 0.192 * 730 + 5 * 50 * 0.08), "50 GB where the template can't be seen"
    assert usd(nodes(2, capacityType="SPOT")) == pytest.approx(2 * 0.192 * 730 * 0.4 + 2 * 50 * 0.08)


def asleep(sleep: str, wake: str, size: int = 2) -> list[Item]:
    return [
        item(SCHEDULE, {"autoscalingGroupName": "asg", "desiredCapacity": desired, "recurrence": cron}, name)
        for name, desired, cron in (("sleep", 0, sleep), ("wake", size, wake))
    ]


WEEKS = [
    # sleep, wake, hours of 168 that nodes run
    ("0 20 * * 1-5", "0 7 * * 1-5", 5 * 13),
    ("0 20 * * *", "0 8 * * *", 7 * 12),
    ("30 18 * * FRI", "30 6 * * MON", 4 * 24 + 12),
    ("0 0 * * 6", "0 0 * * 1", 5 * 24),
    ("0 20 * * 1,3", "0 8 * * 2,4", 168 - 2 * 12),
]


@pytest.mark.parametrize(("sleep", "wake", "hours"), WEEKS)
def test_nodes_that_sleep_are_paid_while_awake(sleep: str, wake: str, hours: int) -> None:
    group = nodes(2, "t3.xlarge", resources=[{"autoscalingGroups": [{"name": "asg"}]}])
    assert Stack([group, *asleep(sleep, wake)]).average_nodes(group) == pytest.approx(2 * hours / 168)


@pytest.mark.parametrize("cron", ["0 20 1 * *", "0 20 * *", "x 20 * * *", "0 20 * * NEVER", "0 20 * * 1#2"])
def test_a_schedule_that_is_not_understood_saves_nothing(cron: str) -> None:
    group = nodes(2, resources=[{"autoscalingGroups": [{"name": "asg"}]}])
    schedule = item(SCHEDULE, {"autoscalingGroupName": "asg", "desiredCapacity": 0, "recurrence": cron})
    assert Stack([group, schedule]).average_nodes(group) == 2


def test_another_group_s_schedule_does_not_count() -> None:
    group = nodes(2, resources=[{"autoscalingGroups": [{"name": "other"}]}])
    assert Stack([group, *asleep("0 20 * * *", "0 8 * * *")]).nodes == 2
    unknown = [
        Item(
            **{
                **vars(it),
                "props": {**it.props, "autoscalingGroupName": UNKNOWN},
                "depends": {"autoscalingGroupName": [group.urn]},
            }
        )
        for it in asleep("0 20 * * *", "0 8 * * *")
    ]
    assert Stack([group, *unknown]).nodes == 1, "what isn't known yet is followed by its dependency"


def pool(limit: object = "40", capacity: str = "spot", kind: str = "m6i.xlarge") -> Item:
    requirements = [
        {"key": "node.kubernetes.io/instance-type", "operator": "In", "values": [kind, "m5.xlarge"]},
        {"key": "karpenter.sh/capacity-type", "operator": "In", "values": [capacity]},
    ]
    spec = {"template": {"spec": {"requirements": requirements, "nodeClassRef": {"name": "spot"}}}}
    return item("kubernetes:karpenter.sh/v1:NodePool", {"spec": {**spec, "limits": {"cpu": limit}}})


def test_a_pool_counts_with_a_tenth_of_its_limit() -> None:
    disks = {"blockDeviceMappings": [{"ebs": {"volumeSize": "80Gi"}}]}
    node_class = item("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass", {"metadata": {"name": "spot"}, "spec": disks})
    assert usd(pool(), node_class) == pytest.approx(1 * 0.192 * 730 * 0.4 + 80 * 0.08)
    assert usd(pool(capacity="on-demand")) == pytest.approx(1 * 0.192 * 730 + 50 * 0.08)


def test_the_network() -> None:
    two = nodes(2)
    nat = item("aws:ec2/natGateway:NatGateway", {"connectivityType": "public"})
    assert alone(nat, two) == pytest.approx(0.045 * 730 + 2 * 40 * 0.045)
    assert alone(item("aws:ec2/eip:Eip"), two) == pytest.approx(3.65)
    endpoint = item(
        "aws:ec2/vpcEndpoint:VpcEndpoint", {"vpcEndpointType": "Interface", "subnetIds": ["a", "b", UNKNOWN]}
    )
    assert alone(endpoint, two) == pytest.approx(3 * 7.30 + 2 * 5 * 0.01)
    assert usd(item("aws:ec2/vpcEndpoint:VpcEndpoint", {"vpcEndpointType": "Gateway"})) == 0
    gateway = item("kubernetes:gateway.networking.k8s.io/v1:Gateway")
    assert alone(gateway, two) == pytest.approx(0.0225 * 730 + 5.84 + 2 * 20 * 0.09)
    service = item("kubernetes:core/v1:Service", {"spec": {"type": "LoadBalancer"}})
    assert alone(service, two) == pytest.approx(0.0225 * 730 + 4.38 + 2 * 20 * 0.09)
    assert usd(item("kubernetes:core/v1:Service", {"spec": {"type": "ClusterIP"}})) == 0


def test_gateways_share_what_the_nodes_fetch() -> None:
    three = [item("aws:ec2/natGateway:NatGateway", name=name) for name in "abc"]
    assert usd(*three, nodes(3)) - usd(nodes(3)) == pytest.approx(3 * 0.045 * 730 + 3 * 40 * 0.045)


VALUES = {
    "prometheusSpec": {
        "replicas": 2,
        "storageSpec": {"volumeClaimTemplate": {"spec": {"resources": {"requests": {"storage": "50Gi"}}}}},
    },
    "singleBinary": {"replicas": 1, "persistence": {"size": "20Gi"}},
    "grafana": {"persistence": {"enabled": False, "size": "10Gi"}},
    "write": [{"persistence": {"enabled": True, "size": "1Ti"}}],
}


def test_volumes_are_found_in_a_chart_s_values() -> None:
    assert compute.claimed(VALUES) == 2 * 50 + 20 + 1024
    assert usd(item("kubernetes:helm.sh/v3:Release", {"values": VALUES})) == pytest.approx((2 * 50 + 20 + 1024) * 0.08)
    claim = {"spec": {"resources": {"requests": {"storage": "10Gi"}}}}
    assert usd(item("kubernetes:core/v1:PersistentVolumeClaim", claim)) == pytest.approx(0.80)
    claims = {"spec": {"replicas": 3, "volumeClaimTemplates": [claim]}}
    assert usd(item("kubernetes:apps/v1:StatefulSet", claims)) == pytest.approx(2.40)


# --- stores, by hand ------------------------------------------------------------------------------------------------

_CLUSTER: Final = "aws:rds/cluster:Cluster"
_INSTANCE: Final = "aws:rds/clusterInstance:ClusterInstance"


def test_aurora_on_instances() -> None:
    cluster = item(_CLUSTER, {"clusterIdentifier": "db", "manageMasterUserPassword": True}, id="db")
    two = [item(_INSTANCE, {"clusterIdentifier": "db", "instanceClass": "db.r6g.xlarge"}, str(n)) for n in range(2)]
    storage = 20 * 0.10 + 20 * 0.20 + 20 * 0.021 + 0.40
    assert usd(cluster, *two) == pytest.approx(2 * 0.519 * 730 + storage)
    optimized = item(_CLUSTER, {"clusterIdentifier": "db", "storageType": "aurora-iopt1"}, id="db")
    assert usd(optimized, *two) == pytest.approx(2 * 0.519 * 1.3 * 730 + 20 * 0.225 + 20 * 0.021)


@pytest.mark.parametrize(("least", "most", "units"), [(0, 2, 0.5), (0.5, 4, 1.375), (2, 2, 2)])
def test_aurora_serverless_counts_a_quarter_of_its_room(least: float, most: float, units: float) -> None:
    scaling = {"minCapacity": least, "maxCapacity": most}
    cluster = item(_CLUSTER, {"clusterIdentifier": "db", "serverlessv2ScalingConfiguration": scaling})
    instance = item(_INSTANCE, {"clusterIdentifier": "db", "instanceClass": "db.serverless"})
    assert alone(instance, cluster) == pytest.approx(units * 0.12 * 730)


def test_rds_with_a_standby_is_twice_one() -> None:
    one = {"instanceClass": "db.r6g.large", "allocatedStorage": 100, "multiAz": False}
    backups = 20 * 0.095
    assert usd(item("aws:rds/instance:Instance", one)) == pytest.approx(0.225 * 730 + 100 * 0.115 + backups)
    two = item("aws:rds/instance:Instance", {**one, "multiAz": True})
    assert usd(two) == pytest.approx(2 * (0.225 * 730 + 100 * 0.115) + backups)


def test_caches_tables_buckets() -> None:
    cache = {"engine": "valkey", "nodeType": "cache.t4g.medium", "numCacheClusters": 2, "snapshotRetentionLimit": 7}
    assert usd(item("aws:elasticache/replicationGroup:ReplicationGroup", cache)) == pytest.approx(
        2 * 0.052 * 730 + 0.085
    )
    shards = {"engine": "redis", "nodeType": "cache.t4g.micro", "numNodeGroups": 2, "replicasPerNodeGroup": 1}
    assert usd(item("aws:elasticache/replicationGroup:ReplicationGroup", shards)) == pytest.approx(4 * 0.016 * 730)
    table = {"billingMode": "PAY_PER_REQUEST", "pointInTimeRecovery": {"enabled": True}}
    requests, storage = 5 * 0.625 + 20 * 0.125, 2 * (0.25 + 0.20)
    assert usd(item("aws:dynamodb/table:Table", table)) == pytest.approx(requests + storage)
    replica = item("aws:dynamodb/tableReplica:TableReplica", {"pointInTimeRecovery": True})
    assert usd(replica) == pytest.approx(5 * 0.625 + 2 * 0.02 + storage)
    assert alone(item("aws:s3/bucket:Bucket"), nodes(5)) == pytest.approx(50 * 0.023 + 50 * 0.005)
    assert usd(item("aws:s3/bucket:Bucket")) == pytest.approx(10 * 0.023 + 50 * 0.005), "at least as with one node"


def test_replication_pays_for_the_way_and_the_time() -> None:
    timed = {"destination": {"replicationTime": {"status": "Enabled"}}}
    config = item("aws:s3/bucketReplicationConfig:BucketReplicationConfig", {"rules": [timed]})
    assert alone(config, nodes(5)) == pytest.approx(5 * (0.02 + 0.015))
    untimed = item("aws:s3/bucketReplicationConfig:BucketReplicationConfig", {"rules": [{"destination": {}}]})
    assert alone(untimed, nodes(5)) == pytest.approx(5 * 0.02)


def plan(schedule: str, days: int, *, copied: bool) -> Item:
    copies = [{"destinationVaultArn": "arn", "lifecycle": {"deleteAfter": days}}] if copied else []
    rule = {"schedule": schedule, "lifecycle": {"deleteAfter": days}, "copyActions": copies}
    return item("aws:backup/plan:Plan", {"rules": [rule]}, id="plan-1")


def selection(arn: str) -> Item:
    return item("aws:backup/selection:Selection", {"planId": "plan-1", "resources": [arn]})


MONTH: Final = 365 / 12
BACKED_UP = [
    # resource, schedule, days, copied, USD
    ("rds:us-east-1:1:cluster:db", "cron(0 5 * * ? *)", 35, False, 0.0),
    ("rds:us-east-1:1:cluster:db", "cron(0 5 * * ? *)", 35, True, 20 * MONTH * 0.02 + 20 * 35 * 0.021),
    ("rds:us-east-1:1:cluster:db", "cron(0 * * * ? *)", 1, True, 24 * 20 * MONTH * 0.02 + 20 * 24 * 0.021),
    ("rds:us-east-1:1:cluster:db", "cron(0 */6 * * ? *)", 1, True, 4 * 20 * MONTH * 0.02 + 20 * 4 * 0.021),
    ("dynamodb:us-east-1:1:table/t", "cron(0 1,9,17 * * ? *)", 2, False, 2 * 3 * 2 * 0.10),
    ("rds:us-east-1:1:db:db", "cron(0 5 * * ? *)", 10, False, (20 + 0.2 * 10) * 0.095),
    ("rds:us-east-1:1:db:db", "cron(0 5 * * ? *)", 10, True, 2 * (20 + 0.2 * 10) * 0.095 + 0.2 * MONTH * 0.02),
]


@pytest.mark.parametrize(("arn", "schedule", "days", "copied", "expected"), BACKED_UP)
def test_backups_and_their_copies(arn: str, schedule: str, days: int, copied: bool, expected: float) -> None:  # noqa: FBT001
    assert usd(plan(schedule, days, copied=copied), selection(f"arn:aws:{arn}")) == pytest.approx(expected)


# --- services, by hand ----------------------------------------------------------------------------------------------

BY_HAND = [
    ("aws:kms/key:Key", {}, 1.06),
    ("aws:kms/replicaKey:ReplicaKey", {}, 1.06),
    ("aws:secretsmanager/secret:Secret", {}, 0.50),
    ("aws:secretsmanager/secret:Secret", {"replicas": [{"region": "us-west-2"}]}, 0.90),
    ("aws:ecr/repository:Repository", {}, 0.30),
    ("aws:cloudwatch/metricAlarm:MetricAlarm", {"metricName": "x"}, 0.10),
    ("aws:cloudwatch/metricAlarm:MetricAlarm", {"metricQueries": [{}, {}, {}]}, 0.30),
    ("aws:cloudwatch/dashboard:Dashboard", {}, 3.00),
    ("aws:route53/zone:Zone", {}, 0.50),
    ("aws:route53/healthCheck:HealthCheck", {"type": "HTTP", "requestInterval": 30}, 0.75),
    ("aws:route53/healthCheck:HealthCheck", {"type": "HTTPS_STR_MATCH", "requestInterval": 10}, 6.75),
    ("aws:wafv2/webAcl:WebAcl", {"rules": [{}, {}, {}]}, 5 + 3 + 2 * 0.60),
    ("aws:cloudfront/distribution:Distribution", {}, 100 * 0.085 + 200 * 0.01),
    ("aws:ec2/vpnConnection:VpnConnection", {}, 36.50),
    ("aws:ebs/volume:Volume", {"size": 100}, 8.00),
    ("aws:lb/loadBalancer:LoadBalancer", {"loadBalancerType": "network"}, 0.0225 * 730 + 4.38),
    ("aws:guardduty/detector:Detector", {}, 14.00),
    ("aws:cfg/recorder:Recorder", {}, 9.00),
    ("aws:cfg/rule:Rule", {}, 0.20),
    ("aws:securityhub/account:Account", {}, 5.00),
    ("aws:cloudtrail/trail:Trail", {}, 1.00),
    ("aws:cloudwatch/logGroup:LogGroup", {"name": "/x", "retentionInDays": 365}, 0.25 + 0.5 * 12 * 0.15 * 0.03),
]


@pytest.mark.parametrize(("type_", "props", "expected"), BY_HAND, ids=[f"{it[0]} {it[2]:.2f}" for it in BY_HAND])
def test_services(type_: str, props: dict[str, object], expected: float) -> None:
    assert usd(item(type_, props)) == pytest.approx(expected)


def test_logs_grow_with_the_nodes() -> None:
    four = nodes(4)
    months = 30 / MONTH

    def group(name: str) -> Item:
        return item("aws:cloudwatch/logGroup:LogGroup", {"name": name, "retentionInDays": 30})

    def cost(gigabytes: float) -> float:
        return gigabytes * (0.50 + months * 0.15 * 0.03)

    assert alone(group("/aws/eks/main/cluster"), four) == pytest.approx(cost(8 + 4))
    assert alone(group("/aws/containerinsights/main/performance"), four) == pytest.approx(cost(4 * 3))
    flow = item("aws:ec2/flowLog:FlowLog", {"logDestination": "arn:aws:logs:us-east-1:1:log-group:/flow"})
    assert alone(group("/flow"), four, flow) == pytest.approx(cost(4 * 2))
    by_dependency = item(
        "aws:ec2/flowLog:FlowLog", {"logDestination": UNKNOWN}, depends={"logDestination": [group("").urn]}
    )
    assert alone(group("/any"), four, by_dependency) == pytest.approx(cost(4 * 2))


def test_every_estimator_has_an_example() -> None:
    source = Path(__file__).read_text()
    assert [type_ for type_ in ESTIMATORS if f'"{type_}"' not in source and type_ not in ALIKE] == []


ALIKE: Final = {"aws:alb/loadBalancer:LoadBalancer", "kubernetes:networking.k8s.io/v1:Ingress"}
"""Other names of what has an example."""


def test_other_names_cost_the_same() -> None:
    pairs = (
        ("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"),
        ("kubernetes:gateway.networking.k8s.io/v1:Gateway", "kubernetes:networking.k8s.io/v1:Ingress"),
    )
    assert {second for _, second in pairs} == ALIKE
    for first, second in pairs:
        assert usd(item(first)) == usd(item(second)) > 0


# --- what is not in the sum -----------------------------------------------------------------------------------------


def left(found: Estimate) -> list[str]:
    return [it.why for it in found.not_priced]


NOT_PRICED = [
    (item("aws:msk/cluster:Cluster"), "no price for this type"),
    (nodes(1, "x99.large"), "instances of x99.large"),
    (pool(limit=None), "a pool without a limit of CPU"),
    (pool(kind="x99.large"), "instances of x99.large"),
    (item(_INSTANCE, {"instanceClass": "db.x99.large"}), "Aurora instances of db.x99.large"),
    (item(_INSTANCE, {"instanceClass": "db.serverless"}), "capacity units of a cluster that can't be seen"),
    (item("aws:rds/instance:Instance", {"instanceClass": "db.x99.large"}), "RDS instances of db.x99.large"),
    (item("aws:elasticache/replicationGroup:ReplicationGroup", {"nodeType": "cache.x"}), "redis nodes of cache.x"),
    (item("aws:dynamodb/table:Table", {"billingMode": "PROVISIONED"}), "a table with provisioned capacity"),
]


@pytest.mark.parametrize(("of", "why"), NOT_PRICED, ids=[it[1] for it in NOT_PRICED])
def test_what_has_no_price_is_told_of(of: Item, why: str) -> None:
    assert left(estimate([of])) == [why]


HIDDEN = [
    (nodes(1, scalingConfig={"desiredSize": UNKNOWN}), "scalingConfig.desiredSize"),
    (nodes(1, instanceTypes=UNKNOWN), "instanceTypes"),
    (nodes(1, scalingConfig=UNKNOWN), "scalingConfig.desiredSize"),
    (item("aws:ec2/vpcEndpoint:VpcEndpoint", {"vpcEndpointType": "Interface", "subnetIds": UNKNOWN}), "subnetIds"),
    (item(_INSTANCE, {"instanceClass": UNKNOWN}), "instanceClass"),
    (item("aws:rds/instance:Instance", {"instanceClass": UNKNOWN}), "instanceClass"),
    (item("aws:elasticache/replicationGroup:ReplicationGroup", {"nodeType": UNKNOWN}), "nodeType"),
]


@pytest.mark.parametrize(("of", "path"), HIDDEN, ids=[f"{it[0].type} {it[1]}" for it in HIDDEN])
def test_what_is_not_known_yet_is_told_of(of: Item, path: str) -> None:
    found = estimate([of])
    assert [it.why for it in found.hidden] == [path]
    assert left(found) == []


def test_unknown_values_break_nothing() -> None:
    for type_ in ESTIMATORS:
        keys = ("spec", "values", "rules", "name", "engine", "replicas", "billingMode", "type", "resources", "size")
        estimate([item(type_, dict.fromkeys(keys, UNKNOWN)), nodes()])


# --- sums -----------------------------------------------------------------------------------------------------------


def test_sums_by_resource_and_type() -> None:
    found = estimate([nodes(2), *(item("aws:kms/key:Key", name=name) for name in "ab"), item("aws:ec2/vpc:Vpc")])
    assert [(it.name, round(cost, 2)) for it, cost in found.by_resource()] == [
        ("general", 2 * 0.192 * 730 + 8),
        ("a", 1.06),
        ("b", 1.06),
    ]
    assert [(type_, count) for type_, count, _ in found.by_type()] == [(NODE_GROUP, 1), ("aws:kms/key:Key", 2)]
    assert found.monthly_usd == pytest.approx(sum(cost for _, cost in found.by_resource()))


def budget(**props: object) -> Item:
    return item("aws:budgets/budget:Budget", {"limitAmount": "600", "limitUnit": "USD", "timeUnit": "MONTHLY", **props})


@pytest.mark.parametrize(
    ("budgets", "expected"),
    [
        ([], None),
        ([budget()], 600),
        ([budget(), budget(limitAmount="90.5")], 90.5),
        ([budget(timeUnit="ANNUALLY")], None),
        ([budget(limitUnit="GB")], None),
        ([budget(limitAmount=UNKNOWN)], None),
    ],
)
def test_the_stack_s_own_budget_is_read(budgets: list[Item], expected: float | None) -> None:
    assert estimate(budgets).budget_usd == expected


def test_a_savings_plan_covers_a_part_of_what_always_runs() -> None:
    found = estimate([nodes(5), nodes(3, capacityType="SPOT")])
    base = 5 * 0.192
    assert found.savings_plan_usd_per_hour == pytest.approx(base * 0.6 * 0.73)
    assert found.savings_usd == pytest.approx(base * 0.6 * 0.27 * 730)
    assert estimate([nodes(2, scalingConfig={"desiredSize": 2, "minSize": 0})]).savings_usd == 0


def test_parts_multiply() -> None:
    assert Part("x", 3, prices.PRICES["secret"], 0.5).usd == pytest.approx(0.60)
    assert {*compute.ESTIMATORS, *data.ESTIMATORS, *services.ESTIMATORS} == set(ESTIMATORS)


def test_every_size_that_settings_allow_has_a_price() -> None:
    assert set(prices.INSTANCES) == set(INSTANCE_TYPES)
    assert {name for name, kind in DATABASE_CLASSES.items() if kind.aurora} <= set(prices.AURORA)
    assert {name for name, kind in DATABASE_CLASSES.items() if kind.rds} <= set(prices.RDS)
    for engine in ("valkey", "redis"):
        missing = set(CACHE_NODE_TYPES) - set(prices.CACHE_NODES[engine])
        assert missing == set(), engine


def test_larger_sizes_of_a_family_cost_in_proportion() -> None:
    for family in {name.split(".")[0] for name in prices.INSTANCES}:
        large, xlarge = (prices.INSTANCES[f"{family}.{size}"].usd for size in ("large", "xlarge"))
        assert xlarge == pytest.approx(2 * large, rel=0.01), family
