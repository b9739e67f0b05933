"""The account's stacks as wholes: what is made once, where, from which settings, and what the packs say."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from ipaddress import IPv4Network
from itertools import combinations
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from jsonschema import Draft202012Validator

from account.service_linked_roles import LinkedService, role_arn
from components.context import StackIdentity
from components.eks_cluster.settings import EksClusterSettings
from components.eks_cluster.settings import check as check_clusters
from components.naming import Names
from components.upstream import pull_through
from sandbox.model import Resource, Run
from sandbox.policies.runner import judged_by
from sandbox.schema import SCHEMA, text
from tests.account import graph
from tests.account.conftest import HOMES, ROOT, SECOND, STACKS, changed

RunOf = Callable[[str], Run]
PRODUCTION = "toolboxai-production-us-east-1"

ONCE = (
    "aws:account/alternativeContact:AlternativeContact",
    "aws:cloudtrail/trail:Trail",
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor",
    "aws:ecr/replicationConfiguration:ReplicationConfiguration",
    "aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
    "aws:securityhub/findingAggregator:FindingAggregator",
)
"""What production's account has once, over both its regions."""
ONCE_A_REGION = (
    "aws:backup/regionSettings:RegionSettings",
    "aws:cfg/deliveryChannel:DeliveryChannel",
    "aws:cfg/recorder:Recorder",
    "aws:cfg/recorderStatus:RecorderStatus",
    "aws:ebs/defaultKmsKey:DefaultKmsKey",
    "aws:ebs/encryptionByDefault:EncryptionByDefault",
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
    "aws:guardduty/detector:Detector",
    "aws:inspector2/enabler:Enabler",
    "aws:macie2/account:Account",
    "aws:securityhub/account:Account",
)


# --- once -----------------------------------------------------------------------------------------------------------


def test_what_an_account_has_once_is_made_once(account_of: RunOf) -> None:
    both = [account_of(PRODUCTION), account_of(SECOND)]
    for token in ONCE:
        assert [len(graph.of_type(run, token)) for run in both] == [1, 0], token
    for token in ONCE_A_REGION:
        assert [len(graph.of_type(run, token)) for run in both] == [1, 1], token
    # IAM has them by address and by service, whatever the region
    for token, key in (
        ("aws:iam/openIdConnectProvider:OpenIdConnectProvider", "url"),
        ("aws:iam/serviceLinkedRole:ServiceLinkedRole", "awsServiceName"),
    ):
        made = [resource.inputs[key] for run in both for resource in graph.of_type(run, token)]
        assert made
        assert len(made) == len(set(map(str, made)))


def test_no_region_and_no_environment_records_twice(account_of: RunOf, run_of: RunOf) -> None:
    for stack in STACKS:
        trails = graph.of_type(account_of(stack), "aws:cloudtrail/trail:Trail")
        assert [it.inputs["isMultiRegionTrail"] for it in trails] == ([True] if stack in HOMES else [])
    for environment in ("dev", "staging", "production"):
        run = run_of(environment)
        singletons = {*ONCE, *ONCE_A_REGION} & {resource.type for resource in run.resources}
        assert singletons == set(), environment


def test_what_is_named_is_named_apart_from_what_the_environment_names(account_of: RunOf, run_of: RunOf) -> None:
    """Account and environment share names' prefix, account and region, so no name may be given twice."""
    keys = ("name", "bucket", "analyzerName")
    for environment, stacks in (("dev", HOMES[:1]), ("staging", HOMES[1:2]), ("production", (PRODUCTION, SECOND))):
        taken: set[tuple[str, str, str]] = set()
        for run in (*map(account_of, stacks), run_of(environment)):
            for resource in run.resources:
                region = str(resource.inputs.get("region", ""))
                for key in keys:
                    name = resource.inputs.get(key)
                    is_own = resource.type.startswith("aws:") and isinstance(name, str) and name.find("toolboxai") >= 0
                    if is_own and resource.type not in REFERS:
                        mark = (resource.type, region, str(name))
                        assert mark not in taken, mark
                        taken.add(mark)


