"""What the stores' section refuses: each mistake once, by its key, with what may stand there instead."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.context import StackIdentity
from components.data_classes import LIMITS, DataClass
from components.data_layer import DataLayerSettings, check
from components.data_layer.stores import limit_days
from settings.problems import dotted, validate
from tests.components.data_layer.deployment import IDENTITIES, PRODUCTION, STAGING, settings_of

Change = Callable[[dict[str, Any]], object]


def problems_of(raw: dict[str, Any]) -> list[tuple[str, str]]:
    """Each refused key and what is allowed there."""
    _, found = validate(DataLayerSettings, raw)
    return [(dotted(p.path), p.allowed) for p in found]


def between(identity: dict[str, Any], raw: dict[str, Any]) -> list[tuple[str, str]]:
    """The same for what must hold between the section and the stack's identity."""
    settings = DataLayerSettings.model_validate(raw)
    return [(dotted(p.path), p.allowed) for p in check(StackIdentity.model_validate(identity), settings)]


@pytest.mark.parametrize("stack", sorted(IDENTITIES))
def test_the_example_files_are_accepted(stack: str) -> None:
    raw = settings_of(stack)
    assert problems_of(raw) == []
    assert between(IDENTITIES[stack], raw) == []


def put(*path: str, value: object) -> Change:
    """A change that puts ``value`` at ``path``."""

    def change(raw: dict[str, Any]) -> None:
        here = raw
        for part in path[:-1]:
            here = here.setdefault(part, {})
        here[path[-1]] = value

    return change


SERVERLESS = {"kind": "aurora_serverless"}
INSTANCE = {"kind": "rds_instance", "instance_class": "db.m6g.large"}

