"""RDS: instances, Aurora clusters, their snapshots, events and proxies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from controls.fsbp.backups import backed_up
from controls.fsbp.lines import disputed, line
from controls.graph import Graph, Json, Resource, aws, rows, texts
from controls.judges import all_of, at_least, each, finding, has, no, one_of, there, yes
from controls.model import Control, Finding, Judge

INSTANCE: Final = aws("rds.Instance")
MEMBER: Final = aws("rds.ClusterInstance")
CLUSTER: Final = aws("rds.Cluster")
SNAPSHOT: Final = aws("rds.Snapshot")
CLUSTER_SNAPSHOT: Final = aws("rds.ClusterSnapshot")
EVENTS: Final = aws("rds.EventSubscription")
PROXY: Final = aws("rds.Proxy")
PARAMETERS: Final = aws("rds.ParameterGroup")
CLUSTER_PARAMETERS: Final = aws("rds.ClusterParameterGroup")
_BACKUP_DAYS: Final = 7
"""Days that AWS Config's rule ``db-instance-backup-enabled`` wants at the least."""
_DEFAULT_PORTS: Final = {"postgres": 5432, "aurora-postgresql": 5432, "mysql": 3306, "aurora-mysql": 3306}
_DEFAULT_NAMES: Final = ("admin", "postgres", "administrator", "root")


def _postgres(resource: Resource) -> bool:
    return "postgres" in resource.text("engine")


def _mysql(resource: Resource) -> bool:
    return resource.text("engine") == "aurora-mysql"


def _plain_cluster(resource: Resource) -> bool:
    """A Multi-AZ cluster that isn't Aurora: whose minor upgrades are the cluster's, not the instances'."""
    return resource.text("engine") in ("postgres", "mysql")


def _named(value: Json) -> bool:
    return isinstance(value, str) and bool(value) and value.lower() not in _DEFAULT_NAMES


def _several_zones(graph: Graph) -> Iterator[Finding]:
    """A cluster with a reader has a second instance, which RDS puts in another zone of the subnet group."""
    groups = {group.text("name"): len(texts(group.get("subnetIds"))) for group in graph.of(aws("rds.SubnetGroup"))}
    for cluster in graph.of(CLUSTER):
        if _plain_cluster(cluster):
            yield finding(cluster, "allocatedStorage", there(cluster.get("dbClusterInstanceClass")), "Multi-AZ cluster")
            continue
        members = [it for it in graph.of(MEMBER) if it.get("clusterIdentifier") == cluster.id]
        zones = groups.get(cluster.text("dbSubnetGroupName"), 0)
        good = len(members) > 1 and zones > 1
        yield finding(cluster, "", good, f"{len(members)} instances, subnets in {zones} zones")


def _shared(value: Json) -> bool:
    return "all" not in texts(value)


def _subscribed(source: str, *categories: str) -> Judge:
    """Somebody is told of ``categories`` of ``source``; a subscription that names none is told of all."""

    def judge(graph: Graph) -> Iterator[Finding]:
        if not graph.of(CLUSTER, INSTANCE):
            return
        covered: set[str] = set()
        looked = [it for it in graph.of(EVENTS) if it.text("sourceType") == source and it.get("enabled") is not False]
        for subscription in looked:
            named = texts(subscription.get("eventCategories")) or list(categories)
            if not texts(subscription.get("sourceIds")) and there(subscription.get("snsTopic")):
                covered |= set(named)
        missing = sorted(set(categories) - covered)
        for subscription in looked:
            yield finding(subscription, "eventCategories", not missing, subscription.get("eventCategories"))
        if not looked:
            yield Finding(graph.root, "", good=False, found=f"no EventSubscription for {source}")

    return judge


def _port(graph: Graph) -> Iterator[Finding]:
    for resource in graph.of(CLUSTER, INSTANCE):
        usual = _DEFAULT_PORTS.get(resource.text("engine"))
        port = resource.get("port")
        yield finding(resource, "port", port is not None and port != usual, port)


def _tls(graph: Graph) -> Iterator[Finding]:
    """``rds.force_ssl`` is 1 in the parameter group that the database names."""
    for owner, group_type, by in (
        (CLUSTER, CLUSTER_PARAMETERS, "dbClusterParameterGroupName"),
        (INSTANCE, PARAMETERS, "parameterGroupName"),
    ):
        groups = {group.text("name"): group for group in graph.of(group_type)}
        for database in graph.of(owner):
            if not _postgres(database):
                continue
            group = groups.get(database.text(by))
            values = {
                str(row.get("name")): row.get("value") for row in rows(group.get("parameters") if group else None)
            }
            found = values.get("rds.force_ssl")
            yield finding(group or database, "parameters" if group else by, found in ("1", 1), found)


_CLUSTERS_AND_INSTANCES: Final = (CLUSTER, INSTANCE)
_SNAPSHOTS: Final = (SNAPSHOT, CLUSTER_SNAPSHOT)

