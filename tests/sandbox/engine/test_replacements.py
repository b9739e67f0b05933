"""Chains of replacements as a preview of a program finds them, and the plan that is shown of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.model import UNKNOWN, Resource, Run
from sandbox.preview import Step, plan

Program = Callable[..., Run]
Named = Callable[[Run, str], Resource]

START = """
    import pulumi, pulumi_aws as aws, pulumi_kubernetes as k8s, pulumi_random as random

    provider = aws.Provider("aws", region="us-east-1")
    changed = pulumi.Config().get_bool("changed") or False

    def own(**options):
        return pulumi.ResourceOptions(provider=provider, **options)
"""


def steps(program: Program, source: str) -> dict[str, Step]:
    """What a preview of ``source`` says once its ``changed`` is true, by the resource's name."""
    first = program(START + source)
    run = program(START + source, settings="config: {test:changed: true}\n", preview=True, prior=first)
    return {step.resource.name: step for step in plan(run, first).steps}


def ops(found: dict[str, Step]) -> dict[str, str]:
    return {name: step.op for name, step in found.items() if step.op != "same"}


NAMED = """
    bucket = aws.s3.Bucket("bucket", {name} object_lock_enabled=changed, opts=own())
    policy = aws.s3.BucketPolicy("policy", bucket=bucket.bucket, policy="{{}}", opts=own({policy}))
    entry = aws.s3.BucketVersioning(
        "entry", bucket=policy.bucket, versioning_configuration={{"status": "Enabled"}}, opts=own()
    )
    queue = aws.sqs.Queue("queue", tags={{"of": bucket.bucket}}, opts=own())
    beside = aws.sqs.Queue("beside", opts=own(depends_on=[bucket]))
"""


def test_what_has_a_name_of_its_own_is_deleted_first_and_takes_its_dependants_along(program: Program) -> None:
    found = steps(program, NAMED.format(name="bucket='fixed',", policy=""))
    assert ops(found) == {"bucket": "replace", "policy": "replace", "entry": "replace"}
    assert found["policy"].why == "its bucket comes from bucket, which is deleted before it is made anew"
    assert found["entry"].why == "its bucket comes from policy, which is deleted before it is made anew"


def test_what_the_provider_names_is_made_anew_first(program: Program) -> None:
    # the name that it made up is kept, so who only knows that name need not change
    assert ops(steps(program, NAMED.format(name="", policy=""))) == {"bucket": "replace"}


def test_a_protected_dependant_is_not_deleted_first(program: Program) -> None:
    found = steps(program, NAMED.format(name="bucket='fixed',", policy="protect=not changed"))
    assert {name for name, step in found.items() if step.refused} == {"policy"}


def test_the_program_may_turn_the_order_round(program: Program) -> None:
    kept = "aws.s3.Bucket('bucket', bucket='fixed', object_lock_enabled=changed, opts=own(delete_before_replace={}))"
    policy = "aws.s3.BucketPolicy('policy', bucket=bucket.bucket, policy='{}', opts=own())"
    for first, expected in ((True, {"bucket", "policy"}), (False, {"bucket"})):
        source = f"\n    bucket = {kept.format(first)}\n    {policy}\n"
        assert set(ops(steps(program, source))) == expected


@pytest.mark.parametrize(
    ("metadata", "first"),
    [
        ("{'name': 'a', 'namespace': 'b'}", True),
        ("{'name': 'b' if changed else 'a'}", False),
        ("{'name': 'a', 'namespace': 'c' if changed else 'b'}", False),
        ("{}", False),
    ],
)
def test_an_object_of_the_same_name_is_deleted_first(program: Program, metadata: str, *, first: bool) -> None:
    source = f"""
    within = pulumi.ResourceOptions(provider=k8s.Provider("k8s", kubeconfig="x", cluster_identifier="y"))
    service = k8s.core.v1.Service(
        "service", metadata={metadata}, spec={{"clusterIP": "None" if changed else "10.0.0.1"}}, opts=within
    )
    api = service.api_version.apply(lambda version: version.title())
    k8s.core.v1.ConfigMap("reader", metadata={{"name": "reader", "labels": {{"of": api}}}}, opts=within)
    k8s.apps.v1.Deployment("runner", metadata={{"name": "runner"}}, opts=within, spec={{
        "selector": {{"matchLabels": {{"of": api}}}}, "template": {{}},
    }})
    """
    found = ops(steps(program, source))
    assert found == (
        {"service": "replace", "reader": "replace", "runner": "replace"} if first else {"service": "replace"}
    )


def test_what_a_replaced_provider_made_is_not_known(program: Program, named: Named) -> None:
    source = (
        START
        + """
    cluster = k8s.Provider("k8s", kubeconfig="x", cluster_identifier="two" if changed else "one")
    service = k8s.core.v1.Service("service", metadata={"name": "a"}, opts=pulumi.ResourceOptions(provider=cluster))
    aws.sqs.Queue("queue", tags={"ip": service.spec.cluster_ip}, opts=own())
    """
    )
    first = program(source)
    run = program(source, settings="config: {test:changed: true}\n", preview=True, prior=first)
    assert named(run, "queue").inputs["tags"] == {"ip": UNKNOWN}
    assert ops({step.resource.name: step for step in plan(run, first).steps}) == {
        "k8s": "replace",
        "service": "replace",
        "queue": "update",
    }


def test_a_new_secret_updates_who_uses_it(program: Program) -> None:
    source = """
    made = random.RandomPassword("made", length=12, keepers={"turn": str(changed)}, opts=pulumi.ResourceOptions(
        provider=random.Provider("random")))
    aws.ssm.Parameter("used", type="SecureString", value=made.result, opts=own())
    """
    first = program(START + source)
    run = program(START + source, settings="config: {test:changed: true}\n", preview=True, prior=first)
    assert ops({step.resource.name: step for step in plan(run, first).steps}) == {"made": "replace", "used": "update"}


def test_what_is_only_read_is_never_made_changed_or_deleted(program: Program) -> None:
    source = """
    if changed:
        aws.ec2.Vpc.get("new", "vpc-2", opts=own())
    else:
        aws.ec2.Vpc.get("gone", "vpc-1", opts=own())
    aws.ec2.Vpc.get("kept", "vpc-4" if changed else "vpc-3", opts=own())
    """
    assert ops(steps(program, source)) == {}


def test_objects_of_a_cluster_that_is_replaced_are_taken_to_be_updated(program: Program) -> None:
    source = """
    role = aws.iam.Role("role", path="/b/" if changed else "/a/", assume_role_policy="{}", opts=own())
    cluster = k8s.Provider("k8s", kubeconfig=role.arn, cluster_identifier="one")
    within = pulumi.ResourceOptions(provider=cluster)
    k8s.core.v1.ConfigMap("same", metadata={"name": "a"}, opts=within)
    spec = {"clusterIP": "None" if changed else "10.0.0.1"}
    k8s.core.v1.Service("other", metadata={"name": "b"}, spec=spec, opts=within)
    """
    # nobody can be asked whether the service could change in place
    assert ops(steps(program, source)) == {"role": "replace", "k8s": "update", "same": "update", "other": "update"}
