"""Data does not wait for the cluster: a failed or slow cluster must not hold a database back, nor take it along."""

from __future__ import annotations

import pytest

from sandbox.model import Run
from tests.stacks.graph import of_type, reaches

CLUSTER = ("aws:eks/", "eks:index:", "kubernetes:", "pulumi:providers:kubernetes")
STORES = (
    "aws:rds:Cluster",
    "aws:rds:Instance",
    "aws:rds:ClusterInstance",
    "aws:elasticache:ReplicationGroup",
    "aws:dynamodb:Table",
    "aws:s3:Bucket",
    "aws:kms:Key",
    "aws:ecr:Repository",
    "aws:secretsmanager:Secret",
)
ALWAYS_THERE = ("aws:elasticache:ReplicationGroup", "aws:dynamodb:Table", "aws:s3:Bucket", "aws:kms:Key")


def types_reached(run: Run, urns: set[str]) -> set[str]:
    return {r.type for r in run.resources if r.urn in urns}


@pytest.mark.parametrize("kind", STORES)
def test_no_store_waits_for_the_cluster(run: Run, kind: str) -> None:
    stores = of_type(run, kind)
    # a standby's tables are its primary's copies
    assert stores or kind not in ALWAYS_THERE or (run.stack == "production-dr" and kind == "aws:dynamodb:Table")
    for store in stores:
        behind = {t for t in types_reached(run, reaches(run, store)) if t.startswith(CLUSTER)}
        assert behind == set(), store.urn


def test_the_question_finds_what_does_wait(run: Run) -> None:
    """The same walk from a Deployment does arrive at the cluster, so an empty answer above means something."""
    deployment = of_type(run, "kubernetes:apps/v1:Deployment")[0]
    assert any(t.startswith("aws:eks/") for t in types_reached(run, reaches(run, deployment)))
