"""Nothing travels in the clear: databases, caches, buckets, load balancers, the edge."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from .core.reading import Field
from .core.rules import (
    About,
    Finding,
    Resource,
    Result,
    Unseen,
    each_must,
    list_must_be_seen,
    must_be_one_of,
    must_be_seen,
    must_be_true,
    must_have_items,
    must_not_be_true,
    unless,
    wrong,
)
from .documents import Statement, statements
from .objects import object_rule

VIEWER_VERSIONS: Final = ("TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025")
"""CloudFront security policies with neither TLS 1.1 nor CBC ciphers."""

_LISTENER_POLICY: Final = re.compile(r"ELBSecurityPolicy-TLS13-1-[23]-(?!Ext)[-A-Za-z0-9]+")
"""Load balancer security policies of TLS 1.2 and later, 1.3 included; the ``Ext`` ones add weaker ciphers."""

_FORCING: Final = (
    # parameter group family's beginning, parameter, values that force TLS
    ("aurora-postgresql", "rds.force_ssl", ("1",)),
    ("postgres", "rds.force_ssl", ("1",)),
    ("aurora-mysql", "require_secure_transport", ("ON", "1")),
    ("mysql", "require_secure_transport", ("ON", "1")),
    ("mariadb", "require_secure_transport", ("ON", "1")),
    ("sqlserver", "rds.force_ssl", ("1",)),
    ("redshift", "require_ssl", ("true", "1")),
)
_DOCUMENT_TLS: Final = frozenset({"ENABLED", "TLS1.2+", "TLS1.3+", "FIPS-140-3"})
"""Values of DocumentDB's parameter ``tls`` that refuse plaintext."""


_MIGRATED: Final = frozenset(
    {"aurora", "aurora-postgresql", "docdb", "mariadb", "mongodb", "mysql", "oracle", "postgres", "sqlserver"}
)
"""Engines that a migration speaks to over the network by a protocol that may be plain."""


def _as_text(field: Field) -> str:
    number = field.number
    return f"{number:g}" if number is not None else field.text.upper()


def _parameter_group(resource: Resource) -> Iterator[Result]:
    family, parameters = resource["family"], resource["parameters"]
    yield from must_be_seen(family)
    for beginning, name, values in _FORCING:
        if not family.text.startswith(beginning) or parameters.unknown:
            continue
        found = [it for it in parameters.each() if it["name"].text == name]
        if not found and any(it["name"].unknown for it in parameters.each()):
            yield Unseen(parameters.path)
        elif not found:
            yield wrong(
                parameters, f"write the parameter {name} with value {values[0]}, so that the server refuses plaintext"
            )
        for parameter in found:
            yield from must_be_seen(parameter["value"])
            if not parameter["value"].unknown and _as_text(parameter["value"]) not in {it.upper() for it in values}:
                yield wrong(parameter["value"], f"write {values[0]} for {name}")
    yield from list_must_be_seen(parameters)
    for parameter in parameters.each() if family.text.startswith("docdb") else ():
        if parameter["name"].text == "tls":  # on where nothing is said
            yield from unless(
                lambda it: _as_text(it) in _DOCUMENT_TLS, parameter["value"], "write enabled for tls, or leave it out"
            )


def _own_parameter_group(name: str) -> Callable[[Resource], Iterator[Result]]:
    def check(resource: Resource) -> Iterator[Result]:
        group = resource[name]
        if group.missing or group.text.startswith("default."):
            yield wrong(
                group, f"write {name}: a group of your own that forces TLS, as nobody can set one on a default group"
            )

    return check


def _cache(resource: Resource) -> Iterator[Result]:
    if resource["globalReplicationGroupId"].missing:  # else it takes what the first of the group has
        yield from must_be_true(resource["transitEncryptionEnabled"], "write transitEncryptionEnabled: true")
    mode = resource["transitEncryptionMode"]
    if mode.text == "preferred":
        yield wrong(mode, "write transitEncryptionMode: 'required', or leave it out: 'preferred' still takes plaintext")


