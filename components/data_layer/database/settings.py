"""The database as a choice of three kinds, and what is refused of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator

from components.data_classes import LIMITS, DataClass
from components.data_layer.stores import BackupDays, Purpose, Store
from components.model import Days, Figure, Settings, one_of, refuse
from components.versions import (
    AURORA_POSTGRESQL,
    AURORA_POSTGRESQL_VERSION,
    DATABASE_CLASSES,
    RDS_POSTGRESQL,
    RDS_POSTGRESQL_VERSION,
    SUPPORT_DATE,
    Lifecycle,
    in_support,
    supported,
)

PORT: Final = 5432
MAX_CONNECTIONS: Final = 5000
"""Where ``max_connections`` ends by default, whatever the memory (RDS and Aurora user guides)."""
_CONNECTION_BYTES: Final = 9_531_392
"""Memory of the class for each of ``max_connections`` by default: LEAST({DBInstanceClassMemory/9531392}, 5000)."""
_GIGABYTE: Final = 950_000_000
"""Bytes that a GiB of a class's memory counts for: AWS takes 10^9 in its example (Aurora user guide, maximum
connections: 1600 for 15.25 GiB); a twentieth less is an estimate, since the rest of the machine takes some of it."""
_LEAST_CONNECTIONS_ACU: Final = 2000
"""``max_connections`` of a cluster whose ``min_acu`` is 0 or 0.5, at most (Aurora user guide)."""

_RESERVED_NAMES: Final = frozenset({"admin", "administrator", "master", "postgres", "public", "root", "user"})
"""Names that RDS reserves or that everyone tries first (FSBP RDS.24, RDS.25)."""

SnapshotArn = Annotated[
    str,
    StringConstraints(pattern=r"^arn:aws:rds:[a-z0-9-]+:[0-9]{12}:(cluster-)?snapshot:[A-Za-z][A-Za-z0-9:-]{0,254}$"),
]
"""A snapshot of RDS, or a recovery point of AWS Backup, which is one (``cluster-snapshot:awsbackup:copyjob-...``)."""

_AUTO_PAUSE_MINORS: Final[Mapping[int, int]] = {14: 12, 15: 7, 16: 3}
"""The first minor of each major that can scale to zero; later majors can from their first (Aurora user guide)."""

EngineVersion = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}\.[0-9]{1,2}$")]
"""Major and minor: where a new database starts, and the floor ever after."""
Readers = Annotated[int, Field(ge=0, le=15, strict=True)]
CapacityUnits = Annotated[float, Field(ge=0, le=256, multiple_of=0.5, strict=True)]
"""Aurora capacity units of about 2 GiB of memory each, in halves; 256 at most (API model)."""
Gigabytes = Annotated[int, Field(ge=20, le=65536, strict=True)]
"""GiB of gp3 storage on RDS for PostgreSQL: 20 to 65,536."""


def _class_of(known: Sequence[str]) -> AfterValidator:
    def check(value: str) -> str:
        if value not in known:
            refuse(one_of(known))
        return value

    return AfterValidator(check)


AuroraClass = Annotated[str, _class_of([c.name for c in DATABASE_CLASSES.values() if c.aurora])]
"""A class of Aurora's instances."""
RdsClass = Annotated[str, _class_of([c.name for c in DATABASE_CLASSES.values() if c.rds])]
"""A class of RDS's own."""


def room_to_grow(value: int, info: ValidationInfo) -> int:
    """RDS's own rule for ``max_storage_gb``: a ceiling less than a tenth above the floor is refused."""
    first = info.data.get("storage_gb")
    if first is not None and value * 10 < first * 11:
        refuse(f"at least a tenth above storage_gb, which is {first}")
    return value


def backups_within_class(value: int, info: ValidationInfo) -> int:
    """Backups end in the days that the data's class allows."""
    declared = info.data.get("data_class")
    limit = None if declared is None else LIMITS[declared].max_backup_days
    if limit is not None and value > limit:
        refuse(f"at most {limit} days, the limit for backups of its data class")
    return value


