from __future__ import annotations

import json

import pytest

from tests.sandbox.projects import PACK, Project

SEEN = """
    import collections.abc, json, pathlib
    from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy, StackValidationPolicy
    import pulumi
    HERE = pathlib.Path(__file__).parent

    def one(args, report):
        with (HERE / "seen.jsonl").open("a") as file:
            file.write(json.dumps({
                "type": args.resource_type, "urn": args.urn, "name": args.name,
                "props": {k: v if isinstance(v, str) else repr(v) for k, v in args.props.items()},
                "protect": args.opts.protect, "ignore": list(args.opts.ignore_changes),
                "dbr": args.opts.delete_before_replace, "create": args.opts.custom_timeouts.create_seconds,
                "parent": args.opts.parent,
                "provider": args.provider
                and [args.provider.resource_type, args.provider.name, dict(args.provider.props)],
                "project": pulumi.get_project(), "stack": pulumi.get_stack(),
                "config": pulumi.Config("demo").get("greeting"),
                "dry": pulumi.runtime.is_dry_run(),
            }) + "\\n")

    def show(value):
        if isinstance(value, collections.abc.Mapping):
            return repr({k: show(v) for k, v in value.items()})
        if isinstance(value, collections.abc.Sequence) and not isinstance(value, str):
            return repr([show(v) for v in value])
        return repr(value)

    def whole(args, report):
        (HERE / "stack.json").write_text(json.dumps({
            r.name: {
                "props": {k: v if isinstance(v, str) else show(v) for k, v in r.props.items()},
                "parent": r.parent and r.parent.name, "dependencies": [d.name for d in r.dependencies],
                "property_dependencies": {k: [d.name for d in v] for k, v in r.property_dependencies.items()},
                "provider": r.provider and r.provider.name,
            }
            for r in args.resources
        }))

    PolicyPack("seeing", [
        ResourceValidationPolicy("one", "x", one), StackValidationPolicy("whole", "x", whole),
    ], enforcement_level=EnforcementLevel.MANDATORY)
"""


def test_packs_see_what_the_real_engine_would_send(project: Project) -> None:
    directory = project.pack("seeing", SEEN)
    (project.root / "Pulumi.dev.yaml").write_text("config:\n  demo:greeting: hello\n")
    project.program("""
        provider = pulumi.ProviderResource("demo", "ours", {"region": "north", "__internal": {}})
        part = Part("house")
        first = thing("kitchen", part, door="shut", opts=pulumi.ResourceOptions(
            provider=provider, protect=True, ignore_changes=["door"], delete_before_replace=True,
            custom_timeouts=pulumi.CustomTimeouts(create="5m"),
        ))
        thing("pantry", part, beside=first.id, word=pulumi.Output.secret("sesame"),
              opts=pulumi.ResourceOptions(provider=provider, depends_on=[first]))
    """)
    result = project.call("up", "dev")
    assert result.code == 0, result.out + result.err
    seen = {found["name"]: found for found in map(json.loads, (directory / "seen.jsonl").read_text().splitlines())}
    assert set(seen) == {"demo-dev", "ours", "house", "kitchen", "pantry"}
    kitchen = seen["kitchen"]
    assert kitchen["urn"] == "urn:pulumi:dev::demo::demo:index:Part$demo:index:Thing::kitchen"
    assert kitchen["props"]["door"] == "shut"
    assert (kitchen["protect"], kitchen["ignore"], kitchen["dbr"], kitchen["create"]) == (True, ["door"], True, 300.0)
    assert kitchen["parent"] == "urn:pulumi:dev::demo::demo:index:Part::house"
    assert kitchen["provider"] == ["pulumi:providers:demo", "ours", {"region": "north"}]
    assert seen["ours"]["provider"] is None
    assert (kitchen["project"], kitchen["stack"], kitchen["config"], kitchen["dry"]) == ("demo", "dev", "hello", False)
    # A policy sees a secret's value, as under the real engine.
    assert seen["pantry"]["props"]["word"] == "sesame"
    whole = json.loads((directory / "stack.json").read_text())
    assert set(whole) == set(seen)
    assert whole["pantry"]["parent"] == "house"
    assert whole["pantry"]["dependencies"] == ["kitchen"]
    assert whole["pantry"]["property_dependencies"]["beside"] == ["kitchen"]
    assert whole["pantry"]["provider"] == "ours"
    assert whole["pantry"]["props"]["word"] == "sesame"


