"""What stands in the rendered branch for workloads of one's own making: turns, grouping, refusals."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.models.networking_v1 import NetworkPolicy

from components.cluster_plan import ClusterPlan
from components.delivery import rendered_tree
from components.delivery import tree as module
from components.delivery.settings import Access, DeliverySettings, SignIn
from components.delivery.tree import UndeliverableError
from components.kubernetes.cluster_objects import TwoOwnersError
from components.kubernetes.namespace import platform_namespaces
from components.kubernetes.workload import Workload
from tests.components.kubernetes.declarations import IMAGE, server

SETTINGS = DeliverySettings(
    repository="https://github.com/example/platform",
    sign_in=SignIn(issuer="https://id.example.com", client_id="argocd"),
    access=Access(operators=["platform-team"]),
    slack="#deploys",
)


def plan(*workloads: Workload, key: str = "main") -> ClusterPlan:
    """As much of a plan as delivery asks of it."""
    namespaces = {ns.name: ns for ns in platform_namespaces("toolboxai", "toolboxai-dev")}
    return cast("ClusterPlan", SimpleNamespace(key=key, workloads=workloads, namespaces=namespaces))


def job(name: str, **more: Any) -> Workload:  # noqa: ANN401 - any field
    fields: dict[str, Any] = {
        "namespace": "toolboxai-dev",
        "name": name,
        "component": "job",
        "part_of": "applications",
        "image": IMAGE,
        "kind": "Job",
        "env": {"A": "1"},
        "delivery": "argocd",
        **more,
    }
    return Workload(**fields)


def backend(**more: Any) -> Workload:  # noqa: ANN401 - any field
    return server("backend", "toolboxai-dev", part_of="applications", delivery="argocd", **more)


def annotated(files: dict[str, Any], path: str) -> dict[str, str]:
    return cast("dict[str, str]", files[path]["metadata"].get("annotations", {}))


def test_what_the_update_applies_is_not_there() -> None:
    assert rendered_tree("dev", SETTINGS, [plan(server(), server("other", delivery="pulumi"))]) == {}


def test_a_directory_an_application_and_one_for_the_applications() -> None:
    files = rendered_tree("dev", SETTINGS, [plan(backend()), plan(backend(), key="next")])
    assert {path.rpartition("/")[0] for path in files} == {
        f"dev/{cluster}/{app}" for cluster in ("main", "next") for app in ("applications", "toolboxai-dev-backend")
    }
    application: Any = files["dev/next/applications/application-toolboxai-dev-backend.yaml"]
    assert application["spec"]["source"] == {
        "repoURL": "https://github.com/example/platform",
        "targetRevision": "rendered",
        "path": "dev/next/toolboxai-dev-backend",
    }
    assert application["spec"]["project"] == "applications"
    assert list(files) == sorted(files)


def test_a_migration_goes_before_and_tests_after() -> None:
    """In the sync itself: before it, the Job's account and secrets wouldn't be there the first time."""
    migrate = job("backend-migrate")
    smoke = job("smoke", after=("Deployment/backend", "Job/backend-migrate"))
    load = job("load-test", after=("Job/smoke",))
    files: Any = rendered_tree("dev", SETTINGS, [plan(migrate, backend(after=("Job/backend-migrate",)), smoke, load)])
    base = "dev/main/toolboxai-dev-applications"
    assert {p.rpartition("/")[0] for p in files} == {base, "dev/main/applications"}
    hook = "argocd.argoproj.io/hook"
    cleared = {"argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation"}
    wave = "argocd.argoproj.io/sync-wave"

    def turn(file: str) -> dict[str, str]:
        return {k: v for k, v in annotated(files, f"{base}/{file}.yaml").items() if k.startswith("argocd.")}

    assert turn("job-backend-migrate") == {hook: "Sync", wave: "-10", **cleared}
    assert turn("serviceaccount-backend-migrate") == turn("configmap-backend-migrate-env") == {wave: "-11"}
    assert turn("deployment-backend") == turn("configmap-smoke-env") == {}
    assert turn("job-smoke") == {hook: "PostSync", wave: "0", **cleared}
    assert turn("job-load-test") == {hook: "PostSync", wave: "1", **cleared}


def test_what_comes_after_one_another_comes_in_together_and_nothing_else() -> None:
    migrate = job("backend-migrate", component="backend")
    released = backend(component="backend", after=("Job/backend-migrate",))
    apart = server("dashboard", "toolboxai-dev", part_of="applications", delivery="argocd")
    namesake = server("backend", "mcp", delivery="argocd", after=("Job/backend-migrate",))
    files = rendered_tree("dev", SETTINGS, [plan(migrate, apart, released, namesake)])
    assert {p.split("/")[2] for p in files} == {
        "applications",
        "toolboxai-dev-backend",
        "toolboxai-dev-dashboard",
        "mcp-backend",
    }


def test_a_job_of_its_own_is_made_anew_where_its_template_changes() -> None:
    files: Any = rendered_tree("dev", SETTINGS, [plan(job("report"))])
    assert annotated(files, "dev/main/toolboxai-dev-report/job-report.yaml") == {
        "argocd.argoproj.io/sync-options": "Replace=true,Force=true"
    }


def test_two_of_one_name_have_two_owners() -> None:
    with pytest.raises(TwoOwnersError, match=r"ServiceAccount toolboxai-dev/backend stands in .* and in "):
        rendered_tree("dev", SETTINGS, [plan(backend(), backend())])


def test_kinds_that_no_project_allows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = NetworkPolicy(metadata=ObjectMeta(name="open", namespace="toolboxai-dev"))
    monkeypatch.setattr(module, "workload_manifests", lambda _: [policy])
    with pytest.raises(UndeliverableError, match=r"NetworkPolicy open of toolboxai-dev/backend: Argo CD delivers"):
        rendered_tree("dev", SETTINGS, [plan(backend())])
