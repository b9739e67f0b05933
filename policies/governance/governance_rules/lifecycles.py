"""Buckets and registries empty themselves: a lifecycle beside each, within the data class's limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from .core.reading import Field
from .core.rules import About, Config, Finding, Resource, Result, StackRule, Unseen, strings, types
from .retention import COPPA_AND_OTHERS, limit_of, limits_setting
from .tags import PUPILS, data_class

_BUCKET: Final = "aws:s3/bucket:Bucket"
_LIFECYCLE: Final = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
_LOCK: Final = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
_OLDER: Final[Mapping[str, str]] = {
    "aws:s3/bucketV2:BucketV2": _BUCKET,
    "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2": _LIFECYCLE,
    "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2": _LOCK,
}
"""What the SDK called them once, and still takes."""
_REPOSITORY: Final = "aws:ecr/repository:Repository"
_REPOSITORY_LIFECYCLE: Final = "aws:ecr/lifecyclePolicy:LifecyclePolicy"
_DAYS_A_YEAR: Final = 365


def _of(companions: list[Resource], owner: Resource, key: str, *names: str) -> Resource | None:
    """The companion whose input ``key`` is one of the owner's names, or depends on the owner."""
    known = {owner[name].text for name in (*names, "id")} - {""}
    return next((it for it in companions if it[key].text in known or owner.urn in it.depends.get(key, ())), None)


@dataclass(frozen=True)
class _Expiry:
    """When the objects of a bucket end: days of the current versions, of the others, and what could not be seen."""

    current: float | None
    noncurrent: float | None
    hidden: list[str]


def _whole_bucket(rule: Field) -> bool:
    """Whether the rule is about every object: enabled, and filtered by nothing but the empty prefix."""
    filtered = rule["filter"]
    narrow = any(not filtered[key].missing for key in filtered.keys) or not rule["prefix"].missing
    return (rule["status"].text == "Enabled" or rule["enabled"].true) and not narrow


def _expiry(lifecycle: Resource) -> _Expiry:
    rules = lifecycle["rules"] if lifecycle["lifecycleRules"].empty else lifecycle["lifecycleRules"]
    hidden = [rules.path] if rules.unknown else []
    current: float | None = None
    noncurrent: float | None = None
    for rule in rules.each():
        if not _whole_bucket(rule):
            continue
        days = _given(rule.at("expiration", "days"), rule.at("expirations", 0, "days"))
        others = _given(
            rule.at("noncurrentVersionExpiration", "noncurrentDays"),
            rule.at("noncurrentVersionExpiration", "days"),
            rule.at("noncurrentVersionExpirations", 0, "days"),
        )
        hidden += [it.path for it in (days, others) if it.unknown]
        current = _soonest(current, days.number)
        noncurrent = _soonest(noncurrent, others.number)
    return _Expiry(current, noncurrent, hidden)


def _given(*forms: Field) -> Field:
    """The one of a value's forms that is there."""
    return next((it for it in forms if not it.missing), forms[0])


def _soonest(one: float | None, other: float | None) -> float | None:
    known = [it for it in (one, other) if it]
    return min(known) if known else None


def _bucket(bucket: Resource, lifecycles: list[Resource], locks: list[Resource], config: Config) -> Iterator[Result]:
    name = data_class(bucket)
    lifecycle = _of(lifecycles, bucket, "bucket", "bucket")
    if lifecycle is None and not bucket["lifecycleRules"].empty:
        lifecycle = bucket  # it says it itself, in the older form
    if lifecycle is None:
        yield Finding(
            "",
            f"the bucket {bucket.name} has no lifecycle: write a BucketLifecycleConfiguration with a rule for all "
            "objects that expires them and their noncurrent versions",
            bucket.urn,
        )
        return
    expiry = _expiry(lifecycle)
    if expiry.hidden:
        yield from (Unseen(f"{lifecycle.name} {path}") for path in expiry.hidden)
        return
    kept_for_ever = config.matches("current_versions_kept", bucket.name, f"class:{name}")
    if expiry.current is None and not kept_for_ever:
        yield Finding("rules", "write a rule for all objects with expiration days", lifecycle.urn)
    if expiry.noncurrent is None:
        yield Finding("rules", "write a rule for all objects with noncurrentVersionExpiration", lifecycle.urn)
    most = limit_of(name, config)
    if most is None:
        return
    kept = [expiry.current or 0, expiry.noncurrent or 0]
    if name in PUPILS and sum(kept) > most:
        yield Finding(
            "rules",
            f"write expiry and noncurrent days that together are {most} or fewer: the class {name} is kept no longer, "
            "and what expired lives on as a noncurrent version",
            lifecycle.urn,
        )
    elif max(kept) > most:
        yield Finding("rules", f"write {most} days or fewer: the class {name} is kept no longer", lifecycle.urn)
    yield from _lock(bucket, locks, name, most)


def _lock(bucket: Resource, locks: list[Resource], name: str, most: int) -> Iterator[Result]:
    lock = _of(locks, bucket, "bucket", "bucket")
    if lock is None:
        return
    default = lock.props.at("rule", "defaultRetention")
    days = (default["days"].number or 0) + _DAYS_A_YEAR * (default["years"].number or 0)
    if days > most:
        yield Finding(
            default.path, f"write {most} days or fewer: a lock outlives what the class {name} allows", lock.urn
        )


def check_lifecycles(resources: list[Resource], config: Config) -> Iterator[Result]:
    """Each bucket and each repository has a lifecycle; a bucket's ends within its class's limit."""
    by_type: dict[str, list[Resource]] = {}
    for resource in resources:
        by_type.setdefault(_OLDER.get(resource.type, resource.type), []).append(resource)
    lifecycles, locks = by_type.get(_LIFECYCLE, []), by_type.get(_LOCK, [])
    for bucket in by_type.get(_BUCKET, []):
        yield from _bucket(bucket, lifecycles, locks, config)
    for repository in by_type.get(_REPOSITORY, []):
        if _of(by_type.get(_REPOSITORY_LIFECYCLE, []), repository, "repository", "name") is None:
            yield Finding(
                "",
                f"the repository {repository.name} has no lifecycle: write an ecr LifecyclePolicy that ends old images",
                repository.urn,
            )


store_lifecycle = StackRule(
    About(
        name="store-lifecycle",
        description="Buckets and registries have a lifecycle; all versions of objects end within their class.",
        severity="high",
        remedy="Write one lifecycle a bucket, with expiry of current and of noncurrent versions, and one a repository.",
        controls={**COPPA_AND_OTHERS, "FSBP": ("S3.10", "S3.13", "ECR.3")},
        settings={
            "limits": limits_setting(),
            "current_versions_kept": strings(
                ["class:public"],
                "Globs over logical names of buckets, or `class:<data class>`, whose current versions may stay.",
            ),
        },
    ),
    types(*_OLDER, *_OLDER.values(), _REPOSITORY, _REPOSITORY_LIFECYCLE),
    check_lifecycles,
)
