"""What the edge keeps, as the written retention policy lists it: settings and names only, nothing of the cloud."""

from __future__ import annotations

from collections.abc import Iterator

from components.context import Context
from components.data_classes import DataClass
from components.data_layer import StoreRecord
from components.edge.firewall import CLOUDFRONT, LOAD_BALANCER, log_group_name
from components.edge.secret import ROTATE_DAYS, secret_name
from components.edge.settings import EdgeSettings


def records(settings: EdgeSettings, context: Context) -> Iterator[StoreRecord]:
    """The firewalls' logs, and the secret where it is made. CloudFront's log is in the bucket of access logs."""
    here = settings.distribution is not None
    for acl in (LOAD_BALANCER, CLOUDFRONT) if here else (LOAD_BALANCER,):
        yield StoreRecord(
            name=log_group_name(context.names.prefix, acl),
            type="aws:cloudwatch/logGroup:LogGroup",
            data_class=DataClass.OPERATIONAL_LOG,
            purpose="Requests that a firewall stopped or counted, with the addresses they came from",
            retention_days=settings.firewall.log_days,
        )
    if here:
        yield StoreRecord(
            name=secret_name(context.names),
            type="aws:secretsmanager/secret:Secret",
            data_class=DataClass.INTERNAL,
            purpose="What CloudFront shows to the load balancer",
            retention_days=ROTATE_DAYS,
        )
