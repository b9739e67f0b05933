"""The edge, recovery, cost, and what the account's stacks make."""

from __future__ import annotations

from tests.requirements.model import NONE, THERE, Line, among, at_least, by, count, exactly, matching

_CF = "aws:cloudfront:Distribution::cloudfront"
_HOME = ("toolboxai-dev-us-east-1", "toolboxai-staging-us-east-1", "toolboxai-production-us-east-1")
_EVERY = (*_HOME, "toolboxai-production-us-west-2")

EDGE = (
    Line(
        "The zone is made",
        "aws:route53:Zone::zone#name",
        by(dev="dev.toolboxai.example.com", production="toolboxai.example.com"),
    ),
    Line(
        "Or an existing one is used",
        "test:tests/components/edge/test_edge_graph.py::test_an_existing_zone_is_used_by_its_id_and_not_made",
    ),
    Line("ACM by DNS, CloudFront's in us-east-1", "aws:acm:Certificate::cloudfront#region", "us-east-1"),
    Line("Assets by origin access control", "aws:cloudfront:OriginAccessControl::assets#signingBehavior", "always"),
    Line(
        "The API by its origin's name",
        f"{_CF}#origins[originId=api].domainName",
        by(production="origin.toolboxai.example.com"),
    ),
    Line("Default root", f"{_CF}#defaultRootObject", "index.html"),
    Line("IPv6", f"{_CF}#isIpv6Enabled", True),
    Line("TTL: least", "aws:cloudfront:CachePolicy::assets#minTtl", 0),
    Line("TTL: by default", "aws:cloudfront:CachePolicy::assets#defaultTtl", 3600),
    Line("TTL: most", "aws:cloudfront:CachePolicy::assets#maxTtl", 86400),
    Line("HTTPS redirect", f"{_CF}#defaultCacheBehavior.viewerProtocolPolicy", "redirect-to-https"),
    Line(
        "HTTPS redirect everywhere", f"{_CF}#orderedCacheBehaviors.*.viewerProtocolPolicy", exactly("redirect-to-https")
    ),
    Line(
        "TLS 1.2_2021 or later", f"{_CF}#viewerCertificate.minimumProtocolVersion", matching(r"^TLSv1\.(2_202[1-9]|3)")
    ),
    Line(
        "Security headers",
        "aws:cloudfront:ResponseHeadersPolicy::*#securityHeadersConfig.strictTransportSecurity.accessControlMaxAgeSec",
        THERE,
    ),
    Line("Logs v2", "aws:cloudwatch:LogDeliverySource::cloudfront#logType", "ACCESS_LOGS"),
    Line("WAF on CloudFront", f"{_CF}#webAclId", matching("^arn:aws:wafv2:us-east-1:.*:global/webacl/")),
    Line("WAF on the load balancer", "aws:wafv2:WebAcl::load-balancer#scope", "REGIONAL"),
    Line("WAF: rate", "aws:wafv2:WebAcl::*#rules[name=rate].statement.rateBasedStatement.limit", exactly(2000)),
    Line(
        "WAF: managed groups",
        "aws:wafv2:WebAcl::cloudfront#rules.*.statement.managedRuleGroupStatement.name",
        among("AWSManagedRulesCommonRuleSet"),
    ),
    Line(
        "WAF: bad inputs",
        "aws:wafv2:WebAcl::*#rules.*.statement.managedRuleGroupStatement.name",
        among("AWSManagedRulesKnownBadInputsRuleSet"),
    ),
    Line("Health check of the origin", "aws:route53:HealthCheck::origin#type", by(dev=NONE, production="HTTPS")),
    Line(
        "Failover on the origin's name: primary",
        "aws:route53:Record::origin-primary#failoverRoutingPolicies.*.type",
        by(production="PRIMARY"),
    ),
    Line(
        "Failover on the origin's name: secondary",
        "aws:route53:Record::origin-secondary#failoverRoutingPolicies.*.type",
        by(production="SECONDARY"),
    ),
)

RESILIENCE = (
    Line(
        "Database: hourly backups",
        "aws:backup:Plan::database-*#rules[ruleName=frequent].schedule",
        by(production=matching(r"^cron\(0 0,1,2,3,4")),
    ),
    Line(
        "Copies to us-west-2",
        "aws:backup:Plan::*#rules.*.copyActions.*.destinationVaultArn",
        by(dev=NONE, production=matching(":us-west-2:")),
    ),
    Line("Vault lock", "aws:backup:VaultLockConfiguration::*#maxRetentionDays", by(dev=NONE, production=exactly(35))),
    Line(
        "Restore testing, weekly",
        "aws:backup:RestoreTestingPlan::weekly#scheduleExpression",
        by(dev=NONE, production=matching("SUN")),
    ),
    Line("Restore testing of the database", "aws:backup:RestoreTestingSelection::Aurora", by(production=count(1))),
    Line(
        "Replicas of S3",
        "aws:s3:BucketReplicationConfig::*#rules.*.destination.bucket",
        by(production=matching("-us-west-2$")),
    ),
    Line("Replica of DynamoDB", "aws:dynamodb:TableReplica::*#region", by(production="us-west-2")),
    Line("Replicas of secrets", "aws:secretsmanager:Secret::*#replicas.*.region", by(production=exactly("us-west-2"))),
    Line(
        "Backup check: a missing backup is told",
        "aws:cloudwatch:MetricAlarm::backup-missing-*#treatMissingData",
        by(production=exactly("breaching")),
    ),
    Line(
        "RPO is judged a failure at a time",
        "test:tests/components/resilience/test_recovery_law.py::test_every_store_stands_in_the_table_in_every_failure",
    ),
    Line(
        "Settings that miss their tier are refused",
        "test:tests/components/resilience/test_resilience_settings.py::test_what_does_not_hold_between_sections_is_refused",
    ),
)