BROKEN = {
    "does not import": ("import nowhere_to_be_found", "nowhere_to_be_found", "ended with status 1 at its start"),
    "ends": ("import sys; sys.exit(3)", "", "ended with status 3 at its start"),
    "prints something else": ("print('hello', flush=True)\nimport time; time.sleep(60)", "", "printed 'hello'"),
    "a rule breaks": (
        PACK.replace('report("door', 'raise ValueError("hinges")  # ("door'),
        "hinges",
        "a rule broke at urn:pulumi:dev::demo::demo:index:Thing::kitchen",
    ),
    "a stack rule breaks": (
        PACK.replace("if len(things) > 5", 'raise ValueError("too few")\n        if len(things) > 5'),
        "too few",
        "a rule broke at the whole stack",
    ),
    "its server dies": (
        PACK.replace('report("door', 'import os; os._exit(9)  # ("door'),
        "",
        "ended with status 9",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_pack_gives_no_verdict_and_says_what_it_printed(project: Project, case: str) -> None:
    source, printed, said = BROKEN[case]
    project.pack("governance")
    project.pack("security", source)
    project.program("""thing("kitchen", door="open")""")
    result = project.call("up", "dev")
    assert result.code == 1
    assert "a policy pack broke, so there is no verdict" in result.err
    assert "policy pack security" in result.err
    assert said in result.err
    assert printed in result.err
    assert "sandbox/policies" not in result.out + result.err
    assert not project.file("stack.json").exists()
    told = project.call("up", "dev", "--json")
    assert told.code == 1
    assert told.report["error"]["kind"] == "policy pack"


def test_a_pack_that_prints_much_does_not_hang(project: Project) -> None:
    project.pack(
        "security", PACK.replace("def few(args, report):", "def few(args, report):\n        print('x' * 500_000)")
    )
    assert project.call("up", "dev").code == 0


def test_levels_and_settings_come_from_the_stacks_policy_configuration(project: Project) -> None:
    project.pack("security")
    project.pack("governance")
    project.program("""thing("kitchen", door="open")""")
    assert project.call("up", "dev").code == 1
    project.policy_config('{"no-open-door": "advisory", "few-things": {"enforcementLevel": "disabled"}}')
    result = project.call("up", "dev", "--json")
    assert result.code == 0
    assert {v["level"] for v in result.report["policies"]["violations"]} == {"advisory"}
    assert [pack["disabled"] for pack in result.report["policies"]["packs"]] == [["few-things"], ["few-things"]]


CONFIGURED = """
    from pulumi_policy import EnforcementLevel, PolicyConfigSchema, PolicyPack, ResourceValidationPolicy

    def at_most(args, report):
        config = args.get_config()
        if args.resource_type == "demo:index:Thing":
            report(f"limit {config['limit']:.0f} colour {config['colour']}")

    PolicyPack("configured", [ResourceValidationPolicy("at-most", "x", at_most, config_schema=PolicyConfigSchema(
        {"limit": {"type": "number", "default": 3}, "colour": {"type": "string", "default": "red"}}, required=["limit"],
    ))], enforcement_level=EnforcementLevel.MANDATORY, initial_config={
        "at-most": {"enforcementLevel": EnforcementLevel.ADVISORY, "colour": "blue"},
    })
"""


def test_defaults_then_the_packs_initial_configuration_then_the_file(project: Project) -> None:
    project.pack("configured", CONFIGURED)

    def said() -> list[tuple[str, str]]:
        found = project.call("up", "dev", "--json").report["policies"]["violations"]
        return [(v["level"], v["message"]) for v in found]

    # The SDK's protocol can't say "no level" in an initial configuration, so there it is advisory.
    assert said() == [("advisory", "x\nlimit 3 colour blue")]
    project.policy_config('{"at-most": {"enforcementLevel": "mandatory", "limit": 9}}')
    assert said() == [("mandatory", "x\nlimit 9 colour blue")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "no JSON"),
        ("[]", "an object is wanted"),
        ('{"all": "disabled"}', "name the rules one by one"),
        ('{"at-most": "loose"}', 'enforcementLevel is "loose"; write one of advisory, mandatory, disabled, remediate'),
        ('{"at-most": {"limit": 3}}', "enforcementLevel is missing"),
        ('{"at-most": 3}', "a level or an object with enforcementLevel is wanted, found 3"),
        ('{"at-least": "advisory"}', "no pack has a rule of this name; rules are at-most"),
        (
            '{"at-most": {"enforcementLevel": "advisory", "limit": "many"}}',
            "at-most.limit: 'many' is not of type 'number'",
        ),
        (
            '{"at-most": {"enforcementLevel": "advisory", "limits": 9}}',
            "at-most.limits: the rule has no such setting; write one of ",
        ),
        ('{"environments": ["prod"]}', "Pulumi Cloud"),
    ],
)
def test_a_wrong_policy_configuration_gives_2(project: Project, text: str, said: str) -> None:
    project.pack("configured", CONFIGURED)
    project.policy_config(text)
    result = project.call("up", "dev")
    assert result.code == 2
    assert "policies/config/dev.json" in result.err
    assert said in result.err
    assert "Traceback" not in result.out + result.err


