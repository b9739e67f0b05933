"""The boundary reaches every role that a program makes, and none that has one already."""

from __future__ import annotations

from pathlib import Path

import pulumi

from components.naming import Names
from components.security_baseline.boundary import VERBS, bound, boundary, boundary_arn
from tests import iam
from tests.account.graph import of_type
from tests.components.security_baseline.deployment import ELSEWHERE, IDENTITY, deploy

NAMES = Names("toolboxai", "production", "111122223333", "us-west-2")
ARN = "arn:aws:iam::111122223333:policy/account/toolboxai-production-boundary"

PROGRAM = """
import json
import pulumi
import pulumi_aws as aws
from components.context import Context, StackIdentity
from components.security_baseline.boundary import bound_roles

config = pulumi.Config()
context = Context.create(StackIdentity.model_validate(config.require_object("stack")))
bound_roles(context.names)
trust = json.dumps({"Version": "2012-10-17", "Statement": []})


class Part(pulumi.ComponentResource):
    def __init__(self, name, opts):
        super().__init__("platform:index:Part", name, None, opts)
        aws.iam.Role("deep", assume_role_policy=trust, opts=pulumi.ResourceOptions(parent=self))


own = pulumi.ResourceOptions(provider=context.provider)
aws.iam.Role("plain", assume_role_policy=trust, opts=own)
aws.iam.Role("other", assume_role_policy=trust, permissions_boundary="arn:aws:iam::aws:policy/ReadOnly", opts=own)
aws.sqs.Queue("queue", opts=own)
Part("part", pulumi.ResourceOptions(providers=[context.provider]))
"""


def test_its_arn_is_pure_and_the_same_in_every_region() -> None:
    assert boundary_arn(NAMES) == ARN
    assert boundary_arn(Names("toolboxai", "production", "111122223333", "us-east-1")) == ARN


def test_every_role_of_a_program_gets_it(tmp_path: Path) -> None:
    run = deploy(tmp_path, IDENTITY, ELSEWHERE, home=False, program=PROGRAM)
    found = {it.name: it.inputs["permissionsBoundary"] for it in of_type(run, "aws:iam/role:Role")}
    assert found == {"plain": ARN, "deep": ARN, "other": "arn:aws:iam::aws:policy/ReadOnly"}
    (queue,) = of_type(run, "aws:sqs/queue:Queue")
    assert "permissionsBoundary" not in queue.inputs


def test_nothing_but_roles_is_changed() -> None:
    resource = pulumi.Resource.__new__(pulumi.Resource)
    options = pulumi.ResourceOptions()
    queue = pulumi.ResourceTransformationArgs(resource, "aws:sqs/queue:Queue", "q", {"name": "x"}, options)
    assert bound(queue, ARN) is None
    role = pulumi.ResourceTransformationArgs(resource, "aws:iam/role:Role", "r", {"name": "x"}, options)
    changed = bound(role, ARN)
    assert changed is not None
    assert changed.props == {"name": "x", "permissions_boundary": ARN}
    assert changed.opts is options


def test_every_verb_is_one_of_iams() -> None:
    unknown = [
        f"{service}:{verb}" for service, verbs in VERBS.items() for verb in verbs if not iam.expand(f"{service}:{verb}")
    ]
    assert unknown == []
    assert list(iam.problems(boundary(NAMES), boundary=True)) == []


def test_it_allows_nothing_that_changes_rights_or_protection() -> None:
    rights = iam.Rights([boundary(NAMES)])
    for service in ("iam", "kms", "s3", "organizations", "account", "cloudtrail", "config", "guardduty", "sso", "ram"):
        strong = {it.name for it in iam.actions(service).values() if it.level == "Permissions management"}
        allowed = {it for it in strong if rights.allow(it)}
        # to hand on what one has, by grant to AWS's services or by replication, gives nobody more
        assert allowed <= {
            "iam:CreateServiceLinkedRole",
            "iam:PassRole",
            "kms:CreateGrant",
            "kms:RetireGrant",
            "s3:ObjectOwnerOverrideToBucketOwner",
            "s3:PutObjectAcl",
            "s3:PutObjectVersionAcl",
        }, service