CONTROLS: Final[tuple[Control, ...]] = (
    line("RDS.1", "Snapshots are shared with nobody", _SNAPSHOTS, each(_SNAPSHOTS, "sharedAccounts", _shared)),
    line(
        "RDS.2",
        "Instances have no public address",
        (INSTANCE, MEMBER),
        each((INSTANCE, MEMBER), "publiclyAccessible", no),
    ),
    line("RDS.3", "Instances are encrypted at rest", _CLUSTERS_AND_INSTANCES, each(
        _CLUSTERS_AND_INSTANCES, "storageEncrypted", yes)),
    line("RDS.4", "Snapshots are encrypted: a snapshot is what its database is", _CLUSTERS_AND_INSTANCES, all_of(
        each(_CLUSTERS_AND_INSTANCES, "storageEncrypted", yes), each(_CLUSTERS_AND_INSTANCES, "kmsKeyId", there))),
    line("RDS.5", "Instances stand in more than one zone", INSTANCE, each(INSTANCE, "multiAz", yes)),
    line("RDS.6", "Enhanced monitoring is on", (INSTANCE, MEMBER), each(
        (INSTANCE, MEMBER), "monitoringInterval", at_least(1))),
    line("RDS.7", "Clusters have deletion protection", CLUSTER, each(CLUSTER, "deletionProtection", yes)),
    line("RDS.8", "Instances have deletion protection", INSTANCE, each(INSTANCE, "deletionProtection", yes)),
    line("RDS.9", "Databases send their logs to CloudWatch", _CLUSTERS_AND_INSTANCES, each(
        _CLUSTERS_AND_INSTANCES, "enabledCloudwatchLogsExports", there)),
    line("RDS.10", "IAM may sign in to instances", INSTANCE, each(INSTANCE, "iamDatabaseAuthenticationEnabled", yes)),
    line("RDS.11", "Backups are made, and kept for a week at least", _CLUSTERS_AND_INSTANCES, each(
        _CLUSTERS_AND_INSTANCES, "backupRetentionPeriod", at_least(_BACKUP_DAYS))),
    line("RDS.12", "IAM may sign in to clusters", CLUSTER, each(CLUSTER, "iamDatabaseAuthenticationEnabled", yes)),
    line("RDS.13", "Instances take minor upgrades by themselves", (INSTANCE, MEMBER), each(
        (INSTANCE, MEMBER), "autoMinorVersionUpgrade", yes)),
    line("RDS.14", "Aurora MySQL can be wound back", CLUSTER, each(
        CLUSTER, "backtrackWindow", at_least(1), where=_mysql)),
    line("RDS.15", "Clusters stand in more than one zone", CLUSTER, _several_zones),
    line("RDS.16", "Clusters' snapshots carry their tags", CLUSTER, each(CLUSTER, "copyTagsToSnapshot", yes)),
    line("RDS.17", "Instances' snapshots carry their tags", (INSTANCE, MEMBER), each(
        (INSTANCE, MEMBER), "copyTagsToSnapshot", yes)),
    line("RDS.18", "Databases stand in a VPC", _CLUSTERS_AND_INSTANCES, each(
        _CLUSTERS_AND_INSTANCES, "dbSubnetGroupName", there)),
    line("RDS.19", "Somebody is told of a cluster's maintenance and failure", (CLUSTER, EVENTS), _subscribed(
        "db-cluster", "maintenance", "failure")),
    line("RDS.20", "Somebody is told of an instance's maintenance, change and failure", (CLUSTER, INSTANCE, EVENTS),
        _subscribed("db-instance", "maintenance", "configuration change", "failure")),
    line("RDS.21", "Somebody is told of a changed parameter group", (CLUSTER, INSTANCE, EVENTS), _subscribed(
        "db-parameter-group", "configuration change")),
    line("RDS.22", "Somebody is told of a changed security group", (CLUSTER, INSTANCE, EVENTS), _subscribed(
        "db-security-group", "configuration change", "failure")),
    line("RDS.23", "Databases don't listen at their engine's usual port", _CLUSTERS_AND_INSTANCES, _port),
    line("RDS.24", "Clusters' administrators have no usual name", CLUSTER, each(
        CLUSTER, "masterUsername", _named, where=lambda it: not there(it.get("replicationSourceIdentifier")))),
    line("RDS.25", "Instances' administrators have no usual name", INSTANCE, each(
        INSTANCE, "username", _named, where=lambda it: not there(it.get("replicateSourceDb")))),
    disputed("RDS.26", "A backup plan covers every database", _CLUSTERS_AND_INSTANCES, backed_up(
        *_CLUSTERS_AND_INSTANCES)),
    line("RDS.27", "Clusters are encrypted at rest", CLUSTER, each(CLUSTER, "storageEncrypted", yes)),
    line("RDS.35", "Multi-AZ clusters take minor upgrades by themselves", CLUSTER, each(
        CLUSTER, "autoMinorVersionUpgrade", yes)),
    line("RDS.36", "PostgreSQL instances send their logs to CloudWatch", INSTANCE, each(
        INSTANCE, "enabledCloudwatchLogsExports", has("postgresql"), where=_postgres)),
    line("RDS.37", "Aurora PostgreSQL sends its logs to CloudWatch", CLUSTER, each(
        CLUSTER, "enabledCloudwatchLogsExports", has("postgresql"), where=_postgres)),
    line("RDS.38", "PostgreSQL refuses connections without TLS", (*_CLUSTERS_AND_INSTANCES, PARAMETERS,
        CLUSTER_PARAMETERS), _tls),
    line("RDS.43", "Proxies refuse connections without TLS", PROXY, each(PROXY, "requireTls", one_of(True))),
)  # fmt: skip
"""The lines about RDS."""

__all__ = ["CONTROLS"]
