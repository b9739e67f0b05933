"""Names: hosts, and what AWS allows at the longest platform and environment that settings allow."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import pytest

from components.edge.certificates import proofs
from components.edge.hosts import Hosts
from tests.components.edge.deployment import IDENTITIES, EdgeGraph, deploy
from tests.components.edge.questions import ACL, of_edge

LONGEST: Final = {
    **IDENTITIES["production"],
    "platform": "p" * 12,
    "env": "e" * 12,
    # 64 characters, the longest that a certificate takes for its first name
    "domain": f"{'a' * 50}.{'b' * 9}.com",
}

PATTERNS: Final[dict[str, tuple[str, int, str]]] = {
    # the input that is the name, its longest, and its form (the services' API models)
    "aws:wafv2/webAcl:WebAcl": ("name", 128, r"[\w-]+"),
    "aws:cloudwatch/logGroup:LogGroup": ("name", 512, r"aws-waf-logs-[-._/#A-Za-z0-9]+"),
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": ("name", 60, r"[\w-]+"),
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": ("name", 60, r"[\w-]+"),
    "aws:cloudfront/originAccessControl:OriginAccessControl": ("name", 64, r"[\w-]+"),
    "aws:cloudfront/cachePolicy:CachePolicy": ("name", 128, r"[\w-]+"),
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": ("name", 128, r"[\w-]+"),
    "aws:ec2/securityGroup:SecurityGroup": ("name", 255, r"(?!sg-)[\w .:/()#,@\[\]+=&;{}!$*-]+"),
    "aws:secretsmanager/secret:Secret": ("name", 512, r"[A-Za-z0-9/_+=.@-]+(?<!-[A-Za-z0-9]{6})"),
    "aws:route53/record:Record": ("name", 255, r"[*\w.-]+"),
    "aws:acm/certificate:Certificate": ("domainName", 64, r"[a-z0-9.-]+"),
    "aws:route53/zone:Zone": ("name", 255, r"[a-z0-9.-]+"),
    "aws:route53/healthCheck:HealthCheck": ("fqdn", 255, r"[a-z0-9.-]+"),
}


@pytest.fixture(scope="module")
def longest(tmp_path_factory: pytest.TempPathFactory) -> EdgeGraph:
    root = tmp_path_factory.mktemp("longest")
    return EdgeGraph("longest", deploy(root, "production", identity=LONGEST))


def test_every_name_is_within_its_services_limit(longest: EdgeGraph) -> None:
    seen = set()
    for resource in of_edge(longest):
        if resource.type not in PATTERNS:
            continue
        key, limit, form = PATTERNS[resource.type]
        name = str(resource.inputs[key])
        assert len(name) <= limit, resource.urn
        assert re.fullmatch(form, name), name
        seen.add(resource.type)
    assert seen == PATTERNS.keys()


def test_metrics_and_descriptions_are_within_wafs_limits(longest: EdgeGraph) -> None:
    for acl in longest.of_type(ACL):
        described = str(acl.inputs["description"])
        assert re.fullmatch(r"[\w+=:#@/\-,.][\w+=:#@/\-,.\s]{0,254}[\w+=:#@/\-,.]", described)
        metrics = re.findall(r"'metricName': '([^']+)'", str(acl.inputs))
        assert metrics
        assert all(re.fullmatch(r"[\w#:./-]{1,255}", metric) for metric in metrics)


def test_comments_are_within_cloudfronts_limit(longest: EdgeGraph) -> None:
    for resource in of_edge(longest):
        if resource.type.startswith("aws:cloudfront/"):
            assert len(str(resource.inputs.get("comment", ""))) <= 128, resource.urn


def test_stacks_of_an_account_share_no_physical_name(graph_of: Callable[[str], EdgeGraph]) -> None:
    taken: dict[tuple[str, str, str], str] = {}
    for stack in ("dev", "staging", "production", "standby"):
        for resource in of_edge(graph_of(stack)):
            if resource.type not in PATTERNS or resource.type in {
                "aws:acm/certificate:Certificate",  # names nothing physical
                "aws:route53/record:Record",  # several share a name by their set
                "aws:ec2/securityGroup:SecurityGroup",  # a name in its own VPC
            }:
                continue
            name = str(resource.inputs[PATTERNS[resource.type][0]])
            place = (resource.type, name, str(resource.inputs.get("region", "")))
            assert place not in taken, f"{resource.urn} and {taken[place]}"
            taken[place] = resource.urn


def test_hosts_are_all_under_the_domain() -> None:
    hosts = Hosts("example.com", "us-east-1")
    assert hosts.served == ("example.com", "api.example.com")
    assert hosts.origin == "origin.example.com"
    assert hosts.regional_origin() == "us-east-1.origin.example.com"
    assert hosts.regional_origin("us-west-2") == "us-west-2.origin.example.com"
    assert hosts.certified == ("example.com", "*.example.com")


def test_the_certificate_holds_whatever_host_cloudfront_asks_the_load_balancer_for() -> None:
    hosts = Hosts("example.com", "us-east-1")
    for asked in (*hosts.served, hosts.origin):
        assert any(re.fullmatch(name.replace(".", r"\.").replace("*", "[^.]+"), asked) for name in hosts.certified)


@pytest.mark.parametrize(
    ("names", "proven"),
    [
        (["example.com", "*.example.com"], ["example.com"]),
        (["*.example.com"], ["example.com"]),
        (["example.com", "*.api.example.com", "api.example.com"], ["example.com", "api.example.com"]),
    ],
)
def test_each_name_is_proven_once(names: list[str], proven: list[str]) -> None:
    assert proofs(names) == proven
