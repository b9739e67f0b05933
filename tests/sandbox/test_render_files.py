from __future__ import annotations

import base64
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sandbox.model import Properties, Resource, Run, Secret, Value
from sandbox.owned import LIST, replace
from sandbox.refusals import DirectoryRefused
from sandbox.render import dump, render
from tests.sandbox.projects import Project

PROVIDER = "urn:pulumi:dev::demo::pulumi:providers:kubernetes::main"


def k8s(type_: str, name: str, inputs: Properties, *, custom: bool = True) -> Resource:
    urn = f"urn:pulumi:dev::demo::{type_}::{name}"
    return Resource(urn, type_, name, custom=custom, provider=f"{PROVIDER}::some-id", inputs=inputs)


def run(*resources: Resource) -> Run:
    return Run("demo", "dev", list(resources), {})


def named(name: str, namespace: str = "") -> Value:
    return {"name": name, "namespace": namespace} if namespace else {"name": name}


def test_one_file_an_object_by_cluster_namespace_kind_and_name() -> None:
    files = render(
        run(
            k8s("kubernetes:core/v1:Namespace", "ns", {"metadata": named("mcp")}),
            k8s("kubernetes:apps/v1:Deployment", "blue/mcp/deployment/web", {"metadata": named("web", "mcp")}),
            k8s("kubernetes:karpenter.sh/v1:NodePool", "pool", {"metadata": named("general")}),
            k8s("kubernetes:core/v1:ServicePatch", "patch", {"metadata": named("others", "mcp")}),
            k8s("kubernetes:yaml/v2:ConfigGroup", "group", {}, custom=False),
            Resource(PROVIDER, "pulumi:providers:kubernetes", "main", custom=True),
        )
    )
    assert list(files.files) == [
        "blue/_cluster/namespace-mcp.yaml",
        "blue/_cluster/nodepool-general.yaml",
        "blue/mcp/deployment-web.yaml",
    ]
    assert (files.objects, files.releases) == (3, 0)
    deployment = yaml.safe_load(files.files["blue/mcp/deployment-web.yaml"])
    assert (deployment["apiVersion"], deployment["kind"]) == ("apps/v1", "Deployment")
    assert yaml.safe_load(files.files["blue/_cluster/nodepool-general.yaml"])["apiVersion"] == "karpenter.sh/v1"


def test_a_cluster_is_its_key_where_the_kit_names_it_and_its_provider_elsewhere() -> None:
    keyed = k8s("kubernetes:core/v1:Service", "green/a/service/x", {"metadata": named("x", "a")})
    release = k8s("kubernetes:helm.sh/v3:Release", "loki", {"chart": "loki", "namespace": "a"})
    other = k8s("kubernetes:core/v1:Service", "y", {"metadata": named("y", "a")})
    other.provider = PROVIDER.replace("::main", "::second") + "::id"
    assert list(render(run(keyed, release, other)).files) == [
        "green/_helm/a/loki.yaml",
        "green/a/service-x.yaml",
        "second/a/service-y.yaml",
    ]


def test_two_kinds_of_one_name_in_two_groups_have_two_files_and_two_objects_of_one_file_are_refused() -> None:
    certificate = {"metadata": named("web", "mcp")}
    one = k8s("kubernetes:cert-manager.io/v1:Certificate", "a", certificate)
    other = k8s("kubernetes:networking.gke.io/v1:Certificate", "b", certificate)
    assert list(render(run(one, other)).files) == [
        "main/mcp/certificate-web.yaml",
        "main/mcp/certificate.networking.gke.io-web.yaml",
    ]
    with pytest.raises(ValueError, match=r"certificate-web\.yaml|certificate\.cert-manager"):
        render(run(one, k8s("kubernetes:cert-manager.io/v1:Certificate", "c", certificate), other, one))


def test_a_helm_release_stands_apart_with_chart_version_and_values() -> None:
    inputs: Properties = {
        "chart": "loki",
        "version": "6.1.0",
        "name": "loki",
        "namespace": "monitoring",
        "repositoryOpts": {"repo": "https://example.com/charts"},
        "values": {"replicas": 3, "auth": {"password": Secret("hunter2")}},
        "atomic": True,
    }
    files = render(run(k8s("kubernetes:helm.sh/v3:Release", "loki", inputs)))
    assert list(files.files) == ["main/_helm/monitoring/loki.yaml"]
    assert (files.objects, files.releases) == (0, 1)
    text = files.files["main/_helm/monitoring/loki.yaml"]
    assert text.startswith("# A Helm release, not a Kubernetes object")
    assert "hunter2" not in text
    found = yaml.safe_load(text)
    assert list(found)[:5] == ["release", "namespace", "chart", "version", "repositoryOpts"]
    assert found["values"] == {"auth": {"password": "[secret]"}, "replicas": 3}


