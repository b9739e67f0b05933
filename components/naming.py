"""Names that something else refers to: one pure function of platform, environment, account, region and thing.

A builder that needs the name of a bucket or a secret computes it here and so never waits for a cloud value; a standby
stack finds what production owns the same way. Names for which nothing refers are left to Pulumi's auto-naming.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

LIMITS: Final[dict[str, int]] = {
    # source: the service's API model (botocore 1.44), maximum length of the name
    "s3": 63,
    "iam-role": 64,
    "iam-policy": 128,
    "eks-cluster": 100,
    "eks-nodegroup": 63,
    "rds": 63,
    "elasticache": 40,
    "elasticache-user": 40,
    "dynamodb": 255,
    "ecr": 256,
    "kms-alias": 256,
    "log-group": 512,
    "secret": 512,
    "sqs": 80,
    "sns": 256,
    "events-rule": 64,
    "backup-vault": 50,
}


def fit(name: str, limit: int) -> str:
    """``name`` itself where it fits ``limit``, else its beginning and eight digits of its hash: same in, same out."""
    if len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: limit - 9].rstrip('-')}-{digest}"


@dataclass(frozen=True)
class Names:
    """Every name of one stack. ``prefix`` is ``<platform>-<env>``; account and region make global names unique."""

    platform: str
    env: str
    account_id: str
    region: str

    @property
    def prefix(self) -> str:
        """``toolboxai-production``: the first part of everything the stack owns."""
        return f"{self.platform}-{self.env}"

    def of(self, service: str, *parts: str) -> str:
        """``<platform>-<env>-<parts>`` within the limit of ``service`` (a key of ``LIMITS``)."""
        return fit("-".join((self.prefix, *parts)), LIMITS[service])

    def bucket(self, thing: str, *, region: str | None = None) -> str:
        """A bucket's name: globally unique by account and region."""
        return fit(f"{self.prefix}-{thing}-{self.account_id}-{region or self.region}", LIMITS["s3"])

    def cluster(self, key: str) -> str:
        """An EKS cluster's name; ``key`` lets a second cluster stand beside the first."""
        return self.of("eks-cluster", key)

    def everywhere(self, *parts: str) -> str:
        """The name of something that an account has without a region, such as a budget: the region is in the name."""
        return "-".join((self.prefix, *parts, self.region))

    def role(self, *parts: str) -> str:
        """An IAM role's name: account-wide and global, so the region is in it."""
        return fit(self.everywhere(*parts), LIMITS["iam-role"])

    def role_arn(self, *parts: str) -> str:
        """The ARN that ``role`` will have."""
        return f"arn:aws:iam::{self.account_id}:role/{self.role(*parts)}"

    def secret(self, namespace: str, name: str) -> str:
        """A Secrets Manager name, ``<platform>/<env>/<namespace>/<name>``."""
        return fit(f"{self.platform}/{self.env}/{namespace}/{name}", LIMITS["secret"])

    def secret_arn_pattern(self, namespace: str, name: str = "*") -> str:
        """ARN of a secret, or of all of a namespace; Secrets Manager appends six random characters."""
        tail = name if name == "*" else f"{name}-??????"
        return (
            f"arn:aws:secretsmanager:{self.region}:{self.account_id}:secret:"
            f"{self.platform}/{self.env}/{namespace}/{tail}"
        )

    def log_group(self, *parts: str) -> str:
        """A log group of ours, ``/<platform>/<env>/<parts>``."""
        return fit("/".join(("", self.platform, self.env, *parts)), LIMITS["log-group"])

    def log_group_arn(self, name: str) -> str:
        """The ARN that the log group called ``name`` will have."""
        return f"arn:aws:logs:{self.region}:{self.account_id}:log-group:{name}"

    def repository(self, image: str) -> str:
        """An ECR repository, ``<platform>/<env>/<image>``."""
        return fit(f"{self.platform}/{self.env}/{image}", LIMITS["ecr"])

    @property
    def registry(self) -> str:
        """Host name of the account's ECR registry in the stack's region."""
        return f"{self.account_id}.dkr.ecr.{self.region}.amazonaws.com"

    def key_alias(self, purpose: str) -> str:
        """A KMS alias, ``alias/<platform>-<env>-<purpose>``."""
        return fit(f"alias/{self.prefix}-{purpose}", LIMITS["kms-alias"])

    def arn(self, service: str, resource: str) -> str:
        """``arn:aws:<service>:<region>:<account>:<resource>``."""
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{resource}"
