"""Prices: USD on demand in us-east-1, without tax, free tier and discounts, each with its source and day.

us-west-2 lists the same for nearly all of them, so the table serves every region of the platform.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Source:
    """Where prices were read and when (ISO day, or as near as the source says). ``sure``: read in AWS's own list."""

    name: str
    date: str
    sure: bool = True


@dataclass(frozen=True)
class Price:
    """One price."""

    usd: float
    unit: str
    source: Source


EC2: Final = Source("karpenter-provider-aws, zz_generated.pricing_aws.go (AWS Price List)", "2026-07-20")
INFRACOST: Final = Source("infracost, golden files of its estimates (AWS Price List)", "2024-07-01")
INFRACOST_NEW: Final = Source("infracost, golden files of its estimates (AWS Price List)", "2026-05-03")
CACHES: Final = Source("AWS Price List, by a public repository", "2026-10-02")
TABLES: Final = Source("AWS Price List, by a public repository, and infracost", "2026-07-31")
DATABASES: Final = Source("third-party table of Aurora instances; another page differs by 15 %", "2026", sure=False)
SIZES: Final = Source("the same family's price a size smaller, doubled: AWS prices by size", "2026", sure=False)
FROM_MEMORY: Final = Source("AWS pricing pages, not read again", "2026-11", sure=False)
GUARDDUTY: Final = Source("factualminds.com, GuardDuty pricing", "2026-06")

_HOUR, _MONTH, _GB, _GB_MONTH = "hour", "month", "GB", "GB-month"


def _all(source: Source, unit: str, **prices: float) -> dict[str, Price]:
    return {name.replace("__", "."): Price(usd, unit, source) for name, usd in prices.items()}


PRICES: Final[Mapping[str, Price]] = {
    "eks.cluster": Price(0.10, _HOUR, INFRACOST),
    "nat.gateway": Price(0.045, _HOUR, INFRACOST),
    "nat.data": Price(0.045, _GB, INFRACOST),
    "ipv4.public": Price(0.005, _HOUR, INFRACOST),
    "endpoint.zone": Price(0.01, _HOUR, INFRACOST),
    "endpoint.data": Price(0.01, _GB, INFRACOST),
    "transfer.internet": Price(0.09, _GB, FROM_MEMORY),
    "transfer.region": Price(0.02, _GB, INFRACOST),
    "vpn.connection": Price(0.05, _HOUR, FROM_MEMORY),
    "ebs.gp3": Price(0.08, _GB_MONTH, INFRACOST),
    "lb.application": Price(0.0225, _HOUR, INFRACOST),
    "lb.network": Price(0.0225, _HOUR, INFRACOST),
    "lb.lcu": Price(5.84, "LCU-month", INFRACOST),
    "lb.nlcu": Price(4.38, "NLCU-month", INFRACOST),
    "aurora.acu": Price(0.12, "ACU-hour", DATABASES),
    "aurora.acu.optimized": Price(0.156, "ACU-hour", DATABASES),
    "aurora.storage": Price(0.10, _GB_MONTH, INFRACOST),
    "aurora.storage.optimized": Price(0.225, _GB_MONTH, INFRACOST),
    "aurora.io": Price(0.20, "million requests", INFRACOST),
    "aurora.backup": Price(0.021, _GB_MONTH, INFRACOST),
    "rds.storage": Price(0.115, _GB_MONTH, INFRACOST_NEW),
    "rds.backup": Price(0.095, _GB_MONTH, INFRACOST),
    "cache.backup": Price(0.085, _GB_MONTH, INFRACOST),
    "dynamodb.write": Price(0.625, "million units", TABLES),
    "dynamodb.read": Price(0.125, "million units", TABLES),
    "dynamodb.storage": Price(0.25, _GB_MONTH, TABLES),
    "dynamodb.recovery": Price(0.20, _GB_MONTH, TABLES),
    "dynamodb.backup": Price(0.10, _GB_MONTH, TABLES),
    "s3.storage": Price(0.023, _GB_MONTH, INFRACOST),
    "s3.writes": Price(0.005, "thousand requests", INFRACOST),
    "s3.replication-time": Price(0.015, _GB, FROM_MEMORY),
    "ecr.storage": Price(0.10, _GB_MONTH, INFRACOST),
    "kms.key": Price(1.00, _MONTH, INFRACOST),
    "kms.requests": Price(0.03, "10,000 requests", INFRACOST),
    "secret": Price(0.40, _MONTH, INFRACOST),
    "secret.requests": Price(0.05, "10,000 requests", INFRACOST),
    "logs.in": Price(0.50, _GB, INFRACOST),
    "logs.kept": Price(0.03, _GB_MONTH, INFRACOST),
    "alarm.metric": Price(0.10, "metric-month", INFRACOST),
    "dashboard": Price(3.00, _MONTH, INFRACOST),
    "dns.zone": Price(0.50, _MONTH, INFRACOST),
    "dns.health-check": Price(0.75, _MONTH, INFRACOST),
    "dns.health-check.option": Price(2.00, _MONTH, INFRACOST),
    "waf.acl": Price(5.00, _MONTH, INFRACOST),
    "waf.rule": Price(1.00, _MONTH, INFRACOST),
    "waf.requests": Price(0.60, "million requests", INFRACOST),
    "cloudfront.data": Price(0.085, _GB, INFRACOST),
    "cloudfront.requests": Price(0.01, "10,000 requests", INFRACOST),
    "guardduty.events": Price(4.00, "million events", GUARDDUTY),
    "guardduty.flow": Price(1.00, _GB, GUARDDUTY),
    "config.items": Price(0.003, "item", INFRACOST),
    "config.evaluations": Price(0.001, "evaluation", INFRACOST),
    "securityhub.checks": Price(0.001, "check", FROM_MEMORY),
    "cloudtrail.data-events": Price(0.10, "100,000 events", INFRACOST),
}
"""Prices of what is not chosen by a class or type, by a name of ours."""

