"""CloudFront, certificates and web firewalls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from controls.fsbp.lines import line
from controls.graph import Graph, Json, Resource, aws, dig, rows, texts, truth
from controls.judges import each, finding, linked, one_of, refers, there
from controls.model import Control, Finding, Judge

DISTRIBUTION: Final = aws("cloudfront.Distribution")
CERTIFICATE: Final = aws("acm.Certificate")
WEB_ACL: Final = aws("wafv2.WebAcl")
RULE_GROUP: Final = aws("wafv2.RuleGroup")
_MODERN_TLS: Final = ("TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025")
_ORIGIN_TLS: Final = frozenset({"TLSv1.2"})
_KEYS: Final = ("RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1")


def _behaviours(distribution: Resource) -> list[dict[str, Json]]:
    return [*distribution.rows("defaultCacheBehavior"), *distribution.rows("orderedCacheBehaviors")]


def _https(graph: Graph) -> Iterator[Finding]:
    for distribution in graph.of(DISTRIBUTION):
        found = [row.get("viewerProtocolPolicy") for row in _behaviours(distribution)]
        good = bool(found) and all(policy in ("redirect-to-https", "https-only") for policy in found)
        yield finding(distribution, "defaultCacheBehavior.viewerProtocolPolicy", good, list(found))


def _fails_over(value: Json) -> bool:
    return any(len(rows(group.get("members"))) > 1 for group in rows(value))


def _own_certificate(distribution: Resource) -> bool:
    found = distribution.get("viewerCertificate")
    return there(dig(found, "acmCertificateArn")) and truth(dig(found, "cloudfrontDefaultCertificate")) is not True


def _certificate(graph: Graph) -> Iterator[Finding]:
    for distribution in graph.of(DISTRIBUTION):
        found = distribution.get("viewerCertificate.acmCertificateArn")
        yield finding(distribution, "viewerCertificate", _own_certificate(distribution), found)


def _custom_origins(distribution: Resource) -> list[dict[str, Json]]:
    return [row for row in distribution.rows("origins") if isinstance(row.get("customOriginConfig"), dict)]


def _origin_https(graph: Graph) -> Iterator[Finding]:
    """``match-viewer`` is as good where no viewer comes without TLS, but isn't taken: one change would open it."""
    for distribution in graph.of(DISTRIBUTION):
        found = [dig(row, "customOriginConfig.originProtocolPolicy") for row in _custom_origins(distribution)]
        if found:
            yield finding(distribution, "origins", all(policy == "https-only" for policy in found), found)


def _origin_tls(graph: Graph) -> Iterator[Finding]:
    for distribution in graph.of(DISTRIBUTION):
        origins = _custom_origins(distribution)
        found = sorted({it for row in origins for it in texts(dig(row, "customOriginConfig.originSslProtocols"))})
        if origins:
            yield finding(distribution, "origins", bool(found) and set(found) <= _ORIGIN_TLS, [*found])


def _s3_origins(distribution: Resource) -> list[dict[str, Json]]:
    return [row for row in distribution.rows("origins") if ".s3." in str(row.get("domainName"))]


def _existing(graph: Graph) -> Iterator[Finding]:
    """Every S3 origin is a bucket of the stack, or of the environment's other region, whose name says whose it is."""
    buckets = {bucket.id for bucket in graph.of(aws("s3.Bucket"))}
    for distribution in graph.of(DISTRIBUTION):
        named = [str(row.get("domainName")).partition(".s3.")[0] for row in _s3_origins(distribution)]
        missing = [name for name in named if name not in buckets]
        if named:
            yield finding(distribution, "origins", not missing, [*missing] or [*named])


def _origin_access(graph: Graph) -> Iterator[Finding]:
    controls = {it.id for it in graph.of(aws("cloudfront.OriginAccessControl"))}
    for distribution in graph.of(DISTRIBUTION):
        origins = _s3_origins(distribution)
        found = [row.get("originAccessControlId") for row in origins]
        if origins:
            yield finding(distribution, "origins", all(it in controls for it in found), found)


