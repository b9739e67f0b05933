"""Who applies what: every object is the update's or Argo CD's, never both, and each stands on the other in order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.model import Resource, Run
from sandbox.policies.runner import Packs
from tests import delivered
from tests.stacks.graph import applied, of_type, plain, reaches

ROOT = Path(__file__).parents[2]
GOLDENS = ROOT / "tests" / "goldens" / "delivered"
STACKS = ("dev", "staging", "production")
DELIVERED = ("staging", "production")
Key = tuple[str, str, str, str]


def key(manifest: dict[str, Any]) -> Key:
    """Group, kind, namespace and name: what an object is to the API server, in whatever version it is written."""
    group = manifest["apiVersion"].rpartition("/")[0]
    metadata = manifest["metadata"]
    return group, manifest["kind"], metadata.get("namespace", ""), metadata["name"]


def applications(stack: str) -> list[dict[str, Any]]:
    return [m for m in delivered.objects(stack).values() if m["kind"] == "Application"]


def config(stack: str) -> dict[str, Any]:
    text = (ROOT / f"Pulumi.{stack}.yaml").read_text()
    return {key.removeprefix("platform:"): value for key, value in yaml.safe_load(text)["config"].items()}


def way(section: dict[str, Any], row: dict[str, Any]) -> str:
    return str(row.get("delivery", section.get("defaults", {}).get("delivery", "pulumi")))


def declared(stack: str) -> dict[tuple[str, str], str]:
    """Who is to apply each server and agent, read from the stack file itself."""
    sections = config(stack)
    mcp, agents = sections["mcp"], sections["agents"]
    found = {("mcp", name): way(mcp, row) for name, row in mcp["servers"].items()}
    found |= {("mcp-agents", name): way(agents, row) for name, row in agents["agents"].items()}
    return found | {("mcp-agents", "coordinator"): str(agents["coordinator"].get("delivery", "pulumi"))}


@pytest.mark.parametrize("stack", STACKS)
def test_nothing_is_owned_twice(stack: str, run_of: Callable[[str], Run]) -> None:
    update = Counter(key(m) for m in applied(run_of(stack)))
    argo = Counter(key(m) for m in delivered.objects(stack).values())
    assert {k for k, count in (update + argo).items() if count > 1} == set()
    assert len(update) > 100
    assert bool(argo) is (stack in DELIVERED)


@pytest.mark.parametrize("stack", STACKS)
def test_each_workload_is_brought_in_as_its_settings_say(stack: str, run_of: Callable[[str], Run]) -> None:
    update = {k[2:] for m in applied(run_of(stack)) if (k := key(m))[1] == "Deployment"}
    argo = {k[2:] for m in delivered.objects(stack).values() if (k := key(m))[1] == "Deployment"}
    for workload, owner in declared(stack).items():
        assert (workload in update, workload in argo) == (owner == "pulumi", owner == "argocd"), workload


@pytest.mark.parametrize("stack", DELIVERED)
def test_what_limits_and_identifies_a_workload_stays_the_updates(stack: str, run_of: Callable[[str], Run]) -> None:
    update = {key(m) for m in applied(run_of(stack))}
    identities = {
        (i["namespace"], i["serviceAccount"])
        for i in (plain(r.inputs) for r in of_type(run_of(stack), "aws:eks:PodIdentityAssociation"))
    }
    for manifest in delivered.objects(stack).values():
        group, kind, namespace, name = key(manifest)
        assert kind not in {
            "NetworkPolicy",
            "ResourceQuota",
            "LimitRange",
            "Role",
            "RoleBinding",
            "SecretStore",
            "Secret",
        }
        assert namespace, "what the whole cluster shares is the update's"
        if (group, kind) == ("apps", "Deployment"):
            assert ("networking.k8s.io", "NetworkPolicy", namespace, name) in update
            assert ("", "ResourceQuota", namespace, "quota") in update
            assert ("external-secrets.io", "SecretStore", namespace, "secrets-manager") in update
    assert ("mcp", "context") in identities
    assert ("mcp-agents", "quiz") in identities


def root_of(run: Run) -> Resource:
    (found,) = [r for r in run.resources if r.type == "kubernetes:argoproj.io/v1alpha1:Application"]
    return found


@pytest.mark.parametrize("stack", DELIVERED)
def test_the_root_comes_after_all_that_delivered_workloads_stand_on(stack: str, run_of: Callable[[str], Run]) -> None:
    """And so goes before it: while its controller, the load balancers' and the identities are still there."""
    run = run_of(stack)
    waits_for = reaches(run, root_of(run))
    needed = [
        r
        for r in run.resources
        if r.type.rpartition(":")[2] in {"PodIdentityAssociation", "NetworkPolicy", "SecretStore", "ResourceQuota"}
        and any(f"/{ns}/" in r.name or f"-{ns}-" in r.name for ns in ("mcp", "mcp-agents"))
        and "egress-proxy" not in r.name
    ]
    assert len(needed) > 20
    released = {r.name: r.urn for r in of_type(run, "kubernetes:helm.sh/v3:Release")}
    assert {r.urn for r in needed} <= waits_for
    for operator in ("argo-cd", "keda", "external-secrets", "prometheus-operator-crds"):
        assert released[f"main/{operator}"] in waits_for
    assert [r.urn for r in run.resources if root_of(run).urn in r.dependencies] == []
    assert plain(root_of(run).inputs)["metadata"]["finalizers"] == ["resources-finalizer.argocd.argoproj.io"]
    assert root_of(run).custom_timeouts["delete"] == 1800


