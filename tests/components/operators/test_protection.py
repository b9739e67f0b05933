"""What Velero keeps and how Falco is held to four capabilities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from components.context import Environment
from components.naming import Names
from components.operators.catalog import CATALOG
from components.operators.identities import operator_grants
from components.operators.operator import Site

MakeSite = Callable[[Environment], Site]
NAMES = Names("toolboxai", "production", "111122223333", "us-east-1")


def velero(site: Site) -> dict[str, Any]:
    return cast("dict[str, Any]", CATALOG["velero"].values(site))


@pytest.mark.parametrize(("hours", "cron"), [(3, "20 */3 * * *"), (6, "20 */6 * * *")])
def test_velero_backs_up_as_often_as_settings_say(site: MakeSite, hours: int, cron: str) -> None:
    here = site("production")
    assert here.backups is not None
    schedule = replace(here.backups.schedule, every_hours=hours)
    schedules = velero(replace(here, backups=replace(here.backups, schedule=schedule)))["schedules"]
    assert schedules["frequent"]["schedule"] == cron
    assert schedules["frequent"]["template"]["ttl"] == "24h0m0s"
    assert schedules["daily"]["template"]["ttl"] == "840h0m0s"


def test_no_secret_goes_into_a_backup(site: MakeSite) -> None:
    for schedule in velero(site("production"))["schedules"].values():
        assert "secrets" in schedule["template"]["excludedResources"]


def test_a_backup_is_encrypted_under_the_backups_key(site: MakeSite) -> None:
    here = site("production")
    assert here.backups is not None
    location = velero(here)["configuration"]["backupStorageLocation"][0]
    assert location["bucket"] == "toolboxai-production-velero-111122223333-us-east-1"
    assert location["config"]["kmsKeyId"] == here.backups.key_arn
    assert velero(here)["credentials"] == {"useSecret": False}


def test_velero_touches_the_environments_volumes_alone(site: MakeSite) -> None:
    grants = operator_grants(
        CATALOG["velero"],
        NAMES,
        cluster_name="toolboxai-production-main",
        domain="toolboxai.example.com",
        secrets_roles=[],
        logs_key="arn:aws:kms:us-east-1:111122223333:key/logs",
        backups=site("production").backups,
    )
    changing = {"ec2:CreateSnapshot", "ec2:CreateVolume", "ec2:DeleteSnapshot"}
    held = [grant for grant in grants if changing & set(grant.actions)]
    assert {action for grant in held for action in grant.actions} == changing
    for grant in held:
        tags = grant.conditions["StringEquals"]
        assert {key.rpartition("/")[2] for key in tags} == {"Project", "Environment"}


def test_velero_without_settings_of_what_it_keeps_is_a_mistake(site: MakeSite) -> None:
    with pytest.raises(ValueError, match="without settings"):
        CATALOG["velero"].values(replace(site("production"), backups=None))


def test_falco_runs_by_capabilities_and_fetches_nothing(site: MakeSite) -> None:
    values = cast("dict[str, Any]", CATALOG["falco"].values(site("production")))
    assert values["driver"]["kind"] == "modern_ebpf"
    assert values["driver"]["modernEbpf"] == {"leastPrivileged": True}
    assert values["falcoctl"]["artifact"] == {"install": {"enabled": False}, "follow": {"enabled": False}}
