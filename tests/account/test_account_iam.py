"""Every policy of the account: as IAM reads it, no wider than it says, and as wide as a deployment needs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from account.deploy.role import deploy_policies
from account.deploy.statements import Allow, Estate, document
from components.naming import Names
from components.security_baseline.boundary import boundary, boundary_arn
from sandbox.model import Resource, Run
from tests import iam
from tests.account import graph, handlers
from tests.shapes.requests import translate
from tests.shapes.table import ROWS

RunOf = Callable[[str], Run]
ENVIRONMENTS = {
    "dev": "toolboxai-dev-us-east-1",
    "staging": "toolboxai-staging-us-east-1",
    "production": "toolboxai-production-us-east-1",
    "production-dr": "toolboxai-production-us-west-2",
}
HOME = {stack: "-".join(name.split("-")[:2]) + "-us-east-1" for stack, name in ENVIRONMENTS.items()}
"""The stack of each environment's account that makes what the account has once."""
READING = {"Read", "List"}
DATA_CALLS = {
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
    "ec2:GetConsoleOutput",
    "ec2:GetPasswordData",
    "kms:Decrypt",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "logs:GetQueryResults",
    "rds:DownloadDBLogFilePortion",
    "s3:GetObject",
    "s3:GetObjectVersion",
    "secretsmanager:BatchGetSecretValue",
    "secretsmanager:GetSecretValue",
    "sqs:ReceiveMessage",
    "ssm:GetParameterHistory",
}


def identity_documents(run: Run) -> Iterator[tuple[str, dict[str, Any]]]:
    for resource in run.resources:
        if resource.type in {"aws:iam/policy:Policy", "aws:iam/rolePolicy:RolePolicy"}:
            yield resource.name, graph.document(resource.inputs["policy"])


# --- as IAM reads it ------------------------------------------------------------------------------------------------


def test_every_policy_holds_against_iams_own_table(account: Run) -> None:
    found = [
        f"{name}: {problem}"
        for name, made in identity_documents(account)
        for problem in iam.problems(made, boundary=name == "boundary")
    ]
    assert found == []