def test_secrets_are_never_in_clear_and_their_objects_still_valid() -> None:
    files = render(
        run(
            k8s(
                "kubernetes:core/v1:Secret",
                "plain",
                {"metadata": named("plain", "a"), "data": {"k": "aHVudGVyMg=="}, "stringData": {"s": "hunter2"}},
            ),
            k8s(
                "kubernetes:core/v1:Secret",
                "marked",
                {"metadata": named("marked", "a"), "data": Secret({"k": "aHVudGVyMg=="})},
            ),
            k8s(
                "kubernetes:core/v1:ConfigMap",
                "map",
                {"metadata": named("map", "a"), "data": {"dsn": Secret("hunter2"), "port": "5432"}},
            ),
        )
    )
    assert "hunter2" not in "".join(files.files.values())
    assert "aHVudGVyMg" not in "".join(files.files.values())
    plain = yaml.safe_load(files.files["main/a/secret-plain.yaml"])
    assert base64.b64decode(plain["data"]["k"]) == b"[secret]"
    assert plain["stringData"] == {"s": "[secret]"}
    assert yaml.safe_load(files.files["main/a/secret-marked.yaml"])["data"] == {}
    assert yaml.safe_load(files.files["main/a/configmap-map.yaml"])["data"] == {"dsn": "[secret]", "port": "5432"}


def test_what_only_pulumi_reads_is_left_out() -> None:
    annotations: Value = {"pulumi.com/skipAwait": "true", "team": "x"}
    kept = k8s("kubernetes:core/v1:Service", "a", {"metadata": {"name": "a", "annotations": annotations}})
    bare = k8s(
        "kubernetes:core/v1:Service",
        "b",
        {"metadata": {"name": "b", "annotations": {"pulumi.com/waitFor": "x"}}, "__internal": "y"},
    )
    files = render(run(kept, bare)).files
    assert yaml.safe_load(files["main/_cluster/service-a.yaml"])["metadata"]["annotations"] == {"team": "x"}
    assert yaml.safe_load(files["main/_cluster/service-b.yaml"]) == {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "b"},
    }


