"""An example section of another product's services, which has no line of Python of its own."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any, Final

import yaml

from components.applications import ApplicationsSettings, application_workloads
from components.context import StackIdentity
from components.kubernetes import Workload
from components.model import Problem
from components.naming import Names
from settings.problems import validate

HERE: Final = Path(__file__).parent
Raw = dict[str, Any]


def raw() -> Raw:
    """The section of the example file, to be changed at will."""
    found: Raw = yaml.safe_load((HERE / "settings" / "aivo.yaml").read_text(encoding="utf-8"))
    return copy.deepcopy(found)


def identity(tier: str = "production") -> StackIdentity:
    runner = (
        {"agent_pool": "pool", "cidr": "10.255.0.0/24"}
        if tier == "production"
        else {"public_cidrs": ["203.0.113.0/24"]}
    )
    return StackIdentity.model_validate(
        {
            "platform": "aivo",
            "env": tier,
            "tier": tier,
            "account_id": "111122223333",
            "domain": "aivo.example.com",
            "owner": "aivo-team",
            "cost_center": "aivo",
            "runner": runner,
        }
    )


def names() -> Names:
    return Names("aivo", "production", "111122223333", "us-east-1")


def settings_of(section: Raw) -> ApplicationsSettings:
    return ApplicationsSettings.model_validate(section)


def workloads_of(section: Raw) -> dict[str, Workload]:
    """Every workload of the section by name."""
    made = application_workloads(settings_of(section), identity(), names())
    return {workload.name: workload for group in made.values() for workload in group}


def problems(section: Raw) -> list[Problem]:
    """What the settings classes refuse of the section."""
    return validate(ApplicationsSettings, section)[1]
