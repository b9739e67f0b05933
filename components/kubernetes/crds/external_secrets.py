# ruff: noqa: N815 - fields are the API's own names
"""External Secrets Operator 2.9, ``external-secrets.io/v1`` (v1beta1 isn't served any more)."""

from __future__ import annotations

from typing import ClassVar, Literal

from components.kubernetes.custom_resource import CustomResource, Part

API_VERSION = "external-secrets.io/v1"


class AwsProvider(Part):
    """Secrets Manager, read under ``role``: the operator's own identity assumes it (no ``auth`` with Pod Identity)."""

    service: Literal["SecretsManager"] = "SecretsManager"
    region: str
    role: str


class Provider(Part):
    """Where a store reads."""

    aws: AwsProvider


class SecretStoreSpec(Part):
    """A store's provider."""

    provider: Provider


class SecretStore(CustomResource):
    """Where the ExternalSecrets of one namespace read from."""

    api_version: ClassVar[str] = API_VERSION
    resource_kind: ClassVar[str] = "SecretStore"
    spec: SecretStoreSpec


class StoreRef(Part):
    """The store of the same namespace."""

    name: str
    kind: Literal["SecretStore"] = "SecretStore"


class TemplateMetadata(Part):
    """Labels of the Secret that is made: whoever reads it finds it by them."""

    labels: dict[str, str]


class Template(Part):
    """What the Secret has besides the values read: labels, and keys that are no secret."""

    metadata: TemplateMetadata
    data: dict[str, str] | None = None
    mergePolicy: Literal["Merge"] = "Merge"


class Target(Part):
    """The Secret that is made; the ExternalSecret owns it."""

    name: str
    template: Template | None = None
    creationPolicy: Literal["Owner"] = "Owner"
    deletionPolicy: Literal["Retain", "Delete"] = "Retain"


class RemoteRef(Part):
    """A secret by name, and one property of its JSON object."""

    key: str
    property: str


class Data(Part):
    """One key of the Secret."""

    secretKey: str
    remoteRef: RemoteRef


class Extract(Part):
    """A whole secret by name."""

    key: str


class DataFrom(Part):
    """Every property of a secret's JSON object."""

    extract: Extract


class ExternalSecretSpec(Part):
    """What is read, how often, and into which Secret."""

    refreshInterval: str = "1h"
    secretStoreRef: StoreRef
    target: Target
    data: list[Data] | None = None
    dataFrom: list[DataFrom] | None = None


class ExternalSecret(CustomResource):
    """A Secret kept like one in Secrets Manager."""

    api_version: ClassVar[str] = API_VERSION
    resource_kind: ClassVar[str] = "ExternalSecret"
    spec: ExternalSecretSpec