def test_names_cannot_lead_out_of_the_directory() -> None:
    files = render(
        run(
            k8s("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "r", {"metadata": named("system:a/../../b")}),
            k8s("kubernetes:core/v1:ConfigMap", "c", {"metadata": named("x", "../..")}),
        )
    ).files
    assert list(files) == ["main/_../configmap-x.yaml", "main/_cluster/clusterrole-system_a_.._.._b.yaml"]


def test_the_order_of_registration_and_of_keys_does_not_change_a_byte() -> None:
    a = k8s("kubernetes:core/v1:ConfigMap", "a", {"metadata": named("a", "n"), "data": {"x": "1", "y": "2"}})
    b = k8s("kubernetes:core/v1:ConfigMap", "b", {"data": {"x": "1"}, "metadata": named("b", "n")})
    turned = k8s("kubernetes:core/v1:ConfigMap", "a", {"data": {"y": "2", "x": "1"}, "metadata": named("a", "n")})
    assert list(render(run(a, b)).files.items()) == list(render(run(b, turned)).files.items())


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_every_text_comes_back(text: str) -> None:
    assert yaml.safe_load(dump({"key": text})) == {"key": text}


@pytest.mark.parametrize(
    "text", ["1e3", "y", "N", "0o17", "0x1f", "1_000", ".5", "1.", "+1", "on", "null", "~", "12:30"]
)
def test_texts_that_another_reader_takes_for_something_else_are_quoted(text: str) -> None:
    assert dump({"key": text}).split(": ", 1)[1][0] in "'\""


def test_long_texts_keep_their_lines() -> None:
    assert dump({"script": "a: 1\nb: 2\n"}) == "script: |\n  a: 1\n  b: 2\n"
    assert dump({"key": "word " * 60}).count("\n") == 1


# --- the directory --------------------------------------------------------------------------------------------------


def tree(directory: Path) -> dict[str, str]:
    return {
        path.relative_to(directory).as_posix(): path.read_text()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.name != LIST
    }


def test_a_second_writing_replaces_all_of_the_first(tmp_path: Path) -> None:
    directory = tmp_path / "deep" / "out"
    assert replace(directory, {"a/one.yaml": "1", "b/two.yaml": "2"}).added == 2
    written = replace(directory, {"a/one.yaml": "1!", "c/three.yaml": "3"})
    assert (written.files, written.added, written.changed, written.removed) == (2, 1, 1, 1)
    assert tree(directory) == {"a/one.yaml": "1!", "c/three.yaml": "3"}
    assert not (directory / "b").exists()
    assert [path.name for path in directory.parent.iterdir()] == ["out"]


def test_what_somebody_else_put_there_stays(tmp_path: Path) -> None:
    directory = tmp_path / "out"
    replace(directory, {"a/one.yaml": "1"})
    (directory / "README.md").write_text("mine")
    (directory / "a" / "notes").mkdir()
    (directory / "elsewhere").symlink_to(tmp_path)
    (directory / "a" / "mine.yaml").write_text("mine, too")
    replace(directory, {"b/two.yaml": "2"})
    assert (directory / "README.md").read_text() == "mine"
    assert (directory / "a" / "mine.yaml").read_text() == "mine, too"
    assert (directory / "a" / "notes").is_dir()
    assert (directory / "elsewhere").readlink() == tmp_path
    assert not (directory / "a" / "one.yaml").exists()
    replace(directory, {"b/two.yaml": "2"})
    assert (directory / "README.md").read_text() == "mine"


def test_a_directory_of_somebody_elses_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("keep")
    with pytest.raises(DirectoryRefused, match="not rendered here"):
        replace(tmp_path, {"a.yaml": "1"})
    replace(tmp_path / "ours", {"a.yaml": "1"})
    (tmp_path / "ours" / "b.yaml").write_text("by hand")
    with pytest.raises(DirectoryRefused, match="would be overwritten"):
        replace(tmp_path / "ours", {"b.yaml": "2"})
    with pytest.raises(DirectoryRefused, match="is no directory"):
        replace(tmp_path / "precious.txt", {"a.yaml": "1"})
    (tmp_path / "link").symlink_to(tmp_path / "ours")
    with pytest.raises(DirectoryRefused, match="is no directory"):
        replace(tmp_path / "link", {"a.yaml": "1"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "ours", "precious.txt"]
    assert tree(tmp_path / "ours") == {"a.yaml": "1", "b.yaml": "by hand"}


def test_an_empty_directory_may_be_taken(tmp_path: Path) -> None:
    replace(tmp_path / "out", {})
    replace(tmp_path / "out", {"a.yaml": "1"})
    assert tree(tmp_path / "out") == {"a.yaml": "1"}


def test_without_an_atomic_exchange_it_is_two_renames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sandbox.owned._exchange", lambda *_: False)
    replace(tmp_path / "out", {"a.yaml": "1"})
    replace(tmp_path / "out", {"b.yaml": "2"})
    assert tree(tmp_path / "out") == {"b.yaml": "2"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


# --- the command ----------------------------------------------------------------------------------------------------

MANIFESTS = """
    provider = pulumi.ProviderResource("kubernetes", "main", {})
    def manifest(type_, name, namespace=None, **props):
        metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
        options = pulumi.ResourceOptions(provider=provider)
        return pulumi.CustomResource(type_, name, {"metadata": metadata, **props}, options)
    manifest("kubernetes:core/v1:Namespace", "mcp")
    manifest("kubernetes:core/v1:ConfigMap", "settings", "mcp", data={"a": "1"})
"""


def test_render_writes_below_the_sandbox_or_where_it_is_told(project: Project) -> None:
    project.program(MANIFESTS)
    result = project.call("render", "dev")
    assert result.code == 0, result.out + result.err
    assert "2 objects, 0 Helm releases in .sandbox/dev/rendered" in result.out
    assert set(tree(project.file("rendered"))) == {
        "main/_cluster/namespace-mcp.yaml",
        "main/mcp/configmap-settings.yaml",
    }
    report = project.call("render", "dev", "--to", "out", "--json").report
    assert report["objects"] == 2
    assert tree(project.root / "out") == tree(project.file("rendered"))
    first = (project.root / "out" / LIST).read_bytes()
    project.call("render", "dev", "--to", "out")
    assert (project.root / "out" / LIST).read_bytes() == first


def test_render_refuses_a_directory_that_is_not_its_own(project: Project) -> None:
    project.program(MANIFESTS)
    result = project.call("render", "dev", "--to", ".")
    assert result.code == 2
    assert "not rendered here" in result.err
    assert (project.root / "Pulumi.yaml").is_file()


def test_up_leaves_what_was_rendered(project: Project) -> None:
    project.program(MANIFESTS)
    project.call("render", "dev")
    assert project.call("up", "dev").code == 0
    assert project.file("stack.json").is_file()
    assert tree(project.file("rendered"))
