"""Formats that AWS's models leave open and its documents state: windows, schedules, classes, periods, names.

Each is a function of one value that gives what is wrong with it, or nothing. The source stands beside each.
"""

from __future__ import annotations

import ipaddress
import re
import zoneinfo
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from typing import Any, Final

from tests.shapes.requests import HIDDEN, operation

Judge = Callable[[Any], str | None]

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEK: Final = 7 * 24 * 60


def text(pattern: str, least: int, most: int) -> Judge:
    """A text of that pattern and length."""

    def judge(value: Any) -> str | None:  # noqa: ANN401 - any JSON value
        if not least <= len(str(value)) <= most:
            return f"{len(str(value))} characters, not {least} to {most}"
        return None if re.fullmatch(pattern, str(value), re.DOTALL) else f"not {pattern}"

    return judge


def number(least: float, most: float, step: float = 1) -> Judge:
    """A number between two, in steps from 0."""

    def judge(value: Any) -> str | None:  # noqa: ANN401 - any JSON value
        if not least <= float(value) <= most:
            return f"not {least:g} to {most:g}"
        return None if (float(value) / step).is_integer() else f"not in steps of {step:g}"

    return judge


def one_of(*allowed: float) -> Judge:
    """One of a closed list of figures."""
    return lambda value: None if value in allowed else f"none of {', '.join(f'{it:g}' for it in allowed)}"


# --- windows ----------------------------------------------------------------------------------------------------------

_TIME: Final = r"([01]\d|2[0-3]):([0-5]\d)"


def daily(value: str) -> tuple[int, int]:
    """Start and length in minutes of ``hh24:mi-hh24:mi``. ``ValueError`` where it is none."""
    found = re.fullmatch(f"{_TIME}-{_TIME}", value)
    if not found:
        raise ValueError("not hh24:mi-hh24:mi")
    h1, m1, h2, m2 = map(int, found.groups())
    start = h1 * 60 + m1
    return start, (h2 * 60 + m2 - start) % (24 * 60)


def weekly(value: str) -> tuple[int, int]:
    """Start and length in minutes of ``ddd:hh24:mi-ddd:hh24:mi``. ``ValueError`` where it is none."""
    day = f"({'|'.join(_DAYS)})"
    found = re.fullmatch(f"{day}:{_TIME}-{day}:{_TIME}", value)
    if not found:
        raise ValueError("not ddd:hh24:mi-ddd:hh24:mi")
    d1, h1, m1, d2, h2, m2 = found.groups()
    start = (_DAYS.index(d1) * 24 + int(h1)) * 60 + int(m1)
    end = (_DAYS.index(d2) * 24 + int(h2)) * 60 + int(m2)
    return start, (end - start) % _WEEK


def window(kind: Callable[[str], tuple[int, int]], least: int) -> Judge:
    """A window of at least so many minutes."""

    def judge(value: Any) -> str | None:  # noqa: ANN401 - any JSON value
        try:
            _, length = kind(value)
        except ValueError as problem:
            return str(problem)
        return None if length >= least else f"{length} minutes, at least {least}"

    return judge


def overlap(a_day: str, a_week: str) -> str | None:
    """Whether a daily window meets a weekly one: AWS refuses a backup window inside of a maintenance window."""
    start, length = daily(a_day)
    first, lasting = weekly(a_week)
    for day in range(7):
        begin = day * 24 * 60 + start
        if (first - begin) % _WEEK < length or (begin - first) % _WEEK < lasting:
            return f"{a_day} overlaps {a_week}"
    return None


# --- schedules --------------------------------------------------------------------------------------------------------

_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_RANGES: Final = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))
_NAMED: Final = {
    3: dict(zip(_MONTHS, range(1, 13), strict=True)),
    4: dict(zip(_WEEKDAYS, range(1, 8), strict=True)),
}
_FIELDS: Final = 6