def test_the_judge_finds_what_is_wrong() -> None:
    def said(**statement: object) -> list[str]:
        whole = {
            "Sid": "Some",
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::b/*",
            **statement,
        }
        return list(iam.problems({"Version": "2012-10-17", "Statement": [whole]}))

    assert said() == []
    assert "no such action" in said(Action="s3:GetObjekt")[0]
    assert "works on none of" in said(Action="s3:CreateBucket", Resource="arn:aws:dynamodb:::table/x")[0]
    assert "only '*' allows it" in said(Action="s3:ListAllMyBuckets")[0]
    assert "without a reason" in said(Resource="*")[0]
    assert "without a reason" in said(Action="s3:Get*")[0]
    assert "a whole service's" in said(Sid="ReasonedAll", Action="s3:*", Resource="*")[0]
    assert "a reason for nothing" in said(Sid="ReasonedNothing")[0]
    assert "to any service" in said(Action="iam:PassRole", Resource="arn:aws:iam::1:role/x")[0]
    assert "has no condition key" in said(Condition={"StringEquals": {"s3:NoSuchKey": "x"}})[0]


def test_a_statement_without_a_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="a reason are needed"):
        Allow("Something", ["s3:GetObject"], ["arn:aws:s3:::b/*"], "")
    with pytest.raises(ValueError, match="whole service"):
        Allow("Something", ["s3:*"], ["*"], "because")
    with pytest.raises(ValueError, match="different names"):
        document("twice", [Allow("Something", ["s3:GetObject"], ["arn:aws:s3:::b/*"], "because")] * 2)


def test_sizes_are_within_iams_limits(account: Run) -> None:
    for resource in graph.of_type(account, "aws:iam/policy:Policy"):
        assert len("".join(str(resource.inputs["policy"]).split())) <= 6_144, resource.name
    for role in graph.of_type(account, "aws:iam/role:Role"):
        assert len(str(role.inputs["assumeRolePolicy"])) <= 2_048, role.name
        attached = [
            it
            for it in graph.of_type(account, "aws:iam/rolePolicyAttachment:RolePolicyAttachment")
            if it.inputs["role"] == role.inputs["name"]
        ]
        assert len(attached) <= 10, role.name


def test_the_longest_names_that_settings_allow_still_fit() -> None:
    longest = Names("a" * 12, "b" * 12, "111122223333", "us-west-2")
    made = deploy_policies(Estate(longest, "us-east-2"), "us-east-1", production=False)
    assert len(made) <= 10
    assert len(boundary_arn(longest).rpartition("/")[2]) <= 128
    assert len(json.dumps(boundary(longest), separators=(",", ":"))) <= 6_144


# --- as wide as a deployment needs --------------------------------------------------------------------------------


def needed(run: Run) -> Iterator[tuple[Resource, str]]:
    for resource in run.resources:
        if resource.type.startswith("aws:"):
            for action in sorted(handlers.calls(resource.type)):
                yield resource, action


NOT_ON: dict[str, set[str]] = {
    # the rights to copy items are given where replicas stand, and that is another region than the table's own
    "aws:dynamodb/table:Table": {
        f"dynamodb:{call}"
        for call in ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")
    },
}


KEPT_IN_PRODUCTION = {"backup:DeleteBackupVaultLockConfiguration"}
"""What a deployment could do elsewhere, and production is to keep."""


@pytest.mark.parametrize("stack", sorted(ENVIRONMENTS))
def test_the_deploy_role_can_make_change_and_take_away_its_environment(
    stack: str, run_of: RunOf, account_of: RunOf
) -> None:
    """A new kind of resource, or a name without the stack's prefix, turns this red: give it a statement, or a name."""
    rights = iam.Rights(graph.policies_of(account_of(ENVIRONMENTS[stack]), "deploy").values())
    missing = set()
    for resource, action in needed(run_of(stack)):
        if action in NOT_ON.get(resource.type, set()):
            continue
        if stack.startswith("production") and action in KEPT_IN_PRODUCTION:
            continue
        if not rights.allow(action):
            missing.add(f"{action} for {resource.type}")
        arn = resource.outputs.get("arn")
        for row in iam.expand(action) if isinstance(arn, str) else ():
            if any(iam.overlap(str(arn), it) for it in row.arns) and not rights.allow(action, str(arn)):
                missing.add(f"{action} on {arn}")
    assert sorted(missing) == []


ACTION_OF: dict[str, str] = {
    "budgets:CreateBudget": "budgets:ModifyBudget",
    "cloudfront:CreateDistributionWithTags": "cloudfront:CreateDistribution",
    "monitoring:PutMetricAlarm": "cloudwatch:PutMetricAlarm",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:PutBucketNotificationConfiguration": "s3:PutBucketNotification",
    "s3:PutBucketReplication": "s3:PutReplicationConfiguration",
    "s3:PutObjectLockConfiguration": "s3:PutBucketObjectLockConfiguration",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
}
"""Requests that IAM knows by another name (service authorization reference)."""


@pytest.mark.parametrize("stack", sorted(ENVIRONMENTS))
def test_the_deploy_role_may_send_every_request_that_a_resource_is(
    stack: str, run_of: RunOf, account_of: RunOf
) -> None:
    """By AWS's own request models, whatever CloudFormation's handlers are said not to need of them."""
    rights = iam.Rights(graph.policies_of(account_of(ENVIRONMENTS[stack]), "deploy").values())
    refused = set()
    for resource in run_of(stack).resources:
        if resource.type not in ROWS:
            continue
        for request in translate(ROWS[resource.type], resource.inputs).requests:
            service = request.operation.service_model.signing_name
            sent = f"{service}:{request.operation.name}"
            action = ACTION_OF.get(sent, sent)
            if not rights.allow(action):
                refused.add(f"{action} for {resource.type}")
    assert sorted(refused) == []


@pytest.mark.parametrize("stack", sorted(ENVIRONMENTS))
def test_a_cluster_can_be_made_under_its_key(stack: str, run_of: RunOf, account_of: RunOf) -> None:
    """EKS refuses ``CreateCluster`` where its grant is held to kms:GrantIsForAWSResource (EKS user guide, KMS)."""
    cluster = graph.one(run_of(stack), "aws:eks/cluster:Cluster", "eks-main-eksCluster")
    (key,) = set(re.findall(r"arn:aws:kms:[^\"]+", json.dumps(cluster.inputs, default=str)))
    plain = [
        statement
        for made in graph.policies_of(account_of(ENVIRONMENTS[stack]), "deploy").values()
        for statement in iam.statements(made)
        if "kms:GrantIsForAWSResource" not in json.dumps(statement.get("Condition", {}))
    ]
    assert iam.Rights([{"Statement": plain}]).allow("kms:CreateGrant", key)


@pytest.mark.parametrize("stack", sorted(ENVIRONMENTS))
def test_the_deploy_role_may_pass_every_role_to_whom_it_trusts(stack: str, run_of: RunOf, account_of: RunOf) -> None:
    documents = graph.policies_of(account_of(ENVIRONMENTS[stack]), "deploy").values()
    rights = iam.Rights(documents)
    (passing,) = [it for made in documents for it in iam.statements(made) if it.get("Sid") == "PassRoles"]
    services = set(passing["Condition"]["StringEquals"]["iam:PassedToService"])
    for role in graph.of_type(run_of(stack), "aws:iam/role:Role"):
        for statement in iam.statements(graph.document(role.inputs["assumeRolePolicy"])):
            trusted = set(iam.texts(statement["Principal"].get("Service", [])))
            assert trusted <= services, role.name
            if trusted:
                assert rights.allow("iam:PassRole", str(role.outputs["arn"])), role.name


def test_no_service_is_written_to_that_no_resource_of_the_platform_is_made_in(account_of: RunOf) -> None:
    documents = graph.policies_of(account_of(ENVIRONMENTS["production"]), "deploy")
    written = {
        pattern.partition(":")[0]
        for name, made in documents.items()
        if not name.endswith("-reading")
        for statement in iam.statements(made)
        if statement["Effect"] == "Allow"
        for pattern in iam.texts(statement["Action"])
    }
    modules = {"acm", "appautoscaling", "autoscaling", "backup", "budgets", "cloudfront", "cloudwatch", "costexplorer",
               "dynamodb", "ec2", "ecr", "eks", "elasticache", "iam", "kms", "rds", "route53", "s3", "scheduler",
               "secretsmanager", "sns", "sqs", "wafv2"}  # fmt: skip
    prefixes = {"appautoscaling": "application-autoscaling", "costexplorer": "ce"}
    served = {prefixes.get(module, module) for module in modules} | {"backup-storage", "events", "logs"}
    assert written == served


PUSHED = {"BatchCheckLayerAvailability", "InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage"}
"""What a push asks for (ECR user guide, IAM permissions for pushing an image)."""


@pytest.mark.parametrize("stack", ["dev", "staging", "production"])
def test_the_push_role_pushes_into_every_repository_and_does_nothing_else(
    stack: str, run_of: RunOf, account_of: RunOf
) -> None:
    rights = iam.Rights(graph.policies_of(account_of(ENVIRONMENTS[stack]), "push").values())
    for repository in graph.of_type(run_of(stack), "aws:ecr/repository:Repository"):
        for call in PUSHED:
            assert rights.allow(f"ecr:{call}", str(repository.outputs["arn"])), repository.name
    assert rights.allow("ecr:GetAuthorizationToken", "*")
    for call in ("CreateRepository", "DeleteRepository", "BatchDeleteImage", "PutImageTagMutability"):
        assert not rights.allow(f"ecr:{call}"), call
    assert not rights.allow("ecr:PutImage", "arn:aws:ecr:us-east-1:111122223333:repository/docker-hub/library/redis")
    assert not rights.allow("iam:PassRole")


# --- and no wider ---------------------------------------------------------------------------------------------------


def test_the_deploy_role_can_change_neither_its_own_rights_nor_the_accounts_protection(account: Run) -> None:
    names = names_of(account)
    rights = iam.Rights(graph.policies_of(account, "deploy").values())
    for resource in account.resources:
        arn = resource.outputs.get("arn")
        if resource.type.startswith("aws:iam/") and isinstance(arn, str) and "aws-service-role" not in arn:
            for call in ("PutRolePolicy", "AttachRolePolicy", "UpdateAssumeRolePolicy", "DeleteRole", "PassRole"):
                assert not rights.allow(f"iam:{call}", arn), f"{call} on {resource.name}"
            for call in ("CreatePolicyVersion", "DeletePolicy", "UpdateOpenIDConnectProviderThumbprint"):
                assert not rights.allow(f"iam:{call}", arn), f"{call} on {resource.name}"
    for action in (
        "cloudtrail:StopLogging",
        "cloudtrail:DeleteTrail",
        "config:StopConfigurationRecorder",
        "guardduty:DeleteDetector",
        "guardduty:UpdateDetector",
        "securityhub:DisableSecurityHub",
        "macie2:DisableMacie",
        "inspector2:Disable",
        "access-analyzer:DeleteAnalyzer",
        "ec2:DisableEbsEncryptionByDefault",
        "s3:PutAccountPublicAccessBlock",
        "iam:CreateUser",
        "iam:CreateAccessKey",
        "iam:DeleteRolePermissionsBoundary",
        "organizations:LeaveOrganization",
        "sts:AssumeRole",
        "backup:DeleteRecoveryPoint",
    ):
        assert not rights.allow(action), action
    record = f"arn:aws:s3:::{names.bucket('account-audit', region='us-east-1')}"
    for action, arn in (
        ("s3:DeleteObject", f"{record}/AWSLogs/x"),
        ("s3:PutObject", f"{record}/AWSLogs/x"),
        ("s3:PutBucketPolicy", record),
        ("s3:PutLifecycleConfiguration", record),
        ("s3:DeleteBucket", f"arn:aws:s3:::{names.bucket('account-state', region='us-east-1')}"),
        ("logs:DeleteLogGroup", names.log_group_arn(names.log_group("account", "trail"))),
        ("sns:DeleteTopic", names.arn("sns", names.of("sns", "security-findings"))),
        ("sns:SetTopicAttributes", names.arn("sns", names.of("sns", "cost-anomalies"))),
        ("events:DeleteRule", names.arn("events", f"rule/{names.of('events-rule', 'account', 'guardduty')}")),
        ("scheduler:DeleteSchedule", names.arn("scheduler", f"schedule/default/{names.prefix}-account-unused")),
        ("kms:DeleteAlias", names.arn("kms", names.key_alias("account-audit"))),
    ):
        assert not rights.allow(action, arn), f"{action} on {arn}"


def test_what_the_account_owns_and_iam_knows_by_no_name_bears_the_mark_that_the_guard_looks_for(account: Run) -> None:
    (owned,) = [
        it
        for it in iam.statements(guard_of(account))
        if "aws:ResourceTag/Scope" in it.get("Condition", {}).get("StringEquals", {})
    ]
    assert owned["Condition"] == {"StringEquals": {"aws:ResourceTag/Scope": "account"}}
    marked = [it for it in account.resources if it.type.startswith(("aws:ec2/", "aws:kms/key:", "aws:vpc/"))]
    for resource in marked:
        if "tagsAll" in resource.inputs:
            tags = resource.inputs["tagsAll"]
            assert isinstance(tags, dict)
            assert tags["Scope"] == "account", resource.name
    closed = {it.name for pattern in iam.texts(owned["Action"]) for it in iam.expand(pattern)}
    assert {
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:CreateTags",
        "ec2:DeleteNatGateway",
        "ec2:DeleteTags",
        "ec2:DeleteVpc",
        "ec2:ModifyVpcAttribute",
        "kms:PutKeyPolicy",
        "kms:ScheduleKeyDeletion",
        "kms:UntagResource",
    } <= closed
    # what a peering with the runner's network takes
    assert not closed & {
        "ec2:AcceptVpcPeeringConnection",
        "ec2:CreateRoute",
        "ec2:CreateVpcPeeringConnection",
        "ec2:DeleteRoute",
    }


def test_nothing_is_deployed_outside_the_stacks_regions(account_of: RunOf) -> None:
    regions = {
        "toolboxai-dev-us-east-1": ["us-east-1"],
        "toolboxai-staging-us-east-1": ["us-east-1"],
        "toolboxai-production-us-east-1": ["us-east-1", "us-west-2"],
        "toolboxai-production-us-west-2": ["us-east-1", "us-west-2"],
    }
    for stack, wanted in regions.items():
        (statement,) = [it for it in iam.statements(guard_of(account_of(stack))) if it["Sid"] == "OtherRegions"]
        assert statement == {
            "Sid": "OtherRegions",
            "Effect": "Deny",
            "Action": ["*"],
            "Resource": ["*"],
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": wanted}},
        }


def test_only_production_keeps_what_is_in_its_buckets_and_under_its_locks(account_of: RunOf) -> None:
    for stack, empties in (("dev", True), ("staging", True), ("production", False)):
        run = account_of(ENVIRONMENTS[stack])
        rights = iam.Rights(graph.policies_of(run, "deploy").values())
        objects = f"arn:aws:s3:::{names_of(run).bucket('uploads')}/x"
        assert rights.allow("s3:DeleteObjectVersion", objects) is empties
        assert rights.allow("backup:DeleteBackupVaultLockConfiguration") is empties


def test_the_preview_role_reads_settings_and_no_data(account: Run) -> None:
    documents = graph.policies_of(account, "preview")
    state = names_of(account).bucket("account-state")
    for made in documents.values():
        for statement in iam.statements(made):
            assert statement["Effect"] == "Allow"
            for pattern in iam.texts(statement["Action"]):
                for action in iam.expand(pattern):
                    if action.level not in READING:
                        assert action.name == "kms:Decrypt", action.name
                    if action.name in DATA_CALLS:
                        assert statement["Sid"] in {"State", "StateKey", "EdgeSecret", "EdgeSecretKey"}, action.name
    rights = iam.Rights(documents.values())
    assert rights.allow("s3:GetObject", f"arn:aws:s3:::{state}/.pulumi/stacks/x.json")
    assert not rights.allow("s3:GetObject", f"arn:aws:s3:::{names_of(account).bucket('uploads')}/x")
    assert not rights.allow("s3:PutObject", f"arn:aws:s3:::{state}/.pulumi/stacks/x.json")
    assert not rights.allow("secretsmanager:GetSecretValue", secret(account, "mcp/api-key"))
    assert rights.allow("secretsmanager:GetSecretValue", secret(account, "edge/origin"))


def secret(run: Run, name: str) -> str:
    names = names_of(run)
    return names.arn("secretsmanager", f"secret:{names.platform}/{names.env}/{name}-AbCdEf")


# --- the boundary ---------------------------------------------------------------------------------------------------


def test_roles_are_written_only_under_the_boundary(account: Run) -> None:
    names = names_of(account)
    writing = {
        "iam:CreateRole",
        "iam:PutRolePolicy",
        "iam:AttachRolePolicy",
        "iam:DetachRolePolicy",
        "iam:DeleteRolePolicy",
        "iam:PutRolePermissionsBoundary",
    }
    found = set()
    for made in graph.policies_of(account, "deploy").values():
        for statement in iam.statements(made):
            given = writing & set(iam.texts(statement["Action"]))
            if given and statement["Effect"] == "Allow":
                assert statement["Condition"]["StringEquals"] == {"iam:PermissionsBoundary": boundary_arn(names)}
                found |= given
    assert found == writing


def test_the_boundary_is_made_once_and_is_the_one_that_is_asked_for(account_of: RunOf, home: Run, second: Run) -> None:
    made = graph.one(home, "aws:iam/policy:Policy", "boundary")
    assert made.outputs["arn"] == boundary_arn(names_of(home))
    assert [it.name for it in graph.of_type(second, "aws:iam/policy:Policy") if it.name == "boundary"] == []
    assert boundary_arn(names_of(second)) == boundary_arn(names_of(account_of(ENVIRONMENTS["production"])))


@pytest.mark.parametrize("stack", sorted(ENVIRONMENTS))
def test_every_role_of_an_environment_is_made_under_it(stack: str, run_of: RunOf, account_of: RunOf) -> None:
    """The deploy role may make no other."""
    arn = graph.one(account_of(HOME[stack]), "aws:iam/policy:Policy", "boundary").outputs["arn"]
    roles = graph.of_type(run_of(stack), "aws:iam/role:Role")
    assert len(roles) >= 10
    assert {it.inputs.get("permissionsBoundary") for it in roles} == {arn}


@pytest.mark.parametrize("stack", sorted(ENVIRONMENTS))
def test_no_role_of_an_environment_is_given_what_the_boundary_cuts(
    stack: str, run_of: RunOf, account_of: RunOf
) -> None:
    policy = graph.one(account_of(HOME[stack]), "aws:iam/policy:Policy", "boundary")
    most = iam.Rights([graph.document(policy.inputs["policy"])])
    cut = set()
    for resource in graph.of_type(run_of(stack), "aws:iam/rolePolicy:RolePolicy"):
        for statement in iam.statements(graph.document(resource.inputs["policy"])):
            cut |= {f"{resource.name}: {it}" for it in iam.texts(statement["Action"]) if not most.allow(it)}
    assert sorted(cut) == []


@pytest.mark.parametrize("stack", sorted(ENVIRONMENTS))
def test_nor_what_aws_writes_for_them(stack: str, run_of: RunOf, account_of: RunOf) -> None:
    policy = graph.one(account_of(HOME[stack]), "aws:iam/policy:Policy", "boundary")
    most = iam.Rights([graph.document(policy.inputs["policy"])])
    known = json.loads((handlers.HERE / "managed_policies.json").read_text())["policies"]
    # the second version of it allows the same calls on fewer resources
    known["AmazonEBSCSIDriverPolicyV2"] = known["AmazonEBSCSIDriverPolicy"]
    cut = set()
    for resource in graph.of_type(run_of(stack), "aws:iam/rolePolicyAttachment:RolePolicyAttachment"):
        name = str(resource.inputs["policyArn"]).rpartition("/")[2]
        for pattern in known[name]["actions"]:
            cut |= {f"{name}: {it.name}" for it in iam.expand(pattern) if not most.allow(it.name)}
    assert sorted(cut) == []


def test_under_the_boundary_nobody_becomes_more(account_of: RunOf) -> None:
    run = account_of(ENVIRONMENTS["production"])
    most = iam.Rights([graph.document(graph.one(run, "aws:iam/policy:Policy", "boundary").inputs["policy"])])
    names = names_of(run)
    for verb in ("CreateRole", "PutRolePolicy", "AttachRolePolicy", "CreateUser", "CreateAccessKey", "UpdateRole"):
        assert not most.allow(f"iam:{verb}"), verb
    for role in ("deploy", "preview"):
        assert not most.allow("sts:AssumeRole", names.role_arn(role))
        assert not most.allow("iam:PassRole", names.role_arn(role))
    for service in ("cloudtrail", "config", "guardduty", "organizations", "account", "securityhub"):
        assert not [
            it
            for it in iam.actions(service).values()
            if most.allow(it.name) and it.level not in READING and it.name != "guardduty:SendSecurityTelemetry"
        ], service
    record = f"arn:aws:s3:::{names.bucket('account-audit')}/AWSLogs/x"
    assert not most.allow("s3:GetObject", record)


def guard_of(run: Run) -> dict[str, Any]:
    (made,) = [made for name, made in graph.policies_of(run, "deploy").items() if name.endswith("-guard")]
    return made


def names_of(run: Run) -> Names:
    """The names of an account's stack, by the stack's own name."""
    platform, env, region = run.stack.split("-", 2)
    return Names(platform, env, "111122223333", region)
