"""Secrets of Secrets Manager in the cluster: a store a namespace, an ExternalSecret a secret. No value passes here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from lightkube.models.meta_v1 import ObjectMeta

from components.kubernetes.crds.external_secrets import (
    AwsProvider,
    Data,
    DataFrom,
    ExternalSecret,
    ExternalSecretSpec,
    Extract,
    Provider,
    RemoteRef,
    SecretStore,
    SecretStoreSpec,
    StoreRef,
    Target,
)

STORE: Final = "secrets-manager"
"""Name of every namespace's store."""


def secret_store(namespace: str, *, region: str, role_arn: str, labels: Mapping[str, str] | None = None) -> SecretStore:
    """The namespace's store. ``role_arn`` (``names.role_arn(...)``) may read the secrets of this namespace only."""
    return SecretStore(
        metadata=ObjectMeta(name=STORE, namespace=namespace, labels=dict(labels) if labels else None),
        spec=SecretStoreSpec(provider=Provider(aws=AwsProvider(region=region, role=role_arn))),
    )


def external_secret(
    namespace: str,
    name: str,
    *,
    remote: str,
    keys: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    revision: str | None = None,
) -> ExternalSecret:
    """A Secret called ``name`` with ``keys`` (all, where none is given) of the secret called ``remote``.

    ``remote`` is ``names.secret(namespace, ...)``, that is ``<platform>/<env>/<namespace>/<name>``. A new ``revision``
    has the operator read at once (External Secrets, "Can I manually trigger a secret refresh?").
    """
    chosen = [Data(secretKey=key, remoteRef=RemoteRef(key=remote, property=key)) for key in keys]
    return ExternalSecret(
        metadata=ObjectMeta(
            name=name,
            namespace=namespace,
            labels=dict(labels) if labels else None,
            annotations={"force-sync": revision} if revision else None,
        ),
        spec=ExternalSecretSpec(
            secretStoreRef=StoreRef(name=STORE),
            target=Target(name=name),
            data=chosen or None,
            dataFrom=None if chosen else [DataFrom(extract=Extract(key=remote))],
        ),
    )
