"""RDS for MySQL, for applications that know no other database: Ghost is one in production (docs.ghost.org).

A service has a database and a user of its own there, made by a bootstrap job; it goes there directly, by TLS.
"""

from __future__ import annotations

from typing import Annotated, Final, cast

import pulumi
import pulumi_aws as aws
from pydantic import AfterValidator, Field, StringConstraints, field_validator

from components.data_classes import DataClass
from components.data_layer.database.component import BACKUP_WINDOW, CA, MAINTENANCE_WINDOW
from components.data_layer.database.parameters import Parameter
from components.data_layer.database.parts import NO_EXTENDED_SUPPORT, arguments, monitoring_role
from components.data_layer.database.settings import Gigabytes, RdsClass, backups_within_class, room_to_grow
from components.data_layer.site import Site
from components.data_layer.stores import BackupDays, Purpose, Store
from components.model import Days, DnsLabel, Problem, Settings, Slug, one_of, refuse, refuse_all
from components.versions import RDS_MYSQL, RDS_MYSQL_VERSION, SUPPORT_DATE, in_support, supported

PORT: Final = 3306
NAME: Final = "mysql"
_EXPORTS: Final = ("error", "slowquery")
"""Logs in CloudWatch. Not the general log, which holds every statement with its values."""

_TAKEN: Final = frozenset({"root", "admin", "platform_admin", "sys", "information_schema", "performance_schema"})

MYSQL: Final = (
    Parameter("require_secure_transport", "1"),
    Parameter("tls_version", "TLSv1.2,TLSv1.3", static=True),
    Parameter("slow_query_log", "1"),
    Parameter("long_query_time", "1"),
    Parameter("log_output", "FILE"),
)
"""What it runs with."""


class MysqlService(Settings):
    """One service's place in MySQL: a database and a user, both called as it is."""

    namespace: DnsLabel | None = None
    """The namespace that reads its login. Left out: the applications' own, ``<platform>-<env>``."""
    generation: Annotated[int, Field(ge=1, strict=True)] = 1
    """Raise it by one, and the next update gives the service a new password."""
    rotate_days: Days = 90
    """Days after which the password is to be replaced; a tag says so to who checks it."""


def _own_names(services: dict[str, MysqlService]) -> dict[str, MysqlService]:
    refuse_all(
        Problem((name,), name, "another name: MySQL or RDS has this one")
        for name in services
        if user_name(name) in _TAKEN or name.startswith(("rds", "mysql"))
    )
    return services


def user_name(service: str) -> str:
    """What MySQL calls the service's user and its database."""
    return service.replace("-", "_")


class MysqlSettings(Store):
    """The MySQL instance."""

    data_class: DataClass = DataClass.INTERNAL
    purpose: Purpose = "What applications keep that know MySQL alone, such as Ghost's posts and pages"
    retention_days: Days | None = 730
    engine_version: Annotated[str, StringConstraints(pattern=r"^[0-9]\.[0-9]\.[0-9]{1,2}$")] = RDS_MYSQL_VERSION
    """Where a new instance starts, and the floor ever after."""
    instance_class: RdsClass = "db.t4g.small"
    """The instance's class."""
    multi_az: bool = True
    """A standby in another zone that takes over."""
    storage_gb: Gigabytes = 20
    """GiB of gp3 storage at first."""
    max_storage_gb: Gigabytes = 100
    """GiB that storage may grow to by itself. It never shrinks."""
    backup_days: BackupDays = 30
    """Days that automatic backups and point-in-time recovery reach back."""

    services: Annotated[dict[Slug, MysqlService], AfterValidator(_own_names)] = {}
    """Services that keep their data in it, by name: each gets a database, a user and a login."""

    @field_validator("engine_version")
    @classmethod
    def _in_support(cls, value: str) -> str:
        if not in_support(RDS_MYSQL, value, SUPPORT_DATE):
            lines = supported(RDS_MYSQL, SUPPORT_DATE)
            refuse(f"a version with its patch, of a line in standard support on {SUPPORT_DATE}: {one_of(lines)}")
        return value

    _room_to_grow = field_validator("max_storage_gb")(room_to_grow)
    _backups_within_class = field_validator("backup_days")(backups_within_class)

    @property
    def parameter_family(self) -> str:
        """``mysql8.4``."""
        return f"mysql{self.engine_version.rpartition('.')[0]}"


