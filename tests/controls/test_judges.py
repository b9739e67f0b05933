"""A judge that can't fail judges nothing: each is shown a stack in which what it looked at is gone or turned round."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import cast

import pytest

from controls import BY_ID, CONTROLS, EXCEPTIONS, Answer, Graph, Outcome, Resource, Status, verdict
from controls.cis.objects import WORKLOADS, Pod, pods
from controls.graph import Json
from sandbox.cloud.schema import schema
from sandbox.model import Value
from tests import delivered
from tests.controls.examples import EXAMPLES, EXCEPTED, Example, changed, with_value

Given = Callable[[str], dict[str, Answer]]
GraphOf = Callable[[str], Graph]
STACKS = ("production", "toolboxai-production-us-east-1")


def without(resource: Resource, path: str) -> Resource:
    """The resource with nothing at ``path``."""
    return with_value(resource, path, None)


def turned(resource: Resource, path: str) -> Resource:
    """The resource with the opposite at ``path``: a yes for a no, another word for a word."""
    return changed(resource, path, opposite)


def opposite(value: Json) -> Json:
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return {"true": "false", "false": "true"}.get(value, "default")
    return 0 if isinstance(value, int | float) else None


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


@pytest.fixture(scope="module")
def kept(given: Given) -> dict[str, list[tuple[str, Answer]]]:
    """By control, the stacks that keep it, and how they do."""
    found: dict[str, list[tuple[str, Answer]]] = {}
    for stack in STACKS:
        for control, answer in given(stack).items():
            if answer.outcome is Outcome.KEPT:
                found.setdefault(control, []).append((stack, answer))
    return found


def test_every_judge_that_is_kept_can_fail(kept: dict[str, list[tuple[str, Answer]]], graph: GraphOf) -> None:
    for control, answers in kept.items():
        wrong = (
            it
            for stack, answer in answers
            for it in (
                [graph(stack).but(add=[BY_ADDING[control]])] if control in BY_ADDING else worse(graph(stack), answer)
            )
        )
        assert any(verdict(it, BY_ID[control]).status is Status.FAIL for it in wrong), control


def test_every_judge_is_shown_to_pass_and_to_fail(kept: dict[str, list[tuple[str, Answer]]]) -> None:
    """By a stack of ours or by an example: none is left out, and no example stands where a stack says it already."""
    by_example = {it.control for it in EXAMPLES}
    assert set(kept) | by_example == {it.id for it in CONTROLS}
    assert set(kept) & by_example == set()
    assert {it.control for it in EXCEPTED} == {it.control for it in EXCEPTIONS}


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_is_kept_and_each_of_its_wrong_forms_is_not(example: Example) -> None:
    control = BY_ID[example.control]
    assert verdict(example.kept, control).status is Status.PASS
    wrong = [verdict(it, control).status for it in example.broken]
    assert wrong
    assert set(wrong) == {Status.FAIL}


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_says_what_the_provider_knows(example: Example) -> None:
    """Parts of resources, so what is required may be missing; but no other name or kind of value."""
    for resource in example.good:
        known = schema(resource.type, "")
        assert known is not None
        inputs = cast("dict[str, Value]", dict(resource.inputs))
        assert [it for it in known.inputs.problems(inputs, "") if ": missing, " not in it] == []


@pytest.mark.parametrize("control", sorted(BY_ADDING))
def test_an_example_of_the_wrong_thing_is_named(control: str, graph: GraphOf) -> None:
    example = BY_ADDING[control]
    found = verdict(graph("production").but(add=[example]), BY_ID[control])
    assert found.status is Status.FAIL
    assert example.urn in {it.urn for it in found.wrong}


# --- what Argo CD delivers --------------------------------------------------------------------------------------------

ELSEWHERE: Json = {"name": "c", "image": "docker.io/library/nginx", "securityContext": {}}
PRIVILEGED: Json = {"name": "c", "image": "nginx", "securityContext": {"privileged": True}}
OF_PODS: dict[str, tuple[str, Json]] = {
    "CIS 4.1.6": ("automountServiceAccountToken", True),
    "CIS 4.2.1": ("containers", [PRIVILEGED]),
    "CIS 4.2.2": ("hostPID", True),
    "CIS 4.2.3": ("hostIPC", True),
    "CIS 4.2.4": ("hostNetwork", True),
    "CIS 4.2.5": ("containers", [ELSEWHERE]),
    "CIS 4.4.1": ("containers", [CONTAINER]),
    "CIS 5.1.4": ("containers", [ELSEWHERE]),
}
"""By control, what it forbids a pod spec: the place in it, and what stands there."""


def delivered_pods(graph: Graph, stack: str) -> list[Pod]:
    paths = delivered.objects(stack)
    return [pod for pod in pods(graph) if pod.at.name in paths]


@pytest.mark.parametrize("stack", ["staging", "production"])
def test_every_pod_that_argo_cd_delivers_is_looked_at(stack: str, graph: GraphOf, given: Given) -> None:
    kinds = {kind.rpartition(":")[2] for kind in WORKLOADS}
    named = {path for path, it in delivered.objects(stack).items() if it["kind"] in kinds}
    assert len(named) > 15
    assert {pod.at.name for pod in delivered_pods(graph(stack), stack)} == named
    for control in OF_PODS:
        assert named <= {it.name for it in given(stack)[control].verdict.findings}, control


@pytest.mark.parametrize("control", OF_PODS)
def test_a_wrong_pod_that_argo_cd_delivers_is_named(control: str, graph: GraphOf) -> None:
    whole = graph("production")
    pod = delivered_pods(whole, "production")[0]
    path, value = OF_PODS[control]
    wrong = with_value(pod.at, f"{pod.path}.{path}", value)
    found = verdict(whole.but(add=[wrong]), BY_ID[control])
    assert {it.urn for it in found.wrong} == {wrong.urn}


def test_a_file_that_is_no_object_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a/values.yaml: no Kubernetes object"):
        Graph(()).delivering({"a/values.yaml": {"replicas": 3}})
