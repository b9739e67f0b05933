"""What the other services answer: logs, events, queues, DNS, certificates, CDN, firewall, scheduler, cost, security."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sandbox.cloud.identity import uuid_of
from sandbox.cloud.making import CREATED, Maker, Making
from sandbox.model import Properties, Value

CLOUDFRONT_ZONE: Final = "Z2FDTNDATAQYW2"
"""The hosted zone of every CloudFront distribution."""


def _named(service: str, resource: str, key: str = "name") -> Maker:
    """ID is the name; ``resource`` with ``{}`` for it makes the ARN."""

    def make(making: Making) -> tuple[str, Properties]:
        name = making.text(key)
        return name, {"arn": making.arn(service, resource.format(name))}

    return make


def _by_arn(service: str, resource: str, key: str = "name", *, output: str = "arn") -> Maker:
    """The ARN is the ID; ``resource`` with ``{}`` for the input ``key`` makes it."""

    def make(making: Making) -> tuple[str, Properties]:
        arn = making.arn(service, resource.format(making.text(key)))
        return arn, {output: arn}

    return make


def _metric_alarm(making: Making) -> tuple[str, Properties]:
    name = making.text("name", making.text("alarmName"))
    return name, {"arn": making.arn("cloudwatch", f"alarm:{name}")}


def _dashboard(making: Making) -> tuple[str, Properties]:
    name = making.text("dashboardName")
    return name, {"dashboardArn": making.arn("cloudwatch", f"dashboard/{name}", regional=False)}


def _event_target(making: Making) -> tuple[str, Properties]:
    return f"{making.text('rule')}-{making.text('targetId')}", {}


def _event_rule(making: Making) -> tuple[str, Properties]:
    name, bus = making.text("name"), making.text("eventBusName", "default")
    resource = f"rule/{name}" if bus == "default" else f"rule/{bus}/{name}"
    return name, {"arn": making.arn("events", resource)}


def _topic(making: Making) -> tuple[str, Properties]:
    arn = making.arn("sns", making.text("name"))
    return arn, {"arn": arn, "owner": making.account}


def _subscription(making: Making) -> tuple[str, Properties]:
    topic = making.text("topic")
    arn = f"{topic}:{uuid_of(making.urn)}"
    return arn, {"arn": arn, "ownerId": making.account, "pendingConfirmation": False}


def _queue(making: Making) -> tuple[str, Properties]:
    name = making.text("name")
    url = f"https://sqs.{making.region}.amazonaws.com/{making.account}/{name}"
    return url, {"url": url, "arn": making.arn("sqs", name)}


def _parameter(making: Making) -> tuple[str, Properties]:
    name = making.text("name")
    return name, {"arn": making.arn("ssm", f"parameter/{name.removeprefix('/')}"), "version": 1}


def _zone(making: Making) -> tuple[str, Properties]:
    id_ = f"Z{making.letters(20)}"
    servers: list[Value] = [
        f"ns-{making.number(2048, f'ns{index}')}.awsdns-{making.number(64, f'dns{index}'):02d}.{domain}"
        for index, domain in enumerate(("com", "net", "org", "co.uk"))
    ]
    return id_, {
        "arn": f"arn:aws:route53:::hostedzone/{id_}",
        "zoneId": id_,
        "nameServers": servers,
        "primaryNameServer": servers[0],
    }


def _record(making: Making) -> tuple[str, Properties]:
    zone, name, kind = making.text("zoneId"), making.text("name"), making.text("type")
    part = making.text("setIdentifier")
    id_ = "_".join(filter(None, (zone, name, kind, part)))
    return id_, {"fqdn": name}


def _health_check(making: Making) -> tuple[str, Properties]:
    id_ = uuid_of(making.urn)
    return id_, {"arn": f"arn:aws:route53:::healthcheck/{id_}"}


def _certificate(making: Making) -> tuple[str, Properties]:
    arn = making.arn("acm", f"certificate/{uuid_of(f'{making.account}/{making.region}/{making.urn}')}")
    domain = making.text("domainName")
    names = [domain, *(str(name) for name in making.items("subjectAlternativeNames") if name != domain)]
    options: list[Value] = [
        {
            "domainName": name,
            "resourceRecordName": f"_{making.hex(32, name.removeprefix('*.'))}.{name.removeprefix('*.')}.",
            "resourceRecordType": "CNAME",
            "resourceRecordValue": f"_{making.hex(32, 'v' + name.removeprefix('*.'))}.acm-validations.aws.",
        }
        for name in names
    ]
    return arn, {
        "arn": arn,
        "domainValidationOptions": options,
        "status": "PENDING_VALIDATION",
        "type": "AMAZON_ISSUED",
        "keyAlgorithm": "RSA_2048",
    }


def _distribution(making: Making) -> tuple[str, Properties]:
    id_ = f"E{making.letters(13)}"
    return id_, {
        "arn": making.arn("cloudfront", f"distribution/{id_}", regional=False),
        "domainName": f"d{making.hex(13)}.cloudfront.net",
        "hostedZoneId": CLOUDFRONT_ZONE,
        "status": "Deployed",
        "etag": f"E{making.letters(13, 'etag')}",
        "lastModifiedTime": CREATED,
    }


def _cloudfront(kind: str) -> Maker:
    def make(making: Making) -> tuple[str, Properties]:
        id_ = f"E{making.letters(13)}"
        arn = making.arn("cloudfront", f"{kind}/{id_}", regional=False)
        return id_, {"arn": arn, "etag": f"E{making.letters(13, 'etag')}"}

    return make


def _cloudfront_function(making: Making) -> tuple[str, Properties]:
    name = making.text("name")
    arn = making.arn("cloudfront", f"function/{name}", regional=False)
    return name, {"arn": arn, "liveStageEtag": f"E{making.letters(13)}", "status": "UNASSOCIATED"}


def _waf(kind: str) -> Maker:
    def make(making: Making) -> tuple[str, Properties]:
        id_ = uuid_of(f"{making.account}/{making.region}/{making.urn}")
        scope = "global" if making.text("scope") == "CLOUDFRONT" else "regional"
        arn = making.arn("wafv2", f"{scope}/{kind}/{making.text('name')}/{id_}")
        outputs: Properties = {"arn": arn, "lockToken": uuid_of(f"{making.urn}/lock")}
        if kind == "webacl":
            outputs["capacity"] = 100
        return id_, outputs

    return make


def _schedule(making: Making) -> tuple[str, Properties]:
    group, name = making.text("groupName", "default"), making.text("name")
    return f"{group}/{name}", {"arn": making.arn("scheduler", f"schedule/{group}/{name}")}


def _budget(making: Making) -> tuple[str, Properties]:
    name = making.text("name")
    outputs: Properties = {"arn": making.arn("budgets", f"budget/{name}", regional=False)}
    if "accountId" not in making.inputs:
        outputs["accountId"] = making.account
    return f"{making.account}:{name}", outputs


def _cost(kind: str) -> Maker:
    def make(making: Making) -> tuple[str, Properties]:
        arn = making.arn("ce", f"{kind}/{uuid_of(making.urn)}", regional=False)
        return arn, {"arn": arn}

    return make


def _detector(making: Making) -> tuple[str, Properties]:
    id_ = making.hex(32)
    return id_, {"arn": making.arn("guardduty", f"detector/{id_}"), "accountId": making.account}


def _trail(making: Making) -> tuple[str, Properties]:
    arn = making.arn("cloudtrail", f"trail/{making.text('name')}")
    return arn, {"arn": arn, "homeRegion": making.region}


MAKERS: Final[Mapping[str, Maker]] = {
    "aws:cloudwatch/logGroup:LogGroup": _named("logs", "log-group:{}"),
    "aws:cloudwatch/logStream:LogStream": lambda m: (
        m.text("name"),
        {"arn": m.arn("logs", f"log-group:{m.text('logGroupName')}:log-stream:{m.text('name')}")},
    ),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": lambda m: (m.text("policyName"), {}),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _metric_alarm,
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _named("cloudwatch", "alarm:{}", "alarmName"),
    "aws:cloudwatch/dashboard:Dashboard": _dashboard,
    "aws:cloudwatch/eventRule:EventRule": _event_rule,
    "aws:cloudwatch/eventTarget:EventTarget": _event_target,
    "aws:cloudwatch/eventBus:EventBus": _named("events", "event-bus/{}"),
    "aws:sns/topic:Topic": _topic,
    "aws:sns/topicPolicy:TopicPolicy": lambda m: (m.text("arn"), {"owner": m.account}),
    "aws:sns/topicSubscription:TopicSubscription": _subscription,
    "aws:sqs/queue:Queue": _queue,
    "aws:sqs/queuePolicy:QueuePolicy": lambda m: (m.text("queueUrl"), {}),
    "aws:ssm/parameter:Parameter": _parameter,
    "aws:route53/zone:Zone": _zone,
    "aws:route53/record:Record": _record,
    "aws:route53/healthCheck:HealthCheck": _health_check,
    "aws:acm/certificate:Certificate": _certificate,
    "aws:acm/certificateValidation:CertificateValidation": lambda m: (f"{m.text('certificateArn')}", {}),
    "aws:cloudfront/distribution:Distribution": _distribution,
    "aws:cloudfront/originAccessControl:OriginAccessControl": _cloudfront("origin-access-control"),
    "aws:cloudfront/cachePolicy:CachePolicy": _cloudfront("cache-policy"),
    "aws:cloudfront/originRequestPolicy:OriginRequestPolicy": _cloudfront("origin-request-policy"),
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": _cloudfront("response-headers-policy"),
    "aws:cloudfront/function:Function": _cloudfront_function,
    "aws:wafv2/webAcl:WebAcl": _waf("webacl"),
    "aws:wafv2/ipSet:IpSet": _waf("ipset"),
    "aws:wafv2/ruleGroup:RuleGroup": _waf("rulegroup"),
    "aws:wafv2/regexPatternSet:RegexPatternSet": _waf("regexpatternset"),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": lambda m: (m.text("resourceArn"), {}),
    "aws:scheduler/schedule:Schedule": _schedule,
    "aws:scheduler/scheduleGroup:ScheduleGroup": _named("scheduler", "schedule-group/{}"),
    "aws:budgets/budget:Budget": _budget,
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": _cost("anomalymonitor"),
    "aws:costexplorer/anomalySubscription:AnomalySubscription": _cost("anomalysubscription"),
    "aws:guardduty/detector:Detector": _detector,
    "aws:securityhub/account:Account": lambda m: (m.account, {"arn": m.arn("securityhub", "hub/default")}),
    "aws:cloudtrail/trail:Trail": _trail,
    "aws:accessanalyzer/analyzer:Analyzer": _named("access-analyzer", "analyzer/{}", "analyzerName"),
    "aws:ebs/encryptionByDefault:EncryptionByDefault": lambda m: (f"encryption-{m.hex(8)}", {}),
    "aws:sfn/stateMachine:StateMachine": _by_arn("states", "stateMachine:{}"),
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": _by_arn("firehose", "deliverystream/{}"),
}
