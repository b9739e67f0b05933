"""Tables: DynamoDB on demand, with a time to live, point-in-time recovery and the data key."""

from __future__ import annotations

from typing import Annotated

import pulumi
import pulumi_aws as aws
from pydantic import StringConstraints, ValidationInfo, field_validator

from components.data_classes import LIMITS
from components.data_layer.site import Site
from components.data_layer.stores import BackupDays, Store
from components.keys import Purpose
from components.model import refuse

AttributeName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


class TableSettings(Store):
    """One table, ``<platform>-<env>-<key>``, paid by request."""

    hash_key: AttributeName
    """The partition key, a text."""
    range_key: AttributeName | None = None
    """The sort key, a text. Left out: none."""
    ttl_attribute: AttributeName = "expires_at"
    """Attribute with the second (Unix time) after which DynamoDB deletes an item. Writers set it to now and
    ``retention_days``."""
    recovery_days: BackupDays = 35
    """Days that point-in-time recovery reaches back: how long a deleted item can still be had."""
    replica: bool = False
    """A copy in the recovery region."""

    @field_validator("range_key")
    @classmethod
    def _another(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and value == info.data.get("hash_key"):
            refuse("an attribute other than hash_key")
        return value

    @field_validator("ttl_attribute")
    @classmethod
    def _no_key(cls, value: str, info: ValidationInfo) -> str:
        if value in (info.data.get("hash_key"), info.data.get("range_key")):
            refuse("an attribute that is no key: keys are texts, a time to live is a number")
        return value

    @field_validator("recovery_days")
    @classmethod
    def _recovery_within_class(cls, value: int, info: ValidationInfo) -> int:
        declared = info.data.get("data_class")
        limit = None if declared is None else LIMITS[declared].max_backup_days
        if limit is not None and value > limit:
            refuse(f"at most {limit} days, the limit for backups of its data class")
        return value


def make_table(name: str, settings: TableSettings, site: Site, parent: pulumi.Resource) -> aws.dynamodb.Table:
    """The table and, where asked for, its copy in the recovery region."""
    context, production = site.context, site.context.production
    keys = [key for key in (settings.hash_key, settings.range_key) if key is not None]
    tags = context.tags(settings.data_class)
    table = aws.dynamodb.Table(
        name,
        name=context.names.of("dynamodb", name),
        billing_mode="PAY_PER_REQUEST",
        table_class="STANDARD",
        hash_key=settings.hash_key,
        range_key=settings.range_key,
        # only keys may be declared
        attributes=[{"name": key, "type": "S"} for key in keys],
        ttl={"attribute_name": settings.ttl_attribute, "enabled": True},
        point_in_time_recovery={"enabled": True, "recovery_period_in_days": settings.recovery_days},
        server_side_encryption={"enabled": True, "kms_key_arn": site.keys.data.arn},
        deletion_protection_enabled=production,
        # what replication reads
        stream_enabled=settings.replica,
        stream_view_type="NEW_AND_OLD_IMAGES" if settings.replica else None,
        tags=tags,
        opts=pulumi.ResourceOptions(
            parent=parent,
            protect=context.protect or None,
            # the copy is a resource of its own; seen from here it would be a change
            ignore_changes=["replicas"] if settings.replica else None,
        ),
    )
    region = context.identity.recovery_region
    if settings.replica and region is not None:
        aws.dynamodb.TableReplica(
            name,
            region=region,
            global_table_arn=table.arn,
            kms_key_arn=site.keys.replicas[Purpose.DATA].arn,
            point_in_time_recovery=True,
            deletion_protection_enabled=production,
            tags=tags,
            opts=pulumi.ResourceOptions(parent=parent, protect=context.protect or None),
        )
    return table