@pytest.mark.parametrize("stack", DELIVERED)
def test_the_root_reads_the_directory_of_the_applications(stack: str, run_of: Callable[[str], Run]) -> None:
    spec = plain(root_of(run_of(stack)).inputs)["spec"]
    folder = spec["source"]["path"]
    assert folder == f"{stack}/main/applications"
    inside = [m for path, m in delivered.objects(stack).items() if path.rpartition("/")[0] == folder]
    assert [m["kind"] for m in inside] == ["Application"] * len(applications(stack))
    assert spec["source"]["targetRevision"] == "rendered"
    assert spec["destination"]["namespace"] == "argocd"


@pytest.mark.parametrize("stack", DELIVERED)
def test_an_application_a_workload_by_its_projects_leave(stack: str, run_of: Callable[[str], Run]) -> None:
    projects = {m["metadata"]["name"]: m["spec"] for m in applied(run_of(stack)) if m["kind"] == "AppProject"}
    folders: dict[str, list[dict[str, Any]]] = {}
    for path, m in delivered.objects(stack).items():
        folders.setdefault(path.rpartition("/")[0], []).append(m)
    del folders[f"{stack}/main/applications"]
    found = applications(stack)
    assert {m["spec"]["source"]["path"] for m in found} == set(folders)
    assert len(found) >= 11
    for m in found:
        spec, project = m["spec"], projects[m["spec"]["project"]]
        namespace = spec["destination"]["namespace"]
        assert namespace in {d["namespace"] for d in project["destinations"]}
        assert spec["source"]["repoURL"] in project["sourceRepos"]
        allowed = {(k["group"], k["kind"]) for k in project["namespaceResourceWhitelist"]}
        for inside in folders[spec["source"]["path"]]:
            assert key(inside)[:2] in allowed
            assert key(inside)[2] == namespace


def test_projects_reach_namespaces_of_ours_and_nothing_shared(run_of: Callable[[str], Run]) -> None:
    projects = {m["metadata"]["name"]: m["spec"] for m in applied(run_of("production")) if m["kind"] == "AppProject"}
    assert {name: [d["namespace"] for d in spec["destinations"]] for name, spec in projects.items()} == {
        "platform": ["argocd"],
        "applications": ["toolboxai-production"],
        "mcp": ["mcp"],
        "agents": ["mcp-agents"],
    }
    for name, spec in projects.items():
        assert spec["clusterResourceWhitelist"] == []
        kinds = {k["kind"] for k in spec["namespaceResourceWhitelist"]}
        assert (kinds == {"Application"}) is (name == "platform")
        assert {d["server"] for d in spec["destinations"]} == {"https://kubernetes.default.svc"}
        assert [r["name"] for r in spec["roles"]] == ["operator"]
    windows = [spec.get("syncWindows") for name, spec in projects.items() if name != "platform"]
    assert all(w[0]["kind"] == "deny" and w[0]["manualSync"] for w in windows)
    assert "syncWindows" not in projects["platform"]


@pytest.mark.parametrize("stack", DELIVERED)
def test_syncs_have_the_platforms_figures(stack: str, run_of: Callable[[str], Run]) -> None:
    for m in [*applications(stack), plain(root_of(run_of(stack)).inputs)]:
        policy = m["spec"]["syncPolicy"]
        assert policy["automated"] == {"prune": True, "selfHeal": True, "allowEmpty": False}
        assert policy["retry"] == {"limit": 5, "backoff": {"duration": "5s", "factor": 2, "maxDuration": "3m"}}
        assert {"CreateNamespace=false", "ServerSideApply=true", "FailOnSharedResource=true"} <= set(
            policy["syncOptions"]
        )


