"""The way in to each stack's cluster: what its load balancer is told, and what outlasts it."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

import pytest

from sandbox.model import Resource, Run
from tests.stacks.graph import manifests, of_type, plain, reaches

GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
CONFIGURATION = "kubernetes:gateway.k8s.aws/v1:LoadBalancerConfiguration"


def one(run: Run, kind: str) -> Resource:
    (found,) = of_type(run, kind)
    return found


def spec(run: Run, kind: str) -> Any:  # noqa: ANN401 - any JSON value
    return plain(one(run, kind).inputs)["spec"]


def attributes(run: Run) -> dict[str, str]:
    return {entry["key"]: entry["value"] for entry in spec(run, CONFIGURATION)["loadBalancerAttributes"]}


def test_every_stack_has_one_gateway_by_the_name_that_routes_use(run: Run) -> None:
    gateway = plain(one(run, GATEWAY).inputs)
    assert (gateway["metadata"]["namespace"], gateway["metadata"]["name"]) == ("toolboxai-system", "public")
    assert run.outputs["gateway-main"] == "toolboxai-system/public"
    classes = [m["metadata"]["name"] for m in manifests(run) if m["kind"] == "GatewayClass"]
    assert classes == [gateway["spec"]["gatewayClassName"]]


def test_only_https_takes_routes_of_others_and_http_sends_everyone_there(run: Run) -> None:
    """ELB.1. Routes may hang on by their namespace's own label alone, which the API server sets."""
    listeners = {it["name"]: it for it in spec(run, GATEWAY)["listeners"]}
    assert {(it["port"], it["protocol"]) for it in listeners.values()} == {(443, "HTTPS"), (80, "HTTP")}
    assert listeners["http"]["allowedRoutes"]["namespaces"] == {"from": "Same"}
    allowed = listeners["https"]["allowedRoutes"]["namespaces"]
    assert allowed["from"] == "Selector"
    (label,) = allowed["selector"]["matchExpressions"]
    assert (label["key"], label["operator"]) == ("kubernetes.io/metadata.name", "In")
    routes = [plain(r.inputs) for r in of_type(run, ROUTE)]
    assert {r["metadata"]["namespace"] for r in routes} == set(label["values"])
    plain_ones = [r for r in routes if r["spec"]["parentRefs"][0]["sectionName"] == "http"]
    assert [r["spec"]["rules"][0]["filters"] for r in plain_ones] == [
        [
            {
                "type": "RequestRedirect",
                "requestRedirect": {"scheme": "https", "port": 443, "statusCode": 301},
            }
        ]
    ]


def test_every_route_names_its_listener(run: Run) -> None:
    """Without it a route hangs on both, and on the plain one no token is looked at."""
    parents = [parent for r in of_type(run, ROUTE) for parent in plain(r.inputs)["spec"]["parentRefs"]]
    assert len(parents) >= 2
    assert {parent.get("sectionName") for parent in parents} == {"http", "https"}


def test_the_load_balancer_faces_the_internet_with_our_groups_alone(run: Run) -> None:
    told, made = spec(run, CONFIGURATION), {r.id for r in of_type(run, "aws:ec2:SecurityGroup")}
    assert told["scheme"] == "internet-facing"  # the controller's default is internal
    assert told["manageBackendSecurityGroupRules"] is False
    assert set(told["securityGroups"]) <= made
    assert len(told["securityGroups"]) in {1, 2}
    rules = [plain(r.inputs) for r in of_type(run, "aws:vpc:SecurityGroupIngressRule")]
    entering = [rule for rule in rules if rule["securityGroupId"] in told["securityGroups"]]
    assert entering
    assert all(it.get("prefixListId") and not it.get("cidrIpv4") for it in entering)
    assert {(it["fromPort"], it["toPort"]) for it in entering} == {(443, 443)}


def test_the_nodes_let_the_load_balancer_in_and_its_group_only(run: Run) -> None:
    told = spec(run, CONFIGURATION)
    (rule,) = [r for r in of_type(run, "aws:vpc:SecurityGroupIngressRule") if r.name == "load-balancer-main"]
    assert rule.inputs["referencedSecurityGroupId"] in told["securityGroups"]
    assert (rule.inputs["fromPort"], rule.inputs["toPort"]) == (1024, 65535)


def test_tls_certificate_and_firewall_are_the_edges(run: Run) -> None:
    told = spec(run, CONFIGURATION)
    (listener,) = told["listenerConfigurations"]
    assert listener["protocolPort"] == "HTTPS:443"
    assert listener["sslPolicy"].startswith("ELBSecurityPolicy-TLS13-1-2-")
    certificates = {r.outputs["certificateArn"] for r in of_type(run, "aws:acm:CertificateValidation")}
    assert listener["defaultCertificate"] in certificates
    firewalls = {r.outputs["arn"]: r.inputs["scope"] for r in of_type(run, "aws:wafv2:WebAcl")}
    assert firewalls[told["wafV2"]["webACL"]] == "REGIONAL"


