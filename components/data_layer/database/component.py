"""The database's resources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypedDict, cast

import pulumi
import pulumi_aws as aws

from components.data_layer.database.global_database import GlobalDatabase
from components.data_layer.database.parameters import POSTGRESQL
from components.data_layer.database.parts import NO_EXTENDED_SUPPORT, arguments, monitoring_role
from components.data_layer.database.settings import (
    PORT,
    AuroraServerlessSettings,
    AuroraSettings,
    DatabaseSettings,
    RdsInstanceSettings,
)
from components.data_layer.secrets import make_password, make_secret, set_value
from components.data_layer.services import MASTER_SECRET, NAMESPACE, ROTATE_DAYS
from components.data_layer.site import Site

BACKUP_WINDOW: Final = "03:00-04:00"
MAINTENANCE_WINDOW: Final = "sun:04:00-sun:05:00"
"""UTC, the night of the United States, and not the same hour as the backup."""
CA: Final = "rds-ca-rsa2048-g1"
"""The certificate authority of the server certificates; clients verify against its bundle. Ends 2061."""
"""At the end of standard support AWS upgrades the major instead of charging for the old one."""
_INSIGHTS_DAYS: Final = {"standard": 7, "advanced": 465}
_READER_CPU: Final = 70
"""Percent of processor over the readers at which autoscaling adds one."""
_MOVES_BY_ITSELF: Final = ("engine_version", "snapshot_identifier")
"""The minor moves up in the maintenance window; held against the file, the next update would ask for a downgrade. What
a database once began from is past: another snapshot in the file must not replace it."""
_MOVES_WITH_THE_WORLD: Final = (*_MOVES_BY_ITSELF, "global_cluster_identifier")
"""And a global cluster takes its primary in from its own side."""
_MASTER_LENGTH: Final = 48
"""Letters and digits: 285 bits."""


class MasterArguments(TypedDict, total=False):
    """How a cluster gets its master user's password."""

    manage_master_user_password: bool
    master_user_secret_kms_key_id: pulumi.Input[str]
    master_password: pulumi.Input[str]


