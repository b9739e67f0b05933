"""A stack of the account's keys and baseline alone, run by the sandbox's engine from settings given as data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sandbox.engine import run_program
from sandbox.model import Run

ACCOUNT: Final = "111122223333"
IDENTITY: Final = {
    "platform": "toolboxai",
    "env": "production",
    "tier": "production",
    "account_id": ACCOUNT,
    "region": "us-east-1",
    "recovery_region": "us-west-2",
    "domain": "account.invalid",
    "owner": "platform-team",
    "cost_center": "education-platform",
    "runner": {},
}
SECOND: Final = {**IDENTITY, "region": "us-west-2", "recovery_region": None}
DEV: Final = {**IDENTITY, "env": "dev", "tier": "dev", "recovery_region": None}
MAIL: Final = {"mail": ["security@example.com", "on-call@example.com"]}
BASELINE: Final = {
    "contacts": {
        **MAIL,
        "security": {"name": "Security", "title": "Head", "email": "security@example.com", "phone": "+1 202 555 0100"},
    },
    "trail": {"lock": "compliance", "lock_days": 400},
}
ELSEWHERE: Final = {"contacts": MAIL}
FRUGAL: Final = {
    "contacts": {"mail": ["security@example.com"]},
    "trail": {"lock": "off", "log_days": 90, "insights": False},
    "retention_days": 365,
    "guardduty": {"malware": False, "agent": "guardduty"},
    "recorder": {"frequency": "DAILY", "rules": False},
    "cis": "3.0.0",
    "inspector": [],
    "macie": False,
    "unused_access_days": None,
    "notify": "high",
}

_PROGRAM: Final = """
import pulumi
from components.context import Context, StackIdentity
from components.security_baseline import AccountKeys, AccountPurpose, BaselineSettings, SecurityBaseline

config = pulumi.Config()
context = Context.create(StackIdentity.model_validate(config.require_object("stack")))
own = pulumi.ResourceOptions(providers=[context.provider])
keys = AccountKeys("keys", context, tuple(AccountPurpose), own)
SecurityBaseline(
    "baseline",
    BaselineSettings.model_validate(config.require_object("baseline")),
    context,
    keys,
    home=config.require_bool("home"),
    opts=own,
)
"""


def deploy(
    root: Path, identity: Mapping[str, Any], baseline: Mapping[str, Any], *, home: bool, program: str = _PROGRAM
) -> Run:
    """Run the little stack in the empty directory ``root``."""
    config = {"account:stack": identity, "account:baseline": baseline, "account:home": home}
    (root / "Pulumi.yaml").write_text(
        "name: account\nruntime: python\nconfig:\n  pulumi:disable-default-providers:\n    value: ['*']\n"
    )
    (root / "Pulumi.test.yaml").write_text(json.dumps({"config": config}))
    (root / "__main__.py").write_text(program)
    return run_program("test", root=root)