def test_it_stands_in_every_public_subnet(run: Run) -> None:
    public = {r.id for r in of_type(run, "aws:ec2:Subnet") if "kubernetes.io/role/elb" in plain(r.inputs)["tags"]}
    assert {it["identifier"] for it in spec(run, CONFIGURATION)["loadBalancerSubnets"]} == public
    assert len(public) >= 2


def test_no_attribute_that_matters_is_left_to_its_default(run: Run) -> None:
    """ELB.4 (headers), ELB.5 (logs), ELB.6 (protection), ELB.12 (desync), and the hour of a silent WebSocket."""
    found = attributes(run)
    assert found["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert found["routing.http.desync_mitigation_mode"] in {"defensive", "strictest"}
    assert found["deletion_protection.enabled"] == ("true" if run.stack.startswith("production") else "false")
    assert found["idle_timeout.timeout_seconds"] == "3600"
    assert found["waf.fail_open.enabled"] == "false"
    assert found["access_logs.s3.enabled"] == "true"


def primary(run: Run, run_of: Callable[[str], Run]) -> Run:
    """The run of the stack that a standby stands in for; any other stack is its own."""
    return run_of(run.stack.removesuffix("-dr"))


def test_its_log_goes_where_the_bucket_lets_load_balancers_write(run: Run, run_of: Callable[[str], Run]) -> None:
    found, owner = attributes(run), primary(run, run_of)
    bucket, prefix = found["access_logs.s3.bucket"], found["access_logs.s3.prefix"]
    (policy,) = [r for r in of_type(owner, "aws:s3:BucketPolicy") if r.inputs["bucket"] == bucket]
    assert f"arn:aws:s3:::{bucket}/{prefix}/AWSLogs/111122223333/*" in str(policy.inputs["policy"])
    region = "us-west-2" if owner is not run else "us-east-1"
    assert f"arn:aws:elasticloadbalancing:{region}:111122223333:loadbalancer/*" in str(policy.inputs["policy"])
    assert owner is not run or policy.urn in reaches(run, one(run, CONFIGURATION))


def test_targets_are_pods_also_of_a_service_that_says_nothing(run: Run) -> None:
    default = spec(run, CONFIGURATION)["defaultTargetGroupConfiguration"]["name"]
    (found,) = [
        m for m in manifests(run) if m["kind"] == "TargetGroupConfiguration" and m["metadata"]["name"] == default
    ]
    assert found["spec"]["defaultConfiguration"]["targetType"] == "ip"
    assert "targetReference" not in found["spec"]


def test_the_regions_origin_is_a_host_that_external_dns_keeps(run: Run, run_of: Callable[[str], Run]) -> None:
    """The health check asks this name on this path, and it lies in what external-dns is held to."""
    (route,) = [plain(r.inputs) for r in of_type(run, ROUTE) if r.name.endswith("/origin")]
    (host,) = route["spec"]["hostnames"]
    (dns,) = [r for r in of_type(run, "kubernetes:helm.sh/v3:Release") if r.inputs["name"] == "external-dns"]
    (domain,) = plain(dns.inputs)["values"]["domainFilters"]
    assert host.endswith(f".{domain}")
    assert "gateway-httproute" in plain(dns.inputs)["values"]["sources"]
    records = [plain(r.inputs) for r in of_type(primary(run, run_of), "aws:route53:Record")]
    assert host in {target for record in records if record["name"] == domain for target in record["records"]}
    checks = of_type(run, "aws:route53:HealthCheck")
    assert checks or run.stack in ("dev", "production-dr")
    (rule,) = route["spec"]["rules"]
    for check in checks:
        assert rule["matches"][0]["path"] == {"type": "Exact", "value": check.inputs["resourcePath"]}
        assert check.inputs["fqdn"] == host


def test_the_origins_health_is_answered_by_the_load_balancer_itself(run: Run) -> None:
    (route,) = [plain(r.inputs) for r in of_type(run, ROUTE) if r.name.endswith("/origin")]
    (rule,) = route["spec"]["rules"]
    name = rule["filters"][0]["extensionRef"]["name"]
    (told,) = [m for m in manifests(run) if m["kind"] == "ListenerRuleConfiguration" and m["metadata"]["name"] == name]
    (action,) = told["spec"]["actions"]
    assert action["fixedResponseConfig"]["statusCode"] == 200
    assert "backendRefs" not in rule


OUTLASTS = {
    "its controller": ("kubernetes:helm.sh/v3:Release", "aws-load-balancer-controller"),
    "what keeps its name": ("kubernetes:helm.sh/v3:Release", "external-dns"),
    "its definitions": ("kubernetes:helm.sh/v3:Release", "gateway-api"),
}


@pytest.mark.parametrize("kind", [GATEWAY, ROUTE])
@pytest.mark.parametrize("what", OUTLASTS)
def test_gateway_and_routes_go_before(run: Run, kind: str, what: str) -> None:
    """Law 8: deletion goes against dependence, so whoever must outlast an object is reached from it."""
    type_, name = OUTLASTS[what]
    (lasting,) = [r for r in of_type(run, type_) if r.inputs["name"] == name]
    for resource in of_type(run, kind):
        assert lasting.urn in reaches(run, resource), resource.urn


def test_the_gateway_goes_before_the_network_it_stands_in(run: Run) -> None:
    behind = reaches(run, one(run, GATEWAY))
    told = spec(run, CONFIGURATION)
    for resource in of_type(run, "aws:ec2:SecurityGroup", "aws:ec2:Subnet", "aws:wafv2:WebAcl", "aws:eks:NodeGroup"):
        held = resource.id in str(told) or str(resource.outputs.get("arn")) in str(told)
        nodes = resource.type == "aws:eks/nodeGroup:NodeGroup" and resource.name.endswith("general")
        if held or nodes:
            assert resource.urn in behind, resource.urn


def test_every_route_goes_before_the_gateway(run: Run) -> None:
    gateway = one(run, GATEWAY).urn
    for route in of_type(run, ROUTE):
        assert gateway in reaches(run, route), route.urn


def test_new_pods_count_once_the_load_balancer_finds_them_well(run: Run) -> None:
    """Or a rollout takes the old ones away while the new ones are not yet asked for anything."""
    groups = [m for m in manifests(run) if m["kind"] == "TargetGroupConfiguration" and "targetReference" in m["spec"]]
    gated = {
        m["metadata"]["name"]
        for m in manifests(run)
        if m["kind"] == "Namespace"
        and m["metadata"]["labels"].get("elbv2.k8s.aws/pod-readiness-gate-inject") == "enabled"
    }
    assert groups
    assert gated == {m["metadata"]["namespace"] for m in groups}


def test_a_target_that_leaves_is_forgotten_before_its_container_ends(run: Run) -> None:
    deployed = {
        (m["metadata"]["namespace"], m["metadata"]["name"]): m
        for m in manifests(run)
        if m["kind"] in {"Deployment", "StatefulSet"}
    }
    for group in (m for m in manifests(run) if m["kind"] == "TargetGroupConfiguration"):
        if "targetReference" not in group["spec"]:
            continue
        name = group["spec"]["targetReference"]["name"]
        pod = deployed[group["metadata"]["namespace"], name]["spec"]["template"]["spec"]
        pause = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
        told = {a["key"]: a["value"] for a in group["spec"]["defaultConfiguration"]["targetGroupAttributes"]}
        assert pause >= 15, name
        assert pause + int(told["deregistration_delay.timeout_seconds"]) <= pod["terminationGracePeriodSeconds"], name


def test_what_is_asked_from_outside_is_answered_there(run: Run) -> None:
    """A probe of a path that nobody serves is an alert for ever."""
    targets = [
        target.removeprefix("https://")
        for m in manifests(run)
        if m["kind"] == "Probe"
        for target in m["spec"]["targets"]["staticConfig"]["static"]
    ]
    served = {
        (host, match["path"]["value"]): rule
        for m in manifests(run)
        if m["kind"] == "HTTPRoute"
        for host in m["spec"].get("hostnames", ())
        for rule in m["spec"]["rules"]
        for match in rule["matches"]
    }
    domain = "toolboxai.example.com" if run.stack.startswith("production") else f"{run.stack}.toolboxai.example.com"
    assert f"{domain}/" in targets
    apart = [target.partition("/") for target in targets if target != f"{domain}/"]
    for host, _, path in apart:
        rule = served[host, f"/{path}"]
        assert not rule.get("filters"), "people would have to sign in"
        for distribution in of_type(run, "aws:cloudfront:Distribution"):
            patterns = [row["pathPattern"] for row in plain(distribution.inputs)["orderedCacheBehaviors"]]
            assert any(fnmatchcase(f"/{path}", pattern) for pattern in patterns), path
    # a standby that has no database yet has no API either
    assert apart or run.stack == "production-dr"