REFUSED: list[tuple[str, Change, str, str]] = [
    # what is wrong, the change, the key that is named, part of what is allowed
    ("unknown kind", put("database", "kind", value="mysql"), "database.kind", "aurora_serverless"),
    ("no kind", put("database", value={"instance_class": "db.r6g.large"}), "database.kind", "kind"),
    ("readers in words", put("database", "readers", value="two"), "database.readers", "a whole number"),
    ("a purpose left out", put("caches", "queue", "purpose", value=None), "caches.queue.purpose", "a text"),
    (
        "a table of an impossible name",
        put("tables", value={"Contexts": settings_of("dev")["tables"]["mcp-contexts"]}),
        "tables.Contexts",
        "form",
    ),
    ("ended engine version", put("database", "engine_version", value="13.23"), "database.engine_version", "17, 16"),
    ("version without minor", put("database", "engine_version", value="17"), "database.engine_version", "form"),
    ("unknown class", put("database", "instance_class", value="db.r5.huge"), "database.instance_class", "db.r6g.large"),
    (
        "class that Aurora has not",
        put("database", "instance_class", value="db.m6g.large"),
        "database.instance_class",
        "db.r6g.large",
    ),
    ("key of another kind", put("database", "min_acu", value=1), "database.min_acu", "no such key"),
    (
        "capacity min > max",
        put("database", value={**SERVERLESS, "min_acu": 4, "max_acu": 2}),
        "database.max_acu",
        "at least min_acu, which is 4",
    ),
    (
        "capacity in thirds",
        put("database", value={**SERVERLESS, "max_acu": 4.3}),
        "database.max_acu",
        "a multiple of 0.5",
    ),
    (
        "pause on a minor that can't",
        put("database", value={**SERVERLESS, "engine_version": "16.2", "min_acu": 0}),
        "database.min_acu",
        "16.3 or later",
    ),
    (
        "pause time without pause",
        put("database", value={**SERVERLESS, "min_acu": 1, "pause_after_seconds": 600}),
        "database.pause_after_seconds",
        "never pauses",
    ),
    ("fewer readers at most", put("database", "max_readers", value=0), "database.max_readers", "at least readers"),
    (
        "storage that can't grow",
        put("database", value={**INSTANCE, "storage_gb": 100, "max_storage_gb": 105}),
        "database.max_storage_gb",
        "a tenth above storage_gb",
    ),
    ("admin of a reserved name", put("database", "admin_name", value="postgres"), "database.admin_name", "your own"),
    ("backups beyond the service", put("database", "backup_days", value=36), "database.backup_days", "at most 35"),
    ("records beyond their class", put("database", "retention_days", value=1826), "database.retention_days", "1825"),
    ("negative retention", put("database", "retention_days", value=-1), "database.retention_days", "at least 1"),
    (
        "pupils' data for ever",
        put("buckets", "pupil_uploads", value={"retention_days": None}),
        "buckets.pupil_uploads.retention_days",
        "1 to 365 days",
    ),
    (
        "noncurrent pupils' data beyond the class",
        put("buckets", "pupil_uploads", value={"retention_days": 350}),
        "buckets.pupil_uploads.noncurrent_days",
        "at most 15",
    ),
    ("lock unsaid", put("buckets", "audit", value={}), "buckets.audit.lock", "must be given"),
    (
        "lock longer than life",
        put("buckets", "audit", value={"lock": "governance", "retention_days": 90}),
        "buckets.audit.lock_days",
        "at most retention_days",
    ),
    ("unknown bucket", put("buckets", "asssets", value={}), "buckets.asssets", "did you mean assets"),
    (
        "tiering of no kind",
        put("buckets", "loki", value={"tiering": "glacier"}),
        "buckets.loki.tiering",
        "none, intelligent, archive",
    ),
    ("no queue", put("caches", value={}), "caches", "called queue"),
    (
        "evicting queue",
        put("caches", "queue", "eviction", value="allkeys-lru"),
        "caches.queue.eviction",
        "loses jobs",
    ),
    ("ended cache version", put("caches", "queue", "version", value="6.0"), "caches.queue.version", "valkey"),
    ("unknown node", put("caches", "queue", "node_type", value="cache.m1.small"), "caches.queue.node_type", "t4g"),
    (
        "user called default",
        put("caches", "queue", "users", value={"default": {"namespace": "mcp", "access": "read-only"}}),
        "caches.queue.users.default",
        "another name",
    ),
    (
        "snapshots that outlive the data",
        put("caches", "queue", "snapshot_days", value=14),
        "caches.queue.snapshot_days",
        "at most retention_days",
    ),
    (
        "time to live on a key",
        put("tables", "mcp-contexts", "ttl_attribute", value="context_id"),
        "tables.mcp-contexts.ttl_attribute",
        "no key",
    ),
    (
        "contexts beyond their class",
        put("tables", "mcp-contexts", "retention_days", value=400),
        "tables.mcp-contexts.retention_days",
        "1 to 365",
    ),
    (
        "store without purpose",
        put("tables", "mcp-contexts", "purpose", value="data"),
        "tables.mcp-contexts.purpose",
        "10",
    ),
    ("image twice", put("registry", "images", value=["agent", "agent"]), "registry.images[1]", "each image once"),
    ("image in capitals", put("registry", "images", value=["Agent"]), "registry.images[0]", "form"),
    (
        "secret like an ARN's end",
        put("secrets", "mcp", value={"signing-secret": {"purpose": "Signs what servers hand out"}}),
        "secrets.mcp.signing-secret",
        "six characters",
    ),
    (
        "secret of a cache user",
        put("secrets", "mcp-agents", value={"cache-queue-agents-login": {"purpose": "A second one of that name"}}),
        "secrets.mcp-agents.cache-queue-agents-login",
        "another name",
    ),
    ("days CloudWatch has not", put("log_retention_days", value=45), "log_retention_days", "30, 60"),
]


