"""Kinds of network path. A workload declares what it calls once; ``topology`` writes both sides' policies from that.

Two kinds are never declared: ``dns`` is open everywhere, ``identity`` (the Pod Identity agent) to every workload that
has one. ``scrape`` follows from a workload's metrics port.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Literal, TypeAlias

PathKind = Literal[
    "workload", "apiserver", "node", "aws", "database", "cache", "external", "internet",
    "webhook", "loadbalancer", "scrape", "dns", "identity",
]  # fmt: skip

DNS_PORT: Final = 53
HTTPS_PORT: Final = 443
POSTGRES_PORT: Final = 5432
REDIS_PORT: Final = 6379
IDENTITY_PORT: Final = 80
IDENTITY_IPV4: Final = "169.254.170.23/32"
"""The Pod Identity agent's address (EKS user guide); a /32, so that the instance metadata address stays closed."""

AwsService = Literal[
    "s3", "dynamodb", "ecr", "sts", "logs", "monitoring", "secretsmanager", "kms", "ec2", "elasticloadbalancing", "eks",
    "eks-auth", "ssm", "sqs", "sns", "bedrock-runtime", "xray", "guardduty-data", "autoscaling", "events",
]  # fmt: skip
GATEWAY_SERVICES: Final = frozenset({"s3", "dynamodb"})
"""Services that a VPC mostly reaches by a gateway endpoint, that is by their public addresses."""


@dataclass(frozen=True, slots=True)
class ToWorkload:
    """To a port (its name or its number) of another workload."""

    kind: ClassVar[PathKind] = "workload"
    namespace: str
    name: str
    port: str | int


@dataclass(frozen=True, slots=True)
class ToApiServer:
    """To the cluster's API: the control plane's network interfaces, port 443."""

    kind: ClassVar[PathKind] = "apiserver"


@dataclass(frozen=True, slots=True)
class ToNodes:
    """To a port of the nodes themselves: the kubelet (10250), or an exporter on the host network."""

    kind: ClassVar[PathKind] = "node"
    port: int


@dataclass(frozen=True, slots=True)
class ToAws:
    """To an AWS service through its interface endpoint in the private subnets.

    Without an interface endpoint the call leaves for public addresses. That is an exception and wants its ``reason``;
    without one the topology refuses it.
    """

    kind: ClassVar[PathKind] = "aws"
    service: AwsService
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ToDatabase:
    """To the PostgreSQL (or other) endpoints in the database subnets."""

    kind: ClassVar[PathKind] = "database"
    port: int = POSTGRES_PORT


@dataclass(frozen=True, slots=True)
class ToCache:
    """To the cache's endpoints in the database subnets."""

    kind: ClassVar[PathKind] = "cache"
    port: int = REDIS_PORT


@dataclass(frozen=True, slots=True)
class ToExternal:
    """To a host outside AWS, through the caller's own listener of the egress proxy. There is no direct way."""

    kind: ClassVar[PathKind] = "external"
    host: str
    port: int = HTTPS_PORT


@dataclass(frozen=True, slots=True)
class ToInternet:
    """To any public address: for the egress proxy itself and for operators whose AWS API has no endpoint.

    ``reason`` is shown wherever the exception is listed.
    """

    kind: ClassVar[PathKind] = "internet"
    reason: str
    port: int = HTTPS_PORT


@dataclass(frozen=True, slots=True)
class FromApiServer:
    """The API server calls this workload: an admission webhook or an aggregated API, on the *container* port."""

    kind: ClassVar[PathKind] = "webhook"
    port: str | int


@dataclass(frozen=True, slots=True)
class FromLoadBalancer:
    """A load balancer in the public subnets calls this workload: by its own routes, or by its share of another's.

    ``sticky_seconds`` keeps a client on its pod by a cookie.
    """

    kind: ClassVar[PathKind] = "loadbalancer"
    port: str | int
    sticky_seconds: int | None = None


Call: TypeAlias = ToWorkload | ToApiServer | ToNodes | ToAws | ToDatabase | ToCache | ToExternal | ToInternet
"""What a workload may call."""
Accept: TypeAlias = FromApiServer | FromLoadBalancer
"""Who calls a workload without being a workload itself."""
