"""AWS policy documents: where a resource carries them, and what their statements say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from .core.reading import Field, plain
from .core.rules import Resource, Result, Unseen, wrong

Kind: TypeAlias = Literal["identity", "resource", "key", "trust"]
"""What a document is attached to: an identity, a resource, a key (``*`` is then the key itself), a role's trust."""

DOCUMENTS: Final[Mapping[str, tuple[tuple[Kind, tuple[str, ...]], ...]]] = {
    "aws:iam/policy:Policy": (("identity", ("policy",)),),
    "aws:iam/rolePolicy:RolePolicy": (("identity", ("policy",)),),
    "aws:iam/userPolicy:UserPolicy": (("identity", ("policy",)),),
    "aws:iam/groupPolicy:GroupPolicy": (("identity", ("policy",)),),
    "aws:iam/role:Role": (("identity", ("inlinePolicies", "policy")), ("trust", ("assumeRolePolicy",))),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": (("identity", ("policy",)),),
    "aws:s3/bucketPolicy:BucketPolicy": (("resource", ("policy",)),),
    "aws:sqs/queue:Queue": (("resource", ("policy",)),),
    "aws:sqs/queuePolicy:QueuePolicy": (("resource", ("policy",)),),
    "aws:sns/topic:Topic": (("resource", ("policy",)),),
    "aws:sns/topicPolicy:TopicPolicy": (("resource", ("policy",)),),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": (("resource", ("policy",)),),
    "aws:ecr/registryPolicy:RegistryPolicy": (("resource", ("policy",)),),
    "aws:secretsmanager/secret:Secret": (("resource", ("policy",)),),
    "aws:secretsmanager/secretPolicy:SecretPolicy": (("resource", ("policy",)),),
    "aws:backup/vaultPolicy:VaultPolicy": (("resource", ("policy",)),),
    "aws:dynamodb/resourcePolicy:ResourcePolicy": (("resource", ("policy",)),),
    "aws:efs/fileSystemPolicy:FileSystemPolicy": (("resource", ("policy",)),),
    "aws:opensearch/domain:Domain": (("resource", ("accessPolicies",)),),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": (("resource", ("policyDocument",)),),
    "aws:kms/key:Key": (("key", ("policy",)),),
    "aws:kms/keyPolicy:KeyPolicy": (("key", ("policy",)),),
    "aws:kms/replicaKey:ReplicaKey": (("key", ("policy",)),),
}
"""Inputs that hold a document; a first part that is a list means the second part of each of its items."""


@dataclass(frozen=True)
class Statement:
    """One statement of a document; ``path`` leads to it from the resource's inputs."""

    path: str
    kind: Kind
    body: Field

    @property
    def allows(self) -> bool:
        """Whether it grants."""
        return self.body["Effect"].text == "Allow"

    @property
    def sid(self) -> str:
        """Its id: where a reason can be written."""
        return self.body["Sid"].text

    def texts(self, key: str) -> list[str]:
        """The texts of an element that may be one text or a list."""
        return _texts(self.body[key])

    @property
    def principals(self) -> list[str]:
        """Everyone named by ``Principal``, whatever their kind."""
        principal = self.body["Principal"]
        if principal.text:
            return [principal.text]
        return [text for kind in principal.keys for text in _texts(principal[kind])]

    def condition(self, suffix: str) -> bool:
        """Whether some condition's key ends in ``suffix``, in any case of letters."""
        return any(key.endswith(suffix.lower()) for key in self.condition_keys)

    @property
    def condition_keys(self) -> list[str]:
        """Keys that conditions look at, in lower case."""
        conditions = self.body["Condition"]
        return [key.lower() for operator in conditions.keys for key in conditions[operator].keys]


def _texts(field: Field) -> list[str]:
    return [field.text] if field.text else [item.text for item in field.each() if item.text]


@lru_cache(maxsize=64)
def _parsed(text: str) -> Field | None:
    try:
        return Field(plain(json.loads(text)))
    except (ValueError, RecursionError):
        return None


def _document_fields(resource: Resource) -> Iterator[tuple[Kind, Field]]:
    for kind, path in DOCUMENTS[resource.type]:
        first = resource[path[0]]
        if len(path) == 1 or first.unknown:
            yield kind, first
        else:
            for item in first.each():
                yield kind, item[path[1]]


def statements(resource: Resource) -> Iterator[Statement | Result]:
    """Statements of every document the resource carries, and what is wrong with a document as a whole."""
    for kind, field in _document_fields(resource):
        if field.missing:
            continue
        if field.unknown:
            yield Unseen(field.path)
            continue
        document = _parsed(field.text) if field.text else field
        if document is None:
            yield wrong(
                field,
                "the document is no JSON: write it as an object and let your language's JSON function make the text",
            )
            continue
        for index, statement in enumerate(document["Statement"].each()):
            yield Statement(f"{field.path}.Statement[{index}]", kind, statement)
