from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.cloud import Refused
from sandbox.cloud.kubernetes import kind_of, served
from sandbox.model import UNKNOWN, Properties, Secret, Value

Ask = Callable[..., tuple[str, Properties, Properties]]


def deployment(**container: Value) -> Properties:
    labels: Value = {"app": "a"}
    return {
        "metadata": {"name": "a", "namespace": "n"},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "a", "image": "i", **container}]},
            },
        },
    }


@pytest.mark.parametrize(
    ("container", "problem"),
    [
        (
            {"imagePullPolcy": "Always"},
            "spec.template.spec.containers[0].imagePullPolcy: unknown property; did you mean imagePullPolicy?",
        ),
        (
            {"ports": [{"containerPort": "80"}]},
            "spec.template.spec.containers[0].ports[0].containerPort: a whole number is wanted, found '80'",
        ),
        (
            {"ports": [{"name": "http"}]},
            "spec.template.spec.containers[0].ports[0].containerPort: missing, and required by ContainerPort",
        ),
        (
            {"livenessProbe": {"httpGet": {"port": True}}},
            "spec.template.spec.containers[0].livenessProbe.httpGet.port: a whole number or a string is wanted",
        ),
        ({"command": "run"}, "spec.template.spec.containers[0].command: a list is wanted, found 'run'"),
        (
            {"resources": {"limits": {"cpu": True}}},
            "spec.template.spec.containers[0].resources.limits.cpu: a string or a number is wanted, found True",
        ),
    ],
)
def test_a_wrong_field_is_refused_by_name(ask: Ask, container: Properties, problem: str) -> None:
    with pytest.raises(Refused) as refused:
        ask("kubernetes:apps/v1:Deployment", "d", deployment(**container))

    assert len(refused.value.reasons) == 1
    assert refused.value.reasons[0].startswith(problem)


@pytest.mark.parametrize(
    ("type_", "inputs", "problem"),
    [
        ("core/v1:ConfigMap", {"data": {"port": 80}}, "data.port: a string is wanted, found 80"),
        (
            "core/v1:ConfigMap",
            {"metadata": {"labels": {"on": True}}},
            "metadata.labels.on: a string is wanted, found True",
        ),
        ("core/v1:Secret", {"stringData": {"port": 80}}, "stringData.port: a string is wanted, found 80"),
        ("core/v1:Service", {"spec": {"selector": {"a": 1}}}, "spec.selector.a: a string is wanted, found 1"),
        ("core/v1:ResourceQuota", {"spec": {"hard": {"pods": []}}}, "spec.hard.pods: a string or a number is wanted"),
        (
            "storage.k8s.io/v1:StorageClass",
            {"provisioner": "p", "parameters": {"iops": 3}},
            "parameters.iops: a string",
        ),
        (
            "keda.sh/v1alpha1:ScaledObject",
            {"metadata": {"lables": {}}},
            "metadata.lables: unknown property; did you mean",
        ),
        ("keda.sh/v1alpha1:ScaledObject", {"metadata": {"annotations": {"a": 1}}}, "metadata.annotations.a: a string"),
        ("keda.sh/v1alpha1:ScaledObject", {"metadata": "a"}, "metadata: an object is wanted, found 'a'"),
    ],
)
def test_mappings_and_metadata_hold_what_the_api_takes(ask: Ask, type_: str, inputs: Properties, problem: str) -> None:
    with pytest.raises(Refused) as refused:
        ask(f"kubernetes:{type_}", "o", inputs)

    assert [reason[: len(problem)] for reason in refused.value.reasons] == [problem]


def test_quantities_may_be_numbers_and_schemas_of_schemas_are_mappings_of_objects(ask: Ask) -> None:
    ask(
        "kubernetes:core/v1:ResourceQuota",
        "q",
        {"spec": {"hard": {"pods": 4, "limits.cpu": 1.5, "limits.memory": "1Gi"}}},
    )
    schema: Value = {"type": "object", "properties": {"a": {"type": "string", "default": "x"}}}
    names: Value = {"kind": "A", "plural": "as"}
    version: Value = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    ask(
        "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
        "c",
        {"spec": {"group": "g.io", "names": names, "scope": "Namespaced", "versions": [version]}},
    )


