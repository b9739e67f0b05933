"""Versions that are still supported, and that don't slide into support that is paid for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final

from .core.reading import Field
from .core.rules import About, Config, Finding, Resource, Result, Rule, Setting, must_be_one_of, unless, whole, wrong

EKS_STANDARD_SUPPORT: Final[Mapping[str, str]] = {
    # Kubernetes version: last day of standard support. Source: endoflife.date, 2026-08-22
    "1.32": "2026-03-23",
    "1.33": "2026-07-29",
    "1.34": "2026-12-02",
    "1.35": "2027-03-27",
    "1.36": "2027-08-02",
}


_NO_DAY: Final = "write a day such as 2026-11-21"


def _day(text: str) -> date | None:
    """The day that ``text`` names, ``None`` where it names none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _today(config: Config) -> date | None:
    given = config.text("today")
    return _day(given) if given else datetime.now(UTC).date()


def _cluster(resource: Resource, config: Config) -> Iterator[Result]:
    yield from must_be_one_of(
        resource.props.at("upgradePolicy", "supportType"),
        ("STANDARD",),
        "write supportType: 'STANDARD', as extended support costs six times the cluster",
    )
    version = resource["version"]
    yield from unless(lambda it: not it.missing, version, "write the version: without it EKS takes its newest")
    if not version.text:
        return
    ends = Field(config.table("standard_support")).at(version.text).text
    if not ends:
        yield wrong(
            version,
            "write a version of the support calendar, or bring the setting standard_support up to date",
        )
        return
    last, today = _day(ends), _today(config)
    if last is None or today is None:
        setting = "standard_support" if last is None else "today"
        yield Finding("", f"the setting {setting} of this rule names no day: {_NO_DAY}")
    elif today > last:
        yield wrong(version, f"write a newer version: standard support ended on {last.isoformat()}")
    elif today + timedelta(days=config.number("warn_days")) >= last:
        yield wrong(
            version,
            f"plan the next one: standard support ends on {last.isoformat()}, then EKS upgrades by itself",
        )


def _database(resource: Resource, _: Config) -> Iterator[Result]:
    if not resource["replicateSourceDb"].missing:
        return
    yield from must_be_one_of(
        resource["engineLifecycleSupport"],
        ("open-source-rds-extended-support-disabled",),
        "write engineLifecycleSupport: 'open-source-rds-extended-support-disabled', else an old engine is paid for",
    )


_CHECKS: Final = {
    "aws:eks/cluster:Cluster": _cluster,
    "aws:rds/cluster:Cluster": _database,
    "aws:rds/instance:Instance": _database,
}

version_support = Rule(
    About(
        name="version-support",
        description="Clusters and databases run versions in standard support and don't slide into paid support.",
        severity="medium",
        remedy="Upgrade one minor version at a time, nodes and add-ons after the control plane.",
        controls={"FSBP": ("EKS.2",), "NSA/CISA Kubernetes Hardening 1.2": ("upgrading",), "SOC 2": ("CC7.1",)},
        level="advisory",
        settings={
            "today": Setting(
                {"type": "string", "pattern": r"^(\d{4}-\d{2}-\d{2})?$"},
                "",
                "The day to judge by, such as 2026-11-21; empty: the day on which the pack runs.",
            ),
            "warn_days": whole(90, "Days before the end of standard support from which the rule speaks."),
            "standard_support": Setting(
                {"type": "object", "additionalProperties": {"type": "string", "format": "date"}},
                dict(EKS_STANDARD_SUPPORT),
                "Last day of EKS standard support by Kubernetes version. The whole table is replaced, not merged.",
            ),
        },
    ),
    _CHECKS.__contains__,
    lambda resource, config: _CHECKS[resource.type](resource, config),
)