COST = (
    Line(
        "Budget: 50 % forecast",
        "aws:budgets:Budget::monthly#notifications[threshold=50].notificationType",
        "FORECASTED",
    ),
    Line(
        "Budget: 80 % forecast",
        "aws:budgets:Budget::monthly#notifications[threshold=80].notificationType",
        "FORECASTED",
    ),
    Line("Budget: 90 % actual", "aws:budgets:Budget::monthly#notifications[threshold=90].notificationType", "ACTUAL"),
    Line("Cost tags", "aws:budgets:Budget::monthly#tagsAll.CostCenter", THERE),
    Line("Anomaly detection is the account's", "aws:costexplorer:AnomalyMonitor::*", THERE, _HOME),
    Line(
        "An estimate held against the budget before anything is deployed",
        "test:tests/policies/test_budget_rule.py::test_the_pack_alone_stops_a_stack",
    ),
    Line("A dated price table", "test:tests/policies/test_cost_estimate.py::test_every_price_has_a_source_and_a_day"),
    Line(
        "Consolidation",
        "kubernetes:karpenter.sh/v1:NodePool::*#spec.disruption.consolidationPolicy",
        by(staging=THERE, production=THERE),
    ),
)

BASELINE = (
    Line("GuardDuty", "aws:guardduty:Detector::*#enable", True, _EVERY),
    Line(
        "Security Hub: FSBP",
        "aws:securityhub:StandardsSubscription::fsbp#standardsArn",
        matching("foundational-security"),
        _EVERY,
    ),
    Line(
        "Security Hub: CIS",
        "aws:securityhub:StandardsSubscription::cis#standardsArn",
        matching("cis-aws-foundations"),
        _EVERY,
    ),
    Line("Config recorder of everything", "aws:cfg:Recorder::recorder#recordingGroup.allSupported", True, _HOME),
    Line("Config rules", "aws:cfg:Rule::*", at_least(5), _HOME),
    Line("CloudTrail: every region", "aws:cloudtrail:Trail::trail#isMultiRegionTrail", True, _HOME),
    Line("CloudTrail: our key", "aws:cloudtrail:Trail::trail#kmsKeyId", matching("^arn:aws:kms:"), _HOME),
    Line("CloudTrail: validated", "aws:cloudtrail:Trail::trail#enableLogFileValidation", True, _HOME),
    Line(
        "CloudTrail: no second trail in the second region",
        "aws:cloudtrail:Trail::*",
        NONE,
        ("toolboxai-production-us-west-2",),
    ),
    Line(
        "CloudTrail: data events on pupils' stores",
        "test:tests/account/test_account_stacks.py::test_the_stores_that_the_trail_and_macie_watch_are_those_that_hold_pupils_data",
    ),
    Line("CloudTrail: to the audit bucket", "aws:cloudtrail:Trail::trail#s3BucketName", matching("audit"), _HOME),
    Line("Access Analyzer", "aws:accessanalyzer:Analyzer::external-access", count(1), _EVERY),
    Line("Inspector", "aws:inspector2:Enabler::*", THERE, ("toolboxai-production-us-east-1",)),
    Line(
        "Macie on pupils' buckets",
        "aws:macie2:ClassificationJob::pupils",
        count(1),
        ("toolboxai-production-us-east-1",),
    ),
    Line("EBS encrypted by default", "aws:ebs:EncryptionByDefault::*#enabled", True, _EVERY),
    Line("EBS' default key is ours", "aws:ebs:DefaultKmsKey::*", count(1), _EVERY),
    Line(
        "S3: no bucket of the account is public",
        "aws:s3:AccountPublicAccessBlock::*#restrictPublicBuckets",
        True,
        _HOME,
    ),
    Line("Findings to SNS", "aws:cloudwatch:EventTarget::security-hub#arn", matching("^arn:aws:sns:"), _EVERY),
    Line("OIDC providers", "aws:iam:OpenIdConnectProvider::*", count(2), _HOME),
    Line("Deploy role", "aws:iam:Role::deploy", count(1), _EVERY[:3]),
    Line(
        "Deploy role: least privilege",
        "test:tests/account/test_account_iam.py::test_the_deploy_role_can_change_neither_its_own_rights_nor_the_accounts_protection",
    ),
    Line(
        "The runner's network where an endpoint is private",
        "aws:ec2:Vpc::runner",
        count(1),
        ("toolboxai-production-us-east-1",),
    ),
    Line(
        "The key of the state",
        "test:tests/account/test_account_stacks.py::test_state_of_production_and_of_its_standby_is_kept_where_each_stands",
    ),
    Line(
        "Service-linked roles",
        "aws:iam:ServiceLinkedRole::autoscaling#awsServiceName",
        "autoscaling.amazonaws.com",
        _HOME,
    ),
    Line("Registry: scanning", "aws:ecr:RegistryScanningConfiguration::*", count(1), _EVERY),
    Line("Registry: replication", "aws:ecr:ReplicationConfiguration::*", count(1), ("toolboxai-production-us-east-1",)),
    Line("AWS Backup opted in", "aws:backup:RegionSettings::*", count(1), _EVERY),
    Line("The anomaly monitor", "aws:costexplorer:AnomalyMonitor::*", count(1), _HOME),
)