def test_a_good_object_is_handed_on_with_kind_and_version(ask: Ask) -> None:
    id_, checked, outputs = ask(
        "kubernetes:apps/v1:Deployment",
        "d",
        deployment(livenessProbe={"httpGet": {"port": "http"}}, resources={"limits": {"cpu": "1"}}),
    )

    assert id_ == "n/a"
    assert (checked["apiVersion"], checked["kind"]) == ("apps/v1", "Deployment")
    assert outputs["spec"] == checked["spec"]
    assert outputs["status"] == {"observedGeneration": 1, "replicas": 2, "readyReplicas": 2}
    metadata = outputs["metadata"]
    assert isinstance(metadata, dict)
    assert metadata["name"] == "a"
    assert metadata["uid"]
    assert checked["metadata"] == {"name": "a", "namespace": "n"}


@pytest.mark.parametrize(
    ("type_", "inputs", "problem"),
    [
        ("kubernetes:apps/v1:Deployment", {"kind": "DaemonSet"}, "kind: Deployment is wanted"),
        ("kubernetes:core/v1:Service", {"apiVersion": "core/v1"}, "apiVersion: v1 is wanted"),
        ("kubernetes:policy/v1beta1:PodSecurityPolicy", {}, "apiVersion: policy/v1beta1 is not served by Kubernetes "),
        ("kubernetes:apps/v1:Deploiment", {}, "kind: apps/v1 has no Deploiment in Kubernetes "),
        ("kubernetes:extensions/v1beta1:Ingress", {"specc": 1}, None),
    ],
)
def test_kind_and_version_are_the_servers(ask: Ask, type_: str, inputs: Properties, problem: str | None) -> None:
    if problem is None:
        # a group that isn't the API's own may be anybody's
        ask(type_, "x", {"metadata": {"name": "x"}, **inputs})
        return
    with pytest.raises(Refused, match=problem):
        ask(type_, "x", {"metadata": {"name": "x"}, **inputs})


def test_the_version_that_is_checked_against_is_told() -> None:
    assert served() == "1.36"


@pytest.mark.parametrize(
    ("type_", "metadata", "id_"),
    [
        ("kubernetes:core/v1:ConfigMap", {"name": "a"}, "default/a"),
        ("kubernetes:core/v1:ConfigMap", {"name": "a", "namespace": "n"}, "n/a"),
        ("kubernetes:core/v1:Namespace", {"name": "a"}, "a"),
        ("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", {"name": "a"}, "a"),
        ("kubernetes:karpenter.sh/v1:NodePool", {"name": "a"}, "a"),
        ("kubernetes:cert-manager.io/v1:Certificate", {"name": "a", "namespace": "n"}, "n/a"),
    ],
)
def test_ids_are_namespace_and_name(ask: Ask, type_: str, metadata: Properties, id_: str) -> None:
    assert ask(type_, "x", {"metadata": metadata})[0] == id_


def test_custom_resources_are_taken_as_they_come(ask: Ask) -> None:
    spec: Properties = {"anything": [{"goes": 1}]}

    _, checked, _ = ask("kubernetes:karpenter.sh/v1:NodePool", "x", {"metadata": {"name": "a"}, "spec": spec})

    assert checked["spec"] == spec
    assert checked["apiVersion"] == "karpenter.sh/v1"


def test_a_name_is_made_up_where_none_is_given(ask: Ask) -> None:
    id_, checked, _ = ask("kubernetes:core/v1:ConfigMap", "conf", {"data": {"a": "b"}})

    metadata = checked["metadata"]
    assert isinstance(metadata, dict)
    assert id_ == f"default/{metadata['name']}"
    assert str(metadata["name"]).startswith("conf-")
    assert metadata["annotations"] == {"pulumi.com/autonamed": "true"}