REFERS = {
    "aws:route53/record:Record",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketLogging:BucketLogging",
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketVersioning:BucketVersioning",
}
"""Types whose ``bucket`` names another resource, and records, of which one name has several."""


def test_the_order_is_the_true_one(home: Run) -> None:
    def before(token: str, name: str | None, needed: str, needed_name: str | None = None) -> None:
        first = graph.one(home, needed, needed_name)
        assert first.urn in graph.ancestors(home, graph.one(home, token, name).urn), f"{needed} before {token}"

    before("aws:cfg/recorder:Recorder", None, "aws:iam/serviceLinkedRole:ServiceLinkedRole", "config")
    before("aws:cfg/deliveryChannel:DeliveryChannel", None, "aws:cfg/recorder:Recorder")
    before("aws:cfg/deliveryChannel:DeliveryChannel", None, "aws:s3/bucketPolicy:BucketPolicy", "config")
    before("aws:cfg/recorderStatus:RecorderStatus", None, "aws:cfg/deliveryChannel:DeliveryChannel")
    for rule in graph.of_type(home, "aws:cfg/rule:Rule"):
        before("aws:cfg/rule:Rule", rule.name, "aws:cfg/recorderStatus:RecorderStatus")
    before("aws:cloudtrail/trail:Trail", None, "aws:s3/bucketPolicy:BucketPolicy", "audit")
    before("aws:cloudtrail/trail:Trail", None, "aws:iam/rolePolicy:RolePolicy", "trail")
    for cache in graph.of_type(home, "aws:ecr/pullThroughCacheRule:PullThroughCacheRule"):
        before(cache.type, cache.name, "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate", cache.name)
        if "credentialArn" in cache.inputs:
            before(cache.type, cache.name, "aws:secretsmanager/secretVersion:SecretVersion", cache.name)
    for provider in graph.of_type(home, "aws:iam/openIdConnectProvider:OpenIdConnectProvider"):
        before("aws:iam/role:Role", "deploy", provider.type, provider.name)


# --- who deploys ------------------------------------------------------------------------------------------------------


def test_the_deploy_role_is_the_one_that_the_clusters_settings_know(account_of: RunOf) -> None:
    """``check`` of the clusters refuses an access entry for it: EKS made it admin already."""
    arn = graph.one(account_of(PRODUCTION), "aws:iam/role:Role", "deploy").outputs["arn"]
    stack = yaml.safe_load((ROOT / "Pulumi.production.yaml").read_text())["config"]
    identity = StackIdentity.model_validate(stack["platform:stack"])
    given = stack["platform:clusters"]["main"]
    access = {**given["access"], "deployer": {"principal": arn, "level": "admin"}}
    cluster = EksClusterSettings.model_validate({**given, "access": access})
    refused = [
        problem
        for problem in check_clusters({"main": cluster}, identity)
        if problem.path[-2:] == ("deployer", "principal")
    ]
    assert len(refused) == 1


def test_both_roles_open_to_tokens_of_our_runs_only(account_of: RunOf) -> None:
    wanted = {
        "toolboxai-dev-us-east-1": ("dev", "dev"),
        "toolboxai-staging-us-east-1": ("staging", "staging"),
        PRODUCTION: ("production", "production"),
        SECOND: ("production", "production-dr"),
    }
    for name, (environment, stack) in wanted.items():
        run = account_of(name)
        subject = f"pulumi:deploy:org:toolboxai:project:platform:stack:{stack}:operation:"
        for role, github, pulumi in (
            ("deploy", f"environment:{environment}", f"{subject}*:scope:write"),
            ("preview", "pull_request", f"{subject}preview:scope:write"),
        ):
            trust = graph.document(graph.one(run, "aws:iam/role:Role", role).inputs["assumeRolePolicy"])
            actions, deployments = trust["Statement"]
            assert actions["Action"] == deployments["Action"] == "sts:AssumeRoleWithWebIdentity"
            assert actions["Condition"] == {
                "StringEquals": {
                    "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                    "token.actions.githubusercontent.com:sub": [f"repo:toolboxai/platform:{github}"],
                }
            }
            assert deployments["Condition"] == {
                "StringEquals": {"api.pulumi.com/oidc:aud": "toolboxai"},
                "StringLike": {"api.pulumi.com/oidc:sub": [pulumi]},
            }
            federated = {it["Principal"]["Federated"] for it in trust["Statement"]}
            made = {
                str(it.outputs["arn"])
                for it in graph.of_type(account_of(PRODUCTION), "aws:iam/openIdConnectProvider:OpenIdConnectProvider")
            }
            assert federated == made


