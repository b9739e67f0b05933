"""CloudFront: the assets' bucket and the API behind one set of names, with its log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_aws as aws

from components.context import Context
from components.edge.firewall_rules import SECRET_HEADER
from components.edge.headers import (
    API_POLICY,
    SecurityHeaders,
    content_security_policy,
    custom_headers,
    removed_headers,
    security_headers,
)
from components.edge.hosts import Hosts
from components.edge.secret import OriginSecret
from components.edge.settings import DistributionSettings
from components.edge.viewer import make_viewer_function

REGION: Final = "us-east-1"
"""Where CloudFront's certificates, web ACLs and log deliveries have to be, wherever the stack is."""
TTL_SECONDS: Final = (0, 3600, 86400)
"""How long a file stays at the edge: at least, where its origin says nothing, and at most."""
CACHING_DISABLED: Final = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER: Final = "216adef6-5c7f-47e4-b989-5492eafa07d3"
"""AWS's own policies (CloudFront developer guide): nothing is cached, and headers, cookies and query strings are
handed on, the host's name among them."""
LOG_FIELDS: Final = (
    "date",
    "time",
    "x-edge-location",
    "sc-bytes",
    "c-ip",
    "cs-method",
    "cs(Host)",
    "cs-uri-stem",
    "sc-status",
    "cs(User-Agent)",
    "x-edge-result-type",
    "x-edge-request-id",
    "x-host-header",
    "cs-protocol",
    "cs-bytes",
    "time-taken",
    "ssl-protocol",
    "ssl-cipher",
    "x-edge-response-result-type",
    "cs-protocol-version",
    "time-to-first-byte",
    "x-edge-detailed-result-type",
    "sc-content-type",
    "sc-content-len",
)
"""What is logged of a request. Cookies, query strings and referrers aren't: they hold sessions and names."""

_READ: Final = ("GET", "HEAD")
_READ_AND_ASK: Final = ("GET", "HEAD", "OPTIONS")
_EVERY_METHOD: Final = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_ORIGIN_ERRORS: Final = (500, 502, 503, 504)
_ANSWER_SECONDS: Final = 60
"""How long the API may think, or be silent in a stream of events (CloudFront: 1 to 120)."""
_IDLE_SECONDS: Final = 30
"""How long CloudFront keeps a connection: shorter than the load balancer's 60, which must not be first to close."""

_ASSETS: Final = "assets"
_ASSETS_COPY: Final = "assets-recovery"
_ASSETS_GROUP: Final = "assets-failover"
_API: Final = "api"


