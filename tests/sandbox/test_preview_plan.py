from __future__ import annotations

import pytest

from sandbox.model import UNKNOWN, Properties, Resource, Run, Secret
from sandbox.preview import ABSENT, Change, Plan, Step, differences, plan
from tests.sandbox.projects import Project

STACK = "urn:pulumi:dev::demo::pulumi:pulumi:Stack::demo-dev"
SUBNET = "aws:ec2/subnet:Subnet"


def resource(name: str, inputs: Properties | None = None, type_: str = SUBNET, **options: object) -> Resource:
    urn = f"urn:pulumi:dev::demo::{type_}::{name}"
    made = Resource(urn, type_, name, custom=True, parent=STACK, inputs=inputs or {})
    for key, value in options.items():
        assert hasattr(made, key)
        setattr(made, key, value)
    return made


def compared(before: list[Resource], after: list[Resource]) -> Plan:
    return plan(Run("demo", "dev", after, {}), Run("demo", "dev", before, {}))


def only(found: Plan) -> Step:
    assert len(found.steps) == 1
    return found.steps[0]


def test_without_a_last_run_everything_is_new() -> None:
    found = plan(Run("demo", "dev", [resource("a"), resource("b")], {}), None)
    assert [step.op for step in found.steps] == ["create", "create"]


def test_same_update_replace_and_delete() -> None:
    before = [
        resource("same", {"cidrBlock": "10.0.0.0/24"}),
        resource("update", {"tags": {"a": "1"}}),
        resource("replace", {"cidrBlock": "10.0.1.0/24", "tags": {"a": "1"}}),
        resource("gone"),
    ]
    after = [
        resource("same", {"cidrBlock": "10.0.0.0/24"}),
        resource("update", {"tags": {"a": "2"}}),
        resource("replace", {"cidrBlock": "10.0.2.0/24", "tags": {"a": "2"}}),
        resource("new"),
    ]
    found = compared(before, after)
    assert {step.resource.name: step.op for step in found.steps} == {
        "same": "same",
        "update": "update",
        "replace": "replace",
        "new": "create",
        "gone": "delete",
    }
    assert found.steps[2].changes == [
        Change("cidrBlock", "10.0.1.0/24", "10.0.2.0/24", replaces=True),
        Change("tags.a", "1", "2", replaces=False),
    ]
    assert [step.op for step in found.changes] == ["update", "replace", "create", "delete"]


def test_deletions_come_last_and_dependants_before_what_they_stand_on() -> None:
    found = compared([resource("vpc"), resource("subnet"), resource("kept")], [resource("kept")])
    assert [(step.op, step.resource.name) for step in found.steps] == [
        ("same", "kept"),
        ("delete", "subnet"),
        ("delete", "vpc"),
    ]


def test_replace_on_changes_of_the_program_counts_too() -> None:
    inputs: tuple[Properties, Properties] = ({"tags": {"a": "1", "b": "1"}}, {"tags": {"a": "1", "b": "2"}})
    replacing = ("tags", "tags.b", 'tags["b"]', "tags.*", "*")
    for path, op in (*((path, "replace") for path in replacing), ("tags.a", "update"), ("*.a", "update")):
        step = only(compared([resource("x", inputs[0])], [resource("x", inputs[1], replace_on_changes=[path])]))
        assert (path, step.op) == (path, op)
        assert step.changes == [Change("tags.b", "1", "2", replaces=op == "replace")]


def test_an_unknown_value_counts_as_another_one() -> None:
    before, after = resource("x", {"vpcId": "vpc-1"}), resource("x", {"vpcId": UNKNOWN})
    assert only(compared([before], [after])).op == "replace"


def test_an_alias_finds_the_resource_again() -> None:
    old, new = resource("old", {"tags": {"a": "1"}}), resource("new", {"tags": {"a": "1"}})
    new.aliases = [old.urn]
    step = only(compared([old], [new]))
    assert (step.op, step.renamed_from) == ("same", old.urn)
    # The resource of that name itself comes first; what only the alias knows is then another one.
    both = compared([old, resource("new", {"tags": {"a": "1"}})], [new])
    assert [(step.op, step.renamed_from) for step in both.steps] == [("same", ""), ("delete", "")]


