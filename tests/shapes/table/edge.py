"""Route 53, certificates, CloudFront and the firewall."""

from __future__ import annotations

from typing import Any, Final

from tests.shapes.requests import Row

_REFERENCE: Final = {"CallerReference": "reference"}
_OF_ZONE: Final = {"ChangeTagsForResource:ResourceType": "hostedzone", "ChangeTagsForResource:ResourceId": "Z1"}
_OF_CHECK: Final = {"ChangeTagsForResource:ResourceType": "healthcheck", "ChangeTagsForResource:ResourceId": "1"}


def record(inputs: dict[str, Any]) -> dict[str, Any]:
    """A record is a change of its zone's."""
    changed = {
        key: value for key, value in inputs.items() if key not in {"zoneId", "records", "failoverRoutingPolicies"}
    }
    if "records" in inputs:
        changed["resourceRecords"] = [{"value": value} for value in inputs["records"]]
    if "failoverRoutingPolicies" in inputs:
        changed["failover"] = inputs["failoverRoutingPolicies"][0]["type"]
    return {
        "zoneId": inputs["zoneId"],
        "changeBatch": {"changes": [{"action": "UPSERT", "resourceRecordSet": changed}]},
    }


def distribution(inputs: dict[str, Any]) -> dict[str, Any]:
    """Cached methods stand inside of the allowed ones; status codes and members of a group are one level down."""
    for behavior in (inputs["defaultCacheBehavior"], *inputs.get("orderedCacheBehaviors", [])):
        cached = behavior.pop("cachedMethods")
        behavior["allowedMethods"] = {"items": behavior["allowedMethods"], "cachedMethods": cached}
    return inputs


def function(inputs: dict[str, Any]) -> dict[str, Any]:
    """Code travels as bytes."""
    return {**inputs, "code": inputs["code"].encode()}


EDGE: dict[str, Row] = {
    "aws:acm/certificate:Certificate": Row("acm", ("RequestCertificate",)),
    "aws:cloudfront/cachePolicy:CachePolicy": Row("cloudfront", ("CreateCachePolicy",), body="CachePolicyConfig"),
    "aws:cloudfront/distribution:Distribution": Row(
        "cloudfront",
        ("CreateDistributionWithTags",),
        body="DistributionConfigWithTags.DistributionConfig",
        names={
            "tags": "DistributionConfigWithTags.Tags.Items",
            "orderedCacheBehaviors": "DistributionConfigWithTags.DistributionConfig.CacheBehaviors",
            "origins.originId": "Id",
            "origins.customHeaders.name": "HeaderName",
            "origins.customHeaders.value": "HeaderValue",
            "originGroups.originId": "Id",
            "restrictions.geoRestriction.locations": "Items",
        },
        left={
            "retainOnDelete": "the provider's own: disable, or disable and delete",
            "waitForDeployment": "the provider's own: whether it waits",
        },
        given={"DistributionConfigWithTags.DistributionConfig.CallerReference": "reference"},
        shape=distribution,
    ),
    "aws:cloudfront/function:Function": Row(
        "cloudfront",
        ("CreateFunction", "TagResource"),
        names={
            "comment": "FunctionConfig.Comment",
            "runtime": "FunctionConfig.Runtime",
            "code": "FunctionCode",
            "tags": "TagResource:Tags.Items",
        },
        left={"publish": "the provider's own: PublishFunction follows"},
        given={"TagResource:Resource": "arn:aws:cloudfront::111122223333:function/viewer-address"},
        shape=function,
    ),
    "aws:cloudfront/originAccessControl:OriginAccessControl": Row(
        "cloudfront", ("CreateOriginAccessControl",), body="OriginAccessControlConfig"
    ),
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": Row(
        "cloudfront", ("CreateResponseHeadersPolicy",), body="ResponseHeadersPolicyConfig"
    ),
    "aws:route53/healthCheck:HealthCheck": Row(
        "route53",
        ("CreateHealthCheck", "ChangeTagsForResource"),
        body="HealthCheckConfig",
        names={
            "fqdn": "HealthCheckConfig.FullyQualifiedDomainName",
            "invertHealthcheck": "HealthCheckConfig.Inverted",
            "tags": "ChangeTagsForResource:AddTags",
        },
        given={**_REFERENCE, **_OF_CHECK},
    ),
    "aws:route53/record:Record": Row(
        "route53",
        ("ChangeResourceRecordSets",),
        names={
            "zoneId": "HostedZoneId",
            "changeBatch.changes.resourceRecordSet.aliases": "AliasTarget",
            "changeBatch.changes.resourceRecordSet.aliases.name": "DNSName",
            "changeBatch.changes.resourceRecordSet.aliases.zoneId": "HostedZoneId",
        },
        shape=record,
    ),
    "aws:route53/zone:Zone": Row(
        "route53",
        ("CreateHostedZone", "ChangeTagsForResource", "UpdateHostedZoneFeatures"),
        names={
            "comment": "HostedZoneConfig.Comment",
            "tags": "ChangeTagsForResource:AddTags",
            "vpcs": "VPC",
            "vpcs.vpcId": "VPCId",
        },
        left={"forceDestroy": "the provider's own: what it does before it deletes"},
        given={**_REFERENCE, **_OF_ZONE, "UpdateHostedZoneFeatures:HostedZoneId": "Z1"},
    ),
    "aws:wafv2/webAcl:WebAcl": Row("wafv2", ("CreateWebACL",)),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": Row(
        "wafv2", ("PutLoggingConfiguration",), body="LoggingConfiguration"
    ),
}