class Distribution(pulumi.ComponentResource):
    """The one distribution of a stack: files from the bucket, paths of the API from the load balancer.

    The bucket knows it by origin access control, the load balancer by its secret, and both are asked by HTTPS.
    ``assets_copy`` is the regional domain name of the bucket's copy, where there is one: CloudFront turns to it when
    the bucket fails. The API has no such group, because none may take anything but reads: its origin's name fails over.
    ``after`` is what must know a new secret before CloudFront sends it.
    """

    distribution: aws.cloudfront.Distribution

    def __init__(
        self,
        name: str,
        settings: DistributionSettings,
        context: Context,
        *,
        hosts: Hosts,
        certificate_arn: pulumi.Input[str],
        web_acl_arn: pulumi.Input[str],
        secret: OriginSecret,
        assets: aws.s3.Bucket,
        assets_copy: pulumi.Input[str] | None,
        after: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:Distribution", name, None, opts)
        self._settings = settings
        self._hosts = hosts
        self._copied = assets_copy is not None
        self._child = pulumi.ResourceOptions(parent=self)
        prefix = context.names.prefix
        self._policies(prefix)
        self._viewer = make_viewer_function(prefix, self._child)
        self.distribution = aws.cloudfront.Distribution(
            name,
            enabled=True,
            comment=f"{prefix}: front ends and API",
            aliases=list(hosts.served),
            default_root_object="index.html",
            is_ipv6_enabled=True,
            http_version="http2and3",
            price_class=settings.price_class,
            origins=self._origins(assets, assets_copy, secret),
            origin_groups=self._origin_groups(),
            default_cache_behavior=self._files(),
            ordered_cache_behaviors=[self._api(path) for path in settings.api_paths],
            # an answer of a sick origin is asked for anew; CloudFront would repeat it for 10 seconds
            custom_error_responses=[{"error_code": code, "error_caching_min_ttl": 0} for code in _ORIGIN_ERRORS],
            restrictions={
                "geo_restriction": {
                    "restriction_type": "whitelist" if settings.countries else "none",
                    "locations": sorted(settings.countries),
                }
            },
            viewer_certificate={
                "acm_certificate_arn": certificate_arn,
                "ssl_support_method": "sni-only",
                "minimum_protocol_version": settings.minimum_tls,
            },
            web_acl_id=web_acl_arn,
            retain_on_delete=False,
            wait_for_deployment=True,
            tags={"Name": f"{prefix}-{name}"},
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
        )
        self.register_outputs({"id": self.distribution.id, "domainName": self.distribution.domain_name})

    def log_to(self, bucket: aws.s3.Bucket, ready: pulumi.Resource) -> None:
        """Deliver the access log to ``bucket``, whose policy must let it in once ``ready`` stands."""
        source = aws.cloudwatch.LogDeliverySource(
            "cloudfront",
            region=REGION,
            log_type="ACCESS_LOGS",
            resource_arn=self.distribution.arn,
            opts=self._child,
        )
        destination = aws.cloudwatch.LogDeliveryDestination(
            "cloudfront",
            region=REGION,
            output_format="json",
            delivery_destination_configuration={"destination_resource_arn": bucket.arn},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[ready]),
        )
        aws.cloudwatch.LogDelivery(
            "cloudfront",
            region=REGION,
            delivery_source_name=source.name,
            delivery_destination_arn=destination.arn,
            record_fields=list(LOG_FIELDS),
            opts=self._child,
        )

    def _policies(self, prefix: str) -> None:
        least, usual, most = TTL_SECONDS
        self._caching = aws.cloudfront.CachePolicy(
            _ASSETS,
            comment=f"{prefix}: files",
            min_ttl=least,
            default_ttl=usual,
            max_ttl=most,
            parameters_in_cache_key_and_forwarded_to_origin={
                "cookies_config": {"cookie_behavior": "none"},
                "headers_config": {"header_behavior": "none"},
                "query_strings_config": {"query_string_behavior": "none"},
                "enable_accept_encoding_brotli": True,
                "enable_accept_encoding_gzip": True,
            },
            opts=self._child,
        )
        self._access = aws.cloudfront.OriginAccessControl(
            _ASSETS,
            description=f"{prefix}: signs every request to the bucket",
            origin_access_control_origin_type="s3",
            signing_behavior="always",
            signing_protocol="sigv4",
            opts=self._child,
        )
        pages = content_security_policy(self._hosts, self._settings.content_sources)
        self._page_headers = self._headers(_ASSETS, prefix, security_headers(pages, override=True))
        self._api_headers = self._headers(_API, prefix, security_headers(API_POLICY, override=False))

    def _headers(self, name: str, prefix: str, headers: SecurityHeaders) -> aws.cloudfront.ResponseHeadersPolicy:
        return aws.cloudfront.ResponseHeadersPolicy(
            name,
            comment=f"{prefix}: security headers, {name}",
            security_headers_config=headers,
            custom_headers_config=custom_headers(),
            remove_headers_config=removed_headers(),
            opts=self._child,
        )

    def _origins(
        self, assets: aws.s3.Bucket, assets_copy: pulumi.Input[str] | None, secret: OriginSecret
    ) -> Sequence[aws.cloudfront.DistributionOriginArgsDict]:
        buckets: list[tuple[str, pulumi.Input[str]]] = [(_ASSETS, assets.bucket_regional_domain_name)]
        if assets_copy is not None:
            buckets.append((_ASSETS_COPY, assets_copy))
        api: aws.cloudfront.DistributionOriginArgsDict = {
            "origin_id": _API,
            "domain_name": self._hosts.origin,
            "custom_origin_config": {
                "http_port": 80,
                "https_port": 443,
                "origin_protocol_policy": "https-only",
                "origin_ssl_protocols": ["TLSv1.2"],
                "origin_read_timeout": _ANSWER_SECONDS,
                "origin_keepalive_timeout": _IDLE_SECONDS,
                "ip_address_type": "ipv4",
            },
            "custom_headers": [{"name": SECRET_HEADER, "value": secret.current}],
        }
        files: list[aws.cloudfront.DistributionOriginArgsDict] = [
            {"origin_id": id_, "domain_name": domain, "origin_access_control_id": self._access.id}
            for id_, domain in buckets
        ]
        return [*files, api]

    def _origin_groups(self) -> Sequence[aws.cloudfront.DistributionOriginGroupArgsDict] | None:
        if not self._copied:
            return None
        return [
            {
                "origin_id": _ASSETS_GROUP,
                "failover_criteria": {"status_codes": list(_ORIGIN_ERRORS)},
                "members": [{"origin_id": _ASSETS}, {"origin_id": _ASSETS_COPY}],
            }
        ]

    def _files(self) -> aws.cloudfront.DistributionDefaultCacheBehaviorArgsDict:
        return {
            "target_origin_id": _ASSETS_GROUP if self._copied else _ASSETS,
            "viewer_protocol_policy": "redirect-to-https",
            "allowed_methods": list(_READ_AND_ASK),
            "cached_methods": list(_READ),
            "cache_policy_id": self._caching.id,
            "response_headers_policy_id": self._page_headers.id,
            "compress": True,
        }

    def _api(self, path: str) -> aws.cloudfront.DistributionOrderedCacheBehaviorArgsDict:
        return {
            "path_pattern": path,
            "target_origin_id": _API,
            "viewer_protocol_policy": "redirect-to-https",
            "allowed_methods": list(_EVERY_METHOD),
            "cached_methods": list(_READ),
            "cache_policy_id": CACHING_DISABLED,
            "origin_request_policy_id": ALL_VIEWER,
            "response_headers_policy_id": self._api_headers.id,
            "function_associations": [{"event_type": "viewer-request", "function_arn": self._viewer.arn}],
            "compress": False,
        }
