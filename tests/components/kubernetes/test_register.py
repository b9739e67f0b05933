"""The seam: what the engine is asked for is what the SDK's typed class would ask for."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest
from lightkube.models.core_v1 import ConfigMap, Secret
from lightkube.models.meta_v1 import ObjectMeta

from components.kubernetes.manifest import Manifest, kind_of
from components.kubernetes.manifests import workload_manifests
from components.kubernetes.namespace import NamespaceDeclaration, Quota, namespace_manifests
from components.kubernetes.paths import ToWorkload
from components.kubernetes.register import Merge, logical_name, plugin_version, register, type_token
from components.kubernetes.scaling import ResourceScaling
from components.kubernetes.topology import Topology
from components.kubernetes.workload import SecretFiles
from tests.components.kubernetes.declarations import NETWORKS, job, server
from tests.components.kubernetes.recorder import Parent, Provider, run

WORKLOAD = server(
    scaling=ResourceScaling(min_replicas=2, max_replicas=4),
    env={"A": "1"},
    calls=(ToWorkload("mcp", "other", "http"),),
)
TYPED: dict[str, Any] = {
    "ServiceAccount": k8s.core.v1.ServiceAccount,
    "ConfigMap": k8s.core.v1.ConfigMap,
    "Namespace": k8s.core.v1.Namespace,
    "LimitRange": k8s.core.v1.LimitRange,
    "ResourceQuota": k8s.core.v1.ResourceQuota,
    "Service": k8s.core.v1.Service,
    "Deployment": k8s.apps.v1.Deployment,
    "StatefulSet": k8s.apps.v1.StatefulSet,
    "Job": k8s.batch.v1.Job,
    "CronJob": k8s.batch.v1.CronJob,
    "HorizontalPodAutoscaler": k8s.autoscaling.v2.HorizontalPodAutoscaler,
    "PodDisruptionBudget": k8s.policy.v1.PodDisruptionBudget,
    "NetworkPolicy": k8s.networking.v1.NetworkPolicy,
}


def built_in() -> list[Manifest]:
    """One manifest of every built-in kind that the kit makes."""
    topology = Topology([WORKLOAD, server("other")], networks=NETWORKS)
    manifests = [
        *namespace_manifests(NamespaceDeclaration(name="mcp", quota=Quota(pods=3))),
        *workload_manifests(WORKLOAD),
        *workload_manifests(server("stateful", kind="StatefulSet")),
        *workload_manifests(job()),
        *workload_manifests(job("nightly", kind="CronJob", schedule="0 3 * * *")),
        topology.policy(WORKLOAD),
    ]
    return list({kind_of(m): m for m in manifests}.values())


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


def test_the_engine_is_asked_for_the_same_as_by_the_typed_class() -> None:
    manifests = built_in()
    assert {kind_of(m) for m in manifests} == set(TYPED)

    def program(provider: Provider, parent: Parent) -> None:
        for manifest in manifests:
            register(manifest, cluster_key="main", provider=provider, parent=parent)
            args = {_snake(k): v for k, v in manifest.to_dict().items() if k not in {"apiVersion", "kind"}}
            options = pulumi.ResourceOptions(parent=parent, provider=provider)
            TYPED[kind_of(manifest)](f"typed/{kind_of(manifest)}", opts=options, **args)

    requests = run(program)
    for manifest in manifests:
        ours = requests[logical_name(manifest, "main")]
        typed = requests[f"typed/{kind_of(manifest)}"]
        assert ours.type == typed.type
        assert ours.object == typed.object
        assert ours.version == typed.version == plugin_version()
        assert ours.pluginDownloadURL == typed.pluginDownloadURL
        assert [a.spec.type for a in ours.aliases] == [a.spec.type for a in typed.aliases]
        assert list(ours.additionalSecretOutputs) == list(typed.additionalSecretOutputs)
        assert ours.provider == typed.provider
        assert ours.parent == typed.parent


def test_names_say_cluster_namespace_kind_and_name() -> None:
    names = {kind_of(m): logical_name(m, "main") for m in built_in()}
    assert names["Deployment"] == "main/mcp/deployment/server"
    assert names["HorizontalPodAutoscaler"] == "main/mcp/horizontalpodautoscaler/server"
    assert names["Namespace"] == "main/_cluster/namespace/mcp"
    assert logical_name(built_in()[0], "blue").startswith("blue/")


def test_the_core_group_is_called_core_and_custom_groups_by_their_name() -> None:
    tokens = {kind_of(m): type_token(m) for m in [*built_in(), *workload_manifests(server(secrets=(SECRET,)))]}
    assert tokens["Service"] == "kubernetes:core/v1:Service"
    assert tokens["Deployment"] == "kubernetes:apps/v1:Deployment"
    assert tokens["ExternalSecret"] == "kubernetes:external-secrets.io/v1:ExternalSecret"


SECRET = SecretFiles(name="database", remote="toolboxai/dev/mcp/database")


def test_replicas_are_left_to_the_autoscaler() -> None:
    def program(provider: Provider, parent: Parent) -> None:
        for workload in (WORKLOAD, server("fixed", replicas=2)):
            for manifest in workload_manifests(workload):
                register(
                    manifest, cluster_key="main", provider=provider, parent=parent, ignore_changes=["metadata.labels"]
                )

    requests = run(program)
    assert list(requests["main/mcp/deployment/server"].ignoreChanges) == ["metadata.labels", "spec.replicas"]
    assert list(requests["main/mcp/deployment/fixed"].ignoreChanges) == ["metadata.labels"]
    assert list(requests["main/mcp/service/server"].ignoreChanges) == ["metadata.labels"]


def _secret(data: dict[str, str] | None = None) -> Secret:
    return Secret(metadata=ObjectMeta(name="tls", namespace="mcp"), stringData=data)


def test_a_plain_secret_is_refused_and_its_value_not_shown() -> None:
    def program(provider: Provider, parent: Parent) -> None:
        with pytest.raises(ValueError, match="Secret tls: password would stand in clear") as caught:
            register(_secret({"password": "hush-hush"}), cluster_key="main", provider=provider, parent=parent)
        assert "hush" not in str(caught.value)
        merge: Merge = {"stringData": {"password": pulumi.Output.secret("x"), "other": "hush"}}
        with pytest.raises(ValueError, match="Secret tls: other"):
            register(_secret(), cluster_key="main", provider=provider, parent=parent, merge=merge)

    run(program)


def test_a_secrets_outputs_are_secret() -> None:
    def program(provider: Provider, parent: Parent) -> None:
        merge = {"stringData": {"password": pulumi.Output.from_input("hush-hush")}}
        register(_secret(), cluster_key="main", provider=provider, parent=parent, merge=merge)

    request = run(program)["main/mcp/secret/tls"]
    assert list(request.additionalSecretOutputs) == ["data", "stringData"]
    data = request.object["stringData"]
    assert data["4dabf18193072939515e22adb298388d"] == "1b47061264138c4ac30d75fd1eb44270"  # the engine's secret mark
    assert data["value"] == {"password": "hush-hush"}


def test_cloud_values_are_laid_over_without_touching_the_manifest() -> None:
    manifest = ConfigMap(metadata=ObjectMeta(name="cloud", namespace="mcp"), data={"kept": "1", "changed": "2"})

    def program(provider: Provider, parent: Parent) -> None:
        merge: Merge = {"data": {"changed": pulumi.Output.from_input("arn"), "new": "3"}}
        register(manifest, cluster_key="main", provider=provider, parent=parent, merge=merge)

    request = run(program)["main/mcp/configmap/cloud"]
    assert request.object["data"] == {"kept": "1", "changed": "arn", "new": "3"}
    assert manifest.data == {"kept": "1", "changed": "2"}


@pytest.mark.parametrize(
    ("ready", "annotations"),
    [
        (True, None),
        (False, {"pulumi.com/skipAwait": "true"}),
        ("condition=Ready", {"pulumi.com/waitFor": "condition=Ready"}),
    ],
)
def test_waiting_is_said_by_annotation(ready: bool | str, annotations: dict[str, str] | None) -> None:  # noqa: FBT001
    manifest = ConfigMap(metadata=ObjectMeta(name="m", namespace="mcp"))

    def program(provider: Provider, parent: Parent) -> None:
        register(manifest, cluster_key="main", provider=provider, parent=parent, await_ready=ready, timeout="15m")

    request = run(program)["main/mcp/configmap/m"]
    metadata = dict(request.object["metadata"])
    assert (dict(metadata["annotations"]) if "annotations" in metadata else None) == annotations
    patience = request.customTimeouts
    assert (patience.create, patience.update, patience.delete) == ("15m", "15m", "15m")


def test_options_reach_the_engine() -> None:
    manifest = ConfigMap(metadata=ObjectMeta(name="m", namespace="mcp"))

    def program(provider: Provider, parent: Parent) -> None:
        first = register(_named("first"), cluster_key="main", provider=provider, parent=parent)
        register(
            manifest,
            cluster_key="main",
            provider=provider,
            parent=parent,
            depends_on=[first],
            aliases=[pulumi.Alias(name="before")],
            protect=True,
            deleted_with=first,
        )

    request = run(program)["main/mcp/configmap/m"]
    assert [d.rpartition("::")[2] for d in request.dependencies] == ["main/mcp/configmap/first"]
    assert [a.spec.name for a in request.aliases] == ["before"]
    assert request.protect
    assert request.deletedWith.endswith("main/mcp/configmap/first")


def _named(name: str) -> ConfigMap:
    return ConfigMap(metadata=ObjectMeta(name=name, namespace="mcp"))


def test_what_has_no_name_is_refused() -> None:
    with pytest.raises(ValueError, match="ConfigMap has no name"):
        logical_name(ConfigMap(metadata=ObjectMeta(namespace="mcp")), "main")
    with pytest.raises(ValueError, match="ConfigMap has no metadata"):
        logical_name(ConfigMap(), "main")
