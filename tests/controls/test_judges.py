"""A judge that can't fail judges nothing: each is shown a stack in which what it looked at is gone or turned round."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import cast

import pytest

from controls import BY_ID, Answer, Graph, Outcome, Resource, Status, verdict
from controls.graph import Json

Given = Callable[[str], dict[str, Answer]]
GraphOf = Callable[[str], Graph]
STACKS = ("production", "toolboxai-production-us-east-1")


def without(resource: Resource, path: str) -> Resource:
    """The resource with nothing at ``path``."""
    return changed(resource, path, lambda _: None)


def turned(resource: Resource, path: str) -> Resource:
    """The resource with the opposite at ``path``: a yes for a no, another word for a word."""
    return changed(resource, path, opposite)


def opposite(value: Json) -> Json:
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return {"true": "false", "false": "true"}.get(value, "default")
    return 0 if isinstance(value, int | float) else None


def changed(resource: Resource, path: str, change: Callable[[Json], Json]) -> Resource:
    inputs = copy.deepcopy(dict(resource.inputs))
    here: Json = cast("Json", inputs)
    *before, last = path.split(".")
    for part in before:
        here = here.get(part) if isinstance(here, dict) else None
    if isinstance(here, dict):
        here[last] = change(here.get(last))
    return replace(resource, inputs=inputs)


def worse(graph: Graph, answer: Answer) -> Iterator[Graph]:
    """The stack with one thing that the judge looked at taken away or turned round."""
    by_urn = {it.urn: it for it in graph.resources}
    for finding in answer.verdict.findings:
        looked = by_urn.get(finding.urn)
        if looked is None:
            continue
        if finding.path:
            yield graph.but(add=[turned(looked, finding.path)])
            yield graph.but(add=[without(looked, finding.path)])
        yield graph.but(drop=[looked.urn])


def bad(kind: str, **inputs: Json) -> Resource:
    """A resource as it must not be."""
    return Resource(f"urn:pulumi:production::platform::{kind}::bad", kind, "no-such-id-in-the-stack", inputs)


EVERYTHING = '{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
STRANGER = (
    '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999988887777:root"},'
    ' "Action": "s3:PutBucketPolicy", "Resource": "*"}]}'
)
MACHINE = (
    '{"Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'
)
CONTAINER: Json = {"name": "c", "image": "docker.io/library/nginx", "envFrom": [{"secretRef": {"name": "s"}}]}
PLAIN: Json = {"domainName": "a.example.com", "customOriginConfig": {"originProtocolPolicy": "http-only"}}
FOREIGN: Json = {"domainName": "nobodys.s3.us-east-1.amazonaws.com"}
ROLE = bad(
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
    rules=[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
)
POD = bad("kubernetes:apps/v1:Deployment", spec={"template": {"spec": {"containers": [CONTAINER]}}})
BALANCER = bad("aws:lb/loadBalancer:LoadBalancer", subnets=["subnet-1"])
DISTRIBUTION = bad("aws:cloudfront/distribution:Distribution", origins=[PLAIN, FOREIGN])
POLICY = bad("aws:iam/rolePolicy:RolePolicy", policy=EVERYTHING)
BY_ADDING = {
    **dict.fromkeys((f"CIS 4.1.{n}" for n in (2, 3, 4, 8, 9, 10, 11, 12)), ROLE),
    **dict.fromkeys(("CIS 4.4.1", "CIS 5.1.4"), POD),
    **dict.fromkeys((f"CloudFront.{n}" for n in (9, 10, 12, 13)), DISTRIBUTION),
    **dict.fromkeys(("ELB.13", "ELB.16"), BALANCER),
    **dict.fromkeys(("IAM.1", "IAM.21", "KMS.2"), POLICY),
    "CIS 5.1.3": bad("aws:iam/role:Role", assumeRolePolicy=MACHINE),
    "CIS 5.4.1": bad(
        "aws:eks/cluster:Cluster", vpcConfig={"endpointPublicAccess": True, "publicAccessCidrs": ["0.0.0.0/0"]}
    ),
    "EC2.21": bad(
        "aws:ec2/networkAcl:NetworkAcl",
        ingress=[{"action": "allow", "cidrBlock": "0.0.0.0/0", "protocol": "-1", "ruleNo": 1}],
    ),
    "ELB.1": bad("aws:lb/listener:Listener", protocol="HTTP", defaultActions=[{"type": "forward"}]),
    "RDS.15": bad("aws:rds/cluster:Cluster", engine="aurora-postgresql"),
    "S3.6": bad("aws:s3/bucketPolicy:BucketPolicy", policy=STRANGER),
    "SecretsManager.3": bad("aws:secretsmanager/secret:Secret", name="nobody/reads"),
    "WAF.12": bad("aws:wafv2/webAcl:WebAcl", rules=[{"name": "silent"}]),
}
"""Judges that ask that something is not there: taking away breaks nothing, an example of the wrong thing does."""


def test_every_judge_that_is_kept_can_fail(given: Given, graph: GraphOf) -> None:
    kept: set[str] = set()
    failed: set[str] = set()
    for stack in STACKS:
        whole = graph(stack)
        for control, answer in given(stack).items():
            if answer.outcome is Outcome.KEPT and control not in failed:
                kept.add(control)
                wrong = [whole.but(add=[BY_ADDING[control]])] if control in BY_ADDING else worse(whole, answer)
                if any(verdict(it, BY_ID[control]).status is Status.FAIL for it in wrong):
                    failed.add(control)
    assert len(kept) > 130
    assert kept - failed == set()


@pytest.mark.parametrize("control", sorted(BY_ADDING))
def test_an_example_of_the_wrong_thing_is_named(control: str, graph: GraphOf) -> None:
    example = BY_ADDING[control]
    found = verdict(graph("production").but(add=[example]), BY_ID[control])
    assert found.status is Status.FAIL
    assert example.urn in {it.urn for it in found.wrong}
