"""The component Resilience: vaults, plans, copies and restore tests of one stack."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from components.context import Context
from components.data_layer import DataLayer
from components.keys import Keys
from components.networking import Networking
from components.resilience.backups import Backups, Base
from components.resilience.law import RpoRow, rpo_table
from components.resilience.plans import vault_names
from components.resilience.replication import Replication
from components.resilience.settings import ResilienceSettings


class Resilience(pulumi.ComponentResource):
    """AWS Backup over database and tables, and copies of vaults and buckets in the recovery region.

    ``opts.providers`` must hold an AWS provider. Tables and secrets replicate themselves (DataLayer), images by the
    account's rule. A standby makes none of it: the vaults and buckets of its region are its primary's.
    """

    topic_arn: pulumi.Output[str] | None
    """Where it is told of backups that failed or are missing; ``None`` in a standby."""
    vault_names: Mapping[str, str]
    """What AWS Backup calls each vault, ``database`` and ``tables``, here and in the recovery region alike."""
    replica_bucket_names: Mapping[str, str]
    """What S3 calls each bucket's copy; empty where the loss of the region is accepted."""
    assets_copy_domain: pulumi.Output[str] | None
    """Host of the copied assets, for CloudFront to turn to; ``None`` where there is no copy."""
    rows: tuple[RpoRow, ...]
    """Every store in every failure: what is lost and how long its return takes, held to its tier."""

    def __init__(  # noqa: PLR0917 - the order of every component: name, settings, what it stands on, options
        self,
        name: str,
        settings: ResilienceSettings,
        context: Context,
        networking: Networking,
        keys: Keys,
        data: DataLayer,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:Resilience", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        base = Base(settings, context, networking, keys, data.settings)
        self.rows = tuple(rpo_table(context.identity, data.settings, settings))
        self.vault_names = vault_names(data.settings, settings, context.names)
        self.topic_arn = None
        self.replica_bucket_names = {}
        self.assets_copy_domain = None
        if context.identity.standby:
            self.register_outputs({"vaultNames": dict(self.vault_names)})
            return
        self.topic_arn = Backups("backups", base, child).topic_arn
        region = base.recovery_region
        if region is not None:
            replication = Replication("replication", base, data.buckets, region, child)
            self.replica_bucket_names = replication.bucket_names
            self.assets_copy_domain = replication.assets_domain
        self.register_outputs(
            {
                "topicArn": self.topic_arn,
                "vaultNames": dict(self.vault_names),
                "replicaBucketNames": dict(self.replica_bucket_names),
            }
        )
