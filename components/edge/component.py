"""The component Edge: certificates, firewalls, the distribution and the records of one stack."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.context import Context
from components.data_layer import DataLayer, StoreRecord
from components.edge.certificates import prove, request, validated
from components.edge.distribution import REGION as GLOBAL_REGION
from components.edge.distribution import Distribution
from components.edge.dns import make_health_check, make_origin_records, make_served_records, make_zone
from components.edge.entrance import make_entrance
from components.edge.firewall import CLOUDFRONT, LOAD_BALANCER, Firewall, LogKeeping, make_log_policy
from components.edge.firewall_rules import global_rules, regional_rules
from components.edge.hosts import Hosts
from components.edge.records import records
from components.edge.secret import OriginSecret, make_secret, read_secret
from components.edge.settings import DistributionSettings, EdgeSettings, ExistingZone
from components.keys import ROTATION_DAYS, Keys, Purpose
from components.keys import policy as key_policy
from components.networking import Networking

ASSETS = "assets"
ACCESS_LOGS = "access-logs"


class Edge(pulumi.ComponentResource):
    """The way in: viewer -> CloudFront with its web ACL -> ``origin.<domain>`` -> the load balancer with its own.

    A primary has all of it. A standby (``distribution: null``) has the load balancer's half alone, in its own region:
    web ACL, security groups, certificate; the primary's records lead to it when the time comes.

    The load balancer is made in the cluster by its controller. It gets what is here by its configuration
    (``alb_security_group_ids``, ``regional_web_acl_arn``, ``regional_certificate_arn``), so it is deleted before they
    are, and external-dns gives it the name ``hosts.regional_origin()``. CloudFront's VPC origins would hide it
    altogether, but want its ARN, which nobody has before the cluster runs.

    ``data`` may be ``None`` for a standby. ``assets_copy`` is the regional domain name of the assets' copy in the
    recovery region, where there is one.

    While the zone isn't delegated there are neither valid certificates nor a distribution.
    """

    hosts: Hosts
    """Every host name of the stack; known before anything is made."""
    health_path: str
    """What the load balancer answers 200 to when it is well."""
    zone_id: pulumi.Output[str]
    name_servers: pulumi.Output[Sequence[str]] | None
    """What the domain's parent must point at; ``None`` for a zone that exists already."""
    alb_security_group_ids: list[pulumi.Output[str]]
    """All the security groups of the load balancer: with them it is reachable from CloudFront and health checks."""
    regional_web_acl_arn: pulumi.Output[str]
    regional_certificate_arn: pulumi.Output[str] | None
    """The load balancer's certificate, valid; ``None`` until the zone is delegated: make no Gateway before."""
    distribution_id: pulumi.Output[str] | None
    distribution_domain: pulumi.Output[str] | None
    health_check_id: pulumi.Output[str] | None
    """What an alarm on the origin watches (``AWS/Route53``, ``HealthCheckStatus``, in us-east-1)."""
    stores: tuple[StoreRecord, ...]
    """What is kept here, for the written retention policy."""

    def __init__(  # noqa: PLR0917 - the order of every component: name, settings, what it stands on, options
        self,
        name: str,
        settings: EdgeSettings,
        context: Context,
        networking: Networking,
        keys: Keys,
        data: DataLayer | None,
        *,
        assets_copy: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:Edge", name, None, opts)
        self._settings = settings
        self._context = context
        self._keys = keys
        self._child = pulumi.ResourceOptions(parent=self)
        self.hosts = Hosts(context.identity.domain, context.identity.region)
        self.health_path = settings.health_path
        self.stores = tuple(records(settings, context))
        self._log_policies: dict[str, aws.cloudwatch.LogResourcePolicy] = {}
        self.distribution_id = self.distribution_domain = self.health_check_id = None

        self._zone()
        self._secret = self._shared_secret()
        self._regional(networking)
        if settings.distribution is not None:
            if data is None:
                raise ValueError("CloudFront serves the data layer's assets and logs to it: give the data layer")
            self._origin(settings.distribution)
            self._global(settings.distribution, data, assets_copy)
        self.register_outputs(
            {
                "zoneId": self.zone_id,
                "nameServers": self.name_servers,
                "albSecurityGroupIds": self.alb_security_group_ids,
                "regionalWebAclArn": self.regional_web_acl_arn,
                "regionalCertificateArn": self.regional_certificate_arn,
                "distributionId": self.distribution_id,
                "distributionDomain": self.distribution_domain,
            }
        )

    def _zone(self) -> None:
        zone = self._settings.zone
        if isinstance(zone, ExistingZone):
            self.zone_id = pulumi.Output.from_input(zone.zone_id)
            self.name_servers = None
            return
        made = make_zone(self.hosts, self._context, self)
        self.zone_id = made.zone_id
        self.name_servers = made.name_servers

    def _shared_secret(self) -> OriginSecret:
        distribution = self._settings.distribution
        if distribution is None:
            return read_secret(self._context, self)
        return make_secret(self._context, self._keys, distribution.origin_secret_version, self)

    def _regional(self, networking: Networking) -> None:
        """The load balancer's half."""
        context, firewall, distribution = self._context, self._settings.firewall, self._settings.distribution
        region = context.identity.region
        groups = make_entrance(
            context, networking, self, health_checks=distribution is not None and distribution.health_check
        )
        self.alb_security_group_ids = [group.id for group in groups]
        self._firewall = Firewall(
            LOAD_BALANCER,
            "REGIONAL",
            regional_rules(
                f"{context.names.prefix}-{LOAD_BALANCER}",
                rate_limit=firewall.rate_limit,
                counted=firewall.counted_rules,
                origins=self.hosts.urls,
                secrets=(self._secret.current, self._secret.previous),
                health_path=self._settings.health_path,
            ),
            context,
            region=region,
            log=self._log_keeping(region, self._keys.logs.arn),
            opts=self._child,
        )
        self.regional_web_acl_arn = self._firewall.arn
        certificate = request(LOAD_BALANCER, region, self.hosts.certified, self._child)
        # the primary's zone holds them already for its standby
        self._proofs = (
            [] if distribution is None else prove(certificate, self.hosts.certified, self.zone_id, self._child)
        )
        self.regional_certificate_arn = (
            validated(LOAD_BALANCER, region, certificate, self._proofs, self._child) if self._settings.ready else None
        )

    def _origin(self, settings: DistributionSettings) -> None:
        """Where CloudFront finds the load balancer, of this region or the other."""
        context, check_ = self._context, None
        if settings.health_check:
            check_ = make_health_check(self.hosts, self._settings.health_path, context, self._child)
            self.health_check_id = check_.id
        recovery = context.identity.recovery_region if context.production else None
        make_origin_records(self.hosts, self.zone_id, check_, recovery, self._child)

    def _global(self, settings: DistributionSettings, data: DataLayer, assets_copy: pulumi.Input[str] | None) -> None:
        """CloudFront's half, in us-east-1 wherever the stack is."""
        context, firewall = self._context, self._settings.firewall
        acl = Firewall(
            CLOUDFRONT,
            "CLOUDFRONT",
            global_rules(
                f"{context.names.prefix}-{CLOUDFRONT}",
                rate_limit=firewall.rate_limit,
                counted=firewall.counted_rules,
                origins=self.hosts.urls,
            ),
            context,
            region=GLOBAL_REGION,
            log=self._log_keeping(GLOBAL_REGION, self._global_log_key()),
            opts=self._child,
        )
        certificate = request(CLOUDFRONT, GLOBAL_REGION, self.hosts.certified, self._child)
        if not self._settings.ready:
            return
        made = Distribution(
            CLOUDFRONT,
            settings,
            context,
            hosts=self.hosts,
            certificate_arn=validated(CLOUDFRONT, GLOBAL_REGION, certificate, self._proofs, self._child),
            web_acl_arn=acl.arn,
            secret=self._secret,
            assets=data.buckets[ASSETS].bucket,
            assets_copy=assets_copy,
            after=[self._firewall.acl],
            opts=self._child,
        )
        logs = data.buckets[ACCESS_LOGS]
        made.log_to(logs.bucket, logs.ready)
        make_served_records(self.hosts, self.zone_id, made.distribution, self._child)
        self.distribution_id = made.distribution.id
        self.distribution_domain = made.distribution.domain_name

    def _log_keeping(self, region: str, key_arn: pulumi.Input[str]) -> LogKeeping:
        if region not in self._log_policies:
            self._log_policies[region] = make_log_policy(self._context, region, self._child)
        return LogKeeping(key_arn, self._settings.firewall.log_days, self._log_policies[region])

    def _global_log_key(self) -> pulumi.Output[str]:
        """The key of CloudFront's firewall log: the stack's own, or one in us-east-1 where the stack is elsewhere."""
        context = self._context
        if context.identity.region == GLOBAL_REGION:
            return self._keys.logs.arn
        return aws.kms.Key(
            "cloudfront-logs",
            region=GLOBAL_REGION,
            description=f"{context.names.prefix}: CloudFront's firewall log",
            key_usage="ENCRYPT_DECRYPT",
            customer_master_key_spec="SYMMETRIC_DEFAULT",
            is_enabled=True,
            enable_key_rotation=True,
            rotation_period_in_days=ROTATION_DAYS,
            multi_region=False,
            deletion_window_in_days=30 if context.production else 7,
            policy=json.dumps(key_policy(Purpose.LOGS, context.names.account_id, GLOBAL_REGION, context.names)),
            opts=pulumi.ResourceOptions(parent=self, protect=context.protect or None),
        ).arn
