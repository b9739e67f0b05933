"""What an account's stack file says about its protection, and what is refused of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from components.context import Identity
from components.data_classes import LIMITS, DataClass
from components.model import Days, Email, LogDays, Problem, Settings, each_once, refuse

AUDIT_DAYS: Final = LIMITS[DataClass.AUDIT].max_days or 0
"""The longest that the audit class is kept."""

Lock = Literal["off", "governance", "compliance"]
Severity = Literal["low", "medium", "high", "critical"]
StoreName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,40}$")]
"""What a store is called within its stack: the middle of its name."""


class SecurityContact(Settings):
    """Whom AWS writes to and calls about the account's security (FSBP Account.1)."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    title: Annotated[str, StringConstraints(min_length=1, max_length=50)]
    email: Email
    phone: Annotated[str, StringConstraints(pattern=r"^\+?[0-9 ()-]{6,25}$")]
    """With country code, in quotes."""


class ContactsSettings(Settings):
    """Who hears of findings."""

    mail: Annotated[list[Email], Field(min_length=1), each_once("address")]
    """Addresses that findings are mailed to; each must confirm its subscription once."""
    security: SecurityContact | None = None
    """The account's alternate contact for security. Only in the home region's file."""


class PupilStores(Settings):
    """Pupils' stores of the environment, by what its stack calls them: who reads them is recorded, item by item."""

    buckets: list[StoreName] = ["uploads", "pupil-uploads"]
    tables: list[StoreName] = ["mcp-contexts"]


class TrailSettings(Settings):
    """The record of every call to AWS, in all regions. It is made in the home region, once an account."""

    lock: Lock
    """Object Lock on the trail's bucket, which ``compliance`` makes impossible to undo: so it must be said."""
    lock_days: Days = 365
    """Days for which a new log file can't be deleted or overwritten, while ``lock`` isn't off."""
    log_days: LogDays = 365
    """Days that the copy in CloudWatch Logs can be searched."""
    insights: bool = True
    """Whether CloudTrail tells of unusual rates of calls and of errors."""


class GuardDutySettings(Settings):
    """What GuardDuty watches besides the account's API calls, DNS and flow logs."""

    s3: bool = True
    eks_audit: bool = True
    runtime: bool = True
    """Processes on the nodes, by the agent."""
    malware: bool = True
    """Volumes of instances that behave as if infected."""
    rds_login: bool = True
    lambda_network: bool = True
    agent: Literal["stack", "guardduty"] = "stack"
    """Who installs the agent in clusters: the environment's stack as an add-on, or GuardDuty. Both at once collide."""


class RecorderSettings(Settings):
    """AWS Config: what every resource looked like, and when it changed."""

    frequency: Literal["CONTINUOUS", "DAILY"] = "CONTINUOUS"
    """``DAILY`` costs less where much is made and taken away."""
    rules: bool = True
    """Whether our own rules judge what is recorded, besides those that Security Hub brings."""


class BaselineSettings(Settings):
    """What protects an account and region, whatever stands in it."""

    contacts: ContactsSettings
    trail: TrailSettings | None = None
    """The account's trail: must be given in the home region, and nowhere else."""
    retention_days: Annotated[int, Field(ge=365, le=AUDIT_DAYS, strict=True)] = AUDIT_DAYS
    """Days that log files of the trail, of Config and of access to them are kept."""
    pupils: PupilStores = PupilStores()
    guardduty: GuardDutySettings = GuardDutySettings()
    recorder: RecorderSettings = RecorderSettings()
    cis: Literal["3.0.0", "5.0.0"] = "5.0.0"
    """Version of the CIS AWS Foundations Benchmark that Security Hub checks, beside AWS's own FSBP."""
    inspector: Annotated[list[Literal["ECR", "EC2"]], each_once("resource type")] = ["ECR", "EC2"]
    """What Inspector scans for known vulnerabilities. Empty: nothing."""
    macie: bool = True
    """Whether Macie looks weekly for personal data where none should be, in pupils' buckets."""
    unused_access_days: Annotated[int, Field(ge=1, le=365, strict=True)] | None = 90
    """Days after which an unused role or right is a finding, 0.20 USD a month and role. ``null``: not looked for."""
    notify: Severity = "medium"
    """The least severe finding that is mailed."""

    @field_validator("trail")
    @classmethod
    def _lock_ends_first(cls, value: TrailSettings | None) -> TrailSettings | None:
        if value is not None and value.lock != "off" and value.lock_days > AUDIT_DAYS:
            refuse(f"at most {AUDIT_DAYS}, the limit of the audit class", value=value.lock_days, at=["lock_days"])
        return value

    @field_validator("retention_days")
    @classmethod
    def _outlives_lock(cls, value: int, info: ValidationInfo) -> int:
        trail = info.data.get("trail")
        if trail is not None and trail.lock != "off" and trail.lock_days > value:
            refuse(f"at least trail.lock_days, which is {trail.lock_days}")
        return value


def check(identity: Identity, home: bool, baseline: BaselineSettings) -> Iterator[Problem]:  # noqa: FBT001 - a fact, no mode
    """What must hold between whose account it is and its protection; ``home``: this region makes what it has once."""
    if home and baseline.trail is None:
        yield Problem(("baseline", "trail"), None, "the trail's settings: this is the account's home region")
    if not home and baseline.trail is not None:
        yield Problem(
            ("baseline", "trail"),
            "(given)",
            "nothing: the home region's trail covers every region, and a second one records all twice",
        )
    if not home and baseline.contacts.security is not None:
        yield Problem(
            ("baseline", "contacts", "security"), "(given)", "nothing: the account has one, and the home region sets it"
        )
    if baseline.trail is not None:
        yield from _lock(identity, baseline.trail.lock)


def _lock(identity: Identity, lock: Lock) -> Iterator[Problem]:
    path = ("baseline", "trail", "lock")
    if identity.production and lock == "off":
        yield Problem(
            path, lock, "governance or compliance: production's record can't be deleted by whoever it is about"
        )
    if not identity.production and lock == "compliance":
        yield Problem(path, lock, "off or governance: nobody can delete what compliance holds, not even AWS")