def test_a_patch_may_say_little_but_must_name_its_object(ask: Ask) -> None:
    patch: Properties = {"metadata": {"name": "aws-node", "namespace": "kube-system"}, "spec": {"template": {}}}

    id_, checked, _ = ask("kubernetes:apps/v1:DaemonSetPatch", "p", patch)

    assert id_ == "kube-system/aws-node"
    assert checked["kind"] == "DaemonSet"
    with pytest.raises(Refused, match=r"spec\.templat: unknown property"):
        ask("kubernetes:apps/v1:DaemonSetPatch", "p", {**patch, "spec": {"templat": {}}})
    with pytest.raises(Refused, match=r"metadata\.name: missing; a patch says which object it changes"):
        ask("kubernetes:apps/v1:DaemonSetPatch", "p", {"spec": {}})


@pytest.mark.parametrize("given", [{"a": "b"}, Secret({"a": "b"})])
def test_the_content_of_a_secret_is_secret(ask: Ask, given: Properties) -> None:
    _, checked, outputs = ask("kubernetes:core/v1:Secret", "s", {"metadata": {"name": "s"}, "stringData": given})

    assert checked["stringData"] == outputs["stringData"] == Secret({"a": "b"})


def test_what_is_not_known_yet_is_let_through(ask: Ask) -> None:
    _, checked, _ = ask("kubernetes:core/v1:ConfigMap", "c", {"metadata": {"name": "c"}, "data": {"a": UNKNOWN}})

    assert checked["data"] == {"a": UNKNOWN}


def test_a_service_gets_an_address_and_a_load_balancer_a_host_name(ask: Ask) -> None:
    def service(**spec: str) -> Properties:
        _, _, outputs = ask("kubernetes:core/v1:Service", "s", {"metadata": {"name": "s"}, "spec": spec})
        return outputs

    plain, balanced, headless = service(), service(type="LoadBalancer"), service(clusterIP="None")

    assert isinstance(plain["spec"], dict)
    assert str(plain["spec"]["clusterIP"]).startswith("172.20.")
    assert plain["status"] == {"loadBalancer": {}}
    assert "amazonaws.com" in str(balanced["status"])
    assert isinstance(headless["spec"], dict)
    assert headless["spec"]["clusterIP"] == "None"


def test_kinds_are_found_by_group_and_version() -> None:
    assert kind_of("kubernetes:core/v1:Pod").api_version == "v1"
    assert kind_of("kubernetes:apps/v1:Deployment").api_version == "apps/v1"
    assert kind_of("kubernetes:apps.example.org/v1:Deployment").shape is None


def test_a_schema_with_dollar_fields_can_be_said(ask: Ask) -> None:
    schema: Value = {"openAPIV3Schema": {"type": "object", "properties": {"a": {"$ref": "x"}}}}
    spec: Properties = {
        "group": "example.org",
        "names": {"kind": "A", "plural": "as"},
        "scope": "Namespaced",
        "versions": [{"name": "v1", "served": True, "storage": True, "schema": schema}],
    }

    id_, _, _ = ask(
        "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
        "crd",
        {"metadata": {"name": "as.example.org"}, "spec": spec},
    )

    assert id_ == "as.example.org"


# --- Helm -------------------------------------------------------------------------------------------------------

RELEASE = "kubernetes:helm.sh/v3:Release"


def test_a_release_is_checked_against_the_sdk_and_its_values_are_free(ask: Ask) -> None:
    given: Properties = {
        "chart": "c",
        "name": "r",
        "namespace": "n",
        "values": {"any": {"thing": [1]}},
        "version": "1.2",
    }

    id_, checked, outputs = ask(RELEASE, "x", given)

    assert id_ == "n/r"
    assert checked == given
    assert outputs["status"] == {
        "appVersion": "",
        "chart": "c",
        "name": "r",
        "namespace": "n",
        "revision": 1,
        "status": "deployed",
        "version": "1.2",
    }
    with pytest.raises(Refused, match=r"timout: unknown property; did you mean timeout\?"):
        ask(RELEASE, "x", {**given, "timout": 900})
    with pytest.raises(Refused, match="chart: missing"):
        ask(RELEASE, "x", {"name": "r"})


def test_a_release_without_a_name_gets_one(ask: Ask) -> None:
    id_, checked, _ = ask(RELEASE, "x", {"chart": "c"})

    assert str(checked["name"]).startswith("x-")
    assert id_ == f"default/{checked['name']}"
