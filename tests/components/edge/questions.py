"""Questions that the edge's tests ask of a graph."""

from __future__ import annotations

from typing import Any

from sandbox.model import Resource
from tests.components.data_layer.deployment import Graph
from tests.components.edge.deployment import bare

ACL = "aws:wafv2/webAcl:WebAcl"
ACL_LOG = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
CERTIFICATE = "aws:acm/certificate:Certificate"
CHECK = "aws:route53/healthCheck:HealthCheck"
DELIVERY = "aws:cloudwatch/logDelivery:LogDelivery"
DELIVERY_DESTINATION = "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination"
DELIVERY_SOURCE = "aws:cloudwatch/logDeliverySource:LogDeliverySource"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
HEADERS = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
KEY = "aws:kms/key:Key"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
LOG_POLICY = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy"
PASSWORD = "random:index/randomPassword:RandomPassword"
RECORD = "aws:route53/record:Record"
SECRET = "aws:secretsmanager/secret:Secret"
VALIDATION = "aws:acm/certificateValidation:CertificateValidation"
ZONE = "aws:route53/zone:Zone"

EDGE = "::platform:index:Edge"


def of_edge(graph: Graph, *types: str) -> list[Resource]:
    """The edge's own resources, of ``types`` or all."""
    return [r for r in graph.resources if EDGE in r.urn and r.custom and (not types or r.type in types)]


def distribution(graph: Graph) -> dict[str, Any]:
    """The inputs of the one distribution, bare."""
    [found] = graph.of_type(DISTRIBUTION)
    inputs: dict[str, Any] = bare(found.inputs)
    return inputs


def rules(graph: Graph, acl: str) -> dict[str, Any]:
    """The rules of a web ACL by name, bare."""
    return {rule["name"]: rule for rule in bare(graph.one(ACL, acl).inputs["rules"])}


def origins(graph: Graph) -> dict[str, Any]:
    """The distribution's origins by ID."""
    return {origin["originId"]: origin for origin in distribution(graph)["origins"]}


def records(graph: Graph) -> list[dict[str, Any]]:
    """Every record's inputs."""
    return [bare(r.inputs) for r in graph.of_type(RECORD)]