def test_images_are_pushed_by_runs_of_their_repositories_in_the_environment_that_lets_them_in(
    account_of: RunOf,
) -> None:
    for env in ("dev", "staging", "production"):
        run = account_of(f"toolboxai-{env}-us-east-1")
        role = graph.one(run, "aws:iam/role:Role", "push")
        (statement,) = graph.document(role.inputs["assumeRolePolicy"])["Statement"]
        assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        assert statement["Principal"] == {
            "Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
        }
        assert list(statement["Condition"]) == ["StringEquals"]
        told = statement["Condition"]["StringEquals"]
        assert told["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
        subjects = told["token.actions.githubusercontent.com:sub"]
        assert f"repo:toolboxai/backend:environment:images-{env}" in subjects
        assert all(it.startswith("repo:toolboxai/") and it.endswith(f":environment:images-{env}") for it in subjects)
        assert run.outputs["pushRoleArn"] == role.outputs["arn"]
    assert "push" not in {it.name for it in graph.of_type(account_of(SECOND), "aws:iam/role:Role")}


@pytest.mark.parametrize(
    ("stack", "account"),
    [
        ("dev", "toolboxai-dev-us-east-1"),
        ("staging", "toolboxai-staging-us-east-1"),
        ("production", PRODUCTION),
        ("production-dr", SECOND),
    ],
)
def test_whoever_installs_guarddutys_agent_is_one_and_in_production_somebody_does(
    stack: str, account: str, account_of: RunOf, run_of: RunOf
) -> None:
    """Runtime Monitoring without an agent sees nothing, and two who install it collide."""
    feature = graph.one(account_of(account), "aws:guardduty/detectorFeature:DetectorFeature", "runtime-monitoring")
    configured: Any = feature.inputs["additionalConfigurations"]
    managed = {it["name"]: it["status"] for it in configured}["EKS_ADDON_MANAGEMENT"] == "ENABLED"
    run = run_of(stack)
    declared = "aws-guardduty-agent" in {it.inputs["addonName"] for it in graph.of_type(run, "aws:eks/addon:Addon")}
    assert not (managed and declared)
    if feature.inputs["status"] == "ENABLED" and stack.startswith("production"):
        assert managed or declared
    if declared:
        endpoints = {str(it.inputs["serviceName"]) for it in graph.of_type(run, "aws:ec2/vpcEndpoint:VpcEndpoint")}
        assert [it for it in endpoints if it.endswith(".guardduty-data")]


# --- the rest ---


def test_the_caches_are_those_that_the_program_reads_images_through(account: Run) -> None:
    made = {
        str(it.inputs["upstreamRegistryUrl"]): str(it.inputs["ecrRepositoryPrefix"])
        for it in graph.of_type(account, "aws:ecr/pullThroughCacheRule:PullThroughCacheRule")
    }
    # ECR knows Docker Hub by the host of its API (ECR user guide, "Creating a pull through cache rule")
    hosts = {"docker.io": "registry-1.docker.io"}
    names = Names("toolboxai", "dev", "111122223333", "us-east-1")
    for host, mirror in pull_through(names).items():
        assert made[hosts.get(host, host)] == mirror.partition("/")[2]


def test_the_stores_that_the_trail_and_macie_watch_are_those_that_hold_pupils_data(
    account_of: RunOf, run_of: RunOf
) -> None:
    def holds(run: Run, token: str, key: str) -> set[str]:
        return {
            str(it.inputs[key])
            for it in graph.of_type(run, token)
            if "Compliance" in (it.inputs["tagsAll"] if isinstance(it.inputs["tagsAll"], dict) else {})
        }

    environment = run_of("production")
    trail = json.dumps(graph.one(account_of(PRODUCTION), "aws:cloudtrail/trail:Trail").inputs)
    buckets = holds(environment, "aws:s3/bucket:Bucket", "bucket")
    tables = holds(environment, "aws:dynamodb/table:Table", "name")
    assert len(buckets) >= 2
    assert tables
    for bucket in buckets:
        assert f'"arn:aws:s3:::{bucket}/"' in trail, bucket
    for table in tables:
        assert f':table/{table}"' in trail, table
    looked_at = {
        name
        for stack in (PRODUCTION, SECOND)
        for job in graph.of_type(account_of(stack), "aws:macie2/classificationJob:ClassificationJob")
        for name in json.dumps(job.inputs["s3JobDefinition"]).split('"')
    }
    assert buckets <= looked_at


def test_guardduty_leaves_the_agent_to_the_stacks_that_declare_it(account_of: RunOf, run_of: RunOf) -> None:
    for environment in ("dev", "staging", "production"):
        addons = {it.inputs["addonName"] for it in graph.of_type(run_of(environment), "aws:eks/addon:Addon")}
        features = graph.of_type(
            account_of(f"toolboxai-{environment}-us-east-1"), "aws:guardduty/detectorFeature:DetectorFeature"
        )
        (runtime,) = [it for it in features if it.inputs["name"] == "RUNTIME_MONITORING"]
        managed = '"EKS_ADDON_MANAGEMENT", "status": "ENABLED"' in json.dumps(runtime.inputs)
        assert not (managed and "aws-guardduty-agent" in addons), environment
        if "aws-guardduty-agent" in addons:
            assert runtime.inputs["status"] == "ENABLED", environment


def test_logins_of_upstreams_are_no_secret_of_the_states(account: Run) -> None:
    secrets = graph.of_type(account, "aws:secretsmanager/secret:Secret")
    assert {it.inputs["name"] for it in secrets} == {"ecr-pullthroughcache/docker-hub", "ecr-pullthroughcache/ghcr"}
    # ECR reads logins under Secrets Manager's own key only
    assert all("kmsKeyId" not in it.inputs for it in secrets)
    for version in graph.of_type(account, "aws:secretsmanager/secretVersion:SecretVersion"):
        assert "secretString" not in version.inputs
        assert version.inputs["secretStringWoVersion"] == 1
    by_prefix = {
        str(it.inputs["ecrRepositoryPrefix"]): "credentialArn" in it.inputs
        for it in graph.of_type(account, "aws:ecr/pullThroughCacheRule:PullThroughCacheRule")
    }
    assert by_prefix == {"docker-hub": True, "ghcr": True, "quay": False, "k8s": False, "ecr-public": False}


def test_repositories_that_ecr_makes_are_like_ours(account_of: RunOf) -> None:
    for stack in STACKS:
        run = account_of(stack)
        key = graph.one(run, "aws:kms/key:Key", "registry").outputs["arn"]
        templates = graph.of_type(run, "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate")
        copies = [it for it in templates if it.inputs["appliedFors"] == ["REPLICATION"]]
        assert [it.inputs["prefix"] for it in copies] == (["toolboxai/production"] if stack == SECOND else [])
        for template in templates:
            assert template.inputs["imageTagMutability"] == "IMMUTABLE"
            assert template.inputs["encryptionConfigurations"] == [{"encryptionType": "KMS", "kmsKey": key}]
            rules = graph.document(template.inputs["lifecyclePolicy"])["rules"]
            assert [it["selection"]["tagStatus"] for it in rules] == ["untagged", "any"]
            tags = template.inputs["resourceTags"]
            assert isinstance(tags, dict)
            assert {"Project", "Environment", "Owner", "CostCenter", "DataClass", "ManagedBy"} <= set(tags)
    (rule,) = rules_of(
        graph.one(account_of(PRODUCTION), "aws:ecr/replicationConfiguration:ReplicationConfiguration").inputs
    )
    assert rule["destinations"] == [{"region": "us-west-2", "registryId": "111122223333"}]
    assert rule["repositoryFilters"] == [{"filter": "toolboxai/production/", "filterType": "PREFIX_MATCH"}]


def rules_of(inputs: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = inputs["replicationConfiguration"]["rules"]
    return found


def test_the_runners_network_lets_nothing_in(account_of: RunOf, run_of: RunOf) -> None:
    for stack in STACKS:
        run = account_of(stack)
        networks = graph.of_type(run, "aws:ec2/vpc:Vpc")
        assert len(networks) == (1 if "production" in stack else 0)
        assert graph.of_type(run, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule") == []
        for group in graph.of_type(run, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"):
            assert group.inputs["ingress"] == group.inputs["egress"] == []
        for subnet in graph.of_type(run, "aws:ec2/subnet:Subnet"):
            assert subnet.inputs["mapPublicIpOnLaunch"] is False
        assert len(graph.of_type(run, "aws:ec2/flowLog:FlowLog")) == len(networks)
    cidrs = [str(graph.one(account_of(name), "aws:ec2/vpc:Vpc").inputs["cidrBlock"]) for name in (PRODUCTION, SECOND)]
    environments = [
        str(graph.one(run_of(name), "aws:ec2/vpc:Vpc").inputs["cidrBlock"]) for name in ("production", "production-dr")
    ]
    for one, other in combinations([*cidrs, *environments], 2):
        assert not IPv4Network(one).overlaps(IPv4Network(other)), f"{one} and {other} can't be peered"


def test_a_runner_is_where_an_environment_demands_an_agent(account_of: RunOf) -> None:
    for environment in ("dev", "staging", "production", "production-dr"):
        stack = yaml.safe_load((ROOT / f"Pulumi.{environment}.yaml").read_text())["config"]["platform:stack"]
        made = graph.of_type(account_of(f"toolboxai-{stack['env']}-{stack['region']}"), "aws:ec2/vpc:Vpc")
        assert bool(made) is ("agent_pool" in stack["runner"]), environment
        assert [it.inputs["cidrBlock"] for it in made] == [c for c in [stack["runner"].get("cidr")] if c]


@pytest.mark.parametrize("stack", [PRODUCTION, SECOND])
def test_an_environment_finds_the_runners_network_and_its_routes_have_one_owner(stack: str, account_of: RunOf) -> None:
    run = account_of(stack)
    prefix = stack.removesuffix("-us-east-1").removesuffix("-us-west-2")
    (vpc,) = [it for it in graph.of_type(run, "aws:ec2/vpc:Vpc") if tag(it, "Name") == f"{prefix}-runner"]
    tables = graph.of_type(run, "aws:ec2/routeTable:RouteTable")
    (table,) = [it for it in tables if tag(it, "Name") == f"{prefix}-runner-private"]
    assert table.inputs["vpcId"] == vpc.id
    subnets = {
        it.inputs["subnetId"]
        for it in graph.of_type(run, "aws:ec2/routeTableAssociation:RouteTableAssociation")
        if it.inputs["routeTableId"] == table.id
    }
    runner = run.outputs["runner"]
    assert isinstance(runner, dict)
    assert subnets == set(cast("list[str]", runner["subnetIds"]))
    # routes inside a table would take the environment's away with every update
    assert all("routes" not in it.inputs for it in tables)


def tag(resource: Resource, key: str) -> object:
    tags = resource.inputs["tags"]
    assert isinstance(tags, dict)
    return tags.get(key)


@pytest.mark.parametrize(("stack", "region"), [(PRODUCTION, "us-east-1"), (SECOND, "us-west-2")])
def test_state_of_production_and_of_its_standby_is_kept_where_each_stands(
    stack: str, region: str, account_of: RunOf
) -> None:
    run = account_of(stack)
    names = {str(it.inputs["bucket"]) for it in graph.of_type(run, "aws:s3/bucket:Bucket")}
    (state,) = [it for it in names if "-account-state-" in it]
    alias = f"alias/{state.removesuffix(f'-111122223333-{region}')}"
    assert run.outputs["state"] == {
        "backendUrl": f"s3://{state}?region={region}",
        "secretsProvider": f"awskms://{alias}?region={region}",
    }
    assert alias in {it.inputs["name"] for it in graph.of_type(run, "aws:kms/alias:Alias")}
    (lifecycle,) = [
        it
        for it in graph.of_type(run, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
        if it.inputs["bucket"] == state
    ]
    rules = lifecycle.inputs["rules"]
    assert isinstance(rules, list)
    assert not any(isinstance(rule, dict) and "expiration" in rule for rule in rules)


def test_a_second_region_without_a_state_of_its_own_works_with_the_home_regions(tmp_path: Path) -> None:
    run = changed(tmp_path, SECOND, lambda config: config.pop("account:state"))
    assert "state" not in run.outputs
    assert not [it for it in graph.of_type(run, "aws:kms/alias:Alias") if str(it.inputs["name"]).endswith("-state")]
    stores = {
        resource
        for made in graph.policies_of(run, "deploy").values()
        for statement in made["Statement"]
        if statement["Sid"] in {"ListState", "ReasonedStateKey", "StateKey"}
        for resource in statement["Resource"]
    }
    assert stores == {
        "arn:aws:s3:::toolboxai-production-account-state-111122223333-us-east-1",
        "arn:aws:kms:us-east-1:111122223333:key/*",
    }


def test_service_linked_roles_stay_when_the_stack_goes(home: Run) -> None:
    made = graph.of_type(home, "aws:iam/serviceLinkedRole:ServiceLinkedRole")
    assert {"autoscaling", "config", "eks"} <= {it.name for it in made}
    for role in made:
        assert role.retain_on_delete
        assert role_arn("111122223333", LinkedService(role.name)) == role.outputs["arn"]


def test_a_service_linked_role_that_exists_is_taken_over(tmp_path: Path) -> None:
    def existing(config: dict[str, Any]) -> None:
        config["account:service_linked_roles"]["eks"] = {"existing": True}

    run = changed(tmp_path, PRODUCTION, existing)
    for role in graph.of_type(run, "aws:iam/serviceLinkedRole:ServiceLinkedRole"):
        arn = "arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS"
        assert (role.id == arn) is (role.name == "eks")


def test_the_anomaly_monitor_is_the_accounts_one(home: Run) -> None:
    monitor = graph.one(home, "aws:costexplorer/anomalyMonitor:AnomalyMonitor")
    assert (monitor.inputs["monitorType"], monitor.inputs["monitorDimension"]) == ("DIMENSIONAL", "SERVICE")
    subscription = graph.one(home, "aws:costexplorer/anomalySubscription:AnomalySubscription")
    assert subscription.inputs["frequency"] == "IMMEDIATE"
    topic = graph.one(home, "aws:sns/topic:Topic", "cost-anomalies")
    assert subscription.inputs["subscribers"] == [{"type": "SNS", "address": topic.outputs["arn"]}]
    assert home.outputs["anomalyMonitorArn"] == monitor.outputs["arn"]


def test_unused_resources_are_looked_for_and_told_of_every_week(home: Run, second: Run) -> None:
    for service in ("computeoptimizer", "costoptimizationhub"):
        enrolled = graph.one(home, f"aws:{service}/enrollmentStatus:EnrollmentStatus")
        assert enrolled.inputs["includeMemberAccounts"] is False
    schedule = graph.one(home, "aws:scheduler/schedule:Schedule")
    assert schedule.inputs["scheduleExpression"] == "cron(0 9 ? * MON *)"
    target: Any = schedule.inputs["target"]
    assert target["arn"] == graph.one(home, "aws:sns/topic:Topic", "cost-anomalies").outputs["arn"]
    assert "list-recommendations" in target["input"]
    role = graph.one(home, "aws:iam/role:Role", "unused")
    assert target["roleArn"] == role.outputs["arn"]
    (trust,) = graph.document(role.inputs["assumeRolePolicy"])["Statement"]
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "111122223333"}}
    policy = graph.one(home, "aws:iam/rolePolicy:RolePolicy", "unused")
    assert policy.urn in graph.ancestors(home, schedule.urn)
    publish, _ = graph.document(policy.inputs["policy"])["Statement"]
    assert (publish["Action"], publish["Resource"]) == (["sns:Publish"], [target["arn"]])
    rules = {it.name for it in graph.of_type(home, "aws:cfg/rule:Rule")}
    assert {"addresses-in-use", "volumes-in-use"} <= rules
    assert graph.of_type(second, "aws:scheduler/schedule:Schedule") == []


def test_everything_has_the_explicit_provider_and_the_mandatory_tags(account: Run) -> None:
    wanted = {"Project", "Environment", "Owner", "CostCenter", "DataClass", "ManagedBy"}
    for resource in account.resources:
        if resource.type.startswith("aws:"):
            assert "pulumi:providers:aws::aws::" in resource.provider, resource.name
            tags = resource.inputs.get("tagsAll")
            if tags is not None:
                assert isinstance(tags, dict)
                assert wanted <= set(tags), resource.name


# --- the files ---


def test_the_committed_schema_is_current_and_every_file_fits_it() -> None:
    whole = text(ROOT / "account")
    assert (ROOT / "account" / SCHEMA).read_text() == whole, "run `python -m sandbox schema --root account`"
    validator = Draft202012Validator(json.loads(whole))
    files = sorted((ROOT / "account").glob("Pulumi.*.yaml"))
    assert [path.name for path in files] == sorted(f"Pulumi.{stack}.yaml" for stack in STACKS)
    for path in files:
        assert path.read_text().splitlines()[0] == f"# yaml-language-server: $schema={SCHEMA.as_posix()}"
        assert [it.message for it in validator.iter_errors(yaml.safe_load(path.read_text()))] == []


def test_a_project_inside_another_is_judged_by_the_outers_packs(tmp_path: Path) -> None:
    assert judged_by(ROOT / "account") == ROOT
    assert judged_by(ROOT) == ROOT
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    assert judged_by(inner) == inner
    (inner.parent / "Pulumi.yaml").write_text("name: outer\n")
    assert judged_by(inner) == inner.parent
    (inner / "policies" / "own").mkdir(parents=True)
    (inner / "policies" / "own" / "PulumiPolicy.yaml").write_text("runtime: python\n")
    assert judged_by(inner) == inner


@pytest.mark.parametrize("stack", [PRODUCTION, SECOND])
def test_the_packs_have_nothing_against_it(stack: str) -> None:
    """As a user calls it, in a process of its own; the packs are the platform's."""
    command = [sys.executable, "-m", "sandbox", "preview", stack, "--root", "account", "--json"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-2000:]
    said = json.loads(result.stdout)
    assert {pack["name"] for pack in said["policies"]["packs"]} == {"platform-governance", "platform-security"}
    assert [it for it in said["policies"]["violations"] if it["level"] == "mandatory"] == []


def test_it_runs_from_its_own_directory_as_pulumi_runs_it() -> None:
    """Pulumi puts nothing but the program's directory on the path; the components must be found all the same."""
    probe = (
        "import runpy, sys; sys.path[0] = sys.argv[1]\n"
        "try: runpy.run_path(sys.argv[1] + '/__main__.py', run_name='__main__')\n"
        "except Exception as broke: print(type(broke).__name__, broke)\n"
    )
    environment = {"PATH": "/usr/bin:/bin", "PYTHONSAFEPATH": ""}
    result = subprocess.run(
        [sys.executable, "-c", probe, str(ROOT / "account")],
        cwd=ROOT / "account",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    # as far as reading its settings, of which there are none here
    assert result.stdout.startswith("RunError Pulumi.stack.yaml: "), result.stdout + result.stderr
    assert "stack = (missing)" in result.stdout
