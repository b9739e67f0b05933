"""The database's copy in the recovery region: an Aurora global database, made around the cluster that stands.

The global cluster is built from the primary, so that the choice can be made on a database that has been running and
replaces nothing. On a destroy the copy goes first, then the global cluster, then the primary.
"""

from __future__ import annotations

from typing import Final

import pulumi
import pulumi_aws as aws

from components.data_layer.database.parameters import POSTGRESQL
from components.data_layer.database.settings import AuroraServerlessSettings, AuroraSettings, GlobalDatabaseSettings
from components.data_layer.site import Site
from components.keys import Purpose

NAME: Final = "database-global"
COPY: Final = "database-copy"
_KEPT: Final = ["engineVersion", "globalClusterIdentifier", "replicationSourceIdentifier"]
"""What the global cluster moves: versions with the primary's, and who replicates from whom after a takeover."""


class GlobalDatabase(pulumi.ComponentResource):
    """The global cluster and its second cluster in the recovery region, encrypted under that region's key."""

    def __init__(
        self,
        primary: aws.rds.Cluster,
        settings: AuroraSettings | AuroraServerlessSettings,
        there: GlobalDatabaseSettings,
        site: Site,
        opts: pulumi.ResourceOptions | None = None,
        *,
        instances: list[aws.rds.ClusterInstance],
        scaling: aws.rds.ClusterServerlessv2ScalingConfigurationArgsDict | None,
    ) -> None:
        super().__init__("platform:index:GlobalDatabase", NAME, None, opts)
        context = site.context
        region, key = context.identity.recovery_region, site.keys.replicas.get(Purpose.DATA)
        if region is None or key is None:
            raise ValueError("a global database needs a recovery region and a copy of the data key there")
        self._region, self._site, self._there, self._settings = region, site, there, settings
        self._tags = context.tags(settings.data_class)
        world = aws.rds.GlobalCluster(
            NAME,
            global_cluster_identifier=context.names.of("rds", NAME),
            # engine and version are the primary's: said here too, each update would find a difference
            source_db_cluster_identifier=primary.arn,
            # lets the primary out of it on a destroy; the clusters themselves are protected
            force_destroy=True,
            deletion_protection=context.production,
            tags=self._tags,
            # a cluster is taken in when it has an instance
            opts=self._leaf(*instances),
        )
        copy = self._copy(world, key, scaling)
        for number in range(there.instances):
            self._instance(number, copy)
        self.register_outputs({})

    def _leaf(self, *depends_on: pulumi.Resource, ignore: list[str] | None = None) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self,
            depends_on=list(depends_on) or None,
            protect=self._site.context.protect or None,
            ignore_changes=ignore,
        )

    def _copy(
        self,
        world: aws.rds.GlobalCluster,
        key: aws.kms.ReplicaKey,
        scaling: aws.rds.ClusterServerlessv2ScalingConfigurationArgsDict | None,
    ) -> aws.rds.Cluster:
        context, settings = self._site.context, self._settings
        parameters = aws.rds.ClusterParameterGroup(
            COPY,
            region=self._region,
            family=settings.parameter_family,
            description=f"{context.names.prefix}: TLS, audit trail, logs without values",
            parameters=[{"name": p.name, "value": p.value, "apply_method": p.apply_method} for p in POSTGRESQL],
            opts=pulumi.ResourceOptions(parent=self),
        )
        return aws.rds.Cluster(
            COPY,
            region=self._region,
            cluster_identifier=context.names.of("rds", COPY),
            global_cluster_identifier=world.id,
            # the data comes encrypted under another region's key: RDS asks that region
            source_region=context.identity.region,
            engine="aurora-postgresql",
            engine_mode="provisioned",
            engine_version=settings.engine_version,
            port=5432,
            network_type="IPV4",
            db_subnet_group_name=self._there.subnet_group,
            vpc_security_group_ids=self._there.security_group_ids,
            db_cluster_parameter_group_name=parameters.name,
            serverlessv2_scaling_configuration=scaling,
            iam_database_authentication_enabled=True,
            storage_encrypted=True,
            kms_key_id=key.arn,
            backup_retention_period=settings.backup_days,
            copy_tags_to_snapshot=True,
            deletion_protection=context.production,
            # a copy: the primary makes the last snapshot
            skip_final_snapshot=True,
            apply_immediately=False,
            tags=self._tags,
            opts=self._leaf(ignore=_KEPT),
        )

    def _instance(self, number: int, copy: aws.rds.Cluster) -> None:
        settings = self._settings
        aws.rds.ClusterInstance(
            f"{COPY}-{number}",
            region=self._region,
            identifier=self._site.context.names.of("rds", COPY, str(number)),
            cluster_identifier=copy.id,
            engine=aws.rds.EngineType.AURORA_POSTGRESQL,
            instance_class=settings.instance_class if isinstance(settings, AuroraSettings) else "db.serverless",
            db_subnet_group_name=self._there.subnet_group,
            publicly_accessible=False,
            apply_immediately=False,
            auto_minor_version_upgrade=True,
            copy_tags_to_snapshot=True,
            tags=self._tags,
            opts=self._leaf(),
        )