REMEDIATING = """
    from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

    def shut(args):
        if args.props.get("door") == "open":
            props = {k: v for k, v in args.props.items()}
            return {**props, "door": "shut"}

    def check(args, report):
        if args.props.get("door") == "open":
            report("door: write door='shut'")

    PolicyPack("helping", [
        ResourceValidationPolicy("shut-doors", "Doors are shut.", check, remediate=shut),
    ], enforcement_level=EnforcementLevel.REMEDIATE)
"""


def test_a_remediating_rule_is_run_first_and_later_rules_see_what_it_made(project: Project) -> None:
    project.pack("helping", REMEDIATING)
    project.pack("security")
    project.program("""thing("kitchen", door="open")""")
    result = project.call("up", "dev", "--json")
    assert result.code == 0
    assert result.report["policies"]["violations"] == []
    assert result.report["remediated"] == [
        {
            "pack": "helping",
            "rule": "shut-doors",
            "urn": "urn:pulumi:dev::demo::demo:index:Thing::kitchen",
            "keys": ["door"],
        }
    ]
    assert "shut-doors: kitchen: door" in project.call("up", "dev").out


def test_a_reference_to_a_resource_reaches_a_pack_as_its_id_or_urn(project: Project) -> None:
    directory = project.pack("seeing", SEEN)
    project.program("""
        class Holder(pulumi.ComponentResource):
            def __init__(self, name, props):
                super().__init__("demo:index:Holder", name, props)
                self.register_outputs(props)

        part = Part("house")
        first = thing("kitchen", part)
        Holder("holder", {"one": first, "many": [{"part": part}]})
    """)
    result = project.call("up", "dev")
    assert result.code == 0, result.out + result.err
    whole = json.loads((directory / "stack.json").read_text())
    state = json.loads(project.file("stack.json").read_text())["deployment"]["resources"]
    kitchen = next(found for found in state if found["urn"].endswith("::kitchen"))
    assert whole["holder"]["props"]["one"] == kitchen["id"]
    assert "urn:pulumi:dev::demo::demo:index:Part::house" in whole["holder"]["props"]["many"]


def test_a_preview_says_what_it_could_not_judge(project: Project) -> None:
    project.pack("security", PACK.replace('args.props.get("door")', 'args.props["door"]'))
    project.program("""
        first = thing("kitchen", door="shut")
        thing("pantry", door=first.id)
    """)
    result = project.call("preview", "dev")
    assert result.code == 0
    assert "1 check must wait for values that only an update knows" in result.out
    assert "no-open-door: pantry" in result.out


def test_the_packs_own_directory_is_all_it_needs(project: Project) -> None:
    directory = project.pack("security", PACK.replace("EnforcementLevel.{level}", "LEVEL") + "    # nothing more")
    source = (directory / "__main__.py").read_text()
    (directory / "__main__.py").write_text("from rules import LEVEL\n" + source)
    (directory / "rules.py").write_text(
        "from pulumi_policy import EnforcementLevel\n\nLEVEL = EnforcementLevel.ADVISORY\n"
    )
    project.program("""thing("kitchen", door="open")""")
    # A module of that name where the command is called must not be taken instead.
    (project.root / "rules.py").write_text("LEVEL = None\n")
    report = project.call("up", "dev", "--json").report
    assert [violation["level"] for violation in report["policies"]["violations"]] == ["advisory"]
