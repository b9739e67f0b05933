"""The bridge from what the update knows to what Argo CD's charts and sets may use: the cluster's Secret, typed.

Argo CD keeps a cluster as a Secret; its labels choose clusters for an ApplicationSet, its annotations are values there
(``{{metadata.annotations.…}}``). Every key is a field here, so a key that nobody gives can't be referred to by mistake,
and none is a secret: there are no credentials in it, Argo CD uses its own service account.
"""

from __future__ import annotations

import json
from typing import Annotated, Final

from lightkube.models.core_v1 import Secret
from lightkube.models.meta_v1 import ObjectMeta
from pydantic import StringConstraints

from components.context import Environment, Region
from components.delivery.settings import NAMESPACE
from components.kubernetes.crds.argocd import IN_CLUSTER
from components.model import AccountId, Hostname, Settings

CLUSTER_SECRET: Final = "in-cluster"  # noqa: S105 - a name, no secret
SECRET_TYPE: Final = "argocd.argoproj.io/secret-type"  # noqa: S105 - a label
_PREFIX: Final = "platform"
_LABELS: Final = ("platform", "environment", "tier", "region", "cluster_key")
"""By what a set may choose clusters; each is an annotation too."""

LabelText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$")]
"""A label's value."""


class Bridge(Settings):
    """What charts and sets may know of the cluster and its stack."""

    platform: LabelText
    """The product."""
    environment: LabelText
    tier: Environment
    """Which rules apply."""
    stack: LabelText
    """The stack's name, first directory of the rendered branch."""
    account_id: AccountId
    region: Region
    cluster_key: LabelText
    """The cluster's key in the stack, second directory of the rendered branch."""
    cluster_name: LabelText
    """The cluster's name in EKS."""
    registry: Hostname
    """Where images come from."""
    repository_prefix: Annotated[str, StringConstraints(pattern=r"^[a-z0-9/-]+$")]
    """First parts of our own repositories' names there."""
    domain: Hostname
    """Base of the stack's host names."""
    secrets_prefix: Annotated[str, StringConstraints(pattern=r"^[a-z0-9/-]+$")]
    """First parts of the stack's secrets' names in Secrets Manager; ``/<namespace>/<name>`` follows."""
    storage_class: LabelText

    def labels(self) -> dict[str, str]:
        """What clusters are chosen by."""
        return {SECRET_TYPE: "cluster", **{key: value for key, value in self._keys().items() if key in _CHOSEN}}

    def annotations(self) -> dict[str, str]:
        """What charts and sets take values from."""
        return self._keys()

    def _keys(self) -> dict[str, str]:
        return {_key(field): str(getattr(self, field)) for field in type(self).model_fields}


def _key(field: str) -> str:
    return f"{_PREFIX}/{field.replace('_', '-')}"


_CHOSEN: Final = frozenset(_key(field) for field in _LABELS)


def cluster_secret(bridge: Bridge) -> Secret:
    """The Secret without its content, which ``content`` gives."""
    return Secret(
        metadata=ObjectMeta(
            name=CLUSTER_SECRET, namespace=NAMESPACE, labels=bridge.labels(), annotations=bridge.annotations()
        ),
        type="Opaque",
    )


def content(namespaces: list[str]) -> dict[str, str]:
    """How Argo CD reaches its own cluster: under its own account, in ``namespaces`` only, and in nothing shared."""
    return {
        "name": CLUSTER_SECRET,
        "server": IN_CLUSTER,
        "namespaces": ",".join(namespaces),
        "clusterResources": "false",
        "config": json.dumps({"tlsClientConfig": {"insecure": False}}),
    }