def schedule(value: str) -> str | None:
    """A schedule of EventBridge, its scheduler or AWS Backup: ``cron(...)`` of six fields, ``rate(...)``, ``at(...)``.

    EventBridge user guide, "Setting a schedule pattern": one of day of month and day of week is ``?``; a rate's unit is
    plural but for 1.
    """
    if re.fullmatch(r"rate\((1 (minute|hour|day)|(?!0*1 )0*[1-9]\d* (minutes|hours|days))\)", value):
        return None
    if re.fullmatch(r"at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)", value):
        return None
    cron = re.fullmatch(r"cron\((.*)\)", value)
    if not cron:
        return "no cron(...), rate(...) or at(...)"
    fields = cron[1].split()
    if len(fields) != _FIELDS:
        return f"{len(fields)} fields, not six"
    if (fields[2] == "?") == (fields[4] == "?"):
        return "one of day of month and day of week is ?"
    return next(filter(None, map(_field, range(_FIELDS), fields)), None)


def _field(index: int, text_: str) -> str | None:
    if text_ in ("*", "?"):
        return None if text_ == "*" or index in (2, 4) else "? is for days"
    least, most = _RANGES[index]
    for part in text_.split(","):
        if index == 2 and re.fullmatch(r"L|LW|\d+W", part):
            continue
        if index == 4 and re.fullmatch(r"L|[1-7]L|[1-7]#[1-5]", part):
            continue
        body, _, step = part.partition("/")
        if step and not step.isdigit():
            return f"{part}: no step"
        for end in body.split("-") if body != "*" else []:
            known = _NAMED.get(index, {}).get(end.upper())
            if known is None and not (end.isdigit() and least <= int(end) <= most):
                return f"{part}: not {least} to {most}"
    return None


def unix_cron(value: str) -> str | None:
    """A recurrence of EC2 Auto Scaling: the five fields of crontab(5)."""
    fields = value.split()
    ranges = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
    if len(fields) != len(ranges):
        return f"{len(fields)} fields, not five"
    for (least, most), found in zip(ranges, fields, strict=True):
        for part in found.split(","):
            body = part.partition("/")[0]
            ends = [] if body == "*" else body.split("-")
            if not all(it.isdigit() and least <= int(it) <= most for it in ends):
                return f"{part}: not {least} to {most}"
    return None


def zone(value: str) -> str | None:
    """A time zone of the IANA data base."""
    return None if value in zoneinfo.available_timezones() else "no time zone"


# --- classes, periods, networks ---------------------------------------------------------------------------------------


@cache
def instance_types() -> frozenset[str]:
    """Every EC2 instance type that botocore's model lists."""
    shape = operation("ec2", "RunInstances").input_shape.members["InstanceType"]
    return frozenset(shape.metadata["enum"])


def node_class(value: str, *, prefix: str = "", others: tuple[str, ...] = ()) -> str | None:
    """An instance class: EC2's types, behind ``db.`` and ``cache.`` for the stores."""
    if value in others or (value.startswith(prefix) and value.removeprefix(prefix) in instance_types()):
        return None
    return f"no instance class {prefix}*"


_DB_CLASS: Final = partial(node_class, prefix="db.", others=("db.serverless",))
_CACHE_NODE: Final = partial(node_class, prefix="cache.")


def alarm_period(value: float) -> str | None:
    """CloudWatch: 10, 20, 30 or any multiple of 60 seconds."""
    return None if value in (10, 20, 30) or value % 60 == 0 else "neither 10, 20, 30 nor a multiple of 60"


