"""The admission policies of every stack let in everything that the stack puts where they bind."""

from __future__ import annotations

from sandbox.model import Run
from tests.admission import Admission, made_of
from tests.pod_security import pod_of
from tests.stacks.graph import manifests, of_type, plain, reaches

OURS = {"mcp", "mcp-agents"}
VENDORS = {"kube-system", "default", "amazon-cloudwatch", "amazon-guardduty"}


def test_everything_that_makes_pods_is_let_in(run: Run) -> None:
    guard = Admission(manifests(run))
    assert len(guard.bindings) == len(guard.policies) == 9
    makers = [m for m in manifests(run) if pod_of(m) is not None]
    judged = [obj for maker in makers for obj in (maker, *made_of(maker))]
    assert len(judged) > 30
    refused = {(o["kind"], o["metadata"]["name"]): said for o in judged if (said := guard.refusals(o))}
    assert refused == {}


def test_they_bind_where_our_own_pods_run(run: Run) -> None:
    guard = Admission(manifests(run))
    bound = {name for name, labels in guard.namespaces.items() if labels.get("platform/admission") == "enforced"}
    assert bound >= OURS
    releases = {str(plain(r.inputs)["namespace"]) for r in of_type(run, "kubernetes:helm.sh/v3:Release")}
    # pods of charts aren't written by our kit, hook Jobs among them
    assert not bound & (releases | VENDORS)
    for m in manifests(run):
        if m["kind"] == "Namespace" and m["metadata"]["name"] not in bound:
            assert len(m["metadata"]["annotations"]["platform/admission-exempt-reason"]) > 20


def test_a_namespace_that_is_guarded_comes_after_its_guard(run: Run) -> None:
    by_name = {r.name: r for r in run.resources}
    bindings = {r.urn for r in of_type(run, f"kubernetes:{ADMISSION}:ValidatingAdmissionPolicyBinding")}
    policies = {r.urn for r in of_type(run, f"kubernetes:{ADMISSION}:ValidatingAdmissionPolicy")}
    assert len(bindings) == len(policies) == 9
    for namespace in OURS:
        assert reaches(run, by_name[f"main/_cluster/namespace/{namespace}"]) >= bindings | policies


ADMISSION = "admissionregistration.k8s.io/v1"
