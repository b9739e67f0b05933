"""Every line of what the way in must be, on the graph of each stack."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.model import Resource, Secret, Value
from tests.components.data_layer.deployment import document
from tests.components.edge.deployment import COPY, IDENTITIES, PRIMARIES, EdgeGraph, bare
from tests.components.edge.questions import (
    ACL,
    ACL_LOG,
    CERTIFICATE,
    CHECK,
    DELIVERY,
    DELIVERY_DESTINATION,
    DELIVERY_SOURCE,
    DISTRIBUTION,
    HEADERS,
    KEY,
    LOG_GROUP,
    PASSWORD,
    RECORD,
    VALIDATION,
    ZONE,
    distribution,
    of_edge,
    origins,
    records,
    rules,
)

GraphOf = Callable[[str], EdgeGraph]
EXISTING = "Z0123456789ABCDEFGHIJ"


# --- the zone -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stack", ["dev", "staging", "production", "undelegated"])
def test_a_created_zone_holds_the_domain_and_its_name_servers_are_told(stack: str, graph_of: GraphOf) -> None:
    graph = graph_of(stack)
    [zone] = graph.of_type(ZONE)
    production = stack == "production"
    assert zone.inputs["name"] == IDENTITIES[stack]["domain"]
    assert zone.protect is production
    assert zone.inputs["forceDestroy"] is not production
    assert zone.inputs["enableAcceleratedRecovery"] is production
    assert graph.run.outputs["zone_id"] == zone.id
    assert graph.run.outputs["name_servers"] == zone.outputs["nameServers"]
    assert {record["zoneId"] for record in records(graph)} == {zone.id}


@pytest.mark.parametrize("stack", ["standby", "west"])
def test_an_existing_zone_is_used_by_its_id_and_not_made(stack: str, graph_of: GraphOf) -> None:
    graph = graph_of(stack)
    assert graph.of_type(ZONE) == []
    assert graph.run.outputs["zone_id"] == EXISTING
    assert "name_servers" not in graph.run.outputs
    assert {record["zoneId"] for record in records(graph)} <= {EXISTING}


# --- certificates -------------------------------------------------------------------------------------------------


def test_cloudfronts_certificate_is_in_us_east_1_and_the_load_balancers_in_its_region(primary: EdgeGraph) -> None:
    found = {certificate.name: certificate for certificate in primary.of_type(CERTIFICATE)}
    assert found.keys() == {"cloudfront", "load-balancer"}
    assert found["cloudfront"].inputs["region"] == "us-east-1"
    assert found["load-balancer"].inputs["region"] == IDENTITIES[primary.name]["region"]
    for certificate in found.values():
        name = certificate.inputs["domainName"]
        assert certificate.inputs["subjectAlternativeNames"] == [name, f"*.{name}"]
        assert certificate.inputs["validationMethod"] == "DNS"
        assert certificate.inputs["keyAlgorithm"] == "RSA_2048"


def test_wildcard_and_apex_of_both_certificates_share_one_proof(primary: EdgeGraph) -> None:
    [proof] = [r for r in primary.of_type(RECORD) if r.name.startswith("proof-")]
    for certificate in primary.of_type(CERTIFICATE):
        options = bare(certificate.outputs["domainValidationOptions"])
        assert {option["resourceRecordName"] for option in options} == {proof.inputs["name"]}
        assert proof.inputs["records"] == [options[0]["resourceRecordValue"]]
    for validation in primary.of_type(VALIDATION):
        assert validation.inputs["validationRecordFqdns"] == [proof.outputs["fqdn"]]


def test_only_validated_certificates_are_used(primary: EdgeGraph) -> None:
    [made] = primary.of_type(DISTRIBUTION)
    validation = primary.one(VALIDATION, "cloudfront")
    assert validation.urn in made.property_dependencies["viewerCertificate"]
    assert validation.inputs["region"] == "us-east-1"
    assert distribution(primary)["viewerCertificate"]["acmCertificateArn"] == validation.outputs["certificateArn"]
    assert (
        primary.run.outputs["regional_certificate_arn"]
        == (primary.one(VALIDATION, "load-balancer").outputs["certificateArn"])
    )


def test_a_validation_gives_up_after_twenty_minutes(primary: EdgeGraph) -> None:
    assert [v.custom_timeouts["create"] for v in primary.of_type(VALIDATION)] == [1200, 1200]


def test_nothing_waits_for_a_zone_that_nobody_delegated(graph_of: GraphOf) -> None:
    graph = graph_of("undelegated")
    for type_ in (VALIDATION, DISTRIBUTION, DELIVERY, DELIVERY_SOURCE):
        assert graph.of_type(type_) == []
    assert {"regional_certificate_arn", "distribution_id", "distribution_domain"}.isdisjoint(graph.run.outputs)
    # the proof stands, so that ACM finds it as soon as the zone is found
    assert [r.inputs["type"] for r in graph.of_type(RECORD) if r.name.startswith("proof-")] == ["CNAME"]
    assert graph.of_type(ACL)


# --- CloudFront ---------------------------------------------------------------------------------------------------


def test_assets_are_read_from_their_bucket_by_origin_access_control(primary: EdgeGraph) -> None:
    [access] = primary.of_type("aws:cloudfront/originAccessControl:OriginAccessControl")
    bucket = primary.one("aws:s3/bucket:Bucket", "assets")
    assets = origins(primary)["assets"]
    assert assets["domainName"] == bucket.outputs["bucketRegionalDomainName"]
    assert assets["originAccessControlId"] == access.id
    assert (access.inputs["signingBehavior"], access.inputs["signingProtocol"]) == ("always", "sigv4")
    assert access.inputs["originAccessControlOriginType"] == "s3"
    assert primary.of_type("aws:cloudfront/originAccessIdentity:OriginAccessIdentity") == []


def test_bucket_and_key_let_the_accounts_distributions_read(primary: EdgeGraph) -> None:
    [bucket] = statements(primary.one("aws:s3/bucketPolicy:BucketPolicy", "assets"), "CloudFrontReads")
    [key] = statements(primary.one(KEY, "data"), "CloudFrontReads")
    wildcard = "arn:aws:cloudfront::111122223333:distribution/*"
    for statement, action in ((bucket, "s3:GetObject"), (key, "kms:Decrypt")):
        assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        assert action in statement["Action"]
        # what CloudFront's guide asks for and no more: a key that it didn't send would close the bucket
        assert statement["Condition"] == {"ArnLike": {"aws:SourceArn": wildcard}}


def statements(resource: Resource, sid: str) -> list[dict[str, Any]]:
    return [s for s in document(resource.inputs["policy"])["Statement"] if s["Sid"] == sid]


def test_the_api_is_asked_by_https_at_the_origins_name(primary: EdgeGraph) -> None:
    api = origins(primary)["api"]
    certificate = primary.one(CERTIFICATE, "cloudfront").inputs["domainName"]
    assert api["domainName"] == f"origin.{certificate}"
    custom = api["customOriginConfig"]
    assert custom["originProtocolPolicy"] == "https-only"
    assert custom["originSslProtocols"] == ["TLSv1.2"]
    assert (custom["originReadTimeout"], custom["originKeepaliveTimeout"]) == (60, 30)
    assert "originAccessControlId" not in api


def test_files_are_cached_by_their_ttl_and_the_api_never(primary: EdgeGraph) -> None:
    [caching] = primary.of_type("aws:cloudfront/cachePolicy:CachePolicy")
    assert [caching.inputs[key] for key in ("minTtl", "defaultTtl", "maxTtl")] == [0, 3600, 86400]
    found = distribution(primary)
    files, paths = found["defaultCacheBehavior"], found["orderedCacheBehaviors"]
    assert files["cachePolicyId"] == caching.id
    assert set(files["allowedMethods"]) == {"GET", "HEAD", "OPTIONS"}
    # the IDs are AWS's own for CachingDisabled and AllViewer
    assert {path["cachePolicyId"] for path in paths} == {"4135ea2d-6df8-44a3-9df3-4b5a84be39ad"}
    assert {path["originRequestPolicyId"] for path in paths} == {"216adef6-5c7f-47e4-b989-5492eafa07d3"}
    assert {path["targetOriginId"] for path in paths} == {"api"}
    assert all("POST" in path["allowedMethods"] for path in paths)


def test_the_load_balancer_is_told_who_asks_by_a_header_that_no_viewer_can_write(primary: EdgeGraph) -> None:
    [function] = primary.of_type("aws:cloudfront/function:Function")
    assert (function.inputs["runtime"], function.inputs["publish"]) == ("cloudfront-js-2.0", True)
    rate = rules(primary, "load-balancer")["rate"]["statement"]["rateBasedStatement"]
    # written over whatever the viewer sent, with the address that CloudFront itself was asked from
    assert f"headers['{rate['forwardedIpConfig']['headerName']}'] = {{ value: event.viewer.ip }}" in str(
        function.inputs["code"]
    )
    for path in distribution(primary)["orderedCacheBehaviors"]:
        assert path["functionAssociations"] == [
            {"eventType": "viewer-request", "functionArn": function.outputs["arn"]}
        ], path["pathPattern"]


def test_viewers_come_by_https_ipv6_and_modern_tls(primary: EdgeGraph) -> None:
    found = distribution(primary)
    for behaviour in (found["defaultCacheBehavior"], *found["orderedCacheBehaviors"]):
        assert behaviour["viewerProtocolPolicy"] == "redirect-to-https"
    assert found["enabled"] is True
    assert found["isIpv6Enabled"] is True
    assert found["defaultRootObject"] == "index.html"
    assert found["viewerCertificate"]["sslSupportMethod"] == "sni-only"
    assert found["viewerCertificate"]["minimumProtocolVersion"] in {"TLSv1.2_2025", "TLSv1.3_2025"}


def test_every_served_host_leads_to_cloudfront_over_both_protocols(primary: EdgeGraph) -> None:
    [made] = primary.of_type(DISTRIBUTION)
    certificate = primary.one(CERTIFICATE, "cloudfront").inputs["domainName"]
    hosts = {certificate, f"api.{certificate}"}
    assert set(distribution(primary)["aliases"]) == hosts
    pointing = [record for record in records(primary) if "aliases" in record]
    assert {(record["name"], record["type"]) for record in pointing} == {
        (host, kind) for host in hosts for kind in ("A", "AAAA")
    }
    for record in pointing:
        assert record["aliases"] == [
            {"name": made.outputs["domainName"], "zoneId": made.outputs["hostedZoneId"], "evaluateTargetHealth": False}
        ]


def test_settings_reach_the_distribution(graph_of: GraphOf) -> None:
    west, dev = distribution(graph_of("west")), distribution(graph_of("dev"))
    assert west["restrictions"]["geoRestriction"] == {"restrictionType": "whitelist", "locations": ["CA", "US"]}
    assert dev["restrictions"]["geoRestriction"] == {"restrictionType": "none", "locations": []}
    assert (west["priceClass"], dev["priceClass"]) == ("PriceClass_All", "PriceClass_100")
    assert west["viewerCertificate"]["minimumProtocolVersion"] == "TLSv1.3_2025"
    assert [path["pathPattern"] for path in west["orderedCacheBehaviors"]] == ["/v1/*"]
    assert [path["pathPattern"] for path in dev["orderedCacheBehaviors"]] == [
        "/api/*",
        "/ws/*",
        "/mcp*",
        "/.well-known/*",
    ]


def test_the_assets_copy_stands_in_where_there_is_one(graph_of: GraphOf) -> None:
    found = distribution(graph_of("production"))
    assert origins(graph_of("production"))["assets-recovery"]["domainName"] == COPY
    [group] = found["originGroups"]
    assert group["members"] == [{"originId": "assets"}, {"originId": "assets-recovery"}]
    assert group["failoverCriteria"] == {"statusCodes": [500, 502, 503, 504]}
    assert found["defaultCacheBehavior"]["targetOriginId"] == group["originId"]
    # CloudFront refuses a group where writes are allowed
    assert not {"POST", "PUT", "PATCH", "DELETE"} & set(found["defaultCacheBehavior"]["allowedMethods"])
    assert {path["targetOriginId"] for path in found["orderedCacheBehaviors"]} == {"api"}
    assert "originGroups" not in distribution(graph_of("staging"))


def test_a_sick_origins_answer_is_not_repeated(primary: EdgeGraph) -> None:
    assert distribution(primary)["customErrorResponses"] == [
        {"errorCode": code, "errorCachingMinTtl": 0} for code in (500, 502, 503, 504)
    ]


@pytest.mark.parametrize("name", ["assets", "api"])
def test_answers_carry_security_headers(name: str, primary: EdgeGraph) -> None:
    policy = bare(primary.one(HEADERS, name).inputs)
    security = policy["securityHeadersConfig"]
    assert security["strictTransportSecurity"] == {
        "accessControlMaxAgeSec": 63072000,
        "includeSubdomains": True,
        "preload": False,
        "override": True,
    }
    assert security["contentTypeOptions"] == {"override": True}
    assert security["frameOptions"] == {"frameOption": "DENY", "override": True}
    assert security["referrerPolicy"]["referrerPolicy"] == "strict-origin-when-cross-origin"
    content = security["contentSecurityPolicy"]
    assert "frame-ancestors 'none'" in content["contentSecurityPolicy"]
    assert content["override"] is (name == "assets")
    custom = {item["header"]: item["value"] for item in policy["customHeadersConfig"]["items"]}
    assert "camera=()" in custom["Permissions-Policy"]
    assert "geolocation=()" in custom["Permissions-Policy"]
    assert {item["header"] for item in policy["removeHeadersConfig"]["items"]} == {"Server", "X-Powered-By"}
    found = distribution(primary)
    used = [found["defaultCacheBehavior"]] if name == "assets" else found["orderedCacheBehaviors"]
    assert {behaviour["responseHeadersPolicyId"] for behaviour in used} == {primary.one(HEADERS, name).id}


def test_pages_load_from_their_own_hosts_and_those_declared(graph_of: GraphOf) -> None:
    def policy(stack: str) -> dict[str, list[str]]:
        inputs = bare(graph_of(stack).one(HEADERS, "assets").inputs)
        text = inputs["securityHeadersConfig"]["contentSecurityPolicy"]["contentSecurityPolicy"]
        return {directive: sources for directive, *sources in (part.split() for part in text.split("; "))}

    production, west = policy("production"), policy("west")
    assert production["default-src"] == production["script-src"] == ["'self'"]
    assert production["object-src"] == ["'none'"]
    assert production["connect-src"] == [
        "'self'",
        "https://api.toolboxai.example.com",
        "wss://api.toolboxai.example.com",
    ]
    assert not {source for sources in production.values() for source in sources} & {"'unsafe-inline'", "'unsafe-eval'"}
    assert "upgrade-insecure-requests" in production
    assert west["img-src"] == ["'self'", "data:", "https://*.rbxcdn.com"]
    assert west["frame-src"] == ["'self'", "https://video.example.com"]


# --- CloudFront's log ---------------------------------------------------------------------------------------------


def test_the_access_log_goes_to_the_log_bucket_by_the_second_way(primary: EdgeGraph) -> None:
    [made] = primary.of_type(DISTRIBUTION)
    source, target = primary.one(DELIVERY_SOURCE, "cloudfront"), primary.one(DELIVERY_DESTINATION, "cloudfront")
    delivery = primary.one(DELIVERY, "cloudfront")
    bucket = primary.one("aws:s3/bucket:Bucket", "access-logs")
    assert {r.inputs["region"] for r in (source, target, delivery)} == {"us-east-1"}
    assert source.inputs["resourceArn"] == made.outputs["arn"]
    assert source.inputs["logType"] == "ACCESS_LOGS"
    assert target.inputs["deliveryDestinationConfiguration"] == {"destinationResourceArn": bucket.outputs["arn"]}
    assert delivery.inputs["deliverySourceName"] == source.inputs["name"]
    assert delivery.inputs["deliveryDestinationArn"] == target.outputs["arn"]
    # the first way wants access control lists, which the bucket doesn't have
    assert "loggingConfig" not in made.inputs


def test_the_access_log_holds_no_sessions_and_no_queries(primary: EdgeGraph) -> None:
    fields = bare(primary.one(DELIVERY, "cloudfront").inputs["recordFields"])
    assert {"date", "time", "c-ip", "cs-method", "cs-uri-stem", "sc-status"} <= set(fields)
    assert not {"cs(Cookie)", "cs-uri-query", "cs(Referer)"} & set(fields)


def test_the_log_bucket_lets_the_delivery_in_before_it_is_made(primary: EdgeGraph) -> None:
    policy = primary.one("aws:s3/bucketPolicy:BucketPolicy", "access-logs")
    [statement] = statements(policy, "CloudFrontLogs")
    assert statement["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
    assert statement["Resource"].endswith("/AWSLogs/111122223333/CloudFront/*")
    assert statement["Condition"]["ArnLike"] == {
        "aws:SourceArn": "arn:aws:logs:us-east-1:111122223333:delivery-source:*"
    }
    assert policy.urn in primary.ancestors(primary.one(DELIVERY, "cloudfront").urn)


# --- the origin's name --------------------------------------------------------------------------------------------


def origin_records(graph: EdgeGraph) -> list[dict[str, Any]]:
    return [record for record in records(graph) if record["name"].startswith("origin.")]


def test_production_fails_over_on_the_origins_name(graph_of: GraphOf) -> None:
    graph = graph_of("production")
    [check] = graph.of_type(CHECK)
    first, second = sorted(origin_records(graph), key=lambda record: str(record["failoverRoutingPolicies"]))
    assert first["failoverRoutingPolicies"] == [{"type": "PRIMARY"}]
    assert second["failoverRoutingPolicies"] == [{"type": "SECONDARY"}]
    assert first["records"] == ["us-east-1.origin.toolboxai.example.com"]
    assert second["records"] == ["us-west-2.origin.toolboxai.example.com"]
    assert first["healthCheckId"] == check.id
    assert "healthCheckId" not in second
    assert first["setIdentifier"] != second["setIdentifier"]
    for record in (first, second):
        assert (record["name"], record["type"], record["ttl"]) == ("origin.toolboxai.example.com", "CNAME", 60)


@pytest.mark.parametrize("stack", ["dev", "staging", "west"])
def test_elsewhere_the_origin_is_the_regions_own(stack: str, graph_of: GraphOf) -> None:
    [record] = origin_records(graph_of(stack))
    identity = IDENTITIES[stack]
    assert record["records"] == [f"{identity['region']}.origin.{identity['domain']}"]
    assert "failoverRoutingPolicies" not in record


@pytest.mark.parametrize("stack", ["staging", "production", "west"])
def test_health_is_asked_of_the_regions_load_balancer(stack: str, graph_of: GraphOf) -> None:
    graph = graph_of(stack)
    [check] = graph.of_type(CHECK)
    identity = IDENTITIES[stack]
    assert check.inputs["type"] == "HTTPS"
    assert check.inputs["enableSni"] is True
    # not the origin's name: failed over, it would be found healthy and fail back to the sick
    assert check.inputs["fqdn"] == f"{identity['region']}.origin.{identity['domain']}"
    assert check.inputs["resourcePath"] == "/health"
    assert (check.inputs["requestInterval"], check.inputs["failureThreshold"]) == (30, 3)
    assert len(items(check.inputs["regions"])) >= 3
    assert graph.run.outputs["health_check_id"] == check.id


def test_dev_pays_for_no_health_check(graph_of: GraphOf) -> None:
    assert graph_of("dev").of_type(CHECK) == []


def items(value: Value) -> list[Any]:
    assert isinstance(value, list)
    return value


# --- the standby --------------------------------------------------------------------------------------------------


def test_a_standby_has_the_load_balancers_half_alone(graph_of: GraphOf) -> None:
    graph = graph_of("standby")
    for type_ in (DISTRIBUTION, RECORD, CHECK, ZONE, PASSWORD):
        assert graph.of_type(type_) == [], type_
    [acl] = graph.of_type(ACL)
    assert (acl.inputs["scope"], acl.inputs["region"]) == ("REGIONAL", "us-west-2")
    [certificate] = graph.of_type(CERTIFICATE)
    assert certificate.inputs["region"] == "us-west-2"
    # the primary's record proves it
    [validation] = graph.of_type(VALIDATION)
    assert "validationRecordFqdns" not in validation.inputs
    assert graph.run.outputs["regional_web_acl_arn"] == acl.outputs["arn"]


# --- the whole ----------------------------------------------------------------------------------------------------


def test_everything_is_the_edges_own_and_says_its_region_where_that_matters(graph: EdgeGraph) -> None:
    made = of_edge(graph)
    assert made
    for resource in made:
        assert resource.parent
        if resource.type.startswith("aws:wafv2/") or resource.type in {CERTIFICATE, VALIDATION, LOG_GROUP, ACL_LOG}:
            assert resource.inputs["region"] in {"us-east-1", "us-west-2"}, resource.urn


@pytest.mark.parametrize("stack", PRIMARIES)
def test_what_cloudfront_wants_in_us_east_1_is_there(stack: str, graph_of: GraphOf) -> None:
    graph = graph_of(stack)
    near_cloudfront = [
        graph.one(ACL, "cloudfront"),
        graph.one(ACL_LOG, "cloudfront"),
        graph.one(LOG_GROUP, "cloudfront"),
        graph.one(CERTIFICATE, "cloudfront"),
        graph.one(VALIDATION, "cloudfront"),
        graph.one(DELIVERY, "cloudfront"),
    ]
    assert {resource.inputs["region"] for resource in near_cloudfront} == {"us-east-1"}


def test_a_firewall_log_in_another_region_than_the_stacks_has_a_key_there(graph_of: GraphOf) -> None:
    graph = graph_of("west")
    key = graph.one(KEY, "cloudfront-logs")
    assert key.inputs["region"] == "us-east-1"
    assert key.inputs["enableKeyRotation"] is True
    principals = [s["Principal"] for s in document(key.inputs["policy"])["Statement"]]
    assert {"Service": "logs.us-east-1.amazonaws.com"} in principals
    assert graph.one(LOG_GROUP, "cloudfront").inputs["kmsKeyId"] == key.outputs["arn"]
    assert [k.name for k in of_edge(graph_of("production"), KEY)] == []


def test_only_the_zone_and_the_secret_of_production_are_protected(graph: EdgeGraph) -> None:
    kept = {r.name for r in of_edge(graph) if r.protect}
    assert kept == ({"zone", "origin"} if graph.name == "production" else set())


def test_nothing_secret_is_bare(primary: EdgeGraph) -> None:
    hidden = [str(bare(r.outputs["result"])) for r in of_edge(primary, PASSWORD)]
    assert hidden
    for resource in primary.resources:
        text = json.dumps(resource.inputs, default=lambda value: "[secret]" if isinstance(value, Secret) else "")
        assert not any(value in text for value in hidden), resource.urn
