"""Both packs over each stack, and what FSBP wants of the edge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.components.edge.deployment import EdgeGraph, bare, judged
from tests.components.edge.questions import (
    ACL,
    ACL_LOG,
    CERTIFICATE,
    DELIVERY,
    EDGE,
    VALIDATION,
    distribution,
    origins,
)


@pytest.mark.parametrize("stack", ["dev", "production", "standby", "west"])
def test_the_packs_find_nothing_in_the_edge(stack: str, tmp_path: Path) -> None:
    verdict = judged(tmp_path, stack)
    assert {pack["name"] for pack in verdict["packs"]} == {"platform-security", "platform-governance"}
    assert [v for v in verdict["violations"] if EDGE in v["urn"]] == []


def _behaviours(graph: EdgeGraph) -> list[Mapping[str, object]]:
    found = distribution(graph)
    return [found["defaultCacheBehavior"], *found["orderedCacheBehaviors"]]


def _custom_origins(graph: EdgeGraph) -> list[Mapping[str, object]]:
    return [origin["customOriginConfig"] for origin in origins(graph).values() if "customOriginConfig" in origin]


FSBP: Final[dict[str, Callable[[EdgeGraph], bool]]] = {
    "CloudFront.1": lambda g: bool(distribution(g)["defaultRootObject"]),
    "CloudFront.3": lambda g: all(b["viewerProtocolPolicy"] == "redirect-to-https" for b in _behaviours(g)),
    "CloudFront.5": lambda g: len(g.of_type(DELIVERY)) == 1,
    "CloudFront.6": lambda g: distribution(g)["webAclId"] == g.one(ACL, "cloudfront").outputs["arn"],
    "CloudFront.7": lambda g: bool(distribution(g)["viewerCertificate"]["acmCertificateArn"]),
    "CloudFront.8": lambda g: distribution(g)["viewerCertificate"]["sslSupportMethod"] == "sni-only",
    "CloudFront.9": lambda g: all(o["originProtocolPolicy"] == "https-only" for o in _custom_origins(g)),
    "CloudFront.10": lambda g: all(o["originSslProtocols"] == ["TLSv1.2"] for o in _custom_origins(g)),
    "CloudFront.12": lambda g: (
        origins(g)["assets"]["domainName"]
        in {b.outputs["bucketRegionalDomainName"] for b in g.of_type("aws:s3/bucket:Bucket")}
    ),
    "CloudFront.13": lambda g: all(
        origin.get("originAccessControlId") for id_, origin in origins(g).items() if id_.startswith("assets")
    ),
    "CloudFront.15": lambda g: (
        distribution(g)["viewerCertificate"]["minimumProtocolVersion"]
        in {"TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"}
    ),
    "WAF.10": lambda g: all(acl.inputs["rules"] for acl in g.of_type(ACL)),
    "WAF.11": lambda g: (
        {log.inputs["resourceArn"] for log in g.of_type(ACL_LOG)} == {acl.outputs["arn"] for acl in g.of_type(ACL)}
    ),
    "WAF.12": lambda g: all(
        rule["visibilityConfig"]["cloudwatchMetricsEnabled"]
        for acl in g.of_type(ACL)
        for rule in bare(acl.inputs["rules"])
    ),
    # renewed by ACM itself, which it does for what is proven by DNS and in use
    "ACM.1": lambda g: all(c.inputs["validationMethod"] == "DNS" for c in g.of_type(CERTIFICATE)),
    "ACM.2": lambda g: all(c.inputs["keyAlgorithm"] == "RSA_2048" for c in g.of_type(CERTIFICATE)),
    # the load balancer is made in the cluster: what it is to be given is here
    "ELB.16": lambda g: g.run.outputs["regional_web_acl_arn"] == g.one(ACL, "load-balancer").outputs["arn"],
}


@pytest.mark.parametrize("control", FSBP)
def test_fsbp(control: str, primary: EdgeGraph) -> None:
    assert FSBP[control](primary)


def test_cloudfront_4_holds_where_the_assets_have_a_copy(graph_of: Callable[[str], EdgeGraph]) -> None:
    [group] = distribution(graph_of("production"))["originGroups"]
    assert len(group["members"]) == 2
    assert len(graph_of("production").of_type(VALIDATION)) == 2
