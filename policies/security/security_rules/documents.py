"""AWS policy documents: where a resource carries them, and what their statements say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from .core.reading import Field, plain
from .core.rules import Resource, Result, Unseen, wrong
from .networks import everywhere

Kind: TypeAlias = Literal["identity", "resource", "key", "trust"]
"""What a document is attached to: an identity, a resource, a key (``*`` is then the key itself), a role's trust."""

_IN: Final[Mapping[Kind, Mapping[str, tuple[str, ...]]]] = {
    "identity": {
        "policy": (
            "aws:iam/policy:Policy",
            "aws:iam/rolePolicy:RolePolicy",
            "aws:iam/userPolicy:UserPolicy",
            "aws:iam/groupPolicy:GroupPolicy",
            "aws:eks/podIdentityAssociation:PodIdentityAssociation",
            "aws:iot/policy:Policy",
        ),
        "inlinePolicy": ("aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy",),
    },
    "resource": {
        "policy": (
            "aws:acmpca/policy:Policy",
            "aws:apigateway/domainName:DomainName",
            "aws:apigateway/restApi:RestApi",
            "aws:apigateway/restApiPolicy:RestApiPolicy",
            "aws:backup/vaultPolicy:VaultPolicy",
            "aws:bedrock/agentcoreResourcePolicy:AgentcoreResourcePolicy",
            "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
            "aws:codebuild/resourcePolicy:ResourcePolicy",
            "aws:dsql/clusterPolicy:ClusterPolicy",
            "aws:dynamodb/resourcePolicy:ResourcePolicy",
            "aws:ecr/registryPolicy:RegistryPolicy",
            "aws:ecr/repositoryPolicy:RepositoryPolicy",
            "aws:efs/fileSystemPolicy:FileSystemPolicy",
            "aws:glacier/vaultLock:VaultLock",
            "aws:glue/resourcePolicy:ResourcePolicy",
            "aws:kinesis/resourcePolicy:ResourcePolicy",
            "aws:lambda/resourcePolicy:ResourcePolicy",
            "aws:mediastore/containerPolicy:ContainerPolicy",
            "aws:msk/clusterPolicy:ClusterPolicy",
            "aws:networkfirewall/resourcePolicy:ResourcePolicy",
            "aws:oam/sinkPolicy:SinkPolicy",
            "aws:opensearchingest/resourcePolicy:ResourcePolicy",
            "aws:pinpoint/smsvoicev2ResourcePolicy:Smsvoicev2ResourcePolicy",
            "aws:redshift/resourcePolicy:ResourcePolicy",
            "aws:redshiftserverless/resourcePolicy:ResourcePolicy",
            "aws:s3/accessPoint:AccessPoint",
            "aws:s3/bucket:Bucket",
            "aws:s3/bucketPolicy:BucketPolicy",
            "aws:s3/bucketV2:BucketV2",
            "aws:s3/filesFileSystemPolicy:FilesFileSystemPolicy",
            "aws:s3/vectorsVectorBucketPolicy:VectorsVectorBucketPolicy",
            "aws:s3control/accessGrantsInstanceResourcePolicy:AccessGrantsInstanceResourcePolicy",
            "aws:s3control/accessPointPolicy:AccessPointPolicy",
            "aws:s3control/bucketPolicy:BucketPolicy",
            "aws:s3control/objectLambdaAccessPointPolicy:ObjectLambdaAccessPointPolicy",
            "aws:schemas/registryPolicy:RegistryPolicy",
            "aws:secretsmanager/secret:Secret",
            "aws:secretsmanager/secretPolicy:SecretPolicy",
            "aws:ses/identityPolicy:IdentityPolicy",
            "aws:sesv2/emailIdentityPolicy:EmailIdentityPolicy",
            "aws:sns/topic:Topic",
            "aws:sns/topicPolicy:TopicPolicy",
            "aws:sqs/queue:Queue",
            "aws:sqs/queuePolicy:QueuePolicy",
            "aws:vpclattice/authPolicy:AuthPolicy",
            "aws:vpclattice/resourcePolicy:ResourcePolicy",
        ),
        "accessPolicies": (
            "aws:elasticsearch/domain:Domain",
            "aws:elasticsearch/domainPolicy:DomainPolicy",
            "aws:opensearch/domain:Domain",
            "aws:opensearch/domainPolicy:DomainPolicy",
        ),
        "accessPolicy": (
            "aws:cloudsearch/domainServiceAccessPolicy:DomainServiceAccessPolicy",
            "aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy",
            "aws:glacier/vault:Vault",
        ),
        "deliveryDestinationPolicy": ("aws:cloudwatch/logDeliveryDestinationPolicy:LogDeliveryDestinationPolicy",),
        "policyDocument": (
            "aws:amp/resourcePolicy:ResourcePolicy",
            "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
            "aws:codeartifact/domainPermissions:DomainPermissions",
            "aws:codeartifact/repositoryPermissionsPolicy:RepositoryPermissionsPolicy",
            "aws:xray/resourcePolicy:ResourcePolicy",
        ),
        "repositoryPolicy": ("aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",),
        "resourcePolicy": (
            "aws:s3tables/tableBucketPolicy:TableBucketPolicy",
            "aws:s3tables/tablePolicy:TablePolicy",
            "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy",
        ),
    },
    "key": {
        "policy": (
            "aws:kms/key:Key",
            "aws:kms/keyPolicy:KeyPolicy",
            "aws:kms/replicaKey:ReplicaKey",
            "aws:kms/externalKey:ExternalKey",
            "aws:kms/replicaExternalKey:ReplicaExternalKey",
        ),
    },
}
"""Inputs that hold one document, by what it is attached to. The tests ask the SDK whether any is missing."""

