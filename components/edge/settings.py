"""What a stack file says about its way in, and what is refused of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator

from components.context import StackIdentity
from components.data_classes import log_limit
from components.edge.firewall_rules import MANAGED_RULES, ManagedGroup
from components.edge.headers import SOURCE, Directive
from components.model import LogDays, Problem, Settings, Unique, one_of, refuse, refuse_all

LONGEST_DOMAIN: Final = 64
"""Characters of a certificate's first name (ACM, RequestCertificate: the common name of RFC 5280)."""
_EVERYTHING: Final = frozenset({"/", "/*", "/**"})

ZoneId = Annotated[str, StringConstraints(pattern=r"^Z[A-Z0-9]{8,31}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""An ISO 3166-1 alpha-2 code."""
UrlPath = Annotated[str, StringConstraints(pattern=r"^/[A-Za-z0-9._/-]*$", max_length=255)]


class CreatedZone(Settings):
    """A zone of the stack's own."""

    kind: Literal["create"]
    delegated: bool = False
    """Whether the parent of the domain points at the zone's name servers, which the stack exports. ACM can't validate
    a name that nobody finds and an update would wait for it until it fails; so until this is true, whatever needs a
    validated certificate is left out."""


class ExistingZone(Settings):
    """A zone that somebody else keeps: the standby's, or one that other things share."""

    kind: Literal["existing"]
    zone_id: ZoneId
    """Which hosted zone. It holds the stack's domain and is delegated."""


Zone = Annotated[CreatedZone | ExistingZone, Field(discriminator="kind")]


def _path_pattern(value: str) -> str:
    if value in _EVERYTHING:
        refuse("a path below the root, such as /api/*: everything else is the front ends'", value=value)
    return value


PathPattern = Annotated[
    str,
    StringConstraints(pattern=r"^/[A-Za-z0-9_.*$/~'@:+-]*$", max_length=255),
    AfterValidator(_path_pattern),
]
"""A path as CloudFront matches it: ``*`` stands for any characters."""


class DistributionSettings(Settings):
    """CloudFront: who it serves, what it hands on, what it lets browsers do."""

    price_class: Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"] = "PriceClass_100"
    """Which edges answer. ``PriceClass_100``, the cheapest, is North America, Europe and Israel."""
    countries: Annotated[list[Country], Unique] = []
    """The only countries that are answered. Empty: all of them."""
    api_paths: Annotated[list[PathPattern], Field(min_length=1, max_length=20), Unique] = [
        "/api/*",
        "/ws/*",
        "/mcp*",
        "/.well-known/*",
    ]
    """Paths that the load balancer answers, without any cache. All others are files of the assets bucket."""
    content_sources: dict[Directive, Annotated[list[str], Field(min_length=1)]] = {}
    """Hosts that the front ends' pages may load from besides their own, by directive of the content security
    policy."""
    minimum_tls: Literal["TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"] = "TLSv1.2_2025"
    """The weakest TLS that a viewer may speak, as a CloudFront security policy."""
    origin_secret_version: Annotated[int, Field(ge=1, strict=True)] = 1
    """Raise it by one to give CloudFront and the load balancer a new shared secret. The one before stays valid until
    the next time, so nothing is refused meanwhile."""
    health_check: bool = True
    """Have Route 53 ask the load balancer, every half minute. Failover to the recovery region depends on it."""

    @field_validator("content_sources")
    @classmethod
    def _hosts_only(cls, value: dict[Directive, list[str]]) -> dict[Directive, list[str]]:
        refuse_all(
            Problem(
                (directive, index),
                source,
                "an https or wss host such as https://cdn.example.com, no path: 'unsafe-inline', data: and * let "
                "anyone's script in",
            )
            for directive, sources in value.items()
            for index, source in enumerate(sources)
            if not re.fullmatch(SOURCE, source)
        )
        return value


class FirewallSettings(Settings):
    """The two web ACLs: CloudFront's and the load balancer's."""

    rate_limit: Annotated[int, Field(ge=10, le=2_000_000_000, strict=True)] = 2000
    """Requests from one address in 5 minutes; more are answered 429. The range is the API's."""
    counted_rules: dict[ManagedGroup, list[str]] = {
        ManagedGroup.COMMON: ["SizeRestrictions_BODY"],
        ManagedGroup.ANONYMOUS: ["HostingProviderIPList"],
    }
    """Rules of AWS's groups that count instead of blocking, by group. By default: bodies over 8 KB, because lessons
    are longer, and addresses of hosting providers, because schools' filters and Roblox's servers have such."""
    log_days: LogDays = 365
    """Days that blocked and counted requests are kept. At most 90 outside production."""

    @field_validator("counted_rules")
    @classmethod
    def _known(cls, value: dict[ManagedGroup, list[str]]) -> dict[ManagedGroup, list[str]]:
        refuse_all(
            Problem((group, index), rule, one_of(MANAGED_RULES[group]))
            for group, rules in value.items()
            for index, rule in enumerate(rules)
            if rule not in MANAGED_RULES[group]
        )
        return value


class EdgeSettings(Settings):
    """The way in: DNS, certificates, CloudFront, firewalls."""

    zone: Zone
    """The hosted zone of the stack's domain."""
    firewall: FirewallSettings = FirewallSettings()
    health_path: UrlPath = "/health"
    """What the load balancer answers 200 to when it is well. The one path that needs no secret."""
    distribution: DistributionSettings | None = DistributionSettings()
    """CloudFront. ``null`` in a standby: the primary's stack has it, with the records and the secret."""

    @field_validator("distribution")
    @classmethod
    def _standby_has_no_zone(
        cls, value: DistributionSettings | None, info: ValidationInfo
    ) -> DistributionSettings | None:
        if value is None and isinstance(info.data.get("zone"), CreatedZone):
            refuse(
                "existing, with the primary's zone_id, while distribution is null",
                value="create",
                at=["..", "zone", "kind"],
            )
        return value

    @property
    def ready(self) -> bool:
        """Whether certificates can be validated."""
        return isinstance(self.zone, ExistingZone) or self.zone.delegated


def check(identity: StackIdentity, settings: EdgeSettings) -> Iterator[Problem]:
    """What must hold between the stack's identity and its way in."""
    limit = log_limit(production=identity.production)
    if settings.firewall.log_days > limit:
        yield Problem(
            ("edge", "firewall", "log_days"),
            settings.firewall.log_days,
            f"at most {limit} days, the limit of operational logs in this environment",
        )
    if len(identity.domain) > LONGEST_DOMAIN:
        yield Problem(
            ("stack", "domain"),
            identity.domain,
            f"at most {LONGEST_DOMAIN} characters: it is the first name of the edge's certificates",
        )
    distribution = settings.distribution
    if identity.standby and distribution is not None:
        yield Problem(
            ("edge", "distribution"), "(given)", "null in a standby: the primary's CloudFront serves the same hosts"
        )
    if identity.recovery_region is None or not identity.production:
        return
    if distribution is None:
        yield Problem(
            ("edge", "distribution"),
            None,
            "CloudFront's settings: a stack with a recovery_region is the primary itself",
        )
    elif not distribution.health_check:
        yield Problem(
            ("edge", "distribution", "health_check"),
            False,
            f"true: without it nothing fails over to the recovery region, {identity.recovery_region}",
        )
