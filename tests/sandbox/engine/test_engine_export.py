from __future__ import annotations

import hashlib
import importlib.metadata
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.engine import ExportRefused, read_export, to_export, write_export
from sandbox.engine.export import CIPHERTEXT, HIDDEN, SECRET, SIGNATURE
from sandbox.model import UNKNOWN, Resource, Run, Secret

Program = Callable[..., Run]

PROGRAM = """
    import pulumi, pulumi_aws as aws, pulumi_random as random

    provider = aws.Provider("aws", region="us-east-1")
    own = pulumi.ResourceOptions(provider=provider)

    class Data(pulumi.ComponentResource):
        def __init__(self):
            super().__init__("platform:index:Data", "data", None, pulumi.ResourceOptions(providers=[provider]))
            inside = pulumi.ResourceOptions(parent=self)
            password = random.RandomPassword("password", length=20, opts=inside)
            secret = aws.secretsmanager.Secret("secret", opts=inside)
            aws.secretsmanager.SecretVersion(
                "version", secret_id=secret.id, secret_string=password.result,
                opts=pulumi.ResourceOptions(parent=self, protect=True))
            for index in range(20):
                aws.sqs.Queue(f"q{index}", tags={"secret": secret.arn}, opts=inside)
            self.register_outputs({"password": password.result})

    Data()
    pulumi.export("token", pulumi.Output.secret({"a": ["s3cr3t"]}))
    pulumi.export("plain", "p")
"""


def test_a_deployment_in_the_engines_own_words(program: Program) -> None:
    run = program(PROGRAM)

    exported = to_export(run)

    assert exported["version"] == 3
    deployment = exported["deployment"]
    assert set(deployment) == {"manifest", "secrets_providers", "resources", "metadata"}
    engine = "v" + importlib.metadata.version("pulumi")
    assert deployment["manifest"]["version"] == engine
    assert deployment["manifest"]["magic"] == hashlib.sha256(engine.encode()).hexdigest()
    assert deployment["manifest"]["time"] == "2000-01-01T00:00:00Z"
    stack, *_ = resources = deployment["resources"]
    assert stack["type"] == "pulumi:pulumi:Stack"
    assert stack["outputs"]["plain"] == "p"
    assert "id" not in stack
    assert "parent" not in stack
    version = next(r for r in resources if r["urn"].endswith("::version"))
    assert set(version) == {
        "urn",
        "custom",
        "type",
        "id",
        "inputs",
        "outputs",
        "parent",
        "protect",
        "dependencies",
        "provider",
        "propertyDependencies",
        "additionalSecretOutputs",
    }
    assert version["provider"].startswith("urn:pulumi:dev::test::pulumi:providers:aws::aws::")
    assert version["parent"] == "urn:pulumi:dev::test::platform:index:Data::data"
    assert sorted(version["propertyDependencies"]) == ["secretId", "secretString"]
    password = next(r for r in resources if r["urn"].endswith("::password"))
    assert password["propertyDependencies"] == {"length": []}
    provider = next(r for r in resources if r["urn"].endswith("::pulumi:providers:aws::aws"))
    assert set(provider["inputs"]) - set(provider["outputs"]) == {"__internal"}
    assert "region" in provider["propertyDependencies"]
    assert "version" not in provider["propertyDependencies"]
    place = {r["urn"]: index for index, r in enumerate(resources)}
    assert all(place[need] < place[r["urn"]] for r in resources for need in r.get("dependencies", []))
    assert all(place[r["parent"]] < place[r["urn"]] for r in resources if "parent" in r)


def test_no_secret_is_in_clear(program: Program, tmp_path: Path) -> None:
    run = program(PROGRAM)
    password = next(r for r in run.resources if r.name == "password").outputs["result"]
    assert isinstance(password, Secret)
    path = tmp_path / "stack.json"

    write_export(run, path)

    text = path.read_text()
    assert str(password.value) not in text
    assert "s3cr3t" not in text
    found = json.loads(text)["deployment"]["resources"]
    hidden = {SIGNATURE: SECRET, "ciphertext": CIPHERTEXT}
    assert found[0]["outputs"]["token"] == hidden
    version = next(r for r in found if r["urn"].endswith("::version"))
    assert version["inputs"]["secretString"] == hidden
    assert version["outputs"]["secretString"] == hidden
    data = next(r for r in found if r["urn"].endswith("::data"))
    assert data["outputs"]["password"] == hidden
    assert str(password.value) not in repr(run)


SCRIPT = """
import sys
from pathlib import Path
from sandbox.engine import run_program, write_export
run = run_program("dev", root=Path(sys.argv[1]))
write_export(run, Path(sys.argv[2]))
"""


