"""Each admission rule refuses what breaks it and nothing else, by its own CEL."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings

from components.kubernetes.admission import RULES, admission_manifests, registries_map
from components.kubernetes.manifests import workload_manifests
from components.kubernetes.namespace import NamespaceDeclaration, namespace_manifests, platform_namespaces
from components.kubernetes.workload import Workload
from tests.admission import Admission, made_of
from tests.components.kubernetes.declarations import job, server, workloads
from tests.pod_security import pod_of

PREFIXES = {"own": "111122223333.dkr.ecr.us-east-1.amazonaws.com/toolboxai/dev/", "kit": "r.example.com/"}
Break = Callable[[dict[str, Any], dict[str, Any]], object]


def admission(*namespaces: str) -> Admission:
    declared = [NamespaceDeclaration(name=name, admission=True) for name in namespaces]
    declared.append(NamespaceDeclaration(name="vendors"))
    objects = [m.to_dict() for m in admission_manifests("toolboxai-system", PREFIXES)]
    objects += [m.to_dict() for ns in declared for m in namespace_manifests(ns)]
    return Admission(objects)


def controller(workload: Workload) -> dict[str, Any]:
    made: list[dict[str, Any]] = [dict(m.to_dict()) for m in workload_manifests(workload)]
    (found,) = (deepcopy(m) for m in made if pod_of(m) is not None)
    found["spec"].setdefault("replicas", 1)
    return found


def first(pod: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = pod["containers"][0]
    return found


@given(workloads())
@settings(max_examples=60, deadline=None)
def test_whatever_the_kit_makes_is_let_in(workload: Workload) -> None:
    guard = admission(workload.namespace)
    prefix = workload.image.repository.rpartition("/")[0] + "/"
    guard.maps["toolboxai-system", "allowed-registries"]["data"]["kit"] = prefix
    made = controller(workload)
    for obj in (made, *made_of(made)):
        assert guard.refusals(obj) == {}, obj


BROKEN: list[tuple[str, Break]] = [
    ("read-only-root", lambda _, p: first(p)["securityContext"].update(readOnlyRootFilesystem=False)),
    ("read-only-root", lambda _, p: first(p)["securityContext"].pop("readOnlyRootFilesystem")),
    ("read-only-root", lambda _, p: first(p).pop("securityContext")),
    ("read-only-root", lambda _, p: p.update(initContainers=[{**first(p), "name": "i", "securityContext": {}}])),
    *[
        ("requests-and-limits", lambda _, p, kind=kind, unit=unit: first(p)["resources"][kind].pop(unit))
        for kind in ("requests", "limits")
        for unit in ("cpu", "memory")
    ],
    ("requests-and-limits", lambda _, p: first(p)["resources"].pop("limits")),
    ("requests-and-limits", lambda _, p: first(p).pop("resources")),
    ("probes", lambda _, p: first(p).pop("livenessProbe")),
    ("probes", lambda _, p: first(p).pop("readinessProbe")),
    ("probes", lambda _, p: first(p).pop("startupProbe")),
    ("exact-tags", lambda _, p: first(p).update(image="r.example.com/x:latest")),
    ("exact-tags", lambda _, p: first(p).update(image="r.example.com/x")),
    ("exact-tags", lambda _, p: p.update(ephemeralContainers=[{"name": "d", "image": "r.example.com/x:latest"}])),
    ("allowed-registries", lambda _, p: first(p).update(image="docker.io/library/nginx:1.27.0")),
    ("allowed-registries", lambda _, p: first(p).update(image="r.example.com.evil.example/x:1.0.0")),
    ("allowed-registries", lambda _, p: p.update(initContainers=[{**first(p), "image": "quay.io/x:1.0.0"}])),
    *[
        ("labels", lambda o, _, key=key: o["metadata"]["labels"].pop(f"app.kubernetes.io/{key}"))
        for key in ("name", "component", "part-of", "managed-by")
    ],
    ("labels", lambda o, _: o["metadata"].pop("labels")),
    ("no-host-paths", lambda _, p: p["volumes"].append({"name": "node", "hostPath": {"path": "/etc"}})),
    (
        "no-secrets-in-env",
        lambda _, p: first(p).update(env=[{"name": "P", "valueFrom": {"secretKeyRef": {"name": "s", "key": "p"}}}]),
    ),
    ("no-secrets-in-env", lambda _, p: first(p).update(envFrom=[{"secretRef": {"name": "s"}}])),
    ("own-service-account", lambda _, p: p.update(serviceAccountName="default")),
    ("own-service-account", lambda _, p: p.pop("serviceAccountName")),
]


@pytest.mark.parametrize(("rule", "broken"), BROKEN, ids=[f"{i}-{rule}" for i, (rule, _) in enumerate(BROKEN)])
def test_a_broken_object_is_refused_by_its_rule_alone(rule: str, broken: Break) -> None:
    guard, obj = admission("mcp"), controller(server())
    assert guard.refusals(obj) == {}
    before = deepcopy(obj)
    broken(obj, obj["spec"]["template"]["spec"])
    assert set(guard.refusals(obj)) == {rule}
    assert set(guard.refusals(obj, old=before)) == {rule}
    # a message says what is wrong and what to write instead
    assert ": write " in guard.refusals(obj)[rule]
    assert guard.refusals(obj)[rule].partition(":")[0]
    # in a namespace that isn't ours nothing is refused
    obj["metadata"]["namespace"] = "vendors"
    assert guard.refusals(obj) == {}


def test_each_rule_has_an_object_that_breaks_it() -> None:
    assert {rule for rule, _ in BROKEN} == {rule.name for rule in RULES}


def test_a_pod_is_judged_like_its_maker() -> None:
    guard, obj = admission("mcp"), controller(server())
    first(obj["spec"]["template"]["spec"]).pop("resources")
    assert [set(guard.refusals(made)) for made in made_of(obj)] == [{"requests-and-limits"}] * 2


def test_a_job_has_no_probes_and_needs_none() -> None:
    made = controller(job())
    guard = admission(made["metadata"]["namespace"])
    assert guard.refusals(made) == {}


def test_what_was_there_before_a_rule_may_still_end() -> None:
    """Only a change of spec or labels is judged: a finalizer can be taken off an object that breaks a later rule."""
    guard, old = admission("mcp"), controller(server())
    first(old["spec"]["template"]["spec"]).pop("resources")
    ending = deepcopy(old)
    ending["metadata"]["deletionTimestamp"] = "2026-11-21T00:00:00Z"
    assert guard.refusals(ending, old=old) == {}
    ending["metadata"]["labels"]["more"] = "yes"
    assert set(guard.refusals(ending, old=old)) == {"requests-and-limits"}


def test_a_debugging_container_comes_from_an_allowed_registry() -> None:
    guard = admission("mcp")
    (pod,) = (o for o in made_of(controller(server())) if o["kind"] == "Pod")
    debugged = {**pod, "spec": {**pod["spec"], "ephemeralContainers": [{"name": "d", "image": "busybox:1.37.0"}]}}
    assert set(guard.refusals(debugged, old=pod, subresource="ephemeralcontainers")) == {"allowed-registries"}


def test_without_its_parameters_the_registry_rule_lets_nothing_in() -> None:
    guard = admission("mcp")
    guard.maps.clear()
    assert guard.refusals(controller(server())) == {"allowed-registries": "no parameters"}


def test_policies_fail_closed_and_are_never_bound_to_the_whole_cluster() -> None:
    guard = admission("mcp")
    assert {name for name, policy in guard.policies.items() if policy["failurePolicy"] == "Fail"} == set(guard.policies)
    assert {b["policyName"] for b in guard.bindings} == set(guard.policies)
    for binding in guard.bindings:
        assert binding["matchResources"]["namespaceSelector"] == {"matchLabels": {"platform/admission": "enforced"}}


def test_a_registry_is_named_to_its_end() -> None:
    with pytest.raises(ValueError, match=r"ends with a slash: r\.example\.com"):
        registries_map("toolboxai-system", {"own": "r.example.com"})


@pytest.mark.parametrize("declaration", platform_namespaces("toolboxai", "toolboxai-dev"), ids=lambda n: n.name)
def test_every_namespace_is_guarded_or_says_why_not(declaration: NamespaceDeclaration) -> None:
    assert declaration.admission == (declaration.exempt is None)
    for manifest in namespace_manifests(declaration):
        made: dict[str, Any] = dict(manifest.to_dict())
        if made["kind"] == "Namespace":
            said = made["metadata"].get("annotations", {})
            assert said.get("platform/admission-exempt-reason") == declaration.exempt
            assert said.get("platform/pod-security-reason") == declaration.reason