def insights_days(value: float) -> str | None:
    """Performance Insights: 7 days, months of 31 to 23 of them, or 731 days (RDS user guide)."""
    return None if value in (7, 731) or (value % 31 == 0 and value // 31 <= 23) else "neither 7, 31 x months nor 731"


def cidr(value: str, *, least: int = 0, most: int = 32) -> str | None:
    """An IPv4 network without host bits."""
    try:
        found = ipaddress.IPv4Network(value)
    except ValueError as problem:
        return str(problem)
    return None if least <= found.prefixlen <= most else f"/{found.prefixlen}, not /{least} to /{most}"


def bucket(value: str) -> str | None:
    """A bucket's name by S3's rules (user guide, "General purpose bucket naming rules")."""
    if re.fullmatch(r"\d+(\.\d+){3}", value) or ".." in value:
        return "an address, or two dots together"
    if value.startswith(("xn--", "sthree-", "amzn-s3-demo-")) or value.endswith(
        ("-s3alias", "--ol-s3", ".mrap", "--x-s3")
    ):
        return "a beginning or end that S3 keeps for itself"
    return text(r"[a-z0-9][a-z0-9.-]*[a-z0-9]", 3, 63)(value)


def identifier(most: int) -> Judge:
    """An identifier of RDS or ElastiCache: a letter first, no hyphen last and no two together; lower case is kept."""
    return text(r"[a-z](?!.*--)[a-z0-9-]*(?<!-)", 1, most)


_EC2_WORDS: Final = text(r"[a-zA-Z0-9 ._:/()#,@\[\]+=&;{}!$*-]*", 0, 255)
"""EC2's API reference, CreateSecurityGroup and IpRange: what descriptions may hold."""
_RETENTION: Final = one_of(
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
)
"""CloudWatch Logs' API reference, PutRetentionPolicy: the only numbers of days."""
_PORT: Final = number(0, 65535)
_PORT_OR_ALL: Final = number(-1, 65535)

FORMATS: Final[Mapping[str, Mapping[str, Judge]]] = {
    "aws:autoscaling/schedule:Schedule": {"recurrence": unix_cron, "timeZone": zone},
    # API reference, BackupPlanInput: 1 to 50 alphanumeric or '-_.' characters
    "aws:backup/plan:Plan": {
        "name": text(r"[a-zA-Z0-9._-]+", 1, 50),
        "rules.schedule": schedule,
        "rules.scheduleExpressionTimezone": zone,
    },
    "aws:backup/restoreTestingPlan:RestoreTestingPlan": {
        "scheduleExpression": schedule,
        "scheduleExpressionTimezone": zone,
        # API reference: letters, digits and underscores, 50 of them
        "name": text(r"[a-zA-Z0-9_]+", 1, 50),
    },
    "aws:backup/restoreTestingSelection:RestoreTestingSelection": {"name": text(r"[a-zA-Z0-9_]+", 1, 50)},
    "aws:cloudfront/cachePolicy:CachePolicy": {"name": text(".*", 1, 128), "comment": text(".*", 0, 128)},
    "aws:cloudfront/distribution:Distribution": {"comment": text(".*", 0, 128)},
    "aws:cloudfront/originAccessControl:OriginAccessControl": {
        "name": text(".*", 1, 64),
        "description": text(".*", 0, 256),
    },
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": {
        "name": text(".*", 1, 128),
        "comment": text(".*", 0, 128),
    },
    # CloudTrail user guide, "Naming requirements for CloudTrail resources"
    "aws:cloudtrail/trail:Trail": {"name": text(r"[a-zA-Z0-9](?!.*[._-]{2})[a-zA-Z0-9._-]*[a-zA-Z0-9]", 3, 128)},
    "aws:cloudwatch/eventRule:EventRule": {"scheduleExpression": schedule},
    "aws:cloudwatch/logGroup:LogGroup": {"retentionInDays": _RETENTION},
    "aws:cloudwatch/metricAlarm:MetricAlarm": {"period": alarm_period},
    "aws:ec2/networkAcl:NetworkAcl": {
        **{f"{side}.{end}": _PORT for side in ("egress", "ingress") for end in ("fromPort", "toPort")},
        **{f"{side}.cidrBlock": cidr for side in ("egress", "ingress")},
        # VPC user guide: 32,767 is AWS's own
        **{f"{side}.ruleNo": number(1, 32766) for side in ("egress", "ingress")},
    },
    "aws:ec2/launchTemplate:LaunchTemplate": {
        "name": text(r"[a-zA-Z0-9().\-/_]+", 3, 128),
        "description": text(".*", 0, 255),
        # EBS user guide, gp3
        "blockDeviceMappings.ebs.iops": number(3000, 80000),
        "blockDeviceMappings.ebs.throughput": number(125, 2000),
        "blockDeviceMappings.ebs.volumeSize": number(1, 65536),
    },
    "aws:ec2/route:Route": {"destinationCidrBlock": cidr},
    "aws:ec2/securityGroup:SecurityGroup": {
        "name": text(r"(?!sg-)[a-zA-Z0-9 ._:/()#,@\[\]+=&;{}!$*-]+", 1, 255),
        "description": _EC2_WORDS,
    },
    # VPC user guide: networks and subnets are /16 to /28
    "aws:ec2/subnet:Subnet": {"cidrBlock": partial(cidr, least=16, most=28)},
    "aws:ec2/vpc:Vpc": {"cidrBlock": partial(cidr, least=16, most=28)},
    "aws:eks/cluster:Cluster": {
        "version": text(r"1\.\d{2}", 4, 4),
        "kubernetesNetworkConfig.serviceIpv4Cidr": partial(cidr, least=12, most=24),
    },
    "aws:eks/nodeGroup:NodeGroup": {
        "instanceTypes": node_class,
        "version": text(r"1\.\d{2}", 4, 4),
        # API reference, CreateNodegroup
        "nodeGroupName": text(r"[a-zA-Z0-9][a-zA-Z0-9_-]*", 1, 63),
    },
    "aws:elasticache/parameterGroup:ParameterGroup": {
        "name": identifier(255),
        "family": text(r"(valkey[78]|redis[67](\.x)?)", 6, 8),
    },
    "aws:elasticache/replicationGroup:ReplicationGroup": {
        # ElastiCache API reference, CreateReplicationGroup
        "maintenanceWindow": window(weekly, 60),
        "snapshotWindow": window(daily, 60),
        "snapshotRetentionLimit": number(0, 35),
        "replicationGroupId": identifier(40),
        "nodeType": _CACHE_NODE,
        "engineVersion": text(r"\d+\.\d+", 3, 4),
        "finalSnapshotIdentifier": identifier(255),
        "numCacheClusters": number(1, 6),
        "port": _PORT,
    },
    "aws:elasticache/subnetGroup:SubnetGroup": {"name": text(r"[a-z0-9-]+", 1, 255)},
    "aws:elasticache/user:User": {"userId": text(r"[a-zA-Z][a-zA-Z0-9-]*", 1, 40), "userName": text(r".*", 1, 120)},
    "aws:elasticache/userGroup:UserGroup": {"userGroupId": text(r"[a-zA-Z][a-zA-Z0-9-]*", 1, 40)},
    # KMS' and Secrets Manager's API references: 7 to 30 days; none at once is a word of its own
    "aws:kms/key:Key": {"deletionWindowInDays": number(7, 30)},
    "aws:kms/replicaKey:ReplicaKey": {"deletionWindowInDays": number(7, 30)},
    "aws:secretsmanager/secret:Secret": {
        "recoveryWindowInDays": one_of(0, *range(7, 31)),
        # user guide: a name that ends like an ARN's random part confuses searches by partial ARN
        "name": text(r"[a-zA-Z0-9/_+=.@-]+(?<!-[a-zA-Z0-9]{6})", 1, 512),
    },
    # Macie's API reference, CreateClassificationJob
    "aws:macie2/classificationJob:ClassificationJob": {"name": text(".*", 1, 500)},
    "aws:rds/cluster:Cluster": {
        # RDS API reference, CreateDBCluster
        "preferredMaintenanceWindow": window(weekly, 30),
        "preferredBackupWindow": window(daily, 30),
        "backupRetentionPeriod": number(1, 35),
        "clusterIdentifier": identifier(63),
        "finalSnapshotIdentifier": identifier(255),
        "engineVersion": text(r"\d+\.\d+", 3, 6),
        "performanceInsightsRetentionPeriod": insights_days,
        "serverlessv2ScalingConfiguration.minCapacity": number(0, 256, 0.5),
        "serverlessv2ScalingConfiguration.maxCapacity": number(1, 256, 0.5),
        "serverlessv2ScalingConfiguration.secondsUntilAutoPause": number(300, 86400),
        "masterUsername": text(r"[a-zA-Z]\w*", 1, 16),
        "databaseName": text(r"[a-zA-Z]\w*", 1, 63),
        "port": number(1150, 65535),
    },
    "aws:rds/clusterInstance:ClusterInstance": {
        "preferredMaintenanceWindow": window(weekly, 30),
        "identifier": identifier(63),
        "instanceClass": _DB_CLASS,
        "monitoringInterval": one_of(0, 1, 5, 10, 15, 30, 60),
        "performanceInsightsRetentionPeriod": insights_days,
        "promotionTier": number(0, 15),
    },
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": {
        "name": identifier(255),
        "family": text(r"aurora-(postgresql\d{2}|mysql\d\.\d)", 1, 64),
    },
    "aws:rds/eventSubscription:EventSubscription": {"name": text(r"[a-zA-Z][a-zA-Z0-9-]*", 1, 255)},
    "aws:rds/subnetGroup:SubnetGroup": {"name": text(r"[a-z0-9._ -]+", 1, 255)},
    "aws:s3/bucket:Bucket": {"bucket": bucket},
    "aws:sns/topic:Topic": {"name": text(r"[a-zA-Z0-9_-]+(\.fifo)?", 1, 256)},
    "aws:sqs/queue:Queue": {
        "name": text(r"[a-zA-Z0-9_-]+(\.fifo)?", 1, 80),
        # SQS API reference, CreateQueue
        "messageRetentionSeconds": number(60, 1209600),
        "visibilityTimeoutSeconds": number(0, 43200),
    },
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
        "description": _EC2_WORDS,
        "fromPort": _PORT_OR_ALL,
        "toPort": _PORT_OR_ALL,
        "cidrIpv4": cidr,
    },
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
        "description": _EC2_WORDS,
        "fromPort": _PORT_OR_ALL,
        "toPort": _PORT_OR_ALL,
        "cidrIpv4": cidr,
    },
}

