"""Order in the cluster: what a manifest names comes first, and an operator before what it serves."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from lightkube.models.core_v1 import ConfigMap
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.models.rbac_v1 import RoleBinding, RoleRef, Subject
from lightkube.models.scheduling_v1 import PriorityClass

from components.kubernetes.cluster_objects import ClusterObjects, TwoOwnersError, UnknownReferenceError
from components.kubernetes.crds.karpenter import (
    AmiTerm,
    Disruption,
    EC2NodeClass,
    Ec2NodeClassSpec,
    NodeClassRef,
    NodePool,
    NodePoolSpec,
    NodeTemplate,
    NodeTemplateSpec,
)
from components.kubernetes.external_secret import secret_store
from components.kubernetes.manifest import Manifest
from components.kubernetes.manifests import workload_manifests
from components.kubernetes.namespace import NamespaceDeclaration, namespace_manifests
from components.kubernetes.references import Reference, references
from components.kubernetes.scaling import EventScaling, RedisListTrigger, ResourceScaling
from components.kubernetes.topology import Topology
from components.kubernetes.workload import Metrics, Route, SecretFiles, Workload
from tests.components.kubernetes.declarations import NETWORKS, server
from tests.components.kubernetes.recorder import Parent, Provider, run

MCP = NamespaceDeclaration(name="mcp")
GROUPS = ("external-secrets.io", "monitoring.coreos.com", "keda.sh", "gateway.networking.k8s.io", "gateway.k8s.aws")
FULL = server(
    env={"A": "1"},
    files={"/etc/app/a": "1"},
    secrets=(SecretFiles(name="redis", remote="toolboxai/dev/mcp/redis", keys=("username", "password")),),
    metrics=Metrics(port="http"),
    priority_class="critical",
    scaling=EventScaling(
        min_replicas=1,
        max_replicas=4,
        triggers=(RedisListTrigger(address="cache.example.com:6379", list_name="q", credentials="redis"),),
    ),
)


def priority() -> PriorityClass:
    return PriorityClass(metadata=ObjectMeta(name="critical"), value=1000)


def store() -> Manifest:
    return secret_store("mcp", region="us-east-1", role_arn="arn:aws:iam::111122223333:role/reader")


def dependencies(requests: dict[str, Any], name: str) -> set[str]:
    return {urn.rpartition("::")[2] for urn in requests[name].dependencies}


class Operator(pulumi.CustomResource):
    def __init__(self, name: str) -> None:
        super().__init__("kubernetes:helm.sh/v3:Release", name, {})


def deploy(workload: Workload, *more: Manifest) -> dict[str, Any]:
    def program(provider: Provider, parent: Parent) -> None:
        objects = ClusterObjects("main", provider, ready=[Operator("cluster-is-ready")])
        for group in GROUPS:
            objects.serve(group, Operator(f"operator-of-{group}"))
        policy = Topology([workload], networks=NETWORKS).policy(workload)
        first = [*namespace_manifests(MCP), priority(), store(), policy]
        objects.add_all([*first, *workload_manifests(workload), *more], parent=parent)

    return run(program)


def test_pods_come_after_all_that_they_name() -> None:
    requests = deploy(FULL)
    assert dependencies(requests, "main/mcp/deployment/server") == {
        "cluster-is-ready",
        "main/_cluster/namespace/mcp",
        "main/_cluster/priorityclass/critical",
        "main/mcp/serviceaccount/server",
        "main/mcp/configmap/server-env",
        "main/mcp/configmap/server-files",
        "main/mcp/externalsecret/server-redis",
        "main/mcp/networkpolicy/server",
    }


def test_custom_resources_come_after_their_operator() -> None:
    requests = deploy(FULL)
    cluster = {"cluster-is-ready", "main/_cluster/namespace/mcp"}
    assert dependencies(requests, "main/mcp/externalsecret/server-redis") == cluster | {
        "operator-of-external-secrets.io",
        "main/mcp/secretstore/secrets-manager",
    }
    assert dependencies(requests, "main/mcp/scaledobject/server") == cluster | {
        "operator-of-keda.sh",
        "main/mcp/deployment/server",
        "main/mcp/triggerauthentication/server-redis",
    }
    assert dependencies(requests, "main/mcp/servicemonitor/server") == cluster | {"operator-of-monitoring.coreos.com"}
    # a Service waits for ready endpoints, so it must not hold up, nor wait for, the pods' registration
    assert dependencies(requests, "main/mcp/service/server") == cluster


def test_a_route_comes_after_its_service_and_its_targets() -> None:
    route = Route(hosts=("api.example.com",), port="http", gateway="public", gateway_namespace="mcp")
    workload = server(routes=(route,), scaling=ResourceScaling(min_replicas=1, max_replicas=2))
    with pytest.raises(UnknownReferenceError, match="HTTPRoute server needs Gateway mcp/public"):
        deploy(workload)
    names = [r for m in workload_manifests(workload) if m.kind == "HTTPRoute" for r in references(m)]
    assert Reference("Service", "mcp", "server") in names
    assert Reference("TargetGroupConfiguration", "mcp", "server", required=False) in names


@pytest.mark.parametrize(
    ("manifests", "message"),
    [
        (workload_manifests(server()), "ServiceAccount server needs Namespace mcp"),
        (workload_manifests(server(namespace="default", priority_class="none")), "needs PriorityClass none"),
        (workload_manifests(server(namespace="default", service_account="gone")), "needs ServiceAccount default/gone"),
        ([store()], "SecretStore secrets-manager: no operator of the cluster serves external-secrets.io"),
    ],
    ids=["namespace", "priority class", "service account", "operator"],
)
def test_what_could_never_work_is_refused(manifests: list[Manifest], message: str) -> None:
    def program(provider: Provider, parent: Parent) -> None:
        objects = ClusterObjects("main", provider)
        with pytest.raises(UnknownReferenceError, match=message):
            objects.add_all(manifests, parent=parent)

    run(program)


def test_a_vendors_namespace_needs_no_object_of_ours() -> None:
    def program(provider: Provider, parent: Parent) -> None:
        objects = ClusterObjects("main", provider, existing_namespaces=["amazon-cloudwatch", "kube-system"])
        for namespace in ("amazon-cloudwatch", "kube-system"):
            objects.add(ConfigMap(metadata=ObjectMeta(name="x", namespace=namespace)), parent=parent)
        assert objects.find("ConfigMap", "kube-system", "x") is not None
        assert objects.find("ConfigMap", "kube-system", "y") is None

    assert dependencies(run(program), "main/kube-system/configmap/x") == set()


def test_a_pool_comes_after_its_class_and_goes_before_it() -> None:
    def program(provider: Provider, parent: Parent) -> None:
        objects = ClusterObjects("main", provider)
        for group in ("karpenter.sh", "karpenter.k8s.aws"):
            objects.serve(group, Operator(f"operator-of-{group}"))
        objects.add(
            EC2NodeClass(
                metadata=ObjectMeta(name="spot"),
                spec=Ec2NodeClassSpec(
                    amiSelectorTerms=[AmiTerm(alias="al2023@v20261101")],
                    subnetSelectorTerms=[],
                    securityGroupSelectorTerms=[],
                ),
            ),
            parent=parent,
        )
        template = NodeTemplate(spec=NodeTemplateSpec(nodeClassRef=NodeClassRef(name="spot"), requirements=[]))
        disruption = Disruption(consolidationPolicy="WhenEmpty", consolidateAfter="1m")
        pool = NodePool(metadata=ObjectMeta(name="spot"), spec=NodePoolSpec(template=template, disruption=disruption))
        objects.add(pool, parent=parent)

    requests = run(program)
    assert dependencies(requests, "main/_cluster/nodepool/spot") == {
        "operator-of-karpenter.sh",
        "main/_cluster/ec2nodeclass/spot",
    }
    options = requests["main/_cluster/ec2nodeclass/spot"].object["spec"]["metadataOptions"]
    assert (options["httpTokens"], options["httpPutResponseHopLimit"]) == ("required", 1)


def test_a_binding_follows_its_role_and_accounts_where_they_are_ours() -> None:
    binding = RoleBinding(
        metadata=ObjectMeta(name="readers", namespace="mcp"),
        roleRef=RoleRef(apiGroup="rbac.authorization.k8s.io", kind="Role", name="reader"),
        subjects=[Subject(kind="ServiceAccount", name="server", namespace="mcp"), Subject(kind="Group", name="team")],
    )
    assert list(references(binding)) == [
        Reference("Namespace", None, "mcp"),
        Reference("Role", "mcp", "reader", required=False),
        Reference("ServiceAccount", "mcp", "server", required=False),
    ]


def test_an_object_has_one_owner() -> None:
    """Whoever comes second is refused: the update after Argo CD, Argo CD after the update, either after itself."""

    def config(name: str) -> ConfigMap:
        return ConfigMap(metadata=ObjectMeta(name=name, namespace="default"))

    def program(provider: Provider, parent: Parent) -> None:
        objects = ClusterObjects("main", provider)
        objects.add(config("a"), parent=parent)
        objects.deliver([config("b")])
        with pytest.raises(TwoOwnersError, match="ConfigMap default/b: Argo CD applies it already"):
            objects.add(config("b"), parent=parent)
        with pytest.raises(TwoOwnersError, match="ConfigMap default/b: Argo CD applies it already"):
            objects.deliver([config("b")])
        for again in (lambda: objects.add(config("a"), parent=parent), lambda: objects.deliver([config("a")])):
            with pytest.raises(TwoOwnersError, match="ConfigMap default/a: the update applies it already"):
                again()

    assert set(run(program)) >= {"main/default/configmap/a"}
    assert "main/default/configmap/b" not in run(program)


def test_what_is_delivered_is_checked_and_tells_what_it_stands_on() -> None:
    def program(provider: Provider, parent: Parent) -> None:
        objects = ClusterObjects("main", provider)
        for group in GROUPS:
            objects.serve(group, Operator(f"operator-of-{group}"))
        with pytest.raises(UnknownReferenceError, match="ServiceAccount server needs Namespace mcp"):
            objects.deliver(workload_manifests(FULL))
        first = objects.add_all([*namespace_manifests(MCP), priority(), store()], parent=parent)
        identity = Operator("identity")
        objects.deliver(workload_manifests(FULL), depends_on=[identity])
        before = objects.before_delivery
        assert identity in before
        assert {first[0], first[-2], first[-1]} <= set(before)
        assert objects.within("mcp") == [made for made in first if made is not first[0] and made is not first[-2]]

    assert not [name for name in run(program) if "deployment" in name]