@pytest.mark.parametrize("stack", DELIVERED)
def test_replicas_are_an_autoscalers_where_there_is_one(stack: str) -> None:
    everything = list(delivered.objects(stack).values())
    scaled = {
        (m["metadata"]["namespace"], m["spec"]["scaleTargetRef"]["name"])
        for m in everything
        if m["kind"] in {"HorizontalPodAutoscaler", "ScaledObject"}
    }
    ignored = {
        (m["spec"]["destination"]["namespace"], row["name"])
        for m in applications(stack)
        for row in m["spec"].get("ignoreDifferences", [])
        if row["jsonPointers"] == ["/spec/replicas"]
    }
    assert scaled == ignored
    assert len(scaled) >= 5
    for m in applications(stack):
        options = m["spec"]["syncPolicy"]["syncOptions"]
        assert ("RespectIgnoreDifferences=true" in options) is ("ignoreDifferences" in m["spec"])


@pytest.mark.parametrize("stack", DELIVERED)
def test_paths_say_stack_cluster_application_kind_and_name(stack: str) -> None:
    for path, m in delivered.objects(stack).items():
        assert re.fullmatch(rf"{stack}/main/[a-z0-9-]+/[a-z]+-[a-z0-9.-]+\.yaml", path)
        assert path.endswith(f"/{m['kind'].lower()}-{m['metadata']['name']}.yaml")


def test_what_pull_requests_would_change_in_production_is_shown() -> None:
    """The goldens are written by ``make goldens``."""
    there = {path.relative_to(GOLDENS).as_posix(): path.read_text() for path in sorted(GOLDENS.rglob("*.yaml"))}
    rendered = dict(delivered.files("production"))
    assert sorted(there) == sorted(rendered), "run `make goldens`"
    assert [path for path in rendered if there[path] != rendered[path]] == [], "run `make goldens`"


def test_before_images_are_pushed_there_is_nothing_to_deliver(tmp_path: Path) -> None:
    text = (ROOT / "Pulumi.staging.yaml").read_text()
    assert "phase:" not in text
    (tmp_path / "Pulumi.yaml").write_text((ROOT / "Pulumi.yaml").read_text())
    (tmp_path / "Pulumi.staging.yaml").write_text(
        text.replace("  platform:stack:\n", "  platform:stack:\n    phase: bootstrap\n")
    )
    assert delivered.files_of("staging", tmp_path) == {}


def test_argo_cd_may_write_only_what_it_delivers(run_of: Callable[[str], Run]) -> None:
    roles = [m for m in applied(run_of("production")) if m["kind"] == "Role"]
    controller = [m for m in roles if m["metadata"]["name"] == "argocd-application-controller"]
    assert {m["metadata"]["namespace"] for m in controller} >= {"mcp", "mcp-agents"}
    for role in [m for m in roles if m["metadata"]["name"].startswith("argocd-")]:
        for rule in role["rules"]:
            written = {"create", "update", "patch", "delete"} & set(rule["verbs"])
            assert "*" not in (*rule["verbs"], *rule["resources"], *rule["apiGroups"])
            assert not {"secrets", "roles", "rolebindings", "networkpolicies", "pods/exec"} & set(rule["resources"])
            assert not written or role["metadata"]["name"] == "argocd-application-controller"
    assert [
        m for m in applied(run_of("production")) if m["kind"].startswith("ClusterRole") and "argocd" in str(m)
    ] == []


def judged(stack: str, documents: Mapping[str, dict[str, Any]]) -> list[tuple[str, str]]:
    """What the packs' real servers have against objects, as if an update applied them: rule and name."""
    resources = [
        Resource(
            urn=f"urn:pulumi:{stack}::platform::{token}::{path}", type=token, name=path, custom=True, inputs=document
        )
        for path, document in documents.items()
        for api in [document["apiVersion"]]
        for token in [f"kubernetes:{api if '/' in api else f'core/{api}'}:{document['kind']}"]
    ]
    with Packs(ROOT, "platform", stack) as packs:
        for resource in resources:
            packs.feed(resource)
        verdict = packs.verdict(Run("platform", stack, resources, {}))
    # rules about the whole stack have no object: they are asked of the update
    return [(found.rule, found.urn.rpartition("::")[2]) for found in verdict.mandatory if found.urn]


def test_the_packs_would_let_in_what_argo_cd_delivers() -> None:
    """They see what an update applies only, so they are asked here; and an object that is broken is found."""
    documents = delivered.objects("production")
    assert judged("production", documents) == []
    path = "production/main/mcp-context/deployment-context.yaml"
    (container,) = documents[path]["spec"]["template"]["spec"]["containers"]
    container["securityContext"]["privileged"] = True
    assert {where for _, where in judged("production", documents)} == {path}