def _listener(resource: Resource) -> Iterator[Result]:
    protocol = resource["protocol"]
    yield from must_be_seen(protocol)
    if protocol.text == "HTTP":
        default = resource["defaultActions"]
        actions = list(default.each())
        hidden = [it for it in (default, *(it.at("redirect", "protocol") for it in actions)) if it.unknown]
        if hidden:
            yield from must_be_seen(*hidden)
        elif not actions or any(action.at("redirect", "protocol").text != "HTTPS" for action in actions):
            yield wrong(
                protocol, "write protocol: 'HTTPS' with a certificate, or let the only action redirect to HTTPS"
            )
    elif protocol.text in {"HTTPS", "TLS"}:
        advice = "write sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06' or a stricter one"
        yield from unless(lambda it: bool(_LISTENER_POLICY.fullmatch(it.text)), resource["sslPolicy"], advice)


def _distribution(resource: Resource) -> Iterator[Result]:
    behaviours = [resource["defaultCacheBehavior"], *resource["orderedCacheBehaviors"].each()]
    yield from must_be_seen(resource["orderedCacheBehaviors"], resource["origins"])
    for behaviour in behaviours:
        yield from must_be_one_of(
            behaviour["viewerProtocolPolicy"],
            ("redirect-to-https", "https-only"),
            "write viewerProtocolPolicy: 'redirect-to-https'",
        )
    certificate = resource["viewerCertificate"]
    yield from must_not_be_true(
        certificate["cloudfrontDefaultCertificate"],
        "write acmCertificateArn: CloudFront's own certificate allows TLS 1.0",
    )
    yield from must_be_one_of(
        certificate["minimumProtocolVersion"], VIEWER_VERSIONS, "write minimumProtocolVersion: 'TLSv1.2_2021' or later"
    )
    for origin in resource["origins"].each():
        custom = origin["customOriginConfig"]
        if custom.empty or custom.unknown:
            yield from must_be_seen(custom)
            continue
        yield from must_be_one_of(
            custom["originProtocolPolicy"], ("https-only",), "write originProtocolPolicy: 'https-only'"
        )
        versions, advice = custom["originSslProtocols"], "write originSslProtocols: ['TLSv1.2']"
        yield from must_have_items(versions, advice)
        yield from each_must(lambda it: it.text == "TLSv1.2", versions, advice)


def _denies_plaintext(statement: Statement) -> bool:
    body = statement.body
    insecure = any(
        _as_text(value) == "FALSE" or value.value is False
        for operator in body["Condition"].keys
        if operator.lower().startswith("bool")
        for key in body["Condition"][operator].keys
        if key.lower() == "aws:securetransport"
        for value in _one_or_many(body["Condition"][operator][key])
    )
    resources = statement.texts("Resource")
    both = any(it.endswith("*") for it in resources) and any(not it.endswith("/*") or it == "*" for it in resources)
    everything = {"s3:*", "*"} & set(statement.texts("Action"))
    return body["Effect"].text == "Deny" and insecure and both and bool(everything) and "*" in statement.principals


def _one_or_many(field: Field) -> list[Field]:
    return list(field.each()) if isinstance(field.value, list) else [field]


def _bucket_policy(resource: Resource) -> Iterator[Result]:
    denied = False
    for statement in statements(resource):
        if not isinstance(statement, Statement):
            yield statement
            denied = True  # what the document says is not to be judged
        elif _denies_plaintext(statement):
            denied = True
    if not denied:
        yield wrong(
            resource["policy"],
            "write a statement that denies s3:* to everyone on the bucket and its objects "
            "where aws:SecureTransport is false",
        )


def _own_bucket_policy(resource: Resource) -> Iterator[Result]:
    if not resource["policy"].missing:  # else its companion is looked for
        yield from _bucket_policy(resource)


