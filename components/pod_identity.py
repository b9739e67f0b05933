"""Identity declared once: what a workload may do, from which its role, its policy and its association derive.

A workload lists ``Grant``s; ``PodIdentity`` makes the role that only this service account of this cluster can assume,
its policy and the EKS Pod Identity association. No grant has a wildcard action, and ``*`` as a resource needs a reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, TypedDict

import pulumi
import pulumi_aws as aws

from components.naming import LIMITS, fit

INLINE_LIMIT: Final = 10_240
"""Characters of all inline policies of one role, white space not counted (IAM quotas)."""
TRUST_LIMIT: Final = 2_048
"""Characters of a role's trust policy (IAM quotas, default)."""
AUTO_NAME_SUFFIX: Final = 8
"""What auto-naming appends: a hyphen and seven hexadecimal digits."""
UNKNOWN_ARN: Final = 160
"""Characters that an ARN not yet known is counted with; a KMS key's has 75, a secret's about 120."""
REASONED: Final = "Reasoned"
"""Begins the statement id of every grant on ``*``: whoever reviews a policy finds them by it."""

_NAME: Final = re.compile(r"^[A-Z][A-Za-z0-9]*$")
_ACTION: Final = re.compile(r"^[a-z0-9-]+:[A-Z][A-Za-z0-9]*$")

Conditions: TypeAlias = "Mapping[str, Mapping[str, str | Sequence[str]]]"
"""IAM conditions: operator, then key, then value or values."""


@dataclass(frozen=True)
class KeyOf:
    """The stack's key for a purpose, among the resources of a grant: which ARN that is, the cluster knows."""

    purpose: str


@dataclass(frozen=True)
class Grant:
    """One thing a workload may do: ``actions`` on ``resources`` under ``conditions``.

    ``name`` is CamelCase and becomes the statement's id. ``reason`` says why ``*`` stands among the resources, and is
    refused to be empty then. ``ValueError`` for a wildcard in an action, an empty list or a ``*`` without a reason.
    """

    name: str
    actions: Sequence[str]
    resources: Sequence[pulumi.Input[str] | KeyOf]
    conditions: Conditions = field(default_factory=dict)
    reason: str = ""

    def __post_init__(self) -> None:
        if not _NAME.match(self.name):
            raise ValueError(f"grant {self.name!r}: the name is CamelCase, letters and digits only")
        if not self.actions or not self.resources:
            raise ValueError(f"grant {self.name}: needs at least one action and one resource")
        for action in self.actions:
            if not _ACTION.match(action):
                raise ValueError(f"grant {self.name}: {action!r} is no single action such as s3:GetObject")
        if self.everything and not self.reason:
            raise ValueError(f"grant {self.name}: '*' as a resource needs a reason")

    @property
    def everything(self) -> bool:
        """Whether ``*`` stands among the resources."""
        return any(isinstance(resource, str) and resource == "*" for resource in self.resources)

    @property
    def sid(self) -> str:
        """The statement's id, beginning with ``Reasoned`` where the resource is ``*``."""
        return f"{REASONED}{self.name}" if self.everything else self.name


class Statement(TypedDict, total=False):
    """A statement of an IAM policy that allows something."""

    Sid: str
    Effect: Literal["Allow"]
    Principal: dict[str, str]
    Action: list[str]
    Resource: list[pulumi.Input[str]]
    Condition: dict[str, dict[str, str | list[str]]]


class Document(TypedDict):
    """An IAM policy document."""

    Version: Literal["2012-10-17"]
    Statement: list[Statement]


def _conditions(conditions: Conditions) -> dict[str, dict[str, str | list[str]]]:
    return {
        operator: {key: value if isinstance(value, str) else list(value) for key, value in keys.items()}
        for operator, keys in conditions.items()
    }


def document(grants: Sequence[Grant], keys: Mapping[str, pulumi.Input[str]] | None = None) -> Document:
    """The policy document of ``grants``, one statement each, in their order; ``keys`` are ARNs by purpose.

    ``ValueError`` where two grants have one name or the document is longer than a role's inline policies may be,
    ``KeyError`` where a grant is on a key that isn't among ``keys``.
    """
    arns = keys or {}
    names = [grant.name for grant in grants]
    if len(set(names)) != len(names):
        raise ValueError(f"grants need different names: {', '.join(names)}")
    statements: list[Statement] = []
    for grant in grants:
        resources = [arns[it.purpose] if isinstance(it, KeyOf) else it for it in grant.resources]
        statement = Statement(Sid=grant.sid, Effect="Allow", Action=list(grant.actions), Resource=resources)
        if grant.conditions:
            statement["Condition"] = _conditions(grant.conditions)
        statements.append(statement)
    made = Document(Version="2012-10-17", Statement=statements)
    _within(made, INLINE_LIMIT, "the inline policies of a role")
    return made