class DatabaseSettings(Store):
    """What the three kinds have in common: port 5432, TLS only, a master password that RDS keeps and rotates."""

    calendar: ClassVar[Mapping[str, Lifecycle]] = {}
    family: ClassVar[str] = ""

    data_class: DataClass = DataClass.EDUCATION_RECORD
    purpose: Purpose = "Accounts, courses, results and the platform's own records"
    retention_days: Days | None = 1825
    engine_version: EngineVersion
    """Major and minor that a new database starts with. AWS moves the minor up in the maintenance window, so later
    changes here are not applied: a new major is brought in by hand."""
    database_name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")] = "platform"
    """The first database. Services get databases and roles of their own from the bootstrap job."""
    admin_name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,15}$")] = "platform_admin"
    """The master user. Only the bootstrap job signs in with it."""
    backup_days: BackupDays = 30
    """Days that automatic backups and point-in-time recovery reach back."""
    insights: Literal["standard", "advanced"] = "standard"
    """Database Insights: 7 days of figures, or with ``advanced`` 15 months, paid by processor."""
    monitoring_seconds: Annotated[Literal[1, 5, 10, 15, 30, 60], Figure] = 60
    """Seconds between figures of the operating system (enhanced monitoring)."""

    snapshot_arn: SnapshotArn | None = None
    """In a standby: the recovery point that the database begins from, in the stack's region. Without one there is no
    database yet, only what it will need. Once it stands, the line stays: without it the database would go."""

    @field_validator("engine_version")
    @classmethod
    def _in_support(cls, value: str) -> str:
        if not in_support(cls.calendar, value, SUPPORT_DATE):
            majors = supported(cls.calendar, SUPPORT_DATE)
            refuse(f"a version with its minor, of a major in standard support on {SUPPORT_DATE}: {one_of(majors)}")
        return value

    @field_validator("admin_name")
    @classmethod
    def _own_name(cls, value: str) -> str:
        if value in _RESERVED_NAMES or value.startswith(("rds", "pg_")):
            refuse("a name of your own: RDS reserves this one, or everyone tries it first")
        return value

    _backups_within_class = field_validator("backup_days")(backups_within_class)

    @property
    def max_connections(self) -> int:
        """Connections that an instance takes at once, by the engine's default, which the stack doesn't change."""
        raise NotImplementedError

    @property
    def parameter_family(self) -> str:
        """The family of its parameter groups: ``aurora-postgresql17``, ``postgres15``."""
        return f"{self.family}{self.engine_version.partition('.')[0]}"


class GlobalDatabaseSettings(Settings):
    """The database's copy in the recovery region by Aurora's own replication, usually less than a second behind."""

    subnet_group: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,254}$")]
    """DB subnet group of the recovery region that the copy stands in, by name: the standby's network has it."""
    security_group_ids: Annotated[
        list[Annotated[str, StringConstraints(pattern=r"^sg-[0-9a-f]{8,17}$")]], Field(min_length=1)
    ]
    """Security groups of the recovery region that admit the standby's pods."""
    instances: Annotated[int, Field(ge=0, le=15, strict=True)] = 0
    """Instances of the copy. With none the data is there, and a takeover first makes one."""
    admin_generation: Annotated[int, Field(ge=1, strict=True)] = 1
    """Raise it by one, and the next update gives the master user a new password: RDS manages none of a global
    database (Aurora user guide, limitations of the integration with Secrets Manager)."""


class _ClusterSettings(DatabaseSettings):
    calendar: ClassVar[Mapping[str, Lifecycle]] = AURORA_POSTGRESQL
    family: ClassVar[str] = "aurora-postgresql"

    engine_version: EngineVersion = AURORA_POSTGRESQL_VERSION
    readers: Readers = 1
    """Instances beside the writer, in other zones: one of them takes over when the writer fails."""
    max_readers: Readers | None = None
    """Readers that autoscaling may go up to, at 70 % of processor. Left out: ``readers``, no autoscaling."""

    global_database: GlobalDatabaseSettings | None = None
    """A copy in the recovery region that is kept by replication, beside the copies of backups. Left out: none."""

    @field_validator("max_readers")
    @classmethod
    def _room_to_scale(cls, value: int | None, info: ValidationInfo) -> int | None:
        fewest = info.data.get("readers")
        if value is not None and fewest is not None and value < fewest:
            refuse(f"at least readers, which is {fewest}")
        if value and fewest == 0:
            refuse("none while readers is 0: autoscaling starts from one reader")
        return value