def _brokers(resource: Resource) -> Iterator[Result]:
    transit = resource["encryptionInfo"]["encryptionInTransit"]
    # both are so where nothing is said
    yield from unless(lambda it: it.missing or it.text == "TLS", transit["clientBroker"], "write 'TLS'")
    yield from unless(lambda it: it.missing or it.true, transit["inCluster"], "write true")


def _classic(resource: Resource) -> Iterator[Result]:
    yield from must_be_seen(resource["listeners"])
    for listener in resource["listeners"].each():
        yield from unless(
            lambda it: it.text.lower() in {"https", "ssl", "tcp"},
            listener["lbProtocol"],
            "write 'https' with a sslCertificateId, or better an application load balancer",
        )


def _subscription(resource: Resource) -> Iterator[Result]:
    yield from unless(
        lambda it: it.text != "http", resource["protocol"], "write 'https', with an endpoint that has a certificate"
    )


def _file_server(resource: Resource) -> Iterator[Result]:
    yield from must_be_seen(resource["protocols"])
    for protocol in resource["protocols"].each():
        yield from unless(lambda it: it.text != "FTP", protocol, "write 'FTPS' or 'SFTP': FTP sends passwords in clear")


def _tasks(resource: Resource) -> Iterator[Result]:
    yield from must_be_seen(resource["volumes"])
    for volume in resource["volumes"].each():
        files = volume["efsVolumeConfiguration"]
        if not files.empty:
            yield from unless(
                lambda it: it.text == "ENABLED", files["transitEncryption"], "write transitEncryption: 'ENABLED'"
            )


def _migration(resource: Resource) -> Iterator[Result]:
    yield from must_be_seen(resource["engineName"])
    if resource["engineName"].text in _MIGRATED:
        yield from must_be_one_of(
            resource["sslMode"], ("require", "verify-ca", "verify-full"), "write sslMode: 'verify-full'"
        )


def _api_domain(resource: Resource) -> Iterator[Result]:
    own = resource["securityPolicy"]
    policy = resource.props.at("domainNameConfiguration", "securityPolicy") if own.missing else own
    yield from unless(lambda it: it.missing or it.text != "TLS_1_0", policy, "write 'TLS_1_2': 1.0 can be broken")


def _search(resource: Resource) -> Iterator[Result]:
    options = resource["domainEndpointOptions"]
    yield from must_be_true(options["enforceHttps"], "write enforceHttps: true")
    yield from must_be_one_of(
        options["tlsSecurityPolicy"],
        ("Policy-Min-TLS-1-2-2019-07", "Policy-Min-TLS-1-2-PFS-2023-10"),
        "write tlsSecurityPolicy: 'Policy-Min-TLS-1-2-PFS-2023-10'",
    )
    yield from must_be_true(resource["nodeToNodeEncryption"]["enabled"], "write nodeToNodeEncryption enabled: true")


_HTTP_PORT: Final = 80


def _gateway(resource: Resource) -> Iterator[Result]:
    listeners = resource.props.at("spec", "listeners")
    yield from must_have_items(listeners, "write a listener with protocol HTTPS")
    for listener in listeners.each():
        protocol = listener["protocol"]
        yield from must_be_seen(protocol)
        if protocol.text == "HTTP":
            yield from must_be_seen(listener["port"])
        if protocol.text == "HTTP" and listener["port"].number not in {_HTTP_PORT, None}:
            yield wrong(protocol, "write HTTPS; HTTP may stand only on port 80, to redirect")
    protocols = {listener["protocol"].text for listener in listeners.each()}
    if protocols == {"HTTP"}:
        yield wrong(listeners, "write a listener with protocol HTTPS beside the one that redirects")


def _ingress(resource: Resource) -> Iterator[Result]:
    annotations = resource.props.at("metadata", "annotations")
    secured = (
        not resource.props.at("spec", "tls").empty
        or "HTTPS" in annotations["alb.ingress.kubernetes.io/listen-ports"].text
        or not annotations["alb.ingress.kubernetes.io/certificate-arn"].missing
    )
    if annotations.unknown and not secured:
        yield from must_be_seen(annotations)
    elif not secured:
        yield Finding("spec.tls", "write tls with the hosts, or better a Gateway with an HTTPS listener")