def size(policy: Document) -> int:
    """Characters of ``policy`` as IAM counts them, ARNs that aren't known yet counted as ``UNKNOWN_ARN``."""
    return len(json.dumps(policy, separators=(",", ":"), default=lambda _: "x" * UNKNOWN_ARN))


def _within(policy: Document, limit: int, what: str) -> None:
    length = size(policy)
    if length > limit:
        raise ValueError(f"policy of {length} characters: {what} hold {limit}")


@dataclass(frozen=True)
class ClusterRef:
    """The cluster that an identity belongs to: its name and ARN, both plain, and what must exist first."""

    name: str
    arn: str
    exists: pulumi.Resource
    keys: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """ARNs of the stack's keys by purpose: what ``KeyOf`` stands for."""


def trust(cluster_arn: str, namespace: str, service_account: str) -> Document:
    """A trust policy for one service account of one cluster.

    The conditions stand on session tags, which EKS sets itself in each request (EKS user guide, "Grant Pods access to
    AWS resources based on tags"): no other association of the account can borrow the role.
    """
    tags = {
        "aws:RequestTag/eks-cluster-arn": cluster_arn,
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": service_account,
    }
    statement = Statement(
        Sid="PodIdentity",
        Effect="Allow",
        Principal={"Service": "pods.eks.amazonaws.com"},
        Action=["sts:AssumeRole", "sts:TagSession"],
        Condition={"StringEquals": dict(tags)},
    )
    made = Document(Version="2012-10-17", Statement=[statement])
    _within(made, TRUST_LIMIT, "a trust policy")
    return made


@dataclass(frozen=True)
class ManagedPolicy:
    """A policy that AWS writes and keeps in step with what it ships; ``reason`` says why no grants stand instead."""

    name: str
    """Name with its path, ``service-role/AmazonEBSCSIDriverPolicyV2``."""
    reason: str

    @property
    def arn(self) -> str:
        """The policy's ARN."""
        return f"arn:aws:iam::aws:policy/{self.name}"


def role_name(cluster: str, *parts: str) -> str:
    """A role's name before the auto-naming suffix: whose it is, then what for; shortened by a hash where too long."""
    return fit("-".join((cluster, *parts)), LIMITS["iam-role"] - AUTO_NAME_SUFFIX)


class PodRole(pulumi.ComponentResource):
    """An IAM role for one service account of one cluster, without the association (an EKS add-on makes its own).

    The role is auto-named: EKS and IAM know a role by its internal id, so a new one must have a new name.
    """

    arn: pulumi.Output[str]
    ready: list[pulumi.Resource]
    """The policies: what must stand before a pod relies on the role."""

    def __init__(
        self,
        name: str,
        *,
        cluster: ClusterRef,
        namespace: str,
        service_account: str,
        grants: Sequence[Grant] = (),
        managed: Sequence[ManagedPolicy] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if not grants and not managed:
            raise ValueError(f"{name}: an identity without a grant is none")
        super().__init__("platform:index:PodRole", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            role_name(cluster.name, namespace, service_account),
            assume_role_policy=json.dumps(trust(cluster.arn, namespace, service_account)),
            description=f"Pods of {namespace}/{service_account} in {cluster.name}",
            opts=child,
        )
        self.arn = role.arn
        self.ready = [
            aws.iam.RolePolicyAttachment(
                f"{name}-{policy.name.rpartition('/')[2]}", role=role.name, policy_arn=policy.arn, opts=child
            )
            for policy in managed
        ]
        if grants:
            made = pulumi.Output.json_dumps(document(grants, cluster.keys))
            self.ready.append(aws.iam.RolePolicy(name, role=role.name, policy=made, opts=child))
        self.register_outputs({"arn": self.arn})


class PodIdentity(pulumi.ComponentResource):
    """What a service account is in AWS: a role of its own with ``grants``, and the Pod Identity association."""

    role_arn: pulumi.Output[str]
    ready: list[pulumi.Resource]
    """What a pod waits for: credentials reach only pods that start after the association."""

    def __init__(
        self,
        name: str,
        *,
        cluster: ClusterRef,
        namespace: str,
        service_account: str,
        grants: Sequence[Grant],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("platform:index:PodIdentity", name, None, opts)
        role = PodRole(
            name,
            cluster=cluster,
            namespace=namespace,
            service_account=service_account,
            grants=grants,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.role_arn = role.arn
        association = aws.eks.PodIdentityAssociation(
            name,
            cluster_name=cluster.name,
            namespace=namespace,
            service_account=service_account,
            role_arn=role.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[cluster.exists, *role.ready]),
        )
        self.ready = [association, *role.ready]
        self.register_outputs({"roleArn": self.role_arn})
