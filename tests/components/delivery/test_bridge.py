"""The cluster's Secret: typed keys, valid labels, the account's and the cluster's truths, and nothing secret."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from pydantic import ValidationError

from components.delivery.bridge import Bridge, cluster_secret, content

FACTS: dict[str, Any] = {
    "platform": "toolboxai",
    "environment": "production",
    "tier": "production",
    "stack": "production",
    "account_id": "111122223333",
    "region": "us-east-1",
    "cluster_key": "main",
    "cluster_name": "toolboxai-production-main",
    "registry": "111122223333.dkr.ecr.us-east-1.amazonaws.com",
    "repository_prefix": "toolboxai/production",
    "domain": "toolboxai.example.com",
    "secrets_prefix": "toolboxai/production",
    "storage_class": "gp3",
}
# what charts and sets may refer to: taking one away breaks them
KEYS = {
    "platform/platform",
    "platform/environment",
    "platform/tier",
    "platform/stack",
    "platform/account-id",
    "platform/region",
    "platform/cluster-key",
    "platform/cluster-name",
    "platform/registry",
    "platform/repository-prefix",
    "platform/domain",
    "platform/secrets-prefix",
    "platform/storage-class",
}


def test_the_contract_of_keys() -> None:
    bridge = Bridge(**FACTS)
    assert set(bridge.annotations()) == KEYS
    assert bridge.labels() == {
        "argocd.argoproj.io/secret-type": "cluster",
        "platform/platform": "toolboxai",
        "platform/environment": "production",
        "platform/tier": "production",
        "platform/region": "us-east-1",
        "platform/cluster-key": "main",
    }
    assert bridge.annotations()["platform/account-id"] == "111122223333"


def test_labels_are_labels() -> None:
    for key, value in Bridge(**FACTS).labels().items():
        prefix, _, name = key.rpartition("/")
        assert re.fullmatch(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", prefix)
        assert re.fullmatch(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?", name)
        assert re.fullmatch(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?", value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("account_id", 111122223333),
        ("region", "eu-west-1"),
        ("tier", "test"),
        ("cluster_name", "no spaces here"),
        ("domain", "not_a_host"),
        ("password", "hunter2"),
    ],
)
def test_wrong_and_unknown_keys_are_refused(key: str, value: object) -> None:
    with pytest.raises(ValidationError):
        Bridge(**{**FACTS, key: value})


def test_argo_cd_reaches_its_own_cluster_without_credentials_and_in_named_namespaces() -> None:
    found = content(["argocd", "mcp"])
    assert found["server"] == "https://kubernetes.default.svc"
    assert found["namespaces"] == "argocd,mcp"
    assert found["clusterResources"] == "false"
    assert json.loads(found["config"]) == {"tlsClientConfig": {"insecure": False}}


def test_the_secret_itself_holds_no_content() -> None:
    secret = cluster_secret(Bridge(**FACTS)).to_dict()
    assert set(secret) == {"apiVersion", "kind", "metadata", "type"}