@pytest.mark.parametrize(("change", "key", "allowed"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_one_mistake_is_refused_once_by_its_key(change: Change, key: str, allowed: str) -> None:
    raw = settings_of("production")
    change(raw)
    found = problems_of(raw)
    assert [path for path, _ in found] == [key]
    assert allowed in found[0][1]


def test_redis_knows_iam_from_version_7() -> None:
    raw = settings_of("instance")
    assert raw["caches"]["queue"]["users"]["reports"]["auth"] == "iam"
    assert problems_of(raw) == []
    raw["caches"]["queue"]["version"] = "6.2"
    told = "password: redis 6.2 knows no sign-in by IAM, which comes with 7"
    assert problems_of(raw) == [("caches.queue.users.reports.auth", told)]


@pytest.mark.parametrize("version", ["4.0", "5.0", "7.2", "8.0"])
def test_redis_oss_is_what_elasticache_still_has_in_standard_support(version: str) -> None:
    raw = settings_of("instance")
    raw["caches"]["queue"]["version"] = version
    [(key, allowed)] = problems_of(raw)
    assert key == "caches.queue.version"
    assert "7.1, 7.0, 6.2" in allowed


def test_independent_mistakes_are_all_told_at_once() -> None:
    raw = settings_of("production")
    put("database", "engine_version", value="13.23")(raw)
    put("database", "instance_class", value="db.none")(raw)
    put("buckets", "uploads", value={"retention_days": -5})(raw)
    put("caches", "queue", "node_type", value="cache.none")(raw)
    put("log_retention_days", value=2)(raw)
    assert sorted(path for path, _ in problems_of(raw)) == [
        "buckets.uploads.retention_days",
        "caches.queue.node_type",
        "database.engine_version",
        "database.instance_class",
        "log_retention_days",
    ]


BETWEEN: list[tuple[str, dict[str, Any], Change, str, str]] = [
    (
        "pupils' uploads outside production are internal",
        STAGING,
        put("buckets", "uploads", "retention_days", value=731),
        "data.buckets.uploads.retention_days",
        "at most 730",
    ),
    (
        "logs outside production",
        STAGING,
        put("log_retention_days", value=120),
        "data.log_retention_days",
        "at most 90",
    ),
    (
        "Loki outside production",
        STAGING,
        put("buckets", "loki", "retention_days", value=91),
        "data.buckets.loki.retention_days",
        "at most 90",
    ),
    (
        "compliance lock outside production",
        STAGING,
        put("buckets", "audit", "lock", value="compliance"),
        "data.buckets.audit.lock",
        "off or governance",
    ),
    (
        "a copy where there is nowhere to copy to",
        STAGING,
        put("tables", "mcp-contexts", "replica", value=True),
        "data.tables.mcp-contexts.replica",
        "recovery_region",
    ),
    (
        "audit unlocked",
        PRODUCTION,
        put("buckets", "audit", "lock", value="off"),
        "data.buckets.audit.lock",
        "governance",
    ),
    (
        "cache of one node",
        PRODUCTION,
        put("caches", "queue", "replicas", value=0),
        "data.caches.queue.replicas",
        "at least 1",
    ),
    (
        "one zone's database",
        PRODUCTION,
        put("database", value={**INSTANCE, "multi_az": False}),
        "data.database.multi_az",
        "true in production",
    ),
    (
        "no reader",
        PRODUCTION,
        put("database", value={"kind": "aurora", "instance_class": "db.r6g.large", "readers": 0}),
        "data.database.readers",
        "at least 1",
    ),
]


@pytest.mark.parametrize(
    ("identity", "change", "key", "allowed"), [row[1:] for row in BETWEEN], ids=[row[0] for row in BETWEEN]
)
def test_what_the_environment_forbids(identity: dict[str, Any], change: Change, key: str, allowed: str) -> None:
    raw = settings_of(identity["env"])
    change(raw)
    assert problems_of(raw) == []
    found = between(identity, raw)
    assert [path for path, _ in found] == [key]
    assert allowed in found[0][1]


@hypothesis.settings(deadline=None)
@given(st.sampled_from(DataClass), st.booleans(), st.integers(min_value=1, max_value=3653))
def test_no_class_is_ever_kept_beyond_its_limit(declared: DataClass, production: bool, days: int) -> None:  # noqa: FBT001
    """Whatever a file says: the field's check and the environment's together hold the platform's table."""
    raw = settings_of("production")
    bucket = raw["buckets"].setdefault("uploads", {})
    bucket.update(data_class=declared.value, retention_days=days, noncurrent_days=1)
    limit = LIMITS[declared].max_days
    pupils = LIMITS[declared].compliance is not None
    refused = limit is not None and days + (1 if pupils else 0) > limit
    assert bool(problems_of(deepcopy(raw))) is refused
    if not refused:
        allowed = limit_days(declared, production=production)
        if not production and pupils:
            internal = LIMITS[DataClass.INTERNAL].max_days
            assert allowed is not None
            assert internal is not None
            assert allowed <= internal


def test_a_new_database_starts_on_a_version_in_support_by_default() -> None:
    raw = settings_of("production")
    raw["database"] = {"kind": "aurora", "instance_class": "db.r6g.large"}
    settings = DataLayerSettings.model_validate(raw)
    assert settings.database.parameter_family == "aurora-postgresql17"
    raw["database"] = dict(INSTANCE)
    assert DataLayerSettings.model_validate(raw).database.parameter_family == "postgres15"


def test_defaults_are_safe_for_production() -> None:
    """Nothing has to be said for backups, standby, retention and tiers; the lock has to."""
    raw = settings_of("production")
    raw["database"] = dict(INSTANCE)
    settings = DataLayerSettings.model_validate(raw)
    assert settings.database.backup_days == 30
    assert getattr(settings.database, "multi_az", None) is True
    assert settings.caches["queue"].replicas == 1
    assert settings.caches["queue"].snapshot_days == 7
    assert settings.buckets.audit.retention_days == 2555
    assert settings.log_retention_days == 365