def _renewed(graph: Graph) -> Iterator[Finding]:
    """ACM renews a certificate by itself while the record that proves the name stands; an imported one, never."""
    validated = [it.get("certificateArn") for it in graph.of(aws("acm.CertificateValidation"))]
    for certificate in graph.of(CERTIFICATE):
        method = certificate.get("validationMethod")
        good = method == "DNS" and any(refers(arn, certificate) for arn in validated)
        yield finding(certificate, "validationMethod", good, method)


def _rules(resource: Resource) -> list[dict[str, Json]]:
    return resource.rows("rules")


def _metered(graph: Graph) -> Iterator[Finding]:
    for resource in graph.of(WEB_ACL, RULE_GROUP):
        silent = [
            str(rule.get("name"))
            for rule in _rules(resource)
            if truth(dig(rule, "visibilityConfig.cloudwatchMetricsEnabled")) is not True
        ]
        own = truth(resource.get("visibilityConfig.cloudwatchMetricsEnabled")) is True
        yield finding(resource, "rules", own and not silent, [*silent])


def _has_rules(resource: Resource) -> bool:
    return bool(_rules(resource)) or there(resource.get("ruleJson"))


def _ruled(graph: Graph) -> Iterator[Finding]:
    for resource in graph.of(WEB_ACL):
        names = [rule.get("name") for rule in _rules(resource)]
        yield finding(resource, "rules", _has_rules(resource), names)


def _listed(path: str, *allowed: Json) -> Judge:
    return each(DISTRIBUTION, path, one_of(*allowed))


CONTROLS: Final[tuple[Control, ...]] = (
    line("CloudFront.1", "A distribution has a root object", DISTRIBUTION, each(
        DISTRIBUTION, "defaultRootObject", there)),
    line("CloudFront.3", "Viewers are answered by HTTPS", DISTRIBUTION, _https),
    line("CloudFront.4", "A second origin stands in for the first", DISTRIBUTION, each(
        DISTRIBUTION, "originGroups", _fails_over)),
    line("CloudFront.5", "A distribution's own setting sends access logs to a bucket", DISTRIBUTION, each(
        DISTRIBUTION, "loggingConfig.bucket", there)),
    line("CloudFront.6", "A web firewall stands before it", DISTRIBUTION, each(DISTRIBUTION, "webAclId", there)),
    line("CloudFront.7", "Its certificate is our own", DISTRIBUTION, _certificate),
    line("CloudFront.8", "It needs no address of its own: SNI", DISTRIBUTION, _listed(
        "viewerCertificate.sslSupportMethod", "sni-only")),
    line("CloudFront.9", "It asks its origins by HTTPS", DISTRIBUTION, _origin_https),
    line("CloudFront.10", "It asks its origins by no old protocol", DISTRIBUTION, _origin_tls),
    line("CloudFront.12", "Every bucket that it names exists", DISTRIBUTION, _existing),
    line("CloudFront.13", "Only it may read the buckets behind it", DISTRIBUTION, _origin_access),
    line("CloudFront.15", "Viewers come by a recent TLS policy", DISTRIBUTION, _listed(
        "viewerCertificate.minimumProtocolVersion", *_MODERN_TLS)),
    line("ACM.1", "Certificates renew themselves in time", CERTIFICATE, _renewed),
    line("ACM.2", "Certificates' keys are long enough", CERTIFICATE, each(
        CERTIFICATE, "keyAlgorithm", one_of(*_KEYS))),
    line("WAF.10", "A web firewall has rules", WEB_ACL, _ruled),
    line("WAF.11", "A web firewall keeps a log", WEB_ACL, linked(
        WEB_ACL, aws("wafv2.WebAclLoggingConfiguration"), "resourceArn", "logDestinationConfigs", there)),
    line("WAF.12", "Rules of a web firewall are counted", (WEB_ACL, RULE_GROUP), _metered),
)  # fmt: skip
"""The lines about the way in."""

__all__ = ["CONTROLS"]