class Database(pulumi.ComponentResource):
    """The stack's PostgreSQL: encrypted, TLS only, in the database tier, its master password kept by RDS.

    Production is protected three times: by Pulumi, by RDS, and by a final snapshot with a name of its own. A standby
    has all but the database itself, until a recovery point is named that it begins from.
    """

    endpoint: pulumi.Output[str] | None
    """Host that takes writes; ``None`` in a standby until it is restored."""
    reader_endpoint: pulumi.Output[str] | None
    """Host for reads; the same as ``endpoint`` where there is no reader."""
    port: int
    secret_arn: pulumi.Output[str] | None
    """The master user's secret (JSON with username and password): RDS's own, which it rotates every 7 days, or the
    stack's where the database is a global one."""
    resource_id: pulumi.Output[str] | None
    """What IAM policies for database sign-in name: ``cluster-…`` or ``db-…``."""
    identifier: str

    def __init__(
        self,
        name: str,
        settings: AuroraSettings | AuroraServerlessSettings | RdsInstanceSettings,
        site: Site,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:Database", name, None, opts)
        self._name = name
        self._site = site
        self._child = pulumi.ResourceOptions(parent=self)
        self.port = PORT
        self.identifier = site.context.names.of("rds", name)
        self._tags = site.context.tags(settings.data_class)

        self._subnets = aws.rds.SubnetGroup(
            name,
            description=f"{site.context.names.prefix}: database tier",
            subnet_ids=site.subnet_ids,
            opts=self._child,
        )
        self._group = site.group(name, PORT, "PostgreSQL from nodes and pods", self._child)
        self._monitoring, attached = monitoring_role("database-monitoring", site.context.names.account_id, self._child)
        self._final_snapshot = site.final_snapshot("database", self.identifier, self._child)
        self._snapshot = settings.snapshot_arn
        self._waits = site.context.identity.standby and settings.snapshot_arn is None
        self._own_secret: aws.secretsmanager.Secret | None = None
        self.endpoint = self.reader_endpoint = self.secret_arn = self.resource_id = None
        if isinstance(settings, RdsInstanceSettings):
            self._rds_instance(settings, attached)
        else:
            self._cluster(settings, attached)
        self.register_outputs({"endpoint": self.endpoint, "readerEndpoint": self.reader_endpoint, "port": PORT})

    # --- what all kinds need --------------------------------------------------------------------------------

    def _leaf(self, *depends_on: pulumi.Resource, moves: Sequence[str] = ()) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self,
            depends_on=list(depends_on) or None,
            protect=self._site.context.protect or None,
            ignore_changes=list(moves) or None,
        )

    def _log_groups(self, kind: str, *exports: str) -> list[pulumi.Resource]:
        return [
            self._site.log_group(f"database-{export}", f"/aws/rds/{kind}/{self.identifier}/{export}", self._child)
            for export in exports
        ]

    # --- Aurora ---------------------------------------------------------------------------------------------

    def _cluster(self, settings: AuroraSettings | AuroraServerlessSettings, attached: pulumi.Resource) -> None:
        site, production = self._site, self._site.context.production
        parameters = aws.rds.ClusterParameterGroup(
            self._name,
            family=settings.parameter_family,
            description=f"{site.context.names.prefix}: TLS, audit trail, logs without values",
            parameters=arguments(POSTGRESQL),
            opts=self._child,
        )
        # RDS makes a log group itself, without key and end, with the first line it writes
        logs = self._log_groups("cluster", "postgresql")
        if self._waits:
            return
        cluster = aws.rds.Cluster(
            self._name,
            cluster_identifier=self.identifier,
            snapshot_identifier=self._snapshot,
            engine="aurora-postgresql",
            engine_mode="provisioned",
            engine_version=settings.engine_version,
            engine_lifecycle_support=NO_EXTENDED_SUPPORT,
            allow_major_version_upgrade=False,
            auto_minor_version_upgrade=True,
            apply_immediately=False,
            database_name=settings.database_name,
            port=PORT,
            network_type="IPV4",
            db_subnet_group_name=self._subnets.name,
            vpc_security_group_ids=[self._group.id],
            db_cluster_parameter_group_name=parameters.name,
            serverlessv2_scaling_configuration=_scaling(settings),
            master_username=settings.admin_name,
            **self._master(settings),
            iam_database_authentication_enabled=True,
            enable_http_endpoint=False,
            storage_encrypted=True,
            kms_key_id=site.keys.data.arn,
            backup_retention_period=settings.backup_days,
            preferred_backup_window=BACKUP_WINDOW,
            preferred_maintenance_window=MAINTENANCE_WINDOW,
            copy_tags_to_snapshot=True,
            delete_automated_backups=not production,
            deletion_protection=production,
            skip_final_snapshot=not production,
            final_snapshot_identifier=self._final_snapshot,
            enabled_cloudwatch_logs_exports=["postgresql"],
            database_insights_mode=settings.insights,
            performance_insights_enabled=True,
            performance_insights_kms_key_id=site.keys.data.arn,
            performance_insights_retention_period=_INSIGHTS_DAYS[settings.insights],
            tags=self._tags,
            opts=self._leaf(*logs, moves=_MOVES_WITH_THE_WORLD),
        )
        instances = [
            self._cluster_instance(number, settings, cluster, attached) for number in range(1 + settings.readers)
        ]
        if settings.max_readers is not None and settings.max_readers > settings.readers:
            self._reader_scaling(settings.readers, settings.max_readers, instances)
        if settings.global_database is not None:
            GlobalDatabase(
                cluster,
                settings,
                settings.global_database,
                site,
                self._child,
                instances=instances,
                scaling=_scaling(settings),
            )
        self.endpoint = cluster.endpoint
        self.reader_endpoint = cluster.reader_endpoint
        if self._own_secret is None:
            self.secret_arn = cluster.master_user_secrets.apply(lambda secrets: cast("str", secrets[0].secret_arn))
        else:
            self.secret_arn = self._own_secret.arn
        self.resource_id = cluster.cluster_resource_id

    def _master(self, settings: AuroraSettings | AuroraServerlessSettings) -> MasterArguments:
        """The master user's password: RDS's own, or ours where a global database excludes that."""
        site, there = self._site, settings.global_database
        if there is None:
            return {"manage_master_user_password": True, "master_user_secret_kms_key_id": site.keys.secrets.arn}
        keepers = {"generation": str(there.admin_generation)}
        password = make_password("database-master", _MASTER_LENGTH, self, keepers=keepers)
        self._own_secret = make_secret(
            "database-master",
            site.context.names.secret(NAMESPACE, MASTER_SECRET),
            purpose="Login of the database's master user, for the bootstrap job alone",
            rotate_days=ROTATE_DAYS,
            site=site,
            parent=self,
        )
        login = pulumi.Output.json_dumps({"username": settings.admin_name, "password": password})
        set_value("database-master", self._own_secret, login, self)
        return {"master_password": password}

    def _cluster_instance(
        self,
        number: int,
        settings: AuroraSettings | AuroraServerlessSettings,
        cluster: aws.rds.Cluster,
        attached: pulumi.Resource,
    ) -> aws.rds.ClusterInstance:
        site = self._site
        return aws.rds.ClusterInstance(
            f"{self._name}-{number}",
            identifier=f"{self.identifier}-{number}",
            cluster_identifier=cluster.id,
            engine=aws.rds.EngineType.AURORA_POSTGRESQL,
            instance_class=settings.instance_class if isinstance(settings, AuroraSettings) else "db.serverless",
            db_subnet_group_name=self._subnets.name,
            publicly_accessible=False,
            ca_cert_identifier=CA,
            # the first reader follows first; with Serverless v2 it then also keeps the writer's size
            promotion_tier=0 if number <= 1 else 2,
            apply_immediately=False,
            auto_minor_version_upgrade=True,
            copy_tags_to_snapshot=True,
            preferred_maintenance_window=MAINTENANCE_WINDOW,
            monitoring_interval=settings.monitoring_seconds,
            monitoring_role_arn=self._monitoring.arn,
            # must say the same as the cluster, or each update changes it back
            performance_insights_enabled=True,
            performance_insights_kms_key_id=site.keys.data.arn,
            performance_insights_retention_period=_INSIGHTS_DAYS[settings.insights],
            tags=self._tags,
            opts=self._leaf(attached),
        )

    def _reader_scaling(self, fewest: int, most: int, instances: list[aws.rds.ClusterInstance]) -> None:
        target = aws.appautoscaling.Target(
            "database-readers",
            service_namespace="rds",
            scalable_dimension="rds:cluster:ReadReplicaCount",
            resource_id=f"cluster:{self.identifier}",
            min_capacity=fewest,
            max_capacity=most,
            # Application Auto Scaling looks for the cluster and its readers when it is told of them
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(instances)),
        )
        aws.appautoscaling.Policy(
            "database-readers",
            policy_type="TargetTrackingScaling",
            service_namespace=target.service_namespace,
            scalable_dimension=target.scalable_dimension,
            resource_id=target.resource_id,
            target_tracking_scaling_policy_configuration={
                "target_value": _READER_CPU,
                "predefined_metric_specification": {"predefined_metric_type": "RDSReaderAverageCPUUtilization"},
                "scale_in_cooldown": 600,
                "scale_out_cooldown": 300,
            },
            opts=self._child,
        )

    # --- RDS ------------------------------------------------------------------------------------------------

    def _rds_instance(self, settings: RdsInstanceSettings, attached: pulumi.Resource) -> None:
        site, production = self._site, self._site.context.production
        parameters = aws.rds.ParameterGroup(
            self._name,
            family=settings.parameter_family,
            description=f"{site.context.names.prefix}: TLS, audit trail, logs without values",
            parameters=arguments(POSTGRESQL),
            opts=self._child,
        )
        logs = self._log_groups("instance", "postgresql", "upgrade")
        if self._waits:
            return
        instance = aws.rds.Instance(
            self._name,
            identifier=self.identifier,
            snapshot_identifier=self._snapshot,
            engine="postgres",
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
            # an instance keeps its snapshot's key (RestoreDBInstanceFromDBSnapshot takes none): the copies' vault's
            kms_key_id=(site.keys.data if self._snapshot is None else site.keys.backups).arn,
            db_name=settings.database_name,
            port=PORT,
            network_type="IPV4",
            publicly_accessible=False,
            db_subnet_group_name=self._subnets.name,
            vpc_security_group_ids=[self._group.id],
            parameter_group_name=parameters.name,
            ca_cert_identifier=CA,
            username=settings.admin_name,
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
            final_snapshot_identifier=self._final_snapshot,
            enabled_cloudwatch_logs_exports=["postgresql", "upgrade"],
            database_insights_mode=settings.insights,
            performance_insights_enabled=True,
            performance_insights_kms_key_id=site.keys.data.arn,
            performance_insights_retention_period=_INSIGHTS_DAYS[settings.insights],
            monitoring_interval=settings.monitoring_seconds,
            monitoring_role_arn=self._monitoring.arn,
            tags=self._tags,
            opts=self._leaf(attached, *logs, moves=_MOVES_BY_ITSELF),
        )
        self.endpoint = instance.address
        self.reader_endpoint = instance.address
        self.secret_arn = instance.master_user_secrets.apply(lambda secrets: cast("str", secrets[0].secret_arn))
        self.resource_id = instance.resource_id


def _scaling(
    settings: AuroraSettings | AuroraServerlessSettings,
) -> aws.rds.ClusterServerlessv2ScalingConfigurationArgsDict | None:
    if isinstance(settings, AuroraSettings):
        return None
    scaling: aws.rds.ClusterServerlessv2ScalingConfigurationArgsDict = {
        "min_capacity": settings.min_acu,
        "max_capacity": settings.max_acu,
    }
    if settings.min_acu == 0:
        scaling["seconds_until_auto_pause"] = settings.pause_after_seconds or 300
    return scaling


__all__ = ["BACKUP_WINDOW", "CA", "MAINTENANCE_WINDOW", "Database", "DatabaseSettings"]
