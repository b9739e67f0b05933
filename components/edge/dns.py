"""The records: the hosts that CloudFront serves, and the origin behind it with its failover."""

from __future__ import annotations

from typing import Final

import pulumi
import pulumi_aws as aws

from components.context import Context
from components.edge.hosts import Hosts

ORIGIN_TTL: Final = 60
"""Seconds that CloudFront keeps the origin's address: how long a failover takes at most, after the health check's
verdict."""
CHECK_SECONDS: Final = 30
CHECK_FAILURES: Final = 3
"""Three checks in a row, so after 90 seconds at the latest."""
CHECKERS: Final = ("us-east-1", "us-west-1", "us-west-2")
"""Where Route 53 asks from. Three are the fewest it takes (HealthCheckRegionList)."""


def make_zone(hosts: Hosts, context: Context, parent: pulumi.Resource) -> aws.route53.Zone:
    """The hosted zone of the domain.

    In production it is protected: a new one would have other name servers, and the domain would be lost until its
    parent knows them.
    """
    return aws.route53.Zone(
        "zone",
        name=hosts.domain,
        comment=f"{context.names.prefix}: everything under {hosts.domain}",
        # outside production records that controllers left go with it; in production they stop the delete
        force_destroy=not context.production,
        # lets records be changed from elsewhere while us-east-1 is down, where Route 53 is managed from
        enable_accelerated_recovery=context.production,
        opts=pulumi.ResourceOptions(parent=parent, protect=context.protect or None),
    )


def make_served_records(
    hosts: Hosts,
    zone_id: pulumi.Input[str],
    distribution: aws.cloudfront.Distribution,
    opts: pulumi.ResourceOptions,
) -> None:
    """An A and an AAAA record for every host that CloudFront serves."""
    for host in hosts.served:
        for kind in ("A", "AAAA"):
            aws.route53.Record(
                f"{host}-{kind.lower()}",
                zone_id=zone_id,
                name=host,
                type=kind,
                aliases=[
                    {
                        "name": distribution.domain_name,
                        "zone_id": distribution.hosted_zone_id,
                        # CloudFront is where everything would fail over to
                        "evaluate_target_health": False,
                    }
                ],
                opts=opts,
            )


def make_health_check(
    hosts: Hosts, path: str, context: Context, opts: pulumi.ResourceOptions
) -> aws.route53.HealthCheck:
    """Route 53 asks the region's load balancer, not the origin's name, which a failover would turn elsewhere."""
    fqdn = hosts.regional_origin()
    return aws.route53.HealthCheck(
        "origin",
        type="HTTPS",
        fqdn=fqdn,
        port=443,
        resource_path=path,
        enable_sni=True,
        request_interval=CHECK_SECONDS,
        failure_threshold=CHECK_FAILURES,
        regions=list(CHECKERS),
        measure_latency=False,
        invert_healthcheck=False,
        disabled=False,
        tags={"Name": f"{context.names.prefix}-origin"},
        opts=opts,
    )


def make_origin_records(
    hosts: Hosts,
    zone_id: pulumi.Input[str],
    health_check: aws.route53.HealthCheck | None,
    recovery_region: str | None,
    opts: pulumi.ResourceOptions,
) -> None:
    """The origin's name: this region's load balancer, and the recovery region's while this one is ill.

    They are CNAME records of names that external-dns keeps, because an alias can't point at what isn't there yet. The
    secondary has no check of its own: when the primary is ill, there is nothing better to answer.
    """
    if recovery_region is None or health_check is None:
        _origin("origin", hosts, zone_id, hosts.regional_origin(), opts)
        return
    for role, region, check in (
        ("PRIMARY", hosts.region, health_check.id),
        ("SECONDARY", recovery_region, None),
    ):
        aws.route53.Record(
            f"origin-{role.lower()}",
            zone_id=zone_id,
            name=hosts.origin,
            type="CNAME",
            ttl=ORIGIN_TTL,
            records=[hosts.regional_origin(region)],
            set_identifier=region,
            failover_routing_policies=[{"type": role}],
            health_check_id=check,
            opts=opts,
        )


def _origin(name: str, hosts: Hosts, zone_id: pulumi.Input[str], target: str, opts: pulumi.ResourceOptions) -> None:
    aws.route53.Record(
        name, zone_id=zone_id, name=hosts.origin, type="CNAME", ttl=ORIGIN_TTL, records=[target], opts=opts
    )