WINDOWS: Final = {
    "aws:rds/cluster:Cluster": ("preferredBackupWindow", "preferredMaintenanceWindow"),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("snapshotWindow", "maintenanceWindow"),
}
"""Types whose two windows may not meet."""


def at(value: Any, path: str) -> Iterator[Any]:  # noqa: ANN401 - any JSON value, on both sides
    """Every value where the path leads, through every list on its way."""
    if isinstance(value, list):
        for inner in value:
            yield from at(inner, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping):
        first, _, rest = path.partition(".")
        if first in value:
            yield from at(value[first], rest)


def misshapen(type_: str, inputs: Mapping[str, Any]) -> Iterator[str]:
    """Everything in ``inputs`` that AWS's documents don't allow."""
    for path, judge in FORMATS.get(type_, {}).items():
        for value in at(inputs, path):
            said = None if value is None or value == HIDDEN else judge(value)
            if said:
                yield f"{path} = {value!r}: {said}"
    if type_ in WINDOWS and set(WINDOWS[type_]) <= set(inputs):
        day, week = (inputs[name] for name in WINDOWS[type_])
        try:
            said = overlap(day, week)
        except ValueError:
            return  # told above
        if said:
            yield said
    yield from _tags(inputs.get("tags"))


def _tags(tags: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Every service's rules for tags (tagging user guide); the models leave them open for most."""
    if not isinstance(tags, Mapping):
        return
    if len(tags) > 50:
        yield f"{len(tags)} tags, at most 50"
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            yield f"tag {key}: aws: is AWS's own"
        if not re.fullmatch(r"[\w .:/=+@-]{1,128}", key) or not re.fullmatch(r"[\w .:/=+@-]{0,256}", str(value)):
            yield f"tag {key} = {value!r}: letters, digits, spaces and _ . : / = + - @, 128 and 256 of them"