def test_the_same_bytes_on_every_run(program: Program, tmp_path: Path) -> None:
    program(PROGRAM)
    found = set()
    for seed in ("1", "2", "3"):
        path = tmp_path / f"{seed}.json"
        subprocess.run(
            [sys.executable, "-c", SCRIPT, str(tmp_path), str(path)],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[3])},
            check=True,
        )
        found.add(path.read_bytes())
        for line in path.read_text().splitlines()[3:-2]:
            state = json.loads(line.removesuffix(","))
            assert list(state) == sorted(state)

    assert len(found) == 1


def test_what_is_read_back_is_what_was_written_but_for_secrets(program: Program, tmp_path: Path) -> None:
    run = program(PROGRAM)
    path = tmp_path / "sub" / "stack.json"
    write_export(run, path)

    found = read_export(path)

    assert (found.project, found.stack) == ("test", "dev")
    assert found.outputs == {"token": HIDDEN, "plain": "p"}
    assert [r.urn for r in found.resources] == [r.urn for r in run.resources]
    for read, made in zip(found.resources, run.resources, strict=True):
        assert (read.type, read.name, read.id, read.custom) == (made.type, made.name, made.id, made.custom)
        assert (read.parent, read.provider, read.protect) == (made.parent, made.provider, made.protect)
        assert read.dependencies == made.dependencies
        assert read.inputs.keys() == made.inputs.keys()
    assert to_export(found) == to_export(run)


def test_everything_that_a_state_can_say_survives(tmp_path: Path) -> None:
    stack = Resource("urn:pulumi:s::p::pulumi:pulumi:Stack::p-s", "pulumi:pulumi:Stack", "p-s", custom=False)
    made = Resource(
        urn="urn:pulumi:s::p::x:index:X::a::b",
        type="x:index:X",
        name="a::b",
        custom=True,
        id="i",
        parent=stack.urn,
        inputs={"a": UNKNOWN, "b": [1, 2.5, True, None, {"c": "d"}]},
        outputs={"e": "é"},
        external=True,
        deleted_with=stack.urn,
        retain_on_delete=True,
        ignore_changes=["a"],
        replace_on_changes=["b"],
        property_dependencies={"a": [stack.urn], "b": []},
        additional_secret_outputs=["e"],
        custom_timeouts={"create": 60.0},
    )
    path = tmp_path / "stack.json"

    write_export(Run("p", "s", [stack, made], {}), path)

    assert read_export(path).resources == [stack, made]


def test_aliases_are_not_written_as_the_engine_drops_them() -> None:
    made = Resource("urn:pulumi:s::p::x:index:X::a", "x:index:X", "a", custom=True, id="i", aliases=["urn:old"])

    (state,) = to_export(Run("p", "s", [made], {}))["deployment"]["resources"]

    assert state == {"urn": made.urn, "type": made.type, "custom": True, "id": "i"}


def test_a_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "stack.json"
    path.write_text("before")
    broken = Resource("urn", "x:index:X", "x", custom=True, inputs={"a": object()})  # type: ignore[dict-item]

    with pytest.raises(TypeError, match="object can't stand in a deployment"):
        write_export(Run("p", "s", [broken], {}), path)

    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_secrets_of_an_export_with_secrets_shown_are_read(tmp_path: Path) -> None:
    state = {
        "urn": "urn:pulumi:s::p::pulumi:pulumi:Stack::p-s",
        "custom": False,
        "type": "pulumi:pulumi:Stack",
        "outputs": {"a": {SIGNATURE: SECRET, "plaintext": '{"b":1}'}},
    }
    path = tmp_path / "stack.json"
    path.write_text(json.dumps({"version": 3, "deployment": {"manifest": {}, "resources": [state]}}))

    assert read_export(path).outputs == {"a": Secret({"b": 1})}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "no JSON"),
        ("[]", "no version 3 deployment"),
        ('{"version": 4, "deployment": {}}', "no version 3 deployment"),
        ('{"version": 3, "deployment": {"resources": [{"urn": "a"}]}}', "a resource lacks 'type'"),
        ('{"version": 3, "deployment": {"resources": [1]}}', "a resource is not as `pulumi stack export` writes it"),
        ('{"version": 3, "deployment": {"resources": null}}', "a resource is not as `pulumi stack export` writes it"),
        (
            '{"version": 3, "deployment": {"resources": [{"urn": "a", "type": "b", "custom": false}]}}',
            "a resource is not as `pulumi stack export` writes it",
        ),
        ("[" * 100_000, "no JSON"),
        ('{"version": 3, "deployment": {"resources": []}}', "no pulumi:pulumi:Stack among its resources"),
    ],
)
def test_what_is_no_export_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "stack.json"
    path.write_text(text)

    with pytest.raises(ExportRefused, match=message):
        read_export(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportRefused, match="can't be read"):
        read_export(tmp_path / "none.json")
