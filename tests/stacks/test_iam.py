"""Every policy document of the stacks, as IAM reads it: identities', trusts, and those of buckets, keys and topics."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sandbox.model import Resource, Run
from tests import iam
from tests.stacks.conftest import STACKS

ROOT = Path(__file__).parents[2]
IDENTITIES = {"aws:iam/policy:Policy": 6_144, "aws:iam/rolePolicy:RolePolicy": 10_240}
"""IAM quotas: characters of a managed policy, and of all inline policies of a role."""
RESOURCES = {
    # each service's own quota, in characters or bytes
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": 5_120,
    "aws:ec2/vpcEndpoint:VpcEndpoint": 20_480,
    "aws:ecr/repositoryPolicy:RepositoryPolicy": 10_240,
    "aws:backup/vaultPolicy:VaultPolicy": 20_480,
    "aws:kms/key:Key": 32_768,
    "aws:kms/replicaKey:ReplicaKey": 32_768,
    "aws:s3/bucketPolicy:BucketPolicy": 20_480,
    "aws:secretsmanager/secretPolicy:SecretPolicy": 20_480,
    "aws:sns/topic:Topic": 30_720,
    "aws:sns/topicPolicy:TopicPolicy": 30_720,
    "aws:sqs/queuePolicy:QueuePolicy": 8_192,
}
TRUST = 2_048
KEYS = {"aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey"}
ROLE = "aws:iam/role:Role"

NO_SOURCE: dict[str, str] = {
    "ec2.amazonaws.com": "instances take the role by their profile: the request names no source",
    "eks.amazonaws.com": "the control plane takes the role for the cluster that names it: the request names no source",
    "pods.eks.amazonaws.com": "held to cluster, namespace and service account by session tags instead",
    "logs.us-east-1.amazonaws.com": "held to the log groups by encryption context instead",
    "logs.us-west-2.amazonaws.com": "held to the standby's log groups by encryption context instead",
    "cloudwatch.amazonaws.com": "the key's policy: it is not said to send a source to KMS; the topic's asks for it",
    "s3.amazonaws.com": "the S3 guide's trust for replication has no condition; who may pass the role bounds it",
    "events.amazonaws.com": "EventBridge sends no source to a topic or key (EventBridge user guide, resource policies)",
    "budgets.amazonaws.com": "the key's policy: Budgets sends no source to KMS; the topic's asks for the account",
    "costalerts.amazonaws.com": "the key's policy: it sends no source to KMS; the topic's asks for the account",
    "backup.amazonaws.com": "AWS Backup sends no source with a notification (developer guide, notifications)",
    "events.rds.amazonaws.com": "the key's policy: RDS sends no source to KMS; the topic's asks for the account",
}
"""Services that a statement may trust without naming whose request it is, each with the reason."""

AS_DOCUMENTED: dict[str, str] = {
    "LogGroups: kms:DescribeKey": "CloudWatch Logs' user guide gives it under a condition that the call never carries",
}
"""Actions that a condition of their statement never lets through, each with the reason why they stand there."""

WHOLE_SERVICE: dict[str, str] = {
    "AccountByIam": "without it nobody could change the key's policy: KMS developer guide, default key policy",
}
"""Statements of resource policies that allow every action of a service, each with the reason."""


class Policy(NamedTuple):
    """A document, and whose it is."""

    resource: Resource
    document: dict[str, Any]

    @property
    def size(self) -> int:
        """Characters as IAM counts them: without white space."""
        return len("".join(json.dumps(self.document, separators=(",", ":")).split()))


def policies(run: Run) -> Iterator[Policy]:
    """Every policy document of a run."""
    for resource in run.resources:
        if resource.type.startswith("aws:") and resource.custom:
            for value in resource.inputs.values():
                if isinstance(value, str) and '"Statement"' in value:
                    yield Policy(resource, json.loads(value))


def test_every_document_is_of_a_kind_that_is_judged(run: Run) -> None:
    kinds = {it.resource.type for it in policies(run)}
    assert kinds - set(IDENTITIES) - set(RESOURCES) == {ROLE}


def test_every_identitys_policy_holds_against_iams_own_table(run: Run) -> None:
    found = [
        f"{it.resource.name}: {problem}"
        for it in policies(run)
        if it.resource.type in IDENTITIES
        for problem in iam.problems(it.document)
    ]
    assert found == []


def test_sizes_are_within_the_limits(run: Run) -> None:
    inline: dict[str, int] = {}
    for it in policies(run):
        if it.resource.type == "aws:iam/rolePolicy:RolePolicy":
            role = str(it.resource.inputs["role"])
            inline[role] = inline.get(role, 0) + it.size
        limit = TRUST if it.resource.type == ROLE else {**IDENTITIES, **RESOURCES}[it.resource.type]
        assert it.size <= limit, f"{it.resource.urn}: {it.size} of {limit}"
    assert {
        role: length for role, length in inline.items() if length > IDENTITIES["aws:iam/rolePolicy:RolePolicy"]
    } == {}
    attached = [
        str(it.inputs["role"]) for it in run.resources if it.type == "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    ]
    assert {role for role in attached if attached.count(role) > 10} == set()


def test_no_policy_of_a_resource_is_wider_than_it_says(run: Run) -> None:
    found = [
        f"{it.resource.name}.{statement.get('Sid')}: {problem}"
        for it in policies(run)
        if it.resource.type not in IDENTITIES
        for statement in iam.statements(it.document)
        for problem in resource_problems(statement, it)
    ]
    assert found == []


def resource_problems(statement: Mapping[str, Any], policy: Policy) -> Iterator[str]:
    """Everything wrong with a statement that says who may come, too."""
    allows, trusts = statement["Effect"] == "Allow", policy.resource.type == ROLE
    patterns = iam.texts(statement["Action"])
    for pattern in patterns:
        found = iam.expand(pattern)
        if not found:
            yield f"{pattern}: no such action"
        if trusts and not pattern.startswith("sts:"):
            yield f"{pattern}: no way to take a role"
        if f"{statement.get('Sid')}: {pattern}" not in AS_DOCUMENTED:
            yield from iam.conditions(statement.get("Condition", {}), pattern, found, allows=allows)
        if allows and pattern.endswith(":*") and statement.get("Sid") not in WHOLE_SERVICE:
            yield f"{pattern}: a whole service's actions without a reason"
    if allows:
        yield from _who(statement)
    resources = iam.texts(statement.get("Resource"))
    if not trusts and "*" in resources and policy.resource.type not in KEYS:
        yield "on everything: a policy of a resource names the resource"
    if trusts and resources:
        yield "a trust has no resource"


def _who(statement: Mapping[str, Any]) -> Iterator[str]:
    principal, condition = statement["Principal"], json.dumps(statement.get("Condition", {}))
    if principal == "*" or "*" in iam.texts(principal.get("AWS")):
        if not ("kms:CallerAccount" in condition and "aws:PrincipalArn" in condition):
            yield "everyone, not held to roles of the account"
        return
    for service in iam.texts(principal.get("Service")):
        if not re.search(r"aws:Source(Account|Arn|OrgID)", condition) and service not in NO_SOURCE:
            yield f"{service} for anybody: no aws:SourceAccount or aws:SourceArn"
    for provider in iam.texts(principal.get("Federated")):
        host = provider.partition("oidc-provider/")[2]
        if f"{host}:sub" not in condition or f"{host}:aud" not in condition:
            yield f"{provider} for anybody: no subject or audience"


def test_the_judge_of_resources_policies_finds_what_is_wrong(run_of: Callable[[str], Run]) -> None:
    bucket = next(it for it in policies(run_of("dev")) if it.resource.type == "aws:s3/bucketPolicy:BucketPolicy")

    def said(**statement: object) -> list[str]:
        whole = {
            "Sid": "Some",
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::b/*",
            "Condition": {"StringEquals": {"aws:SourceAccount": "1"}},
            **statement,
        }
        return list(resource_problems(whole, bucket))

    assert said() == []
    assert "for anybody" in said(Condition={})[0]
    assert "everyone" in said(Principal="*")[0]
    assert "everyone" in said(Principal={"AWS": "*"})[0]
    assert "no such action" in said(Action="s3:PutObjekt")[0]
    assert "a whole service's" in said(Action="s3:*")[0]
    assert "on everything" in said(Resource="*")[0]
    assert (
        "has no condition key" in said(Condition={"StringEquals": {"aws:SourceAccount": "1", "s3:NoSuchKey": "x"}})[0]
    )
    assert said(Effect="Deny", Principal="*", Action="s3:*", Condition={"Bool": {"aws:SecureTransport": "false"}}) == []


# --- pulling images ---------------------------------------------------------------------------------------------------


def cached_images(run: Run) -> set[str]:
    """The repositories, by ARN, of images that come from our registry and that no stack pushes to."""
    everything = json.dumps([it.inputs for it in run.resources], default=str)
    found = re.findall(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com/([a-z0-9._/-]+[a-z0-9])", everything)
    return {
        f"arn:aws:ecr:{region}:{account}:repository/{name}"
        for account, region, name in found
        if name.count("/") > 1 and not name.startswith("toolboxai/")
    }


def test_nodes_may_fill_the_caches_that_their_images_come_through(run: Run) -> None:
    """The first pull of an image makes its repository in the cache, if who pulls may (ECR user guide)."""
    nodes = [
        it
        for it in run.resources
        if it.type == ROLE and '"Service": "ec2.amazonaws.com"' in str(it.inputs["assumeRolePolicy"])
    ]
    images = cached_images(run)
    assert nodes
    assert images
    for role in nodes:
        own = iam.Rights(
            json.loads(str(it.inputs["policy"]))
            for it in run.resources
            if it.type == "aws:iam/rolePolicy:RolePolicy" and it.inputs["role"] == role.outputs["name"]
        )
        assert {it for it in images if not own.allow("ecr:CreateRepository", it)} == set(), role.name
        assert not own.allow("ecr:CreateRepository", "arn:aws:ecr:us-east-1:111122223333:repository/toolboxai/x/y")


# --- reasons ----------------------------------------------------------------------------------------------------------


def test_every_wildcard_has_its_reason_next_to_it_in_the_code(run: Run) -> None:
    """A ``Grant`` refuses to be made without one; what is written by hand has a comment or a reason just above."""
    written = "\n".join(it.read_text(encoding="utf-8") for it in sorted((ROOT / "components").rglob("*.py")))
    for policy in policies(run):
        if policy.resource.type not in IDENTITIES:
            continue
        for statement in iam.statements(policy.document):
            sid = str(statement.get("Sid", ""))
            if sid.startswith(iam.REASONED):
                assert reasoned(sid.removeprefix(iam.REASONED), written), sid


def reasoned(name: str, source: str) -> bool:
    """Whether the code gives a reason where it makes that statement; a grant's name may have parts filled in."""
    granted = re.findall(r'Grant\(\s*f?"([^"]+)",(?:.(?!Grant\())*?reason=', source, re.DOTALL)
    by_hand = re.search(rf'# [^\n]+\n\s*"Sid": "{iam.REASONED}{name}"', source)
    return bool(by_hand) or any(re.fullmatch(re.sub(r"\{\w+\}", r"\\w+", it), name) for it in granted)