CHANNELS: Final[Mapping[str, tuple[Callable[[Resource], Iterator[Result]], ...]]] = {
    "aws:rds/parameterGroup:ParameterGroup": (_parameter_group,),
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": (_parameter_group,),
    "aws:redshift/parameterGroup:ParameterGroup": (_parameter_group,),
    "aws:docdb/clusterParameterGroup:ClusterParameterGroup": (_parameter_group,),
    "aws:rds/cluster:Cluster": (_own_parameter_group("dbClusterParameterGroupName"),),
    "aws:rds/instance:Instance": (_own_parameter_group("parameterGroupName"),),
    "aws:rds/proxy:Proxy": (lambda it: must_be_true(it["requireTls"], "write requireTls: true"),),
    "aws:elasticache/replicationGroup:ReplicationGroup": (_cache,),
    "aws:memorydb/cluster:Cluster": (
        lambda it: unless(lambda tls: tls.missing or tls.true, it["tlsEnabled"], "write tlsEnabled: true"),
    ),
    "aws:dax/cluster:Cluster": (
        lambda it: must_be_one_of(
            it["clusterEndpointEncryptionType"], ("TLS",), "write clusterEndpointEncryptionType: 'TLS'"
        ),
    ),
    "aws:appsync/apiCache:ApiCache": (
        lambda it: must_be_true(it["transitEncryptionEnabled"], "write transitEncryptionEnabled: true"),
    ),
    "aws:msk/cluster:Cluster": (_brokers,),
    "aws:sns/topicSubscription:TopicSubscription": (_subscription,),
    "aws:transfer/server:Server": (_file_server,),
    "aws:ecs/taskDefinition:TaskDefinition": (_tasks,),
    "aws:dms/endpoint:Endpoint": (_migration,),
    "aws:apigateway/domainName:DomainName": (_api_domain,),
    "aws:apigatewayv2/domainName:DomainName": (_api_domain,),
    "aws:opensearch/domain:Domain": (_search,),
    "aws:elasticsearch/domain:Domain": (_search,),
    "aws:s3/bucketPolicy:BucketPolicy": (_bucket_policy,),
    "aws:s3/bucket:Bucket": (_own_bucket_policy,),
    "aws:s3/bucketV2:BucketV2": (_own_bucket_policy,),
    "aws:elb/loadBalancer:LoadBalancer": (_classic,),
    "aws:lb/listener:Listener": (_listener,),
    "aws:alb/listener:Listener": (_listener,),
    "aws:cloudfront/distribution:Distribution": (_distribution,),
    "kubernetes:gateway.networking.k8s.io/v1:Gateway": (_gateway,),
    "kubernetes:networking.k8s.io/v1:Ingress": (_ingress,),
}
"""What carries data, and what its inputs must say."""


def check_channel(resource: Resource) -> Iterator[Result]:
    """Every check of the resource's type."""
    for check in CHANNELS[resource.type]:
        yield from check(resource)


encryption_in_transit = object_rule(
    About(
        name="encryption-in-transit",
        description="Databases, caches, buckets, load balancers and the edge refuse plaintext and old TLS.",
        severity="high",
        remedy="Force TLS at the server, as the message names the input, and let its clients verify the certificate: "
        "static database parameters need a restart to take effect.",
        controls={
            "FSBP": (
                "RDS.38",
                "RDS.43",
                "S3.5",
                "ElastiCache.5",
                "ELB.1",
                "CloudFront.3",
                "CloudFront.9",
                "CloudFront.10",
            ),
            "CIS EKS 1.8.0": ("5.4.5",),
            "SOC 2": ("CC6.7",),
            "GDPR": ("32",),
            "COPPA": ("312.8",),
        },
    ),
    CHANNELS.__contains__,
    lambda resource, _: check_channel(resource),
)