INSTANCES: Final[Mapping[str, Price]] = _all(
    EC2,
    _HOUR,
    t3__medium=0.0416,
    t3__large=0.0832,
    t3__xlarge=0.1664,
    t3__2xlarge=0.3328,
    t3a__medium=0.0376,
    t3a__large=0.0752,
    t3a__xlarge=0.1504,
    t3a__2xlarge=0.3008,
    t4g__medium=0.0336,
    t4g__large=0.0672,
    t4g__xlarge=0.1344,
    t4g__2xlarge=0.2688,
    m5__large=0.096,
    m5__xlarge=0.192,
    m5__2xlarge=0.384,
    m6i__large=0.096,
    m6i__xlarge=0.192,
    m6i__2xlarge=0.384,
    m6a__large=0.0864,
    m6a__xlarge=0.1728,
    m6a__2xlarge=0.3456,
    m6g__large=0.077,
    m6g__xlarge=0.154,
    m6g__2xlarge=0.308,
    m7i__large=0.1008,
    m7i__xlarge=0.2016,
    m7i__2xlarge=0.4032,
    m7g__large=0.0816,
    m7g__xlarge=0.1632,
    m7g__2xlarge=0.3264,
    m8g__large=0.08976,
    m8g__xlarge=0.17952,
    m8g__2xlarge=0.35904,
    c6i__large=0.085,
    c6i__xlarge=0.17,
    c6i__2xlarge=0.34,
    c7i__large=0.08925,
    c7i__xlarge=0.1785,
    c7i__2xlarge=0.357,
    c7g__large=0.0725,
    c7g__xlarge=0.145,
    c7g__2xlarge=0.29,
    r5__large=0.126,
    r5__xlarge=0.252,
    r5__2xlarge=0.504,
    r6i__large=0.126,
    r6i__xlarge=0.252,
    r6i__2xlarge=0.504,
    r6g__large=0.1008,
    r6g__xlarge=0.2016,
    r6g__2xlarge=0.4032,
    r7i__large=0.1323,
    r7i__xlarge=0.2646,
    r7i__2xlarge=0.5292,
    r7g__large=0.1071,
    r7g__xlarge=0.2142,
    r7g__2xlarge=0.4284,
    r8g__large=0.11782,
    r8g__xlarge=0.23564,
    r8g__2xlarge=0.47128,
)
"""EC2 instances by type."""

AURORA: Final[Mapping[str, Price]] = {
    **_all(
        DATABASES,
        _HOUR,
        db__t4g__medium=0.073,
        db__t3__medium=0.082,
        db__r6g__large=0.260,
        db__r6g__xlarge=0.519,
        db__r7g__large=0.276,
        db__r7g__xlarge=0.553,
        db__r8g__large=0.276,
    ),
    **_all(SIZES, _HOUR, db__t4g__large=0.146, db__r6g__2xlarge=1.038, db__r7g__2xlarge=1.106),
}
"""Aurora PostgreSQL instances by class; I/O-Optimized costs 30 % more."""

RDS: Final[Mapping[str, Price]] = {
    **_all(INFRACOST_NEW, _HOUR, db__t4g__small=0.032),
    **_all(DATABASES, _HOUR, db__t4g__medium=0.065, db__r6g__large=0.225),
    **_all(SIZES, _HOUR, db__t4g__micro=0.016, db__t4g__large=0.130, db__r6g__xlarge=0.450, db__r6g__2xlarge=0.900),
    **_all(
        FROM_MEMORY,
        _HOUR,
        db__t3__medium=0.072,
        db__m6g__large=0.159,
        db__m6g__xlarge=0.318,
        db__m7g__large=0.168,
        db__m7g__xlarge=0.337,
        db__r7g__large=0.239,
        db__r7g__xlarge=0.478,
        db__r7g__2xlarge=0.956,
        db__r8g__large=0.239,
    ),
}
"""RDS for PostgreSQL on one instance, by class; a standby doubles it."""

CACHE_NODES: Final[Mapping[str, Mapping[str, Price]]] = {
    "valkey": _all(
        CACHES,
        _HOUR,
        cache__t4g__micro=0.0128,
        cache__t4g__small=0.0256,
        cache__t4g__medium=0.052,
        cache__m7g__large=0.1264,
        cache__r6g__large=0.1648,
        cache__r7g__large=0.1752,
        cache__r7g__xlarge=0.3496,
        cache__r8g__large=0.1756,
    ),
    "redis": _all(
        CACHES,
        _HOUR,
        cache__t4g__micro=0.016,
        cache__t4g__small=0.032,
        cache__t4g__medium=0.065,
        cache__m7g__large=0.158,
        cache__r6g__large=0.206,
        cache__r7g__large=0.219,
        cache__r7g__xlarge=0.437,
        cache__r8g__large=0.2195,
    ),
}
"""ElastiCache nodes by engine and type; Valkey costs four fifths of Redis, which gives the two that the list lacks."""

OPTIMIZED_FACTOR: Final = 1.30
"""Aurora I/O-Optimized: 30 % on instances."""