DOCUMENTS: Final[Mapping[str, tuple[tuple[Kind, tuple[str, ...]], ...]]] = {
    **{name: ((kind, (key,)),) for kind, inputs in _IN.items() for key, names in inputs.items() for name in names},
    "aws:iam/role:Role": (("identity", ("inlinePolicies", "policy")), ("trust", ("assumeRolePolicy",))),
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

    def texts_of(self, key: str, below: str) -> list[str]:
        """The texts of a part of an element."""
        return _texts(self.body[key][below])

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

    def demands(self, suffix: str) -> bool:
        """Whether the statement holds only for named values of a key that ends in ``suffix``.

        A condition that is turned round (``StringNotEquals``), holds where the key is missing (``...IfExists``,
        ``ForAllValues``) or takes every value (``*``) demands nothing.
        """
        conditions = self.body["Condition"]
        for operator in conditions.keys:
            if not _POSITIVE.fullmatch(operator):
                continue
            for key in conditions[operator].keys:
                values = _texts(conditions[operator][key])
                if key.lower().endswith(suffix.lower()) and values and not any(map(_anything, values)):
                    return True
        return False

    def may(self, action: str) -> bool:
        """Whether one of its actions, wildcards and any case of letters included, is ``action``."""
        return any(_glob(it.lower()).fullmatch(action.lower()) for it in self.texts("Action"))

    @property
    def hidden(self) -> Iterator[str]:
        """Paths of elements that are not known yet and decide what it says."""
        elements = ("Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal")
        for name in elements:
            element = self.body[name]
            below = [element, *(element[key] for key in element.keys)]
            if any(it.hidden for it in below):
                yield f"{self.path}.{name}"


_POSITIVE: Final = re.compile(
    r"(?:ForAnyValue:)?(?:(?:String|Arn)(?:Equals|Like|EqualsIgnoreCase)|Bool|IpAddress)", re.IGNORECASE
)
"""Operators of conditions that hold for the values they name, and for no others."""


def _anything(value: str) -> bool:
    """Whether a condition's value takes everything, or everything of one kind: ``*``, ``repo:*``, the internet."""
    rest = value.strip("*?/ ")
    return not rest or (rest.endswith(":") and rest.count(":") == 1) or everywhere(Field(value))


@lru_cache(maxsize=512)
def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(it, re.escape(it)) for it in pattern))


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
        body = document["Statement"]
        if body.unknown:
            yield Unseen(f"{field.path}.Statement")
        elif body.empty:
            yield wrong(field, "the document has no Statement: write one, or leave the document out")
        for index, part in enumerate(body.each()):
            statement = Statement(f"{field.path}.Statement[{index}]", kind, part)
            if not field.text:  # in a text all is known
                yield from map(Unseen, statement.hidden)
            yield statement