@pytest.mark.parametrize(
    ("old", "new", "refused"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_a_protected_resource_is_not_replaced_unless_unprotected_with_it(
    old: bool,  # noqa: FBT001
    new: bool,  # noqa: FBT001
    refused: bool,  # noqa: FBT001
) -> None:
    step = only(
        compared(
            [resource("x", {"cidrBlock": "10.0.0.0/24"}, protect=old)],
            [resource("x", {"cidrBlock": "10.0.1.0/24"}, protect=new)],
        )
    )
    assert step.op == "replace"
    assert bool(step.refused) is refused


def test_a_protected_resource_is_not_deleted() -> None:
    found = compared([resource("x", protect=True), resource("y")], [])
    assert {step.resource.name: bool(step.refused) for step in found.steps} == {"x": True, "y": False}
    assert "pulumi state unprotect" in found.refused[0].refused
    assert found.refused[0].urn in found.refused[0].refused


def test_what_is_deleted_with_a_replaced_one_is_replaced() -> None:
    before = [resource("cluster", {"cidrBlock": "10.0.0.0/24"}), resource("object", {"tags": {}})]
    cluster, member = resource("cluster", {"cidrBlock": "10.0.1.0/24"}), resource("object", {"tags": {}})
    member.deleted_with = cluster.urn
    found = compared(before, [cluster, member])
    assert [step.op for step in found.steps] == ["replace", "replace"]
    assert "cluster, with which it is deleted" in found.steps[1].why
    member.deleted_with = ""
    assert [step.op for step in compared(before, [cluster, member]).steps] == ["replace", "same"]


def _with_provider(region: str, name: str = "aws", id_: str = "1") -> list[Resource]:
    provider = resource(name, {"region": region}, "pulumi:providers:aws")
    return [provider, resource("x", {"tags": {}}, provider=f"{provider.urn}::{id_}")]


def test_another_provider_replaces_only_if_it_speaks_to_another_place() -> None:
    found = compared(_with_provider("us-east-1"), _with_provider("us-east-1", "other"))
    assert {step.resource.name: step.op for step in found.steps} == {"other": "create", "x": "same", "aws": "delete"}
    found = compared(_with_provider("us-east-1"), _with_provider("us-east-1", id_="2"))
    assert [step.op for step in found.steps] == ["same", "same"]


def test_a_resource_that_gets_or_loses_its_provider_is_replaced() -> None:
    bare = resource("x", {"tags": {}})
    found = compared([_with_provider("a")[0], bare], _with_provider("a"))
    assert found.steps[1].op == "replace"
    assert "its provider is aws now, was none" in found.steps[1].why


def test_a_component_is_updated_and_never_replaced_by_its_inputs() -> None:
    before, after = resource("x", {"cidrBlock": "a"}, custom=False), resource("x", {"cidrBlock": "b"}, custom=False)
    assert only(compared([before], [after])).op == "update"
    step = only(compared([resource("x")], [resource("x", custom=False)]))
    assert (step.op, step.why) == ("replace", "it is a component now")


def test_secrets_of_an_export_are_not_compared_and_that_is_counted() -> None:
    before = resource("x", {"password": Secret(None), "deep": {"list": [Secret(None)]}})
    after = resource("x", {"password": Secret("new"), "deep": {"list": [Secret("too")]}})
    found = compared([before], [after])
    assert only(found).op == "same"
    assert found.uncompared == 2


def test_differences_are_leaves_by_path() -> None:
    old: Properties = {"a": [1, {"b": "x"}, 3], "c": None, "dotted.key": "1", "gone": True}
    new: Properties = {"a": [1, {"b": "y"}], "c": {}, "dotted.key": "2"}
    assert list(differences("p", old, new)) == [
        Change("p.a[1].b", "x", "y"),
        Change("p.a[2]", 3, ABSENT),
        Change("p.c", None, {}),
        Change('p["dotted.key"]', "1", "2"),
        Change("p.gone", True, ABSENT),
    ]


def test_documents_in_json_are_compared_inside_unless_only_their_writing_differs() -> None:
    old, new = '{"Statement": [{"Effect": "Allow"}]}', '{"Statement": [{"Effect": "Deny"}]}'
    assert list(differences("policy", old, new, replacing=["policy"])) == [
        Change("policy (JSON).Statement[0].Effect", "Allow", "Deny", replaces=True)
    ]
    assert list(differences("policy", '{"a": 1}', '{"a":1}')) == [Change("policy", '{"a": 1}', '{"a":1}')]
    assert list(differences("text", "{no json", "{none")) == [Change("text", "{no json", "{none")]


# --- the command ----------------------------------------------------------------------------------------------------


def test_preview_shows_create_update_replace_delete_and_writes_nothing(project: Project) -> None:
    project.pack("security")
    project.program("""
        thing("kept", size=1)
        thing("grown", size=1)
        thing("moved", place="north", opts=pulumi.ResourceOptions(replace_on_changes=["place"]))
        thing("gone")
    """)
    assert "there has been no `up` yet" in project.call("preview", "dev").out
    assert not project.file("stack.json").exists()
    assert project.call("up", "dev").code == 0
    before = project.file("stack.json").read_bytes()
    project.program("""
        thing("kept", size=1)
        thing("grown", size=2)
        thing("moved", place="south", opts=pulumi.ResourceOptions(replace_on_changes=["place"]))
        thing("new", word=pulumi.Output.secret("opensesame"))
    """)
    result = project.call("preview", "dev")
    assert result.code == 0, result.out
    assert "+ 1 to create   ~ 1 to update   ± 1 to replace   - 1 to delete   3 unchanged" in result.out.replace(
        "= ", ""
    )
    assert "size: 1 → 2" in result.out
    assert 'place: "north" → "south"  replaces the resource' in result.out
    assert project.file("stack.json").read_bytes() == before
    report = project.call("preview", "dev", "--json").report
    changes = report["changes"]
    assert {step["urn"].rsplit("::", 1)[1]: step["op"] for step in changes["steps"]} == {
        "grown": "update",
        "moved": "replace",
        "new": "create",
        "gone": "delete",
    }
    assert (changes["same"], changes["create"]) == (3, 1)
    assert "opensesame" not in result.out + result.err + str(report)


def test_preview_after_up_finds_nothing_to_do(project: Project) -> None:
    project.program("""
        part = Part("house")
        first = thing("kitchen", part, door="shut", word=pulumi.Output.secret("opensesame"))
        thing("pantry", part, beside=first.id)
    """)
    assert project.call("up", "dev").code == 0
    result = project.call("preview", "dev")
    assert result.code == 0
    assert "dev: 0 changes" in result.out
    assert "1 secret value not compared" in result.out


def test_ignored_changes_are_none(project: Project) -> None:
    text = """thing("kitchen", size={size}, door="shut", opts=pulumi.ResourceOptions(ignore_changes=["size"]))"""
    project.program(text.replace("{size}", "1"))
    assert project.call("up", "dev").code == 0
    project.program(text.replace("{size}", "2"))
    assert project.call("preview", "dev", "--json").report["changes"]["steps"] == []


def test_losing_what_is_protected_is_refused(project: Project) -> None:
    project.program("""
        thing("store", opts=pulumi.ResourceOptions(protect=True))
        thing("key", place="north", opts=pulumi.ResourceOptions(protect=True, replace_on_changes=["place"]))
    """)
    assert project.call("up", "dev").code == 0
    project.program("""
        thing("key", place="south", opts=pulumi.ResourceOptions(protect=True, replace_on_changes=["place"]))
    """)
    result = project.call("preview", "dev")
    assert result.code == 1
    assert "dev would lose what is protected" in result.out
    assert "refused  Thing store is protected and would be deleted" in result.out
    assert "refused  Thing key is protected and would have to be replaced" in result.out
    report = project.call("preview", "dev", "--json").report
    assert report["verdict"] == "refused"
    assert sum("refused" in step for step in report["changes"]["steps"]) == 2


def test_the_packs_judge_a_preview_too(project: Project) -> None:
    project.pack("security")
    assert project.call("up", "dev").code == 0
    project.program("""thing("kitchen", Part("house"), door="open")""")
    result = project.call("preview", "dev")
    assert result.code == 1
    assert "mandatory  no-open-door" in result.out
    assert 'door: "shut" → "open"' in result.out


def test_a_last_run_that_cannot_be_read_is_told(project: Project) -> None:
    assert project.call("up", "dev").code == 0
    project.file("stack.json").write_text("{half")
    result = project.call("preview", "dev")
    assert result.code == 2
    assert "stack.json: no JSON" in result.err
    assert "Traceback" not in result.out + result.err


def test_many_new_resources_are_counted_by_component(project: Project) -> None:
    project.program("""
        part = Part("house")
        for number in range(30):
            thing(f"room-{number}", part)
    """)
    folded = project.call("preview", "dev").out
    assert "house  31" in folded
    assert "room-7" not in folded
    assert "+ room-7  Thing  in house" in project.call("preview", "dev", "--tree", "full").out