def test_a_wildcard_without_a_reason_in_the_code_is_found() -> None:
    assert reasoned("Look", 'Grant("Look", _LOOK, ["*"], reason=_NO_RESOURCE)')
    assert reasoned("FindTableData", 'Grant(\n    f"Find{of}Data",\n    ["*"],\n    reason="so",\n)')
    assert not reasoned("Look", 'Grant("Look", _LOOK, ["*"]), Grant("Other", [], ["*"], reason="so")')
    assert reasoned("Group", '# lists groups\n    "Sid": "ReasonedGroup"')
    assert not reasoned("Group", '{\n    "Sid": "ReasonedGroup"')


def test_the_reasons_in_this_file_are_needed(run_of: Callable[[str], Run]) -> None:
    """A service or statement that no stack's policy names any more needs no exception."""
    statements: Sequence[Mapping[str, Any]] = [
        statement
        for stack in STACKS
        for it in policies(run_of(stack))
        if it.resource.type not in IDENTITIES
        for statement in iam.statements(it.document)
        if statement["Effect"] == "Allow"
    ]
    unheld = {
        service
        for it in statements
        if isinstance(it["Principal"], dict) and not re.search(r"aws:Source", json.dumps(it.get("Condition", {})))
        for service in iam.texts(it["Principal"].get("Service"))
    }
    assert sorted(set(NO_SOURCE) - unheld) == []
    assert set(WHOLE_SERVICE) <= {str(it.get("Sid")) for it in statements}
    for reason in [*NO_SOURCE.values(), *WHOLE_SERVICE.values()]:
        assert len(reason.split()) >= 6, reason