class AuroraSettings(_ClusterSettings):
    """Aurora PostgreSQL on instances of a fixed class."""

    kind: Literal["aurora"]
    instance_class: AuroraClass
    """The class of every instance, such as db.r6g.large."""

    @field_validator("instance_class")
    @classmethod
    def _known_class(cls, value: str, info: ValidationInfo) -> str:
        worldwide = info.data.get("global_database") is not None
        if worldwide and value.startswith("db.t"):
            refuse("a class that doesn't burst: a global database runs on no db.t class")
        return value

    @property
    def max_connections(self) -> int:
        """By the memory of the class."""
        return _connections_of(self.instance_class)


class AuroraServerlessSettings(_ClusterSettings):
    """Aurora PostgreSQL Serverless v2: instances that grow and shrink with the load."""

    kind: Literal["aurora_serverless"]
    min_acu: CapacityUnits = 0.5
    """Fewest capacity units. 0 lets it pause when nobody is connected; the first connection then waits some 15 s."""
    max_acu: CapacityUnits = 4
    """Most capacity units, in halves from 1."""
    pause_after_seconds: Annotated[int, Field(ge=300, le=86400, strict=True)] | None = None
    """Seconds without a connection until it pauses, with ``min_acu: 0`` only. Left out: 300."""

    @field_validator("min_acu")
    @classmethod
    def _may_pause(cls, value: float, info: ValidationInfo) -> float:
        version = info.data.get("engine_version")
        if value == 0 and info.data.get("global_database") is not None:
            refuse("at least 0.5: what replicates to another region never pauses")
        if value == 0 and version is not None:
            major, minor = (int(part) for part in version.split("."))
            if minor < _AUTO_PAUSE_MINORS.get(major, 0):
                refuse(f"at least 0.5: pausing needs {major}.{_AUTO_PAUSE_MINORS[major]} or later, not {version}")
        return value

    @field_validator("max_acu")
    @classmethod
    def _max_above_min(cls, value: float, info: ValidationInfo) -> float:
        fewest = info.data.get("min_acu")
        if value < 1:
            refuse("at least 1")
        if fewest is not None and value < fewest:
            refuse(f"at least min_acu, which is {fewest:g}")
        return value

    @field_validator("pause_after_seconds")
    @classmethod
    def _pauses_at_all(cls, value: int | None, info: ValidationInfo) -> int | None:
        fewest = info.data.get("min_acu")
        if value is not None and fewest:
            refuse(f"nothing: with min_acu {fewest:g} it never pauses")
        return value

    @property
    def max_connections(self) -> int:
        """By ``max_acu``: 211 for each unit less 22.

        That is below every line of AWS's table, by half a per cent at most: 189 at 1, 823 at 4, 1,669 at 8, 3,360 at 16
        (Aurora user guide, maximum connections for Serverless v2).
        """
        most = _LEAST_CONNECTIONS_ACU if self.min_acu < 1 else MAX_CONNECTIONS
        return min(int(211 * self.max_acu - 22), most)


class RdsInstanceSettings(DatabaseSettings):
    """RDS for PostgreSQL on one instance, with a standby in another zone."""

    calendar: ClassVar[Mapping[str, Lifecycle]] = RDS_POSTGRESQL
    family: ClassVar[str] = "postgres"

    kind: Literal["rds_instance"]
    engine_version: EngineVersion = RDS_POSTGRESQL_VERSION
    instance_class: RdsClass
    """The instance's class, such as db.m6g.large."""
    multi_az: bool = True
    """A standby in another zone that takes over."""
    storage_gb: Gigabytes = 100
    """GiB of gp3 storage at first."""
    max_storage_gb: Gigabytes = 1000
    """GiB that storage may grow to by itself. It never shrinks."""

    _room_to_grow = field_validator("max_storage_gb")(room_to_grow)

    @property
    def max_connections(self) -> int:
        """By the memory of the class."""
        return _connections_of(self.instance_class)


def _connections_of(instance_class: str) -> int:
    memory = DATABASE_CLASSES[instance_class].memory_gib * _GIGABYTE
    return min(int(memory // _CONNECTION_BYTES), MAX_CONNECTIONS)


DatabaseChoice = Annotated[
    AuroraSettings | AuroraServerlessSettings | RdsInstanceSettings,
    Field(discriminator="kind"),
]
"""The database, told apart by ``kind``."""
