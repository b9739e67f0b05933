"""DynamoDB, its accelerator, ElastiCache, OpenSearch and the registry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from controls.fsbp.backups import backed_up
from controls.fsbp.lines import disputed, line
from controls.graph import Graph, Json, Resource, aws, document, rows, truth
from controls.judges import all_of, at_least, each, finding, linked, one_of, there, yes
from controls.model import Control, Finding, Judge

TABLE: Final = aws("dynamodb.Table")
REPLICA: Final = aws("dynamodb.TableReplica")
DAX: Final = aws("dax.Cluster")
CACHE: Final = aws("elasticache.ReplicationGroup")
DOMAIN: Final = aws("opensearch.Domain")
REPOSITORY: Final = aws("ecr.Repository")
_DATA_NODES: Final = 3
_RBAC_FROM: Final = 6
"""The Redis version from which users and their rights take the place of one password."""


def _scales(graph: Graph) -> Iterator[Finding]:
    scaled = {it.text("resourceId") for it in graph.of(aws("appautoscaling.Target"))}
    for table in graph.of(TABLE):
        mode = table.get("billingMode")
        good = mode == "PAY_PER_REQUEST" or f"table/{table.id}" in scaled
        yield finding(table, "billingMode", good, mode)


def _older(cache: Resource) -> bool:
    """Whether it is a Redis that has one password instead of users."""
    major = cache.text("engineVersion").partition(".")[0]
    return cache.text("engine") in ("", "redis") and major.isdigit() and int(major) < _RBAC_FROM


def _own_subnets(value: Json) -> bool:
    return there(value) and value != "default"


def _node_count(graph: Graph) -> Iterator[Finding]:
    for domain in graph.of(DOMAIN):
        count = domain.get("clusterConfig.instanceCount")
        zones = truth(domain.get("clusterConfig.zoneAwarenessEnabled"))
        yield finding(domain, "clusterConfig.instanceCount", at_least(_DATA_NODES)(count) and zones is True, count)


def _publishes(kind: str, domain: Resource) -> bool:
    return any(
        row.get("logType") == kind
        and truth(row.get("enabled")) is not False
        and there(row.get("cloudwatchLogGroupArn"))
        for row in domain.rows("logPublishingOptions")
    )


def _logged(kind: str) -> Judge:
    def judge(graph: Graph) -> Iterator[Finding]:
        for domain in graph.of(DOMAIN):
            yield finding(domain, "logPublishingOptions", _publishes(kind, domain), domain.get("logPublishingOptions"))

    return judge


def _fine_grained(graph: Graph) -> Iterator[Finding]:
    for domain in graph.of(DOMAIN):
        found = domain.get("advancedSecurityOptions.enabled")
        yield finding(domain, "advancedSecurityOptions.enabled", truth(found) is True, found)


def _modern_tls(graph: Graph) -> Iterator[Finding]:
    for domain in graph.of(DOMAIN):
        good = truth(domain.get("domainEndpointOptions.enforceHttps")) is True
        policy = domain.text("domainEndpointOptions.tlsSecurityPolicy")
        yield finding(domain, "domainEndpointOptions", good and policy.startswith("Policy-Min-TLS-1-2-PFS"), policy)


def _scanned(graph: Graph) -> Iterator[Finding]:
    for repository in graph.of(REPOSITORY):
        found = repository.get("imageScanningConfiguration.scanOnPush")
        yield finding(repository, "imageScanningConfiguration.scanOnPush", truth(found) is True, found)


def _rules(value: Json) -> bool:
    found = document(value)
    return isinstance(found, dict) and bool(rows(found.get("rules")))


def _tagged(graph: Graph) -> Iterator[Finding]:
    for domain in graph.of(DOMAIN):
        found = domain.get("tagsAll") or domain.get("tags")
        yield finding(domain, "tags", there(found), found)


CONTROLS: Final[tuple[Control, ...]] = (
    line("DynamoDB.1", "Tables grow with their use", TABLE, _scales),
    line("DynamoDB.2", "Tables can be had back as of any second", (TABLE, REPLICA), all_of(
        each(TABLE, "pointInTimeRecovery.enabled", yes), each(REPLICA, "pointInTimeRecovery", yes))),
    line("DynamoDB.3", "The accelerator is encrypted at rest", DAX, each(DAX, "serverSideEncryption.enabled", yes)),
    disputed("DynamoDB.4", "A backup plan covers every table", TABLE, backed_up(TABLE)),
    line("DynamoDB.6", "Tables have deletion protection", (TABLE, REPLICA), each(
        (TABLE, REPLICA), "deletionProtectionEnabled", yes)),
    line("DynamoDB.7", "The accelerator is asked by TLS", DAX, each(
        DAX, "clusterEndpointEncryptionType", one_of("TLS"))),
    line("ElastiCache.1", "Caches are backed up", CACHE, each(CACHE, "snapshotRetentionLimit", at_least(1))),
    line("ElastiCache.2", "Caches take minor upgrades by themselves", CACHE, each(
        CACHE, "autoMinorVersionUpgrade", yes)),
    line("ElastiCache.3", "Caches fail over by themselves", CACHE, each(CACHE, "automaticFailoverEnabled", yes)),
    line("ElastiCache.4", "Caches are encrypted at rest", CACHE, each(CACHE, "atRestEncryptionEnabled", yes)),
    line("ElastiCache.5", "Caches are asked by TLS", CACHE, each(CACHE, "transitEncryptionEnabled", yes)),
    line("ElastiCache.6", "Redis before version 6 asks for a password", CACHE, each(
        CACHE, "authToken", there, where=_older)),
    line("ElastiCache.7", "Caches stand in subnets of their own", CACHE, each(CACHE, "subnetGroupName", _own_subnets)),
    line("OpenSearch.1", "Domains are encrypted at rest", DOMAIN, each(DOMAIN, "encryptAtRest.enabled", yes)),
    line("OpenSearch.2", "Domains stand in a VPC", DOMAIN, each(DOMAIN, "vpcOptions.subnetIds", there)),
    line("OpenSearch.3", "Nodes of a domain talk by TLS", DOMAIN, each(DOMAIN, "nodeToNodeEncryption.enabled", yes)),
    line("OpenSearch.4", "Errors of a domain go to CloudWatch", DOMAIN, _logged("ES_APPLICATION_LOGS")),
    line("OpenSearch.5", "A domain's audit log is on", DOMAIN, _logged("AUDIT_LOGS")),
    line("OpenSearch.6", "Domains have three data nodes in several zones", DOMAIN, _node_count),
    line("OpenSearch.7", "Rights in a domain are fine-grained", DOMAIN, _fine_grained),
    line("OpenSearch.8", "Domains are asked by a recent TLS policy", DOMAIN, _modern_tls),
    line("OpenSearch.9", "Domains are tagged", DOMAIN, _tagged),
    line("OpenSearch.10", "Domains update their software by themselves", DOMAIN, each(
        DOMAIN, "softwareUpdateOptions.autoSoftwareUpdateEnabled", yes)),
    line("ECR.1", "Images are scanned when they are pushed", REPOSITORY, _scanned),
    line("ECR.2", "A tag names one image for ever", REPOSITORY, each(
        REPOSITORY, "imageTagMutability", one_of("IMMUTABLE"))),
    line("ECR.3", "Images of a repository end", REPOSITORY, linked(
        REPOSITORY, aws("ecr.LifecyclePolicy"), "repository", "policy", _rules)),
)  # fmt: skip
"""The lines about stores other than RDS and S3."""

__all__ = ["CONTROLS"]
