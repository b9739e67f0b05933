"""What a baseline's graph shows, line by line of what is asked of it; ids are those of AWS's FSBP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.model import Resource, Run, Value
from tests import iam
from tests.account.graph import ancestors, document, of_type, one
from tests.components.security_baseline.deployment import ACCOUNT, ELSEWHERE, IDENTITY, deploy

BUCKET = "aws:s3/bucket:Bucket"
TRAIL = "aws:cloudtrail/trail:Trail"
KEY = "aws:kms/key:Key"
FEATURE = "aws:guardduty/detectorFeature:DetectorFeature"


def mapping(value: Value) -> dict[str, Any]:
    assert isinstance(value, dict)
    return value


def items(value: Value) -> list[Any]:
    assert isinstance(value, list)
    return value


def key_arn(run: Run, purpose: str) -> Value:
    return one(run, KEY, purpose).outputs["arn"]


def companion(run: Run, kind: str, thing: str) -> Resource:
    return one(run, f"aws:s3/{kind[0].lower()}{kind[1:]}:{kind}", thing)


# --- CloudTrail -----------------------------------------------------------------------------------------------------


def test_cloudtrail_1_records_every_call_in_every_region(home: Run, second: Run) -> None:
    inputs = one(home, TRAIL).inputs
    assert inputs["isMultiRegionTrail"] is True
    assert inputs["includeGlobalServiceEvents"] is True
    assert inputs["enableLogging"] is True
    management = items(inputs["advancedEventSelectors"])[0]
    # nothing narrows it: reads and writes, KMS's too
    assert management["fieldSelectors"] == [{"field": "eventCategory", "equals": ["Management"]}]
    assert of_type(second, TRAIL) == []


def test_cloudtrail_2_is_under_a_key_of_the_accounts(home: Run) -> None:
    assert one(home, TRAIL).inputs["kmsKeyId"] == key_arn(home, "audit")


def test_cloudtrail_4_validates_its_files(home: Run) -> None:
    assert one(home, TRAIL).inputs["enableLogFileValidation"] is True


def test_cloudtrail_5_goes_to_cloudwatch_logs(home: Run, frugal: Run) -> None:
    for run, days in ((home, 365), (frugal, 90)):
        group = one(run, "aws:cloudwatch/logGroup:LogGroup", "trail")
        trail = one(run, TRAIL)
        assert trail.inputs["cloudWatchLogsGroupArn"] == f"{group.outputs['arn']}:*"
        assert group.inputs["retentionInDays"] == days
        assert group.inputs["kmsKeyId"] == key_arn(run, "audit")
        assert mapping(group.inputs["tagsAll"])["DataClass"] == "audit"
        role = one(run, "aws:iam/role:Role", "trail")
        assert trail.inputs["cloudWatchLogsRoleArn"] == role.outputs["arn"]
        policy = document(one(run, "aws:iam/rolePolicy:RolePolicy", "trail").inputs["policy"])
        assert list(iam.problems(policy)) == []
        stream = f"{group.outputs['arn']}:log-stream:{ACCOUNT}_CloudTrail_us-west-2"
        rights = iam.Rights([policy])
        assert rights.allow("logs:PutLogEvents", stream)
        assert not rights.allow("logs:PutLogEvents", stream.replace("account/trail", "vpc/flow"))


def test_cloudtrail_6_and_7_the_bucket_is_private_and_logged(home: Run) -> None:
    block = companion(home, "BucketPublicAccessBlock", "audit").inputs
    flags = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    assert all(block[flag] is True for flag in flags)
    logging = companion(home, "BucketLogging", "audit").inputs
    assert logging["targetBucket"] == one(home, BUCKET, "access-logs").id


def test_pupils_stores_are_recorded_item_by_item_in_both_regions(home: Run, frugal: Run) -> None:
    def data(run: Run) -> dict[str, list[str]]:
        found = {}
        for selector in items(one(run, TRAIL).inputs["advancedEventSelectors"])[1:]:
            fields = {it["field"]: it.get("equals") or it.get("startsWiths") for it in selector["fieldSelectors"]}
            assert fields["eventCategory"] == ["Data"]
            found[fields["resources.type"][0]] = fields["resources.ARN"]
        return found

    regions = ("us-east-1", "us-west-2")
    assert data(home) == {
        "AWS::S3::Object": [
            f"arn:aws:s3:::toolboxai-production-{thing}-{ACCOUNT}-{region}/"
            for thing in ("uploads", "pupil-uploads")
            for region in regions
        ],
        "AWS::DynamoDB::Table": [
            f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/toolboxai-production-mcp-contexts" for region in regions
        ],
    }
    assert [arn for arns in data(frugal).values() for arn in arns if "us-west-2" in arn] == []


def test_insights_are_a_setting(home: Run, frugal: Run) -> None:
    kinds = {it["insightType"] for it in items(one(home, TRAIL).inputs["insightSelectors"])}
    assert kinds == {"ApiCallRateInsight", "ApiErrorRateInsight"}
    assert "insightSelectors" not in one(frugal, TRAIL).inputs


def test_the_trail_may_write_and_nobody_in_its_name(home: Run) -> None:
    arn = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/toolboxai-production-account"
    assert one(home, TRAIL).outputs["arn"] == arn
    bucket = document(companion(home, "BucketPolicy", "audit").inputs["policy"])
    key = document(one(home, KEY, "audit").inputs["policy"])
    trust = document(one(home, "aws:iam/role:Role", "trail").inputs["assumeRolePolicy"])
    statements = [
        it
        for made in (bucket, key, trust)
        for it in iam.statements(made)
        if it["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
    ]
    assert {it["Sid"] for it in statements} == {
        "Trail",
        "TrailEncrypts",
        "TrailLooksAtBucket",
        "TrailLooksAtKey",
        "TrailWrites",
    }
    assert all(it["Condition"]["StringEquals"]["aws:SourceArn"] == arn for it in statements)
    # CloudTrail refuses a bucket whose policy doesn't let it in yet
    before = ancestors(home, one(home, TRAIL).urn)
    assert {
        companion(home, "BucketPolicy", "audit").urn,
        one(home, "aws:iam/rolePolicy:RolePolicy", "trail").urn,
    } <= before


# --- buckets --------------------------------------------------------------------------------------------------------


def test_every_bucket_is_private_encrypted_versioned_finite_and_tls_only(baseline: Run) -> None:
    for bucket in of_type(baseline, BUCKET):
        thing = bucket.name
        assert bucket.inputs["bucket"] == (
            f"toolboxai-{mapping(bucket.inputs['tagsAll'])['Environment']}-account-{thing}-{ACCOUNT}-"
            f"{bucket.inputs['region']}"
        )
        assert mapping(bucket.inputs["tagsAll"])["DataClass"] == "audit"
        block = companion(baseline, "BucketPublicAccessBlock", thing).inputs
        assert [v for k, v in block.items() if isinstance(v, bool)] == [True] * 4
        owner = mapping(companion(baseline, "BucketOwnershipControls", thing).inputs["rule"])
        assert owner == {"objectOwnership": "BucketOwnerEnforced"}
        versioning = mapping(companion(baseline, "BucketVersioning", thing).inputs["versioningConfiguration"])
        assert versioning == {"status": "Enabled"}
        (rule,) = items(companion(baseline, "BucketServerSideEncryptionConfiguration", thing).inputs["rules"])
        default = rule["applyServerSideEncryptionByDefault"]
        if thing == "access-logs":
            assert default == {"sseAlgorithm": "AES256"}
        else:
            assert default == {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key_arn(baseline, "audit")}
        assert rule["blockedEncryptionTypes"] == ["SSE-C"]
        statements = iam.statements(document(companion(baseline, "BucketPolicy", thing).inputs["policy"]))
        denied = {it["Sid"]: it["Condition"] for it in statements if it["Effect"] == "Deny"}
        assert denied["TlsOnly"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert denied["ModernTlsOnly"] == {"NumericLessThan": {"s3:TlsVersion": "1.2"}}


def test_changes_of_one_bucket_come_one_after_another(baseline: Run) -> None:
    for bucket in of_type(baseline, BUCKET):
        parts = [it for it in baseline.resources if it.type.startswith("aws:s3/bucket") and it.parent == bucket.parent]
        depths = sorted(len(ancestors(baseline, it.urn) & {other.urn for other in parts}) for it in parts)
        assert depths == list(range(len(parts))), bucket.name


def test_records_are_kept_as_long_as_the_settings_say_and_get_cheaper(home: Run, frugal: Run) -> None:
    for run, days, tiers in ((home, 2555, 3), (frugal, 365, 2)):
        for thing in ("audit", "config"):
            aging, markers = items(companion(run, "BucketLifecycleConfiguration", thing).inputs["rules"])
            assert aging["expiration"] == {"days": days}
            moves = [it["days"] for it in aging["transitions"]]
            assert moves == [30, 90, 365][:tiers]
            assert aging["noncurrentVersionExpiration"]["noncurrentDays"] == 30
            assert markers["expiration"] == {"expiredObjectDeleteMarker": True}
        (aging, _) = items(companion(run, "BucketLifecycleConfiguration", "access-logs").inputs["rules"])
        # read when something is being looked into: never frozen
        assert "transitions" not in aging


def test_the_trails_bucket_is_locked_as_the_settings_say_and_configs_never(home: Run, second: Run, frugal: Run) -> None:
    assert one(home, BUCKET, "audit").inputs["objectLockEnabled"] is True
    lock = mapping(companion(home, "BucketObjectLockConfiguration", "audit").inputs["rule"])
    assert lock == {"defaultRetention": {"mode": "COMPLIANCE", "days": 400}}
    for run in (second, frugal):
        assert of_type(run, "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration") == []
    for run in (home, second, frugal):
        # Config delivers to no bucket with Object Lock
        assert one(run, BUCKET, "config").inputs["objectLockEnabled"] is False
    assert [it.name for it in of_type(second, BUCKET)] == ["access-logs", "config"]


def test_production_protects_what_it_records(home: Run, second: Run, frugal: Run) -> None:
    kinds = (BUCKET, KEY, TRAIL, "aws:guardduty/detector:Detector")
    for run, wanted in ((home, True), (second, True), (frugal, False)):
        for resource in run.resources:
            if resource.type in kinds:
                assert resource.protect is wanted, resource.name
            elif resource.type.startswith(("aws:", "platform:")):
                assert resource.protect is False, resource.name
        assert {it.inputs["forceDestroy"] for it in of_type(run, BUCKET)} == {not wanted}
        assert {it.inputs["deletionWindowInDays"] for it in of_type(run, KEY)} == {30 if wanted else 7}


# --- keys -----------------------------------------------------------------------------------------------------------


def test_every_key_turns_and_admits_whom_it_must(baseline: Run) -> None:
    services: dict[str, set[str]] = {
        "audit": {"cloudtrail.amazonaws.com", "config.amazonaws.com", "logs.{region}.amazonaws.com"},
        "findings": {"events.amazonaws.com", "costalerts.amazonaws.com"},
        "volumes": set(),
        "registry": set(),
        "state": set(),
    }
    keys = of_type(baseline, KEY)
    assert {it.name for it in keys} == set(services)
    for key in keys:
        assert key.inputs["enableKeyRotation"] is True
        statements = iam.statements(document(key.inputs["policy"]))
        assert statements[0]["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
        found = {name for it in statements for name in iam.texts(it["Principal"].get("Service", []))}
        assert found == {it.format(region=key.inputs["region"]) for it in services[key.name]}, key.name
        unbounded = [it for it in statements[1:] if "Condition" not in it]
        # EventBridge and Cost Anomaly Detection send no source with their calls to KMS
        assert [it["Sid"] for it in unbounded] == (["Publishers"] if key.name == "findings" else [])
    aliases = {it.name: it.inputs["name"] for it in of_type(baseline, "aws:kms/alias:Alias")}
    assert {str(name).rpartition("-account-")[2] for name in aliases.values()} == set(services)


def test_ec2_7_volumes_are_encrypted_by_default_and_node_groups_may_use_the_key(baseline: Run) -> None:
    assert one(baseline, "aws:ebs/encryptionByDefault:EncryptionByDefault").inputs["enabled"] is True
    assert one(baseline, "aws:ebs/defaultKmsKey:DefaultKmsKey").inputs["keyArn"] == key_arn(baseline, "volumes")
    policy = str(one(baseline, KEY, "volumes").inputs["policy"])
    for role in (
        "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
        "spot.amazonaws.com/AWSServiceRoleForEC2Spot",
    ):
        assert f"role/aws-service-role/{role}" in policy
    assert "kms:CreateGrant" in policy


# --- detection ------------------------------------------------------------------------------------------------------


def test_guardduty_watches_everything_that_it_can(home: Run, second: Run) -> None:
    for run in (home, second):
        detector = one(run, "aws:guardduty/detector:Detector")
        assert detector.inputs["enable"] is True
        assert detector.inputs["findingPublishingFrequency"] == "FIFTEEN_MINUTES"
        found = {str(it.inputs["name"]): it.inputs["status"] for it in of_type(run, FEATURE)}
        assert found == dict.fromkeys(
            [
                "S3_DATA_EVENTS",
                "EKS_AUDIT_LOGS",
                "EBS_MALWARE_PROTECTION",
                "RDS_LOGIN_EVENTS",
                "LAMBDA_NETWORK_LOGS",
                "RUNTIME_MONITORING",
            ],
            "ENABLED",
        )
        assert {it.inputs["detectorId"] for it in of_type(run, FEATURE)} == {detector.id}


def test_the_agent_is_installed_by_one_of_the_two(home: Run, frugal: Run) -> None:
    for run, status in ((home, "DISABLED"), (frugal, "ENABLED")):
        (runtime,) = [it for it in of_type(run, FEATURE) if it.inputs["name"] == "RUNTIME_MONITORING"]
        found = {it["name"]: it["status"] for it in items(runtime.inputs["additionalConfigurations"])}
        assert found == {
            "EKS_ADDON_MANAGEMENT": status,
            "ECS_FARGATE_AGENT_MANAGEMENT": "DISABLED",
            "EC2_AGENT_MANAGEMENT": "DISABLED",
        }


def test_a_feature_that_is_off_is_declared_off(frugal: Run) -> None:
    """Taking the declaration away would leave it on."""
    found = {str(it.inputs["name"]): it.inputs["status"] for it in of_type(frugal, FEATURE)}
    assert found["EBS_MALWARE_PROTECTION"] == "DISABLED"
    assert len(found) == 6


def test_security_hub_checks_fsbp_and_cis_and_nothing_by_default(home: Run, second: Run, frugal: Run) -> None:
    for run, cis in ((home, "5.0.0"), (second, "5.0.0"), (frugal, "3.0.0")):
        hub = one(run, "aws:securityhub/account:Account")
        assert hub.inputs["enableDefaultStandards"] is False
        assert hub.inputs["controlFindingGenerator"] == "SECURITY_CONTROL"
        subscriptions = of_type(run, "aws:securityhub/standardsSubscription:StandardsSubscription")
        assert {str(it.inputs["standardsArn"]).partition("::")[2] for it in subscriptions} == {
            "standards/aws-foundational-security-best-practices/v/1.0.0",
            f"standards/cis-aws-foundations-benchmark/v/{cis}",
        }
        assert {str(it.inputs["standardsArn"]).split(":")[3] for it in subscriptions} == {hub.inputs["region"]}
        assert all(hub.urn in ancestors(run, it.urn) for it in subscriptions)
    aggregator = one(home, "aws:securityhub/findingAggregator:FindingAggregator").inputs
    assert (aggregator["linkingMode"], aggregator["specifiedRegions"]) == ("SPECIFIED_REGIONS", ["us-west-2"])


def test_config_1_records_everything_by_its_service_linked_role(home: Run, second: Run, frugal: Run) -> None:
    for run, everywhere, frequency in (
        (home, True, "CONTINUOUS"),
        (second, False, "CONTINUOUS"),
        (frugal, True, "DAILY"),
    ):
        recorder = one(run, "aws:cfg/recorder:Recorder").inputs
        assert recorder["roleArn"] == (
            f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
        )
        assert recorder["recordingGroup"] == {"allSupported": True, "includeGlobalResourceTypes": everywhere}
        assert recorder["recordingMode"] == {"recordingFrequency": frequency}
        channel = one(run, "aws:cfg/deliveryChannel:DeliveryChannel").inputs
        assert channel["s3BucketName"] == one(run, BUCKET, "config").id
        assert channel["s3KmsKeyArn"] == key_arn(run, "audit")
        assert one(run, "aws:cfg/recorderStatus:RecorderStatus").inputs["isEnabled"] is True


def test_rules_of_our_own_judge_what_is_recorded(home: Run, frugal: Run) -> None:
    rules = {it.name: it for it in of_type(home, "aws:cfg/rule:Rule")}
    assert {mapping(it.inputs["source"])["owner"] for it in rules.values()} == {"AWS"}
    identifiers = {mapping(it.inputs["source"])["sourceIdentifier"] for it in rules.values()}
    assert len(identifiers) == len(rules) == 10
    assert {"REQUIRED_TAGS", "CLOUDWATCH_LOG_GROUP_ENCRYPTED", "S3_DEFAULT_ENCRYPTION_KMS"} <= identifiers
    tags = document(rules["tags"].inputs["inputParameters"])
    assert set(tags) == {f"tag{index}Key" for index in range(1, 7)}
    assert set(tags.values()) == {"Project", "Environment", "Owner", "CostCenter", "DataClass", "ManagedBy"}
    assert all(len(str(it.inputs["description"])) >= 15 for it in rules.values())
    assert of_type(frugal, "aws:cfg/rule:Rule") == []


def test_access_analyzer_looks_in_each_region_and_for_unused_rights_once(home: Run, second: Run, frugal: Run) -> None:
    def kinds(run: Run) -> list[str]:
        return sorted(str(it.inputs["type"]) for it in of_type(run, "aws:accessanalyzer/analyzer:Analyzer"))

    assert kinds(home) == ["ACCOUNT", "ACCOUNT_UNUSED_ACCESS"]
    assert kinds(second) == kinds(frugal) == ["ACCOUNT"]
    unused = one(home, "aws:accessanalyzer/analyzer:Analyzer", "unused-access")
    assert unused.inputs["configuration"] == {"unusedAccess": {"unusedAccessAge": 90}}


def test_inspector_and_macie_are_on_unless_a_file_says_otherwise(home: Run, second: Run, frugal: Run) -> None:
    for run in (home, second):
        enabler = one(run, "aws:inspector2/enabler:Enabler").inputs
        assert (enabler["accountIds"], enabler["resourceTypes"]) == ([ACCOUNT], ["ECR", "EC2"])
        assert one(run, "aws:macie2/account:Account").inputs["status"] == "ENABLED"
        job = one(run, "aws:macie2/classificationJob:ClassificationJob")
        assert job.inputs["jobType"] == "SCHEDULED"
        # a criterion, not a list: the environment's buckets need not exist yet
        (criterion,) = mapping(job.inputs["s3JobDefinition"])["bucketCriteria"]["includes"]["ands"]
        assert criterion["simpleCriterion"] == {
            "comparator": "EQ",
            "key": "S3_BUCKET_NAME",
            "values": [
                f"toolboxai-production-{thing}-{ACCOUNT}-{job.inputs['region']}"
                for thing in ("uploads", "pupil-uploads")
            ],
        }
    assert not [it for it in frugal.resources if it.type.startswith(("aws:inspector2/", "aws:macie2/"))]


# --- defaults -------------------------------------------------------------------------------------------------------


def test_s3_1_no_bucket_of_the_account_is_public(home: Run, second: Run) -> None:
    block = one(home, "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock").inputs
    assert [
        block[it] for it in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    ] == [True] * 4
    assert of_type(second, "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock") == []


def test_passwords_are_as_cis_and_fsbp_want_them(home: Run, second: Run) -> None:
    policy = one(home, "aws:iam/accountPasswordPolicy:AccountPasswordPolicy").inputs
    assert policy["minimumPasswordLength"] == 14
    assert policy["passwordReusePrevention"] == 24
    assert policy["maxPasswordAge"] == 90
    for kind in ("LowercaseCharacters", "UppercaseCharacters", "Numbers", "Symbols"):
        assert policy[f"require{kind}"] is True
    assert of_type(second, "aws:iam/accountPasswordPolicy:AccountPasswordPolicy") == []


def test_instances_images_snapshots_and_documents_are_private_by_default(baseline: Run) -> None:
    metadata = one(baseline, "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults").inputs
    assert (metadata["httpTokens"], metadata["httpPutResponseHopLimit"]) == ("required", 1)
    assert one(baseline, "aws:ec2/imageBlockPublicAccess:ImageBlockPublicAccess").inputs["state"] == "block-new-sharing"
    snapshots = one(baseline, "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess")
    assert snapshots.inputs["state"] == "block-all-sharing"
    assert one(baseline, "aws:ec2/serialConsoleAccess:SerialConsoleAccess").inputs["enabled"] is False
    documents = one(baseline, "aws:ssm/serviceSetting:ServiceSetting").inputs
    assert str(documents["settingId"]).endswith(":servicesetting/ssm/documents/console/public-sharing-permission")
    assert documents["settingValue"] == "Disable"


def test_backups_are_opted_in_for_what_the_platform_is_made_of(baseline: Run) -> None:
    settings = one(baseline, "aws:backup/regionSettings:RegionSettings").inputs
    chosen = mapping(settings["resourceTypeOptInPreference"])
    assert {kind for kind, on in chosen.items() if on} == {"Aurora", "DynamoDB", "EBS", "EC2", "RDS", "S3"}
    # all of what AWS Backup has: what is left out is a difference at every update
    assert len(chosen) == 18
    assert mapping(settings["resourceTypeManagementPreference"])["DynamoDB"] is True


def test_aws_knows_whom_to_call(home: Run, second: Run, frugal: Run) -> None:
    contact = one(home, "aws:account/alternativeContact:AlternativeContact").inputs
    assert (contact["alternateContactType"], contact["emailAddress"]) == ("SECURITY", "security@example.com")
    for run in (second, frugal):
        assert of_type(run, "aws:account/alternativeContact:AlternativeContact") == []


# --- what can't be ----------------------------------------------------------------------------------------------------


def test_a_trail_outside_the_home_region_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="home region and nowhere else"):
        deploy(tmp_path, IDENTITY, ELSEWHERE, home=True)


def test_everything_is_the_components_and_has_its_provider(baseline: Run) -> None:
    for resource in baseline.resources:
        if resource.type.startswith("aws:"):
            assert "platform:index:" in resource.parent, resource.name
            assert resource.provider.startswith("urn:pulumi:test::account::pulumi:providers:aws::aws::")


def test_findings_go_to_a_topic_under_the_key_that_events_may_use(baseline: Run) -> None:
    topic = one(baseline, "aws:sns/topic:Topic")
    assert topic.inputs["kmsMasterKeyId"] == key_arn(baseline, "findings")
    events, tls = iam.statements(document(topic.inputs["policy"]))
    # with a condition EventBridge's messages would all be dropped
    assert events == {
        "Sid": "Events",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic.outputs["arn"],
    }
    assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    mails = [it.inputs for it in of_type(baseline, "aws:sns/topicSubscription:TopicSubscription")]
    assert mails
    assert all(it["protocol"] == "email" and it["topic"] == topic.outputs["arn"] for it in mails)
    rules = of_type(baseline, "aws:cloudwatch/eventRule:EventRule")
    targets = of_type(baseline, "aws:cloudwatch/eventTarget:EventTarget")
    assert {it.inputs["rule"] for it in targets} == {it.inputs["name"] for it in rules}
    assert {it.inputs["arn"] for it in targets} == {topic.outputs["arn"]}
    for rule in rules:
        assert len(str(rule.inputs["name"])) <= 64
        assert json.loads(str(rule.inputs["eventPattern"]))