class MysqlDatabase(pulumi.ComponentResource):
    """An instance, encrypted, TLS only, its master password kept and rotated by RDS."""

    endpoint: pulumi.Output[str]
    secret_arn: pulumi.Output[str]
    """The master user's secret: JSON with username and password."""
    identifier: str

    def __init__(self, settings: MysqlSettings, site: Site, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:index:MysqlDatabase", NAME, None, opts)
        context, child = site.context, pulumi.ResourceOptions(parent=self)
        production, prefix = context.production, context.names.prefix
        self.identifier = context.names.of("rds", NAME)
        role, attached = monitoring_role(f"{NAME}-monitoring", context.names.account_id, child)
        subnets = aws.rds.SubnetGroup(
            NAME, description=f"{prefix}: database tier", subnet_ids=site.subnet_ids, opts=child
        )
        parameters = aws.rds.ParameterGroup(
            NAME,
            family=settings.parameter_family,
            description=f"{prefix}: TLS, slow statements",
            parameters=arguments(MYSQL),
            opts=child,
        )
        logs = [
            site.log_group(f"{NAME}-{export}", f"/aws/rds/instance/{self.identifier}/{export}", child)
            for export in _EXPORTS
        ]
        instance = aws.rds.Instance(
            NAME,
            identifier=self.identifier,
            engine="mysql",
            engine_version=settings.engine_version,
            engine_lifecycle_support=NO_EXTENDED_SUPPORT,
            allow_major_version_upgrade=False,
            auto_minor_version_upgrade=True,
            apply_immediately=False,
            instance_class=settings.instance_class,
            multi_az=settings.multi_az,
            # no figures for throughput: below 400 GiB gp3 takes none
            storage_type="gp3",
            allocated_storage=settings.storage_gb,
            max_allocated_storage=settings.max_storage_gb,
            storage_encrypted=True,
            kms_key_id=site.keys.data.arn,
            port=PORT,
            network_type="IPV4",
            publicly_accessible=False,
            db_subnet_group_name=subnets.name,
            vpc_security_group_ids=[site.group(NAME, PORT, "MySQL from nodes and pods", child).id],
            parameter_group_name=parameters.name,
            ca_cert_identifier=CA,
            username="platform_admin",
            manage_master_user_password=True,
            master_user_secret_kms_key_id=site.keys.secrets.arn,
            iam_database_authentication_enabled=True,
            backup_retention_period=settings.backup_days,
            backup_window=BACKUP_WINDOW,
            maintenance_window=MAINTENANCE_WINDOW,
            copy_tags_to_snapshot=True,
            delete_automated_backups=not production,
            deletion_protection=production,
            skip_final_snapshot=not production,
            final_snapshot_identifier=site.final_snapshot(NAME, self.identifier, child),
            enabled_cloudwatch_logs_exports=list(_EXPORTS),
            monitoring_interval=60,
            monitoring_role_arn=role.arn,
            tags=context.tags(settings.data_class),
            opts=pulumi.ResourceOptions(
                parent=self,
                # RDS makes a log group itself, without key and end, with the first line it writes
                depends_on=[attached, *logs],
                protect=context.protect or None,
                ignore_changes=["engine_version"],
            ),
        )
        self.endpoint = instance.address
        self.secret_arn = instance.master_user_secrets.apply(lambda secrets: cast("str", secrets[0].secret_arn))
        self.register_outputs({"endpoint": self.endpoint})
