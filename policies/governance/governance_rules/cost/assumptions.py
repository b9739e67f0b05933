"""What an estimate assumes where a resource's inputs don't say how much it is used.

Traffic is counted by node: what flows, is logged and is stored grows with what runs. The figures are for a young
platform with few thousand pupils; a bill of a month is the way to better ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Assumption:
    """A figure, its unit, and why this one."""

    value: float
    unit: str
    why: str


HOURS: Final = Assumption(730, "hours a month", "AWS's own average: 8,760 hours a year by twelve")
SPOT_DISCOUNT: Final = Assumption(0.60, "of the price", "spot of m and r families saved half to two thirds in 2026")
SAVINGS_PLAN: Final = Assumption(0.27, "of the price", "a Compute Savings Plan of one year without upfront payment")
SAVINGS_PLAN_SHARE: Final = Assumption(0.60, "of the base", "the platform's rule: a plan for 60 % of what always runs")
POOL_SHARE: Final = Assumption(0.10, "of a pool's CPU limit", "Karpenter's pools carry peaks: a tenth of their limit")
NODE_DISK: Final = Assumption(50, "GB a node", "where a node's launch template can't be seen")

NAT_GB: Final = Assumption(40, "GB a node", "images that no endpoint serves, models, packages")
ENDPOINT_GB: Final = Assumption(5, "GB a node", "per endpoint: AWS's APIs, of which images are most")
INTERNET_GB: Final = Assumption(20, "GB a node", "answers to browsers through the load balancer")
LOAD_UNITS: Final = Assumption(1, "LCU", "25 new connections a second, or 1 GB an hour")

CONTROL_PLANE_GB: Final = Assumption(8, "GB", "five log types of a cluster, of which audit is most")
CONTROL_PLANE_NODE_GB: Final = Assumption(1, "GB a node", "the kubelets' requests in it")
FLOW_GB: Final = Assumption(2, "GB a node", "flow logs in ten-minute aggregates")
INSIGHTS_GB: Final = Assumption(3, "GB a node", "Container Insights' performance events")
LOG_GB: Final = Assumption(0.5, "GB", "any other log group: engines' logs, slow queries")
LOG_COMPRESSION: Final = Assumption(0.15, "of what came in", "how CloudWatch Logs counts what it keeps")

DATABASE_GB: Final = Assumption(20, "GB", "accounts, courses, results of the first years")
DATABASE_IO: Final = Assumption(20, "million requests", "eight a second on average")
ACU_SHARE: Final = Assumption(0.25, "of the way from min to max", "idle at night, busy in lessons; never paused")
DATABASE_BACKUP: Final = Assumption(1, "times its size", "changes over the retention, beyond the free size")
BACKUP_CHANGE: Final = Assumption(0.01, "of its size", "what changed between two backups of an RDS instance")
CACHE_BACKUP_GB: Final = Assumption(1, "GB", "snapshots beyond the free one")

TABLE_GB: Final = Assumption(2, "GB", "contexts of 30 days")
TABLE_WRITES: Final = Assumption(5, "million units", "two a second on average")
TABLE_READS: Final = Assumption(20, "million units", "eight a second on average")

BUCKET_GB: Final = Assumption(10, "GB a node", "each bucket, in S3 Standard's price: upper bound of all tiers")
BUCKET_WRITES: Final = Assumption(50, "thousand requests", "each bucket")
REPLICATED_SHARE: Final = Assumption(0.10, "of a bucket", "new content a month, which is what replication copies")
IMAGES_GB: Final = Assumption(3, "GB", "a repository's kept images, layers shared")
KEY_REQUESTS: Final = Assumption(2, "times 10,000 requests", "a key, with S3 bucket keys")
SECRET_REQUESTS: Final = Assumption(2, "times 10,000 requests", "External Secrets asks every quarter of an hour")
VOLUME_SHARE: Final = Assumption(1, "of what is claimed", "gp3 is paid as provisioned")

EDGE_GB: Final = Assumption(100, "GB", "assets of the front ends")
EDGE_REQUESTS: Final = Assumption(200, "times 10,000 requests", "two million")
WAF_REQUESTS: Final = Assumption(2, "million requests", "all that the edge is asked")

GUARDDUTY_EVENTS: Final = Assumption(1, "million events", "CloudTrail management and EKS audit events")
GUARDDUTY_GB: Final = Assumption(10, "GB", "flow and DNS logs")
CONFIG_ITEMS: Final = Assumption(3000, "items", "a stack's resources, changed a few times a month")
CONFIG_EVALUATIONS: Final = Assumption(200, "evaluations", "of each rule, as what it looks at changes")
CHECKS: Final = Assumption(5000, "checks", "two standards over a stack's resources")
TRAIL_EVENTS: Final = Assumption(10, "times 100,000 events", "data events on pupils' stores")
